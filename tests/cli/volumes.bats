# Options of local volumes: mounted at the first use, counted, unmounted at the last, in dockerd's words.
load ../lib/engine
setup_file() {
	file_setup
	mkdir -p "$WORK/srv/x"
	echo srv >"$WORK/srv/x/f"
}
teardown_file() { file_teardown; }

mounted() { grep -c " $WORK/data/volumes/$1/_data " "/proc/$(cat "$WORK/pid")/mountinfo" || true; }
memory() { d volume create -o type=tmpfs -o device=tmpfs "$@"; }

@test "volume create -o: a bind, with its flags, and nothing is mounted once nobody uses it" {
	d volume create -o type=none -o o=bind -o "device=$WORK/srv/x" bound
	[ "$(d volume inspect -f '{{json .Options}}' bound | jq -cS .)" = "{\"device\":\"$WORK/srv/x\",\"o\":\"bind\",\"type\":\"none\"}" ]
	[ "$(mounted bound)" = 0 ]
	[ "$(run_none -v bound:/m busybox sh -c 'echo new >/m/n; cat /m/f')" = srv ]
	[ "$(cat "$WORK/srv/x/n")" = new ]
	[ "$(mounted bound)" = 0 ]
	[ -z "$(ls "$WORK/data/volumes/bound/_data")" ]
	d volume create -o type=none -o o=bind,ro -o "device=$WORK/srv/x" bound-ro
	run run_none -v bound-ro:/m busybox sh -c 'cat /m/f; echo >/m/no'
	[[ $output == srv*'Read-only file system'* ]]
	d volume rm bound bound-ro
	[ "$(cat "$WORK/srv/x/f")" = srv ]
}

@test "volume create -o type=tmpfs: one for all who use it, gone with the last of them" {
	memory -o o=size=1m,uid=1000,mode=700 shm
	d run -d --name one --network none -v shm:/m busybox sleep 100
	[ "$(mounted shm)" = 1 ]
	[ "$(d exec one stat -c '%a %u' /m)" = '700 1000' ]
	[ "$(d exec one df -k /m | awk 'END { print $2 }')" = 1024 ]
	d run -d --name two --network none -v shm:/m busybox sh -c 'echo shared >/m/s; sleep 100'
	for _ in $(seq 600); do d exec one cat /m/s 2>/dev/null && break; sleep 0.05; done
	[ "$(d exec one cat /m/s)" = shared ]
	[ "$(mounted shm)" = 1 ]
	d rm -f one
	[ "$(mounted shm)" = 1 ]
	run d volume rm shm
	[ "$status" -eq 1 ]
	[[ $output == *'volume is in use'* ]]
	d rm -f two
	[ "$(mounted shm)" = 0 ]
	[ -z "$(run_none -v shm:/m busybox ls /m)" ]
	d volume rm shm
}

@test "volumes of --mount volume-opt and of Compose's driver_opts are mounted, too" {
	[[ $(run_none --mount '"type=volume","src=optm","dst=/m","volume-driver=local","volume-opt=type=tmpfs","volume-opt=device=tmpfs","volume-opt=o=size=2m,uid=5"' busybox grep ' /m ' /proc/self/mountinfo) == *' - tmpfs tmpfs rw,size=2048k,uid=5'* ]]
	[ "$(d volume inspect -f '{{.Options.o}}' optm)" = size=2m,uid=5 ]
	# Of one that is there already, what a later container says of options is not asked.
	[[ $(run_none --mount type=volume,src=optm,dst=/m,volume-opt=type=none,volume-opt=device=/nowhere busybox grep ' /m ' /proc/self/mountinfo) == *'size=2048k'* ]]
	[[ $(run_none --mount type=volume,dst=/m,volume-opt=type=tmpfs,volume-opt=device=tmpfs busybox grep ' /m ' /proc/self/mountinfo) == *' - tmpfs tmpfs rw'* ]]
	mkdir -p "$WORK/project"
	cat >"$WORK/project/compose.yaml" <<-Y
		services:
		  s: {image: busybox, network_mode: none, command: cat /m/f, volumes: ["v:/m", {type: bind, source: "$WORK/srv", target: /b, read_only: true, bind: {recursive: writable}}]}
		volumes:
		  v: {driver: local, driver_opts: {type: none, o: bind, device: "$WORK/srv/x"}}
	Y
	[[ $("$BUILD/berth" compose -f "$WORK/project/compose.yaml" run --rm -T s 2>/dev/null) == *srv* ]]
	"$BUILD/berth" compose -f "$WORK/project/compose.yaml" create
	[ "$(api "http://b/containers/$(d ps -aql)/json" | jq -c '[.HostConfig.Mounts[] | select(.Target == "/b") | .BindOptions]')" = '[{"ReadOnlyNonRecursive":true}]' ]
	"$BUILD/berth" compose -f "$WORK/project/compose.yaml" down -v
	d volume rm optm
	d volume prune -f
}

@test "unknown and incomplete options, drivers and quotas are refused" {
	refused() { # what is said, flags
		run d volume create "${@:2}" refused
		[ "$status" -eq 1 ]
		[[ $output == *"create refused: $1"* ]]
	}
	refused 'invalid option: "bogus"' -o bogus=1
	refused 'invalid option: "TYPE"' -o TYPE=tmpfs -o device=x
	refused 'missing required option: "device"' -o type=none
	refused 'missing required option: "type"' -o device=/x
	refused 'missing required option: "device"' -o o=bind
	refused 'quota size requested but no quota support' -o size=10m
	refused "invalid size: 'zz'" -o size=zz
	refused "invalid size: '-1'" -o size=-1
	refused 'error looking up volume plugin other: plugin "other" not found' -d other
	[ "$(status_of -X POST -H 'Content-Type: application/json' -d '{"Name":"refused","DriverOpts":{"bogus":"1"}}' http://b/volumes/create)" = 400 ]
	[ "$(status_of -X POST -H 'Content-Type: application/json' -d '{"Name":"refused","Driver":"other"}' http://b/volumes/create)" = 404 ]
	run d volume inspect refused
	[ "$status" -eq 1 ]
	run run_none --mount type=volume,src=refused,dst=/m,volume-opt=bogus=1 busybox true
	[[ $output == *'create refused: invalid option: "bogus"'* ]]
	d volume create there
	[[ $(post_json /volumes/create '{"Name":"there","Driver":"other"}') == *'plugin \"other\" not found'* ]]
	# Created again, it stays what it is.
	memory there
	[ "$(api http://b/volumes/there | jq '.Options | length')" = 0 ]
	d volume create -o size=0 none
	d volume rm there none
}

@test "what cannot be mounted is said at the start, and keeps nothing" {
	said() { # volume, words
		run d run --rm --network none -v "$1:/m" busybox true
		[ "$status" -ne 0 ]
		[[ $output == *"error while mounting volume '$WORK/data/volumes/$1/_data': $2"* ]]
		[ "$(mounted "$1")" = 0 ]
		d volume rm "$1"
	}
	at() { echo "$WORK/data/volumes/$1/_data"; }
	d volume create -o type=none -o o=bind -o device=/nowhere/at/all e1
	said e1 "failed to mount local volume: mount /nowhere/at/all:$(at e1), flags: 0x1000: no such file or directory"
	d volume create -o type=nofs -o device=/dev/nope e2
	said e2 "failed to mount local volume: mount /dev/nope:$(at e2): no such device"
	memory -o o=bogus=1 e3
	said e3 "failed to mount local volume: mount tmpfs:$(at e3), data: bogus=1: invalid argument"
	d volume create -o type=tmpfs -o device= e4
	said e4 'missing device in volume options'
	d volume create -o type=nfs -o device=:/x -o o=addr=nosuch.invalid e5
	said e5 'error resolving passed in network volume address: lookup nosuch.invalid: '
	d volume create -o type=cifs -o device=//127.0.0.1/x -o o=username=a,password=geheim e6
	said e6 'failed to mount local volume: mount //127.0.0.1/x:'
	[[ $output != *geheim* ]]
	not grep geheim "$WORK/log"
	# The first of two is let go again.
	memory good
	d volume create -o type=nofs -o device=x bad
	d create --name both --network none -v good:/g -v bad:/b busybox true
	run d start both
	[ "$status" -eq 1 ]
	[ "$(mounted good)" = 0 ]
	d rm both
	d volume rm good bad
}

@test "cp reaches what is mounted in a stopped container's volume, and a new one is filled from the image" {
	d volume create -o type=none -o o=bind -o "device=$WORK/srv/x" cpv
	d create --name still -v cpv:/m busybox true
	echo in >"$WORK/in"
	d cp "$WORK/in" still:/m/copied
	[ "$(cat "$WORK/srv/x/copied")" = in ]
	[ "$(d cp still:/m/f - | tar -xO)" = srv ]
	[ "$(mounted cpv)" = 0 ]
	d rm still
	mkdir "$WORK/srv/new"
	d volume create -o type=none -o o=bind -o "device=$WORK/srv/new" fill
	run_none -v fill:/bin busybox true
	[ -e "$WORK/srv/new/sh" ]
	[ "$(mounted fill)" = 0 ]
	d volume rm cpv fill
}

@test "df and prune leave volumes with options alone, and no removal deletes what is mounted below a folder" {
	d volume create -o type=none -o o=bind -o "device=$WORK/srv/x" kept
	d volume create plain
	[[ $(api 'http://b/v1.51/system/df?type=volume' | jq -r '.Volumes[].Name') == plain ]]
	[[ $(api -X POST -G --data-urlencode 'filters={"all":["true"]}' http://b/volumes/prune) == *plain* ]]
	d volume rm kept
	d volume create by-hand
	nsenter -t "$(cat "$WORK/pid")" -m mount --bind "$WORK/srv/x" "$WORK/data/volumes/by-hand/_data"
	run d volume rm by-hand
	[ "$status" -eq 1 ]
	[ "$(cat "$WORK/srv/x/f")" = srv ]
	nsenter -t "$(cat "$WORK/pid")" -m umount "$WORK/data/volumes/by-hand/_data"
	d volume rm by-hand
	# Nor what is mounted below a container's folder.
	d create --name left busybox true
	id=$(d inspect -f '{{.Id}}' left)
	mkdir "$WORK/data/containers/$id/upper/x"
	nsenter -t "$(cat "$WORK/pid")" -m mount --bind "$WORK/srv/x" "$WORK/data/containers/$id/upper/x"
	d rm left
	for _ in $(seq 600); do [ -e "$WORK"/data/trash/*/work ] || break; sleep 0.05; done
	[ "$(cat "$WORK/srv/x/f")" = srv ]
	nsenter -t "$(cat "$WORK/pid")" -m umount "$WORK"/data/trash/*/upper/x
}

@test "a cifs volume's device is a URL, or it is refused in Docker's words when the volume is created" {
	local device words
	while IFS='|' read -r device words; do
		run d volume create -o type=cifs -o "device=$device" -o o=username=a bad
		[ "$status" -ne 0 ] && [[ $output == *"create bad: error parsing mount device url: parse \"$device\": $words"* ]] || { echo "$device: $output" >&2; return 1; }
	done <<-'E'
		:/x|missing protocol scheme
		1:2|first path segment in URL cannot contain colon
		//a b/x|invalid character " " in host name
		//%zz/x|invalid URL escape "%zz"
		//%41/x|invalid URL escape "%41"
		//h/%z|invalid URL escape "%z"
		//h/x#%1|invalid URL escape "%1"
		//h:9x/x|invalid port ":9x" after host
		//[::1/x|missing ']' in host
		//u s@h/x|net/url: invalid userinfo
	E
	for device in //h/x 'x' '' http://h/x '//h/a b' '//[::1]/x' '//u:p@h/x' '//h/%41' '///:' '//h%25/x'; do
		d volume create -o type=cifs -o "device=$device" -o o=username=a fine && d volume rm fine
	done
	run d volume create -o type=cifs -o device=//h:445/x bad
	[[ $output == *"create bad: port not allowed in CIFS device URL, include 'port' in 'o='"* ]]
	d volume create -o type=nfs -o device=:/x fine && d volume rm fine
}

@test "kill -9 of the engine: what runs keeps its volume, which is found again, and what nobody holds is unmounted" {
	memory live
	memory ended
	d run -d --name lives --network none -v live:/m busybox sh -c 'echo kept >/m/k; sleep 100'
	d run -d --name ends --network none -v ended:/m busybox sleep 100
	for _ in $(seq 600); do d exec lives test -e /m/k && break; sleep 0.05; done
	pid=$(d inspect -f '{{.State.Pid}}' ends)
	engine_kill
	kill -9 "$pid"
	while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
	for _ in $(seq 600); do [ "$(ls "$WORK"/data/containers/*/exit 2>/dev/null)" ] && break; sleep 0.05; done
	grep -q " $WORK/data/volumes/ended/_data " /proc/self/mountinfo
	engine_start
	[ "$(mounted ended)" = 0 ]
	[ "$(mounted live)" = 1 ]
	[ "$(run_none -v live:/m busybox cat /m/k)" = kept ]
	[ "$(mounted live)" = 1 ]
	d rm -f lives ends
	[ "$(mounted live)" = 0 ]
	# Left by an engine that was killed between its mount and the container's row.
	engine_kill
	mount -t tmpfs left "$WORK/data/volumes/live/_data"
	engine_start
	[ "$(mounted live)" = 0 ]
	d volume rm live ended
}

@test "system df -v: what each image, container, volume and record of the build cache takes" {
	d volume create dfv
	d run --name dfc --network none -v dfv:/v busybox sh -c 'echo abc >/v/f; echo abcd >/f'
	d tag busybox localhost:5000/some/name:1
	mkdir "$BATS_TEST_TMPDIR/df"
	printf 'FROM busybox\nRUN echo abc >/x\nRUN false' >"$BATS_TEST_TMPDIR/df/Dockerfile"
	run d build "$BATS_TEST_TMPDIR/df"
	[ "$status" -eq 1 ]
	run d system df -v
	[ "$status" -eq 0 ]
	[[ $output =~ REPOSITORY\ +TAG\ +IMAGE\ ID\ +CREATED\ +SIZE\ +SHARED\ SIZE\ +UNIQUE\ SIZE\ +CONTAINERS ]]
	[[ $output =~ \"sh\ -c\ [^\"]+…\"\ +1\ +5B\ .*\ ago\ +Exited\ \(0\)\ .*\ dfc ]]
	[[ $output =~ dfv\ +1\ +4B ]]
	[[ $output =~ "Build cache usage: 4B" ]]
	[[ $output =~ CACHE\ ID\ +CACHE\ TYPE\ +SIZE\ +CREATED\ +LAST\ USED\ +USAGE\ +SHARED ]]
	[[ $output =~ regular\ +4B\ .*\ ago\ +0\ +false ]]
	[[ $(d system df) =~ Build\ Cache\ +[0-9]+\ +0\ +4B\ +4B ]]
	[ "$(d system df -v --format '{{range .Volumes}}{{.Name}} {{.Links}} {{.Size}};{{end}}')" = 'dfv 1 4B;' ]
	d rmi -f busybox
	[[ $(d system df -v --format '{{range .Images}}{{.Repository}} {{.Tag}} {{.Containers}};{{end}}') == *'localhost:5000/some/name 1 1;'* ]]
	d tag localhost:5000/some/name:1 busybox
	d rm dfc
	d volume rm dfv
}
