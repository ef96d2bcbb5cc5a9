load ../lib/engine
load ../lib/hosts
setup_file() { hosts_make; }
teardown_file() { hosts_remove; }

@test "networks are made, listed, shown and removed" {
	id=$(d network create --subnet 10.9.0.0/24 --gateway 10.9.0.1 --ip-range 10.9.0.128/25 --label a=b -o com.docker.network.bridge.name=bt9 net1)
	[ ${#id} -eq 64 ]
	[ "$(d network ls --format '{{.Name}}' | xargs)" = 'bridge host net1 none' ]
	[ "$(d network ls -q --filter label=a=b --no-trunc)" = "$id" ]
	[ "$(d network inspect -f '{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}{{end}} {{.Driver}} {{.Internal}}' net1)" = '10.9.0.0/24 10.9.0.1 bridge false' ]
	[ "$(d run --rm --network net1 busybox ip -4 -o addr show eth0 | grep -o '10.9.0.[0-9]*/24')" = 10.9.0.128/24 ]
	[ "$(d run --rm --network net1 --ip 10.9.0.77 busybox ip -4 -o addr show eth0 | grep -o '10.9.0.[0-9]*/24')" = 10.9.0.77/24 ]
	[ "$(d run --rm --network net1 --mac-address 02:11:22:33:44:55 busybox cat /sys/class/net/eth0/address)" = 02:11:22:33:44:55 ]
	on_host ip link show bt9
	[ "$(d network rm net1)" = net1 ]
	[ -z "$(on_host ip -o link | grep bt9)" ]
}

@test "bad input gets Docker's words, and changes nothing" {
	d network create --subnet 10.9.0.0/24 there
	d run -d --name in --network there busybox sleep 1000
	check() { run d "${@:2}"; [ "$status" -ne 0 ] && [[ $output == *"$1"* ]] || { echo "$output"; return 1; }; }
	check 'network with name there already exists' network create there
	check 'Pool overlaps with other one on this address space' network create --subnet 10.9.0.0/16 other
	check 'invalid' network create --subnet nonsense other
	check 'plugin "nosuch" not found' network create -d nosuch other
	check 'pre-defined network and cannot be removed' network rm bridge
	check 'has active endpoints (name:"' network rm there
	check 'No such container: nosuch' network connect there nosuch
	check 'nosuch not found' network connect nosuch in
	check 'already exists in network there' network connect there in
	check 'is not connected to' network disconnect bridge in
	check 'no configured subnet' run --rm --network there --ip 1.2.3.4 busybox true
	check 'Address already in use' run --rm --network there --ip 10.9.0.2 busybox true
	check 'network nosuch not found' run --rm --network nosuch busybox true
	[ "$(status_of http://b/networks/nosuch)" = 404 ]
	[ "$(d network ls -q | wc -l)" -eq 4 ]
	d rm -f in
	d network prune -f | grep -q there
}

@test "several networks: connect and disconnect while it runs, and again after a restart" {
	d network create one
	d network create two
	d run -d --name both --network one busybox sleep 1000
	d network connect --alias other two both
	[ "$(d exec both ls /sys/class/net | xargs)" = 'eth0 eth1 lo' ]
	[ "$(d inspect -f '{{len .NetworkSettings.Networks}}' both)" -eq 2 ]
	d restart -t 0 both
	[ "$(d exec both ls /sys/class/net | xargs)" = 'eth0 eth1 lo' ]
	d network disconnect two both
	[ "$(d exec both ls /sys/class/net | xargs)" = 'eth0 lo' ]
	[ "$(d network inspect -f '{{len .Containers}}' two)" -eq 0 ]
	d rm -f both
	d network rm one two
}

@test "networks are apart; an internal one has no way out; enable_icc=false keeps neighbours apart" {
	d network create a
	d network create b
	d network create --internal shut
	d network create -o com.docker.network.bridge.enable_icc=false quiet
	d run -d --name ca --network a busybox sleep 1000
	d run -d --name cb --network b busybox sleep 1000
	b=$(d inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' cb)
	run d exec ca ping -c 1 -W 1 "$b"
	[ "$status" -ne 0 ]
	run d run --rm --network shut busybox ping -c 1 -W 1 10.5.0.2
	[ "$status" -ne 0 ]
	d run -d --name q1 --network quiet busybox sleep 1000
	q1=$(d inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' q1)
	run d run --rm --network quiet busybox ping -c 1 -W 1 "$q1"
	[ "$status" -ne 0 ]
	d run --rm --network quiet busybox ping -c 1 -W 2 10.5.0.2
	d rm -f ca cb q1
	d network rm a b shut quiet
}

@test "names: containers, ids, aliases, round robin, reverse, TCP; and none of the default bridge" {
	d network create names
	d run -d --name db --network names --network-alias data busybox sleep 1000
	d run -d --name db2 --network names --network-alias data busybox sleep 1000
	d exec db cat /etc/resolv.conf | grep -q 'nameserver 127.0.0.11'
	d exec db nslookup db2 | grep -q 'Address: 172.18.0.3'
	d exec db nslookup DB2.names | grep -q 'Address: 172.18.0.3'
	d exec db nslookup "$(d inspect -f '{{.Id}}' db2 | cut -c1-12)" | grep -q 'Address: 172.18.0.3'
	[ "$(d exec db nslookup data | grep -c '^Address: 172')" -eq 2 ]
	d exec db nslookup -type=ptr 3.0.18.172.in-addr.arpa | grep -q 'name = db2.names'
	pid=$(d inspect -f '{{.State.Pid}}' db)
	nsenter -t "$pid" -n python3 - <<'P'
import socket
q = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\3db2\0\0\1\0\1"
t = socket.create_connection(("127.0.0.11", 53), 3)
t.sendall(len(q).to_bytes(2, "big") + q)
assert t.recv(600)[-4:] == bytes([172, 18, 0, 3])
P
	d rename db2 renamed
	d exec db nslookup renamed | grep -q 'Address: 172.18.0.3'
	d rm -f db renamed
	d network rm names
	[ -z "$(d run --rm busybox cat /etc/resolv.conf | grep 127.0.0.11)" ]
}

@test "other names go to the resolvers of --dns, and from an internal network nowhere" {
	outside python3 - >"$WORK/asked" 2>/dev/null <<'P' &
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.5.0.2", 53))
s.settimeout(20)
print("ready", flush=True)
for _ in range(8):
    q, who = s.recvfrom(512)
    print(q, flush=True)
    s.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + q[12:] + b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\4\1\2\3\4", who)
P
	server=$!
	for _ in $(seq 600); do grep -q ready "$WORK/asked" && break; sleep 0.05; done
	d network create open
	d network create --internal inside
	d run --rm --network open --dns 10.5.0.2 busybox nslookup -type=a far.example | grep -q 'Address: 1.2.3.4'
	asked=$(wc -l <"$WORK/asked")
	run d run --rm --network inside --dns 10.5.0.2 busybox nslookup -type=a far.example
	[ "$(wc -l <"$WORK/asked")" -eq "$asked" ]
	kill "$server" 2>/dev/null || true
	d network rm open inside
}

@test "an internal network asks a resolver of --dns that is in it, and only that one" {
	d network create --internal --subnet 10.66.5.0/24 inside
	d network create --internal --subnet 10.66.6.0/24 elsewhere
	d run -d --name server --network inside --ip 10.66.5.53 busybox sleep 1000
	nsenter -t "$(d inspect -f '{{.State.Pid}}' server)" -n python3 - >"$WORK/asked" 2>/dev/null 3>&- <<'P' &
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 53))
s.settimeout(60)
print("ready", flush=True)
while True:
    q, who = s.recvfrom(512)
    s.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + q[12:] + b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\4\1\2\3\4", who)
P
	server=$!
	await grep -q ready "$WORK/asked"
	# A datagram may be lost on a busy host.
	found() { for _ in 1 2 3 4 5; do "$@" | grep -q 'Address: 1.2.3.4' && return; done; return 1; }
	found d run --rm --network inside --dns 10.5.0.2 --dns 10.66.5.53 busybox nslookup -type=a far.example
	# It is one of the network, and of who joins that later, but of nobody else.
	d run -d --name later --network elsewhere --dns 10.66.5.53 busybox sleep 1000
	run d exec later nslookup -type=a far.example
	[ "$status" -ne 0 ]
	d network connect inside later
	found d exec later nslookup -type=a far.example
	d network disconnect inside later
	run d exec later nslookup -type=a far.example
	[ "$status" -ne 0 ]
	kill "$server"
	d rm -f server later
	d network rm inside elsewhere
}

@test "hosts: --add-host with host-gateway, --link; network container:ID and macvlan" {
	d run -d --name db busybox sleep 1000
	[ "$(d run --rm --add-host gate:host-gateway busybox grep gate /etc/hosts | cut -f1)" = 172.17.0.1 ]
	[ "$(d run --rm --link db:data busybox grep data /etc/hosts | cut -f1)" = 172.17.0.2 ]
	[ "$(d run --rm --network container:db busybox ip -4 -o addr show eth0 | grep -o 172.17.0.2/)" = 172.17.0.2/ ]
	d rm -f db
	on_host ip link add bt-dummy type veth peer name bt-peer
	on_host ip link set bt-dummy up
	d network create -d macvlan -o parent=bt-dummy --subnet 10.77.0.0/24 mac
	[ "$(d run --rm --network mac busybox ip -4 -o addr show eth0 | grep -o '10.77.0.2/24')" = 10.77.0.2/24 ]
	d network rm mac
}

@test "IPv6 on a network that has it, and none on others" {
	d network create --ipv6 --subnet 10.6.0.0/24 --subnet fd00:6::/64 six
	d run --rm --network six busybox ip -6 -o addr show eth0 | grep -q 'fd00:6::2/64'
	[ "$(d run --rm --network six busybox cat /proc/sys/net/ipv6/conf/eth0/accept_ra)" = 0 ]
	[ -z "$(d run --rm busybox ip -6 -o addr show eth0)" ]
	d network rm six
}

@test "ports on IPv6: from the host, from another with the client's address kept, and nothing else gets in" {
	on_host ip addr add fd00:5::1/64 dev "$WIRE_A" nodad
	outside ip addr add fd00:5::2/64 dev "$WIRE_B" nodad
	outside ip -6 route add default via fd00:5::1
	d network create --ipv6 --subnet 10.6.0.0/24 --subnet fd00:6::/64 six
	web both uno --network six -p 8080:80
	web four due -p '[::]:8081:80' -p '[::1]:8082:80'
	[ "$("$BUILD/berth" port both | sort | xargs)" = '80/tcp -> 0.0.0.0:8080 80/tcp -> [::]:8080' ]
	[[ $("$BUILD/berth" ps --filter name=both --format '{{.Ports}}') == *'[::]:8080->80/tcp'* ]]
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8080')" = uno ]
	[ "$(on_host curl -s --max-time 3 'http://[fd00:5::1]:8080')" = uno ]
	[ "$(on_host curl -s --max-time 3 http://127.0.0.1:8080)" = uno ]
	[ "$(outside curl -s --max-time 3 'http://[fd00:5::1]:8080')" = uno ]
	[ "$(outside curl -s --max-time 3 'http://[fd00:5::1]:8081')" = due ]
	[ "$(on_host curl -s --max-time 3 'http://[::1]:8082')" = due ]
	run outside curl -s --max-time 1 'http://[fd00:5::1]:8082'
	[ "$status" -ne 0 ]
	run outside curl -s --max-time 1 'http://[fd00:6::2]:80'
	[ "$status" -ne 0 ]
	run d run --rm --network six -p '[::]:8080:80' busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'Bind for :::8080 failed: port is already allocated'* ]]
	d run -d --name who --network six -p 8090:80 busybox httpd -f -v -p 80
	serves who
	outside curl -s --max-time 3 'http://[fd00:5::1]:8090' >/dev/null
	d logs who 2>&1 | grep -q fd00:5::2
	d run --rm --network six busybox ping -6 -c 1 -W 2 fd00:5::2
	engine_kill
	[ "$(outside curl -s --max-time 3 'http://[fd00:5::1]:8081')" = due ]
	engine_start
	[ "$(outside curl -s --max-time 3 'http://[fd00:5::1]:8080')" = uno ]
	"$BUILD/berth" update --publish-rm 8081:80 --publish-add '[fd00:5::1]:8083:80' four
	await outside curl -sf --max-time 3 'http://[fd00:5::1]:8083'
	[ "$(outside curl -s --max-time 3 'http://[fd00:5::1]:8083')" = due ]
	run outside curl -s --max-time 1 'http://[fd00:5::1]:8081'
	[ "$status" -ne 0 ]
	d rm -f both four who
	[ -z "$(rules | grep 8080)" ]
	d network rm six
	[ -z "$(rules | grep fd00:6)" ]
}

@test "a name server in a container has port 53 for itself, and names resolve there all the same" {
	d network create own
	d run -d --name ns --network own busybox sh -c 'nc -l -p 53 & exec sleep 1000'
	await d exec ns sh -c 'netstat -tln | grep -q 0.0.0.0:53 || netstat -tln | grep -q :::53'
	d exec ns nslookup ns | grep -q 'Address: 172.18.0.2'
	d rm -f ns
	d network rm own
}

@test "a container that stopped keeps the names of its networks to show, but for the default bridge; one that never ran has none" {
	shown() { api http://b/containers/namer/json | jq -c ".NetworkSettings.Networks[\"$1\"].DNSNames"; }
	d network create named
	d create --name namer --network named --network-alias al busybox sleep 1000
	[ "$(shown named)" = null ]
	d start namer
	names=$(shown named)
	[[ $names = '["namer","al",'* ]]
	d kill namer
	d wait namer
	[ "$(shown named)" = "$names" ]
	# What it is connected to while it does not run has its names at once, and its identity with the next start.
	id() { api http://b/containers/namer/json | jq -r ".NetworkSettings.Networks[\"$1\"].NetworkID"; }
	d network create later
	d network connect bridge namer
	d network connect --alias two later namer
	[ "$(shown bridge)" = null ]
	[[ $(shown later) = '["namer","two",'* ]]
	[ "$(id named)" = "$(d network inspect -f '{{.Id}}' named)" ]
	[ "$(id bridge),$(id later)" = , ]
	engine_kill
	engine_start
	[ "$(id bridge),$(id later)" = , ]
	d start namer
	d kill namer
	d wait namer
	[ "$(id later)" = "$(d network inspect -f '{{.Id}}' later)" ]
	[ "$(id bridge)" = "$(d network inspect -f '{{.Id}}' bridge)" ]
	d network disconnect later namer
	d network connect later namer
	[ -z "$(id later)" ]
	d rm namer
	d network rm named later
}

@test "an engine that starts again sets the rules of all its networks at once" {
	local i before
	for i in 1 2 3 4; do
		d network create "again$i"
		d run -d --name "again$i" --network "again$i" busybox sleep 1000
	done
	engine_kill
	before=$(grep -c 'trace network: nftables: ' "$WORK/log" || true)
	BERTH_TRACE=network engine_start
	# One for each family.
	[ $(($(grep -c 'trace network: nftables: ' "$WORK/log") - before)) -le 2 ]
	d run --rm --network again4 busybox nslookup again4 | grep -q Address
	engine_kill
	engine_start
	for i in 1 2 3 4; do d rm -f "again$i"; d network rm "again$i"; done
}
