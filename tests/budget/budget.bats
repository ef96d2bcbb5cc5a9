load ../lib/engine
# What operations cost, counted and not timed: system calls, processes, syncs and bytes written, by the engine with its shims, and by the
# command line, against budget.tsv. A change that needs more says why there.
setup_file() {
	export TRACE=$BATS_FILE_TMPDIR/engine
	# As many calls as there are differ from host to host with the cgroup hierarchies; those of the budget were counted on v1 controllers.
	[ -d /sys/fs/cgroup/memory ] && export COUNTED=1
	ENGINE_RUNNER="unshare --net strace -D -f -qq -e signal=none -s 40 -o $TRACE" file_setup
	mkdir "$WORK/context"
	printf 'FROM busybox\nRUN true\n' >"$WORK/context/Dockerfile"
	mkdir "$WORK/many"
	for i in $(seq 300); do echo "$i" >"$WORK/many/$i"; done
	d create --name stopped --network none busybox true >/dev/null
	d run -d --name running --network none busybox sleep 1000 >/dev/null
	d run --rm busybox true
	d save -o "$WORK/saved.tar" busybox
	count
}
teardown_file() { file_teardown; }
setup() { [ -n "${COUNTED:-}" ] || skip "no v1 controllers here"; }

# Each operation ROUNDS times, between two requests that can be found in the trace again.
ROUNDS=5
marked() { # name, round, command: what it costs the client goes to a file
	curl -s --unix-socket "$WORK/b.sock" "http://b/budget-begin-$1-$2" >/dev/null
	timeout -s KILL 60 strace -f -qq -e signal=none -o "$BATS_FILE_TMPDIR/client-$1-$2" "${@:3}" >/dev/null
	settle
	curl -s --unix-socket "$WORK/b.sock" "http://b/budget-end-$1-$2" >/dev/null
}
# What follows an answer is the operation's, too: until the engine says nothing for a while.
settle() {
	local before=-1 now
	while now=$(wc -c <"$TRACE"); [ "$now" != "$before" ]; do before=$now; sleep 0.3; done
}
count() {
	local i
	for i in $(seq $ROUNDS); do
		marked run-none "$i" "$BUILD/berth" run --rm --network none busybox true
		marked run-bridge "$i" "$BUILD/berth" run --rm busybox true
		marked run-port "$i" "$BUILD/berth" run --rm -p 18080:80 busybox true
		marked exec "$i" "$BUILD/berth" exec running true
		marked ps "$i" "$BUILD/berth" ps
		marked inspect "$i" "$BUILD/berth" inspect running
		marked create "$i" "$BUILD/berth" create --name "made$i" --network none busybox sleep 1000
		marked start "$i" "$BUILD/berth" start "made$i"
		marked stop "$i" "$BUILD/berth" stop -t 0 "made$i"
		marked rm "$i" "$BUILD/berth" rm "made$i"
		marked build-cold "$i" "$BUILD/berth" build -q --no-cache "$WORK/context"
		marked build-cached "$i" "$BUILD/berth" build -q "$WORK/context"
		marked cp "$i" "$BUILD/berth" cp -q "$WORK/many" "stopped:/many$i"
		marked load "$i" "$BUILD/berth" load -q -i "$WORK/saved.tar"
		marked complete "$i" "$BUILD/berth" __complete -- start ''
		marked volume "$i" "$BUILD/berth" volume create "v$i"
	done
}
within() { "$BATS_TEST_DIRNAME/count" "$TRACE" "$BATS_FILE_TMPDIR" "$BATS_TEST_DIRNAME/budget.tsv" "$@"; }

@test "a run without a network, on a bridge, with a port: no more than their budget" { within run-none run-bridge run-port; }
@test "exec, ps, inspect: no more than their budget" { within exec ps inspect; }
@test "create, start, stop, rm, a volume: no more than their budget" { within create start stop rm volume; }
@test "a key press: names of containers, no more than their budget" { within complete; }
@test "a build's step, made and found: no more than their budget" { within build-cold build-cached; }
@test "300 small files copied, an image loaded that is there: no more than their budget" { within cp load; }
