# How our own programs are built and started.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "full RELRO, PIE, a stack that is not executable" {
	for program in berth berthd berth-shim; do
		readelf -hW "$BUILD/$program" | grep -q 'Type: *DYN'
		readelf -lW "$BUILD/$program" | grep -q GNU_RELRO
		readelf -dW "$BUILD/$program" | grep -qE 'BIND_NOW|FLAGS_1.*NOW'
		readelf -lW "$BUILD/$program" | grep -q 'GNU_STACK.* RW '
	done
	# The shim needs nothing of the host at its start: neither an interpreter nor a library.
	readelf -lW "$BUILD/berth-shim" | not grep -q INTERP
	readelf -dW "$BUILD/berth-shim" | not grep -q NEEDED
}

@test "stack protector, FORTIFY, CET in each of our objects, a shadow stack for each program" {
	[[ $BUILD != *build-* ]] || skip "sanitizers have their own"
	for program in berth berthd berth-shim; do
		readelf -nW "$BUILD/$program" | grep -q 'x86 feature:.*SHSTK'
	done
	for program in berth berthd; do
		readelf -sW "$BUILD/$program" | grep -q __stack_chk_fail
		readelf -sW "$BUILD/$program" | grep -q '_chk@'
		# Debian's start files have no mark of branch tracking, so the whole program has none either.
		for object in $(find "$BUILD/$program.p" "$BUILD/src" -name "*.o"); do
			readelf -nW "$object" | grep -q 'IBT, SHSTK' || { echo "$object"; false; }
		done
	done
}

@test "what the engine inherits goes to no shim and no container" {
	engine_kill
	exec 66</etc/passwd
	engine_start
	exec 66<&-
	d run -d --name inherits --network none busybox sleep 100
	pid=$(d inspect -f '{{.State.Pid}}' inherits)
	shim=$(ps -o ppid= -p "$pid" | xargs)
	ls -l "/proc/$shim/fd" "/proc/$pid/fd" | not grep -q /etc/passwd
	[ "$(ls "/proc/$pid/fd" | wc -l)" -eq 3 ]
	d rm -f inherits
}

# Capability sets of a process, as numbers: permitted, effective, bounding.
caps_of() { awk '/^Cap(Prm|Eff|Bnd):/ { print $2 }' "/proc/$1/status" | xargs; }
has() { (((0x$1 >> $2) & 1)); }

@test "the shim keeps what it needs and what its container has, for good; exec --privileged has everything all the same" {
	all=$(awk '/^CapBnd:/ { print $2 }' /proc/self/status)
	d run -d --name kept --network none busybox sleep 100
	pid=$(d inspect -f '{{.State.Pid}}' kept)
	shim=$(ps -o ppid= -p "$pid" | xargs)
	for set in $(caps_of "$shim"); do
		# SYS_MODULE, SYS_RAWIO, NET_ADMIN, SYS_BOOT, SYS_TIME, SYSLOG, BPF
		for gone in 16 17 12 22 25 34 39; do not has "$set" $gone; done
		has "$set" 21
	done
	[ "$(d exec --privileged kept awk '/^CapEff:/ { print $2 }' /proc/self/status)" = "$all" ]
	[ "$(d exec kept awk '/^CapEff:/ { print $2 }' /proc/self/status)" = 00000000a80425fb ]
	[ "$(d exec --privileged -u 1000 kept awk '/^CapEff:/ { print $2 }' /proc/self/status)" = 0000000000000000 ]
	run d exec --privileged kept sh -c 'exit 7'
	[ "$status" -eq 7 ]
	[ "$(echo in | d exec -i --privileged kept cat)" = in ]
	[ "$(d exec -t --privileged kept tty | tr -d '\r')" = /dev/pts/0 ]
	# That shim ends with its exec, and with its container.
	d exec -d --privileged kept sleep 88
	[ "$(pgrep -c -x -P "$(cat "$WORK/pid")" berth-shim)" -eq 2 ]
	d rm -f kept
	await no_shims
	d run -d --name nnp --network none --security-opt no-new-privileges busybox sleep 100
	[ "$(d exec --privileged nnp awk '/^CapEff:/ { print $2 }' /proc/self/status)" = "$all" ]
	d rm -f nnp
	[ "$(run_none --privileged busybox awk '/^CapEff:/ { print $2 }' /proc/self/status)" = "$all" ]
}

# The pid of the one exec of "stays", once the engine has heard that it runs.
exec_pid() {
	local id
	for _ in $(seq 300); do
		for id in $(api http://b/containers/stays/json | jq -r '.ExecIDs[]?'); do
			api "http://b/exec/$id/json" | jq -e 'select(.Running and .Pid > 0) | .Pid' && return
		done
		sleep 0.05
	done
	false
}

@test "kill -9 of the shim of an exec --privileged: the exec has ended with 137, its container goes on; an engine's death harms neither" {
	mkdir "$WORK/shared"
	d run -d --name stays --network none -v "$WORK/shared:/shared" busybox sleep 100
	d exec --privileged stays sleep 99 3>&- &
	client=$!
	kill -9 "$(ps -o ppid= -p "$(exec_pid)" | xargs)"
	wait $client && code=0 || code=$?
	[ "$code" -eq 137 ]
	[ "$(d exec --privileged stays echo on)" = on ]
	d exec --privileged stays sh -c 'while [ ! -e /shared/go ]; do sleep 0.1; done; echo through' >"$WORK/through" 3>&- &
	client=$!
	exec_pid
	engine_kill
	touch "$WORK/shared/go"
	wait $client || true
	[ "$(cat "$WORK/through")" = through ]
	engine_start
	for _ in $(seq 600); do [ "$(shims)" -eq 1 ] && break; sleep 0.05; done
	[ "$(shims)" -eq 1 ]
	d rm -f stays
}

@test "the engine itself: no capability that it does not need, no core dump, no memory that is written and run" {
	pid=$(cat "$WORK/pid")
	for set in $(caps_of "$pid" | cut -d' ' -f1,2); do
		for gone in 16 17 22 25 34 39; do not has "$set" $gone; done
	done
	[ "$(stat -c %U "/proc/$pid/maps")" = root ]
	gcc -o "$WORK/map_writable" "$BATS_TEST_DIRNAME/map_writable.c"
	[ "$("$WORK/map_writable" "$pid")" -eq -13 ] # EACCES
	[ "$(api http://b/_ping)" = OK ]
}

@test "the engine itself: what it keeps of scheduling moves a container to processors, and is needed for that" {
	d run -d --name roaming --network none busybox sleep 1000
	pid=$(d inspect -f '{{.State.Pid}}' roaming)
	d update --cpuset-cpus 0 roaming
	[ "$(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$pid/status")" = 0 ]
	d rm -f roaming
}

@test "a container is given nothing of the engine's: no environment, no variable of its own" {
	engine_kill
	SECRET_OF_HOST=x engine_start
	run_none busybox env | not grep -q SECRET_OF_HOST
	d run -d --name env --network none busybox sleep 100
	shim=$(ps -o ppid= -p "$(d inspect -f '{{.State.Pid}}' env)" | xargs)
	tr '\0' '\n' <"/proc/$shim/environ" | not grep -q SECRET_OF_HOST
	d rm -f env
}

@test "systemd's unit: containers outlive the engine, sockets are passed on" {
	grep -qx 'KillMode=process' "$ROOT/packaging/berthd.service.in"
	not grep -qE '^(SystemCallFilter|NoNewPrivileges|CapabilityBoundingSet|MemoryDenyWriteExecute|Protect)' "$ROOT/packaging/berthd.service.in"
	grep -qx 'SocketMode=0660' "$ROOT/packaging/berthd.socket"
	# As systemd does it: a listening socket at 3, and who it is for.
	python3 - "$BUILD/berthd" "$WORK" <<'P' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[2] + "/fd.sock"); s.listen()
os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[1], ["berthd", "-H", "fd://", "--data-root", sys.argv[2] + "/fd", "--exec-root", sys.argv[2] + "/fdx", "--config-file", "/dev/null", "--bridge", "none"])
P
	engine=$!
	for _ in $(seq 600); do [ "$(curl -s --unix-socket "$WORK/fd.sock" http://b/_ping)" = OK ] && break; sleep 0.05; done
	[ "$(curl -s --unix-socket "$WORK/fd.sock" http://b/_ping)" = OK ]
	kill $engine
	wait $engine || true
}
