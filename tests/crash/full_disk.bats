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
	await umount "$DISK"
	rm -rf "$DISK" "$DISK.img"
}
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }

# To the last block, so that nothing can grow but what has its blocks already.
fill() {
	local size
	for size in 1M 64k 4k 1k; do dd if=/dev/zero of="$DISK/filler" bs=$size oflag=append conv=notrunc 2>/dev/null || true; done
	sync -f "$DISK/data"
	dd if=/dev/zero of="$DISK/filler" bs=1k oflag=append conv=notrunc 2>/dev/null || true
}
engine_stop() {
	kill "$(cat "$WORK/pid")"
	while kill -0 "$(cat "$WORK/pid")" 2>/dev/null; do sleep 0.01; done
}
# The database as an engine leaves it that keeps nothing in reserve: closed, without a log.
drop_log() {
	python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("select * from facts").fetchall(); c.close()' "$DISK/data/state.db"
	[ ! -e "$DISK/data/state.db-wal" ]
}

# What a build leaves below the data root, and what of the disk is used.
leftovers() { ls -A "$DISK/data/containers" "$DISK/data/tmp" | grep -v '^$' | grep -v :$; }
used() { df --output=used -k "$DISK" | tail -1; }
quiet() {
	for _ in $(seq 600); do [ -z "$(leftovers)" ] && break; sleep 0.05; done
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
	for _ in $(seq 1500); do [ "$(df --output=avail -k "$DISK" | tail -1)" -lt 100 ] && break; sleep 0.02; done
	engine_kill
	engine_start --data-root "$DISK/data"
	wait "$client" || true
	await no_shims
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

@test "the database's reserve is enough to remove all that there is, and to say how all that runs has ended" {
	engine_stop
	drop_log
	engine_start --data-root "$DISK/data"
	printf 'FROM busybox\nRUN echo layer > /s4\n' | d build --network none -q -t removed -
	d network create reserve-net
	d volume create reserve-volume
	for i in 1 2 3 4 5 6 7 8; do d create --name idle$i --network none busybox true; done
	for i in 1 2 3; do d run -d --name busy$i --network reserve-net busybox sleep 1000; done
	engine_stop
	drop_log
	engine_start --data-root "$DISK/data"
	fill
	d exec busy1 true
	d rename idle1 renamed
	d update --restart no busy1
	d network disconnect reserve-net busy1
	d pause busy1
	d unpause busy1
	d kill busy1
	d stop -t 0 busy2
	[ "$(d inspect -f '{{.State.Status}} {{.State.ExitCode}}' busy2)" = "exited 137" ]
	d rm -f busy3
	d rmi removed
	d network prune -f
	d volume prune -af
	d builder prune -af
	d system prune -f
	[ -z "$(d ps -aq)$(d images -q removed)$(d volume ls -q)" ]
	[ -z "$(d network ls -q --filter name=reserve)" ]
	rm "$DISK/filler"
	quiet
}

@test "without any reserve: what a container has written makes room for its own removal" {
	d run --name writer --network none busybox dd if=/dev/zero of=/big bs=1k count=200
	engine_stop
	drop_log
	fill
	engine_start --data-root "$DISK/data"
	fill
	d rm writer
	[ -z "$(d ps -aq)" ]
	rm "$DISK/filler"
	quiet
}

@test "a start that cannot be recorded fails, and nothing of it is left; its end is not lost, either" {
	mkdir "$WORK/elsewhere"
	d network create unrecorded
	d create --name alone --network none busybox sleep 1000
	d create --name linked --network unrecorded busybox sleep 1000
	d run -d --name ends --network none busybox sh -c 'trap "exit 7" TERM; while :; do sleep 0.05; done'
	engine_stop
	drop_log
	# Their folders have room, and the database has none.
	cp -a "$DISK/data/containers/." "$WORK/elsewhere"
	mount --bind "$WORK/elsewhere" "$DISK/data/containers"
	fill
	engine_start --data-root "$DISK/data"
	fill
	for name in alone linked; do
		run d start $name
		[ "$status" -ne 0 ]
		[[ $output == *'database or disk is full'* ]]
		[ "$(d inspect -f '{{.State.Status}} {{.State.Pid}} {{.State.StartedAt}}' $name)" = "created 0 0001-01-01T00:00:00Z" ]
	done
	run d pause ends
	[ "$status" -ne 0 ]
	[ "$(d inspect -f '{{.State.Status}}' ends)" = running ]
	[ "$(shims)" -eq 1 ]
	d kill -s TERM ends
	d wait ends
	engine_kill
	rm "$DISK/filler"
	engine_start --data-root "$DISK/data"
	[ "$(d inspect -f '{{.State.Status}} {{.State.ExitCode}}' ends)" = "exited 7" ]
	d start alone linked ends
	engine_kill
	engine_start --data-root "$DISK/data"
	[ "$(d inspect -f '{{.State.Status}}' ends)" = running ]
	d rm -f alone linked ends
	await no_shims
	engine_stop
	await umount "$DISK/data/containers"
	engine_start --data-root "$DISK/data"
	d network rm unrecorded
	quiet
}

@test "volumes with options, connections, commits, tags and builds fail with a sentence and leave nothing" {
	d network create other-net
	d run -d --name on busybox sleep 1000
	d run --name written --network none busybox dd if=/dev/zero of=/some bs=1k count=300
	printf 'FROM busybox\nCOPY more /more\nRUN cat /more /more > /twice\n' >Dockerfile
	head -c 300k /dev/urandom >more
	images=$(d images -aq --no-trunc | sort)
	engine_stop
	drop_log
	engine_start --data-root "$DISK/data"
	fill
	told() { [ "$status" -eq 0 ] || [[ ${output,,} == *'no space left'* || ${output,,} == *'disk is full'* ]]; }
	run d volume create -o type=tmpfs -o device=tmpfs -o o=size=1m full-tmpfs
	told
	run d volume create full-plain
	told
	run d network connect other-net on
	told
	# What it told is what there is.
	[ "$status" -eq 0 ] && there=2 || there=1
	[ "$(d exec on ls /sys/class/net | grep -c eth)" -eq "$there" ]
	[ "$(d inspect -f '{{len .NetworkSettings.Networks}}' on)" -eq "$there" ]
	run d commit written full-commit
	[ "$status" -ne 0 ]
	told
	run d tag busybox full-tag:1
	told
	run d build --network none -o "type=local,dest=$DISK/out" .
	[ "$status" -ne 0 ]
	told
	run d build --network none -o "type=tar,dest=$DISK/out.tar" .
	[ "$status" -ne 0 ]
	told
	run d build --network none -t full-build .
	[ "$status" -ne 0 ]
	told
	run d import "$WORK/busybox.tar" full-import
	[ "$status" -ne 0 ]
	told
	[ -z "$(ls -A "$DISK/data/tmp")" ]
	[ ! -e "$DISK/out.tar" ]
	d rmi full-tag:1 || [ -z "$(d images -q full-tag)" ]
	d rm -f on written
	d volume rm -f full-tmpfs full-plain
	d network rm other-net
	[ "$(d images -aq --no-trunc | sort)" = "$images" ]
	[ -z "$(d volume ls -q)" ]
	rm -rf "$DISK/filler" "$DISK/out"
	quiet
}

@test "an exit with no block left for it is found by the next engine" {
	d run -d --name last --network none busybox sh -c 'trap "exit 9" TERM; while :; do sleep 0.05; done'
	pid=$(d inspect -f '{{.State.Pid}}' last)
	engine_kill
	fill
	kill -TERM "$pid"
	await no_shims
	[ -L "$DISK/data/containers/$(ls "$DISK/data/containers")/exit" ]
	engine_start --data-root "$DISK/data"
	[ "$(d inspect -f '{{.State.Status}} {{.State.ExitCode}}' last)" = "exited 9" ]
	d rm last
	rm "$DISK/filler"
	quiet
}
