load ../lib/engine
load ../lib/hosts
setup_file() { hosts_make --publish-mode proxy; }
teardown_file() { hosts_remove; }

@test "publish-mode proxy: ports from all sides, by no rule of ours" {
	web one uno -p 8080:80
	d run -d --name two busybox sleep 1000
	await on_host curl -sf --max-time 3 127.0.0.1:8080
	[ "$(on_host curl -s --max-time 3 127.0.0.1:8080)" = uno ]
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	[ "$(get_from two 172.17.0.1 8080)" = uno ]
	[ -z "$(rules | grep 8080)" ]
	run d run --rm -p 8080:80 busybox true
	[ "$status" -eq 125 ]
	engine_kill
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	engine_start --publish-mode proxy
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	"$BUILD/berth" update --publish-add 8082:80 --publish-rm 8080:80 one
	await outside curl -sf --max-time 3 10.5.0.1:8082
	[ "$(outside curl -s --max-time 3 10.5.0.1:8082)" = uno ]
	run outside curl -s --max-time 1 10.5.0.1:8080
	[ "$status" -ne 0 ]
	d rm -f one two
}

@test "publish-mode proxy: the host's own rules for what comes in decide" {
	web one uno -p 8080:80
	on_host nft 'add table inet own; add chain inet own input { type filter hook input priority 0; }; add rule inet own input tcp dport 8080 iifname != lo drop'
	await on_host curl -sf --max-time 3 127.0.0.1:8080
	run outside curl -s --max-time 1 10.5.0.1:8080
	[ "$status" -ne 0 ]
	[ "$(on_host curl -s --max-time 3 127.0.0.1:8080)" = uno ]
	on_host nft delete table inet own
	[ "$(outside curl -s --max-time 3 10.5.0.1:8080)" = uno ]
	d rm -f one
}

@test "publish-mode proxy: much data both ways, half-closed connections, udp" {
	head -c 30000000 /dev/urandom >"$WORK/big"
	cat >"$WORK/server.py" <<'P'
import hashlib, socket, threading
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 7002))
def echo():
    while True: u.sendto(*u.recvfrom(100))
threading.Thread(target=echo, daemon=True).start()
l = socket.create_server(("", 7001)); c, _ = l.accept()
threading.Thread(target=lambda: (c.sendall(open("/big", "rb").read()), c.shutdown(socket.SHUT_WR))).start()
h = hashlib.sha256(); n = 0
while part := c.recv(1 << 20): h.update(part); n += len(part)
print(n, h.hexdigest(), flush=True)
threading.Event().wait()
P
	# Python is the host's: its folders are mounted.
	d run -d --name big -p 7001:7001 -p 7002:7002/udp -v "$WORK/big:/big:ro" -v "$WORK/server.py:/server.py:ro" -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro busybox /usr/bin/python3 /server.py
	serves big 7001
	outside python3 - "$WORK/big" <<'P'
import hashlib, socket, sys, threading
data = open(sys.argv[1], "rb").read()
s = socket.create_connection(("10.5.0.1", 7001), 5)
def send():
    s.sendall(data[:5000000])
    s.shutdown(socket.SHUT_WR)
t = threading.Thread(target=send); t.start()
got = b""
while len(got) < len(data):
    part = s.recv(1 << 20)
    if not part: break
    got += part
t.join()
assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest(), len(got)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.settimeout(3)
u.sendto(b"hello", ("10.5.0.1", 7002))
assert u.recvfrom(100)[0] == b"hello"
P
	for _ in $(seq 600); do [ -n "$(d logs big)" ] && break; sleep 0.05; done
	[ "$(d logs big)" = "5000000 $(head -c 5000000 "$WORK/big" | sha256sum | cut -d' ' -f1)" ]
	d rm -f big
}

@test "a port is free when its container's end is told, however long the shim then takes to tidy up" {
	d run -d --name ended -p 8455:80 busybox sleep 1000
	shim=$(awk '/^PPid/ { print $2 }' "/proc/$(d inspect -f '{{.State.Pid}}' ended)/status")
	[ "$(cat "/proc/$shim/comm")" = berth-shim ]
	strace -qq -p "$shim" -e trace=exit_group -e inject=exit_group:delay_enter=4000000 >/dev/null 2>"$WORK/strace" 3>&- &
	tracer=$!
	traced() { grep -q '^TracerPid:[[:space:]]*[1-9]' "/proc/$shim/status"; }
	await traced
	d kill ended
	d wait ended
	# The shim is still there, and the port is not.
	[ "$(cat "/proc/$shim/comm")" = berth-shim ]
	d start ended
	wait $tracer || true
	d rm -f ended
}
