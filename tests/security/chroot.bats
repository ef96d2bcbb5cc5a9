# An engine that was started by chroot(1), as in a root made by debootstrap: its containers' namespaces have the container's root, not
# that of the host, which is where an exec comes out.
load ../lib/engine

# Starts a command in a folder that shows the host's, in another mount namespace; with "mounted" it is a mount of its own.
make_runner() { # "mounted" or nothing
	cat >"$BATS_FILE_TMPDIR/runner" <<-E
		#!/bin/sh
		root=$BATS_FILE_TMPDIR/root
		mkdir -p "\$root"
		[ -z "$1" ] || mount -t tmpfs root "\$root"
		for folder in /*; do
			[ -d "\$folder" ] && ! [ -L "\$folder" ] && mkdir -p "\$root\$folder" && mount --rbind "\$folder" "\$root\$folder"
			[ ! -L "\$folder" ] || cp -a "\$folder" "\$root" 2>/dev/null
		done
		cd "\$root" && exec chroot . "\$@"
	E
	chmod +x "$BATS_FILE_TMPDIR/runner"
}

setup() {
	make_runner "$([[ $BATS_TEST_DESCRIPTION == *mounted* ]] && echo mounted)"
	ENGINE_RUNNER="unshare --net --mount --propagation slave $BATS_FILE_TMPDIR/runner" file_setup
	d run -d --name box --network none busybox sleep 1000
}
teardown() { file_teardown; }

execs_stay() {
	[ -z "$(d exec box sh -c 'ls -d /work /usr /var /boot 2>/dev/null')" ]
	d exec box grep -q ' / / .* - overlay ' /proc/self/mountinfo
	[ "$(d run --rm --network none --pid container:box busybox sh -c 'ls -d /proc/1/root/usr /usr 2>/dev/null')" = "" ]
	echo text >"$WORK/file"
	d cp "$WORK/file" box:/file
	[ "$(d exec box cat /file)" = text ]
	d run --rm --network none -v "$WORK:/w" busybox grep -q text /w/file
}

@test "in a chroot, execs come out in the container's root" { execs_stay; }

@test "in a chroot that is mounted, execs come out in the container's root" {
	execs_stay
	engine_kill
	ENGINE_RUNNER="unshare --net --mount --propagation slave $BATS_FILE_TMPDIR/runner" engine_start
	execs_stay
}
