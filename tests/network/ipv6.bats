load ../lib/engine
load ../lib/hosts
setup_file() {
	hosts_make
	on_host ip addr add fd00:5::1/64 dev "$WIRE_A" nodad
	outside ip addr add fd00:5::2/64 dev "$WIRE_B" nodad
	outside ip -6 route add default via fd00:5::1
}
teardown_file() { hosts_remove; }

subnet_of() { d network inspect -f '{{range .IPAM.Config}}{{.Subnet}} {{end}}' "$1" | xargs -n1 | grep :; }

@test "a network with IPv6 and no subnet is given one of this installation's own, and keeps it" {
	d network create --ipv6 one
	d network create --ipv6 two
	one=$(subnet_of one)
	two=$(subnet_of two)
	[[ $one == fd*::/64 && $two == fd*/64 && $one != "$two" ]]
	[ "$(d run --rm --network one busybox ip -6 route | awk '/^default/ { print $3 }')" = "${one%/64}1" ]
	d run --rm --network one busybox ip -6 -o addr show eth0 | grep -q "${one%/64}2/64"
	engine_kill
	engine_start
	[ "$(subnet_of one) $(subnet_of two)" = "$one $two" ]
	d network rm one
	d network create --ipv6 again
	[ "$(subnet_of again)" = "$one" ]
	d network rm two again
}

@test "a network without IPv4: addresses, names, ports and inspect are IPv6's" {
	d network create --ipv4=false --ipv6 --subnet fd00:6::/64 six
	[ "$(d network inspect -f '{{.EnableIPv4}} {{.EnableIPv6}} {{len .IPAM.Config}}' six)" = 'false true 1' ]
	web uno uno --network six -p 8080:80
	[ -z "$(d exec uno ip -4 -o addr show eth0)" ]
	[ "$(d inspect -f '{{with index .NetworkSettings.Networks "six"}}{{.IPAddress}}|{{.GlobalIPv6Address}}|{{.IPv6Gateway}}{{end}}' uno)" = '|fd00:6::2|fd00:6::1' ]
	[ "$(d network inspect -f '{{range .Containers}}{{.IPv4Address}}|{{.IPv6Address}}{{end}}' six)" = '|fd00:6::2/64' ]
	[ "$(d port uno)" = '80/tcp -> [::]:8080' ]
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8080')" = uno ]
	[ "$(outside curl -s --max-time 3 'http://[fd00:5::1]:8080')" = uno ]
	d run --rm --network six busybox ping -6 -c 1 -W 2 fd00:5::2
	d run --rm --network six busybox nslookup -type=aaaa uno 127.0.0.11 | grep -q fd00:6::2
	d rm -f uno
	d run -d --name none --network six -p 127.0.0.1:8080:80 busybox sleep 1000
	[ -z "$(d port none)" ]
	d rm -f none
	d network rm six
}

@test "small subnets of IPv6, ranges, and addresses that are asked for" {
	d network create --ipv6 --subnet fd00:7::/127 pair
	d run --rm --network pair busybox ip -6 -o addr show eth0 | grep -q 'fd00:7::/127'
	[ "$(d run --rm --network pair busybox ip -6 route | awk '/^default/ { print $3 }')" = fd00:7::1 ]
	d network create --ipv6 --subnet fd00:8::/64 --ip-range fd00:8::100/120 range
	d run --rm --network range busybox ip -6 -o addr show eth0 | grep -q 'fd00:8::101/64'
	d run --rm --network range --ip6 fd00:8::77 busybox ip -6 -o addr show eth0 | grep -q 'fd00:8::77/64'
	run d run --rm --network range --ip6 fd00:9::77 busybox true
	[[ $status -ne 0 && $output == *'no configured subnet or ip-range contain the IP address fd00:9::77'* ]]
	d network rm pair range
}

@test "lo has ::1, and a link without an address of IPv6 has none of it" {
	d run --rm busybox ip -6 -o addr show lo | grep -q '::1/128'
	d run --rm --network none busybox ip -6 -o addr show lo | grep -q '::1/128'
	[ -z "$(d run --rm busybox ip -6 -o addr show eth0)" ]
	[ "$(d run --rm busybox cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6 /proc/sys/net/ipv6/conf/lo/disable_ipv6 | xargs)" = '1 0' ]
	[ "$(d run --rm busybox cat /proc/sys/net/ipv6/conf/all/accept_ra /proc/sys/net/ipv6/conf/default/accept_ra | xargs)" = '0 0' ]
}

@test "ports of a container without IPv6 are reached on the host's IPv6 addresses, until it ends" {
	web uno uno -p 8080:80 -p '[::1]:8081:80' -p 8053:53/udp
	[ "$(d port uno 80 | xargs)" = '0.0.0.0:8080 [::]:8080 [::1]:8081' ]
	[ "$(d port uno 53/udp | xargs)" = '0.0.0.0:8053 [::]:8053' ]
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8080')" = uno ]
	[ "$(on_host curl -s --max-time 3 http://127.0.0.1:8080)" = uno ]
	[ "$(outside curl -s --max-time 3 'http://[fd00:5::1]:8080')" = uno ]
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8081')" = uno ]
	run outside curl -s --max-time 1 'http://[fd00:5::1]:8081'
	[ "$status" -ne 0 ]
	engine_kill
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8080')" = uno ]
	engine_start
	run d run --rm -p '[::]:8080:80' busybox true
	[[ $status -eq 125 && $output == *'Bind for :::8080 failed: port is already allocated'* ]]
	d restart -t 0 uno
	serves uno
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8080')" = uno ]
	d rm -f uno
	run on_host curl -s --max-time 1 'http://[::1]:8080'
	[ "$status" -ne 0 ]
}

@test "a port that a program of the host has on IPv6 alone is nobody else's" {
	on_host python3 -c '
import socket, time
s = socket.socket(socket.AF_INET6); s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.bind(("::", 8099)); s.listen(); print("ready", flush=True); time.sleep(30)' >"$WORK/has" &
	has=$!
	for _ in $(seq 1500); do grep -q ready "$WORK/has" && break; sleep 0.02; done
	run d run --rm -p 8099:80 busybox true
	[ "$status" -eq 125 ]
	d run --rm -p 0.0.0.0:8099:80 busybox true
	kill "$has"
}

@test "ports that are named are not taken by those that are chosen; protocols are of any case" {
	d run -d --name mixed -p 90 -p 91 -p 32768:92 -p 8080:80/TCP -p 8081:81/Udp busybox sleep 1000
	[ "$(d port mixed 92 | head -n 1)" = 0.0.0.0:32768 ]
	[ "$(d port mixed 90 | head -n 1)" = 0.0.0.0:32769 ]
	[ "$(d port mixed 80/tcp | head -n 1) $(d port mixed 81/udp | head -n 1)" = '0.0.0.0:8080 0.0.0.0:8081' ]
	d rm -f mixed
	for bad in '{"80/tcp":[{"HostPort":" 80"}]}' '{"80/tcp":[{"HostPort":"81-80"}]}' '{"80/icmp":[{"HostPort":"80"}]}' \
		'{"80/tcp":[{"HostPort":"80","HostIp":"nonsense"}]}' '{"80/tcp":[{"HostPort":"80","HostIp":"[::1]"}]}' '{"80/tcp":[{"HostPort":"80x"}]}'; do
		id=$(post_json /containers/create "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"9\"],\"HostConfig\":{\"PortBindings\":$bad}}" | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
		[ -z "$id" ] || [ "$(status_of -X POST "http://b/containers/$id/start")" -ge 400 ]
	done
	d ps -aq | xargs -r "$BUILD/berth" rm -f
}

@test "low ports and ping are everybody's in a new network namespace, unless --sysctl says otherwise" {
	sysctls() { d run --rm "$@" busybox cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range | xargs; }
	[ "$(sysctls)" = '0 0 2147483647' ]
	[ "$(sysctls --network none)" = '0 0 2147483647' ]
	[ "$(sysctls --sysctl net.ipv4.ip_unprivileged_port_start=100)" = '100 0 2147483647' ]
	# Docker's command line takes names with dots only, the API those with slashes, too.
	id=$(post_json /containers/create '{"Image":"busybox","Cmd":["cat","/proc/sys/net/ipv4/ping_group_range"],"HostConfig":{"Sysctls":{"net/ipv4/ping_group_range":"1 0"}}}' | jq -r .Id)
	[ "$(d start -a "$id" | xargs)" = '1 0' ]
	d rm "$id"
	host=$(on_host cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range | xargs)
	[ "$(sysctls --network host)" = "$host" ]
	d run -d --name low -u 1000:1000 --cap-drop ALL busybox sh -c 'nc -l -p 80 & exec sleep 1000'
	for _ in $(seq 1500); do d exec low netstat -tln | grep -q ':80 ' && break; sleep 0.02; done
	d exec low netstat -tln | grep -q ':80 '
	[ "$(sysctls --network container:low)" = '0 0 2147483647' ]
	# A socket of ICMP that needs no capability, as a user without any.
	nsenter -t "$(d inspect -f '{{.State.Pid}}' low)" -n setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set -all --inh-caps -all /usr/bin/python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
s.settimeout(3)
s.sendto(b"\x08\0\0\0\0\0\0\1", ("127.0.0.1", 0))
assert s.recv(100)'
	d rm -f low
}
