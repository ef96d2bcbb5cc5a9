# Hosts that lack something, or whose clock jumps: a warning once, and what can work works.
load ../lib/engine
load ../lib/inventory
setup_file() {
	file_setup
	gcc -shared -fPIC -O1 -o "$WORK/lacking.so" "$ROOT/tests/crash/lacking.c" -ldl
}
teardown_file() {
	umount "$WORK/disk" 2>/dev/null || true
	file_teardown
}
# The engine anew, with a log of its own, where a line of shell has been done before, in its namespaces of net and mounts.
again() {
	engine_kill
	: >"$WORK/log"
	printf '#!/bin/sh\nip link set lo up\n%s "$@"\n' "$1" >"$WORK/runner"
	chmod +x "$WORK/runner"
	ENGINE_RUNNER="unshare --net --mount $WORK/runner" engine_start
}
without() {
	[[ $BUILD != *build-address* ]] || skip "the sanitizer is to be loaded first itself"
	again "LD_PRELOAD=$WORK/lacking.so $1 exec"
}
in_netns() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" "$@"; }
# Whether the host's port is answered by this text.
port_says() { [ "$(in_netns curl -s --max-time 3 127.0.0.1:8081)" = "$1" ]; }
warnings() { grep -c "warn .*$1" "$WORK/log" || true; }

@test "without nftables: said once; containers run, their names are found, and shims carry the ports" {
	without LACKING=nftables
	run_none busybox true
	d network create lone
	d run -d --name web -p 8081:80 --network lone busybox sh -c 'mkdir /w; echo by-shim >/w/index.html; httpd -f -p 80 -h /w'
	await port_says by-shim
	d run --rm --network lone busybox nslookup -type=a web | grep -q 'Address: 172'
	[ "$(in_netns cat /proc/sys/net/ipv4/ip_forward)" = 0 ]
	d run -d --name second -p 8082:80 busybox sleep 100
	[ "$(warnings 'this host has no nftables')" -eq 1 ]
	d rm -f web second
	d network rm lone
	nothing_left
}

@test "without IPv6: IPv4 works, also its ports, and a network that wants IPv6 says why not" {
	without LACKING=ipv6
	in_netns sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	d run -d --name web -p 8081:80 busybox sh -c 'mkdir /w; echo four >/w/index.html; httpd -f -p 80 -h /w'
	await port_says four
	d rm -f web
	run d network create --ipv6 --subnet fd00:5::/64 six
	[ "$status" -eq 1 ]
	[[ $output == *'IPv6 is switched off on this host'* ]]
	not d network inspect six
	nothing_left
}

@test "without pids, cpuset and memory controllers: said once each, and what limits them is left out with a word" {
	again 'umount /sys/fs/cgroup/pids /sys/fs/cgroup/cpuset /sys/fs/cgroup/memory; exec'
	for missing in 'No memory limit' 'No cpuset' 'No pids limit'; do
		[ "$(warnings "$missing")" -eq 1 ]
		[ "$(d info 2>&1 | grep -c "WARNING: $missing")" -eq 1 ]
	done
	run run_none --pids-limit 50 --memory 64m --cpuset-cpus 0 busybox echo went
	[ "$status" -eq 0 ]
	for word in 'memory limit capabilities' 'PIDs limit discarded' 'Cpuset discarded' went; do [[ $output == *"$word"* ]]; done
	d run -d --name lives --network none busybox sleep 100
	[ "$(d top lives | wc -l)" -eq 2 ]
	d stats --no-stream lives
	d stop -t 0 lives
	d rm lives
	nothing_left
}

@test "without CAP_SYS_RESOURCE: said once; a limit beyond the engine's own is as high as it can be" {
	again 'ulimit -n 5000; exec setpriv --bounding-set -sys_resource --inh-caps -sys_resource'
	[ "$(warnings 'CAP_SYS_RESOURCE is missing')" -eq 1 ]
	[ "$(run_none --ulimit nofile=99999 busybox sh -c 'ulimit -n')" = 5000 ]
	run_none --oom-score-adj -500 busybox true
	nothing_left
}

@test "a disk that errors have made read-only: what runs goes on, writing is refused with a reason, and it works again after fsck" {
	truncate -s 100M "$WORK/disk.img"
	mkfs.ext4 -q -m 0 "$WORK/disk.img"
	mkdir "$WORK/disk"
	mount -o loop,errors=remount-ro "$WORK/disk.img" "$WORK/disk"
	engine_kill
	engine_start --data-root "$WORK/disk/data"
	"$BUILD/berth" import -c 'CMD ["sh"]' "$WORK/busybox.tar" busybox >/dev/null
	d run -d --name runs --network none busybox sleep 1000
	echo 1 >"/sys/fs/ext4/$(basename "$(findmnt -no SOURCE "$WORK/disk")")/trigger_fs_error"
	[[ $(d ps) == *runs* ]]
	[[ $(d images) == *busybox* ]]
	[ "$(d exec runs echo still)" = still ]
	for command in 'run --rm --network none busybox true' 'volume create vol' 'tag busybox other' "import $WORK/busybox.tar more" 'network create n'; do
		run d $command
		echo "$command: $status $output"
		[ "$status" -ne 0 ]
		[[ ${output,,} == *'read-only'* || ${output,,} == *'readonly'* ]]
	done
	d kill runs
	run d build --network none - <<<$'FROM busybox\nRUN true'
	[ "$status" -ne 0 ]
	engine_kill
	# The shim that was killed may hold it for a moment yet.
	await umount "$WORK/disk"
	# Another test's mount namespace may have a copy of the mount, and the same file system would be mounted again.
	for _ in $(seq 600); do [ -z "$(losetup -j "$WORK/disk.img")" ] && break; sleep 0.1; done
	fsck.ext4 -y "$WORK/disk.img" >/dev/null || true
	mount -o loop "$WORK/disk.img" "$WORK/disk"
	engine_start --data-root "$WORK/disk/data"
	[ "$(run_none busybox echo again)" = again ]
	d volume create vol
	d rm -f runs
	[ -z "$(d ps -aq)" ]
	engine_kill
	# The shim that was killed may hold it for a moment yet.
	await umount "$WORK/disk"
	engine_start
}

@test "a data root on a file system that is read-only from the beginning: the engine says so and ends" {
	mkdir "$WORK/never"
	run unshare --mount sh -c 'mount -t tmpfs -o ro never "$1/never"; exec timeout 5 "$2/berthd" -H "unix://$1/n.sock" --data-root "$1/never/data" --exec-root "$1/nx" --config-file /dev/null' sh "$WORK" "$BUILD"
	[ "$status" -eq 1 ]
	[[ $output == *"$WORK/never/data"*'Read-only file system'* ]]
}

@test "the clock jumps back and ahead: stops, health checks and restarts keep their time" {
	echo 0 >"$WORK/clock"
	without LACKING_CLOCK="$WORK/clock"
	d run -d --name deaf --network none --health-cmd true --health-interval 1s busybox sh -c 'trap "" TERM; while :; do sleep 1; done'
	d run -d --name again --network none --restart always busybox sh -c 'sleep 0.3; exit 1'
	for jump in -864000 864000; do
		(sleep 0.5; echo $jump >"$WORK/clock") 3>&- &
		began=$(date +%s%N)
		d stop -t 2 deaf
		took=$((($(date +%s%N) - began) / 1000000))
		echo "$took ms"
		[ $took -ge 1900 ]
		[ $took -lt 30000 ]
		count=$(d inspect -f '{{.RestartCount}}' again)
		d start deaf
		for _ in $(seq 600); do [ "$(d inspect -f '{{.State.Health.Status}}' deaf)" = healthy ] && break; sleep 0.05; done
		[ "$(d inspect -f '{{.State.Health.Status}}' deaf)" = healthy ]
		for _ in $(seq 600); do [ "$(d inspect -f '{{.RestartCount}}' again)" -gt "$count" ] && break; sleep 0.05; done
		[ "$(d inspect -f '{{.RestartCount}}' again)" -gt "$count" ]
		echo 0 >"$WORK/clock"
	done
	d rm -f deaf again
	nothing_left
}

@test "a /proc/sys that cannot be written: a container that would have IPv6 against its network does not start; one with it does" {
	again 'sysctl -q -w net.ipv6.conf.default.disable_ipv6=0; mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys; exec'
	run d run --rm busybox true
	[ "$status" -ne 0 ]
	[[ $output == *"failed to disable IPv6 on container's interface eth0"* ]]
	d network create --ipv6 --subnet fd00:99::/64 six
	d run --rm --network six busybox ping -c 1 -W 2 fd00:99::1
	run_none busybox true
	d network rm six
	nothing_left
}
