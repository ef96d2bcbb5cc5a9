load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() {
	export DOCKER_BUILDKIT=0
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
}

@test "the primer's build: docker build -t helloworld . and docker image ls" {
	echo 'hello world' >index.html
	printf 'FROM busybox\nCOPY index.html /www/index.html\nCMD ["cat", "/www/index.html"]\n' >Dockerfile
	d build -t helloworld .
	[[ $(d image ls) == *helloworld*latest* ]]
	[ "$(run_none helloworld)" = 'hello world' ]
}

@test "a second build comes from the cache, and is the same image" {
	printf 'FROM busybox\nENV A=1\nRUN cat /proc/sys/kernel/random/uuid > /t\nCOPY f /f\nLABEL x=y\n' >Dockerfile
	echo 1 >f
	first=$(d build -q .)
	touch -d '2001-01-01' f
	[ "$(d build -q .)" = "$first" ]
	[ "$(d build -q --no-cache .)" != "$first" ]
	last=$(d build -q .)
	echo 2 >f
	[ "$(d build -q .)" != "$last" ]
	echo 1 >f
	[ "$(d build -q .)" = "$last" ]
}

@test "what a step does not depend on does not run it again" {
	printf 'FROM busybox\nLABEL a=%s\nRUN cat /proc/sys/kernel/random/uuid > /t\n' 1 >Dockerfile
	d build -t one .
	sed -i 's/a=1/a=2/' Dockerfile
	d build -t two .
	[ "$(run_none one cat /t)" = "$(run_none two cat /t)" ]
}

@test "the same steps in another context come from the cache" {
	mkdir a b
	for c in a b; do echo same >$c/f; printf 'FROM busybox\nCOPY f /f\nRUN cat /proc/sys/kernel/random/uuid > /t\n' >$c/Dockerfile; done
	[ "$(d build -q a)" = "$(d build -q b)" ]
}

@test "arguments that nobody declared are told of; declared ones are part of the key" {
	printf 'FROM busybox\nARG A\nRUN echo $A > /a\n' >Dockerfile
	d build -t arg1 --build-arg A=1 --build-arg NOPE=x . >out 2>&1
	grep -q 'One or more build-args \[NOPE\] were not consumed' out
	d build -t arg2 --build-arg A=2 .
	[ "$(run_none arg1 cat /a; run_none arg2 cat /a)" = $'1\n2' ]
}

@test "a failing step: its output, its lines, no image, no container" {
	printf 'FROM busybox\nRUN echo before; exit 7\n' >Dockerfile
	images=$(d images -qa | wc -l)
	run d build -t fails .
	[ "$status" -ne 0 ]
	[[ $output == *before* && $output == *7* ]]
	[ "$(d images -qa | wc -l)" -eq "$images" ]
	[ -z "$(d ps -aq)" ]
	await no_shims
}

@test "an image is the same in whatever order labels, ports and volumes are said" {
	build() { # LABELS as JSON, DOCKERFILE
		rm -rf context && mkdir context && printf "$2" >context/Dockerfile
		tar -C context -c . | curl -sf --unix-socket "${DOCKER_HOST#unix://}" -XPOST -H 'Content-Type: application/x-tar' --data-binary @- \
			--url-query "labels=$1" 'http://d/build?q=1&t=ordered' >out
		d image inspect -f '{{.Id}}' ordered
	}
	first=$(build '{"a":"1","b":"2"}' 'FROM busybox\nLABEL x=1 y=2\nEXPOSE 1 2\nVOLUME /p /q\n')
	[ "$(build '{"b":"2","a":"1"}' 'FROM busybox\nLABEL x=1 y=2\nEXPOSE 1 2\nVOLUME /p /q\n')" = "$first" ]
	[ "$(d image inspect -f '{{json .Config.Labels}}' ordered)" = '{"a":"1","b":"2","x":"1","y":"2"}' ]
}

@test "-f, --target, --label, several tags, --iidfile" {
	mkdir sub
	printf 'FROM busybox AS one\nENV N=1\nFROM one AS two\nENV N=2\n' >sub/My.Dockerfile
	d build -f sub/My.Dockerfile --target one --label l=v -t t:1 -t t:2 --iidfile id .
	[ "$(d inspect -f '{{.Config.Labels.l}} {{join .Config.Env " "}}' t:1 | sed 's/PATH=[^ ]* //')" = 'v N=1' ]
	[ "$(d images -q --no-trunc t:2)" = "$(cat id)" ]
}

@test "a Dockerfile or a whole context on standard input" {
	printf 'FROM busybox\nENV FROM_STDIN=1\n' | d build -t in -
	[[ $(d inspect -f '{{.Config.Env}}' in) == *FROM_STDIN=1* ]]
	printf 'FROM busybox\nCOPY f /f\n' >Dockerfile
	echo content >f
	tar -cz Dockerfile f | d build -t in -
	[ "$(run_none in cat /f)" = content ]
	printf 'FROM busybox\nCOPY f /g\n' | d build -t in -f - .
	[ "$(run_none in cat /g)" = content ]
}

@test "ONBUILD runs in the build that stands on it" {
	printf 'FROM busybox\nONBUILD COPY f /from-trigger\nONBUILD RUN echo ran > /ran\n' | d build -t trigger -
	echo x >f
	printf 'FROM trigger\nRUN cat /ran > /after\n' >Dockerfile
	d build -t triggered .
	[ "$(run_none triggered cat /from-trigger /after)" = $'x\nran' ]
	[ "$(d inspect -f '{{json .Config.OnBuild}}' triggered)" = null ]
}

@test "independent stages run at the same time" {
	cat >Dockerfile <<-'EOF'
		FROM busybox AS a
		RUN cut -d" " -f1 /proc/uptime >/a; sleep 1.5; cut -d" " -f1 /proc/uptime >>/a
		FROM busybox AS b
		RUN cut -d" " -f1 /proc/uptime >/b; sleep 1.5; cut -d" " -f1 /proc/uptime >>/b
		FROM busybox
		COPY --from=a /a /
		COPY --from=b /b /
	EOF
	d build -t par .
	# Each has begun before the other ended.
	run_none par cat /a /b | xargs | awk '{ exit !($1 < $4 && $3 < $2) }'
}

@test "names and hosts of a step: --add-host, --network none, limits" {
	printf 'FROM busybox\nRUN grep 10.9.8.7 /etc/hosts > /h; ulimit -n > /n; df /dev/shm | tail -1 > /s; ls /sys/class/net > /l\n' >Dockerfile
	d build -t lim --add-host here:10.9.8.7 --network none --ulimit nofile=77:77 --shm-size 2m .
	[[ $(run_none lim cat /h) == *here* ]]
	[ "$(run_none lim cat /n)" = 77 ]
	[[ $(run_none lim cat /s) == *2048* ]]
	[ "$(run_none lim cat /l)" = lo ]
}

@test "a memory limit that a step breaks says so" {
	printf 'FROM busybox\nRUN dd if=/dev/zero of=/dev/null bs=64M count=1\n' >Dockerfile
	run d build -m 16m .
	[ "$status" -ne 0 ]
	[[ $output == *'more memory than it may'* ]]
}

@test "a step has a network with names; an image's files in /etc stay as they were" {
	printf 'FROM busybox\nRUN wget -q -O- http://127.0.0.1:9/ 2>&1 | head -1 > /w; cat /etc/hosts > /copy\n' >Dockerfile
	d build -t net .
	[[ $(run_none net cat /copy) == *localhost* ]]
	[ -z "$(d create --name netc net >/dev/null; d export netc | tar t | grep -x 'etc/hosts'; d rm netc >/dev/null)" ] ||
		[ "$(d save net | tar xO --wildcards '*layer.tar' 2>/dev/null | grep -c 127.0.0.1)" -eq 0 ]
}

@test "bases are pulled by name or refused in words" {
	printf 'FROM nosuchimage-anywhere.invalid:5000/x\n' >Dockerfile
	run d build .
	[ "$status" -ne 0 ]
	[[ $output == *nosuchimage-anywhere.invalid* ]]
}

@test "history, and what inspect says of a built image" {
	printf 'FROM busybox\nMAINTAINER me\nRUN echo 1 > /a\nCMD ["x"]\n' >Dockerfile
	d build -t hist .
	[[ $(d history --no-trunc hist) == *'RUN /bin/sh -c echo 1 > /a # buildkit'* ]]
	[ "$(d inspect -f '{{.Author}} {{.Os}} {{len .RootFS.Layers}}' hist)" = 'me linux 2' ]
}

@test "a build survives save, load and a container on top of it" {
	printf 'FROM busybox\nRUN mkdir /d && echo 1 > /d/f && ln /d/f /d/g\nRUN rm /d/f\n' >Dockerfile
	d build -t saved .
	d save -o s.tar saved
	id=$(d images -q --no-trunc saved)
	d rmi saved
	d load -i s.tar
	[ "$(d images -q --no-trunc saved)" = "$id" ]
	[ "$(run_none saved ls /d)" = g ]
}

@test "the cache is seen and pruned, and keeps what images do not" {
	printf 'FROM busybox\nRUN dd if=/dev/urandom of=/big bs=1M count=3\n' >Dockerfile
	id=$(d build -q .)
	d rmi "$id"
	[[ $(d system df) == *'Build Cache'* ]]
	[[ $(d system df --format '{{.Type}} {{.TotalCount}}') != *'Build Cache 0'* ]]
	[ "$(d build -q .)" = "$id" ]
	d rmi "$id"
	out=$(d builder prune -af)
	[[ $out == *'Total reclaimed space: '*MB* ]]
	[[ $(d system df --format '{{.Type}} {{.TotalCount}}') == *'Build Cache 0'* ]]
	[ "$(d build -q .)" != "$id" ]
}

@test "layers that only the cache holds are gone with it; those of images stay" {
	printf 'FROM busybox\nRUN echo kept > /kept\n' >Dockerfile
	d build -t kept .
	before=$(ls "$WORK/data/layers" | wc -l)
	d builder prune -af
	[ "$(run_none kept cat /kept)" = kept ]
	[ "$(ls "$WORK/data/layers" | wc -l)" -le "$before" ]
}

@test "a client that goes away takes its build along" {
	printf 'FROM busybox\nRUN sleep 60\n' >Dockerfile
	"$DOCKER" build . >/dev/null 2>&1 3>&- &
	client=$!
	for _ in $(seq 600); do [ "$(shims)" -eq 1 ] && break; sleep 0.05; done
	[ "$(shims)" -eq 1 ]
	kill -9 "$client"
	await no_shims
	for _ in $(seq 600); do [ -z "$(ls "$WORK/data/containers" "$WORK/data/tmp")" ] && break; sleep 0.05; done
	ls -R "$WORK/data/containers" "$WORK/data/tmp"
	await nothing_in "$WORK/data/containers" "$WORK/data/tmp"
}

@test "a step that waits for a stage that fails is not shown as the one that failed" {
	[[ $DOCKER == */berth ]] || skip "the classic builder has no stages at once"
	cd "$(mktemp -d "$BATS_TEST_TMPDIR/case.XXXXXX")"
	printf 'FROM busybox AS one\nRUN sleep 0.3; exit 3\nFROM busybox\nCOPY --from=one /a /b\n' >Dockerfile
	run d build --progress plain .
	[ "$status" -eq 1 ]
	[[ $output != *'has failed'* ]]
	[ "$(grep -c '^ > ' <<<"$output")" -eq 1 ]
	[[ $output == *' > [one 2/2] RUN sleep 0.3; exit 3:'*'exit code: 3' ]]
	[ "$(grep -c 'ERROR: process' <<<"$output")" -eq 1 ]
}
