# Where the API and the command line meet what others wrote: names, kinds, addresses, words.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }

@test "cp removes no folder for a file, and no file for a folder, in either direction" {
	mkdir data; echo mine >data/keep; echo file >sub; mkdir -p tree; echo t >tree/in
	d run -d --name kinds --network none busybox sh -c 'echo f >/data; mkdir -p /d/sub /f/in; echo g >/d/sub/x; echo k >/f/in/keep; echo h >/g; sleep 1000'
	for _ in $(seq 600); do d exec kinds test -f /g && break; sleep 0.05; done
	run d cp kinds:/data .
	[ "$status" -eq 1 ]
	[ "$output" = "cannot overwrite directory \"data\" with non-directory \"$PWD\"" ]
	[ "$(cat data/keep)" = mine ]
	run d cp kinds:/d/sub .
	[ "$status" -eq 1 ]
	[ "$(cat sub)" = file ]
	run d cp kinds:/d/. .
	[ "$output" = "cannot overwrite non-directory \"sub\" with directory \"$PWD\"" ]
	[ "$(cat sub)" = file ]
	echo i >in
	run d cp in kinds:/f
	[ "$output" = 'Error response from daemon: cannot overwrite directory "in" with non-directory "/f"' ]
	[ "$(d exec kinds cat /f/in/keep)" = k ]
	mkdir g; echo x >g/x
	run d cp g kinds:/
	[ "$output" = 'Error response from daemon: cannot overwrite non-directory "g" with directory "/"' ]
	[ "$(d exec kinds cat /g)" = h ]
	d rm -f kinds
}

@test "build -o local removes no folder for a file" {
	printf 'FROM scratch\nCOPY f /out/data\n' >Dockerfile; echo f >f; mkdir -p to/out/data; echo mine >to/out/data/keep
	run "$BUILD/berth" build -q -o to .
	[ "$status" -ne 0 ]
	[[ $output == *'cannot overwrite directory "out/data" with non-directory'* ]]
	[ "$(cat to/out/data/keep)" = mine ]
}

@test "prunes keep what label!= names, and what until= calls too young; in every form" {
	printf 'FROM scratch\nLABEL keep=1\nCOPY f /\n' >Dockerfile; echo f >f
	keep() {
		d volume create --label keep=1 vkeep; d volume create vgo
		d network create --label keep=1 nkeep; d network create ngo
		d create --name ckeep --label keep=1 --network none busybox; d create --name cgo --network none busybox
		"$BUILD/berth" build -q -t ikeep .
	} >/dev/null
	all() { echo $(d volume ls -q; d network ls -f type=custom --format '{{.Name}}'; d ps -a --format '{{.Names}}'; d image ls -q ikeep | sed 's/.*/ikeep/'); }
	keep
	d volume prune -af --filter 'label!=keep'
	d network prune -f --filter 'label!=keep'
	d container prune -f --filter 'label!=keep=1'
	d image prune -af --filter 'label!=keep'
	[ "$(all)" = "vkeep nkeep ckeep ikeep" ]
	d volume create vgo; d network create ngo; d create --name cgo --network none busybox
	before=$(all)
	d network prune -f --filter until=24h
	d container prune -f --filter until=24h
	d image prune -af --filter until=2020-01-01
	d system prune -af --filter until=24h
	[ "$(all)" = "$before" ]
	d system prune -f --filter label=other
	[ "$(all)" = "$before" ]
	run d system prune -f --volumes --filter until=24h
	[ "$status" -ne 0 ]
	[[ $output == *'The "until" filter is not supported with "--volumes"'* ]]
	[ "$(all)" = "$before" ]
	for f in '{"label":"a"}' '{"label":{"a":1}}' '{"bogus":["x"]}' '[]' '{"until":["soon"]}' '{"until":[]}' '{"label":["a"],"label!":{"b":true}}'; do
		for what in containers volumes networks images; do
			[ "$(status_of -X POST -G --data-urlencode "filters=$f" "http://b/v1.51/$what/prune")" = 400 ] || { echo "$what $f"; false; }
		done
	done
	for what in containers/json volumes networks images/json events; do
		run api -G --data-urlencode 'filters={"bogus":["x"]}' "http://b/v1.51/$what"
		[ "$output" = "{\"message\":\"invalid filter 'bogus'\"}" ]
	done
	run d builder prune -f --filter bogus=x
	[[ $output == *"failed to prune build cache: invalid filter 'bogus'"* ]]
	[ "$(all)" = "$before" ]
	d volume prune -f --filter label=keep; d volume prune -af
	d network prune -f; d container prune -f; d image rm ikeep
}

@test "a name that begins with 127. is no registry of this host; 127.0.0.1, [::1] and localhost are" {
	grep -q '127.evil.example' /etc/hosts && skip "somebody has that name"
	for name in 127.evil.example:5 127.0.0.1.example:5 localhost.example:5; do
		run d pull "$name/x"
		[ "$status" -ne 0 ]
		[[ $output != *http://* ]]
		[[ $output == *https://$name* ]]
	done
	for name in 127.0.0.1:5 127.1.2.3:5 '[::1]:5' localhost:5; do
		run d pull "$name/x"
		[ "$status" -ne 0 ]
		[[ $output == *http://* ]] || { echo "$output"; false; }
	done
}

@test "the state is for the engine's eyes only, also what an older one had made" {
	[ "$(stat -c %a "$WORK/data/state.db" "$WORK/data/state.db-wal" | xargs)" = "600 600" ]
	engine_kill
	chmod 644 "$WORK/data/state.db" "$WORK/data/state.db-wal"
	engine_start
	[ "$(stat -c %a "$WORK/data/state.db" "$WORK/data/state.db-wal" | xargs)" = "600 600" ]
}

@test "Expect: 100-continue is answered before the head of an answer, never within it" {
	"$BUILD/berth" save -o image.tar busybox
	for what in "/images/load" "/images/create?fromSrc=-&repo=again" "/build"; do
		code=$(api -H 'Expect: 100-continue' -H 'Content-Type: application/x-tar' -X POST --data-binary @image.tar -D head -o body -w '%{http_code}' "http://b$what")
		not grep -q 'HTTP/1.1' body
		[ "$(grep -c '^HTTP/1.1 100' head)" -eq 1 ]
		[ "$code" != 000 ]
	done
	grep -q Loaded body || api -H 'Expect: 100-continue' -H 'Content-Type: application/x-tar' -X POST --data-binary @image.tar http://b/images/load | grep -q Loaded
	api -H 'Expect: 100-continue' -X POST --data-binary @image.tar -D - "http://b/nothing" | not grep -q '^HTTP/1.1 100'
}

@test "CVE-2025-9074: no container reaches the API over the link-local address of its bridge" {
	engine_kill
	echo '{"allow-insecure-api": true}' >"$WORK/daemon.json"
	engine_start -H 'tcp://[::]:2375'
	nsenter --net="/proc/$ENGINE/ns/net" ip link set lo up
	[ "$(nsenter --net="/proc/$ENGINE/ns/net" curl -s --max-time 5 'http://[::1]:2375/_ping')" = OK ]
	d network create six --ipv6 --subnet fd00:9::/64
	d run -d --name near --network six busybox sleep 1000
	for _ in $(seq 300); do d exec near ip -6 addr show eth0 | grep -q tentative || break; sleep 0.1; done
	bridge=$(nsenter --net="/proc/$ENGINE/ns/net" ip -o -6 route show fd00:9::/64 | sed 's/.* dev \([^ ]*\).*/\1/')
	local=$(nsenter --net="/proc/$ENGINE/ns/net" ip -o -6 addr show dev "$bridge" scope link | awk '{ sub("/.*", "", $4); print $4; exit }')
	[ -n "$local" ]
	for address in "$local%eth0" fd00:9::1; do
		run d exec near sh -c "printf 'GET /_ping HTTP/1.0\r\nHost: localhost\r\n\r\n' | timeout 3 nc $address 2375"
		[[ $output != *OK* ]]
	done
	grep -q 'the container at fe80' "$WORK/log"
	d rm -f near; d network rm six
	engine_kill
	echo '{}' >"$WORK/daemon.json"
	engine_start
}

@test "CVE-2025-9074: no container reaches the API by an address that it gives itself" {
	engine_kill
	echo '{"allow-insecure-api": true}' >"$WORK/daemon.json"
	engine_start -H 'tcp://[::]:2375' -H tcp://127.0.0.1:2376
	near() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" "$@"; }
	near ip link set lo up
	near ip link add shared0 type bridge; near ip link set shared0 up
	near ip addr add 10.77.0.1/24 dev shared0; near ip addr add 10.88.0.1/24 dev shared0
	[ "$(near curl -s --max-time 5 http://10.88.0.1:2375/_ping)" = OK ]
	d network create -o com.docker.network.bridge.name=shared0 --subnet 10.77.0.0/24 --gateway 10.77.0.1 shared
	run d run --rm --cap-add NET_ADMIN --network shared busybox sh -c \
		"ip addr add 10.88.0.7/24 dev eth0; printf 'GET /_ping HTTP/1.0\r\nHost: localhost\r\n\r\n' | timeout 3 nc 10.88.0.1 2375"
	[[ $output != *OK* ]]
	grep -q 'the container at 10.88.0.7' "$WORK/log"
	# What a browser calls a host is a whole name, or none.
	[ "$(near curl -s -o /dev/null -w '%{http_code}' -H 'Host: [::1].evil.example' http://127.0.0.1:2376/_ping)" = 403 ]
	[ "$(near curl -s -o /dev/null -w '%{http_code}' -H 'Host: [::1]:2376' http://127.0.0.1:2376/_ping)" = 200 ]
	d network rm shared
	engine_kill
	echo '{}' >"$WORK/daemon.json"
	engine_start
}

@test "control characters of others reach no terminal through tables and errors" {
	esc=$(printf '\033')
	d create --name colours --network none busybox "sh$esc[31m" >/dev/null
	d ps -a --no-trunc >table
	not grep -q "$esc" table
	grep -q colours table
	run d start colours
	[ "$status" -ne 0 ]
	[[ $output != *"$esc"* ]]
	[[ $output == *'x1b[31m'* ]]
	d rm -f colours
}

@test "control characters of others reach no terminal through inspect, events, diff and JSON" {
	esc=$(printf '\033') c1=$(printf '\302\233')
	d run -d --name colours --label "l=$esc[31m$c1" --network none busybox sh -c "touch '/f$esc[31m$c1'; sleep 1000" >/dev/null
	for _ in $(seq 600); do d diff colours | grep -q '^A /f' && break; sleep 0.05; done
	for words in "inspect colours" "inspect -f {{.Config.Labels}} colours" "inspect -f json colours" "diff colours" \
		"events --since 1h --until 0s" "events --since 1h --until 0s --format json" "ps --format json"; do
		script -qec "'$BUILD/berth' $words" /dev/null </dev/null >shown
		grep -qE 'f.x1b|31m' shown
		LC_ALL=C not grep -qE "$esc|$c1" shown
	done
	d diff colours | grep -qF "$esc" # for programs it stays as it is
	d rm -f colours
}

@test "an ignore file that is none is no reason to send everything, or to wait for ever" {
	printf 'FROM scratch\nCOPY . /\n' >Dockerfile
	for name in .dockerignore Dockerfile.dockerignore; do
		for kind in mkfifo 'ln -s /dev/zero' mkdir; do
			$kind "$name"
			run timeout 10 "$BUILD/berth" build -q .
			[ "$status" -eq 1 ]
			[[ $output == *"$name is not a regular file"* ]]
			rm -rf "$name"
		done
	done
	head -c 20000000 /dev/zero >.dockerignore
	run "$BUILD/berth" build -q .
	[ "$status" -eq 1 ]
	[[ $output == *"cannot read"*".dockerignore"* ]]
}

@test "-e NAME without a value takes NAME of the image away, of run, exec and Compose" {
	unset NAME
	printf 'FROM busybox\nENV NAME=img\nCMD ["env"]\n' | "$BUILD/berth" build -q -t named -
	d run --rm --network none named | grep -q '^NAME=img$'
	d run --rm --network none -e NAME named >env
	d run -d --name named --network none -e NAME=c named sleep 1000
	d exec -e NAME named env >>env
	printf 'services:\n  a:\n    image: named\n    network_mode: none\n    environment: [NAME]\n' >compose.yaml
	"$BUILD/berth" compose run --rm a >>env
	not grep -qE '^NAME(=|$)' env
	grep -q '^PATH=' env
	d rm -f named
}
