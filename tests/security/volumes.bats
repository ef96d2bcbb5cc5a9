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
