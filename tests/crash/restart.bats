load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "kill -9 of the engine leaves containers, logs and an attached client alone; the next one finds them" {
	mkdir "$WORK/flag"
	timeout -s KILL 60 "$DOCKER" run --name on --network none -v "$WORK/flag:/flag" busybox sh -c 'i=0; until [ -e /flag/end ]; do i=$((i + 1)); echo $i; sleep 0.05; done; exit 5' >"$WORK/attached" 3>&- &
	client=$!
	for _ in $(seq 600); do grep -q '^5$' "$WORK/attached" && break; sleep 0.05; done
	pid=$(d inspect -f '{{.State.Pid}}' on)
	engine_kill
	sleep 0.5
	kill -0 "$pid"
	engine_start
	[ "$(d inspect -f '{{.State.Status}} {{.State.Pid}}' on)" = "running $pid" ]
	touch "$WORK/flag/end"
	wait "$client" && code=0 || code=$?
	[ "$code" -eq 5 ]
	last=$(tail -n 1 "$WORK/attached")
	[ "$last" -gt 10 ]
	[ "$(cat "$WORK/attached")" = "$(seq "$last")" ]
	[ "$(d logs on)" = "$(seq "$last")" ]
	[ "$(d inspect -f '{{.State.Status}} {{.State.ExitCode}}' on)" = 'exited 5' ]
	d rm on
}

@test "what ends while the engine is down is known afterwards, with its exit code and time" {
	d run -d --name away --network none busybox sh -c 'sleep 0.5; exit 8'
	shim=$(ps -o ppid= -p "$(d inspect -f '{{.State.Pid}}' away)")
	engine_kill
	await not kill -0 "$shim"
	engine_start
	[ "$(d inspect -f '{{.State.Status}} {{.State.ExitCode}}' away)" = 'exited 8' ]
	d rm away
}

@test "exec, stop and removal work after a restart; --rm is carried out" {
	d run -d --name later --network none busybox sleep 100
	d run -d --rm --name auto --network none busybox sh -c 'sleep 0.3'
	engine_kill
	sleep 0.6
	engine_start
	[ "$(d exec later echo hi)" = hi ]
	d stop -t 0 later
	d rm later
	for _ in $(seq 600); do [ -z "$(d ps -aq)" ] && break; sleep 0.05; done
	[ -z "$(d ps -aq)" ]
}

@test "restart policies after a restart of the engine" {
	d run -d --name always --network none --restart always busybox sh -c 'sleep 0.2; exit 1'
	engine_kill
	sleep 0.5
	engine_start
	for _ in $(seq 600); do [ "$(d inspect -f '{{.RestartCount}}' always)" -gt 0 ] && break; sleep 0.05; done
	[ "$(d inspect -f '{{.RestartCount}}' always)" -gt 0 ]
	d rm -f always
}

@test "kill -9 of a shim ends its container, reported with 137 and a reason" {
	d run -d --name lost --network none busybox sleep 100
	pid=$(d inspect -f '{{.State.Pid}}' lost)
	kill -9 "$(ps -o ppid= -p "$pid")"
	for _ in $(seq 600); do [ "$(d inspect -f '{{.State.Status}}' lost)" = exited ] && break; sleep 0.05; done
	[ "$(d inspect -f '{{.State.ExitCode}} {{.State.Error}}' lost)" = "137 the container's shim was killed" ]
	# Dead; a zombie is for the init of this host to reap.
	for _ in $(seq 1500); do [[ "$(ps -o stat= -p "$pid")" =~ ^(Z.*)?$ ]] && break; sleep 0.02; done
	[[ "$(ps -o stat= -p "$pid")" =~ ^(Z.*)?$ ]]
	d start lost
	d rm -f lost
}

@test "killed at random while containers come and go, the engine leaks nothing" {
	client() { timeout -s KILL 20 "$DOCKER" run --rm --network none busybox true; }
	kill_among 8 client
	d ps -aq | xargs -r "$DOCKER" rm -f
	nothing() { [ -z "$(d ps -aq; ls -A "$WORK/data/containers"; ls -A "$WORK/data/tmp"; grep "$WORK" /proc/mounts)" ] && [ "$(shims)" -eq 0 ]; }
	await nothing
	run_none busybox echo fine
}
