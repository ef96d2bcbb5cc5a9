# Small images that are huge: the engine's memory stays flat, and nothing partial is kept. The disk has 200 MB.
load ../lib/engine
load ../lib/hosts
load ../lib/registry
setup_file() {
	export DISK
	DISK=$(mktemp -d /tmp/berth-disk.XXXXXX)
	truncate -s 200M "$DISK.img"
	mkfs.ext4 -q -m 0 -N 4096 "$DISK.img"
	mount -o loop "$DISK.img" "$DISK"
	registries_make --data-root "$DISK/data"
	make_image bomb bomb 1024
	make_image files files 1000000
}
teardown_file() {
	registries_remove
	await umount "$DISK"
	rm -rf "$DISK" "$DISK.img"
}
flat() { [[ $BUILD == *build-* ]] || [ "$(peak_kb)" -lt 40960 ] || { echo "the engine took $(peak_kb) kB"; false; }; }
nothing_kept() {
	await nothing_in "$DISK/data/tmp"
	[ "$(ls "$DISK/data/layers" | grep -vc empty)" -eq 1 ]
	[ "$(ls "$DISK/data/blobs" | wc -l)" -eq 2 ]
	for _ in $(seq 600); do [ -z "$(ls -A "$DISK/data/trash")" ] && break; sleep 0.05; done
}

@test "10 GB of zeros in 10 MB, on a disk of 200 MB: an error that says so, nothing kept" {
	run d pull localhost:5000/bomb
	echo "$output" | tail -3
	[ "$status" -eq 1 ]
	[[ $output == *'no space left on device'* || $output == *'No space left on device'* ]]
	nothing_kept
	flat
	on_host curl -s -o "$WORK/bomb.gz" "http://127.0.0.1:5000/v2/bomb/blobs/$(on_host curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://127.0.0.1:5000/v2/bomb/manifests/latest | jq -r '.layers[0].digest')"
	run "$BUILD/berth" import "$WORK/bomb.gz" bombed
	[ "$status" -ne 0 ]
	nothing_kept
	flat
	[ "$(d run --rm --network none busybox echo fine)" = fine ]
}

@test "1,000,000 files on a disk that has room for 4,096: an error that says so, nothing kept" {
	run d pull localhost:5000/files
	[ "$status" -eq 1 ]
	[[ $output == *'o space left on device'* ]]
	nothing_kept
	flat
	[ "$(d run --rm --network none busybox echo fine)" = fine ]
}

@test "1,000,000 files: pulled, run and removed, with the memory that others need" {
	engine_kill
	engine_start
	"$BUILD/berth" import -c 'CMD ["sh"]' "$WORK/busybox.tar" busybox >/dev/null
	timeout 120 "$DOCKER" pull -q localhost:5000/files
	[ "$(ls "$(layer_folder localhost:5000/files)" | wc -l)" -eq 1000 ]
	[ "$(ls "$(layer_folder localhost:5000/files)/d0000999" | wc -l)" -eq 1000 ]
	flat
	timeout 120 "$DOCKER" rmi localhost:5000/files
	for _ in $(seq 1200); do [ -z "$(ls -A "$WORK/data/trash")" ] && break; sleep 0.05; done
	await nothing_in "$WORK/data/trash"
	[ "$(d run --rm --network none busybox echo fine)" = fine ]
	flat
}
