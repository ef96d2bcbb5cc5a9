# Each answer has the fields and types of the specification, and nothing of our own: a Go client refuses a whole list for one
# wrong value in it.
load ../lib/engine
setup_file() {
	file_setup
	d volume create --label a=b -o type=tmpfs -o device=tmpfs mounted
	d network create --ipv6 --label a=b net
	d run -d --name full --network net -p 80 -v data:/data -v mounted:/m --tmpfs /t -l a=b --health-cmd true --memory 64m \
		--cap-add NET_ADMIN --ulimit nofile=10:20 --device /dev/null --log-opt max-size=1m --add-host a:1.2.3.4 busybox sleep 1000
	d run --name ended --network none busybox false || true
	d create --name never --network host busybox
}
teardown_file() { file_teardown; }

holds() { # method, path of the table, path asked for, body
	local answer
	answer=$(api -X "$1" ${4:+-H 'Content-Type: application/json' -d "$4"} "http://b$3")
	"$BUILD/tests/unit/check_answer" "$1" "$2" <<<"$answer"
}

@test "containers, execs" {
	holds GET /containers/json '/containers/json?all=1&size=1'
	for name in full ended never; do
		holds GET '/containers/{}/json' "/containers/$name/json?size=1"
		holds GET '/containers/{}/stats' "/containers/$name/stats?stream=0&one-shot=1"
		[ "$name" = never ] || holds GET '/containers/{}/changes' "/containers/$name/changes"
	done
	holds GET '/containers/{}/top' /containers/full/top
	holds POST '/containers/{}/update' /containers/full/update '{"Memory":33554432,"MemorySwap":67108864}'
	holds POST '/containers/{}/wait' /containers/ended/wait
	holds POST /containers/create /containers/create '{"Image":"busybox","HostConfig":{"NetworkMode":"none"}}'
	exec=$(post_json /containers/full/exec '{"Cmd":["true"]}')
	"$BUILD/tests/unit/check_answer" POST '/containers/{}/exec' <<<"$exec"
	holds GET '/exec/{}/json' "/exec/$(jq -r .Id <<<"$exec")/json"
	holds POST /commit '/commit?container=ended&repo=made' '{}'
	holds POST /containers/prune /containers/prune
}

@test "images" {
	holds GET /images/json '/images/json?all=1&shared-size=1'
	holds GET '/images/{}/json' /images/busybox/json
	holds GET '/images/{}/history' /images/busybox/history
	holds GET '/images/{}/attestations' /images/busybox/attestations
	d tag busybox other
	holds DELETE '/images/{}' /images/other
	holds POST /images/prune /images/prune
	holds POST /build/prune /build/prune
}

@test "networks, volumes, the engine" {
	holds GET /networks /networks
	for name in net bridge host none; do holds GET '/networks/{}' "/networks/$name"; done
	holds POST /networks/create /networks/create '{"Name":"unused"}'
	holds POST /networks/prune /networks/prune
	holds GET /volumes /volumes
	for name in data mounted; do holds GET '/volumes/{}' "/volumes/$name"; done
	holds POST /volumes/create /volumes/create '{"Name":"unused"}'
	holds POST /volumes/prune '/volumes/prune?filters=%7B%22all%22:%5B%22true%22%5D%7D'
	holds GET /info /info
	holds GET /version /version
	holds GET /system/df /system/df
	api "http://b/events?since=1&until=$(date +%s)" | head -20 | while read -r line; do
		"$BUILD/tests/unit/check_answer" GET /events <<<"$line"
	done
}

routes() { grep -hoE '^\s*\{"(GET|POST|PUT|DELETE)", "[^"]*"' "$BATS_TEST_DIRNAME"/../../src/api/*.c | sed 's/^[^{]*{//; s/[",]//g' | sort -u; }
table() { sed -n '/^const SchemaBody schema_bodies/,$p' "$BATS_TEST_DIRNAME/schema_answers.c" | grep -oE '\{"[A-Z]+", "[^"]*"' | sed 's/^{//; s/[",]//g' | sort -u; }

@test "no answer of the table is left out above" {
	# Those ask another host, which is none here (tests/registry).
	local asking='GET /distribution/{}/json
GET /images/search
POST /auth'
	comm -23 <(table) <(grep -oE "(holds|check_answer\") (GET|POST|PUT|DELETE) [^ ]*" "$BATS_TEST_FILENAME" | sed "s/^[^ ]* //; s/'//g" | sort -u) >"$WORK/left"
	[ "$(grep -vxF "$asking" "$WORK/left")" = '' ]
}

@test "every endpoint: what cannot be is refused with a message and nothing else, or answered by the table" {
	# What goes over to bytes of its own, tells progress or opens a listener, has tests of its own. /networks/ is /networks.
	local own='GET /_ping
GET /debug/state
GET /events
GET /networks/
GET /plugins
POST /dashboard
POST /images/load
POST /images/{}/push
POST /grpc
POST /session
POST /build/ssh
POST /auth' method path answer
	routes >"$WORK/routes"
	[ "$(wc -l <"$WORK/routes")" -gt 100 ]
	while read -r method path; do
		if table | grep -qxF "$method $path" || grep -qxF "$method $path" <<<"$own"; then continue; fi
		answer=$(api -X "$method" -o "$WORK/answer" -w '%{http_code} %{content_type}' "http://b${path//\{\}/nosuch}" </dev/null)
		if [[ $answer == 4* || $answer == 5* ]] && [[ $answer == *application/json* ]]; then
			jq -e 'keys == ["message"] and (.message | type == "string" and . != "")' "$WORK/answer" >/dev/null ||
				echo "$method $path: $answer $(cat "$WORK/answer")"
		elif [[ $path == */attach && $(tr -d '\r' <"$WORK/answer") == 'No such container: nosuch' ]]; then
			continue # as dockerd: a line of the stream that was asked for
		else
			echo "$method $path: $answer $(head -c 300 "$WORK/answer")"
		fi
	done <"$WORK/routes" >"$WORK/odd"
	cat "$WORK/odd"
	[ ! -s "$WORK/odd" ]
}

@test "what the table would refuse: a wrong type, a missing field, a key of our own" {
	check() { "$BUILD/tests/unit/check_answer" GET /volumes; }
	check <<<'{"Volumes":[],"Warnings":null}'
	not check <<<'{"Volumes":[{"Name":1}]}'
	not check <<<'{"Volumes":[{"Name":"a"}]}'
	not check <<<'{"Volumes":[],"_Own":1}'
}
