# Requests of older API versions mean what they meant then (dockerd 28.5 answers these alike).
load ../lib/engine

setup_file() {
	file_setup
	d network create mine >/dev/null
}
teardown_file() { file_teardown; }

# create VERSION BODY: what was answered; host KEY VERSION BODY: a value of the container's that was made
create() { post_json "/v1.$1/containers/create" "$(jq -n --argjson body "$2" '{Image: "busybox", Cmd: ["true"]} + $body')"; }
host() {
	local id
	id=$(create "$2" "$3" | jq -r .Id)
	d inspect -f "{{json .HostConfig.$1}}" "$id"
	d rm "$id" >/dev/null
}

@test "defaults of a create: the IPC and cgroup namespaces of old" {
	[ "$(host IpcMode 39 '{}')" = '"shareable"' ]
	[ "$(host IpcMode 39 '{"HostConfig": {"IpcMode": "private"}}')" = '"private"' ]
	[ "$(host IpcMode 40 '{}')" = '"private"' ]
	[ "$(host CgroupnsMode 41 '{}')" = '"private"' ]
	old=$([ "$(d info -f '{{.CgroupVersion}}')" = 1 ] && echo host || echo private)
	[ "$(host CgroupnsMode 40 '{}')" = "\"$old\"" ]
	# Of any version: who is privileged sees the whole tree of cgroup v1.
	[ "$(host CgroupnsMode 51 '{"HostConfig": {"Privileged": true}}')" = "\"$old\"" ]
	[ "$(host CgroupnsMode 51 '{"HostConfig": {"Privileged": true, "CgroupnsMode": "private"}}')" = '"private"' ]
}

@test "networks and addresses of a create: one network until 1.43, and no MAC address of its own" {
	both='{"NetworkingConfig": {"EndpointsConfig": {"mine": {}, "bridge": {}}}}'
	[[ $(create 43 "$both" | jq -r .message) = 'Container cannot be created with multiple network endpoints: '* ]]
	create 44 "$both" | jq -e .Id
	mac='{"HostConfig": {"NetworkMode": "mine"}, "NetworkingConfig": {"EndpointsConfig": {"mine": {"MacAddress": "02:00:00:00:00:77"}}}}'
	for version in 43 44; do
		id=$(create $version "$mac" | jq -r .Id)
		d start "$id"
		d inspect "$id" | grep -c 02:00:00:00:00:77 | sed "s/^/$version /"
	done >"$WORK/macs"
	[ "$(grep -c '^43 0' "$WORK/macs")" -eq 1 ]
	[ "$(grep -c '^44 [1-9]' "$WORK/macs")" -eq 1 ]
}

@test "mounts of a create: what came later is refused, what was let pass is dropped" {
	mount() { echo "{\"HostConfig\": {\"Mounts\": [$1]}}"; }
	subpath=$(mount '{"Type": "volume", "Source": "vol", "Target": "/v", "VolumeOptions": {"Subpath": "x"}}')
	[ "$(create 44 "$subpath" | jq -r .message)" = 'VolumeOptions.Subpath needs API v1.45 or newer' ]
	create 45 "$subpath" | jq -e .Id
	image=$(mount '{"Type": "image", "Source": "busybox", "Target": "/v"}')
	[ "$(create 47 "$image" | jq -r .message)" = 'Mount type "Image" needs API v1.48 or newer' ]
	create 48 "$image" | jq -e .Id
	foreign=$(mount '{"Type": "bind", "Source": "/tmp", "Target": "/v", "VolumeOptions": {"NoCopy": true}, "TmpfsOptions": {"SizeBytes": 1}}')
	create 41 "$foreign" | jq -e .Id
	[ "$(create 42 "$foreign" | jq -r .message)" = 'VolumeOptions must not be specified on mount type "bind"' ]
	# Empty ones, too, and before anything else is looked at.
	for pair in bind:TmpfsOptions tmpfs:BindOptions image:BindOptions npipe:VolumeOptions :VolumeOptions; do
		foreign=$(mount "{\"Type\": \"${pair%:*}\", \"Target\": \"relative\", \"${pair#*:}\": {}}")
		[ "$(create 51 "$foreign" | jq -r .message)" = "${pair#*:} must not be specified on mount type \"${pair%:*}\"" ]
	done
	foreign=$(mount '{"Type": "bind", "Source": "/tmp", "Target": "/v", "ImageOptions": {}}')
	[ "$(create 51 "$foreign" | jq -r .message)" = 'invalid mount config for type "bind": field ImageOptions must not be specified' ]
	foreign=$(mount '{"Type": "tmpfs", "Target": "/v", "BindOptions": {}}')
	[ "$(create 41 "$foreign" | jq -r .message)" = 'invalid mount config for type "tmpfs": field BindOptions must not be specified' ]
}

@test "update, list and inspect" {
	id=$(create 51 '{"HostConfig": {"NetworkMode": "mine", "Annotations": {"a": "b"}, "PidsLimit": 32}, "NetworkingConfig": {"EndpointsConfig": {"mine": {"Aliases": ["al"]}}}}' | jq -r .Id)
	post_json "/v1.39/containers/$id/update" '{"PidsLimit": 16}'
	[ "$(d inspect -f '{{.HostConfig.PidsLimit}}' "$id")" -eq 32 ]
	post_json "/v1.40/containers/$id/update" '{"PidsLimit": 16}'
	[ "$(d inspect -f '{{.HostConfig.PidsLimit}}' "$id")" -eq 16 ]
	listed() { api "http://b/v1.$1/containers/json?all=1" | jq -c ".[] | select(.Id == \"$id\") | .HostConfig.Annotations"; }
	[ "$(listed 46)" = '{"a":"b"}' ]
	[ "$(listed 45)" = null ]
	aliases() { api "http://b/v1.$1/containers/$id/json" | jq -c '.NetworkSettings.Networks.mine.Aliases'; }
	[ "$(aliases 45)" = '["al"]' ]
	# The hostname is the short id, and stands there once.
	[ "$(aliases 44)" = "[\"al\",\"${id:0:12}\"]" ]
}
