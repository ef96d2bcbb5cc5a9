# Wrong and missing arguments of every command: output, words and exit code of docker's command line 28.5.2 (tests/cli/words.py).
load ../lib/engine

setup_file() {
	file_setup
	d run -d --name ctr --network none busybox sleep 10000
	d create --name stp busybox true
	d network create nn
	d volume create vv
	d create --name uv -v vv:/x busybox true
}
teardown_file() { file_teardown; }

@test "every command with wrong words says what docker's client says, and ends as it does" {
	ln -s "$(realpath "$DOCKER")" "$WORK/docker"
	cd "$WORK/config"
	"$BATS_TEST_DIRNAME/words.py" "$WORK/docker" "$BATS_TEST_DIRNAME/words.jsonl"
}

@test "exec: --env-file is read, and what is no variable is refused" {
	printf '# a comment\nONE=1\nTWO\n' >"$WORK/env"
	[ "$(TWO=2 d exec --env-file "$WORK/env" -e THREE=3 ctr sh -c 'echo $ONE$TWO$THREE')" = 123 ]
	run d exec --env-file "$WORK/none" ctr true
	[ "$status" = 1 ]
	[ "$output" = "open $WORK/none: no such file or directory" ]
	run d exec -e =x ctr true
	[ "$status" = 125 ]
	[[ $output == 'invalid argument "=x" for "-e, --env" flag: invalid environment variable: =x'* ]]
}

@test "save and export do not write to a folder" {
	for words in 'save' 'export'; do
		run d $words -o "$WORK" "$([ $words = save ] && echo busybox || echo stp)"
		[ "$status" = 1 ]
		[[ $output == *'cannot write to a directory'* ]]
	done
}
