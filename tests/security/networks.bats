# What a request says of networks stays what it is: no rule, no path, no link of somebody else.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "network options: the text of a request is no part of a rule" {
	before=$(nsenter -t "$(cat "$WORK/pid")" -n nft list ruleset)
	for text in 'lo" accept comment "' 'lo;flush ruleset' $'lo\nflush ruleset' 'a b' 'lo:"' '}' 'averyveryverylongname' 'lo:' '/' '..'; do
		run d network create -o "com.docker.network.bridge.trusted_host_interfaces=$text" bad
		[[ $status -ne 0 && $output == *'failed to parse com.docker.network.bridge.trusted_host_interfaces value'* ]] || { echo "$text: $output"; return 1; }
	done
	for text in 'br" accept' 'br;flush' '../x' 'a/b' '.'; do
		run d network create -o "com.docker.network.bridge.name=$text" bad
		[[ $status -ne 0 && $output == *'invalid name of a bridge'* ]] || { echo "$text: $output"; return 1; }
	done
	for text in '10.0.0.1; flush ruleset' '10.0.0.1/8' '::1'; do
		run d network create -o "com.docker.network.host_ipv4=$text" bad
		[ "$status" -ne 0 ]
	done
	[ "$(nsenter -t "$(cat "$WORK/pid")" -n nft list ruleset)" = "$before" ]
	[ "$(d network ls -q | wc -l)" -eq 3 ]
}

@test "endpoint sysctls: of the endpoint's own link, and of no other place" {
	d network create net
	for text in net.ipv4.conf.IFNAME./../all/log_martians=1 net.ipv4.conf.all.log_martians=1 kernel.domainname=x net/ipv4/conf/IFNAME/log_martians=1 \
		net.ipv4.conf.IFNAME.log_martians net.ipv4.conf.IFNAME.a.b=1 'net.ipv4.conf.IFNAME.log_martians=1,net.core.somaxconn=1' net..conf.IFNAME.x=1 ''; do
		run d run --rm --network "name=net,\"driver-opt=com.docker.network.endpoint.sysctls=$text\"" busybox true
		[[ $status -ne 0 && $output == *'unrecognised network interface sysctl'* ]] || { echo "$text: $output"; return 1; }
	done
	d network rm net
}

@test "network names: one is never a path, a name in DNS or a line in a file" {
	id=$(post_json /networks/create '{"Name":"../../x\n1.2.3.4 - evil"}' | sed -n 's/.*"Id":"\([0-9a-f]*\)".*/\1/p')
	[ ${#id} -eq 64 ]
	d run -d --name in --network "$id" busybox sleep 1000
	[ "$(wc -l <"$WORK/exec/networks/$id")" -eq 1 ]
	[ -z "$(find "$WORK" -name 'x*' -path '*networks*')" ]
	run d exec in nslookup evil
	[ "$status" -ne 0 ]
	d rm -f in
	d network rm "$id"
}
