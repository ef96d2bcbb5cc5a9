load ../lib/engine
# What cannot be asked of an endpoint, in dockerd's words and with its status: at create, connect, disconnect and start.
setup_file() { file_setup; }
teardown_file() { file_teardown; }
teardown() { d ps -aq | xargs -r "$BUILD/berth" rm -f >/dev/null; d network prune -f >/dev/null; }

# The status and the message of an answer.
says() { api -w ' %{http_code}' -H 'Content-Type: application/json' -X POST -d "$2" "http://b$1" | python3 -c '
import json, sys
text, status = sys.stdin.read().rsplit(" ", 1)
print(status, json.loads(text).get("message", "") if text else "")'; }
is() { [ "$(says "$2" "$3")" = "$1" ] || { says "$2" "$3"; return 1; }; }
S=$'invalid endpoint settings:\n'

@test "endpoints that cannot be are refused when a container is created, before its command is asked for" {
	d network create --subnet 10.77.0.0/24 own
	C=/containers/create
	is "400 invalid config for network own: ${S}no configured subnet or ip-range contain the IP address 10.99.0.1" $C \
		'{"Image":"busybox","Cmd":["a"],"NetworkingConfig":{"EndpointsConfig":{"own":{"IPAMConfig":{"IPv4Address":"10.99.0.1"}}}}}'
	is "400 invalid config for network own: invalid MAC address zz" $C \
		'{"Image":"busybox","NetworkingConfig":{"EndpointsConfig":{"own":{"MacAddress":"zz","IPAMConfig":{"IPv4Address":"bad"}}}}}'
	for name in bridge host none; do
		is "400 invalid config for network $name: ${S}network-scoped alias is supported only for containers in user defined networks" $C \
			"{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"$name\"},\"NetworkingConfig\":{\"EndpointsConfig\":{\"$name\":{\"Aliases\":[\"foo\"]}}}}"
	done
	is "400 invalid config for network bridge: ${S}network-scoped alias is supported only for containers in user defined networks" $C \
		'{"Image":"busybox","NetworkingConfig":{"EndpointsConfig":{"default":{"Aliases":["foo"]}}}}'
	is "400 invalid config for network container:x: ${S}user specified IP address is supported on user defined networks only" $C \
		'{"Image":"busybox","HostConfig":{"NetworkMode":"container:x"},"NetworkingConfig":{"EndpointsConfig":{"container:x":{"IPAMConfig":{"IPv4Address":"10.9.9.9"}}}}}'
	is "400 invalid config for network bridge: ${S}"$'* user specified IP address is supported on user defined networks only\n* user specified IP address is supported only when connecting to networks with user configured subnets' $C \
		'{"Image":"busybox","NetworkingConfig":{"EndpointsConfig":{"bridge":{"IPAMConfig":{"IPv4Address":"172.17.0.9"}}}}}'
	[ -z "$(d ps -aq)" ]
}

@test "the same when a container is connected, be it running or not" {
	d network create --subnet 10.77.0.0/24 own
	d network create auto
	d create --name idle busybox sleep 100
	d run -d --name busy busybox sleep 100
	for who in idle busy; do
		is "400 ${S}network-scoped alias is supported only for containers in user defined networks" /networks/bridge/connect "{\"Container\":\"$who\",\"EndpointConfig\":{\"Aliases\":[\"x\"]}}"
		is "400 ${S}no configured subnet or ip-range contain the IP address 10.78.0.2" /networks/own/connect "{\"Container\":\"$who\",\"EndpointConfig\":{\"IPAMConfig\":{\"IPv4Address\":\"10.78.0.2\"}}}"
		is "400 ${S}user specified IP address is supported only when connecting to networks with user configured subnets" /networks/auto/connect "{\"Container\":\"$who\",\"EndpointConfig\":{\"IPAMConfig\":{\"IPv4Address\":\"10.78.0.2\"}}}"
		is "400 invalid MAC address zz" /networks/own/connect "{\"Container\":\"$who\",\"EndpointConfig\":{\"MacAddress\":\"zz\"}}"
		is "400 invalid link local IP address: 1.2.3.4" /networks/own/connect "{\"Container\":\"$who\",\"EndpointConfig\":{\"IPAMConfig\":{\"LinkLocalIPs\":[\"1.2.3.4\"]}}}"
		is "400 cannot connect container to host network - container must be created in host network mode" /networks/host/connect "{\"Container\":\"$who\"}"
		is "400 container cannot be connected to multiple networks with one of the networks in private (none) mode" /networks/none/connect "{\"Container\":\"$who\"}"
		[ "$(d inspect -f '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}' $who)" = "bridge " ]
	done
	is "400 invalid name or ID supplied: \"\"" /networks/own/connect '{"Container":""}'
	is "404 No such container: nope" /networks/own/connect '{"Container":"nope"}'
	is "404 network nope not found" /networks/nope/connect '{"Container":"busy"}'
}

@test "disconnect: who is not there, by force or not" {
	d network create own
	d run -d --name busy busybox sleep 100
	d create --name idle busybox sleep 100
	busy=$(d inspect -f '{{.Id}}' busy) idle=$(d inspect -f '{{.Id}}' idle)
	is "404 No such container: nope" /networks/own/disconnect '{"Container":"nope"}'
	is "404 endpoint nope not found" /networks/own/disconnect '{"Container":"nope","Force":true}'
	is "404 network nope not found" /networks/nope/disconnect '{"Container":"nope","Force":true}'
	is "500 container $busy is not connected to network own" /networks/own/disconnect '{"Container":"busy"}'
	is "500 container $idle is not connected to the network own" /networks/own/disconnect '{"Container":"idle","Force":true}'
}

@test "a start whose network cannot be says so" {
	d network create --subnet 10.77.0.0/24 own
	P="Error response from daemon: failed to set up container networking:"
	run d run --name one --network nosuch busybox true
	[[ $output == *"$P could not find a network matching network mode nosuch: network nosuch not found"* ]]
	run d run --name two --network own --ip 10.77.0.1 busybox true
	[[ $output == *"$P Address already in use"* ]]
	d run -d --name three -p 8099:80 busybox sleep 100
	run d run --name four -p 8099:80 busybox true
	[[ $output == *"$P driver failed programming external connectivity on endpoint four ("*"): Bind for 0.0.0.0:8099 failed: port is already allocated"* ]]
}

@test "sysctls of an endpoint may be written in lower case, as Docker's client sends them" {
	d network create own
	[ "$(d run --rm --network name=own,driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.ifname.log_martians=1 busybox cat /proc/sys/net/ipv4/conf/eth0/log_martians)" = 1 ]
}

@test "options of --tmpfs: flags of every kind, and what is none" {
	shows() { [[ $(d run --rm --network none --tmpfs "/m:$1" busybox grep ' /m ' /proc/mounts) == "tmpfs /m tmpfs $2 0 0" ]]; }
	shows defaults,private,atime rw,nosuid,nodev,noexec,relatime
	shows exec,suid,dev,noatime,nodiratime rw,noatime,nodiratime
	shows ro,strictatime,size=1m,nr_inodes=10 ro,nosuid,nodev,noexec,size=1024k,nr_inodes=10
	for bad in foo remount bind sizes=1m; do
		run d run --rm --network none --tmpfs "/m:$bad" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"Error response from daemon: invalid tmpfs option \"${bad%%=*}\""* ]]
	done
}
