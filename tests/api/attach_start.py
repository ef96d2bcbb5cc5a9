"""A start that is sent once an attach has answered finds the attachment: no output is lost. Eight
clients at a time make the engine's threads change places often enough to show a gap."""
import json, socket, sys, threading

PATH, WORKERS, ROUNDS = sys.argv[1], 8, 100
lost = []


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(PATH)
    return s


def post(s, path, body=None):
    data = json.dumps(body).encode() if body is not None else b""
    s.sendall(
        f"POST {path} HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\n\r\n".encode() + data
    )


def answer(s):
    with s.makefile("rb") as f:
        length = 0
        while line := f.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(f.read(length))


def work():
    config = {"Image": "busybox", "Cmd": ["echo", "hi"], "HostConfig": {"NetworkMode": "none", "AutoRemove": True}}
    for _ in range(ROUNDS):
        with connect() as s, connect() as a:
            post(s, "/containers/create", config)
            id = answer(s)["Id"]
            post(a, f"/containers/{id}/attach?stream=1&stdout=1")
            seen = a.recv(65536)
            post(s, f"/containers/{id}/start")
            try:
                while data := a.recv(65536):
                    seen += data
            except TimeoutError:
                pass
            if not seen.endswith(b"hi\n"):
                lost.append(id)


threads = [threading.Thread(target=work) for _ in range(WORKERS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
sys.exit(f"{len(lost)} of {WORKERS * ROUNDS} attachments lost" if lost else 0)
