// The frame: who may look, where to go, what is shown.

import { h, empty } from "./dom.js";
import { enter, get, objects, query, session } from "./api.js";
import { containersView } from "./containers.js";

const PLACES = ["containers", "projects", "images", "volumes", "networks", "events", "disk"];
const TITLES = Object.fromEntries(PLACES.map((place) => [place, place[0].toUpperCase() + place.slice(1)]));

let current, shown;
const main = h("main", { id: "main", tabindex: "-1" });

function go(where) {
	location.hash = where;
}

// What the first view does not need comes later, and before it is asked for where there is time.
const later = { container: () => import("./container.js"), things: () => import("./things.js"), disk: () => import("./disk.js"), events: () => import("./events.js") };

async function viewOf([place, name, tab], signal) {
	if (place === "container" && name) return (await later.container()).containerView(name, tab ?? "logs", signal, go);
	if (place === "project" && name) return containersView(decodeURIComponent(name), signal, go);
	if (place === "disk") return (await later.disk()).diskView(signal);
	if (place === "events") return (await later.events()).eventsView(signal);
	if (place in TITLES && place !== "containers") return (await later.things()).thingsView(place, signal, go);
	return containersView(undefined, signal, go);
}

function gone(error) {
	const out = error.status === 401;
	document.body.classList.toggle("out", out);
	main.replaceChildren(out ? empty("This dashboard needs a new link", `${error.message}.`, "berth dashboard")
		: empty("The engine does not answer", "The command that opened this dashboard has ended, or the engine has. Open another one in a terminal.", "berth dashboard"));
}

async function show() {
	const words = location.hash.slice(1).split("/");
	current?.abort();
	current = new AbortController();
	const { signal } = current;
	for (const link of document.querySelectorAll(".side a:not(.brand)")) {
		const own = link.hash.slice(1), place = words[0] === "container" ? "containers" : words[0] === "project" ? "projects" : words[0] || "containers";
		if (own === place) link.setAttribute("aria-current", "page");
		else link.removeAttribute("aria-current");
	}
	try {
		const view = await viewOf(words, signal);
		if (signal.aborted) return;
		shown = view;
		main.replaceChildren(shown.element);
		await shown.ready;
		document.title = `${shown.element.querySelector("h1")?.textContent ?? "Dashboard"} – Berth`;
		document.body.dataset.ready = location.hash;
		document.body.dataset.readyMs ??= String(Math.round(performance.now()));
	} catch (error) {
		if (!signal.aborted) gone(error);
	}
}

function frame() {
	const nav = h("nav", { class: "side", "aria-label": "Dashboard" }, h("a", { class: "brand", href: "#containers" }, h("img", { src: "/icon.svg", alt: "", width: "28", height: "28" }), "Berth"),
		PLACES.map((place, i) => h("a", { href: `#${place}`, title: `${TITLES[place]} (press ${i + 1})` }, TITLES[place])),
		h("div", { class: "foot" }, session.readOnly ? h("span", { class: "badge" }, "read-only") : null, h("small", { class: "muted", id: "version" })));
	document.body.replaceChildren(h("a", { class: "skip", href: "#main", click: (event) => { event.preventDefault(); main.focus(); } }, "Skip to content"), nav, main);
}

// A stream of nearly nothing, which ends when the dashboard does.
async function watch() {
	await objects(`/events?${query({ filters: JSON.stringify({ type: ["daemon"] }) })}`, undefined, () => {}).catch(() => {});
	await get("/version").then(watch, (error) => {
		current?.abort();
		gone(error);
	});
}

// One sign each, and not where somebody writes.
function key(event) {
	if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog") !== null) return;
	const place = PLACES[Number(event.key) - 1];
	if (event.key === "/" && shown?.search) {
		shown.search.focus();
		event.preventDefault();
	} else if (place !== undefined) {
		go(place);
	} else if (event.key === "Escape" && location.hash.startsWith("#container/")) {
		go("containers");
	}
}

async function begin() {
	const token = /^#([0-9a-f]{64})$/.exec(location.hash)?.[1];
	if (token !== undefined) {
		// It is worth nothing any more, and need not stand there.
		history.replaceState(null, "", "/#containers");
		session.forget();
	}
	try {
		if (token !== undefined) await enter(token);
		else if (location.protocol === "https:") await enter("");
		else if (session.key === null) throw Object.assign(new Error("It is opened by the link that a command shows, in one tab"), { status: 401 });
	} catch (error) {
		frame();
		gone(error);
		return;
	}
	frame();
	get("/version").then((version) => { document.getElementById("version").textContent = `Engine ${version.Version}`; }, () => {});
	addEventListener("hashchange", show);
	watch();
	document.addEventListener("keydown", key);
	await show();
	setTimeout(() => { for (const load of Object.values(later)) load().catch(() => {}); }, 500);
}

addEventListener("unhandledrejection", (event) => { if (event.reason?.name === "AbortError") event.preventDefault(); });
begin();
