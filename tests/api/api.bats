load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

create() { post_json "/containers/create?name=$1" "$2" | jq -r .Id; }

@test "_ping: body, headers, HEAD" {
	[ "$(api http://b/_ping)" = OK ]
	api -i http://b/_ping | tr -d '\r' >"$WORK/head"
	grep -qx 'Api-Version: 1.55' "$WORK/head"
	grep -qx 'Builder-Version: 2' "$WORK/head"
	grep -qx 'Ostype: linux' "$WORK/head"
	grep -qi '^Cache-Control: no-cache, no-store, must-revalidate' "$WORK/head"
	[ "$(api -I -o /dev/null -w '%{http_code}' http://b/_ping)" = 200 ]
}

@test "versions: optional, too old, too new" {
	[ "$(status_of http://b/v1.24/version)" = 200 ]
	[ "$(status_of http://b/v1.51/version)" = 200 ]
	[ "$(api http://b/v9.99/version | jq -r .message)" = 'client version 9.99 is too new. Maximum supported API version is 1.55' ]
	# Such clients know no JSON there.
	[[ $(api http://b/v1.0/version) == 'client version 1.0 is too old. Minimum supported API version is 1.24'* ]]
	[ "$(api -o /dev/null -w '%{content_type}' http://b/v1.23/version)" = 'text/plain; charset=utf-8' ]
	[ "$(status_of http://b/v1.23/info)" = 400 ]
}

@test "networks/ is networks; an upgrade to another protocol is refused" {
	[ "$(status_of http://b/networks/)" = 200 ]
	[ "$(api -X POST http://b/session | jq -r .message)" = 'no upgrade proto in request' ]
	[ "$(api -X POST -H 'Connection: Upgrade' -H 'Upgrade: foo' http://b/session | jq -r .message)" = 'protocol foo not supported' ]
}

@test "unknown paths and methods are 404" {
	[ "$(api http://b/nosuch)" = '{"message":"page not found"}' ]
	[ "$(status_of -X PUT http://b/containers/json)" = 404 ]
}

@test "no swarm, no managed plugins: Docker's answers, not 404" {
	for path in /swarm /nodes /nodes/x /services /services/a/logs /tasks /secrets /configs/x; do
		[ "$(status_of "http://b$path")" = 503 ]
		[[ $(api "http://b/v1.51$path" | jq -r .message) == 'This node is not a swarm manager. '* ]]
	done
	[ "$(api -X POST http://b/swarm/leave | jq -r .message)" = 'This node is not part of a swarm' ]
	[ "$(status_of -X POST http://b/swarm/init)" = 501 ]
	# A body is looked at first.
	answer() { api -X POST -H "Content-Type: $1" -d "$2" "http://b/v1.51$3" | jq -r .message; }
	for path in /swarm/init /swarm/update?version=1 /services/create /nodes/x/update?version=1 /plugins/pull?remote=x /plugins/x/set; do
		[ "$(answer text/plain '{}' "$path")" = "unsupported Content-Type header (text/plain): must be 'application/json'" ]
		[ "$(answer application/json '{' "$path")" = 'invalid JSON: unexpected EOF' ]
	done
	[ "$(answer application/json '[]' /services/create)" = 'invalid JSON: json: cannot unmarshal array into Go value of type swarm.ServiceSpec' ]
	[ "$(answer application/json '{}' /plugins/pull?remote=x)" = 'invalid JSON: json: cannot unmarshal object into Go value of type types.PluginPrivileges' ]
	[[ $(answer application/json '{"Name":"x"}' /services/create) == 'This node is not a swarm manager. '* ]]
	[ "$(api http://b/plugins)" = '[]' ]
	[ "$(api http://b/plugins/a/b:c/json | jq -r .message)" = 'plugin "a/b:c" not found' ]
	[ "$(status_of -X OPTIONS http://b/nosuch)" = 200 ]
}

@test "a path that is not clean is sent to the one that is" {
	moved() { api --path-as-is -o /dev/null -w '%{http_code} %{redirect_url}' "$1"; }
	[ "$(moved 'http://b/containers//json?all=1')" = '301 http://b/containers/json?all=1' ]
	[ "$(moved http://b/v1.51/./containers/x/../json)" = '301 http://b/v1.51/containers/json' ]
	[ "$(moved http://b/images/a%2f%2f%0d%0ab/json)" = '301 http://b/images/a/%0D%0Ab/json' ]
	[ "$(moved http://b//../..//)" = '301 http://b/' ]
	[ "$(status_of http://b/containers/json/)" = 404 ]
	[ "$(api -L http://b/v1.51//containers//json)" = '[]' ]
}

@test "version and info hold every field of the specification that clients read" {
	api http://b/version | jq -e '.ApiVersion == "1.55" and .MinAPIVersion == "1.24" and .Os == "linux" and (.Components | length) > 0'
	api http://b/info | jq -e '.Driver == "overlay2" and .OSType == "linux" and .LiveRestoreEnabled and .NCPU > 0 and .MemTotal > 0
		and (.ID | length) == 59 and .DockerRootDir != "" and (.Plugins.Log | index("json-file")) != null'
}

@test "a body's content type is read as Go reads it; a body of blanks is none" {
	of() { status_of -H "Content-Type: $1" -X POST -d "$2" http://b/volumes/create; }
	body='{"Name":"typed"}'
	for type in 'application/json' 'Application/JSON; charset=utf-8' 'application/json;' 'application/json; a="b;c"'; do
		[ "$(of "$type" "$body")" = 201 ]
	done
	for type in 'application/json;;' 'application/json; =x' 'application/json; a=1; a=2' 'application/json/x' 'application'; do
		[ "$(of "$type" "$body")" = 400 ]
	done
	[ "$(api -H 'Content-Type: application/json; =x' -X POST -d "$body" http://b/volumes/create | jq -r .message)" = \
		'malformed Content-Type header (application/json; =x): mime: invalid media parameter' ]
	[ "$(api -H 'Content-Type: application/json' -X POST -d '  ' http://b/volumes/create | jq -r .message)" = 'invalid JSON: got EOF while reading request body' ]
	api -X DELETE http://b/volumes/typed
}

@test "create: what says nothing is shown as dockerd shows it, whatever the case of its key" {
	id=$(post_json /containers/create '{"Image":"busybox","ENV":[],"exposedports":{},"shell":[],"StopTimeout":1,"StopTimeout":null,
		"HostConfig":{"NetworkMode":"none","RestartPolicy":{},"Tmpfs":{},"mOUNTS":[],"PidsLimit":5,"PidsLimit":null,"Privileged":true}}' | jq -r .Id)
	api "http://b/containers/$id/json" | jq -e '.Config.Env == null and (.Config | has("ExposedPorts") or has("Shell") or has("StopTimeout") | not) and
		(.HostConfig | .RestartPolicy == {"Name": "no", "MaximumRetryCount": 0} and .PidsLimit == null and .SecurityOpt == ["label=disable"] and
		(has("Tmpfs") or has("Mounts") | not))'
	api -X DELETE "http://b/containers/$id"
}

@test "create: id and warnings; bad requests change nothing" {
	[ "$(post_json /containers/create '{"Image":"busybox","HostConfig":{"NetworkMode":"none"}}' | jq -r '.Warnings | length')" = 0 ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{' http://b/containers/create)" = 400 ]
	[ "$(status_of -X POST http://b/containers/create)" = 400 ]
	[ "$(api -X POST -d 'a=b' http://b/containers/create | jq -r .message | cut -c1-31)" = 'unsupported Content-Type header' ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Image":"nosuch"}' http://b/containers/create)" = 404 ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Image":"busybox"}' 'http://b/containers/create?name=x')" = 400 ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Image":"busybox","HostConfig":{"Memory":1000}}' http://b/containers/create)" = 400 ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Image":"busybox","HostConfig":{"RestartPolicy":{"Name":"sometimes"}}}' http://b/containers/create)" = 400 ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Image":"busybox","HostConfig":{"IpcMode":"odd"}}' http://b/containers/create)" = 400 ]
	[ "$(api 'http://b/containers/json?all=1' | jq length)" = 1 ]
	[ "$(find "$WORK/data/containers" -mindepth 1 -maxdepth 1 | wc -l)" = 1 ]
}

@test "what was asked for is kept, fields of the future too" {
	id=$(create kept '{"Image":"busybox","Cmd":["sleep","9"],"FutureField":{"a":[1,2]},"HostConfig":{"NetworkMode":"none","NewLimit":5}}')
	api "http://b/containers/$id/json" | jq -e '.Config.FutureField.a == [1,2] and .HostConfig.NewLimit == 5 and .Path == "sleep" and .Args == ["9"]'
	[ "$(status_of -X DELETE "http://b/containers/$id")" = 204 ]
}

@test "inspect has the members of the real engine's answer, in its order" {
	id=$(create shape '{"Image":"busybox","HostConfig":{"NetworkMode":"none"}}')
	[ "$(api "http://b/containers/$id/json" | jq -r 'keys_unsorted | join(" ")')" = \
		'Id Created Path Args State Image ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount Driver Platform MountLabel ProcessLabel AppArmorProfile ExecIDs HostConfig GraphDriver Mounts Config NetworkSettings' ]
	[ "$(api "http://b/containers/$id/json" | jq -r '.State | keys_unsorted | join(" ")')" = \
		'Status Running Paused Restarting OOMKilled Dead Pid ExitCode Error StartedAt FinishedAt' ]
	api "http://b/containers/$id/json?size=1" | jq -e '.SizeRw >= 0 and .SizeRootFs > 0'
	api -X DELETE "http://b/containers/$id"
}

@test "start twice and stop twice are 304" {
	id=$(create twice '{"Image":"busybox","Cmd":["sleep","100"],"HostConfig":{"NetworkMode":"none"}}')
	[ "$(status_of -X POST "http://b/containers/$id/start")" = 204 ]
	[ "$(status_of -X POST "http://b/containers/$id/start")" = 304 ]
	[ "$(status_of -X DELETE "http://b/containers/$id")" = 409 ]
	[ "$(status_of -X POST "http://b/containers/$id/stop?t=0")" = 204 ]
	[ "$(status_of -X POST "http://b/containers/$id/stop")" = 304 ]
	[ "$(status_of -X POST "http://b/containers/$id/kill")" = 409 ]
	[ "$(status_of -X POST "http://b/containers/$id/kill?signal=NOSUCH")" = 400 ]
	[ "$(status_of -X DELETE "http://b/containers/$id")" = 204 ]
	[ "$(status_of -X DELETE "http://b/containers/$id")" = 404 ]
}

@test "an unknown network is found out at the start: 404" {
	id=$(create net '{"Image":"busybox","HostConfig":{"NetworkMode":"nosuchnet"}}')
	[ "$(api -X POST "http://b/containers/$id/start" | jq -r .message)" = 'failed to set up container networking: could not find a network matching network mode nosuchnet: network nosuchnet not found' ]
	api -X DELETE "http://b/containers/$id"
}

@test "wait: conditions, and one that there is not" {
	id=$(create waited '{"Image":"busybox","Cmd":["sh","-c","exit 3"],"HostConfig":{"NetworkMode":"none"}}')
	api -D "$WORK/head" -X POST "http://b/containers/$id/wait?condition=next-exit" >"$WORK/wait" 3>&- &
	await grep -q 200 "$WORK/head"
	api -X POST "http://b/containers/$id/start"; wait $!
	[ "$(jq .StatusCode "$WORK/wait")" = 3 ]
	[ "$(status_of -X POST "http://b/containers/$id/wait?condition=odd")" = 400 ]
	api -X DELETE "http://b/containers/$id"
}

@test "attach and exec hijack: 101 UPGRADED, framed without a terminal, raw with one" {
	id=$(create hijack '{"Image":"busybox","Cmd":["sleep","100"],"HostConfig":{"NetworkMode":"none"}}')
	api -X POST "http://b/containers/$id/start"
	for tty in false true; do
		exec=$(post_json "/containers/$id/exec" "{\"Cmd\":[\"echo\",\"hi\"],\"AttachStdout\":true,\"Tty\":$tty}" | jq -r .Id)
		body="{\"Tty\":$tty}"
		printf 'POST /v1.51/exec/%s/start HTTP/1.1\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
			"$exec" ${#body} "$body" | socat -t 3 - "UNIX-CONNECT:$WORK/b.sock" >"$WORK/raw-$tty"
		head -1 "$WORK/raw-$tty" | grep -q '101 UPGRADED'
	done
	grep -q 'application/vnd.docker.multiplexed-stream' "$WORK/raw-false"
	[ "$(tail -c 11 "$WORK/raw-false" | od -An -tx1 | tr -d ' \n')" = 010000000000000368690a ]
	[ "$(tail -c 4 "$WORK/raw-true" | od -An -tx1 | tr -d ' \n')" = 68690d0a ]
	api -X DELETE "http://b/containers/$id?force=1"
}

@test "exec: inspect before, while and after; errors" {
	id=$(create exec '{"Image":"busybox","Cmd":["sleep","100"],"HostConfig":{"NetworkMode":"none"}}')
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Cmd":["true"]}' "http://b/containers/$id/exec")" = 409 ]
	api -X POST "http://b/containers/$id/start"
	exec=$(post_json "/containers/$id/exec" '{"Cmd":["sh","-c","exit 9"]}' | jq -r .Id)
	api "http://b/exec/$exec/json" | jq -e '.Running == false and .ExitCode == null and .ContainerID == "'"$id"'"'
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Detach":true}' "http://b/exec/$exec/start")" = 200 ]
	for _ in $(seq 1500); do api "http://b/exec/$exec/json" | jq -e '.Running or .ExitCode == null' >/dev/null || break; sleep 0.02; done
	[ "$(api "http://b/exec/$exec/json" | jq .ExitCode)" = 9 ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Detach":true}' "http://b/exec/$exec/start")" = 409 ]
	[ "$(status_of http://b/exec/nosuch/json)" = 404 ]
	[ "$(status_of -H 'Content-Type: application/json' -X POST -d '{"Cmd":[]}' "http://b/containers/$id/exec")" = 400 ]
	api -X DELETE "http://b/containers/$id?force=1"
}

@test "list: an unknown filter is 400, known ones filter" {
	[ "$(api 'http://b/containers/json?filters=%7B%22odd%22:%5B%22x%22%5D%7D' | jq -r .message)" = "invalid filter 'odd'" ]
	[ "$(status_of 'http://b/containers/json?filters=%7B')" = 400 ]
	[ "$(status_of 'http://b/containers/json?filters=%7B%22status%22:%5B%22odd%22%5D%7D')" = 400 ]
}

@test "images: list, inspect, history, what is missing" {
	api http://b/images/json | jq -e '.[0].RepoTags == ["busybox:latest"] and .[0].Size > 0'
	api http://b/images/busybox/json | jq -e '.RootFS.Type == "layers" and .Os == "linux" and (.RootFS.Layers | length) == 1'
	api http://b/images/busybox/history | jq -e '.[0].Tags == ["busybox:latest"]'
	[ "$(api http://b/images/nosuch/json | jq -r .message)" = 'No such image: nosuch:latest' ]
	[ "$(status_of http://b/images/nosuch/get)" = 404 ]
	[ "$(status_of -X POST 'http://b/images/busybox/tag?repo=UPPER')" = 400 ]
}

@test "two that ask for one name at once: one gets it, the others 409" {
	for i in $(seq 10); do
		status_of -H 'Content-Type: application/json' -X POST -d '{"Image":"busybox"}' 'http://b/containers/create?name=race' >"$WORK/race-$i" &
	done
	wait
	[ "$(cat "$WORK"/race-* | grep -o '201' | wc -l)" = 1 ]
	[ "$(cat "$WORK"/race-* | grep -o '409' | wc -l)" = 9 ]
	api -X DELETE http://b/containers/race
}

@test "odd HTTP: two lengths, a browser's Origin, a body over the limit" {
	[ "$(status_of -H 'Origin: http://evil' http://b/version)" = 403 ]
	printf 'POST /containers/create HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' |
		socat -t 2 - "UNIX-CONNECT:$WORK/b.sock" | head -1 | grep -q 400
	head -c 9000000 /dev/zero >"$WORK/big"
	[ "$(status_of -H 'Content-Type: application/json' -X POST --data-binary "@$WORK/big" http://b/containers/create)" = 413 ]
	printf 'nonsense\r\n\r\n' | socat -t 2 - "UNIX-CONNECT:$WORK/b.sock" | head -1 | grep -q 400
}

@test "attach: a start that follows its answer finds it" {
	PYTHONPATH=tests/lib timeout 120 python3 tests/api/attach_start.py "$WORK/b.sock"
}

@test "attach: the end of a container is known when its stream ends, and it can be removed" {
	PYTHONPATH=tests/lib timeout 240 python3 tests/api/attach_end.py "$WORK/b.sock"
}

@test "exec: its exit code is known when its stream ends" {
	d run -d --name execs --network none busybox sleep 1000
	PYTHONPATH=tests/lib timeout 120 python3 tests/api/exec_end.py "$WORK/b.sock" execs
	d rm -f execs
}

@test "exec, attach: the first words wait until the peer has read the answer's head" {
	d run -d --name heads --network none busybox sh -c 'echo first words; sleep 1000'
	for _ in $(seq 600); do d logs heads | grep -q first && break; sleep 0.05; done
	PYTHONPATH=tests/lib timeout 60 python3 tests/api/hijack_head.py "$WORK/b.sock" heads
	d rm -f heads
}
