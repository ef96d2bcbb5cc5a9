#!/usr/bin/env python3
"""words.py CLIENT FILE: carries out each line of FILE - wrong and missing arguments of every command - and tells where CLIENT, called
as docker, answers otherwise than docker's client 28.5.2 did of the same engine.
words.py CLIENT FILE record COMMANDS: writes FILE out of command lines and what CLIENT, a docker, answers; what differs on purpose
(docs/compatibility.md), or tells of this host, is taken out by hand."""
import json, os, re, shlex, subprocess, sys


def answer(client, line):
	done = subprocess.run([client] + shlex.split(line), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
	texts = [t.decode("utf-8", "replace") for t in (done.stdout, done.stderr)]
	# Hints are our own, ids are nobody's, and a slip of docker's is not repeated.
	texts = ["".join(l for l in t.splitlines(True) if not l.startswith("hint: ")) for t in texts]
	return [done.returncode] + [re.sub("[0-9a-f]{64}", "ID", t.replace("\n\nSRun '", "\n\nRun '")) for t in texts]


def record(client, file, commands):
	with open(commands, encoding="utf-8") as lines, open(file, "w", encoding="utf-8") as out:
		for line in lines.read().split("\n"):
			if line:
				out.write(json.dumps([line] + answer(client, line), ensure_ascii=False) + "\n")


def main():
	client, file = sys.argv[1:3]
	if sys.argv[3:4] == ["record"]:
		record(client, file, sys.argv[4])
		return 0
	wrong = 0
	with open(file, encoding="utf-8") as lines:
		for text in lines:
			line, *wanted = json.loads(text)
			found = answer(client, line)
			if found != wanted:
				wrong += 1
				print(f"{line}\n  docker: {wanted}\n  here:   {found}")
	return wrong != 0


os.environ.pop("DOCKER_CONTEXT", None)
sys.exit(main())
