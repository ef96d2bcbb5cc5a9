# Drivers that send log lines away, each to a receiver of the tests' own.
load ../lib/engine
load ../lib/receivers
# /run/systemd/journal is the engine's own, as journald's socket has one place only.
setup_file() { receivers_setup 'mkdir -p /run/systemd/journal && mount -t tmpfs none /run/systemd/journal'; }
receiver() { # kind, address
	: >"$WORK/received"
	inside python3 "$BATS_TEST_DIRNAME/log_receiver.py" "$1" "$2" >"$WORK/received" 2>"$WORK/receiver.log" 3>&- &
	echo $! >"$WORK/receiver"
	for _ in $(seq 1500); do grep -q listens "$WORK/received" && return; sleep 0.02; done
	cat "$WORK/receiver.log"
	return 1
}
# received FILTER: waits until a line of what was received makes it true
received() {
	for _ in $(seq 600); do
		grep -v -e '^"listens"$' -e '^"closed"$' "$WORK/received" | jq -e --slurp "any(.[]; $1)" >/dev/null 2>&1 && return
		sleep 0.05
	done
	cut -c 1-300 "$WORK/received" >&2
	return 1
}
send() { d run --name logs --network none "$@" busybox sh -c 'echo out "\"quoted\""; echo err >&2'; }
copied() { [ "$(d logs logs 2>/dev/null)" = 'out "quoted"' ] && [ "$(d logs logs 2>&1 >/dev/null)" = err ]; }

@test "syslog: over UDP, TCP and local sockets, in each of its formats" {
	receiver udp 127.0.0.1:5514
	send --log-driver syslog --log-opt syslog-address=udp://127.0.0.1:5514 --log-opt syslog-facility=local3 --log-opt 'tag={{.Name}}/{{.ID}}'
	id=$(d inspect -f '{{slice .Id 0 12}}' logs)
	received "test(\"^<158>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} logs/$id\\\\[[0-9]+\\\\]: out \\\"quoted\\\"\\n\$\")"
	received 'test("^<155>.*: err\n$")'
	copied
	d rm logs
	receiver_stop
	receiver tcp 127.0.0.1:5514
	send --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5514 --log-opt syslog-format=rfc3164
	received "test(\"^<30>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} $(hostname) [0-9a-f]{12}\\\\[[0-9]+\\\\]: out\")"
	d rm logs
	for format in rfc5424 rfc5424micro; do
		send --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5514 --log-opt "syslog-format=$format" --log-opt "tag=$format"
		received "test(\"^<30>1 20[0-9-]{8}T[0-9:.]+(Z|[+-][0-9:]{5}) $(hostname) $format [0-9]+ $format - out\")"
		d rm logs
	done
	receiver_stop
	for kind in unix unixgram; do
		receiver "$kind" "$WORK/syslog.$kind"
		send --log-driver syslog --log-opt "syslog-address=$kind://$WORK/syslog.$kind"
		received 'test(": out")'
		copied
		d rm logs
		receiver_stop
	done
}

@test "journald: fields of its native protocol, attributes and text of any kind" {
	run d run --rm --network none --log-driver journald busybox true
	[[ $output = *'failed to initialize logging driver: journald is not enabled on this host'* ]]
	receiver journald /run/systemd/journal/socket
	send --log-driver journald --label a.b=c -e D=e --log-opt labels=a.b --log-opt 'env-regex=^D$' --log-opt 'tag={{.ImageName}}'
	id=$(d inspect -f '{{.Id}}' logs)
	received ".MESSAGE == \"out \\\"quoted\\\"\" and .PRIORITY == \"6\" and .CONTAINER_ID_FULL == \"$id\" and .CONTAINER_NAME == \"logs\" and .A_B == \"c\" and .D == \"e\" and
		.CONTAINER_TAG == \"busybox\" and .SYSLOG_IDENTIFIER == \"busybox\" and .IMAGE_NAME == \"busybox\""
	received '.MESSAGE == "err" and .PRIORITY == "3" and (.SYSLOG_TIMESTAMP | test("^20.*[^0]Z$"))'
	received '.CONTAINER_LOG_ORDINAL == "2" and (.CONTAINER_LOG_EPOCH | length) == 64 and (has("CONTAINER_PARTIAL_ID") | not)'
	copied
}

@test "parts of a long line belong together; empty lines and an end without a newline are messages" {
	long="head -c 20000 /dev/zero | tr '\\0' x; echo y; echo; printf end"
	receiver journald /run/systemd/journal/socket
	d run --rm --network none --log-driver journald busybox sh -c "$long" >/dev/null
	received '(.MESSAGE | length) == 16384 and .CONTAINER_PARTIAL_MESSAGE == "true" and .CONTAINER_PARTIAL_ORDINAL == "1" and .CONTAINER_PARTIAL_LAST == "false"'
	received '(.MESSAGE | endswith("y")) and .CONTAINER_PARTIAL_ORDINAL == "2" and .CONTAINER_PARTIAL_LAST == "true" and (has("CONTAINER_PARTIAL_MESSAGE") | not)'
	received '.MESSAGE == "" and .CONTAINER_LOG_ORDINAL == "3"'
	received '.MESSAGE == "end" and (has("CONTAINER_PARTIAL_ID") | not)'
	jq -se '[.[] | objects | .CONTAINER_PARTIAL_ID | strings] | length == 2 and .[0] == .[1] and (.[0] | length) == 64' "$WORK/received"
	receiver_stop
	receiver fluentd 127.0.0.1:24224
	d run --rm --network none --log-driver fluentd busybox sh -c "$long" >/dev/null
	received '(.[2].log | length) == 16384 and .[2].partial_message == "true" and .[2].partial_ordinal == "1" and .[2].partial_last == "false"'
	received '(.[2].log | endswith("y")) and .[2].partial_message == "true" and .[2].partial_ordinal == "2" and .[2].partial_last == "true" and (.[2].partial_id | length) == 64'
	received '.[2].log == ""'
	received '.[2].log == "end" and (.[2] | has("partial_id") | not)'
}

@test "fluentd: messages with tag, time and fields; asynchronously where nobody is there yet" {
	receiver fluentd 127.0.0.1:24224
	send --log-driver fluentd --label a=b --log-opt labels-regex=a --log-opt tag=t.x
	id=$(d inspect -f '{{.Id}}' logs)
	received ".[0] == \"t.x\" and (.[1] | type) == \"number\" and .[2].log == \"out \\\"quoted\\\"\" and .[2].source == \"stdout\" and .[2].container_id == \"$id\" and .[2].container_name == \"/logs\" and .[2].a == \"b\""
	received '.[2].log == "err" and .[2].source == "stderr"'
	copied
	d rm logs
	receiver_stop
	run d run --rm --network none --log-driver fluentd busybox true
	[ "$status" -ne 0 ]
	[[ $output = *'failed to initialize logging driver: dial tcp 127.0.0.1:24224: connect: connection refused'* ]]
	[[ $DOCKER != "$BUILD/berth" || $output = *'hint: nothing receives the log at tcp 127.0.0.1:24224: '* ]]
	d run -d --name logs --network none --log-driver fluentd --log-opt fluentd-async=true --log-opt fluentd-retry-wait=100ms --log-opt fluentd-sub-second-precision=true busybox sh -c 'echo early; sleep 100'
	for _ in $(seq 1500); do [ "$(d logs logs)" = early ] && break; sleep 0.02; done
	receiver fluentd 127.0.0.1:24224
	received '.[2].log == "early" and (.[1] | length) == 2'
}

@test "gelf: UDP in both compressions and in pieces, TCP; attributes" {
	receiver gelf-udp 127.0.0.1:12201
	send --log-driver gelf --log-opt gelf-address=udp://127.0.0.1:12201 --label a=b --log-opt labels=a --log-opt 'tag={{.Command}}'
	received ".short_message == \"out \\\"quoted\\\"\" and .version == \"1.1\" and .level == 6 and .compressed == \"gzip\" and ._a == \"b\" and ._container_name == \"logs\" and .host == \"$(hostname)\" and ._container_id and ._created"
	received '.short_message == "err" and .level == 3 and (._tag | startswith("sh -c"))'
	copied
	d rm logs
	for kind in zlib none; do
		d run --name logs --network none --log-driver gelf --log-opt gelf-address=udp://127.0.0.1:12201 --log-opt "gelf-compression-type=$kind" busybox sh -c "head -c 9000 /dev/zero | tr '\\0' x; echo; echo $kind" >/dev/null
		received "(.short_message | length) == 9000 and .compressed == $([ "$kind" = none ] && echo null || echo '"zlib"')"
		received ".short_message == \"$kind\""
		d rm logs
	done
	receiver_stop
	receiver gelf-tcp 127.0.0.1:12201
	send --log-driver gelf --log-opt gelf-address=tcp://127.0.0.1:12201
	received '.short_message == "out \"quoted\"" and .compressed == null'
}

@test "a receiver that goes and comes again misses nothing; it lives without the engine" {
	receiver tcp 127.0.0.1:5514
	d run -d --name logs --network none --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5514 busybox sh -c 'i=0; while [ -e /etc/passwd ]; do i=$((i+1)); echo "line $i."; sleep 0.05; done'
	received 'test("line 3\\.")'
	receiver_stop
	sleep 0.5
	receiver tcp 127.0.0.1:5514
	received 'test("line 30\\.")'
	engine_kill
	before=$(wc -l <"$WORK/received")
	for _ in $(seq 600); do [ "$(wc -l <"$WORK/received")" -le $((before + 5)) ] || break; sleep 0.05; done
	[ "$(wc -l <"$WORK/received")" -gt $((before + 5)) ]
	receiver_stop
	engine_start
	[ "$(d inspect -f '{{.State.Running}}' logs)" = true ]
	d logs logs | grep -q 'line 30\.'
}

@test "a receiver that takes nothing holds up no container for ever, and what is lost is told" {
	inside python3 -c 'import socket, time; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096); s.bind(("127.0.0.1", 5515)); s.listen(); print("listens", flush=True); time.sleep(1000)' >"$WORK/received" 3>&- &
	echo $! >"$WORK/receiver"
	for _ in $(seq 1500); do grep -q listens "$WORK/received" && break; sleep 0.02; done
	d run --name logs --network none --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5515 --log-opt mode=non-blocking --log-opt max-buffer-size=64k \
		busybox sh -c 'yes 0123456789012345678901234567890123456789 | head -n 200000; echo done'
	[ "$(d logs --tail 1 logs)" = done ]
	for _ in $(seq 600); do grep -q 'log lines could not be sent and are lost' "$WORK/log" && break; sleep 0.05; done
	grep -q 'syslog: [0-9]* log lines could not be sent and are lost' "$WORK/log"
}

@test "non-blocking: a container that floods a receiver which takes nothing ends when it is told to" {
	inside python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 5516)); print("listens", flush=True); c = s.accept(); time.sleep(1000)' >"$WORK/received" 3>&- &
	echo $! >"$WORK/receiver"
	for _ in $(seq 1500); do grep -q listens "$WORK/received" && break; sleep 0.02; done
	lost() { grep -c 'log lines could not be sent and are lost' "$WORK/log" || true; }
	before=$(lost)
	d run -d --name logs --network none --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5516 --log-opt mode=non-blocking busybox yes 0123456789012345678901234567890123456789
	for _ in $(seq 600); do [ "$(lost)" -gt "$before" ] && break; sleep 0.05; done
	[ "$(lost)" -gt "$before" ]
	d rm -f logs
}

@test "options are checked at the create, in dockerd's words" {
	while IFS='|' read -r driver options words; do
		answer=$(post_json /containers/create "{\"Image\": \"busybox\", \"Cmd\": [\"true\"], \"HostConfig\": {\"LogConfig\": {\"Type\": \"$driver\", \"Config\": {$options}}}}" | jq -r .message)
		[[ $answer = "$words"* ]] || { echo "$driver $options: $answer" >&2; false; }
	done <<-'E'
		syslog|"x": "1"|unknown log opt 'x' for syslog log driver
		syslog|"syslog-address": "foo"|unsupported scheme: ''
		syslog|"syslog-address": "foo://x"|unsupported scheme: 'foo'
		syslog|"syslog-address": "unix:///nowhere"|stat /nowhere: no such file or directory
		syslog|"syslog-address": "tcp+tls://x:1"|syslog-address: TLS to log receivers is not supported
		syslog|"syslog-tls-cert": "x"|log opt 'syslog-tls-cert': TLS to log receivers is not supported
		syslog|"syslog-facility": "zz"|invalid syslog facility
		syslog|"syslog-format": "zz"|Invalid syslog format
		journald|"x": "1"|unknown log opt 'x' for journald log driver
		fluentd|"fluentd-address": "foo://x"|invalid fluentd-address (foo://x): unsupported scheme: 'foo'
		fluentd|"fluentd-address": "tls://x:1"|fluentd-address: TLS to log receivers is not supported
		fluentd|"fluentd-async": "x"|strconv.ParseBool: parsing "x": invalid syntax
		fluentd|"fluentd-buffer-limit": "x"|invalid size: 'x'
		fluentd|"fluentd-retry-wait": "x"|time: invalid duration "x"
		fluentd|"fluentd-max-retries": "x"|strconv.ParseUint: parsing "x": invalid syntax
		fluentd|"fluentd-request-ack": "true"|log opt 'fluentd-request-ack' is not supported
		gelf||gelf-address is a required parameter
		gelf|"gelf-address": "unix://x:9"|gelf: endpoint needs to be TCP or UDP
		gelf|"gelf-address": "udp://127.0.0.1"|gelf: please provide gelf-address as proto://host:port
		gelf|"gelf-address": "tcp://127.0.0.1:9", "gelf-compression-type": "gzip"|compression is only supported on UDP
		gelf|"gelf-address": "udp://127.0.0.1:9", "gelf-compression-type": "zz"|unknown value "zz" for log opt "gelf-compression-type" for gelf log driver
		gelf|"gelf-address": "udp://127.0.0.1:9", "gelf-tcp-max-reconnect": "3"|"gelf-tcp-max-reconnect" is only valid for TCP
		gelf|"gelf-address": "udp://127.0.0.1:9", "x": "1"|unknown log opt "x" for gelf log driver
		awslogs||logger: no log driver named 'awslogs' is registered
		syslog|"cache-disabled": "x"|invalid value for option cache-disabled: x
		syslog|"mode": "non-blocking", "max-buffer-size": "zz"|error parsing option max-buffer-size: invalid size: 'zz'
		local|"x": "1"|unknown log opt 'x' for log driver local
	E
	for tag in '{{' '{{.Nope}}'; do
		run d run --rm --network none --log-opt "tag=$tag" busybox true
		[[ $output = *'failed to initialize logging driver: template: log-tag:1'* ]]
	done
	d run --name logs --network none --log-opt 'tag={{.Name}}' --log-opt labels-regex=^a --label ab=c busybox echo x
	tail -n 1 "$(d inspect -f '{{.LogPath}}' logs)" | jq -e '.attrs == {tag: "logs", ab: "c"}'
	d rm logs
	receiver udp 127.0.0.1:5514
	d run --name logs --network none --log-driver syslog --log-opt syslog-address=udp://127.0.0.1:5514 --log-opt cache-disabled=true busybox echo x
	run d logs logs
	[[ $output = *'configured logging driver does not support reading'* ]]
}
