#!/usr/bin/env python3
"""create_versions.py SOCKET FILE: makes a container of each row of FILE in the versions at the ends of each range, and prints where status,
message or warnings, or what inspect shows then, are others. The scene is network net, image busybox, volume vv0. Up to 1.51 the rows
are what dockerd 28.5.2 answered."""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from unix_api import Api


def ask(path, method, target, body=None):
	api = Api(path)
	status, text = api.ask(method, target, body)
	api.close()
	return status, json.loads(text) if text else {}


def shown(value, place):
	for key in place.split("."):
		value = value.get(key) if isinstance(value, dict) else None
	return value


def make(path, version, body, places):
	status, answer = ask(path, "POST", f"/v1.{version}/containers/create", body)
	if status != 201:
		return [status, answer["message"]]
	_, container = ask(path, "GET", f"/v1.{version}/containers/{answer['Id']}/json")
	ask(path, "DELETE", f"/v1.{version}/containers/{answer['Id']}")
	return [status, answer["Warnings"], *(shown(container, place) for place in places)]


def main():
	wrong = 0
	with open(sys.argv[2], encoding="utf-8") as lines:
		for row in map(json.loads, lines):
			for since, until, expected in row["answers"]:
				for version in sorted({since, until}):
					found = make(sys.argv[1], version, row["body"], row["shows"])
					if found != expected:
						wrong += 1
						print(f"1.{version} {json.dumps(row['body'])}\n  expected {json.dumps(expected)}\n  found    {json.dumps(found)}")
	return wrong != 0


sys.exit(main())
