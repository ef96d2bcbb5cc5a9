"""The API as a client without a library sees it: one socket, requests and answers by hand."""
import json, socket, threading


def connect(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(path)
    return s


def request(s, method, path, body=None):
    data = json.dumps(body).encode() if body is not None else b""
    s.sendall(
        f"{method} {path} HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\n\r\n".encode() + data
    )


def answer(s):
    with s.makefile("rb") as f:
        length = 0
        while line := f.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(f.read(length))


def until_end(s):
    seen = b""
    try:
        while data := s.recv(65536):
            seen += data
    except TimeoutError:
        pass
    return seen


def in_parallel(work, workers):
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
