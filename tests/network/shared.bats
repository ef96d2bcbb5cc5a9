# Containers that share a network, links between them, and the files that say who is where.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

inside() { d exec "$1" sh -c "$2"; }
refused() { run d "${@:2}"; [ "$status" -ne 0 ] && [[ $output == *"$1"* ]] || { echo "$output"; return 1; }; }
files='/etc/hosts /etc/hostname /etc/resolv.conf'

@test "network container:X has X's names and files, as the same files" {
	d network create mine
	d run -d --name owner -h foo.example.com --network mine --add-host there:1.2.3.4 busybox sleep 1000
	d run -d --name joins --network container:owner busybox sleep 1000
	d run -d --name third --network container:joins busybox sleep 1000
	for name in joins third; do
		[ "$(inside "$name" hostname)" = foo.example.com ]
		[ "$(inside "$name" "ls -i $files")" = "$(inside owner "ls -i $files")" ]
		[ "$(inside "$name" 'echo $HOSTNAME')" = foo.example.com ]
		inside "$name" 'nslookup -type=a owner 127.0.0.11' | grep -q 'Address: 172'
	done
	[ "$(d inspect -f '{{.HostsPath}} {{.HostnamePath}} {{.ResolvConfPath}}' joins)" = "$(d inspect -f '{{.HostsPath}} {{.HostnamePath}} {{.ResolvConfPath}}' owner)" ]
	[ "$(d inspect -f '{{.Config.Hostname}} {{json .NetworkSettings.Networks}} [{{.NetworkSettings.SandboxID}}]' joins)" = 'foo.example.com {} []' ]
	[ "$(d inspect -f '{{.HostConfig.NetworkMode}}' joins)" = "container:$(d inspect -f '{{.Id}}' owner)" ]
	d network connect bridge owner
	inside joins 'ip -4 -o addr show eth1 | grep -q 172.17.'
	[ "$(inside joins 'grep -c foo.example.com /etc/hosts')" -eq 2 ]
	d rename owner renamed
	d restart -t 0 joins
	[ "$(inside joins hostname)" = foo.example.com ]
	d stop -t 0 renamed
	refused 'cannot join network namespace of a non running container: container renamed is exited' restart -t 0 joins
	d start renamed
	d start joins
	[ "$(inside joins "ls -i $files")" = "$(inside renamed "ls -i $files")" ]
	d rm -f renamed joins third
	d network rm mine
}

@test "what goes not together with a shared network is refused in Docker's words" {
	d run -d --name owner busybox sleep 1000
	while IFS='|' read -r mode options words; do
		refused "$words" create --network "$mode" $options busybox true
	done <<-'T'
		container:owner|-h foo|conflicting options: hostname and the network mode
		container:owner|--dns 1.1.1.1|conflicting options: dns and the network mode
		container:owner|--add-host a:1.1.1.1|conflicting options: custom host-to-IP mapping and the network mode
		container:owner|--link owner:l|conflicting options: container type network can't be used with links. This would result in undefined behavior
		container:owner|-p 80:80|conflicting options: port publishing and the container type network mode
		container:owner|-P|conflicting options: port publishing and the container type network mode
		container:owner|--expose 80|conflicting options: port exposing and the container type network mode
		host|--link owner:l|conflicting options: host type networking can't be used with links. This would result in undefined behavior
		bridge|-h foo --uts host|conflicting options: hostname and the UTS mode
		container:|--rm|invalid container format container:<name
	T
	refused 'joining network namespace of container: No such container: nosuch' run --rm --network container:nosuch busybox true
	d create --name self --network container:self busybox true
	refused 'cannot join own network namespace' start self
	[ "$(status_of -X POST -H 'Content-Type: application/json' -d '{"Image":"busybox","Cmd":["true"],"Hostname":"a","HostConfig":{"NetworkMode":"container:owner"}}' http://b/containers/create)" = 400 ]
	d rm -f owner self
}

@test "the host's network: its hostname and its hosts, unless something else was said" {
	[ "$(d run --rm --network host busybox hostname)" = "$(hostname)" ]
	[ "$(d run --rm --network host busybox cat /etc/hostname)" = "$(hostname)" ]
	[ "$(d run --rm --network host busybox cat /etc/hosts)" = "$(cat /etc/hosts)" ]
	[ "$(d run --rm --network host -h other busybox hostname)" = other ]
	d run --rm --network host --add-host x:1.2.3.4 busybox cat /etc/hosts | grep -q '^ff02::1.*ip6-allnodes'
}

@test "a hostname with a domain is in /etc/hosts with and without it" {
	hosts() { d run --rm "$@" busybox tail -n 1 /etc/hosts | cut -f2; }
	[ "$(hosts -h foo.example.com)" = 'foo.example.com foo' ]
	[ "$(hosts -h foo --domainname example.com)" = 'foo.example.com foo' ]
	[ "$(hosts -h foo.a --domainname b.c)" = 'foo.a.b.c foo' ]
	[ "$(hosts -h foo)" = foo ]
}

@test "what is mounted at /etc keeps hosts, hostname and resolv.conf; what is mounted on them is there instead" {
	mkdir "$WORK/etc"
	echo mine >"$WORK/hosts"
	for at in vol:/etc "$WORK/etc:/etc"; do
		[ "$(d run --rm -h named -v "$at" busybox sh -c 'cat /etc/hostname; grep -c named /etc/hosts; grep -c nameserver /etc/resolv.conf' | xargs)" = 'named 1 1' ]
		[ "$(d run --rm -v "$at" -v "$WORK/hosts:/etc/hosts" busybox cat /etc/hosts)" = mine ]
	done
	[ "$(d run --rm -h named --tmpfs /etc busybox cat /etc/hostname)" = named ]
	[ "$(d run --rm -v "$WORK/hosts:/etc/hosts" busybox cat /etc/hosts)" = mine ]
	# A link in the volume leads nowhere out of the container.
	echo untouched >"$WORK/outside"
	ln -sf "$WORK/outside" "$WORK/etc/hostname"
	d run --rm -v "$WORK/etc:/etc" busybox true || true
	[ "$(cat "$WORK/outside")" = untouched ]
	d volume rm vol
}

@test "a fresh volume at /etc has places for them and mtab, also read-only or for an image without /etc; a read-only tmpfs too" {
	for at in kept:/etc:ro kept:/etc; do
		[ "$(d run --rm -h named --read-only -v "$at" busybox sh -c 'cat /etc/hostname; readlink /etc/mtab; grep -c named /etc/hosts' | xargs)" = 'named /proc/mounts 1' ]
	done
	[ "$(d run --rm -h named --network host -v other:/etc:ro busybox cat /etc/hostname)" = named ]
	d run --rm -v kept:/seen busybox sh -c 'cd /seen && [ ! -s hosts ] && [ ! -s hostname ] && [ ! -s resolv.conf ] && [ -f resolv.conf ]'
	run d run --rm -v kept:/etc:ro busybox touch /etc/new
	[[ $output == *'Read-only file system'* ]]
	mkdir "$WORK/bare"
	cp "$(command -v busybox)" "$WORK/bare/busybox"
	tar -C "$WORK/bare" -c busybox | d import - bare
	d run --rm -v none:/etc:ro bare /busybox grep -q nameserver /etc/resolv.conf
	[ "$(d run --rm -h named --tmpfs /etc:ro busybox cat /etc/hostname)" = named ]
	run d run --rm --tmpfs /etc:ro busybox touch /etc/new
	[[ $output == *'Read-only file system'* ]]
	# The order is that of depth: what lies in it is still writable.
	d run --rm --tmpfs /x:ro -v kept:/x/y -w /x/w busybox sh -c '[ "$PWD" = /x/w ] && touch /x/y/z && ! touch /x/z'
	run d run --rm --mount type=tmpfs,dst=/x,readonly busybox touch /x/z
	[[ $output == *'Read-only file system'* ]]
	d volume rm kept other none
	d rmi bare
}

@test "--link: names, environment, hosts, and what inspect and ps tell; rename, a new address, rm --link" {
	d run -d --name aa --expose 80 -e X=y busybox sleep 1000
	d run -d --name bb --link aa:alias --link aa busybox sleep 1000
	id=$(d inspect -f '{{slice .Id 0 12}}' aa)
	[ "$(d inspect -f '{{json .HostConfig.Links}}' bb)" = '["/aa:/bb/alias","/aa:/bb/aa"]' ]
	[ "$(d inspect -f '{{json .HostConfig.Links}}' aa)" = null ]
	[ "$(d ps --format '{{.Names}}' | xargs)" = 'bb aa' ]
	[ "$(d ps --no-trunc --format '{{.Names}}' | xargs)" = 'bb aa,bb/aa,bb/alias' ]
	inside bb "grep -q \"alias $id aa\$\" /etc/hosts"
	inside bb "grep -q \"[[:space:]]aa $id\$\" /etc/hosts"
	[ "$(inside bb 'echo $ALIAS_NAME $ALIAS_ENV_X $AA_PORT_80_TCP_PROTO')" = '/bb/alias y tcp' ]
	[ "$(d inspect -f '{{.Name}}' bb/alias)" = /aa ]
	[ "$(inside bb/alias hostname)" = "$id" ]
	d rename aa ar
	d rename bb br
	[ "$(d inspect -f '{{json .HostConfig.Links}}' br)" = '["/ar:/br/alias","/ar:/br/aa"]' ]
	d stop -t 0 ar
	d run -d --name filler busybox sleep 1000
	d start ar
	new=$(d inspect -f '{{.NetworkSettings.IPAddress}}' ar)
	[ "$(inside br 'grep alias /etc/hosts')" = "$(printf '%s\talias %s ar' "$new" "$id")" ]
	[ "$(inside br 'echo $ALIAS_PORT_80_TCP_ADDR')" = "$new" ]
	engine_kill
	engine_start
	[ "$(d ps --no-trunc --filter name=ar --format '{{.Names}}')" = ar,br/aa,br/alias ]
	refused 'No such container: br/nosuch' rm --link br/nosuch
	refused 'Conflict, cannot remove the default link name of the container' rm --link br
	[ "$(d rm --link /br/alias)" = /br/alias ]
	[ "$(d inspect -f '{{json .HostConfig.Links}}' br)" = '["/ar:/br/aa"]' ]
	run inside br 'grep alias /etc/hosts'
	[ "$status" -ne 0 ]
	d inspect ar >/dev/null
	d stop -t 0 ar
	refused 'Cannot link to a non running container: /ar AS /br/aa' restart -t 0 br
	d rm -f ar br filler
}

@test "--link to what stands in another's network is that one; to what is not on the bridge, refused" {
	d network create apart
	d run -d --name owner busybox sleep 1000
	d run -d --name joins --network container:owner busybox sleep 1000
	d run -d --name hosted --network host busybox sleep 1000
	d run -d --name away --network apart busybox sleep 1000
	owner=$(d inspect -f '{{.NetworkSettings.IPAddress}}' owner)
	[ "$(d run --rm --link joins:x busybox grep -w x /etc/hosts | cut -f1)" = "$owner" ]
	refused 'host type networking can' run --rm --link hosted:x busybox true
	refused 'not attached to default bridge network' run --rm --link away:x busybox true
	refused 'could not get container for nosuch: No such container: nosuch' run --rm --link nosuch:x busybox true
	refused 'bad format for links: a:b:c' run --rm --link a:b:c busybox true
	d run --rm --network apart --link nosuch:x busybox true
	d rm -f owner joins hosted away
	d network rm apart
}

@test "ports that an image exposes are no conflict with another's network, also where the request has an empty list of them" {
	d import -c 'EXPOSE 80' -c 'CMD ["sleep", "1000"]' "$WORK/busybox.tar" exposing
	d run -d --name keeper --network none busybox sleep 1000
	id=$(post_json /containers/create '{"Image": "exposing", "ExposedPorts": {}, "HostConfig": {"NetworkMode": "container:keeper"}}' | jq -re .Id)
	d start "$id"
	post_json /containers/create '{"Image": "exposing", "ExposedPorts": {"80/tcp": {}}, "HostConfig": {"NetworkMode": "container:keeper"}}' | grep -q 'port exposing and the container type network mode'
	printf 'services:\n  a: {image: exposing}\n  b: {image: exposing, network_mode: "service:a"}\n' >"$WORK/compose.yaml"
	"$BUILD/berth" compose -f "$WORK/compose.yaml" -p exposing up -d
	"$BUILD/berth" compose -f "$WORK/compose.yaml" -p exposing down -t 0
	d rm -f "$id" keeper
	d rmi exposing
}
