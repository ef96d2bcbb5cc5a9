# cp and the mounts of a container: what is mounted is neither replaced nor passed by.
load ../lib/engine
setup_file() {
	file_setup
	mkdir -p "$WORK/tree/etc/vol"
	echo new >"$WORK/tree/etc/vol/new"
	echo source >"$WORK/source"
}
teardown_file() { file_teardown; }
setup() {
	mkdir -p "$WORK/folder"
	echo host >"$WORK/mounted"
	[ -p "$WORK/pipe" ] || mkfifo "$WORK/pipe"
}

# A container with a file, a pipe and a folder of the host, that runs or does not.
make() {
	d create --name "$1" --network none -v "$WORK/mounted:/etc/m" -v "$WORK/pipe:/etc/p" -v "$WORK/folder:/etc/vol" busybox sleep 1000
	[ "$1" = stopped ] || d start "$1"
}

@test "copies: what is mounted on is busy, whether the container runs or not" {
	for c in running stopped; do
		make $c
		for name in m p; do
			run d cp "$WORK/source" "$c:/etc/$name"
			[ "$status" -eq 1 ]
			[[ $output == *"RemoveAll $name: device or resource busy"* ]]
		done
		# Nor is the folder replaced that it lies in.
		[[ $(tar -c -C "$WORK" --transform 's/source/etc/' source |
			api -T - -X PUT "http://b/containers/$c/archive?path=/") == *'RemoveAll etc: device or resource busy'* ]]
		run d cp "$WORK/source" "$c:/etc/m/below"
		[[ $output == *'extraction point is not a directory'* ]]
		[ "$(cat "$WORK/mounted")" = host ]
	done
	run d cp "$WORK/source" running:/etc/hosts
	[[ $output == *'RemoveAll hosts: device or resource busy'* ]]
	[ "$(d exec running grep -c ' /etc/' /proc/mounts)" -eq 6 ]
	d start stopped
	[ "$(d exec stopped cat /etc/m)" = host ]
	d rm -f running stopped
}

@test "copies: a mounted file is read as what it is, a pipe is not opened" {
	for c in running stopped; do
		make $c
		[ "$(timeout 10 "$BERTH_BUILD/berth" cp "$c:/etc/m" - | tar -xO)" = host ]
		[[ $(timeout 10 "$BERTH_BUILD/berth" cp "$c:/etc/p" - | tar -tv) == p* ]]
	done
	d rm -f running stopped
}

@test "copies: an archive goes into the mounts that it names, and no read-only one" {
	for c in running stopped; do
		make $c
		rm -f "$WORK/folder/new"
		d cp "$WORK/tree/etc" "$c:/"
		[ "$(cat "$WORK/folder/new")" = new ]
	done
	d rm -f running stopped
	d create --name ro --network none -v "$WORK/folder:/etc/vol:ro" busybox true
	rm "$WORK/folder/new"
	run d cp "$WORK/tree/etc" ro:/
	[ "$status" -eq 1 ]
	[[ $output == *'Read-only file system'* ]]
	[ ! -e "$WORK/folder/new" ]
	d rm ro
}

@test "copies: a link of a volume leads on from the root of the container that does not run" {
	ln -sfn /etc/passwd "$WORK/folder/link"
	d create --name linked --network none -v "$WORK/folder:/vol" busybox true
	[ "$(d cp -L linked:/vol/link - | tar -xO)" = "$(run_none busybox cat /etc/passwd)" ]
	d rm linked
}

@test "copies: a subpath that is refused is so in a sentence" {
	run_none -v subbed:/v busybox ln -s / /v/sub
	d create --name sub --network none --mount type=volume,src=subbed,dst=/m,volume-subpath=sub busybox true
	run d cp "$WORK/source" sub:/m/x
	[ "$status" -eq 1 ]
	[[ $output == *'path concatenation escapes the base directory'* ]]
	d rm sub
	d volume rm subbed
}

@test "a bind whose source became a folder, or a file, is told so" {
	echo file >"$WORK/kind"
	d create --name kind --network none -v "$WORK/kind:/m" busybox true
	d start -a kind
	rm "$WORK/kind"; mkdir "$WORK/kind"
	run d start -a kind
	[ "$status" -ne 0 ]
	[[ $output == *"error mounting \"$WORK/kind\" to rootfs at \"/m\""*'Are you trying to mount a directory onto a file (or vice-versa)?'* ]]
	run run_none -v "$WORK/source:/etc" busybox true
	[[ $output == *'Are you trying to mount a directory onto a file (or vice-versa)?'* ]]
	d rm kind
}

