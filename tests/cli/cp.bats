load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }

each_container() { # a container that runs, and one that never did
	d run -d --name "run$1" --network none busybox sleep 1000
	d create --name "new$1" --network none busybox true
	echo "run$1 new$1"
}

@test "cp: files and folders in and out, by every rule of the reference" {
	mkdir -p dir/sub
	echo f >f; echo g >dir/sub/g; chmod 700 dir/sub
	for c in $(each_container 1 | tail -1); do
		d cp f "$c:/tmp/renamed"
		d cp f "$c:/tmp/"
		d cp dir "$c:/tmp"
		d cp dir/. "$c:/new"
		d cp dir "$c:/other"
		rm -rf out; mkdir out
		d cp "$c:/tmp/renamed" out
		d cp "$c:/tmp/f" out/again
		d cp "$c:/tmp/dir" out
		d cp "$c:/new/." out/contents
		d cp "$c:/other" out
		[ "$(cat out/renamed out/again out/dir/sub/g out/contents/sub/g out/other/sub/g)" = $'f\nf\ng\ng\ng' ]
		[ "$(stat -c %a out/dir/sub)" = 700 ]
		run d cp f "$c:/nowhere/x"
		[ "$status" -eq 1 ]
		run d cp "$c:/nowhere" out
		[ "$status" -eq 1 ]
		[[ $output == *nowhere* ]]
	done
}

@test "cp: archives by - both ways" {
	echo f >f
	for c in $(each_container 2 | tail -1); do
		tar -c f | d cp - "$c:/tmp"
		[ "$(d cp "$c:/tmp/f" - | tar -xO)" = f ]
		[[ $(d cp "$c:/bin" - | tar -t) == *bin/busybox* ]]
	done
}

@test "cp: links are copied as links, or followed with -L; owners with -a" {
	echo f >f; ln -s f link; chown 5:6 f
	for c in $(each_container 3 | tail -1); do
		d cp -L link "$c:/tmp/followed"
		d cp -a f "$c:/tmp/owned"
		d cp "$c:/bin/sh" sh
		[ "$(readlink sh)" = busybox ]
		d cp -L "$c:/bin/sh" whole
		[ ! -L whole ]
		cmp -s whole /bin/busybox
		rm -f sh whole
	done
	[ "$(d exec run3 stat -c %u:%g /tmp/owned)" = 5:6 ]
	[ "$(d exec run3 stat -c %u:%g /tmp/followed)" != '' ]
}

@test "cp: volumes, read-only roots, a folder that is not to become a file" {
	echo f >f
	d run -d --name vol --network none -v cpvol:/v busybox sleep 1000
	d create --name volnew --network none -v cpvol:/v busybox true
	d cp f vol:/v/a
	d cp f volnew:/v/b
	[ "$(d exec vol cat /v/a /v/b)" = $'f\nf' ]
	d cp volnew:/v/a back
	d run -d --name ro --network none --read-only busybox sleep 1000
	run d cp f ro:/tmp/x
	[[ $status -eq 1 && $output == *'read-only'* ]]
	mkdir f2; touch f2/x
	run d cp f2 vol:/v/a
	[ "$status" -eq 1 ]
}

@test "cp: nothing leads out of the container (CVE-2018-15664)" {
	d run -d --name trap --network none busybox sh -c 'ln -s /etc /tmp/abs; ln -s ../../../../../../../../etc /tmp/rel; sleep 1000'
	echo evil >berth-evil
	await d exec trap test -L /tmp/rel
	for way in abs rel; do
		d cp berth-evil "trap:/tmp/$way/"
		[ ! -e /etc/berth-evil ]
		[ "$(d exec trap cat /etc/berth-evil)" = evil ]
		d cp "trap:/tmp/$way/passwd" "passwd-$way"
		not cmp -s "passwd-$way" /etc/passwd
	done
	python3 - <<-'EOF'
		import tarfile, io
		with tarfile.open("evil.tar", "w") as tar:
		    for name in ("../../../../../../tmp/berth-escaped", "/tmp/berth-escaped"):
		        info = tarfile.TarInfo(name); info.size = 1
		        tar.addfile(info, io.BytesIO(b"x"))
	EOF
	d cp - trap:/tmp <evil.tar || true
	[ ! -e /tmp/berth-escaped ]
}

@test "cp: a container that swaps folders for links meanwhile gains nothing (CVE-2021-41089)" {
	victim=$(mktemp -d /tmp/berth-victim.XXXXXX)
	chmod 700 "$victim"
	d run -d --name swap --network none busybox sh -c "while :; do mkdir /tmp/x; rmdir /tmp/x; ln -s $victim /tmp/x; rm -f /tmp/x; done"
	python3 - <<-'EOF'
		import tarfile, io
		with tarfile.open("swap.tar", "w") as tar:
		    for i in range(200):
		        info = tarfile.TarInfo("x"); info.type = tarfile.DIRTYPE; info.mode = 0o777; info.uid = 1
		        tar.addfile(info)
		        file = tarfile.TarInfo("x/evil"); file.size = 1
		        tar.addfile(file, io.BytesIO(b"x"))
	EOF
	for _ in $(seq 20); do d cp - swap:/tmp <swap.tar >/dev/null 2>&1 || true; done
	[ "$(stat -c '%a %u' "$victim")" = '700 0' ]
	[ -z "$(ls -A "$victim")" ]
	rm -rf "$victim"
}

@test "cp: folders by every form of their path, out of volumes too, running or not" {
	d volume create forms >/dev/null
	d run --rm --network none -v forms:/v busybox sh -c 'mkdir -p /v/d; echo g >/v/d/g; echo f >/v/f; ln -s f /v/l; ln -s /v/new /v/abs'
	d run -d --name formsrun --network none -v forms:/vol busybox sleep 1000
	d create --name formsnew --network none -v forms:/vol busybox true
	for c in formsrun formsnew; do
		for path in /vol/d /vol/d/; do
			rm -rf out; mkdir -p out/ex
			d cp "$c:$path" out/new
			d cp "$c:$path" out/ex
			[ "$(cat out/new/g out/ex/d/g)" = $'g\ng' ]
			[ "$(d cp "$c:$path" - | tar -t | xargs)" = "d/ d/g" ]
		done
		for path in /vol /vol/; do
			rm -rf out; mkdir -p out/ex
			d cp "$c:$path" out/new
			d cp "$c:$path" out/ex
			[ "$(cat out/new/d/g out/ex/vol/d/g)" = $'g\ng' ]
		done
		rm -rf out; mkdir -p out/ex
		d cp "$c:/vol/." out/ex
		[ "$(cat out/ex/d/g)" = g ]
		d cp -L "$c:/vol/l" out
		[ ! -L out/l ]
		run d cp "$c:/vol/f/" out
		[[ $output == *"lstat /vol/f/: not a directory"* ]]
		[[ $(api -I "http://b/containers/$c/archive?path=/vol/l" | tr -d '\r' | awk '/Path-Stat/ { print $2 }' | base64 -d) == *'"linkTarget":"/vol/f"'* ]]
	done
	d rm -f formsrun formsnew; d volume rm forms
}

@test "cp: what a link in a volume leads to is written there; read-only roots with writable volumes" {
	d volume create links >/dev/null
	d run --rm --network none -v links:/v busybox sh -c 'echo old >/v/f; ln -s f /v/l; mkdir /v/d; ln -s d /v/ld'
	echo new >f
	d create --name behind --network none -v links:/vol busybox true
	tar -c --transform 's,^,,' f | d cp - behind:/tmp
	d cp f behind:/vol/l
	ln -s /vol lv; tar -c lv | d cp - behind:/
	d cp f behind:/lv/through
	[ "$(d run --rm --network none -v links:/v busybox sh -c 'cat /v/f /v/through; readlink /v/l' | xargs)" = "new new f" ]
	d create --name roroot --network none --read-only -v links:/vol busybox sleep 1000
	tar -c lv | d cp - roroot:/vol
	for _ in 1 2; do
		d cp f roroot:/vol/a
		d cp f roroot:/vol/ld/b
		run d cp f roroot:/tmp/c
		[[ $output == *"container rootfs is marked read-only"* ]]
		d start roroot
	done
	d create --name rovol --network none -v links:/vol:ro busybox true
	run d cp f rovol:/vol/x
	[[ $output == *"mounted volume is marked read-only"* ]]
	d rm -f behind roroot rovol; d volume rm links
}

@test "cp: './' is what is in a folder; a link at the destination is followed, dangling or not" {
	[[ $DOCKER == */berth ]] || skip "other clients have other words, or wait"
	mkdir -p src/sub
	echo one >src/one
	echo two >src/sub/two
	for c in $(each_container dots); do
		d cp src/./ "$c:/in"
		# Content that comes into a folder leaves its mode alone, here and there.
		mkdir -p private "open-$c"
		chmod 700 private
		d cp private/. "$c:/in"
		tar c -C private . | d cp - "$c:/in"
		[[ $(d cp "$c:/in" - | tar tv | grep ' in/$') == drwxr-xr-x* ]]
		d cp private "$c:/in/private"
		[[ $(d cp "$c:/in/private" - | tar tv) == drwx------* ]]
		d cp "$c:/in/private/." "open-$c"
		[ "$(stat -c %a "open-$c")" = 755 ]
		d cp src/./ "$c:/dots"
		d cp "$c:/dots/./" - | tar t | sort | tr '\n' ' ' | grep -qx './ ./one ./sub/ ./sub/two '
		mkdir "out-$c"
		d cp "$c:/in/./" "out-$c"
		[ "$(cat "out-$c/one" "out-$c/sub/two")" = $'one\ntwo' ]
		echo old >"file-$c"
		ln -s "file-$c" "link-$c"
		ln -s "gone-$c" "dangling-$c"
		d cp "$c:/in/one" "link-$c"
		[ -L "link-$c" ] && [ "$(cat "file-$c")" = one ]
		d cp "$c:/in" "dangling-$c"
		[ -L "dangling-$c" ] && [ "$(cat "gone-$c/sub/two")" = two ]
		run d cp "$c:/in" "file-$c/"
		[ "$status" -eq 1 ]
		[ "$output" = "stat file-$c/: not a directory" ]
	done
	ln -s nowhere lost
	run d cp lost/ rundots:/x
	[[ $output == "lstat "*"/nowhere: no such file or directory" ]]
	run d cp src/one/ rundots:/x
	[ "$output" = "lstat $PWD/src/one: not a directory" ] || [ "$output" = "not a directory" ]
}

@test "cp: a whole container comes with its volumes and folders of the host, and without the kernel's" {
	mkdir host
	echo h >host/h
	d run -d --name whole --network none -v /vol -v "$PWD/host:/deep/host" --tmpfs /scratch busybox sh -c 'echo v >/vol/v; echo s >/scratch/s; sleep 1000'
	for _ in $(seq 600); do d exec whole test -e /scratch/s && break; sleep 0.05; done
	for state in running stopped; do
		d cp whole:/ - | tar t 2>/dev/null >names
		[ "$(head -n 1 names)" = / ]
		grep -qx '/vol/v' names
		grep -qx '/deep/host/h' names
		not grep -q '^/proc/.\|^/sys/.\|^/dev/.\|^/scratch/.' names
		[ "$(d cp whole:/. - | tar t | head -n 1)" = ./ ]
		d cp whole:/deep - | tar t | grep -qx deep/host/h
		d stop -t 0 whole
	done
}

@test "cp: errors call the container as it was called, and stat a path as it was written" {
	id=$(d create --name called --network none busybox true)
	stat_of() { api -I "http://b/containers/called/archive?path=$1" | tr -d '\r' | awk 'tolower($1) == "x-docker-container-path-stat:" { print $2 }' | base64 -d; }
	for ref in called "${id:0:12}" "$id"; do
		[ "$(api "http://b/containers/$ref/archive?path=/nope")" = "{\"message\":\"Could not find the file /nope in container $ref\"}" ]
	done
	[ "$(api "http://b/containers/called/archive?path=/bin/sh/x")" = '{"message":"lstat /bin/sh/x: not a directory"}' ]
	[[ $(stat_of /etc/.) == '{"name":".",'* ]]
	[[ $(stat_of /etc/./) == '{"name":".",'* ]]
	[[ $(stat_of /etc/..) == '{"name":"..",'* ]]
	[[ $(stat_of /etc/) == '{"name":"etc",'* ]]
	[[ $(stat_of /) == '{"name":"/",'* ]]
}

@test "cp -a into the container of a user: what comes is the user's" {
	echo mine >file
	for user in 1000:2000 daemon; do
		d rm -f owned >/dev/null || true
		d create --name owned --user "$user" --network none busybox true
		d cp -a file owned:/kept
		d cp file owned:/plain
		[ "$(d cp owned:/kept - | tar tv --numeric-owner | awk '{ print $2 }')" = "$([ $user = daemon ] && echo 1/1 || echo 1000/2000)" ]
		[ "$(d cp owned:/plain - | tar tv --numeric-owner | awk '{ print $2 }')" = 0/0 ]
	done
	d rm -f owned
	d create --name owned --user nobody-there --network none busybox true
	run d cp -a file owned:/kept
	[ "$status" -eq 1 ]
	[[ $output == *'nobody-there'* ]]
}

@test "large files are moved whole; one that changes its size meanwhile does not break the archive" {
	head -c 3000001 /dev/urandom >"$WORK/large"
	d run -d --name moves --network none busybox sh -c 'truncate -s 5000000 /hole; while :; do truncate -s 900000 /changes; truncate -s 300 /changes; done'
	d cp "$WORK/large" moves:/large
	d cp moves:/large "$WORK/back"
	cmp "$WORK/large" "$WORK/back"
	await d exec moves test -s /changes
	for i in $(seq 20); do
		d export moves | tar -tf - >"$WORK/names"
		grep -qx changes "$WORK/names"
		d cp moves:/changes - | tar -xOf - | wc -c >"$WORK/size"
		[ "$(cat "$WORK/size")" -eq 900000 ] || [ "$(cat "$WORK/size")" -eq 300 ] || [ "$(cat "$WORK/size")" -eq 0 ]
	done
	d export moves | tar -xOf - large | cmp - "$WORK/large"
	[ "$(d export moves | tar -xOf - hole | tr -d '\0' | wc -c)" -eq 0 ]
	[ "$(d export moves | tar -xOf - hole | wc -c)" -eq 5000000 ]
	d rm -f moves
}
