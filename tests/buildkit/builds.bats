# Builds as today's docker asks for them: buildx, over BuildKit's API. Skipped where Docker's client cannot be had (tools/peer).
load ../lib/engine

setup_file() {
	local docker
	docker=$("$BATS_TEST_DIRNAME/../../tools/peer" path docker) || skip "today's docker cannot be had"
	file_setup
	export DOCKER=$docker
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }

setup() {
	C=$BATS_TEST_TMPDIR/c
	mkdir -p "$C/sub"
	echo aaa >"$C/a.txt"
	echo b >"$C/sub/b"
	echo c >"$C/sub/c"
	echo sub/c >"$C/.dockerignore"
	printf 'FROM busybox\nARG X=1\nCOPY a.txt sub /dst/\nRUN echo "hello $X"; echo wrong >&2\n' >"$C/Dockerfile"
	cd "$C"
}

@test "buildx ls and inspect know the engine's builder" {
	run d buildx ls
	[ "$status" -eq 0 ]
	[[ $output == *"default*"*docker*running*linux/* ]]
	run d buildx inspect
	[ "$status" -eq 0 ]
	[[ $output == *"Status: "*running*"Platforms:"*linux/* ]]
}

@test "build: the image, its name, and what is told of each step" {
	run d build --progress plain -t first .
	[ "$status" -eq 0 ]
	[[ $output == *"[internal] load build definition from Dockerfile"*"transferring dockerfile: "*"DONE"* ]]
	[[ $output == *"[internal] load metadata for docker.io/library/busybox:latest"* ]]
	[[ $output == *"[1/3] FROM docker.io/library/busybox:latest"* ]]
	[[ $output == *"[internal] load .dockerignore"*"[internal] load build context"*"transferring context: "* ]]
	[[ $output == *"hello 1"* && $output == *wrong* ]]
	[[ $output == *"exporting to image"*"exporting layers done"*"writing image sha256:"*"naming to docker.io/library/first done"* ]]
	run run_none first sh -c 'cat /dst/a.txt; ls /dst'
	[ "$output" = $'aaa\na.txt\nb' ]
}

@test "build again: all is cached, and the id is the same" {
	local one two
	one=$(d build -q .)
	two=$(d build -q .)
	[[ $one == sha256:* ]]
	[ "$one" = "$two" ]
	run d build --progress plain .
	[[ $output == *"COPY a.txt sub /dst/"*CACHED*"RUN echo"*CACHED* ]]
	echo changed >a.txt
	[ "$(d build -q .)" != "$one" ]
}

@test "build: --iidfile and --metadata-file" {
	d build -q --iidfile iid --metadata-file meta.json -t meta .
	[ "$(cat iid)" = "$(jq -r '."containerimage.digest"' meta.json)" ]
	[ "$(cat iid)" = "$(d image inspect -f '{{.Id}}' meta)" ]
	jq -e '."buildx.build.ref"' meta.json
}

@test "build: arguments, labels, hosts, limits, a platform" {
	d build -q -t opts --build-arg X=3 --label l=v --add-host q:1.2.3.4 --shm-size 32m --ulimit nofile=99:100 --platform linux/amd64 -f - . <<-'END'
		FROM busybox
		ARG X
		RUN echo $X >/x; grep q /etc/hosts >/hosts; df -k /dev/shm | tail -n 1 >/shm; ulimit -n >/n; ulimit -Hn >>/n
	END
	[ "$(run_none opts cat /x)" = 3 ]
	[[ $(run_none opts cat /hosts) == 1.2.3.4*q ]]
	[[ $(run_none opts cat /shm) == *" 32768 "* ]]
	[ "$(run_none opts cat /n)" = $'99\n100' ]
	[ "$(d image inspect -f '{{.Config.Labels.l}}' opts)" = v ]
}

@test "build: a Dockerfile outside, of another name, on standard input; a target" {
	printf 'FROM busybox AS one\nRUN echo 1 >/n\nFROM busybox AS two\nRUN echo 2 >/n\n' >../Outside
	d build -q -t outside -f ../Outside --target one .
	[ "$(run_none outside cat /n)" = 1 ]
	cp ../Outside Dockerfile.other
	d build -q -t other -f Dockerfile.other .
	[ "$(run_none other cat /n)" = 2 ]
	printf 'FROM busybox\nCOPY a.txt /\n' | d build -q -t stdin -f - .
	[ "$(run_none stdin cat /a.txt)" = aaa ]
	printf 'FROM busybox\nRUN echo alone >/n\n' | d build -q -t alone -
	[ "$(run_none alone cat /n)" = alone ]
	tar c . | d build -q -t tarred -
	[ "$(run_none tarred cat /dst/a.txt)" = aaa ]
}

@test "build: secrets, from a file and the environment; one that is not there" {
	echo hush >secret
	printf 'FROM busybox\nRUN --mount=type=secret,id=s --mount=type=secret,id=e,env=E echo $(cat /run/secrets/s) $E >/out\n' >Dockerfile
	E=quiet d build -q -t secret --secret id=s,src=secret --secret id=e,env=E .
	[ "$(run_none secret cat /out)" = "hush quiet" ]
	printf 'FROM busybox\nRUN --mount=type=secret,id=none,required=true true\n' >Dockerfile
	run d build .
	[ "$status" -ne 0 ]
	[[ $output == *"secret none: not found"* ]]
}

@test "build: an ssh agent" {
	eval "$(ssh-agent)" >/dev/null
	printf 'FROM busybox\nRUN --mount=type=ssh,required=true test -S "$SSH_AUTH_SOCK" && echo yes >/out\n' >Dockerfile
	run d build -q -t ssh --ssh default .
	kill "$SSH_AGENT_PID"
	[ "$status" -eq 0 ]
	[ "$(run_none ssh cat /out)" = yes ]
	run d build --no-cache .
	[ "$status" -ne 0 ]
}

@test "build: named contexts: a folder, an image, one with a stage's name" {
	printf 'FROM base\nCOPY --from=more b /more/\nCOPY --from=img /bin/busybox /copied\n' >Dockerfile
	d build -q -t named --build-context more=sub --build-context img=docker-image://busybox --build-context base=docker-image://busybox .
	[ "$(run_none named sh -c 'cat /more/b; ls /copied')" = $'b\n/copied' ]
}

@test "build: a step that fails is shown with its lines" {
	printf 'FROM busybox\nRUN echo before\nRUN echo bad && exit 3\n' >Dockerfile
	run d build --progress plain .
	[ "$status" -ne 0 ]
	[[ $output == *"> [3/3] RUN echo bad && exit 3:"* ]]
	[[ $output == *"Dockerfile:3"*"   2 |     RUN echo before"*"   3 | >>> RUN echo bad && exit 3"* ]]
	[[ $output == *'ERROR: failed to build: failed to solve: process "/bin/sh -c echo bad && exit 3" did not complete successfully: exit code: 3' ]]
	printf 'FROM busybox\nFOO bar\n' >Dockerfile
	run d build .
	[ "$status" -ne 0 ]
	[[ $output == *"   2 | >>> FOO bar"*"failed to solve: dockerfile parse error on line 2: unknown instruction: FOO"* ]]
}

@test "build: progress as JSON, and none" {
	run d build --progress rawjson .
	[ "$status" -eq 0 ]
	[[ $output == *'{"vertexes":[{"digest":"sha256:'* && $output == *'"logs":'* || $output == *'"cached":true'* ]]
	run d build --progress quiet .
	[ "$status" -eq 0 ]
	[[ $output == sha256:* ]]
}

@test "build: a frontend, an exporter or an option that is not ours is refused by a sentence" {
	run d build --output type=image,name=x,push=true,compression=estargz .
	[ "$status" -ne 0 ]
	[[ $output == *"not supported"* ]]
}

@test "bake: targets that are built on each other, at once" {
	cat >docker-bake.hcl <<-'END'
		group "default" {
		  targets = ["base", "app", "copy"]
		}
		target "base" {
		  dockerfile-inline = "FROM busybox\nENV FROM_BASE=yes\nRUN echo base >/base"
		}
		target "app" {
		  contexts = {
		    base = "target:base"
		  }
		  dockerfile-inline = "FROM base\nRUN cat /base; echo $FROM_BASE >/app"
		  tags = ["baked:app"]
		}
		target "copy" {
		  contexts = {
		    other = "target:base"
		  }
		  dockerfile-inline = "FROM busybox\nCOPY --from=other /base /copied"
		  tags = ["baked:copy"]
		}
	END
	run d buildx bake --progress plain
	[ "$status" -eq 0 ]
	[ "$(run_none baked:app cat /base /app)" = $'base\nyes' ]
	[ "$(run_none baked:copy cat /copied)" = base ]
}

@test "a client that goes away cancels its build" {
	printf 'FROM busybox\nRUN echo begun; sleep 1000\n' >Dockerfile
	"$DOCKER" build --progress plain . >out 2>&1 3>&- &
	local client=$!
	for _ in $(seq 600); do ! grep -q ' begun$' out || break; sleep 0.05; done
	grep -q ' begun$' out
	pkill -INT -P "$client" || kill -INT "$client"
	wait "$client" || true
	await no_shims
}

@test "build: files and an archive for the client" {
	printf 'FROM scratch\nCOPY a.txt sub /dst/\nCOPY --chmod=600 a.txt /dst/private\n' >Dockerfile
	ln -s b sub/link
	ln sub/b sub/twin
	d build -q -o out .
	[ "$(cat out/dst/a.txt out/dst/b out/dst/twin)" = $'aaa\nb\nb' ]
	[ "$(readlink out/dst/link)" = b ]
	[ "$(stat -c %a out/dst/private)" = 600 ]
	d build -q -o type=tar,dest=out.tar .
	[ "$(tar xOf out.tar dst/a.txt)" = aaa ]
	d build -q -o - . | tar t | grep -qx dst/private
}

@test "build: what checks say, as a warning, as the only answer, and as a failure" {
	printf 'from busybox AS One\nRUN true\nMAINTAINER me\n' >Dockerfile
	run d build --progress plain .
	[ "$status" -eq 0 ]
	[[ $output == *"WARN: StageNameCasing: Stage name 'One' should be lowercase (line 1)"* ]]
	[[ $output == *"warnings found"* ]]
	run d build --check .
	[ "$status" -eq 1 ]
	[[ $output == *"WARNING: StageNameCasing - https://docs.docker.com/go/dockerfile/rule/stage-name-casing/"*"   1 | >>> from busybox AS One"* ]]
	printf '# check=error=true\nFROM busybox AS One\n' >Dockerfile
	run d build .
	[ "$status" -ne 0 ]
	[[ $output == *"lint violation found for rules: StageNameCasing"* ]]
	printf 'FROM busybox\n' >Dockerfile
	run d build --check .
	[ "$status" -eq 0 ]
	[[ $output == *"Check complete, no warnings found."* ]]
}

@test "build --check: what a build would fail by at once" {
	printf 'FROM scratch AS a\nFROM localhost:1/none\n' >Dockerfile
	run d build --check .
	[ "$status" -eq 1 ]
	[[ $output == *"localhost:1/none: failed to resolve source metadata for localhost:1/none:latest: "*"   2 | >>> FROM localhost:1/none"* ]]
	run d build --check --target a .
	[ "$status" -eq 0 ]
	printf 'FROM ""\n' >Dockerfile
	run d build --check .
	[ "$status" -eq 1 ]
	[[ $output == *InvalidDefaultArgInFrom*'base name ("") should not be blank'*'   1 | >>> FROM ""'* ]]
	printf 'FROM scratch AS a\nFROM a AS b\nFROM named\nCOPY --from=b x x\n' >Dockerfile
	run d build --check --build-context named=sub .
	[ "$status" -eq 0 ]
}

@test "build --call: outline and targets" {
	cat >Dockerfile <<-'END'
		ARG BASE=busybox
		# first is where it begins
		FROM $BASE AS first
		# FOO says what
		ARG FOO=1
		RUN --mount=type=secret,id=tok,required=true --mount=type=ssh true
		FROM first AS second
		ARG BAR
	END
	run d build --call targets .
	[ "$status" -eq 0 ]
	[[ $output == *"first "*"is where it begins"*"second (default)"* ]]
	run d build --call outline .
	[ "$status" -eq 0 ]
	[[ $output == *"TARGET: second"*"BASE "*busybox*"FOO "*1*"says what"*BAR*"SECRET "*"tok "*true*"SSH "*default* ]]
	d build --call targets,format=json . >answer
	[ "$(grep '^{' answer | jq -r '.targets[1].name')" = second ]
	# berth's own client: as buildx shows it, to the letter; an argument that no FROM of the target uses is left out.
	sed -i '1i ARG UNUSED=1' Dockerfile
	[ "$("$BUILD/berth" build --call targets . 2>/dev/null)" = $'TARGET           DESCRIPTION\nfirst            is where it begins\nsecond (default) ' ]
	[ "$("$BUILD/berth" build --call outline --build-arg FOO=2 . 2>/dev/null)" = "$(cat <<-'END'
		TARGET: second

		BUILD ARG   VALUE     DESCRIPTION
		BASE        busybox   
		FOO         2         says what
		BAR                   

		SECRET   REQUIRED
		tok      true

		SSH       REQUIRED
		default   
	END
	)" ]
	[ "$("$BUILD/berth" build --call outline,format=json . 2>/dev/null | jq -r '[.args[].name] | join(" ")')" = 'BASE FOO BAR' ]
	[ "$("$BUILD/berth" build --call check,format=json . 2>/dev/null | jq .warnings)" = null ]
	while IFS='|' read -r call words; do
		run "$BUILD/berth" build --call "$call" .
		[[ $status -ne 0 && $output == *"$words"* ]] || { echo "$call: $output"; false; }
	done <<-'END'
		foo|unsupported request frontend.foo
		outline,foo=1|invalid print field: foo=1
		outline,format|invalid print value: outline,format
		outline,ignorestatus=x|invalid ignorestatus print value: x
	END
	printf 'FROM scratch\nMAINTAINER x\n' >Dockerfile
	run "$BUILD/berth" build --call check .
	[ "$status" -eq 1 ]
	"$BUILD/berth" build --call check,ignorestatus=true .
}

@test "buildx du and prune: the cache, by filters" {
	d build -q --no-cache .
	run d buildx du --verbose
	[ "$status" -eq 0 ]
	[[ $output == *"COPY a.txt sub /dst/"* ]]
	run d buildx du --filter type=exec.cachemount
	[ "$status" -eq 0 ]
	[[ $output != *COPY* ]]
	run d builder prune -f --filter until=24h
	[[ $output == *"Total:"*0B* ]]
	d builder prune -af
	run d buildx du
	[[ $output == *"Total:"*0B* ]]
	run d builder prune -f --filter nonsense=1
	[ "$status" -ne 0 ]
}

@test "buildx history: builds that ended are listed, shown, told again and removed; they outlive the engine" {
	printf 'FROM busybox\nRUN echo told-again\n' >Dockerfile
	printf 'FROM busybox\nRUN false\n' >Failing
	d build -q --no-cache --label a=b .
	run d build --progress plain -f Failing .
	[ "$status" -ne 0 ]
	run d build --check .
	kill "$(cat "$WORK/pid")"
	while kill -0 "$(cat "$WORK/pid")" 2>/dev/null; do sleep 0.05; done
	engine_start
	first=$(d buildx history ls --format '{{.Ref}} {{.Status}}' | sed -n 's/.*\///; s/ Completed//p' | head -n 1)
	[ "$(d buildx history ls --format '{{.Status}}' | head -n 2 | xargs)" = 'Error Completed' ]
	run d buildx history inspect "$first"
	[[ $output == *"Build Steps:"*"(0% cached)"*LABEL*"a	b"* ]]
	run d buildx history inspect
	[[ $output == *"Error:"*'process "/bin/sh -c false" did not complete successfully: exit code: 1'* ]]
	run d buildx history logs "$first"
	[[ $output == *told-again* ]]
	d buildx history rm "$first"
	run d buildx history inspect "$first"
	[ "$status" -ne 0 ]
	[ ! -e "$WORK/data/caches/builds/$first.told" ]
	run d buildx history rm ../../../state
	[ "$status" -ne 0 ]
	[ -e "$WORK/data/state.db" ]
}

@test "buildx history logs of a build that runs takes nothing from who builds" {
	printf 'FROM busybox\nRUN echo begun; sleep 3; echo ended\n' >Dockerfile
	d build --no-cache --progress plain . >told 2>&1 3>&- &
	for _ in $(seq 300); do grep -q begun told && break; sleep 0.1; done
	[ "$(d buildx history ls --format '{{.Status}}' | head -n 1)" = Running ]
	run d buildx history logs
	wait %1
	[[ $output == *begun*ended* ]]
	grep -q ended told
}

@test "compose build, and up --build" {
	cat >compose.yaml <<-'END'
		services:
		  one:
		    build:
		      context: .
		      args: {X: composed}
		    command: cat /dst/a.txt
		    network_mode: none
		  two:
		    build:
		      dockerfile_inline: |
		        FROM busybox
		        RUN echo two >/n
		    command: cat /n
		    network_mode: none
	END
	d compose -p composed build
	[ "$(run_none composed-two cat /n)" = two ]
	echo new >a.txt
	COMPOSE_BAKE=true run d compose -p composed up --build
	[ "$status" -eq 0 ]
	[[ $output == *"one-1"*new* && $output == *"two-1"*two* ]]
	COMPOSE_BAKE=false d compose -p composed build --no-cache
	d compose -p composed down
}

@test "build again: only what has changed is sent" {
	dd if=/dev/urandom of=big bs=1M count=4 2>/dev/null
	printf 'FROM scratch\nCOPY . /\n' >Dockerfile
	sent() { d build --progress plain "$@" . 2>&1 | sed -n '/load build context/,/DONE/s/.*transferring context: \([0-9.]*[kM]*B\).*/\1/p'; }
	[[ $(sent) == 4.*MB ]]
	echo other >a.txt
	[ "$(sent)" = 6B ]
	d build -q -t again .
	d build -q -o out . && cmp big out/big && [ "$(cat out/a.txt)" = other ]
	rm -rf out sub
	echo third >a.txt
	d build -q -o out . && [ "$(cat out/a.txt)" = third ] && [ ! -e out/sub ]
	run d buildx du --filter type=source.local
	[[ $output == *context-*MB* ]]
	d builder prune -f --filter type=source.local
	rm -rf out
	echo fourth >a.txt
	[[ $(sent) == 4.*MB ]]
}

@test "docker's client of before buildx: POST /build of version 2, with a session" {
	[ -x /usr/bin/docker ] || skip "Debian's docker is not there"
	old() { DOCKER_BUILDKIT=1 timeout 60 /usr/bin/docker "$@"; }
	run old build --progress plain -t old --build-arg X=9 .
	[ "$status" -eq 0 ]
	[[ $output == *"hello 9"*"writing image sha256:"* ]]
	[ "$(run_none old cat /dst/a.txt)" = aaa ]
	[[ $(old build -q .) == sha256:* ]]
	echo hush >secret
	printf 'FROM busybox\nRUN --mount=type=secret,id=s cat /run/secrets/s >/out && false\n' >Dockerfile
	run old build --secret id=s,src=secret .
	[ "$status" -ne 0 ]
	[[ $output == *"did not complete successfully: exit code: 1"* ]]
	printf 'FROM scratch\nCOPY a.txt /\n' >Dockerfile
	old build -q -o out .
	[ "$(cat out/a.txt)" = aaa ]
}

@test "another frontend is refused by a sentence, and any release of Docker's is ours" {
	printf '# syntax=some/frontend:1\nFROM busybox\n' >Dockerfile
	run d build .
	[ "$status" -ne 0 ]
	[[ $output == *"asks for frontend some/frontend:1: only docker/dockerfile is supported"* ]]
	printf '# syntax=docker.io/docker/dockerfile:1.7-labs\nFROM busybox\n' >Dockerfile
	d build -q .
	run d build --build-arg BUILDKIT_SYNTAX=other .
	[ "$status" -ne 0 ]
}

@test "a byte order mark before the first pattern of .dockerignore is none of it" {
	mkdir -p "$WORK/bom" && cd "$WORK/bom"
	printf 'FROM busybox\nCOPY . /in/\nRUN [ ! -e /in/hidden ]\n' >Dockerfile
	touch hidden
	printf '\xEF\xBB\xBF./hidden\nother\n' >.dockerignore
	d build -q .
	"$BERTH_BUILD/berth" build -q .
}
