load ../lib/engine
# Tables on a terminal: they fit its width, and states have colours. Docker's own client does neither.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	file_setup
	long=registry.example.com:5000/a-team/with-a-long-name/and-an-image:with-a-long-tag
	d tag busybox $long
	d run -d --name a-container-with-quite-a-long-name --network none $long sh -c 'sleep 1000; echo a rather long command that nobody wants to see'
	d run --name bad --network none busybox false || [ $? = 1 ]
	d run --name good --network none busybox true
}
teardown_file() { [ -z "${WORK:-}" ] || file_teardown; }
screen() { # columns, words: what a terminal of that width is sent
	TERM=xterm timeout 20 script -qec "stty cols $1; $DOCKER ${*:2}" /dev/null </dev/null | tr -d '\r'
}
plain() { sed 's/\x1b\[[0-9;]*[A-Za-z]//g'; }

@test "ps, images and system df fit 80 columns; names and ids stay whole" {
	for words in 'ps -a' images 'system df' 'system df -v' 'image ls' 'network ls' 'history busybox' 'stats --no-stream'; do
		text=$(screen 80 $words | plain)
		[ "$(wc -L <<<"$text")" -le 80 ] || { echo "$words: $text"; return 1; }
	done
	[[ $(screen 80 ps -a | plain) == *$'\n'"$(d ps -aqf name=bad) "*'Exit'*' bad'$'\n'* ]]
	[[ $(screen 80 ps | plain) == *'registr'*…* ]]
}

@test "what is not a terminal, a template and --no-trunc get all of it" {
	[[ $(d ps) == *'/and-an-image:with-a-long-tag '* ]]
	[[ $(screen 80 ps --no-trunc | plain) == *'/and-an-image:with-a-long-tag '* ]]
	[[ $(screen 80 ps --format "'table {{.Image}}\t{{.Command}}\t{{.ID}}\t{{.Status}}'" | plain) == *'/and-an-image:with-a-long-tag '* ]]
	[[ $(screen 240 ps | plain) == *'/and-an-image:with-a-long-tag '*' a-container-with-quite-a-long-name' ]]
}

@test "states have colours on a terminal, unless NO_COLOR or TERM=dumb says otherwise" {
	text=$(screen 120 ps -a)
	[[ $text == *$'\e[32mUp '* && $text == *$'\e[31mExited (1)'* && $text == *$'\e[2mExited (0)'* ]] || { echo "$text"; return 1; }
	[[ $(NO_COLOR=1 screen 120 ps -a) != *$'\e'* ]]
	[[ $(NO_COLOR= screen 120 ps -a) == *$'\e[32mUp '* ]]
	[[ $(d ps -a) != *$'\e'* ]]
	run script -qec "TERM=dumb $DOCKER ps -a" /dev/null </dev/null
	[[ $output != *$'\e'* ]]
}

@test "compose ps is cut, too" {
	printf 'services:\n  one:\n    image: busybox\n    command: sh -c "sleep 1000; echo something that is long"\n    network_mode: none\n' >"$WORK/compose.yaml"
	d compose -f "$WORK/compose.yaml" -p project-with-a-long-name up -d
	text=$(screen 80 compose -f "$WORK/compose.yaml" -p project-with-a-long-name ps)
	[ "$(plain <<<"$text" | wc -L)" -le 80 ] || { echo "$text"; return 1; }
	[[ $text == *$'\e[32mUp '* ]]
	d compose -f "$WORK/compose.yaml" -p project-with-a-long-name down -t 0
}

@test "info: the engine's storage, drivers, runtimes and registries, as docker shows them" {
	d info >"$WORK/info" 2>&1
	for line in ' Storage Driver: overlay2' '  Backing Filesystem: ' '  Supports d_type: true' ' Plugins:' '  Volume: local' '  Network: bridge host ipvlan macvlan null' \
		'  Log: fluentd gelf journald json-file local syslog' ' Runtimes: .*runc' ' Default Runtime: runc' ' Insecure Registries:' '  127.0.0.0/8' ' Live Restore Enabled: true'; do
		grep -q "^$line" "$WORK/info" || { echo "$line is missing"; cat "$WORK/info"; return 1; }
	done
}
