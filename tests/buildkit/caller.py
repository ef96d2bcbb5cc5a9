#!/usr/bin/python3
"""A client of BuildKit's API that does what no client does. caller.py SOCKET WHAT: prints what came of it."""
import os, socket, sys, threading, time

import h2.config, h2.connection, h2.events, h2.settings


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(body, compressed=0):
    return bytes([compressed]) + len(body).to_bytes(4, "big") + body


def parse(body):
    """The fields of a message: number -> values."""
    at, fields = 0, {}

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte, at = body[at], at + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(body):
        key = number()
        value = number()
        if key & 7 == 2:
            value, at = body[at:at + value], at + value
        fields.setdefault(key >> 3, []).append(value)
    return fields


def dial(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(path)
    return s


class Client:
    """Calls methods; preface: whether HTTP/2 begins at once, or by POST /grpc."""

    def __init__(self, path, upgrade=False):
        self.sock = dial(path)
        if upgrade:
            self.sock.sendall(b"POST /grpc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n")
            head = b""
            while b"\r\n\r\n" not in head:
                head += self.sock.recv(1)
            assert b" 101 " in head, head
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8", validate_outbound_headers=False)
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.flush()
        self.ended, self.headers, self.data = {}, {}, {}

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def open(self, method, more=()):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, [(":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "x"),
                                      ("content-type", "application/grpc"), ("te", "trailers"), *more])
        self.flush()
        return stream

    def send(self, stream, data, end=False):
        while data:
            n = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(data))
            if n > 0:
                self.h2.send_data(stream, data[:n])
                data = data[n:]
                self.flush()
            else:
                self.step()
                if stream in self.ended:
                    return
        if end:
            self.h2.end_stream(stream)
            self.flush()

    def step(self):
        raw = self.sock.recv(65536)
        if not raw:
            raise EOFError
        for event in self.h2.receive_data(raw):
            if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                self.headers.setdefault(event.stream_id, {}).update(dict(event.headers))
            elif isinstance(event, h2.events.DataReceived):
                self.data[event.stream_id] = self.data.get(event.stream_id, b"") + event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self.ended[event.stream_id] = "ended"
            elif isinstance(event, h2.events.StreamReset):
                self.ended.setdefault(event.stream_id, f"reset {event.error_code}")
            elif isinstance(event, h2.events.ConnectionTerminated):
                raise EOFError
        self.flush()

    def wait(self, stream):
        while stream not in self.ended:
            self.step()
        return self.headers.get(stream, {}), self.ended[stream]

    def call(self, method, body=b"", more=()):
        stream = self.open(method, more)
        self.send(stream, message(body), end=True)
        headers, how = self.wait(stream)
        return headers.get("grpc-status", how)


class Session:
    """What a client serves: DiffCopy sends the packets of a list, or a Dockerfile where that is asked for."""

    def __init__(self, path, name, dockerfile, packets):
        self.dockerfile, self.packets = dockerfile, packets
        self.sock = dial(path)
        self.sock.settimeout(None)
        self.sock.sendall(f"POST /session HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nX-Docker-Expose-Session-Uuid: {name}\r\n"
                          "X-Docker-Expose-Session-Grpc-Method: /moby.filesync.v1.FileSync/DiffCopy\r\nContent-Length: 0\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.sock.recv(1)
        assert b" 101 " in head, head + self.sock.recv(1000)
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.sock.sendall(self.h2.data_to_send())
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            self.serve()
        except OSError:
            pass

    def serve(self):
        folders, got = {}, {}
        while True:
            raw = self.sock.recv(65536)
            if not raw:
                return
            for event in self.h2.receive_data(raw):
                if isinstance(event, h2.events.RequestReceived):
                    headers = dict(event.headers)
                    folder = headers.get("dir-name", "") + ":" + headers.get("followpaths", "")
                    self.h2.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/grpc")])
                    if headers[":path"].endswith("/DiffCopy"):
                        folders[event.stream_id] = folder
                        got[event.stream_id] = b""
                        self.begin(event.stream_id, folder)
                    else:
                        self.h2.send_headers(event.stream_id, [("grpc-status", "12")], end_stream=True)
                elif isinstance(event, h2.events.DataReceived) and event.stream_id in folders:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    got[event.stream_id] = self.heard(event.stream_id, folders[event.stream_id], got[event.stream_id] + event.data)
            self.sock.sendall(self.h2.data_to_send())

    def packet(self, stream, *fields):
        self.h2.send_data(stream, message(b"".join(field(n, v) for n, v in fields if v != 0)))

    def begin(self, stream, folder):
        if folder.startswith("dockerfile:"):
            self.packet(stream, (2, field(1, "Dockerfile") + field(2, 0o644) + field(5, len(self.dockerfile))))
        elif not folder.endswith(".dockerignore"):
            for packet in self.packets:
                self.packet(stream, *packet)
            return
        self.packet(stream)

    def heard(self, stream, folder, data):
        while len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[1:5], "big"):
            body, data = data[5:5 + int.from_bytes(data[1:5], "big")], data[5 + int.from_bytes(data[1:5], "big"):]
            if body[:2] == b"\x08\x01" and folder.startswith("dockerfile:"):
                self.packet(stream, (1, 2), (4, self.dockerfile))
                self.packet(stream, (1, 2))
            if body[:2] == b"\x08\x03":
                self.packet(stream, (1, 3))
                self.h2.send_headers(stream, [("grpc-status", "0")], end_stream=True)
        return data


STAT, REQ, DATA, FIN = range(4)
FOLDER, LINK = 1 << 31 | 0o755, 1 << 27 | 0o777


def stat(path, mode=0o644, size=0, link="", xattr=None):
    value = field(1, path) + field(2, mode) + (field(5, size) if size else b"") + (field(7, link) if link else b"")
    if xattr:
        value += field(10, field(1, xattr) + field(2, "y"))
    return [(2, value)]


END = []
HOSTILE = {
    "up": [stat("../escaped"), END],
    "absolute": [stat("/tmp/escaped"), END],
    "middle": [stat("a", FOLDER), stat("a/../../escaped"), END],
    "empty": [stat(""), END],
    "dots": [stat("."), END],
    "through": [stat("d", LINK, link="/tmp"), stat("d/escaped"), END],
    "hardlink": [stat("h", link="../../../../../../etc/passwd"), END],
    "hardlink-by-link": [stat("l", LINK, link="/etc/passwd"), stat("h", link="l"), END],
    "twice": [stat("a"), stat("a"), END],
    "content": [stat("a", size=3), [(1, DATA), (3, 7), (4, "xyz")], END],
    "long": [stat("x" * 300), END],
    "fin": [[(1, FIN)]],
    "unasked": [[(1, DATA), (4, "xyz")]],
    "negative": [stat("a", size=(1 << 64) - 5), END],
}


def build(path, packets, dockerfile=b"FROM busybox\nCOPY . /c/\n"):
    """The status and message of a build whose context is that."""
    name = f"s{time.time_ns()}"
    session = Session(path, name, dockerfile, packets)
    client = Client(path)
    request = field(1, name) + field(5, name) + field(6, "dockerfile.v0") + field(13, field(1, "moby"))
    stream = client.open("/moby.buildkit.v1.Control/Solve")
    client.send(stream, message(request), end=True)
    headers, how = client.wait(stream)
    session.sock.shutdown(socket.SHUT_RDWR)
    return headers.get("grpc-status", how), headers.get("grpc-message", "")


def unread(path, pid):
    """Whether the engine's memory stays flat while a peer asks for ever and reads no answer; it acknowledges no settings, so that each
    call beyond the limit is refused by a frame of its own."""
    memory = lambda: int(next(line for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")).split()[1])
    client = Client(path)
    client.sock.settimeout(2)
    stream = client.h2.get_next_available_stream_id()
    client.h2.send_headers(stream, [(":method", "GET"), (":scheme", "http"), (":path", "/" + "x" * 20), (":authority", "x")], end_stream=True)
    frame = client.h2.data_to_send()
    before, sent = memory(), 0
    try:
        while sent < 30 << 20:
            block = b""
            while len(block) < 1 << 16:
                stream += 2
                block += frame[:5] + stream.to_bytes(4, "big") + frame[9:]
            client.sock.sendall(block)
            sent += len(block)
    except OSError:
        pass
    print(memory() - before < 16 << 10, Client(path).call("/moby.buildkit.v1.Control/ListWorkers"))


def deaf(path, pid):
    """A build that tells more than may wait, to somebody who asks for its status and never reads; who asked for the build goes."""
    name = f"d{time.time_ns()}"
    dockerfile = b"FROM busybox\n" + b"RUN yes $(head -c 900 /dev/zero | tr '\\0' x) | head -c 4000000\n" * 3
    session, client, listener = Session(path, name, dockerfile, [END]), Client(path), Client(path)
    solve = client.open("/moby.buildkit.v1.Control/Solve")
    client.send(solve, message(field(1, name) + field(5, name) + field(6, "dockerfile.v0") + field(7, field(1, "force-network-mode") + field(2, "none"))
                               + field(7, field(1, "no-cache") + field(2, ""))), end=True)
    listener.send(listener.open("/moby.buildkit.v1.Control/Status"), message(field(1, name)), end=True)
    # What is told has to be more than may wait: the build stands still, with nothing of it running.
    state, same = None, 0
    while same < 30:
        time.sleep(0.1)
        names = [open(f"/proc/{pid}/task/{task}/comm").read().strip() for task in os.listdir(f"/proc/{pid}/task")]
        layers = sorted(os.listdir(sys.argv[4]))
        same = same + 1 if "stage" in names and (layers, len(names)) == state else 0
        state = layers, len(names)
    client.sock.shutdown(socket.SHUT_RDWR)
    session.sock.shutdown(socket.SHUT_RDWR)
    print("gone", flush=True)
    sys.stdin.read()


def bridge(path):
    """A frontend of the client's own: what it builds, what it reads of that, and what it gives back."""
    name = f"b{time.time_ns()}"
    bridge, call = "/moby.buildkit.v1.frontend.LLBBridge/", [("buildkit-controlapi-buildid", name)]
    session = Session(path, name, b"FROM busybox\nCOPY . /c/\nENV A=b\n", [stat("a", FOLDER), stat("a/l", LINK, link="../f"), stat("f"), END])
    client = Client(path)
    solve = client.open("/moby.buildkit.v1.Control/Solve")
    client.send(solve, message(field(1, name) + field(5, name) + field(13, field(1, "moby"))), end=True)

    def ask(method, body):
        stream = client.open(bridge + method, call)
        client.send(stream, message(body), end=True)
        headers, _ = client.wait(stream)
        return headers.get("grpc-status"), parse(client.data.get(stream, b"")[5:])

    status, answer = ask("Solve", field(2, "dockerfile.v0") + field(5, 1))
    ref = parse(parse(answer[3][0])[3][0])[1][0]
    print("solve", status, parse(parse(answer[3][0])[10][0])[1][0].decode())
    print("evaluate", ask("Evaluate", field(1, ref))[0])
    status, answer = ask("ReadFile", field(1, ref) + field(2, "/etc/passwd") + field(3, field(2, 4)))
    print("file", status, answer[1][0].decode())
    status, answer = ask("ReadDir", field(1, ref) + field(2, "/c"))
    print("folder", status, *[parse(entry)[1][0].decode() for entry in answer[1]])
    status, answer = ask("ReadDir", field(1, ref) + field(2, "/c/a"))
    print("link", status, parse(answer[1][0])[7][0].decode())
    status, answer = ask("StatFile", field(1, ref) + field(2, "/c/a/l"))
    print("stat", status, parse(answer[1][0])[1][0].decode())
    print("out", ask("ReadFile", field(1, ref) + field(2, "../../../../../../etc/hostname"))[0], ask("ReadFile", field(1, "none") + field(2, "/f"))[0])
    status, answer = ask("ResolveImageConfig", field(1, "busybox"))
    print("image", status, answer[1][0].decode()[:7])
    print("return", ask("Return", field(1, field(3, field(1, ref))))[0])
    headers, _ = client.wait(solve)
    pairs = [parse(pair) for pair in parse(client.data[solve][5:])[1]]
    print("solved", headers["grpc-status"], *sorted(pair[1][0].decode() for pair in pairs))
    print("over", ask("Evaluate", field(1, ref))[0])
    session.sock.shutdown(socket.SHUT_RDWR)


def main():
    path, what = sys.argv[1:3]
    workers = "/moby.buildkit.v1.Control/ListWorkers"
    if what == "direct":
        print(Client(path).call(workers), Client(path, upgrade=True).call(workers))
    elif what == "unknown":
        print(Client(path).call("/moby.buildkit.v1.Control/Nothing"))
    elif what == "compressed":
        client = Client(path)
        stream = client.open("/moby.buildkit.v1.Control/DiskUsage")
        client.send(stream, message(b"\x0a\x00", 1), end=True)
        print(client.wait(stream)[1], client.call(workers))
    elif what == "large":  # a length of more than may be, and one that is all sent
        client = Client(path)
        stream = client.open("/moby.buildkit.v1.Control/DiskUsage")
        client.send(stream, b"\0\x7f\xff\xff\xff" + b"x" * 100)
        print(client.wait(stream)[1], client.call(workers))
    elif what == "bomb":  # 8 MB of empty fields
        client = Client(path)
        print(client.call("/moby.buildkit.v1.Control/DiskUsage", b"\x4a\x00" * (4 << 20)), client.call(workers))
    elif what == "headers":
        client = Client(path)
        stream = client.open(workers, [(f"x-{i}", "y" * 1000) for i in range(100)])
        print(client.wait(stream)[1], client.call(workers))
    elif what == "streams":  # more calls at once than are served
        client = Client(path)
        h2.connection.H2Connection.open_outbound_streams = property(lambda self: 0)
        try:
            for _ in range(400):
                client.open("/moby.buildkit.v1.Control/DiskUsage")
        except (EOFError, OSError):
            pass
        client.flush()
        time.sleep(0.5)
        print(Client(path).call(workers), len(os.listdir(f"/proc/{sys.argv[3]}/task")) < 200)
    elif what == "definition":
        client = Client(path)
        request = field(1, "r") + field(2, field(1, "\x1a\x02x"))
        print(client.call("/moby.buildkit.v1.Control/Solve", request))
    elif what == "bridge":
        bridge(path)
    elif what == "unread":
        unread(path, sys.argv[3])
    elif what == "deaf":
        deaf(path, sys.argv[3])
    elif what == "hostile":
        for name, packets in HOSTILE.items():
            print(name, *build(path, packets))
    elif what == "xattrs":
        print(*build(path, [stat("f", size=0, xattr="user.mine"), stat("g", xattr="trusted.overlay.opaque"), END]))
    elif what == "good":
        print(*build(path, [stat("a", FOLDER), stat("a/l", LINK, link="../f"), stat("f"), END]))


main()
