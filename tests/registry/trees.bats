load ../lib/engine
load ../lib/hosts
load ../lib/registry

# Docker's engine beside ours, where it is installed: what one pushes, the other pulls.
setup_file() {
	registries_make
	export PEER=unix://$WORK/peer.sock
	if command -v dockerd >/dev/null; then
		mkdir "$WORK/peer"
		registry_run dockerd dockerd --data-root "$WORK/peer/data" --exec-root "$WORK/peer/exec" -H "$PEER" --pidfile "$WORK/peer/pid" --bridge none --iptables=false
		for _ in $(seq 300); do peer version >/dev/null 2>&1 && break; sleep 0.1; done
	fi
	python3 "$ROOT/tests/lib/make_tree.py" "$WORK/tree"
	tar --xattrs --xattrs-include='*' --format=pax --numeric-owner -C "$WORK/tree" -cf "$WORK/tree.tar" .
	python3 "$ROOT/tests/lib/list_tree.py" "$WORK/tree" >"$WORK/expected"
}
teardown_file() {
	if [ -f "$WORK/peer/pid" ]; then
		kill "$(cat "$WORK/peer/pid")"
		for _ in $(seq 300); do [ -f "$WORK/peer/pid" ] || break; sleep 0.1; done
	fi
	registries_remove
}
peer() { timeout -s KILL 60 docker -H "$PEER" "$@"; }

# The files of an image, through all its layers, as a list.
merged() { # client, image, file
	local upper lower
	upper=$("$1" image inspect -f '{{.GraphDriver.Data.UpperDir}}' "$2")
	lower=$("$1" image inspect -f '{{if .GraphDriver.Data.LowerDir}}{{.GraphDriver.Data.LowerDir}}{{end}}' "$2" | grep -v 'no value' || true)
	mkdir -p "$WORK/merged" "$WORK/nothing"
	mount -t overlay overlay -o "ro,lowerdir=$upper:${lower:-$WORK/nothing}" "$WORK/merged"
	python3 "$ROOT/tests/lib/list_tree.py" "$WORK/merged" >"$3"
	umount "$WORK/merged"
}

@test "a tree of everything: imported, pushed, pulled, it is the same" {
	d import "$WORK/tree.tar" localhost:5000/mine
	merged d localhost:5000/mine "$WORK/got"
	diff "$WORK/expected" "$WORK/got"
	d push -q localhost:5000/mine
	d rmi localhost:5000/mine
	d pull -q localhost:5000/mine
	merged d localhost:5000/mine "$WORK/got"
	diff "$WORK/expected" "$WORK/got"
}

@test "what we push, dockerd pulls, and the trees are the same" {
	command -v dockerd >/dev/null || skip 'no dockerd here'
	peer pull -q localhost:5000/mine
	merged peer localhost:5000/mine "$WORK/got"
	diff "$WORK/expected" "$WORK/got"
}

@test "what dockerd pushes, we pull, and the trees are the same: deletions and replacements too" {
	command -v dockerd >/dev/null || skip 'no dockerd here'
	peer import "$WORK/tree.tar" base
	peer import "$WORK/busybox.tar" tools
	printf 'FROM base\nCOPY --from=tools /bin /bin\nRUN ["/bin/sh", "-c", "rm -r /plain /empty /second; rm -r /sticky; mkdir /sticky; echo new >/sticky/new; chmod 0700 /setgid"]\nRUN ["/bin/sh", "-c", "rm /zeros; mkdir /zeros; touch /zeros/in"]\n' >"$WORK/Dockerfile"
	DOCKER_BUILDKIT=0 peer build -q --network none -t localhost:5000/theirs - <"$WORK/Dockerfile" || DOCKER_BUILDKIT=0 timeout 60 /usr/bin/docker -H "$PEER" build -q --network none -t localhost:5000/theirs - <"$WORK/Dockerfile"
	peer push localhost:5000/theirs >/dev/null
	merged peer localhost:5000/theirs "$WORK/want"
	d pull -q localhost:5000/theirs
	merged d localhost:5000/theirs "$WORK/got"
	diff "$WORK/want" "$WORK/got"
	[ ! -e "$WORK/merged/plain" ]
	grep -q "'sticky/new'" "$WORK/got"
	# Pushed on from here, it keeps its digest.
	digest=$(d image inspect -f '{{index .RepoDigests 0}}' localhost:5000/theirs)
	d tag localhost:5000/theirs localhost:5000/again
	d push localhost:5000/again | grep -q "digest: ${digest#*@} "
}
