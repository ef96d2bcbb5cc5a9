# Builds for several platforms: by buildx and compose, where Docker's client can be had (tools/peer), and by berth.
load ../lib/engine
load ../lib/hosts
load ../lib/registry

setup_file() {
	registries_make
	export PEER_DOCKER
	PEER_DOCKER=$("$BATS_TEST_DIRNAME/../../tools/peer" path docker) || PEER_DOCKER=
}
teardown_file() { registries_remove; }

setup() {
	C=$BATS_TEST_TMPDIR/c
	mkdir -p "$C"
	printf 'FROM --platform=$BUILDPLATFORM busybox AS b\nARG TARGETARCH\nRUN echo $TARGETARCH >/arch\nFROM scratch\nCOPY --from=b /arch /arch\nCMD ["x"]\n' >"$C/Dockerfile"
	cd "$C"
}

buildx() { [ -n "$PEER_DOCKER" ] || skip "today's docker cannot be had"; on_host env DOCKER_HOST="$DOCKER_HOST" "$PEER_DOCKER" "$@"; }
b() { "$BUILD/berth" "$@"; }
# The content of a platform's /arch: the one layer that there is.
arch_of() { cat "$(layer_folder "$1" --platform "$2")/arch"; }
# An ELF file that no kernel of ours runs by itself.
foreign_program() { python3 -c "
import struct, sys
sys.stdout.buffer.write(b'\x7fELF\x02\x01\x01' + bytes(9) + struct.pack('<HHIQQQIHHHHHH', 2, 22, 1, 0x400000, 64, 0, 0, 64, 56, 1, 0, 0, 0))" >"$1"; chmod +x "$1"; }

@test "berth build --platform a,b: an index, with a stage of the host for each" {
	b build --platform linux/amd64,linux/arm64,linux/amd64 -t multi . 2>&1 | tee out
	grep -q 'linux/amd64->arm64 b 2/2\|linux/arm64->amd64 b 2/2' out
	grep -q 'exporting manifest list sha256:' out
	[ "$(arch_of multi linux/amd64)" = amd64 ]
	[ "$(arch_of multi linux/arm64)" = arm64 ]
	[ "$(b image inspect -f '{{.Architecture}}' multi)" = "$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')" ]
	[ "$(b image ls --tree multi | grep -c ' linux/')" -eq 2 ]
	run b build --platform linux/amd64,plan9/foo .
	[ "$status" -ne 0 ]
	run b build --platform linux/amd64,nonsense .
	[[ $output == *'"nonsense": unknown operating system or architecture: invalid argument'* ]]
}

@test "RUN for another machine: tried, and what is missing is said" {
	foreign_program sh
	printf 'FROM scratch\nCOPY sh /bin/sh\nRUN echo hi\n' >Dockerfile
	run b build --platform linux/s390x .
	[ "$status" -ne 0 ]
	[[ $output == *"this host cannot run programs for linux/s390x: binfmt_misc has no interpreter for them"* ]]
	# What is said to be of another machine and runs here is run.
	b save -o busybox.tar busybox
	printf 'FROM scratch\nCOPY . /\n' >Dockerfile
	b import --platform linux/s390x "$WORK/busybox.tar" other
	printf 'FROM other\nRUN echo runs >/out\n' >Dockerfile
	b build --platform linux/s390x -t ran .
	[ "$(cat "$(layer_folder ran --platform linux/s390x)/out")" = runs ]
}

@test "the same step of two platforms runs once" {
	printf 'FROM --platform=$BUILDPLATFORM busybox AS b\nRUN echo once; sleep 1; cat /proc/sys/kernel/random/uuid >/t\nFROM scratch\nCOPY --from=b /t /t\n' >Dockerfile
	b build --platform linux/amd64,linux/arm64 -t once . 2>&1 | tee out
	[ "$(cat "$(layer_folder once --platform linux/amd64)/t")" = "$(cat "$(layer_folder once --platform linux/arm64)/t")" ]
}

@test "buildx --platform a,b: index, metadata, --load, --push with provenance, -o local and oci" {
	buildx buildx build --platform linux/amd64,linux/arm64 -t bx --metadata-file meta.json --iidfile iid .
	[ "$(jq -r '."containerimage.descriptor".mediaType' meta.json)" = application/vnd.oci.image.index.v1+json ]
	[ "$(cat iid)" = "$(jq -r '."containerimage.digest"' meta.json)" ]
	[ "$(b image inspect -f '{{.Id}}' "$(cat iid)")" = "$(b image inspect -f '{{.Id}}' bx)" ]
	[ "$(arch_of bx linux/arm64)" = arm64 ]
	buildx buildx build --load --platform linux/amd64,linux/arm64 -t loaded .
	[ "$(arch_of loaded linux/arm64)" = arm64 ]
	buildx buildx build --push --platform linux/amd64,linux/arm64 -t localhost:5000/pushed --metadata-file meta.json .
	on_host curl -s -H 'Accept: application/vnd.oci.image.index.v1+json' http://127.0.0.1:5000/v2/pushed/manifests/latest >index.json
	[ "sha256:$(sha256sum <index.json | cut -d' ' -f1)" = "$(jq -r '."containerimage.digest"' meta.json)" ]
	[ "$(jq -r '[.manifests[].platform.architecture] | join(" ")' index.json)" = 'amd64 arm64 unknown unknown' ]
	[ "$(jq -r '.manifests[2].annotations."vnd.docker.reference.digest"' index.json)" = "$(jq -r '.manifests[0].digest' index.json)" ]
	buildx buildx imagetools inspect localhost:5000/pushed --format '{{json .Provenance}}' | jq -e '."linux/arm64".SLSA.materials[0].uri | startswith("pkg:docker/busybox@latest?platform=linux%2F")'
	buildx buildx build --platform linux/amd64,linux/arm64 -o out .
	[ "$(cat out/linux_amd64/arch out/linux_arm64/arch)" = $'amd64\narm64' ]
	buildx buildx build --platform linux/amd64,linux/arm64 -t gone -o type=oci,dest=oci.tar .
	[ -z "$(b images -q gone)" ]
	b load -i oci.tar
	[ "$(arch_of gone linux/arm64)" = arm64 ]
}

manifest_of() {
	on_host curl -s -H 'Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json' "http://127.0.0.1:5000/v2/$1"
}

@test "annotations of an image are pushed, saved and loaded, and are those of the last build" {
	printf 'FROM busybox\nCOPY Dockerfile /annotated\n' >Dockerfile
	for by in berth buildx; do
		name=localhost:5000/annotated-$by
		if [ $by = berth ]; then
			b build -q -t "$name" --annotation a=b --annotation 'manifest[linux/amd64]:c=d=e' --annotation 'manifest[linux/arm64]:no=x' .
			b push -q "$name"
		else
			buildx buildx build -q -t "$name" --push --annotation a=b --annotation 'manifest[linux/amd64]:c=d=e' --provenance=false .
		fi
		manifest_of "annotated-$by/manifests/latest" | jq -e '.annotations == {"a": "b", "c": "d=e"}'
		b buildx imagetools inspect --raw "$name" | jq -e '.annotations.a == "b"'
	done
	name=localhost:5000/annotated-berth
	b save -o saved.tar "$name"
	mkdir saved
	tar -xf saved.tar -C saved
	digest=$(jq -r '.manifests[0].digest' saved/index.json)
	jq -e '.annotations == {"a": "b", "c": "d=e"}' "saved/blobs/sha256/${digest#sha256:}"
	b rmi -f "$(b images -q "$name")"
	b load -q -i saved.tar
	b tag "$name" localhost:5000/loaded-annotations
	b push -q localhost:5000/loaded-annotations
	manifest_of loaded-annotations/manifests/latest | jq -e '.annotations == {"a": "b", "c": "d=e"}'
	b build -q -t "$name" .
	b push -q "$name"
	manifest_of annotated-berth/manifests/latest | jq -e 'has("annotations") | not'
	sed -i 's/"a":"b"/"a":[1]/' "saved/blobs/sha256/${digest#sha256:}"
	other=$(sha256sum <"saved/blobs/sha256/${digest#sha256:}" | cut -d' ' -f1)
	mv "saved/blobs/sha256/${digest#sha256:}" "saved/blobs/sha256/$other"
	sed -i "s/$digest/sha256:$other/; s/\"size\":[0-9]*/\"size\":$(stat -c %s "saved/blobs/sha256/$other")/" saved/index.json
	tar -cf bad.tar -C saved index.json oci-layout blobs
	run b load -i bad.tar
	[ "$status" -ne 0 ]
	[[ $output == *'annotation "a" is no string'* ]]
}

@test "annotations of an index, of its entries, and of its manifests" {
	printf 'FROM scratch\nCOPY Dockerfile /\n' >Dockerfile
	b build -q --platform linux/amd64,linux/arm64 -t localhost:5000/annotated-index --annotation index:i=1 --annotation 'manifest[linux/arm64]:m=2' \
		--annotation 'manifest-descriptor:e=3' --annotation 'manifest-descriptor[linux/arm64]:e=4' .
	b push -q localhost:5000/annotated-index
	manifest_of annotated-index/manifests/latest >index.json
	jq -e '.annotations == {"i": "1"} and [.manifests[].annotations] == [{"e": "3"}, {"e": "4"}]' index.json
	manifest_of "annotated-index/manifests/$(jq -r '.manifests[0].digest' index.json)" | jq -e 'has("annotations") | not'
	manifest_of "annotated-index/manifests/$(jq -r '.manifests[1].digest' index.json)" | jq -e '.annotations == {"m": "2"}'
	buildx buildx build -q --platform linux/amd64,linux/arm64 -o type=oci,dest=oci.tar,annotation-index.i=5,annotation.m=6 .
	mkdir oci
	tar -xf oci.tar -C oci
	digest=$(jq -r '.manifests[0].digest' oci/index.json)
	jq -e '.annotations.i == "5"' "oci/blobs/sha256/${digest#sha256:}"
	run buildx buildx build -o type=oci,dest=oci.tar,annotation-index-descriptor.i=5 --platform linux/amd64,linux/arm64 .
	[[ $status -ne 0 && $output == *'the descriptor of an index is kept nowhere'* ]]
}

@test "provenance where it is asked for, and not in what stays here unasked" {
	buildx buildx build -q -t plain .
	[ "$(b image inspect -f '{{json .Descriptor}}' plain)" = null ]
	buildx buildx build -q --provenance=true -t said .
	curl -s --unix-socket "$WORK/b.sock" 'http://b/v1.48/images/said/json?manifests=1' | jq -e '[.Manifests[].Kind] == ["image", "attestation"]'
	b tag said localhost:5000/said
	b push -q localhost:5000/said
	on_host curl -s -H 'Accept: application/vnd.oci.image.index.v1+json' http://127.0.0.1:5000/v2/said/manifests/latest | jq -e '.manifests | length == 2'
	run buildx buildx build --sbom=true .
	[ "$status" -ne 0 ]
	[[ $output == *"attestation sbom is not supported"* ]]
}

@test "buildx --cache-to and --cache-from of a registry" {
	printf 'FROM busybox\nRUN cat /proc/sys/kernel/random/uuid >/t\n' >Dockerfile
	buildx buildx build -q -t first --cache-to type=registry,ref=localhost:5000/cache,mode=max .
	[ -z "$(b images -q localhost:5000/cache)" ]
	[ "$(on_host curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:5000/v2/cache/manifests/latest -H 'Accept: application/vnd.oci.image.manifest.v1+json')" = 200 ]
	one=$(cat "$(layer_folder first)/t")
	b rmi -f first
	b builder prune -af
	buildx buildx build -q -t second --cache-from type=registry,ref=localhost:5000/cache .
	[ "$(cat "$(layer_folder second)/t")" = "$one" ]
	run buildx buildx build --cache-to type=registry,ref=localhost:1/none .
	[ "$status" -ne 0 ]
	run buildx buildx build --cache-to type=azblob,account_url=x,name=y .
	[ "$status" -ne 0 ]
	[[ $output == *'unknown cache exporter: "azblob"'* ]]
}

@test "buildx --cache-to and --cache-from of a folder" {
	printf 'FROM busybox\nRUN : folder; cat /proc/sys/kernel/random/uuid >/t\n' >Dockerfile
	before=$(b images -aq | sort)
	buildx buildx build -q --cache-to type=local,dest=cache --cache-to type=local,dest=again,tag=v2 -t first .
	jq -e '.manifests[0].annotations."org.opencontainers.image.ref.name" == "latest"' cache/index.json
	jq -e '.manifests[0].annotations."org.opencontainers.image.ref.name" == "v2"' again/index.json
	# What is there already is not an error.
	buildx buildx build -q --cache-to type=local,dest=cache -t first .
	one=$(cat "$(layer_folder first)/t")
	b rmi -f first
	b builder prune -af
	buildx buildx build -q -t second --cache-from type=local,src=cache .
	[ "$(cat "$(layer_folder second)/t")" = "$one" ]
	b rmi -f second
	[ "$(b images -aq | sort)" = "$before" ]
	# Each client reads what the other has written.
	b builder prune -af
	b build -q -t third --cache-from type=local,src=again .
	[ "$(cat "$(layer_folder third)/t")" = "$one" ]
	b build -q --no-cache --cache-to type=local,dest=ours -t ours .
	two=$(cat "$(layer_folder ours)/t")
	b rmi -f third ours
	b builder prune -af
	buildx buildx build -q -t ours --cache-from type=local,src=ours .
	[ "$(cat "$(layer_folder ours)/t")" = "$two" ]
	b rmi -f ours
}

@test "buildx --cache-to mode=max: stages that the target does not stand on are found again" {
	printf 'FROM busybox AS made\nRUN : max; cat /proc/sys/kernel/random/uuid >/t\nFROM scratch\nCOPY Dockerfile /\nCOPY --from=made /t /u\n' >Dockerfile
	buildx buildx build -q --target made -t made .
	one=$(cat "$(layer_folder made)/t")
	buildx buildx build -q --cache-to type=local,dest=max,mode=max --cache-to type=registry,ref=localhost:5000/max,mode=max .
	for from in type=local,src=max type=registry,ref=localhost:5000/max; do
		b rmi -f made
		b builder prune -af
		buildx buildx build -q --cache-from $from --target made -t made .
		[ "$(cat "$(layer_folder made)/t")" = "$one" ]
	done
	b rmi -f made
	run buildx buildx build --cache-to type=registry,ref=localhost:1/none,ignore-error=true .
	[ "$status" -eq 0 ]
	[[ $output == *'localhost:1'* ]]
}

@test "buildx: options of outputs and caches are done, or refused; metadata tells the provenance" {
	printf 'FROM scratch\nCOPY Dockerfile /\n' >Dockerfile
	while IFS='|' read -r flag value words; do
		run buildx buildx build "$flag" "$value" .
		[ "$status" -ne 0 ] || { echo "$flag $value was taken"; false; }
		[[ $output == *"$words"* ]] || { echo "$flag $value: $output"; false; }
	done <<-'END'
		-o|type=image,name=x,push=true,compression=zstd|option compression=zstd is not supported
		-o|type=image,name=x,unpack=x|non-bool value x specified for unpack
		-o|type=tar,dest=t,foo=bar|tar exporter: option foo=bar is not supported
		--cache-to|type=local,dest=c,mode=most|invalid mode "most"
		--cache-to|type=registry,ref=localhost:1/x,compression=estargz|option compression=estargz is not supported
		--cache-from|type=registry,ref=localhost:1/x,foo=bar|option foo=bar is not supported
	END
	buildx buildx build -q --metadata-file meta.json --build-arg A=1 .
	jq -e '."buildx.build.provenance".invocation.parameters.args == {"build-arg:A": "1"}' meta.json
	buildx history rm --all 2>/dev/null || buildx buildx history rm --all
	[ -z "$(ls "$WORK/data/caches/builds" 2>/dev/null)" ]
}

@test "buildx --cache-from of a folder that was spoilt: said, and built without" {
	printf 'FROM busybox\nRUN : spoilt; cat /proc/sys/kernel/random/uuid >/t\n' >Dockerfile
	buildx buildx build -q --cache-to type=local,dest=cache -t first .
	one=$(cat "$(layer_folder first)/t")
	b rmi -f first
	b builder prune -af
	layer=$(jq -r '.layers[-1].digest | ltrimstr("sha256:")' "cache/blobs/sha256/$(jq -r '.manifests[0].digest | ltrimstr("sha256:")' cache/index.json)")
	printf x | dd of="cache/blobs/sha256/$layer" bs=1 seek=40 conv=notrunc
	buildx buildx build --progress plain -t second --cache-from type=local,src=cache . 2>&1 | tee out
	grep -q 'importing cache manifest from local:' out
	grep -q 'ERROR: .*sha256' out
	[ "$(cat "$(layer_folder second)/t")" != "$one" ]
	rm "cache/blobs/sha256/$layer"
	timeout 60 "$BUILD/berth" builder prune -af
	buildx buildx build -q -t second --cache-from type=local,src=cache .
	b rmi -f second
	run buildx buildx build -q --cache-to type=local,mode=max .
	[ "$status" -ne 0 ]
	[[ $output == *"dest"* ]]
}

@test "berth build --provenance, --attest, --sbom" {
	b build -q --provenance=true --metadata-file meta.json -t saidb .
	curl -s --unix-socket "$WORK/b.sock" 'http://b/v1.48/images/saidb/json?manifests=1' | jq -e '[.Manifests[].Kind] == ["image", "attestation"]'
	[ "$(jq -r '."containerimage.descriptor".digest' meta.json)" = "$(jq -r '."containerimage.digest"' meta.json)" ]
	[ "$(jq -r '."containerimage.config.digest"' meta.json)" = null ]
	b build -q --attest type=provenance,mode=max,builder-id=https://ci.example -t saidb .
	[ "$(b image inspect -f '{{json .Descriptor}}' saidb)" != null ]
	b build -q --provenance=false --sbom=false -t saidb .
	[ "$(b image inspect -f '{{json .Descriptor}}' saidb)" = null ]
	for words in --sbom=true '--attest type=sbom' '--attest type=other'; do
		run b build $words .
		[ "$status" -ne 0 ]
		[[ $output == *'is not supported: no generator is run here'* ]]
	done
}

@test "bake and compose: linked targets and build.platforms" {
	cat >docker-bake.hcl <<-'END'
		group "default" { targets = ["app"] }
		target "base" { dockerfile-inline = "FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /base" }
		target "app" {
		  contexts = { below = "target:base" }
		  platforms = ["linux/amd64", "linux/arm64"]
		  dockerfile-inline = "FROM below\nARG TARGETARCH\nCOPY Dockerfile /app-$TARGETARCH"
		  tags = ["linked"]
		}
	END
	buildx buildx bake
	[ "$(ls "$(layer_folder linked --platform linux/arm64)")" = app-arm64 ]
	printf 'services:\n  s:\n    image: composed\n    build:\n      context: .\n      platforms: [linux/amd64, linux/arm64]\n' >compose.yaml
	buildx compose build
	[ "$(arch_of composed linux/arm64)" = arm64 ]
}
