#!/usr/bin/env python3
"""Dockerfiles that nobody would write, by chance but from a fixed seed: each must be refused in words - with the line
where it is the Dockerfile that is wrong - or build; the engine must live. nonsense.py CLIENT COUNT"""
import random, subprocess, sys

WORDS = ["FROM", "RUN", "COPY", "ADD", "ENV", "ARG", "LABEL", "EXPOSE", "CMD", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR",
	"HEALTHCHECK", "SHELL", "ONBUILD", "STOPSIGNAL", "MAINTAINER", "busybox", "AS", "scratch", "$", "${", "${A", "${A:-", "}", "\\",
	"`", '"', "'", "[", "]", '["a"', "<<EOF", "<<", "<<-", "EOF", "--from=", "--mount=", "--mount=type=cache,target=", "--chown=",
	"--", "=", "a=b", "#", "# escape=`", "# escape=x", "\n", "\n", "\n", "\t", "/", "..", "../../..", "*", "**", "?", "[!", "NONE",
	"65536", "-1", "80/tcp", "\u00e9", "\u202e", "\x01", "true", "A" * 300, "FORM", "RNU", "COPPY"]

def main():
	client, count = sys.argv[1], int(sys.argv[2])
	chance = random.Random(4711)
	for number in range(count):
		words = [chance.choice(WORDS) for _ in range(chance.randint(1, 25))]
		text = "".join(word + chance.choice([" ", " ", "", "\n"]) for word in words)
		if chance.random() < 0.7:
			text = "FROM scratch\n" + text
		# Nothing that would be run or pulled: this is about what is read.
		text = text.replace("busybox", "scratch")
		result = subprocess.run([client, "build", "--progress", "plain", "-"], input=text.encode(), capture_output=True,
			timeout=30)
		said = result.stderr.decode(errors="replace")
		if result.returncode == 0:
			continue
		if "ERROR: failed to build: failed to solve: " not in said:
			sys.exit(f"{number}: no words for {text!r}: {said}")
		if "parse error" in said and "on line " not in said:
			sys.exit(f"{number}: no line for {text!r}: {said}")

main()
