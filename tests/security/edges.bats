# Where the API and the command line meet what others wrote: names, kinds, addresses, words.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }

@test "cp removes no folder for a file, and no file for a folder, in either direction" {
	mkdir data; echo mine >data/keep; echo file >sub; mkdir -p tree; echo t >tree/in
	d run -d --name kinds --network none busybox sh -c 'echo f >/data; mkdir -p /d/sub /f/in; echo g >/d/sub/x; echo k >/f/in/keep; echo h >/g; sleep 1000'
	for _ in $(seq 100); do d exec kinds test -f /g && break; sleep 0.05; done
	run d cp kinds:/data .
	[ "$status" -eq 1 ]
	[ "$output" = "cannot overwrite directory \"data\" with non-directory \"$PWD\"" ]
	[ "$(cat data/keep)" = mine ]
	run d cp kinds:/d/sub .
	[ "$status" -eq 1 ]
	[ "$(cat sub)" = file ]
	run d cp kinds:/d/. .
	[ "$output" = "cannot overwrite non-directory \"sub\" with directory \"$PWD\"" ]
	[ "$(cat sub)" = file ]
	echo i >in
	run d cp in kinds:/f
	[ "$output" = 'Error response from daemon: cannot overwrite directory "in" with non-directory "/f"' ]
	[ "$(d exec kinds cat /f/in/keep)" = k ]
	mkdir g; echo x >g/x
	run d cp g kinds:/
	[ "$output" = 'Error response from daemon: cannot overwrite non-directory "g" with directory "/"' ]
	[ "$(d exec kinds cat /g)" = h ]
	d rm -f kinds
}

@test "build -o local removes no folder for a file" {
	printf 'FROM scratch\nCOPY f /out/data\n' >Dockerfile; echo f >f; mkdir -p to/out/data; echo mine >to/out/data/keep
	run "$BUILD/berth" build -q -o to .
	[ "$status" -ne 0 ]
	[[ $output == *'cannot overwrite directory "out/data" with non-directory'* ]]
	[ "$(cat to/out/data/keep)" = mine ]
}
