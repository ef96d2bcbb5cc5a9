"""What a hijacked connection says first does not come together with the answer's head, which some clients (docker-py) read
through a buffer that they then forget: here one that lets the answer lie for a while."""
import json, sys, time
from raw_api import answer, connect, request

PATH, CONTAINER = sys.argv[1], sys.argv[2]
LATE = 0.15  # seconds; an exec takes some thousandths


def hijacked(path, body, upgrade):
    """All that comes behind the head."""
    with connect(PATH) as s:
        s.settimeout(10)
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        s.sendall((head + ("Connection: Upgrade\r\nUpgrade: tcp\r\n" if upgrade else "") + "\r\n").encode() + data)
        time.sleep(LATE)
        buffered = s.makefile("rb")
        while buffered.readline().strip():
            pass
        got = b""
        while part := s.recv(65536):
            got += part
        return got


def exec_of(program, tty):
    with connect(PATH) as s:
        request(s, "POST", f"/containers/{CONTAINER}/exec", {"Cmd": program, "AttachStdout": True, "AttachStderr": True, "Tty": tty})
        return answer(s)["Id"]


wrong = []
for upgrade in True, False:
    for tty in True, False:
        for program, words in (["echo", "hello"], b"hello"), (["nosuch"], b"nosuch"):
            got = hijacked(f"/exec/{exec_of(program, tty)}/start", {"Tty": tty}, upgrade)
            if words not in got:
                wrong.append((program, tty, upgrade, got))
    got = hijacked(f"/containers/{CONTAINER}/attach?logs=1&stdout=1", {}, upgrade)
    if b"first words" not in got:
        wrong.append(("logs", upgrade, got))
sys.exit(f"wrong: {wrong}" if wrong else 0)
