# No process that a container can see, stop or trace has a descriptor, a root, a mount table or a capability of the host's: a process
# that joins a container is made ready before it becomes visible there (docs/decisions/born-clean.md).
load ../lib/engine

setup_file() {
	file_setup
	gcc -O2 -static -o "$WORK/snoop" "$BATS_TEST_DIRNAME/snoop.c"
}
teardown_file() { file_teardown; }

# Processes of the host that are in the cgroups of a container.
left() { grep -l "$1" /proc/[0-9]*/cgroup 2>/dev/null | wc -l; }

await_log() { # container, text
	for _ in $(seq 1500); do
		d logs "$1" | grep -q "$2" && return
		sleep 0.02
	done
	return 1
}

watcher() { # name, how many it is to see (and "hold"), flags of run...
	local name=$1 count=$2
	shift 2
	# shellcheck disable=SC2086
	d run -d --name "$name" --network none -v "$WORK/snoop:/snoop:ro" "$@" busybox /snoop $count
	await_log "$name" ready
}

# Execs until the watcher has caught one, whose client is $client, with its output in $WORK/held.
hold() {
	watcher "$1" '1 hold'
	for _ in $(seq 500); do
		timeout 60 "$DOCKER" exec "$1" true >"$WORK/held" 2>&1 3>&- &
		client=$!
		while kill -0 "$client" 2>/dev/null; do d logs "$1" | not grep -q held || return 0; done
	done
	return 1
}

# Does something until the watcher has seen enough of it, and ends.
see() { # container with the watcher, command...
	local name=$1 i
	shift
	for i in $(seq 3000); do "$@" >/dev/null 2>&1 || [ -n "$(d ps -q --filter "name=$name")" ] || break; done
	d logs "$name"
	[ "$(d logs "$name" | grep -vc -e ready -e '^seen')" -eq 0 ]
	d logs "$name" | grep -q '^seen'
	d rm -f "$name"
}

@test "born clean: an exec, before the eyes of a container with SYS_PTRACE" {
	watcher traced 20 --cap-add SYS_PTRACE
	see traced d exec traced true
}

@test "born clean: an exec, before the eyes of a container without privileges" {
	watcher plain 20
	see plain d exec plain true
}

@test "born clean: an exec as a user, with a terminal" {
	watcher terminal 10 --cap-add SYS_PTRACE
	see terminal d exec -t -u 1000 terminal true
}

@test "born clean: an exec with no-new-privileges, which loads its profile last" {
	watcher nnp 10 --cap-add SYS_PTRACE --security-opt no-new-privileges
	see nnp d exec nnp true
}

@test "born clean: a health check" {
	watcher health 10 --cap-add SYS_PTRACE --health-cmd true --health-interval 10ms
	see health d inspect health
}

@test "born clean: the first process of a container in the pid namespace of another" {
	watcher pids 10 --cap-add SYS_PTRACE --cap-add SYS_ADMIN --security-opt seccomp=unconfined
	d create --name joins --network none --pid container:pids busybox true
	for _ in $(seq 300); do
		d start joins >/dev/null 2>&1 || break
		d wait joins >/dev/null
	done
	# It has a root, a /dev/null, mounts and namespaces of its own: but none of the host's, and no more capabilities than the other.
	d logs pids >"$WORK/seen"
	grep -q '^seen' "$WORK/seen"
	not grep -E 'capabilities|a descriptor: ([^/]|/[^d])|shared memory' "$WORK/seen"
	not grep -F "$(awk '$5 == "/" { print $1, $2, $3; exit }' /proc/self/mountinfo)" "$WORK/seen"
	d rm -f joins pids
}

@test "born clean: an exec that the container stops holds up nobody, and ends with the container" {
	for signal in stop kill 'rm -f'; do
		hold held
		id=$(d inspect -f '{{.Id}}' held)
		# Others go on.
		d run --rm --network none busybox true
		start=$(date +%s%N)
		# shellcheck disable=SC2086
		case $signal in stop) d stop -t 0 held ;; *) d $signal held ;; esac
		[ $(($(date +%s%N) - start)) -lt 5000000000 ]
		wait "$client" || true
		[ "$(left "$id")" -eq 0 ]
		d rm -f held >/dev/null 2>&1 || true
	done
}

@test "born clean: an exec beside one that the container stopped, which is given up after a while" {
	hold beside
	[ "$(d exec beside echo went)" = went ]
	not wait "$client"
	grep -q 'stopped or held up' "$WORK/held"
	d rm -f beside
}

@test "born clean: a container beside that is stopped before its first program is given up, and leaves nothing" {
	watcher beside '1 hold'
	d create --name late --network none --pid container:beside busybox true
	id=$(d inspect -f '{{.Id}}' late)
	for _ in $(seq 300); do
		run d start late
		[ "$status" -eq 0 ] || break
		d wait late >/dev/null
	done
	[[ $output = *'stopped or held up'* ]]
	[ "$(left "$id")" -eq 0 ]
	d rm late
	d rm -f beside
}

@test "a session keyring of the container's own, which its execs have too" {
	cat >"$WORK/keyring.c" <<-'C'
		#include <linux/keyctl.h>
		#include <stdio.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		int main(void)
		{
			char text[200] = "";
			long key = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
			syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text, sizeof text);
			printf("%ld %s\n", key, text);
			fflush(stdout);
			sleep(1000);
		}
	C
	gcc -static -o "$WORK/keyring" "$WORK/keyring.c"
	for name in keys1 keys2; do
		d run -d --name "$name" --network none --security-opt seccomp=unconfined -v "$WORK/keyring:/keyring:ro" busybox /keyring
		await_log "$name" keyring
	done
	id=$(d inspect -f '{{.Id}}' keys1)
	d logs keys1 | grep -q ";_ses.$id\$"
	[ "$(d logs keys1)" != "$(d logs keys2)" ]
	[ "$(d exec keys1 timeout 1 /keyring)" = "$(d logs keys1)" ]
	d rm -f keys1 keys2
}

@test "a start that fails early says why, and not what followed from it" {
	d import "$WORK/busybox.tar" broken
	d create --name early broken true
	layer=$(find "$WORK/data/layers" -mindepth 1 -maxdepth 1 -name '[0-9]*' | sort -V | tail -n 1)
	mv "$layer" "$WORK/away"
	for _ in 1 2 3 4 5; do
		run d start early
		[[ $output = *'error mounting the root filesystem'* && $output != *ns/net* ]]
	done
	mv "$WORK/away" "$layer"
	d start -a early
	d rm early
	d rmi broken
}

@test "a namespace that is joined is named by a descriptor of it, and not by a number that may be another process's by then" {
	d run -d --name other --ipc shareable --network none busybox sleep 100
	pid=$(d inspect -f '{{.State.Pid}}' other)
	strace -f -o "$WORK/trace" -e trace=open,openat,openat2 -p "$(cat "$WORK/pid")" 2>/dev/null 3>&- &
	tracer=$!
	until grep -q TracerPid:[[:space:]]*[1-9] "/proc/$(cat "$WORK/pid")/status"; do sleep 0.01; done
	run_none --pid container:other --ipc container:other busybox true
	run d run --rm --network container:other busybox true
	[ "$status" -eq 0 ]
	kill "$tracer"
	wait "$tracer" || true
	# Once by the engine, in the folder of the process that it looked at; and its shim opens what the engine holds.
	grep -q "/proc/$(cat "$WORK/pid")/fd/" "$WORK/trace"
	[ "$(grep -c '[0-9], "ns/pid"' "$WORK/trace")" -eq 1 ]
	[ "$(grep -c '[0-9], "ns/net"' "$WORK/trace")" -eq 1 ]
	not grep "/proc/$pid/ns/" "$WORK/trace"
	d rm -f other
}

@test "a network namespace that gets links is that of the process that was looked at, in its making and later" {
	d network create --internal links
	strace -f -o "$WORK/trace" -e trace=open,openat,openat2 -p "$(cat "$WORK/pid")" 2>/dev/null 3>&- &
	tracer=$!
	until grep -q TracerPid:[[:space:]]*[1-9] "/proc/$(cat "$WORK/pid")/status"; do sleep 0.01; done
	d run -d --name linked busybox sleep 100
	d network connect links linked
	d network disconnect links linked
	kill "$tracer"
	wait "$tracer" || true
	[ "$(grep -c '[0-9], "ns/net"' "$WORK/trace")" -ge 3 ]
	not grep '/proc/[0-9]*/ns/net' "$WORK/trace"
	d rm -f linked
	d network rm links
}
