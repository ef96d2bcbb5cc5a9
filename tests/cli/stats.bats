load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "stats: what containers use, once; a limit, processes, a busy CPU" {
	# With shares enough that it is busy on a busy machine, too.
	d run -d --name busy --network none -m 64m --cpu-shares 100000 busybox sh -c 'sleep 1000 & while :; do :; done'
	d run -d --name idle busybox sleep 1000
	d create --name never busybox true
	out=$(d stats --no-stream)
	[[ $out == *'CPU %'*'MEM USAGE / LIMIT'*'NET I/O'*PIDS* ]]
	[[ $out == *busy* && $out == *idle* && $out != *never* ]]
	[[ $(d stats --no-stream --format '{{.MemUsage}}' busy) == *' / 64MiB' ]]
	[ "$(d stats --no-stream --format '{{.PIDs}}' busy)" -eq 2 ]
	cpu=$(d stats --no-stream --format '{{.CPUPerc}}' busy)
	[ "${cpu%%.*}" -ge 3 ]
	[[ $(d stats --no-stream --format '{{.CPUPerc}}' idle) == 0.* ]]
	[[ $(d stats --no-stream --all) == *never* ]]
	run d stats --no-stream nobody
	[ "$status" -eq 1 ]
}

@test "stats of the API: a stream of samples, one at once, two that belong together" {
	[ "$(timeout 20 curl -sN --unix-socket "$WORK/b.sock" http://b/containers/idle/stats | head -n 2 | wc -l)" = 2 ]
	api "http://b/containers/idle/stats?stream=0&one-shot=1" | jq -e '.precpu_stats.cpu_usage.total_usage == 0 and .cpu_stats.cpu_usage.total_usage > 0'
	# At once, as no second sample is waited for: the quickest of five.
	[ "$(for _ in 1 2 3 4 5; do api_ms "http://b/containers/idle/stats?stream=0&one-shot=1"; done | sort -n | head -n 1)" -lt 900 ]
	api "http://b/containers/idle/stats?stream=0" | jq -e '.precpu_stats.system_cpu_usage < .cpu_stats.system_cpu_usage and .preread < .read and (.networks | keys) == ["eth0"]'
	api "http://b/containers/never/stats?stream=0" | jq -e '.cpu_stats.cpu_usage.total_usage == 0 and .read == "0001-01-01T00:00:00Z"'
}

@test "stats takes no thread a container, here or in the engine" {
	seq 12 | xargs -I{} "$BUILD/berth" run -d --name many{} --network none busybox sleep 1000
	before=$(ls "/proc/$(cat "$WORK/pid")/task" | wc -l)
	"$BUILD/berth" stats >"$WORK/streamed" 2>&1 3>&- &
	client=$!
	for _ in $(seq 600); do [ "$(grep -c many12 "$WORK/streamed")" -lt 2 ] || break; sleep 0.05; done
	own=$(ls "/proc/$client/task" | wc -l) after=$(ls "/proc/$(cat "$WORK/pid")/task" | wc -l)
	kill "$client"
	[ "$(grep -c many12 "$WORK/streamed")" -ge 2 ]
	[ "$own" -eq 1 ]
	[ "$after" -lt $((before + 6)) ]
	seq 12 | xargs -I{} "$BUILD/berth" rm -f many{}
}
