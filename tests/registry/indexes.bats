# One name for images of several platforms: docs/decisions/indexes.md. What is said is what dockerd 28.5 says with containerd's store.
load ../lib/engine
load ../lib/hosts
load ../lib/registry
setup_file() { registries_make; }
teardown_file() { registries_remove; }
teardown() { "$BUILD/berth" images -q | sort -u | xargs -r "$BUILD/berth" rmi -f >/dev/null; }

N=localhost:5000/pair
arch() { d image inspect -f '{{.Architecture}}' "$@"; }
other() { [ "$(uname -m)" = aarch64 ] && echo amd64 || echo arm64; }
own() { [ "$(uname -m)" = aarch64 ] && echo arm64 || echo amd64; }
digest_there() { on_host curl -sI -H 'Accept: application/vnd.oci.image.index.v1+json' -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
	"http://127.0.0.1:5000/v2/$1/manifests/${2:-latest}" | tr -d '\r' | sed -n 's/^Docker-Content-Digest: //Ip'; }
config_there() { on_host curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://127.0.0.1:5000/v2/$1/manifests/latest" | jq -r .config.digest; }
both() { make_image pair pair; d pull -q $N; d pull -q --platform "linux/$(other)" $N; }
listed() { api '/v1.48/images/json?manifests=1' | jq -r '.[] | .Manifests // [] | .[] | "\(.Kind) \(.Available) \(.ImageData.Platform.architecture)"' | sort; }
json_of() { printf '%%7B%%22os%%22:%%22linux%%22,%%22architecture%%22:%%22%s%%22%%7D' "$1"; }
about() { api "/v1.55/images/localhost:5000/said/attestations?platform=$(json_of "$1")$2"; } # platform, more of the query
api() { curl -s --unix-socket "$WORK/b.sock" "http://b$1"; }

@test "pull --platform adds to the index; the name means this host's image" {
	both
	[ "$(arch $N)" = "$(own)" ]
	[ "$(arch --platform "linux/$(other)" $N)" = "$(other)" ]
	[ "$(listed)" = $'image true amd64\nimage true arm64' ]
	[ "$(d images -q $N | wc -l)" -eq 1 ]
	d create --platform "linux/$(other)" --name foreign $N true
	[ "$(d inspect -f '{{.Image}}' foreign)" = "$(d image inspect --platform "linux/$(other)" -f '{{.Id}}' $N)" ]
	d rm foreign
	# By a digest that others call it by.
	[ "$(arch "$(digest_there pair)")" = "$(own)" ]
	[ "$(api "/v1.48/images/$N/json" | jq -r .Descriptor.digest)" = "$(digest_there pair)" ]
}

@test "another platform first: the name means it until this host's comes" {
	make_image pair pair
	d pull -q --platform "linux/$(other)" $N
	[ "$(arch $N)" = "$(other)" ]
	d pull -q $N
	[ "$(arch $N)" = "$(own)" ]
	[ "$(arch --platform "linux/$(other)" $N)" = "$(other)" ]
}

@test "several platforms are saved and loaded since 1.52" {
	both
	local two
	two="platform=$(json_of amd64)&platform=$(json_of arm64)"
	[ "$(api "/v1.51/images/$N/get?$two" | jq -r .message)" = 'multiple platform parameters not supported' ]
	api "/v1.52/images/$N/get?$two" >"$WORK/two.tar"
	[ "$(tar xOf "$WORK/two.tar" index.json | jq '.manifests | length')" = 2 ]
	teardown
	curl -s --unix-socket "$WORK/b.sock" -T "$WORK/two.tar" -X POST "http://b/v1.52/images/load?$two" | grep -q 'Loaded image'
	[ "$(curl -s --unix-socket "$WORK/b.sock" -T "$WORK/two.tar" -X POST "http://b/v1.51/images/load?$two" | jq -r .message)" = 'multiple platform parameters not supported' ]
	curl -s --unix-socket "$WORK/b.sock" -T "$WORK/two.tar" -X POST "http://b/v1.52/images/load?platform=$(json_of s390x)&platform=$(json_of mips)" | grep -q "doesn't provide the requested platform (linux/s390x, linux/mips)"
}

@test "a platform that an index lacks, and what is no platform" {
	both
	for words in 'image inspect' history; do
		run d $words --platform linux/s390x $N
		[ "$status" -eq 1 ]
		[[ $output == *"image with reference $N"*" was found but does not provide the specified platform (linux/s390x)"* ]]
	done
	run d save --platform linux/s390x -o "$WORK/none.tar" $N
	[[ $output == *"no suitable export target found: image with reference $N"* ]]
	run d push --platform linux/s390x $N
	[[ $output == *"does not provide the specified platform (linux/s390x)"* ]]
	run d rmi --platform linux/s390x $N
	[[ $output == *"Content will be removed from all images referencing this variant."* ]]
	run "$BUILD/berth" rmi -f --platform linux/s390x $N
	[[ $output == *"failed to delete platform linux/s390x for image "*"was found but does not provide any platform"* ]]
	for words in 'image inspect' 'history' 'save -o x' 'rmi' 'push' 'create' 'pull'; do
		run d $words --platform foo $N
		[ "$status" -ne 0 ]
		[[ $output == *'"foo": unknown operating system or architecture: invalid argument'* ]]
		run d $words --platform 'a b/c' $N
		[[ $output == *'"a b" is an invalid OS component of "a b/c": OSAndVersion specifier component must match'* ]]
		run d $words --platform linux/a/b/c $N
		[[ $output == *'"linux/a/b/c": cannot parse platform specifier: invalid argument'* ]]
	done
}

@test "push: an index whole by its digest, one platform of it, and what is left of it" {
	both
	digest=$(digest_there pair)
	d tag $N localhost:5000/again
	d push localhost:5000/again | grep -q "^latest: digest: $digest size: "
	[ "$(digest_there again)" = "$digest" ]
	d push --platform "linux/$(other)" localhost:5000/again
	[ "$(config_there again)" = "$(d image inspect --platform "linux/$(other)" -f '{{.Id}}' $N)" ]
	# With an attestation that was not pulled the index is not whole: the host's image goes, and it is said.
	make_image said pair attested
	d pull -q localhost:5000/said
	d pull -q --platform "linux/$(other)" localhost:5000/said
	d tag localhost:5000/said localhost:5000/part
	curl -s --unix-socket "$WORK/b.sock" -X POST 'http://b/v1.48/images/localhost:5000/part/push?tag=latest' >"$WORK/out"
	grep -q '"manifestPushedInsteadOfIndex":true' "$WORK/out"
	[ "$(config_there part)" = "$(d image inspect -f '{{.Id}}' localhost:5000/said)" ]
}

@test "save and load keep an index whole, attestations too" {
	make_image said pair attested
	on_host skopeo copy -q -a --src-tls-verify=false docker://127.0.0.1:5000/said "oci-archive:$WORK/said.tar:localhost:5000/said:latest"
	d load -i "$WORK/said.tar" | grep -q '^Loaded image: localhost:5000/said:latest$'
	[ "$(listed)" = $'attestation true null\nimage true amd64\nimage true arm64' ]
	about amd64 | jq -e 'length == 1 and .[0].PredicateType == "https://slsa.dev/provenance/v0.2" and
		.[0].Descriptor.mediaType == "application/vnd.in-toto+json" and (.[0] | has("Statement") | not)'
	about amd64 '&statement=1' | jq -e '.[0].Statement._type == "https://in-toto.io/Statement/v0.1"'
	[ "$(about amd64 '&type=https://spdx.dev/Document&type=https://slsa.dev/provenance/v0.2' | jq length)" = 1 ]
	[ "$(about amd64 '&type=https://spdx.dev/Document')" = '[]' ]
	[ "$(about arm64)" = '[]' ]
	[[ $(about s390x | jq -r .message) == *'does not provide the specified platform'* ]]
	[ "$(about amd64 "&platform=$(json_of arm64)" | jq -r .message)" = 'only one platform value is currently supported' ]
	d save -o "$WORK/saved.tar" localhost:5000/said
	[ "$(tar xOf "$WORK/saved.tar" index.json | jq -r '.manifests[0].digest')" = "$(digest_there said)" ]
	d rmi localhost:5000/said
	teardown
	nothing_left 0 0
	d load -i "$WORK/saved.tar"
	d push -q localhost:5000/said
	d tag localhost:5000/said localhost:5000/back
	d push localhost:5000/back | grep -q "digest: $(digest_there said) "
	[ "$(digest_there back)" = "$(digest_there said)" ]
	d rmi localhost:5000/said localhost:5000/back
	d load --platform "linux/$(other)" -i "$WORK/saved.tar"
	[ "$(arch localhost:5000/said)" = "$(other)" ]
	run d load --platform linux/s390x -i "$WORK/saved.tar"
	[[ $output == *"image localhost:5000/said:latest was loaded, but doesn't provide the requested platform (linux/s390x)"* ]]
	d save --platform "linux/$(other)" -o "$WORK/one.tar" localhost:5000/said
	[ "$(tar xOf "$WORK/one.tar" index.json | jq -r '.manifests[0].mediaType')" = application/vnd.oci.image.manifest.v1+json ]
}

@test "rm: images of an index go with its last name, and by --platform" {
	both
	d tag $N other:1
	d rmi $N
	[ "$(arch --platform "linux/$(other)" other:1)" = "$(other)" ]
	d rmi -f --platform "linux/$(other)" other:1
	run d image inspect --platform "linux/$(other)" other:1
	[ "$status" -eq 1 ]
	[ "$(listed)" = "image false $(other)"$'\n'"image true $(own)" ]
	d rmi other:1
	[ -z "$(d images -q other:1)" ]
	# A container keeps its image, whatever name goes.
	both
	d create --platform "linux/$(other)" --name foreign $N true
	run d rmi -f --platform "linux/$(other)" $N
	[[ $output == *"is being used by container"* ]]
	d rmi -f $N
	d start foreign || true
	d rm foreign
	d image prune -f
	[ "$(d images -q | sort -u | wc -l)" -le 1 ]
}

@test "image ls --tree" {
	both
	"$BUILD/berth" image ls --tree >"$WORK/out"
	grep -Eq "^localhost:5000/pair:latest +[0-9a-f]{12} +[0-9.]+k?B +[0-9.]+k?B" "$WORK/out"
	grep -Eq '^├─ linux/amd64 +[0-9a-f]{12} ' "$WORK/out"
	grep -Eq '^└─ linux/arm64 +[0-9a-f]{12} ' "$WORK/out"
}

@test "manifest create, inspect, annotate, push, rm: a list of images of a registry" {
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR/config
	local b="$BUILD/berth" L=localhost:5000/list:1
	make_image la pair
	d pull -q localhost:5000/la
	d pull -q --platform "linux/$(other)" localhost:5000/la
	for arch in amd64 arm64; do d tag localhost:5000/la "localhost:5000/one-$arch"; d push -q --platform "linux/$arch" "localhost:5000/one-$arch"; done
	[ "$($b manifest create $L localhost:5000/one-amd64 localhost:5000/one-arm64)" = "Created manifest list $L" ]
	$b manifest inspect $L >"$WORK/list.json"
	[ "$(jq -r '[.manifests[].platform.architecture] | join(" ")' "$WORK/list.json")" = 'amd64 arm64' ]
	[ "$(jq -r .mediaType "$WORK/list.json")" = application/vnd.oci.image.index.v1+json ]
	run $b manifest create $L localhost:5000/one-amd64
	[ "$status" -eq 1 ]
	[[ $output == *'refusing to amend an existing manifest list with no --amend flag'* ]]
	run $b manifest create localhost:5000/other:1 localhost:5000/la
	[[ $output == *'localhost:5000/la is a manifest list'* ]]
	run $b manifest create localhost:5000/other:1 localhost:5000/none
	[ "$status" -eq 1 ]
	$b manifest annotate $L localhost:5000/one-arm64 --variant v8 --os-version 1 --os-features a,b
	[ "$($b manifest inspect $L | jq -c '.manifests[1].platform')" = '{"architecture":"arm64","os":"linux","os.version":"1","variant":"v8","os.features":["a","b"]}' ]
	run $b manifest annotate $L localhost:5000/none --arch arm
	[[ $output == *"manifest for image localhost:5000/none does not exist in $L"* ]]
	run $b manifest annotate $L localhost:5000/one-arm64 --arch nonsense
	[[ $output == *"manifest entry for image has unsupported os/arch combination: linux/nonsense"* ]]
	$b manifest push $L >"$WORK/out"
	[ "$(grep -c '^Pushed ref localhost:5000/list@sha256:' "$WORK/out")" -eq 2 ]
	[ "$(tail -n 1 "$WORK/out")" = "$(digest_there list 1)" ]
	# Its manifests and blobs are in its repository, whatever becomes of theirs.
	d rmi -f localhost:5000/la localhost:5000/one-amd64 localhost:5000/one-arm64
	d pull -q --platform linux/arm64 $L
	[ "$(arch --platform linux/arm64 $L)" = arm64 ]
	$b manifest rm $L
	run $b manifest rm $L
	[ "$status" -eq 1 ]
	[[ $output == *"No such manifest: $L"* ]]
	run $b manifest push $L
	[[ $output == *"No such manifest: $L"* ]]
	run curl -s --unix-socket "$WORK/b.sock" -X PUT -d '{"mediaType":"application/vnd.oci.image.manifest.v1+json","manifest":"{}"}' http://b/distribution/localhost:5000/x:1/json
	[[ $output == *'an index and a name with a tag are wanted'* ]]
	run curl -s --unix-socket "$WORK/b.sock" -X PUT -d '{"mediaType":"application/vnd.oci.image.index.v1+json","manifest":"{\"manifests\":[]}","sources":[{"ref":"example.org/x","digest":"sha256:1"}]}' http://b/distribution/localhost:5000/x:1/json
	[[ $output == *'cannot use source images from a different registry'* ]]
}

@test "buildx imagetools inspect and create" {
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR/config
	local b="$BUILD/berth" N=localhost:5000/tools
	make_image tools pair attested
	$b buildx imagetools inspect $N >"$WORK/out"
	[ "$(sed -n 1p "$WORK/out")" = "Name:      $N:latest" ]
	[ "$(sed -n 3p "$WORK/out")" = "Digest:    $(digest_there tools)" ]
	[ "$(grep -c '^  Platform:    linux/' "$WORK/out")" -eq 2 ]
	[ "$(grep -A3 '^  Platform:    unknown/unknown' "$WORK/out" | sed -n 4p)" = '    vnd.docker.reference.type:   attestation-manifest' ]
	[ "sha256:$($b buildx imagetools inspect --raw $N | sha256sum | cut -d' ' -f1)" = "$(digest_there tools)" ]
	run $b buildx imagetools inspect localhost:5000/none
	[ "$status" -eq 1 ]
	[[ $output == 'ERROR: '* ]]
	d pull -q $N
	d tag $N localhost:5000/single
	d push -q --platform "linux/$(own)" localhost:5000/single
	[ "$($b buildx imagetools create --dry-run localhost:5000/single | jq -r '.manifests[0].platform.architecture')" = "$(own)" ]
	$b buildx imagetools create -t localhost:5000/made:1 -t localhost:5000/made:2 $N
	[ "$($b buildx imagetools inspect --raw localhost:5000/made:2 | jq '.manifests | length')" -eq 3 ]
	d pull -q --platform "linux/$(other)" localhost:5000/made:1
	run $b buildx imagetools create $N
	[[ $output == "ERROR: can't push with no tags specified, please set --tag or --dry-run" ]]
}

@test "buildx imagetools create: --append, --file, --annotation, --progress, as buildx has them" {
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR/config
	local b="$BUILD/berth" N=localhost:5000/combined
	make_image parted pair attested
	d pull -q localhost:5000/parted
	for name in one two; do
		d tag localhost:5000/parted $N:$name
		d push -q --platform "linux/$(own)" $N:$name
	done
	cd "$BATS_TEST_TMPDIR"
	# One index is copied as it is.
	$b buildx imagetools create -t localhost:5000/copied localhost:5000/parted
	[ "$(digest_there copied)" = "$(digest_there parted)" ]
	one=$($b buildx imagetools create --dry-run $N:one | jq -c '.manifests[0]')
	echo "$one" | jq -c '.annotations = {"x": "y"} | .platform.variant = "v9" | del(.size)' >one.json
	$b buildx imagetools create --dry-run -f one.json -t $N:new | jq -e '.manifests[0] | .annotations.x == "y" and .platform.variant == "v9" and .size > 0'
	$b buildx imagetools create --dry-run --annotation index:a=b=c --annotation "manifest-descriptor[linux/$(own)]:d=e" --annotation "manifest-descriptor[linux/$(other)]:f=g" $N:one |
		jq -e '.annotations == {"a": "b=c"} and .manifests[0].annotations == {"d": "e"}'
	# The same image twice is one entry.
	$b buildx imagetools create --dry-run $N:one $N:two | jq -e '.manifests | length == 1'
	$b buildx imagetools create --progress plain -t $N:sum $N:one 2>err
	grep -q "\[internal\] pushing $N:sum" err
	$b buildx imagetools create --progress rawjson -t $N:raw $N:one 2>err
	jq -e '.vertexes[0].name == "[internal] pushing '$N':raw"' err
	$b buildx imagetools create --progress none -t $N:quiet $N:one 2>err
	[ ! -s err ]
	$b buildx imagetools create --append -t $N:sum --annotation manifest-descriptor:n=1 localhost:5000/parted
	$b buildx imagetools inspect --raw $N:sum | jq -e '[.manifests[].annotations.n] | length == 3 and all(. == "1")'
	echo '{' >bad.json
	echo '{"digest":5}' >typed.json
	echo "$one" | jq -c '.size += 1' >sized.json
	while IFS='|' read -r args words; do
		run $b buildx imagetools create $args
		[ "$status" -ne 0 ] || { echo "$args was taken"; false; }
		[[ $output == *"$words"* ]] || { echo "$args: $output"; false; }
	done <<-EOF
		--dry-run|no sources specified
		--append --dry-run -t $N:x|no sources specified
		-f one.json|can't push with no tags specified, please set --tag or --dry-run
		--dry-run -f one.json|no repositories specified, please set a reference in tag or source
		--dry-run -f one.json -t $N:x localhost:5000/parted|multiple repositories specified, cannot infer repository
		--dry-run -f nofile|open nofile: no such file or directory
		--dry-run -f bad.json -t $N:x|valid sources are digests, references and descriptors
		--dry-run -f typed.json -t $N:x|digest is of another type
		--dry-run -f sized.json -t $N:x|invalid size mismatch for sha256:
		--dry-run sha256:12|valid sources are digests, references and descriptors
		--dry-run UPPER|valid sources are digests, references and descriptors
		--dry-run --annotation a $N:one|failed to parse annotations: invalid annotation "a", expected key=value
		--dry-run --annotation a=b $N:one|annotations are not supported yet
		--dry-run --annotation manifest:a=b $N:one|"manifest" annotations are not supported yet
		--dry-run --annotation index-descriptor:a=b $N:one|"index-descriptor" annotations are invalid while creating an image
		--progress most -t $N:x $N:one|invalid progress mode most
	EOF
}
