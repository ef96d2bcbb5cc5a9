# What a container's mounts, parameters and files of /proc can do to the host: nothing.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "CVE-2019-16884, CVE-2023-28642, CVE-2025-52881: nothing is mounted over procfs but procfs and what fakes a file of it" {
	mkdir "$WORK/fake"
	for target in /proc /proc/sys /proc/self /proc/sysrq-trigger; do
		run run_none -v "$WORK/fake:$target" busybox true
		[ "$status" -ne 0 ]
		[[ $output == *'cannot be mounted because it is inside /proc'* || $output == *'error mounting'* ]]
	done
	# By way of a symlink of the image, too.
	d create --name sly busybox true
	mkdir "$WORK/sly" && ln -s /proc "$WORK/sly/way"
	d cp "$WORK/sly/way" sly:/way
	d commit sly sly:1
	d rm sly
	run run_none -v "$WORK/fake:/way/sys" sly:1 true
	[ "$status" -eq 125 ]
	echo faked >"$WORK/meminfo"
	[ "$(run_none -v "$WORK/meminfo:/proc/meminfo" busybox cat /proc/meminfo)" = faked ]
	run_none -v /proc:/proc busybox true
}

@test "CVE-2025-31133, CVE-2025-52565: a container whose /dev is a volume masks nothing by what lies there" {
	d run --rm --network none -v dev:/x busybox sh -c 'ln -s /etc/passwd /x/null; ln -s /proc/sysrq-trigger /x/console'
	run run_none -v dev:/dev busybox sh -c 'head -c1 /proc/kcore 2>/dev/null | wc -c'
	[ "$status" -ne 0 ] || [ "$output" = 0 ]
	run run_none -t -v dev:/dev busybox sh -c 'cat /proc/self/mountinfo'
	[[ $output != *' /proc/sysrq-trigger rw'* ]]
	d volume rm dev
}

@test "--sysctl: only what is the container's own" {
	before=$(cat /proc/sys/kernel/panic /proc/sys/vm/swappiness)
	for key in kernel.panic kernel.core_pattern vm.swappiness kernel/../vm/swappiness net/../kernel/panic fs.file-max ../sysrq-trigger kernel.hostname; do
		run run_none --sysctl "$key=7" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *sysctl* ]]
	done
	[ "$(cat /proc/sys/kernel/panic /proc/sys/vm/swappiness)" = "$before" ]
	run d run --rm --network host --sysctl net.ipv4.ip_forward=1 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'not allowed in host network namespace'* ]]
	run run_none --ipc host --sysctl kernel.msgmax=1 busybox true
	[ "$status" -eq 125 ]
	[ "$(run_none --sysctl net.ipv4.ip_forward=1 --sysctl fs.mqueue.msg_max=20 busybox cat /proc/sys/fs/mqueue/msg_max 2>/dev/null)" = 20 ]
}

@test "CVE-2019-19921, CVE-2021-30465: volumes shared by containers that start at once move no mount out of the root" {
	mkdir "$WORK/marker"
	echo marked >"$WORK/marker/file"
	d run -d --name swapper --network none -v shared:/s busybox sh -c 'mkdir -p /s/a; ln -s / /s/out; while :; do mv /s/a /s/b; mv /s/out /s/a; mv /s/a /s/out; mv /s/b /s/a; done'
	for i in $(seq 40); do
		d run -d --name "victim$i" --network none -v shared:/s -v "$WORK/marker:/s/a/deep/$i" busybox sleep 100 >/dev/null 2>&1 || true
	done
	# The host's own mounts are as they were, and there is nothing in its folders.
	[ -z "$(grep "$WORK/marker" /proc/self/mountinfo)" ]
	[ ! -e /deep ]
	d rm -f swapper
	d ps -aq | xargs -r "$DOCKER" rm -f
	d volume rm shared
}

@test "CVE-2016-9962: a container that watches what is executed in it sees no descriptor of the host" {
	d run -d --name watcher --network none --cap-add SYS_PTRACE busybox sh -c 'while :; do for p in /proc/[0-9]*; do ls -l $p/fd $p/cwd $p/exe 2>/dev/null; done; done >/seen'
	for _ in $(seq 40); do d exec watcher true; done
	d exec watcher cat /seen >"$WORK/seen"
	[ -s "$WORK/seen" ]
	! grep -q "$WORK\|berth\|memfd" "$WORK/seen"
	d rm -f watcher
}

@test "CVE-2016-8867: exec as a user has no more than the container" {
	d run -d --name caps --network none --cap-drop ALL --cap-add CHOWN busybox sleep 100
	own=$(d exec caps grep CapBnd /proc/1/status)
	[ "$(d exec caps grep CapBnd /proc/self/status)" = "$own" ]
	[ "$(d exec -u 1000 caps grep CapBnd /proc/self/status)" = "$own" ]
	[ "$(d exec -u 1000 caps grep CapEff /proc/self/status | cut -f2)" = 0000000000000000 ]
	d rm -f caps
}

@test "CVE-2022-29162, CVE-2022-36109: the groups of a process are the image's, and no others" {
	d create --name groups busybox true
	printf 'root:x:0:0::/:/bin/sh\nu:x:500:500::/:/bin/sh\n' >"$WORK/passwd"
	printf 'root:x:0:\nu:x:500:\nextra:x:600:u\nother:x:700:\n' >"$WORK/group"
	d cp "$WORK/passwd" groups:/etc/passwd
	d cp "$WORK/group" groups:/etc/group
	d commit groups groups:1
	d rm groups
	[ "$(run_none -u u groups:1 id -G)" = '500 600' ]
	[ "$(run_none -u u:other groups:1 id -G)" = 700 ]
	[ "$(run_none -u 500:500 groups:1 sh -c 'grep Groups: /proc/self/status | xargs')" = 'Groups: 500' ]
	[ "$(run_none -u 12345 groups:1 sh -c 'grep Groups: /proc/self/status | xargs')" = 'Groups: 0' ]
}

@test "CVE-2021-41091, CVE-2021-41103: another user of the host gets into no folder of the engine" {
	d run -d --name shut --network none busybox sleep 100
	id=$(d inspect -f '{{.Id}}' shut)
	for folder in data data/layers data/volumes "data/containers/$id" "exec/$id"; do
		[ -d "$WORK/$folder" ]
		run setpriv --reuid 65534 --regid 65534 --clear-groups ls "$WORK/$folder"
		[ "$status" -ne 0 ]
	done
	[ "$(stat -c %a "$WORK/data/containers/$id" "$WORK/exec/$id" | sort -u)" = 700 ]
	d rm -f shut
}
