# What `network create` makes and refuses, beside what dockerd 28.5 answers (create.tsv).
load ../lib/engine
load ../lib/hosts
setup_file() { hosts_make; }
teardown_file() { hosts_remove; }

refused() { run d "${@:2}"; [ "$status" -ne 0 ] && [[ $output == *"$1"* ]] || { echo "$* gave: $output"; return 1; }; }

@test "requests to make networks get dockerd's answers" {
	python3 "$BATS_TEST_DIRNAME/create.py" "$WORK/b.sock" "$BATS_TEST_DIRNAME/create.tsv"
}

@test "the command's own refusals are docker's, and nothing is made" {
	refused 'every ip-range or gateway must have a corresponding subnet' network create --gateway 10.130.0.3 bad
	refused 'every ip-range or gateway must have a corresponding subnet' network create --ip-range 10.130.0.0/24 bad
	refused 'no matching subnet for gateway 10.132.0.1' network create --subnet 10.131.0.0/24 --gateway 10.132.0.1 bad
	refused 'no matching subnet for range 10.132.0.0/25' network create --subnet 10.131.0.0/24 --ip-range 10.132.0.0/25 bad
	refused 'no matching subnet for aux-address 10.132.0.1' network create --subnet 10.131.0.0/24 --aux-address a=10.132.0.1 bad
	refused 'multiple overlapping subnet configuration is not supported' network create --subnet 10.131.0.0/24 --subnet 10.131.0.0/25 bad
	refused 'cannot create a swarm scoped network when swarm is not active' network create --scope swarm bad
	refused 'Ingress network can only be global scope network' network create --ingress bad
	refused 'plugin "nosuch" not found' network create --ipam-driver nosuch bad
	refused 'IPv4 or IPv6 must be enabled' network create --ipv4=false bad
	[ "$(d network ls -q | wc -l)" -eq 3 ]
}

@test "names: blanks and slashes are letters like others, twice is a conflict" {
	for name in 'a b' 'a/b' 'container:x'; do
		d network create "$name"
		[ "$(d network inspect -f '{{.Name}}' "$name")" = "$name" ]
		refused "network with name $name already exists" network create "$name"
		d run --rm --network "$(d network inspect -f '{{.Id}}' "$name")" busybox true
		[ "$(d network rm "$name")" = "$name" ]
	done
	d network create twice
	[ "$(status_of -X POST -H 'Content-Type: application/json' -d '{"Name":"twice"}' http://b/networks/create)" = 409 ]
	d network rm twice
	d network rm -f twice
	refused 'network twice not found' network rm twice
}

@test "a configuration network lends its settings, is no network itself, and stays while it is used" {
	d network create --config-only --subnet 10.200.0.0/24 --gateway 10.200.0.9 -o com.docker.network.driver.mtu=1400 --label l=1 cfg
	d network create --config-from cfg of
	[ "$(d network inspect -f '{{(index .IPAM.Config 0).Gateway}} {{.Options}} {{.Labels}} {{.ConfigFrom.Network}} {{.Driver}}' of)" = \
		'10.200.0.9 map[com.docker.network.driver.mtu:1400] map[l:1] cfg bridge' ]
	[ "$(d run --rm --network of busybox cat /sys/class/net/eth0/mtu)" = 1400 ]
	refused 'user specified configurations are not supported if the network depends on a configuration network' network create --config-from cfg --subnet 10.201.0.0/24 bad
	refused 'network driver options are not supported if the network depends on a configuration network' network create --config-from cfg -o a=b bad
	refused 'user specified configurations are not supported' network create --config-from cfg --label a=b bad
	refused 'configuration network "of" does not exist' network create --config-from of bad
	refused 'Pool overlaps with other one on this address space' network create --config-from cfg bad
	refused 'cannot create endpoint on configuration-only network' run --rm --network cfg busybox true
	refused 'configuration network "cfg" is in use' network rm cfg
	engine_kill
	engine_start
	refused 'configuration network "cfg" is in use' network rm cfg
	d network rm of
	d network rm cfg
}

@test "subnets that are chosen keep away from the host's, and small ones work to their last address" {
	on_host ip addr add 172.18.0.5/16 dev "$WIRE_A"
	d network create away
	[ "$(d network inspect -f '{{(index .IPAM.Config 0).Subnet}}' away)" = 172.19.0.0/16 ]
	on_host ip addr del 172.18.0.5/16 dev "$WIRE_A"
	d network rm away
	d network create --subnet 10.120.0.0/31 two
	[ "$(d run --rm --network two busybox ip route | grep default)" = 'default via 10.120.0.0 dev eth0 ' ]
	d run --rm --network two busybox ip -4 -o addr show eth0 | grep -q '10.120.0.1/31 scope'
	d network create --subnet 10.121.0.0/32 one
	refused "no available IPv4 addresses on this network's address pools: one" run --rm --network one busybox true
	d network create --subnet 10.122.0.0/24 --ip-range 10.122.0.128/25 part
	d run --rm --network part busybox ip route | grep -q 'default via 10.122.0.128'
	d run --rm --network part busybox ip -4 -o addr show eth0 | grep -q 10.122.0.129/24
	d network rm two one part
}

@test "what is asked for in a network is right, or refused in dockerd's words" {
	d network create --subnet 10.210.0.0/24 sub
	d network create auto
	said='invalid endpoint settings:'
	refused "no configured subnet or ip-range contain the IP address 10.211.0.5" run --rm --network sub --ip 10.211.0.5 busybox true
	refused 'Address already in use' run --rm --network sub --ip 10.210.0.1 busybox true
	refused 'Address already in use' run --rm --network sub --ip 10.210.0.0 busybox true
	refused 'Address already in use' run --rm --network sub --ip 10.210.0.255 busybox true
	refused "invalid config for network sub: $said"$'\n''* invalid IPv4 address: fd00::1' run --rm --network sub --ip fd00::1 busybox true
	refused 'user specified IP address is supported only when connecting to networks with user configured subnets' run --rm --network auto --ip 172.18.0.50 busybox true
	refused 'user specified IP address is supported only when' run --rm --network sub --ip6 fd00::1 busybox true
	refused 'user specified IP address is supported on user defined networks only' run --rm --ip 172.17.0.50 busybox true
	refused '* user specified IP address is supported on user defined networks only' run --rm --network host --ip 172.17.0.50 busybox true
	refused '* user specified IP address is supported on user defined networks only' run --rm --network none --ip 172.17.0.50 busybox true
	refused 'invalid link-local IP address: nonsense' run --rm --network sub --link-local-ip nonsense busybox true
	refused 'invalid link local IP address: 10.1.1.1' run --rm --network sub --link-local-ip 10.1.1.1 busybox true
	refused 'option com.docker.network.endpoint.nonsense is not supported' run --rm --network name=sub,driver-opt=com.docker.network.endpoint.nonsense=1 busybox true
	d network rm sub auto
}

@test "a bridge that was there before its network stays behind it; one that an earlier engine left goes with it" {
	on_host ip link add theirs type bridge
	d network create -o com.docker.network.bridge.name=theirs of-theirs
	d run --rm --network of-theirs busybox true
	d network create ours
	bridge=br-$(d network inspect -f '{{slice .Id 0 12}}' ours)
	d run --rm --network ours busybox true
	engine_kill
	engine_start
	d network rm of-theirs ours
	on_host ip link show theirs
	not on_host ip link show "$bridge"
	on_host ip link del theirs
	refused 'existing interface lo is not a bridge' network create -o com.docker.network.bridge.name=lo bad
	d network create -o com.docker.network.bridge.name=bt-same one
	refused 'networks have same bridge name' network create -o com.docker.network.bridge.name=bt-same bad
	d network rm one
}

@test "networks that an earlier engine stored are still there, whatever it let in" {
	d network create old
	engine_kill
	python3 - "$WORK/data" <<'P'
import glob, json, sqlite3, sys
for f in glob.glob(sys.argv[1] + "/**/*", recursive=True):
    try: db = sqlite3.connect(f); rows = db.execute("select name, spec from networks").fetchall()
    except Exception: continue
    for name, spec in rows:
        if name != "old": continue
        spec = json.loads(spec)
        spec["IPAM"]["Config"] = [{"Subnet": "10.77.0.9/24", "Gateway": "10.77.0.0"}]
        spec["Options"] = {"com.docker.network.bridge.nonsense": "x", "com.docker.network.bridge.enable_icc": "perhaps",
                           "com.docker.network.driver.mtu": "1400"}
        spec.pop("_Chosen", None)
        db.execute("update networks set spec=? where name='old'", (json.dumps(spec),)); db.commit()
P
	engine_start
	[ "$(d run --rm --network old busybox cat /sys/class/net/eth0/mtu)" = 1400 ]
	d network rm old
}
