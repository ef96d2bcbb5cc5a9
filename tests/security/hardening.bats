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
}

@test "stack protector, FORTIFY, CET in each of our objects" {
	[[ $BUILD != *asan* ]] || skip "sanitizers have their own"
	for program in berth berthd; do
		readelf -sW "$BUILD/$program" | grep -q __stack_chk_fail
		readelf -sW "$BUILD/$program" | grep -q '_chk@'
		# Debian's start files have no mark of CET, so the whole program has none either.
		for object in "$BUILD/$program".p/*.o "$BUILD"/lib*.a.p/*.o; do
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
	grep -qx 'KillMode=process' "$ROOT/packaging/berthd.service"
	not grep -qE '^(SystemCallFilter|NoNewPrivileges|CapabilityBoundingSet|MemoryDenyWriteExecute|Protect)' "$ROOT/packaging/berthd.service"
	grep -qx 'SocketMode=0660' "$ROOT/packaging/berthd.socket"
	# As systemd does it: a listening socket at 3, and who it is for.
	python3 - "$BUILD/berthd" "$WORK" <<'P' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[2] + "/fd.sock"); s.listen()
os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[1], ["berthd", "-H", "fd://", "--data-root", sys.argv[2] + "/fd", "--exec-root", sys.argv[2] + "/fdx", "--config-file", "/dev/null", "--bridge", "btfd0"])
P
	engine=$!
	for _ in $(seq 100); do [ "$(curl -s --unix-socket "$WORK/fd.sock" http://b/_ping)" = OK ] && break; sleep 0.05; done
	[ "$(curl -s --unix-socket "$WORK/fd.sock" http://b/_ping)" = OK ]
	kill $engine
	wait $engine || true
}
