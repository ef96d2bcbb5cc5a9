// Lines over time.

import { h, svg, setText } from "./dom.js";

const WIDTH = 300, HEIGHT = 80;

function path(values, most, size) {
	const step = WIDTH / Math.max(size - 1, 1), from = size - values.length;
	return values.map((value, i) => `${i === 0 ? "M" : "L"}${((from + i) * step).toFixed(1)} ${(HEIGHT - 2 - (value / most) * (HEIGHT - 6)).toFixed(1)}`).join("");
}

// names: of its lines; write(value): a value as text; least: what the scale reaches at any rate.
export class Chart {
	constructor(title, names, write, least, size = 60) {
		Object.assign(this, { names, write, least, size, values: names.map(() => []) });
		this.lines = names.map((_, i) => svg("path", { class: `line line${i}`, "vector-effect": "non-scaling-stroke" }));
		this.area = svg("path", { class: "area" });
		this.numbers = names.map((name, i) => h("span", { class: `number number${i}` }, "–"));
		this.scale = h("span", { class: "scale" }, "");
		const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.area, ...this.lines);
		this.element = h("section", { class: "chart", "aria-label": title },
			h("header", null, h("h3", null, title), h("div", { class: "numbers" }, names.map((name, i) => h("span", { class: "legend" }, name === "" ? null : h("span", { class: "muted" }, name), this.numbers[i])))),
			h("div", { class: "plot" }, picture, this.scale));
	}

	add(...values) {
		values.forEach((value, i) => {
			this.values[i].push(value);
			if (this.values[i].length > this.size) this.values[i].shift();
			setText(this.numbers[i], this.write(value));
		});
		const most = Math.max(this.least, ...this.values.flat()) * 1.1;
		this.lines.forEach((line, i) => line.setAttribute("d", path(this.values[i], most, this.size)));
		const count = this.values[0].length, from = ((this.size - count) * WIDTH) / (this.size - 1);
		this.area.setAttribute("d", `${path(this.values[0], most, this.size)}L${WIDTH} ${HEIGHT}L${from.toFixed(1)} ${HEIGHT}Z`);
		setText(this.scale, this.write(most / 1.1));
	}
}

// A small one, in a row.
export function spark(values, most) {
	const step = 60 / 29, from = 30 - values.length;
	return values.map((value, i) => `${i === 0 ? "M" : "L"}${((from + i) * step).toFixed(1)} ${(17 - (Math.min(value, most) / most) * 15).toFixed(1)}`).join("");
}
