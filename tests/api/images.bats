# Images as dockerd 28.5 commits, imports, tags, saves and loads them.
load ../lib/engine

setup_file() { file_setup; }
teardown_file() { file_teardown; }

@test "commit: comment, parent, instructions with variables, labels and names that are refused" {
	d run --name from --network none -e A=1 --label l=m busybox true
	d commit -m hello -a me -c 'ENV X=1 Y=two Z="a b"' -c 'ENV W $X-$A' -c 'LABEL a=b c="d e"' -c 'EXPOSE 80 90/udp' -c 'VOLUME /v /w' \
		-c $'WORKDIR /a\nWORKDIR b' -c 'ONBUILD RUN x' -c 'HEALTHCHECK CMD y' -c 'STOPSIGNAL 9' -c 'CMD echo $X' from made
	d inspect made | jq -e '.[0] | .Comment == "hello" and .Author == "me" and .Parent == $parent' --arg parent "$(d inspect -f '{{.Id}}' busybox)"
	d inspect made | jq -e '.[0].Config | .Env == ["A=1", "X=1", "Y=two", "Z=a b", "W=1-1"] and .Labels == {a: "b", c: "d e", l: "m"} and .WorkingDir == "/a/b" and
		.ExposedPorts == {"80/tcp": {}, "90/udp": {}} and .Volumes == {"/v": {}, "/w": {}} and .OnBuild == ["RUN x"] and .Healthcheck.Test == ["CMD-SHELL", "y"] and
		.StopSignal == "9" and .Cmd == ["/bin/sh", "-c", "echo $X"]'
	post_json '/commit?container=from&repo=told' '{"Labels": {"q": "r"}, "Cmd": ["zz"]}' | jq -e .Id
	d inspect told | jq -e '.[0].Config | .Labels == {l: "m", q: "r"} and .Cmd == ["zz"]'
	while IFS='|' read -r change words; do
		run d commit -c "$change" from bad
		[ "$status" -ne 0 ]
		[[ $output = *": $words" ]] || { echo "$change: $output" >&2; false; }
	done <<-'E'
		FOO bar|FOO is not a valid change command
		RUN ls|RUN is not a valid change command
		ENV a|ENV must have two arguments
		LABEL|LABEL requires at least one argument
		USER|USER requires exactly one argument
		STOPSIGNAL x|invalid signal: x
	E
	for query in 'repo=a&tag=b:c|invalid tag format' 'repo=BAD|repository name (library/BAD) must be lowercase' "repo=x@sha256:$(printf 'a%.0s' $(seq 64))|cannot import digest reference" 'repo=sha256:y|refusing to create an ambiguous tag using digest algorithm as name'; do
		post_json "/commit?container=from&${query%|*}" '{}' | grep -qF "${query#*|}"
	done
	not d inspect bad
	d rm from
}

@test "tag: what would be read as an id is refused" {
	for name in sha256:y sha256 "sha256:$(printf 'a%.0s' $(seq 64))"; do
		run d tag busybox "$name"
		[ "$status" -ne 0 ]
		[[ $output = *'refusing to create an ambiguous tag using digest algorithm as name'* ]]
	done
	[ "$(api -X POST 'http://b/images/busybox/tag?repo=x&tag=-' | jq -r .message)" = 'invalid tag format' ]
}

@test "import: several variables in one instruction, platforms, a URL" {
	d import -c 'ENV A=1 B=2' --platform linux/arm64/v8 "$WORK/busybox.tar" arm
	d inspect arm | jq -e '.[0] | .Config.Env == ["A=1", "B=2"] and .Architecture == "arm64" and .Os == "linux"'
	run d import --platform windows/amd64 "$WORK/busybox.tar" windows
	[[ $output = *'operating system is not supported'* ]]
	d rmi arm
	nsenter -t "$(cat "$WORK/pid")" -n ip link set lo up
	(cd "$WORK" && exec nsenter -t "$(cat "$WORK/pid")" -n python3 -m http.server --bind 127.0.0.1 8099 >/dev/null 2>&1 3>&-) &
	server=$!
	for _ in $(seq 600); do nsenter -t "$(cat "$WORK/pid")" -n curl -so /dev/null http://127.0.0.1:8099/ && break; sleep 0.05; done
	api -X POST "http://b/images/create?fromSrc=http://127.0.0.1:8099/busybox.tar&repo=fetched" | jq -e .status
	[ "$(d inspect -f '{{.Comment}}' fetched)" = 'Imported from http://127.0.0.1:8099/busybox.tar' ]
	[ "$(d import http://127.0.0.1:8099/busybox.tar again 2>&1 | grep -c sha256:)" -eq 1 ]
	[ "$(api -X POST "http://b/images/create?fromSrc=127.0.0.1:8099/nothing&repo=nothing" | jq -r .message)" = 'failed to GET http://127.0.0.1:8099/nothing with status 404' ]
	kill "$server"
	wait "$server" || true
	api -X POST "http://b/images/create?fromSrc=http://127.0.0.1:8099/x" | grep -q 'Get \\"http://127.0.0.1:8099/x\\":'
	api -X POST "http://b/images/create?fromSrc=http://name.invalid/x" | grep -q 'Get \\"http://name.invalid/x\\": dial tcp: lookup name.invalid: no such host'
	api -X POST "http://b/images/create?fromSrc=file:///etc/passwd" | grep -q 'unsupported protocol scheme \\"file\\"'
	[ "$(ls "$WORK/data/tmp" | wc -l)" -eq 0 ]
}

@test "save of a repository: all its tags, with the repositories file; load of archives of before manifest.json" {
	d tag busybox repo:1
	d tag busybox repo:2
	d tag busybox other:1
	d save -o "$WORK/saved.tar" repo other:1
	tar xOf "$WORK/saved.tar" manifest.json | jq -e '.[0].RepoTags == ["repo:1", "repo:2", "other:1"] and length == 1'
	tar xOf "$WORK/saved.tar" repositories | jq -e '.repo["1"] == .other["1"] and (.repo | keys) == ["1", "2"]'
	[ "$(api http://b/images/nowhere/get | jq -r .message)" = 'No such image: nowhere' ]
	a=$(printf 'a%.0s' $(seq 64)) b=$(printf 'b%.0s' $(seq 64)) v1=$WORK/v1
	mkdir -p "$v1/$a" "$v1/$b" "$WORK/more"
	echo two >"$WORK/more/two"
	cp "$WORK/busybox.tar" "$v1/$a/layer.tar"
	tar cf "$v1/$b/layer.tar" -C "$WORK/more" two
	echo "{\"id\": \"$a\", \"created\": \"2014-01-01T00:00:00Z\", \"architecture\": \"amd64\", \"os\": \"linux\", \"container_config\": {\"Cmd\": [\"made\", \"first\"]}}" >"$v1/$a/json"
	echo "{\"id\": \"$b\", \"parent\": \"$a\", \"created\": \"2014-01-02T00:00:00Z\", \"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"Cmd\": [\"cat\", \"/two\"]}}" >"$v1/$b/json"
	echo 1.0 | tee "$v1/$a/VERSION" >"$v1/$b/VERSION"
	echo "{\"old\": {\"latest\": \"$b\"}}" >"$v1/repositories"
	tar cf "$WORK/v1.tar" -C "$v1" .
	d load -i "$WORK/v1.tar" | grep -q 'Loaded image: old:latest'
	[ "$(run_none old)" = two ]
	[ "$(api http://b/images/old/history | jq -c 'map([.CreatedBy, .Created])')" = '[["",1388620800],["made first",1388534400]]' ]
	# A chain without an end, and one that leads out of the archive.
	sed -i "s/\"id\": \"$a\"/\"id\": \"$a\", \"parent\": \"$b\"/" "$v1/$a/json"
	tar cf "$WORK/v1.tar" -C "$v1" .
	run d load -i "$WORK/v1.tar"
	[[ $output = *'has no end of parents'* ]]
	sed -i "s|\"parent\": \"$b\"|\"parent\": \"../../etc\"|" "$v1/$a/json"
	tar cf "$WORK/v1.tar" -C "$v1" .
	not d load -i "$WORK/v1.tar"
}

@test "lists count containers; credentials that say nothing are none" {
	d create --name counted --network none busybox true
	[ "$(api http://b/images/json | jq '.[] | select(.RepoTags[]? == "busybox:latest") | .Containers')" -eq 1 ]
	d rm counted
	for auth in '' e30 e30= null bnVsbA bnVsbA==; do
		answer=$(api -X POST -H "X-Registry-Auth: $auth" 'http://b/images/create?fromImage=127.0.0.1:1/x&tag=y')
		[[ $answer != *'X-Registry-Auth'* ]]
	done
	api -X POST -H 'X-Registry-Auth: !!!' 'http://b/images/create?fromImage=127.0.0.1:1/x&tag=y' | grep -q 'invalid X-Registry-Auth'
}

@test "load: the answer's head comes when all is there" {
	d save -o "$WORK/one.tar" busybox
	d tag busybox kept
	d rmi busybox
	python3 - "$WORK/b.sock" "$WORK/one.tar" <<-'P'
		import http.client, socket, sys
		c = http.client.HTTPConnection("b")
		c.sock = socket.socket(socket.AF_UNIX)
		c.sock.connect(sys.argv[1])
		c.request("POST", "/images/load?quiet=1", open(sys.argv[2], "rb").read(), {"Content-Type": "application/x-tar"})
		assert c.getresponse().status == 200  # and its body is never read
	P
	d inspect busybox
	d rmi kept
	answer=$(printf nonsense | api -w ' %{http_code}' --data-binary @- http://b/images/load)
	[[ $answer = *'"errorDetail"'*' 200' ]]
}

@test "save: entries have the image's time; load: a manifest of OCI that names no schema" {
	d save busybox | tar tvf - --utc --full-time >"$WORK/list"
	created=$(d inspect -f '{{.Created}}' busybox)
	[ "$(grep -c "$(date -ud "$created" '+%F %T') blobs/sha256/[0-9a-f]" "$WORK/list")" -ge 2 ]
	grep -q '1970-01-01 00:00:00 index.json' "$WORK/list"
	mkdir "$WORK/layout"
	d save busybox | tar xf - -C "$WORK/layout"
	python3 - "$WORK/layout" <<-'P'
		import hashlib, json, os, sys
		os.chdir(sys.argv[1])
		index = json.load(open("index.json"))
		entry = index["manifests"][0]
		manifest = json.load(open("blobs/sha256/" + entry["digest"][7:]))
		manifest["schemaVersion"] = 0
		text = json.dumps(manifest).encode()
		entry["digest"], entry["size"] = "sha256:" + hashlib.sha256(text).hexdigest(), len(text)
		open("blobs/sha256/" + entry["digest"][7:], "wb").write(text)
		json.dump(index, open("index.json", "w"))
		os.remove("manifest.json")
	P
	tar cf - -C "$WORK/layout" . | d load | grep -q 'Loaded image'
}

@test "prune -a: of an image that is used all names go but the last; what has a digest only is dangling" {
	printf 'FROM busybox\nLABEL pruned=yes\n' | d build -q -t pruned:a - >/dev/null
	for tag in b z; do d tag pruned:a "pruned:$tag"; done
	d create --name user --network none pruned:a true
	d image prune -af --filter label=pruned >"$WORK/pruned"
	[ "$(grep -o 'ntagged: pruned.*' "$WORK/pruned" | sort)" = $'ntagged: pruned:a\nntagged: pruned:b' ]
	d inspect pruned:z
	[ "$(d image prune -af --filter label=pruned | grep -c pruned)" -eq 0 ]
	d rm user
	d image prune -af --filter label=pruned | grep -q 'eleted: sha256:'
	not d inspect pruned:z
}

@test "import --platform: macos is darwin, a lone system has the host's architecture" {
	for word in macos macos/arm64; do
		run d import --platform $word "$WORK/busybox.tar" odd
		[[ $output = *'operating system is not supported'* ]]
	done
	d import --platform LINUX "$WORK/busybox.tar" lone
	[ "$(d inspect -f '{{.Os}}/{{.Architecture}}' lone)" = "linux/$(d info -f '{{.Architecture}}' | sed 's/x86_64/amd64/; s/aarch64/arm64/')" ]
	d rmi lone
}

@test "tag: an id's algorithm is no name, also behind its registry" {
	[[ $(api -X POST 'http://b/images/busybox/tag?repo=docker.io/library/sha256&tag=x' | jq -r .message) = 'refusing to create an ambiguous tag using digest algorithm as name' ]]
}

@test "commit: the parent's comment and author are its own; rmi of nothing" {
	d run --name silent --network none busybox true
	d commit -m first -a me silent one
	d run --name speaks --network none one true
	d commit speaks two
	[ "$(d inspect -f '{{.Comment}}/{{.Author}}' one)" = first/me ]
	[ "$(d inspect -f '{{.Comment}}/{{.Author}}' two)" = / ]
	d commit -m second speaks two
	[ "$(d inspect -f '{{.Comment}}' two)" = second ]
	d rm silent speaks
	[ "$(api -X DELETE 'http://b/images/%20' -w ' %{http_code}')" = $'{"message":"image name cannot be blank"}\n 500' ]
}

@test "LastTagTime: a tag, a commit and an import move it; a load does not, be the image there or not" {
	tagged() { d inspect -f '{{.Metadata.LastTagTime}}' "$1"; }
	d tag busybox timed:one
	before=$(tagged timed:one)
	[[ $before = 20* ]]
	d save timed:one -o "$WORK/timed.tar"
	d load -q -i "$WORK/timed.tar"
	[ "$(tagged timed:one)" = "$before" ]
	d tag busybox timed:two
	[[ $(tagged timed:one) > $before ]]
	d rmi timed:one timed:two
	d import "$WORK/busybox.tar" timed:import
	[[ $(tagged timed:import) = 20* ]]
	d save timed:import -o "$WORK/timed.tar"
	d rmi timed:import
	d load -q -i "$WORK/timed.tar"
	[[ $(tagged timed:import) = 0001-01-01* ]]
	d rmi timed:import
}
