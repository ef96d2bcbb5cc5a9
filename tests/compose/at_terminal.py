#!/usr/bin/env python3
"""at_terminal.py TEXT KEY TEXT KEY ... -- COMMAND...: runs a command at a terminal of its own, and presses each key once the text
before it has been written ("^C" is Ctrl+C). Prints what was written; ends with the command's exit code, or 99 when it takes too long."""
import os, pty, select, sys, time

split = sys.argv.index("--")
steps = list(zip(sys.argv[1:split:2], sys.argv[2:split:2]))
child, master = pty.fork()
if child == 0:
	os.execvp(sys.argv[split + 1], sys.argv[split + 1:])
written, seen, deadline = b"", 0, time.time() + 60
while time.time() < deadline:
	if not select.select([master], [], [], 0.5)[0]:
		continue
	try:
		block = os.read(master, 65536)
	except OSError:
		block = b""
	if not block:
		break
	written += block
	while steps and (at := written.find(steps[0][0].encode(), seen)) >= 0:
		seen = at + len(steps[0][0])
		os.write(master, b"\x03" if steps[0][1] == "^C" else steps[0][1].encode())
		steps.pop(0)
sys.stdout.buffer.write(written)
sys.stdout.flush()
if time.time() >= deadline:
	os.kill(child, 9)
	sys.exit(99)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
