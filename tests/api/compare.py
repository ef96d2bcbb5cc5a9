#!/usr/bin/env python3
"""compare.py OURS THEIRS [NAME]: sends each request of standard input (METHOD PATH BODY, as `tools/api-schema SPEC bodies` prints
them; {} in a path becomes NAME) to two sockets, and prints those whose answers differ in status or sentence. Exit code 1: some do."""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from unix_api import Api


def ask(path, method, target, body):
    api = Api(path)
    status, answer = api.ask(method, target, body.encode())
    api.close()
    try:
        return status, json.loads(answer)["message"]
    except (ValueError, KeyError, TypeError):
        return status, answer.decode("utf-8", "replace")


differ = 0
for line in sys.stdin:
    method, target, body = line.rstrip("\n").split(" ", 2)
    target = target.replace("{}", sys.argv[3] if len(sys.argv) > 3 else "c1")
    ours, theirs = (ask(path, method, target, body) for path in sys.argv[1:3])
    if ours != theirs:
        differ += 1
        print(method, target, body[:300], f"\n  ours   {ours}\n  theirs {theirs}")
sys.exit(differ > 0)
