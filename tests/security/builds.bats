load ../lib/engine
# What a build is made of was written by others: its folders, its files, its patterns, its users' names.
# A web server on the loopback of the engine, which has a new one each time it is started.
serve_www() {
	local own=(nsenter --net="/proc/$(cat "$WORK/pid")/ns/net")
	[ ! -e "$WORK/www.pid" ] || kill "$(cat "$WORK/www.pid")"
	"${own[@]}" ip link set lo up
	"${own[@]}" python3 -m http.server -d "$WORK/www" --bind 127.0.0.1 8097 >/dev/null 2>&1 3>&- &
	echo $! >"$WORK/www.pid"
	await "${own[@]}" curl -sf -o /dev/null http://127.0.0.1:8097/
}
setup_file() {
	file_setup
	mkdir "$WORK/www" "$WORK/secret"
	echo the-secret >"$WORK/secret/key"
	printf 'FROM scratch\nCOPY key /key\n' >"$WORK/secret/Dockerfile"
	serve_www
}
teardown_file() {
	kill "$(cat "$WORK/www.pid")"
	file_teardown
}
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }
b() { d build --progress plain "$@"; }
# An image of these files of a folder, without an engine's help.
image() { tar -C "$1" -c . | d import -c 'CMD ["sh"]' - "$2" >/dev/null; }
# An extended body (docs/build-api.md): head, then the tar of a folder.
extended() { # head, folder
	(printf '%s\n' "$1"; tar -C "$2" -c .) | api -X POST -H 'Content-Type: application/vnd.berth.build' --data-binary @- "http://b/build?t=got"
}
no_secret() {
	not grep -rqs the-secret "$WORK/data/layers" "$WORK/data/tmp"
}

@test "CVE-2026-33748: a folder of a repository that is a link leads nowhere else" {
	export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
	git init -q -b main work
	mkdir -p work/real/deep
	printf 'FROM scratch\nCOPY g /g\n' >work/real/Dockerfile
	echo gee >work/real/g
	ln -s "$WORK/secret" work/out
	ln -s ../../../../../../../../../../../../.."$WORK/secret" work/up
	ln -s real work/inside
	ln -s "$WORK" work/real/deep/door
	git -C work add -A
	git -C work commit -q -m one
	git clone -q --bare work "$WORK/www/links.git"
	git -C "$WORK/www/links.git" update-server-info
	url=http://127.0.0.1:8097/links.git
	for dir in out up real/deep/door/secret ..  ../../secret "$WORK/secret"; do
		printf 'FROM scratch\nADD %s#main:%s /got/\n' "$url" "$dir" >Dockerfile
		run b -t got .
		[ "$status" -ne 0 ] || { [[ $dir == "$WORK/secret" ]] && not grep -rqs the-secret "$WORK/data/layers"; }
		run b -t got "$url#main:$dir"
		[ "$status" -ne 0 ]
		printf 'FROM scratch\nCOPY --from=n key /\n' >Dockerfile
		run b --build-context "n=$url#main:$dir" .
		[ "$status" -ne 0 ]
		no_secret
	done
	# A link that stays inside is followed.
	printf 'FROM busybox\nADD %s#main:inside /got/\n' "$url" >Dockerfile
	b -t got .
	[ "$(run_none got cat /got/g)" = gee ]
	b -t got "$url#main:inside"
}

@test "CVE-2026-33748: the folders of a split body, be they links or named with dots, are the body's" {
	mkdir -p body/context body/named plain/context plain/named/x
	printf 'FROM scratch\nCOPY key /key\n' >plain/context/Dockerfile
	printf 'FROM scratch\nCOPY --from=x key /key\n' >body/context/Dockerfile
	ln -s "$WORK/secret" body/named/x
	run extended '{"split":true,"contexts":{"x":"local"}}' body
	[[ $output == *error* ]]
	no_secret
	rm body/named/x
	ln -s ../../../../../../../../../../..$WORK/secret body/named/x
	run extended '{"split":true,"contexts":{"x":"local"}}' body
	[[ $output == *error* ]]
	rm -r body/named
	ln -s "$(dirname "$WORK/secret")" body/named
	printf 'FROM scratch\nCOPY --from=secret key /key\n' >body/context/Dockerfile
	run extended '{"split":true,"contexts":{"secret":"local"}}' body
	[[ $output == *error* ]]
	rm -r body/context
	ln -s "$WORK/secret" body/context
	run extended '{"split":true}' body
	[[ $output == *'no such folder'* ]]
	for name in .. ../.. "../../../../../../../..$WORK/secret" . x/../y "/$WORK/secret" x//y; do
		printf 'FROM scratch\nCOPY --from=%s key /key\n' "$name" >plain/context/Dockerfile
		run extended "{\"split\":true,\"contexts\":{\"$name\":\"local\"}}" plain
		[[ $output == *error* ]]
		# As the base, too, and where the body is no split one.
		printf 'FROM %s\n' "$name" >plain/context/Dockerfile
		run extended "{\"split\":true,\"contexts\":{\"$name\":\"local\"}}" plain
		[[ $output == *error* ]]
	done
	no_secret
	echo key >plain/named/x/key
	printf 'FROM busybox\nCOPY --from=x key /key\n' >plain/context/Dockerfile
	extended '{"split":true,"contexts":{"x":"local"}}' plain >out
	[ "$(run_none got cat /key)" = key ]
}

@test "the head of an extended body is refused where it is not understood" {
	mkdir -p body/context
	echo 'FROM busybox' >body/context/Dockerfile
	for head in 5 null '[1]' '"x"' '{"split":"yes"}' '{"split":true,"Events":true}' '{"split":true,"dockerfile":5}' '{"split":true,"contexts":[1]}' '{"split":true,"contexts":{"x":5}}' \
		'{"split":true,"secrets":{"x":["a"]}}' '{"split":true,"allow":"network.host"}' '{"split":true,"parameters":{}}' '{"split":true,"dockerfileKey":"x"}' '{"split":true,"output":"disk"}' \
		'{"split":true,"provenance":"none"}' '{"split":true,"_x":1}' '{"split":true'; do
		extended "$head" body >out
		grep '^{"message":"' out || { echo "$head"; cat out; return 1; }
	done
	extended '{"split":true,"output":"","contexts":{},"allow":[],"cacheTo":[],"outputs":[]}' body | grep 'Successfully tagged'
}

@test "a context at what is no URL is refused, and the engine goes on" {
	pid=$(cat "$WORK/pid")
	for url in zz http: :// '%23' git%40 zz.git file:///etc/passwd ftp://127.0.0.1/x; do
		api -X POST "http://b/build?remote=$url" >out
		grep 'could not be recognized as URL' out || { echo "$url"; cat out; return 1; }
		api -X POST "http://b/build?version=2&remote=$url" >out
		grep '"error":.*could not be recognized as URL' out || { echo "$url"; cat out; return 1; }
	done
	kill -0 "$pid"
	[ "$(api http://b/_ping)" = OK ]
}

@test "CVE-2026-33748: neither Dockerfile nor ignore file nor sources of mounts lie outside of the context" {
	mkdir ctx
	ln -s "$WORK/secret/Dockerfile" ctx/out
	ln -s "$WORK/secret" ctx/dir
	for file in out "../../../../../../../..$WORK/secret/Dockerfile" dir/Dockerfile "$WORK/secret/Dockerfile"; do
		run api -X POST --data-binary @<(tar -C ctx -c .) "http://b/build?dockerfile=$file"
		[[ $output == *'Cannot locate specified Dockerfile'* ]]
	done
	printf 'FROM busybox\nRUN --mount=type=bind,source=dir,target=/m cat /m/key\n' >ctx/Dockerfile
	run b ctx
	[ "$status" -ne 0 ]
	printf 'FROM busybox\nCOPY dir/key /key\n' >ctx/Dockerfile
	run b ctx
	[ "$status" -ne 0 ]
	no_secret
	# An ignore file that cannot be read is no reason to send what it would have kept back.
	printf 'FROM busybox\nCOPY . /x\n' >ctx/Dockerfile
	mkdir ctx/.dockerignore
	run api -X POST --data-binary @<(tar -C ctx -c .) http://b/build
	[[ $output == *'.dockerignore is not a regular file'* ]]
}

@test "special files: Dockerfile, ignore file, passwd and group are opened as regular files only" {
	mkdir -p ctx/etc
	for kind in "p" "c 1 5" "c 4 64"; do
		rm -f ctx/Dockerfile ctx/.dockerignore
		mknod ctx/Dockerfile $kind
		run api -X POST --data-binary @<(tar -C ctx -c .) http://b/build
		[[ $output == *'Dockerfile is not a regular file'* ]]
		rm ctx/Dockerfile
		printf 'FROM busybox\n' >ctx/Dockerfile
		mknod ctx/.dockerignore $kind
		run api -X POST --data-binary @<(tar -C ctx -c .) http://b/build
		[[ $output == *'.dockerignore is not a regular file'* ]]
	done
	for name in passwd group; do
		for kind in "p" "c 1 5"; do
			rm -rf root; mkdir -p root/etc root/bin
			tar -C root -xf "$WORK/busybox.tar"
			rm -f "root/etc/$name"
			mknod "root/etc/$name" $kind
			image root special
			for user in 0 5 root 5:5; do
				run run_none -u "$user" special true
				[[ $output == *"/etc/$name is not a regular file"* ]]
			done
			printf 'FROM special\nCOPY --chown=5 . /x\n' >ctx/Dockerfile
			rm -f ctx/.dockerignore
			run b ctx
			[[ $output == *"/etc/$name is not a regular file"* ]]
		done
	done
	# What a container puts there while it runs is met by the next exec.
	d run -d --name mean --network none busybox sh -c 'rm -f /etc/passwd; mkfifo /etc/passwd; echo made; sleep 100' >/dev/null
	until [ "$(d logs mean)" = made ]; do sleep 0.05; done
	run d exec mean true
	[[ $output == *'/etc/passwd is not a regular file'* ]]
	d exec mean true && false
	d rm -f mean >/dev/null
	# Nothing in its place, as an upper layer and -v /dev/null say it, is nothing.
	d run -d --name gone --network none busybox sh -c 'rm -f /etc/passwd; echo made; sleep 100' >/dev/null
	until [ "$(d logs gone)" = made ]; do sleep 0.05; done
	[ "$(d exec -u 7 gone id -u)" = 7 ]
	d restart -t 0 gone >/dev/null
	d rm -f gone >/dev/null
	[ "$(run_none -v /dev/null:/etc/passwd -u 7 busybox id -u)" = 7 ]
}

@test "CVE-2016-3697, CVE-2026-46680: a number is that number, whatever the files of the image call so" {
	mkdir -p root
	tar -C root -xf "$WORK/busybox.tar"
	mkdir -p root/etc
	printf '1000:x:0:0:evil:/root:/bin/sh\nroot:x:0:0::/root:/bin/sh\nalice:x:1001:1002::/a:/bin/sh\n' >root/etc/passwd
	printf 'root:x:0:\n500:x:0:alice\n7:x:0:\n' >root/etc/group
	image root evil
	ids='id -u; id -g'
	[ "$(run_none -u 1000 evil sh -c "$ids" | tr '\n' :)" = 1000:0: ]
	[ "$(run_none -u 1000:1000 evil sh -c "$ids" | tr '\n' :)" = 1000:1000: ]
	[ "$(run_none -u 1000:500 evil sh -c "$ids" | tr '\n' :)" = 1000:500: ]
	[ "$(run_none -u 01000 evil id -u)" = 1000 ]
	[ "$(run_none -u 5 --group-add 500 evil id -G)" = "0 500" ]
	d run -d --name who --network none evil sleep 100 >/dev/null
	[ "$(d exec -u 1000 who sh -c "$ids" | tr '\n' :)" = 1000:0: ]
	[ "$(d exec -u 1000:7 who sh -c "$ids" | tr '\n' :)" = 1000:7: ]
	d rm -f who >/dev/null
	cat >Dockerfile <<-'EOF'
		FROM evil
		COPY --chown=1000 Dockerfile /a
		COPY --chown=1000:500 Dockerfile /b
		ADD --chown=+1000:7 Dockerfile /c
		RUN --mount=type=cache,target=/m,uid=1000,gid=500 stat -c %u:%g /m >/d
		USER 1000
		WORKDIR /e
		RUN id -u >/tmp/f || id -u >/e/f
	EOF
	b -t built .
	[ "$(run_none -u 0 built sh -c 'stat -c %u:%g /a /b /c /e; cat /d; cat /e/f /tmp/f 2>/dev/null' | tr '\n' ' ')" = "1000:1000 1000:500 1000:7 1000:1000 1000:500 1000 " ]
}

@test "CVE-2024-40635: ids that do not fit are refused, and never wrap to root" {
	for user in -1 2147483648 4294967295 4294967296 99999999999999999999 5:4294967295 5:-1; do
		run run_none -u "$user" busybox id
		[ "$status" -ne 0 ]
		[[ $output == *'uids and gids must be in range 0-2147483647'* ]]
		printf 'FROM busybox\nCOPY --chown=%s Dockerfile /a\n' "$user" >Dockerfile
		run b .
		[[ $output == *'uids and gids must be in range 0-2147483647'* ]]
		printf 'FROM busybox\nUSER %s\nRUN id\n' "$user" >Dockerfile
		run b .
		[[ $output == *'uids and gids must be in range 0-2147483647'* ]]
	done
	run run_none --group-add 4294967296 busybox id
	[[ $output == *'uids and gids must be in range 0-2147483647'* ]]
	for field in uid=4294967295 gid=4294967296 uid=-1 mode=17777; do
		printf 'FROM busybox\nRUN --mount=type=cache,target=/m,%s true\n' "$field" >Dockerfile
		run b .
		[[ $output == *"invalid value ${field#*=} for ${field%%=*}"* ]]
	done
}

@test "CVE-2026-47262: a group file of 300,000 lines that name the user costs little time and memory" {
	mkdir -p root
	tar -C root -xf "$WORK/busybox.tar"
	mkdir -p root/etc
	printf 'root:x:0:0::/root:/bin/sh\nalice:x:1001:1002::/a:/bin/sh\n' >root/etc/passwd
	awk 'BEGIN { for (i = 0; i < 300000; i++) print "g" i ":x:" i % 60000 ":alice" }' >root/etc/group
	image root many
	[ "$(timeout -s KILL 20 "$DOCKER" run --rm --network none -u alice many grep ^Groups: /proc/self/status | wc -w)" -ge 60000 ]
	[ "$(timeout 20 "$DOCKER" run --rm --network none -u 5 many id -u)" = 5 ]
	awk 'BEGIN { for (i = 0; i < 300000; i++) print "g" i ":x:" i ":alice" }' >root/etc/group
	image root toomany
	run timeout 20 "$DOCKER" run --rm --network none -u alice toomany id
	[[ $output == *'the user is in more than 65536 groups'* ]]
	# A file over its limit is refused, and not taken for an empty one.
	truncate -s 20M root/etc/group
	image root huge
	run timeout 20 "$DOCKER" run --rm --network none -u alice huge id
	[[ $output == *'/etc/group is larger than 16 MB'* ]]
	[ "$(peak_kb)" -lt 300000 ]
}

nested() { # folders in folders, each of this name
	local path=ctx i
	for i in $(seq "$2"); do path=$path/$1; done
	mkdir -p "$path"
}

@test "patterns: many ** in deep folders end, for COPY, --exclude, --parents and .dockerignore" {
	nested a 40
	echo x >ctx/a/a/a/yy
	many=$(printf '**/a/%.0s' $(seq 12))
	for flags in "" --parents; do
		printf '# syntax=docker/dockerfile:1\nFROM busybox\nCOPY %s %szz /x/\n' "$flags" "$many" >ctx/Dockerfile
		b -q ctx
	done
	printf 'FROM busybox\nCOPY **/a/**/a/**/yy /x/\n' >ctx/Dockerfile
	b -t globs ctx
	[ "$(run_none globs ls /x)" = yy ]
	printf '%szz\n!%syy\n' "$many" "$many" >ctx/.dockerignore
	printf 'FROM busybox\nCOPY --exclude=%szz . /x/\n' "$many" >ctx/Dockerfile
	b -t globs ctx
	[ "$(run_none globs cat /x/a/a/a/yy)" = x ]
}

# How long it takes until nothing of a build is left, in tenths of a second.
until_idle() {
	local i
	for i in $(seq 100); do
		[ -n "$(ls -A "$WORK/data/tmp" 2>/dev/null)" ] || break
		sleep 0.1
	done
	echo "$i"
}

# The engine has nothing to do, within ten seconds.
until_quiet() {
	local i before
	ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$(cat "$WORK/pid")/stat"; }
	for i in $(seq 20); do
		before=$(ticks)
		sleep 0.5
		[ $(($(ticks) - before)) -gt 10 ] || return 0
	done
	return 1
}

@test "a build whose client hangs up, or that is cancelled, stops wherever it is" {
	# A sparse file of one byte and 64 GB of nothing before it, which takes half a minute to hash.
	python3 -c '
import io, tarfile
size = 64 << 30
tar = tarfile.open("ctx.tar", "w", format=tarfile.PAX_FORMAT)
dockerfile = b"FROM busybox\nCOPY hole /x\n"
entry = tarfile.TarInfo("Dockerfile")
entry.size = len(dockerfile)
tar.addfile(entry, io.BytesIO(dockerfile))
entry = tarfile.TarInfo("hole")
entry.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "hole", "GNU.sparse.realsize": str(size)}
content = f"1\n{size - 1}\n1\n".encode().ljust(512, b"\0") + b"x"
entry.size = len(content)
tar.addfile(entry, io.BytesIO(content))
tar.close()'
	curl -sN --unix-socket "$WORK/b.sock" -X POST --data-binary @ctx.tar "http://b/build?buildid=hash" >said 2>&1 3>&- &
	client=$!
	until grep -q 'COPY hole' said; do sleep 0.1; done
	sleep 0.5
	kill -0 "$client"
	[ "$(status_of -X POST 'http://b/build/cancel?id=hash')" = 204 ]
	for _ in $(seq 100); do kill -0 "$client" 2>/dev/null || break; sleep 0.1; done
	not kill -0 "$client"
	grep -q cancelled said
	[ "$(until_idle)" -lt 60 ]
	curl -sN --unix-socket "$WORK/b.sock" -X POST --data-binary @ctx.tar "http://b/build?buildid=gone" >said 2>&1 3>&- &
	client=$!
	until grep -q 'COPY hole' said; do sleep 0.1; done
	kill "$client"
	[ "$(until_idle)" -lt 60 ]
}

@test "a build that is cancelled while a step's files become a layer; an export and a commit whose client is gone" {
	printf 'FROM busybox\nRUN truncate -s 64G /hole && echo ma""de\n' >Dockerfile
	tar -cf layer.tar Dockerfile
	curl -sN --unix-socket "$WORK/b.sock" -X POST --data-binary @layer.tar "http://b/build?buildid=layer" >said 2>&1 3>&- &
	client=$!
	until grep -q made said; do sleep 0.1; done
	sleep 1
	kill "$client"
	[ "$(until_idle)" -lt 60 ]
	d run --name hole --network none busybox truncate -s 64G /hole
	timeout 2 curl -sN --unix-socket "$WORK/b.sock" -o /dev/null http://b/containers/hole/export || true
	until_quiet
	d rm hole
	# A commit holds its container still.
	d run -d --name hole --network none busybox sh -c 'truncate -s 64G /hole; sleep 1000'
	for i in $(seq 100); do d exec hole test -f /hole && break; sleep 0.1; done
	timeout 2 curl -sN --unix-socket "$WORK/b.sock" -X POST -d '{}' -H 'Content-Type: application/json' 'http://b/commit?container=hole' || true
	[ "$(until_idle)" -lt 60 ]
	for i in $(seq 50); do [ "$(d inspect -f '{{.State.Status}}' hole)" = running ] && break; sleep 0.1; done
	[ "$(d inspect -f '{{.State.Status}}' hole)" = running ]
	d rm -f hole
}

@test "budgets: stages of a build" {
	{ for i in $(seq 2000); do echo "FROM scratch AS s$i"; done; } >Dockerfile
	run timeout 30 "$BUILD/berth" build -q .
	[[ $status -ne 0 && $output == *'more than 500 stages'* ]] || { echo "$output"; return 1; }
	[ "$(status_of http://b/_ping)" = 200 ]
}

@test "a build that waits for a git server or a web server stops with its client" {
	cat >deaf.py <<-'EOF'
		import socket, time
		s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("127.0.0.1", 8096)); s.listen(9)
		open("ready", "w")
		held = [s.accept() for _ in range(9)]
		time.sleep(600)
	EOF
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" python3 deaf.py >/dev/null 2>&1 3>&- &
	server=$!
	until [ -e ready ]; do sleep 0.05; done
	for source in http://127.0.0.1:8096/x.git http://127.0.0.1:8096/x.tar; do
		curl -sN --unix-socket "$WORK/b.sock" -X POST "http://b/build?buildid=remote&remote=$source" >said 2>&1 3>&- &
		client=$!
		cancels() { [ "$(status_of -X POST 'http://b/build/cancel?id=remote')" = 204 ]; } # not before it has begun
		await cancels
		for _ in $(seq 100); do kill -0 "$client" 2>/dev/null || break; sleep 0.1; done
		[ "$(until_idle)" -lt 60 ]
		curl -sN --unix-socket "$WORK/b.sock" -X POST "http://b/build?remote=$source" >said 2>&1 3>&- &
		client=$!
		sleep 0.5
		kill "$client"
		[ "$(until_idle)" -lt 60 ]
	done
	kill "$server"
	# git and what it started have gone as well.
	not pgrep -f '127.0.0.1:8096'
}

@test "what a registry is asked for ends with who asked: distribution, search, login and indexes" {
	cat >deaf.py <<-'EOF'
		import socket, time
		s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.bind(("127.0.0.1", 8091)); s.listen(64)
		open("ready", "w")
		held = []
		while True: held.append(s.accept())
	EOF
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" python3 deaf.py >/dev/null 2>&1 3>&- &
	server=$!
	await test -e ready
	connected() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" grep -qE '^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ 0100007F:1F9B 01' /proc/net/tcp; }
	json=(-H 'Content-Type: application/json')
	for what in distribution/127.0.0.1:8091/x/json 'images/search?term=127.0.0.1:8091/x' auth put; do
		case $what in
		auth) asked=("${json[@]}" -d '{"username":"a","password":"b","serveraddress":"127.0.0.1:8091"}' http://b/auth) ;;
		put) asked=(-X PUT -d '{"mediaType":"application/vnd.oci.image.index.v1+json","manifest":"{}","sources":[]}' http://b/distribution/127.0.0.1:8091/x:y/json) ;;
		*) asked=("http://b/$what") ;;
		esac
		curl -s --unix-socket "$WORK/b.sock" "${asked[@]}" >/dev/null 2>&1 3>&- &
		client=$!
		await connected
		kill "$client"
		began=$(date +%s%N)
		await not connected
		[ $((($(date +%s%N) - began) / 1000000)) -lt 8000 ]
	done
	kill "$server"
}

@test "an ssh agent's socket is the step's alone, whatever its mode there" {
	eval "$(ssh-agent 3>&-)" >/dev/null
	cat >Dockerfile <<-'EOF'
		FROM busybox
		RUN --mount=type=ssh,mode=0777,uid=12345 stat -c '%a %u' $SSH_AUTH_SOCK >/facts; touch /marker; sleep 2
	EOF
	b --no-cache --ssh default -t agent . >said 2>&1 3>&- &
	build=$!
	until ls "$WORK/exec/ssh/"*.sock 2>/dev/null >socket; do sleep 0.05; done
	[ "$(stat -c '%a %u' "$WORK/exec/ssh")" = "700 0" ]
	# Somebody else on this host.
	not setpriv --reuid 12345 --regid 12345 --clear-groups python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$(cat socket)"
	wait "$build"
	kill "$SSH_AGENT_PID"
	[ "$(run_none agent cat /facts)" = "777 12345" ]
	await nothing_in "$WORK/exec/ssh"
}

@test "RUN --security=insecure and --network=host: the engine has to allow them, too; no security options for steps" {
	printf 'FROM busybox\nRUN --security=insecure id\n' >Dockerfile
	run b --allow security.insecure .
	[[ $output == *'granting entitlement security.insecure is not allowed by build daemon configuration'* ]]
	run api -X POST --data-binary @<(tar -c Dockerfile) 'http://b/build?securityopt=%5B%22seccomp%3Dunconfined%22%5D'
	[[ $output == *'security options are not supported on linux'* ]]
	engine_kill
	echo '{"builder":{"entitlements":{"network-host":false}}}' >"$WORK/daemon.json"
	engine_start
	serve_www
	printf 'FROM busybox\nRUN --network=host id\n' >Dockerfile
	run b --allow network.host .
	[[ $output == *'granting entitlement network.host is not allowed by build daemon configuration'* ]]
	printf 'FROM busybox\nRUN id\n' >Dockerfile
	run b --network host .
	[[ $output == *'granting entitlement network.host is not allowed by build daemon configuration'* ]]
	b .
}

@test "CVE-2026-33747: a syntax line names no program" {
	refused() { run b "$@"; [[ $status -ne 0 && $output == *"asks for frontend 127.0.0.1:1/evil/frontend: only docker/dockerfile is supported"* ]] || { echo "$output"; return 1; }; }
	printf '# syntax=127.0.0.1:1/evil/frontend\nFROM busybox\nRUN echo fine >/x\n' >Dockerfile
	refused .
	printf 'FROM busybox\nRUN echo fine >/x\n' >Dockerfile
	refused --build-arg BUILDKIT_SYNTAX=127.0.0.1:1/evil/frontend .
	printf '# syntax=docker/dockerfile:1.99-labs\nFROM busybox\nRUN echo fine >/x\n' >Dockerfile
	b -t syntax .
	[ "$(run_none syntax cat /x)" = fine ]
}

@test "git over ssh: without the client's agent no key is used, and nobody is asked" {
	for url in git@127.0.0.1:9/x.git ssh://root@127.0.0.1:9/x.git; do
		printf 'FROM scratch\nADD %s /src\n' "$url" >Dockerfile
		run b .
		[[ $status -ne 0 && $output == *'unset ssh forward key default'* ]]
		run b "$url"
		[[ $status -ne 0 && $output == *'unset ssh forward key default'* ]]
	done
}

# A repository in the web server's folder: name, text of its .gitmodules, then "PATH REPOSITORY" of each submodule's commit.
module_repository() {
	local name=$1 modules=$2
	git init -q -b main "$name"
	printf 'FROM busybox\nCOPY . /got\n' >"$name/Dockerfile"
	echo "of $name" >"$name/file"
	[ -z "$modules" ] || printf "$modules" >"$name/.gitmodules"
	git -C "$name" add -A
	shift 2
	while [ $# -gt 0 ]; do
		git -C "$name" update-index --add --cacheinfo "160000,$(git -C "$2" rev-parse HEAD),$1"
		shift 2
	done
	git -C "$name" commit -q -m one
	git clone -q --bare "$name" "$WORK/www/$name.git"
	git -C "$WORK/www/$name.git" update-server-info
}

@test "submodules of a repository are fetched, theirs too, by the transports of URLs alone, and within a bound" {
	export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
	local at=http://127.0.0.1:8097
	module_repository deep ''
	module_repository sub '[submodule "deep"]\n path = in/deep\n url = '$at'/deep.git\n' in/deep deep
	module_repository good '[submodule "sub"]\n path = sub\n url = ../sub.git\n update = rebase\n' sub sub
	b -t got "$at/good.git#main"
	[ "$(run_none got sh -c 'cd /got; cat file sub/file sub/in/deep/file; find . -name .git')" = $'of good\nof sub\nof deep' ]
	printf 'FROM busybox\nADD --keep-git-dir=true %s#main /got\n' "$at/good.git" >Dockerfile
	b -t got .
	[ "$(run_none got sh -c 'cat /got/sub/in/deep/file; ls -d /got/.git/modules/sub; ls /got/.git/berth 2>/dev/null; grep -c origin /got/.git/config')" = $'of deep\n/got/.git/modules/sub\n0' ]
	# What is of the host, a program, or a path that leads elsewhere is no submodule; nor are too many.
	n=0
	for module in "s\"]\n path = sub\n url = file://$WORK/www/sub.git" "s\"]\n path = sub\n url = $WORK/www/sub.git" \
		's"]\n path = sub\n url = "ext::sh -c touch% hacked"' 's"]\n path = sub\n url = -u./x' 's"]\n path = sub\n url = '$at'/sub.git\n update = !touch '"$WORK/hacked" \
		'../../../../x"]\n path = sub\n url = '$at'/sub.git' "s\"]\n path = $WORK/secret\n url = $at/sub.git" 's"]\n path = .git/hooks\n url = '$at'/sub.git'; do
		module_repository "bad$((++n))" "[submodule \"$module\n" sub sub
		run b -t bad "$at/bad$n.git#main"
		echo "$module: $output"
		[ "$status" -ne 0 ]
	done
	module_repository many "$(for i in $(seq 257); do printf '[submodule "%s"]\\n path = p%s\\n url = %s/sub.git\\n' $i $i $at; done)" sub sub
	run b "$at/many.git#main"
	[[ $status -ne 0 && $output == *'the repository has more than 256 submodules'* ]]
	[ -z "$(find "$WORK" -name hacked)" ]
	no_secret
	[ "$(ls "$WORK/secret" | xargs)" = 'Dockerfile key' ]
}

@test "a build step has what daemon.json gives to every container" {
	engine_kill
	engine_start --no-new-privileges --default-ulimit nofile=77:88
	printf 'FROM busybox\nRUN grep NoNewPrivs /proc/self/status >/said; ulimit -n >>/said; ulimit -H -n >>/said\n' | d build -q -t said -
	[ "$(run_none said cat /said | xargs)" = 'NoNewPrivs: 1 77 88' ]
	d rmi said
	engine_kill
	engine_start
}
