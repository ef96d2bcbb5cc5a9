# The hashes of services, as Docker Compose 2.40.3 computes them: by them either tool leaves alone what the other has made.
bats_require_minimum_version 1.5.0

@test "five hundred services have the hashes that Docker Compose 2.40.3 tells" {
	berth=${BERTH_BUILD:-$BATS_TEST_DIRNAME/../../build}/berth
	env -i PATH="$PATH" HOME=/home/nobody FOO=foo TAG=1.2 PORT=8080 NUM=3 BOOL=true EMPTY= DOCKER_HOST=unix:///nowhere.sock BERTH_AUTOSTART=0 \
		${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} "$berth" compose -p project --project-directory /nowhere/project \
		-f "$BATS_TEST_DIRNAME/hashes.yaml" config --hash '*' >"$BATS_TEST_TMPDIR/ours" 2>"$BATS_TEST_TMPDIR/told"
	[ "$(grep -c . "$BATS_TEST_DIRNAME/hashes.txt")" -ge 500 ]
	diff "$BATS_TEST_DIRNAME/hashes.txt" "$BATS_TEST_TMPDIR/ours"
}
