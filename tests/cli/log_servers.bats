# Drivers that send log lines away, to the programs that receive them in earnest: rsyslog, journald, systemd-journal-remote.
load ../lib/engine
load ../lib/receivers
# /run is the engine's own: journald's sockets have one place only.
setup_file() { receivers_setup 'mount -t tmpfs none /run && mkdir -p /run/systemd/journal /run/log/journal'; }
server() { # what there is once it is ready, command...
	inside "${@:2}" >>"$WORK/server.log" 2>&1 3>&- &
	echo $! >"$WORK/receiver"
	await nsenter -t "$(cat "$WORK/pid")" -n -m sh -c "$1"
}
rsyslog() {
	cat >"$WORK/rsyslog.conf" <<-C
		global(maxMessageSize="64k" workDirectory="$WORK")
		module(load="imudp")
		module(load="imtcp")
		module(load="imuxsock" SysSock.Use="off")
		input(type="imudp" address="127.0.0.1" port="5514")
		input(type="imtcp" address="127.0.0.1" port="5514")
		input(type="imuxsock" Socket="$WORK/syslog.sock" RateLimit.Interval="0")
		template(name="t" type="string" string="%protocol-version%|%syslogfacility-text%|%syslogseverity-text%|%hostname%|%app-name%|%msgid%|%syslogtag%|%msg%\n")
		action(type="omfile" file="$WORK/syslog" template="t")
	C
	server 'grep -q ":158A " /proc/net/udp && grep -q ":158A .* 0A " /proc/net/tcp && [ -S '"$WORK"'/syslog.sock ]' \
		rsyslogd -n -i "$WORK/rsyslog.pid" -f "$WORK/rsyslog.conf"
}
count_is() { [ "$(grep -c "$2" "$WORK/syslog")" -eq "$1" ]; }
journald() { server '[ -S /run/systemd/journal/socket ]' /lib/systemd/systemd-journald; }
journal() { nsenter -t "$(cat "$WORK/pid")" -n -m journalctl -q -D /run/log/journal "$@"; }
journal_has() { [ "$(journal -o cat "${@:2}" | wc -l)" -eq "$1" ]; }
numbers='i=0; while [ $i -lt 5000 ]; do echo number $i; i=$((i+1)); done'

@test "rsyslog takes every line over TCP, in its order, and each format and transport as what it says" {
	rsyslog
	d run --name logs --network none --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5514 --log-opt tag=many busybox sh -c "$numbers" >/dev/null
	await count_is 5000 'many.*number'
	sed -n 's/.*many.*number //p' "$WORK/syslog" | diff - <(seq 0 4999)
	d rm logs
	d run --rm --network none --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5514 --log-opt syslog-format=rfc5424micro \
		--log-opt syslog-facility=local3 --log-opt tag=new busybox sh -c 'echo out; echo err >&2'
	await count_is 1 "^1|local3|info|$(hostname)|new|new|new\\[[0-9]*\\]|.*out"
	await count_is 1 "^1|local3|err|$(hostname)|new|new|new\\[[0-9]*\\]|.*err"
	d run --rm --network none --log-driver syslog --log-opt syslog-address=udp://127.0.0.1:5514 --log-opt syslog-format=rfc3164 --log-opt tag=old busybox echo out
	await count_is 1 "^0|daemon|info|$(hostname)|old|-|old\\[[0-9]*\\]:|.*out"
	d run --rm --network none --log-driver syslog --log-opt "syslog-address=unixgram://$WORK/syslog.sock" --log-opt tag=local busybox sh -c "$numbers" >/dev/null
	await count_is 5000 '|local|.*number'
}

@test "rsyslog that is started anew gets what is written afterwards, over TCP" {
	rsyslog
	d run -d --name logs --network none --log-driver syslog --log-opt syslog-address=tcp://127.0.0.1:5514 --log-opt tag=on busybox \
		sh -c 'i=0; while :; do i=$((i+1)); echo "turn $i"; sleep 0.05; done'
	await grep -q 'on.*turn' "$WORK/syslog"
	receiver_stop
	before=$(d logs logs | tail -n 1)
	rsyslog
	await grep -q "on.*turn $((${before#turn } + 60))\$" "$WORK/syslog"
	# Each line but for those on their way when it ended, once.
	[ -z "$(sed -n 's/.*on.*turn //p' "$WORK/syslog" | sort -n | uniq -d)" ]
}

@test "journald has every line, fields, bytes of any kind, and long lines in parts; journal-remote takes them over" {
	journald
	d run --name logs --network none --log-driver journald --label a=b -e F=g --log-opt labels=a --log-opt env=F --log-opt 'tag={{.Name}}/t' busybox \
		sh -c 'echo out; echo err >&2; printf "by\001\377tes\n"; head -c 20000 /dev/zero | tr "\0" A; echo' >/dev/null
	await journal_has 5 CONTAINER_NAME=logs
	[ "$(journal -o cat CONTAINER_NAME=logs PRIORITY=6 | head -n 1)" = out ]
	[ "$(journal -o cat CONTAINER_NAME=logs PRIORITY=3)" = err ]
	journal -o json CONTAINER_NAME=logs PRIORITY=3 | jq -e '.A == "b" and .F == "g" and .CONTAINER_TAG == "logs/t" and .SYSLOG_IDENTIFIER == "logs/t" and ._TRANSPORT == "journal"'
	journal -o json CONTAINER_NAME=logs | jq -se 'any(.[]; .MESSAGE == [98,121,1,255,116,101,115])'
	journal -a -o json CONTAINER_NAME=logs CONTAINER_PARTIAL_MESSAGE=true | jq -e '(.MESSAGE | length) == 16384'
	[ "$(d logs logs 2>/dev/null | wc -c)" -eq 20013 ]
	d run --rm --network none --log-driver journald --log-opt tag=many busybox sh -c "$numbers" >/dev/null
	await journal_has 5000 CONTAINER_TAG=many
	journal -o cat CONTAINER_TAG=many | diff - <(seq -f 'number %g' 0 4999)
	journal -o export CONTAINER_TAG=many | /lib/systemd/systemd-journal-remote -o "$WORK/remote.journal" - 2>>"$WORK/server.log"
	[ "$(journalctl -q --file "$WORK/remote.journal" -o cat CONTAINER_TAG=many | wc -l)" -eq 5000 ]
}

@test "journald that is started anew gets what is written afterwards" {
	journald
	d run -d --name logs --network none --log-driver journald busybox sh -c 'i=0; while :; do i=$((i+1)); echo "turn $i"; sleep 0.05; done'
	await eval 'journal -o cat CONTAINER_NAME=logs | grep -q turn'
	receiver_stop
	before=$(d logs logs | tail -n 1)
	journald
	await eval 'journal -o cat CONTAINER_NAME=logs | grep -qx "turn $((${before#turn } + 60))"'
}
