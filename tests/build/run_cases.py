#!/usr/bin/env python3
"""Builds every Dockerfile of cases.txt with a client and tells what came of it: the image's configuration and the
files that it has beside busybox's, or the error.

run_cases.py record CLIENT OUT [oracle]   writes that as JSON (oracle: without cases that its builder is too old for)
run_cases.py check CLIENT EXPECTED        prints TAP: what differs from the expected
DOCKER_HOST names the engine; an image busybox is there."""
import base64, bz2, gzip, hashlib, io, json, lzma, os, re, subprocess, sys, tarfile, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = ["Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "OnBuild", "Shell", "StopSignal", "User",
	"Volumes", "WorkingDir"]
PLACES = {".dockerenv", "dev", "proc", "sys", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab", "dev/console",
	"dev/pts", "dev/shm", "."}

# Compressed once: what a compressor makes differs from version to version.
TEXT_GZ = base64.b64decode("H4sIAAAAAAACAytJrSjhAgAn2uw3BQAAAA==")
ARCHIVE_ZST = base64.b64decode(
	"KLUv/QRo1QQA0kYUEpDPAVAvpwuA/384bkSG1fMOZNUUpF7+m6+4c1YS2iD1s7pck7OEJi8nPwfKFxs0OR8aEaPOU5Oz/67rWtwodCkp/f0fHZ"
	"SOUW/1PlLvQecNHiBwS1lt/4n1oB8AUe/YAKgq2Shz75lyVqoAardkYu+QFuiiusyEzWNyAFoBn6rBqtZdDPYzM6AF5tQJpI4A+24VYDzhNzfj"
	"dqY=")

def cases():
	name, options, lines = None, {}, []
	for line in open(f"{HERE}/cases.txt", encoding="utf-8"):
		if not line.startswith("@ "):
			lines.append(line)
			continue
		if name:
			yield name, options, "".join(lines)
		head, _, rest = line[2:].rstrip("\n").partition(" | ")
		name, lines = head.strip(), []
		options = dict(part.strip().partition("=")[::2] for part in rest.split(";")) if rest else {}
	yield name, options, "".join(lines)

def tar_bytes():
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w") as tar:
		def add(path, kind, data=b"", mode=0o644, link="", uid=7):
			info = tarfile.TarInfo(path)
			info.type, info.size, info.mode, info.linkname = kind, len(data), mode, link
			info.uid, info.gid, info.mtime = uid, uid, 1000000000
			tar.addfile(info, io.BytesIO(data))
		add("top", tarfile.DIRTYPE, mode=0o750)
		add("top/one", tarfile.REGTYPE, b"one\n", 0o600)
		add("top/link", tarfile.SYMTYPE, link="one")
		add("top/hard", tarfile.LNKTYPE, mode=0o600, link="top/one")
		add("root.txt", tarfile.REGTYPE, b"r\n", uid=0)
	return out.getvalue()

def put(root, path, data, mode=0o644):
	full = os.path.join(root, path)
	os.makedirs(os.path.dirname(full), exist_ok=True)
	with open(full, "wb") as file:
		file.write(data if isinstance(data, bytes) else data.encode())
	os.chmod(full, mode)

def make_context(root, options, text):
	archive = tar_bytes()
	for path, data, mode in [("a.txt", "A\n", 0o644), ("b.txt", "B\n", 0o644), ("cc.txt", "C\n", 0o644),
			("sp ace.txt", "S\n", 0o644), ("dir/x", "x\n", 0o644), ("dir/y", "y\n", 0o600), ("dir/sub/z", "z\n", 0o644),
			("dir2/x", "x2\n", 0o644), ("dir2/sub/w", "w\n", 0o644), ("script.sh", "#!/bin/sh\necho hi\n", 0o755),
			("private", "p\n", 0o600), ("dots/.hidden", "h\n", 0o644), ("archive.tar", archive, 0o644),
			("fake.tar", "no tar\n", 0o644), ("text.gz", TEXT_GZ, 0o644)]:
		put(root, path, data, mode)
	for ending, compressed in [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", lambda _: ARCHIVE_ZST)]:
		if f"archive.tar.{ending}" in text:
			put(root, f"archive.tar.{ending}", compressed(archive))
	os.makedirs(f"{root}/empty")
	os.chmod(f"{root}/dir", 0o700)
	os.symlink("a.txt", f"{root}/link")
	os.makedirs(f"{root}/links")
	os.symlink("../a.txt", f"{root}/links/up")
	os.symlink("/etc/passwd", f"{root}/links/abs")
	if "ignore" in options:
		put(root, ".dockerignore", options["ignore"].replace(",", "\n") + "\n")
	if "crlf" in options:
		text = text.replace("\n", "\r\n")
	if "bom" in options:
		text = "\ufeff" + text
	if "nonl" in options:
		text = text.rstrip("\n")
	put(root, options.get("file", "Dockerfile"), text)

def client(program, *args, **more):
	return subprocess.run([program, *args], capture_output=True, timeout=120, **more)

def tree(program, image):
	made = client(program, "create", image, "x")
	if made.returncode != 0:
		raise RuntimeError(made.stderr.decode())
	name = made.stdout.decode().strip()
	files = {}
	try:
		data = client(program, "export", name).stdout
		with tarfile.open(fileobj=io.BytesIO(data)) as tar:
			for entry in tar:
				path = os.path.normpath(entry.name)
				kind = {"0": "file", "1": "hard", "2": "link", "5": "dir", "6": "fifo"}.get(entry.type.decode(), "other")
				what = [kind, oct(entry.mode & 0o7777), entry.uid, entry.gid]
				if kind == "file":
					content = tar.extractfile(entry).read()
					what.append(content.decode() if len(content) < 300 and b"\0" not in content and content.isascii()
						else hashlib.sha256(content).hexdigest())
				if kind in ("hard", "link"):
					what.append(os.path.normpath(entry.linkname) if kind == "hard" else entry.linkname)
				if path not in PLACES:
					files[path] = what
		# Of names for one file any may be the archive's first: all are told alike.
		for path, what in files.items():
			if what[0] == "hard":
				files[path] = ["file", *what[1:4], files[what[4]][4]]
	finally:
		client(program, "rm", name)
	return files

def config(program, image):
	whole = json.loads(client(program, "image", "inspect", image).stdout)[0]
	kept = {key: value for key, value in whole["Config"].items() if key in KEPT and value}
	if whole.get("Author"):
		kept["Author"] = whole["Author"]
	kept["Layers"] = len(whole["RootFS"].get("Layers") or [])
	return kept

def build(program, options, text, base):
	with tempfile.TemporaryDirectory() as root:
		os.chmod(root, 0o755)
		make_context(root, options, text)
		flags = []
		for option, flag in [("args", "--build-arg"), ("label", "--label")]:
			for value in filter(None, options.get(option, "").split(",")):
				flags += [flag, value]
		if "target" in options:
			flags += ["--target", options["target"]]
		if "file" in options:
			flags += ["-f", f"{root}/{options['file']}"]
		result = client(program, "build", "-t", "case", *flags, root)
	said = (result.stdout + result.stderr).decode(errors="replace")
	if result.returncode != 0:
		lines = [line for line in said.splitlines() if line.strip()]
		return {"error": lines[-1] if lines else ""}
	files = {path: what for path, what in tree(program, "case").items() if base.get(path) != what}
	facts = {"config": config(program, "case"), "tree": files}
	client(program, "rmi", "case")
	return facts

def main():
	mode, program, path = sys.argv[1:4]
	oracle = "oracle" in sys.argv[4:]
	base = tree(program, "busybox")
	expected = json.load(open(path)) if mode == "check" else {}
	results, number, failed = {}, 0, 0
	for name, options, text in cases():
		if oracle and "new" in options:
			continue
		facts = build(program, options, text, base)
		results[name] = facts
		if mode != "check":
			continue
		number += 1
		wanted = expected.get(name)
		why = compare(wanted, facts)
		print(f"{'not ok' if why else 'ok'} {number} {name}")
		if why:
			print("# " + why.replace("\n", "\n# "))
		sys.stdout.flush()
	if mode == "record":
		with open(path, "w") as out:
			json.dump(results, out, indent=0, sort_keys=True, ensure_ascii=False)
			out.write("\n")
	else:
		print(f"1..{number}")

def compare(wanted, facts):
	if wanted is None:
		return f"nothing is expected of it yet; it came to {json.dumps(facts)}"
	if "error" in wanted or "error" in facts:
		if ("error" in wanted) != ("error" in facts):
			return f"expected {json.dumps(wanted)}\ncame to {json.dumps(facts)}"
		# Each builder has its own words; ours are recorded with the case where they matter.
		pattern = wanted.get("words")
		return None if not pattern or re.search(pattern, facts["error"]) else f"expected /{pattern}/, said {facts['error']}"
	problems = []
	for part in ("config", "tree"):
		for key in sorted(set(wanted[part]) | set(facts[part])):
			a, b = wanted[part].get(key), facts[part].get(key)
			if a != b and not (part == "config" and key == "Layers"):
				problems.append(f"{part} {key}: expected {json.dumps(a)}, is {json.dumps(b)}")
	return "\n".join(problems) or None

main()
