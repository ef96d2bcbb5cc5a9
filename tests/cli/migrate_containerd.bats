load ../lib/engine
# The folder of a dockerd 28.5 with containerd's store that was stopped, as "make-docker-root containerd" has recorded it, is taken over.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	file_setup
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	export ROOT_OF_DOCKER=$WORK/lib/docker
	mkdir "$WORK/lib"
	fresh_root
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }
fresh_root() {
	rm -rf "$WORK/lib"
	mkdir -p "$ROOT_OF_DOCKER"
	tar -C "$ROOT_OF_DOCKER" --xattrs --xattrs-include='*' --numeric-owner -xf "$ROOT/tests/cli/docker-root-containerd.tar.xz"
}
STORE=containerd/daemon
META=$STORE/io.containerd.metadata.v1.bolt/meta.db
BLOBS=$STORE/io.containerd.content.v1.content/blobs/sha256
migrate() { d system migrate --from-docker --folder "$ROOT_OF_DOCKER" "$@"; }
listing() { (cd "$ROOT_OF_DOCKER" && find . -printf '%p %y %m %U %G %s %T@\n' | sort; find . -type f -exec sha256sum {} + | sort); }
forget() {
	d ps -aq | xargs -r "$DOCKER" rm -fv
	d rmi -f app:1 registry.example/team/app:stable base two:1 some/one:1 again
	d image prune -af
	d volume rm data ram
	d network rm six shop
} >/dev/null 2>&1
state() { d inspect -f "$2" "$1"; }
image_of() { jq -rs ".[] | select(.Name == \"/$1\") | .$2" "$ROOT_OF_DOCKER"/containers/*/config.v2.json; }

@test "containerd's store: a dry run tells all, and changes nothing" {
	listing >"$WORK/before"
	run migrate
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	for line in 'network    shop *would be made: bridge 10.77.0.0/24' 'image      app:1 *would be made: 2 layers' 'image      two:1 *would be made: 2 layers' \
		'image      some/one:1 *would be made: 2 layers' 'image      sha256:[0-9a-f]* would be made: 1 layers' 'volume     data *would be made: 4B' \
		'container  web *would be made: of app:1, with 7B of changes' 'container  dangles *would be made: of again' 'Nothing was changed.'; do
		grep -q "^$line" <<<"$output" || { echo "$line: $output"; return 1; }
	done
	diff "$WORK/before" <(listing)
	[ -z "$(d images -q app)" ]
}

@test "containerd's store: --apply takes it over, starts what Docker would, and leaves Docker's folder as it is" {
	listing >"$WORK/before"
	run migrate --apply --start
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	diff "$WORK/before" <(listing)
	[ "$(d ps --format '{{.Names}}' | sort | xargs)" = 'side stopped web' ] || { d ps -a; return 1; }
	run migrate --apply
	[[ $status -eq 0 && $(grep -c 'is there already, and left alone' <<<"$output") -eq 19 ]] || { echo "$output"; return 1; }
}

@test "containerd's store: images have their digests, names and platforms" {
	[ "$(d image inspect -f '{{.Descriptor.Digest}}' app:1)" = "$(image_of web Image)" ]
	[ "$(d image inspect -f '{{.Id}}' registry.example/team/app:stable)" = "$(d image inspect -f '{{.Id}}' app:1)" ]
	[ "$(d image inspect -f '{{.Config.User}} {{.Config.Labels.stage}} {{.Config.Entrypoint}}' app:1)" = '7:7 second [/tool]' ]
	[ "$(d image inspect -f '{{.Descriptor.Digest}}' two:1)" = "$(image_of pair Image)" ]
	[ "$(d image inspect -f '{{.Config.Labels.a}}' again)" = 2 ]
	[ "$(state dangles '{{.Config.Labels.a}}')" = 1 ]
	id=$(d create app:1)
	[ "$(d cp "$id:/etc/made" - | tar -xOf -)" = 'by a step' ]
	not d cp "$id:/gone/file" -
	d rm "$id"
}

@test "containerd's store: containers are what they were asked for, with what they have changed" {
	[ "$(state web '{{.Config.Image}} {{.Config.User}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}')" = 'app:1 0:0 67108864 unless-stopped' ]
	[ "$(state single '{{.Config.Image}}')" = some/one:1 ]
	[ "$(state never '{{.Config.Image}} {{.Config.Tty}}')" = 'base true' ]
	[ "$(d cp done:/left - | tar -xOf -)" = here ]
	[ "$(cat "$(d volume inspect -f '{{.Mountpoint}}' data)/file")" = kept ]
	[[ $(d diff web) == *'C /etc/kept'*'D /etc/made'* ]]
	[ "$(d cp web:/etc/kept - | tar -xOf -)" = changed ]
}

@test "containerd's store: content that is missing or damaged is told by the image's name" {
	forget || true
	manifest=$(image_of single ImageManifest.digest)
	layer=$(jq -r '.layers[1].digest' "$ROOT_OF_DOCKER/$BLOBS/${manifest#sha256:}")
	mv "$ROOT_OF_DOCKER/$BLOBS/${layer#sha256:}" "$WORK/layer"
	run migrate
	[[ $status -eq 1 && $output == *'image      app:1 '*'CANNOT be taken over: the content of its layers is missing'* && $output == *'image      base:latest '*'would be made'* ]] ||
		{ echo "$output"; return 1; }
	head -c 100 "$WORK/layer" >"$ROOT_OF_DOCKER/$BLOBS/${layer#sha256:}"
	run migrate --apply
	[[ $status -eq 1 && $output == *'image      app:1 '*'CANNOT be taken over: '* ]] || { echo "$output"; return 1; }
	[ -z "$(d images -q app)" ]
	# A link leads out of the store.
	rm "$ROOT_OF_DOCKER/$BLOBS/${layer#sha256:}"
	ln -s "$WORK/layer" "$ROOT_OF_DOCKER/$BLOBS/${layer#sha256:}"
	run migrate --apply
	[[ $status -eq 1 && $output == *'CANNOT be taken over: the content '*' is no file'* ]] || { echo "$output"; return 1; }
	rm "$ROOT_OF_DOCKER/$BLOBS/"*
	run migrate
	[[ $status -eq 1 && $output == *'image      app:1 '*'CANNOT be taken over: its manifest is missing'* && $output == *'container  web '*'CANNOT be taken over: its image is missing'* ]] ||
		{ echo "$output"; return 1; }
	fresh_root
}

@test "containerd's store: beside Docker's folder, where it is named, in use, and nowhere" {
	mv "$ROOT_OF_DOCKER/$STORE" "$WORK/lib/containerd"
	run migrate
	[[ $status -eq 0 && $output == *'image      app:1 '* ]] || { echo "$output"; return 1; }
	exec 8<"$WORK/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"
	flock 8
	run migrate
	[[ $status -eq 1 && $output == *'meta.db is in use: stop Docker first (systemctl stop docker.socket docker.service containerd.service)'* ]] || { echo "$output"; return 1; }
	# Where nothing says that it is needed, it is told, and the rest goes on.
	mkdir -p "$WORK/other/docker"
	tar -C "$WORK/other/docker" --xattrs --xattrs-include='*' --numeric-owner -xf "$ROOT/tests/cli/docker-root.tar.xz"
	run d system migrate --from-docker --folder "$WORK/other/docker" --containerd "$WORK/lib/containerd"
	[[ $status -eq 0 && $output == *'images     containerd '*'is in use: stop Docker first'*'image      app:1 '* ]] || { echo "$output"; return 1; }
	exec 8<&-
	mv "$WORK/lib/containerd" "$WORK/lib/elsewhere"
	run migrate
	[[ $status -eq 1 && $output == *'name containerd'\''s folder with --containerd'* ]] || { echo "$output"; return 1; }
	run migrate --containerd "$WORK/lib/elsewhere"
	[[ $status -eq 0 && $output == *'image      app:1 '* ]] || { echo "$output"; return 1; }
	run migrate --containerd "$WORK/nowhere"
	[[ $status -eq 1 && $output == *'cannot read '*meta.db* ]] || { echo "$output"; return 1; }
	rm -rf "$WORK/other"
	fresh_root
}

@test "containerd's store: databases with bytes that are none of its own end in a message" {
	for file in $META "$STORE/io.containerd.snapshotter.v1.overlayfs/metadata.db"; do
		cp "$ROOT_OF_DOCKER/$file" "$WORK/whole.db"
		for seed in $(seq 40); do
			python3 - "$WORK/whole.db" "$ROOT_OF_DOCKER/$file" "$seed" <<-'P'
				import random, sys
				whole, r = bytearray(open(sys.argv[1], "rb").read()), random.Random(int(sys.argv[3]))
				used = [i for i, b in enumerate(whole) if b] if r.random() < .8 else range(len(whole))
				for _ in range(r.choice([1, 3, 30, 300])):
				    whole[r.choice(used)] = r.randrange(256)
				open(sys.argv[2], "wb").write(whole[:r.choice([len(whole), len(whole), r.randrange(len(whole))])])
			P
			run migrate
			[ "$status" -le 1 ] || { echo "$file, seed $seed: $status $output"; return 1; }
		done
		cp "$WORK/whole.db" "$ROOT_OF_DOCKER/$file"
	done
}
