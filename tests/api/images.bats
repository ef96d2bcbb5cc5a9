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
	for _ in $(seq 100); do nsenter -t "$(cat "$WORK/pid")" -n curl -so /dev/null http://127.0.0.1:8099/ && break; sleep 0.05; done
	api -X POST "http://b/images/create?fromSrc=http://127.0.0.1:8099/busybox.tar&repo=fetched" | jq -e .status
	[ "$(d inspect -f '{{.Comment}}' fetched)" = 'Imported from http://127.0.0.1:8099/busybox.tar' ]
	[ "$(d import http://127.0.0.1:8099/busybox.tar again 2>&1 | grep -c sha256:)" -eq 1 ]
	[ "$(api -X POST "http://b/images/create?fromSrc=127.0.0.1:8099/nothing&repo=nothing" | jq -r .message)" = 'failed to GET http://127.0.0.1:8099/nothing with status 404' ]
	kill "$server"
	wait "$server" || true
	api -X POST "http://b/images/create?fromSrc=http://127.0.0.1:8099/x" | grep -q 'Get \\"http://127.0.0.1:8099/x\\":'
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
	echo "{\"id\": \"$a\", \"created\": \"2014-01-01T00:00:00Z\", \"architecture\": \"amd64\", \"os\": \"linux\"}" >"$v1/$a/json"
	echo "{\"id\": \"$b\", \"parent\": \"$a\", \"created\": \"2014-01-02T00:00:00Z\", \"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"Cmd\": [\"cat\", \"/two\"]}}" >"$v1/$b/json"
	echo 1.0 | tee "$v1/$a/VERSION" >"$v1/$b/VERSION"
	echo "{\"old\": {\"latest\": \"$b\"}}" >"$v1/repositories"
	tar cf "$WORK/v1.tar" -C "$v1" .
	d load -i "$WORK/v1.tar" | grep -q 'Loaded image: old:latest'
	[ "$(run_none old)" = two ]
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
