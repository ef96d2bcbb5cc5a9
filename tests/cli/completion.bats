load ../lib/engine
# What shells offer. Docker's own client has a completion of its own.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	file_setup
	d run -d --name web --network none busybox sleep 1000
	d create --name idle --network none busybox
	d network create front
	d volume create data
	d tag busybox reg.example:5000/app:1
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }
offered() { d __complete -- "$@" | cut -f1 | xargs; }
# What bash has in COMPREPLY for a line, the cursor at its end.
in_bash() {
	PATH=$BUILD:$PATH bash -c 'source <(berth completion bash); compopt() { :; }; COMP_WORDBREAKS=$'"' \\t\\n\"><=;|&(:'"'
		COMP_LINE=$1 COMP_POINT=${#1}; _berth_complete; printf "%s\n" "${COMPREPLY[@]}"' - "$1" | xargs
}

@test "commands, groups and their commands, and Compose's" {
	[ "$(offered ru)" = run ]
	[ "$(offered con)" = 'container context' ]
	[ "$(offered container st)" = 'start stats stop' ]
	[ "$(offered compose up)" = up ]
	[ "$(offered compose -f x.yaml --profile a lo)" = logs ]
	[[ " $(offered '') " == *' attach '*' run '*' compose '* ]]
	[[ $(offered '') != *__complete* ]]
}

@test "names: of those that the command is for" {
	[ "$(offered exec '')" = web ]
	[ "$(offered start '')" = idle ]
	[ "$(offered rm '')" = 'idle web' ] || [ "$(offered rm '')" = 'web idle' ]
	[ "$(offered rm idle we)" = web ]
	[ "$(offered network connect fr)" = front ]
	[ "$(offered network connect front we)" = web ]
	[ "$(offered volume rm '')" = data ]
	[ "$(offered run -it reg)" = reg.example:5000/app:1 ]
	[ "$(offered context use d)" = default ]
	id=$(d inspect -f '{{.Id}}' web)
	[ "$(offered stop "${id:0:6}")" = "$id" ]
}

@test "flags, their values in both forms, and none behind the container's command" {
	[ "$(offered run --read)" = --read-only ]
	[ "$(offered run --restart '')" = 'no always on-failure unless-stopped' ]
	[ "$(offered run --restart=un)" = --restart=unless-stopped ]
	[ "$(offered run --network fr)" = front ]
	[ "$(offered run -d --cap-add NET_A)" = NET_ADMIN ]
	[ "$(offered ps --filter st)" = status= ]
	[ "$(offered exec -it web --)" = '' ]
	[ "$(offered run busybox ls --)" = '' ]
	[ "$(offered import '')" = :files ]
	[ "$(offered build '')" = :folders ]
	[ "$(offered run --env-file '')" = :files ]
}

@test "services of the project here" {
	cd "$(mktemp -d "$WORK/project.XXXXXX")"
	printf 'services:\n  db: {image: busybox}\n  dash: {image: busybox}\n' >compose.yaml
	[ "$(offered compose up -d d)" = 'db dash' ] || [ "$(offered compose up -d d)" = 'dash db' ]
	[ "$(offered compose exec das)" = dash ]
	cp compose.yaml other.yaml
	rm compose.yaml
	[ "$(offered compose -f other.yaml logs db)" = db ]
	[ "$(offered compose logs d)" = '' ]
}

@test "docker-compose: Compose's words without the word compose" {
	ln -s "$DOCKER" "$WORK/docker-compose"
	printf 'services:\n  only: {image: busybox}\n' >"$WORK/alone.yaml"
	alone() { "$WORK/docker-compose" __complete -- "$@" | cut -f1 | xargs; }
	[ "$(alone up)" = up ]
	[ "$(alone -f "$WORK/alone.yaml" logs on)" = only ]
	[[ " $(alone '') " == *' build '*' up '* ]]
}

@test "an engine that is not there gives no names, at once, and is not started" {
	run env DOCKER_HOST=unix:///nowhere/b.sock "$DOCKER" __complete -- exec ''
	[[ $status -eq 0 && -z $output ]]
	[[ $(DOCKER_HOST=unix:///nowhere/b.sock "$DOCKER" __complete -- -H "unix://$WORK/b.sock" exec '') == web* ]]
}

@test "bash: words with the letters that it breaks them at" {
	[ "$(in_bash 'berth ru')" = run ]
	[ "$(in_bash 'berth exec we')" = web ]
	[ "$(in_bash 'berth run --restart=unl')" = unless-stopped ]
	[ "$(in_bash 'berth run reg.example:5000/a')" = 5000/app:1 ]
	[[ " $(in_bash 'berth run --r') " == *' --read-only '*'--restart '* ]]
	cd "$WORK"
	[[ $(in_bash 'berth import busy') == busybox.tar ]]
}

@test "bash, zsh and fish complete commands, names, tags, flags and their values, with the keys pressed" {
	cat >"$WORK/pressed" <<-'E'
		berth exec w => berth exec web
		berth con => berth cont
		berth run --rest => berth run --restart
		berth run --restart un => berth run --restart unless-stopped
		berth run --restart=un => berth run --restart=unless-stopped
		berth run -it reg.example:5000/a => berth run -it reg.example:5000/app:1
		berth network connect fr => berth network connect front
		berth compose --prof => berth compose --profile
		berth import busy => berth import busybox.tar
	E
	for shell in bash zsh fish; do
		command -v $shell >/dev/null || { echo "# there is no $shell here" >&3; continue; }
		timeout 500 python3 "$BATS_TEST_DIRNAME/shell_keys.py" $shell "$BUILD" <"$WORK/pressed"
	done
}

@test "completion: three shells, and a sentence for others" {
	for shell in bash zsh fish; do [[ $(d completion $shell) == *__complete* ]]; done
	bash -n <(d completion bash)
	run d completion csh
	[[ $status -eq 1 && $output == *'no completion for csh'* ]]
}

@test "names of others give no orders to the terminal" {
	d create --name plain --label x=y --network none busybox $'\e[31m' >/dev/null
	[[ $(d __complete -- rm '' | cat -v) != *'^['* ]]
}
