load ../lib/engine
setup_file() {
	file_setup --userns-remap default
}
teardown_file() { file_teardown; }

@test "userns-remap: root in a container is nobody on the host, and owns its own files all the same" {
	# Of the user dockremap, where somebody has made one.
	base=$(awk -F: '$1 == "dockremap" { print $2; exit }' /etc/subuid 2>/dev/null)
	base=${base:-2130706432}
	[ "$(run_none busybox sh -c 'id -u; cut -c1-33 /proc/self/uid_map' | xargs)" = "0 0 $base 65536" ]
	d run -d --name own --network none busybox sh -c 'touch /made; sleep 100'
	pid=$(d inspect -f '{{.State.Pid}}' own)
	[ "$(awk '/^Uid:/ { print $2 }' "/proc/$pid/status")" = "$base" ]
	[ "$(d exec own stat -c %u /made /bin/busybox | xargs)" = '0 0' ]
	d rm -f own
}

@test "userns-remap: exec, terminals, users, volumes, read-only roots" {
	d run -d --name more --network none -v vol:/data -v "$WORK/config:/host:ro" busybox sleep 100
	[ "$(d exec more sh -c 'echo x >/data/f; stat -c %u /data/f; id -u' | xargs)" = '0 0' ]
	[ "$(d exec -u 1000 more id -u)" = 1000 ]
	[ "$(d exec more stat -c %u /host)" = 65534 ]
	d rm -f more
	[ "$(run_none -v vol:/data -u user busybox stat -c %u /data/f)" = 0 ]
	[ "$(stat -c %u "$WORK/data/volumes/vol/_data/f")" = 0 ]
	[ "$(run_none -t busybox tty | tr -d '\r')" = /dev/pts/0 ]
	run run_none --read-only busybox touch /x
	[ "$status" -eq 1 ]
	d volume rm vol
}

@test "userns-remap: no way around it but --userns=host" {
	run run_none --privileged busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'privileged mode is incompatible with user namespaces'* ]]
	run d run --rm --network host busybox true
	[[ $output == *"cannot share the host's network namespace when user namespaces are enabled"* ]]
	[ "$(run_none --userns host busybox sh -c 'awk "{ print \$2 }" /proc/self/uid_map')" = 0 ]
	run run_none --userns nonsense busybox true
	[[ $output == *'--userns: invalid USER mode'* ]]
	d info -f '{{.SecurityOptions}}' | grep -q name=userns
}

@test "a process that is not root may open its own standard streams anew" {
	[ "$(run_none --userns host -u 1000 busybox sh -c 'echo out >/dev/stdout')" = out ]
	[ "$(run_none -u 1000 busybox sh -c 'echo out >/dev/stdout')" = out ]
}

@test "userns-remap: cp keeps to the container's own ids, running or not" {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	echo a >file
	d run -d --name cprun --network none busybox sleep 1000
	d create --name cpnew --network none busybox sleep 1000
	d cp file cprun:/tmp/file
	d cp file cpnew:/tmp/file
	d start cpnew
	[ "$(d exec cprun stat -c %u:%g /tmp/file)" = 0:0 ]
	[ "$(d exec cpnew stat -c %u:%g /tmp/file)" = 0:0 ]
	d exec cprun sh -c 'echo b >/tmp/b; chown 5:6 /tmp/b'
	[ "$(d cp cprun:/tmp/b - | tar -tv --numeric-owner | awk '{print $2}')" = 5/6 ]
}

@test "userns-remap: the terminal and the session keyring of an exec are the container's" {
	d run -d --name others --network none busybox sleep 100
	[ "$(d exec -t others stat -c %u /dev/pts/0 | tr -d '\r')" = 0 ]
	# Of the user that is root there.
	uid=$(awk '/^Uid:/ { print $2 }' "/proc/$(d inspect -f '{{.State.Pid}}' others)/status")
	awk '{ print $1 }' /proc/key-users | grep -qx "$uid:"
	d rm -f others
}
