"""Archives that no ordinary tool makes, for ADD: odd(NAME) is the bytes of one, or None."""
import bz2, gzip, io, lzma, random, tarfile

KINDS = {"f": tarfile.REGTYPE, "d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "c": tarfile.CHRTYPE,
	"p": tarfile.FIFOTYPE}

# Entries: a kind, a name, then content or target, mode and owner.
def tar(*entries, form=tarfile.PAX_FORMAT):
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w", format=form) as file:
		for kind, name, *more in entries:
			text, mode, owner = (more + [None] * 3)[:3]
			info = tarfile.TarInfo(name)
			info.type, info.mtime = KINDS[kind], 1000000000
			info.mode = mode if mode is not None else 0o755 if kind == "d" else 0o644
			info.uid = info.gid = owner or 0
			data = (text or "").encode() if kind == "f" else b""
			info.size = len(data)
			if kind in "lh":
				info.linkname = text
			if kind == "c":
				info.devmajor, info.devminor = 1, 3
			file.addfile(info, io.BytesIO(data))
	return out.getvalue()

def wrong_sum():
	made = bytearray(tar(("f", "a", "a\n"), ("f", "b", "b\n")))
	made[1024] ^= 0x55
	return bytes(made)

TARS = {
	"abs": lambda: tar(("f", "/abs/file", "x\n"), ("f", "./dot/file", "y\n"), ("d", "d//e/"), ("f", "d/./e/f", "z\n")),
	"up": lambda: tar(("f", "ok", "x\n"), ("f", "../up", "x\n")),
	"up-inside": lambda: tar(("f", "a/../inside", "x\n")),
	"links": lambda: tar(("d", "real"), ("l", "l", "real"), ("f", "l/x", "x\n"), ("l", "abs", "/etc/passwd"), ("h", "h", "real/x")),
	"hard-links": lambda: tar(("f", "f", "f\n"), ("h", "h1", "f"), ("h", "h2", "./f"), ("h", "d/h3", "/f"), ("l", "s", "f"), ("h", "hs", "s")),
	"hard-out": lambda: tar(("h", "h", "../../etc/passwd")),
	"hard-abs": lambda: tar(("h", "h", "/etc/passwd")),
	"link-out": lambda: tar(("l", "l", "../../.."), ("f", "l/evil", "x\n")),
	"link-abs": lambda: tar(("l", "l", "/in/there"), ("f", "l/evil", "x\n")),
	"link-chain": lambda: tar(("l", "a", "/b"), ("l", "b", "c"), ("f", "a/f", "x\n")),
	"link-loop": lambda: tar(("l", "a", "a"), ("f", "a/f", "x\n")),
	"link-across": lambda: tar(("d", "d"), ("d", "e"), ("l", "d/l", "../e"), ("f", "d/l/f", "x\n")),
	"whiteouts": lambda: tar(("f", ".wh.gone"), ("f", "d/.wh..wh..opq"), ("f", "d/x", "x\n")),
	"special": lambda: tar(("c", "null", None, 0o666), ("p", "p", None, 0o620), ("f", "suid", "s\n", 0o4755), ("d", "sgid", None, 0o2775)),
	"twice": lambda: tar(("f", "a", "1\n"), ("f", "a", "2\n", 0o600), ("f", "b", "1"), ("d", "b"), ("d", "c"), ("f", "c/x", "x"), ("f", "c", "file\n")),
	"with-root": lambda: tar(("d", "./", None, 0o711, 5), ("f", "./a", "a\n")),
	"owned": lambda: tar(("f", "a", "a\n", 0o644, 42), ("f", "d/b", "b\n", 0o600, 43)),
	"names": lambda: tar(("f", "ü/ñ é", "x\n"), ("f", "sp ace", "z\n"), form=tarfile.GNU_FORMAT),
	"large": lambda: tar(("f", "a", "".join(f"{random.Random(i).random()}\n" for i in range(9000)))),
	"no-end": lambda: tar(("f", "a", "a\n"))[:1024],
	"short-block": lambda: tar(("f", "a", "a\n"))[:514],
	"short-file": lambda: tar(("f", "a", "a" * 600))[:1100],
	"cut": lambda: tar(("f", "a", "a" * 2000), ("f", "b", "b" * 3000))[:4000],
	"wrong-sum": wrong_sum,
	"blank": lambda: bytes(10240),
	"nothing": lambda: b"",
}
ENDINGS = {
	"": lambda made: made,
	".gz": lambda made: gzip.compress(made, mtime=0),
	".bz2": bz2.compress,
	".xz": lzma.compress,
	".lzma": lambda made: lzma.compress(made, format=lzma.FORMAT_ALONE),
	".gz.gz": lambda made: gzip.compress(gzip.compress(made, mtime=0), mtime=0),
	".half.gz": lambda made: gzip.compress(made, mtime=0)[:9000],
	".half.bz2": lambda made: bz2.compress(made)[:9000],
	".wrong.gz": lambda made: (lambda packed: packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:])(gzip.compress(made, mtime=0)),
	".junk.gz": lambda made: gzip.compress(made, mtime=0) + b"junk",
	".two.gz": lambda made: gzip.compress(made[:1000], mtime=0) + gzip.compress(made[1000:], mtime=0),
	".two.xz": lambda made: lzma.compress(made[:1000]) + lzma.compress(made[1000:]),
}

# "odd-NAME.tar.ENDING"
def odd(file):
	name, tarred, ending = file.removeprefix("odd-").partition(".tar")
	return ENDINGS[ending](TARS[name]()) if tarred and name in TARS and ending in ENDINGS else None
