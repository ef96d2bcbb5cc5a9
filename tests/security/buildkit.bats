# BuildKit's API against those who do not keep to it: ../buildkit/caller.py does what no client does.
load ../lib/engine

setup_file() {
	/usr/bin/python3 -c 'import h2.connection' 2>/dev/null || skip "python3-h2 is missing"
	file_setup
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }

caller() { timeout 100 /usr/bin/python3 "$BATS_TEST_DIRNAME/../buildkit/caller.py" "$WORK/b.sock" "$@"; }

@test "the same services by POST /grpc and from the first byte on; what is not served says so" {
	[ "$(caller direct)" = "0 0" ]
	[ "$(caller unknown)" = 12 ]
	[ "$(caller definition)" = 12 ]
	[ "$(status_of -X POST http://b/grpc)" = 400 ]
	[ "$(status_of -X POST http://b/session)" = 400 ]
	[ "$(status_of -X POST -H 'Connection: Upgrade' -H 'Upgrade: h2c' http://b/session)" = 400 ]
}

@test "a frontend of the client's own builds, reads, and gives back" {
	caller bridge >"$WORK/bridge"
	cat "$WORK/bridge"
	diff "$WORK/bridge" - <<-'END'
		solve 0 containerimage.config
		evaluate 0
		file 0 root
		folder 0 a f
		link 0 ../f
		stat 0 l
		out 5 5
		image 0 sha256:
		return 0
		solved 0 containerimage.config.digest containerimage.digest
		over 5
	END
}

@test "headers, messages and calls are bounded, and the connection goes on" {
	[ "$(caller compressed)" = "reset 11 0" ]
	[ "$(caller large)" = "reset 11 0" ]
	[ "$(caller headers)" = "reset 2 0" ]
	[ "$(caller streams "$(cat "$WORK/pid")")" = "0 True" ]
}

@test "what a message becomes in memory is bounded" {
	[ "$(caller bomb)" = "3 0" ]
}

@test "a peer that asks and never reads is not read on: memory stays flat" {
	[ "$(caller unread "$(cat "$WORK/pid")")" = "True 0" ]
}

no_stage() { not grep -qsx stage "/proc/$(cat "$WORK/pid")/task/"*/comm; }

@test "a build whose client has gone ends, though somebody listens who never reads" {
	mkfifo "$WORK/hold"
	caller deaf "$(cat "$WORK/pid")" "$WORK/data/layers" >"$WORK/deaf" 2>&1 <"$WORK/hold" 3>&- &
	client=$!
	exec 4>"$WORK/hold"
	for _ in $(seq 1800); do grep -q gone "$WORK/deaf" && break; sleep 0.05; done
	grep -q gone "$WORK/deaf"
	await nothing_in "$WORK/data/tmp" "$WORK/data/containers"
	await no_shims
	await no_stage
	# Who listens was there all the time.
	kill -0 "$client"
	exec 4>&-
	wait "$client"
}

@test "the names of a session lead nowhere else" {
	rm -f /tmp/escaped
	[[ $(caller good) == 0* ]]
	[[ $(caller xattrs) == 0* ]]
	caller hostile >"$WORK/hostile"
	[ "$(grep -c ' 2 ' "$WORK/hostile")" -eq 14 ]
	[ ! -e /tmp/escaped ] && [ ! -e "$WORK/data/escaped" ] && [ ! -e "$WORK/data/tmp/escaped" ]
	await nothing_in "$WORK/data/tmp"
}

@test "connections that begin and go leave nothing" {
	caller direct >/dev/null
	local before after
	before=$(ls "/proc/$(cat "$WORK/pid")/fd" | wc -l)
	for _ in $(seq 20); do caller direct >/dev/null; done
	for _ in $(seq 600); do
		after=$(ls "/proc/$(cat "$WORK/pid")/fd" | wc -l)
		[ "$after" -gt "$before" ] || break
		sleep 0.05
	done
	[ "$after" -le "$before" ]
}
