# Requests of every kind are bounded in time and memory.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

crowd() { python3 "$ROOT/tests/lib/crowd.py" "$1" "$WORK/b.sock" "$2" >"$WORK/crowd" 3>&- & CROWD=$!; for _ in $(seq 300); do grep -q ready "$WORK/crowd" && return; sleep 0.1; done; return 1; }
crowd_ends() { kill $CROWD; wait $CROWD || true; }
# The fifth of ten pings, in milliseconds: on a busy machine one of them may have to wait, curl itself does.
ping_ms() { for _ in 1 2 3 4 5 6 7 8 9 10; do api_ms --max-time 1 http://b/_ping; done | sort -n | sed -n 5p; }
quick() {
	local attempt
	for attempt in 1 2 3 4 5; do [ "$(ping_ms)" -lt 100 ] && return; done
	echo "no attempt of $attempt was quick"
	return 1
}

@test "10,000 idle connections: _ping within 100 ms" {
	crowd idle 10000
	quick
	[ "$(run_none busybox echo fine)" = fine ]
	# Descriptors have large numbers now, which libnftables aborts at.
	d network create crowded
	[ "$(d run --rm --network crowded busybox echo fine)" = fine ]
	d network rm crowded
	crowd_ends
}

@test "1,000 clients that send their heads byte by byte: _ping within 100 ms" {
	crowd heads 1000
	quick
	crowd_ends
}

@test "1,000 clients that send their bodies byte by byte: _ping within 100 ms, memory within bounds" {
	before=$(memory_kb)
	crowd bodies 1000
	quick
	[ "$(memory_kb)" -lt $((before + 131072)) ]
	crowd_ends
}

@test "more connections than descriptors: the longest waiting go, who comes is served" {
	engine_kill
	(ulimit -n 400; engine_start)
	crowd idle 1000
	[ "$(api http://b/_ping)" = OK ]
	[ "$(run_none busybox echo fine)" = fine ]
	crowd_ends
	engine_kill
	engine_start
}

@test "a head that does not come to its end is dropped after half a minute" {
	took=$(python3 - "$WORK/b.sock" <<'P'
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
s.send(b"GET /_ping HTTP/1.1\r\nA: ")
began = time.time(); s.settimeout(90)
assert s.recv(1) == b""
print(int(time.time() - began))
P
	)
	[ "$took" -ge 29 ]
	[ "$took" -le 60 ]
}

@test "a body over its limit is 413, too deep a document, too long a head and odd lengths are 400" {
	head -c 9000000 /dev/zero | tr '\0' ' ' >"$WORK/large"
	[ "$(status_of -H 'Content-Type: application/json' -X POST --data-binary "@$WORK/large" http://b/containers/create)" = 413 ]
	[ "$(status_of -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' -X POST --data-binary "@$WORK/large" http://b/containers/create)" = 413 ]
	python3 -c 'print("{\"a\":" + "[" * 100000 + "]" * 100000 + "}")' >"$WORK/deep"
	[ "$(status_of -H 'Content-Type: application/json' -X POST --data-binary "@$WORK/deep" http://b/containers/create)" = 400 ]
	[ "$(status_of -H 'Content-Type: application/json' -H 'Content-Length: 5x' -X POST -d '{}' http://b/containers/create)" = 400 ]
	[ "$(status_of -H "X-A: $(head -c 70000 /dev/zero | tr '\0' a)" http://b/_ping)" = 400 ]
	[ "$(api http://b/_ping)" = OK ]
}

@test "what is no head of a request, or two at once, is refused and ends no engine" {
	cat >"$WORK/heads.py" <<-'END'
	import socket, sys
	for text in ["GET /_ping HTTP/1.1\r\nA: \0\r\n\r\n", "\0\r\n\r\n", "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
	             "GET /_ping HTTP/1.1\r\nA: b\nOrigin: c\r\n\r\n", "GET /_ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	             "GET //a?b\nSet-Cookie:c HTTP/1.1\r\n\r\n",
	             "POST /auth HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nGET / HTTP/1.1\r\n\r\n",
	             "POST /auth HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]:
	    client = socket.socket(socket.AF_UNIX)
	    client.settimeout(20)
	    client.connect(sys.argv[1])
	    client.sendall(text.encode())
	    answer = b""
	    while block := client.recv(65536):
	        answer += block
	    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1 ") == 1, (text, answer)
	END
	python3 "$WORK/heads.py" "$WORK/b.sock"
	[ "$(api http://b/_ping)" = OK ]
}

@test "browsers are refused: Origin, Sec-Fetch-Site, and names that lead to a TCP listener" {
	[ "$(status_of -H 'Origin: http://evil.example' http://b/_ping)" = 403 ]
	[ "$(status_of -H 'Sec-Fetch-Site: cross-site' http://b/_ping)" = 403 ]
	engine_kill
	echo '{"allow-insecure-api": true}' >"$WORK/daemon.json"
	ip netns add "bt-crowd-$$"
	ip -n "bt-crowd-$$" link set lo up
	ENGINE_RUNNER="nsenter --net=/run/netns/bt-crowd-$$" engine_start -H 127.0.0.1:2375 # an address alone is one of TCP
	near() { nsenter --net=/run/netns/bt-crowd-$$ curl -s -o /dev/null -w '%{http_code}' --max-time 5 "$@"; }
	[ "$(near http://127.0.0.1:2375/_ping)" = 200 ]
	[ "$(near -H 'Host: localhost:2375' http://127.0.0.1:2375/_ping)" = 200 ]
	[ "$(near -H "Host: $(hostname)" http://127.0.0.1:2375/_ping)" = 200 ]
	[ "$(near -H 'Host: evil.example:2375' http://127.0.0.1:2375/_ping)" = 403 ]
	[ "$(near -H 'Host:' http://127.0.0.1:2375/_ping)" = 403 ]
	# Every start, info and version say that the listener is open.
	grep -q 'the API is open to everybody who can reach its TCP address' "$WORK/log"
	d info 2>&1 | grep -q 'WARNING: the API is open to everybody'
	"$BUILD/berth" version 2>&1 | grep -q 'WARNING: the API is open to everybody'
	[ "$(nsenter --net=/run/netns/bt-crowd-$$ "$DOCKER" -H tcp://127.0.0.1:2375 ps -q)" = '' ]
	engine_kill
	# As with dockerd, an address without a host is the loopback's, and not every one.
	for address in tcp://:2375 :2375 tcp://; do
		ENGINE_RUNNER="nsenter --net=/run/netns/bt-crowd-$$" engine_start -H "$address"
		[ "$(ip netns exec "bt-crowd-$$" ss -Hltn | awk '{ print $4 }')" = 127.0.0.1:2375 ]
		engine_kill
	done
	for address in ::1 127.0.0.1:http 127.0.0.1:0 127.0.0.1:1/path; do
		run timeout 5 "$BUILD/berthd" -H "tcp://$address" --data-root "$WORK/d2" --exec-root "$WORK/e2" --config-file "$WORK/daemon.json"
		[ "$status" -eq 1 ]
		[[ $output == *"invalid bind address (tcp://$address)"* ]]
	done
	ip netns del "bt-crowd-$$"
	echo '{}' >"$WORK/daemon.json"
	engine_start
}
