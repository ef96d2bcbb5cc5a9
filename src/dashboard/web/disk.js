// What takes how much of the disk, and what can be freed of it.

import { h, button } from "./dom.js";
import { get, post, session, query } from "./api.js";
import { bytes } from "./format.js";
import { attempt, confirm } from "./dialogs.js";

const unusedImages = () => query({ filters: JSON.stringify({ dangling: ["false"] }) });

// sum(df) tells { total, count, free }: bytes, things, bytes that nothing uses.
const KINDS = [
	{ title: "Images", free: "Free unused images", ask: "Every image that no container uses is removed. They can be pulled or built again.", path: () => `/images/prune?${unusedImages()}`,
		sum: (df) => ({ total: df.LayersSize ?? 0, count: df.Images.length, free: Math.max((df.LayersSize ?? 0) - df.Images.filter((i) => i.Containers > 0).reduce((sum, i) => sum + i.Size - Math.max(i.SharedSize, 0), 0), 0), unused: df.Images.filter((i) => i.Containers === 0).length }) },
	{ title: "Containers", free: "Remove stopped containers", ask: "Every container that does not run is removed, and what it has written is lost, but for volumes.", path: () => "/containers/prune",
		sum: (df) => sumOf(df.Containers, (c) => c.SizeRw ?? 0, (c) => ["running", "paused", "restarting"].includes(c.State)) },
	{ title: "Volumes", free: "Remove unused volumes", ask: "Every volume that no container uses is removed, named ones too, and what is in them is lost.", path: () => `/volumes/prune?${query({ filters: JSON.stringify({ all: ["true"] }) })}`,
		sum: (df) => sumOf(df.Volumes ?? [], (v) => Math.max(v.UsageData?.Size ?? 0, 0), (v) => v.UsageData?.RefCount > 0) },
	{ title: "Build cache", free: "Free the build cache", ask: "The next builds begin anew, and take longer.", path: () => "/build/prune?all=1",
		sum: (df) => sumOf(df.BuildCache ?? [], (record) => (record.Shared ? 0 : record.Size), (record) => record.InUse) },
];

function sumOf(list, size, isUsed) {
	const add = (items) => items.reduce((sum, item) => sum + size(item), 0), unused = list.filter((item) => !isUsed(item));
	return { total: add(list), count: list.length, free: add(unused), unused: unused.length };
}

export function diskView(signal) {
	const cards = h("div", { class: "cards" }), total = h("span", { class: "count", role: "status" });

	async function free(kind) {
		if (!(await confirm(`${kind.free}?`, kind.ask, kind.free))) return;
		await attempt(() => post(kind.path()), (answer) => `${bytes(answer?.SpaceReclaimed ?? 0)} are free now`);
		await load();
	}

	function card(kind, sum) {
		const used = sum.total > 0 ? 1 - sum.free / sum.total : 0, bar = h("div", { class: "used" });
		bar.style.width = `${Math.round(used * 100)}%`;
		return h("section", { class: "card" }, h("h2", null, kind.title), h("p", { class: "large" }, bytes(sum.total)),
			h("div", { class: "meterbar", role: "img", "aria-label": `${Math.round(used * 100)} % in use` }, bar),
			h("p", { class: "muted" }, `${sum.count} in all, ${sum.unused} unused: ${bytes(sum.free)} can be freed`),
			session.readOnly ? null : button(kind.free, () => free(kind), { disabled: sum.unused === 0 }));
	}

	async function load() {
		const df = await get("/system/df", { signal }), sums = KINDS.map((kind) => kind.sum(df));
		total.textContent = `${bytes(sums.reduce((sum, one) => sum + one.total, 0))} in all`;
		cards.replaceChildren(...KINDS.map((kind, i) => card(kind, sums[i])));
	}

	return { element: h("section", { class: "view" }, h("header", { class: "bar" }, h("h1", null, "Disk"), total), h("div", { class: "fill scrolls" }, cards)), ready: load() };
}
