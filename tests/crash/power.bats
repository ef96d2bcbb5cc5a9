# The power goes at the moment of an answer: what ext4 has handed to its device by then is copied, and another engine starts on
# the copy. The journal commits once in ten minutes only, so what nobody has synced is not there.
load ../lib/engine
setup_file() {
	export DISK
	DISK=$(mktemp -d /tmp/berth-disk.XXXXXX)
	mkdir "$DISK/live" "$DISK/lost"
	truncate -s 200M "$DISK/live.img"
	mkfs.ext4 -q -m 0 "$DISK/live.img"
	mount -o loop,commit=600 "$DISK/live.img" "$DISK/live"
	file_setup --data-root "$DISK/live/data"
}
teardown_file() {
	file_teardown
	await umount "$DISK/live"
	rm -rf "$DISK"
}

# Right behind the answer: the device as it is. Then an engine on it, for the commands that follow. A copy takes its time, and what
# is written meanwhile would be in one part of it and not in another: the engine's threads stop first.
power_lost() {
	local pid
	pid=$(cat "$WORK/pid")
	kill -STOP "$pid"
	for _ in $(seq 3000); do grep -qE '^State:.[RSD]' /proc/"$pid"/task/*/status || break; sleep 0.01; done
	cp --sparse=always "$DISK/live.img" "$DISK/lost.img"
	engine_kill
	mount -o loop "$DISK/lost.img" "$DISK/lost"
	engine_start --data-root "$DISK/lost/data"
}
power_back() {
	engine_kill
	# A shim that has just lost its engine may not have ended yet.
	for _ in $(seq 600); do ! umount "$DISK/lost" 2>/dev/null || break; sleep 0.05; done
	! mountpoint -q "$DISK/lost"
	engine_start --data-root "$DISK/live/data"
}

@test "an image that was imported, loaded, tagged or committed is there, whole" {
	"$BUILD/berth" import "$WORK/busybox.tar" imported:1 >/dev/null
	power_lost
	[ "$(d run --rm --network none imported:1 echo whole)" = whole ]
	power_back
	d save -o "$WORK/saved.tar" imported:1
	d rmi imported:1
	"$BUILD/berth" load -q -i "$WORK/saved.tar" >/dev/null
	power_lost
	[ "$(d run --rm --network none imported:1 echo whole)" = whole ]
	power_back
	"$BUILD/berth" tag busybox tagged:1
	power_lost
	[ "$(d run --rm --network none tagged:1 echo whole)" = whole ]
	power_back
	d run --name changed --network none busybox sh -c 'echo new >/new'
	"$BUILD/berth" commit changed committed:1 >/dev/null
	power_lost
	[ "$(d run --rm --network none committed:1 cat /new)" = new ]
	power_back
	d rm changed
}

@test "an image that was built is there, whole" {
	mkdir "$WORK/ctx"
	printf 'FROM busybox\nRUN echo one >/one\nCOPY two /two\n' >"$WORK/ctx/Dockerfile"
	echo two >"$WORK/ctx/two"
	"$BUILD/berth" build -q --network none -t built:1 "$WORK/ctx" >/dev/null
	power_lost
	[ "$(d run --rm --network none built:1 cat /one /two | xargs)" = 'one two' ]
	power_back
}

@test "a volume that was made is there" {
	"$BUILD/berth" volume create kept >/dev/null
	power_lost
	d volume inspect kept
	[ "$(d run --rm --network none -v kept:/v busybox sh -c 'echo x >/v/x; cat /v/x')" = x ]
	power_back
}

@test "a tag that was taken away is gone" {
	"$BUILD/berth" tag busybox passing:1
	"$BUILD/berth" rmi passing:1
	power_lost
	[ -z "$(d images -q passing)" ]
	power_back
}

@test "what was in the middle of being made is not there" {
	(timeout -s KILL 20 "$DOCKER" import "$WORK/busybox.tar" half:1 >/dev/null 2>&1 3>&- &)
	power_lost
	if [ -n "$(d images -q half)" ]; then [ "$(d run --rm --network none half:1 echo whole)" = whole ]; fi
	await nothing_in "$DISK/lost/data/tmp"
	power_back
}
