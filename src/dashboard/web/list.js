// A table of any length: only the rows that can be seen exist. Arrow keys move, Enter opens.

import { h } from "./dom.js";

const ROW = 44, AROUND = 6;

// A row made anew keeps the focus that one of its buttons has.
function replace(before, after) {
	const at = [...before.querySelectorAll("a, button")].indexOf(document.activeElement);
	before.replaceWith(after);
	if (at >= 0) after.querySelectorAll("a, button")[at]?.focus({ preventScroll: true });
}

// columns: [{ title, class }]; view.make(item) gives a row's cells, view.key(item) its id, view.open(item) is what Enter does;
// view.seen(items) hears which items are on the screen.
export class List {
	constructor(label, columns, view) {
		this.view = view;
		this.items = [];
		this.rows = new Map();
		this.selected = null;
		this.body = h("div", { class: "rows", role: "rowgroup", pointerdown: (event) => this.hold(event) });
		this.scroller = h("div", { class: "scroller", tabindex: "0", keydown: (event) => this.key(event), scroll: () => this.later() }, this.body);
		const head = h("div", { class: "row head", role: "row" }, columns.map((column) => h("div", { class: `cell ${column.class ?? ""}`, role: "columnheader" }, column.title)));
		this.element = h("div", { class: "table", role: "table", "aria-label": label }, head, this.scroller);
		this.classes = columns.map((column) => `cell ${column.class ?? ""}`);
		this.observer = new ResizeObserver(() => this.later());
		this.observer.observe(this.scroller);
	}

	show(items) {
		this.items = items;
		this.element.setAttribute("aria-rowcount", String(items.length));
		this.body.style.height = `${items.length * ROW}px`;
		this.draw();
	}

	later() {
		this.frame ??= requestAnimationFrame(() => {
			this.frame = undefined;
			this.draw();
		});
	}

	range() {
		const first = Math.max(Math.floor(this.scroller.scrollTop / ROW) - AROUND, 0);
		return [first, Math.min(Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW) + AROUND, this.items.length)];
	}

	// A button that is pressed stays where it is until it is released: one that was made anew in between would not be clicked.
	hold(event) {
		if (event.target.closest("button, a") === null) return;
		this.held?.abort();
		this.held = new AbortController();
		const release = () => {
			this.held.abort();
			this.held = undefined;
			this.later();
		};
		for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, release, { signal: this.held.signal });
	}

	draw() {
		if (this.held !== undefined) return;
		const [first, last] = this.range(), wanted = new Set(), seen = this.items.slice(first, last);
		seen.forEach((item, i) => {
			const key = this.view.key(item);
			wanted.add(key);
			this.place(key, item, first + i);
		});
		for (const [key, row] of this.rows) {
			if (wanted.has(key)) continue;
			row.element.remove();
			this.rows.delete(key);
		}
		this.view.seen?.(seen);
	}

	place(key, item, index) {
		let row = this.rows.get(key);
		if (row === undefined || row.item !== item) {
			const element = h("div", { class: "row", role: "row", click: (event) => this.click(event, item) },
				this.view.make(item).map((cell, i) => h("div", { class: this.classes[i], role: "cell" }, cell)));
			if (row === undefined) this.body.append(element);
			else replace(row.element, element);
			row = { element, item };
			this.rows.set(key, row);
		}
		row.element.style.transform = `translateY(${index * ROW}px)`;
		row.element.setAttribute("aria-rowindex", String(index + 1));
		row.element.classList.toggle("selected", key === this.selected);
	}

	click(event, item) {
		if (event.target.closest("button, a") === null) this.view.open?.(item);
	}

	key(event) {
		if (event.target !== this.scroller) return;
		const at = this.items.findIndex((item) => this.view.key(item) === this.selected), page = Math.max(Math.floor(this.scroller.clientHeight / ROW) - 1, 1);
		const steps = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.items.length - 1, j: at + 1, k: at - 1 };
		if (event.key === "Enter" && at >= 0) this.view.open?.(this.items[at]);
		else if (event.key in steps && !event.ctrlKey && !event.metaKey && !event.altKey) this.select(steps[event.key]);
		else return;
		event.preventDefault();
	}

	select(index) {
		if (this.items.length === 0) return;
		const to = Math.min(Math.max(index, 0), this.items.length - 1), view = this.scroller;
		this.selected = this.view.key(this.items[to]);
		if (to * ROW < view.scrollTop) view.scrollTop = to * ROW;
		else if ((to + 1) * ROW > view.scrollTop + view.clientHeight) view.scrollTop = (to + 1) * ROW - view.clientHeight;
		this.draw();
	}

	end() {
		this.held?.abort();
		this.observer.disconnect();
	}
}
