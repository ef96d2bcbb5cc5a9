# What an option asks for is done or refused: no rule, profile, limit or path is dropped in silence.
load ../lib/engine
setup_file() {
	file_setup
	gcc -O1 -static -o "$WORK/calls" "$ROOT/tests/security/calls.c"
}
teardown_file() { file_teardown; }
# So that a test that fails leaves nothing to the next.
teardown() { "$BUILD/berth" ps -aq | xargs -r "$BUILD/berth" rm -f >/dev/null; }

# create with a HostConfig: "STATUS MESSAGE"
create() {
	local body
	body=$(post_json /containers/create "{\"Image\":\"busybox\",\"HostConfig\":$1}")
	jq -r '.message // "created"' <<<"$body"
}
calls() { run_none "${options[@]}" -v "$WORK/calls:/calls:ro" busybox /calls "$@"; }
# A seccomp profile as an option of create, which is JSON in JSON.
profile() { jq -cn --arg p "seccomp=$1" '{SecurityOpt: [$p]}'; }
deny() { echo "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[$1]}"; }

@test "CVE-2026-31431: AF_ALG and AF_VSOCK are refused in every form: high bits of the argument, pairs, i386 calls and socketcall" {
	local options=() family word
	for family in 38 40; do
		run calls socket $family high $family pair $family i386 $family mux $family muxpair $family
		echo "$output"
		[ "${#lines[@]}" -eq 6 ]
		for line in "${lines[@]}"; do
			# A kernel without 32-bit calls ends the process that makes one.
			[[ $line == *'Operation not permitted' || $line =~ ^(i386|mux|muxpair)\ .*killed ]]
		done
	done
	run calls socket 1 socket 2 high 2 pair 1
	echo "$output"
	[ "$(grep -c ': done' <<<"$output")" -eq 4 ]
	d run -d --name later --network none -v "$WORK/calls:/calls:ro" busybox sleep 100
	[ "$(d exec --privileged later /calls high 38)" = 'high 38: Operation not permitted' ]
	d rm -f later
}

@test "seccomp: calls younger than the profile get ENOSYS, so that libraries fall back; those that moby allows by number work" {
	local options=()
	run calls call 467 call 600 call 100000
	echo "$output"
	[ "$(grep -c 'Function not implemented' <<<"$output")" -eq 3 ]
	run calls call 457 call 458 call 462 call 463 call 464 call 465 call 466
	echo "$output"
	not grep 'Operation not permitted' <<<"$output"
	run calls call 425 call 459
	[ "$(grep -c 'Operation not permitted' <<<"$output")" -eq 2 ]
}

@test "seccomp: two conditions on one argument, calls by number and architectures of a profile all count" {
	deny '{"names":["socket"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"},{"index":0,"value":2,"op":"SCMP_CMP_EQ"}]},
		{"names":["mseal"],"action":"SCMP_ACT_ERRNO","errnoRet":5}' >"$WORK/profile"
	local options=(--security-opt "seccomp=$WORK/profile")
	run calls socket 1 high 1 socket 2 call 462 i386 10
	echo "$output"
	[ "$(grep -c 'Operation not permitted' <<<"$output")" -eq 3 ]
	[[ $output == *'call 462: Input/output error'* ]]
	[[ $output == *'i386 10: killed by '* ]]
	# With its old sign, and for who is privileged.
	options=(--privileged --security-opt "seccomp:$WORK/profile")
	[ "$(calls socket 1)" = 'socket 1: Operation not permitted' ]
	options=(--privileged)
	[ "$(calls socket 1)" = 'socket 1: done' ]
}

@test "Compose: security_opt reads profiles beside its file, and an option that is none is refused" {
	case $DOCKER in *berth) ;; *) skip "berth's own" ;; esac
	mkdir -p "$WORK/project"
	deny '{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}' >"$WORK/project/profile.json"
	printf 'services:\n  a:\n    image: busybox\n    network_mode: none\n    security_opt: ["%s"]\n    sysctls: {kernel.msgmax: 4000}\n    command: ["sh", "-c", "mkdir /x 2>&1; cat /proc/sys/kernel/msgmax; mount"]\n' 'seccomp:profile.json' >"$WORK/project/compose.yaml"
	run d compose --project-directory "$WORK/project" -f "$WORK/project/compose.yaml" up
	echo "$output"
	[[ $output == *'Operation not permitted'* ]]
	[[ $output == *4000* ]]
	[[ $output == *'/proc/sys type proc (ro'* ]]
	sed -i 's/seccomp:profile.json/systempaths=unconfined/' "$WORK/project/compose.yaml"
	run d compose --project-directory "$WORK/project" -f "$WORK/project/compose.yaml" up
	not grep '/proc/sys type' <<<"$output"
	[[ $output == *4000* ]]
	for bad in bogus bogus=1 seccomp:nowhere.json; do
		sed -i "s|security_opt: .*|security_opt: [\"$bad\"]|" "$WORK/project/compose.yaml"
		run d compose --project-directory "$WORK/project" -f "$WORK/project/compose.yaml" up
		echo "$output"
		[ "$status" -ne 0 ]
	done
	d compose --project-directory "$WORK/project" -f "$WORK/project/compose.yaml" down
}

@test "seccomp: a profile that is not understood is refused as the container is created" {
	local bad
	for bad in '{' '[]' '{}' 'nonsense' '/etc/profile' '{"defaultAction":"SCMP_ACT_NO"}' '{"defaultAction":"SCMP_ACT_ALLOW","syscals":[]}' \
		'{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_NO"]}' '{"defaultAction":"SCMP_ACT_ALLOW","flags":["NO"]}' \
		"$(deny '{"names":["no_such_call"],"action":"SCMP_ACT_ERRNO"}')" "$(deny '{"names":["chmod"],"action":"SCMP_ACT_NOTIFY"}')" \
		"$(deny '{"names":"chmod","action":"SCMP_ACT_ERRNO"}')" "$(deny '{"names":["chmod"],"action":"SCMP_ACT_ERRNO","args":[{"index":7,"value":1,"op":"SCMP_CMP_EQ"}]}')" \
		"$(deny '{"names":["chmod"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":"1","op":"SCMP_CMP_EQ"}]}')" \
		"$(deny '{"names":["chmod"],"action":"SCMP_ACT_ERRNO","includes":{"arches":["foo"]}}')" "$(deny '{"names":["chmod"],"action":"SCMP_ACT_ERRNO","excludes":{"arches":["amd65"]}}')"; do
		run create "$(profile "$bad")"
		echo "$bad: $output"
		[[ $output == 'Decoding seccomp profile failed: '* ]]
		[ "$(status_of -H 'Content-Type: application/json' -d "{\"Image\":\"busybox\",\"HostConfig\":$(profile "$bad")}" http://b/containers/create)" = 400 ]
	done
	[ -z "$(d ps -aq)" ]
}

@test "seccomp: a profile under which a process can neither speak nor end holds nobody up" {
	for profile in '{"defaultAction":"SCMP_ACT_ERRNO"}' '{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":0}' \
		'{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":4}'; do
		echo "$profile" >"$WORK/mute.json"
		for more in --init=false --init --security-opt=no-new-privileges; do
			run timeout -s KILL 20 "$DOCKER" run --rm --network none "$more" --security-opt "seccomp=$WORK/mute.json" busybox true
			# Where the profile comes last, the process counts as begun, and ends by the fault.
			[ "$status" -eq 132 ] || [[ $status -eq 125 && $output == *"was killed before it could run the program"* ]]
		done
	done
	no_shims() { [ "$(shims)" -eq 0 ]; }
	await no_shims
}

@test "words that become lines of files have no lines of their own, and nothing is masked that cannot be" {
	for key in ExtraHosts DnsSearch DnsOptions; do
		[ "$(create "{\"$key\":[\"a\\n6.6.6.6 b:1.2.3.4\"]}")" = "invalid $key: an entry has control characters" ]
	done
	d create --name linked busybox
	[ "$(create '{"Links":["linked:a\n6.6.6.6 b"]}')" = "invalid Links: an entry has control characters" ]
	for key in Hostname Domainname; do
		run post_json /containers/create "{\"Image\":\"busybox\",\"$key\":\"a\\n6.6.6.6 b\"}"
		[[ $output == *"invalid $key: it has control characters"* ]]
	done
	for key in MaskedPaths ReadonlyPaths; do
		for path in "" / . /a/..; do
			[[ $(create "{\"$key\":[\"/proc/keys\",\"$path\"]}") == "invalid $key: "*" is no path below the root" ]]
		done
		[ "$(create "{\"$key\":[\"etc/../etc/passwd\"]}")" = created ]
	done
}

@test "a create that fails after its volumes were made leaves none behind" {
	before=$(d volume ls -q | sort)
	run d create -v /data -w /etc/passwd/below busybox
	[ "$status" -ne 0 ]
	[[ $output == *"Cannot mkdir"* ]]
	[ "$(d volume ls -q | sort)" = "$before" ]
}

@test "sysctls of a namespace that the container shares with the host are refused, however it came to share it" {
	# The values are the host's own: nothing changes, should one get through.
	local key value mode
	# Docker's client refuses this one by itself.
	run post_json /containers/create "{\"Image\":\"busybox\",\"HostConfig\":{\"UTSMode\":\"host\",\"Sysctls\":{\"kernel.domainname\":\"$(cat /proc/sys/kernel/domainname)\"}}}"
	echo "$output"
	[ "$(jq -r .message <<<"$output")" = 'sysctl "kernel.domainname" not allowed in host uts namespace' ]
	run d run --rm --network host --sysctl "net.core.somaxconn=$(cat /proc/sys/net/core/somaxconn)" busybox true
	[[ $output == *'not allowed in host network namespace'* ]]
	d run -d --name shares --network host --ipc host busybox sleep 100
	d run -d --name second --network container:shares --ipc container:shares busybox sleep 100
	for mode in shares second; do
		run d run --rm --network "container:$mode" --sysctl "net.core.somaxconn=$(cat /proc/sys/net/core/somaxconn)" busybox true
		echo "$output"
		[ "$status" -eq 125 ]
		[[ $output == *'sysctl "net.core.somaxconn" not allowed in host network namespace'* ]]
		for key in kernel.msgmax kernel.shmmni fs.mqueue.msg_max; do
			value=$(cat "/proc/sys/${key//.//}")
			run run_none --ipc "container:$mode" --sysctl "$key=$value" busybox true
			echo "$output"
			[ "$status" -eq 125 ]
			[[ $output == *"sysctl \"$key\" not allowed in host ipc namespace"* ]]
		done
	done
	d rm -f shares second
	d run -d --name own --network none --ipc shareable busybox sleep 100
	[ "$(d run --rm --network container:own --ipc container:own --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=4000 busybox cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax | xargs)" = '1 4000' ]
	d rm -f own
}

@test "sysctls: names that are none, or lead elsewhere, are refused" {
	local key
	for key in '' net net. net..x net/ipv4/../../kernel/x net//x /net/x 'net.ipv4.ip_forward ' NET.ipv4.x vm.swappiness \
		kernel.hostname kernel/hostname fs.mqueue. kernel.shm_next_id net/../vm/x net.ipv4./../x; do
		run create "$(jq -cn --arg k "$key" '{Sysctls: {($k): "1"}}')"
		echo "$key: $output"
		[[ $output == *sysctl* ]]
	done
	[ -z "$(d ps -aq)" ]
}

@test "--security-opt: unknown words, bad values and what this kernel cannot do are refused; what switches off is taken" {
	local word
	for word in bogus bogus=1 no-new-privileges=maybe no-new-privileges= systempaths=x seccomp label apparmor '' = writable-cgroups=maybe NO-NEW-PRIVILEGES; do
		run create "$(jq -cn --arg w "$word" '{SecurityOpt: [$w]}')"
		echo "$word: $output"
		[[ $output == "invalid --security-opt "[12]": \"$word\"" ]]
	done
	for word in label=foo label= label=type: label:nested; do
		[[ $(create "{\"SecurityOpt\":[\"$word\"]}") == 'bad label option "'* ]]
	done
	[ -e /sys/kernel/security/apparmor ] || [[ $(create '{"SecurityOpt":["apparmor=mine"]}') == *'apparmor profile "mine": this kernel has no AppArmor'* ]]
	[[ $(create '{"SecurityOpt":["label:type:mine_t"]}') == *'cannot apply label "type:mine_t": '* ]]
	[ -z "$(d ps -aq)" ]
	run_none --security-opt apparmor=unconfined --security-opt label=disable --security-opt label:disable --security-opt seccomp=builtin --security-opt no-new-privileges:false busybox grep -q 'NoNewPrivs:.0' /proc/self/status
	# Of what is said twice, the last counts.
	[ "$(run_none --security-opt seccomp=unconfined --security-opt seccomp=builtin busybox sh -c 'grep "^Seccomp:" /proc/self/status' | tr -d '\t')" = Seccomp:2 ]
	run run_none --security-opt bogus busybox true
	[ "$status" -eq 125 ]
}

@test "--cgroup-parent stays below the root of the cgroups, in containers, builds and daemon.json" {
	local parent
	for parent in ../../../../x /a/../../b .. . a//b a/./b /../x 'a
b' "$(printf 'a/%.0s' $(seq 200))"; do
		run create "$(jq -cn --arg p "$parent" '{CgroupParent: $p}')"
		echo "$output"
		[[ $output == 'invalid cgroup parent "'* ]]
	done
	[ -z "$(d ps -aq)" ]
	printf 'FROM busybox\nRUN true\n' >"$WORK/Dockerfile"
	case $DOCKER in *berth)
		run d build --cgroup-parent ../../../../berth-x -f "$WORK/Dockerfile" "$WORK/config"
		[ "$status" -ne 0 ]
		[[ $output == *'invalid cgroup parent'* ]]
		;;
	esac
	run d create --network none --cgroup-parent ../x busybox
	[ "$status" -ne 0 ]
	parent=berth-test-$$
	d run -d --name below --network none --cgroup-parent "/$parent/deeper/" busybox sleep 100
	made=$(find /sys/fs/cgroup -maxdepth 4 -path "*/$parent/deeper/$(d inspect -f '{{.Id}}' below)" | head -1)
	[ -n "$made" ]
	d rm -f below
	run d run --network none --cgroup-parent "/$parent/deeper/" busybox nothing-that-is-there
	[ "$status" -eq 127 ]
	# What was made for it goes with the last container; what somebody else made stays, empty as it is.
	gone() { ! find /sys/fs/cgroup -maxdepth 3 -name "$parent" | grep -q .; }
	for _ in $(seq 600); do gone && break; sleep 0.05; done
	gone
	folder=${made%/deeper/*}
	mkdir "$folder"
	run_none --cgroup-parent "/$parent" busybox true
	await rmdir "$folder"
	echo '{"cgroup-parent":"../x"}' >"$WORK/bad.json"
	run timeout 5 "$BUILD/berthd" -H "unix://$WORK/n.sock" --data-root "$WORK/n" --exec-root "$WORK/nx" --config-file "$WORK/bad.json"
	[ "$status" -eq 1 ]
	[[ $output == *'invalid cgroup parent'* ]]
}

@test "limits and devices that are not understood are refused as the container is created" {
	local host
	for host in '{"Ulimits":[{"Name":"bogus","Soft":1,"Hard":1}]}' '{"Ulimits":[{"Name":"nofile","Soft":5,"Hard":1}]}' '{"Ulimits":[{"Name":"nofile","Soft":-2,"Hard":-2}]}' \
		'{"DeviceCgroupRules":["c 1:1"]}' '{"DeviceCgroupRules":["c 1*:2 r"]}' '{"DeviceCgroupRules":["c 4294967296:1 r"]}' '{"DeviceCgroupRules":["c 1:1 rwm x"]}' '{"DeviceCgroupRules":["c -1:1 r"]}' \
		'{"Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/n","CgroupPermissions":"rx"}]}' '{"Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/n","CgroupPermissions":""}]}' \
		'{"CapAdd":["BOGUS"]}' '{"CapDrop":[""]}' '{"CpuShares":-1}' '{"Isolation":"hyperv"}' '{"StorageOpt":{"size":"1G"}}' '{"IOMaximumIOps":10}' '{"OomScoreAdj":1001}' '{"CgroupnsMode":"x"}'; do
		run create "$host"
		echo "$host: $output"
		[ "$output" != created ]
	done
	[ -z "$(d ps -aq)" ]
}

# The engine anew, with a line of shell done before, in its own namespaces of net and mounts.
again() {
	engine_kill
	printf '#!/bin/sh\nip link set lo up\n%s "$@"\n' "$1" >"$WORK/runner"
	chmod +x "$WORK/runner"
	ENGINE_RUNNER="unshare --net --mount $WORK/runner" engine_start
}

@test "without the devices controller only a privileged container starts, and the engine says so" {
	[ -d /sys/fs/cgroup/devices ] || skip "cgroup v2: devices are limited by a program"
	again 'umount /sys/fs/cgroup/devices; exec'
	grep -q 'warn .*No devices cgroup support' "$WORK/log"
	run run_none busybox true
	echo "$output"
	[ "$status" -eq 125 ]
	[[ $output == *'no devices cgroup controller'* ]]
	run_none --privileged busybox true
	engine_kill
	engine_start
	run_none busybox true
}

@test "daemon.json: its seccomp profile and no-new-privileges hold for containers with other options too; what is wrong there ends the start" {
	local bad
	deny '{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}' >"$WORK/default.json"
	echo "{\"seccomp-profile\":\"$WORK/default.json\",\"no-new-privileges\":true,\"default-ulimits\":{\"nofile\":{\"Name\":\"nofile\",\"Hard\":700,\"Soft\":600}}}" >"$WORK/daemon.json"
	engine_kill
	engine_start
	[[ $(d info -f '{{.SecurityOptions}}') == *"name=seccomp,profile=$WORK/default.json"*no-new-privileges* ]]
	run run_none busybox mkdir /x
	[[ $output == *'Operation not permitted'* ]]
	run_none --security-opt seccomp=builtin busybox mkdir /x
	run_none --privileged busybox mkdir /x
	[ "$(run_none --security-opt label=disable busybox sh -c 'grep NoNewPrivs /proc/self/status; ulimit -n' | tr -d '\t' | xargs)" = 'NoNewPrivs:1 600' ]
	[ "$(run_none --security-opt no-new-privileges=false busybox sh -c 'grep NoNewPrivs /proc/self/status' | tr -d '\t')" = NoNewPrivs:0 ]
	echo '{"defaultAction":"SCMP_ACT_NO"}' >"$WORK/default.json"
	for bad in "{\"seccomp-profile\":\"$WORK/default.json\"}" '{"seccomp-profile":"/nowhere"}' '{"default-ulimits":{"bogus":{"Name":"bogus","Hard":1,"Soft":1}}}'; do
		echo "$bad" >"$WORK/bad.json"
		run timeout 5 "$BUILD/berthd" -H "unix://$WORK/n.sock" --data-root "$WORK/n" --exec-root "$WORK/nx" --config-file "$WORK/bad.json"
		echo "$output"
		[ "$status" -eq 1 ]
	done
	echo '{}' >"$WORK/daemon.json"
	engine_kill
	engine_start
}

@test "who asks for less has less: capabilities dropped beside ALL, and paths and cgroups of who is privileged" {
	force() { # HostConfig and a command: what it prints
		id=$(post_json /containers/create "$(jq -cn --argjson h "$1" --arg c "$2" '{Image: "busybox", Cmd: ["sh", "-c", $c], HostConfig: ({NetworkMode: "none"} + $h)}')" | jq -r .Id)
		d start -a "$id" 2>&1
	}
	effective="grep CapEff /proc/self/status"
	all=$(force '{"CapAdd":["ALL"]}' "$effective" | cut -f2)
	less=$(printf '%016x' $((16#$all & ~1)))
	for caps in '{"CapAdd":["ALL"],"CapDrop":["CHOWN"]}' '{"CapAdd":["ALL","NET_ADMIN"],"CapDrop":["ALL","CHOWN"]}' '{"CapAdd":["CHOWN","all"],"CapDrop":["cap_chown"]}'; do
		[ "$(force "$caps" "$effective" | cut -f2)" = "$less" ]
	done
	[ "$(force '{"CapAdd":["NET_ADMIN"],"CapDrop":["ALL","NET_ADMIN"]}' "$effective" | cut -f2)" = 0000000000001000 ]
	[ "$(force '{"CapAdd":["ALL"],"CapDrop":["ALL"]}' "$effective" | cut -f2)" = "$all" ]
	[ "$(force '{"Privileged":true,"MaskedPaths":["/etc"]}' 'ls /etc')" = "" ]
	run force '{"Privileged":true,"ReadonlyPaths":["/etc"]}' 'touch /etc/x'
	[[ $output == *'Read-only file system'* ]]
	[ "$(force '{"Privileged":true}' 'touch /etc/x; grep -c " /proc/[^ ]* " /proc/mounts')" = 0 ]
	# Where a privileged container's cgroups could be written.
	writable='grep " /sys/fs/cgroup" /proc/mounts | grep " cgroup2\? rw" | wc -l'
	[ "$(force '{"Privileged":true}' "$writable")" -gt 0 ]
	[ "$(force '{"Privileged":true,"SecurityOpt":["writable-cgroups=false"]}' "$writable")" = 0 ]
	[ "$(force '{"SecurityOpt":["writable-cgroups=false"]}' "$writable")" = 0 ]
	[ "$(force '{"SecurityOpt":["writable-cgroups"]}' "$writable")" -gt 0 ]
}

@test "each form of a security option means what dockerd 28.5 says, or is refused: nothing is taken in silence" {
	said() { create "$(jq -cn '{SecurityOpt: $ARGS.positional}' --args -- "$@")"; }
	for option in seccomp= seccomp: seccomp=unconfined seccomp:unconfined seccomp=builtin apparmor= apparmor: apparmor=unconfined apparmor:unconfined label=disable label:disable \
		disable no-new-privileges no-new-privileges=true no-new-privileges:true no-new-privileges=false no-new-privileges:false no-new-privileges=1 no-new-privileges=0 \
		no-new-privileges=T no-new-privileges=TRUE writable-cgroups writable-cgroups=true writable-cgroups=false writable-cgroups:1; do
		[ "$(said "$option")" = created ]
	done
	for option in '' seccomp apparmor label systempaths mask bogus NO-NEW-PRIVILEGES; do
		[ "$(said "$option")" = "invalid --security-opt 1: \"$option\"" ]
	done
	for option in = : SECCOMP=unconfined ' seccomp=unconfined' 'seccomp =unconfined' no-new-privileges= no-new-privileges: no-new-privileges=yes no-new-privileges=on no-new-privileges=tRue \
		'no-new-privileges= true' no_new_privileges=true no-new-privileges=true=true systempaths=unconfined systempaths:unconfined systempaths= writable-cgroups= writable-cgroups=x \
		mask=/proc/keys unmask=ALL 'unmask=/proc/*' proc-opts=hidepid=2 credentialspec=file://x bogus= bogus=1 bogus:1 a=b:c a:b=c; do
		[ "$(said "$option")" = "invalid --security-opt 2: \"$option\"" ]
	done
	# Stricter: what dockerd finds at the start, or where no kernel can honour it, leaves in silence.
	for option in seccomp=Unconfined seccomp=default seccomp=/etc/passwd seccomp=null 'seccomp=[]' 'seccomp={}' 'seccomp="x"' 'seccomp= unconfined' seccomp=unconfined=x \
		'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}trailing'; do
		[[ $(said "$option") == 'Decoding seccomp profile failed: '* ]]
	done
	for option in label= label: label=bogus label=bogus:x label=user label=user: label=nested label=nested:1 label=Disable label=disable=x; do
		[[ $(said "$option") == 'bad label option "'* ]]
	done
	# The last one counts.
	[ "$(run_none --security-opt no-new-privileges --security-opt no-new-privileges=false busybox grep NoNewPrivs /proc/self/status | cut -f2)" = 0 ]
	[ "$(run_none --security-opt no-new-privileges=false --security-opt no-new-privileges busybox grep NoNewPrivs /proc/self/status | cut -f2)" = 1 ]
	[ "$(run_none --security-opt seccomp=unconfined --security-opt seccomp=builtin busybox grep ^Seccomp: /proc/self/status | cut -f2)" = 2 ]
}

@test "a tmpfs over a folder keeps the folder's mode: nobody else can write to it" {
	mode() { run_none "$@" sh -c 'stat -c %a /over'; }
	d build -q -t moded - <<'E'
FROM busybox
RUN mkdir -m 700 /over
E
	[ "$(mode --tmpfs /over moded)" = 700 ]
	[ "$(mode --tmpfs /over:size=1m,uid=7 moded)" = 700 ]
	[ "$(mode --mount type=tmpfs,dst=/over moded)" = 700 ]
	[ "$(mode --tmpfs /over:mode=1770 moded)" = 1770 ]
	[ "$(mode --mount type=tmpfs,dst=/over,tmpfs-mode=0711 moded)" = 711 ]
	# Where there was none it is everybody's, as /tmp.
	[ "$(mode --tmpfs /over busybox)" = 1777 ]
	run d run --rm --network none --user 1000 --tmpfs /over moded touch /over/x
	[[ $status -ne 0 && $output == *'Permission denied'* ]]
}
