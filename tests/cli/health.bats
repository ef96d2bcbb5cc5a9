load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

await_health() { # container, status
	for _ in $(seq 600); do [ "$(d inspect -f '{{.State.Health.Status}}' "$1")" = "$2" ] && return; sleep 0.05; done
	d inspect -f '{{json .State.Health}}' "$1"
	return 1
}

@test "a health check: starting, unhealthy after so many failures, healthy after one success" {
	d run -d --name sick --network none --health-cmd 'test -e /ok' --health-interval 200ms --health-retries 2 busybox sleep 1000
	[[ $(d ps -f name=sick --format '{{.Status}}') == *'(health: starting)' ]]
	await_health sick unhealthy
	[ "$(d ps -q -f health=unhealthy -f name=sick | wc -l)" -eq 1 ]
	[ "$(d ps -q -f health=healthy -f name=sick | wc -l)" -eq 0 ]
	[ "$(d inspect -f '{{(index .State.Health.Log 0).ExitCode}}' sick)" -eq 1 ]
	d exec sick touch /ok
	await_health sick healthy
	[ "$(d inspect -f '{{.State.Health.FailingStreak}}' sick)" -eq 0 ]
	[[ $(d ps -f name=sick --format '{{.Status}}') == *'(healthy)' ]]
	[[ $(d events --since 10m --until "$(date +%s.%N)" -f container=sick -f event=health_status) == *'health_status: unhealthy'*'health_status: healthy'* ]]
	d restart -t 0 sick
	[[ $(d inspect -f '{{.State.Health.Status}}' sick) == starting || $(d inspect -f '{{.State.Health.Status}}' sick) == healthy ]]
	[ "$(d inspect -f '{{len .ExecIDs}}' sick)" -eq 0 ]
}

@test "a check that takes too long is ended, and what it wrote is kept up to 4096 bytes" {
	d run -d --name slow --network none --health-cmd 'exec sleep 333' --health-interval 200ms --health-timeout 200ms --health-retries 1 busybox sleep 1000
	await_health slow unhealthy
	[ "$(d inspect -f '{{(index .State.Health.Log 0).ExitCode}}' slow)" -eq -1 ]
	[[ $(d inspect -f '{{(index .State.Health.Log 0).Output}}' slow) == 'Health check exceeded timeout (200ms)' ]]
	d run -d --name loud --network none --health-cmd 'yes' --health-interval 200ms --health-timeout 300ms --health-retries 1 busybox sleep 1000
	await_health loud unhealthy
	d run -d --name wordy --network none --health-cmd 'seq 10000; exit 3' --health-interval 200ms --health-retries 1 busybox sleep 1000
	await_health wordy unhealthy
	[ "$(d inspect -f '{{len (index .State.Health.Log 0).Output}}' wordy)" -eq 4096 ]
	d rm -f slow loud wordy
}

@test "failures within the start period do not count; checks come faster then" {
	d run -d --name start --network none --health-cmd 'test -e /ok' --health-interval 10s --health-start-period 200s --health-retries 1 busybox sleep 1000
	if d run --help | grep -q health-start-interval; then
		d run -d --name quick --network none --health-cmd 'test -e /ok' --health-interval 10s --health-start-period 200s --health-start-interval 200ms --health-retries 1 busybox sleep 1000
		for _ in $(seq 600); do [ "$(d inspect -f '{{len .State.Health.Log}}' quick)" -lt 2 ] || break; sleep 0.05; done
		[ "$(d inspect -f '{{.State.Health.Status}}' quick)" = starting ]
		d exec quick touch /ok
		await_health quick healthy
		d rm -f quick
	fi
	[ "$(d inspect -f '{{.State.Health.Status}}' start)" = starting ]
	d rm -f start
}

@test "HEALTHCHECK of the image, its times changed, and none" {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	printf 'FROM busybox\nHEALTHCHECK --interval=10s --retries=7 CMD ["true"]\nCMD ["sleep", "1000"]\n' >Dockerfile
	DOCKER_BUILDKIT=0 d build -t checked .
	d run -d --name own --network none --health-interval 200ms checked
	await_health own healthy
	[ "$(d inspect -f '{{.Config.Healthcheck.Retries}} {{.Config.Healthcheck.Test}}' own)" = '7 [CMD true]' ]
	d run -d --name off --network none --no-healthcheck checked
	[ "$(d inspect -f '{{json .State.Health}}' off)" = null ] || [[ $(d inspect -f '{{json .State}}' off) != *Health* ]]
}

@test "checks go on when the engine is another one" {
	d run -d --name later --network none --health-cmd 'test -e /ok' --health-interval 200ms --health-retries 1 busybox sleep 1000
	engine_kill
	engine_start
	await_health later unhealthy
	d exec later touch /ok
	await_health later healthy
}
