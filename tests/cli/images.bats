load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "images: table, quiet, template, filter" {
	[[ $(d images) == REPOSITORY*busybox*latest* ]]
	[ "$(d images -q | wc -l)" -eq 1 ]
	[ "$(d image ls --format '{{.Repository}}:{{.Tag}}')" = busybox:latest ]
	[ "$(d images -q nosuch | wc -l)" -eq 0 ]
}

@test "tag, untag, remove; in use by a container" {
	d tag busybox other:v1
	[ "$(d images -q --no-trunc other:v1)" = "$(d images -q --no-trunc busybox)" ]
	[ "$(d rmi other:v1)" = 'Untagged: other:v1' ]
	d create --name user --network none busybox
	run d rmi busybox
	[ "$status" -eq 1 ]
	[[ $output == *'conflict: unable to remove repository reference "busybox" (must force) - container'* ]]
	d rm user
	run d rmi nosuch
	[ "$status" -eq 1 ]
	[[ $output == *'No such image: nosuch'* ]]
}

@test "import with changes, inspect and history" {
	d import -m 'a comment' -c 'ENV A=b' -c 'CMD ["echo", "made"]' -c 'WORKDIR /tmp' -c 'EXPOSE 80' "$WORK/busybox.tar" made:1
	[ "$(run_none made:1)" = made ]
	[ "$(d inspect -f '{{.Config.WorkingDir}} {{index .Config.Env 0}} {{json .Config.ExposedPorts}}' made:1)" = '/tmp A=b {"80/tcp":{}}' ]
	[[ $(d history made:1) == *'a comment'* ]]
	[[ $(d history made:1 | head -n 1) == 'IMAGE '*' CREATED '*' CREATED BY '* ]]
	[[ $(d history -H=false made:1 | head -n 1) == 'IMAGE '*' CREATED AT '*' CREATED BY '* ]]
	run d import -c 'RUN nothing' "$WORK/busybox.tar" bad
	[ "$status" -eq 1 ]
	d rmi made:1
}

@test "import of what is compressed: the image is the same; cut off and nothing are told" {
	echo x >"$WORK/in"
	tar -C "$WORK" -cf "$WORK/plain.tar" in
	xz -kf "$WORK/plain.tar"
	xz -k --lzma2=dict=256MiB -c "$WORK/plain.tar" >"$WORK/wide.tar.xz"
	gzip -kf "$WORK/plain.tar"
	python3 -c 'import bz2, sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read()))' <"$WORK/plain.tar" >"$WORK/plain.tar.bz2"
	layer() { d image inspect -f '{{index .RootFS.Layers 0}}' "$(d import "$1")"; }
	wanted=$(layer "$WORK/plain.tar")
	for file in plain.tar.xz wide.tar.xz plain.tar.gz plain.tar.bz2; do [ "$(layer "$WORK/$file")" = "$wanted" ]; done
	head -c 100 "$WORK/plain.tar.xz" >"$WORK/cut.tar.xz"
	run d import "$WORK/cut.tar.xz"
	[ "$status" -eq 1 ]
	[[ $output == *'the archive is damaged or cut off'* ]]
	d images -qf dangling=true --no-trunc | xargs "$DOCKER" rmi
}

@test "save and load: the same image, several in one archive, by standard streams" {
	id=$(d images -q --no-trunc busybox)
	d tag busybox second:tag
	d save -o "$WORK/two.tar" busybox second:tag
	d rmi busybox second:tag
	[ "$(d images -q | wc -l)" -eq 0 ]
	d load -i "$WORK/two.tar" | sort >"$WORK/said"
	[ "$(cat "$WORK/said")" = $'Loaded image: busybox:latest\nLoaded image: second:tag' ]
	[ "$(d images -q --no-trunc busybox)" = "$id" ]
	[ "$(run_none busybox echo again)" = again ]
	d save second:tag | gzip | d load
	d rmi second:tag
}

@test "load says that a name meant another image" {
	d import "$WORK/busybox.tar" named:1
	d save -o "$WORK/named.tar" named:1
	old=$(d images -q --no-trunc named:1)
	d import -c 'ENV a=b' "$WORK/busybox.tar" named:1
	now=$(d images -q --no-trunc named:1)
	[ "$(d load -i "$WORK/named.tar")" = "The image named:1 already exists, renaming the old one with ID $now to empty string
Loaded image: named:1" ]
	[ "$(d images -q --no-trunc named:1)" = "$old" ]
	[ "$(d load -i "$WORK/named.tar")" = 'Loaded image: named:1' ]
	d rmi "$now" named:1
}

@test "load of an image for two platforms, twice, and where its name meant another" {
	printf 'FROM scratch\nLABEL a=b\n' | d build -q --platform linux/amd64,linux/arm64 -t two:1 -
	d save -o "$WORK/platforms.tar" two:1
	d rmi two:1
	[ "$(d load -i "$WORK/platforms.tar")" = 'Loaded image: two:1' ]
	[ "$(d load -i "$WORK/platforms.tar")" = 'Loaded image: two:1' ]
	d tag busybox two:1
	[[ $(d load -i "$WORK/platforms.tar") = 'The image two:1 already exists, renaming the old one with ID '*$'\nLoaded image: two:1' ]]
	d rmi two:1
}

@test "an image whose command is an empty list shows none" {
	printf 'FROM busybox\nENTRYPOINT ["x"]\nCMD []\n' | d build -q -t nocmd -
	[ "$(d image inspect -f '{{json .Config.Cmd}}' nocmd)" = null ]
	d rmi nocmd
}

@test "load of an OCI layout without Docker's manifest" {
	mkdir "$WORK/oci"; d save busybox | tar -xC "$WORK/oci"
	rm "$WORK/oci/manifest.json"
	d rmi -f busybox
	tar -C "$WORK/oci" -c . | d load
	[ "$(run_none busybox echo oci)" = oci ]
}

@test "load: what a blob of an OCI layout holds is what its digest says: configuration, layer, manifest, index" {
	rm -rf "$WORK/oci"; mkdir "$WORK/oci"; d save busybox | tar -xC "$WORK/oci"
	cp "$WORK/oci/manifest.json" "$WORK/docker.json"
	blob_of() { jq -r "$1" "$WORK/oci/$2" | sed 's/:/\//'; }
	manifest=blobs/$(blob_of '.manifests[0].digest' index.json)
	config=blobs/$(blob_of .config.digest "$manifest")
	layer=blobs/$(blob_of '.layers[0].digest' "$manifest")
	for kept in 0 1; do
		[ "$kept" -eq 1 ] || d rmi -f busybox
		for with in oci docker; do
			rm -f "$WORK/oci/manifest.json"
			[ "$with" = oci ] || cp "$WORK/docker.json" "$WORK/oci/manifest.json"
			for blob in "$config" "$layer" "$manifest"; do
				[ "$with $blob" != "docker $manifest" ] || continue
				cp "$WORK/oci/$blob" "$WORK/right"
				printf ' ' >>"$WORK/oci/$blob"
				run bash -c 'tar -C "$1" -c . | "$2" load' - "$WORK/oci" "$DOCKER"
				[ "$status" -eq 1 ]
				[[ $output == *"invalid archive: the digest of $blob is sha256:"* ]] || { echo "$output"; false; }
				cp "$WORK/right" "$WORK/oci/$blob"
			done
			tar -C "$WORK/oci" -c . | d load
		done
	done
	await nothing_in "$WORK/data/tmp"
}

@test "a damaged archive is refused and changes nothing" {
	d save -o "$WORK/whole.tar" busybox
	d rmi -f busybox
	head -c 600000 "$WORK/whole.tar" >"$WORK/cut.tar"
	run d load -i "$WORK/cut.tar"
	[ "$status" -ne 0 ]
	[ "$(d images -q | wc -l)" -eq 0 ]
	await nothing_in "$WORK/data/tmp"
	sed 's/"sha256:[0-9a-f]\{8\}/"sha256:00000000/' "$WORK/whole.tar" >"$WORK/wrong.tar"
	run d load -i "$WORK/wrong.tar"
	[ "$status" -ne 0 ]
	echo nonsense >"$WORK/nonsense"
	run d load -i "$WORK/nonsense"
	[ "$status" -ne 0 ]
	d load -i "$WORK/whole.tar"
}

@test "image prune" {
	d import "$WORK/busybox.tar"
	[ "$(d images -q -f dangling=true | wc -l)" -eq 1 ]
	[[ $(d image prune -f) == *'Total reclaimed space:'* ]]
	[ "$(d images -q -f dangling=true | wc -l)" -eq 0 ]
}
