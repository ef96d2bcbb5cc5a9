load ../lib/engine
load ../lib/hosts
load ../lib/registry
setup_file() {
	registries_make --registry-mirror http://127.0.0.1:5000
	"$BUILD/berth" tag busybox localhost:5000/library/busybox:1.36
	"$BUILD/berth" tag busybox localhost:5000/library/busybox
	"$BUILD/berth" push -aq localhost:5000/library/busybox
	"$BUILD/berth" rmi busybox localhost:5000/library/busybox:1.36 localhost:5000/library/busybox >/dev/null
}
teardown_file() { registries_remove; }
teardown() { "$BUILD/berth" images -q | sort -u | xargs -r "$BUILD/berth" rmi -f >/dev/null; }

@test "pull, as a user types it: from Docker Hub's mirror, with Docker's lines" {
	d pull busybox >"$WORK/out"
	[ "$(head -n 1 "$WORK/out")" = 'Using default tag: latest' ]
	grep -q '^latest: Pulling from library/busybox$' "$WORK/out"
	grep -Eq '^[0-9a-f]{12}: Pulling fs layer$' "$WORK/out"
	grep -Eq '^[0-9a-f]{12}: Pull complete$' "$WORK/out"
	grep -Eq '^Digest: sha256:[0-9a-f]{64}$' "$WORK/out"
	grep -qx 'Status: Downloaded newer image for busybox:latest' "$WORK/out"
	[ "$(tail -n 1 "$WORK/out")" = docker.io/library/busybox:latest ]
	d pull busybox | grep -qx 'Status: Image is up to date for busybox:latest'
	[ "$(d pull -q busybox:1.36)" = docker.io/library/busybox:1.36 ]
	[ "$(run_none busybox echo runs)" = runs ]
}

@test "pull by digest, all tags, and what the digest is called" {
	digest=$(d pull busybox | sed -n 's/^Digest: //p')
	[ "$(d image inspect -f '{{index .RepoDigests 0}}' busybox)" = "busybox@$digest" ]
	[[ $(d image ls --digests) == *"$digest"* ]]
	d rmi busybox
	d pull "busybox@$digest" | grep -qx "Status: Downloaded newer image for busybox@$digest"
	[ "$(d image ls --format '{{.Repository}} {{.Tag}}')" = 'busybox <none>' ]
	[ "$(run_none "busybox@$digest" echo runs)" = runs ]
	[ -z "$(d images -q -f dangling=true)" ]
	d pull "busybox:1.36@$digest"
	d rmi "busybox@$digest"
	[ "$(d images -q | wc -l)" -eq 0 ]
	d pull -a localhost:5000/library/busybox >"$WORK/out"
	grep -qx 'Status: Downloaded newer image for localhost:5000/library/busybox' "$WORK/out"
	[ "$(d image ls --format '{{.Tag}}' | sort | xargs)" = '1.36 latest' ]
	run d pull -a busybox:1.36
	[[ $output == *"tag can't be used with --all-tags/-a"* ]]
}

@test "run and create pull what is missing; --pull" {
	d run --rm --network none busybox:1.36 echo hi >"$WORK/out" 2>"$WORK/err"
	[ "$(cat "$WORK/out")" = hi ]
	grep -qx "Unable to find image 'busybox:1.36' locally" "$WORK/err"
	grep -qx 'Status: Downloaded newer image for busybox:1.36' "$WORK/err"
	[ -z "$(grep docker.io/library "$WORK/err")" ]
	d run --rm --network none --pull always busybox:1.36 true 2>"$WORK/err"
	grep -qx 'Status: Image is up to date for busybox:1.36' "$WORK/err"
	run d run --rm --pull never busybox:latest true
	[ "$status" -eq 125 ]
	[[ $output == *'No such image: busybox:latest'* ]]
	run "$BUILD/berth" create --pull sometimes busybox:1.36
	[ "$status" -ne 0 ]
}

@test "what is not there: Docker's words, exit codes and statuses" {
	run d pull localhost:5000/library/busybox:none
	[ "$status" -eq 1 ]
	[[ $output == *'Error response from daemon: manifest for localhost:5000/library/busybox:none not found: manifest unknown: manifest unknown'* ]]
	run d pull localhost:1/x
	[ "$status" -eq 1 ]
	[[ $output == *'Get "http://localhost:1/v2/": dial tcp '*': connect: connection refused'* ]]
	[ "$(status_of -X POST 'http://b/images/create?fromImage=localhost:5000/nope&tag=1')" = 404 ]
	[ "$(status_of -X POST 'http://b/images/create?fromImage=localhost:1/nope&tag=1')" = 500 ]
	[ "$(status_of -X POST 'http://b/images/create?fromImage=lib/UPPER&tag=1')" = 400 ]
	[ "$(status_of -X POST -H 'X-Registry-Auth: ??' 'http://b/images/create?fromImage=localhost:5000/x&tag=1')" = 400 ]
	run d push localhost:5000/nothing
	[ "$status" -eq 1 ]
	[[ $output == *'An image does not exist locally with the tag: localhost:5000/nothing'* ]]
	before=$SECONDS
	run d pull unresolvable.invalid/x
	[ "$status" -eq 1 ]
	[ $((SECONDS - before)) -lt 30 ]
}

@test "push: lines, digest, what is there is not sent, other repositories' blobs are mounted" {
	d pull -q busybox
	d tag busybox localhost:5100/one:a
	mode count
	d push localhost:5100/one:a >"$WORK/out"
	[ "$(head -n 1 "$WORK/out")" = 'The push refers to repository [localhost:5100/one]' ]
	grep -Eq '^[0-9a-f]{12}: Pushed$' "$WORK/out"
	grep -Eq '^a: digest: sha256:[0-9a-f]{64} size: [0-9]+$' "$WORK/out"
	d push localhost:5100/one:a | grep -Eq '^[0-9a-f]{12}: Layer already exists$'
	d tag busybox localhost:5100/two:a
	d push localhost:5100/two:a | grep -Eq '^[0-9a-f]{12}: Mounted from one$'
	[ "$(stats .mounts)" -eq 1 ]
	# The manifest is the one that was pulled: its digest stays.
	[ "$(d image inspect -f '{{json .RepoDigests}}' busybox | jq -r '.[]' | sed 's/.*@//' | sort -u | wc -l)" -eq 1 ]
	# The aux object that API clients read.
	curl -s --unix-socket "$WORK/b.sock" -X POST 'http://b/images/localhost:5100/one/push?tag=a' | grep -q '"aux":{"Tag":"a","Digest":"sha256:'
	d rmi localhost:5100/one:a localhost:5100/two:a busybox
	d pull -q localhost:5100/two:a
	[ "$(run_none localhost:5100/two:a echo runs)" = runs ]
}

@test "push: what came as a tar is sent while it is compressed, unless the registry turns out to have it" {
	mkdir -p "$WORK/grown"
	head -c 20000000 /dev/urandom >"$WORK/grown/f"
	tar -C "$WORK/grown" -cf "$WORK/grown.tar" .
	sum=$(sha256sum <"$WORK/grown/f")
	pushes() { # mode, name, what is said, PATCHes and POSTs
		mode "$1"
		d import "$WORK/grown.tar" "localhost:5100/$2" >/dev/null
		d push "localhost:5100/$2" >"$WORK/out"
		d rmi "localhost:5100/$2" >/dev/null
		grep -Eq "^[0-9a-f]{12}: $3\$" "$WORK/out"
		[ "$(stats '"\(.patches) \(.uploads)"')" = "$4" ]
	}
	pushes count one Pushed '1 2'
	# What a registry does not take in chunks it gets whole.
	pushes nopatch grown Pushed '1 3'
	pushes patience grown 'Layer already exists' '1 2'
	mode plain
	d pull -q localhost:5100/grown
	[ "$(sha256sum <"$(layer_folder localhost:5100/grown)/f")" = "$sum" ]
	# It is compressed once: the next push knows its name.
	d import "$WORK/grown.tar" localhost:5100/grown:b >/dev/null
	d push -q localhost:5100/grown:b
	mode count
	d push localhost:5100/grown:b | grep -Eq '^[0-9a-f]{12}: Layer already exists$'
	[ "$(stats .patches)" -eq 0 ]
}

@test "platforms, variants, attestations, unknown types, uncompressed and zstd layers, schema 2" {
	make_image plat index
	d pull -q localhost:5000/plat
	[ "$(cat "$(layer_folder localhost:5000/plat)/arch")" = "$(uname -m | sed 's/x86_64/amd64/')" ]
	for want in linux/arm/v6:v6 linux/arm:v7 linux/arm/v7:v7 linux/arm/v5:v5; do
		d pull -q --platform "${want%:*}" localhost:5000/plat
		[ "$(cat "$(layer_folder localhost:5000/plat --platform "${want%:*}")/arch")" = "${want#*:}" ]
	done
	# The name goes on meaning the image that runs here.
	[ "$(cat "$(layer_folder localhost:5000/plat)/arch")" = "$(uname -m | sed 's/x86_64/amd64/')" ]
	run d pull --platform linux/s390x localhost:5000/plat
	[ "$status" -eq 1 ]
	[[ $output == *'no matching manifest for linux/s390x in the manifest list entries'* ]]
	make_image plain tar
	d pull -q localhost:5000/plain
	[ "$(wc -c <"$(layer_folder localhost:5000/plain)/plain")" -eq 10000 ]
	make_image art artifact
	run d pull localhost:5000/art
	[[ $output == *'unsupported layer type "text/plain"'* ]]
	for form in 'oci zstd' 'v2s2 gzip' 'oci gzip'; do
		set -- $form
		on_host skopeo copy -q --src-tls-verify=false --dest-tls-verify=false --format "$1" --dest-compress-format "$2" --dest-compress \
			docker://127.0.0.1:5000/library/busybox docker://127.0.0.1:5000/"as-$1-$2"
		d pull -q "localhost:5000/as-$1-$2"
		[ "$(run_none "localhost:5000/as-$1-$2" echo runs)" = runs ]
	done
}

@test "127 layers, and not one more; whiteouts and replaced files as the last layer says" {
	make_image many layers 127
	d pull -q localhost:5000/many
	d create --name many localhost:5000/many /f1
	make_image toomany layers 128
	run d pull localhost:5000/toomany
	[[ $output == *'max depth exceeded'* ]]
	d rm many
}

@test "skopeo reads what we push" {
	d pull -q busybox
	d tag busybox localhost:5000/forskopeo:1
	d push -q localhost:5000/forskopeo:1
	on_host skopeo inspect --tls-verify=false docker://127.0.0.1:5000/forskopeo:1 | jq -e '.Layers | length == 1'
	on_host skopeo copy -q --src-tls-verify=false docker://127.0.0.1:5000/forskopeo:1 docker-archive:"$WORK/skopeo.tar:again:1"
	d rmi -f busybox localhost:5000/forskopeo:1
	d load -i "$WORK/skopeo.tar"
	[ "$(run_none again:1 echo runs)" = runs ]
}

@test "distribution, manifest inspect" {
	api http://b/distribution/localhost:5000/library/busybox/json | jq -e '.Descriptor.digest | startswith("sha256:")'
	make_image plat2 index
	[ "$(api http://b/distribution/localhost:5000/plat2/json | jq '[.Platforms[] | select(.architecture == "arm")] | length')" -eq 4 ]
	"$BUILD/berth" manifest inspect localhost:5000/plat2 | jq -e '.manifests | length == 7'
	[ "$(status_of http://b/distribution/localhost:5000/nope/json)" = 404 ]
}

@test "events tell of pull and push" {
	since=$(date +%s)
	d pull -q busybox
	d tag busybox localhost:5000/ev:1
	d push -q localhost:5000/ev:1
	d events --since "$since" --until "$(($(date +%s) + 1))" --format '{{.Action}} {{.Actor.ID}}' >"$WORK/out"
	grep -qx 'pull busybox:latest' "$WORK/out"
	grep -qx 'push localhost:5000/ev:1' "$WORK/out"
}

@test "search: what a registry's search answers, filtered, shortened" {
	[ "$(d search localhost:5100/nginx --format '{{.Name}} {{.StarCount}} {{.IsOfficial}}')" = $'one/nginx 20 [OK]\ntwo/nginx 3 ' ]
	[ "$(d search -f is-official=true localhost:5100/nginx --format '{{.Name}}')" = one/nginx ]
	[ "$(d search -f stars=10 localhost:5100/nginx --format '{{.Name}}')" = one/nginx ]
	[[ $(d search localhost:5100/nginx) == *'NAME '*'Serves web pages, '*'…'* ]]
	[ "$(status_of 'http://b/images/search?term=x&limit=1000')" = 400 ]
	run d search nginx
	[ "$status" -eq 1 ]
	[[ $output == *'index.docker.io'* ]]
}

@test "layers that are there are not fetched again" {
	make_image fewer layers 2
	make_image more layers 3
	d pull -q localhost:5000/fewer
	d pull localhost:5000/more >"$WORK/out"
	[ "$(grep -c ': Already exists$' "$WORK/out")" -eq 2 ]
	[ "$(grep -c ': Pull complete$' "$WORK/out")" -eq 1 ]
}

@test "progress: objects for clients, a bar with size and rate on a terminal" {
	make_image big random 1
	mode brisk
	api -X POST 'http://b/images/create?fromImage=localhost:5100/big&tag=latest' >"$WORK/out"
	jq -se 'map(select(.status == "Downloading")) | length > 0 and all(.[]; .progressDetail.total > 1000000 and (.progress | startswith("[")) and (.id | length == 12))' "$WORK/out"
	grep -q $'}\r$' "$WORK/out"
	d rmi localhost:5100/big
	mode slow
	script -qc "'$BUILD/berth' pull localhost:5100/big" "$WORK/out" >/dev/null </dev/null
	grep -Eq 'Downloading \[=+>? *\] +[0-9.]+[kM]B/1\.[0-9]+MB  [0-9.]+[kM]B/s' "$WORK/out"
	mode plain
}
