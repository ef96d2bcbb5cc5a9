#!/usr/bin/env python3
"""A WebSocket client by hand: websocket.py SOCKET PATH STEP...; prints what comes, or the answer that is none.
STEP: send:TEXT, split:TEXT (two fragments and a ping between them), ping:TEXT, raw:HEX, close, origin:NAME, until:TEXT, end."""
import os, socket, struct, sys


def frame(opcode, payload, final=True):
    mask = os.urandom(4)
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([(0x80 if final else 0) | opcode]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


class Client:
    def __init__(self, path, target, headers):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(path)
        self.sock.sendall(f"GET {target} HTTP/1.1\r\nHost: b\r\n{headers}\r\n".encode())
        self.bytes, self.got, self.kinds = b"", b"", []
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                break
        self.head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")

    def more(self):
        part = self.sock.recv(65536)
        self.bytes += part
        return part != b""

    def take(self, n):
        while len(self.bytes) < n:
            if not self.more():
                return None
        part, self.bytes = self.bytes[:n], self.bytes[n:]
        return part

    def read(self):
        head = self.take(2)
        if head is None:
            return None
        length = head[1] & 0x7F
        if length > 125:
            size = 2 if length == 126 else 8
            length = int.from_bytes(self.take(size), "big")
        payload, kind = self.take(length), head[0] & 15
        self.kinds.append(kind)
        if kind in (1, 2):
            self.got += payload
        return kind, payload


def main():
    path, target, steps = sys.argv[1], sys.argv[2], sys.argv[3:]
    headers = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    if steps and steps[0].startswith("origin:"):
        headers += f"Origin: {steps.pop(0)[7:]}\r\n"
    client = Client(path, target, headers)
    if b" 101 " not in client.head or b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" not in client.head:
        print(client.head.split(b"\r\n")[0].decode(), client.bytes.decode().strip())
        return
    for step in steps:
        what, _, text = step.partition(":")
        data = text.encode().decode("unicode_escape").encode()
        if what == "send":
            client.sock.sendall(frame(1, data))
        elif what == "split":
            half = len(data) // 2
            client.sock.sendall(frame(1, data[:half], False) + frame(9, b"p") + frame(0, data[half:]))
        elif what == "ping":
            client.sock.sendall(frame(9, data))
        elif what == "raw":
            client.sock.sendall(bytes.fromhex(text))
        elif what == "close":
            client.sock.sendall(frame(8, struct.pack(">H", 1000)))
        while (what == "until" and data not in client.got) or what == "end":
            if client.read() is None:
                break
    print(client.got.decode("utf-8", "replace"), end="")
    print("kinds:", *sorted(set(client.kinds)))


main()
