// A terminal: a grid of signs, and what programs say of it (ECMA-48, as far as shells, editors and pagers use it). It only ever writes text.

import { h } from "./dom.js";
import { span, style, numbers, classes } from "./ansi.js";

const KEYS = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F" };
const TILDE = { Insert: 2, Delete: 3, PageUp: 5, PageDown: 6, F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24 };
const MOST_LINES = 1000;

const blank = () => ({ sign: " ", style: {} });

export class Screen {
	constructor(columns, rows, reply) {
		this.reply = reply;
		this.pending = "";
		this.history = [];
		this.reset(columns, rows);
	}

	reset(columns, rows) {
		Object.assign(this, { columns, rows, x: 0, y: 0, style: {}, top: 0, bottom: rows - 1, wrap: false, hidden: false, application: false, saved: { x: 0, y: 0 }, other: null });
		this.lines = Array.from({ length: rows }, () => this.blankLine());
	}

	blankLine() {
		return Array.from({ length: this.columns }, blank);
	}

	resize(columns, rows) {
		for (const line of this.lines) {
			line.length = Math.min(line.length, columns);
			while (line.length < columns) line.push(blank());
		}
		Object.assign(this, { columns });
		while (this.lines.length > rows && this.lines.length - 1 > this.y) this.lines.pop();
		while (this.lines.length > rows) this.keep(this.lines.shift());
		while (this.lines.length < rows) this.lines.push(this.blankLine());
		Object.assign(this, { rows, x: Math.min(this.x, columns - 1), y: Math.min(this.y, rows - 1), top: 0, bottom: rows - 1, wrap: false });
	}

	keep(line) {
		if (this.other !== null) return;
		this.history.push(line);
		if (this.history.length > MOST_LINES) this.history.shift();
	}

	write(text) {
		const all = this.pending + text;
		this.pending = "";
		for (let i = 0; i < all.length;) {
			const code = all.charCodeAt(i);
			if (code === 0x1b) {
				const used = this.escape(all.slice(i, i + 4096));
				if (used === 0) {
					this.pending = all.slice(i);
					return;
				}
				i += used;
			} else {
				const sign = String.fromCodePoint(all.codePointAt(i));
				if (code < 0x20 || code === 0x7f) this.control(code);
				else if (code < 0x80 || code > 0x9f) this.put(sign);
				i += sign.length;
			}
		}
	}

	put(sign) {
		if (this.wrap) {
			this.x = 0;
			this.feed();
		}
		this.lines[this.y][this.x] = { sign, style: this.style };
		this.wrap = this.x === this.columns - 1;
		if (!this.wrap) this.x++;
	}

	control(code) {
		if (code !== 7) this.wrap = false;
		if (code === 8) this.x = Math.max(this.x - 1, 0);
		else if (code === 9) this.x = Math.min((Math.floor(this.x / 8) + 1) * 8, this.columns - 1);
		else if (code >= 10 && code <= 12) this.feed();
		else if (code === 13) this.x = 0;
	}

	feed() {
		this.wrap = false;
		if (this.y === this.bottom) this.scroll(1);
		else this.y = Math.min(this.y + 1, this.rows - 1);
	}

	// Up by a number of lines, down by a negative one, within the region from a line on.
	scroll(count, from = this.top) {
		for (let i = 0; i < Math.min(Math.abs(count), this.rows); i++) {
			const [gone] = this.lines.splice(count > 0 ? from : this.bottom, 1);
			if (count > 0 && from === 0 && this.bottom === this.rows - 1) this.keep(gone);
			this.lines.splice(count > 0 ? this.bottom : from, 0, this.blankLine());
		}
	}

	// How much of the text the sequence at its beginning takes; 0: its end has not come yet.
	escape(text) {
		const sequence = /^\x1b\[([<-?]?)([0-9;:]*)[ -/]*([@-~])/.exec(text);
		if (sequence !== null) {
			this.sequence(sequence[3], sequence[1], numbers(sequence[2]));
			return sequence[0].length;
		}
		const string = /^\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)/.exec(text);
		if (string !== null) return string[0].length;
		if (text.length < 4096 && /^\x1b(?:\[[<-?]?[0-9;:]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)$/.test(text)) return 0;
		const short = /^\x1b[ -/]*[0-~]?/.exec(text)[0];
		this.short(short.slice(1));
		return short.length;
	}

	short(word) {
		if (word === "7") this.saved = { x: this.x, y: this.y, style: this.style };
		else if (word === "8") this.restore();
		else if (word === "D" || word === "E") { if (word === "E") this.x = 0; this.feed(); }
		else if (word === "M") { if (this.y === this.top) this.scroll(-1); else this.y = Math.max(this.y - 1, 0); }
		else if (word === "c") this.reset(this.columns, this.rows);
	}

	sequence(word, mark, list) {
		const n = Math.max(list[0] ?? 1, 1);
		if (mark === "?") { if (word === "h" || word === "l") list.forEach((mode) => this.mode(mode, word === "h")); return; }
		if (mark !== "") return;
		if (word !== "m" && word !== "n") this.wrap = false;
		const act = {
			A: () => this.go(this.x, this.y - n), B: () => this.go(this.x, this.y + n), C: () => this.go(this.x + n, this.y), D: () => this.go(this.x - n, this.y),
			E: () => this.go(0, this.y + n), F: () => this.go(0, this.y - n), G: () => this.go(n - 1, this.y), "`": () => this.go(n - 1, this.y), d: () => this.go(this.x, n - 1),
			H: () => this.go(Math.max(list[1] ?? 1, 1) - 1, n - 1), f: () => this.go(Math.max(list[1] ?? 1, 1) - 1, n - 1),
			J: () => this.eraseScreen(list[0] ?? 0), K: () => this.eraseLine(list[0] ?? 0),
			L: () => { if (this.inside()) this.scroll(-n, this.y); }, M: () => { if (this.inside()) this.scroll(n, this.y); },
			P: () => this.cells(n, 0), "@": () => this.cells(0, n), X: () => this.fill(this.y, this.x, this.x + n),
			S: () => this.scroll(n), T: () => this.scroll(-n),
			m: () => { this.style = style(this.style, list); },
			n: () => { if (list[0] === 6) this.reply(`\x1b[${this.y + 1};${this.x + 1}R`); else if (list[0] === 5) this.reply("\x1b[0n"); },
			c: () => this.reply("\x1b[?1;2c"),
			r: () => this.region((list[0] || 1) - 1, (list[1] || this.rows) - 1),
			s: () => { this.saved = { x: this.x, y: this.y }; }, u: () => this.restore(),
		}[word];
		act?.();
	}

	// The screen may have become smaller since.
	restore() {
		Object.assign(this, this.saved, { wrap: false });
		this.go(this.x, this.y);
	}

	inside() {
		return this.y >= this.top && this.y <= this.bottom;
	}

	region(top, bottom) {
		if (top >= bottom || bottom >= this.rows) return;
		Object.assign(this, { top, bottom });
		this.go(0, 0);
	}

	mode(number, on) {
		if (number === 25) this.hidden = !on;
		else if (number === 1) this.application = on;
		else if ((number === 1049 || number === 47 || number === 1047) && on !== (this.other !== null)) this.alternate(on);
	}

	alternate(on) {
		if (on) {
			this.other = { lines: this.lines, x: this.x, y: this.y };
			this.lines = Array.from({ length: this.rows }, () => this.blankLine());
			return;
		}
		const { columns, rows, other } = this;
		Object.assign(this, other, { other: null, top: 0, bottom: rows - 1 });
		this.resize(columns, rows);
	}

	go(x, y) {
		this.x = Math.min(Math.max(x, 0), this.columns - 1);
		this.y = Math.min(Math.max(y, 0), this.rows - 1);
	}

	fill(y, from, to) {
		for (let x = Math.max(from, 0); x < Math.min(to, this.columns); x++) this.lines[y][x] = { sign: " ", style: this.style.bg === undefined ? {} : { bg: this.style.bg } };
	}

	eraseLine(how) {
		this.fill(this.y, how === 0 ? this.x : 0, how === 1 ? this.x + 1 : this.columns);
	}

	eraseScreen(how) {
		if (how < 2) this.eraseLine(how);
		for (let y = 0; y < this.rows; y++) if (how >= 2 || (how === 0 ? y > this.y : y < this.y)) this.fill(y, 0, this.columns);
		if (how === 3) this.history = [];
	}

	cells(take, give) {
		const line = this.lines[this.y];
		line.splice(this.x, take);
		for (let i = 0; i < Math.min(give, this.columns); i++) line.splice(this.x, 0, blank());
		line.length = Math.min(line.length, this.columns);
		while (line.length < this.columns) line.push(blank());
	}
}

// The keys that a person presses, as a terminal sends them; null: the browser's own.
export function keyText(event, application) {
	const { key, ctrlKey: ctrl, altKey: alt, shiftKey: shift, metaKey: meta } = event;
	if (meta || (ctrl && shift) || (key === "Escape" && shift)) return null;
	if (key in KEYS) return ctrl ? `\x1b[1;5${KEYS[key]}` : `\x1b${application ? "O" : "["}${KEYS[key]}`;
	if (key in TILDE) return `\x1b[${TILDE[key]}~`;
	if (/^F[1-4]$/.test(key)) return `\x1bO${"PQRS"[Number(key[1]) - 1]}`;
	const named = { Enter: "\r", Backspace: "\x7f", Tab: shift ? "\x1b[Z" : "\t", Escape: "\x1b" }[key];
	if (named !== undefined) return (alt ? "\x1b" : "") + named;
	if ([...key].length !== 1) return null;
	if (ctrl && /^[a-z@[\\\]^_ ]$/i.test(key)) return String.fromCharCode(key === " " ? 0 : key.toUpperCase().charCodeAt(0) & 31);
	return ctrl ? null : (alt ? "\x1b" : "") + key;
}

// The screen as an element; send(text) gets what is typed, sized(columns, rows) a new size.
export class Terminal {
	constructor(send, sized) {
		this.send = send;
		this.sized = sized;
		this.screen = new Screen(80, 24, send);
		this.decoder = new TextDecoder();
		this.lines = h("div", { class: "lines", "aria-hidden": "true" });
		this.input = h("textarea", { class: "keys", "aria-label": "Terminal. Shift and Escape leave it.", autocapitalize: "off", autocomplete: "off", spellcheck: "false",
			keydown: (event) => this.key(event), input: () => this.typed(), paste: (event) => this.paste(event) });
		this.probe = h("span", { class: "probe", "aria-hidden": "true" }, "M".repeat(20));
		this.element = h("div", { class: "terminal", click: () => { if (getSelection().isCollapsed) this.input.focus({ preventScroll: true }); } }, this.lines, this.probe, this.input);
		this.observer = new ResizeObserver(() => this.measure());
		this.observer.observe(this.element);
	}

	measure() {
		const box = this.probe.getBoundingClientRect(), columns = Math.floor((this.element.clientWidth - 24) / (box.width / 20)), rows = Math.floor((this.element.clientHeight - 16) / box.height);
		if (!(columns >= 20 && rows >= 4) || (columns === this.screen.columns && rows === this.screen.rows)) return;
		this.screen.resize(columns, rows);
		this.draw();
		this.sized(columns, rows);
	}

	take(bytes) {
		this.screen.write(this.decoder.decode(bytes, { stream: true }));
		this.frame ??= requestAnimationFrame(() => { this.frame = undefined; this.draw(); });
	}

	draw() {
		const { screen } = this, all = [...screen.history, ...screen.lines], cursor = screen.hidden ? -1 : screen.history.length + screen.y;
		const end = this.element.scrollTop + this.element.clientHeight >= this.element.scrollHeight - 40;
		this.lines.replaceChildren(...all.map((line, i) => this.line(line, i === cursor ? screen.x : -1)));
		if (end) this.element.scrollTop = this.element.scrollHeight;
	}

	line(cells, cursor) {
		const row = h("div", null);
		let text = "", at = null;
		cells.forEach((cell, x) => {
			const own = x === cursor ? { ...cell.style, inverse: !cell.style.inverse } : cell.style;
			if (at !== null && (classes(own) !== classes(at) || x === cursor)) { row.append(span(text, at)); text = ""; }
			at = own;
			text += cell.sign;
		});
		row.append(span(text === "" ? " " : text.replace(/ +$/, (blanks) => (classes(at ?? {}) === "" ? "" : blanks)) || "\u200b", at ?? {}));
		return row;
	}

	key(event) {
		if (event.isComposing) return;
		if (event.key === "Escape" && event.shiftKey) { this.input.blur(); event.preventDefault(); return; }
		const text = keyText(event, this.screen.application);
		if (text === null) return;
		event.preventDefault();
		this.send(text);
	}

	typed() {
		if (this.input.value !== "") this.send(this.input.value);
		this.input.value = "";
	}

	paste(event) {
		event.preventDefault();
		this.send(event.clipboardData.getData("text/plain").replace(/\r?\n/g, "\r"));
	}

	end() {
		this.observer.disconnect();
	}
}
