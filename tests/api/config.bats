# daemon.json, by berthd --validate: what is not understood, or cannot be honoured, is refused. Sentences: dockerd 28.5.2.
load ../lib/engine
setup() { WORK=$(mktemp -d /tmp/berth-test.XXXXXX); }
teardown() { rm -rf "$WORK"; }

validate() { echo "$1" >"$WORK/daemon.json"; shift; timeout 10 "$BUILD/berthd" --validate --config-file "$WORK/daemon.json" "$@"; }
taken() { run validate "$@"; [ "$status" = 0 ] && [[ $output == *'configuration OK'* ]] || { echo "$1: $output" >&2; return 1; }; }
refused() { # text of the file, what is said
	run validate "$1"
	[ "$status" = 1 ] && [[ $output == *"$2" ]] || { echo "$1: $output" >&2; return 1; }
}

@test "daemon.json: a wrong type is refused" {
	refused '{"no-new-privileges":"true"}' 'invalid JSON: json: cannot unmarshal string into Go struct field Config.no-new-privileges of type bool'
	refused '{"userns-remap":true}' 'invalid JSON: json: cannot unmarshal bool into Go struct field Config.userns-remap of type string'
	refused '{"mtu":"1500"}' 'json: cannot unmarshal string into Go struct field Config.mtu of type int'
	refused '{"log-opts":{"a":1}}' 'json: cannot unmarshal number into Go struct field Config.log-opts.a of type string'
	refused '{"default-ulimits":["nofile=1"]}' 'json: cannot unmarshal array into Go struct field Config.default-ulimits of type map[string]*units.Ulimit'
	refused '{"insecure-registries":"x"}' 'json: cannot unmarshal string into Go struct field Config.insecure-registries of type []string'
	refused '[]' 'json: cannot unmarshal array into Go value of type config.Config'
	refused '{' 'unexpected EOF'
}

@test "daemon.json: an unknown key is refused, with what was meant" {
	refused '{"foo":1}' "the following directives don't match any configuration option: foo"
	refused '{"no-new-privilege":true}' "match any configuration option: no-new-privilege (did you mean no-new-privileges?)"
	refused '{"Debug":true}' "match any configuration option: Debug (did you mean debug?)"
	refused '{"proxies":{"http":"x"}}' "match any configuration option: http"
}

@test "daemon.json: TLS without its files is refused, and resources, versions and backends that are none" {
	local key
	for key in tls tlsverify; do
		refused "{\"$key\":true,\"tlscert\":\"/no/cert\",\"tlskey\":\"/no/key\"}" 'invalid TLS configuration: Could not load X509 key pair (cert: "/no/cert", key: "/no/key"): open /no/cert: no such file or directory'
	done
	touch "$WORK/cert" "$WORK/key"
	refused "{\"tlsverify\":true,\"tlscert\":\"$WORK/cert\",\"tlskey\":\"$WORK/key\",\"tlscacert\":\"/no/ca\"}" 'could not read CA certificate "/no/ca": open /no/ca: no such file or directory'
	refused '{"node-generic-resources":["a"]}' "could not parse GenericResource: incorrect term a, missing '=' or malformed expression"
	refused '{"node-generic-resources":["a=1","a=b"]}' "mixed discrete and named resources in expression 'a'"
	taken '{"node-generic-resources":["a=b","a=c","d=1"]}'
	refused '{"firewall-backend":"zz"}' 'invalid firewall-backend "zz": iptables or nftables is wanted'
	refused '{"min-api-version":"v1.30"}' 'invalid min-api-version: v1.30: 1.NUMBER is wanted'
	refused '{}}' "invalid character '}' after top-level value"
}

@test "daemon.json: api-access that is none is refused, not taken for a lock or a key" {
	local value
	for value in 1 '"x"' true '["all"]'; do refused "{\"api-access\":$value}" 'invalid api-access: an object is wanted, with a certificate'"'s name, or *, for each key"; done
	refused '{"api-access":{"ci":1}}' 'invalid api-access of "ci": "" is neither all, nor read-only, nor a rule such as "GET /containers/*"'
	refused '{"api-access":{"ci":["readonly"]}}' '"readonly" is neither all, nor read-only, nor a rule such as "GET /containers/*"'
	taken '{"api-access":{"ci":["read-only","POST /build"],"*":"all"}}'
}

@test "daemon.json: a value that means nothing is refused" {
	refused '{"labels":["a"]}' 'bad attribute format: a'
	refused '{"registry-mirrors":["zz"]}' "must use either 'https://' or 'http://'"
	refused '{"registry-mirrors":["https://u:p@h"]}' 'invalid mirror: username/password not allowed in URI "https://u:xxxxx@h"'
	refused '{"registry-mirrors":["https://h?x=y"]}' 'invalid mirror: query or fragment at end of the URI "https://h?x=y"'
	refused '{"registry-mirrors":["https://h#f"]}' 'invalid mirror: query or fragment at end of the URI "https://h#f"'
	refused '{"registry-mirrors":["https:///x"]}' 'is not a valid URI: it names no host'
	run validate '{"registry-mirrors":["https://h:zz"]}'
	[[ $status -eq 1 && $output == *'"https://h:zz" is not a valid URI: '* ]]
	taken '{"registry-mirrors":["https://h/path", "http://[::1]:5000"], "labels":["a=b","a=b","c=d"], "dns-search":["."," a.b "]}'
	refused '{"labels":["a=b","a=c"]}' 'conflict labels for a=c and a=b'
	refused '{"labels":["COM.docker.x=y"]}' 'label COM.docker.x=y is not allowed: the namespaces com.docker.*, io.docker.*, and org.dockerproject.* are reserved for internal use'
	for domain in 'a b' '' -a a_b; do refused "{\"dns-search\":[\"$domain\"]}" "$domain is not a valid domain"; done
	refused '{"host-gateway-ip":"info"}' 'invalid IP address: info'
	refused '{"dns":["zz"]}' 'invalid IP address: zz'
	refused '{"bip":"zz"}' 'invalid CIDR address: zz'
	refused '{"default-address-pools":[{"base":"zz","size":24}]}' 'invalid default address pool: {"base":"zz","size":24}'
	refused '{"default-address-pools":[{"base":"10.0.0.0/16","size":8}]}' 'invalid default address pool: {"base":"10.0.0.0/16","size":8}'
	refused '{"default-ulimits":{"zz":{"Soft":1,"Hard":1}}}' 'invalid ulimit type: zz'
	refused '{"default-ulimits":{"nofile":{"Soft":2,"Hard":1}}}' 'ulimit soft limit must be less than or equal to hard limit: 2 > 1'
	refused '{"default-cgroupns-mode":"zz"}' 'invalid default cgroup namespace (zz): use "host" or "private"'
	refused '{"default-ipc-mode":"zz"}' 'default IPC mode setting (zz) is invalid; use "shareable" or "private"'
	refused '{"log-driver":"zz"}' 'error looking up logging plugin zz: plugin "zz" not found'
	refused '{"log-opts":{"zz":"1"}}' "unknown log opt 'zz' for json-file log driver"
	refused '{"exec-opts":["zz=1"]}' "invalid exec-opt (zz=1): unknown option: 'zz'"
	refused '{"seccomp-profile":"zz"}' 'builtin or unconfined is wanted'
	refused '{"max-concurrent-downloads":-1}' 'a number above 0 is wanted'
	refused '{"log-format":"x y"}' 'invalid log format: x y'
	refused '{"userland-proxy-path":"x"}' 'invalid userland-proxy-path: must be an absolute path: x'
	refused '{"max-download-attempts":-1}' 'invalid max download attempts: -1'
	refused '{"network-diagnostic-port":70000}' 'invalid network-diagnostic-port (70000): value must be between 0 and 65535'
	for host in 'bogus value' ftp://x:1 unix:// tcp://::1 'tcp://a b:1'; do
		refused "{\"hosts\":[\"$host\"]}" "invalid bind address ($host): unix://PATH, tcp://ADDRESS:PORT or fd:// is wanted"
	done
}

@test "daemon.json: what names a thing that is not there, or contradicts another value, is refused" {
	refused '{"bridge":"mine0","bip":"10.1.2.1/24"}' 'You specified -b & --bip, mutually exclusive options. Please specify only one'
	refused '{"bridge":"none","bip6":"fd00::1/64"}' 'You specified -b & --bip6, mutually exclusive options. Please specify only one'
	refused '{"userns-remap":"nosuchuser"}' 'Error during uid lookup for "nosuchuser": unable to find entry "nosuchuser" in passwd database'
	refused '{"userns-remap":"root:nosuchgroup"}' 'Error during groupname lookup for "nosuchgroup": unable to find entry "nosuchgroup" in group database'
	refused '{"userns-remap":"a:b:c"}' 'Invalid user/group specification in --userns-remap: "a:b:c"'
	refused '{"exec-opts":["foo"]}' "invalid exec-opt (foo): must be formatted 'opt=value'"
	refused '{"insecure-registries":["foo:99999"]}' 'insecure registry foo:99999 is not valid: invalid port "99999"'
	refused '{"insecure-registries":["a_b"]}' 'insecure registry a_b is not valid: invalid host "a_b"'
	refused '{"insecure-registries":["ftp://a"]}' "insecure registry ftp://a should not contain '://'"
	refused '{"insecure-registries":["-a"]}' 'invalid index name (-a). Cannot begin or end with a hyphen'
	taken '{"insecure-registries":["http://a:5000","10.0.0.0/8","::1","[::1]:5000","fd00::/64","a.b"]}'
	[[ $output == *'insecure registry http://a:5000 is taken without its scheme'* ]]
}

@test "a start with a group that is not there, or metrics at no port, is refused; without a group the socket is root's" {
	start() { timeout 20 unshare --net "$BUILD/berthd" -H "unix://$WORK/b.sock" --data-root "$WORK/data" --exec-root "$WORK/exec" --config-file "$WORK/daemon.json" "$@"; }
	echo '{}' >"$WORK/daemon.json"
	run start --group nosuchgroup
	[ "$status" = 1 ] && [[ $output == *'failed to load listeners: group nosuchgroup not found'* ]]
	run start --metrics-addr 127.0.0.1:99999
	[ "$status" = 1 ]
	run start --bridge nosuchbridge
	[ "$status" = 1 ] && [[ $output == *'error creating default "bridge" network: bridge device with non default name nosuchbridge must be created manually'* ]]
	run start --bridge lo
	[ "$status" = 1 ] && [[ $output == *'existing interface lo is not a bridge'* ]]
	local group
	for group in 54321 ''; do
		start --group "$group" >"$WORK/log" 2>&1 3>&- &
		for _ in $(seq 600); do [ ! -S "$WORK/b.sock" ] || break; sleep 0.02; done
		for _ in $(seq 600); do [ "$(stat -c %g "$WORK/b.sock")" != "${group:-0}" ] || break; sleep 0.02; done
		[ "$(stat -c %g "$WORK/b.sock")" = "${group:-0}" ]
		kill "$(pgrep -f "^$BUILD/berthd -H unix://$WORK/b.sock")"
		wait
		rm -f "$WORK/b.sock"
	done
}

@test "daemon.json: dockerd's settings that this engine lacks are refused where it matters, else told" {
	refused '{"icc":false}' '"icc" cannot be honoured: this engine has no such setting; it is always true'
	refused '{"authorization-plugins":["a"]}' '"authorization-plugins" cannot be honoured: this engine has no such setting'
	refused '{"selinux-enabled":true}' '"selinux-enabled" cannot be honoured: this kernel has no SELinux'
	refused '{"storage-driver":"zfs"}' '"storage-driver" cannot be honoured: this engine has no such setting; it is always overlay2'
	taken '{"icc":true,"iptables":true,"storage-driver":"overlay2","authorization-plugins":[],"live-restore":true,"ipv6":false,"cdi-spec-dirs":["/nowhere"]}'
	[[ $output != *warn* ]]
	taken '{"network-diagnostic-port":1}'
	[[ $output == *'"network-diagnostic-port" in the configuration does nothing'* ]]
}

@test "daemon.json in dockerd's own forms is taken" {
	taken '{"default-ulimits":{"nofile":{"Name":"nofile","Hard":64000,"Soft":64000}},"default-address-pools":[{"base":"10.0.0.0/8","size":24}],
		"builder":{"gc":{"enabled":true,"defaultKeepStorage":"10GB"}},"features":{"buildkit":true},"debug":null,"max-concurrent-downloads":3,
		"shutdown-timeout":15,"dns":["192.0.2.1"],"exec-opts":["native.cgroupdriver=cgroupfs"],"default-shm-size":"64M"}'
	taken null
	taken '{}' --default-ulimit nofile=1:2 --default-address-pool base=10.0.0.0/8,size=24
	run validate '{}' --default-ulimit nofile=x
	[ "$status" = 1 ]
	run validate '{}' --default-address-pool base=10.0.0.0/8,zz=24
	[ "$status" = 1 ]
}

@test "dockerd's flags: what has one value here is taken with that one and refused with another; features" {
	taken '{}' --icc=true --ip-forward --ip-masq=true --exec-opt native.cgroupdriver=cgroupfs --default-runtime runc --feature cdi --feature buildkit=true
	for flag in --icc=false --ip-forward=false --ip-masq=false --allow-direct-routing --selinux-enabled --ip=127.0.0.1 --default-runtime=kata --exec-opt=x=y --feature cdi=maybe; do
		run validate '{}' $flag
		[ "$status" = 1 ]
	done
	run validate '{"features": {"cdi": true}}' --feature cdi
	[ "$status" = 1 ]
	[[ $output == *'specified both as a flag and in the configuration file: features'* ]]
}

@test "what daemon.json says of limits, names and namespaces is in force in containers" {
	file_setup
	engine_kill
	echo '{"default-ulimits":{"nofile":{"Soft":333,"Hard":444}},"dns":["192.0.2.9"],"dns-search":["example.org"],"default-ipc-mode":"shareable"}' >"$WORK/daemon.json"
	engine_start
	[ "$(run_none busybox sh -c 'ulimit -n')" = 333 ]
	run_none busybox cat /etc/resolv.conf >"$WORK/resolv"
	grep -qx 'nameserver 192.0.2.9' "$WORK/resolv"
	grep -qx 'search example.org' "$WORK/resolv"
	id=$(d create busybox)
	[ "$(d inspect -f '{{.HostConfig.IpcMode}}' "$id")" = shareable ]
	file_teardown
}

@test "docs/daemon.json.md says of each key what the program does" {
	run timeout 200 python3 "$ROOT/tests/api/daemon_json.py" "$BUILD/berthd" "$WORK"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
}
