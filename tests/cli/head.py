"""An engine that answers an exec in pieces: "bytes" gives the head byte by byte and the stream along with its end, "cut" half a head.
Usage: head.py SOCKET HOW"""
import json
import os
import socket
import sys

HEAD = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
STREAM = b"\x01\0\0\0\0\0\0\x06right\n"


def answer(connection, how):
    line = connection.recv(65536).split(b"\r\n")[0].decode()
    print(line, flush=True)
    if "/start" not in line:
        body = json.dumps({"Id": "e1", "ExitCode": 0, "Running": False}).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    elif how == "cut":
        connection.sendall(HEAD[:40])
    else:
        for at in range(len(HEAD) - 1):
            connection.sendall(HEAD[at:at + 1])
        connection.sendall(HEAD[-1:] + STREAM)
    connection.close()


server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1] + ".new")
server.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    answer(server.accept()[0], sys.argv[2])
