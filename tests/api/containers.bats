# Values of containers, and what becomes of them, as dockerd 28.5 has it.
load ../lib/engine

setup_file() { file_setup; }
teardown_file() { file_teardown; }

# create NAME {more of the body} [{HostConfig}]: what was answered
create() { post_json "/containers/create?name=$1" "$(jq -n --argjson body "$2" --argjson host "${3:-{\}}" '{Image: "busybox", Cmd: ["true"]} + $body + {HostConfig: ({NetworkMode: "none"} + $host)}')"; }
host_of() { d inspect -f "{{json .HostConfig.$2}}" "$1"; }
update() { post_json "/containers/$1/update" "$2"; }

@test "pids, masked paths, names and cpusets" {
	for limit in -1 -5 0; do
		create pids '{}' "{\"PidsLimit\": $limit}" | jq -e .Id
		[ "$(host_of pids PidsLimit)" = null ]
		d rm pids
	done
	create masked '{}' | jq -e .Id
	[ "$(host_of masked MaskedPaths | jq -r 'join(" ")')" = '/proc/asound /proc/acpi /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/timer_stats /proc/sched_debug /proc/scsi /sys/firmware /sys/devices/virtual/powercap' ]
	d rm masked
	name=$(printf 'a%.0s' $(seq 400))
	create "$name" '{}' | jq -e .Id
	[ "$(d run --rm --network "container:$(d run -d --name "b$name" busybox sleep 100)" busybox echo joined)" = joined ]
	d rm -f "$name" "b$name"
	[[ $(create masked '{}' '{"CpusetCpus": "99999999999"}' | jq -r .message) = *'value of out range, maximum is 8192'* ]]
	[[ $(create masked '{}' '{"CpusetCpus": "1-0"}' | jq -r .message) = *'invalid format: 1-0'* ]]
	[[ $(create masked '{}' '{"CpusetMems": "x"}' | jq -r .message) = 'Invalid value x for cpuset mems: invalid format: x' ]]
}

@test "the working directory: cleaned, made at the create, never a file" {
	create dirs '{"WorkingDir": "//made/./x//y/../z/"}' | jq -e .Id
	[ "$(d inspect -f '{{.Config.WorkingDir}}' dirs)" = /made/x/z ]
	[ "$(status_of -I "http://b/containers/dirs/archive?path=/made/x/z")" = 200 ]
	d rm dirs
	[[ $(create dirs '{"WorkingDir": "/etc/passwd"}' | jq -r .message) = 'Cannot mkdir: /etc/passwd is not a directory' ]]
	not d inspect dirs
	[ "$(ls "$WORK/data/containers" | wc -l)" -eq "$(d ps -aq | wc -l)" ]
	# A link that leads out of the container is followed inside of it.
	printf 'FROM busybox\nRUN ln -s ../../../../../../tmp /out\n' | d build -q -t links - >/dev/null
	post_json /containers/create?name=dirs '{"Image": "links", "Cmd": ["pwd"], "WorkingDir": "/out/made-by-a-workdir", "HostConfig": {"NetworkMode": "none"}}' | jq -e .Id
	[ ! -e /tmp/made-by-a-workdir ]
	[ "$(status_of -I "http://b/containers/dirs/archive?path=/tmp/made-by-a-workdir")" = 200 ]
	d rm dirs
}

@test "tmpfs: what it may be told, what it is not" {
	mounted() { run_none --tmpfs "/t:$1" busybox sh -c 'grep " /t " /proc/mounts'; }
	[ "$(mounted '')" = 'tmpfs /t tmpfs rw,nosuid,nodev,noexec,relatime 0 0' ]
	[ "$(mounted exec,suid,dev,noatime)" = 'tmpfs /t tmpfs rw,noatime 0 0' ]
	[ "$(mounted private,size=64k,sync)" = 'tmpfs /t tmpfs rw,sync,nosuid,nodev,noexec,relatime,size=64k 0 0' ]
	spread() { run_none --tmpfs "/t:$1" busybox sh -c "awk '\$5 == \"/t\" { print \$7 }' /proc/self/mountinfo"; }
	[[ $(spread shared,size=1m) == shared:* ]]
	[[ $(spread private,rshared) == shared:* ]]
	[ "$(spread unbindable)" = unbindable ]
	[ "$(spread shared,private)" = - ]
	[ "$(spread rslave)" = - ]
	[ "$(mounted mand,strictatime,nostrictatime,norelatime)" = 'tmpfs /t tmpfs rw,mand,nosuid,nodev,noexec,relatime 0 0' ]
	for word in bogus remount bind rbind foo=1; do
		run mounted "$word"
		[ "$status" -ne 0 ]
		[[ $output = *"invalid tmpfs option \"${word%%=*}\""* ]]
	done
	[ "$(status_of -X POST "http://b/containers/$(create tt '{}' '{"Tmpfs": {"/t": "bogus"}}' | jq -r .Id)/start")" = 500 ]
	d rm tt
	create tt '{}' '{"Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": -1}}]}' | jq -e .Id
	not d start tt
	d rm tt
}

@test "users and devices that are not there fail the start" {
	for user in 2147483648 4294967295 -1 1000:-1 nobody-here 0:no-group; do
		id=$(create uu "{\"User\": \"$user\"}" | jq -r .Id)
		api -w ' %{http_code}' -X POST "http://b/containers/$id/start" >"$WORK/answer"
		grep -q -e 'uids and gids must be in range 0-2147483647' -e 'unable to find' "$WORK/answer"
		grep -q ' 500$' "$WORK/answer"
		d rm uu
	done
	mkdir -p "$WORK/nodes/below"
	mknod "$WORK/nodes/below/zero" c 1 5
	touch "$WORK/nodes/file"
	ln -sf nowhere "$WORK/nodes/dangling"
	[ "$(run_none --device "$WORK/nodes:/dev/nodes" busybox sh -c 'find /dev/nodes -type c; head -c 1 /dev/nodes/below/zero | wc -c' | xargs)" = '/dev/nodes/below/zero 1' ]
	rm "$WORK/nodes/below/zero"
	run run_none --device "$WORK/nodes" busybox true
	[[ $output = *"error gathering device information while adding custom device \"$WORK/nodes\": not a device node"* ]]
	[[ $(create gpu '{}' '{"DeviceRequests": [{"Capabilities": [["gpu", "x"], ["y"]], "Count": 1}]}' | jq -r .Id) ]]
	run d start gpu
	[[ $output = *'could not select device driver "" with capabilities: [[gpu x] [y]]'* ]]
	d rm gpu
	[[ $(create cdi '{}' '{"DeviceRequests": [{"Driver": "cdi", "DeviceIDs": ["v.com/c=x"]}]}' | jq -r .Id) ]]
	run d start cdi
	[[ $output = *'CDI device injection failed: unresolvable CDI devices v.com/c=x'* ]]
	d rm cdi
	run run_none --device /dev/nowhere busybox true
	[[ $output = *'error gathering device information while adding custom device "/dev/nowhere": no such file or directory'* ]]
}

@test "update: what conflicts is told, what is set holds" {
	create uu '{"Cmd": ["sleep", "100"]}' '{"NanoCpus": 500000000}' | jq -e .Id
	d start uu
	for body in '{"CpuPeriod": 100000}' '{"CpuQuota": 50000}'; do
		[[ $(update uu "$body" | jq -r .message) = 'Cannot update container '*': Conflicting options: CPU '*' cannot be updated as NanoCPUs has already been set' ]]
	done
	[ "$(update uu '{"NanoCpus": 1000000000}')" = '{"Warnings":null}' ]
	[ "$(host_of uu NanoCpus)" = 1000000000 ]
	[[ $(update uu '{"Memory": 10485760}' | jq -r .message) = *'update the memoryswap at the same time' ]]
	update uu '{"Memory": 10485760, "MemorySwap": 20971520}' | jq -e '.Warnings == null'
	[ "$(update uu '{"PidsLimit": 9}' | jq .Warnings)" = null ]
	[ "$(d exec uu sh -c 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max')" = 9 ]
	update uu '{"PidsLimit": -1}' | jq -e '.Warnings == null'
	[ "$(host_of uu PidsLimit)" = 0 ]
	[ "$(d exec uu sh -c 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max')" = max ]
	[[ $(update uu '{"CpusetCpus": "x"}' | jq -r .message) = 'Invalid value x for cpuset cpus: invalid format: x' ]]
	[[ $(update uu '{"NanoCpus": -1}' | jq -r .message) = 'range of CPUs is from 0.01 to '* ]]
	update uu '{"RestartPolicy": {"Name": "always"}}' | jq -e '.Warnings == null'
	[ "$(host_of uu RestartPolicy)" = '{"Name":"always","MaximumRetryCount":0}' ]
	device=$(lsblk -dnpo NAME 2>/dev/null | head -n 1)
	if [ -n "$device" ] && [ -e /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device ]; then
		update uu "{\"BlkioDeviceReadBps\": [{\"Path\": \"$device\", \"Rate\": 1048576}]}" | jq -e .
		d exec uu cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device | grep -q ' 1048576'
		# Absent and null say nothing, an empty list takes the limits away.
		update uu '{"BlkioDeviceReadBps": null, "Memory": 10485760}' | jq -e .
		d exec uu cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device | grep -q ' 1048576'
		update uu '{"BlkioDeviceReadBps": []}' | jq -e '.Warnings == null'
		[ "$(host_of uu BlkioDeviceReadBps)" = '[]' ]
		[ -z "$(d exec uu cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device)" ]
	fi
	d rm -f uu
	create uu '{}' '{"CpuPeriod": 100000}' | jq -e .Id
	[[ $(update uu '{"NanoCpus": 1000000000}' | jq -r .message) = *'Nano CPUs cannot be updated as CPU Period has already been set' ]]
	d rm uu
}

@test "a check that takes too long keeps its output, and all that it started ends" {
	d run -d --name check --network none --health-cmd 'echo begun; sleep 7771 & setsid sleep 7772 & (setsid sh -c "sleep 7773; true" &) ; sleep 7774' --health-interval 100ms --health-timeout 600ms --health-retries 1 busybox sleep 1000
	for _ in $(seq 600); do [ "$(d inspect -f '{{.State.Health.Status}}' check)" != unhealthy ] || break; sleep 0.05; done
	d inspect -f '{{json .State.Health.Log}}' check | jq -e '.[0].ExitCode == -1 and .[0].Output == "Health check exceeded timeout (600ms): begun\n"'
	d pause check
	d unpause check
	d stop -t 0 check
	d rm check
}

@test "the end by the memory limit is told by an oom event" {
	[ -e /sys/fs/cgroup/memory/memory.oom_control ] || grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip "no memory controller"
	since=$(date +%s)
	d run -d --name hog --network none -m 20m --memory-swap 20m busybox sh -c 'tail /dev/zero'
	d wait hog
	[ "$(d inspect -f '{{.State.OOMKilled}}' hog)" = true ]
	[ "$(d events --since "$since" --until "$(date +%s.%N)" --filter container=hog --format '{{.Action}}' | grep -e oom -e die | uniq | xargs)" = 'oom die' ]
	d rm hog
}

@test "an oom event of who may not be killed for memory, and waits" {
	[ -e /sys/fs/cgroup/memory/memory.oom_control ] || skip "only cgroup v1 has --oom-kill-disable"
	since=$(date +%s)
	d run -d --name held --network none -m 20m --memory-swap 20m --oom-kill-disable busybox sh -c 'x=a; while true; do x=$x$x$x$x; done'
	for _ in $(seq 300); do
		! d events --since "$since" --until "$(date +%s.%N)" --filter container=held --format '{{.Action}}' | grep -qx oom || break
		sleep 0.1
	done
	[ "$(d events --since "$since" --until "$(date +%s.%N)" --filter container=held --format '{{.Action}}' | grep -cx oom)" = 1 ]
	d rm -f held
}

@test "--mount type=image: another image's tree, read-only, or a part of it beneath its root" {
	printf 'FROM busybox\nRUN mkdir -p /data/below && echo two >/data/below/two && ln -s ../../../../../../../../etc /data/out && echo /etc/hostname >/data/file && rm /etc/group\n' | d build -q -t other - >/dev/null
	created() { create image "{\"Cmd\": [\"sh\", \"-c\", \"$1\"]}" "{\"Mounts\": [{\"Type\": \"image\", \"Source\": \"$2\", \"Target\": \"/img\", \"ImageOptions\": {\"Subpath\": \"$3\"}}]}"; }
	created 'cat /img/data/below/two; test ! -e /img/etc/group && touch /img/x' other '' | jq -e .Id
	d start -a image >"$WORK/said" 2>&1 || true
	grep -qx two "$WORK/said"
	grep -q 'Read-only file system' "$WORK/said"
	d inspect image | jq -e '.[0].Mounts[0] | .Type == "image" and .Name == "other" and .RW == false and .Destination == "/img"'
	d rm image
	created 'ls /img' other data/below | jq -e .Id
	[ "$(d start -a image)" = two ]
	d rm image
	# A link of the image's is followed beneath its own root.
	created 'ls /img/passwd; ls /img | wc -l' other data/out | jq -e .Id
	[ "$(d start -a image | head -n 1)" = /img/passwd ]
	d rm image
	created true other nothing | jq -e .Id
	run d start image
	[[ $output = *'cannot access path nothing: lstat nothing: no such file or directory'* ]]
	d rm image
	for subpath in ../x /etc; do
		[[ $(created true other "$subpath" | jq -r .message) = *'subpath must be a relative path within the volume' ]]
	done
	[[ $(created true nowhere '' | jq -r .message) = 'No such image: nowhere:latest' ]]
	[[ $(created true '' '' | jq -r .message) = *'field Source must not be empty' ]]
	# It is in use, running or not; by force its name goes, and the tree stays.
	created 'cat /img/data/below/two' other '' | jq -e .Id
	run d rmi other
	[[ $output = *"conflict: unable to remove repository reference \"other\" (must force) - container "*' is using its referenced image '* ]]
	[ "$(d image prune -af | grep -c other)" -eq 0 ]
	d rmi -f other
	[ "$(d start -a image)" = two ]
	id=$(d inspect -f '{{(index .Mounts 0).Source}}' image)
	d rm image
	d rmi "$id"
	not d inspect "$id"
}

@test "namespaces of another container: what does not run, or keeps its IPC to itself, is told in dockerd's words" {
	start() { api -X POST "http://b/containers/$1/start" -w ' %{http_code}'; }
	d run -d --name private --network none busybox sleep 1000
	d run -d --name shared --network none --ipc shareable busybox sleep 1000
	d create --name stopped --network none --ipc shareable busybox true
	id() { d inspect -f '{{.Id}}' "$1"; }
	# By their ids, as names may change.
	create joins '{}' '{"IpcMode": "container:shared", "PidMode": "container:private", "NetworkMode": "container:stopped"}' | jq -e .Id
	[ "$(d inspect -f '{{.HostConfig.IpcMode}} {{.HostConfig.PidMode}} {{.HostConfig.NetworkMode}}' joins)" = "container:$(id shared) container:$(id private) container:$(id stopped)" ]
	d rm joins
	create joins '{}' '{"IpcMode": "container:private"}' | jq -e .Id
	[ "$(start joins)" = "{\"message\":\"failed to join IPC namespace: container $(id private): non-shareable IPC (hint: use IpcMode:shareable for the donor container)\"}"$'\n'' 400' ]
	d rm joins
	create joins '{}' '{"IpcMode": "container:stopped"}' | jq -e .Id
	[ "$(start joins)" = "{\"message\":\"failed to join IPC namespace: container $(id stopped) is not running\"}"$'\n'' 409' ]
	d rm joins
	create joins '{}' '{"PidMode": "container:stopped"}' | jq -e .Id
	[ "$(start joins)" = "{\"message\":\"failed to join PID namespace: container $(id stopped) is not running\"}"$'\n'' 500' ]
	d rm joins
	for mode in shared host; do
		[ $mode = shared ] || d run -d --name host --network none --ipc host busybox sleep 1000
		run_none --ipc container:$mode busybox true
	done
	d rm -f private shared host stopped
}

@test "kill: any signal ends the restarts, but for a container that names the one that stops it" {
	ends() { # flags, signal: how often it was started again after it was sent that, and ended by itself
		d run -d --name signals --network none $1 busybox sh -c 'trap "" HUP; touch /ready; while [ ! -e /end ]; do sleep 0.02; done; rm /end; exit 3' >/dev/null
		until d exec signals test -e /ready 2>/dev/null; do sleep 0.02; done
		d kill -s "$2" signals >/dev/null
		d exec signals touch /end
		for _ in $(seq 1500); do
			state=$(d inspect -f '{{.State.Status}} {{.RestartCount}}' signals)
			[ "$state" = 'running 0' ] || break
			sleep 0.02
		done
		echo "${state##* }"
		d rm -f signals >/dev/null
	}
	[ "$(ends '--restart always' HUP)" -eq 0 ]
	[ "$(ends '--restart always --stop-signal HUP' HUP)" -eq 0 ]
	[ "$(ends '--restart unless-stopped --stop-signal USR1' HUP)" -eq 0 ]
	[ "$(ends '--restart always --stop-signal USR1' HUP)" -ge 0 ]
	d run -d --name signals --network none --restart always --stop-signal USR1 busybox sh -c 'trap "exit 3" HUP; touch /ready; while :; do sleep 0.02; done'
	until d exec signals test -e /ready; do sleep 0.02; done
	d kill -s HUP signals
	for _ in $(seq 1500); do [ "$(d inspect -f '{{.RestartCount}}' signals)" -ge 1 ] && break; sleep 0.02; done
	[ "$(d inspect -f '{{.RestartCount}}' signals)" -ge 1 ]
	d rm -f signals
}

@test "binds of the engine's own folder follow the host, or are refused" {
	propagation() { create root '{}' "$1" | jq -r .message; d inspect -f '{{(index .Mounts 0).Propagation}}' root; d rm root >/dev/null; }
	for source in "$WORK/data" "$WORK/data/containers" "$WORK" /; do
		[ "$(propagation "{\"Binds\": [\"$source:/m\"]}")" = $'null\nrslave' ]
		[ "$(propagation "{\"Mounts\": [{\"Type\": \"bind\", \"Source\": \"$source\", \"Target\": \"/m\"}]}")" = $'null\nrslave' ]
		[ "$(propagation "{\"Binds\": [\"$source:/m:rshared\"]}")" = $'null\nrshared' ]
	done
	[ "$(propagation "{\"Binds\": [\"$WORK/daemon.json:/m\"]}")" = $'null\nrprivate' ]
	for mode in private rprivate shared slave; do
		for body in "{\"Binds\": [\"$WORK/data:/m:$mode\"]}" "{\"Mounts\": [{\"Type\": \"bind\", \"Source\": \"$WORK/data\", \"Target\": \"/m\", \"BindOptions\": {\"Propagation\": \"$mode\"}}]}"; do
			[ "$(create root '{}' "$body" | jq -r .message)" = "invalid mount config: must use either propagation mode \"rslave\" or \"rshared\" when mount source is within the daemon root, daemon root: \"$WORK/data\", bind mount source: \"$WORK/data\", propagation: \"$mode\"" ]
		done
	done
	# Where nothing of the host's is shared, it works all the same.
	run_none -v "$WORK/data:/m" busybox true
}

@test "a volume's folder is filled with what the image has in its place" {
	d volume create parts >/dev/null
	run_none -v parts:/v busybox sh -c 'mkdir -p /v/bin /v/full /v/file; echo kept >/v/full/x; rmdir /v/file; echo file >/v/file; ln -s ../../../../tmp /v/out'
	part() { create part "{\"Cmd\": [\"/bin/busybox\", \"ls\", \"/$1\"]}" "{\"Mounts\": [{\"Type\": \"volume\", \"Source\": \"parts\", \"Target\": \"/$1\", \"VolumeOptions\": {\"Subpath\": \"$2\"}}]}"; }
	part etc bin | jq -e .Id
	d start -a part | grep -qx passwd
	d rm part
	[ "$(run_none -v parts:/v busybox ls /v | xargs)" = 'bin file full out' ]
	part etc full | jq -e .Id
	[ "$(d start -a part | grep -xc -e x -e passwd)" -eq 1 ]
	d rm part
	# What is no folder of the volume's is left alone, and told at the start.
	before=$(ls /tmp | wc -l)
	for subpath in out file nothing; do
		part etc $subpath | jq -e .Id
		not d start part
		d rm part
	done
	[ "$(ls /tmp/passwd 2>/dev/null | wc -l)" -eq 0 ]
	d volume rm parts
}

@test "attach with logs=1 before the first start hears all of it, and its end" {
	cat >"$WORK/attach.py" <<-'EOF'
		import sys
		sys.path.insert(0, sys.argv[2])
		from raw_api import answer, connect, request, until_end
		said = 0
		for number in range(25):
		    s = connect(sys.argv[1])
		    request(s, "POST", f"/containers/create?name=early{number}", {"Image": "busybox", "Cmd": ["echo", "why"], "HostConfig": {"NetworkMode": "none"}})
		    name = answer(s)["Id"]
		    stream = connect(sys.argv[1])
		    request(stream, "POST", f"/containers/{name}/attach?stream=1&stdout=1&logs=1")
		    stream.settimeout(5)
		    head = b""
		    while not head.endswith(b"\r\n\r\n"):
		        head += stream.recv(1)
		    request(s, "POST", f"/containers/{name}/start")
		    said += until_end(stream).count(b"why")
		    s.close()
		print(said)
	EOF
	[ "$(timeout 150 python3 "$WORK/attach.py" "$WORK/b.sock" "$BATS_TEST_DIRNAME/../lib")" = 25 ]
	d rm -f early{0..24} >/dev/null
}

@test "a container that waits for its restart is neither attached to, nor paused, nor entered" {
	d run -d --name again --network none --restart always busybox false
	# From its sixth restart on it waits for six seconds and more.
	for _ in $(seq 1500); do [[ $(d inspect -f '{{.RestartCount}} {{.State.Status}}' again) =~ ^([6-9]|1.)' restarting'$ ]] && break; sleep 0.02; done
	words='is restarting, wait until the container is running'
	# A busy host may have needed longer than it waits: asked again then, as it waits twice as long.
	for _ in 1 2 3 4; do
		before=$(d inspect -f '{{.RestartCount}} {{.State.Status}}' again)
		attached=$(api -X POST 'http://b/containers/again/attach?stream=1&stdout=1') || true
		paused=$(api -X POST http://b/containers/again/pause | jq -r .message)
		entered=$(post_json /containers/again/exec '{"Cmd": ["true"]}' | jq -r .message)
		[[ $before == *restarting && $(d inspect -f '{{.RestartCount}} {{.State.Status}}' again) == "$before" ]] && break
	done
	[[ $attached = "container again $words"* ]]
	[[ $paused = "Container "*" $words" ]]
	[[ $entered = "Container "*" $words" ]]
	d rm -f again
}

@test "lists: before= and since= of those that run, unless all are asked for" {
	d create --name first --network none busybox true
	d run -d --name second --network none busybox sleep 1000
	d create --name third --network none busybox true
	names() { d ps --format '{{.Names}}' "$@" | xargs; }
	[ "$(names -f since=first)" = second ]
	[ "$(names -a -f since=first)" = 'third second' ]
	[ "$(names -f before=third)" = second ]
	[ "$(names -a -f before=third -f since=first)" = second ]
	d rm -f first second third
}

@test "what is not said: no image and no command; the shared memory has its name; details are in order" {
	[ "$(post_json /containers/create '{"Env": ["a=b"]}' | jq -r .message)" = 'no command specified' ]
	run_none busybox grep -q '^shm /dev/shm tmpfs .*size=65536k' /proc/mounts
	d run --name told --network none --label z=1 -e a=2 --log-opt labels=z --log-opt env=a busybox echo said
	[ "$(d logs --details told)" = 'a=2,z=1 said' ]
	d rm told
}

@test "a HOME that is empty is the user's; a swap limit below the memory's is refused in an update, too" {
	[ "$(run_none -e HOME= busybox sh -c 'echo $HOME')" = /root ]
	[ "$(run_none -e HOME= -u user busybox sh -c 'echo $HOME')" = /home ]
	[ "$(run_none -e HOME=/else busybox sh -c 'echo $HOME')" = /else ]
	d create --name swaps --network none -m 300M --memory-swap 500M busybox true
	[[ $(update swaps '{"MemorySwap": 209715200}' | jq -r .message) = 'Cannot update container '*': Minimum memoryswap limit should be larger than memory limit, see usage' ]]
	[ "$(host_of swaps MemorySwap)" -eq 524288000 ]
	update swaps '{"Memory": 104857600, "MemorySwap": 209715200}' | jq -e 'has("message") | not'
	[ "$(host_of swaps MemorySwap)" -eq 209715200 ]
	d rm swaps
}

@test "update: a limit that the kernel does not take is refused, and nothing of it is kept" {
	id=$(d run -d --name unlimited --network none busybox sleep 10000)
	# Memory and swap together below the memory's limit, which is none: only where the kernel counts swap with cgroups v1.
	ls /sys/fs/cgroup/memory/*/"$id"/memory.memsw.limit_in_bytes >/dev/null 2>&1 || { d rm -f unlimited; skip; }
	[[ $(post_json /containers/unlimited/update '{"MemorySwap":8388608}') == *'Cannot update container '*'Invalid argument'* ]]
	[ "$(d inspect -f '{{.HostConfig.MemorySwap}}' unlimited)" = 0 ]
	d update -m 20m --memory-swap 40m unlimited
	[ "$(cat /sys/fs/cgroup/memory/*/"$id"/memory.memsw.limit_in_bytes)" = 41943040 ]
	d rm -f unlimited
}

@test "update: who began without a cpuset, and what else runs there, is given one" {
	d run -d --name cpus --network none busybox sh -c 'sleep 10000 & wait'
	[ "$(update cpus '{"CpusetCpus": "0", "CpusetMems": "0"}' | jq .Warnings)" = null ]
	[ "$(d exec cpus sh -c 'cat /proc/[0-9]*/status' | grep Cpus_allowed_list | sort -u)" = "Cpus_allowed_list:	0" ]
	[ "$(host_of cpus CpusetCpus)" = '"0"' ]
	pid=$(d inspect -f '{{.State.Pid}}' cpus)
	[ "$(grep Cpus_allowed_list "/proc/$pid/status")" = "Cpus_allowed_list:	0" ]
	id=$(d inspect -f '{{.Id}}' cpus)
	d rm -f cpus
	[ -z "$(find /sys/fs/cgroup -name "$id*" -print -quit)" ]
}

@test "CPU shares that cgroup v1 would make others are refused" {
	[ -e /sys/fs/cgroup/cpu/cpu.shares ] || skip "cgroup v2 has weights"
	d run -d --name shares --network none busybox sleep 10000
	[[ $(update shares '{"CpuShares": 1}' | jq -r .message) = *': the minimum allowed cpu-shares is 2' ]]
	[[ $(update shares '{"CpuShares": 262145}' | jq -r .message) = *': the maximum allowed cpu-shares is 262144' ]]
	[ "$(host_of shares CpuShares)" = 0 ]
	run d run --rm --network none --cpu-shares 1 busybox true
	[ "$status" = 125 ]
	[[ $output == *'the minimum allowed cpu-shares is 2'* ]]
}

@test "real-time CPU: told where the kernel has none; the time is within its period; a cgroup in words is kept and means nothing" {
	words="kernel does not support CPU real-time scheduler"
	[ ! -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] || words="cpu real-time runtime cannot be higher than cpu real-time period"
	run post_json /containers/create '{"Image": "busybox", "HostConfig": {"CpuRealtimePeriod": 1000, "CpuRealtimeRuntime": 2000}}'
	[ "$(jq -r .message <<<"$output")" = "$words" ]
	post_json '/containers/create?name=words' '{"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Cgroup": "container:none", "NetworkMode": "none"}}' | jq -e .Id
	d start -a words
	[ "$(d inspect -f '{{.HostConfig.Cgroup}}' words)" = container:none ]
	d rm words
}
