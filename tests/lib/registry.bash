# Registries on 127.0.0.1, beside an engine in a network namespace: Debian's docker-registry plain (5000), with TLS and
# passwords (5443), and one before the plain one that misbehaves (5100; what it redirects to: 5200).

registry_run() { # name, command
	nsenter --net=/run/netns/"$HOST" "${@:2}" >"$WORK/$1.log" 2>&1 3>&- &
	echo $! >>"$WORK/registries"
}

registry_config() { # file, address, more lines
	cat >"$1" <<-Y
		version: 0.1
		storage: {filesystem: {rootdirectory: $WORK/registry}, delete: {enabled: true}}
		log: {level: error}
		$3
		http:
		  addr: $2
	Y
}

registry_wait() {
	for port in "$@"; do
		for _ in $(seq 600); do on_host curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$port/v2/" && break; sleep 0.05; done
	done
}

registries_make() { # flags of the engine
	hosts_make "$@"
	registry_config "$WORK/plain.yml" 127.0.0.1:5000 "validation: {manifests: {urls: {allow: ['.*']}}}"
	registry_run plain docker-registry serve "$WORK/plain.yml"
	registry_run front python3 "$ROOT/tests/lib/registry_front.py" 5100 5000 5200
	registry_run other python3 "$ROOT/tests/lib/registry_front.py" 5200 5000
	registry_wait 5000 5100 5200
}

registries_remove() {
	kill $(cat "$WORK/registries") 2>/dev/null
	hosts_remove
}

mode() { on_host curl -s "http://127.0.0.1:5100/control/$1"; on_host curl -s http://127.0.0.1:5200/control/plain; }
stats() { on_host curl -s "http://127.0.0.1:${2:-5100}/control/stats" | jq -r "$1"; }
make_image() { on_host python3 "$ROOT/tests/lib/registry_image.py" 5000 "$@"; }
layer_folder() { "$BUILD/berth" image inspect -f '{{.GraphDriver.Data.UpperDir}}' "$@"; } # image, flags
# What an engine that has nothing in work may not hold.
nothing_left() {
	[ -z "$(ls "$WORK/data/tmp")" ] && [ "$(ls "$WORK/data/layers" | grep -vc empty)" -eq "$1" ] && [ "$(ls "$WORK/data/blobs" | wc -l)" -eq "$2" ] ||
		{ ls "$WORK/data/tmp" "$WORK/data/layers" "$WORK/data/blobs"; return 1; }
}
