# dockerode, where Node and the npm registry can be had.
load ../lib/engine
load ../lib/npm

setup_file() { ! npm_fetch dockerode 4 || file_setup; }
setup() { [ -n "${WORK:-}" ] || skip "dockerode is not to be had"; }
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }

node_scene() { NODE_PATH=$(npm_at dockerode 4) timeout -s KILL 60 node "$BATS_TEST_DIRNAME/dockerode.js" "$WORK/b.sock" "$WORK" "$1"; }

@test "dockerode: run, both streams and the code" { node_scene run; }
@test "dockerode: attach with frames and with a terminal" { node_scene attach; }
@test "dockerode: exec with and without input, stats and top" { node_scene exec; }
@test "dockerode: files in and out" { node_scene files; }
@test "dockerode: errors by their codes" { node_scene errors; }
@test "dockerode: build, tag, save and load" { node_scene build; }
@test "dockerode: networks" { node_scene networks; }
@test "dockerode: events, and logs that are left" { node_scene events; }
