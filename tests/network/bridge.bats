load ../lib/engine
load ../lib/hosts
setup_file() { hosts_make; }
teardown_file() { hosts_remove; }

@test "the default bridge: an address, a gateway, a way out, and nothing on the host before it is needed" {
	[ -z "$(on_host ip -o link | grep berth0)" ]
	[ -z "$(rules)" ]
	[ "$(d run --rm busybox sh -c 'ip -4 -o addr show eth0 | cut -d" " -f7; ip route | head -1 | cut -d" " -f1-3' | xargs)" = '172.17.0.2/16 default via 172.17.0.1' ]
	d run --rm busybox ping -c 1 -W 2 10.5.0.2
	[ "$(d run --rm busybox tail -1 /etc/hosts | cut -f1)" = 172.17.0.2 ]
	on_host ip link show berth0
}

@test "a published port: from this host, by its addresses, from the host next door, from containers, by itself" {
	web one uno -p 8080:80
	d run -d --name two busybox sleep 1000
	[ "$(on_host curl -s --max-time 3 127.0.0.1:8080)" = uno ]
	[ "$(on_host curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	[ "$(get_from two 172.17.0.1 8080)" = uno ]
	[ "$(get_from two 10.5.0.1 8080)" = uno ]
	[ "$(get_from one 10.5.0.1 8080)" = uno ]
	[ "$(d port one | xargs -d '\n')" = '80/tcp -> 0.0.0.0:8080 80/tcp -> [::]:8080' ]
	[ "$(d ps --filter name=one --format '{{.Ports}}')" = '0.0.0.0:8080->80/tcp, [::]:8080->80/tcp' ]
	d rm -f one two
	[ -z "$(rules | grep 8080)" ]
}

@test "the client's address is kept" {
	d run -d --name seen -p 7000:80 busybox httpd -f -v -p 80
	serves seen
	for _ in $(seq 300); do
		outside curl -s --max-time 3 10.5.0.1:7000 >/dev/null
		! d logs seen 2>&1 | grep -q '10.5.0.2' || break
		sleep 0.1
	done
	d logs seen 2>&1 | grep -q '10.5.0.2'
	d rm -f seen
}

@test "a port on 127.0.0.1 is for this host only, and a container's address is nobody's next door" {
	web local private -p 127.0.0.1:8081:80 -p 127.0.0.1:8082:82/udp
	nsenter --net="/proc/$(d inspect -f '{{.State.Pid}}' local)/ns/net" timeout 20 socat -u UDP-RECV:82 "OPEN:$WORK/got,creat" 3>&- &
	receiver=$!
	[ "$(on_host curl -s --max-time 3 127.0.0.1:8081)" = private ]
	run outside curl -s --max-time 1 10.5.0.1:8081
	[ "$status" -ne 0 ]
	run outside curl -s --max-time 1 172.17.0.2:80
	[ "$status" -ne 0 ]
	outside ip route add 172.17.0.0/16 via 10.5.0.1
	run outside curl -s --max-time 1 172.17.0.2:80
	[ "$status" -ne 0 ]
	outside ip route del 172.17.0.0/16
	# Who is next door on the wire may send anything, packets to 127.0.0.1 too (CVE-2020-8558).
	outside sysctl -qw net.ipv4.conf.all.route_localnet=1
	outside ip route del local 127.0.0.0/8 dev lo table local
	outside ip route del local 127.0.0.1 dev lo table local
	outside ip route add 127.0.0.1 via 10.5.0.1 src 10.5.0.2
	outside bash -c 'for _ in 1 2 3; do echo outside >/dev/udp/127.0.0.1/8082; done'
	run outside curl -s --max-time 1 127.0.0.1:8081
	outside ip route del 127.0.0.1
	outside ip route add local 127.0.0.0/8 dev lo table local
	outside ip route add local 127.0.0.1 dev lo table local
	[ "$status" -ne 0 ]
	on_host bash -c 'echo host >/dev/udp/127.0.0.1/8082'
	for _ in $(seq 600); do [ ! -s "$WORK/got" ] || break; sleep 0.05; done
	kill $receiver
	[ "$(cat "$WORK/got")" = host ]
	d rm -f local
}

@test "forms of -p: ranges, udp, random, -P and exposed ports" {
	d create --name forms -p 9000-9002:9000-9002 -p 127.0.0.1::81/udp -p 82 --expose 99 busybox sleep 1000
	d start forms
	[ "$(d port forms 9001 | xargs)" = '0.0.0.0:9001 [::]:9001' ]
	[[ "$(d port forms 81/udp)" =~ ^127.0.0.1:[0-9]+$ ]]
	[[ "$(d port forms 82/tcp | xargs)" =~ ^0.0.0.0:([0-9]+)' [::]:'[0-9]+$ ]]
	[[ "$(d ps --format '{{.Ports}}')" == *'99/tcp'*'0.0.0.0:9000-9002->9000-9002/tcp'* ]]
	d rm -f forms
	d run -d --name all -P --expose 70-71 busybox sleep 1000
	[ "$(d port all | wc -l)" -eq 4 ]
	d rm -f all
	run d run --rm -p nonsense busybox true
	[ "$status" -eq 125 ]
	[[ $output == *containerPort* ]]
	run d run --rm -p 1-3:4-5 busybox true
	[ "$status" -eq 125 ]
}

@test "two that ask for one port: the second gets Docker's error, and nothing of it is left" {
	d run -d --name first -p 8090:80 busybox sleep 1000
	before=$(rules)
	run d run --rm -p 8090:81 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'driver failed programming external connectivity on endpoint'*'Bind for 0.0.0.0:8090 failed: port is already allocated'* ]]
	run d run --rm -p 127.0.0.1:8090:81 busybox true
	[ "$status" -eq 125 ]
	[ "$before" = "$(rules)" ]
	[ "$(d ps -aq | wc -l)" -eq 1 ]
	nsenter --net=/run/netns/"$HOST" socat TCP-LISTEN:8091 /dev/null 3>&- &
	listener=$!
	await on_host grep -q ':1F9B 0*:0000 0A ' /proc/net/tcp /proc/net/tcp6 # 8091
	run d run --rm -p 8091:80 busybox true
	kill "$listener"
	[ "$status" -eq 125 ]
	[[ $output == *'address already in use'* ]]
	d rm -f first
}

@test "kill -9 of the engine: ports, addresses and names go on, and nothing is lost or leaked" {
	d network create keep
	web one uno -p 8080:80 --network keep
	d run -d --name two --network keep busybox sleep 1000
	engine_kill
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	engine_start
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	d exec two nslookup one | grep -q 'Address: 172.18.0.2'
	[ "$(d run --rm --network keep busybox ip -4 -o addr show eth0 | grep -o '172.18.0.[0-9]*/' )" = 172.18.0.4/ ]
	run d run --rm -p 8080:80 busybox true
	[ "$status" -eq 125 ]
	d rm -f one two
	d network rm keep
	for _ in $(seq 600); do [ "$(on_host ip -o link | grep -c veth)" -eq 0 ] && break; sleep 0.05; done
	[ "$(on_host ip -o link | grep -c veth)" -eq 0 ]
	[ -z "$(rules | grep 8080)" ]
}

@test "the hundredth container with two hundred ports starts as the first" {
	start() { local s; s=$(date +%s%N); d run -d --name "$1" -p "$2-$(($2 + 199)):1-200" busybox sleep 1000 >/dev/null; echo $((($(date +%s%N) - s) / 1000)); }
	# The quickest of three: on a busy machine any of them may have to wait.
	quickest() { local i; for i in 0 1 2; do start "$1$i" $(($2 + i * 200)); done | sort -n | head -1; }
	start warm 10000 >/dev/null
	first=$(quickest first 10200)
	for i in $(seq 4 40); do start "p$i" $((10000 + i * 200 + 200)) >/dev/null; done
	last=$(quickest last 30000)
	echo "first $first us, last $last us"
	[ "$last" -lt $((first * 3 + 20000)) ]
	d ps -q | xargs "$BUILD/berth" rm -f >/dev/null
}

@test "ports are added to a running container and taken from it, without a restart" {
	web live uno -p 8080:80
	pid=$(d inspect -f '{{.State.Pid}}' live)
	"$BUILD/berth" update --publish-add 8085:80 live
	[ "$(outside curl -s --max-time 3 10.5.0.1:8085)" = uno ]
	"$BUILD/berth" update --publish-rm 8080:80 live
	run outside curl -s --max-time 1 10.5.0.1:8080
	[ "$status" -ne 0 ]
	[ "$(d port live | xargs -d '\n')" = '80/tcp -> 0.0.0.0:8085 80/tcp -> [::]:8085' ]
	[ "$(d inspect -f '{{.State.Pid}}' live)" = "$pid" ]
	run "$BUILD/berth" update --publish-rm 9999:80 live
	[ "$status" -ne 0 ]
	d restart -t 0 live
	[ "$(d port live | xargs -d '\n')" = '80/tcp -> 0.0.0.0:8085 80/tcp -> [::]:8085' ]
	d run --rm -p 8080:80 busybox true
	d rm -f live
}

@test "killed at random while containers with ports come and go, the engine leaks no link, rule, address or port" {
	d network create churn
	client() { timeout -s KILL 20 "$DOCKER" run --rm --network churn -p "1900$1:80" busybox true; }
	kill_among 6 client
	for _ in $(seq 300); do [ -z "$(d ps -aq)" ] && break; d ps -aq | xargs -r "$BUILD/berth" rm -f >/dev/null 2>&1 || true; sleep 0.1; done
	for _ in $(seq 300); do [ "$(on_host ip -o link | grep -c veth)" -eq 0 ] && break; sleep 0.1; done
	[ "$(on_host ip -o link | grep -c veth)" -eq 0 ]
	[ -z "$(rules | grep 1900)" ]
	await no_shims
	[ "$(d network inspect -f '{{len .Containers}}' churn)" -eq 0 ]
	d run -d --name again --network churn -p 19001:80 -p 19002:80 -p 19003:80 busybox sleep 100
	[ "$(d inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' again)" = 172.18.0.2 ]
	d rm -f again
	d network rm churn
}

@test "without br_netfilter, and with IPv6 off: the same" {
	on_host sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || skip "no br_netfilter here anyhow"
	on_host sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	d network create plain
	web one uno -p 8080:80 --network plain
	d run -d --name two --network plain busybox sleep 1000
	[ "$(on_host curl -s --max-time 3 127.0.0.1:8080)" = uno ]
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	[ "$(get_from two 10.5.0.1 8080)" = uno ]
	[ "$(get_from one 10.5.0.1 8080)" = uno ]
	[ "$(get_from two 172.18.0.2 80)" = uno ]
	d rm -f one two
	d network rm plain
	on_host sysctl -qw net.bridge.bridge-nf-call-iptables=1
}

@test "--link on the default bridge tells of the other's ports and environment" {
	d run -d --name db -e A=1 -e PATH=/bin --expose 80 --expose 81 --expose 82 --expose 53/udp busybox sleep 1000
	d run --rm --name me --link db:my-db busybox env >"$WORK/env"
	for line in MY_DB_PORT=udp://172.17.0.2:53 MY_DB_PORT_53_UDP_PROTO=udp MY_DB_PORT_80_TCP=tcp://172.17.0.2:80 \
		MY_DB_PORT_80_TCP_START=tcp://172.17.0.2:80 MY_DB_PORT_80_TCP_END=tcp://172.17.0.2:82 MY_DB_PORT_80_TCP_PORT_END=82 \
		MY_DB_PORT_82_TCP_ADDR=172.17.0.2 MY_DB_NAME=/me/my-db MY_DB_ENV_A=1; do
		grep -qx "$line" "$WORK/env" || { echo "$line"; cat "$WORK/env"; return 1; }
	done
	[ -z "$(grep MY_DB_ENV_PATH "$WORK/env")" ]
	d create --name dead busybox
	run d run --rm --name me --link dead:x busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'Cannot link to a non running container: /dead AS /me/x'* ]]
	run d run --rm --link nosuch:x busybox true
	[ "$status" -eq 125 ]
	d rm -f db dead
}

@test "a network has its bridge as soon as it is made, and what cannot have one is not made" {
	d network create -o com.docker.network.bridge.name=bt-now -o com.docker.network.driver.mtu=1300 now
	on_host ip link show bt-now | grep -q 'mtu 1300'
	d network rm now
	not on_host ip link show bt-now
	on_host ip link add bt-veth type veth peer name bt-peer
	run d network create -o com.docker.network.bridge.name=bt-veth bad
	[ "$status" -ne 0 ]
	not d network inspect bad
	on_host ip link show bt-veth
	on_host ip link delete bt-veth
}
