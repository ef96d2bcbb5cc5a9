"""Holds docs/daemon.json.md against the program: every key of the table of types is there once, with its type, examples that do what
the page says, and R where a reload is enough. Usage: daemon_json.py BERTHD FOLDER."""
import json, os, re, subprocess, sys

berthd, work = sys.argv[1:]
top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
read = lambda path: open(os.path.join(top, path)).read()
page = read("docs/daemon.json.md")
kinds = {"string": "string", "bool": "bool", "number": "number", "object": "object", "list of strings": "array", "list of objects": "array"}
problems = []
os.makedirs(os.path.join(work, "certs"), exist_ok=True)  # where TLS finds its files
for name in ("ca", "cert", "key"):
    open(os.path.join(work, "certs", name + ".pem"), "w").close()


def validate(text):
    path = os.path.join(work, "daemon.json")
    open(path, "w").write(text)
    got = subprocess.run([berthd, "--validate", "--config-file", path], capture_output=True, text=True, timeout=20)
    return got.returncode == 0, got.stdout + got.stderr


def expect(key, value, ok, words=None):
    taken, said = validate(json.dumps({key: value}))
    if taken != ok or (words and words not in said) or (ok and not words and "does nothing" in said):
        problems.append(f"{key}: {json.dumps(value)}: {said.strip()}")


def check_type(key, kind):
    """A value of another kind is refused as what it is."""
    wrong = 7 if kinds[kind] != "number" else "seven"
    taken, said = validate(json.dumps({key: wrong}))
    go = re.search(r"Go (?:struct field|value).* of type (\S+)", said)
    of = {"string": ("string", "net.IP"), "bool": ("bool",), "number": ("int", "int64")}.get(kind)
    fits = go and (go[1] in of if of else go[1].startswith("[]") if kinds[kind] == "array" else go[1].startswith(("map", "config.")))
    if key != "api-access" and not fits:
        problems.append(f"{key} is no {kind}: {said.strip()}")


def rows(heading):
    part = page.split(f"\n## {heading}", 1)[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| `")]


def cell(text):
    return json.loads(text.strip("`"))


honoured, refused, told = rows("Honoured"), rows("Refused"), rows("Told of")
for key, kind, example, _, *_ in honoured:
    expect(key.strip("`"), cell(example), True)
for key, kind, taken, other, _ in refused:
    expect(key.strip("`"), cell(taken), True)
    expect(key.strip("`"), cell(other), False, "cannot be honoured")
for key, kind, example, _, *_ in told:
    expect(key.strip("`"), cell(example), True, "does nothing")
for key, kind, *_ in honoured + refused + told:
    check_type(key.strip("`"), kind)

fields = read("src/daemon/config_keys.c").split("SchemaField fields[]")[1].split("config_shape")[0]
keys = sorted(re.findall(r'\{"([a-z0-9-]+)", &', fields))
listed = sorted(row[0].strip("`") for row in honoured + refused + told)
if keys != listed:
    problems.append(f"not on the page, or twice, or not in the table: {sorted(set(keys) ^ set(listed))}")
live = re.findall(r'"([a-z-]+)"', read("src/daemon/reload.c").split("live_keys[] = {")[1].split("}")[0])
marked = [row[0].strip("`") for row in honoured + told if row[3] == "R"]
if sorted(live) != sorted(marked):
    problems.append(f"R: {sorted(set(live) ^ set(marked))}")
whole = re.search(r"```json\n(.*?)```", page, re.S)[1]
taken, said = validate(whole.replace('"userns-remap": "default"', '"userns-remap": ""'))
if not taken:
    problems.append("the whole file: " + said)
print("\n".join(problems))
sys.exit(bool(problems))
