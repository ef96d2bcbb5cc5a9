# Networks that come and go while their containers run.
load ../lib/engine
load ../lib/hosts
setup_file() { hosts_make; }
teardown_file() { hosts_remove; }

inside() { d exec "$1" sh -c "$2"; }
links_of() { inside "$1" 'ls /sys/class/net' | xargs; }
route_of() { inside "$1" 'ip route' | awk '/^default/ { print $3 }'; }
route6_of() { inside "$1" 'ip -6 route' | awk '/^default/ { print $3 }'; }
address_of() { d inspect -f "{{(index .NetworkSettings.Networks \"$2\").IPAddress}}" "$1"; }
resolves() { inside "$1" "nslookup -type=a $2 127.0.0.11" | grep -q "^Address: $3\$"; }
veths() { on_host ip -o link show type veth | grep -vc " bt-" || true; } # but for the one to the next host
# The kernel takes a pair away some time after its container's namespace has gone.
veths_become() { for _ in $(seq 300); do [ "$(veths)" -ne "$1" ] || return 0; sleep 0.1; done; on_host ip -o link; return 1; }
refused() { run d "${@:2}"; [ "$status" -ne 0 ] && [[ $output == *"$1"* ]] || { echo "$output"; return 1; }; }

@test "connect and disconnect, fifty times: nothing is lost, nothing is left" {
	d network create many
	d run -d --name fifty busybox sleep 1000
	before=$(veths)
	for _ in $(seq 50); do
		d network connect many fifty
		d network disconnect many fifty
	done
	[ "$(links_of fifty)" = 'eth0 lo' ]
	[ "$(veths)" -eq "$before" ]
	d network connect many fifty
	[ "$(links_of fifty)" = 'eth0 eth1 lo' ]
	inside fifty 'ping -c 1 -W 2 172.18.0.1'
	d network disconnect bridge fifty
	d network disconnect many fifty
	[ "$(links_of fifty)" = lo ]
	[ "$(d inspect -f '{{json .NetworkSettings.Networks}}' fifty)" = '{}' ]
	d network connect bridge fifty
	[ "$(links_of fifty)" = 'eth0 lo' ]
	d rm -f fifty
	d network rm many
}

@test "links that a container makes itself are in nobody's way" {
	d network create more
	d run -d --name maker --privileged busybox sleep 1000
	inside maker 'ip link add eth1 type veth peer name own; ip link add dummy7 type dummy || true'
	d network connect more maker
	[ "$(inside maker 'ip -4 -o addr show eth2' | grep -c 172.18.0.2/16)" -eq 1 ]
	d network disconnect more maker
	inside maker 'ip link show eth1'
	run inside maker 'ip link show eth2'
	[ "$status" -ne 0 ]
	inside maker 'ip link set eth0 down; ip link set eth0 name mine'
	d network disconnect bridge maker
	run inside maker 'ip link show mine'
	[ "$status" -ne 0 ]
	d rm -f maker
	d network rm more
}

@test "a link that cannot be made leaves nothing, and the next attempt can" {
	d network create one
	d run -d --name half --cap-add NET_ADMIN busybox sleep 1000
	before=$(veths)
	inside half 'ip route add 172.18.0.0/16 via 172.17.0.1'
	d network create -o com.docker.network.driver.mtu=70000 wide || true
	run d network connect wide half
	[ "$status" -ne 0 ]
	[ "$(veths)" -eq "$before" ]
	[ "$(d inspect -f '{{len .NetworkSettings.Networks}}' half)" -eq 1 ]
	d network connect one half
	d rm -f half
	d network rm one
	d network rm wide || true
}

@test "names of a new network resolve at once, also for who began on the default bridge; and no longer than it" {
	d network create apart
	d run -d --name first busybox sleep 1000
	d run -d --name other --network apart -h own.example --network-alias data busybox sleep 1000
	run inside first 'grep 127.0.0.11 /etc/resolv.conf'
	[ "$status" -ne 0 ]
	inode=$(inside first 'ls -i /etc/resolv.conf')
	d network connect --alias given apart first
	inside first 'grep -q 127.0.0.11 /etc/resolv.conf'
	[ "$(inside first 'ls -i /etc/resolv.conf')" = "$inode" ]
	theirs=$(address_of other apart) ours=$(address_of first apart)
	id=$(d inspect -f '{{slice .Id 0 12}}' other)
	for name in other other.apart data own.example "$id"; do resolves first "$name" "$theirs"; done
	for name in first first.apart given; do resolves other "$name" "$ours"; done
	inside first "nslookup $theirs" | grep -q 'name = other.apart'
	inside first "grep -q '^$ours' /etc/hosts"
	d network disconnect apart first
	run resolves first other "$theirs"
	[ "$status" -ne 0 ]
	run resolves other first "$ours"
	[ "$status" -ne 0 ]
	run inside first "grep '^$ours' /etc/hosts"
	[ "$status" -ne 0 ]
	d rm -f first other
	d network rm apart
}

@test "a resolv.conf that the container changed stays as it is; its hosts file keeps what it wrote" {
	d network create apart
	d run -d --name writer busybox sh -c 'echo "# mine" >>/etc/resolv.conf; echo "1.2.3.4 mine" >>/etc/hosts; exec sleep 1000'
	until inside writer 'grep -q mine /etc/hosts'; do sleep 0.05; done
	d network connect apart writer
	inside writer 'grep -q "# mine" /etc/resolv.conf'
	run inside writer 'grep 127.0.0.11 /etc/resolv.conf'
	[ "$status" -ne 0 ]
	resolves writer writer "$(address_of writer apart)"
	d network disconnect apart writer
	inside writer 'grep -q "1.2.3.4 mine" /etc/hosts'
	d rm -f writer
	d network rm apart
}

@test "names follow after the engine was killed, too" {
	d network create apart
	d network create beside
	d run -d --name old --network apart busybox sleep 1000
	d run -d --name plain busybox sleep 1000
	engine_kill
	engine_start
	d network connect beside old
	d network connect apart plain
	d run -d --name new --network beside busybox sleep 1000
	resolves old new "$(address_of new beside)"
	resolves plain old "$(address_of old apart)"
	d rm -f old plain new
	d network rm apart beside
}

@test "IPv6: addresses by name, and names by address" {
	d network create --ipv6 --subnet 10.61.0.0/24 --subnet fd00:61::/64 six
	d run -d --name asks busybox sleep 1000
	d run -d --name told --network six busybox sleep 1000
	d network connect six asks
	inside asks 'nslookup -type=aaaa told' | grep -q 'Address: fd00:61::2'
	inside asks 'nslookup -type=ptr 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.6.0.0.0.0.d.f.ip6.arpa' | grep -q 'name = told.six'
	inside asks 'ping -6 -c 1 -W 2 fd00:61::2'
	d rm -f asks told
	d network rm six
}

@test "links to containers that start later: in DNS, for the one that has them" {
	d network create apart
	d run -d --name early --network apart --link late:alias busybox sleep 1000
	run resolves early alias 172.18.0.3
	[ "$status" -ne 0 ]
	d run -d --name late --network apart busybox sleep 1000
	late=$(address_of late apart)
	resolves early alias "$late"
	resolves early alias.apart "$late"
	run resolves late alias "$late"
	[ "$status" -ne 0 ]
	run inside early 'grep alias /etc/hosts'
	[ "$status" -ne 0 ]
	d run -d --name third busybox sleep 1000
	d network connect --link late:lk apart third
	resolves third lk "$late"
	d rm -f early late third
	d network rm apart
}

@test "published ports move between networks of other families while the shim holds them" {
	d network create --ipv6 --subnet 10.66.0.0/24 --subnet fd00:66::/64 both
	d run -d --name moves -p 8166:80 busybox sleep 1000
	for _ in 1 2 3 4 5; do
		d network connect --gw-priority 10 both moves
		[ "$(d port moves 80 | xargs)" = "0.0.0.0:8166 [::]:8166" ]
		d network disconnect both moves
		[ "$(d port moves 80 | xargs)" = "0.0.0.0:8166 [::]:8166" ]
	done
	d rm -f moves
	d network rm both
}

@test "each family's ports are published by the network of its own default route, and stay the same" {
	d network create four
	d network create --ipv4=false --ipv6 --subnet fd00:67::/64 six
	d run -d --name split --network four -p 80 -p 127.0.0.1:8167:81 busybox sh -c 'mkdir /w; echo here >/w/index.html; httpd -p 81 -h /w; exec httpd -f -p 80 -h /w'
	port=$(d port split 80 | sed -n 's/^0.0.0.0://p')
	reached() { [ "$(on_host curl -gs --max-time 5 "http://$1")" = here ]; }
	told() { [ "$(d port split | sort | xargs)" = "$*" ] || { d port split; return 1; }; }
	led() { on_host nft list ruleset | grep -q "fd00:67::2 . 80"; } # by a rule, and not by the shim
	all=("80/tcp -> 0.0.0.0:$port" "80/tcp -> [::]:$port" "81/tcp -> 127.0.0.1:8167")
	everywhere() {
		told "${all[@]}"
		for address in "127.0.0.1:$port" "[::1]:$port" 127.0.0.1:8167; do await reached "$address"; done
	}
	everywhere
	not led
	d network connect six split
	everywhere
	led
	engine_kill
	engine_start
	everywhere
	led
	d network disconnect six split
	everywhere
	not led
	d network connect six split
	d network disconnect four split
	told "80/tcp -> [::]:$port"
	await reached "[::1]:$port"
	not reached "127.0.0.1:$port"
	d network connect four split
	everywhere
	led
	"$BUILD/berth" update --publish-add 8168:80 --publish-rm 81 split
	told "80/tcp -> 0.0.0.0:$port" "80/tcp -> 0.0.0.0:8168" "80/tcp -> [::]:$port" "80/tcp -> [::]:8168"
	await reached '[::1]:8168'
	run "$BUILD/berth" update --publish-rm 81 split
	[[ $output == *'publishes no such port'* ]]
	d restart -t 0 split
	await reached '[::1]:8168'
	await reached 127.0.0.1:8168
	# A port that one of the two cannot have is nobody's.
	d run -d --name taker --network six -p '[::]:8169:80' busybox sleep 1000
	run "$BUILD/berth" update --publish-add 8169:80 split
	[ "$status" -ne 0 ]
	[[ $output == *'port is already allocated'* ]]
	d run --rm --network four -p 0.0.0.0:8169:80 busybox true
	d rm -f split taker
	[ -z "$(on_host nft list ruleset | grep -E '8168|8169|fd00:67::2')" ]
	d network rm four six
}

@test "the default route is elected anew: priorities, then names, both families, never an internal network" {
	d network create zz
	d network create aa
	d network create --ipv6 --subnet 10.62.0.0/24 --subnet fd00:62::/64 dual
	d network create --internal --ipv6 --subnet 10.63.0.0/24 --subnet fd00:63::/64 inner
	gate() { d network inspect -f '{{(index .IPAM.Config 0).Gateway}}' "$1"; }
	d run -d --name roams --network zz busybox sleep 1000
	[ "$(route_of roams)" = "$(gate zz)" ]
	d network connect aa roams
	[ "$(route_of roams)" = "$(gate aa)" ]
	d network connect --gw-priority 9 inner roams
	[ "$(route_of roams)" = "$(gate aa)" ]
	[ -z "$(route6_of roams)" ]
	d network disconnect zz roams
	d network connect --gw-priority 1 zz roams
	[ "$(route_of roams)" = "$(gate zz)" ]
	[ "$(d inspect -f '{{.NetworkSettings.Networks.zz.GwPriority}}' roams)" -eq 1 ]
	d network connect --gw-priority -5 dual roams
	[ "$(route_of roams)" = 10.62.0.1 ]
	[ "$(route6_of roams)" = fd00:62::1 ]
	engine_kill
	engine_start
	d network disconnect dual roams
	[ "$(route_of roams)" = "$(gate zz)" ]
	[ -z "$(route6_of roams)" ]
	d network disconnect zz roams
	[ "$(route_of roams)" = "$(gate aa)" ]
	d network disconnect aa roams
	[ -z "$(route_of roams)" ]
	d restart -t 0 roams
	[ "$(links_of roams)" = 'eth0 lo' ]
	d rm -f roams
	d network rm zz aa dual inner
}

@test "published ports follow from network to network, and are told as they are" {
	d network create zz
	d network create aa
	d network create --internal inner
	d run -d --name moves --network inner -p 8080:80 --expose 99 busybox sh -c 'mkdir /w; echo here >/w/index.html; exec httpd -f -p 80 -h /w'
	shown() { d inspect -f '{{json .NetworkSettings.Ports}}' moves; }
	reached() { [ "$(on_host curl -s --max-time 3 http://127.0.0.1:8080)" = here ]; }
	# Its server listens a moment after its start.
	serves() { for _ in $(seq 600); do reached && return; sleep 0.05; done; return 1; }
	[ "$(shown)" = '{}' ]
	[ -z "$(d port moves)" ]
	[ -z "$(d ps --filter name=moves --format '{{.Ports}}')" ]
	for network in zz aa bridge; do
		d network connect "$network" moves
		d port moves | grep -q '^80/tcp -> 0.0.0.0:8080'
		serves
	done
	[[ $(shown) == *'"99/tcp":null'* ]]
	d network disconnect aa moves
	reached
	run d run --rm -p 8080:81 busybox true
	[ "$status" -eq 125 ]
	[[ $output == *'port is already allocated'* ]]
	d network disconnect bridge moves
	reached
	engine_kill
	engine_start
	reached
	d network disconnect zz moves
	[ "$(shown)" = '{}' ]
	run reached
	[ "$status" -ne 0 ]
	d run -d --name taker -p 8080:80 busybox sleep 1000
	refused 'port is already allocated' network connect zz moves
	[ "$(links_of moves)" = 'eth0 lo' ]
	[ "$(d inspect -f '{{len .NetworkSettings.Networks}}' moves)" -eq 1 ]
	d rm -f taker
	d network connect zz moves
	reached
	d restart -t 0 moves
	serves
	d rm -f moves
	[ -z "$(on_host nft list ruleset | grep 8080)" ]
	d network rm zz aa inner
}

@test "the network that a container began in does not come back; none and host are refused" {
	d network create one
	d network create two
	d run -d --name left --network one busybox sleep 1000
	d network connect two left
	d network disconnect one left
	[ "$(d inspect -f '{{.HostConfig.NetworkMode}}' left)" = one ]
	d restart -t 0 left
	[ "$(d inspect -f '{{range $n, $_ := .NetworkSettings.Networks}}{{$n}} {{end}}' left)" = 'two ' ]
	d network connect one left
	d restart -t 0 left
	[ "$(d inspect -f '{{len .NetworkSettings.Networks}}' left)" -eq 2 ]
	d stop -t 0 left
	d network disconnect one left
	refused 'is not connected to the network one' network disconnect one left
	d network connect --alias later one left
	d start left
	resolves left later "$(address_of left one)"
	refused 'already exists in network one' network connect one left
	d run -d --name by-id --network "$(d network inspect -f '{{.Id}}' one)" busybox sleep 1000
	d network disconnect one by-id
	[ "$(links_of by-id)" = lo ]
	d run -d --name alone --network none busybox sleep 1000
	refused 'one of the networks in private (none) mode' network connect one alone
	d network disconnect none alone
	d network connect one alone
	[ "$(links_of alone)" = 'eth0 lo' ]
	resolves alone left "$(address_of left one)"
	refused 'one of the networks in private (none) mode' network connect none alone
	d network disconnect one alone
	d network connect none alone
	[ "$(links_of alone)" = lo ]
	[ "$(d inspect -f '{{range $name, $e := .NetworkSettings.Networks}}{{$name}}{{end}}' alone)" = none ]
	refused 'one of the networks in private (none) mode' network connect one alone
	d run -d --name hosted --network host busybox sleep 1000
	refused 'cannot be connected to any other network' network connect one hosted
	refused 'container was created in host network mode' network disconnect host hosted
	d rm -f left by-id alone hosted
	d network rm one two
}

@test "many clients connect, disconnect, stop, start and restart one container: none waits for ever, nothing is left" {
	others=$(d ps -aq)
	[ -z "$others" ] || d rm -f $others
	veths_become 0
	d network create aa
	d network create zz
	d run -d --name busy -p 8080:80 busybox sleep 1000
	actions() { # of one client
		for _ in $(seq 6); do
			case $1 in
			0 | 1) d network connect aa busy; d network disconnect aa busy ;;
			2 | 3) d network connect zz busy; d network disconnect zz busy ;;
			4) d stop -t 0 busy; d start busy ;;
			5) d restart -t 0 busy ;;
			esac
		done >/dev/null 2>&1 3>&-
		return 0
	}
	clients=()
	for i in 0 1 2 3 4 5; do
		actions "$i" &
		clients+=($!)
	done
	wait "${clients[@]}"
	d start busy
	for network in aa zz; do d network connect "$network" busy || d network inspect "$network" | grep -q busy; done
	[ "$(d inspect -f '{{len .NetworkSettings.Networks}}' busy)" -eq 3 ]
	[ "$(links_of busy | wc -w)" -eq 4 ]
	[ "$(veths)" -eq 3 ]
	resolves busy busy "$(address_of busy aa)"
	d rm -f busy
	veths_become 0
	for network in aa zz; do [ "$(d network inspect -f '{{len .Containers}}' "$network")" -eq 0 ]; done
	[ -z "$(on_host nft list ruleset | grep 8080)" ]
	d network rm aa zz
}

created_in() { # mode, networks as JSON; prints what it is in, before its start and after it, or why not
	local id
	id=$(post_json /v1.51/containers/create "{\"Image\":\"busybox\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{\"NetworkMode\":\"$1\"},\"NetworkingConfig\":{\"EndpointsConfig\":$2}}" | jq -r .Id)
	d inspect "$id" | jq -r '.[0].NetworkSettings.Networks | keys | join(" ")'
	d start "$id" >/dev/null && d inspect "$id" | jq -r '.[0].NetworkSettings.Networks | keys | join(" ")'
	d rm -f "$id" >/dev/null
}

@test "create with networks of its own: it is in these, and in that of its mode only where it is among them" {
	d network create uno-net
	d network create due-net
	uno=$(d network inspect -f '{{.Id}}' uno-net)
	is() { [ "$(echo "$output" | sort -u)" = "$1" ] || { echo "$output"; return 1; }; }
	for mode in '' default bridge due-net none; do
		run created_in "$mode" '{"uno-net":{}}'
		is uno-net
	done
	run created_in default '{"uno-net":{},"due-net":{}}'
	is 'due-net uno-net'
	run created_in uno-net '{"uno-net":{},"bridge":{}}'
	is 'bridge uno-net'
	run created_in uno-net "{\"$uno\":{}}"
	is uno-net
	run created_in bridge '{"default":{}}'
	is bridge
	run created_in bridge '{}'
	is bridge
	run created_in host '{"uno-net":{}}'
	[[ $output == *"cannot be connected to any other network"* ]]
	run created_in default '{"nowhere":{}}'
	[[ $output == *"network nowhere not found"* ]]
	d network rm uno-net due-net
}

@test "such a container: names, ports, links' names, and what is left after a restart" {
	d network create uno-net
	d network create due-net
	d run -d --name other --network uno-net busybox sleep 1000
	post_json '/v1.51/containers/create?name=only' '{"Image":"busybox","Cmd":["httpd","-f"],"HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"8088"}]}},"NetworkingConfig":{"EndpointsConfig":{"uno-net":{"Aliases":["nick"],"DriverOpts":{"com.docker.network.endpoint.ifname":"eth1"}},"due-net":{}}}}'
	d start only
	[ "$(links_of only)" = 'eth0 eth1 lo' ]
	[ "$(inside only 'ip -o -4 addr show eth1' | awk '{ print $4 }')" = "$(address_of only uno-net)/16" ]
	inside other 'ping -c 1 -W 2 nick'
	inside only 'ping -c 1 -W 2 other'
	serves only
	on_host curl -s -o /dev/null --max-time 3 http://127.0.0.1:8088
	d network connect bridge only
	[ "$(links_of only)" = 'eth0 eth1 eth2 lo' ]
	d network disconnect due-net only
	d restart -t 0 only
	[ "$(d inspect only | jq -r '.[0].NetworkSettings.Networks | keys | join(" ")')" = 'bridge uno-net' ]
	[ "$(links_of only)" = 'eth0 eth1 lo' ]
	d rm -f only other
	d network rm uno-net due-net
}

@test "who joined a container's network keeps no address of it when that ends, stopped or removed, also after a restart of the engine" {
	d network create uno-net
	gone() { [ "$(links_of joins)" = lo ]; }
	for how in 'stop -t 0' 'rm -f' restart; do
		d run -d --name owns --network uno-net busybox sleep 1000
		d network connect bridge owns
		d run -d --name joins --network container:owns busybox sleep 1000
		[ "$(links_of joins)" = 'eth0 eth1 lo' ]
		if [ "$how" = restart ]; then
			engine_kill
			engine_start
			how='kill'
		fi
		d $how owns
		await gone
		[ "$(veths)" -eq 0 ]
		d rm -f owns joins
	done
	d network rm uno-net
}

@test "a network that was removed under a stopped container: the start says which, disconnect forgets it" {
	for name in uno-net due-net; do d network create "$name"; done
	d create --name odd --network uno-net busybox sleep 1000
	d network connect due-net odd
	d network rm uno-net due-net
	refused 'failed to set up container networking: could not find a network matching network mode uno-net: network uno-net not found' start odd
	d network disconnect due-net odd
	refused 'network due-net not found' network disconnect due-net odd
	refused 'network nowhere not found' network disconnect nowhere odd
	d network disconnect uno-net odd
	d start odd
	[ "$(links_of odd)" = lo ]
	refused 'network uno-net not found' network disconnect uno-net odd
	d network connect bridge odd
	[ "$(links_of odd)" = 'eth0 lo' ]
	d rm -f odd
}

@test "every name of a member also resolves with its network's name behind it: aliases, host name, short id" {
	d network create uno-net
	d network create due-net
	d run -d --name asks --network uno-net busybox sleep 1000
	d network connect due-net asks
	id=$(d run -d --name told --network uno-net --network-alias same -h host busybox sleep 1000)
	d run -d --name other --network due-net --network-alias same busybox sleep 1000
	for name in told same host "${id:0:12}"; do resolves asks "$name.uno-net" "$(address_of told uno-net)"; done
	resolves asks same.due-net "$(address_of other due-net)"
	inside asks "nslookup $(address_of told uno-net) 127.0.0.11" | grep -q 'name = told.uno-net$'
	not resolves asks told.due-net "$(address_of told uno-net)"
	d rm -f asks told other
	d network rm uno-net due-net
}

@test "docker-compose 1.x: containers in the forms of 1.51, by which it connects them with aliases; images with ContainerConfig" {
	d network create asked
	post_json '/v1.55/containers/create?name=aliased' '{"Image":"busybox","Cmd":["top"],"HostConfig":{"NetworkMode":"asked"},"NetworkingConfig":{"EndpointsConfig":{"asked":{"Aliases":["app"]}}}}'
	seen() { api -A "$1" "http://b/v1.55/containers/aliased/json" | jq -c '.NetworkSettings.Networks.asked.Aliases'; }
	[ "$(seen docker-compose/1.29.2)" = '["app"]' ]
	[ "$(api -A docker-compose/1.29.2 http://b/v1.55/containers/aliased/json | jq '.NetworkSettings | has("IPAddress")')" = true ]
	[ "$(api -A docker-compose/1.29.2 http://b/v1.55/images/busybox/json | jq 'has("ContainerConfig")')" = true ]
	[ "$(api -A docker-compose/1.29.2 http://b/v1.44/containers/aliased/json | jq '.NetworkSettings.Networks.asked.Aliases | length')" = 2 ]
	d rm aliased
	d network rm asked
}
