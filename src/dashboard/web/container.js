// One container: what it says, how it does, a terminal in it.

import { h, button, setText, settled, empty } from "./dom.js";
import { get, post, stream, objects, openTerminal, session, query } from "./api.js";
import { bytes, cpuShare, memoryUsed, percent, traffic, diskTraffic } from "./format.js";
import { Chart } from "./chart.js";
import { Terminal } from "./terminal.js";
import { line } from "./ansi.js";
import { actionsOf, doAction, removeContainer, stateMark } from "./containers.js";
import { attempt } from "./dialogs.js";

const MOST_LINES = 5000;

// Frames of standard output and error (8 bytes before each) into take(bytes, isError).
function frames(take) {
	let rest = new Uint8Array(0);
	return (chunk) => {
		const all = new Uint8Array(rest.length + chunk.length);
		all.set(rest);
		all.set(chunk, rest.length);
		let at = 0;
		while (all.length - at >= 8) {
			const length = new DataView(all.buffer).getUint32(at + 4);
			if (all.length - at - 8 < length) break;
			take(all.subarray(at + 8, at + 8 + length), all[at] === 2);
			at += 8 + length;
		}
		rest = all.slice(at);
	};
}

function logsTab(container, signal) {
	const lines = h("div", { class: "lines" }), box = h("div", { class: "log", tabindex: "0", role: "log", "aria-label": "Logs" }, lines);
	const decoders = [new TextDecoder(), new TextDecoder()], rests = ["", ""];
	let follow = true, styles = {}, waiting = [];
	const end = button("Follow", () => { follow = true; box.scrollTop = box.scrollHeight; end.hidden = true; }, { class: "float", hidden: true });
	const wrap = button("Wrap lines", () => { wrap.setAttribute("aria-pressed", String(box.classList.toggle("wrapped"))); }, { "aria-pressed": "false", class: "quiet" });
	box.addEventListener("scroll", () => { follow = box.scrollTop + box.clientHeight >= box.scrollHeight - 30; end.hidden = follow; });
	const flush = () => {
		frame = undefined;
		lines.append(...waiting.splice(0).slice(-MOST_LINES));
		while (lines.children.length > MOST_LINES) lines.firstChild.remove();
		if (follow) box.scrollTop = box.scrollHeight;
	};
	let frame;
	const take = (bytesOf, isError) => {
		const n = Number(isError), parts = (rests[n] + decoders[n].decode(bytesOf, { stream: true })).split("\n");
		rests[n] = parts.pop().slice(-1e5);
		for (const part of parts) {
			const { nodes, after } = line(part, styles);
			styles = after;
			waiting.push(h("div", { class: isError ? "bad" : null }, nodes));
		}
		frame ??= requestAnimationFrame(flush);
	};
	const say = (text) => lines.append(h("div", { class: "muted" }, text));
	stream(`/containers/${container.Id}/logs?${query({ follow: 1, stdout: 1, stderr: 1, tail: 1000 })}`, signal, container.Config.Tty ? (chunk) => take(chunk, false) : frames(take))
		.then(() => { flush(); say("— the container has ended —"); }, (error) => { if (!signal.aborted) say(error.message); });
	return h("div", { class: "tab" }, h("div", { class: "tools" }, wrap), h("div", { class: "fill relative" }, box, end));
}

function statsTab(container, signal) {
	if (!container.State.Running) return empty("It does not run", "Numbers are there while a container runs.");
	const cpu = new Chart("CPU", [""], percent, 10), memory = new Chart("Memory", [""], bytes, 1e6), network = new Chart("Network", ["in", "out"], (n) => `${bytes(n)}/s`, 1e3),
		disk = new Chart("Disk", ["read", "written"], (n) => `${bytes(n)}/s`, 1e3), processes = h("span", null, "–");
	let before;
	objects(`/containers/${container.Id}/stats`, signal, (sample) => {
		const seconds = before ? (Date.parse(sample.read) - Date.parse(before.read)) / 1000 : 0;
		if (before && seconds > 0) {
			const rate = (read) => Math.max(read(sample) - read(before), 0) / seconds;
			cpu.add(cpuShare(sample, before));
			memory.add(memoryUsed(sample));
			network.add(rate((s) => traffic(s, "rx_bytes")), rate((s) => traffic(s, "tx_bytes")));
			disk.add(rate((s) => diskTraffic(s, "read")), rate((s) => diskTraffic(s, "write")));
			setText(processes, `${sample.pids_stats?.current ?? 0} processes`);
		}
		before = sample;
	}).catch(() => {});
	return h("div", { class: "tab scrolls" }, h("div", { class: "charts" }, cpu.element, memory.element, network.element, disk.element), h("p", { class: "muted" }, processes));
}

function terminalTab(container, signal) {
	if (session.readOnly) return empty("Read-only", "This dashboard shows everything and changes nothing: a terminal could.");
	if (!container.State.Running) return empty("It does not run", "A terminal needs a container that runs: start it first.");
	let socket, id;
	const encoder = new TextEncoder(), said = h("p", { class: "muted", role: "status" }, "");
	const sized = settled(() => { if (id !== undefined && socket.readyState === WebSocket.OPEN) post(`/exec/${id}/resize?${query({ h: terminal.screen.rows, w: terminal.screen.columns })}`).catch(() => {}); }, 100);
	const terminal = new Terminal((text) => { if (socket?.readyState === WebSocket.OPEN) socket.send(encoder.encode(text)); }, sized);
	const shell = h("select", { "aria-label": "Shell" }, ["sh", "bash"].map((name) => h("option", null, name)));
	const begin = async () => {
		socket?.close();
		terminal.screen.reset(terminal.screen.columns, terminal.screen.rows);
		setText(said, "");
		await attempt(async () => {
			({ id, socket } = await openTerminal(container.Id, [shell.value], terminal.screen.columns, terminal.screen.rows));
			const own = socket;
			own.addEventListener("message", (event) => { if (own === socket) terminal.take(event.data); });
			own.addEventListener("open", () => { sized(); terminal.input.focus(); });
			own.addEventListener("close", () => { if (own === socket) setText(said, "The shell has ended."); });
		});
	};
	shell.addEventListener("change", begin);
	signal.addEventListener("abort", () => { socket?.close(); terminal.end(); });
	requestAnimationFrame(() => { terminal.measure(); begin(); });
	return h("div", { class: "tab" }, h("div", { class: "tools" }, shell, button("New shell", begin, { class: "quiet" }), said, h("small", { class: "muted" }, "Shift+Esc leaves the terminal")), terminal.element);
}

function processesTab(container, signal) {
	if (!container.State.Running) return empty("It does not run", "Processes are there while a container runs.");
	const table = h("table", { class: "plain" });
	const load = async () => {
		const { Titles, Processes } = await get(`/containers/${container.Id}/top`, { signal });
		table.replaceChildren(h("thead", null, h("tr", null, Titles.map((title) => h("th", null, title)))), h("tbody", null, Processes.map((row) => h("tr", null, row.map((cell) => h("td", null, cell))))));
	};
	load().catch(() => {});
	const timer = setInterval(() => load().catch(() => {}), 3000);
	signal.addEventListener("abort", () => clearInterval(timer));
	return h("div", { class: "tab scrolls" }, table);
}

function inspectTab(container) {
	return h("div", { class: "tab" }, h("pre", { class: "log inspect", tabindex: "0", "aria-label": "Inspect" }, JSON.stringify(container, null, 2)));
}

const TABS = { logs: ["Logs", logsTab], stats: ["Stats", statsTab], terminal: ["Terminal", terminalTab], processes: ["Processes", processesTab], inspect: ["Inspect", inspectTab] };

export function containerView(id, tab, signal, go) {
	// A removed container has no page; but whoever has gone elsewhere meanwhile stays there.
	const leave = () => { if (location.hash.startsWith(`#container/${id}`)) go("containers"); };
	const head = h("header", { class: "bar" }), place = h("div", { class: "fill column" });
	const tabs = h("nav", { class: "tabs", "aria-label": "About this container" }, Object.entries(TABS).map(([key, [title]]) => h("a", { href: `#container/${id}/${key}`, "aria-current": key === tab ? "page" : null }, title)));
	let shown, running, inner;

	async function load() {
		const container = await get(`/containers/${id}/json`, { signal }), name = container.Name.replace(/^\//, ""), state = container.State.Status;
		const acts = session.readOnly ? [] : [...actionsOf(state).map(([word, action]) => button(word, () => doAction(id, name, action))),
			button("Remove", async () => { if (await removeContainer(id, name, container.State.Running)) leave(); }, { class: "danger" })];
		const health = container.State.Health?.Status, ended = state === "exited" ? `exited (${container.State.ExitCode})` : state;
		head.replaceChildren(h("a", { href: "#containers", class: "back", "aria-label": "All containers" }, "‹"), h("h1", null, name), stateMark(state, health && health !== "none" ? `${ended}, ${health}` : ended), h("span", { class: "muted image" }, container.Config.Image), h("div", { class: "buttons end" }, acts));
		// A tab begins anew where the container has begun or ended, but what it has said stays on the screen.
		if (shown && (running === container.State.Running || (tab === "logs" && running))) {
			running = container.State.Running;
			return;
		}
		inner?.abort();
		inner = new AbortController();
		shown = true;
		running = container.State.Running;
		place.replaceChildren(TABS[tab][1](container, inner.signal));
	}

	signal.addEventListener("abort", () => inner?.abort());
	const reload = settled(() => load().catch((error) => { if (error.status === 404) leave(); }), 150);
	objects(`/events?${query({ filters: JSON.stringify({ type: ["container"], container: [id] }) })}`, signal, (event) => { if (!event.Action.startsWith("exec_")) reload(); }).catch(() => {});
	return { element: h("section", { class: "view" }, head, tabs, place), ready: load() };
}
