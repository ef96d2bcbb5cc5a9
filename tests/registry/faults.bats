load ../lib/engine
load ../lib/hosts
load ../lib/registry
setup_file() {
	registries_make
	make_image big random 1
	make_image four random 4
}
teardown_file() { registries_remove; }
teardown() {
	mode plain
	"$BUILD/berth" images -q --no-trunc | sort -u | grep -v "$("$BUILD/berth" image inspect -f '{{.Id}}' busybox)" | xargs -r "$BUILD/berth" rmi -f >/dev/null
}
# One layer and one configuration are busybox's.
clean() { nothing_left 1 2; }
bad() { # mode, words
	mode "$1"
	run d pull localhost:5100/big
	[ "$status" -eq 1 ] && [[ $output == *"$2"* ]] || { echo "$output"; return 1; }
	clean
}

@test "a transfer that is cut goes on where it was" {
	mode cut=2
	d pull localhost:5100/big >"$WORK/out"
	grep -q 'Retrying in 1 second' "$WORK/out"
	[ "$(stats .blobs)" -eq 3 ]
	[ "$(stats .ranges)" -eq 2 ]
	[ "$(wc -c <"$(layer_folder localhost:5100/big)/f")" -eq 1048576 ]
}

@test "429 and 5xx are tried again after a pause" {
	for fault in 429 500; do
		mode $fault=1
		d pull localhost:5100/big >"$WORK/out"
		grep -q 'Retrying in 1 second' "$WORK/out"
		d rmi localhost:5100/big
	done
}

@test "a registry that hangs is asked again after half a minute, for what is missing" {
	mode hang=1
	began=$SECONDS
	timeout 100 "$DOCKER" pull localhost:5100/big >"$WORK/out"
	[ $((SECONDS - began)) -lt 60 ]
	grep -q 'Retrying in 1 second' "$WORK/out"
	[ "$(stats .ranges)" -eq 1 ]
	[ "$(wc -c <"$(layer_folder localhost:5100/big)/f")" -eq 1048576 ]
}

@test "a registry that answers a few bytes a second is one that hangs" {
	mode trickle=1
	began=$SECONDS
	timeout 100 "$DOCKER" pull localhost:5100/big >"$WORK/out"
	[ $((SECONDS - began)) -lt 60 ]
	grep -q 'Retrying in 1 second' "$WORK/out"
}

@test "wrong bytes, too many, a missing blob, a circle of redirects: an error with the blob's name, and nothing is kept" {
	bad wrong 'filesystem layer verification failed for digest sha256:'
	bad endless 'is longer than the '
	bad 404 'blob unknown'
	bad loop 'redirects'
	bad huge 'is longer than 4194304 bytes'
}

@test "a redirect out of HTTP is refused, and not asked for again" {
	mode file
	run timeout 30 "$DOCKER" pull localhost:5100/big
	[ "$status" -eq 1 ]
	[[ $output == *'Protocol "file" '* && $output != *Retrying* ]] || { echo "$output"; return 1; }
}

@test "a body that ends too early, every time: an error with the blob's name" {
	mode truncated=1
	d pull -q localhost:5100/big
	d rmi localhost:5100/big
	bad truncated 'unexpected EOF'
}

@test "images whose parts do not belong together" {
	for case in 'diffid:invalid diffID for layer' 'count:layers length mismatch: expected 1, got 2' 'traversal:invalid entry name "../../escape"'; do
		make_image "${case%%:*}" "${case%%:*}"
		run d pull "localhost:5000/${case%%:*}"
		[ "$status" -eq 1 ] && [[ $output == *"${case#*:}"* ]] || { echo "$output"; return 1; }
		clean
	done
	[ ! -e "$WORK/escape" ]
}

@test "eight clients who ask for one image are one download" {
	mode slow
	for i in $(seq 8); do d pull -q localhost:5100/big >"$WORK/out.$i" 3>&- & pids[i]=$!; done
	for i in $(seq 8); do wait "${pids[i]}"; grep -qx localhost:5100/big:latest "$WORK/out.$i"; done
	[ "$(stats .blobs)" -eq 1 ]
}

@test "layers come three at a time, or as many as is said" {
	mode brisk
	d pull -q localhost:5100/four
	[ "$(stats .most_at_once)" -eq 3 ]
	d rmi localhost:5100/four
	engine_kill
	engine_start --max-concurrent-downloads 1
	mode brisk
	d pull -q localhost:5100/four
	[ "$(stats .most_at_once)" -eq 1 ]
}

@test "a client who goes away ends the work, unless another waits for it" {
	mode slow
	"$DOCKER" pull localhost:5100/big >/dev/null 3>&- & first=$!
	sleep 1
	"$DOCKER" pull -q localhost:5100/big >"$WORK/out" 3>&- & second=$!
	sleep 0.5
	kill $first
	wait $second
	grep -qx localhost:5100/big:latest "$WORK/out"
	d rmi localhost:5100/big
	"$DOCKER" pull localhost:5100/big >/dev/null 3>&- & first=$!
	sleep 1
	kill $first
	for _ in $(seq 300); do clean >/dev/null && break; sleep 0.1; done
	clean
	# Who asks again at once gets it all the same.
	"$DOCKER" pull localhost:5100/big >/dev/null 3>&- & first=$!
	sleep 0.5
	kill $first
	mode plain
	d pull -q localhost:5100/big
}

@test "killed while it pulls, the engine keeps nothing half-made" {
	for moment in 0.1 0.3 0.6 1 2; do
		mode slow
		"$DOCKER" pull localhost:5100/four >/dev/null 2>&1 3>&- & client=$!
		sleep $moment
		engine_kill
		engine_start
		wait $client || true
		[ "$(d images -q | wc -l)" -eq 1 ]
		# Deleted in the background.
		for _ in $(seq 300); do clean >/dev/null && break; sleep 0.1; done
		clean
	done
	mode plain
	d pull -q localhost:5100/four
}

@test "memory does not depend on the layer's size" {
	[[ $BUILD != *build-* ]] || skip "the sanitizers have a memory of their own"
	make_image zeros zeros
	d pull -q localhost:5000/zeros
	[ "$(peak_kb)" -lt 32768 ]
}

@test "foreign layers come from their own address, which is told nothing of us" {
	make_image abroad foreign http://127.0.0.1:5300/blob "$WORK/blob"
	cat >"$WORK/web.py" <<-P
		import http.server
		class H(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        open("$WORK/asked", "a").write(self.path + " " + self.headers.get("Authorization", "") + "\n")
		        body = open("$WORK/blob", "rb").read()
		        self.send_response(200)
		        self.send_header("Content-Length", str(len(body)))
		        self.end_headers()
		        self.wfile.write(body)
		http.server.HTTPServer(("127.0.0.1", 5300), H).serve_forever()
	P
	registry_run web python3 "$WORK/web.py"
	registry_wait 5300
	rm "$WORK/asked"
	mode token
	d login -u ann --password-stdin localhost:5100 <<<secret
	d pull -q localhost:5100/abroad
	[ "$(cat "$(layer_folder localhost:5100/abroad)/f")" = foreign ]
	stats '.authorization[]' | grep -q Bearer
	[ "$(cat "$WORK/asked")" = '/blob ' ]
	d logout localhost:5100
}

@test "a proxy is asked, where one is set, but not for what needs none" {
	engine_kill
	engine_start --http-proxy http://127.0.0.1:5200 --no-proxy localhost --insecure-registry 10.5.0.1:5999
	mode plain
	d pull -q localhost:5100/big
	[ "$(stats '.authorization | length' 5200)" -eq 0 ]
	d pull -q 10.5.0.1:5999/big
	[ "$(stats '.authorization | length' 5200)" -gt 0 ]
	engine_kill
	engine_start
}
