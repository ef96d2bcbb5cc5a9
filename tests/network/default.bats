# The default bridge and new networks as daemon.json wants them.
load ../lib/engine
load ../lib/hosts
setup_file() { hosts_make; }
teardown_file() { hosts_remove; }

again() { # daemon.json
	kill "$(cat "$WORK/pid")"
	while kill -0 "$(cat "$WORK/pid")" 2>/dev/null; do sleep 0.02; done
	echo "$1" >"$WORK/daemon.json"
	engine_start
}
pools() { d network inspect -f '{{.EnableIPv6}}{{range .IPAM.Config}} {{.Subnet}}{{end}}' "$1"; }
invalid() { echo "$1" >"$WORK/bad.json"; run "$BUILD/berthd" --config-file "$WORK/bad.json" --validate; [ "$status" -ne 0 ] && [[ $output == *"$2"* ]]; }

@test "daemon.json: ipv6, fixed-cidr-v6, bip6, fixed-cidr" {
	[ "$(pools bridge)" = 'false 172.17.0.0/16' ]
	again '{"ipv6": true, "fixed-cidr-v6": "fd00:17::/64"}'
	[ "$(pools bridge)" = 'true 172.17.0.0/16 fd00:17::/64' ]
	d run --rm busybox ip -6 -o addr show eth0 | grep -q 'fd00:17::2/64'
	web uno uno -p 8080:80
	[ "$(d inspect -f '{{.NetworkSettings.GlobalIPv6Address}}' uno)" = fd00:17::2 ]
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8080')" = uno ]
	d rm -f uno
	again '{"ipv6": true}'
	[[ $(pools bridge) == 'true 172.17.0.0/16 fd'*::/64 ]]
	d run --rm busybox ip -6 -o addr show eth0 | grep -q 'inet6 fd'
	again '{"bip": "10.80.0.1/24", "fixed-cidr": "10.80.0.128/25", "ipv6": true, "bip6": "fd00:80::9/64"}'
	[ "$(d run --rm busybox ip -4 -o addr show eth0 | grep -o '10.80.0.[0-9]*/24')" = 10.80.0.128/24 ]
	[ "$(d run --rm busybox ip -6 route | awk '/^default/ { print $3 }')" = fd00:80::9 ]
	invalid '{"fixed-cidr-v6": "nonsense"}' 'nonsense'
	invalid '{"bip6": "10.0.0.1/24"}' '10.0.0.1/24'
	again '{}'
	[ "$(pools bridge)" = 'false 172.17.0.0/16' ]
}

@test "daemon.json: default-network-opts are what new networks begin with, and the request's own win" {
	again '{"default-network-opts": {"bridge": {"com.docker.network.driver.mtu": "1400", "com.docker.network.enable_ipv6": "true"}}}'
	d network create with
	[[ $(pools with) == 'true 172.18.0.0/16 fd'* ]]
	[ "$(d run --rm --network with busybox cat /sys/class/net/eth0/mtu)" = 1400 ]
	d network create -o com.docker.network.driver.mtu=1300 --ipv6=false own
	[ "$(pools own)" = 'false 172.19.0.0/16' ]
	[ "$(d run --rm --network own busybox cat /sys/class/net/eth0/mtu)" = 1300 ]
	d network rm with own
	again '{}'
}

@test "daemon.json: userland-proxy false keeps ports of IPv6 from containers without it" {
	again '{"userland-proxy": false}'
	web uno uno -p 8080:80
	[ "$(d port uno)" = '80/tcp -> 0.0.0.0:8080' ]
	run on_host curl -s --max-time 1 'http://[::1]:8080'
	[ "$status" -ne 0 ]
	d rm -f uno
	again '{}'
}

@test "prune leaves settings of networks alone" {
	d network create --config-only cfg
	d network create gone
	d network prune -f
	[ "$(d network ls --format '{{.Name}}' | xargs)" = 'bridge cfg host none' ]
	d network rm cfg
}

@test "host-gateway: the default bridge's addresses, or what daemon.json says" {
	gate() { d run --rm --add-host gate:host-gateway busybox awk '$2 == "gate" { print $1 }' /etc/hosts | xargs; }
	again '{}'
	[ "$(gate)" = 172.17.0.1 ]
	again '{"ipv6": true, "fixed-cidr-v6": "fd00:17::/64"}'
	[ "$(gate)" = '172.17.0.1 fd00:17::1' ]
	again '{"host-gateway-ip": "6.7.8.9"}'
	[ "$(gate)" = 6.7.8.9 ]
	again '{"host-gateway-ips": ["6.7.8.9", "fd00::1"]}'
	[ "$(gate)" = '6.7.8.9 fd00::1' ]
	invalid '{"host-gateway-ips": ["1.1.1.1", "2.2.2.2"]}' 'only one IPv4 host gateway IP address can be specified'
	invalid '{"host-gateway-ips": ["::1", "::2"]}' 'only one IPv6 host gateway IP address can be specified'
	invalid '{"host-gateway-ips": ["host"]}' 'host'
	again '{}'
}

@test "bridge none: no default network, containers of its mode have lo alone, others can be connected" {
	again '{"bridge": "none"}'
	[ "$(d network ls --format '{{.Name}}' | xargs)" = 'host none' ]
	d run -d --name alone busybox sleep 1000
	[ "$(d exec alone ls /sys/class/net | xargs)" = lo ]
	[ "$(d inspect -f '{{.HostConfig.NetworkMode}} {{range $k, $v := .NetworkSettings.Networks}}{{$k}}{{end}}' alone)" = 'bridge bridge' ]
	d network create other
	d network connect other alone
	d exec alone ping -c 1 -W 2 172.17.0.1
	d rm -f alone
	run d run --rm --add-host x:host-gateway busybox true
	[ "$status" -ne 0 ]
	[[ $output == *'unable to derive the IP value for host-gateway'* ]]
	d network rm other
	again '{}'
	[ "$(pools bridge)" = 'false 172.17.0.0/16' ]
}

@test "NetworkDisabled: in no network, be one asked for or not, and in none later" {
	d network create other
	api -H 'Content-Type: application/json' -d '{"Image": "busybox", "Cmd": ["sleep", "1000"], "NetworkDisabled": true, "HostConfig": {"NetworkMode": "other"}}' \
		'http://b/containers/create?name=off' | jq -e .Id
	d start off
	[ "$(d exec off ls /sys/class/net | xargs)" = lo ]
	[ "$(d inspect -f '{{len .NetworkSettings.Networks}}' off)" = 0 ]
	run d network connect other off
	[ "$status" -ne 0 ]
	[[ $output == *NetworkDisabled* ]]
	d rm -f off
	d network rm other
}

@test "--default-network-opt: as often as it is given; a default that is overridden is not shown" {
	kill "$(cat "$WORK/pid")"
	while kill -0 "$(cat "$WORK/pid")" 2>/dev/null; do sleep 0.02; done
	engine_start --default-network-opt bridge=com.docker.network.enable_ipv4=false --default-network-opt=bridge=com.docker.network.enable_ipv6=true
	shown() { d network inspect -f '{{.EnableIPv4}} {{.EnableIPv6}} {{len .Options}}' "$1"; }
	d network create neither
	d network create --ipv4 four
	d network create --ipv4 --ipv6 both
	[ "$(shown neither)" = 'false true 2' ]
	[ "$(shown four)" = 'true true 1' ]
	[ "$(shown both)" = 'true true 0' ]
	d network rm neither four both
	run "$BUILD/berthd" --config-file "$WORK/daemon.json" --default-network-opt bridge=mtu --validate
	[ "$status" -ne 0 ]
	[[ $output == *'driver=key=value is wanted'* ]]
	again '{}'
}

@test "the default network keeps the subnet that was chosen for it, as containers run in it" {
	d run -d --name stays busybox sleep 1000
	again '{"default-address-pools": [{"base": "10.90.0.0/16", "size": 24}]}'
	[ "$(pools bridge)" = 'false 172.17.0.0/16' ]
	d run --rm busybox ping -c 1 -W 2 172.17.0.2
	d network create new
	[ "$(pools new)" = 'false 10.90.0.0/24' ]
	d rm -f stays
	d network create --ipv6 --subnet fd00:91::/64 --subnet 10.91.0.0/24 both
	[ "$(pools both)" = 'true 10.91.0.0/24 fd00:91::/64' ]
	d network rm new both
	again '{"bip": "10.81.0.1/24"}'
	[ "$(pools bridge)" = 'false 10.81.0.0/24' ]
	again '{}'
}

@test "a bridge of the user's as the default one keeps its address, which is its containers' gateway" {
	inside() { nsenter -t "$(cat "$WORK/pid")" -n "$@"; }
	inside ip link add mine0 type bridge
	inside ip address add 10.83.0.9/24 dev mine0
	inside ip address add 10.84.0.9/24 dev mine0
	again '{"bridge": "mine0"}'
	[ "$(d network inspect -f '{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}}' bridge)" = '10.83.0.0/24 10.83.0.9' ]
	[[ $(d run --rm busybox ip route) = 'default via 10.83.0.9 '* ]]
	again '{"bridge": "mine0", "fixed-cidr": "10.84.0.128/25"}'
	[ "$(d network inspect -f '{{range .IPAM.Config}}{{.Subnet}} {{.IPRange}} {{.Gateway}}{{end}}' bridge)" = '10.84.0.0/24 10.84.0.128/25 10.84.0.9' ]
	d run --rm busybox ping -c 1 -W 2 10.84.0.9
	[ "$(inside ip -4 -o address show mine0 | wc -l)" -eq 2 ]
	inside ip link delete mine0
	# It is not made in its place, at the first start with it or a later one.
	kill "$(cat "$WORK/pid")"
	while kill -0 "$(cat "$WORK/pid")" 2>/dev/null; do sleep 0.02; done
	run timeout 20 ${ENGINE_RUNNER:-unshare --net} "$BUILD/berthd" -H "unix://$WORK/b.sock" --data-root "$WORK/data" --exec-root "$WORK/exec" --config-file "$WORK/daemon.json"
	[ "$status" = 1 ] && [[ $output == *'bridge device with non default name mine0 must be created manually'* ]]
	echo '{}' >"$WORK/daemon.json"
	engine_start
	[ "$(pools bridge)" = 'false 172.17.0.0/16' ]
}
