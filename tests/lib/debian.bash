# Images from Debian's packages: what a test needs to build them in a network namespace that leads nowhere.

# The tar of a small Debian, made once a run (tests/run says where, and removes it).
debian_tar() {
	local tar=${DEBIAN_TAR:-/var/tmp/berth-test-debian.tar}
	(
		flock 9
		[ -s "$tar" ] || { "$ROOT/tools/debian-image" >"$tar.new" && mv "$tar.new" "$tar"; }
	) 9>"$tar.lock"
	echo "$tar"
}

# On the engine's own loopback, port $1 is that port of a package mirror: two relays with a socket between them.
relay() { # host, port
	socat "UNIX-LISTEN:$WORK/$2.sock,fork" "TCP:$1:$2" 3>&- &
	echo $! >>"$WORK/relays"
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" socat "TCP-LISTEN:$2,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$WORK/$2.sock" 3>&- &
	echo $! >>"$WORK/relays"
}

debian_setup() {
	file_setup "$@"
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	relay deb.debian.org 80
	"$BUILD/berth" import -c 'CMD ["bash"]' "$(debian_tar)" debian:bookworm >/dev/null
}

debian_teardown() {
	xargs -r kill <"$WORK/relays" 2>/dev/null
	file_teardown
}

# A build whose RUNs may install packages.
debian_build() { timeout -s KILL 300 "$DOCKER" build --network host --add-host deb.debian.org:127.0.0.1 "$@"; }

# The mirror's port is a container's from now on.
relay_port_80_off() {
	local pid
	for pid in $(cat "$WORK/relays"); do
		[[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == *TCP-LISTEN:80,* ]] && kill "$pid"
	done
	return 0
}
