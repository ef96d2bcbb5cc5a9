# What answers show where nothing was asked for or nothing is there: clients' own suites compare it, in each version.
load ../lib/engine

setup_file() { file_setup --registry-mirror http://mirror.example; }
teardown_file() { file_teardown; }

@test "a container that asked for nothing: null, absent or the default, as with dockerd" {
	id=$(post_json /containers/create '{"Image": "busybox", "NetworkDisabled": false, "StopSignal": "", "MacAddress": "", "HostConfig":
		{"KernelMemory": 0, "NetworkMode": "default", "UTSMode": "host", "Mounts": [{"Type": "tmpfs", "Target": "/t", "ReadOnly": false}]}}' | jq -r .Id)
	api "http://b/containers/$id/json" | jq -e --arg id "$id" '(.HostConfig | [.NetworkMode, .Runtime] == ["bridge", "runc"] and
		.Mounts == [{"Type": "tmpfs", "Target": "/t"}] and
		(has("KernelMemory") | not) and ([.PortBindings, .Devices, .Dns, .DnsOptions, .DnsSearch, .Ulimits, .BlkioWeightDevice, .BlkioDeviceReadBps, .BlkioDeviceWriteBps,
		.BlkioDeviceReadIOps, .BlkioDeviceWriteIOps] | unique == [null])) and
		(.Config | has("NetworkDisabled") or has("StopSignal") or has("MacAddress") | not) and .Config.Hostname == $id[:12]'
	[ "$(api "http://b/containers/$id/changes")" = null ]
	api "http://b/containers/$id/stats?stream=0" | jq -e '.blkio_stats | length == 8 and (map_values(. == null) | all)'
	d rm "$id"
}

@test "parts of a request are shown as structs of Go's: whole, without zeros; what nobody knows yet is kept" {
	shown() { # {body} {HostConfig} PATH: what a container of that request shows there
		id=$(post_json /containers/create "$(jq -n --argjson body "$1" --argjson host "$2" '{Image: "busybox"} + $body + {HostConfig: ({NetworkMode: "none"} + $host)}')" | jq -r .Id)
		api "http://b/containers/$id/json" | jq -cS "$3"
		d rm "$id" >/dev/null
	}
	request='{"Capabilities":null,"Count":0,"DeviceIDs":null,"Driver":"","Options":null}'
	[ "$(shown '{}' '{"DeviceRequests": [{}, null]}' .HostConfig.DeviceRequests)" = "[$request,$request]" ]
	[ "$(shown '{}' '{"DeviceRequests": [{"count": 2}]}' '.HostConfig.DeviceRequests[0]')" = "${request/:0/:2}" ]
	[ "$(shown '{}' '{"Ulimits": [{"Name": "core"}]}' .HostConfig.Ulimits)" = '[{"Hard":0,"Name":"core","Soft":0}]' ]
	[ "$(shown '{}' '{"Mounts": [{"Type": "bind", "Source": "/tmp", "Target": "/x", "ReadOnly": false, "Consistency": "", "BindOptions": {"NonRecursive": false}}]}' .HostConfig.Mounts)" = '[{"BindOptions":{},"Source":"/tmp","Target":"/x","Type":"bind"}]' ]
	[ "$(shown '{"Healthcheck": {"Test": ["NONE"], "Interval": 0, "Retries": 0}}' '{}' .Config.Healthcheck)" = '{"Test":["NONE"]}' ]
	[ "$(shown '{"ExposedPorts": {"80/tcp": null}, "Volumes": {"/a": null}}' '{}' '[.Config.ExposedPorts, .Config.Volumes]')" = '[{"80/tcp":{}},{"/a":{}}]' ]
	[ "$(shown '{"Zz": 1, "_zz": 1}' '{"Zz": 1}' '[.Config, .HostConfig] | map(has("Zz"), has("_zz"))')" = '[true,false,true,false]' ]
	[ "$(post_json '/containers/create?name=percent' '{"Image": "busybox", "HostConfig": {"CpuPercent": 5}}' | jq -r '.Warnings[0]')" = 'linux does not support CPU percent. Percent discarded.' ]
	[ "$(d inspect -f '{{.HostConfig.CpuPercent}}' percent)" = 0 ]
	d rm percent
}

@test "lists tell where a container is, and not what was asked for" {
	d network create --subnet 10.9.0.0/24 listed
	post_json '/containers/create?name=inlist' '{"Image": "busybox", "HostConfig": {"NetworkMode": "listed"}, "NetworkingConfig": {"EndpointsConfig": {"listed":
		{"Aliases": ["a"], "DriverOpts": {"x.y": "z"}, "IPAMConfig": {"IPv4Address": "10.9.0.9", "LinkLocalIPs": ["169.254.1.1"]}}}}}' | jq -e .Id
	api -G --data-urlencode 'filters={"name":["inlist"]}' 'http://b/containers/json?all=1' | jq -e '.[0].NetworkSettings.Networks.listed |
		[.Aliases, .DriverOpts, .DNSNames, .Links] == [null, null, null, null] and .IPAMConfig == {"IPv4Address": "10.9.0.9"}'
	d inspect inlist | jq -e '.[0].NetworkSettings.Networks.listed.Aliases == ["a"]'
	d rm inlist
	d network rm listed
}

@test "attach: what stands against it is said in the stream's own form" {
	[ "$(api -i -X POST 'http://b/containers/nobody/attach?stream=1' | tr -d '\r' | sed -n '1p; /^Content-Type/p; $p')" = $'HTTP/1.1 404 Not Found\nContent-Type: application/vnd.docker.raw-stream\nNo such container: nobody' ]
	run d attach nobody
	[ "$status" -eq 1 ]
	[[ $output == *'No such container: nobody'* ]]
}

@test "filters that are no JSON: of volumes it is said that they are those" {
	[ "$(api 'http://b/v1.51/volumes?filters=garbage' | jq -r .message)" = 'error reading volume filters: invalid filter' ]
	[ "$(api -G --data-urlencode 'filters={"bogus":["x"]}' http://b/v1.51/volumes | jq -r .message)" = "invalid filter 'bogus'" ]
	[ "$(api 'http://b/v1.51/networks?filters=garbage' | jq -r .message)" = 'invalid filter' ]
}

@test "a container by the runtime that was asked for" {
	for runtime in '' runc io.containerd.runc.v2 berth; do
		id=$(post_json /containers/create "{\"Image\": \"busybox\", \"HostConfig\": {\"NetworkMode\": \"none\", \"Runtime\": \"$runtime\"}}" | jq -r .Id)
		[ "$(d inspect -f '{{.HostConfig.Runtime}}' "$id")" = "${runtime:-runc}" ]
		d rm "$id"
	done
}

@test "errors name a container as it was asked for" {
	id=$(d create --name called --network none busybox sleep 100)
	for name in called "$id"; do
		[ "$(api -X POST "http://b/containers/$name/kill" | jq -r .message)" = "cannot kill container: $name: container $id is not running" ]
	done
	d start called
	for name in called "$id" "${id:0:12}"; do
		[ "$(api -X DELETE "http://b/containers/$name" | jq -r .message)" = "cannot remove container \"$name\": container is running: stop the container before removing or force remove" ]
	done
	[ "$(api -o /dev/null -w '%{http_code}' 'http://b/containers/called/top?ps_args=-zzz')" = 500 ]
	[ "$(api 'http://b/containers/called/top?ps_args=-zzz' | jq -r .message)" = 'ps: error: unsupported SysV option' ]
	[ "$(api 'http://b/containers/called/top?ps_args=-o%20cmd' | jq -r .message)" = "Couldn't find PID field in ps output" ]
	d rm -f called
}

@test "images: names, labels and numbers of containers in the version that was asked for" {
	d import - unnamed:1 <"$WORK/busybox.tar"
	id=$(d image inspect -f '{{.Id}}' unnamed:1)
	list() { api "http://b/v$1/images/json" | jq -c ".[] | select(.Id == \"$id\") | [.Containers, .RepoTags, .RepoDigests, .Labels]"; }
	[ "$(list 1.51)" = '[0,["unnamed:1"],[],null]' ]
	[ "$(list 1.50)" = '[-1,["unnamed:1"],[],null]' ]
	[ "$(list 1.42)" = '[-1,["unnamed:1"],null,null]' ]
	d tag busybox unnamed:1
	[ "$(list 1.43)" = '[-1,[],[],null]' ]
	[ "$(list 1.42)" = '[-1,["<none>:<none>"],["<none>@<none>"],null]' ]
	[ "$(api -X POST http://b/images/prune | jq -c '.ImagesDeleted | length')" = 1 ]
	[ "$(api -X POST http://b/images/prune | jq -c .ImagesDeleted)" = null ]
	[ "$(api -X POST http://b/networks/prune)" = '{"NetworksDeleted":null}' ]
}

@test "images: a configuration has its parts, be they empty, in the version that was asked for" {
	config() { api "http://b/v$1/images/busybox/json" | jq -cS .Config; }
	[ "$(config 1.51)" = '{"Cmd":["sh"],"Entrypoint":null,"Env":null,"Labels":null,"OnBuild":null,"User":"","Volumes":null,"WorkingDir":""}' ]
	config 1.49 | jq -e '[.Hostname, .Domainname, .Image, .Tty, .OpenStdin, .Cmd] == ["", "", "", false, false, ["sh"]]'
	[ "$(api http://b/v1.43/images/busybox/json | jq 'has("VirtualSize")')" = true ]
	[ "$(api http://b/v1.44/images/busybox/json | jq 'has("VirtualSize")')" = false ]
}

@test "triggers of ONBUILD are told to classic clients as a part of FROM" {
	build() { tar -C "$1" -c . | api --data-binary @- -H 'Content-Type: application/x-tar' "http://b/build?t=$2&nocache=1" | jq -rj '.stream // empty'; }
	mkdir -p "$WORK/trigger" "$WORK/triggered"
	printf 'FROM busybox\nONBUILD RUN echo from-the-trigger\nONBUILD ENV A=b\n' >"$WORK/trigger/Dockerfile"
	printf 'FROM trigger\nRUN echo own\n' >"$WORK/triggered/Dockerfile"
	build "$WORK/trigger" trigger
	build "$WORK/triggered" triggered >"$WORK/told"
	sed -E 's/[0-9a-f]{12}/ID/' "$WORK/told" >"$WORK/shown"
	[ "$(head -n 12 "$WORK/shown")" = "Step 1/2 : FROM trigger
# Executing 2 build triggers
 ---> Running in ID
from-the-trigger
 ---> Removed intermediate container ID
 ---> ID
Step 2/2 : RUN echo own
 ---> Running in ID
own
 ---> Removed intermediate container ID
 ---> ID
Successfully built ID" ]
	d rmi triggered trigger
}

@test "a push of what is not there begins like any other" {
	answer=$(api -w '%{http_code}' -X POST -H 'X-Registry-Auth: e30=' 'http://b/images/nothing/push?tag=1')
	[[ $answer = '{"status":"The push refers to repository [docker.io/library/nothing]"}'*'"An image does not exist locally with the tag: nothing"'*200 ]]
}

@test "a platform that is not there: of a push before its stream, of a save in dockerd's words" {
	arm='platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm64%22%7D'
	[ "$(api -w '%{http_code}' -X POST "http://b/images/nothing/push?tag=x&$arm")" = $'{"message":"No such image: nothing:x"}\n404' ]
	[[ $(api -w '%{http_code}' -X POST "http://b/images/busybox/push?$arm") = *'found but its platform (linux/amd64) does not match the specified platform (linux/arm64)"}'$'\n404' ]]
	[ "$(api -w '%{http_code}' "http://b/images/busybox/get?$arm")" = $'{"message":"no suitable export target found for platform linux/arm64"}\n500' ]
	[ "$(api -w '%{http_code}' "http://b/images/nothing/get?$arm")" = $'{"message":"No such image: nothing"}\n404' ]
}

@test "a path that there is not, before a version that there is not" {
	[ "$(api -w '%{http_code}' http://b/v4.0.0/libpod/info)" = $'{"message":"page not found"}\n404' ]
	[[ $(api -w '%{http_code}' http://b/v4.0.0/info) = *'client version 4.0.0 is too new'*400 ]]
	[[ $(api -w '%{http_code}' -X OPTIONS http://b/v4.0.0/info) = *'client version 4.0.0 is too new'*400 ]]
}

@test "info: the log drivers that there are; mirrors end in a slash" {
	api http://b/info | jq -e '.Plugins.Log == ["fluentd", "gelf", "journald", "json-file", "local", "syslog"] and
		.RegistryConfig.Mirrors == ["http://mirror.example/"] and .RegistryConfig.IndexConfigs["docker.io"].Mirrors == .RegistryConfig.Mirrors and
		.DefaultRuntime == "runc"'
}

@test "log options: none takes any, local has an end" {
	log() { post_json /containers/create "{\"Image\": \"busybox\", \"HostConfig\": {\"NetworkMode\": \"none\", \"LogConfig\": {\"Type\": \"$1\", \"Config\": {\"max-size\": \"-1\", $2}}}}"; }
	log none '"x": "y"' | jq -e .Id
	log json-file '"max-file": "2"' | jq -e .Id
	[ "$(log local '"max-file": "2"' | jq -r .message)" = "invalid value for max-size: invalid size: '-1'" ]
}

@test "a step of the classic builder: its line and the end of it apart, errors in red, no more than an id if quiet" {
	mkdir -p "$WORK/context"
	printf 'FROM busybox\nRUN echo out; echo bad >&2\n' >"$WORK/context/Dockerfile"
	build() { tar -C "$WORK/context" -c . | api -X POST -H 'Content-Type: application/x-tar' --data-binary @- "http://b/build?$1"; }
	build nocache=1 | jq -s -e 'map(.stream) | .[:2] == ["Step 1/2 : FROM busybox", "\n"] and index("Step 2/2 : RUN echo out; echo bad >&2") and
		index("out\n") and index("\u001b[91mbad\n\u001b[0m") and (map(strings | select(startswith(" ---> Removed intermediate container"))) | length == 1)'
	[[ $(build q=1 | jq -c .) =~ ^'{"stream":"sha256:'[0-9a-f]{64}'\n"}'$ ]]
}

@test "a step of the classic builder in another's network, with several hosts; what it ran is told to older clients" {
	mkdir -p "$WORK/steps"
	printf 'FROM busybox\nARG version\nRUN hostname; cat /etc/hosts; echo ${version}\n' >"$WORK/steps/Dockerfile"
	build() { tar -C "$WORK/steps" -c . | api -X POST -H 'Content-Type: application/x-tar' --data-binary @- "http://b/build?nocache=1&$1" | jq -r '.stream // .error // empty'; }
	id=$(d run -d --network none -h itsname busybox sleep 100)
	[[ $(build "networkmode=container:$id") = *$'\nitsname\n'* ]]
	[[ $(build 'networkmode=none&extrahosts=one:10.0.0.1&extrahosts=two:10.0.0.2') = *$'10.0.0.1\tone\n10.0.0.2\ttwo\n'* ]]
	[[ $(build 'networkmode=none&t=made&buildargs=%7B%22version%22:%221%22%7D') = *'Successfully tagged made'* ]]
	api http://b/v1.44/images/made/json | jq -e '.ContainerConfig.Cmd == ["|1", "version=1", "/bin/sh", "-c", "hostname; cat /etc/hosts; echo ${version}"]'
	[ "$(api http://b/v1.45/images/made/json | jq 'has("ContainerConfig")')" = false ]
	d rm -f "$id"
	d rmi made
}

@test "a build of version 2 with its files in the body, as libraries send them: hosts and limits hold, what needs a session is refused" {
	mkdir -p "$WORK/body"
	printf 'FROM busybox\nCOPY a /a\nRUN ulimit -n >/n; grep far /etc/hosts >/h || true\n' >"$WORK/body/Dockerfile"
	echo hi >"$WORK/body/a"
	build() { tar -C "$WORK/body" -c . | api -X POST -H 'Content-Type: application/x-tar' --data-binary @- "http://b/build?$1"; }
	id=$(build 'version=2&t=inbody&ulimits=%5B%7B%22Name%22:%22nofile%22,%22Soft%22:77,%22Hard%22:88%7D%5D&extrahosts=%5B%22far:192.0.2.7%22%5D' |
		jq -r 'select(.id == "moby.image.id") | .aux.ID')
	[ "$(d image inspect -f '{{.Id}}' inbody)" = "$id" ]
	[ "$(d run --rm --network none inbody cat /a /n /h | xargs)" = 'hi 77 192.0.2.7 far' ]
	[ "$(build 'version=2&outputs=%5B%7B%22Type%22:%22local%22%7D%5D' | jq -r '.error // empty')" = 'this needs a session, and the build has none' ]
	[ "$(build 'version=2&networkmode=bridge' | jq -r .message)" = 'network mode "bridge" not supported by buildkit' ]
	[ "$(build 'version=2&outputs=%5B%7B%22Type%22:%22moby%22%7D,%7B%22Type%22:%22moby%22%7D%5D' | jq -r .message)" = 'multiple outputs not supported' ]
	: >"$WORK/body/Dockerfile"
	[ "$(build version=1 | jq -r .message)" = 'the Dockerfile (Dockerfile) cannot be empty' ]
	[ "$(build version=2 | jq -r '.error // empty')" = 'the Dockerfile cannot be empty' ]
	d rmi inbody
}

@test "a session by a library that ends its request with an empty chunk: that is no frame; a body is refused" {
	cat >"$WORK/session.py" <<'P'
import socket, sys
def ask(*parts):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(sys.argv[1])
    s.sendall(b"POST /session HTTP/1.1\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n"
        b"X-Docker-Expose-Session-Uuid: chunked\r\n\r\n")
    for part in parts:
        s.sendall(part)
    return s
def read(s, end):
    got = b""
    while end not in got:
        more = s.recv(65536)
        if not more:
            break
        got += more
    return got
s = ask(b"0\r\n\r\n")
got = read(s, b"SM\r\n\r\n")
assert got.startswith(b"HTTP/1.1 101 "), got
s.sendall(bytes(3) + b"\4\0" + bytes(4))  # SETTINGS
assert b"\0\0\0\4\1\0\0\0\0" in read(s, b"\0\0\0\4\1\0\0\0\0")  # and their acknowledgement
s.close()
assert read(ask(b"3\r\nabc\r\n0\r\n\r\n"), b"\r\n\r\n").startswith(b"HTTP/1.1 413 ")
P
	python3 "$WORK/session.py" "$WORK/b.sock"
}

@test "events of the networks none and host; a network of another is told by that one alone" {
	# Events of this second may be those of the tests before.
	since=$(($(date +%s) + 1))
	while [ "$(date +%s)" -lt "$since" ]; do sleep 0.05; done
	for mode in none host; do d run --rm --network $mode --name "in-$mode" busybox true; done
	id=$(d run -d --network none busybox sleep 100)
	d run --rm --network "container:$id" busybox true
	d rm -f "$id"
	[ "$(d events --since "$since" --until "$(($(date +%s) + 1))" --filter type=network --format '{{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}}' | xargs)" = \
		'connect none null disconnect none null connect host host disconnect host host connect none null disconnect none null' ]
}

@test "cp: the files that the engine writes for a container, of one that ran; none of them can be replaced" {
	d run --name ran -h itsname --add-host far:192.0.2.9 --network none busybox true
	[ "$(d cp ran:/etc/hostname - | tar xO)" = itsname ]
	d cp ran:/etc/hosts - | tar xO | grep -q '^192.0.2.9[[:space:]]*far$'
	[ "$(d cp ran:/etc/hosts - | tar tv | cut -c1-10)" = -rw-r--r-- ]
	run d cp "$WORK/busybox.tar" ran:/etc/hosts
	[ "$status" -ne 0 ]
	[[ $output = *'device or resource busy'* ]]
	# One that a volume covers is the volume's; one that never started has none yet.
	echo mine >"$WORK/mine"
	d run --name covered -v "$WORK/mine:/etc/hosts" --network none busybox true
	[ "$(d cp covered:/etc/hosts - | tar xO)" = mine ]
	d create --name never --network none busybox
	not d cp never:/etc/hosts -
	d rm ran covered never
}

@test "image prune: the room that layers leave which no other image has" {
	d rmi unnamed:1 2>/dev/null || true
	api -X POST http://b/images/prune >/dev/null
	for number in 1 2; do
		id=$(d create --network none busybox)
		head -c $((number * 100000)) /dev/zero >"$WORK/zeros"
		d cp "$WORK/zeros" "$id:/zeros"
		d commit "$id" pruned >/dev/null
		d rm "$id"
	done
	api -X POST http://b/images/prune | jq -e '.SpaceReclaimed == 100000 and (.ImagesDeleted | length) > 0'
	[[ $(d rmi pruned) = *Deleted* ]]
}
