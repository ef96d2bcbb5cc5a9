load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

# A container that has added, changed, replaced and deleted files, and ended.
changed() {
	d run --name "$1" --network none -v "$WORK/vol-$1:/vol" "${@:2}" busybox sh -c 'echo new >/new; echo x >>/etc/passwd; rm /bin/vi
		rm -r /root; mkdir /root; touch /root/in; ln /new /also; mkfifo /pipe; echo hidden >/vol/file; chmod 4711 /new'
}

@test "diff: added, changed, deleted" {
	changed one
	[ "$(d diff one)" = 'A /also
C /bin
D /bin/vi
C /etc
C /etc/passwd
A /new
A /pipe
C /root
A /root/in
A /vol' ] || { d diff one; return 1; }
	[ "$(api http://b/containers/one/changes | jq -c '.[2]')" = '{"Path":"/bin/vi","Kind":2}' ]
	d run --name none --network none busybox true
	[ -z "$(d diff none)" ]
	d rm none
	run d diff nosuch
	[ "$status" -eq 1 ]
	[[ $output == *'No such container: nosuch'* ]]
	d rm one
}

@test "commit: the changes are a layer, the configuration goes along" {
	d run --name two --network none -e A=1 -w /tmp busybox sh -c 'echo new >/new; rm /bin/vi; rm -r /root; mkdir /root; touch /root/in; ln /new /also'
	id=$(d commit -a 'Ann <a@b>' -m 'a message' -c 'CMD ["cat", "/new"]' -c 'ENV A=2' -c 'LABEL k=v' two made:1)
	[ "$id" = "$(d image inspect -f '{{.Id}}' made:1)" ]
	[ "$(d image inspect -f '{{len .RootFS.Layers}} {{.Author}} {{.Comment}} {{.Config.WorkingDir}} {{index .Config.Labels "k"}}' made:1)" = '2 Ann <a@b> a message /tmp v' ]
	[ "$(d image inspect -f '{{json .Config.Env}}' made:1 | grep -o 'A=[0-9]' | xargs)" = A=2 ]
	[ "$(run_none made:1)" = new ]
	[ "$(run_none made:1 sh -c 'ls /root; stat -c %h /also')" = $'in\n2' ]
	run run_none made:1 test -e /bin/vi
	[ "$status" -eq 1 ]
	d history --format '{{.CreatedBy}}' made:1 | head -n 1 | grep -q '^sh -c echo new'
	# Again, without a name, and on top of that.
	d run --name three --network none made:1 sh -c 'touch /more; mv /bin /moved'
	id=$(d commit three)
	[ "$(d image inspect -f '{{len .RootFS.Layers}}' "$id")" -eq 3 ]
	run_none "$id" /moved/busybox sh -c 'test ! -e /bin'
	run d commit two UPPER:1
	[ "$status" -eq 1 ]
	run d commit -c 'RUN x' two
	[[ $output == *'RUN is not a valid change command'* ]]
	d rm two three
}

@test "commit: the layer is its tar as it is, and the same one again leaves nothing behind" {
	d run --name six --network none busybox sh -c 'echo new >/new'
	d commit six made:6
	diff_id=$(d image inspect -f '{{index .RootFS.Layers 1}}' made:6)
	[ "sha256:$(sha256sum <"$WORK/data/blobs/${diff_id#sha256:}" | cut -d' ' -f1)" = "$diff_id" ]
	tar -tf "$WORK/data/blobs/${diff_id#sha256:}" | grep -qx new
	d commit six again:6
	[ "$(d image inspect -f '{{index .RootFS.Layers 1}}' again:6)" = "$diff_id" ]
	# One layer that comes compressed, and not: there is one blob of it.
	echo one layer >"$WORK/file"
	tar -C "$WORK" -cf "$WORK/file.tar" file
	gzip -k "$WORK/file.tar"
	id=$(d import "$WORK/file.tar.gz")
	[ "$(d image inspect -f '{{index .RootFS.Layers 0}}' "$id")" = "sha256:$(sha256sum <"$WORK/file.tar" | cut -d' ' -f1)" ]
	d import "$WORK/file.tar"
	[ ! -e "$WORK/data/blobs/$(sha256sum <"$WORK/file.tar" | cut -d' ' -f1)" ]
	d rm six
}

@test "commit of a running container: paused meanwhile, and running again" {
	d run -d --name busy --network none busybox sh -c 'while :; do date >/now; done'
	since=$(date +%s)
	d commit busy still
	[ "$(d inspect -f '{{.State.Status}}' busy)" = running ]
	d events --since "$since" --until "$(($(date +%s) + 1))" --format '{{.Action}}' -f container=busy | xargs | grep -q 'pause unpause commit'
	d rm -f busy
}

@test "export: the whole tree, without what is mounted in it" {
	changed four
	d export four | tar -tf - | sort >"$WORK/list"
	grep -qx new "$WORK/list"
	grep -qx bin/sh "$WORK/list"
	grep -qx vol/ "$WORK/list"
	[ -z "$(grep -x 'vol/file\|bin/vi' "$WORK/list")" ]
	d export -o "$WORK/four.tar" four
	[ "$(tar -xOf "$WORK/four.tar" also)" = new ]
	[ "$(tar -tvf "$WORK/four.tar" also | cut -c 1-10)" = -rws--x--x ]
	[ "$(tar -tvf "$WORK/four.tar" new | cut -c 1)" = h ]
	d start four
	d run -d --name five --network none busybox sh -c 'echo live >/live; exec sleep 1000'
	await d exec five test -e /live
	d export five | tar -xOf - live | grep -qx live
	d export five | tar -tf - | grep -c '^proc/.' | grep -qx 0
	d export five | d import - flat
	[ "$(run_none flat cat /live)" = live ]
	d rm -f four five
}
