# Values that no container can have are refused at create, in dockerd 28.5.2's words.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

refused() { # members of the body, sentence
	local said
	said=$(post_json /containers/create "{\"Image\":\"busybox\",$1}" | jq -r '.message // .Id')
	[ "$said" = "$2" ] || { echo "$1: $said" >&2; return 1; }
}

@test "create: values that mean nothing are refused, and nothing is made" {
	refused '"Healthcheck":{"Test":["CMD","a"],"Interval":999999}' 'Interval in Healthcheck cannot be less than 1ms'
	refused '"Healthcheck":{"StartInterval":-1}' 'StartInterval in Healthcheck cannot be less than 1ms'
	refused '"Healthcheck":{"Retries":-1}' 'Retries in Healthcheck cannot be negative'
	refused '"HostConfig":{"Annotations":{"":"x"}}' 'invalid Annotations: the empty string is not permitted as an annotation key'
	refused '"HostConfig":{"PortBindings":{"zz":[]}}' 'invalid port specification: "zz"'
	refused '"HostConfig":{"PortBindings":{"70000/tcp":[]}}' 'invalid port specification: "70000"'
	refused '"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"99999"}]}}' 'invalid port specification: "99999"'
	refused '"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"81-80"}]}}' 'invalid port specification: "81-80"'
	local list
	for list in Ulimits BlkioWeightDevice BlkioDevice{Read,Write}{Bps,IOps}; do # dockerd panics
		refused "\"HostConfig\":{\"$list\":[null]}" "invalid JSON: HostConfig.$list.0 must not be null"
	done
	refused '"HostConfig":{"Ulimits":[{"Name":"nofile","Soft":1,"Hard":1},null]}' 'invalid JSON: HostConfig.Ulimits.1 must not be null'
	refused '"HostConfig":{"Binds":[null]}' "invalid volume specification: ''" # null is "" among texts
	refused '"HostConfig":{"Mounts":[null]}' 'invalid mount config for type "": field Target must not be empty'
	refused '"HostConfig":{"ExtraHosts":["zz"]}' 'bad format for add-host: "zz"'
	refused '"HostConfig":{"ExtraHosts":["a:zz"]}' 'invalid IP address in add-host: "zz"'
	refused '"HostConfig":{"ShmSize":-1}' 'SHM size can not be less than 0'
	refused '"HostConfig":{"PidMode":"container:"}' 'invalid PID mode: container:'
	refused '"HostConfig":{"CpusetCpus":"1-0"}' 'Invalid value 1-0 for cpuset cpus: invalid format: 1-0'
	refused '"HostConfig":{"CpusetMems":"zz"}' 'Invalid value zz for cpuset mems: invalid format: zz'
	refused '"HostConfig":{"LogConfig":{"Type":"json-file","Config":{"mode":"zz"}}}' 'logger: logging mode not supported: zz'
	refused '"HostConfig":{"LogConfig":{"Type":"json-file","Config":{"max-buffer-size":"1m"}}}' \
		"logger: max-buffer-size option is only supported with 'mode=non-blocking'"
	[ "$(api 'http://b/containers/json?all=1')" = '[]' ]
}

@test "create: ports of a container in the host's network are told to be of no use" {
	post_json /containers/create '{"Image":"busybox","HostConfig":{"NetworkMode":"host","PortBindings":{"80/tcp":[{"HostPort":"80"}]}}}' |
		jq -e '.Warnings | index("Published ports are discarded when using host network mode") != null'
	post_json /containers/create '{"Image":"busybox","HostConfig":{"NetworkMode":"none","ExtraHosts":["a:::1","b:[::1]","c:host-gateway"],"CpusetCpus":"0"}}' | jq -e .Id
}

@test "a query word given twice counts as Go counts it: the first" {
	post_json '/containers/create?name=firstname&name=secondname' '{"Image":"busybox","HostConfig":{"NetworkMode":"none"}}' | jq -e .Id
	[ "$(status_of http://b/containers/firstname/json)" = 200 ]
	[ "$(status_of http://b/containers/secondname/json)" = 404 ]
}

@test "create: a mount point with a name that no kernel takes is refused" {
	local long type said
	long=$(printf 'x%.0s' $(seq 256))
	for type in bind volume tmpfs; do
		said=$(post_json /containers/create '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"'$type'","Source":"'"$([ $type != bind ] || echo /tmp)"'","Target":"/'"$long"'"}]}}' | jq -r .message)
		[ "$said" = "invalid mount config for type \"$type\": invalid mount path: file name too long" ]
	done
	post_json /containers/create '{"Image":"busybox","HostConfig":{"NetworkMode":"none","Mounts":[{"Type":"tmpfs","Target":"/'"${long:1}"'"}]}}' | jq -e .Id
	said=$(post_json /containers/create '{"Image":"busybox","HostConfig":{"Mounts":[{"Type":"tmpfs","Target":"'"$(printf '/x%.0s' $(seq 2048))"'"}]}}' | jq -r .message)
	[[ $said = *'file name too long' ]]
}

@test "filters: one that is given twice, and values of the build cache's with a blank or a comma, are refused" {
	[ "$(api -G http://b/containers/json --data-urlencode 'filters={"label":["x"],"label":["y"]}' | jq -r .message)" = 'invalid filter' ]
	local value said
	for value in 'a b' a,b; do
		said=$(post_json "/build/prune?filters=$(jq -rn --arg v "$value" '{id: [$v]} | tojson | @uri')" '{}' | jq -r .message)
		[[ $said = "failed to prune build cache: failed to parse prune filters [id=$value]: unexpected input: "* ]]
	done
	post_json "/build/prune?filters=$(jq -rn '{id: ["ab"]} | tojson | @uri')" '{}' | jq -e '.SpaceReclaimed == 0'
}

@test "images/create: an image to pull goes before a source to import" {
	local said
	said=$(curl -sS --unix-socket "$WORK/b.sock" -X POST 'http://b/images/create?fromImage=localhost:1/x&fromSrc=-' --data-binary @"$WORK/busybox.tar" | jq -r .message)
	[[ $said = *localhost:1* ]]
}

@test "update: a memory reservation below no limit is refused, where the cgroup has one" {
	local file
	d run -d --name reserved --network none busybox sleep 1000000 >/dev/null
	file=$(echo /sys/fs/cgroup/memory/berth/"$(d inspect -f '{{.Id}}' reserved)"/memory.soft_limit_in_bytes)
	[ -e "$file" ] || skip 'memory is not limited by cgroups v1 here'
	post_json /containers/reserved/update '{"MemoryReservation":16777216}' | jq -e 'has("message") | not'
	[ "$(cat "$file")" = 16777216 ]
	post_json /containers/reserved/update '{"MemoryReservation":-2}' | jq -e '.message | startswith("Cannot update container ")'
	[ "$(cat "$file")" = 16777216 ]
	post_json /containers/reserved/update '{"MemoryReservation":-1}' | jq -e 'has("message") | not'
	[ "$(cat "$file")" -gt 16777216 ]
}
