# How far a bind reaches: read-only below it, too, and seen by the host only where it was shared.
load ../lib/engine

# A mount namespace of its own, whose root is private: what is shared here is shared with nobody else.
setup_file() {
	export ENGINE_RUNNER='unshare --net --mount --propagation private'
	file_setup
	mkdir "$WORK/shared" "$WORK/private"
	in_engine sh -c "mount -t tmpfs top $WORK/shared; mount --make-rshared $WORK/shared; mount -t tmpfs top $WORK/private; mount --make-rprivate $WORK/private
		for d in shared private; do mkdir $WORK/\$d/sub $WORK/\$d/file; mount -t tmpfs sub $WORK/\$d/sub; touch $WORK/\$d/sub/inner; done"
}
teardown_file() {
	in_engine umount -R "$WORK/shared" "$WORK/private"
	file_teardown
}

in_engine() { nsenter -t "$(cat "$WORK/pid")" -m "$@"; }
seen() { in_engine grep -c " $WORK/shared/$1 " /proc/self/mountinfo || true; }
# The propagation of a mount of the container: "shared", "master" or nothing.
kind() { # mode of the bind, path in the container
	run_none -v "$WORK/shared:/m:$1" busybox sh -c "grep ' $2 ' /proc/self/mountinfo | tail -n 1 | sed -n 's/.* \\(shared\\|master\\):.* - .*/\\1/p'"
}

@test "-v :rshared and :shared: mounts made inside reach the host, those of the host reach inside" {
	for mode in shared rshared; do
		d run -d --name peer --privileged --network none -v "$WORK/shared:/m:$mode" busybox sh -c 'mkdir -p /m/inside && mount -t tmpfs in /m/inside && touch /m/inside/file && sleep 100'
		for _ in $(seq 600); do [ "$(seen inside)" = 1 ] && break; sleep 0.05; done
		[ "$(seen inside)" = 1 ]
		mkdir -p "$WORK/x"
		in_engine sh -c "mkdir -p $WORK/shared/outside; mount -t tmpfs out $WORK/shared/outside; touch $WORK/shared/outside/file"
		d exec peer test -e /m/outside/file
		# Its root is shared, too: what is bound in it in turn can be.
		[[ $(d exec peer grep ' / / ' /proc/self/mountinfo) == *' shared:'* ]]
		d rm -f peer
		in_engine umount "$WORK/shared/inside" "$WORK/shared/outside"
		[ "$(kind $mode /m/sub)" = shared ]
	done
	[ "$(kind ro,rshared /m)" = shared ]
}

@test "-v :rslave, :slave, :rprivate, :private and without a word: nothing made inside is seen outside" {
	for mode in slave rslave private rprivate ''; do
		d run -d --name other --privileged --network none -v "$WORK/shared:/m${mode:+:$mode}" busybox sh -c 'mkdir -p /m/inside /m/outside; mount -t tmpfs in /m/inside; mount -t tmpfs in /m/sub; touch /ready; sleep 100'
		for _ in $(seq 600); do d exec other test -e /ready && break; sleep 0.05; done
		[ "$(seen inside)" = 0 ]
		in_engine sh -c "mount -t tmpfs out $WORK/shared/outside; touch $WORK/shared/outside/file"
		if [[ $mode == *slave ]]; then d exec other test -e /m/outside/file; else not d exec other test -e /m/outside/file; fi
		[[ $(d exec other grep ' / / ' /proc/self/mountinfo) != *' shared:'* ]]
		d rm -f other
		in_engine umount "$WORK/shared/outside"
	done
	[ "$(kind slave /m)$(kind rslave /m)$(kind rslave /m/sub)" = mastermastermaster ]
	# Of a private one without the r, the submounts hear of the host still.
	[ "$(kind private /m)" = '' ]
	[ "$(kind private /m/sub)" = master ]
	[ "$(kind rprivate /m/sub)" = '' ]
}

@test "a source that is not shared cannot be, in dockerd's words" {
	for mode in shared rshared; do
		run run_none -v "$WORK/private:/m:$mode" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"Error response from daemon: path $WORK/private is mounted on $WORK/private but it is not a shared mount"* ]]
		run run_none -v "$WORK/private/file:/m:$mode" busybox true
		[[ $output == *"path $WORK/private/file is mounted on $WORK/private but it is not a shared mount"* ]]
	done
	for mode in slave rslave; do
		run run_none -v "$WORK/private:/m:$mode" busybox true
		[ "$status" -eq 125 ]
		[[ $output == *"path $WORK/private is mounted on $WORK/private but it is not a shared or slave mount"* ]]
	done
	for bad in bogus rshared,rprivate ro,rw z,Z; do
		run d create -v "$WORK/shared:/m:$bad" busybox true
		[[ $output == *"invalid mode: $bad"* ]]
	done
	run d create -v "some:/m:rshared" busybox true
	[[ $output == *'invalid volume specification: '*'field BindOptions must not be specified'* ]]
}

@test "a read-only bind is read-only with all that is mounted below it" {
	for flags in "-v $WORK/shared:/m:ro" "-v $WORK/shared:/m:ro,rslave" "--mount type=bind,src=$WORK/shared,dst=/m,readonly" "--mount type=bind,src=$WORK/shared,dst=/m,ro,bind-recursive=enabled" \
		"--mount type=bind,src=$WORK/shared,dst=/m,ro,bind-recursive=readonly,bind-propagation=rprivate"; do
		run run_none $flags busybox sh -c 'cat /m/sub/inner && echo >/m/sub/inner'
		[ "$status" -ne 0 ]
		[[ $output == *'Read-only file system'* ]]
	done
	mount="type=bind,src=$WORK/shared,dst=/m"
	run_none --mount "$mount,ro,bind-recursive=writable" busybox sh -c 'echo >/m/sub/inner; ! echo >/m/no 2>/dev/null'
	run_none --mount "$mount,bind-recursive=disabled" busybox sh -c '[ ! -e /m/sub/inner ]'
	run_none --mount "$mount,ro,bind-nonrecursive" busybox sh -c '[ ! -e /m/sub/inner ] && ! echo >/m/sub/x 2>/dev/null'
	run run_none --mount "$mount,bind-recursive=readonly" busybox true
	[[ $output == *"option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction"* ]]
	run run_none --mount "$mount,ro,bind-recursive=readonly" busybox true
	[[ $output == *"option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction"* ]]
	run run_none --mount "$mount,bind-recursive=sometimes" busybox true
	[[ $output == *'invalid value for bind-recursive: sometimes (must be "enabled", "disabled", "writable", or "readonly")'* ]]
	conflict() { # ReadOnly, options, words
		id=$(post_json /containers/create "{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":{\"NetworkMode\":\"none\",\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"$WORK/shared\",\"Target\":\"/m\",\"ReadOnly\":$1,\"BindOptions\":{$2}}]}}" | jq -r .Id)
		run d start "$id"
		[ "$status" -eq 1 ]
		[[ $output == *"mount options conflict: $3"* ]]
		d rm "$id"
	}
	conflict true '"ReadOnlyForceRecursive":true,"ReadOnlyNonRecursive":true' 'ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive'
	conflict false '"ReadOnlyForceRecursive":true' '!ReadOnly && BindOptions.ReadOnlyForceRecursive'
	conflict false '"ReadOnlyNonRecursive":true' '!ReadOnly && BindOptions.ReadOnlyNonRecursive'
}
