#!/usr/bin/env python3
"""requests.py SOCKET FILE: sends each request of FILE and tells where the engine answers otherwise than dockerd 28.5.2 did.
requests.py SOCKET FILE record: asks the engine at SOCKET, a dockerd, anew. The scene is containers cc0 (made) and rr0 (runs), network n
(10.99.0.0/16), volume vv0, image busybox. A line is [METHOD, PATH, BODY, STATUS, SENTENCE]; the sentence of what went well is "ok"."""
import json, re, socket, sys


def ask(path, method, target, body, seconds=20):
	target = target if re.match(r"/v\d", target) else "/v1.51" + target  # dockerd's newest
	data = json.dumps(body).encode() if body is not None else b""
	head = f"{method} {target} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n"
	head += "Content-Type: application/json\r\n" if body is not None else ""
	head += f"Content-Length: {len(data)}\r\n" if method != "GET" and method != "HEAD" else ""
	with socket.socket(socket.AF_UNIX) as sock:
		sock.settimeout(seconds)
		sock.connect(path)
		sock.sendall(head.encode() + b"\r\n" + data)
		answer = b"".join(iter(lambda: sock.recv(65536), b""))
	head, _, rest = answer.partition(b"\r\n\r\n")
	text = b""
	while b"chunked" in head.lower() and rest:
		size, _, rest = rest.partition(b"\r\n")
		text, rest = text + rest[:int(size, 16)], rest[int(size, 16) + 2:]
	return int(head.split()[1]), (text or rest).decode("utf-8", "replace")


def parse(text):
	try:
		return json.loads(text)
	except ValueError:
		return None


def sentence(status, text):
	answer = parse(text)
	if status >= 300:
		text = answer["message"] if isinstance(answer, dict) and "message" in answer else text
	else:
		text = "ok"
		if isinstance(answer, dict) and answer.get("Warnings"):
			text = "warnings: " + "; ".join(answer["Warnings"])
	return re.sub(r"\b[0-9a-f]{12}\b", "ID", re.sub(r"[0-9a-f]{64}", "ID", text.strip()))


def undo(path, target, status, text):
	made = parse(text)
	if status != 201 or not isinstance(made, dict):
		return
	if target.startswith("/containers/create"):
		ask(path, "DELETE", f"/containers/{made['Id']}?force=1&v=1", None)
	elif target == "/networks/create":
		ask(path, "DELETE", f"/networks/{made['Id']}", None)
	elif target == "/volumes/create" and made["Name"] != "vv0":
		ask(path, "DELETE", f"/volumes/{made['Name']}", None)


def main():
	path, file = sys.argv[1:3]
	with open(file, encoding="utf-8") as lines:
		rows = [json.loads(line) for line in lines]
	wrong = 0
	for row in rows:
		status, text = ask(path, *row[:3])
		undo(path, row[1], status, text)
		found = [status, sentence(status, text)]
		if found != row[3:]:
			wrong += 1
			if sys.argv[3:] != ["record"]:
				print(f"{row[0]} {row[1]} {json.dumps(row[2])}\n  dockerd: {row[3:]}\n  here:    {found}")
		row[3:] = found
	if sys.argv[3:] == ["record"]:
		with open(file, "w", encoding="utf-8") as out:
			out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
		return 0
	return wrong != 0


sys.exit(main())
