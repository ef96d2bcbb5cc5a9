# What a user names, and what others wrote: files that are none are not read, and no word gives orders to a terminal.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	mkfifo fifo
	ln -s /dev/zero zero
}

# Ends at once with an error that names what is wrong.
refused() {
	run timeout 10 "$BERTH_BUILD/berth" "$@" </dev/null
	echo "$*: $status $output"
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
	[[ $output == *'it is not a regular file'* || $output == *'is a directory'* ]]
}

@test "reads: what a flag names is a regular file, and no device or FIFO is opened" {
	local file
	printf 'services:\n  web:\n    image: busybox\n    env_file: fifo\n' >env.yml
	echo 'FROM busybox' >Dockerfile
	for file in fifo zero .; do
		refused run --rm --env-file "$file" busybox true
		refused run --rm --label-file "$file" busybox true
		refused run --rm --security-opt "seccomp=$PWD/$file" busybox true
		refused compose -f "$file" ps
		refused compose --env-file "$file" -f env.yml config
	done
	for file in fifo zero; do
		refused build --secret "id=s,src=$file" .
		refused build -f "$PWD/$file" "$WORK/data/tmp"
		refused context import "new-$file" "$file"
		ln -sfn "$file" .env
		refused compose -f env.yml config
		rm .env
	done
	refused compose -f env.yml config
	[ -z "$(d context ls -q | grep new-)" ]
}

@test "reads: a configuration or certificate that is none is told of, and not waited for" {
	mkdir config
	mkfifo config/config.json
	run timeout 10 "$BERTH_BUILD/berth" --config config ps -q
	[ "$status" -eq 0 ]
	[[ $output == *'WARNING: Error parsing config file (config/config.json)'*'not a regular file'* ]]
	rm config/config.json
	echo '{"a' >config/config.json
	run d --config config ps -q
	[[ $output == *'WARNING: Error parsing config file (config/config.json)'* ]]
	run timeout 10 "$BERTH_BUILD/berth" -H tcp://127.0.0.1:1 --tlsverify --tlscacert fifo --tlscert fifo --tlskey fifo ps
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
	[[ $output == *'not a regular file'* ]]
}

@test "reads: pipes of the shell, the standard input and the null device are files that are meant" {
	echo 'A=piped' >list
	[ "$(run_none --env-file <(cat list) busybox sh -c 'echo $A')" = piped ]
	[ "$(run_none --env-file /dev/stdin busybox sh -c 'echo $A' <list)" = piped ]
	[ "$(cat list | run_none --env-file /dev/stdin busybox sh -c 'echo $A')" = piped ]
	run_none --env-file /dev/null --label-file /dev/null busybox true
	printf 'services:\n  web:\n    image: busybox\n' | d compose --env-file /dev/null -f - config -q
	printf 'services:\n  web:\n    image: busybox\n' >c.yml
	d compose -f <(cat c.yml) config -q
	run timeout 20 "$BERTH_BUILD/berth" run --rm --env-file <(cat /dev/zero) busybox true
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
}

# No escape of a terminal in what is given.
clean() { not grep -q "[$(printf '\001-\010\013-\037\177')]" <<<"$1"; }

@test "control characters in words that are wrong reach no terminal" {
	local bad=$'x\033]0;evil\007\r\177'
	for line in "$bad" "run --$bad" "ps --filter $bad=1" "inspect $bad" "rm $bad" "network rm $bad" "volume inspect $bad" "compose $bad" "compose -f $bad ps" \
		"context use $bad" "port $bad 1" "pull $bad" "cp $bad:/x ." "run --rm --network none -u $bad busybox true" "exec $bad true"; do
		IFS=' ' read -r -a words <<<"$line"
		run d "${words[@]}"
		echo "$line: $status"
		[ "$status" -ne 0 ]
		clean "$output"
	done
	printf 'services:\n  web:\n    image: busybox\n    command: "${V\033:-}"\n    nokey\033[31m: 1\n' >bad.yml
	run d compose -f bad.yml config
	clean "$output"
	run d run --name hostile --network none busybox $'\033[31mnone'
	[ "$status" -eq 127 ]
	clean "$output"
	d rm hostile
	d run -d --name hostile --network none busybox sleep 100
	run d exec hostile $'\033[31mnone\302\233'
	[ "$status" -eq 127 ]
	clean "${output//$'\r'/}"
	[[ $output == *'exec: "\x1b[31mnone\u009b": executable file not found'* ]]
	run d exec -w $'/\033[31mnone' hostile true
	[ "$status" -ne 0 ]
	clean "${output//$'\r'/}"
	d rm -f hostile
}

@test "control characters of others reach no terminal through lists and names" {
	local label=$'\033]0;evil\007'
	d volume create --label "l=$label" evil-volume
	d network create --label "l=$label" evil-network
	d create --name evil --label "l=$label" -e "E=$label" --network none busybox sh -c "$label"
	d commit -a "$label" -m "$label" evil evil-image
	for line in 'ps -a --no-trunc' 'ps -a --format {{.Command}}{{.Labels}}' 'images' 'history --no-trunc evil-image' 'network ls --format {{.Labels}}' 'volume ls --format {{.Labels}}' \
		'inspect evil' 'inspect -f {{.Config.Env}} evil' 'top evil' 'info' 'system df -v' 'events --since 60s --until 0s'; do
		run script -qec "timeout 20 $BERTH_BUILD/berth $line" /dev/null
		echo "$line: $status"
		not grep -q $'\033\\]0\|\007' <<<"$output"
	done
	d rm evil
	d rmi evil-image
	d volume rm evil-volume
	d network rm evil-network
}
