// Questions before what cannot be undone, and short messages.

import { h, button } from "./dom.js";

const messages = h("div", { class: "messages", role: "status", "aria-live": "polite" });

export function say(text, bad) {
	if (!messages.isConnected) document.body.append(messages);
	const message = h("div", { class: bad ? "message bad" : "message" }, h("span", null, text), button("Close", () => message.remove(), { class: "quiet" }));
	messages.append(message);
	while (messages.children.length > 3) messages.firstChild.remove();
	setTimeout(() => message.remove(), bad ? 12000 : 5000);
}

// Does something, and tells what went wrong.
export async function attempt(act, done) {
	try {
		const answer = await act();
		if (done !== undefined) say(typeof done === "function" ? done(answer) : done);
		return answer;
	} catch (error) {
		say(error.message, true);
		return undefined;
	}
}

// True if the person agrees.
export function confirm(title, text, word) {
	return new Promise((resolve) => {
		const dialog = h("dialog", { class: "dialog", close: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); }, "aria-label": title },
			h("h2", null, title), h("p", null, text),
			h("div", { class: "choices" }, button("Cancel", () => dialog.close("no"), { autofocus: true }), button(word, () => dialog.close("yes"), { class: "danger" })));
		document.body.append(dialog);
		dialog.showModal();
	});
}
