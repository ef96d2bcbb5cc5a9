load ../lib/engine
load ../lib/compose
# Which containers, networks and volumes a command concerns: by profiles, by names, by what the files have.
setup() { case_folder k; }
state() { d inspect -f '{{.State.Status}}' "$COMPOSE_PROJECT_NAME-$1-1" 2>/dev/null | grep . || echo none; }
has() { d "$1" inspect "${COMPOSE_PROJECT_NAME}_$2" >/dev/null 2>&1; }

with_profile() {
	cat >compose.yaml <<-'EOF'
		services:
		  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none}
		  p: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, profiles: [p]}
	EOF
	c --profile p up -d
}

@test "a service whose profile is not enabled is left alone, unless it is named" {
	with_profile
	c pause
	[ "$(state a) $(state p)" = "paused running" ]
	c unpause
	for what in kill start restart stop start; do
		before=$(d inspect -f '{{.State.StartedAt}}' "$COMPOSE_PROJECT_NAME-p-1")
		c $what
		[ "$(state p)" = running ]
		[ "$(d inspect -f '{{.State.StartedAt}}' "$COMPOSE_PROJECT_NAME-p-1")" = "$before" ]
	done
	[ "$(c ps --format '{{.Service}}' | sort | tr '\n' ' ')" = "a p " ]
	[ "$(c ps --orphans=false --format '{{.Service}}')" = a ]
	c stop p
	[ "$(state a) $(state p)" = "running exited" ]
	c --profile p start
	c rm -fs
	[ "$(state a) $(state p)" = "none running" ]
	c down --remove-orphans
	[ "$(state p)" = running ]
	c down p
	[ "$(state p)" = none ]
	with_profile
	c --profile p down
	[ "$(state a) $(state p)" = "none none" ]
}

@test "logs without a name: of the services that are enabled" {
	cat >compose.yaml <<-'EOF'
		services:
		  a: {image: busybox, command: echo of a, network_mode: none}
		  p: {image: busybox, command: echo of p, network_mode: none, profiles: [p]}
	EOF
	c --profile p up
	[ "$(c logs --no-log-prefix)" = "of a" ]
	[ "$(c logs --no-log-prefix p)" = "of p" ]
	[ "$(c --profile p logs --no-log-prefix | sort | tr '\n' ,)" = "of a,of p," ]
	run -1 --separate-stderr c logs --since zz a
	[[ $stderr == *'invalid value for "since"'* ]]
	echo 'services: [' >compose.yaml
	COMPOSE_PROJECT_NAME='' run -1 --separate-stderr c logs
	[[ $stderr != *since* ]]
}

@test "a profile is not enabled by a dependent that has another" {
	cat >compose.yaml <<-'EOF'
		services:
		  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, profiles: [p]}
		  b: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, profiles: [q], depends_on: [a]}
		  s: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, profiles: [q]}
		  t: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, profiles: [q], depends_on: [s]}
	EOF
	run -1 --separate-stderr c up -d b
	[ "$stderr" = "no such service: a" ]
	c up -d b a
	[ "$(state a) $(state b) $(state s)" = "running running none" ]
	c up -d t
	[ "$(state s) $(state t)" = "running running" ]
	c --profile '*' down
}

@test "down of some services takes the networks and volumes that they alone use" {
	cat >compose.yaml <<-'EOF'
		services:
		  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, networks: [own, both], volumes: ["va:/v"]}
		  b: {image: busybox, command: sleep 1000, stop_grace_period: 0s, networks: [both], volumes: ["vb:/v"]}
		networks: {own: , both: }
		volumes: {va: , vb: }
	EOF
	c up -d
	run -0 --separate-stderr c down -v a
	[[ $stderr == *"Network ${COMPOSE_PROJECT_NAME}_both  Resource is still in use"* ]]
	has network both && has volume vb && [ "$(state b)" = running ]
	! has network own && ! has volume va
}

@test "down takes what the files have: what another file made stays, as do volumes that were taken out of it" {
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, volumes: ["old:/v"], networks: [n]}\nvolumes: {old: }\nnetworks: {n: }\n' >compose.yaml
	c up -d
	c rm -fs
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, volumes: ["new:/v"]}\nvolumes: {new: , idle: }\n' >compose.yaml
	c --all-resources up -d
	has volume idle
	c down -v
	has volume old && has network n && has volume idle
	! has volume new && ! has network default
	c --all-resources down -v
	! has volume idle
	d volume rm "${COMPOSE_PROJECT_NAME}_old"
	d network rm "${COMPOSE_PROJECT_NAME}_n"
}

@test "down leaves containers of run and orphans, and the network that they are on" {
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s}\n  b: {image: busybox, command: sleep 1000, stop_grace_period: 0s}\n' >compose.yaml
	c up -d
	c run -d --name "${COMPOSE_PROJECT_NAME}-once" a
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s}\n' >compose.yaml
	run -0 --separate-stderr c down
	[[ $stderr == *"Network ${COMPOSE_PROJECT_NAME}_default  Resource is still in use"* ]]
	[ "$(state a) $(state b)" = "none running" ]
	[ "$(d inspect -f '{{.State.Status}}' "${COMPOSE_PROJECT_NAME}-once")" = running ]
	c down --remove-orphans
	[ "$(state b)" = none ] && ! has network default
	! d inspect "${COMPOSE_PROJECT_NAME}-once"
}

@test "pre_stop comes before stop, rm -s and restart as well; one that fails keeps the container" {
	hook() { printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, volumes: [".:/w"], pre_stop: [{command: ["sh", "-c", "echo x >>/w/ran; exit %s"]}], post_start: [{command: ["sh", "-c", "echo y >>/w/began"]}]}\n' "$1" >compose.yaml; }
	hook 0
	c up -d
	c restart
	c stop
	c start
	c rm -fs
	[ "$(wc -l <ran) $(wc -l <began)" = "3 3" ]
	hook 3
	c up -d
	for what in stop restart "rm -fs" down; do
		run -1 --separate-stderr c $what
		[[ $stderr == *"a hook exited with status 3"* ]]
		[ "$(state a)" = running ]
	done
	hook 0
}

@test "--always-recreate-deps replaces what the named services depend on" {
	cat >compose.yaml <<-'EOF'
		services:
		  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, depends_on: [b]}
		  b: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none}
	EOF
	c up -d
	ids() { d inspect -f '{{.Id}}' "$COMPOSE_PROJECT_NAME-a-1" "$COMPOSE_PROJECT_NAME-b-1"; }
	mapfile -t first < <(ids)
	c up -d --always-recreate-deps a
	mapfile -t second < <(ids)
	[ "${first[0]}" = "${second[0]}" ] && [ "${first[1]}" != "${second[1]}" ]
	c up -d --force-recreate --always-recreate-deps a
	mapfile -t third < <(ids)
	[ "${third[0]}" != "${second[0]}" ] && [ "${third[1]}" != "${second[1]}" ]
}

@test "files that cannot be read: what COMPOSE_PROJECT_NAME names is known by its labels, and that is said" {
	with_profile
	echo 'services: [' >compose.yaml
	run -0 --separate-stderr c ps --format '{{.Service}}'
	[[ $stderr == *"known by its labels"* && $output == *a* && $output == *p* ]]
	run -0 --separate-stderr c down
	[ "$(state a) $(state p)" = "none none" ]
	run -1 --separate-stderr c up -d
	COMPOSE_PROJECT_NAME='' run -1 --separate-stderr c down
}

@test "rm tells what it removes; pause is told once it is done" {
	with_profile
	run -0 --separate-stderr c pause a
	[[ $stderr == *"Container $COMPOSE_PROJECT_NAME-a-1  Paused"* && $stderr != *Pausing* ]]
	c unpause
	c stop
	[ "$(c rm -f 2>/dev/null)" = "Going to remove $COMPOSE_PROJECT_NAME-a-1" ]
	c --profile p down
}
