// Lists of projects, images, volumes and networks: what they are made of is a table each.

import { h, button, empty, setText, settled } from "./dom.js";
import { get, remove, session, objects, query } from "./api.js";
import { List } from "./list.js";
import { ago, bytes, shortId } from "./format.js";
import { attempt, confirm } from "./dialogs.js";
import { projectOf } from "./containers.js";

// Containers by their Compose project.
export function projectsOf(containers) {
	const projects = new Map();
	for (const container of containers) {
		const name = projectOf(container);
		if (name === "") continue;
		const project = projects.get(name) ?? { name, services: new Set(), running: 0, total: 0, folder: container.Labels["com.docker.compose.project.working_dir"] ?? "" };
		project.services.add(container.Labels["com.docker.compose.service"] ?? "");
		project.total++;
		project.running += container.State === "running";
		projects.set(name, project);
	}
	return [...projects.values()].sort((a, b) => a.name.localeCompare(b.name));
}

const imageName = (image) => (image.RepoTags ?? []).filter((tag) => tag !== "<none>:<none>").join(", ") || `untagged ${shortId(image.Id)}`;

const KINDS = {
	projects: {
		title: "Projects", events: ["container"], load: async (signal) => projectsOf(await get("/containers/json?all=1", { signal })), key: (p) => p.name,
		columns: [{ title: "Name", class: "name" }, { title: "Running", class: "short" }, { title: "Services", class: "wide" }, { title: "Folder", class: "wide second" }],
		make: (p) => [h("a", { href: `#project/${encodeURIComponent(p.name)}`, tabindex: "-1" }, p.name), `${p.running} of ${p.total}`, [...p.services].sort().join(", "), p.folder],
		open: (p, go) => go(`project/${encodeURIComponent(p.name)}`),
		none: ["No projects", "Containers that Compose starts are shown here by their project.", "berth compose up -d"],
	},
	images: {
		title: "Images", events: ["image"], key: (i) => i.Id,
		load: async (signal) => {
			const [images, containers] = await Promise.all([get("/images/json", { signal }), get("/containers/json?all=1", { signal })]), used = new Map();
			for (const c of containers) used.set(c.ImageID, (used.get(c.ImageID) ?? 0) + 1);
			return images.map((image) => ({ ...image, used: used.get(image.Id) ?? 0 })).sort((a, b) => imageName(a).localeCompare(imageName(b)));
		},
		columns: [{ title: "Name", class: "name" }, { title: "Id", class: "id second" }, { title: "Made", class: "short second" }, { title: "Size", class: "short number" }, { title: "Used by", class: "short" }, { title: "", class: "acts" }],
		make: (i) => [imageName(i), h("code", null, shortId(i.Id)), ago(i.Created), bytes(i.Size), i.used === 0 ? h("span", { class: "muted" }, "nothing") : `${i.used} container${i.used > 1 ? "s" : ""}`],
		name: imageName, path: (i) => `/images/${encodeURIComponent(i.RepoTags?.length === 1 ? i.RepoTags[0] : i.Id)}`, loss: "It can be pulled or built again.",
		none: ["No images", "Pull or build one; it appears here at once.", "berth pull debian"],
	},
	volumes: {
		title: "Volumes", events: ["volume", "container"], key: (v) => v.Name,
		load: async (signal) => ((await get("/system/df?type=volume", { signal })).Volumes ?? []).sort((a, b) => a.Name.localeCompare(b.Name)),
		columns: [{ title: "Name", class: "name" }, { title: "Driver", class: "short second" }, { title: "Size", class: "short number" }, { title: "Used by", class: "short" }, { title: "", class: "acts" }],
		make: (v) => [v.Name, v.Driver, v.UsageData?.Size >= 0 ? bytes(v.UsageData.Size) : "–", v.UsageData?.RefCount > 0 ? `${v.UsageData.RefCount} container${v.UsageData.RefCount > 1 ? "s" : ""}` : h("span", { class: "muted" }, "nothing")],
		name: (v) => v.Name, path: (v) => `/volumes/${encodeURIComponent(v.Name)}`, loss: "What is in it is lost.",
		none: ["No volumes", "A volume keeps files beyond the life of a container.", "berth run -v data:/data ..."],
	},
	networks: {
		title: "Networks", events: ["network"], key: (n) => n.Id,
		load: async (signal) => (await get("/networks", { signal })).sort((a, b) => a.Name.localeCompare(b.Name)),
		columns: [{ title: "Name", class: "name" }, { title: "Driver", class: "short" }, { title: "Subnets", class: "wide" }, { title: "Id", class: "id second" }, { title: "", class: "acts" }],
		make: (n) => [n.Name, n.Driver, (n.IPAM?.Config ?? []).map((config) => config.Subnet).join(", "), h("code", null, shortId(n.Id))],
		name: (n) => n.Name, path: (n) => `/networks/${n.Id}`, loss: "Its containers lose it.", keeps: (n) => ["bridge", "host", "none"].includes(n.Name),
		none: ["No networks", "", null],
	},
};

export function thingsView(kind, signal, go) {
	const of = KINDS[kind], count = h("span", { class: "count", role: "status" }), place = h("div", { class: "fill" });
	let all = [], words = "";
	const drop = async (item) => {
		if (await confirm(`Remove ${of.name(item)}?`, of.loss, "Remove")) await attempt(() => remove(of.path(item)), `${of.name(item)} is removed`);
		load().catch(() => {});
	};
	const acts = (item) => (of.path === undefined ? [] : [session.readOnly || of.keeps?.(item) ? "" : h("span", { class: "buttons" }, button("Remove", () => drop(item), { class: "quiet danger", "aria-label": `Remove ${of.name(item)}` }))]);
	const list = new List(of.title, of.columns, { key: of.key, make: (item) => [...of.make(item), ...acts(item)], open: of.open && ((item) => of.open(item, go)) });
	const search = h("input", { type: "search", placeholder: "Find", "aria-label": "Find", input: () => { words = search.value.toLowerCase(); draw(); } });
	const draw = () => {
		const shown = all.filter((item) => words === "" || JSON.stringify(of.name?.(item) ?? of.key(item)).toLowerCase().includes(words));
		setText(count, `${shown.length} of ${all.length}`);
		if (all.length === 0) place.replaceChildren(empty(...of.none));
		else if (!list.element.isConnected) place.replaceChildren(list.element);
		list.show(shown);
	};
	const load = async () => {
		all = await of.load(signal);
		draw();
	};
	const reload = settled(() => load().catch(() => {}), 300);
	objects(`/events?${query({ filters: JSON.stringify({ type: of.events }) })}`, signal, (event) => { if (!event.Action.startsWith("exec_")) reload(); }).catch(() => {});
	signal.addEventListener("abort", () => list.end());
	return { element: h("section", { class: "view" }, h("header", { class: "bar" }, h("h1", null, of.title), count, search), place), ready: load(), search };
}
