# @devcontainers/cli, where Node and the npm registry can be had: it asks for events and runs its container at the same time.
load ../lib/engine
load ../lib/npm

setup_file() {
	npm_fetch @devcontainers/cli 0.89 || return 0
	file_setup
	mkdir -p "$WORK/project/.devcontainer"
	echo '{"image": "busybox", "remoteUser": "root", "updateRemoteUserUID": false, "containerEnv": {"SAID": "in it"}, "postCreateCommand": "echo made >/made"}' \
		>"$WORK/project/.devcontainer/devcontainer.json"
}
setup() { [ -n "${WORK:-}" ] || skip "@devcontainers/cli is not to be had"; }
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }

devcontainer() { # command, words
	HOME=$WORK timeout -s KILL 60 "$(npm_at @devcontainers/cli 0.89)/.bin/devcontainer" "$1" --workspace-folder "$WORK/project" --docker-path "$DOCKER" "${@:2}" 2>>"$WORK/devcontainer.log"
}

@test "devcontainer: up and exec, again and again" {
	for _ in 1 2 3; do
		[[ $(devcontainer up --remove-existing-container) == *'"outcome":"success"'* ]] || { cat "$WORK/devcontainer.log"; return 1; }
		[ "$(devcontainer exec sh -c 'echo "$SAID" $(cat /made)')" = 'in it made' ]
	done
	[[ $(devcontainer up) == *'"outcome":"success"'* ]]
	[ "$(d ps -q | wc -l)" -eq 1 ]
}

@test "devcontainer: of a Dockerfile, with what is in the folder" {
	printf 'FROM busybox\nRUN echo built >/built\n' >"$WORK/project/.devcontainer/Dockerfile"
	echo '{"build": {"dockerfile": "Dockerfile"}, "remoteUser": "root", "updateRemoteUserUID": false}' >"$WORK/project/.devcontainer/devcontainer.json"
	echo text >"$WORK/project/file"
	[[ $(devcontainer up --remove-existing-container) == *'"outcome":"success"'* ]] || { cat "$WORK/devcontainer.log"; return 1; }
	[ "$(devcontainer exec cat /built file | xargs)" = 'built text' ]
}
