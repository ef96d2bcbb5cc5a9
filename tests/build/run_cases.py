#!/usr/bin/env python3
"""Builds every Dockerfile of cases.txt and dockerfiles/*.txt with a client and tells what came of it: the image's
configuration and history, and the files that it has beside busybox's, or the error.

run_cases.py record CLIENT OUT [NAME...]      writes that as JSON, or puts the cases of these names into it
run_cases.py check CLIENT EXPECTED [NAME...]  prints TAP: what differs from the expected
DOCKER_HOST names the engine; an image busybox is there. $TOOL: the client for all but the build itself ($CLIENT).
What is expected was recorded from dockerd 28.5 (tools/peer); where we differ on purpose, differs.json says what we do."""
import archives, base64, bz2, concurrent.futures, glob, gzip, hashlib, io, json, lzma, os, re, subprocess, sys, tarfile, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KEPT = ["ArgsEscaped", "Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "OnBuild", "Shell", "StopSignal",
	"User", "Volumes", "WorkingDir"]
TOOL = os.environ.get("TOOL")
LONG_AGO = 1500000000 # what is older bears a time that somebody gave it
PLACES = {".dockerenv", "dev", "proc", "sys", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab", "dev/console",
	"dev/pts", "dev/shm", "."}

# Compressed once: what a compressor makes differs from version to version.
TEXT_GZ = base64.b64decode("H4sIAAAAAAACAytJrSjhAgAn2uw3BQAAAA==")
ARCHIVE_ZST = base64.b64decode(
	"KLUv/QRo1QQA0kYUEpDPAVAvpwuA/384bkSG1fMOZNUUpF7+m6+4c1YS2iD1s7pck7OEJi8nPwfKFxs0OR8aEaPOU5Oz/67rWtwodCkp/f0fHZ"
	"SOUW/1PlLvQecNHiBwS1lt/4n1oB8AUe/YAKgq2Shz75lyVqoAardkYu+QFuiiusyEzWNyAFoBn6rBqtZdDPYzM6AF5tQJpI4A+24VYDzhNzfj"
	"dqY=")

def cases():
	for path in [f"{HERE}/cases.txt", *sorted(glob.glob(f"{HERE}/dockerfiles/*.txt"))]:
		name, options, lines = None, {}, []
		for line in open(path, encoding="utf-8", newline="\n"):
			if not line.startswith("@ "):
				lines.append(line)
				continue
			if name:
				yield name, options, "".join(lines)
			head, _, rest = line[2:].rstrip("\n").partition(" | ")
			name, lines = head.strip(), []
			options = dict(part.strip().partition("=")[::2] for part in rest.split("; ")) if rest else {}
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
	for name in re.findall(r"odd-[\w.-]+", text):
		if archives.odd(name) is not None:
			put(root, name, archives.odd(name))
	os.makedirs(f"{root}/empty")
	os.makedirs(f"{root}/sticky")
	os.chmod(f"{root}/sticky", 0o1777)
	put(root, "suid", "s\n", 0o4755)
	put(root, "twins/1", "t\n")
	os.link(f"{root}/twins/1", f"{root}/twins/2")
	os.mkfifo(f"{root}/twins/fifo")
	put(root, "[b]r", "brackets\n")
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
	if "own-ignore" in options:
		put(root, options.get("file", "Dockerfile") + ".dockerignore", options["own-ignore"].replace(",", "\n") + "\n")
	put(root, options.get("file", "Dockerfile"), text.encode("latin-1") if "latin" in options else text)
	for number, (folder, folders, files) in enumerate(sorted(os.walk(root))):
		for name in files + folders:
			os.utime(f"{folder}/{name}", (1000000000 + number, 1000000000 + number), follow_symlinks=False)

def client(program, *args, **more):
	return subprocess.run([program, *args], capture_output=True, timeout=120, **more)

def tool(program, *args):
	return client(TOOL or program, *args)

def entry_facts(tar, entry):
	kind = {"0": "file", "1": "hard", "2": "link", "3": "char", "5": "dir", "6": "fifo"}.get(entry.type.decode(), "other")
	what = [kind, oct(entry.mode & 0o7777), entry.uid, entry.gid]
	if kind == "file":
		# Two builds at a time: which of them has the first address is chance.
		content = re.sub(rb"\b172\.17\.0\.\d+\b", b"172.17.0.2", tar.extractfile(entry).read())
		what.append(content.decode() if len(content) < 300 and b"\0" not in content and content.isascii()
			else hashlib.sha256(content).hexdigest())
	if kind in ("hard", "link"):
		what.append(os.path.normpath(entry.linkname) if kind == "hard" else entry.linkname)
	if kind != "hard" and os.path.normpath(entry.name) != "etc": # in which the engine has put mount points
		what.append(int(entry.mtime) if entry.mtime < LONG_AGO else "now")
	what += [f"{key[13:]}={value}" for key, value in sorted(entry.pax_headers.items()) if key.startswith("SCHILY.xattr.")]
	return what

def tree(program, image):
	made = tool(program, "create", image, "x")
	if made.returncode != 0:
		raise RuntimeError(made.stderr.decode())
	name = made.stdout.decode().strip()
	files = {}
	try:
		data = tool(program, "export", name).stdout
		with tarfile.open(fileobj=io.BytesIO(data)) as tar:
			for entry in tar:
				path = os.path.normpath(entry.name)
				if path not in PLACES:
					files[path] = entry_facts(tar, entry)
		# Of names for one file any may be the archive's first: all are told alike.
		for path, what in files.items():
			if what[0] == "hard":
				files[path] = files[what[4]]
	finally:
		tool(program, "rm", name)
	return files

def config(program, image):
	whole = json.loads(tool(program, "image", "inspect", image).stdout)[0]
	kept = {key: value for key, value in whole["Config"].items() if key in KEPT and value}
	for key in ("Author", "Os", "Architecture", "Variant"):
		if whole.get(key):
			kept[key] = whole[key]
	if whole.get("Created", "0") < "2017":
		kept["Created"] = whole.get("Created")
	kept["Layers"] = len(whole["RootFS"].get("Layers") or [])
	return kept

def history(program, image):
	lines = tool(program, "history", "--no-trunc", "--format", "{{json .CreatedBy}} {{json .Comment}}", image).stdout.decode().splitlines()
	decode, lists = json.JSONDecoder(), []
	for line in reversed(lines):
		text, end = decode.raw_decode(line)
		lists.append(text if "buildkit" in line[end:] else f"{text} {line[end:]}")
	return lists[1:]

# The sentence, without what differs from run to run.
def sentence(said):
	lines = [line for line in said.splitlines() if line.strip()]
	at = next((i for i, line in enumerate(lines) if line.startswith("ERROR: ")), None)
	text = "\n".join(lines[at:]) if at is not None else lines[-1] if lines else ""
	text = re.sub(r"^ERROR: ", "", text)
	text = re.sub(r"^failed to build: ", "", text)
	text = re.sub(r"^failed to solve: ", "", text)
	text = re.sub(r"^failed to run Build function: ", "", text) # it says so at times
	text = re.sub(r"(failed to resolve source metadata for \S+): .*", r"\1: WHY", text)
	text = re.sub(r"ref \S+::\S+: ", "ref REF: ", text)
	text = re.sub(r"/\S+/overlay2/\w+/merged/", "/", text)
	text = re.sub(r"\n\nView build details:.*", "", text)
	text = re.sub(r"\nhint: .*", "", text) # what to do next is ours alone
	return re.sub(r"/tmp/tmp\w+", "TMP", text)

def build(program, name, options, text, base):
	image = name if "keep" in options else "case-" + hashlib.sha256(name.encode()).hexdigest()[:12]
	with tempfile.TemporaryDirectory() as root:
		os.chmod(root, 0o755)
		make_context(root, options, text)
		flags = options.get("flags", "").split()
		for option, flag in [("args", "--build-arg"), ("label", "--label")]:
			for value in filter(None, options.get(option, "").split(",")):
				flags += [flag, value]
		if "target" in options:
			flags += ["--target", options["target"]]
		if "file" in options:
			flags += ["-f", options["file"]]
		result = client(program, "build", "-t", image, *flags, ".", cwd=root)
	if result.stdout.startswith(b"Check complete"):
		return {"said": result.stdout.decode()}
	if result.returncode != 0:
		return {"error": sentence((result.stdout + result.stderr).decode(errors="replace"))}
	files = {path: what for path, what in tree(program, image).items() if base.get(path) != what}
	facts = {"config": config(program, image), "history": history(program, image), "tree": files}
	if "keep" not in options:
		tool(program, "rmi", image)
	return facts

def main():
	mode, program, path = sys.argv[1:4]
	base = tree(program, "busybox")
	wanted = [case for case in cases() if len(sys.argv) == 4 or "keep" in case[1] or any(re.search(word, case[0]) for word in sys.argv[4:])]
	expected = json.load(open(path)) if mode == "check" or len(sys.argv) > 4 else {}
	# The oracle is held to what it said; we may differ where that is written down.
	ours = {} if TOOL else json.load(open(f"{HERE}/differs.json"))
	results = dict(expected)
	# What others stand on comes first.
	kept = [case for case in wanted if "keep" in case[1]]
	rest = [case for case in wanted if "keep" not in case[1]]
	with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
		all_facts = [build(program, *case, base) for case in kept] + list(pool.map(lambda case: build(program, *case, base), rest))
	for number, (case, facts) in enumerate(zip(kept + rest, all_facts), 1):
		results[case[0]] = facts
		if mode == "check":
			why = compare(ours.get(case[0], expected.get(case[0])), facts)
			print(f"{'not ok' if why else 'ok'} {number} {case[0]}")
			if why:
				print("# " + why.replace("\n", "\n# "))
	if mode == "check" and "KEEP" in os.environ:
		json.dump(results, open(os.environ["KEEP"], "w"))
	if mode == "record":
		with open(path, "w") as out:
			out.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(results[name], sort_keys=True, ensure_ascii=False)}"
				for name in sorted(results)) + "\n}\n")
	else:
		print(f"1..{len(all_facts)}")

def compare(wanted, facts):
	if wanted is None:
		return f"nothing is expected of it yet; it came to {json.dumps(facts)}"
	if "error" in wanted or "error" in facts or "said" in wanted or "said" in facts:
		return None if {**wanted, "why": 0} == {**facts, "why": 0} else f"expected {json.dumps(wanted)}\ncame to  {json.dumps(facts)}"
	problems = []
	for part in ("config", "tree"):
		for key in sorted(set(wanted[part]) | set(facts[part])):
			a, b = wanted[part].get(key), facts[part].get(key)
			if a != b:
				problems.append(f"{part} {key}: expected {json.dumps(a)}, is {json.dumps(b)}")
	if wanted["history"] != facts["history"]:
		problems.append(f"history: expected {json.dumps(wanted['history'])}\n         is       {json.dumps(facts['history'])}")
	return "\n".join(problems) or None

main()
