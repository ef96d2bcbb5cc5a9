# What a request costs grows with what is in it, and no faster; whatever it is, others are answered meanwhile.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

# A container of a request on standard input, created, started and removed, each in time.
lives() {
	local id
	cat >"$WORK/request.json"
	id=$(post_json /containers/create "@$WORK/request.json" | jq -r .Id)
	echo "$id"
	[ ${#id} -eq 64 ]
	[ "$(status_of -X POST "http://b/containers/$id/start")" = 204 ]
	[ "$(api_ms http://b/containers/json)" -lt 5000 ]
	[ "$(status_of -X DELETE "http://b/containers/$id?force=1&v=1")" = 204 ]
}

@test "budgets: a hundred thousand variables, and the last of a name counts" {
	jq -nc '{Image: "busybox", Cmd: ["sh", "-c", "[ $A99999 = 1 ]"], Env: ([range(100000) | "A\(.)=0"] + ["A99999=1"]), HostConfig: {NetworkMode: "none"}}' | lives
}

@test "budgets: ten thousand mounts" {
	jq -nc '{Image: "busybox", Cmd: ["true"], HostConfig: {NetworkMode: "none", Tmpfs: ([range(10000) | {"/m\(.)": ""}] | add)}}' | lives
	post_json /containers/create "$(jq -nc '{Image: "busybox", HostConfig: {Mounts: [{Type: "tmpfs", Target: "/a"}, {Type: "tmpfs", Target: "/a/"}]}}')" | grep 'Duplicate mount point: /a'
}

@test "budgets: more mounts than a container may have are refused before one is made" {
	local kind before
	before=$(ls "$WORK/data/volumes" | wc -l)
	for kind in '{HostConfig: {MaskedPaths: [range(100000) | "/v\(.)"]}}' '{HostConfig: {ReadonlyPaths: [range(100000) | "/v\(.)"]}}' '{HostConfig: {VolumesFrom: [range(100000) | "x"]}}' \
		'{Volumes: ([range(400000) | {"/v\(.)": {}}] | add)}' '{HostConfig: {Tmpfs: ([range(300000) | {"/v\(.)": ""}] | add)}}' \
		'{HostConfig: {Binds: [range(200000) | "v\(.):/v\(.)"]}}' '{HostConfig: {Mounts: [range(100000) | {Type: "volume", Target: "/v\(.)"}]}}' \
		'{Volumes: ([range(20000) | {"/v\(.)": {}}] | add), HostConfig: {Tmpfs: ([range(20000) | {"/t\(.)": ""}] | add)}}'; do
		jq -nc "reduce $kind as \$more ({}; \$more) | .Image = \"busybox\"" >"$WORK/request.json"
		post_json '/containers/create?name=crowded' "@$WORK/request.json" >"$WORK/answer"
		grep 'too many mounts and volumes: [0-9]*, of which a container may have 32768' "$WORK/answer"
	done
	# What others have counts as often as it is asked for.
	jq -nc '{Image: "busybox", HostConfig: {Binds: [range(2000) | "one:/v\(.)"]}}' >"$WORK/request.json"
	[ "$(status_of -H 'Content-Type: application/json' -d "@$WORK/request.json" 'http://b/containers/create?name=others')" = 201 ]
	post_json '/containers/create?name=crowded' "$(jq -nc '{Image: "busybox", HostConfig: {VolumesFrom: [range(17) | "others"]}}')" | grep 'too many mounts'
	not d inspect crowded
	d rm others
	python3 -c 'print("FROM busybox\nRUN " + " ".join("--mount=type=tmpfs,target=/m%d" % i for i in range(40000)) + " true")' >"$WORK/Dockerfile"
	run d build - <"$WORK/Dockerfile"
	[[ $status -ne 0 && $output == *'too many mounts and volumes: 40000'* ]]
	d volume rm one
	[ "$(ls "$WORK/data/volumes" | wc -l)" -eq "$before" ]
}

@test "budgets: volumes of a container whose client has gone" {
	python3 -c 'import json; print(json.dumps({"Image": "busybox", "Volumes": {"/v%d" % i: {} for i in range(20000)}}))' >"$WORK/many.json"
	made() { ls "$WORK/data/volumes" | wc -l; }
	before=$(made)
	curl -s --unix-socket "$WORK/b.sock" -X POST -H 'Content-Type: application/json' -d "@$WORK/many.json" 'http://b/containers/create?name=many' >/dev/null 3>&- &
	client=$!
	for _ in $(seq 3000); do [ "$(made)" -eq "$before" ] || break; sleep 0.01; done
	kill "$client"
	for _ in $(seq 300); do [ "$(made)" -gt "$before" ] || break; sleep 0.1; done
	[ "$(made)" -eq "$before" ]
	not d inspect many
	# As with every container that was refused after its first volume was made.
	[ "$(api -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d '{"Image":"busybox","Volumes":{"/a":{},"/b":{},"/":{}}}' http://b/containers/create)" != 201 ]
	[ "$(made)" -eq "$before" ]
}

@test "budgets: ports that are left to choose, and ranges" {
	jq -nc '{Image: "busybox", Cmd: ["sleep", "100"], HostConfig: {PortBindings: {"80/tcp": [range(10000) | {HostPort: ""}]}}}' | lives
	jq -nc '{Image: "busybox", Cmd: ["sleep", "100"], HostConfig: {PortBindings: {"80/tcp": [range(5000) | {HostPort: "20000-65535"}], "80/udp": [range(5000) | {HostPort: "20000-65535"}]}}}' | lives
	run d run --rm -p 20000-20001:1 -p 20000-20001:2 -p 20000-20001:3 busybox true
	[[ $output == *'port is already allocated'* ]]
}

@test "budgets: bodies, heads and nesting have their limits" {
	head -c 9000000 /dev/zero | tr '\0' '[' >"$WORK/nested"
	[ "$(status_of -H 'Content-Type: application/json' --data-binary "@$WORK/nested" http://b/containers/create)" = 413 ]
	head -c 100000 "$WORK/nested" >"$WORK/deep"
	[ "$(status_of -H 'Content-Type: application/json' --data-binary "@$WORK/deep" http://b/containers/create)" = 400 ]
	[ "$(status_of "http://b/containers/json?filters=$(head -c 70000 /dev/zero | tr '\0' a)")" = 400 ]
}

# A container named $1 with labels that are a MB and a half of text, and many times that in memory.
labelled() {
	jq -nc '{Image: "busybox", Labels: ([range(100000) | {"l\(.)": ""}] | add)}' >"$WORK/request.json"
	[ "$(status_of -H 'Content-Type: application/json' -d "@$WORK/request.json" "http://b/containers/create?name=$1")" = 201 ]
}

@test "budgets: labels of many MB, in ten containers and their events" {
	local before i
	labelled first
	d rm first
	before=$(memory_kb)
	for i in $(seq 10); do labelled "labels$i"; done
	echo "before $before kB, then $(memory_kb) kB"
	[ "$(memory_kb)" -lt $((before + 81920)) ]
	d ps -aq | xargs "$BUILD/berth" rm >/dev/null
}

@test "budgets: what a large request was made of is given back" {
	local before i
	before=$(memory_kb)
	jq -nc '{Image: "busybox", Cmd: [range(1000000) | ""]}' >"$WORK/request.json"
	for i in 1 2 3; do # with and without a pause, in which the engine looks at what is free
		[ "$(status_of -H 'Content-Type: application/json' -d "@$WORK/request.json" "http://b/containers/create?name=large")" = 201 ]
		[ "$i" = 1 ] || sleep 1.5
		d rm large
	done
	for i in $(seq 300); do [ "$(memory_kb)" -lt $((before + 20480)) ] && break; sleep 0.1; done
	echo "before $before kB, then $(memory_kb) kB"
	[ "$(memory_kb)" -lt $((before + 20480)) ]
}

@test "budgets: names of an archive, however deep" {
	local before after ticks
	ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$(cat "$WORK/pid")/stat"; }
	d create --name deep --network none busybox >/dev/null
	python3 -c '
import sys, tarfile
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
    for i in range(100):
        entry = tarfile.TarInfo("a/" * 1900 + f"d{i}/x")
        archive.addfile(entry)' >"$WORK/deep.tar"
	before=$(ticks)
	[ "$(status_of -T "$WORK/deep.tar" 'http://b/containers/deep/archive?path=/tmp')" = 200 ]
	after=$(ticks)
	echo "$((after - before)) ticks"
	[ $((after - before)) -lt $((5 * $(getconf CLK_TCK))) ]
	d rm deep
}

@test "budgets: an archive of more files than the engine has descriptors" {
	local i limit
	limit=$(prlimit --pid "$(cat "$WORK/pid")" --nofile -o SOFT --noheadings | xargs)
	d save -o "$WORK/many.tar" busybox
	mkdir -p "$WORK/many/many"
	for i in $(seq 400); do echo "$i" >"$WORK/many/many/$i"; done
	head -c 2000 /dev/zero >"$WORK/many/many/larger"
	for i in $(seq 300); do ln "$WORK/many/many/larger" "$WORK/many/many/larger$i"; done
	tar --hard-dereference -rf "$WORK/many.tar" -C "$WORK/many" many
	prlimit --pid "$(cat "$WORK/pid")" --nofile=200:
	run d load -i "$WORK/many.tar"
	echo "$output"
	prlimit --pid "$(cat "$WORK/pid")" "--nofile=$limit:"
	[[ $output == *'Loaded image'* ]]
}

@test "budgets: Compose files that include each other twice over" {
	mkdir -p "$WORK/includes"
	cd "$WORK/includes"
	for i in $(seq 0 29); do printf 'include: [f%d.yaml, ./f%d.yaml]\n' $((i + 1)) $((i + 1)) >f$i.yaml; done
	echo 'services: {a: {image: busybox}}' >f30.yaml
	run timeout 60 "$BUILD/berth" compose -f f0.yaml config
	[[ $status -eq 1 && $output == *'too many files are included'* ]]
	# Several that include the same one are many projects' way.
	run d compose -f f27.yaml config --services
	[[ $status -eq 0 && $output == a ]]
}

@test "budgets: bake files whose groups, targets, functions and variables are made of each other twice over" {
	mkdir -p "$WORK/bake"
	cd "$WORK/bake"
	python3 - <<-'END'
		twice = lambda form: "".join(form.format(i, i + 1) for i in range(40))
		open("groups.hcl", "w").write(twice('group "g{0}" {{\n targets = ["g{1}", "h{1}"]\n}}\ngroup "h{0}" {{\n targets = ["g{1}", "h{1}"]\n}}\n')
		    + 'target "g40" {\n}\ntarget "h40" {\n}\ngroup "default" {\n targets = ["g0"]\n}\n')
		open("targets.hcl", "w").write(twice('target "g{0}" {{\n inherits = ["g{1}", "h{1}"]\n}}\ntarget "h{0}" {{\n inherits = ["g{1}", "h{1}"]\n}}\n')
		    + 'target "g40" {\n target = "x"\n}\ntarget "h40" {\n}\ngroup "default" {\n targets = ["g0"]\n}\n')
		open("functions.hcl", "w").write('function "f40" {\n params = [x]\n result = x\n}\n' + twice('function "f{0}" {{\n params = [x]\n result = f{1}(f{1}(x))\n}}\n')
		    + 'target "default" {\n args = { a = f0("x") }\n}\n')
		open("variables.hcl", "w").write("".join(f'variable "v{i}" {{\n default = v{i + 1}\n}}\n' for i in range(50000))
		    + 'variable "v50000" {\n default = 1\n}\ntarget "default" {\n args = { a = v0 }\n}\n')
		for name, text in ("sum", "1 + " * 100000 + "1"), ("index", "x" + "[0]" * 100000), ("member", "x" + ".a" * 100000), ("choice", "false ? 1 : " * 50000 + "2"):
		    open(f"{name}.hcl", "w").write('target "default" {\n args = { a = ' + text + ' }\n}\n')
	END
	[ "$(timeout 60 "$BUILD/berth" buildx bake -f targets.hcl --print | jq -r .target.g0.target)" = x ]
	[ "$(timeout 60 "$BUILD/berth" buildx bake -f groups.hcl --print | jq -r '.target | keys | join(" ")')" = 'g40 h40' ]
	for name in functions variables sum index member choice; do
		run timeout 60 "$BUILD/berth" buildx bake -f $name.hcl --print
		echo "$name: ${output:0:200}"
		[[ $status -eq 1 && $output == 'ERROR: '* && $output == *'too '@(long|deep)* ]]
	done
}

@test "budgets: the text of a template, in a tag that the engine makes and on the command line" {
	local before tag
	before=$(peak_kb)
	for tag in "$(printf '{{printf "%%1000000d" 1}}%.0s' $(seq 100))" "{{\$a := \"xxxxxxxx\"}}$(printf '{{$a = printf "%%s%%s" $a $a}}%.0s' $(seq 40))" \
		'{{printf "%1000000v" (split (printf "%1000000d" 1) "")}}' '{{join (split (printf "%1000000d" 1) "") (printf "%1000000d" 1)}}'; do
		run d run --rm --network none --log-opt "tag=$tag" busybox true
		echo "${output:0:300}"
		[[ $status -ne 0 && $output == *'the text becomes too large'* ]]
		run d version -f "$tag"
		[[ $status -ne 0 && $output == *'the text becomes too large'* ]]
	done
	[ $(($(peak_kb) - before)) -lt 400000 ]
	[ "$(d version -f '{{printf "%5d|%s" 1 "a"}}')" = '    1|a' ]
}

@test "budgets: an archive whose decompression needs more memory than it may have" {
	make_archive() { python3 -c 'import sys, tarfile
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
    archive.addfile(tarfile.TarInfo("x"))'; }
	make_archive | zstd -q --ultra --long=31 -c >"$WORK/wide.tar.zst"
	run d import "$WORK/wide.tar.zst" wide
	[ "$status" -eq 1 ]
	[ "$output" = "Error response from daemon: the archive's zstd needs more memory than 128 MiB: its window is too large" ]
}
