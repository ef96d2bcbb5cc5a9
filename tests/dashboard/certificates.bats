# `berth dashboard --tls`: behind certificates instead of a token, asked without a browser.
load ../lib/engine
load lib

setup_file() {
	export CERTS=$(mktemp -d /tmp/berth-certs.XXXXXX)
	for client in boss reader nobody; do "$BUILD/berth" system certs --dir "$CERTS" --client $client --host engine.test --host localhost >/dev/null; done
	"$BUILD/berth" system certs --dir "$CERTS/other" --client boss --host localhost >/dev/null
	dashboard_setup
	engine_kill
	echo '{"api-access": {"boss": "all", "reader": "read-only"}}' >"$WORK/daemon.json"
	certified_start
}
teardown_file() {
	file_teardown
	rm -rf "$CERTS"
}
teardown() { dashboard_end; }
certified_start() {
	engine_start --tlscacert "$CERTS/ca.pem" --tlscert "$CERTS/cert.pem" --tlskey "$CERTS/key.pem"
	on_host ip link set lo up
}

open_certified() { # flags; sets LINK, OUT, PORT, DASHBOARD
	OUT=$WORK/link.$RANDOM
	"$BUILD/berth" dashboard --tls --no-open "$@" >"$OUT" 2>&1 </dev/null 3>&- &
	DASHBOARD=$!
	for _ in $(seq 1500); do ! grep -q Ctrl-C "$OUT" || break; sleep 0.02; done
	LINK=$(head -1 "$OUT")
	PORT=${LINK%/} PORT=${PORT##*:}
	[[ $PORT =~ ^[0-9]+$ ]] || { cat "$OUT"; return 1; }
}
as() { # NAME PATH [FLAGS]
	web --cacert "$CERTS/ca.pem" --cert "$CERTS/clients/$1/cert.pem" --key "$CERTS/clients/$1/key.pem" "https://localhost:$PORT$2" "${@:3}"
}
enter_as() { # sets KEY, COOKIE and SESSION
	SESSION=$(as "$1" /enter -D "$WORK/head" -H "Origin: https://localhost:$PORT" -d '')
	KEY=$(jq -re .Key <<<"$SESSION")
	COOKIE=$(sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p' "$WORK/head")
}
code_as() { as "$1" "$2" -o /dev/null -w '%{http_code}' -H "Origin: https://localhost:$PORT" -H "X-Berth-Key: $KEY" -H "Cookie: $COOKIE" "${@:3}"; }

@test "dashboard: with --tls it listens anywhere, and who has no certificate of the CA gets no answer" {
	open_certified --listen 0.0.0.0:0
	[ "$LINK" = "https://$(hostname):$PORT/" ]
	grep -q 'in a browser that has a certificate of the engine' "$OUT"
	[ "$(as boss / -o /dev/null -w '%{http_code}')" = 200 ]
	[ "$(web --cacert "$CERTS/ca.pem" "https://localhost:$PORT/" -o /dev/null -w '%{http_code}')" = 000 ]
	other=$CERTS/other/clients/boss
	[ "$(web --cacert "$CERTS/ca.pem" --cert "$other/cert.pem" --key "$other/key.pem" "https://localhost:$PORT/" -o /dev/null -w '%{http_code}')" = 000 ]
	not grep -q '<html' <(web --http0.9 "http://localhost:$PORT/")
	# Many that say nothing take nothing from the others, and the end of the command ends it.
	[ "$(as boss / -o /dev/null -w '%{http_code}')" = 200 ]
	dashboard_end
	ended() { [ "$(as boss / -o /dev/null -w '%{http_code}')" = 000 ]; }
	await ended
	run d dashboard --no-open --tls --listen nowhere
	[[ $status -eq 1 && $output == *'a dashboard listens at an address of this host, such as 0.0.0.0:8443, and not at "nowhere"'* ]]
	run d dashboard --no-open --listen 0.0.0.0:0
	[[ $status -eq 1 && $output == *'a dashboard listens at a loopback address'*'with --tls also at others' ]]
}

@test "dashboard: a certificate is its owner's way in: no token, but cookie and key, and no other page's requests" {
	open_certified --listen 127.0.0.1:0
	enter_as boss
	grep -qx "Set-Cookie: berth-dashboard-$PORT=[0-9a-f]\{64\}; Path=/; HttpOnly; SameSite=Strict; Secure"$'\r' "$WORK/head"
	[ "$(code_as boss /containers/json)" = 200 ]
	[ "$(as boss /containers/json -o /dev/null -w '%{http_code}')" = 401 ]
	[ "$(as boss /containers/json -o /dev/null -w '%{http_code}' -H "Cookie: $COOKIE")" = 401 ]
	# Another window comes in as well.
	enter_as boss
	[ "$(code_as boss /containers/json)" = 200 ]
	for origin in "http://localhost:$PORT" https://example.org null "https://localhost:1"; do
		[ "$(as boss /enter -o /dev/null -w '%{http_code}' -H "Origin: $origin" -d '')" = 403 ] || { echo "$origin"; return 1; }
	done
	[ "$(as boss /enter -o /dev/null -w '%{http_code}' -d '')" = 403 ]
	grep -q "a browser has opened the dashboard at https://127.0.0.1:$PORT by the certificate of boss" "$WORK/log"
}

@test "dashboard: api-access says what a certificate's owner may do by it" {
	open_certified
	d run -d --name kept --network none busybox sleep 1000
	enter_as boss
	[ "$(jq .ReadOnly <<<"$SESSION")" = false ]
	exec=$(post_json /containers/kept/exec '{"Cmd": ["sh"], "Tty": true}' | jq -re .Id)
	enter_as reader
	[ "$(jq .ReadOnly <<<"$SESSION")" = true ]
	[ "$(code_as reader /containers/json)" = 200 ]
	[ "$(code_as reader /containers/kept/stop -X POST)" = 403 ]
	[ "$(code_as reader "/terminal/$exec" -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Key: eA==' -H 'Sec-WebSocket-Version: 13')" = 403 ]
	[ "$(code_as nobody /containers/json)" = 403 ]
	[ "$(code_as boss /containers/kept/kill -X POST)" = 204 ]
	d rm -f kept
}

@test "dashboard: --read-only holds for every certificate, and without the engine's own there is none" {
	open_certified --read-only
	enter_as boss
	[ "$(jq .ReadOnly <<<"$SESSION")" = true ]
	[ "$(code_as boss /containers/prune -X POST)" = 403 ]
	dashboard_end
	engine_kill
	engine_start --tlscacert "$WORK/none.pem"
	run d dashboard --no-open --tls
	[[ $status -eq 1 && $output == *'a dashboard with --tls needs the engine'\''s certificates, which "berth system certs" makes: TLS: cannot read the certificate '* ]] || { echo "$output"; return 1; }
	engine_kill
	certified_start
}
