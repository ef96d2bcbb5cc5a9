load ../lib/engine
# What an engine tells of its work, for who looks for a fault: BERTH_TRACE, and its state.
setup_file() { BERTH_TRACE=shim,network,store,api file_setup; }
teardown_file() { file_teardown; }

@test "a request has one id from the command line to the shim, and what is secret is told nowhere" {
	: >"$WORK/log"
	run env BERTH_TRACE=api "$BUILD/berth" run --rm -e PASSWORD=hush-1 busybox sh -c 'echo hush-2'
	[[ $status -eq 0 && $output == *hush-2* ]]
	id=$(echo "$output" | sed -n 's|.*/start (request \(.*\))|\1|p')
	[ -n "$id" ]
	for line in "api $id: POST /v1\..*/start: done" "shim $id: plan of .*: ENV .*\"PASSWORD\"" "shim $id: plan of .*: EXEC \"sh\" \"\" \"\"" "shim $id: container .*: the program runs" \
		"network $id: connect eth0" "network $id: rtnetlink message" "network $id: nftables" "store $id: UPDATE "; do
		grep -q "trace $line" "$WORK/log" || { echo "no line: $line"; return 1; }
	done
	await grep -q 'trace shim: container .* says EXITED' "$WORK/log"
	not grep hush "$WORK/log"
}

@test "a client's own request id is taken if it is a plain word, and no line can be forged by it" {
	curl -s -H 'X-Request-Id: my-own-7' --unix-socket "$WORK/b.sock" http://b/v1.44/info >/dev/null
	grep -q 'trace api my-own-7: GET /v1.44/info: done after' "$WORK/log"
	for bad in 'forged id' "$(printf 'x\033[31m')" "$(printf 'y%.0s' $(seq 65))" 'z:;'; do
		curl -s -H "X-Request-Id: $bad" --unix-socket "$WORK/b.sock" http://b/v1.44/version >/dev/null
		not grep -qF "$bad" "$WORK/log"
	done
}

@test "GET /debug/state and SIGUSR1: locks, threads, shims and endpoints" {
	d run -d --name watched busybox sleep 1000
	curl -s --unix-socket "$WORK/b.sock" http://b/debug/state >"$WORK/state.json"
	check() {
		jq -e --arg ip "$(d inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' watched)" '.Locks.engine == "free" and (.Threads | length > 2)
			and (.Containers[] | .Name == "watched" and .Status == "running" and .Pid > 1 and .ShimPid > 1 and .Operation == "free")
			and any(.Networks[]; .Name == "bridge" and any(.Endpoints[]; .[0] == $ip))' "$1"
	}
	check "$WORK/state.json"
	kill -USR1 "$(cat "$WORK/pid")"
	await grep -q "state is in $WORK/exec/state-" "$WORK/log"
	check "$(echo "$WORK"/exec/state-*.json)"
	[ "$(stat -c %a "$WORK"/exec/state-*.json)" = 600 ]
	d rm -f watched
}

@test "BERTH_TRACE with an area that is none is refused, by both programs" {
	run env BERTH_TRACE=api,nets "$BUILD/berth" ps
	[[ $status -ne 0 && $output == *"BERTH_TRACE: nets is none of api, shim, network, store, all"* ]]
	run env BERTH_TRACE=nets "$BUILD/berthd" --validate --config-file "$WORK/daemon.json"
	[[ $status -ne 0 && $output == *"BERTH_TRACE: nets is none of"* ]]
}
