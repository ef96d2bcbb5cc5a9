# A dashboard of this file's engine, as `berth dashboard` opens one, and curl as its browser.

on_host() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" "$@"; }

dashboard_setup() { # flags of the engine
	file_setup "$@"
	on_host ip link set lo up
}

# chromedriver in the engine's network namespace; no shell in between, so that DRIVER is its own pid.
driver_start() {
	HOME=$WORK TMPDIR=$WORK nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" chromedriver --port=9515 --log-level=SEVERE </dev/null >"$WORK/driver" 2>&1 3>&- &
	DRIVER=$!
	for _ in $(seq 600); do ! on_host curl -s -o /dev/null http://127.0.0.1:9515/status || break; sleep 0.05; done
}

dashboard_open() { # flags: sets LINK, ADDRESS, TOKEN and DASHBOARD, the command's pid
	local out=$WORK/link.$RANDOM
	"$BUILD/berth" dashboard --no-open "$@" >"$out" 2>&1 </dev/null 3>&- &
	DASHBOARD=$!
	for _ in $(seq 1500); do ! grep -q Ctrl-C "$out" || break; sleep 0.02; done
	LINK=$(head -1 "$out") OUT=$out
	ADDRESS=${LINK#http://} TOKEN=${LINK#*#}
	ADDRESS=${ADDRESS%%/*}
	[[ $LINK == http://127.0.0.1:*/#* ]] || { cat "$out"; return 1; }
}

dashboard_end() {
	[ -z "${DASHBOARD:-}" ] || kill "$DASHBOARD" 2>/dev/null || true
	DASHBOARD=
}

web() { on_host curl -s --max-time 20 "$@"; }
code() { web -o /dev/null -w '%{http_code}' "$@"; }

enter() { # as the page does it: sets KEY and COOKIE
	KEY=$(web -D "$WORK/head" -H "Origin: http://$ADDRESS" -d "$TOKEN" "http://$ADDRESS/enter" | jq -re .Key)
	COOKIE=$(sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/p' "$WORK/head")
}

# Requests of the page's; a header that is given takes the place of its own.
page() {
	local header own=()
	for header in "Origin: http://$ADDRESS" 'Sec-Fetch-Site: same-origin' "X-Berth-Key: $KEY" "Cookie: $COOKIE"; do
		[[ "${*:2} " == *"${header%%:*}"[:\;]* ]] || own+=(-H "$header")
	done
	web "${@:2}" "${own[@]}" "http://$ADDRESS$1"
}
page_code() { page "$1" -o /dev/null -w '%{http_code}' "${@:2}"; }
