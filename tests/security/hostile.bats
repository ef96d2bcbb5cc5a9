# Input that is meant to do harm: archives, output without end, Compose files, networks.
load ../lib/engine
load ../lib/hosts
setup_file() {
	hosts_make -D
}
teardown_file() { hosts_remove; }

@test "CVE-2014-9357: no program is run for an archive, whatever it says it is" {
	mkdir -p "$WORK/bin"
	for program in lrzip grzip lzop compress gzip xz zstd tar; do
		printf '#!/bin/sh\ntouch %s/ran\n' "$WORK" >"$WORK/bin/$program"
		chmod +x "$WORK/bin/$program"
	done
	engine_kill
	PATH=$WORK/bin:$PATH engine_start -D
	printf 'LRZI\0\6........................' >"$WORK/a.lrz"
	printf 'GRZipII\0\2\4:)....................' >"$WORK/a.grz"
	printf '\x89LZO\x00\x0d\x0a\x1a\x0a....................' >"$WORK/a.lzo"
	for archive in "$WORK"/a.*; do
		run d load -i "$archive"
		[ "$status" -ne 0 ]
		run d import "$archive" x:1
		[ "$status" -ne 0 ]
	done
	# Nor a program that an image's earlier layer has brought along.
	d create --name with-xz busybox true
	d cp "$WORK/bin/xz" with-xz:/bin/xz
	d commit with-xz withxz:1
	d rm with-xz
	d save withxz:1 | xz >"$WORK/image.tar.xz"
	d load -i "$WORK/image.tar.xz"
	[ ! -e "$WORK/ran" ]
}

@test "CVE-2022-31030: output without end, of exec or a health check, leaves the engine as small as it was" {
	d run -d --name endless --network none --health-cmd 'yes | head -c 50000000' --health-interval 1s --health-timeout 20s busybox sleep 100
	before=$(peak_kb)
	timeout 3 "$DOCKER" exec endless yes | head -c 200000000 >/dev/null || true
	api -X POST -H 'Content-Type: application/json' -d '{"Cmd":["yes"],"AttachStdout":true}' http://b/containers/endless/exec | jq -r .Id >"$WORK/id"
	(curl -s --max-time 3 --limit-rate 1k --unix-socket "$WORK/b.sock" -X POST -H 'Content-Type: application/json' -d '{}' "http://b/exec/$(cat "$WORK/id")/start" >/dev/null) || true
	sleep 2
	for _ in $(seq 300); do [ "$(d inspect -f '{{len .State.Health.Log}}' endless)" -gt 0 ] && break; sleep 0.1; done
	[ "$(peak_kb)" -lt $((before + 32768)) ]
	[ "$(d inspect -f '{{len (index .State.Health.Log 0).Output}}' endless)" -eq 4096 ]
	d rm -f endless
}

@test "CVE-2021-21285, CVE-2022-31030: images that claim the absurd end in an error" {
	mkdir -p "$WORK/i"
	for config in '{' '[]' '{"rootfs":{"diff_ids":"x"}}' '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:00"]},"config":{"Env":{"a":1}}}' "$(python3 -c 'print("["*5000)')"; do
		echo "$config" >"$WORK/i/c.json"
		for manifest in '[{"Config":"c.json","RepoTags":["odd:1"],"Layers":["l.tar"]}]' '[{"Config":"c.json","Layers":7}]' '{"Config":1}' '[[[[]]]]'; do
			echo "$manifest" >"$WORK/i/manifest.json"
			run d load -i <(tar -C "$WORK/i" -c .)
			[ "$status" -ne 0 ]
		done
	done
	[ "$(api http://b/_ping)" = OK ]
	d images | not grep -q odd
}

@test "CVE-2019-13509: no secret, password or token of a build is written to the log, at debug level" {
	echo s3cr3t-of-file >"$WORK/secret"
	mkdir -p "$WORK/ctx"
	printf 'FROM busybox\nARG HTTP_PROXY\nRUN --mount=type=secret,id=a cat /run/secrets/a >/dev/null\nRUN --mount=type=secret,id=b,env=B true\n' >"$WORK/ctx/Dockerfile"
	[ "$(basename "$DOCKER")" = berth ] || skip "the classic client has no secrets"
	B=s3cr3t-of-env d build -q --secret "id=a,src=$WORK/secret" --secret id=b,env=B "$WORK/ctx"
	api -o /dev/null -X POST -H "X-Registry-Auth: $(printf '{"username":"u","password":"s3cr3t-of-header"}' | base64 -w0)" 'http://b/images/create?fromImage=127.0.0.1:9/none'
	api -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"username":"u","password":"s3cr3t-of-login","serveraddress":"127.0.0.1:9"}' http://b/auth
	api -o /dev/null -X POST 'http://b/build?buildargs=%7B%22TOKEN%22:%22s3cr3t-of-argument%22%7D' --data-binary x
	for _ in $(seq 600); do ! grep -q 'POST /build' "$WORK/log" || break; sleep 0.05; done
	grep -q 'POST /build' "$WORK/log"
	not grep -q 's3cr3t' "$WORK/log"
	not grep -rq 's3cr3t' "$WORK/data"
}

@test "CVE-2023-28840, 28841, 28842: what would go between hosts in the clear is refused" {
	for driver in overlay vxlan; do
		run d network create -d $driver between
		[ "$status" -ne 0 ]
	done
	run d network create -d overlay --opt encrypted between
	[ "$status" -ne 0 ]
	[ -z "$(d network ls -q -f name=between)" ]
}

@test "CVE-2025-9074: no container reaches the API over any address of the host" {
	engine_kill
	echo '{"allow-insecure-api": true}' >"$WORK/daemon.json"
	engine_start -H tcp://0.0.0.0:2375
	[ "$(outside curl -s --max-time 5 http://10.5.0.1:2375/_ping)" = OK ]
	d network create six --ipv6 --subnet fd00:9::/64 || true
	for network in bridge six; do
		d run -d --name "on-$network" --network $network busybox sleep 100
		gateway=$(d inspect -f "{{(index .NetworkSettings.Networks \"$network\").Gateway}}" "on-$network")
		for address in $gateway 10.5.0.1; do
			[ -z "$(d exec "on-$network" sh -c "printf 'GET /_ping HTTP/1.0\r\nHost: $address\r\n\r\n' | timeout 3 nc $address 2375")" ]
		done
		d rm -f "on-$network"
	done
	grep -q 'refused a connection of the container at .* to the API' "$WORK/log"
	d network rm six
	engine_kill
	echo '{}' >"$WORK/daemon.json"
	engine_start -D
}

@test "CVE-2020-13401: neither a container nor the host's end of its bridge takes router advertisements" {
	d run -d --name quiet busybox sleep 100
	bridge=$(on_host sh -c 'ls /proc/sys/net/ipv6/conf' | grep -E '^berth|^br-' | head -1)
	[ "$(on_host cat "/proc/sys/net/ipv6/conf/$bridge/accept_ra")" = 0 ]
	[ "$(d exec quiet cat /proc/sys/net/ipv6/conf/eth0/accept_ra /proc/sys/net/ipv6/conf/all/accept_ra | xargs)" = '0 0' ]
	d rm -f quiet
}

# Frames that a process of root sends from a container's link, and how many of an ICMPv6 type come by on the bridge.
ra_seen() { # container, type
	local pid bridge
	pid=$(d inspect -f '{{.State.Pid}}' "$1")
	bridge=$(on_host sh -c 'ls /proc/sys/net/ipv6/conf' | grep -E '^berth' | head -1)
	on_host timeout 10 python3 - "$bridge" "$pid" "$2" <<'P'
import os, socket, struct, subprocess, sys
bridge, pid, kind = sys.argv[1:]
kind = int(kind)
watch = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
watch.bind((bridge, 0))
watch.settimeout(0.3)
send = f"""
import socket, struct
icmp = struct.pack("!BBHBBHII", {kind}, 0, 0, 64, 0, 1800, 0, 0)
ip = struct.pack("!IHBB", 6 << 28, len(icmp), 58, 255) + socket.inet_pton(socket.AF_INET6, "fe80::1") + socket.inet_pton(socket.AF_INET6, "ff02::1")
frame = bytes.fromhex("33330000000102000000000186dd") + ip + icmp
packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
packet.bind(("eth0", 0))
try: packet.send(frame)
except OSError: pass
raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
try: raw.sendto(icmp, ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))
except OSError: pass
"""
subprocess.run(["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-c", send], check=True)
seen = 0
try:
    while True:
        frame = watch.recv(2048)
        seen += frame[12:14] == b"\x86\xdd" and frame[20] == 58 and frame[54] == kind
except TimeoutError:
    pass
print(seen)
P
}

@test "CVE-2020-13401: a container sends no router advertisements, by no kind of socket, unless it may change its network" {
	d run -d --name rogue busybox sleep 100
	# What has nothing to do with them passes: 128 is an echo request.
	[ "$(ra_seen rogue 128)" -ge 1 ]
	[ "$(ra_seen rogue 134)" -eq 0 ]
	[ -z "$(d exec rogue sh -c 'ip link set eth0 down' 2>&1 | grep -v 'not permitted')" ]
	d run -d --name router --cap-add NET_ADMIN busybox sleep 100
	[ "$(ra_seen router 134)" -ge 1 ]
	d network create second
	d network connect second rogue
	nsenter --net="/proc/$(d inspect -f '{{.State.Pid}}' rogue)/ns/net" nft list ruleset | grep -c 'nd-router-advert drop' | grep -qx 2
	d rm -f rogue router
	d network rm second
}

@test "CVE-2025-62725: nothing that a Compose file names is written outside of the project" {
	[ "$(basename "$DOCKER")" = berth ] || skip "Compose is berth's"
	mkdir -p "$WORK/p/project"
	cd "$WORK/p/project"
	printf 'services:\n  a: {image: busybox, network_mode: none, command: "true", configs: [{source: c, target: /../../../c}], secrets: [s]}\nconfigs:\n  c: {content: "../../owned"}\nsecrets:\n  s: {environment: HOME}\n' >compose.yaml
	(cd "$WORK/p" && find . | sort) >"$WORK/before"
	d compose -p "../../evil" config >/dev/null 2>&1 || true
	d compose -p proj up 2>&1 | tail -3 || true
	d compose -p proj down -t 0 || true
	# A link of the image's is not a way out either.
	printf 'FROM busybox\nRUN ln -s %s /out\n' "$WORK/p" | d build -q --network none -t linked -
	printf 'services:\n  a: {image: linked, network_mode: none, command: "true", configs: [{source: c, target: /out/owned}]}\nconfigs:\n  c: {content: owned}\n' >compose.yaml
	d compose -p proj up 2>&1 | tail -3 || true
	d compose -p proj down -t 0 || true
	for include in 'oci://127.0.0.1:9/x:1' 'https://127.0.0.1:9/x.git' '../outside.yaml'; do
		printf 'include: ["%s"]\nservices:\n  a: {image: busybox}\n' "$include" >compose.yaml
		run d compose -p proj config
		[ "$status" -ne 0 ]
	done
	rm compose.yaml
	(cd "$WORK/p" && find . | sort) >"$WORK/after"
	[ "$(grep -v compose.yaml "$WORK/before")" = "$(cat "$WORK/after")" ]
}
