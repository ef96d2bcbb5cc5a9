load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

build_sleeping() { # seconds; longer than the test waits, where the engine is killed
	printf 'FROM busybox\nRUN echo %s > /f; dd if=/dev/zero of=/z bs=1M count=5 2>/dev/null; sleep %s\nRUN sleep 0.3\n' "$RANDOM" "$1" | d build -
}
build_long() { build_sleeping 60; }

@test "kill -9 in the middle of builds: no container, mount, shim or folder is left" {
	kill_among 9 build_long
	await no_shims
	[ -z "$(d ps -aq)" ]
	for _ in $(seq 600); do [ -z "$(ls -A "$WORK/data/containers" "$WORK/data/tmp" | grep -v '^$' | grep -v :$)" ] && break; sleep 0.05; done
	await nothing_in "$WORK/data/containers" "$WORK/data/tmp"
	not grep -q "$WORK" /proc/mounts
	build_sleeping 0.3
}
