load ../lib/engine
bats_require_minimum_version 1.5.0
# An attached `up` at a terminal: its keys. And what services want to have done before they start.
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	export COMPOSE_PROJECT_NAME="t$BATS_TEST_NUMBER"
	unset COMPOSE_MENU
}
teardown() { c down -v -t 0 --remove-orphans >/dev/null 2>&1; }
c() { timeout -s KILL 60 "$BUILD/berth" compose "$@"; }
at_terminal() { timeout -s KILL 90 "$BATS_TEST_DIRNAME/at_terminal.py" "$@"; }
talker() { printf 'services:\n  w:\n    image: busybox\n    stop_signal: SIGKILL\n    command: sh -c "while sleep 0.2; do echo tick; done"\n'; }

@test "up: the key d leaves the containers running" {
	talker >compose.yaml
	run at_terminal 'Detach' d -- "$BUILD/berth" compose up
	[ "$status" -eq 0 ]
	[[ $output == *Enable\ Watch* ]]
	[[ $output != *exited\ with* ]]
	[ "$(c ps -q | wc -l)" -eq 1 ]
}

@test "up: the key w follows files and leaves them alone again, Ctrl+C stops" {
	talker >compose.yaml
	printf '    develop: {watch: [{path: src, action: sync, target: /src}]}\n' >>compose.yaml
	mkdir src
	run at_terminal 'Enable Watch' w 'Disable Watch' w 'Enable Watch' ^C -- "$BUILD/berth" compose up
	[ "$status" -ne 99 ]
	[[ $output == *'Watch enabled'*'Watch disabled'*'Gracefully Stopping'* ]]
	[ "$(c ps -q | wc -l)" -eq 0 ]
}

@test "up: the key w without develop.watch says so and goes on" {
	talker >compose.yaml
	run at_terminal 'Enable Watch' w 'not yet configured' d -- "$BUILD/berth" compose up
	[ "$status" -eq 0 ]
	[[ $output == *'watch is not yet configured. Learn more: https://docs.docker.com/compose/file-watch/'* ]]
}

@test "up: no menu where it is not wanted, and none without a terminal" {
	talker >compose.yaml
	run at_terminal '| tick' ^C -- "$BUILD/berth" compose --ansi never up --menu=false
	[[ $output != *Detach* ]]
	COMPOSE_MENU=0 run at_terminal '| tick' ^C -- "$BUILD/berth" compose --ansi never up
	[[ $output != *Detach* ]]
	sed -i 's/while.*done/echo tick/' compose.yaml
	c up >out </dev/null
	not grep -q Detach out
}

@test "up --exit-code-from: any end stops all, and the code is that of the service" {
	cat >compose.yaml <<-'EOF'
		services:
		  test: {image: busybox, init: true, command: sleep 1000}
		  failure: {image: busybox, command: sh -c 'exit 42', depends_on: [test]}
	EOF
	run c up --menu=false --exit-code-from test
	[ "$status" -eq 143 ]
	[ -z "$(c ps -q)" ]
}

@test "pre_start: in containers of their own, with the service's volumes, before it, once" {
	cat >compose.yaml <<-'EOF'
		services:
		  w:
		    image: busybox
		    command: sh -c "cat /data/f; sleep 1000"
		    stop_grace_period: 0s
		    environment: {FROM: service}
		    volumes: ["v:/data"]
		    pre_start:
		      - {command: ["sh", "-c", "echo $$FROM $$OWN >/data/f"], environment: {OWN: hook}}
		      - {command: ["sh", "-c", "cat /data/f /data/f >/data/g; mv /data/g /data/f"], user: root}
		volumes: {v: }
	EOF
	c up -d
	for _ in $(seq 150); do [ "$(c logs --no-log-prefix w)" = $'service hook\nservice hook' ] && break; sleep 0.2; done
	[ "$(c logs --no-log-prefix w)" = $'service hook\nservice hook' ]
	[ "$(d ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | wc -l)" -eq 1 ]
	c up -d --scale w=2
	[ "$(c exec -T w cat /data/f | wc -l)" -eq 2 ]
}

@test "pre_start: one that fails keeps the service from its start, and stays until the next time or down" {
	cat >compose.yaml <<-'EOF'
		services:
		  w:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    pre_start: [{command: ["sh", "-c", "echo why; exit 3"]}]
	EOF
	for _ in 1 2; do
		run c up -d
		echo "$status: $output"
		[ "$status" -eq 1 ]
		[[ $output != *orphan* && $output == *'service "w" pre_start[0] exited with code 3 (hook container '*'retained for inspection)'* ]]
	done
	[ "$(c ps -q | wc -l)" -eq 0 ]
	[ "$(d logs "$COMPOSE_PROJECT_NAME-w-pre_start-0")" = why ]
	c down
	[ "$(d ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | wc -l)" -eq 0 ]
	sed -i 's/pre_start: .*/pre_start: [{command: x, per_replica: true}]/' compose.yaml
	run c up -d
	[[ $status -eq 1 && $output == *'per_replica is not yet supported'* ]]
}

@test "up: what hooks write is shown among the output" {
	cat >compose.yaml <<-'EOF'
		services:
		  w:
		    image: busybox
		    command: sh -c "sleep 1; echo own"
		    pre_start: [{command: echo before}]
		    post_start: [{command: echo after}]
	EOF
	c up >out
	grep -q 'w-1 -> .*| before' out
	grep -q 'w-1 -> .*| after' out
	grep -q 'w-1 .*| own' out
}

@test "a service with a dot in its name: its image is noted and pulled, others share its namespaces" {
	cat >compose.yaml <<-'EOF'
		services:
		  a.b: {image: busybox, command: sleep 1000, stop_grace_period: 0s, volumes: ["/shared"]}
		  c: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: "service:a.b", volumes_from: [a.b]}
	EOF
	c up -d
	[ "$(d inspect -f '{{index .Config.Labels "com.docker.compose.image"}}' "$COMPOSE_PROJECT_NAME-a.b-1")" = "$(d inspect -f '{{.Id}}' busybox)" ]
	[ "$(d inspect -f '{{.HostConfig.NetworkMode}}' "$COMPOSE_PROJECT_NAME-c-1")" = "container:$(d inspect -f '{{.Id}}' "$COMPOSE_PROJECT_NAME-a.b-1")" ]
	c exec -T a.b touch /shared/f
	c exec -T c test -e /shared/f
	[ "$(c up -d 2>&1 | grep -c Running)" -eq 2 ]
	printf 'services:\n  a.b: {image: "localhost:1/none"}\n' >compose.yaml
	run c pull
	[[ $status -ne 0 && $output == *localhost:1* ]]
}

@test "options that exclude each other, and values that mean nothing, are refused in Docker Compose's words" {
	printf 'services:\n  w: {image: busybox, command: sleep 1000, stop_grace_period: 0s, volumes: ["v:/data"]}\nvolumes: {v: }\n' >compose.yaml
	c up -d
	refused() { # words, command...
		run c "${@:2}"
		echo "$output"
		[[ $status -eq 1 && $output == *"$1"* ]]
	}
	refused '--build and --no-build are incompatible' up -d --build --no-build
	refused '--build and --no-build are incompatible' create --build --no-build
	refused '--force-recreate and --no-recreate are incompatible' up -d --force-recreate --no-recreate
	refused '--always-recreate-deps and --no-recreate are incompatible' up -d --always-recreate-deps --no-recreate
	refused '--no-recreate and --renew-anon-volumes are incompatible' up -d -V --no-recreate
	refused '--no-build and --watch are incompatible' up --no-build --watch
	refused '--detach cannot be combined with' up -d --attach w
	refused '--detach cannot be combined with' up -d --watch
	refused '--wait cannot be combined with' up --wait --abort-on-container-exit
	refused 'cannot be combined with --abort-on-container-exit' up --abort-on-container-failure --abort-on-container-exit
	refused 'invalid --pull option "bad"' up -d --pull bad
	refused 'invalid --pull option "bad"' create --pull bad
	refused '--service-ports and --publish are incompatible' run -P -p 80 w
	refused 'unsupported --progress value "bad"' --progress bad ps
	refused 'unknown filter bad' ps --filter bad=1
	refused 'arguments to --filter should be in form KEY=VAL' ps --filter bad
	refused "invalid filter 'bad'" ls --filter bad=1
	refused 'format value "bad" could not be parsed: parsing failed' ls --format bad
	refused 'no such service: nono' down nono
	refused 'no such service: nono' volumes nono
	refused 'copying between services is not supported' cp w:/a w:/b
	refused 'unknown copy direction' cp a b
	refused 'is not paused' unpause w
	c pause w
	refused 'is already paused' pause w
	c unpause w
	c up -d --wait=false --attach-dependencies=false
	[ "$(c volumes --format json | jq -r '.Labels | type')" = string ]
	[ "$(c ps -q | wc -l)" -eq 1 ]
}
