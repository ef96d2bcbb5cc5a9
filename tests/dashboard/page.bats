# The page of `berth dashboard` in a real Chromium, which chromedriver drives in the engine's network namespace.
load ../lib/engine
load lib

setup_file() {
	export HOSTILE='<img src=x onerror=hacked=1><script>hacked=1</script>'
	dashboard_setup
	driver_start
	echo "$DRIVER" >"$WORK/driver.pid"
	step session
	"$BUILD/berth" run -d --name web --network none --label "com.docker.compose.project=$HOSTILE" --label "com.docker.compose.service=$HOSTILE" busybox \
		sh -c "echo begun; trap 'exit 0' TERM; echo '$HOSTILE'; printf '\033[31mred\033[m \033]0;title\007\033[2J\n'; while :; do sleep 0.1; done" >/dev/null
	dashboard_open
	step begin "$LINK"
	echo "$DASHBOARD" >"$WORK/dashboard.pid"
}
teardown_file() {
	step end || true
	kill "$(cat "$WORK/driver.pid")" "$(cat "$WORK/dashboard.pid")" 2>/dev/null || true
	file_teardown
}

step() { on_host timeout 120 python3 "$BATS_TEST_DIRNAME/page.py" 9515 "$@"; }

@test "dashboard: the page loads by its link, and shows what there is" { step loads web; }

@test "dashboard: containers are stopped and started by a button" {
	step stops_and_starts web
	[ "$(d inspect -f '{{.State.Running}}' web)" = true ]
}

@test "dashboard: a button that is pressed stays until it is released, whatever happens meanwhile" {
	step presses web
	d create --name meanwhile --network none busybox
	step held 2
	step released 2
	d rm meanwhile
}

@test "dashboard: a log follows, its colours are classes, and its markup is text" {
	id=$(d inspect -f '{{.Id}}' web)
	step logs "$id" begun
	step says "$HOSTILE"
	step coloured red fg1
	d run -d --name clock --network none busybox sh -c 'i=0; while :; do i=$((i+1)); echo "tick $i"; sleep 0.2; done'
	step logs "$(d inspect -f '{{.Id}}' clock)" 'tick 3'
	step says 'tick 12'
	step watches_end "$(d inspect -f '{{.Id}}' clock)"
	d rm -f clock
	step went_elsewhere
}

@test "dashboard: a terminal echoes, draws, and ends with its window" {
	id=$(d inspect -f '{{.Id}}' web)
	step terminal "$id"
	step leaves
	for _ in $(seq 600); do [ "$(d inspect -f '{{len .ExecIDs}}' web)" != 0 ] || break; sleep 0.05; done
	[ "$(d inspect -f '{{len .ExecIDs}}' web)" = 0 ]
}

@test "dashboard: control sequences of programs, whole and in pieces" { step readers; }

@test "dashboard: numbers become lines" { step stats "$(d inspect -f '{{.Id}}' web)"; }

@test "dashboard: names and labels of others are text in every view" { step hostile "$HOSTILE"; }

@test "dashboard: a keyboard is enough, and a narrow screen" {
	step keyboard web
	step narrow
}

@test "dashboard: what can be freed is freed, after a question" {
	d create --name old --network none busybox
	step frees 'Remove stopped containers'
	[ "$(d ps -aq | wc -l)" -eq 1 ]
}

@test "dashboard: a thousand containers are as many rows as are seen" {
	seq -w 0 999 | sed 's|.*|url = "http://b/containers/create?name=many-&"\noutput = /dev/null|' >"$WORK/requests"
	curl -s --unix-socket "$WORK/b.sock" -H 'Content-Type: application/json' -d '{"Image": "busybox", "HostConfig": {"NetworkMode": "none"}}' -K "$WORK/requests"
	step many 1001 many-999
}

@test "dashboard: read-only shows no button that could change something, and the end of the command is told" {
	kill "$(cat "$WORK/dashboard.pid")"
	step over
	dashboard_open --read-only
	echo "$DASHBOARD" >"$WORK/dashboard.pid"
	step begin "$LINK"
	step nothing_to_do "$(d inspect -f '{{.Id}}' web)"
	# The link is used up, and another tab has no key.
	step visit "$LINK"
	step outside
}
