load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

loop() { d run -d --name "$1" --network none busybox sh -c 'trap "exit 0" TERM; while true; do sleep 0.1; done'; }

@test "start, stop, restart, kill, and what ps says of it" {
	loop life
	[ "$(d ps --format '{{.Names}} {{.State}}')" = 'life running' ]
	[ "$(d stop life)" = life ]
	[[ $(d ps -a --format '{{.Status}}') == 'Exited (0) '* ]]
	[ "$(d start life)" = life ]
	[ "$(d restart -t 1 life)" = life ]
	[ "$(d kill life)" = life ]
	[ "$(d inspect -f '{{.State.ExitCode}}' life)" = 137 ]
	run d kill life
	[ "$status" -eq 1 ]
	[[ $output == *"is not running"* ]]
	[ "$(d rm life)" = life ]
	run d rm life
	[ "$status" -eq 1 ]
	[[ $output == *'No such container: life'* ]]
	d rm -f life
}

@test "stop gives SIGTERM its time, then kills; --stop-signal and --stop-timeout" {
	d run -d --name deaf --network none --stop-timeout 1 busybox sh -c 'while true; do sleep 0.1; done'
	d stop deaf
	[ "$(d inspect -f '{{.State.ExitCode}}' deaf)" = 137 ]
	d rm deaf
	d run -d --name usr --network none --stop-signal USR1 busybox sh -c 'trap "exit 9" USR1; touch /set; while true; do sleep 0.1; done'
	await d exec usr test -e /set
	d stop usr
	[ "$(d inspect -f '{{.State.ExitCode}}' usr)" = 9 ]
	d rm usr
}

@test "stop reaches a program that has just begun, and had no handler yet" {
	# The kernel drops what the first process of a namespace does not handle.
	d run -d --name early --network none busybox sh -c 'echo up; usleep 300000; trap "exit 5" TERM; while :; do usleep 10000; done'
	before=$(date +%s%N)
	d stop -t 60 early
	[ "$(d wait early)" = 5 ]
	[ $((($(date +%s%N) - before) / 1000000)) -lt 30000 ]
	d rm early
	d run -d --name early --network none busybox sh -c 'usleep 200000; trap "exit 6" TERM; while :; do usleep 10000; done'
	d kill -s TERM early
	[ "$(timeout 20 "$DOCKER" wait early)" = 6 ]
	d rm early
}

@test "pause and unpause" {
	loop frozen
	d pause frozen
	[[ $(d ps --format '{{.Status}}') == *'(Paused)' ]]
	run d exec frozen true
	[ "$status" -ne 0 ]
	[[ $output == *'is paused, unpause the container before exec'* ]]
	run d pause frozen
	[ "$status" -eq 1 ]
	d unpause frozen
	d exec frozen true
	d rm -f frozen
}

@test "a running container is not removed without force" {
	loop run1
	run d rm run1
	[ "$status" -eq 1 ]
	[[ $output == *'container is running: stop the container before removing or force remove'* ]]
	d rm -f run1
}

@test "wait prints the exit code" {
	d run -d --name ww --network none busybox sh -c 'sleep 0.3; exit 4'
	[ "$(d wait ww)" = 4 ]
	d rm ww
}

@test "rename, and taking a name that is in use" {
	loop old; d create --name other --network none busybox
	d rename old new
	[ "$(d ps --format '{{.Names}}')" = new ]
	run d rename new other
	[ "$status" -eq 1 ]
	[[ $output == *'Error when allocating new name: Conflict.'* ]]
	d rm -f new other
}

@test "exec: output, exit code, user, directory, environment, input, missing program" {
	loop ee
	[ "$(d exec ee echo hi)" = hi ]
	run d exec ee sh -c 'exit 5'
	[ "$status" -eq 5 ]
	[ "$(d exec -u user ee id -un)" = user ]
	[ "$(d exec -w /tmp ee pwd)" = /tmp ]
	[ "$(d exec -e X=y ee sh -c 'echo $X')" = y ]
	[ "$(echo in | d exec -i ee cat)" = in ]
	run d exec ee nosuch
	[ "$status" -eq 127 ]
	[[ $output == *'executable file not found in $PATH'* ]]
	d exec -d ee touch /made; await d exec ee test -e /made
	d rm -f ee
	run d exec ee true
	[ "$status" -eq 1 ]
	[[ $output == *'No such container: e'* ]]
}

@test "an exec has the container's capabilities, groups and filter, and no more" {
	loop xx
	[ "$(d exec xx sh -c 'grep -E "CapEff|CapInh|^Seccomp:" /proc/self/status' | tr -d '\t' | xargs)" = 'CapInh:0000000000000000 CapEff:00000000a80425fb Seccomp:2' ]
	[ "$(d exec -u user xx sh -c 'grep CapEff /proc/self/status' | tr -d '\t')" = CapEff:0000000000000000 ]
	d rm -f xx
}

@test "attach: output and exit code; start -a" {
	d run -d --name aa --network none busybox sh -c 'sleep 0.5; echo attached; exit 3'
	run d attach aa
	[[ $output == *attached* ]]
	[ "$status" -eq 3 ]
	run d start -a aa
	[ "$output" = attached ]
	[ "$status" -eq 3 ]
	d rm aa
}

@test "a terminal: raw, sized, and the detach keys" {
	python3 "$BATS_TEST_DIRNAME/terminal.py" "$DOCKER"
	[ "$(d ps -q | wc -l)" -eq 1 ]
	d rm -f keys
}

@test "signals are passed on" {
	timeout -s KILL 20 "$DOCKER" run --name sig --network none busybox sh -c 'trap "exit 42" TERM; echo up; while true; do sleep 0.1; done' >"$WORK/sig" 3>&- &
	client=$!
	for _ in $(seq 600); do grep -q up "$WORK/sig" && break; sleep 0.05; done
	pkill -TERM -P "$client" 2>/dev/null || kill -TERM "$client"
	wait "$client" || true
	[ "$(d inspect -f '{{.State.ExitCode}}' sig)" = 42 ]
	d rm -f sig
}

@test "top lists the container's processes" {
	loop tt
	[[ $(d top tt) == *PID*sleep* ]]
	d rm -f tt
	run d top tt
	[ "$status" -eq 1 ]
}

@test "ps: filters, quiet, last, no-trunc, json" {
	d create --name f1 --network none --label tier=web busybox; loop f2
	[ "$(d ps -a --filter label=tier=web --format '{{.Names}}')" = f1 ]
	[ "$(d ps -a --filter status=created --format '{{.Names}}')" = f1 ]
	[ "$(d ps -a --filter name=f2 -q)" = "$(d inspect -f '{{slice .Id 0 12}}' f2)" ]
	[ "$(d ps -a --filter ancestor=busybox -q | wc -l)" -eq 2 ]
	[ "$(d ps -n 1 --format '{{.Names}}')" = f2 ]
	[ "$(d ps --no-trunc -q | wc -c)" -eq 65 ]
	run d ps --filter nosuch=x
	[ "$status" -eq 1 ]
	d rm -f f1 f2
}

@test "container prune removes what has ended" {
	d create --name p1 --network none busybox; loop p2
	[[ $(d container prune -f) == *'Total reclaimed space:'* ]]
	[ "$(d ps -a --format '{{.Names}}')" = p2 ]
	d rm -f p2
}

@test "inspect: templates, several objects, what is missing" {
	loop ii
	[ "$(d inspect -f '{{.Name}} {{.State.Running}} {{range .Config.Cmd}}<{{.}}>{{end}}' ii | cut -c1-20)" = '/ii true <sh><-c><tr' ]
	[ "$(d inspect -f '{{json .HostConfig.RestartPolicy}}' ii)" = '{"Name":"no","MaximumRetryCount":0}' ]
	run d inspect nosuch
	[ "$status" -eq 1 ]
	[[ $output == *'[]'* ]]
	[[ $output == *'No such object: nosuch'* ]]
	d rm -f ii
}

@test "events tell the story" {
	since=$(date +%s)
	run_none --name story busybox true
	sleep 0.3
	actions=$(d events --since "$since" --until "$(date +%s.%N)" --filter container=story --format '{{.Action}}' | xargs)
	[ "$actions" = 'create attach start die destroy' ]
}

@test "an exec that cannot be made says why" {
	d run -d --name why --network none busybox sleep 100
	run d exec -u nosuch why true
	[ "$status" -eq 1 ]
	[[ $output == *'unable to find user nosuch: no matching entries in passwd file'* ]]
	d rm -f why
}

@test "ps shows what is true of more containers than are remembered whole" {
	d network create later
	d create --name brief --network none --label a=b -e LONG=text busybox echo words
	seq 70 | xargs -P2 -I{} "$BUILD/berth" create --name more{} --network none busybox true
	seen() { d ps -a --no-trunc --filter name=brief --format '{{.Networks}} {{.Labels}} {{.Command}}'; }
	d ps -aq | wc -l
	d ps -aq | wc -l
	[ "$(seen)" = 'none a=b "echo words"' ]
	d network disconnect none brief
	d network connect later brief
	d ps -aq | wc -l
	d ps -aq | wc -l
	[ "$(seen)" = 'later a=b "echo words"' ]
	d rename brief other
	[ "$(d ps -a --filter name=other --format '{{.Names}}')" = other ]
	d rm other $(seq -f more%g 70) | wc -l
	d network rm later
}

@test "the root of what goes with its container is mounted without syncs, and starts again; others are synced" {
	root_of() { d exec "$1" grep ' / overlay ' /proc/mounts; }
	d run -d --rm --name passing --network none busybox sleep 1000
	[[ $(root_of passing) == *volatile* ]]
	d exec passing sh -c 'echo kept >/file; sync'
	d restart -t 0 passing
	[ "$(d exec passing cat /file)" = kept ]
	d rm -f passing
	d create --name staying --network none busybox sleep 1000
	echo copied >"$WORK/copied"
	d cp "$WORK/copied" staying:/copied
	# What an engine leaves that is killed amid a copy.
	work=$(d inspect -f '{{.GraphDriver.Data.WorkDir}}' staying)
	mkdir -p "$work/work/incompat/volatile"
	touch "$work/work/incompat/volatile/dirty"
	d start staying
	[[ $(root_of staying) != *volatile* ]]
	[ "$(d exec staying cat /copied)" = copied ]
	d rm -f staying
}

@test "a shim holds its container's root until the end was told; the next mount of it waits" {
	local pid shim folder holder
	d run -d --name held --network none busybox sleep 1000
	pid=$(d inspect -f '{{.State.Pid}}' held)
	shim=$(ps -o ppid= -p "$pid" | xargs)
	[ "$(find "/proc/$shim/fd" -type l -exec stat -Lc '%d:%i' {} + | grep -cx "$(stat -c '%d:%i' "/proc/$pid/root/")")" -eq 1 ]
	folder=$(dirname "$(d inspect -f '{{.GraphDriver.Data.UpperDir}}' held)")
	not flock -n "$folder/rootfs" true
	d restart -t 0 held
	d stop -t 0 held
	await flock -n "$folder/rootfs" true
	mkfifo "$WORK/let_go"
	flock "$folder/rootfs" cat "$WORK/let_go" 3>&- &
	holder=$!
	await not flock -n "$folder/rootfs" true
	d start held 3>&- &
	# Its shim is there, and its program is not.
	await test -e "$WORK/exec/$(basename "$folder")/shim.sock"
	[ "$(d inspect -f '{{.State.Running}}' held)" = false ]
	echo >"$WORK/let_go"
	wait "$holder"
	is_running() { [ "$(d inspect -f '{{.State.Running}}' held)" = true ]; }
	await is_running
	wait
	d rm -f held
}
