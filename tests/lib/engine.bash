# An engine of its own for a test file: state, socket and network namespace that nobody else uses.
# $DOCKER is the client under test: berth, or a docker CLI that we did not write.

BUILD=${BERTH_BUILD:-$BATS_TEST_DIRNAME/../../build}
ROOT=$BATS_TEST_DIRNAME/../..

engine_start() {
	${ENGINE_RUNNER:-unshare --net} "$BUILD/berthd" -H "unix://$WORK/b.sock" --data-root "$WORK/data" --exec-root "$WORK/exec" \
		--config-file "$WORK/daemon.json" "$@" </dev/null >>"$WORK/log" 2>&1 3>&- &
	ENGINE=$!
	local tries=0
	echo "$ENGINE" >"$WORK/pid"
	while kill -0 "$ENGINE" 2>/dev/null && [ "$((tries++))" -lt 1500 ]; do
		curl -s --max-time 1 --unix-socket "$WORK/b.sock" http://b/_ping >/dev/null && return
		sleep 0.02
	done
	cat "$WORK/log" >&2
	return 1
}

engine_kill() {
	kill -9 "$(cat "$WORK/pid")"
	while kill -0 "$(cat "$WORK/pid")" 2>/dev/null; do sleep 0.01; done
}

# How many shims of this file's engines live; their stderr is the log.
shims() {
	local p n=0
	for p in $(pgrep -x berth-shim); do [ "$(readlink "/proc/$p/fd/2")" != "$WORK/log" ] || n=$((n + 1)); done
	echo "$n"
}

# Commands that take a number, three at a time, and the engine killed among them; the next one starts.
kill_among() { # rounds, command
	local round i clients
	for round in $(seq "$1"); do
		clients=()
		for i in 1 2 3; do
			"$2" "$i" >/dev/null 2>&1 3>&- &
			clients+=($!)
		done
		sleep "0.0$round"
		engine_kill
		engine_start
		wait "${clients[@]}" || true
	done
}

file_setup() { # flags of the engine
	export WORK DOCKER_HOST DOCKER_CONFIG DOCKER
	WORK=$(mktemp -d /tmp/berth-test.XXXXXX)
	DOCKER=${DOCKER:-$BUILD/berth}
	DOCKER_HOST=unix://$WORK/b.sock
	DOCKER_CONFIG=$WORK/config
	mkdir "$DOCKER_CONFIG"
	echo '{}' >"$WORK/daemon.json"
	"$ROOT/tools/busybox-image" >"$WORK/busybox.tar"
	engine_start "$@"
	"$BUILD/berth" import -c 'CMD ["sh"]' "$WORK/busybox.tar" busybox >/dev/null
}

file_teardown() {
	timeout 20 "$BUILD/berth" ps -aq | xargs -r timeout 60 "$BUILD/berth" rm -fv >/dev/null 2>&1
	kill "$(cat "$WORK/pid")" 2>/dev/null
	for _ in $(seq 1500); do kill -0 "$(cat "$WORK/pid")" 2>/dev/null || break; sleep 0.02; done
	rm -rf "$WORK"
}

# Awaits that a command succeeds, for half a minute and more.
await() {
	for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return; sleep 0.05; done
	echo "it never came to be: $*" >&2
	return 1
}
no_shims() { [ "$(shims)" -eq 0 ]; }
nothing_in() { [ -z "$(find "$@" -mindepth 1 -maxdepth 1)" ]; } # folders
# For what must fail: a command behind "!" never ends a test.
not() { ! "$@"; }
d() { timeout -s KILL 30 "$DOCKER" "$@"; }
api() { curl -s --max-time 20 --unix-socket "$WORK/b.sock" "$@"; }
# How long an answer takes, in milliseconds; very long if it is none.
api_ms() { api -o /dev/null -w '%{http_code} %{time_total}' "$@" | awk '{ print $1 == 200 ? int($2 * 1000) : 99999 }'; }
# The engine's memory at its height.
peak_kb() { awk '/^VmHWM/ { print $2 }' "/proc/$(cat "$WORK/pid")/status"; }
# What the engine has of memory now.
memory_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$(cat "$WORK/pid")/status"; }
run_none() { d run --rm --network none "$@"; }
post_json() { api -H 'Content-Type: application/json' -X POST -d "$2" "http://b$1"; }
status_of() { api -o /dev/null -w '%{http_code}' "$@"; }
