load ../lib/engine
setup_file() {
	file_setup
	d run -d --name web --network none --label com.docker.compose.project=shop busybox sh -c 'printf "\033[2Jscreen\007\n"; i=0; while :; do echo "line $i"; i=$((i + 1)); sleep 1; done'
	d run -d --name db --network none --label com.docker.compose.project=shop busybox sleep 1000
	d run -d --name solo --network none -t busybox sleep 1000
	d create --name old busybox true
}
teardown_file() { file_teardown; }
# A session on a screen of its own: tests/cli/top.py has one function for each.
session() { timeout 120 python3 "$BATS_TEST_DIRNAME/top.py" "$BUILD/berth" "$@"; }
connections() { find "/proc/$(cat "$WORK/pid")/fd" -lname 'socket:*' | wc -l; }

@test "top: containers by project, their numbers, sparklines, a size that changes, the terminal as it was" { session shows; }
@test "top: in ASCII, without colours, on a screen that is too small" { session plain; }
@test "top: logs that follow and give the terminal no orders; inspect" { session reads; }
@test "top: filter, order, what runs" { session arranges; }
@test "top: the mouse selects, sorts and scrolls" { session points; }
@test "top: stop, start, restart and pause by keys, and what the engine refuses" { session acts; [ "$(d inspect -f '{{.State.Running}}' db)" = true ]; }
@test "top: a shell in a container, and back" { session shell; }
@test "top: rm asks first" {
	d create --name doomed busybox true
	session removes
	not d inspect doomed
}
@test "top: ^C and SIGTERM end it, the terminal is as it was" { session ends; }

@test "top: only what runs and is seen is watched, an idle engine is asked for nothing" {
	before=$(connections)
	session idle
	for _ in $(seq 300); do [ "$(connections)" -gt "$before" ] || break; sleep 0.1; done
	[ "$(connections)" -le "$before" ]
}

@test "top: no terminal, no terminal that is known, no engine: a sentence" {
	run d top
	[ "$status" -eq 1 ] && [[ $output == *'the full screen needs a terminal'* ]]
	session unknown
	DOCKER_HOST=unix://$WORK/nobody BERTH_AUTOSTART=0 session nobody
}

@test "no other command loads ncurses" {
	strace -f -qq -e trace=openat -o "$WORK/opened" "$BUILD/berth" ps
	not grep -E 'ncurses|libtinfo' "$WORK/opened"
	not grep -q curses <(ldd "$BUILD/berth")
}

@test "top: the engine is lost: a sentence" { session lost "$(cat "$WORK/pid")"; engine_start; }
