# resolv.conf of containers, on hosts whose own names a resolver on their loopback.
load ../lib/engine

# An engine that sees this as the host's resolv.conf, and, if there is one, that of systemd-resolved.
begin() { # resolv.conf, the other
	WORK=$(mktemp -d /tmp/berth-resolv.XXXXXX)
	printf "$1" >"$WORK.conf"
	printf "${2:-}" >"$WORK.beyond"
	printf '#!/bin/sh\nmount --bind %s.conf /etc/resolv.conf\nmount -t tmpfs none /run\n[ ! -s %s.beyond ] || { mkdir -p /run/systemd/resolve; cp %s.beyond /run/systemd/resolve/resolv.conf; }\nip link set lo up\nexec "$@"\n' "$WORK" "$WORK" "$WORK" >"$WORK.run"
	chmod +x "$WORK.run"
	export ENGINE_RUNNER="unshare --net -m --propagation private $WORK.run"
	FILES=$WORK
	rmdir "$WORK"
	file_setup
}
teardown() {
	file_teardown
	rm -f "$FILES".*
}
resolv() { d run --rm "$@" busybox cat /etc/resolv.conf | xargs; }

@test "systemd-resolved: the default bridge and builds ask whom it asks, others by way of the host" {
	begin '# stub\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.org\n' \
		'# real\nnameserver 10.1.2.3\nnameserver fd00::53\nsearch real.org two.org\noptions edns0\noptions rotate\n'
	[ "$(resolv)" = 'nameserver 10.1.2.3 search real.org two.org options edns0 rotate' ]
	[ "$(resolv --network none)" = 'nameserver 10.1.2.3 search real.org two.org options edns0 rotate' ]
	[ "$(resolv --network host)" = 'nameserver 127.0.0.53 search example.org options edns0 trust-ad' ]
	[ "$(resolv --dns 127.0.0.1)" = 'nameserver 127.0.0.1 search real.org two.org options edns0 rotate' ]
	[ "$(resolv --dns-search .)" = 'nameserver 10.1.2.3 options edns0 rotate' ]
	[ "$(resolv --dns-option a:b --dns-search q.w)" = 'nameserver 10.1.2.3 search q.w options a:b' ]
	mkdir "$WORK/context"
	printf 'FROM busybox\nRUN cat /etc/resolv.conf >/seen\n' >"$WORK/context/Dockerfile"
	d build -q -t seen "$WORK/context"
	d run --rm seen cat /seen | grep -q 'nameserver 10.1.2.3'
	d network create own
	[ "$(resolv --network own)" = 'nameserver 127.0.0.11 search example.org options edns0 trust-ad ndots:0' ]
	[ "$(resolv --network own --dns-option ndots:5)" = 'nameserver 127.0.0.11 search example.org options ndots:5' ]
	for invalid in ndots:x ndots:-1 ndots ndots:; do
		[ "$(resolv --network own --dns-option "$invalid" --dns-option edns0)" = 'nameserver 127.0.0.11 search example.org options edns0 ndots:0' ]
	done
	nsenter -t "$(cat "$WORK/pid")" -n python3 - >"$WORK/asked" 2>&1 3>&- <<'P' &
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.53", 53))
s.settimeout(20)
print("ready", flush=True)
q, who = s.recvfrom(512)
s.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + q[12:] + b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\4\1\2\3\4", who)
P
	for _ in $(seq 600); do grep -q ready "$WORK/asked" && break; sleep 0.05; done
	d run --rm --network own busybox nslookup -type=a far.example.net | grep -q 'Address: 1.2.3.4'
}

@test "any other resolver on the host's loopback: public ones in the default bridge; other lines stay" {
	begin '; c\n  nameserver 127.0.0.1 # x\nnameserver ::1\nnameserver fd00::53\nnameserver junk\ndomain a.b\nsortlist 1.2.3.4\noptions ndots:3\n'
	[ "$(resolv)" = 'nameserver 8.8.8.8 nameserver 8.8.4.4 search a.b options ndots:3 sortlist 1.2.3.4' ]
	[ "$(resolv --network host)" = 'nameserver 127.0.0.1 nameserver ::1 nameserver fd00::53 search a.b options ndots:3 sortlist 1.2.3.4' ]
	d network create own
	[ "$(resolv --network own)" = 'nameserver 127.0.0.11 search a.b options ndots:3 sortlist 1.2.3.4' ]
}

@test "a host that names no resolver" {
	begin ''
	[ "$(resolv)" = 'nameserver 8.8.8.8 nameserver 8.8.4.4' ]
	[ -z "$(resolv --network host)" ]
}
