load ../lib/engine
bats_require_minimum_version 1.5.0
# Services that a program provides.
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	export COMPOSE_PROJECT_NAME="v$BATS_TEST_NUMBER" PATH="$PWD/bin:$PATH"
	mkdir bin
	provider <<-'EOF'
		echo "$*" >>calls
		[ "$2" != metadata ] || exit 0
		[ "$3" != up ] || printf '%s\n' '{"type":"info","message":"warming up"}' '{"type":"debug","message":"x"}' '{"type":"setenv","message":"URL=tcp://1.2.3.4"}'
	EOF
	cat >compose.yaml <<-'EOF'
		services:
		  db: {provider: {type: awesome, options: {size: 5, tag: [a, b]}}}
		  web: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, depends_on: [db]}
	EOF
}
teardown() { c down -v -t 0 >/dev/null 2>&1 || true; }
c() { timeout -s KILL 60 "$BUILD/berth" compose "$@"; }
provider() { { echo '#!/bin/sh'; cat; } >bin/awesome; chmod +x bin/awesome; }

@test "a program is asked for a service, and what it sets is in those that depend on it" {
	run -0 --separate-stderr c up -d
	[[ $stderr == *'db  Creating'*' db  warming up'*' db  Created'* ]]
	grep -qx "compose --project-name=$COMPOSE_PROJECT_NAME up --size=5 --tag=a --tag=b db" calls
	[ "$(c exec -T web sh -c 'echo $DB_URL')" = tcp://1.2.3.4 ]
	first=$(c ps -q web)
	c up -d
	[ "$(c ps -q web)" = "$first" ]
	c down -t 0
	grep -qx "compose --project-name=$COMPOSE_PROJECT_NAME down --size=5 --tag=a --tag=b db" calls
}

@test "its metadata say which options a command takes, and which it must have" {
	provider <<-'EOF'
		echo "$*" >>calls
		[ "$2" != metadata ] || printf '%s' '{"description":"d","up":{"parameters":[{"name":"size","required":true}]},"down":{"parameters":[]}}'
	EOF
	c up -d
	grep -qx "compose --project-name=$COMPOSE_PROJECT_NAME up --size=5 db" calls
	c down -t 0
	grep -qx "compose --project-name=$COMPOSE_PROJECT_NAME down db" calls
	sed -i 's/size: 5, //' compose.yaml
	run -1 --separate-stderr c up -d
	[[ $stderr == *'required parameter "size" is missing from provider "awesome" definition'* ]]
}

@test "what a provider refuses, says wrongly or ends with ends up" {
	for line in '{"type":"error","message":"no more of them"}|no more of them' '{"type":"what"}|invalid response from plugin: what' \
		'{"type":"setenv","message":"X"}|invalid response from plugin: X'; do
		provider <<<"[ \"\$2\" = metadata ] || echo '${line%|*}'"
		run -1 --separate-stderr c up -d
		[[ $stderr == *"${line#*|}"* ]]
	done
	provider <<<'[ "$2" = metadata ] || exit 3'
	run -1 --separate-stderr c up -d
	[[ $stderr == *'failed to create service provider: exit status 3'* ]]
	[ -z "$(c ps -aq)" ]
}

@test "no program of that name, and no path" {
	for type in nothing-here ./bin/awesome compose ../awesome; do
		printf 'services: {db: {provider: {type: "%s"}}}\n' "$type" >compose.yaml
		run -1 --separate-stderr c up -d
		[[ $stderr == *'executable file not found in $PATH'* || $stderr == *'is not a valid provider type'* ]]
	done
	[ ! -e calls ]
}
