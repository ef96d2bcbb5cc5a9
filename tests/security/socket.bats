# The listeners of the engine, from a host next door: mutual TLS, what a certificate allows, browsers, crowds.
load ../lib/engine
load ../lib/hosts

setup_file() {
	export CERTS=$(mktemp -d /tmp/berth-certs.XXXXXX)
	for client in laptop reader ci; do
		"$BUILD/berth" system certs --dir "$CERTS" --client $client --host engine.test --host 10.5.0.1 >/dev/null
	done
	hosts_make --tlsverify --tlscacert "$CERTS/ca.pem" --tlscert "$CERTS/cert.pem" --tlskey "$CERTS/key.pem" \
		-H tcp://0.0.0.0:2376
	ip -n "$HOST" addr add 10.5.0.9/24 dev "$WIRE_A"
}
teardown_file() {
	hosts_remove
	rm -rf "$CERTS"
}

# A docker CLI next door, with the certificate of $1.
far() { DOCKER_CERT_PATH=$CERTS/clients/$1 outside timeout -s KILL 30 "$DOCKER" --config "$WORK/config" --tlsverify -H tcp://10.5.0.1:2376 "${@:2}"; }
https() { outside curl -s --max-time 10 --cacert "$CERTS/ca.pem" --cert "$CERTS/clients/$1/cert.pem" --key "$CERTS/clients/$1/key.pem" "${@:2}"; }
allow() { echo "{\"api-access\": $1}" >"$WORK/daemon.json"; engine_kill; again; }
again() {
	engine_start --tlsverify --tlscacert "$CERTS/ca.pem" --tlscert "$CERTS/cert.pem" --tlskey "$CERTS/key.pem" -H tcp://0.0.0.0:2376
}

@test "the UNIX socket is root's and group berth's, 0660" {
	[ "$(stat -c '%a %u' "$WORK/b.sock")" = '660 0' ]
	if getent group berth >/dev/null; then [ "$(stat -c %G "$WORK/b.sock")" = berth ]; fi
	engine_kill
	engine_start --group daemon
	[ "$(stat -c '%a %G' "$WORK/b.sock")" = "660 daemon" ]
	engine_kill
	again
}

@test "tcp:// without --tlsverify is refused, on loopback too, also with --tls alone" {
	for address in 127.0.0.1:23751 0.0.0.0:23751 '[::1]:23751'; do
		for tls in '' --tls; do
			run timeout 5 "$BUILD/berthd" $tls -H "tcp://$address" --data-root "$WORK/d2" --exec-root "$WORK/e2" --config-file /dev/null
			[ "$status" -eq 1 ]
			[[ $output == *"tcp://$address is refused: whoever reaches it would be root on this host"* ]]
		done
	done
}

@test "mutual TLS: run, attach, exec, copy and logs from a host next door, with the certificate's name in the log" {
	[ "$(far laptop version -f '{{.Server.Version}}')" = "$("$BUILD/berth" version -f '{{.Server.Version}}')" ]
	[ "$(far laptop run --rm --network none busybox echo over the wire)" = 'over the wire' ]
	[ "$(seq 20000 | far laptop run -i --rm --network none busybox sha256sum)" = "$(seq 20000 | sha256sum)" ]
	far laptop run -d --name wired --network none busybox sleep 100
	[ "$(far laptop exec wired echo inside)" = inside ]
	head -c 3000000 /dev/urandom >"$WORK/blob"
	far laptop cp "$WORK/blob" wired:/blob
	far laptop cp wired:/blob "$WORK/back"
	cmp "$WORK/blob" "$WORK/back"
	far laptop rm -f wired
	grep -q 'client "laptop" has connected from 10.5.0.2:' "$WORK/log"
	grep -q 'client "laptop": DELETE /containers/' "$WORK/log"
}

@test "who has no certificate, another CA's, a server's, or a name that is not the engine's is refused, with a reason" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=laptop -keyout "$WORK/k" -out "$WORK/c" 2>/dev/null
	run outside curl -s --max-time 5 --cacert "$CERTS/ca.pem" https://10.5.0.1:2376/_ping
	[ "$status" -ne 0 ]
	run outside curl -s --max-time 5 --cacert "$CERTS/ca.pem" --cert "$WORK/c" --key "$WORK/k" https://10.5.0.1:2376/_ping
	[ "$status" -ne 0 ]
	run outside curl -s --max-time 5 --cacert "$CERTS/ca.pem" --cert "$CERTS/cert.pem" --key "$CERTS/key.pem" https://10.5.0.1:2376/_ping
	[ "$status" -ne 0 ]
	[ "$(https laptop https://10.5.0.1:2376/_ping)" = OK ]
	[ "$(grep -c 'a client at 10.5.0.2:[0-9]* is refused: ' "$WORK/log")" -ge 3 ]
	# The other way: our client takes no engine with another's name or of another CA.
	mkdir -p "$WORK/other"
	cp "$WORK/c" "$WORK/other/ca.pem"
	run env DOCKER_CERT_PATH="$WORK/other" nsenter --net=/run/netns/"$OUT" "$BUILD/berth" --tlsverify -H tcp://10.5.0.1:2376 ps
	[ "$status" -eq 1 ]
	[[ $output == *'TLS with 10.5.0.1: The certificate is NOT trusted.'* ]]
	run env DOCKER_CERT_PATH="$CERTS/clients/laptop" nsenter --net=/run/netns/"$OUT" "$BUILD/berth" --tlsverify -H tcp://10.5.0.9:2376 ps
	[ "$status" -eq 1 ]
	[[ $output == *'The name in the certificate does not match'* ]]
}

@test "TLS 1.1 is refused, plain HTTP is told what is wrong" {
	run outside openssl s_client -connect 10.5.0.1:2376 -tls1_1 -cipher ALL:@SECLEVEL=0 -cert "$CERTS/clients/laptop/cert.pem" -key "$CERTS/clients/laptop/key.pem" </dev/null
	[[ $output != *'Cipher is ECDHE'* ]]
	outside openssl s_client -connect 10.5.0.1:2376 -tls1_2 -cert "$CERTS/clients/laptop/cert.pem" -key "$CERTS/clients/laptop/key.pem" </dev/null 2>/dev/null | grep -q 'Cipher is ECDHE'
	run outside "$BUILD/berth" -H tcp://10.5.0.1:2376 ps
	[ "$status" -eq 1 ]
	[[ $output == *'Client sent an HTTP request to an HTTPS server.'* ]]
}

@test "a list in daemon.json says what each certificate may do" {
	allow '{"laptop": "all", "reader": "read-only", "ci": ["GET /containers/*", "POST /containers/*/restart"]}'
	far laptop run -d --name listed --network none busybox sleep 100
	[ "$(far reader ps -q --no-trunc)" = "$(d ps -q --no-trunc)" ]
	run far reader rm -f listed
	[ "$status" -ne 0 ]
	[[ $output == *'the certificate "reader" does not allow DELETE /containers/listed'* ]]
	# Asked for by GET, and writes.
	[ "$(https reader -o /dev/null -w '%{http_code}' 'https://10.5.0.1:2376/v1.51/containers/listed/attach/ws?stdin=1&stream=1')" = 403 ]
	[ "$(https reader -o /dev/null -w '%{http_code}' 'https://10.5.0.1:2376/containers/listed/attach%2fws?stdin=1&stream=1')" = 403 ]
	[ "$(https ci -o /dev/null -w '%{http_code}' https://10.5.0.1:2376/v1.51/containers/json)" = 200 ]
	[ "$(https ci -o /dev/null -w '%{http_code}' https://10.5.0.1:2376/images/json)" = 403 ]
	[ "$(https ci -o /dev/null -w '%{http_code}' -X POST 'https://10.5.0.1:2376/containers/listed/restart?t=0')" = 204 ]
	[ "$(https ci -o /dev/null -w '%{http_code}' -X POST 'https://10.5.0.1:2376/containers/listed/exec')" = 403 ]
	[ "$(https ci -o /dev/null -w '%{http_code}' -X POST 'https://10.5.0.1:2376/containers/listed/exec?/restart')" = 403 ]
	allow '{"laptop": "all"}'
	[ "$(https ci -o /dev/null -w '%{http_code}' https://10.5.0.1:2376/containers/json)" = 403 ]
	[ "$(https ci https://10.5.0.1:2376/_ping)" = OK ]
	d rm -f listed
	# What nobody could have meant is found at the start.
	echo '{"api-access": {"ci": "readonly"}}' >"$WORK/odd.json"
	run timeout 5 "$BUILD/berthd" -H "unix://$WORK/o.sock" --data-root "$WORK/d2" --exec-root "$WORK/e2" --config-file "$WORK/odd.json"
	[ "$status" -eq 1 ]
	[[ $output == *'invalid api-access of "ci": "readonly" is neither all'* ]]
	allow '{"*": "all"}'
}

@test "a context with certificates of its own, made and chosen by a command" {
	export DOCKER_CONFIG=$WORK/made
	files=$CERTS/clients/laptop
	"$DOCKER" context create near --docker "host=tcp://10.5.0.1:2376,ca=$files/ca.pem,cert=$files/cert.pem,key=$files/key.pem"
	[ "$(stat -c %a "$DOCKER_CONFIG"/contexts/tls/*/docker/key.pem)" = 600 ]
	env -u DOCKER_HOST "$DOCKER" context use near
	[ "$(outside env -u DOCKER_HOST timeout 20 "$DOCKER" version -f '{{.Server.Os}}')" = linux ]
	env -u DOCKER_HOST "$DOCKER" context use default
	"$DOCKER" context rm near
	[ -z "$(find "$DOCKER_CONFIG/contexts" -name '*.pem')" ]
}

@test "a context with certificates of its own" {
	hash=$(printf far | sha256sum | cut -d' ' -f1)
	mkdir -p "$WORK/config/contexts/meta/$hash" "$WORK/config/contexts/tls/$hash/docker"
	echo '{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://10.5.0.1:2376","SkipTLSVerify":false}}}' >"$WORK/config/contexts/meta/$hash/meta.json"
	cp "$CERTS/clients/laptop/"*.pem "$WORK/config/contexts/tls/$hash/docker"
	[ "$(outside env -u DOCKER_HOST timeout 20 "$DOCKER" --config "$WORK/config" --context far version -f '{{.Server.Os}}')" = linux ]
}

@test "TLS clients that say nothing, or rubbish, do not keep others from being served" {
	outside python3 "$ROOT/tests/lib/crowd.py" tls 10.5.0.1 2376 300 3>&- &
	crowd=$!
	sleep 1
	answers=$(for _ in $(seq 9); do https laptop -w ' %{time_starttransfer}\n' https://10.5.0.1:2376/_ping; done)
	[ "$(grep -c '^OK ' <<<"$answers")" = 9 ]
	[ "$(sort -n -k2 <<<"$answers" | awk 'NR == 5 { print int($2 * 1000) }')" -lt 3000 ]
	kill $crowd
	wait $crowd || true
}
