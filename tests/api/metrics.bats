load ../lib/engine
# metrics-addr: what Prometheus reads.
setup_file() {
	file_setup --metrics-addr 127.0.0.1:9323
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
}
teardown_file() { file_teardown; }
at_metrics() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" curl -s --max-time 10 "$@"; }
metrics() { at_metrics http://127.0.0.1:9323/metrics; }
value() { metrics | awk -v name="$1" '$1 == name { print $2 }'; }

@test "starts, builds, health checks and events are counted, and containers by their state" {
	d run -d --name web --network none --health-cmd false --health-interval 1s busybox sleep 1000
	d create --network none busybox
	printf 'FROM busybox\nRUN true\n' | d build -q -
	run d build -q - <<<'FROM busybox
RUN false'
	[ "$(value 'engine_daemon_container_actions_seconds_count{action="create"}')" -ge 2 ]
	[ "$(value 'engine_daemon_container_actions_seconds_count{action="start"}')" -eq 1 ]
	[ "$(value 'engine_daemon_container_actions_seconds_bucket{action="start",le="+Inf"}')" -eq 1 ]
	[ "$(value 'engine_daemon_container_states_containers{state="running"}')" -eq 1 ]
	[ "$(value 'engine_daemon_container_states_containers{state="stopped"}')" -eq 1 ]
	[ "$(value builder_builds_triggered_total)" -eq 2 ]
	[ "$(value builder_builds_failed_total)" -eq 1 ]
	[ "$(value engine_daemon_events_total)" -gt 3 ]
	for _ in $(seq 300); do [ "$(value engine_daemon_health_checks_failed_total)" -lt 1 ] || break; sleep 0.1; done
	[ "$(value engine_daemon_health_checks_failed_total)" -ge 1 ]
	[ "$(value process_resident_memory_bytes)" -gt 1000000 ]
	[[ $(metrics | grep '^engine_daemon_engine_info') == *'version="'* ]]
}

@test "each line is of the text format, each name has its type, and buckets grow" {
	metrics >"$WORK/metrics"
	python3 - "$WORK/metrics" <<-'E'
		import re, sys
		types, last = {}, {}
		for line in open(sys.argv[1]).read().splitlines():
		    if line.startswith("# TYPE "):
		        name, kind = line.split()[2:]
		        assert name not in types, line
		        types[name] = kind
		    elif not line.startswith("# HELP "):
		        found = re.fullmatch(r'([a-z_]+)(\{([a-z_]+="[^"\\]*",?)+\})? [-+0-9.e]+', line)
		        assert found, line
		        base = re.sub(r"_(bucket|sum|count)$", "", found[1])
		        assert found[1] in types or types.get(base) == "histogram", line
		        if "_bucket{" in line:
		            key = re.search(r'action="[a-z]+"', line)[0] + base
		            number = float(line.split()[-1])
		            assert number >= last.get(key, 0), line
		            last[key] = number
		assert len(types) > 15
	E
}

@test "nothing else is answered there" {
	code() { at_metrics -o /dev/null -w '%{http_code}' "$@"; }
	[ "$(code http://127.0.0.1:9323/containers/json)" -eq 404 ]
	[ "$(code http://127.0.0.1:9323/v1.41/info)" -eq 404 ]
	[ "$(code -X POST http://127.0.0.1:9323/metrics)" -eq 404 ]
	[ "$(code http://127.0.0.1:9323/metricsx)" -eq 404 ]
	[ "$(code 'http://127.0.0.1:9323/metrics?x=1')" -eq 200 ]
	[ "$(status_of http://b/metrics)" -eq 404 ]
}

@test "metrics: their listener speaks no other protocol" {
	head -c 5 /dev/zero >"$WORK/empty"
	grpc() { "$@" -s --max-time 10 --http2-prior-knowledge -H 'Content-Type: application/grpc' -H 'TE: trailers' --data-binary "@$WORK/empty"; }
	# The same call where it belongs.
	[[ "$(grpc curl --unix-socket "$WORK/b.sock" http://b/moby.buildkit.v1.Control/ListWorkers | tr -d '\0')" == *mobyproject* ]]
	run grpc nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" curl http://127.0.0.1:9323/moby.buildkit.v1.Control/ListWorkers
	[[ $status -ne 0 && $output != *mobyproject* ]]
	at_metrics http://127.0.0.1:9323/metrics | grep -q engine_daemon_engine_info
}

@test "an address that is none is refused at the start" {
	run unshare --net "$BUILD/berthd" -H "unix://$WORK/other.sock" --data-root "$WORK/other" --exec-root "$WORK/other.run" --config-file "$WORK/daemon.json" \
		--metrics-addr nonsense
	[[ $status -ne 0 && $output == *'invalid address'*nonsense* ]] || { echo "$output"; return 1; }
}
