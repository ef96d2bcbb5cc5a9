# Hosts on a wire, as network namespaces: $HOST is the engine's, $OUT another one next door.

hosts_make() { # flags of the engine
	export HOST=bt-host-$$ OUT=bt-out-$$ WIRE=10.5.0 WIRE_A=bt-a-$$ WIRE_B=bt-b-$$
	ip netns add "$HOST"
	ip netns add "$OUT"
	ip link add "$WIRE_A" netns "$HOST" type veth peer name "$WIRE_B" netns "$OUT"
	ip -n "$HOST" link set lo up
	ip -n "$OUT" link set lo up
	ip -n "$HOST" addr add $WIRE.1/24 dev "$WIRE_A"
	ip -n "$OUT" addr add $WIRE.2/24 dev "$WIRE_B"
	ip -n "$HOST" link set "$WIRE_A" up
	ip -n "$OUT" link set "$WIRE_B" up
	ip -n "$OUT" route add default via $WIRE.1
	export ENGINE_RUNNER="nsenter --net=/run/netns/$HOST"
	file_setup "$@"
}

hosts_remove() {
	file_teardown
	ip netns del "$HOST"
	ip netns del "$OUT"
}

on_host() { nsenter --net=/run/netns/"$HOST" "$@"; }
outside() { nsenter --net=/run/netns/"$OUT" "$@"; }
rules() { on_host nft list ruleset; }
# A web server in a container, saying $2; the rest are flags of run.
web() {
	d run -d --name "$1" "${@:3}" busybox sh -c "mkdir /w; echo $2 >/w/index.html; httpd -f -p 80 -h /w" || return
	serves "$1"
}
# Awaits that something in a container listens at a TCP port (80), which net/tcp of its first process shows.
serves() {
	local pid
	pid=$(d inspect -f '{{.State.Pid}}' "$1")
	await grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "${2:-80}") [0-9A-F]*:0000 0A " "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6"
}
# The same out of a container; busybox's static wget cannot look up names.
get_from() { d exec "$1" sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | timeout 3 nc $2 $3 | tail -n 1"; }
