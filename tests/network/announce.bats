load ../lib/engine
# Who hears on all links of the engine's host which MAC address an address has: lines "time link address mac", of ARP and of neighbour advertisements.
setup_file() {
	file_setup
	cat >"$WORK/listen.py" <<-'PY'
		import ipaddress, socket, struct
		s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
		s.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS: when it came, and not when it was read
		print("ready", flush=True)
		while True:
		    p, said, _, (link, protocol, kind, *_) = s.recvmsg(2000, 100)
		    if not link.startswith("tap-") or kind == socket.PACKET_OUTGOING: continue
		    if protocol == 0x806 and p[14:18] == p[24:28] and p[6:8] == b"\0\1" and p[18:24] == bytes(6): address, mac = p[14:18], p[8:14]
		    elif protocol == 0x86dd and p[6] == 58 and p[7] == 255 and p[40] == 136 and p[44] == 0x20 and p[64:66] == b"\2\1": address, mac = p[48:64], p[66:72]
		    else: continue
		    seconds, nanoseconds = struct.unpack("qq", said[0][2][:16])
		    print(seconds * 1000 + nanoseconds // 1000000, link, ipaddress.ip_address(address), mac.hex(":"), flush=True)
	PY
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" python3 "$WORK/listen.py" >>"$WORK/heard" 2>&1 3>&- &
	echo $! >"$WORK/listener"
	await grep -q ready "$WORK/heard"
}
teardown_file() {
	kill "$(cat "$WORK/listener")"
	file_teardown
}
teardown() {
	d ps -aq | xargs -r "$DOCKER" rm -f >/dev/null
	d network prune -f >/dev/null
	: >"$WORK/heard"
}
net() { # name, options
	d network create -o com.docker.network.bridge.name="tap-$1" "${@:2}" "$1"
}
heard() { grep -c " $1 " "$WORK/heard"; }
heard_times() { [ "$(heard "$1")" -eq "$2" ]; }
mac_of() { d inspect -f "{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}" "$1"; }
neighbour() { d exec "$1" ip neigh show | awk -v a="$2" '$1 == a { print $5 }'; }
has_neighbour() { [ "$(neighbour "$1" "$2")" = "$3" ]; }

@test "a new endpoint's addresses are told three times, both families, as far apart as was asked" {
	net often -o com.docker.network.advertise_addr_ms=100 --ipv6 --subnet 10.71.0.0/24 --subnet fd00:71::/64
	d run -d --name uno --network often --ip 10.71.0.9 --ip6 fd00:71::9 busybox sleep 1000
	for address in 10.71.0.9 fd00:71::9; do
		await heard_times "$address" 3
		awk -v a="$address" -v mac="$(mac_of uno)" '$3 == a { if ($4 != mac || (n++ == 2 && $1 - first < 190)) exit 1; if (n == 1) first = $1 }' "$WORK/heard"
	done
	# The socket that they were told by is closed.
	await eval '[ "$(d exec uno sh -c "wc -l </proc/net/packet")" -eq 1 ]'
}

@test "as often as was asked, once or never" {
	net never -o com.docker.network.advertise_addr_nmsgs=0 --subnet 10.72.0.0/24
	net once -o com.docker.network.advertise_addr_nmsgs=1 -o com.docker.network.advertise_addr_ms=100 --subnet 10.73.0.0/24
	net often -o com.docker.network.advertise_addr_ms=100 --subnet 10.71.0.0/24
	for name in never once often; do d run -d --network "$name" busybox sleep 1000; done
	await heard_times 10.71.0.2 3
	heard_times 10.73.0.2 1
	heard_times 10.72.0.2 0
}

@test "a neighbour that knew the address reaches its new owner at once, also by connect" {
	net both --ipv6 --subnet 10.71.0.0/24 --subnet fd00:71::/64
	d run -d --name uno --network both busybox sleep 1000
	d run -d --name due --network both --ip 10.71.0.9 --ip6 fd00:71::9 busybox sleep 1000
	old=$(mac_of due)
	d exec uno ping -c 1 -W 5 10.71.0.9
	d exec uno ping -c 1 -W 5 fd00:71::9
	has_neighbour uno 10.71.0.9 "$old"
	d rm -f due
	d run -d --name due --network both --ip 10.71.0.9 --ip6 fd00:71::9 busybox sleep 1000
	new=$(mac_of due)
	[ "$new" != "$old" ]
	await has_neighbour uno 10.71.0.9 "$new"
	await has_neighbour uno fd00:71::9 "$new"
	d network disconnect both due
	d network connect --ip 10.71.0.9 both due
	await has_neighbour uno 10.71.0.9 "$(mac_of due)"
}

@test "a MAC address that was asked for stays; others are by chance, of one station and local" {
	net often -o com.docker.network.advertise_addr_ms=100 --subnet 10.71.0.0/24
	d run -d --name uno --network often --mac-address 92:d0:c6:0a:29:33 busybox sleep 1000
	await heard_times 10.71.0.2 3
	[ "$(mac_of uno)" = 92:d0:c6:0a:29:33 ]
	grep -q ' 10.71.0.2 92:d0:c6:0a:29:33' "$WORK/heard"
	d run -d --name due --network often busybox sleep 1000
	mac=$(mac_of due)
	[ $((0x${mac:0:2} & 3)) -eq 2 ]
	[ "$mac" = "$(d exec due cat /sys/class/net/eth0/address)" ]
}

@test "who ends meanwhile is not told of any more, and nothing of his stays" {
	net slow -o com.docker.network.advertise_addr_ms=2000 --subnet 10.71.0.0/24
	net often -o com.docker.network.advertise_addr_ms=100 --subnet 10.72.0.0/24
	d run -d --name uno --network slow busybox sleep 1000
	await heard_times 10.71.0.2 1
	begun=$(date +%s%N)
	d rm -f uno
	ports() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip -o link show master tap-slow; }
	await eval '[ -z "$(ports)" ]'
	[ $(($(date +%s%N) - begun)) -lt 1900000000 ] || skip "too slow a machine to tell"
	d run -d --network often busybox sleep 1000
	await heard_times 10.72.0.2 3
	heard_times 10.71.0.2 1
}

@test "numbers that mean nothing are refused in dockerd's words, one or both" {
	refused() { run d network create "${@:2}" x; [ "$status" -ne 0 ] && [ "$output" = "Error response from daemon: $1" ] || { echo "$output"; return 1; }; }
	N=com.docker.network.advertise_addr_nmsgs MS=com.docker.network.advertise_addr_ms
	refused "$N must be in the range 0 to 3" -o $N=4
	refused "$N must be in the range 0 to 3" -o $N=-1
	refused "value for option $N \"many\" must be an integer" -o $N=many
	refused "$MS must be in the range 100 to 2000" -o $MS=99
	refused "$MS must be in the range 100 to 2000" -o $MS=2001
	refused "value for option $MS \"1s\" must be integer milliseconds" -o $MS=1s
	refused "value for option $N \"\" must be an integer
$MS must be in the range 100 to 2000" -o $N= -o $MS=1
	refused "$N must be in the range 0 to 3" -d macvlan -o $N=4
	refused "$N must be in the range 0 to 3" --config-only -o $N=4
	[ "$(post_json /networks/create "{\"Name\":\"x\",\"Options\":{\"$N\":\"4\"}}")" = "{\"message\":\"$N must be in the range 0 to 3\"}" ]
}
