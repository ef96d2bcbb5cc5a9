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
		[[ $output == "failed to $words "*": cannot write to a directory" ]]
	done
}

# Words that are docker's too; for berth alone there is only the rule that the engine is not blamed.
@test "what the command line finds wrong here is not told as the engine's word" {
	cd "$BATS_TEST_TMPDIR"
	echo 'FROM scratch' >Dockerfile
	while read -r words; do
		[ -n "$words" ] || continue
		run d ${words%% | *}
		[ "$status" -ne 0 ] || { echo "taken: $words"; return 1; }
		[[ $output != *'Error response from daemon'* ]] || { echo "$words: $output"; return 1; }
		[[ $output == *"${words##* | }"* ]] || { echo "$words: $output"; return 1; }
	done <<-END
		cp nofile stp:/ | lstat $PWD/nofile: no such file or directory
		cp stp:/etc/passwd /nodir/x | invalid output path: directory "/nodir" does not exist
		build -f nofile . | nofile: no such file or directory
		build nodir | unable to prepare context: path "nodir" not found
		load -i nofile | open nofile: no such file or directory
		load -i . | is a directory
		import nofile | open nofile: no such file or directory
		import . | is a directory
		save -o nodir/x busybox | failed to save image: invalid output path: stat nodir: no such file or directory
		export -o nodir/x stp | failed to export container: invalid output path: stat nodir: no such file or directory
		run --env-file nofile busybox | open nofile: no such file or directory
		create --env-file . busybox | invalid env file (.): read .: is a directory
		create --label-file nofile busybox | open nofile: no such file or directory
		create --cidfile nodir/x busybox | failed to create the container ID file: open nodir/x: no such file or directory
		create --security-opt seccomp=nofile busybox | opening seccomp profile (nofile) failed: open nofile: no such file or directory
		context import xx nofile | open nofile: no such file or directory
		context import xx . | .: is a directory
		context export default nodir/x | open nodir/x: no such file or directory
		network create --subnet 10.9.0.0/16 --gateway 10.2.0.1 xx | no matching subnet for gateway 10.2.0.1
	END
}

@test "files that cannot be written or read at the end of a command are not the engine's fault" {
	cd "$BATS_TEST_TMPDIR"
	echo 'FROM scratch' >Dockerfile
	for words in 'build --iidfile nodir/x .' 'build -f . .' 'build -o type=tar,dest=nodir/x .' 'build -o type=local,dest=/proc/x .' \
		'cp stp:/etc/passwd /proc/x' 'compose -f nofile config' 'compose -f . config' 'compose --env-file nofile config' 'buildx bake -f .'; do
		run "$BERTH_BUILD/berth" $words
		[ "$status" -ne 0 ] || { echo "taken: $words"; return 1; }
		[[ $output != *'Error response from daemon'* ]] || { echo "$words: $output"; return 1; }
	done
	run "$BERTH_BUILD/berth" stop nosuch # the engine's word stays its own
	[ "$output" = 'Error response from daemon: No such container: nosuch' ]
}

@test "lists with commas: subnets, gateways, ranges and aliases" {
	d network create --ipv6 --subnet 10.71.0.0/16,fd00:71::/64 --gateway 10.71.0.9,fd00:71::9 --ip-range= slices
	[ "$(d network inspect -f '{{json .IPAM.Config}}' slices)" = '[{"Subnet":"10.71.0.0/16","Gateway":"10.71.0.9"},{"Subnet":"fd00:71::/64","Gateway":"fd00:71::9"}]' ]
	d network connect --alias one,two --alias three slices stp
	[ "$(d inspect -f '{{json .NetworkSettings.Networks.slices.Aliases}}' stp)" = '["one","two","three"]' ]
	d network disconnect slices stp
	d network rm slices
}
