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
	run run_none -v dev:/dev busybox cat /proc/self/mountinfo
	[ "$status" -ne 0 ]
	[[ $output == *'/dev/null is not the null device'* ]]
	run run_none -t -v dev:/dev busybox sh -c 'cat /proc/self/mountinfo'
	[[ $output != *' /proc/sysrq-trigger rw'* ]]
	d volume rm dev
}

@test "--sysctl: only what is the container's own" {
	# With the values that they have: an engine that let one through would change nothing.
	for key in kernel.panic vm.swappiness kernel/../vm/swappiness net/../kernel/panic fs.file-max ../sys/kernel/panic; do
		path=/proc/sys/$key
		[[ $key == */* ]] || path=/proc/sys/${key//./\/}
		run run_none --sysctl "$key=$(cat "$(realpath -m "$path")")" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *sysctl* ]]
	done
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

@test "CVE-2016-9962: a container that watches what is executed in it sees nothing of the host" {
	cat >"$WORK/watch.c" <<-'C'
		#include <stdio.h>
		#include <string.h>
		#include <time.h>
		#include <unistd.h>
		/* Reads what the next process ids run, as fast as it can, for some seconds. */
		int main(void)
		{
			time_t end = time(NULL) + 6;
			while (time(NULL) < end)
				for (int pid = 2; pid < 600; pid++) {
					char path[64], target[256] = "";
					snprintf(path, sizeof path, "/proc/%d/exe", pid);
					if (readlink(path, target, sizeof target - 1) > 0 && strcmp(target, "/watch") != 0 && strcmp(target, "/bin/busybox") != 0)
						puts(target);
				}
			return 0;
		}
	C
	gcc -O2 -static -o "$WORK/watch" "$WORK/watch.c"
	d run -d --name watcher --network none -v "$WORK/watch:/watch" busybox /watch
	for _ in $(seq 100); do d exec watcher true || break; done
	d wait watcher
	d logs watcher | not grep -v '^$'
	d rm -f watcher
}

@test "CVE-2016-8867: exec as a user has no more than the container" {
	d run -d --name caps --network none --cap-drop ALL --cap-add CHOWN busybox sleep 100
	for user in 0 1000; do
		[ "$(d exec -u $user caps grep CapBnd /proc/self/status | cut -f2)" = 0000000000000001 ]
	done
	[ "$(d exec caps grep CapEff /proc/self/status | cut -f2)" = 0000000000000001 ]
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
