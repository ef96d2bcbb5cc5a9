"""Receives what log drivers send, and writes it as lines of JSON: log_receiver.py KIND ADDRESS
KIND: udp, tcp, unix, unixgram (text as it came), gelf-udp, gelf-tcp, fluentd, journald"""
import gzip, json, os, socket, struct, sys, zlib

kind, address = sys.argv[1:]


def tell(what):
    print(json.dumps(what), flush=True)


def listen(stream):
    local = address.startswith("/")
    s = socket.socket(socket.AF_UNIX if local else socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    if local:
        if os.path.exists(address):
            os.unlink(address)
        s.bind(address)
    else:
        host, port = address.split(":")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host, int(port)))
    if stream:
        s.listen()
    tell("listens")
    return s


def msgpack(data, at=0):
    b = data[at]
    at += 1
    if b < 0x80:
        return b, at
    if 0xA0 <= b < 0xC0 or b in (0xD9, 0xDA, 0xDB):
        size = {0xD9: 1, 0xDA: 2, 0xDB: 4}.get(b, 0)
        n = b & 0x1F if size == 0 else int.from_bytes(data[at : at + size], "big")
        at += size
        if at + n > len(data):
            raise IndexError
        return data[at : at + n].decode(errors="replace"), at + n
    if b == 0xCE:
        return struct.unpack_from(">I", data, at)[0], at + 4
    if b == 0xD7:
        return list(struct.unpack_from(">xII", data, at)), at + 9
    if 0x90 <= b < 0xA0:
        out = []
        for _ in range(b & 15):
            value, at = msgpack(data, at)
            out.append(value)
        return out, at
    if b == 0xDF:
        n, at = struct.unpack_from(">I", data, at)[0], at + 4
        out = {}
        for _ in range(n):
            key, at = msgpack(data, at)
            out[key], at = msgpack(data, at)
        return out, at
    raise ValueError(hex(b))


def fluentd(data):
    while data:
        try:
            value, used = msgpack(data)
        except (IndexError, struct.error):
            return data
        tell(value)
        data = data[used:]
    return data


def journald(data):
    fields = {}
    while data:
        name, _, rest = data.partition(b"\n")
        size = struct.unpack_from("<Q", rest)[0]
        fields[name.decode()] = rest[8 : 8 + size].decode(errors="replace")
        data = rest[9 + size :]
    tell(fields)


pieces = {}


def gelf(data):
    if data[:2] == b"\x1e\x0f":
        got = pieces.setdefault(data[2:10], {})
        got[data[10]] = data[12:]
        if len(got) < data[11]:
            return
        del pieces[data[2:10]]
        data = b"".join(got[i] for i in sorted(got))
    if data[:2] == b"\x1f\x8b":
        tell(dict(json.loads(gzip.decompress(data)), compressed="gzip"))
    elif data[:1] == b"\x78":
        tell(dict(json.loads(zlib.decompress(data)), compressed="zlib"))
    else:
        tell(json.loads(data))


def split(mark, each):
    def take(data):
        *whole, rest = data.split(mark)
        for one in whole:
            each(one)
        return rest

    return take


datagrams = {"udp": lambda d: tell(d.decode()), "unixgram": lambda d: tell(d.decode()), "gelf-udp": gelf, "journald": journald}
streams = {"tcp": split(b"\n", lambda d: tell(d.decode())), "unix": split(b"\n", lambda d: tell(d.decode())), "gelf-tcp": split(b"\0", gelf), "fluentd": fluentd}
if kind in datagrams:
    s = listen(False)
    while True:
        datagrams[kind](s.recv(1 << 20))
else:
    s = listen(True)
    while True:
        c, data = s.accept()[0], b""
        while block := c.recv(65536):
            data = streams[kind](data + block)
        tell("closed")
