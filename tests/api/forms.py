#!/usr/bin/env python3
"""forms.py SOCKET FILE: asks what each row of FILE (forms.tsv says how it is written) tells of, in the versions at the ends of its
range and next to them, and prints where the answer is another."""
import json, os, sys, time, urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from unix_api import Api

OLDEST, NEWEST, ABSENT = 24, 55, object()


def ask(path, version, request, answers={}):
	if (version, request) not in answers:
		api = Api(path)
		target = request.replace("NOW", str(int(time.time()) + 1)).replace('"', "%22").replace("{", "%7B").replace("}", "%7D")
		status, body = api.ask("GET", f"/v1.{version}{target}")
		api.close()
		lines = body.splitlines() if request.startswith("/events") else [body]
		try:
			value = json.loads(lines[0]) if lines else None
		except ValueError:
			value = None
		answers[version, request] = status, value
	return answers[version, request]


def found(value, place):
	"""The first value at a place, or ABSENT."""
	if not place:
		return value
	if place.startswith("[]"):
		inner = (found(one, place[2:]) for one in value or [])
	elif place.startswith(".*"):
		inner = (found(one, place[2:]) for one in (value or {}).values())
	else:
		end = min(at for at in (place.find(".", 1), place.find("[", 1), len(place)) if at > 0)
		inner = iter([found(value[place[1:end]], place[end:])] if isinstance(value, dict) and place[1:end] in value else [])
	return next((one for one in inner if one is not ABSENT), ABSENT)


def versions_of(text):
	if text in ("all", "none"):
		return (OLDEST, NEWEST) if text == "all" else (NEWEST + 1, NEWEST)
	since, _, until = text.partition("-")
	return int(since or OLDEST), int(until or NEWEST)


def check(path, request, place, versions, expected):
	since, until = versions_of(versions)
	for version in sorted({since, until, since - 1, until + 1, OLDEST, NEWEST} & set(range(OLDEST, NEWEST + 1))):
		status, value = ask(path, version, request)
		is_inside = since <= version <= until
		if place == "STATUS":
			right = (status == expected) == is_inside
			value = status
		elif place == "COUNT":
			right = (len(value) == expected) == is_inside
		else:
			value = found(value, place)
			right = (value is not ABSENT) == is_inside and (not is_inside or expected is ABSENT or value == expected)
		if not right:
			yield f"1.{version} {request} {place}: {'nothing' if value is ABSENT else json.dumps(value)}"


def main():
	wrong = []
	with open(sys.argv[2], encoding="utf-8") as lines:
		for line in lines:
			if not line.startswith("#"):
				request, place, versions, *expected = line.rstrip("\n").split("\t")
				wrong += check(sys.argv[1], request, place, versions, json.loads(expected[0]) if expected else ABSENT)
	print("\n".join(wrong))
	return bool(wrong)


sys.exit(main())
