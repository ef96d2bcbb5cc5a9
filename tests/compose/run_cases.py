#!/usr/bin/env python3
"""Compares what `compose config --format json` makes of every project of cases.txt with what the Compose
Specification says it comes to. Prints TAP.

A case begins with "@ name"; what follows is its compose.yaml. Then come lines:
%file NAME     the lines up to the next such line are another file
%env A=b       a variable of the shell
%args ...      flags before `config`; %config ...: flags behind it
= PATH JSON    the value at a path of the result ("services.web.ports[0].target 80"); "-": it is not there
! TEXT         it fails, and says that on standard error
~ TEXT         it works, and says that on standard error
> TEXT         a line of standard output, as it is"""
import json, os, re, shlex, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BERTH = os.environ.get("BERTH_BUILD", HERE + "/../../build") + "/berth"


def cases():
	case = None
	for line in open(HERE + "/cases.txt", encoding="utf-8"):
		line = line.rstrip("\n")
		if line.startswith("@ "):
			if case:
				yield case
			case = {"name": line[2:].strip(), "files": {"compose.yaml": []}, "env": {}, "args": [], "config": [], "expect": []}
			place = case["files"]["compose.yaml"]
		elif line.startswith("%file "):
			place = case["files"].setdefault(line[6:].strip(), [])
		elif line.startswith("%env "):
			name, _, value = line[5:].partition("=")
			case["env"][name] = value
		elif line.startswith(("%args ", "%config ")):
			key, _, rest = line[1:].partition(" ")
			case[key] += shlex.split(rest)
		elif re.match(r"[=!~>] ", line):
			case["expect"].append((line[0], line[2:]))
		elif case and not line.startswith("##"):
			place.append(line)
	yield case


def at(value, path):
	for part in re.findall(r"\[(\d+)\]|\"([^\"]*)\"|([^.\[\]\"]+)", path):
		index, quoted, name = part
		if index:
			value = value[int(index)]
		else:
			value = value[quoted or name]
	return value


def problems(case):
	with tempfile.TemporaryDirectory(prefix="berth-compose.") as top:
		root = top + "/project"
		for path, lines in case["files"].items():
			full = os.path.join(root, path)
			os.makedirs(os.path.dirname(full), exist_ok=True)
			with open(full, "w", encoding="utf-8") as out:
				out.write("\n".join(lines) + "\n")
		kept = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
		env = {**kept, "PATH": os.environ["PATH"], "HOME": "/home/nobody", "BERTH_AUTOSTART": "0", "DOCKER_HOST": "unix:///nowhere.sock", **case["env"]}
		as_json = [] if any(kind == ">" for kind, _ in case["expect"]) else ["--format", "json"]
		run = subprocess.run([BERTH, "compose", *case["args"], "config", *as_json, *case["config"]], cwd=root, env=env, stdin=subprocess.DEVNULL,
			capture_output=True, text=True, timeout=60)
		fails = any(kind == "!" for kind, _ in case["expect"])
		if (run.returncode != 0) != fails:
			return [f"exit {run.returncode}: {run.stderr}"]
		model = json.loads(run.stdout) if run.stdout and as_json else {}
		found = []
		for kind, text in case["expect"]:
			text = text.replace("$ROOT", root)
			if kind in "!~":
				if text not in run.stderr:
					found.append(f"no \"{text}\" in: {run.stderr}")
				continue
			if kind == ">":
				if text not in run.stdout.split("\n"):
					found.append(f"no line \"{text}\" in: {run.stdout}")
				continue
			path, _, wanted = text.partition(" ")
			try:
				value = at(model, path)
			except (KeyError, IndexError, TypeError):
				value = "-" if wanted == "-" else "<absent>"
			if value != (wanted if wanted == "-" else json.loads(wanted)):
				found.append(f"{path} is {json.dumps(value)}, not {wanted}")
		return found


number = 0
for case in cases():
	number += 1
	found = problems(case)
	print(f"{'not ok' if found else 'ok'} {number} {case['name']}")
	for text in found:
		print("# " + text.replace("\n", "\n# "))
print(f"1..{number}")
