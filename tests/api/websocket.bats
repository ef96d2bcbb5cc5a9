# GET /containers/{}/attach/ws: what others have as a stream, as WebSocket frames (RFC 6455).
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

ws() { timeout 30 "$ROOT/tests/lib/websocket.py" "$WORK/b.sock" "$@"; }

@test "input and output go through frames, split ones and pings among them" {
	d run -d -i --name cat --network none busybox cat
	[ "$(ws '/containers/cat/attach/ws?stream=1&stdin=1&stdout=1' 'send:one\n' 'until:one\n' 'split:two and three\n' 'until:three\n' ping:x)" = "one
two and three
kinds: 2 10" ]
	d rm -f cat
}

@test "text frames for who asks an old version" {
	d run -d -i --name old --network none busybox cat
	[[ $(ws '/v1.27/containers/old/attach/ws?stream=1&stdin=1&stdout=1' 'send:a\n' 'until:a\n') == *'kinds: 1' ]]
	d rm -f old
}

@test "the end of a container is a close frame; a close frame ends the connection and not the container" {
	d run -d -i --name ends --network none busybox sh -c 'read x; echo "got $x"'
	[ "$(ws '/containers/ends/attach/ws?stream=1&stdin=1&stdout=1' 'send:line\n' end)" = "got line
kinds: 2 8" ]
	d run -d -i --name stays --network none busybox cat
	[ "$(ws '/containers/stays/attach/ws?stream=1&stdin=1&stdout=1' close end)" = 'kinds: 8' ]
	[ "$(d inspect -f '{{.State.Status}}' stays)" = running ]
	d rm -f ends stays
}

@test "before the start, and what was said before, more than a socket holds" {
	d create --name later --network none busybox echo started
	ws '/containers/later/attach/ws?stream=1&stdout=1' end >"$WORK/later" &
	local client=$!
	until [[ $(api "http://b/events?since=1&until=$(date +%s.%N)&filters=%7B%22event%22:%5B%22attach%22%5D%7D") == *later* ]]; do sleep 0.02; done
	d start later
	wait "$client"
	[ "$(head -n 1 "$WORK/later")" = started ]
	d run --name much --network none busybox sh -c 'i=0; while [ $i -lt 60000 ]; do echo "line number $i"; i=$((i+1)); done' >/dev/null
	ws '/containers/much/attach/ws?logs=1&stdout=1' end >"$WORK/much"
	[ "$(grep -c '^line number' "$WORK/much")" -eq 60000 ]
	d rm -f later much
}

@test "what is no WebSocket, a browser's and frames that no client may send are refused" {
	d run -d -i --name it --network none busybox cat
	[ "$(api 'http://b/containers/it/attach/ws?stream=1' | jq -r .message)" = 'not websocket protocol' ]
	[[ $(ws '/containers/it/attach/ws?stream=1' origin:http://evil end) == 'HTTP/1.1 403 '* ]]
	[[ $(ws '/containers/none/attach/ws?stream=1' end) == *'No such container: none'* ]]
	# without a mask; with a reserved bit; a control frame of 200 bytes
	for bad in 810161 f18100000000aa 88fe00c800000000; do
		[ "$(ws '/containers/it/attach/ws?stream=1&stdin=1&stdout=1' "raw:$bad" end)" = 'kinds: 8' ]
	done
	[ "$(d inspect -f '{{.State.Status}}' it)" = running ]
	d rm -f it
}
