load ../lib/engine
# The examples of the documents, as they stand there.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	file_setup
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	mkdir "$WORK/bin"
	for name in docker docker-compose berth; do ln -s "$(realpath "$BUILD/berth")" "$WORK/bin/$name"; done
	ln -s "$(realpath "$BUILD/berthd")" "$WORK/bin/berthd"
	export PATH=$WORK/bin:$PATH
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }
examples() { # document: its examples are run, and leave nothing behind
	mkdir -p "$WORK/$1/site"
	python3 "$ROOT/tests/cli/docs.py" "$ROOT/docs/$1.md" >"$WORK/$1/script"
	grep -q '^berth \|^docker ' "$WORK/$1/script"
	(cd "$WORK/$1" && timeout 120 nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" bash -x script >"$WORK/$1/out" 2>&1 </dev/null) || { tail -n 20 "$WORK/$1/out"; return 1; }
	[ -z "$(d ps -aq)$(d volume ls -q)$(d network ls -qf type=custom)" ] || { d ps -a; d volume ls; d network ls; return 1; }
}

@test "the tour of the primer" { examples tour; }
@test "moving from Docker, and backups" { examples from-docker; }
@test "Compose" { examples compose; }
@test "networks" { examples networks; }
@test "trouble-shooting" { examples trouble-shooting; }
@test "upgrading" { examples upgrading; }

@test "documents lead to files that there are, and each is led to" {
	for file in "$ROOT"/README.md "$ROOT"/docs/*.md; do
		while read -r target; do
			[ -e "$(dirname "$file")/${target%%#*}" ] || { echo "$file: $target"; return 1; }
		done < <(grep -o '](\([^)]*\))' "$file" | sed 's/^](//; s/)$//' | grep -v '^https\?:\|^#')
	done
	for file in "$ROOT"/docs/*.md; do
		grep -rqF "${file##*/}" "$ROOT/README.md" "$ROOT/docs/"*.md || { echo "nothing leads to $file"; return 1; }
	done
}
