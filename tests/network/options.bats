load ../lib/engine
load ../lib/hosts
setup_file() {
	hosts_make
	on_host ip addr add fd00:5::1/64 dev "$WIRE_A" nodad
	outside ip addr add fd00:5::2/64 dev "$WIRE_B" nodad
	outside ip -6 route add default via fd00:5::1
}
teardown_file() { hosts_remove; }

MODE=com.docker.network.bridge.gateway_mode_ipv
refused() { run d "${@:2}"; [ "$status" -ne 0 ] && [[ $output == *"$1"* ]] || { echo "$* gave: $output"; return 1; }; }
reaches() { [ "$(outside curl -s --max-time 3 "$1")" = "$2" ]; }
shut() { run outside curl -s --max-time 1 "$1"; [ "$status" -ne 0 ]; }
# A server next door that says who came.
peer_of() { # network
	outside python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("10.5.0.2", 9000)); s.listen(); s.settimeout(10); print("ready", flush=True); c, who = s.accept(); print(who[0], flush=True)' >"$WORK/peer" &
	for _ in $(seq 1500); do grep -q ready "$WORK/peer" && break; sleep 0.02; done
	d run --rm --network "$1" busybox nc -w 1 10.5.0.2 9000 </dev/null || true
	wait $!
	tail -n 1 "$WORK/peer"
}

@test "gateway mode routed: published ports of the container itself, its own address outside, no port of the host" {
	d network create --ipv6 --subnet 10.61.0.0/24 --subnet fd00:61::/64 -o ${MODE}4=routed -o ${MODE}6=routed routed
	web uno uno --network routed -p 8080:80 -p 8081:80
	d exec uno sh -c 'httpd -p 81 -h /w'
	[ "$(d port uno | sort -u | xargs -d '\n')" = '80/tcp -> 0.0.0.0: 80/tcp -> [::]:' ]
	reaches http://10.61.0.2:80 uno
	reaches 'http://[fd00:61::2]:80' uno
	shut http://10.61.0.2:81
	shut 'http://[fd00:61::2]:81'
	shut http://10.5.0.1:8080
	outside busybox ping -c 1 -W 2 10.61.0.2
	[ "$(peer_of routed)" = 10.61.0.3 ]
	engine_kill
	engine_start
	reaches http://10.61.0.2:80 uno
	d rm -f uno
	[ -z "$(rules | grep 10.61.0.2)" ]
	d network rm routed
}

@test "gateway mode nat-unprotected: every port of the container, and those of the host" {
	d network create --subnet 10.62.0.0/24 -o ${MODE}4=nat-unprotected open
	web uno uno --network open -p 8080:80
	d exec uno sh -c 'httpd -p 81 -h /w'
	reaches http://10.62.0.2:81 uno
	reaches http://10.5.0.1:8080 uno
	d rm -f uno
	d network rm open
	d network create --subnet 10.62.0.0/24 -o ${MODE}4=nat shut
	web uno uno --network shut -p 8080:80
	shut http://10.62.0.2:80
	reaches http://10.5.0.1:8080 uno
	d rm -f uno
	d network rm shut
}

@test "one family routed and the other not: what is published is shown IPv4 first" {
	d network create --ipv6 --subnet 10.66.0.0/24 --subnet fd00:66::/64 -o ${MODE}6=routed half
	web uno uno --network half -p 8080:80
	[ "$(d inspect -f '{{json .NetworkSettings.Ports}}' uno)" = '{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":""}]}' ]
	# A name that another link of the container has.
	d network create other
	refused 'to "eth0": file exists' network connect --driver-opt com.docker.network.endpoint.ifname=eth0 other uno
	d rm -f uno
	d network rm half other
}

@test "IPv6 that a container's sysctls switch off: no such address, and no such names in its hosts" {
	d network create --ipv6 --subnet 10.66.0.0/24 --subnet fd00:66::/64 both
	d run -d --name uno --network both --sysctl net.ipv6.conf.all.disable_ipv6=1 busybox sleep 1000
	[ "$(d inspect -f '{{with index .NetworkSettings.Networks "both"}}{{.IPAddress}} {{.GlobalIPv6Address}}{{.IPv6Gateway}}{{end}}' uno)" = '10.66.0.2 ' ]
	[ -z "$(d exec uno grep : /etc/hosts)" ]
	d run --rm --network both busybox ping -4 -c 1 -W 2 uno
	not d run --rm --network both busybox ping -6 -c 1 -W 2 uno
	d rm -f uno
	d network rm both
}

@test "gateway mode isolated: not even the host has an address there; for internal networks only" {
	refused "gateway mode 'isolated' can only be used for an internal network" network create -o ${MODE}4=isolated bad
	refused "failed to parse ${MODE}4 value: nonsense (unknown gateway mode nonsense)" network create -o ${MODE}4=nonsense bad
	d network create --internal --subnet 10.63.0.0/24 -o ${MODE}4=isolated -o com.docker.network.bridge.name=bt-iso iso
	d run -d --name uno --network iso busybox sleep 1000
	[ "$(d inspect -f '{{with index .NetworkSettings.Networks "iso"}}{{.IPAddress}} {{.Gateway}}{{end}}' uno)" = '10.63.0.1 ' ]
	[ -z "$(on_host ip -o addr show bt-iso)" ]
	d run --rm --network iso busybox ping -c 1 -W 2 10.63.0.1
	d rm -f uno
	d network rm iso
}

@test "inhibit_ipv4 leaves the gateway to another; trusted links reach published ports directly" {
	d network create --subnet 10.64.0.0/24 -o com.docker.network.bridge.inhibit_ipv4=true -o com.docker.network.bridge.name=bt-inh inh
	d run --rm --network inh busybox ip route | grep -q 'default via 10.64.0.1'
	[ -z "$(on_host ip -4 -o addr show bt-inh)" ]
	d network rm inh
	# Nobody needs a gateway there, so that it may have another two containers.
	d network create --internal --subnet 10.64.0.0/31 -o com.docker.network.bridge.inhibit_ipv4=true two
	d run -d --name uno --network two busybox sleep 1000
	d run --rm --network two busybox ping -c 1 -W 2 uno
	d rm -f uno
	d network rm two
	d network create --subnet 10.65.0.0/24 -o "com.docker.network.bridge.trusted_host_interfaces=lo:$WIRE_A" trust
	web uno uno --network trust -p 8080:80
	d exec uno sh -c 'httpd -p 81 -h /w'
	reaches http://10.65.0.2:80 uno
	shut http://10.65.0.2:81
	reaches http://10.5.0.1:8080 uno
	d rm -f uno
	d network rm trust
	refused 'com.docker.network.bridge.trusted_host_interfaces value: a"; drop' network create -o 'com.docker.network.bridge.trusted_host_interfaces=a"; drop' bad
}

@test "host_ipv4 is what packets leave with; enable_ip_masquerade=false leaves them alone; host_binding_ipv4" {
	on_host ip addr add 10.5.0.9/24 dev "$WIRE_A"
	d network create --subnet 10.66.0.0/24 -o com.docker.network.host_ipv4=10.5.0.9 snat
	[ "$(peer_of snat)" = 10.5.0.9 ]
	d network create --subnet 10.67.0.0/24 -o com.docker.network.bridge.enable_ip_masquerade=false plain
	[ "$(peer_of plain)" = 10.67.0.2 ]
	d network create --subnet 10.68.0.0/24 -o com.docker.network.bridge.host_binding_ipv4=10.5.0.9 bound
	web uno uno --network bound -p 8080:80
	[ "$(d port uno)" = '80/tcp -> 10.5.0.9:8080' ]
	reaches http://10.5.0.9:8080 uno
	shut http://10.5.0.1:8080
	d rm -f uno
	d network rm snat plain bound
}

@test "links in containers: prefix, name, sysctls, link-local and MAC addresses" {
	d network create --subnet 10.69.0.0/24 -o com.docker.network.container_iface_prefix=net sub
	d network create other
	[ "$(d run --rm --network sub --network other busybox ls /sys/class/net | xargs)" = 'eth0 lo net0' ]
	IF=driver-opt=com.docker.network.endpoint.ifname SYS=driver-opt=com.docker.network.endpoint.sysctls
	[ "$(d run --rm --network name=sub,$IF=foo0 --network other busybox ls /sys/class/net | xargs)" = 'eth0 foo0 lo' ]
	[ "$(d run --rm --network name=other,$IF=eth1 --network sub busybox ls /sys/class/net | xargs)" = 'eth1 lo net0' ]
	for bad in a/b lo averyveryverylongname 'a b'; do refused "invalid interface name: $bad" run --rm --network "name=sub,$IF=$bad" busybox true; done
	run d run --rm --network name=sub,$IF=foo0 --network name=other,$IF=foo0 busybox true
	[ "$status" -ne 0 ]
	[ "$(d run --rm --network "name=sub,\"$SYS=net.ipv4.conf.IFNAME.log_martians=1,net.ipv4.conf.IFNAME.forwarding=0\"" busybox cat /proc/sys/net/ipv4/conf/net0/log_martians)" = 1 ]
	refused "unrecognised network interface sysctl 'net.ipv4.conf.eth0.log_martians=1'" run --rm --network name=sub,$SYS=net.ipv4.conf.eth0.log_martians=1 busybox true
	refused "unrecognised network interface sysctl 'net.ipv4.conf.ifname.../../x=1'" run --rm --network name=sub,$SYS=net.ipv4.conf.IFNAME.../../x=1 busybox true
	refused '/proc/sys/net/ipv4/conf/net0/nosuch is not a sysctl file' run --rm --network name=sub,$SYS=net.ipv4.conf.IFNAME.nosuch=1 busybox true
	refused 'unable to write to' run --rm --network name=sub,$SYS=net.ipv4.conf.IFNAME.log_martians=abc busybox true
	d run --rm --network sub --link-local-ip 169.254.8.8 busybox ip -o addr show net0 | grep -q 'inet 169.254.8.8/16'
	[ "$(d run --rm --network sub --mac-address 02-11-22-33-44-55 busybox cat /sys/class/net/net0/address)" = 02:11:22:33:44:55 ]
	[ "$(d run --rm --network sub --mac-address 0211.2233.4455 busybox cat /sys/class/net/net0/address)" = 02:11:22:33:44:55 ]
	for bad in nonsense 02:11:22:33:44 02:11:22:33:44:55:66:77 2:1:2:3:4:5; do refused "$bad" run --rm --network sub --mac-address $bad busybox true; done
	d network connect --driver-opt com.docker.network.endpoint.ifname=late other "$(d run -d --name late --network sub busybox sleep 1000)"
	[ "$(d exec late ls /sys/class/net | xargs)" = 'late lo net0' ]
	d rm -f late
	d network rm sub other
}

@test "macvlan without a parent is shut in; parents and modes are checked; ipvlan says what this kernel lacks" {
	d network create -d macvlan --subnet 10.70.0.0/24 alone
	parent=dm-$(d network inspect -f '{{slice .Id 0 12}}' alone)
	on_host ip link show "$parent"
	d run -d --name uno --network alone busybox sleep 1000
	d run --rm --network alone busybox ping -c 1 -W 2 10.70.0.2
	[ -z "$(d exec uno ip route | grep default)" ]
	d rm -f uno
	d network rm alone
	not on_host ip link show "$parent"
	for mode in bridge private vepa passthru; do
		d network create -d macvlan -o parent="$WIRE_A" -o macvlan_mode=$mode --subnet 10.71.0.0/24 mac
		# Links of the one before go with their namespaces, a moment later; passthru shares with nobody.
		for _ in $(seq 600); do d run --rm --network mac busybox ip -o addr show eth0 >"$WORK/addr" && break; sleep 0.05; done
		grep -q 10.71.0.2/24 "$WORK/addr"
		d network rm mac
	done
	d network create -d macvlan --ipv6 -o parent="$WIRE_A" --subnet 10.71.0.0/24 mac
	for _ in $(seq 600); do d run --rm --network mac busybox ip -6 -o addr show eth0 >"$WORK/addr" && break; sleep 0.05; done
	grep -q 'inet6 fd' "$WORK/addr"
	d network rm mac
	refused "requested macvlan mode 'nonsense' is not valid" network create -d macvlan -o parent="$WIRE_A" -o macvlan_mode=nonsense bad
	refused 'loopback interface is not a valid macvlan parent link' network create -d macvlan -o parent=lo bad
	refused 'invalid subinterface vlan name nosuch' network create -d macvlan -o parent=nosuch bad
	refused '-o parent interface was not found on the host: nosuch' network create -d ipvlan -o parent=nosuch.5 bad
	refused 'vlan id must be between 1-4094, received: 5000' network create -d macvlan -o parent="$WIRE_A".5000 bad
	refused "requested ipvlan mode 'nonsense' is not valid" network create -d ipvlan -o parent="$WIRE_A" -o ipvlan_mode=nonsense bad
	refused "requested ipvlan flag 'nonsense' is not valid" network create -d ipvlan -o parent="$WIRE_A" -o ipvlan_flag=nonsense bad
	refused 'option com.docker.network.bridge.enable_icc is not supported by the macvlan driver' network create -d macvlan -o parent="$WIRE_A" -o com.docker.network.bridge.enable_icc=false bad
	if ! on_host ip link add link "$WIRE_A" name probe type vlan id 7 2>/dev/null; then
		refused "failed to create $WIRE_A.7 vlan link" network create -d macvlan -o parent="$WIRE_A".7 bad
	fi
	d network create -d ipvlan -o parent="$WIRE_A" --subnet 10.72.0.0/24 ip
	if on_host ip link add link "$WIRE_A" name probe6 type ipvlan mode l2 2>/dev/null; then
		on_host ip link del probe6
		d run --rm --network ip busybox ip -o addr show eth0 | grep -q 10.72.0.2/24
	else
		refused 'cannot make the link eth0 of the container: Operation not supported' run --rm --network ip busybox true
	fi
	d network rm ip
	[ "$(d network ls -q | wc -l)" -eq 3 ]
}

@test "a parent that networks share goes with the last of them; passthru and ipvlan share with nobody of their kind" {
	d network create -d macvlan --subnet 10.73.0.0/24 maker
	maker=$(d network inspect -f '{{.Id}}' maker)
	parent=dm-${maker:0:12}
	d network create -d macvlan -o parent="$parent" --subnet 10.73.1.0/24 second
	refused "cannot use mode passthru, macvlan network $maker is already using parent interface $parent" network create -d macvlan -o parent="$parent" -o macvlan_mode=passthru bad
	d network rm maker
	on_host ip link show "$parent"
	d run --rm --network second busybox ip -o addr show eth0 | grep -q 10.73.1.2/24
	engine_kill
	engine_start
	d run --rm --network second busybox ip -o addr show eth0 | grep -q 10.73.1.2/24
	d network rm second
	not on_host ip link show "$parent"
	d network create -d macvlan -o parent="$WIRE_A" -o macvlan_mode=passthru through
	refused "macvlan network $(d network inspect -f '{{.Id}}' through) is already using parent interface $WIRE_A in mode passthru" network create -d macvlan -o parent="$WIRE_A" bad
	# Settings that are no network have no parent, whatever they name.
	d network create --config-only -d macvlan -o parent="$WIRE_A" settings
	d network create --config-only -d macvlan -o parent=nosuch nowhere
	d network rm through
	d network create -d ipvlan -o parent="$WIRE_A" --subnet 10.74.0.0/24 one
	refused "network di-$(d network inspect -f '{{slice .Id 0 12}}' one) is already using parent interface $WIRE_A" network create -d ipvlan -o parent="$WIRE_A" bad
	d network create -d macvlan -o parent="$WIRE_A" other
	d network rm one other settings nowhere
	[ "$(d network ls -q | wc -l)" -eq 3 ]
}
