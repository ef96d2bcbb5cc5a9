// What the engine is asked. Each request carries the session's key, which no other page has; its cookie goes along by itself.

const API = "/v1.51";

export const session = {
	get key() { return sessionStorage.getItem("key"); },
	get readOnly() { return sessionStorage.getItem("readOnly") === "true"; },
	forget() { sessionStorage.clear(); },
};

export class Refusal extends Error {
	constructor(status, message) {
		super(message);
		this.status = status;
	}
}

async function refuse(response) {
	const body = await response.json().catch(() => ({}));
	throw new Refusal(response.status, body.message ?? response.statusText);
}

// The token of the link, which is worth nothing afterwards; behind a certificate there is none.
export async function enter(token) {
	const response = await fetch("/enter", { method: "POST", body: token });
	if (!response.ok) await refuse(response);
	const answer = await response.json();
	sessionStorage.setItem("key", answer.Key);
	sessionStorage.setItem("readOnly", String(answer.ReadOnly));
}

async function request(method, path, { body, signal } = {}) {
	const headers = { "X-Berth-Key": session.key ?? "" };
	if (body !== undefined) headers["Content-Type"] = "application/json";
	const response = await fetch(API + path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
	if (!response.ok && response.status !== 304) await refuse(response);
	return response;
}

export async function call(method, path, options) {
	const text = await (await request(method, path, options)).text();
	return text === "" ? null : JSON.parse(text);
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body) => call("POST", path, { body });
export const remove = (path) => call("DELETE", path);

// Chunks of bytes until the stream ends or signal says so.
export async function stream(path, signal, take) {
	const response = await request("GET", path, { signal });
	const reader = response.body.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		take(value);
	}
}

// Objects that come a line each.
export async function objects(path, signal, take) {
	const decoder = new TextDecoder();
	let rest = "";
	await stream(path, signal, (chunk) => {
		const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
		rest = lines.pop();
		for (const line of lines) if (line.trim() !== "") take(JSON.parse(line));
	});
}

export function query(words) {
	return new URLSearchParams(words).toString();
}

export async function openTerminal(id, command, columns, rows) {
	const exec = await post(`/containers/${id}/exec`, { Cmd: command, Tty: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, ConsoleSize: [rows, columns], Env: ["TERM=xterm-256color"] });
	const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/terminal/${exec.Id}`, ["berth", `key.${session.key}`]);
	socket.binaryType = "arraybuffer";
	return { id: exec.Id, socket };
}
