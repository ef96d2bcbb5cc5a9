# Tests of "berth compose": an engine a file, whose network namespace has lo, and a folder and project for each test. A file defines
# setup, which calls case_folder.
bats_require_minimum_version 1.5.0
setup_file() {
	file_setup
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
}
teardown_file() { file_teardown; }
teardown() { c down -v -t 0 --remove-orphans >/dev/null 2>&1; }
c() { timeout -s KILL 60 "$BUILD/berth" compose "$@"; }
case_folder() { # PREFIX of the project's name, which no other file has
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	export COMPOSE_PROJECT_NAME="$1$BATS_TEST_NUMBER"
}
