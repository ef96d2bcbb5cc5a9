#!/usr/bin/env python3
"""Many clients that do an engine no good: crowd.py idle|heads|bodies SOCKET COUNT, crowd.py tls ADDRESS PORT COUNT.
Says "ready" when all have connected, trickles bytes, and goes after a minute at the latest."""
import resource, socket, struct, sys, time

kind, *rest = sys.argv[1:]
count = int(rest[-1])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 100), hard))
first = {
    "idle": b"",
    "heads": b"GET /_ping HTTP/1.1\r\n",
    "bodies": b"POST /containers/create HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n",
    "tls": b"\x16\x03\x01",
}[kind]
clients = []
for i in range(count):
    client = socket.socket(socket.AF_INET if kind == "tls" else socket.AF_UNIX)
    # An engine that lets nobody in does not hold us. (With settimeout(), a full queue of a UNIX socket would be an error.)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 20, 0))
    client.connect((rest[0], int(rest[1])) if kind == "tls" else rest[0])
    try:
        client.send(first if kind != "tls" or i % 2 else b"rubbish")
    except OSError:
        pass
    clients.append(client)
print("ready", flush=True)
end = time.time() + 60
while time.time() < end:
    for client in clients if kind != "idle" else []:
        try:
            client.send(b" ")
        except OSError:
            pass
    time.sleep(0.5)
