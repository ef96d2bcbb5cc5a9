# docker context: engines by a name, in the files that docker's own client reads.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() {
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR
	unset DOCKER_CONTEXT
}
c() { env -u DOCKER_HOST BERTH_AUTOSTART=0 timeout 10 "$DOCKER" context "$@"; }

@test "context: made, chosen, shown, changed and removed, with docker's words" {
	run c create one --docker "host=unix://$WORK/b.sock" --description first
	[ "$output" = $'one\nSuccessfully created context "one"' ]
	run c create one --docker host=tcp://x:1
	[ "$status" -eq 1 ]
	[ "$output" = 'context "one" already exists' ]
	run c use one
	[ "$output" = $'one\nCurrent context is now "one"' ]
	[ "$(c inspect -f '{{.Name}} {{.Endpoints.docker.Host}}')" = "one unix://$WORK/b.sock" ]
	[ "$(env -u DOCKER_HOST timeout 10 "$DOCKER" version -f '{{.Server.Os}}')" = linux ]
	shown=$(env -u DOCKER_HOST timeout 10 "$DOCKER" version)
	[[ $shown == *" OS/Arch:           linux/"*" Context:           one"*"Server:"* ]] || { echo "$shown"; return 1; }
	[ "$(grep -cE '^ +Built: +[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4}$' <<<"$shown")" -eq 2 ] || { echo "$shown"; return 1; }
	run env DOCKER_HOST=tcp://y:1 timeout 10 "$DOCKER" context use one
	[[ $output == *'Warning: DOCKER_HOST environment variable overrides the active context.'* ]]
	run c rm one
	[ "$status" -eq 1 ]
	[[ $output == *'context is in use, set -f flag to force remove' || $output == *'"one" is in use, set -f flag to force remove' ]]
	c create two --from one
	c update two --description second
	[ "$(c inspect two | jq -r '.[0] | .Metadata.Description + " " + .Endpoints.docker.Host')" = "second unix://$WORK/b.sock" ]
	[ "$(c ls -q | xargs)" = 'default one two' ] || [ "$(c ls -q | xargs)" = 'one two default' ]
	[[ $(c ls) == *'one *'*first* ]]
	c use default
	run jq -r .currentContext "$DOCKER_CONFIG/config.json"
	[ "$output" = null ]
	c rm one two
	[ -z "$(find "$DOCKER_CONFIG/contexts" -type f)" ]
}

@test "context: what does not exist, cannot be, or is another's" {
	run c use nope
	[ "$status" -eq 1 ]
	[[ $output == *'context "nope"'* ]]
	run c rm default
	[ "$status" -eq 1 ]
	[[ $output == *'"default" cannot be removed'* ]]
	run c create default --docker host=tcp://x:1
	[ "$output" = '"default" is a reserved context name' ]
	run c create 'x y' --docker host=tcp://x:1
	[[ $output == *'context name "x y" is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"'* ]]
	run c create ../../x --docker host=tcp://x:1
	[ "$status" -eq 1 ]
	run c create bad --docker host=tcp://x:1,ca=/nowhere
	[[ $output == *'unable to create docker endpoint config: open /nowhere: no such file or directory'* ]]
	run c create bad --docker hst=tcp://x:1
	[ "$status" -eq 1 ]
	[[ $output == *'unrecognized config key'* ]]
	[ -z "$(find "$DOCKER_CONFIG" -name meta.json)" ]
}

@test "context: berth and docker read what the other has written" {
	[ -x /usr/bin/docker ] || skip "docker is not installed"
	c create by-us --docker host=tcp://x:1 --description ours
	env -u DOCKER_HOST /usr/bin/docker context create by-docker --docker host=tcp://y:2 >/dev/null
	[ "$(env -u DOCKER_HOST /usr/bin/docker context inspect -f '{{.Endpoints.docker.Host}}' by-us)" = tcp://x:1 ]
	[ "$(env -u DOCKER_HOST "$BUILD/berth" context inspect -f '{{.Endpoints.docker.Host}}' by-docker)" = tcp://y:2 ]
	env -u DOCKER_HOST /usr/bin/docker context use by-us
	[ "$(env -u DOCKER_HOST "$BUILD/berth" context show)" = by-us ]
}

@test "context: exported and imported, with its TLS files, by berth and docker" {
	cd "$BATS_TEST_TMPDIR"
	"$BUILD/berth" system certs --dir pki --client one >/dev/null
	cp pki/clients/one/* .
	c create far --docker host=tcp://x:1,ca=ca.pem,cert=cert.pem,key=key.pem --description 'a b'
	run c export far
	[ "$output" = 'Written file "far.dockercontext"' ]
	[ "$(stat -c %a far.dockercontext)" = 600 ]
	run c export far
	[ "$status" -eq 1 ]
	[ "$output" = 'open far.dockercontext: file exists' ]
	c export far - | c import piped -
	for client in "$BUILD/berth" /usr/bin/docker /usr/local/bin/docker; do
		[ -x "$client" ] || continue
		name=by$(tr / - <<<"$client")
		run env -u DOCKER_HOST timeout 10 "$client" context import "$name" far.dockercontext
		[ "$output" = "$name"$'\n'"Successfully imported context \"$name\"" ]
		env -u DOCKER_HOST timeout 10 "$client" context export "$name" "$name.tar"
		c import "$name-back" "$name.tar"
		for made in piped "$name" "$name-back"; do
			[ "$(c inspect "$made" | jq -r '.[0] | .Metadata.Description + " " + .Endpoints.docker.Host + " " + (.TLSMaterial.docker | join(","))')" = 'a b tcp://x:1 ca.pem,cert.pem,key.pem' ]
		done
	done
	for file in "$DOCKER_CONFIG"/contexts/tls/*/docker/key.pem; do
		cmp "$file" key.pem
		[ "$(stat -c %a "$file")" = 600 ]
	done
}

@test "context: archives that are none, too large, or want more than they may are refused, and leave nothing" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p in/tls/docker
	run c import gone nowhere
	[ "$output" = 'open nowhere: no such file or directory' ]
	run c import bad /etc/passwd
	[ "$status" -eq 1 ]
	tar -C in -cf none.tar tls
	run c import bad none.tar
	[ "$output" = 'invalid context: no metadata found' ]
	echo '{"Name":"other"}' >in/meta.json
	echo x >in/evil
	tar -C in -cf more.tar meta.json evil
	run c import bad more.tar
	[ "$output" = 'evil: unexpected context file' ]
	head -c 11M /dev/zero >in/tls/docker/large
	tar -C in -cf large.tar meta.json tls
	run c import bad large.tar
	[ "$status" -eq 1 ]
	[ "$(basename "$DOCKER")" = docker ] || [ "$output" = 'invalid context: read exceeds the defined limit' ]
	rm in/tls/docker/large
	tar -C in -cf good.tar meta.json tls
	run c import default good.tar
	[ "$output" = '"default" is a reserved context name' ]
	run c import ../x good.tar
	[ "$status" -eq 1 ]
	# docker keeps what it had taken in by then.
	[ "$(basename "$DOCKER")" = docker ] || [ -z "$(find "$DOCKER_CONFIG/contexts" -name meta.json 2>/dev/null)" ]
	# A link in it is no file of this host.
	echo secret >secret
	ln -s "$PWD/secret" in/tls/docker/ca.pem
	tar -C in -cf link.tar meta.json tls
	c import link link.tar || true
	not grep -rqs secret "$DOCKER_CONFIG/contexts"
}
