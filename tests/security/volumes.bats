# Volumes and binds: what is mounted is what lies at the source when it is opened, and nothing outside of it.
load ../lib/engine
setup_file() {
	file_setup
	mkdir "$WORK/secret"
	echo secret >"$WORK/secret/file"
	chmod 700 "$WORK/secret"
}
teardown_file() { file_teardown; }

subpath() { echo "type=volume,src=$1,dst=/m,volume-subpath=$2"; }
# sub in the volume becomes what is given.
swap() { run_none -v "$1:/v" busybox sh -c "rm -rf /v/sub; $2"; }

@test "CVE-2017-1002101, CVE-2021-25741: a subpath that became a link out of its volume is refused at the start" {
	run_none -v vol:/v busybox mkdir /v/sub
	d create --name late --network none --mount "$(subpath vol sub)" busybox sh -c 'cat /m/file; echo taken >/m/file'
	d create --name from --network none --volumes-from late busybox cat /m/file
	for link in "$WORK/secret" ../../../../../../../../../../../../../../"$WORK/secret" /proc/self/root/"$WORK/secret" ../_data/../../../; do
		swap vol "ln -s $link /v/sub"
		for name in late from; do
			run d start -a $name
			[ "$status" -ne 0 ]
			[[ $output == *'path concatenation escapes the base directory, base: '*'/volumes/vol/_data, subpath: sub'* ]]
		done
	done
	[ "$(cat "$WORK/secret/file")" = secret ]
	# Restarted by its policy, too: what runs keeps its folder, what starts anew is refused.
	swap vol 'mkdir /v/sub'
	d run -d --name again --network none --restart always --mount "$(subpath vol sub)" busybox sh -c 'cat /m/file; sleep 100'
	swap vol "ln -s $WORK/secret /v/sub"
	d exec again ls /m
	run d restart -t 0 again
	[ "$status" -ne 0 ]
	d logs again | not grep secret
	d rm -f late from again
	d volume rm vol
}

@test "CVE-2017-1002101: cp into and out of a stopped container keeps to the volume" {
	run_none -v cpv:/v busybox sh -c 'mkdir /v/sub; echo own >/v/sub/own'
	d create --name stopped --mount "$(subpath cpv sub)" busybox true
	[ "$(d cp stopped:/m/own - | tar -xO)" = own ]
	swap cpv "ln -s $WORK/secret /v/sub"
	echo evil >"$WORK/evil"
	run d cp "$WORK/evil" stopped:/m/file
	[ "$status" -ne 0 ]
	[[ $(api http://b/containers/stopped/archive?path=/m/file) == *'path concatenation escapes the base directory'* ]]
	run d cp stopped:/m/file "$WORK/stolen"
	[ "$status" -ne 0 ]
	[ ! -e "$WORK/stolen" ]
	[ "$(ls "$WORK/secret")" = file ]
	[ "$(cat "$WORK/secret/file")" = secret ]
	d rm stopped
	d volume rm cpv
}

@test "CVE-2021-25741: a subpath that is swapped while containers start leads nowhere else" {
	run_none -v race:/v busybox sh -c "mkdir /v/sub; ln -s $WORK/secret /v/out"
	d run -d --name swapper --network none -v race:/v busybox sh -c 'cd /v; while :; do mv sub in; mv out sub; mv sub out; mv in sub; done'
	for i in $(seq 40); do
		run_none --mount "$(subpath race sub)" busybox ls /m >>"$WORK/seen" 2>&1 || true
	done
	not grep -x file "$WORK/seen"
	d rm -f swapper
	d volume rm race
}

@test "a subpath is a relative path within the volume, and the container sees no more of it" {
	for bad in ../.. .. /etc a/../../b //x ../vol2; do
		run d create --mount "$(subpath vol2 "$bad")" busybox true
		[ "$status" -ne 0 ]
		[[ $output == *'invalid mount config for type "volume": subpath must be a relative path within the volume'* ]]
	done
	run d create --mount type=volume,dst=/m,volume-subpath=x busybox true
	[[ $output == *'must not set Subpath when using anonymous volumes'* ]]
	run run_none --mount "$(subpath vol2 missing)" busybox true
	[ "$status" -ne 0 ]
	[[ $output == *"cannot access path $WORK/data/volumes/vol2/_data/missing: lstat $WORK/data/volumes/vol2/_data/missing: no such file or directory"* ]]
	run_none -v vol2:/v busybox sh -c 'mkdir -p /v/sub/deep; ln -s sub/deep /v/inner; echo one >/v/one'
	run_none --mount "$(subpath vol2 inner)" busybox sh -c 'echo deep >/m/here; ls -a /m/..'
	[ "$(run_none --mount "$(subpath vol2 one)" busybox cat /m)" = one ]
	[ "$(run_none --mount "$(subpath vol2 ./sub/../sub/deep/)" busybox cat /m/here)" = deep ]
	d create --name shown --mount "$(subpath vol2 sub)" busybox true
	[ "$(d inspect -f '{{range .Mounts}}{{.Source}}{{end}}' shown)" = "$WORK/data/volumes/vol2/_data" ]
	d rm shown
	d volume rm vol2
}

@test "CVE-2017-1002101: what an older engine resolved at the creation is looked up again" {
	run_none -v old:/v busybox sh -c 'mkdir /v/sub; echo of-old >/v/sub/file'
	d create --name older --network none --mount "$(subpath old sub)" busybox cat /m/file
	d create --name worse --network none --mount "$(subpath old sub)" busybox cat /m/file
	engine_kill
	python3 - "$WORK/data/state.db" "$(d inspect -f '{{.Id}}' older 2>/dev/null || true)" <<-'P'
		import json, sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		for id, name, mounts in db.execute("SELECT id, name, mounts FROM containers").fetchall():
		    if name not in ("older", "worse"):
		        continue
		    mounts = json.loads(mounts)
		    mounts[0].pop("Subpath")
		    mounts[0]["Source"] = mounts[0]["Source"] + "/sub" if name == "older" else mounts[0]["Source"].split("/volumes/")[0] + "/secrets"
		    db.execute("UPDATE containers SET mounts = ? WHERE id = ?", (json.dumps(mounts), id))
		db.commit()
	P
	engine_start
	[ "$(d start -a older)" = of-old ]
	swap old "ln -s $WORK/secret /v/sub"
	for name in older worse; do
		run d start -a $name
		[ "$status" -ne 0 ]
		[[ $output == *'path concatenation escapes the base directory'* ]]
	done
	d rm older worse
	d volume rm old
}

@test "a bind is a file or a folder as its source is when it is opened" {
	mkdir "$WORK/turn"
	d create --name turn --network none -v "$WORK/turn:/there" busybox cat /there
	rmdir "$WORK/turn"
	echo turned >"$WORK/turn"
	[ "$(d start -a turn)" = turned ]
	d rm turn
}

@test "relative --data-root and --exec-root, of flags and of daemon.json, are those of the folder of the start" {
	mkdir -p "$WORK/away"
	relative() { # flags
		(cd "$WORK/away" && exec unshare --net "$BUILD/berthd" -H "unix://$WORK/away/b.sock" "$@" </dev/null >>"$WORK/log" 2>&1 3>&-) &
		engine=$!
		for _ in $(seq 1500); do curl -s --unix-socket "$WORK/away/b.sock" http://b/_ping >/dev/null && break; sleep 0.02; done
		DOCKER_HOST=unix://$WORK/away/b.sock d import -c 'CMD ["sh"]' "$WORK/busybox.tar" away
		[ "$(DOCKER_HOST=unix://$WORK/away/b.sock d run --rm --network none -v named:/m away sh -c 'echo started >/m/x; cat /m/x')" = started ]
		[ "$(DOCKER_HOST=unix://$WORK/away/b.sock d volume inspect -f '{{.Mountpoint}}' named)" = "$WORK/away/$data/volumes/named/_data" ]
		[ -d "$WORK/away/$run" ]
		kill "$engine"
		wait "$engine" || true
	}
	echo '{}' >"$WORK/away/empty.json"
	data=data run=exec relative --data-root ./data --exec-root sub/../exec --config-file "$WORK/away/empty.json"
	echo '{"data-root": "of-file", "exec-root": "exec-of-file"}' >"$WORK/away/daemon.json"
	data=of-file run=exec-of-file relative --config-file "$WORK/away/daemon.json"
}

@test "a source that -v has made, and that is gone, is made again at the start, as its container's root has it" {
	d create --name made --network none -v "$WORK/gone/deep:/m" busybox touch /m/file
	[ -d "$WORK/gone/deep" ]
	rm -r "$WORK/gone"
	d start -a made
	[ -e "$WORK/gone/deep/file" ]
	d rm made
	run d create --mount "type=bind,src=$WORK/never,dst=/m" busybox true
	[[ $output == *"bind source path does not exist: $WORK/never"* ]]
	touch "$WORK/file"
	run d create -v "$WORK/file/below:/m" busybox true
	[ "$status" -ne 0 ]
	[[ $output == *"error while creating mount source path '$WORK/file/below': mkdir $WORK/file/below: "[Nn]'ot a directory'* ]]
}

# An image of busybox with what a command does to its root.
image() { # name, command
	rm -rf "$WORK/root"
	mkdir "$WORK/root"
	tar -C "$WORK/root" -xf "$WORK/busybox.tar"
	(cd "$WORK/root" && eval "$2")
	tar -C "$WORK/root" -c . | d import - "$1"
}

@test "CVE-2026-41579, CVE-2026-47766: an image whose /dev, /proc or /sys is a link changes nothing outside" {
	mkdir -p "$WORK/target"
	echo mine >"$WORK/target/ptmx"
	for name in dev proc sys dev/pts etc/hosts etc; do
		for link in "$WORK/target" ../../../../../../../../../.."$WORK/target" /proc/self/root"$WORK/target" /proc/1/root"$WORK/target"; do
			image linked:1 "rm -rf $name; mkdir -p $(dirname "$name"); ln -s $link $name"
			for more in "" --privileged -t --init; do
				run run_none $more -v "$WORK/busybox.tar:/dev/file:ro" --tmpfs /dev/memory --device /dev/null:/dev/other linked:1 true
				[ "$(ls "$WORK/target")" = ptmx ]
				[ "$(cat "$WORK/target/ptmx")" = mine ]
			done
		done
	done
	[ -z "$(grep "$WORK/target" /proc/self/mountinfo)" ]
	[ ! -e "$WORK/target/null" ]
}

@test "mounts over links of an image that lead to nothing are made inside of its root, as runc does" {
	local secret=$WORK/nowhere up=../../../../../../../../..
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	mkdir -p "$secret" root/etc root/s
	tar -C root -xf "$WORK/busybox.tar"
	ln -s ../run/resolve/stub.conf root/etc/resolv.conf
	ln -s "$secret/hosts" root/etc/hosts
	ln -s "$up$secret/new" root/v
	ln -s s/t root/t
	ln -s "../one" root/s/t
	ln -s "$secret/one" root/one
	ln -s loop root/loop
	tar -C root -c . | d import - dangling
	d run --rm --network bridge --add-host a:1.2.3.4 -v "$PWD:/v/a/b" --tmpfs /t dangling sh -c 'set -e; cat /etc/hosts | grep 1.2.3.4; [ -f /run/resolve/stub.conf ]; ls /v/a/b/root; grep " $0/one " /proc/mounts; grep " $0/new/a/b " /proc/mounts' "$secret"
	run d run --rm -v "$PWD:/loop" dangling true
	[ "$status" -ne 0 ]
	[ -z "$(ls "$secret")" ]
}

@test "CVE-2019-16884: no kind of mount comes to lie over procfs" {
	image way:1 'ln -s /proc way'
	mkdir "$WORK/folder"
	printf 'FROM busybox\nRUN --mount=type=tmpfs,target=/proc/sys true\n' >"$WORK/build.tmpfs"
	printf 'FROM busybox\nRUN --mount=type=cache,target=/proc/sys true\n' >"$WORK/build.cache"
	printf 'FROM busybox\nRUN --mount=type=bind,target=/proc/sys true\n' >"$WORK/build.bind"
	printf 'FROM busybox\nRUN --mount=type=secret,id=s,target=/proc/version true\n' >"$WORK/build.secret"
	said='cannot be mounted because it is inside /proc'
	for proc in /proc /way; do
		for flags in "--tmpfs $proc/sys" "--tmpfs $proc" "-v proc-v:$proc/sys" "-v $WORK/folder:$proc/sys" "-v $WORK/busybox.tar:$proc/version" \
			"--mount type=tmpfs,dst=$proc/sys" "--mount type=volume,src=proc-v,dst=$proc/fs" "--mount type=bind,src=$WORK/folder,dst=$proc/self"; do
			run run_none $flags way:1 true
			[ "$status" -ne 0 ]
			[[ $output == *"$said"* ]] || { echo "$flags: $output"; false; }
		done
	done
	for kind in tmpfs cache bind secret; do
		run d build --progress plain --secret "id=s,src=$WORK/build.tmpfs" -f "$WORK/build.$kind" "$WORK/folder"
		[ "$status" -ne 0 ]
		[[ $output == *"$said"* ]]
	done
	d volume rm -f proc-v
}

@test "CVE-2021-41089: a volume that is filled changes no mode of a host file, whatever is put in its place meanwhile" {
	cat >"$WORK/swap.c" <<-'C'
		#include <stdio.h>
		#include <unistd.h>
		/* Each file that appears becomes a link to the one that is given, as fast as it can. */
		int main(int argc, char **argv)
		{
			for (long i = 0; argc == 2; i++)
				for (int n = 0; n < 20; n++) {
					char name[32];
					snprintf(name, sizeof name, "/v/f%d", n);
					if (unlink(name) == 0)
						symlink(argv[1], name);
				}
		}
	C
	gcc -O2 -static -o "$WORK/swap" "$WORK/swap.c"
	# Large enough for the swap to come before the modes.
	image filled:1 'mkdir data; for n in $(seq 0 19); do head -c 3000000 /dev/zero >data/f$n; chmod 4755 data/f$n; done'
	echo host >"$WORK/secret/host"
	chmod 600 "$WORK/secret/host"
	for round in $(seq 4); do
		d run -d --name "swap$round" --network none -v "fill$round:/v" -v "$WORK/swap:/swap" busybox /swap "$WORK/secret/host"
		d create --name "fill$round" -v "fill$round:/data" filled:1 true || true
		d rm -f "swap$round"
		d rm "fill$round" || true
		[ "$(stat -c '%a %u:%g' "$WORK/secret/host")" = '600 0:0' ]
		d volume rm "fill$round"
	done
}
