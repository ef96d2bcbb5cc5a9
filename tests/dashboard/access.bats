# Who gets to the engine by `berth dashboard`: the server's part, asked without a browser.
load ../lib/engine
load lib

setup_file() { dashboard_setup --metrics-addr 127.0.0.1:9323; }
teardown_file() { file_teardown; }
teardown() { dashboard_end; }

@test "dashboard: its token opens it once, and is worth nothing afterwards" {
	dashboard_open
	[ "$(code -H "Origin: http://$ADDRESS" -d "${TOKEN/[0-9a-f]/x}" "http://$ADDRESS/enter")" = 401 ]
	[ "$(code -H "Origin: http://$ADDRESS" -d "" "http://$ADDRESS/enter")" = 401 ]
	enter
	[ "$(page /v1.51/version | jq -r .Version)" = "$(d version -f '{{.Server.Version}}')" ]
	run web -H "Origin: http://$ADDRESS" -d "$TOKEN" "http://$ADDRESS/enter"
	[ "$output" = '{"message":"this link was used already"}' ]
	for _ in $(seq 1500); do ! grep -q 'A browser has opened the dashboard' "$OUT" || break; sleep 0.02; done
	grep -q 'A browser has opened the dashboard' "$OUT"
}

@test "dashboard: its token expires" {
	dashboard_open --expires 1s
	sleep 1.2
	run web -H "Origin: http://$ADDRESS" -d "$TOKEN" "http://$ADDRESS/enter"
	[ "$output" = '{"message":"this link has expired"}' ]
	run d dashboard --no-open --expires 2h
	[ "$status" -eq 1 ]
	[[ $output == *"a dashboard's link lasts 1 second to 1 hour, and not 7200 s"* ]]
}

@test "dashboard: its session needs the cookie, which scripts cannot read, and the key, which other ports do not get" {
	dashboard_open
	enter
	grep -qx "Set-Cookie: berth-dashboard-${ADDRESS#*:}=[0-9a-f]\{64\}; Path=/; HttpOnly; SameSite=Strict"$'\r' "$WORK/head"
	[ "$(page_code /containers/json)" = 200 ]
	[ "$(code "http://$ADDRESS/containers/json")" = 401 ]
	[ "$(code -H "X-Berth-Key: $KEY" "http://$ADDRESS/containers/json")" = 401 ]
	[ "$(code -H "Cookie: $COOKIE" "http://$ADDRESS/containers/json")" = 401 ]
	[ "$(code -H "Cookie: $COOKIE" -H "X-Berth-Key: ${COOKIE#*=}" "http://$ADDRESS/containers/json")" = 401 ]
	[ "$(code -H "Cookie: ${COOKIE%=*}=$KEY" -H "X-Berth-Key: $KEY" "http://$ADDRESS/containers/json")" = 401 ]
	[ "$(code -H "Cookie: $COOKIE" -H "X-Berth-Key:" "http://$ADDRESS/containers/json")" = 401 ]
	[ "$(code -H "Cookie: other=1; $COOKIE" -H "X-Berth-Key: $KEY" "http://$ADDRESS/containers/json")" = 200 ]
}

@test "dashboard: its listener ends with its command, and what came by it" {
	dashboard_open
	enter
	page '/events?since=1' -N >"$WORK/events" 3>&- &
	EVENTS=$!
	d create --name told --network none busybox
	for _ in $(seq 1500); do ! grep -q told "$WORK/events" || break; sleep 0.02; done
	grep -q told "$WORK/events"
	kill "$DASHBOARD"
	for _ in $(seq 1500); do kill -0 "$EVENTS" 2>/dev/null || break; sleep 0.02; done
	not kill -0 "$EVENTS"
	for _ in $(seq 1500); do [ "$(page_code /containers/json)" != 000 ] || break; sleep 0.02; done
	[ "$(page_code /containers/json)" = 000 ]
	d rm told
	# The port is free again.
	dashboard_open --listen "$ADDRESS"
}

@test "dashboard: it listens at loopback addresses alone" {
	for address in 0.0.0.0:0 10.1.2.3:80 '[::]:80' :80 example.org:80 127.0.0.1 128.0.0.1:80; do
		run timeout 20 "$BUILD/berth" dashboard --no-open --listen "$address"
		[ "$status" -eq 1 ]
		[[ $output == *"a dashboard listens at a loopback address, such as 127.0.0.1:8080, and not at \"$address\""* ]]
	done
}

@test "dashboard: it has one name: any other Host is refused, pages and token too" {
	dashboard_open
	for host in example.org "example.org:${ADDRESS#*:}" 127.0.0.1 127.0.0.1:1 localhost "127.0.0.2:${ADDRESS#*:}" "localhost.evil.test:${ADDRESS#*:}"; do
		[ "$(code -H "Host: $host" "http://$ADDRESS/")" = 403 ]
		[ "$(code -H "Host: $host" -H "Origin: http://$host" -d "$TOKEN" "http://$ADDRESS/enter")" = 403 ]
	done
	[ "$(code -H "Host: localhost:${ADDRESS#*:}" "http://$ADDRESS/")" = 200 ]
	enter
	[ "$(page_code /containers/json -H 'Host: example.org')" = 403 ]
}

@test "dashboard: it refuses requests of other pages: Origin, Sec-Fetch-Site, forms, preflights" {
	dashboard_open
	enter
	for origin in http://example.org null "http://${ADDRESS%:*}" "https://$ADDRESS" "http://$ADDRESS.evil.test" "http://localhost:${ADDRESS#*:}"; do
		[ "$(page_code /containers/json -H "Origin: $origin")" = 403 ]
		[ "$(page_code /containers/prune -X POST -H "Origin: $origin")" = 403 ]
		[ "$(code -H "Origin: $origin" -d "$TOKEN" "http://$ADDRESS/enter")" = 403 ]
	done
	# A browser says whose request it is where something could change.
	[ "$(code -X POST -H "X-Berth-Key: $KEY" -H "Cookie: $COOKIE" "http://$ADDRESS/containers/prune")" = 403 ]
	for site in cross-site same-site none; do
		[ "$(page_code /containers/json -H "Sec-Fetch-Site: $site")" = 403 ]
		[ "$(page_code /app.js -H "Sec-Fetch-Site: $site" -H 'Sec-Fetch-Dest: script' -H 'Sec-Fetch-Mode: no-cors')" = 403 ]
		[ "$(page_code / -H "Sec-Fetch-Site: $site" -H 'Sec-Fetch-Dest: iframe' -H 'Sec-Fetch-Mode: navigate')" = 403 ]
		[ "$(page_code / -H "Sec-Fetch-Site: $site" -H 'Sec-Fetch-Dest: document' -H 'Sec-Fetch-Mode: navigate')" = 200 ]
		[ "$(page_code /version -H "Sec-Fetch-Site: $site" -H 'Sec-Fetch-Dest: document' -H 'Sec-Fetch-Mode: navigate')" = 403 ]
	done
	[ "$(page_code /containers/json -X OPTIONS -H 'Access-Control-Request-Method: POST')" = 403 ]
	not grep -qi access-control <(page /containers/json -i)
}

@test "dashboard: its answers all say the same of what may be done with them" {
	dashboard_open
	enter
	policy="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	for path in / /app.js /containers/json /nowhere /containers/nobody/json /containers/create //version; do
		page "$path" -D "$WORK/head" -o /dev/null
		for line in "Content-Security-Policy: $policy" 'X-Frame-Options: DENY' 'X-Content-Type-Options: nosniff' 'Referrer-Policy: no-referrer' \
			'Cross-Origin-Opener-Policy: same-origin' 'Cross-Origin-Resource-Policy: same-origin' 'Cache-Control: no-store'; do
			grep -qxF "$line"$'\r' "$WORK/head" || { echo "$path lacks $line"; return 1; }
		done
	done
}

# Every route of the engine, as a request.
routes() { sed -n 's/.*{"\([A-Z]*\)", "\(\/[^"]*\)", .*/\1 \2/p' "$ROOT"/src/api/*.c | sort -u; }

@test "dashboard: it lets through what its page needs, and no other route" {
	dashboard_open
	enter
	[ "$(routes | wc -l)" -gt 80 ]
	d create --name there --network none busybox
	[ "$(page_code /containers/there/json)" = 200 ]
	[ "$(page_code /v1.51/containers/there/json)" = 200 ]
	for asked in 'POST /containers/create' 'POST /build' 'POST /grpc' 'POST /session?x' 'POST /images/create' 'POST /dashboard' 'GET /debug/state' \
		'GET /containers/there/attach/ws' 'GET /containers/there/archive?path=/' 'PUT /containers/there/archive?path=/' 'GET /containers/there/export' \
		'POST /exec/x/start' 'POST /containers/there/update' 'POST /v1.51/containers/create' 'POST /containers/there%2fattach' 'POST /commit'; do
		[ "$(page_code "${asked#* }" -X "${asked% *}")" = 403 ] || { echo "$asked"; return 1; }
	done
	[ "$(page_code /containers/there -X DELETE)" = 204 ]
}

@test "dashboard: read-only refuses each route that changes something, whatever its page says" {
	dashboard_open --read-only
	[ "$(web -D "$WORK/head" -H "Origin: http://$ADDRESS" -d "$TOKEN" "http://$ADDRESS/enter" | tee "$WORK/session" | jq .ReadOnly)" = true ]
	KEY=$(jq -r .Key "$WORK/session") COOKIE=$(sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p' "$WORK/head")
	d create --name kept --network none busybox
	exec_id=$(printf '%064d' 1)
	for method in $(routes | cut -d' ' -f1 | sort -u | grep -vx 'GET\|HEAD'); do
		routes | sed -n "s/^$method //p" | sed 's/{}/kept/g' >"$WORK/paths"
		sed "s|.*|url = \"http://$ADDRESS&\"\noutput = /dev/null|" "$WORK/paths" >"$WORK/requests"
		page "" -X "$method" -K "$WORK/requests" -w '%{http_code} %{url_effective}\n' -o /dev/null >"$WORK/codes"
		[ "$(grep -c ' .*/.*/./*' "$WORK/codes")" -ge "$(wc -l <"$WORK/paths")" ]
		not grep -v '^403 ' <(grep -v '/$' "$WORK/codes")
	done
	[ "$(page_code "/terminal/$exec_id" -H 'Upgrade: websocket' -H 'Sec-WebSocket-Key: eA==' -H 'Sec-WebSocket-Version: 13')" = 403 ]
	[ "$(page_code /containers/json)" = 200 ]
	[ "$(page_code /system/df)" = 200 ]
	d rm kept
}

@test "HTTP/2 spoken at once gets by neither a dashboard's listener nor that of the metrics" {
	dashboard_open
	for listener in "$ADDRESS" 127.0.0.1:9323; do
		answer=$(printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0' | on_host timeout 10 socat - "TCP:$listener" | tr -d '\0')
		[[ $answer == 'HTTP/1.1 403 Forbidden'* ]]
	done
	run d dashboard --no-open --bogus
	[ "$status" -ne 0 ]
}

@test "dashboard: its token is in no log, no process list and no address that is sent" {
	dashboard_open
	enter
	page /containers/json >/dev/null
	not grep -q "$TOKEN\|$KEY" "$WORK/log"
	not grep -qa "$TOKEN" /proc/[0-9]*/cmdline
	grep -q "a dashboard is open at http://$ADDRESS" "$WORK/log"
	grep -q "a browser has opened the dashboard at http://$ADDRESS" "$WORK/log"
	# A fragment stays in the browser.
	[[ $LINK == "http://$ADDRESS/#$TOKEN" ]]
}

@test "dashboard: a container gets in by no network of its own: not by its bridge, and with the host's network not without the token" {
	dashboard_open
	port=${ADDRESS#*:}
	run d run --rm busybox sh -c "printf 'GET / HTTP/1.0\r\nHost: $ADDRESS\r\n\r\n' | timeout 3 nc 172.17.0.1 $port"
	[[ $output != *200* ]]
	run d run --rm --network host busybox sh -c "printf 'GET /containers/json HTTP/1.0\r\nHost: $ADDRESS\r\n\r\n' | timeout 3 nc 127.0.0.1 $port"
	[[ $output == *'401 '* ]]
	# Many that come in and say nothing leave the engine alone.
	(for _ in $(seq 300); do exec {fd}<>"/dev/tcp/127.0.0.1/$port" 2>/dev/null || true; done; [ "$(api_ms http://b/_ping)" -lt 10000 ]) < /dev/null
	[ "$(api_ms http://b/_ping)" -lt 10000 ]
}
