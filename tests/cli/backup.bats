load ../lib/engine
# All of an engine in one archive, and back again.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	file_setup
	fill
	d system backup --pause -o "$WORK/all.tar"
	seen >"$WORK/seen"
	cat >"$WORK/edit.py" <<-'E'
		"""edit.py FROM TO EXPRESSION: the archive with members (name -> bytes, in order) changed by an expression."""
		import io, json, sys, tarfile
		with tarfile.open(sys.argv[1]) as t:
		    m = {i.name: t.extractfile(i).read() for i in t}
		def inner(*entries):
		    out = io.BytesIO()
		    with tarfile.open(fileobj=out, mode="w") as t:
		        for name, kind, text in entries:
		            i = tarfile.TarInfo(name)
		            i.type = {"file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}[kind]
		            i.linkname = text if kind != "file" else ""
		            i.size = len(text) if kind == "file" else 0
		            t.addfile(i, io.BytesIO(text.encode()) if kind == "file" else None)
		    return out.getvalue()
		l = json.loads(m["backup.json"])
		exec(sys.argv[3])
		m["backup.json"] = m.get("raw") or json.dumps(l).encode()
		m.pop("raw", None)
		with tarfile.open(sys.argv[2], "w", format=tarfile.USTAR_FORMAT) as t:
		    for name, data in m.items():
		        i = tarfile.TarInfo(name)
		        i.size = len(data)
		        t.addfile(i, io.BytesIO(data))
	E
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }
fill() {
	d network create --subnet 10.9.0.0/24 --label q=1 own
	d volume create --label v=1 data
	d volume create -o type=tmpfs -o device=tmpfs ram
	d run -d --name web --network own --ip 10.9.0.7 -e A=B -v data:/d -v /anon busybox sh -c \
		'umask 022; echo x >/d/f; mkfifo /d/p; ln /d/f /d/g; ln -s f /d/s; chown 5:6 /d/f; echo y >/changed; rm /bin/wc; rm -rf /etc; mkdir /etc; echo own >/etc/own; ln /etc/own /etc/twice; echo anon >/anon/z; echo ready; exec sleep 1000'
	until [[ $(d logs web) == ready ]]; do sleep 0.05; done
	d create --name side --network container:web busybox
	d tag busybox registry.example/second:1
}
empty() {
	d ps -aq | xargs -r timeout 60 "$DOCKER" rm -fv
	d images -q | sort -u | xargs -r timeout 60 "$DOCKER" rmi -f
	d volume rm data ram
	d volume prune -af
	d network rm own
} >/dev/null 2>&1
seen() { # what there is, but ids and times
	d images --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort
	d network inspect -f '{{.Name}} {{json .IPAM.Config}} {{json .Labels}}' own
	d volume inspect -f '{{.Name}} {{json .Labels}} {{json .Options}}' data ram
	(cd "$(d volume inspect -f '{{.Mountpoint}}' data)" && find . -printf '%p %y %m %U %G %n %l\n' | sort && cat f)
	d inspect -f '{{.Name}} {{.Config.Image}} {{json .Config.Env}} {{json .Config.Cmd}} {{index .HostConfig.Binds 0}} {{(index .NetworkSettings.Networks "own").IPAMConfig.IPv4Address}}' web
	cat "$(d inspect -f '{{range .Mounts}}{{if eq .Destination "/anon"}}{{.Source}}{{end}}{{end}}' web)/z"
	d diff web
	d cp web:/changed - | tar -xOf -
	d export web | tar -tvf - | grep ' etc/' | grep -v ' etc/\(hosts\|hostname\|resolv.conf\|mtab\)' | sed 's/[0-9]*-[0-9-]* [0-9:]*//' | sort
}
restore() { run d system restore -i "$1"; }
edited() { python3 "$WORK/edit.py" "$WORK/all.tar" "$WORK/edited.tar" "$1"; }
everything() { for kind in image container volume network; do d $kind ls -q | sort; done; }

@test "the archive is a tar of nothing but its parts, and what ran runs on" {
	[ "$(tar -tf "$WORK/all.tar" | sed 's|/[0-9]*$||' | sort -u | xargs)" = 'backup.json end images layers/0 layers/1 volumes/0 volumes/1' ]
	[ "$(stat -c %a "$WORK/all.tar")" = 600 ]
	[ "$(d inspect -f '{{.State.Status}}' web)" = running ]
	[ "$(d ps -aq | wc -l)" -eq 2 ]
	[ -z "$(d images -qf dangling=true)" ]
}

@test "restored, all is as it was" {
	empty || true
	[ -z "$(d ps -aq; d images -q; d volume ls -q)" ]
	restore "$WORK/all.tar"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	diff "$WORK/seen" <(seen)
	[ "$(d inspect -f '{{.State.Status}}' web)" = created ]
	[ -z "$(d images -qf dangling=true)" ]
	d start web >/dev/null
	[ "$(d exec web cat /changed /d/f | xargs)" = 'y x' ]
}

@test "once more: what is there is left alone, its files too" {
	d exec web sh -c 'echo newer >/d/f'
	everything >"$WORK/has"
	restore "$WORK/all.tar"
	[[ $status -eq 0 && $(grep -c 'is there already, and left alone' <<<"$output") -eq 6 ]] || { echo "$output"; return 1; }
	[ "$(d exec web cat /d/f)" = newer ]
	diff "$WORK/has" <(everything)
}

@test "through a pipe, as a program that compresses wants it" {
	empty || true
	d system restore < <(gzip -c "$WORK/all.tar" | gzip -dc)
	diff "$WORK/seen" <(seen)
	d system backup | cmp -n 512 - "$WORK/all.tar" || [ "$?" = 1 ]
}

@test "an archive that is cut off is told; nothing of it stays half" {
	size=$(stat -c %s "$WORK/all.tar")
	for cut in 100 5000 60000 $((size - 22000)) $((size - 16000)) $((size - 9000)) $((size - 2500)) $((size - 1600)); do
		empty || true
		head -c "$cut" "$WORK/all.tar" >"$WORK/cut.tar"
		restore "$WORK/cut.tar"
		[[ $status -eq 1 && $output == *'ends too early'* ]] || { echo "$cut: $output"; return 1; }
		for volume in $(d volume ls -q --filter dangling=true); do
			[[ $volume == ram ]] || [ -n "$(ls -A "$WORK/data/volumes/$volume/_data")" ] || [[ $output != *"CANNOT be taken over"*volume*"$volume"* ]]
		done
	done
}

@test "what is no archive of ours is refused at its first bytes that are not" {
	empty || true
	refused() { restore "$1"; [[ $status -eq 1 && $output == *"$2"* ]] || { echo "$output"; return 1; }; }
	head -c 100000 /dev/urandom >"$WORK/noise"
	refused "$WORK/noise" 'no archive of'
	: >"$WORK/empty"
	refused "$WORK/empty" 'ends too early'
	refused "$WORK/busybox.tar" 'no archive of'
	refused "$WORK/nowhere" 'cannot read'
	edited 'l["Version"] = 2'
	refused "$WORK/edited.tar" 'of a later version'
	edited 'm["raw"] = b"{"'
	refused "$WORK/edited.tar" ''
	edited 'm = {"../outside": b"x", **m}'
	refused "$WORK/edited.tar" 'no archive of'
	edited 'm["volumes/../../x/000000"] = b"x"; m["end"] = m.pop("end")'
	refused "$WORK/edited.tar" 'no archive of'
	edited 'm["volumes/0/000000"] = b"x" * (5 << 20)'
	refused "$WORK/edited.tar" 'no archive of'
}

@test "names and requests that mean something else are refused by the engine" {
	empty || true
	edited 'l["Volumes"][0]["Name"] = "../../../outside"; l["Networks"][0]["Name"] = "../x"; l["Containers"][0]["Name"] = "a/b"; l["Containers"][1]["Request"]["HostConfig"]["NetworkMode"] = 7; l["Images"] = 5'
	restore "$WORK/edited.tar"
	[[ $status -eq 1 && $(grep -c 'CANNOT be taken over' <<<"$output") -ge 3 ]] || { echo "$output"; return 1; }
	[ -z "$(d ps -aq)" ]
	[ ! -e "$WORK/outside" ]
	edited 'l = {"Version": 1, "Volumes": "x", "Networks": [1, None, {}], "Containers": {"a": 1}}'
	restore "$WORK/edited.tar"
	[ "$status" -le 1 ]
}

@test "files of volumes and layers stay beneath them" {
	empty || true
	echo host >"$WORK/host"
	edited "evil = inner(('../../../../../../../..$WORK/host', 'file', 'changed'), ('out', 'link', '$WORK'), ('out/host', 'file', 'changed'), ('up', 'link', '../../../../../../..'), ('up$WORK/host', 'file', 'changed'), ('have', 'hard', '$WORK/host'))
m.update((n, evil) for n in list(m) if n.startswith(('volumes/', 'layers/')))"
	restore "$WORK/edited.tar"
	[ "$(cat "$WORK/host")" = host ]
	[ "$status" -le 1 ]
	d ps -aq | xargs -r -n 1 "$DOCKER" inspect -f '{{.Name}}' >/dev/null
}

@test "a container that was started takes no layer" {
	empty || true
	d import "$WORK/busybox.tar" busybox >/dev/null
	d run --name ran --network none busybox true
	[ "$(status_of -X PUT --data-binary "@$WORK/busybox.tar" http://b/containers/ran/layer)" = 409 ]
	[ "$(status_of -X PUT --data-binary "@$WORK/busybox.tar" http://b/containers/nosuch/layer)" = 404 ]
	[ "$(status_of http://b/containers/nosuch/layer)" = 404 ]
	d rm ran
}

@test "a backup that ends early leaves no file, and nothing paused" {
	d run -d --name runs --network none busybox sleep 1000
	run d system backup --pause -o /dev/full/x
	[ "$status" -eq 1 ]
	mkdir "$WORK/small"
	mount -t tmpfs -o size=100k none "$WORK/small"
	run d system backup --pause -o "$WORK/small/x"
	files=$(ls "$WORK/small")
	umount "$WORK/small"
	[[ $status -eq 1 && $output == *'No space left on device'* && -z $files ]] || { echo "$output $files"; return 1; }
	[ "$(d inspect -f '{{.State.Status}}' runs)" = running ]
	run script -qec "$DOCKER system backup" /dev/null </dev/null
	[[ $output == *'not for a terminal'* ]]
}
