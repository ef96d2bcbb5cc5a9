load ../lib/engine
# Images on a filesystem of 48 MB of its own, which tests fill.
setup_file() {
	export DISK
	DISK=$(mktemp -d /tmp/berth-disk.XXXXXX)
	truncate -s 48M "$DISK.img"
	mkfs.ext4 -q -m 0 "$DISK.img"
	mount -o loop "$DISK.img" "$DISK"
	file_setup --data-root "$DISK/data"
}
teardown_file() {
	file_teardown
	umount "$DISK"
	rm -rf "$DISK" "$DISK.img"
}
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }

# What a build leaves below the data root, and what of the disk is used.
leftovers() { ls -A "$DISK/data/containers" "$DISK/data/tmp" | grep -v '^$' | grep -v :$; }
used() { df --output=used -k "$DISK" | tail -1; }
quiet() {
	for _ in $(seq 100); do [ -z "$(leftovers)" ] && break; sleep 0.05; done
	[ -z "$(leftovers)" ] && [ "$(shims)" -eq 0 ] && [ -z "$(d ps -aq)" ] && not grep -q "$DISK/data/" /proc/mounts
}

@test "a RUN that fills the disk fails, says so, and leaves nothing" {
	before=$(used)
	printf 'FROM busybox\nRUN echo small > /s\nRUN dd if=/dev/zero of=/big bs=1M count=100\n' >Dockerfile
	run d build --network none -t big .
	[ "$status" -ne 0 ]
	[[ $output == *'No space left on device'* ]]
	quiet
	[ -z "$(d images -q big)" ]
	[ "$(used)" -lt $((before + 1024)) ]
}

@test "a context that does not fit is refused, and gone" {
	before=$(used)
	head -c 60M /dev/urandom >large
	printf 'FROM busybox\nCOPY large /large\n' >Dockerfile
	run d build .
	[ "$status" -ne 0 ]
	[[ $output == *'No space left on device'* ]]
	quiet
	[ "$(used)" -lt $((before + 1024)) ]
}

@test "a copy that does not fit any more, with its context on the disk already" {
	before=$(used)
	head -c 20M /dev/urandom >large
	printf 'FROM busybox\nCOPY large /one\nRUN cp /one /two\n' >Dockerfile
	run d build --network none .
	[ "$status" -ne 0 ]
	[[ $output == *'No space left on device'* ]]
	quiet
	d builder prune -af
	[ "$(used)" -lt $((before + 1024)) ]
}

@test "with the disk full: answers go on, builds fail with a sentence, and work again when there is room" {
	head -c 100M /dev/zero >"$DISK/filler" || true
	[[ $(d images) == *busybox* ]]
	printf 'FROM busybox\nRUN echo again > /s2\nCOPY Dockerfile /d\n' >Dockerfile
	run d build --network none -t later .
	[ "$status" -ne 0 ]
	[[ ${output,,} == *'no space left'* || ${output,,} == *'disk is full'* ]]
	rm "$DISK/filler"
	quiet
	d build --network none -t later .
	[ "$(run_none later cat /s2)" = again ]
}

@test "killed with the disk full: the next engine starts, and nothing is left" {
	printf 'FROM busybox\nRUN dd if=/dev/zero of=/big bs=1M count=100; sleep 5\n' >Dockerfile
	d build --network none . >/dev/null 2>&1 3>&- &
	client=$!
	for _ in $(seq 200); do [ "$(df --output=avail -k "$DISK" | tail -1)" -lt 100 ] && break; sleep 0.02; done
	engine_kill
	engine_start --data-root "$DISK/data"
	wait "$client" || true
	for _ in $(seq 100); do [ "$(shims)" -eq 0 ] && break; sleep 0.05; done
	quiet
	printf 'FROM busybox\nRUN echo after > /s3\n' | d build --network none -t after -
	[ "$(run_none after cat /s3)" = after ]
}

@test "a full disk is freed by removing, after a kill of the engine, too" {
	for name in one two three; do d create --name $name --network none busybox true; done
	d volume create full-volume
	d network create full-network
	d run --name writer --network none busybox dd if=/dev/zero of=/big bs=1M count=100 || true
	cat /dev/zero >"$DISK/filler" || true
	d rm one
	engine_kill
	cat /dev/zero >>"$DISK/filler" || true
	engine_start --data-root "$DISK/data"
	d rm -f two
	d volume rm full-volume
	d network rm full-network
	d rm writer
	d container prune -f
	[ -z "$(d ps -aq)" ]
	rm "$DISK/filler"
	quiet
	run_none busybox true
}
