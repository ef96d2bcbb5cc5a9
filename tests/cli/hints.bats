load ../lib/engine
# What berth says to do about an error; docker's own client has no such line.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	file_setup
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	d run -d --name web -p 8080:80 busybox sleep 1000
	d create --name idle --network none busybox
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }
hint() { # what it says, command
	run d "${@:2}"
	[ "$status" -ne 0 ]
	[[ $output == *$'\n'"hint: "*$1* ]] || { echo "$output"; return 1; }
	[ "$(grep -c '^hint: ' <<<"$output")" -le 2 ]
}

@test "no engine, at a socket and at an address; nobody at a socket that is left" {
	export BERTH_AUTOSTART=0
	DOCKER_HOST=unix://$WORK/none.sock hint 'systemctl start berthd' ps
	DOCKER_HOST=tcp://127.0.0.1:1 hint 'is the address right' ps
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORK/left.sock"
	DOCKER_HOST=unix://$WORK/left.sock hint 'journalctl -u berthd' ps
}

@test "an engine that a command starts, and that ends: why" {
	run unshare --net --mount sh -ec 'mount -t tmpfs none /run; mount -t tmpfs none /var/lib; touch /var/lib/berth; exec env -u DOCKER_HOST -u BERTH_AUTOSTART "$0" ps' "$DOCKER"
	[[ $status -ne 0 && $output == *"hint: an engine was started, and ended with 'berthd: "*"/var/lib/berth"* ]] || { echo "$output"; return 1; }
}

@test "no permission: which group" {
	chmod 711 "$WORK"
	run setpriv --reuid 12345 --regid 12345 --clear-groups env DOCKER_CONFIG=/nowhere "$DOCKER" ps
	[[ $status -ne 0 && $output == *'permission denied while trying to connect'*'usermod -aG berth'* ]] || { echo "$output"; return 1; }
}

@test "names that are misspelt" {
	hint "did you mean 'web'?" stop wbe
	hint "did you mean 'idle'?" start idel
	hint "did you mean 'busybox:latest'?" rmi bussybox
	hint "did you mean 'busybox:latest'?" run --rm busybx
	for wrong in entirely-different we; do
		run d stop $wrong
		[[ $output != *hint* ]]
	done
}

@test "what is taken: who has it" {
	hint "the container 'web' publishes port 8080" run -d --name second -p 8080:81 busybox
	hint "'web' was made of the image busybox, "*" ago (Up " run -d --name web busybox
	hint 'rm -f web' create --name web busybox
	d create --name young busybox
	run d create --name young busybox
	[[ $output =~ "the image busybox, "[a-z0-9]+" "[a-z\ ]+" ago" ]] || { echo "$output"; return 1; }
	d rm young
	inside=(nsenter --net="/proc/$(cat "$WORK/pid")/ns/net")
	"${inside[@]}" python3 -c 'import socket, time; s = socket.socket(); s.bind(("0.0.0.0", 8099)); s.listen(); print(flush=True); time.sleep(600)' >"$WORK/bound" 3>&- &
	listener=$!
	until [ -s "$WORK/bound" ]; do sleep 0.05; done
	run "${inside[@]}" "$DOCKER" run --rm -p 8099:80 busybox true
	[[ $output == *"hint: python3 (process $listener) has port 8099: end it, or publish another one"* ]] || { echo "$output"; kill $listener; return 1; }
	hint "a program of this host has that port: 'sudo ss -lntup'" run --rm -p 8099:80 busybox true
	kill $listener
}

@test "a full disk: what of the engine's can be freed, and by what" {
	mkdir "$WORK/small"
	mount -t tmpfs -o size=64k none "$WORK/small"
	d run --name wrote --network none -v "$WORK/small:/small" busybox dd if=/dev/zero of=/big bs=1M count=3
	head -c 200000 /dev/zero >"$WORK/more"
	hint "to free unused disk space: "*"'berth container prune' 3" cp "$WORK/more" wrote:/small/
	umount "$WORK/small"
	d rm wrote
}

@test "a program that is not there, and options behind the image" {
	hint 'no such program in its PATH' run --rm --network none busybox nope
	hint 'options go before the image' run --rm --network none busybox -it
	hint "start $(d inspect -f '{{.Id}}' idle | cut -c1-12)" exec idle ls
}

@test "a file that the kernel cannot execute" {
	printf 'nothing that runs\n' >"$WORK/bad"
	chmod 755 "$WORK/bad"
	hint "the image is for this kind of machine (linux/"*"a script without '#!'" run --rm --network none -v "$WORK/bad:/bad:ro" busybox /bad
	d create --name bad --network none -v "$WORK/bad:/bad:ro" busybox /bad
	hint "the image is for this kind of machine (linux/"*"a script without '#!'" start bad
	hint "the image is for this kind of machine (linux/"*"a script without '#!'" restart bad
	# An image of another machine, which needs no file of it.
	d build -q --platform linux/s390x -t foreign - <<<'FROM scratch
LABEL of=another' >/dev/null
	d create --name foreign --platform linux/s390x --network none -v "$WORK/bad:/bad:ro" foreign /bad
	hint 'the image is for linux/s390x, and this engine runs linux/' start foreign
	d rm bad foreign
	d export web | d import --platform linux/s390x - foreign >/dev/null
	hint "the image is for linux/s390x, and this engine runs linux/" run --rm --network none -v "$WORK/bad:/bad:ro" foreign /bad
}

@test "a registry that cannot be reached" {
	hint "cannot be reached" pull 127.0.0.1:1/x
}

@test "what the primer leads to: a missing image, folder or Dockerfile, capitals, a heading copied along" {
	mkdir "$WORK/nothing"
	hint 'the image is missing' run --name helloworld
	hint "'.' is this one" build -t helloworld
	hint "$WORK/nothing has no such file" build -t helloworld "$WORK/nothing"
	hint "no capitals: 'image_id'" image rm IMAGE_ID
	hint 'two letters or more' create --name a busybox
	printf "yml\nversion: '3.3'\nservices:\n" >"$WORK/nothing/docker-compose.yml"
	hint "a word without ':'" compose -f "$WORK/nothing/docker-compose.yml" config
}

@test "what a newcomer writes: no terminal, no program, no network, ports and paths the wrong way round" {
	hint 'leave -t out' run --rm -it busybox true
	hint '/etc/passwd is there, but no program' run --rm --network none busybox /etc/passwd
	hint "network create missing' makes it" network connect missing idle
	hint "did you mean 'bridge'?" network connect bridgee idle
	hint 'HOST:CONTAINER' run --rm -p 8080:80:90 busybox true
	hint 'CONTAINER:/path' cp web /tmp
}

@test "Compose files of a newcomer: none, a tab, no services, no list" {
	cd "$(mktemp -d "$WORK/files.XXXXXX")"
	hint 'name the file with -f' compose config
	printf 'services:\n\tweb: {image: busybox}\n' >compose.yaml
	hint 'is there a tab?' compose config
	printf 'services:\n  web:\n    image: busybox\n    ports: 80:80\n' >compose.yaml
	hint "begins with '- '" compose config
	printf 'web: {image: busybox}\n' >compose.yaml
	run d compose config
	[[ $status -ne 0 && $output == *'web: unknown key; services stand below "services:"'* ]]
}

@test "addresses of engines: a host alone, parts left out, and what is none" {
	export BERTH_AUTOSTART=0
	at() { # what it comes to, address
		DOCKER_HOST=$2 run d ps
		[[ $status -eq 1 && $output == *"$1"* ]] || { echo "$2: $status $output"; return 1; }
		unset DOCKER_HOST
		run d -H "$2" ps
		[[ $status -eq 1 && $output == *"$1"* ]] || { echo "-H $2: $status $output"; return 1; }
	}
	at 'daemon at tcp://localhost:1.' localhost:1
	at 'daemon at tcp://localhost:1.' :1
	at 'daemon at tcp://[::1]:1.' '[::1]:1'
	at 'daemon at tcp://localhost:2375/run/x.sock.' /run/x.sock
	at 'daemon at tcp://localhost:2375.' tcp://
	at 'daemon at tcp://localhost:1.' tcp://user@localhost:1
	at 'daemon at unix://a.' unix://a
	at 'invalid bind address format: localhost:99999' tcp://localhost:99999
	at 'invalid bind address format: [::1' 'tcp://[::1'
	at 'invalid bind address format: ftp://x' ftp://x
	at 'invalid bind address format: ://' ://
	at 'unable to parse docker host `fd://`' fd://
	at 'invalid SSH URL: hostname is empty' ssh://
	at 'plain-text password is not supported' ssh://u:p@h
}

# A command line with a misspelt word, and what it says.
means() { run d $1; [[ $status -ne 0 && $output == *"$2"* ]] || { echo "$1: $output"; return 1; }; }

@test "a flag, a command of Compose, a volume or a network with a misspelt name: the one that may be meant" {
	d volume create data-of-web
	d network create front-of-web
	means 'run --nmae x busybox' 'unknown flag: --nmae (did you mean --name?)'
	means 'ps --al' 'unknown flag: --al (did you mean --all?)'
	means 'ps --lgo-level debug' 'unknown flag: --lgo-level (did you mean --log-level?)'
	means 'compose up --detahc' 'unknown flag: --detahc (did you mean --detach?)'
	means 'compose upp' "Did you mean 'berth compose up'?"
	means 'compose bridge convrt' "Did you mean 'berth compose bridge convert'?"
	means 'volume rm dta-of-web' "hint: did you mean 'data-of-web'?"
	means 'run --rm --network frot-of-web busybox true' "hint: did you mean 'front-of-web'?"
	for words in 'run --nonsense' 'compose nonsense' 'volume rm nonsense'; do
		run d $words
		[[ ${output,,} != *'did you mean'* ]] || { echo "$words: $output"; return 1; }
	done
	d volume rm data-of-web
	d network rm front-of-web
}

@test "what inspect and contexts do not find: the one that may be meant, of every kind" {
	d volume create data-of-web
	d network create front-of-web
	means 'inspect wbe' "hint: did you mean 'web'?"
	means 'inspect bussybox' "hint: did you mean 'busybox:latest'?"
	means 'inspect dta-of-web' "hint: did you mean 'data-of-web'?"
	means 'inspect frot-of-web' "hint: did you mean 'front-of-web'?"
	means 'container inspect wbe' "hint: did you mean 'web'?"
	means 'image inspect bussybox' "hint: did you mean 'busybox:latest'?"
	means 'volume inspect dta-of-web' "hint: did you mean 'data-of-web'?"
	means 'network inspect frot-of-web' "hint: did you mean 'front-of-web'?"
	run d inspect idle wbe idel
	[ "$(grep -c '^hint: did you mean' <<<"$output")" -eq 2 ]
	run d inspect entirely-different
	[[ $output != *hint* ]]
	d volume rm data-of-web
	d network rm front-of-web
	export DOCKER_CONFIG=$WORK/contexts
	d context create far-away --docker host=tcp://127.0.0.1:1
	for words in 'context use far-awya' 'context inspect far-awya' 'context export far-awya' 'context rm far-awya' 'context update --description x far-awya' '-c far-awya version'; do
		DOCKER_HOST= means "$words" "hint: did you mean 'far-away'?"
	done
	means 'context use defualt' "hint: did you mean 'default'?"
	means 'context use entirely-different' "context ls' shows those"
}

@test "a long option with one dash, which is read letter by letter" {
	mkdir -p "$WORK/plain"
	echo 'FROM busybox' >"$WORK/plain/Dockerfile"
	hint "two dashes, '--tag'" build -tag x "$WORK/plain"
	hint "two dashes, '--env'" run -env A=1 busybox
	hint "two dashes, '--publish'" run -publish 80:80 busybox
	run d run -rm busybox true
	[[ $output == *"(did you mean --rm?)"* ]]
	run d build -t x -f nowhere "$WORK/plain"
	[[ $output != *'two dashes'* ]]
}

@test "what is in use: by which container, and what lets it go" {
	d run -d --name user --network none -v used:/v busybox sleep 1000
	d network create back
	d network connect back web
	hint "the container 'user' has it (running): 'berth rm -f user' removes" volume rm used
	hint "the container '"*"' was made of it ("*"and then the image can go" rmi busybox
	hint "the container '"*"' was made of it (" rmi "$(d images -q busybox)"
	hint "'berth network disconnect -f back web' takes that container out" network rm back
	hint "'berth stop user' ends it first" rm user
	d rm -f user
	d network disconnect back web
	d network rm back
	d volume rm used
}

@test "builds: words too many, names, a file that is none of the context's, no registry, a step without names" {
	mkdir -p "$WORK/b"
	echo 'FROM busybox' >"$WORK/b/Dockerfile"
	hint "'.' is this one" build -t x
	hint 'is one word behind the options' build -t x "$WORK/b" .
	hint "name the folder, and the file by -f: 'berth build -f $WORK/b/Dockerfile .'" build "$WORK/b/Dockerfile"
	hint 'in one word of small letters' build -t 'two words' "$WORK/b"
	hint 'in one word of small letters' tag busybox 'two words'
	hint "no capitals: 'hello'" build -t Hello "$WORK/b"
	printf 'FROM busybox\nCOPY nofile /\n' >"$WORK/b/Dockerfile"
	hint "'/nofile' is not below the context's folder, or its .dockerignore leaves it out" build "$WORK/b"
	echo 'FROM 127.0.0.1:1/x' >"$WORK/b/Dockerfile"
	hint 'cannot be reached from this host' build "$WORK/b"
	printf 'FROM busybox\nRUN --network=none wget http://nowhere.example/\n' >"$WORK/b/Dockerfile"
	hint 'has the step a network (--network)?' build "$WORK/b"
	printf 'FROM busybox\nRUN false\n' >"$WORK/b/Dockerfile"
	run d build "$WORK/b"
	[[ $status -eq 1 && $output != *hint:* ]]
}

@test "a bind mount's folder that is not there" {
	hint "'mkdir -p $WORK/not/there' makes it" run --rm --network none --mount "type=bind,src=$WORK/not/there,dst=/x" busybox true
}

@test "content trust is refused, as no signature would be verified" {
	for line in 'run busybox true' 'create busybox' 'pull none/x' 'push none/x'; do
		DOCKER_CONTENT_TRUST=1 run d $line
		[ "$status" -ne 0 ]
		[[ $output == *'content trust (DOCKER_CONTENT_TRUST, --disable-content-trust=false) is not supported'* ]]
	done
	run d run --disable-content-trust=false busybox true
	[ "$status" -eq 125 ]
	DOCKER_CONTENT_TRUST=1 d run --rm --network none --disable-content-trust busybox true
	DOCKER_CONTENT_TRUST=1 d run --rm --network none "$(d images -q --no-trunc busybox)" true
}
