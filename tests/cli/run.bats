load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "run prints what the command prints, and its exit code is the command's" {
	run run_none busybox echo hello
	[ "$output" = hello ]
	[ "$status" -eq 0 ]
	run run_none busybox sh -c 'exit 7'
	[ "$status" -eq 7 ]
}

@test "run by full and by short image id" {
	id=$(d images --no-trunc -q busybox)
	[ "$(run_none "$id" echo a)" = a ]
	[ "$(run_none "${id:7:12}" echo b)" = b ]
}

@test "standard error stays apart from standard output" {
	run_none busybox sh -c 'echo out; echo err >&2' >"$WORK/o" 2>"$WORK/e"
	[ "$(cat "$WORK/o")" = out ]
	[ "$(cat "$WORK/e")" = err ]
}

@test "standard input reaches the command, and its end too" {
	[ "$(echo one two | run_none -i busybox wc -w)" -eq 2 ]
}

@test "a command is looked for in PATH and nowhere else: not without one, nor in the working folder" {
	local path
	for path in -ePATH= --env-file="$WORK/removed" -ePATH=/nope; do
		echo PATH >"$WORK/removed"
		run env -u PATH "$DOCKER" run --rm --network none "$path" busybox ls
		[ "$status" -eq 127 ] && [[ $output == *'exec: "ls": executable file not found in $PATH'* ]]
	done
	for path in :/bin . /nope::/bin; do
		run run_none -w /bin -e "PATH=$path" busybox ls
		[ "$status" -ne 0 ] && [[ $output == *'exec: "ls": cannot run executable found relative to current directory'* ]]
	done
	run run_none -w / -e PATH=bin busybox ls
	[ "$status" -ne 0 ] && [[ $output == *'cannot run executable found relative to current directory'* ]]
	run_none -w / -e PATH=:/bin busybox ls
	run_none -e PATH=/nope:/bin busybox ls
	d run -d --name pathless --network none busybox sleep 1000
	id=$(api -X POST -H 'Content-Type: application/json' -d '{"Cmd":["ls"],"Env":["PATH"],"AttachStdout":true}' http://b/v1.51/containers/pathless/exec | jq -r .Id)
	api -X POST -H 'Content-Type: application/json' -d '{}' "http://b/v1.51/exec/$id/start" --output - | grep -aq 'exec: "ls": executable file not found in $PATH'
	d rm -f pathless
}

@test "a command that is missing gives 127, one that cannot run 126" {
	run run_none busybox nosuch
	[ "$status" -eq 127 ]
	[[ $output == *'exec: "nosuch": executable file not found in $PATH'* ]]
	run run_none busybox /etc
	[ "$status" -eq 126 ]
	run run_none busybox /nosuch
	[ "$status" -eq 127 ]
}

@test "run -d tells the id of what does not start, too; what fails before there is a process is 128 in the state" {
	run d run -d --name unstarted --network none busybox nosuch
	[ "$status" -eq 127 ]
	[[ $output == *"$(d inspect -f '{{.Id}}' unstarted)"* ]]
	[ "$(d inspect -f '{{.State.ExitCode}}' unstarted)" = 127 ]
	run d run --name undeviced --network none --device /dev/nosuch busybox true
	[ "$status" -eq 127 ]
	[ "$(d inspect -f '{{.State.ExitCode}}' undeviced)" = 128 ]
	d rm unstarted undeviced
}

@test "inspect shows the address of a container in a network of its own, and of no other" {
	d create --name with-mac --mac-address 02:00:00:00:00:09 busybox
	[ "$(d inspect -f '{{.Config.MacAddress}}' with-mac)" = 02:00:00:00:00:09 ]
	d rm with-mac
	# A client of 2020 sends it with the container, and is refused.
	[ "$DOCKER" != /usr/bin/docker ] || return 0
	d create --name without-mac --network none --mac-address 02:00:00:00:00:09 busybox
	[ "$(d inspect -f '{{.Config.MacAddress}}' without-mac)" = "" ]
	d rm without-mac
}

@test "killed by a signal is 128 and its number" {
	run run_none --init busybox sh -c 'kill -9 $$'
	[ "$status" -eq 137 ]
}

@test "an unknown image, a taken name, a bad name, a bad flag" {
	run d create nosuch
	[ "$status" -ne 0 ]
	[[ $output == *"Unable to find image 'nosuch:latest' locally"* ]]
	d create --name taken --network none busybox
	run d create --name taken --network none busybox
	[ "$status" -eq 125 ] || [ "$status" -eq 1 ]
	[[ $output == *'Conflict. The container name "/taken" is already in use by container'* ]]
	[ "$status" -eq 1 ]
	[[ $output == 'Error response from daemon: Conflict.'* && $output != *"Run '"* ]]
	run d create --rm --restart always busybox true
	[ "$status" -eq 125 ]
	run d create --name 'x y' busybox
	[[ $output == *'Invalid container name (x y), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'* ]]
	run d run --nosuchflag busybox
	[ "$status" -eq 125 ]
	[[ $output == *'unknown flag: --nosuchflag'* ]]
	run d run --cpus abc busybox
	[ "$status" -eq 125 ]
	[[ $output == 'invalid argument "abc" for "--cpus" flag: failed to parse abc as a rational number'* ]]
	[ "$(d ps -aq | wc -l)" -eq 1 ]
	d rm taken
}

@test "-rm of the primer is an error that helps" {
	run d run -rm busybox
	[ "$status" -eq 125 ]
	[[ $output == *"unknown shorthand flag: 'r' in -rm"* ]]
	case $DOCKER in *berth) [[ $output == *"did you mean --rm?"* ]] ;; esac
}

@test "environment, working directory, host name, user and groups" {
	[ "$(run_none -e A=b busybox sh -c 'echo $A')" = b ]
	[ "$(run_none -w /a/b busybox pwd)" = /a/b ]
	[ "$(run_none --hostname harbour busybox hostname)" = harbour ]
	[ "$(run_none -u user busybox id)" = "uid=1000(user) gid=1000(user) groups=10(wheel),50(staff),1000(user)" ] ||
		[[ "$(run_none -u user busybox id)" == "uid=1000(user) gid=1000(user) groups="* ]]
	[ "$(run_none -u 5:6 busybox id -u)" = 5 ]
	[ "$(run_none -u user busybox sh -c 'echo $HOME')" = /home ]
	run run_none -u nobodyhere busybox id
	[[ $output == *'unable to find user nobodyhere: no matching entries in passwd file'* ]]
}

@test "capabilities, resolvers and seccomp profiles are sent as docker's client sends them" {
	[ "$DOCKER" != /usr/bin/docker ] || skip "a client of 2020 sends capabilities as they are written"
	printf '{ "defaultAction" :\n\t"SCMP_ACT_ALLOW" }\n' >"$WORK/profile.json"
	d create --name sent --network none --cap-add net_admin --cap-add CAP_NET_ADMIN --cap-drop net_admin --cap-drop chown --dns ' 1.2.3.4 ' \
		--security-opt seccomp="$WORK/profile.json" --health-cmd '' --health-interval 5s busybox
	[ "$(d inspect -f '{{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}} {{json .HostConfig.DNS}} {{.HostConfig.SecurityOpt}} {{json .Config.Healthcheck.Test}}' sent)" = \
		'[CAP_NET_ADMIN] [CAP_CHOWN CAP_NET_ADMIN] ["1.2.3.4"] [seccomp={"defaultAction":"SCMP_ACT_ALLOW"}] null' ]
	d rm sent
	for bad in '{"defaultAction":' '' '{} x'; do
		printf '%s' "$bad" >"$WORK/profile.json"
		run d create --security-opt seccomp="$WORK/profile.json" busybox
		[ "$status" -eq 125 ]
		[[ $output == *"compacting json for seccomp profile ($WORK/profile.json) failed: "* ]]
	done
}

@test "--entrypoint, --env-file, --label, --cidfile" {
	[ "$(run_none --entrypoint echo busybox hi)" = hi ]
	echo 'FROMFILE=yes' >"$WORK/env"
	[ "$(run_none --env-file "$WORK/env" busybox sh -c 'echo $FROMFILE')" = yes ]
	d create --name labelled --network none --cidfile "$WORK/cid" --label a=b busybox >/dev/null
	[ "$(d inspect -f '{{.Config.Labels.a}}' labelled)" = b ]
	[ "$(cat "$WORK/cid")" = "$(d inspect -f '{{.Id}}' labelled)" ]
	d rm labelled
}

@test "--read-only, --tmpfs, --shm-size" {
	run run_none --read-only busybox touch /x
	[ "$status" -ne 0 ]
	run_none --read-only --tmpfs /scratch busybox touch /scratch/x
	[[ $(run_none --shm-size 32m busybox mount) == *'/dev/shm type tmpfs'*'size=32768k'* ]]
}

@test "capabilities: Docker's fourteen, dropped, added, all" {
	caps() { run_none "$@" busybox sh -c 'grep CapEff /proc/self/status' | tr -d '\t' ; }
	[ "$(caps)" = CapEff:00000000a80425fb ]
	[ "$(caps --cap-drop ALL)" = CapEff:0000000000000000 ]
	[ "$(caps --cap-drop ALL --cap-add NET_ADMIN)" = CapEff:0000000000001000 ]
	run run_none --cap-add NOSUCH busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'invalid CapAdd: unknown capability: "CAP_NOSUCH"'* ]]
}

@test "--security-opt: no-new-privileges, seccomp" {
	[ "$(run_none --security-opt no-new-privileges busybox sh -c 'grep NoNewPrivs /proc/self/status' | tr -d '\t')" = NoNewPrivs:1 ]
	[ "$(run_none --security-opt seccomp=unconfined busybox sh -c 'grep "^Seccomp:" /proc/self/status' | tr -d '\t')" = Seccomp:0 ]
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}' >"$WORK/profile"
	run run_none --security-opt "seccomp=$WORK/profile" busybox mkdir /x
	[ "$status" -eq 1 ]
	[[ $output == *'Operation not permitted'* ]]
}

@test "--privileged gives devices and writable /sys" {
	run_none --privileged busybox sh -c '[ -c /dev/kmsg ] && [ -w /sys ] && ! grep -q "/proc/sys.*ro," /proc/mounts'
}

@test "--device and its access" {
	run_none --device /dev/loop-control:/dev/xx busybox test -c /dev/xx || skip "the host has no /dev/loop-control"
}

@test "--init: the program is not pid 1, and orphans are reaped" {
	run_none --init busybox sh -c '[ $$ -ne 1 ] && (sleep 0.1 &) ; sleep 0.3; ! ps | grep -q "\[sleep\]"'
}

@test "namespaces: pid, uts, ipc and net of the host when asked for" {
	[ "$(run_none --uts host busybox hostname)" = "$(hostname)" ]
	[ "$(run_none --pid host busybox readlink /proc/self/ns/pid)" = "$(readlink /proc/self/ns/pid)" ]
	[ "$(run_none busybox ip -o link | wc -l)" -eq 1 ]
	[ "$(run_none --ipc host busybox readlink /proc/self/ns/ipc)" = "$(readlink /proc/self/ns/ipc)" ]
}

@test "--pid, --ipc and --network of another container" {
	d run -d --name first --network none --ipc shareable busybox sleep 100
	run_none --pid container:first busybox ps | grep -q 'sleep 100'
	d exec first sh -c 'echo shared >/dev/shm/x'
	[ "$(run_none --ipc container:first busybox cat /dev/shm/x)" = shared ]
	[ "$(d run --rm --network container:first busybox readlink /proc/self/ns/net)" = "$(d exec first readlink /proc/self/ns/net)" ]
	d rm -f first
}

@test "--ulimit, --sysctl, --oom-score-adj" {
	[ "$(run_none --ulimit nofile=77:88 busybox sh -c 'ulimit -n; ulimit -Hn' | xargs)" = '77 88' ]
	[ "$(run_none --sysctl kernel.msgmax=4321 busybox cat /proc/sys/kernel/msgmax)" = 4321 ]
	[ "$(run_none --oom-score-adj 500 busybox cat /proc/self/oom_score_adj)" = 500 ]
}

@test "bind mounts: made, read-only, files, --mount, what is missing" {
	mkdir "$WORK/share"; echo hello >"$WORK/share/f"
	[ "$(run_none -v "$WORK/share:/s" busybox cat /s/f)" = hello ]
	run run_none -v "$WORK/share:/s:ro" busybox touch /s/g
	[ "$status" -eq 1 ]
	[ "$(run_none -v "$WORK/share/f:/deep/er/file" busybox cat /deep/er/file)" = hello ]
	[ "$(run_none --mount "type=bind,source=$WORK/share,target=/m,readonly" busybox cat /m/f)" = hello ]
	run_none -v "$WORK/made:/s" busybox true
	[ -d "$WORK/made" ]
	run run_none --mount "type=bind,source=$WORK/missing,target=/m" busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'bind source path does not exist'* ]]
}

@test "named volumes keep their data and get what the image has; anonymous ones go with --rm" {
	run_none -v data:/etc busybox sh -c 'echo kept >/etc/new'
	[ "$(run_none -v data:/x busybox cat /x/new)" = kept ]
	run_none -v data:/x busybox grep -q root /x/passwd
	before=$(api http://b/volumes | jq '.Volumes | length')
	run_none -v /anonymous busybox true
	[ "$(api http://b/volumes | jq '.Volumes | length')" -eq "$before" ]
	run d run --rm -v 'bad name:/x' busybox true
	[[ $output == *'includes invalid characters for a local volume name'* ]]
}

@test "--volumes-from" {
	d create --name source -v shared:/data --network none busybox
	run_none --volumes-from source busybox sh -c 'echo x >/data/f'
	[ "$(run_none -v shared:/d busybox cat /d/f)" = x ]
	d rm source
}

@test "memory, cpu and pid limits reach the kernel" {
	[ -d /sys/fs/cgroup/memory ] || skip "cgroup v1 paths"
	d run -d --name limited --network none -m 64m --cpus 0.5 --cpu-shares 512 --pids-limit 20 --cpuset-cpus 0 busybox sleep 100
	id=$(d inspect -f '{{.Id}}' limited)
	[ "$(cat "/sys/fs/cgroup/memory/berth/$id/memory.limit_in_bytes")" -eq $((64 << 20)) ]
	[ "$(cat "/sys/fs/cgroup/cpu/berth/$id/cpu.cfs_quota_us")" -eq 50000 ]
	[ "$(cat "/sys/fs/cgroup/cpu/berth/$id/cpu.shares")" -eq 512 ]
	[ "$(cat "/sys/fs/cgroup/pids/berth/$id/pids.max")" -eq 20 ]
	[ "$(cat "/sys/fs/cgroup/cpuset/berth/$id/cpuset.cpus")" = 0 ]
	d update --memory 96m --memory-swap 192m limited
	[ "$(cat "/sys/fs/cgroup/memory/berth/$id/memory.limit_in_bytes")" -eq $((96 << 20)) ]
	d rm -f limited
	for _ in $(seq 1500); do [ -d "/sys/fs/cgroup/memory/berth/$id" ] || break; sleep 0.02; done
	[ ! -d "/sys/fs/cgroup/memory/berth/$id" ]
	[ ! -d "/sys/fs/cgroup/cpuset/berth/$id" ]
}

@test "too little memory is refused, running out of it is reported" {
	run run_none -m 1m busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'Minimum memory limit allowed is 6MB'* ]]
	run d run --name hog --network none -m 16m busybox sh -c 'tail /dev/zero'
	[ "$status" -eq 137 ]
	[ "$(d inspect -f '{{.State.OOMKilled}}' hog)" = true ]
	d rm hog
}

@test "--restart: on-failure counts, always goes on, stop ends it" {
	d run -d --name retry --network none --restart on-failure:2 busybox sh -c 'exit 3'
	for _ in $(seq 600); do [ "$(d inspect -f '{{.State.Status}}' retry)" = exited ] && break; sleep 0.05; done
	[ "$(d inspect -f '{{.RestartCount}} {{.State.ExitCode}}' retry)" = '2 3' ]
	d run -d --name always --network none --restart always busybox sh -c 'sleep 0.1'
	for _ in $(seq 600); do [ "$(d inspect -f '{{.RestartCount}}' always)" -ge 2 ] && break; sleep 0.05; done
	[ "$(d inspect -f '{{.RestartCount}}' always)" -ge 2 ]
	d stop always
	[ "$(d inspect -f '{{.State.Status}}' always)" = exited ]
	# Started by hand, it counts from the beginning.
	d start retry
	for _ in $(seq 600); do [ "$(d inspect -f '{{.RestartCount}} {{.State.Status}}' retry)" = '2 exited' ] && break; sleep 0.05; done
	[ "$(d inspect -f '{{.RestartCount}} {{.State.ExitCode}}' retry)" = '2 3' ]
	d rm retry always
	run d run --rm --restart always busybox
	[ "$status" -eq 125 ]
}

@test "stop and kill while the engine hears of a container's end: it stays stopped" {
	for verb in stop kill stop kill stop kill; do
		d run -d --name ends --network none --restart always busybox sleep 0.1
		kill -STOP "$(cat "$WORK/pid")"
		sleep 0.15
		d $verb ends 3>&- &
		client=$!
		sleep 0.1
		kill -CONT "$(cat "$WORK/pid")"
		# A kill may come too late, as with any container that has ended; a stop never does.
		wait $client || [ $verb = kill ]
		for _ in $(seq 600); do [ "$(d inspect -f '{{.State.Status}}' ends)" = exited ] && break; sleep 0.05; done
		sleep 0.3
		[ "$(d inspect -f '{{.State.Status}}' ends)" = exited ]
		d rm ends
	done
}

@test "an empty entrypoint, the order of the environment, resolv.conf, ranges" {
	[ "$(run_none --entrypoint '' busybox echo hi)" = hi ]
	[ "$(run_none -e A=b busybox env | cut -d= -f1 | xargs)" = 'PATH HOSTNAME A HOME' ]
	[ "$(run_none -e HOME=/x busybox sh -c 'echo $HOME')" = /x ]
	[ "$(run_none --dns 1.1.1.1 --dns-search x.y --dns-option ndots:2 busybox grep -v '^#' /etc/resolv.conf | xargs)" = 'nameserver 1.1.1.1 search x.y options ndots:2' ]
	run run_none --oom-score-adj 9999 busybox true
	[[ $output == *'range for oom score adj is [-1000, 1000]'* ]]
	[ "$status" -eq 125 ]
}

@test "a name without a value takes the variable away: the image's, the engine's, in exec" {
	"$BUILD/berth" import -c 'ENV A=image' -c 'ENV B=kept' "$WORK/busybox.tar" with-env >/dev/null
	unset A B NEW
	[ "$(run_none -e A -e NEW with-env env | grep -c '^A\|^NEW\|^$')" -eq 0 ]
	[ "$(run_none -e A with-env sh -c 'echo $B')" = kept ]
	[ "$(run_none -e A=1 -e A with-env env | grep -c '^A')" -eq 0 ]
	[ "$(A=mine run_none -e A with-env sh -c 'echo $A')" = mine ]
	[ "$(run_none -e HOSTNAME with-env /bin/busybox env | grep -c '^HOSTNAME')" -eq 0 ]
	d run -d --name bare --network none -e A with-env sleep 1000
	[ "$(d inspect -f '{{json .Config.Env}}' bare | jq -c 'map(select(startswith("A") or startswith("B")))')" = '["A","B=kept"]' ]
	[ "$(d exec -e B bare env | grep -c '^[AB]')" -eq 0 ]
	[ "$(d exec -e A=now bare sh -c 'echo $A$B')" = nowkept ]
	d rm -f bare; d rmi with-env
}

@test "a --rm container that cannot start is gone when the client hears of it" {
	run run_none --name gone busybox nosuch
	[ "$status" -eq 127 ]
	[[ $output != *'context canceled'* ]]
	run d inspect gone
	[ "$status" -eq 1 ]
}
