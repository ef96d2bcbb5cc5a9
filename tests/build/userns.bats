load ../lib/engine
# Steps in user namespaces of their own (userns-remap): root in a step is nobody on the host.
setup_file() { file_setup --userns-remap default; }
teardown_file() { file_teardown; }
setup() {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	echo a >a
}
b() { d build --progress plain --network none "$@"; }

@test "userns-remap: steps run in it, and owners in the image are those of the container" {
	printf 'FROM busybox\nRUN awk "{print \\$2 > 0}" /proc/self/uid_map > /m; touch /mine\nCOPY --chown=5:6 a /a\nRUN stat -c %%u:%%g /a /mine > /s\n' >Dockerfile
	b -t own .
	[ "$(run_none own cat /s)" = $'5:6\n0:0' ]
}

@test "userns-remap: mounts of trees of several layers, of the context, written to or not" {
	cat >Dockerfile <<-'EOF'
		FROM busybox AS a
		RUN echo 1 > /1; chown 5:6 /1
		RUN echo 2 > /2
		FROM busybox
		RUN --mount=type=bind,from=a,target=/m stat -c %u:%g:%n /m/1 /m/2 /m/bin > /s
		RUN --mount=type=bind,target=/m,rw cat /m/a >> /s; echo x > /m/b && chown 3:4 /m/b && stat -c %u:%g /m/a /m/b >> /s
		RUN --mount=type=bind,target=/m,source=a cat /m >> /s; ! touch /m/x
	EOF
	b -t trees .
	[ "$(run_none trees cat /s)" = $'5:6:/m/1\n0:0:/m/2\n0:0:/m/bin\na\n0:0\n3:4\na' ]
	[ ! -e b ]
}

@test "userns-remap: caches, secrets and memory" {
	cat >Dockerfile <<-'EOF'
		FROM busybox
		RUN --mount=type=cache,target=/c echo c > /c/x && stat -c %u:%g /c/x > /s
		RUN --mount=type=secret,id=a --mount=type=tmpfs,target=/t --mount=type=cache,target=/c \
		    touch /t/x; stat -c %u:%g /t/x /run/secrets/a >> /s; cat /run/secrets/a /c/x >> /s
	EOF
	b --secret id=a,src=a -t more .
	[ "$(run_none more cat /s)" = $'0:0\n0:0\n0:0\na\nc' ]
}
