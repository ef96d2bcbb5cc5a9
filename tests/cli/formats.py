#!/usr/bin/env python3
"""formats.py CLIENT FILE: carries out each --format of FILE and tells where CLIENT answers otherwise than docker's 28.5.2.
formats.py CLIENT FILE record COMMANDS: writes FILE out of lines "command|arguments|format" and what CLIENT, a docker, answers; what
is no sentence for every engine (ids, times, versions) is left out by recording twice, on two engines, and keeping what is the same."""
import json, subprocess, sys


def answer(client, command, arguments, form):
	done = subprocess.run([client] + command.split() + ["--format", form] + arguments.split(), stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	return [done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")]


def record(client, file, commands):
	with open(commands, encoding="utf-8") as lines, open(file, "w", encoding="utf-8") as out:
		for line in lines.read().split("\n"):
			if line:
				words = line.split("|", 2)
				out.write(json.dumps(words + answer(client, *words), ensure_ascii=False) + "\n")


def main():
	client, file = sys.argv[1:3]
	if sys.argv[3:4] == ["record"]:
		record(client, file, sys.argv[4])
		return 0
	wrong = 0
	with open(file, encoding="utf-8") as lines:
		for line in lines:
			*words, code, out, err = json.loads(line)
			found = answer(client, *words)
			if found != [code, out, err]:
				wrong += 1
				print(f"{words}\n  docker: {[code, out, err]}\n  here:   {found}")
	return wrong != 0


sys.exit(main())
