load ../lib/engine
# What only Berth's own client can send: secrets, agents, named contexts, outputs, checks, caches elsewhere.
setup_file() {
	file_setup
	# A host beside the engine's network that serves files and repositories: the engine's own loopback.
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	mkdir "$WORK/www"
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" python3 -m http.server -d "$WORK/www" --bind 127.0.0.1 8099 >/dev/null 2>&1 3>&- &
	echo $! >"$WORK/www.pid"
	for _ in $(seq 600); do nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" curl -s -o "$WORK/null" http://127.0.0.1:8099/ && break; sleep 0.05; done
}
teardown_file() {
	kill "$(cat "$WORK/www.pid")"
	file_teardown
}
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }
b() { d build --progress plain "$@"; }

make_repository() { # folder
	export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t
	git init -q -b main "$1/work"
	mkdir "$1/work/sub"
	printf 'FROM busybox\nCOPY f /f\n' >"$1/work/Dockerfile"
	printf 'FROM busybox\nCOPY g /g\n' >"$1/work/sub/Dockerfile"
	echo one >"$1/work/f"; echo gee >"$1/work/sub/g"
	git -C "$1/work" add -A
	git -C "$1/work" commit -q -m one
	git -C "$1/work" tag v1
	echo two >"$1/work/f"
	git -C "$1/work" commit -q -am two
	git clone -q --bare "$1/work" "$1/repo.git"
	git -C "$1/repo.git" update-server-info
}

@test "secrets: as a file with owner and mode, as a variable, never in layers, cache or log" {
	printf 's3cr3t-value' >s
	cat >Dockerfile <<-'EOF'
		FROM busybox
		RUN --mount=type=secret,id=one stat -c '%a %u' /run/secrets/one > /facts && wc -c < /run/secrets/one >> /facts
		RUN --mount=type=secret,id=one,target=/x/y,mode=0444,uid=5 stat -c '%a %u' /x/y > /more
		RUN --mount=type=secret,id=env,env=TOKEN test ${#TOKEN} = 8
	EOF
	export MY=from-env
	b --secret id=one,src=s --secret id=env,env=MY -t sec .
	[ "$(run_none sec cat /facts /more)" = $'400 0\n12\n444 5' ]
	run run_none sec ls /x /run/secrets
	[ "$status" -ne 0 ]
	not grep -rq 's3cr3t-value\|from-env' "$WORK/data/layers" "$WORK/log" "$WORK/data/state.db" "$WORK/data/state.db-wal"
}

@test "an ssh agent of ours answers in a step" {
	eval "$(ssh-agent)" >/dev/null
	ssh-keygen -q -t ed25519 -N '' -f key
	ssh-add -q key
	# The agent protocol by hand: a request for identities (11) is answered by a list (12).
	cat >Dockerfile <<-'EOF'
		FROM busybox
		RUN --mount=type=ssh printf '\000\000\000\001\013' | nc -w 2 local:$SSH_AUTH_SOCK 2>/dev/null | od -An -tx1 | head -1 > /answer || true
		RUN --mount=type=ssh ls -l $SSH_AUTH_SOCK > /socket
	EOF
	b --ssh default -t agent .
	[[ $(run_none agent cat /socket) == srw* ]]
	run b --ssh default=/nonexistent .
	[ "$status" -eq 1 ]
	[[ $output == *'no agent listens at'* ]]
	printf 'FROM busybox\nRUN --mount=type=ssh,required true\n' >Dockerfile
	run b --no-cache .
	[[ $output == *'unset ssh forward key default'* ]]
	kill "$SSH_AGENT_PID"
}

# Asks the agent that steps of the engine's builds are given for its identities (11), and prints what it says (12, and comments).
ask_agent() {
	python3 - "$WORK"/exec/ssh/*.sock <<-'EOF'
		import socket, sys
		agent = socket.socket(socket.AF_UNIX)
		agent.connect(sys.argv[1])
		agent.sendall(b"\0\0\0\1\x0b")
		print(agent.recv(4096))
	EOF
}
a_socket_is_there() { ls "$WORK"/exec/ssh/*.sock; }
@test "keys of files are in an agent of the build's own, which ends with it" {
	unset SSH_AUTH_SOCK
	ssh-keygen -q -t ed25519 -N '' -C first-key -f one
	ssh-keygen -q -t ed25519 -N '' -C second-key -f two
	ssh-keygen -q -t ed25519 -N secret -f locked
	chmod 644 one
	TMPDIR="$(mktemp -d)"
	export TMPDIR
	printf 'FROM busybox\nRUN --mount=type=ssh,id=x,required sleep 1000\n' >Dockerfile
	"$BUILD/berth" build --ssh x=one,two . >said 2>&1 3>&- &
	local build=$!
	await a_socket_is_there
	ask_agent >answer
	kill -9 "$build"
	grep -q 'first-key.*second-key' answer
	await nothing_in "$TMPDIR"
	await nothing_in "$WORK/exec/ssh"
	printf 'FROM busybox\nRUN --mount=type=ssh,id=x,required true\n' >Dockerfile
	b --ssh x=one .
	nothing_in "$TMPDIR"
	await not pgrep -f "$TMPDIR/berth"
	refused() { # WORDS ARGUMENTS...
		run b --no-cache "${@:2}" .
		[[ $status -eq 1 && $output == *"$1"* ]] || { echo "$output"; return 1; }
		nothing_in "$TMPDIR"
	}
	refused 'failed to parse locked: this private key is passphrase protected' --ssh x=locked
	refused 'failed to parse one.pub: ' --ssh x=one.pub
	refused 'failed to parse locked' --ssh x=one,locked
	refused 'failed to read /: ' --ssh x=/
	refused 'invalid duplicate ID x' --ssh x=one --ssh x=two
	eval "$(ssh-agent -a "$PWD/agent" 3>&-)" >/dev/null
	refused 'invalid combination of keys and sockets' --ssh "x=one,$SSH_AUTH_SOCK"
	refused 'only single socket allowed' --ssh "x=$SSH_AUTH_SOCK,$SSH_AUTH_SOCK"
	kill "$SSH_AGENT_PID"
	run env PATH=/nowhere "$BUILD/berth" build --ssh x=one .
	[[ $status -eq 1 && $output == *"held by OpenSSH's ssh-agent and ssh-add"* ]]
	nothing_in "$TMPDIR"
}

@test "named contexts: a folder, an image, in place of a stage or an image; an OCI layout" {
	mkdir other; echo o >other/file
	printf 'FROM busybox AS stage\nRUN echo from-stage > /file\nFROM base\nCOPY --from=other file /a\nCOPY --from=stage /file /b\n' >Dockerfile
	b --build-context other=other --build-context base=docker-image://busybox -t named .
	[ "$(run_none named cat /a /b)" = $'o\nfrom-stage' ]
	b --build-context other=other --build-context base=docker-image://busybox --build-context stage=other -t named .
	[ "$(run_none named cat /b)" = o ]
	d save busybox | tar -x --one-top-level=layout
	rm layout/manifest.json
	printf 'FROM lay\nRUN echo ok > /ok\n' >Dockerfile
	b --build-context lay=oci-layout://layout -t fromlayout .
	[ "$(run_none fromlayout cat /ok)" = ok ]
	printf 'FROM root\nENV X=1\n' >Dockerfile
	b --build-context root=other -o type=local,dest=out .
	[ "$(cat out/file)" = o ]
}

@test "outputs: a folder, a tar, an archive to load; the engine keeps no image of them" {
	printf 'FROM busybox AS b\nRUN echo bin > /out\nFROM scratch\nCOPY --from=b --chmod=755 /out /bin/out\n' >Dockerfile
	images=$(d images -qa | wc -l)
	b -o dir .
	[ "$(cat dir/bin/out)" = bin ]
	[ -x dir/bin/out ]
	b -o type=tar,dest=t.tar .
	tar -tf t.tar | grep -qx bin/out
	[ "$(b -o - . 2>/dev/null | tar -xO bin/out)" = bin ]
	b -o type=docker,dest=image.tar -t outname .
	[ "$(d images -qa | wc -l)" -eq "$images" ]
	[[ $(d load -i image.tar) == *'Loaded image: outname:latest'* ]]
	d rmi outname
	b -o type=oci,dest=oci.tar .
	tar -tf oci.tar | grep -qx oci-layout
}

@test "--iidfile, --metadata-file, -q, rawjson" {
	printf 'FROM busybox\nENV A=1\n' >Dockerfile
	id=$(d build -q --iidfile iid --metadata-file meta -t facts .)
	[ "$(cat iid)" = "$id" ]
	[ "$(jq -r '."containerimage.config.digest"' meta)" = "$id" ]
	d build --progress rawjson . 2>&1 | head -1 | jq -e .vertexes
}

@test "errors show the lines of the Dockerfile, the failing ones marked, and the last output" {
	printf 'FROM busybox\nENV A=1\nRUN echo some output && \\\n    exit 3\nENV B=2\n' >Dockerfile
	run b .
	[ "$status" -eq 1 ]
	[[ $output == *'Dockerfile:3'*'   2 |     ENV A=1'*'   3 | >>> RUN echo some output'*'   4 | >>>     exit 3'*'   5 |     ENV B=2'* ]]
	[[ $output == *' > [2/2] RUN echo some output &&     exit 3:'*'some output'* ]]
	[[ $output == *'ERROR: failed to build: failed to solve: process "/bin/sh -c echo some output &&     exit 3" did not complete successfully: exit code: 3'* ]]
	printf 'FROM busybox\nRNU x\n' >Dockerfile
	run b .
	[[ $output == *'   2 | >>> RNU x'*'unknown instruction: RNU (did you mean RUN?)'* ]]
	printf 'FROM busybox\nCOPY --chwn=1 a b\n' >Dockerfile
	run b .
	[[ $output == *'unknown flag: --chwn (did you mean chown?)'* ]]
}

@test "--check tells the rules that are broken, and its exit code" {
	printf 'FROM busybox AS Stage\nMAINTAINER me\nCMD echo hi\n' >Dockerfile
	run d build --check .
	[ "$status" -eq 1 ]
	for rule in StageNameCasing MaintainerDeprecated JSONArgsRecommended; do [[ $output == *"WARNING: $rule - "* ]]; done
	printf '# check=skip=all\nFROM busybox AS Stage\nCMD echo hi\n' >Dockerfile
	[[ $(d build --check .) == *'no warnings found'* ]]
	printf 'FROM localhost:1/none\n' >Dockerfile
	run d build --check .
	[ "$status" -eq 1 ]
	[[ $output == *'localhost:1/none: failed to resolve source metadata for localhost:1/none:latest: '* ]]
	printf 'FROM ""\n' >Dockerfile
	run d build --check .
	[ "$status" -eq 1 ]
	[[ $output == *'base name ("") should not be blank'* ]]
	printf '# check=error=true\nFROM busybox AS Stage\n' >Dockerfile
	run b .
	[ "$status" -eq 1 ]
	[[ $output == *'lint violation found for rules: StageNameCasing'* ]]
}

@test "WORKDIR through a link and up again: RUN begins where the link leads to" {
	printf 'FROM busybox\nRUN mkdir -p /real/deep && ln -s /real/deep /l\nWORKDIR /l/../z\nRUN pwd >/out; ls -d /z >>/out; true\nWORKDIR ../y\nRUN pwd >>/out\n' >Dockerfile
	d build -q -t up .
	[ "$(run_none up cat /out)" = $'/real/z\n/y' ]
	printf 'FROM busybox\nRUN ln -s l /l\nWORKDIR /l/../z\n' >Dockerfile
	run d build .
	[ "$status" -ne 0 ]
	[[ $output == *"too many links"* ]]
}

@test "the cache travels with an image, in a folder, and is found again" {
	printf 'FROM busybox\nRUN cat /proc/sys/kernel/random/uuid > /t\n' >Dockerfile
	first=$(d build -q --cache-to type=local,dest=cache -t travels .)
	stamp=$(run_none travels cat /t)
	d rmi travels; d builder prune -af >/dev/null
	d build -q --cache-from type=local,src=cache -t travels .
	[ "$(run_none travels cat /t)" = "$stamp" ]
	run d build --cache-from type=gha .
	[ "$status" -ne 0 ]
	[[ $output == *'unknown cache importer: "gha"'* ]]
	run d build --cache-to type=registry,ref=a --cache-to type=registry,ref=b .
	[ "$status" -ne 0 ]
	[[ $output == *"one registry can be named"* ]]
	d build -q --no-cache --cache-to type=inline -t inline .
	stamp=$(run_none inline cat /t)
	d save -o i.tar inline; d rmi inline travels; d builder prune -af >/dev/null
	d load -i i.tar
	d build -q --cache-from inline -t again .
	[ "$(run_none again cat /t)" = "$stamp" ]
}

@test "mode=max keeps the stages that the target does not stand on, and ignore-error a build whose cache cannot go" {
	printf 'FROM busybox AS tools\nRUN cat /proc/sys/kernel/random/uuid > /t\nFROM tools AS made\nRUN cat /t > /u; rm /t\nFROM scratch\nCOPY --from=made /u /u\n' >Dockerfile
	d build -q --target made -t tools .
	stamp=$(run_none tools cat /u)
	d build -q --cache-to type=local,dest=min -t goes .
	d build -q --cache-to type=local,dest=max,mode=max -t goes .
	d rmi -f goes tools; d builder prune -af >/dev/null
	d build -q --cache-from type=local,src=min --target made -t tools .
	[ "$(run_none tools cat /u)" != "$stamp" ]
	d rmi -f tools; d builder prune -af >/dev/null
	d build -q --cache-from type=local,src=max --target made -t tools .
	[ "$(run_none tools cat /u)" = "$stamp" ]
	run run_none tools ls /t
	[ "$status" -ne 0 ]
	d build -q --cache-to type=registry,ref=127.0.0.1:1/x,ignore-error=true . 2>err
	grep -q 'WARN: .*127.0.0.1:1' err
	run d build -q --cache-to type=registry,ref=127.0.0.1:1/x .
	[ "$status" -ne 0 ]
}

@test "what --output, --cache-to, --cache-from and attestations say is done, or refused" {
	echo 'FROM scratch' >Dockerfile; echo 'COPY Dockerfile /' >>Dockerfile
	while IFS='|' read -r flag value words; do
		run d build "$flag" "$value" .
		[ "$status" -ne 0 ] || { echo "$flag $value was taken"; false; }
		[[ $output == *"$words"* ]] || { echo "$flag $value: $output"; false; }
	done <<-'EOF'
		--output|type=image,name=x,push=true,compression=zstd|option compression=zstd is not supported: layers are compressed by gzip
		--output|type=image,name=x,compression=foo|unsupported compression type foo
		--output|type=image,name=x,push=true,compression-level=3|option compression-level=3 is not supported
		--output|type=image,name=x,compression-level=x|non-integer value x specified for compression-level
		--output|type=image,name=x,push=true,force-compression=true|layers of a base image stay as they came
		--output|type=image,name=x,oci-mediatypes=false|images have OCI's media types
		--output|type=image,name=x,unpack=x|non-bool value x specified for unpack
		--output|type=image,name=x,push-by-digest=true|an image is pushed by its name
		--output|type=image,name=x,annotation-foo.a=b|unrecognized annotation type foo
		--output|type=image,name=x,annotation-.a=b|could not fully parse annotation annotation-.a
		--output|type=image,name=x,annotation[x].a=b|"x": unknown operating system or architecture
		--output|type=image,name=x,annotation=b|option annotation=b is not supported
		--output|type=image,name=x,annotation-index.a=b|index annotations not supported for single platform export
		--output|type=image,name=x,annotation-manifest-descriptor.a=b|an index holds them
		--output|type=image,name=x,annotation-index-descriptor.a=b|the descriptor of an index is kept nowhere
		--output|type=local,dest=o,annotation.a=b|local exporter: option annotation.a=b is not supported
		--output|type=tar,dest=o,annotation.a=b|tar exporter: option annotation.a=b is not supported
		--output|type=local,dest=o,foo=bar|local exporter: option foo=bar is not supported
		--output|type=oci,dest=o.tar,tar=false|only archives are written
		--cache-to|type=local,dest=c,mode=most|invalid mode "most": min or max is wanted
		--cache-to|type=local,dest=c,image-manifest=false|a cache is an image of its own
		--cache-to|type=local,dest=c,ignore-error=x|non-bool value x specified for ignore-error
		--cache-to|type=local,dest=c,foo=bar|local cache exporter: option foo=bar is not supported
		--cache-to|type=local,dest=c,tag=v|a folder holds one cache
		--cache-to|type=local|local cache exporter requires dest
		--cache-to|type=s3,bucket=b|unknown cache exporter: "s3"
		--cache-to|mode=max|type required form> "mode=max"
		--cache-from|type=registry,ref=x,foo=bar|registry cache importer: option foo=bar is not supported
		--cache-from|type=registry|registry cache importer requires ref
		--provenance|mode=most|invalid provenance mode=most
		--provenance|perhaps|invalid value perhaps
		--attest|type=provenance,version=v1|option version=v1 is not supported
	EOF
	d build -q -o type=image,name=taken,compression=zstd,compression-level=9,force-compression=true,oci-mediatypes=true,unpack=true,push=false .
	d image inspect taken >/dev/null
}

@test "flags of build: what is not understood, or not done, is refused in buildx' words" {
	printf 'FROM scratch\nCOPY f /\n' >Dockerfile
	echo f >f
	while IFS='|' read -r flags words; do
		run d build $flags .
		[ "$status" -ne 0 ] || { echo "$flags was taken"; false; }
		[[ $output == *"$words"* ]] || { echo "$flags: $output"; false; }
	done <<-'EOF'
		--secret id=x,foo=1|unexpected key 'foo' in 'foo=1'
		--secret id=x,src=f,type=foo|unsupported secret type "foo"
		--secret foo|invalid field 'foo' must be a key=value pair
		--secret src=f|secret missing ID
		--secret id=x,type=env|failed to stat x: stat x: no such file or directory
		--attest mode=max|attestation type not specified
		--annotation a|parse annotations: invalid annotation "a", expected key=value
		--annotation foo:a=b|parse annotations: unknown annotation type "foo"
		--annotation [x]:a=b|invalid annotation type "[x]", expected type and optional platform in square brackets
		--annotation manifest[x]:a=b|invalid platform "x": "x": unknown operating system or architecture
		--annotation :a=b|invalid annotation type "", expected type and optional platform in square brackets
		--annotation manifest[linux/arm64],index:a=b|index annotations not supported for single platform export
		--annotation a=b -o out|local exporter: option annotation.a=b is not supported
		--add-host foo|invalid host foo
		--add-host foo:bar|invalid host foo:bar
		--add-host :1.2.3.4|invalid host :1.2.3.4
		--build-context a=nodir|failed to get build context a: stat nodir: no such file or directory
		--isolation hyperv|invalid isolation (hyperv): linux only supports 'default'
		--cache-from foo=1|type required form> "foo=1"
		--no-cache --no-cache-filter x|cannot currently be used together
		--builder foo|no builder "foo" found
		--metadata-file nodir/x|invalid output path: stat nodir: no such file or directory
		--disable-content-trust=false|content trust is not verified
	EOF
	d build -q --secret TYPE=env,id=x,src=HOME --add-host 'a:[::1]' --add-host b=host-gateway --isolation default --builder default .
	printf 'services:\n  a:\n    image: never\n    build: { context: ., isolation: hyperv }\n' >compose.yaml
	run d compose build
	[[ $status -ne 0 && $output == *'invalid isolation (hyperv)'* ]]
	run d compose build --builder foo
	[[ $status -ne 0 && $output == *'no builder "foo" found'* ]]
}

@test "a metadata file tells how the image was made, as buildx has it" {
	printf 'FROM busybox\nARG A\nRUN --mount=type=secret,id=s true\n' >Dockerfile
	d build -q --metadata-file m.json --build-arg A=1 --label x=y --secret id=s,src=Dockerfile .
	jq -e '."buildx.build.provenance" | .buildType == "https://mobyproject.org/buildkit@v1" and .metadata == null
		and .invocation.parameters.args == {"build-arg:A": "1", "label:x": "y"}
		and .invocation.parameters.secrets == [{"id": "s", "optional": true}]
		and .materials[0].uri == "pkg:docker/busybox@latest?platform=linux%2Famd64"' m.json
	BUILDX_METADATA_PROVENANCE=max d build -q --metadata-file m.json .
	[ "$(jq -r '."buildx.build.provenance".metadata."https://mobyproject.org/buildkit@v1#metadata".source.infos[0].data' m.json | base64 -d)" = "$(cat Dockerfile)" ]
	BUILDX_METADATA_PROVENANCE=disabled d build -q --metadata-file m.json .
	jq -e '."buildx.build.provenance" == null and ."image.name" == null' m.json
}

@test "--squash makes one layer; --no-cache-filter runs one stage anew" {
	printf 'FROM busybox\nRUN mkdir /d && echo 1 > /d/a && echo x > /gone\nRUN rm /gone && echo 2 > /d/b\nRUN rm -r /d && mkdir /d && echo 3 > /d/c\n' >Dockerfile
	b --squash -t squashed .
	[ "$(d inspect -f '{{len .RootFS.Layers}}' squashed)" = 2 ]
	[ "$(run_none squashed ls /d)" = c ]
	run run_none squashed ls /gone
	[ "$status" -ne 0 ]
	printf 'FROM busybox AS one\nRUN cat /proc/sys/kernel/random/uuid > /t\nFROM busybox AS two\nRUN cat /proc/sys/kernel/random/uuid > /u\nFROM busybox\nCOPY --from=one /t /\nCOPY --from=two /u /\n' >Dockerfile
	b -t f1 .
	b --no-cache-filter two -t f2 .
	[ "$(run_none f1 cat /t)" = "$(run_none f2 cat /t)" ]
	[ "$(run_none f1 cat /u)" != "$(run_none f2 cat /u)" ]
}

@test "SOURCE_DATE_EPOCH gives the same digest twice, by another engine, too" {
	echo x >f
	printf 'FROM scratch\nCOPY f /a/f\nLABEL x=y\nENV A=1\n' >Dockerfile
	first=$(SOURCE_DATE_EPOCH=1000000000 d build -q --no-cache .)
	sleep 1.1; touch f
	[ "$(d build -q --no-cache --build-arg SOURCE_DATE_EPOCH=1000000000 .)" = "$first" ]
	printf 'FROM busybox\nRUN echo x > /f; mkdir /d\n' >Dockerfile
	first=$(d build -q --no-cache --build-arg SOURCE_DATE_EPOCH=1000000000 .)
	sleep 1.1
	[ "$(d build -q --no-cache --build-arg SOURCE_DATE_EPOCH=1000000000 .)" = "$first" ]
}

@test "ADD of a URL: its name, mode and time; its checksum is asked for" {
	echo served >"$WORK/www/file.txt"
	touch -d '2005-06-07 08:09:10 UTC' "$WORK/www/file.txt"
	sum=$(sha256sum "$WORK/www/file.txt" | cut -d' ' -f1)
	printf 'FROM busybox\nADD --checksum=sha256:%s http://127.0.0.1:8099/file.txt /in/\nRUN stat -c "%%a %%Y" /in/file.txt > /facts\n' "$sum" >Dockerfile
	b --network none -t url .
	[ "$(run_none url cat /facts)" = "600 $(date -d '2005-06-07 08:09:10 UTC' +%s)" ]
	sed -i "s/$sum/${sum/[0-9]/0}/;s/sha256:./sha256:f/" Dockerfile
	run b .
	[ "$status" -eq 1 ]
	[[ $output == *'digest mismatch'* ]]
	printf 'FROM busybox\nADD http://127.0.0.1:8099/nope /x\n' >Dockerfile
	run b .
	[[ $output == *404* ]]
}

@test "contexts from a URL: an archive, a Dockerfile; from git: branch, tag, folder" {
	echo ctx >f
	printf 'FROM busybox\nCOPY f /f\n' >Dockerfile
	tar -czf "$WORK/www/ctx.tar.gz" Dockerfile f
	b -t remote http://127.0.0.1:8099/ctx.tar.gz
	[ "$(run_none remote cat /f)" = ctx ]
	printf 'FROM busybox\nENV BY=url\n' >"$WORK/www/Dockerfile"
	b -t remote http://127.0.0.1:8099/Dockerfile
	[[ $(d inspect -f '{{.Config.Env}}' remote) == *BY=url* ]]
	make_repository "$WORK/www"
	b -t git http://127.0.0.1:8099/repo.git
	[ "$(run_none git cat /f)" = two ]
	b -t git http://127.0.0.1:8099/repo.git#v1
	[ "$(run_none git cat /f)" = one ]
	b -t git http://127.0.0.1:8099/repo.git#main:sub
	[ "$(run_none git cat /g)" = gee ]
	printf 'FROM busybox\nADD http://127.0.0.1:8099/repo.git#v1 /src\nADD --keep-git-dir=true http://127.0.0.1:8099/repo.git /full\n' >Dockerfile
	b -t git .
	[ "$(run_none git cat /src/f /full/f)" = $'one\ntwo' ]
	run_none git ls /full/.git/HEAD
	run run_none git ls /src/.git
	[ "$status" -ne 0 ]
}

@test "a git URL never becomes an option or a command (CVE-2019-13139)" {
	for url in 'http://127.0.0.1:8099/repo.git#--upload-pack=touch${IFS}/tmp/berth-owned' 'git@127.0.0.1:--upload-pack=x' \
		'http://127.0.0.1:8099/repo.git#v1:../../..' 'git://-oProxyCommand=x/y.git' 'ssh://-oProxyCommand=touch%20x/y.git'; do
		run b "$url"
		[ "$status" -eq 1 ]
	done
	for url in 'http://127.0.0.1:8099/repo.git#--upload-pack=x' 'http://127.0.0.1:8099/repo.git#v1:../..' 'http://127.0.0.1:8099/repo.git#a:-b'; do
		run b "$url"
		[[ $output == *'invalid git URL'* ]]
	done
	[ ! -e /tmp/berth-owned ]
}

@test "sharing of caches: locked ones wait for each other, private ones do not meet" {
	cat >Dockerfile <<-'EOF'
		FROM busybox AS a
		ARG N
		RUN --mount=type=cache,id=l,target=/c,sharing=locked mkdir /c/held && sleep 0.5 && rmdir /c/held && echo $N
		FROM busybox AS b
		ARG N
		RUN --mount=type=cache,id=l,target=/c,sharing=locked mkdir /c/held && sleep 0.5 && rmdir /c/held && echo b$N
		FROM busybox
		COPY --from=a /etc/passwd /a
		COPY --from=b /etc/passwd /b
	EOF
	b --build-arg N=1 .
	sed -i 's/locked/private/; s/id=l/id=p/' Dockerfile
	b --build-arg N=2 .
}

@test "what reaches out of the sandbox needs the builder's word (CVE-2024-23653)" {
	printf 'FROM busybox\nRUN --security=insecure true\n' >Dockerfile
	run b .
	[[ $output == *'build with --allow security.insecure'* ]]
	# Nor is it enough that whoever builds allows it (GHSA-7236-3392-c5c6's kind).
	run b --allow security.insecure .
	[[ $output == *'granting entitlement security.insecure is not allowed by build daemon configuration'* ]]
	run b --allow security.everything .
	[[ $output == *'unknown entitlement security.everything'* ]]
	engine_kill
	echo '{"builder":{"entitlements":{"security-insecure":true}}}' >"$WORK/daemon.json"
	engine_start
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
	b --allow security.insecure .
	printf 'FROM busybox\nRUN --network=host ls /sys/class/net > /n\n' >Dockerfile
	run b .
	[[ $output == *'build with --allow network.host'* ]]
	b --allow network.host .
}

@test "no mount of a build leads to the host (CVE-2024-23651, CVE-2024-23652)" {
	ln -s /etc/shadow evil
	printf 'FROM busybox\nRUN --mount=type=bind,source=evil,target=/x cat /x\n' >Dockerfile
	run b .
	[ "$status" -eq 1 ]
	printf 'FROM busybox\nCOPY evil /x\n' >Dockerfile
	run b .
	[ "$status" -eq 1 ]
	printf 'FROM busybox\nRUN --mount=type=cache,id=e,target=/c ln -s /etc /c/out\nRUN --mount=type=cache,id=e,target=/c,source=out ls /c > /l\n' >Dockerfile
	run b -t esc .
	[ "$status" -ne 0 ] || ! run_none esc grep -q shadow /l
	before=$(ls /root | wc -l)
	printf 'FROM busybox\nRUN --mount=type=bind,target=/m rm -rf /m2; ln -s /root /m2\nRUN --mount=type=cache,target=/m2/x,id=z touch /m2/x/y\n' >Dockerfile
	run b .
	[ "$(ls /root | wc -l)" -eq "$before" ]
}

@test "a hundred kinds of nonsense: an error with a line, and nothing left behind" {
	python3 "$BATS_TEST_DIRNAME/nonsense.py" "$DOCKER" 100
	for _ in $(seq 600); do [ -z "$(ls -A "$WORK/data/containers" "$WORK/data/tmp" | grep -v :$)" ] && break; sleep 0.05; done
	await nothing_in "$WORK/data/containers" "$WORK/data/tmp"
	await no_shims
}

@test "ONBUILD keeps heredocs for who builds on the image" {
	cat >Dockerfile <<-'EOF'
		FROM busybox
		ONBUILD RUN <<EOT
		echo one > /one
		echo two > /two
		EOT
		ONBUILD COPY <<-"A" <<B /d/
			in $PATH
		A
		in b
		B
	EOF
	b -t onbuild-base .
	[ "$(d inspect -f '{{index .Config.OnBuild 0}}' onbuild-base)" = $'RUN <<EOT\necho one > /one\necho two > /two\nEOT' ]
	printf 'FROM onbuild-base\nRUN cat /one /two /d/A /d/B > /all\n' | b -t onbuild-made -
	[ "$(run_none onbuild-made cat /all)" = $'one\ntwo\nin $PATH\nin b' ]
	[ "$(d inspect -f '{{json .Config.OnBuild}}' onbuild-made)" = null ]
}

@test "stages for different platforms: what builds runs here, what comes out is for there" {
	cat >Dockerfile <<-'EOF'
		FROM --platform=$BUILDPLATFORM busybox AS compiler
		ARG TARGETARCH
		RUN echo "for $TARGETARCH" > /out
		FROM scratch
		COPY --from=compiler /out /out
	EOF
	b --platform linux/arm64 -t for-arm .
	[ "$(d inspect -f '{{.Os}}/{{.Architecture}}' for-arm)" = linux/arm64 ]
	b --platform linux/arm64 -o out .
	[ "$(cat out/out)" = 'for arm64' ]
	printf 'FROM --platform=linux/s390x scratch AS a\nLABEL a=b\nFROM a\n' | b -t for-s390 -
	[ "$(d inspect -f '{{.Architecture}}' for-s390)" = s390x ]
	printf 'FROM --platform=$NOTHING busybox\n' >Dockerfile
	run b .
	[ "$status" -eq 1 ]
}

@test "--check with experimental rules: comments that describe something else" {
	printf '# check=experimental=all\n# of nobody\nFROM busybox AS base\n\n# base: not right above\n\nFROM base AS last\n# V is the version\nARG V=1\n# wrong\nARG W=1\n' >Dockerfile
	run b --check .
	[ "$(grep -c 'InvalidDefinitionDescription' <<<"$output")" -eq 3 ]
	[[ $output == *'`# base <description>`'*'`# last <description>`'*'`# W <description>`'* ]]
	sed -i 1d Dockerfile
	run b --check .
	[[ $output == *'no warnings found'* ]]
}

@test "builder prune takes only what its filters mean" {
	printf 'FROM busybox\nRUN echo prune-me-not > /x\n' | b -t kept -
	d rmi kept
	d builder prune -af --filter parent=abc
	d builder prune -af --filter 'description=no-such-step'
	printf 'FROM busybox\nRUN echo prune-me-not > /x\n' | b --progress plain - 2>&1 | grep -q CACHED
	d builder prune -af --filter 'description=prune-me-not'
	printf 'FROM busybox\nRUN echo prune-me-not > /x\n' | b --progress plain - 2>&1 | not grep -q CACHED
}

@test "a short word in FROM is a name, and no image's id" {
	id=$(d inspect -f '{{.Id}}' busybox)
	for digits in 1 2 6 11; do
		run b - <<<"FROM ${id:7:$digits}"
		[[ $status -ne 0 && $output == *"docker.io/library/${id:7:$digits}"* ]] || { echo "$output"; return 1; }
	done
	b -q - <<<"FROM ${id:7:12}"
	b -q - <<<"FROM ${id:7}"
}

@test "--chmod: the sticky bit is not of the others alone" {
	echo f >f
	chmod 644 f
	cp f s
	chmod 6755 s
	{
		echo 'FROM scratch'
		for mode in o=t u+t g=t a+t +t o+t o+s ug+t; do echo "COPY --chmod=$mode f /f-$mode"; done
		for mode in o= u= g= o-s; do echo "COPY --chmod=$mode s /s-$mode"; done
	} >Dockerfile
	b -q -o out .
	(cd out && stat -c '%a %n' *) >modes
	diff - modes <<-'EOF'
		1644 f-+t
		1644 f-a+t
		1604 f-g=t
		644 f-o+s
		644 f-o+t
		640 f-o=t
		1644 f-u+t
		1644 f-ug+t
		4705 s-g=
		6755 s-o-s
		6750 s-o=
		2055 s-u=
	EOF
}

@test "ADD unpacks an archive that is compressed once; what is in another compression stays a file" {
	mkdir -p "$WORK/twice" && cd "$WORK/twice"
	echo x >inner
	tar cf a.tar inner && cp a.tar b.tar && xz a.tar && gzip b.tar && cp a.tar.xz twice.tar.xz && gzip twice.tar.xz
	printf 'FROM busybox\nADD a.tar.xz /a/\nADD b.tar.gz /b/\nADD twice.tar.xz.gz /c/\n' >Dockerfile
	d build -q -t unpacked .
	[ "$(run_none unpacked sh -c 'ls /a /b /c' | xargs)" = '/a: inner /b: inner /c: twice.tar.xz.gz' ]
	d rmi unpacked
}

@test "an archive that ends within a file is no archive that ends: contexts and ADD" {
	made() { python3 -c "import sys; sys.path.insert(0, '$BATS_TEST_DIRNAME'); import archives; sys.stdout.buffer.write(archives.odd('odd-$1.tar'))"; }
	made short-file >cut.tar
	made short-block >short.tar
	printf 'FROM busybox\nADD cut.tar /x/\n' >Dockerfile
	not d build . 2>out
	grep -q 'unexpected EOF' out
	printf 'FROM busybox\nADD short.tar /x/\n' >Dockerfile
	d build -t short .
	[ "$(run_none short cat /x/a)" = a ]
	[ "$(api -o out -w '%{http_code}' --data-binary @cut.tar -H 'Content-Type: application/x-tar' http://b/build)" != 200 ] || grep -q 'unexpected EOF' out
}
