# Execs as dockerd answers them.
load ../lib/engine.bash

setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "an exec: framing by its start, a second start, starts that fail, sizes, pauses and the container's end" {
	d run -d --name execs --network none busybox sleep 100
	python3 "$BATS_TEST_DIRNAME/exec.py" "$WORK/b.sock" execs
	d rm -f execs
}
