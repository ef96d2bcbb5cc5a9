// The list of containers: by project, state and words; numbers of those that are seen and run.

import { h, svg, button, empty, setText, settled } from "./dom.js";
import { get, post, remove, session, objects, query } from "./api.js";
import { List } from "./list.js";
import { bytes, containerName, cpuShare, memoryUsed, percent, ports } from "./format.js";
import { spark } from "./chart.js";
import { attempt, confirm } from "./dialogs.js";

export const projectOf = (container) => container.Labels?.["com.docker.compose.project"] ?? "";

// What can be done in a state, as [word, request].
export function actionsOf(state) {
	if (state === "running") return [["Stop", "stop"], ["Restart", "restart"], ["Pause", "pause"]];
	if (state === "paused") return [["Resume", "unpause"]];
	if (state === "restarting") return [["Stop", "stop"]];
	return [["Start", "start"]];
}

export async function removeContainer(id, name, running) {
	const sure = await confirm(`Remove ${name}?`, `${running ? "It runs, and will be killed. " : ""}What it has written is lost, but for named volumes.`, "Remove");
	return sure && (await attempt(() => remove(`/containers/${id}?force=${running ? 1 : 0}&v=1`), `${name} is removed`)) !== undefined;
}

export const doAction = (id, name, action) => attempt(() => post(`/containers/${id}/${action}`), `${name}: ${action} is done`);

export function stateMark(state, text) {
	return h("span", { class: `state ${state}` }, h("i", { class: "dot", "aria-hidden": "true" }), h("span", { class: "statetext" }, text ?? state));
}

// Samples of containers that run and are on the screen, two at a time.
class Meter {
	constructor(signal) {
		this.signal = signal;
		this.known = new Map();
		this.wanted = [];
		this.run();
	}

	async run() {
		while (!this.signal.aborted) {
			const ids = document.hidden ? [] : [...this.wanted];
			const next = async () => { for (let id = ids.shift(); id !== undefined && !this.signal.aborted; id = ids.shift()) await this.sample(id); };
			await Promise.all([next(), next()]);
			await new Promise((resolve) => setTimeout(resolve, 2000));
		}
	}

	async sample(id) {
		const sample = await get(`/containers/${id}/stats?stream=0&one-shot=1`, { signal: this.signal }).catch(() => null);
		if (sample === null) return;
		const of = this.known.get(id) ?? { shares: [], cells: [] };
		of.shares = of.last === undefined ? [] : [...of.shares, cpuShare(sample, of.last)].slice(-30);
		of.last = sample;
		this.known.set(id, of);
		this.draw(id);
	}

	cells(id) {
		const made = { cpu: h("span", { class: "value" }), memory: h("span", { class: "value" }), line: svg("path", { class: "line line0" }) };
		const of = this.known.get(id) ?? { shares: [] };
		of.made = made;
		this.known.set(id, of);
		this.draw(id);
		return [h("div", { class: "meter" }, svg("svg", { viewBox: "0 0 60 18", class: "spark", "aria-hidden": "true" }, made.line), made.cpu), made.memory];
	}

	draw(id) {
		const { made, shares, last } = this.known.get(id);
		if (made === undefined || last === undefined) return;
		setText(made.cpu, shares.length > 0 ? percent(shares.at(-1)) : "");
		setText(made.memory, bytes(memoryUsed(last)));
		made.line.setAttribute("d", spark(shares, Math.max(20, ...shares)));
	}
}

const COLUMNS = [{ title: "Name", class: "name" }, { title: "Image", class: "image" }, { title: "State", class: "status" }, { title: "Ports", class: "ports" },
	{ title: "CPU", class: "cpu" }, { title: "Memory", class: "memory" }, { title: "", class: "acts" }];
const STATES = { all: () => true, running: (c) => c.State === "running", stopped: (c) => c.State !== "running" };

export function containersView(project, signal, go) {
	const meter = new Meter(signal), kept = new Map();
	let all = [], state = "all", words = "";
	const count = h("span", { class: "count", role: "status" });
	const list = new List("Containers", COLUMNS, {
		key: (c) => c.Id,
		open: (c) => go(`container/${c.Id}/logs`),
		seen: (items) => { meter.wanted = items.filter((c) => c.State === "running").map((c) => c.Id); },
		make: (c) => {
			const name = containerName(c), [cpu, memory] = c.State === "running" ? meter.cells(c.Id) : ["", ""];
			return [h("span", { class: "two" }, h("a", { href: `#container/${c.Id}/logs`, tabindex: "-1" }, name), project === undefined && projectOf(c) !== "" ? h("small", null, projectOf(c)) : null),
				c.Image, stateMark(c.State, c.Status || c.State), ports(c.Ports), cpu, memory, acts(c, name)];
		},
	});
	const search = h("input", { type: "search", placeholder: "Find by name, image or label", "aria-label": "Find", input: () => { words = search.value.toLowerCase(); draw(); } });
	const choices = Object.keys(STATES).map((name) => button(name[0].toUpperCase() + name.slice(1), () => { state = name; draw(); }, { "data-state": name }));
	const place = h("div", { class: "fill" });

	function acts(c, name) {
		if (session.readOnly) return null;
		const [[word, action]] = actionsOf(c.State);
		return h("span", { class: "buttons" }, button(word, () => doAction(c.Id, name, action), { class: "quiet", "aria-label": `${word} ${name}` }),
			button("Remove", () => removeContainer(c.Id, name, c.State === "running"), { class: "quiet danger", "aria-label": `Remove ${name}` }));
	}

	function draw() {
		const shown = all.filter((c) => STATES[state](c) && (project === undefined || projectOf(c) === project) &&
			(words === "" || `${c.Names} ${c.Image} ${c.Id} ${Object.entries(c.Labels ?? {}).join(" ")}`.toLowerCase().includes(words)));
		for (const choice of choices) choice.setAttribute("aria-pressed", String(choice.dataset.state === state));
		setText(count, `${shown.length} of ${all.length}`);
		if (all.length === 0) place.replaceChildren(empty("No containers yet", "Start one in a terminal; it appears here at once.", "berth run -d --name web -p 8080:80 nginx"));
		else if (shown.length === 0) place.replaceChildren(empty("Nothing fits", "No container has these words in this state."));
		else if (!list.element.isConnected) place.replaceChildren(list.element);
		list.show(shown);
	}

	// What has not changed stays the same object, so that its row is left alone.
	async function load() {
		const now = await get("/containers/json?all=1", { signal });
		all = now.map((c) => {
			const text = JSON.stringify(c), before = kept.get(c.Id);
			if (before?.text === text) return before.item;
			kept.set(c.Id, { text, item: c });
			return c;
		}).sort((a, b) => (b.State === "running") - (a.State === "running") || projectOf(a).localeCompare(projectOf(b)) || containerName(a).localeCompare(containerName(b)));
		draw();
	}

	const reload = settled(() => load().catch(() => {}), 250);
	objects(`/events?${query({ filters: JSON.stringify({ type: ["container"] }) })}`, signal, (event) => { if (!event.Action.startsWith("exec_")) reload(); }).catch(() => {});
	// "Up 2 minutes" is the engine's word, and grows old.
	const timer = setInterval(() => { if (!document.hidden) reload(); }, 15000);
	signal.addEventListener("abort", () => { clearInterval(timer); list.end(); });
	const element = h("section", { class: "view" }, h("header", { class: "bar" }, h("h1", null, project ?? "Containers"), count, h("div", { class: "segments", role: "group", "aria-label": "State" }, choices), search), place);
	return { element, ready: load(), search };
}
