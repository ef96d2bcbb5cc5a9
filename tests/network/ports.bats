load ../lib/engine
# What is said of ports: which are listed and found by filters, and why one cannot be published.
setup_file() {
	file_setup
	nsenter -t "$(cat "$WORK/pid")" -n ip link set lo up
}
teardown_file() { file_teardown; }
teardown() { d ps -aq | xargs -r "$BUILD/berth" rm -f >/dev/null; d network prune -f >/dev/null; }

ports_of() { d inspect -f '{{json .NetworkSettings.Ports}}' "$1" | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin), sort_keys=True, separators=(",", ":")))'; }
names() { d ps -a --format '{{.Names}}' "$@" | sort | tr '\n' ' '; }

@test "ps --filter publish and expose: ports of the host, and of the container, as they are listed" {
	d network create --internal inner
	d run -d --name pub --expose 443/udp -p 8101:80 -p 8102-8104:90-92 busybox sleep 100
	d run -d --name only --expose 80 --expose 7000-7002 busybox sleep 100
	d run -d --name in --network inner -p 8105:80 busybox sleep 100
	d create --name not-yet -p 8106:80 busybox sleep 100
	[ "$(names --filter publish=8101)" = "pub " ]
	[ "$(names --filter publish=8101/tcp)" = "pub " ]
	[ -z "$(names --filter publish=8101/udp)" ]
	[ -z "$(names --filter publish=80)" ]
	[ "$(names --filter publish=8000-8103)" = "pub " ]
	[ -z "$(names --filter publish=8106)" ]
	[ "$(names --filter expose=80)" = "only pub " ]
	[ "$(names --filter expose=443/udp)" = "pub " ]
	[ "$(names --filter expose=7001-7009)" = "only " ]
	[ "$(names --filter expose=7000 --filter publish=8101)" = "only pub " ]
}

@test "protocols in any case, or none, are the same port everywhere" {
	d run -d --name cased -p 8111:80/TCP -p 8112:81/Udp --expose 90/TCP busybox sleep 100
	[ "$(ports_of cased)" = '{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8111"},{"HostIp":"::","HostPort":"8111"}],"81/udp":[{"HostIp":"0.0.0.0","HostPort":"8112"},{"HostIp":"::","HostPort":"8112"}],"90/tcp":null}' ]
	post_json '/containers/create?name=bare' '{"Image":"busybox","Cmd":["sleep","100"],"ExposedPorts":{"80":{},"81/UDP":{}},"HostConfig":{"PortBindings":{"80":[{"HostPort":"8113"}],"81/UDP":[{"HostPort":"8114"}]}}}'
	d start bare
	[ "$(ports_of bare)" = '{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8113"},{"HostIp":"::","HostPort":"8113"}],"81/udp":[{"HostIp":"0.0.0.0","HostPort":"8114"},{"HostIp":"::","HostPort":"8114"}]}' ]
}

@test "why a port cannot be published: another container's address, a program of the host, no address of the host" {
	fails() { # words, flags
		run d run --name fails "${@:2}" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"failed to set up container networking: driver failed programming external connectivity on endpoint fails ("*"): $1"* ]] || { echo "$output"; return 1; }
		d rm fails
	}
	d run -d --name holder -p 127.0.0.1:8121:80 busybox sleep 100
	d run -d --name six -p '[::1]:8122:80' busybox sleep 100
	fails 'Bind for 127.0.0.1:8121 failed: port is already allocated' -p 8121:80
	fails 'Bind for ::1:8122 failed: port is already allocated' -p '[::]:8122:80'
	nsenter -t "$(cat "$WORK/pid")" -n python3 -c '
import socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 8123)); s.listen()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 8123))
open(sys.argv[1], "w").close()
import time; time.sleep(60)' "$WORK/bound" 3>&- &
	program=$!
	for _ in $(seq 1500); do [ -e "$WORK/bound" ] && break; sleep 0.02; done
	fails 'failed to bind host port for 0.0.0.0:8123:172.17.0.4:80/tcp: address already in use' -p 8123:80
	fails 'failed to bind host port for 127.0.0.1:8123:172.17.0.4:53/udp: address already in use' -p 127.0.0.1:8123:53/udp
	kill "$program"
	fails 'failed to bind host port for 9.9.9.9:8124:172.17.0.4:80/tcp: cannot assign requested address' -p 9.9.9.9:8124:80
	d run -d --name ranged -p 127.0.0.1:8121-8122:80 busybox sleep 100
	[ "$(d port ranged)" = '80/tcp -> 127.0.0.1:8122' ]
}

@test "--dns-opt is --dns-option" {
	[[ $(run_none --dns-opt use-vc --dns-option rotate busybox cat /etc/resolv.conf) == *'options use-vc rotate'* ]]
}

@test "ports are free when the end is told: restarts, and another container, beside a client that does not read" {
	d run -d --name first -p 8110:80 busybox sh -c 'head -c 3000000 /dev/zero; sleep 100' >/dev/null
	"$BUILD/berth" attach --no-stdin first >/dev/null &
	reader=$!
	kill -STOP "$reader"
	for _ in 1 2 3 4 5 6; do d restart -t 0 first; done
	d kill first
	d run -d --name second -p 8110:80 busybox sleep 100
	kill -KILL "$reader"
	[ "$(d port second 80 | head -1)" = 0.0.0.0:8110 ]
}
