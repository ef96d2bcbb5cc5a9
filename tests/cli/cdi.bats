# Devices by the Container Device Interface: --device vendor.com/class=name, and --gpus. The vendor is made up, and its device the
# null device: of what the machine has, nothing is needed.
load ../lib/engine
setup_file() {
	file_setup
	mkdir "$WORK/cdi" "$WORK/late"
	export SPECS=$WORK/cdi
	jq -n --arg d "$SPECS" --arg l "$WORK/late" '{"cdi-spec-dirs": [$d, $l]}' >"$WORK/daemon.json"
	engine_kill
	engine_start
}
teardown_file() { file_teardown; }
teardown() { rm -rf "$SPECS"/* "$WORK"/late/*; }

run_none() { d run --rm --network none "$@"; }

spec() { # file, device edits, [members of the file], [kind]
	jq -n --argjson edits "$2" --argjson more "${3:-{\}}" --arg kind "${4:-vendor.com/class}" \
		'{cdiVersion: "0.6.0", kind: $kind, devices: [{name: "x", containerEdits: $edits}]} + $more' >"$SPECS/$1"
}

node='{"deviceNodes": [{"path": "/dev/vendor0", "hostPath": "/dev/null"}]}'

refused() { # what the message holds..., of vendor.com/class=x
	run run_none --device vendor.com/class=x busybox true
	[ "$status" -ne 0 ]
	local words
	for words in "$@"; do [[ $output = *"$words"* ]] || { echo "$output, not: $words"; return 1; }; done
}

@test "a device gives its nodes, mounts, environment and groups; those of its file are given once" {
	mkdir "$SPECS/lib"
	echo library >"$SPECS/lib/file"
	spec v.json "$(jq -n --arg lib "$SPECS/lib" '{env: ["OWN=1", "BOTH=device"], additionalGids: [0, 4242], deviceNodes: [
		{path: "/dev/vendor0", hostPath: "/dev/null", fileMode: 416, uid: 7, gid: 8},
		{path: "/dev/vendor1", type: "c", major: 1, minor: 11, permissions: "w"}],
		mounts: [{hostPath: $lib, containerPath: "/opt/lib", options: ["ro", "nosuid", "nodev", "noexec", "rbind", "rprivate"]}]}')" \
		'{"annotations": {"a": "b"}, "containerEdits": {"env": ["BOTH=file", "FILE=1"]}}'
	run run_none -e OWN=0 --device vendor.com/class=x busybox sh -c '
		stat -c "%a %u %g %t:%T" /dev/vendor0 /dev/vendor1; echo "$OWN $BOTH $FILE"; id -G; cat /opt/lib/file
		grep " /opt/lib " /proc/mounts | cut -d " " -f 4; echo x >/dev/vendor0; : >/dev/vendor1 && echo opened; (: </dev/vendor1) 2>&1'
	[[ ${lines[0]} = '640 7 8 1:3' && ${lines[1]} = '666 0 0 1:b' && ${lines[2]} = '1 device 1' ]]
	[[ " ${lines[3]} " = *' 4242 '* && ${lines[4]} = library && ${lines[5]} = ro,nosuid,nodev,noexec* ]]
	[[ ${lines[6]} = opened && ${lines[7]} = *'not permitted' ]]
	spec v.json '{"deviceNodes": [{"path": "/dev/vendor1", "type": "c", "major": 1, "minor": 11, "permissions": "r"}]}'
	run run_none --device vendor.com/class=x busybox sh -c ': >/dev/vendor1'
	[[ $output = *'not permitted' ]]
}

@test "a node is the container's user's where nothing else is said, and a privileged container has it, too" {
	spec v.json "$node"
	[ "$(run_none -u 1234:567 --device vendor.com/class=x busybox stat -c '%u %g' /dev/vendor0)" = '1234 567' ]
	[ "$(run_none --privileged --device vendor.com/class=x busybox stat -c '%t:%T' /dev/vendor0)" = 1:3 ]
	run run_none --device vendor.com/class=x --device /dev/zero:/dev/vendor0 busybox stat -c '%t:%T' /dev/vendor0
	[ "$output" = 1:3 ]
}

@test "no request describes a device itself: what is ours to say is dropped from it" {
	local id
	id=$(api -H 'Content-Type: application/json' http://b/containers/create -d '{"Image": "busybox", "Cmd": ["stat", "-c", "%t:%T", "/dev/mine"], "HostConfig": {"NetworkMode": "none",
		"Devices": [{"PathOnHost": "/dev/zero", "PathInContainer": "/dev/mine", "CgroupPermissions": "r", "_Node": {"Mode": 25008, "Major": 1, "Minor": 1}}]}}' | jq -r .Id)
	[ "$(d start -a "$id")" = 1:5 ]
	d rm "$id"
}

@test "what was asked for stays in inspect, and holds at each start" {
	spec v.json "$node"
	d create --name kept --network none --device vendor.com/class=x --device /dev/zero busybox test -c /dev/vendor0
	[ "$(d inspect -f '{{json .HostConfig.DeviceRequests}}' kept | jq -c '.[0] | [.Driver, .DeviceIDs]')" = '["cdi",["vendor.com/class=x"]]' ]
	[ "$(d inspect -f '{{(index .HostConfig.Devices 0).PathOnHost}} {{len .HostConfig.Devices}}' kept)" = '/dev/zero 1' ]
	d start -a kept
	rm "$SPECS/v.json"
	run d start -a kept
	[[ $output = *'CDI device injection failed: unresolvable CDI devices vendor.com/class=x'* ]]
	spec v.json "$node"
	d start -a kept
	[ "$(d inspect -f '{{len .HostConfig.Devices}}' kept)" -eq 1 ]
	d rm kept
}

@test "YAML is taken as vendors' tools write it, and info lists what there is" {
	cat >"$SPECS/v.yaml" <<-'END'
	---
	cdiVersion: "0.5.0"
	kind: vendor.com/class
	devices:
	- name: 0
	  containerEdits:
	    deviceNodes:
	    - path: /dev/vendor0
	      hostPath: /dev/null
	      fileMode: 0600
	- name: all
	  containerEdits:
	    env: [VENDOR=yes]
	    hooks: []
	END
	[ "$(run_none --device vendor.com/class=0 --device vendor.com/class=all busybox sh -c 'stat -c %a /dev/vendor0; echo $VENDOR' | xargs)" = '600 yes' ]
	api http://b/v1.51/info | jq -e --arg d "$SPECS" --arg l "$WORK/late" '.CDISpecDirs == [$d, $l] and
		.DiscoveredDevices == [{"Source": "cdi", "ID": "vendor.com/class=0"}, {"Source": "cdi", "ID": "vendor.com/class=all"}]'
	[[ $(d info) == *" CDI spec directories:"$'\n'"  $SPECS"*" Discovered Devices:"$'\n'"  cdi: vendor.com/class=0"* ]]
	api http://b/v1.49/info | jq -e 'has("DiscoveredDevices") | not'
	rm "$SPECS/v.yaml"
	api http://b/v1.51/info | jq -e 'has("DiscoveredDevices") | not'
}

@test "a later folder goes before an earlier one; twice in one folder is nobody's" {
	spec v.json "$node"
	spec late.json '{"env": ["FROM=late"]}'
	mv "$SPECS/late.json" "$WORK/late/v.json"
	[ "$(run_none --device vendor.com/class=x busybox sh -c 'echo $FROM')" = late ]
	rm "$WORK/late/v.json"
	spec w.json "$node"
	refused 'unresolvable CDI devices vendor.com/class=x' "vendor.com/class=x is both in $SPECS/v.json and in $SPECS/w.json"
}

@test "--gpus is NVIDIA's specification, where there is one; else dockerd's words" {
	run run_none --gpus all busybox true
	[[ $output = *'could not select device driver "" with capabilities: [[gpu]]'* ]]
	spec n.json '{"env": ["GPU=0"]}' '{"devices": [{"name": "all", "containerEdits": {"env": ["GPU=all"]}}, {"name": "0", "containerEdits": {"env": ["GPU=0"]}}]}' nvidia.com/gpu
	[ "$(run_none --gpus all busybox sh -c 'echo $GPU')" = all ]
	[ "$(run_none --gpus 1 busybox sh -c 'echo $GPU')" = 0 ]
	[ "$(run_none --gpus device=0 busybox sh -c 'echo $GPU')" = 0 ]
	run run_none --gpus 2 busybox true
	[[ $output = *'could not select device driver "" with capabilities: [[gpu]]'* ]]
}

@test "a file that is not understood gives no device, and is named" {
	local bad
	spec v.json "$node" '{"strange": 1}'
	refused 'unresolvable CDI devices vendor.com/class=x' "$SPECS/v.json: " strange
	for bad in '{"cdiVersion": "9.0.0"}' '{"kind": "vendor"}' '{"kind": "/class"}' '{"devices": []}' '{"devices": [{"name": "x", "containerEdits": {}}]}' '{"devices": {}}' \
		'{"containerEdits": {"intelRdt": {}}}' '{"containerEdits": {"env": ["x"]}}' '{"containerEdits": {"deviceNodes": [{"path": "dev/x"}]}}' \
		'{"containerEdits": {"deviceNodes": [{"path": "/dev/x", "type": "p"}]}}' '{"containerEdits": {"deviceNodes": [{"path": "/dev/x", "permissions": "rwx"}]}}' \
		'{"containerEdits": {"deviceNodes": [{"path": "/dev/x", "major": -1}]}}' '{"containerEdits": {"deviceNodes": [{"path": "/dev/x", "fileMode": 8589934592}]}}' \
		'{"containerEdits": {"mounts": [{"hostPath": "/", "containerPath": "x"}]}}' '{"containerEdits": {"mounts": [{"hostPath": "/", "containerPath": "/x", "options": ["strange"]}]}}' \
		'{"containerEdits": {"mounts": [{"hostPath": "/", "containerPath": "/x", "type": "tmpfs"}]}}' '{"containerEdits": {"additionalGids": ["x"]}}' \
		'{"containerEdits": {"mounts": [{"hostPath": "/tmp", "containerPath": "/x/../"}]}}' '{"containerEdits": {"additionalGids": [4294967295]}}' \
		'{"containerEdits": {"deviceNodes": [{"path": "/dev/x", "uid": 4294967295}]}}' \
		'{"devices": [{"name": "x", "containerEdits": {"env": ["A=1"]}}, {"name": "x", "containerEdits": {"env": ["A=1"]}}]}' '{"devices": [{"name": "../x", "containerEdits": {"env": ["A=1"]}}]}'; do
		spec v.json "$node" "$bad"
		api http://b/v1.51/info | jq -e 'has("DiscoveredDevices") | not' || { echo "taken: $bad"; return 1; }
	done
	for bad in '' '[]' '{' 'a: &a b' 'kind: !x y' $'kind: a/b\nkind: a/b' $'{}\n---\n{}' $'kind: "a\\0b"' $'a: &a [*a]'; do
		rm -f "$SPECS"/*
		echo "$bad" >"$SPECS/v.yaml"
		refused "unresolvable CDI devices vendor.com/class=x; $SPECS/v.yaml: "
	done
}

@test "a FIFO, a folder and a file without end are no specifications, and nothing waits for them" {
	mkfifo "$SPECS/fifo.json"
	mkdir "$SPECS/folder.json"
	ln -s /dev/zero "$SPECS/zero.json"
	truncate -s 2M "$SPECS/large.yaml"
	refused 'unresolvable CDI devices vendor.com/class=x' "$SPECS/fifo.json: not a regular file" "$SPECS/folder.json: " "$SPECS/zero.json: not a regular file" "$SPECS/large.yaml: File too large"
	spec v.json "$node"
	run_none --device vendor.com/class=x busybox test -c /dev/vendor0
}

@test "no hook is run: a device that has one is refused" {
	spec v.json "$node" "$(jq -n --arg f "$WORK/ran" '{containerEdits: {hooks: [{hookName: "createContainer", path: "/bin/touch", args: ["touch", $f]}]}}')"
	refused "CDI device injection failed: vendor.com/class=x of $SPECS/v.json: it has hooks"
	[ ! -e "$WORK/ran" ]
}

@test "a device that the host has not, or has as another, is refused" {
	spec v.json '{"deviceNodes": [{"path": "/dev/nowhere"}]}'
	refused "$SPECS/v.json: \"/dev/nowhere\" is not a device node"
	spec v.json '{"deviceNodes": [{"path": "/dev/null", "type": "b"}]}'
	refused "$SPECS/v.json: \"/dev/null\" is another device than the one described"
	spec v.json "$node"
	run run_none --device vendor.com/class=x --device vendor.com/class=y --device other.com/class=z busybox true
	[[ $output = *'CDI device injection failed: unresolvable CDI devices vendor.com/class=y, other.com/class=z'* ]]
}

@test "count and options mean nothing to a named device; CDI can be switched off" {
	spec v.json "$node"
	local one
	for one in '"Count": 1' '"Options": {"a": "b"}'; do
		id=$(api -d '{"Image": "busybox", "HostConfig": {"NetworkMode": "none", "DeviceRequests": [{"Driver": "cdi", "DeviceIDs": ["vendor.com/class=x"], '"$one"'}]}}' \
			-H 'Content-Type: application/json' http://b/containers/create | jq -r .Id)
		run d start "$id"
		[[ $output = *'unexpected '*' in CDI device request'* ]]
		d rm "$id"
	done
	jq -c '. + {"features": {"cdi": false}}' "$WORK/daemon.json" >"$WORK/off.json"
	cp "$WORK/daemon.json" "$WORK/on.json"
	mv "$WORK/off.json" "$WORK/daemon.json"
	engine_kill
	engine_start
	refused 'could not select device driver "cdi" with capabilities: []'
	api http://b/v1.51/info | jq -e '.CDISpecDirs == [] and (has("DiscoveredDevices") | not)'
	mv "$WORK/on.json" "$WORK/daemon.json"
	engine_kill
	engine_start
}

@test "no folders of specifications, or CDI switched off by a flag: there are no devices" {
	spec v.json "$node"
	again() { engine_kill; echo "$1" >"$WORK/daemon.json"; shift; engine_start "$@"; }
	again '{"cdi-spec-dirs": []}'
	[ "$(api http://b/info | jq -c '[.CDISpecDirs, .DiscoveredDevices // []]')" = '[[],[]]' ]
	again "{\"cdi-spec-dirs\": [\"$SPECS\"]}" --feature cdi=false
	[ "$(api http://b/info | jq -c .CDISpecDirs)" = '[]' ]
	again "{\"cdi-spec-dirs\": [\"$SPECS\"]}" --feature cdi
	[ "$(api http://b/info | jq -c '.DiscoveredDevices | map(.ID)')" = '["vendor.com/class=x"]' ]
}
