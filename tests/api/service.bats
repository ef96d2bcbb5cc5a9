load ../lib/engine
# The engine as a service: what its manager hears, and a configuration that is read again.
setup_file() {
	export NOTIFY=${BATS_FILE_TMPDIR}/notify HEARD=${BATS_FILE_TMPDIR}/heard
	python3 - "$NOTIFY" "$HEARD" 3>&- <<-'E' &
		import socket, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(sys.argv[1])
		while True:
		    with open(sys.argv[2], "ab") as heard:
		        heard.write(s.recv(4096) + b"\n")
	E
	echo $! >"$BATS_FILE_TMPDIR/listener"
	until [ -S "$NOTIFY" ]; do sleep 0.02; done
	NOTIFY_SOCKET=$NOTIFY WATCHDOG_USEC=200000 file_setup --label of=flag
}
teardown_file() {
	file_teardown
	kill "$(cat "$BATS_FILE_TMPDIR/listener")"
}
heard() { grep -qx "$1" "$HEARD"; }
logged() { grep -q "$1" "$WORK/log"; }
reload() { # daemon.json, what the log says when it is over
	echo "$1" >"$WORK/daemon.json"
	: >"$WORK/log"
	kill -HUP "$(cat "$WORK/pid")"
	await logged "$2" || { cat "$WORK/log"; return 1; }
}

@test "a service manager hears that the engine is ready, and that it is alive" {
	await heard READY=1
	: >"$HEARD"
	await heard WATCHDOG=1
	d version >/dev/null
}

@test "SIGHUP: labels, registries and the level of the log change, and the manager hears of it" {
	sleep 0.1
	: >"$HEARD"
	reload '{"insecure-registries": ["reg.example:5000"], "registry-mirrors": ["https://mirror.example/"], "debug": true}' 'is reloaded'
	[[ $(api http://b/info | jq -c .RegistryConfig.Mirrors) == *mirror.example* ]]
	[[ $(api http://b/info | jq -c .RegistryConfig) == *reg.example:5000* ]]
	[ "$(api http://b/info | jq -r .Labels[0])" = of=flag ]
	await heard RELOADING=1
	await heard 'MONOTONIC_USEC=[0-9]*'
	await heard READY=1
	[ "$(d events --since 1 --until "$(date +%s.%N)" --filter type=daemon --filter event=reload --format '{{.Action}}')" = reload ]
}

@test "SIGHUP: a configuration that is not valid changes nothing" {
	reload '{"registry-mirrors": ["https://one.example/"]}' 'is reloaded'
	reload '{"registry-mirrors": 7}' 'is not reloaded: .*registry-mirrors'
	reload '{"no-such-key": true}' 'is not reloaded: .*no-such-key'
	reload '{"registry-mirrors": [' 'is not reloaded'
	[[ $(api http://b/info | jq -c .RegistryConfig.Mirrors) == *one.example* ]]
}

@test "SIGHUP: what takes effect at the next start only is told by its name" {
	reload '{"default-shm-size": "1m"}' 'is reloaded'
	logged 'default-shm-size has changed in daemon.json: it takes effect when berthd is started again'
	[ "$(d run --rm --network none busybox df -k /dev/shm | awk 'NR == 2 { print $2 }')" -eq 65536 ]
}

@test "containers run on while the configuration is read again, and again" {
	d run -d --name stays --network none busybox sleep 1000
	for i in $(seq 20); do
		echo "{\"registry-mirrors\": [\"https://m$i.example/\"]}" >"$WORK/daemon.json"
		kill -HUP "$(cat "$WORK/pid")"
		api http://b/info >/dev/null
	done
	await sh -c "curl -s --unix-socket '$WORK/b.sock' http://b/info | grep -q m20.example"
	[ "$(d inspect -f '{{.State.Running}}' stays)" = true ]
	d rm -f stays
}

@test "SIGHUP: which builder clients are told of; mirrors are shown with their slash" {
	builder() { api -I http://b/_ping | tr -d '\r' | sed -n 's/^Builder-Version: //p'; }
	[ "$(builder)" = 2 ]
	reload '{"features": {"buildkit": false}, "registry-mirrors": ["https://mirror.example"]}' 'is reloaded'
	[ "$(builder)" = 1 ]
	[ "$(api http://b/info | jq -c '[.RegistryConfig.Mirrors, .NGoroutines > 0]')" = '[["https://mirror.example/"],true]' ]
}
