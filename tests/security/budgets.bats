# What a request costs grows with what is in it, and no faster; whatever it is, others are answered meanwhile.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

# A container of a request on standard input, created, started and removed, each in time.
lives() {
	local id
	cat >"$WORK/request.json"
	id=$(post_json /containers/create "@$WORK/request.json" | jq -r .Id)
	echo "$id"
	[ ${#id} -eq 64 ]
	[ "$(status_of -X POST "http://b/containers/$id/start")" = 204 ]
	[ "$(api_ms http://b/containers/json)" -lt 5000 ]
	[ "$(status_of -X DELETE "http://b/containers/$id?force=1&v=1")" = 204 ]
}

@test "budgets: a hundred thousand variables, and the last of a name counts" {
	jq -nc '{Image: "busybox", Cmd: ["sh", "-c", "[ $A99999 = 1 ]"], Env: ([range(100000) | "A\(.)=0"] + ["A99999=1"]), HostConfig: {NetworkMode: "none"}}' | lives
}

@test "budgets: ten thousand mounts" {
	jq -nc '{Image: "busybox", Cmd: ["true"], HostConfig: {NetworkMode: "none", Tmpfs: ([range(10000) | {"/m\(.)": ""}] | add)}}' | lives
	post_json /containers/create "$(jq -nc '{Image: "busybox", HostConfig: {Mounts: [{Type: "tmpfs", Target: "/a"}, {Type: "tmpfs", Target: "/a/"}]}}')" | grep 'Duplicate mount point: /a'
}

@test "budgets: ports that are left to choose, and ranges" {
	jq -nc '{Image: "busybox", Cmd: ["sleep", "100"], HostConfig: {PortBindings: {"80/tcp": [range(10000) | {HostPort: ""}]}}}' | lives
	jq -nc '{Image: "busybox", Cmd: ["sleep", "100"], HostConfig: {PortBindings: {"80/tcp": [range(5000) | {HostPort: "20000-65535"}], "80/udp": [range(5000) | {HostPort: "20000-65535"}]}}}' | lives
	run d run --rm -p 20000-20001:1 -p 20000-20001:2 -p 20000-20001:3 busybox true
	[[ $output == *'port is already allocated'* ]]
}

@test "budgets: bodies, heads and nesting have their limits" {
	head -c 9000000 /dev/zero | tr '\0' '[' >"$WORK/nested"
	[ "$(status_of -H 'Content-Type: application/json' --data-binary "@$WORK/nested" http://b/containers/create)" = 413 ]
	head -c 100000 "$WORK/nested" >"$WORK/deep"
	[ "$(status_of -H 'Content-Type: application/json' --data-binary "@$WORK/deep" http://b/containers/create)" = 400 ]
	[ "$(status_of "http://b/containers/json?filters=$(head -c 70000 /dev/zero | tr '\0' a)")" = 400 ]
}
