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

@test "a child that a killed engine has just made, and has its descriptors yet, does not keep the next engine out" {
	cat >"$WORK/child.py" <<-'P'
		# Takes what the child has: the lock of the data root, and the sockets that are listened at. It has those of TCP for a
		# moment longer than the engine lives, and the others until it is killed.
		import ctypes, os, socket, sys, time
		pid, root = int(sys.argv[1]), sys.argv[2]
		pidfd, taken, tcp = os.pidfd_open(pid), [], []
		for name in os.listdir(f"/proc/{pid}/fd"):
		    target = os.readlink(f"/proc/{pid}/fd/{name}")
		    if target == f"{root}/lock" or target.startswith("socket:"):
		        fd = ctypes.CDLL(None).syscall(438, pidfd, int(name), 0)
		        is_tcp = target.startswith("socket:") and socket.socket(fileno=os.dup(fd)).family == socket.AF_INET
		        (tcp if is_tcp else taken).append(fd)
		print(len(taken), len(tcp), flush=True)
		while os.path.exists(f"/proc/{pid}"):
		    time.sleep(0.01)
		time.sleep(0.3)
		for fd in tcp:
		    os.close(fd)
		time.sleep(100)
	P
	engine_kill
	echo '{"metrics-addr": "127.0.0.1:9323"}' >"$WORK/daemon.json"
	printf '#!/bin/sh\nip link set lo up\nexec "$@"\n' >"$WORK/runner"
	chmod +x "$WORK/runner"
	ENGINE_RUNNER="unshare --net $WORK/runner" engine_start
	python3 "$WORK/child.py" "$(cat "$WORK/pid")" "$WORK/data" >"$WORK/taken" 3>&- &
	child=$!
	await grep -q . "$WORK/taken"
	read -r kept tcp <"$WORK/taken"
	[ "$kept" -ge 2 ]
	[ "$tcp" = 1 ]
	exec {net}<"/proc/$(cat "$WORK/pid")/ns/net"
	engine_kill
	ENGINE_RUNNER="nsenter --net=/proc/self/fd/$net" engine_start
	run_none busybox true
	kill "$child"
	exec {net}<&-
	engine_kill
	echo '{}' >"$WORK/daemon.json"
	engine_start
}
