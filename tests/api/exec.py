"""Starts of execs by hand: what the answer's head and stream are. exec.py SOCKET CONTAINER"""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
import raw_api

path, container = sys.argv[1:]


def call(method, url, body=None, upgrade=False):
    s = raw_api.connect(path)
    data = json.dumps(body).encode() if body is not None else b""
    extra = "Connection: Upgrade\r\nUpgrade: tcp\r\n" if upgrade else "Connection: close\r\n"
    s.sendall(
        f"{method} /v1.51{url} HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n{extra}"
        f"Content-Length: {len(data)}\r\n\r\n".encode() + data
    )
    head, _, rest = raw_api.until_end(s).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    kind = [l.split(": ")[1] for l in lines if l.lower().startswith("content-type")]
    return int(lines[0].split()[1]), kind[0] if kind else "", rest


def create(**body):
    status, _, rest = call("POST", f"/containers/{container}/exec", dict({"AttachStdout": True, "AttachStderr": True}, **body))
    assert status == 201, rest
    return json.loads(rest)["Id"]


def inspect(id):
    return json.loads(call("GET", f"/exec/{id}/json")[2])


def listed(id):
    return id in (json.loads(call("GET", f"/containers/{container}/json")[2])["ExecIDs"] or [])


def frame(text):
    return bytes([1, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def check(got, *wanted):
    assert got == wanted, f"{got} instead of {wanted}"


RAW, FRAMED = "application/vnd.docker.raw-stream", "application/vnd.docker.multiplexed-stream"
for tty, start, kind, wanted in [
    (True, True, RAW, b"a\r\n"), (True, False, FRAMED, frame(b"a\r\n")), (False, True, RAW, b"a\n"), (False, False, FRAMED, frame(b"a\n")),
]:
    id = create(Cmd=["echo", "a"], Tty=tty)
    assert listed(id)
    check(call("POST", f"/exec/{id}/start", {"Tty": start}, upgrade=True), 101, kind, wanted)
    state = inspect(id)
    assert (state["Running"], state["ExitCode"]) == (False, 0) and state["Pid"] > 0 and not listed(id), state
    again = f"exec command {id} has already run\r\n".encode()
    check(call("POST", f"/exec/{id}/start", {"Tty": start}, upgrade=True), 101, kind, again if start else frame(again))
    assert inspect(id)["ExitCode"] == 0
    assert call("POST", f"/exec/{id}/start", {"Detach": True})[0] == 409

# Keys that detach end the stream with dockerd's words; the program goes on.
id = create(Cmd=["sleep", "1000"], Tty=True, AttachStdin=True, DetachKeys="ctrl-a,x")
s = raw_api.connect(path)
start = b'{"Tty": true}'
s.sendall(f"POST /v1.51/exec/{id}/start HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nConnection: Upgrade\r\n"
          f"Upgrade: tcp\r\nContent-Length: {len(start)}\r\n\r\n".encode() + start)
assert s.recv(4096).startswith(b"HTTP/1.1 101")
s.sendall(b"\x01x")
said = raw_api.until_end(s)
assert said.endswith(b"exec attach failed: error on attach stdin: read escape sequence\r\n"), said
assert inspect(id)["Running"]

# Without an upgrade the type is always the same.
check(call("POST", f"/exec/{create(Cmd=['echo', 'a'])}/start", {}), 200, RAW, frame(b"a\n"))

# The terminal's size is the start's only where the start has a terminal.
id = create(Cmd=["stty", "size"], Tty=True)
assert b"standard input" in call("POST", f"/exec/{id}/start", {"Tty": False, "ConsoleSize": [33, 44]}, upgrade=True)[2]

# What fails is told on the stream, and is listed no longer.
for body, code, words in [
    ({"Cmd": ["nope"]}, 127, b'exec: "nope": executable file not found in $PATH\r\n'),
    ({"Cmd": ["/etc"]}, 126, b'exec: "/etc": is a directory: permission denied\r\n'),
    ({"Cmd": ["pwd"], "WorkingDir": "/no/where"}, 127, b'chdir to cwd ("/no/where") set in config.json failed: no such file or directory\r\n'),
    ({"Cmd": ["pwd"], "WorkingDir": "where"}, 126, b"OCI runtime exec failed: exec failed: Cwd must be an absolute path\r\n"),
    ({"Cmd": ["pwd"], "Env": ["=a"]}, 126, b"invalid environment variable: name cannot be empty\r\n"),
]:
    id = create(**body)
    stream = call("POST", f"/exec/{id}/start", {}, upgrade=True)[2]
    assert stream.startswith(b"\1\0\0\0") and stream.endswith(words), stream
    assert inspect(id)["ExitCode"] == code and not listed(id), (body, inspect(id))

# A user that is not there is refused when the exec is created, and so is a list of no words.
status, _, rest = call("POST", f"/containers/{container}/exec", {"Cmd": ["id"], "User": "nobody-here"})
assert status == 400 and b"unable to find user nobody-here: no matching entries in passwd file" in rest, rest
for name in (container, "not-there"):
    status, _, rest = call("POST", f"/containers/{name}/exec", {"Cmd": []})
    assert status == 400 and b"No exec command specified" in rest, rest

# Sizes.
for query, words in [("", 'height \\"\\": invalid syntax'), ("?h=a&w=3", 'height \\"a\\": invalid syntax'), ("?h=4", 'width \\"\\": invalid syntax'), ("?h=4294967296&w=1", "value out of range"), ("?h=1&w=-1", 'width \\"-1\\": value out of range')]:
    for url in (f"/exec/{id}/resize", f"/containers/{container}/resize"):
        status, _, rest = call("POST", url + query)
        assert status == 400 and words.encode() in rest, (query, rest)

# A paused container runs nothing, and the exec can be started afterwards; with its end, one that was not started is gone.
id, other = create(Cmd=["echo", "a"]), create(Cmd=["echo", "a"])
call("POST", f"/containers/{container}/pause")
status, _, rest = call("POST", f"/exec/{id}/start", {}, upgrade=True)
assert status == 409 and b"is paused, unpause the container before exec" in rest, rest
call("POST", f"/containers/{container}/unpause")
assert call("POST", f"/exec/{id}/start", {}, upgrade=True)[2] == frame(b"a\n")
call("POST", f"/containers/{container}/kill")
assert call("POST", f"/exec/{id}/start", {}, upgrade=True)[0] == 409
assert inspect(id)["ExitCode"] == 0
assert call("GET", f"/exec/{other}/json")[0] == 404
