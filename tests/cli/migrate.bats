load ../lib/engine
# The folder of a dockerd 28.5 that was stopped, as make-docker-root has recorded it, is taken over.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	file_setup
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	export ROOT_OF_DOCKER=$WORK/docker
	fresh_root
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }
fresh_root() {
	rm -rf "$ROOT_OF_DOCKER"
	mkdir "$ROOT_OF_DOCKER"
	tar -C "$ROOT_OF_DOCKER" --xattrs --xattrs-include='*' --numeric-owner -xf "$ROOT/tests/cli/docker-root.tar.xz"
	# What "rm -rf gone; mkdir gone; echo own >gone/own; ln gone/own gone/twice" leaves in a writable layer.
	python3 - "$ROOT_OF_DOCKER" <<-'E'
		import glob, json, os, sys
		never = next(os.path.basename(os.path.dirname(p)) for p in glob.glob(sys.argv[1] + "/containers/*/config.v2.json") if json.load(open(p))["Name"] == "/never")
		upper = sys.argv[1] + "/overlay2/" + open(f"{sys.argv[1]}/image/overlay2/layerdb/mounts/{never}/mount-id").read().strip() + "/diff"
		os.mkdir(upper + "/gone")
		os.setxattr(upper + "/gone", "trusted.overlay.opaque", b"y")
		open(upper + "/gone/own", "w").write("own")
		os.link(upper + "/gone/own", upper + "/gone/twice")
	E
}
migrate() { d system migrate --from-docker --folder "$ROOT_OF_DOCKER" "$@"; }
listing() { (cd "$ROOT_OF_DOCKER" && find . -printf '%p %y %m %U %G %s %T@\n' | sort; find . -type f -exec sha256sum {} + | sort); }
forget() { # all that was taken over
	d rm -fv web side done never stopped
	d rmi -f app:1 registry.example/team/app:stable base
	d volume rm data ram
	d network rm six shop
} >/dev/null 2>&1
everything() { for kind in image container volume network; do d $kind ls -q | sort; done; }
state() { d inspect -f "$2" "$1"; }

@test "a dry run tells all, and changes nothing" {
	listing >"$WORK/before"
	everything >"$WORK/has"
	run migrate
	[ "$status" -eq 0 ]
	for line in 'network    shop *would be made: bridge 10.77.0.0/24' 'image      app:1 *would be made: 2 layers' 'volume     data *would be made: 4B' \
		'volume     ram *would be made' 'container  web *would be made: of app:1' 'container  side *would be made' 'Nothing was changed.'; do
		grep -q "^$line" <<<"$output" || { echo "$line: $output"; return 1; }
	done
	diff "$WORK/before" <(listing)
	diff "$WORK/has" <(everything)
}

@test "--apply takes it over, and leaves Docker's folder as it is" {
	listing >"$WORK/before"
	run migrate --apply
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	diff "$WORK/before" <(listing)
}

@test "images: the same ids, all tags, and what is in them" {
	[ "$(d image inspect -f '{{.Id}}' app:1)" = "$(jq -r '.Repositories.app["app:1"]' "$ROOT_OF_DOCKER/image/overlay2/repositories.json")" ]
	[ "$(d image inspect -f '{{.Id}}' registry.example/team/app:stable)" = "$(d image inspect -f '{{.Id}}' app:1)" ]
	[ "$(d image inspect -f '{{.Config.User}} {{.Config.Labels.stage}} {{.Config.Entrypoint}}' app:1)" = '7:7 second [/tool]' ]
	id=$(d create app:1)
	d export "$id" | tar -tf - >"$WORK/files"
	grep -qx etc/made "$WORK/files"
	grep -qx gone/ "$WORK/files"
	not grep -qx gone/file "$WORK/files"
	[ "$(d cp "$id:/etc/made" - | tar -xOf -)" = 'by a step' ]
	d rm "$id"
}

@test "networks: addresses, options, labels" {
	[ "$(d network inspect -f '{{json .IPAM.Config}}' shop)" = '[{"Subnet":"10.77.0.0/24","IPRange":"10.77.0.128/25","Gateway":"10.77.0.1","AuxiliaryAddresses":{"host":"10.77.0.5"}}]' ]
	[ "$(d network inspect -f '{{json .Options}} {{json .Labels}} {{.Internal}}' shop)" = '{"com.docker.network.driver.mtu":"1400"} {"a":"b"} false' ]
	[[ $(d network inspect -f '{{.EnableIPv6}} {{.Internal}} {{json .IPAM.Config}}' six) == 'true true '*'fd00:77::/64'* ]]
}

@test "volumes: data, labels and options; those without a name stay with their container" {
	[ "$(d volume inspect -f '{{.Labels.keep}}' data)" = yes ]
	[ "$(d volume inspect -f '{{json .Options}}' ram)" = '{"device":"tmpfs","o":"size=1m","type":"tmpfs"}' ]
	[ "$(cat "$(d volume inspect -f '{{.Mountpoint}}' data)/file")" = kept ]
	[ "$(state done '{{len .Mounts}} {{(index .Mounts 0).Destination}}')" = '1 /anon' ]
	[ "$(cat "$(state done '{{(index .Mounts 0).Source}}')/file")" = anonymous ]
}

@test "containers: what they were asked for" {
	[ "$(state web '{{.Config.Image}} {{.Config.User}} {{.Config.Hostname}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}')" = 'app:1 0:0 webhost 67108864 unless-stopped' ]
	[ "$(state web '{{json .HostConfig.PortBindings}}')" = '{"53/udp":[{"HostIp":"127.0.0.1","HostPort":"53"}],"80/tcp":[{"HostIp":"","HostPort":"8080"}]}' ]
	[ "$(state web '{{json .HostConfig.Binds}} {{json .HostConfig.CapAdd}} {{json .HostConfig.Ulimits}}')" = '["data:/data","/srv:/srv:ro"] ["CAP_NET_ADMIN"] [{"Name":"nofile","Hard":200,"Soft":100}]' ]
	[[ $(state web '{{json .Config.Env}} {{json .Config.Labels}} {{json .Config.Cmd}}') == *'"A=B"'*'"x":"y"'*'"write","/data/file","kept"'* ]]
	[ "$(state web '{{(index .NetworkSettings.Networks "shop").IPAMConfig.IPv4Address}}')" = 10.77.0.9 ]
	[[ $(state web '{{json .NetworkSettings.Networks}}') == *'"www"'* && $(state web '{{json (index .NetworkSettings.Networks "six").Aliases}}') == *'"other"'* ]]
	[ "$(state side '{{.HostConfig.NetworkMode}}')" = "container:$(state web '{{.Id}}')" ] || [ "$(state side '{{.HostConfig.NetworkMode}}')" = container:web ]
	[ "$(state never '{{.Config.Tty}} {{.Config.OpenStdin}} {{json .Config.Healthcheck.Test}} {{.Config.Healthcheck.Interval}}')" = 'true true ["CMD-SHELL","/tool"] 7s' ]
	[ "$(d ps -aq --filter status=created | wc -l)" -eq 5 ]
}

@test "containers: their writable layers, with what was removed" {
	[ "$(d cp web:/etc/kept - | tar -xOf -)" = changed ]
	run d cp web:/etc/made -
	[ "$status" -ne 0 ]
	[ "$(d cp done:/left - | tar -xOf -)" = here ]
	[[ $(d diff web) == *'D /etc/made'* ]]
	d cp never:/gone "$WORK/gone"
	[ "$(ls "$WORK/gone" | xargs)" = 'own twice' ]
	[ "$(stat -c %h "$(state never '{{.GraphDriver.Data.UpperDir}}')/gone/twice")" = 2 ]
}

@test "once more: what is there is left alone" {
	everything >"$WORK/has"
	run migrate --apply
	[ "$status" -eq 0 ]
	[ "$(grep -c 'is there already, and left alone' <<<"$output")" -eq 12 ] || { echo "$output"; return 1; }
	diff "$WORK/has" <(everything)
}

@test "--start starts what Docker would start, in order; names that are taken stay" {
	forget || true
	d tag busybox app:1
	mkdir -p /srv
	run migrate --apply --start
	[[ $status -eq 0 && $output == *'tag        app:1 '*"is another image's already, and left alone"* ]] || { echo "$output"; return 1; }
	[ "$(d image inspect -f '{{.Id}}' app:1)" = "$(d image inspect -f '{{.Id}}' busybox)" ]
	[ "$(state web '{{.Image}}')" = "$(d image inspect -f '{{.Id}}' registry.example/team/app:stable)" ]
	[ "$(d ps --format '{{.Names}}' | sort | xargs)" = 'side stopped web' ] || { d ps -a; return 1; }
	d rmi app:1
	run migrate --apply
	[ "$(d image inspect -f '{{.Id}}' app:1)" = "$(state web '{{.Image}}')" ]
}

@test "what is missing is told by its name; the rest is taken over" {
	forget || true
	rm -rf "$ROOT_OF_DOCKER"/image/overlay2/layerdb/mounts/"$(jq -rs '.[] | select(.Name == "/done") | .ID' "$ROOT_OF_DOCKER"/containers/*/config.v2.json)"
	run migrate --apply
	[[ $status -eq 1 && $output == *'container  done '*'CANNOT be taken over: its writable layer is missing'* && $output == *'container  never '*'is made'* ]] || { echo "$output"; return 1; }
	fresh_root
}

@test "a layer that is damaged is no layer, and its image no image" {
	forget || true
	find "$ROOT_OF_DOCKER/overlay2" -path '*/diff/etc/kept' -size +0 -exec truncate -s 1 {} +
	run migrate --apply
	[[ $status -eq 1 && $output == *'image      app:1 '*'CANNOT be taken over: '*' of a layer is shorter than it was'* ]] || { echo "$output"; return 1; }
	[ -z "$(d images -q app)" ]
	fresh_root
	find "$ROOT_OF_DOCKER/overlay2" -path '*/diff/etc/kept' -exec sh -c 'printf "BASE\n" >"$1"' - {} \;
	forget || true
	run migrate --apply
	[[ $status -eq 1 && $output == *'image      app:1 '*'CANNOT be taken over: '* ]] || { echo "$output"; return 1; }
	[ -z "$(d images -q app)" ]
	fresh_root
}

@test "refused before anything is done: a Docker that runs, other stores, mapped ids, no folder" {
	refused() { run migrate --apply; [[ $status -eq 1 && $output == *"$1"* && $output != *made* ]] || { echo "$output"; return 1; }; }
	exec 8<"$ROOT_OF_DOCKER/volumes/metadata.db"
	flock 8
	refused 'is in use: stop Docker first'
	exec 8<&-
	chown 100000 "$ROOT_OF_DOCKER/overlay2"
	refused 'mapped (userns-remap)'
	mv "$ROOT_OF_DOCKER/image/overlay2" "$ROOT_OF_DOCKER/image/zfs"
	refused 'neither layers of overlay2 nor a store of containerd'
	rm -rf "$ROOT_OF_DOCKER/containers"
	refused "is no folder of Docker's"
	run d system migrate
	[[ $status -eq 1 && $output == *'--from-docker is needed'* ]]
	fresh_root
}

@test "databases with bytes that are none of Docker's end in a message" {
	file=$ROOT_OF_DOCKER/network/files/local-kv.db
	cp "$file" "$WORK/whole.db"
	for seed in $(seq 60); do
		python3 - "$WORK/whole.db" "$file" "$seed" <<-'E'
			import random, sys
			bytes_, r = bytearray(open(sys.argv[1], "rb").read()), random.Random(int(sys.argv[3]))
			used = [i for i, b in enumerate(bytes_) if b] if r.random() < .8 else range(len(bytes_))
			for _ in range(r.choice([1, 3, 30])):
			    bytes_[r.choice(used)] = r.randrange(256)
			open(sys.argv[2], "wb").write(bytes_[:r.choice([len(bytes_), r.randrange(len(bytes_))])])
		E
		run migrate
		[ "$status" -le 1 ] || { echo "seed $seed: $status $output"; return 1; }
	done
	cp "$WORK/whole.db" "$file"
}

@test "a layer's description leads nowhere but into the layer" {
	forget || true
	echo only-the-host-has-it >"$WORK/secret"
	split=$(ls "$ROOT_OF_DOCKER"/image/overlay2/layerdb/sha256/*/tar-split.json.gz | head -n 1)
	zcat "$split" | sed "s|\"name\":\"etc/kept\"|\"name\":\"../../../../../../../../../..$WORK/secret\"|; s|\"name\":\"etc/made\"|\"name\":\"../../../../../../../../../..$WORK/secret\"|" | gzip >"$WORK/split"
	cp "$WORK/split" "$split"
	run migrate --apply
	[[ $status -eq 1 && $output == *'CANNOT be taken over: cannot read "../../'* ]] || { echo "$output"; return 1; }
	for image in $(d images -q | sort -u); do [ "$(d save "$image" | grep -ac only-the-host-has-it)" = 0 ]; done
}
