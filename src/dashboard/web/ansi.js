// What programs write, made safe: colours become classes, all other control sequences go, and text stays text.

const SEQUENCE = /\x1b(?:\[([0-?]*)([ -/]*[@-~])?|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)/g;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// Numbers of SGR into a style { fg, bg, bold, dim, italic, underline, inverse }; colours are 0 to 255.
export function style(before, numbers) {
	const now = { ...before }, list = numbers.length === 0 ? [0] : numbers;
	for (let i = 0; i < list.length; i++) {
		const n = list[i];
		if (n === 0) for (const key of Object.keys(now)) delete now[key];
		else if (n === 1) now.bold = true;
		else if (n === 2) now.dim = true;
		else if (n === 3) now.italic = true;
		else if (n === 4) now.underline = true;
		else if (n === 7) now.inverse = true;
		else if (n === 22) { delete now.bold; delete now.dim; }
		else if (n === 23) delete now.italic;
		else if (n === 24) delete now.underline;
		else if (n === 27) delete now.inverse;
		else if (n >= 30 && n <= 37) now.fg = n - 30;
		else if (n >= 90 && n <= 97) now.fg = n - 82;
		else if (n >= 40 && n <= 47) now.bg = n - 40;
		else if (n >= 100 && n <= 107) now.bg = n - 92;
		else if (n === 39) delete now.fg;
		else if (n === 49) delete now.bg;
		else if (n === 38 || n === 48) {
			if (list[i + 1] === 5 && list[i + 2] >= 0 && list[i + 2] < 256) now[n === 38 ? "fg" : "bg"] = list[i + 2];
			i += list[i + 1] === 5 ? 2 : list[i + 1] === 2 ? 4 : 0;
		}
	}
	return now;
}

export function numbers(text) {
	return text === "" ? [] : text.split(/[;:]/).map((part) => Number.parseInt(part, 10) || 0);
}

// The sixteen have names of the palette; of the rest the nearest of them is taken.
function colour(n) {
	if (n < 16) return n;
	if (n >= 232) return n < 244 ? 8 : 7;
	const cube = n - 16, bright = Math.max(Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6);
	return (cube >= 108 ? 1 : 0) + (Math.floor(cube / 6) % 6 >= 3 ? 2 : 0) + (cube % 6 >= 3 ? 4 : 0) + (bright === 5 ? 8 : 0);
}

export function classes(of) {
	const list = ["bold", "dim", "italic", "underline", "inverse"].filter((name) => of[name]);
	if (of.fg !== undefined) list.push(`fg${colour(of.fg)}`);
	if (of.bg !== undefined) list.push(`bg${colour(of.bg)}`);
	return list.join(" ");
}

export function span(text, of) {
	const names = classes(of);
	if (names === "") return document.createTextNode(text);
	const element = document.createElement("span");
	element.className = names;
	element.textContent = text;
	return element;
}

// A line as nodes, and the style that the next one begins with.
export function line(text, before) {
	const nodes = [];
	let now = before, at = 0;
	// What was written over by a carriage return is not seen.
	const whole = text.replace(/\r+$/, ""), shown = whole.slice(whole.lastIndexOf("\r") + 1);
	const add = (part) => {
		const clean = part.replace(CONTROL, (sign) => (sign > "\x1f" && sign < "\x7f" ? sign : "\ufffd"));
		if (clean !== "") nodes.push(span(clean, now));
	};
	for (const match of shown.matchAll(SEQUENCE)) {
		add(shown.slice(at, match.index));
		at = match.index + match[0].length;
		if (match[2] === "m") now = style(now, numbers(match[1]));
	}
	add(shown.slice(at));
	return { nodes, after: now };
}
