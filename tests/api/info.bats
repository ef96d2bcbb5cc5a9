# /info: what Go's clients can read, in the version that was asked for.
load ../lib/engine
setup_file() {
	file_setup --insecure-registry reg.example:5000 --insecure-registry 10.1.0.0/16
}
teardown_file() { file_teardown; }

@test "registries by name are no networks; Go's clients would fail on them" {
	api http://b/info | jq -e '.RegistryConfig |
		.InsecureRegistryCIDRs == ["::1/128", "127.0.0.0/8", "10.1.0.0/16"] and
		.IndexConfigs["reg.example:5000"] == {"Name":"reg.example:5000","Mirrors":[],"Secure":false,"Official":false} and
		.IndexConfigs["docker.io"].Secure and (.IndexConfigs | length) == 2'
}

@test "a docker CLI prints it" {
	local docker
	docker=$("$ROOT/tools/peer" path docker 2>/dev/null) || skip "there is no docker CLI"
	[[ $("$docker" info 2>/dev/null) == *' Insecure Registries:'*'reg.example:5000'* ]]
	[[ $("$docker" info --format '{{.RegistryConfig.InsecureRegistryCIDRs}} {{.FirewallBackend.Driver}}') == '[::1/128 127.0.0.0/8 10.1.0.0/16] '* ]]
}

@test "plugins, the storage driver and runtimes are named as they are" {
	api http://b/info | jq -e '.Plugins.Network == ["bridge","host","ipvlan","macvlan","null"] and .Plugins.Volume == ["local"]'
	api http://b/info | jq -e '.DriverStatus[0][0] == "Backing Filesystem" and (.DriverStatus[0][1] | length) > 0 and any(.DriverStatus[]; . == ["driver-type", "io.containerd.snapshotter.v1"])'
	api http://b/info | jq -e '.Runtimes.runc and .Runtimes["io.containerd.runc.v2"] and .Runtimes.berth and .Runtimes[.DefaultRuntime]'
}

@test "NGoroutines counts no thread that waits for work" {
	busy() { api http://b/info | jq .NGoroutines; }
	# Asked again and again, as moby's client does: GLib keeps a thread for half a second for more work of its kind.
	rests() { [ "$(busy)" -le "$1" ]; }
	before=$(busy)
	# Requests at once: threads that serve them, and stay for a while.
	api --parallel --parallel-immediate 'http://b/info?[1-16]' >/dev/null
	not d run --log-driver splunk --network none busybox true
	await rests "$before"
}

@test "fields are those of the version that was asked for" {
	api http://b/v1.49/info | jq -e '.FirewallBackend.Driver and has("BridgeNfIptables")'
	api http://b/v1.48/info | jq -e 'has("FirewallBackend") | not'
	api http://b/v1.50/info | jq -e '[has("BridgeNfIptables"), has("KernelMemory")] == [false, false]'
	api http://b/v1.41/info | jq -e '[has("BridgeNfIp6tables"), has("KernelMemory")] == [true, true]'
}
