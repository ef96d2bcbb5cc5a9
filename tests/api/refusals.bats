load ../lib/engine
# What requests for containers, networks and volumes cannot ask for, in dockerd's words and with its status.
setup_file() {
	file_setup
	"$BUILD/berth" run -d --name busy --network none busybox sleep 1000 >/dev/null
}
teardown_file() { file_teardown; }

# METHOD PATH [BODY]: the status and the message of the answer.
says() {
	api -w ' %{http_code}' -X "$1" ${3:+-H 'Content-Type: application/json' -d "$3"} "http://b$2" | python3 -c '
import json, sys
text, status = sys.stdin.read().rsplit(" ", 1)
print(status, json.loads(text).get("message", "") if text.startswith("{") else "")'
}
is() { [ "$(says "${@:2}")" = "$1" ] || { says "${@:2}"; return 1; }; }

@test "signals: whose they were to be, and why they are none" {
	is '400 cannot kill container: busy: invalid signal: FOO' POST '/containers/busy/kill?signal=FOO'
	is '400 cannot kill container: busy: invalid signal: 0' POST '/containers/busy/kill?signal=0'
	is '400 cannot kill container: busy: the linux daemon does not support signal 999' POST '/containers/busy/kill?signal=999'
	is '400 cannot kill container: busy: the linux daemon does not support signal -1' POST '/containers/busy/kill?signal=-1'
	is '500 cannot stop container: busy: invalid signal: FOO' POST '/containers/busy/stop?signal=FOO'
	is '500 Cannot restart container busy: invalid signal: FOO' POST '/containers/busy/restart?signal=FOO'
	id=$(d create --name idle --network none busybox true)
	is "409 cannot kill container: idle: container $id is not running" POST /containers/idle/kill
	is '204 ' POST '/containers/busy/kill?signal=SIGRTMAX'
	is '204 ' POST '/containers/busy/kill?signal=rtmin'
	d rm idle
}

@test "numbers that are none, bodies where there is none, containers that are paused or not" {
	busy=$(d inspect -f '{{.Id}}' busy)
	is '500 strconv.Atoi: parsing "abc": invalid syntax' POST '/containers/busy/stop?t=abc'
	is '500 strconv.Atoi: parsing "1.5": invalid syntax' POST '/containers/busy/restart?t=1.5'
	is '500 strconv.Atoi: parsing "x": invalid syntax' GET '/containers/json?limit=x'
	is '400 invalid limit specified: strconv.Atoi: parsing "x": invalid syntax' GET '/images/search?term=a&limit=x'
	for word in memory memswap shmsize cpushares cpuperiod cpuquota; do
		is "400 invalid value for $word: 64m: strconv.ParseInt: parsing \"64m\": invalid syntax" POST "/build?$word=64m"
		is '400 Cannot locate specified Dockerfile: Dockerfile' POST "/build?$word=0"
	done
	is '400 starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24' POST /containers/busy/start '{"Binds":["/a:/b"]}'
	is '304 ' POST /containers/busy/start '{}'
	is "500 Container $busy is not paused" POST /containers/busy/unpause
	d pause busy
	is "409 Container $busy is already paused" POST /containers/busy/pause
	d unpause busy
	is '409 cannot remove container "busy": container is running: stop the container before removing or force remove' DELETE /containers/busy
	is '500 Conflict, cannot remove the default link name of the container' DELETE '/containers/busy?link=1'
}

@test "paths with slashes at their beginning are paths like others" {
	create() { is "$1" POST /containers/create "{\"Image\":\"busybox\",\"HostConfig\":$2}"; }
	create "400 invalid specification: destination can't be '/'" '{"Tmpfs":{"//":""}}'
	create "400 invalid specification: destination can't be '/'" '{"Tmpfs":{"/a/..":""}}'
	create "400 invalid mount path: '.' mount path must be absolute" '{"Tmpfs":{".":""}}'
	create "500 invalid volume specification: 'vol://': invalid mount config for type \"volume\": invalid specification: destination can't be '/'" '{"Binds":["vol://"]}'
	create '400 Duplicate mount point: /m' '{"Binds":["one://m","two:/m"]}'
	create '400 Duplicate mount point: /m' '{"Mounts":[{"Type":"tmpfs","Target":"//m"}],"Binds":["two:/m"]}'
	d create --name slashes -v vol://m//n/ --network none busybox grep -c ' /m/n ' /proc/mounts
	[ "$(d inspect -f '{{range .Mounts}}{{.Destination}}{{end}}' slashes)" = /m/n ]
	[ "$(d start -a slashes)" = 1 ]
	d rm -v slashes
	d volume rm vol
}

@test "what another container, a resolver or an address is to be" {
	create() { is "$1" POST /containers/create "{\"Image\":\"busybox\",$2}"; }
	create '400 No such container: nope' '"HostConfig":{"VolumesFrom":["nope"]}'
	create '400 invalid network mode: invalid container format container:<name|id>' '"HostConfig":{"NetworkMode":"container"}'
	is '400 invalid config for network bridge: invalid MAC address zz' POST /v1.51/containers/create '{"Image":"busybox","MacAddress":"zz"}'
	create '400 invalid signal: FOO' '"StopSignal":"FOO"'
	[[ $(post_json /v1.44/containers/create '{"Image":"busybox","MacAddress":"02:00:00:00:00:05"}') == *'"Warnings":["The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead."]'* ]]
	[[ $(post_json /v1.43/containers/create '{"Image":"busybox","MacAddress":"02:00:00:00:00:05"}') == *'"Warnings":[]'* ]]
	for bad in x 1.2.3 1.2.3.4/24; do
		post_json '/containers/create?name=resolves' "{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"none\",\"Dns\":[\"$bad\"]}}"
		is "500 bad nameserver address $bad: ParseAddr(\"$bad\"): unable to parse IP" POST /containers/resolves/start
		d rm resolves
	done
	# Docker's client refuses a zone, its engine takes it.
	post_json '/containers/create?name=resolves' '{"Image":"busybox","Cmd":["grep","-c","^nameserver","/etc/resolv.conf"],"HostConfig":{"NetworkMode":"none","Dns":["fe80::1%eth0","::1"]}}'
	[ "$(d start -a resolves)" = 2 ]
	d rm resolves
}

@test "networks of another scope, and volumes of a cluster" {
	d network create one
	is '404 network one not found' GET '/networks/one?scope=swarm'
	is '200 ' GET '/networks/one?scope=local'
	is '400 invalid value for verbose: x: strconv.ParseBool: parsing "x": invalid syntax' GET '/networks/one?verbose=x'
	is '503 This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.' POST /volumes/create '{"ClusterVolumeSpec":{}}'
	is '503 volume update only valid for cluster volumes, but swarm is unavailable' PUT /volumes/one '{}'
	d network rm one
}
