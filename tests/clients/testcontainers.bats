# testcontainers, where Node and the npm registry can be had: containers that are waited for by port, log and health, builds, networks.
load ../lib/engine
load ../lib/npm

setup_file() {
	npm_fetch testcontainers 10 || return 0
	file_setup
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	mkdir "$WORK/context"
	printf 'FROM busybox\nARG WORD\nRUN echo $WORD >/word\nEXPOSE 80\nCMD ["httpd", "-f", "-h", "/"]\n' >"$WORK/context/Dockerfile"
}
setup() { [ -n "${WORK:-}" ] || skip "testcontainers is not to be had"; }
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }

# Its programs reach published ports at the engine's loopback. No Ryuk, which is an image of its own.
scene() {
	NODE_PATH=$(npm_at testcontainers 10) TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 HOME=$WORK \
		timeout -s KILL 90 nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" node "$BATS_TEST_DIRNAME/testcontainers.js" "$WORK/context" "$1"
}

@test "testcontainers: a container by its port, its log, exec, files, restart" { scene container; }
@test "testcontainers: an image that is built, with and without BuildKit" { scene build; }
@test "testcontainers: a network, names and aliases" { scene network; }
@test "testcontainers: a health check is waited for, and a container that ends" { scene health; }
