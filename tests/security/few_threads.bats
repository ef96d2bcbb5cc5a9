# A host without threads left (pids limit, memory): a request fails with a sentence or does without, and the engine goes on.
load ../lib/engine
setup_file() {
	[[ $BUILD != *build-address* ]] || skip "the sanitizer is to be loaded first itself"
	file_setup
	export NO_THREADS=$WORK/no-threads
	gcc -shared -fPIC -O1 -o "$WORK/few.so" "$ROOT/tests/security/few_threads.c" -ldl
	printf '#!/bin/sh\nLD_PRELOAD=%s exec "$@"\n' "$WORK/few.so" >"$WORK/runner"
	chmod +x "$WORK/runner"
	engine_kill
	ENGINE_RUNNER="unshare --net $WORK/runner" engine_start
	mkdir "$WORK/context"
	printf 'FROM busybox\nRUN true\n' >"$WORK/context/Dockerfile"
	d save -o "$WORK/saved.tar" busybox
}
teardown_file() { file_teardown; }
teardown() { rm -f "$NO_THREADS"; }
lacking() { echo " $* " >"$NO_THREADS"; }
refused() { [[ $status -ne 0 && $output == *'no thread can be started: '* ]] || { echo "$status: $output"; return 1; }; }
# The same engine, and what it refused works.
goes_on() {
	rm -f "$NO_THREADS"
	kill -0 "$(cat "$WORK/pid")"
	timeout -s KILL 60 "$@" >/dev/null
}
build() { tar -cC "$WORK/context" Dockerfile | api -X POST -H 'Content-Type: application/x-tar' --data-binary @- "http://b/build?$1"; }

@test "no threads: requests are answered 503, and those after them are served" {
	local i clients=() codes=$WORK/codes
	: >"$codes"
	lacking pool
	for i in $(seq 20); do
		api -o /dev/null -w '%{http_code}\n' http://b/events >>"$codes" 3>&- &
		clients+=($!)
	done
	# A few threads wait for requests; the others have none.
	for i in $(seq 200); do [ "$(grep -c 503 "$codes")" -lt 12 ] || break; sleep 0.05; done
	[ "$(grep -c 503 "$codes")" -ge 12 ]
	kill "${clients[@]}" 2>/dev/null || true
	goes_on "$DOCKER" run --rm --network none busybox true
}

@test "no threads: pulls and loads" {
	lacking transfer
	run d pull 127.0.0.1:1/none
	refused
	lacking unpack
	run d load -i "$WORK/saved.tar"
	refused
	# Where another thread only makes it faster, it goes without.
	lacking read-ahead
	d rmi -f busybox
	goes_on "$DOCKER" load -i "$WORK/saved.tar"
}

@test "no threads: builds" {
	local name
	for name in stage watch tell; do
		lacking "$name"
		run build version=2
		[[ $output == *'no thread can be started: '* ]] || { echo "$name: $output"; false; }
	done
	goes_on "$DOCKER" build -q "$WORK/context"
}

@test "no threads: calls of gRPC" {
	head -c 5 /dev/zero >"$WORK/empty"
	ask() { api --http2-prior-knowledge -D - -H 'Content-Type: application/grpc' -H 'TE: trailers' --data-binary "@$WORK/empty" http://b/moby.buildkit.v1.Control/ListWorkers | tr -d '\0'; }
	lacking grpc
	for _ in 1 2 3; do ask | grep -aq 'grpc-status: 14'; done
	rm "$NO_THREADS"
	ask | grep -aq mobyproject
}

@test "no threads: health that nobody checks is none, and says why" {
	lacking health
	d run -d --name watched --network none --health-cmd true --health-interval 1s busybox sleep 100
	[[ "$(d inspect -f '{{json .State.Health}}' watched)" == *unhealthy*'no thread can be started'* ]]
	rm "$NO_THREADS"
	d restart -t 0 watched
	for _ in $(seq 300); do [ "$(d inspect -f '{{.State.Health.Status}}' watched)" != healthy ] || break; sleep 0.1; done
	[ "$(d inspect -f '{{.State.Health.Status}}' watched)" = healthy ]
	d rm -f watched
}

@test "no threads: what is done later is done all the same" {
	lacking pool
	d run -d --rm --name gone --network none busybox true
	for _ in $(seq 300); do d inspect gone >/dev/null 2>&1 || break; sleep 0.1; done
	not d inspect gone
}

@test "no threads: a WebSocket that replays is told so" {
	d run --name said --network none busybox echo words
	lacking replay
	"$ROOT/tests/lib/websocket.py" "$WORK/b.sock" '/containers/said/attach/ws?logs=1&stdout=1&stream=0' end | grep -q 'no thread can be started'
	rm "$NO_THREADS"
	"$ROOT/tests/lib/websocket.py" "$WORK/b.sock" '/containers/said/attach/ws?logs=1&stdout=1&stream=0' end | grep -q words
	d rm said
}
