// Elements, made so that text stays text: strings become text nodes, and nothing is ever read as markup.

export function h(tag, attributes, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (value === undefined || value === null || value === false) continue;
		if (typeof value === "function") element.addEventListener(name, value);
		else element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.flat().filter((child) => child !== null && child !== undefined));
	return element;
}

export function svg(tag, attributes, ...children) {
	const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
	element.append(...children);
	return element;
}

// What is said to be changed only where it is, so that selections and screen readers are left alone.
export function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

export function button(label, act, attributes) {
	return h("button", { type: "button", click: act, ...attributes }, label);
}

export function empty(title, advice, command) {
	return h("div", { class: "empty" }, h("h2", null, title), h("p", null, advice), command ? h("pre", null, command) : null);
}

// Calls once, some time after the last of many calls.
export function settled(act, milliseconds) {
	let timer;
	return () => {
		clearTimeout(timer);
		timer = setTimeout(act, milliseconds);
	};
}
