load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }

@test "links of an image lead COPY, ADD and WORKDIR to what is inside of its root only" {
	target=$PWD/outside
	mkdir "$target"
	echo mine >"$target/f"
	echo theirs >f
	tar -cf a.tar f
	up=../../../../../../../../../..
	cat >Dockerfile <<-EOF
		FROM busybox
		RUN ln -s $target/f /file && ln -s $target/new /dangling && ln -s $up$target /up && ln -s $target /folder
		COPY f /file
		COPY f /dangling
		COPY f /up/g
		ADD a.tar /folder/
		WORKDIR /up/work
		RUN echo x >h
	EOF
	d build -t links .
	[ "$(ls "$target")" = f ]
	[ "$(cat "$target/f")" = mine ]
	[ "$(run_none links sh -c "cat $target/f $target/new $target/g $target/work/h" | tr '\n' ' ')" = 'theirs theirs theirs x ' ]
}
