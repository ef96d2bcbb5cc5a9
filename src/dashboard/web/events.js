// What happens in the engine, the newest first.

import { h, empty } from "./dom.js";
import { objects } from "./api.js";
import { clock, shortId } from "./format.js";
import { List } from "./list.js";

const MOST = 2000, BACK_S = 3600;

export function eventsView(signal) {
	const place = h("div", { class: "fill" }, empty("Nothing has happened in the last hour", "What is started, stopped, pulled and removed appears here as it happens."));
	let all = [], words = "", frame, number = 0;
	const list = new List("Events", [{ title: "Time", class: "short" }, { title: "Kind", class: "short" }, { title: "What", class: "status" }, { title: "Of", class: "name" }, { title: "More", class: "wide second" }], {
		key: (event) => event.number,
		make: (event) => [clock(event.time), event.Type, event.Action, event.Actor.Attributes?.name ?? shortId(event.Actor.ID),
			Object.entries(event.Actor.Attributes ?? {}).filter(([key]) => ["image", "exitCode", "container", "signal", "driver"].includes(key)).map(([key, value]) => `${key}=${value}`).join(" ")],
	});
	const search = h("input", { type: "search", placeholder: "Find", "aria-label": "Find", input: () => { words = search.value.toLowerCase(); draw(); } });
	const draw = () => {
		frame = undefined;
		if (all.length > 0 && !list.element.isConnected) place.replaceChildren(list.element);
		list.show(all.filter((event) => words === "" || JSON.stringify(event).toLowerCase().includes(words)));
	};
	objects(`/events?since=${Math.floor(Date.now() / 1000) - BACK_S}`, signal, (event) => {
		all = [{ ...event, number: number++ }, ...all].slice(0, MOST);
		frame ??= requestAnimationFrame(draw);
	}).catch(() => {});
	signal.addEventListener("abort", () => list.end());
	return { element: h("section", { class: "view" }, h("header", { class: "bar" }, h("h1", null, "Events"), search), place), ready: Promise.resolve(), search };
}
