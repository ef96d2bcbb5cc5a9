# What tests/security/propagation.bats and volumes.bats say, of containers in user namespaces.
load ../lib/engine
setup_file() {
	export ENGINE_RUNNER='unshare --net --mount --propagation private'
	file_setup --userns-remap default
}
teardown_file() { file_teardown; }

in_engine() { nsenter -t "$(cat "$WORK/pid")" -m "$@"; }
kind() { # mode of the bind, path in the container
	run_none -v "$WORK/shared:/m:$1" busybox sh -c "grep ' $2 ' /proc/self/mountinfo | tail -n 1 | sed -n 's/.* \\(shared\\|master\\):.* - .*/\\1/p'"
}

@test "userns-remap: binds reach as far, and a subpath no farther, in a container of other ids" {
	mkdir "$WORK/shared"
	in_engine sh -c "mount -t tmpfs top $WORK/shared; mount --make-rshared $WORK/shared; mkdir $WORK/shared/sub; mount -t tmpfs sub $WORK/shared/sub; touch $WORK/shared/sub/inner; chmod 777 $WORK/shared/sub/inner"
	[ "$(kind rslave /m/sub)$(kind private /m/sub)$(kind rprivate /m/sub)" = mastermaster ]
	[ "$(kind rshared /m/sub)" = shared ]
	run run_none -v "$WORK/shared:/m:ro" busybox sh -c 'echo >/m/sub/inner'
	[[ $output == *'Read-only file system'* ]]
	run_none -v vol:/v busybox mkdir /v/sub
	d create --name late --network none --mount type=volume,src=vol,dst=/m,volume-subpath=sub busybox ls /m
	d start -a late
	mkdir "$WORK/secret"
	run_none -v vol:/v busybox sh -c "rmdir /v/sub; ln -s $WORK/secret /v/sub"
	run d start -a late
	[ "$status" -ne 0 ]
	[[ $output == *'path concatenation escapes the base directory'* ]]
	in_engine umount -R "$WORK/shared"
}
