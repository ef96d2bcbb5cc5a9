"""Turns a document's examples into a script: docs.py FILE. The blocks marked sh are one script, in which a line "COMMAND   # -> TEXT"
has to print that text, and nothing else."""
import re, shlex, sys

text = open(sys.argv[1]).read()
print("set -euo pipefail")
print('told() { [ "$1" = "$2" ] || { printf "%s\\nis not %s\\n" "$1" "$2"; exit 1; }; }')
for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
    for line in block.splitlines():
        got = re.fullmatch(r"(\S.*?) +# -> (.*)", line)
        print(f"told \"$({got[1]})\" {shlex.quote(got[2])}" if got else line)
