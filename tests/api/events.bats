# Events as dockerd 28.5 tells them.
load ../lib/engine

setup_file() { file_setup; }
teardown_file() { file_teardown; }

since() { date +%s.%N; }
# events SINCE FILTER...: "type action" of each
events() { d events --since "$1" --until "$(date +%s.%N)" "${@:2}" --format '{{.Type}} {{.Action}}'; }

@test "volumes are mounted and unmounted, execs and ends say how, images are created" {
	from=$(since)
	d run -d --name told --network none -v told:/v --label a=b busybox sleep 100
	d exec told true
	run d exec told nothing
	d commit told made:1
	d stop -t 0 told
	d rm told
	d volume rm told
	d rmi made:1
	events "$from" >"$WORK/told"
	grep -v -e exec_ -e kill -e ^network "$WORK/told" | diff - <(printf '%s\n' 'volume create' 'container create' 'volume mount' 'container start' 'container pause' 'container unpause' \
		'image create' 'image tag' 'container commit' 'volume unmount' 'container die' 'container stop' 'container destroy' 'volume destroy' 'image untag' 'image delete') ||
		grep -v -e exec_ -e kill -e ^network "$WORK/told" | diff - <(printf '%s\n' 'volume create' 'container create' 'volume mount' 'container start' 'container pause' 'container unpause' \
		'image create' 'image tag' 'container commit' 'volume unmount' 'container stop' 'container die' 'container destroy' 'volume destroy' 'image untag' 'image delete')
	[ "$(grep -c 'exec_start' "$WORK/told")" -eq 2 ]
	[ "$(grep -c 'exec_die' "$WORK/told")" -eq 1 ]
	d events --since "$from" --until "$(since)" --format '{{json .}}' >"$WORK/told"
	jq -se 'map(select(.Action == "exec_die").Actor.Attributes)[0] | .execID and .exitCode == "0" and .a == "b"' "$WORK/told"
	jq -se 'map(select(.Action == "die").Actor.Attributes)[0] | .execDuration and .exitCode == "137"' "$WORK/told"
	jq -se 'map(select(.Type == "volume" and .Action == "mount").Actor)[0] | .ID == "told" and .Attributes.destination == "/v" and .Attributes["read/write"] == "true" and .Attributes.driver == "local"' "$WORK/told"
	jq -se 'map(select(.Action == "commit").Actor.Attributes)[0] | .imageRef == "made:1" and .imageID' "$WORK/told"
	jq -se 'map(select(.Type == "image" and .Action == "tag").Actor.Attributes)[0] | .name == "made:1" and .a == "b"' "$WORK/told"
	jq -se 'map(select(.Type == "image" and .Action == "untag").Actor)[0] | .Attributes.name == .ID' "$WORK/told"
}

@test "by image: its own events and those of its containers; since behind until" {
	from=$(since)
	d tag busybox other:5
	d run --rm --network none other:5 true
	for name in other other:5; do
		events "$from" --filter "image=$name" --filter type=container | grep -qx 'container start'
	done
	events "$from" --filter image=other:5 | grep -qx 'image tag'
	[ -z "$(events "$from" --filter image=busybox --filter type=container)" ]
	id=$(d inspect -f '{{.Id}}' busybox)
	events "$from" --filter "image=$id" | grep -qx 'image tag'
	[ "$(api 'http://b/events?since=20&until=10' | jq -r .message)" = '`since` time (20) cannot be after `until` time (10)' ]
	d rmi other:5
}

@test "who follows events finds a container that removes itself when he hears of its end" {
	# shellcheck disable=SC2016
	cat >"$WORK/follow.py" <<-'P'
		import http.client, json, socket, sys
		class Unix(http.client.HTTPConnection):
		    def connect(self):
		        self.sock = socket.socket(socket.AF_UNIX)
		        self.sock.connect(sys.argv[1])
		follow, ask = Unix("b"), Unix("b")
		follow.request("GET", "/events?filters=" + '{"event":["die"]}')
		answer = follow.getresponse()
		print("follows", flush=True)
		id = json.loads(answer.readline())["Actor"]["ID"]
		ask.request("GET", f"/containers/{id}/json")
		print(ask.getresponse().status, flush=True)
	P
	python3 "$WORK/follow.py" "$WORK/b.sock" >"$WORK/followed" 3>&- &
	for _ in $(seq 1500); do grep -q follows "$WORK/followed" && break; sleep 0.02; done
	d run --rm --network none busybox true
	wait $!
	[ "$(tail -n 1 "$WORK/followed")" = 200 ]
	[ -z "$(d ps -aq)" ]
}

@test "prunes are told, with what they have won" {
	from=$(since)
	for kind in container volume network image; do
		d "$kind" prune -f
	done
	events "$from" | diff - <(printf '%s\n' 'container prune' 'volume prune' 'network prune' 'image prune')
	d events --since "$from" --until "$(since)" --format '{{json .Actor.Attributes}}' | jq -se 'all(.[]; .reclaimed == "0")'
}

# late NAME: a client that is started now, asks for starts once there is a file go.NAME, and tells whether there was one of "before"
# until that of NAME.
late() {
	python3 - "$WORK/b.sock" "$1" "$WORK/go.$1" >"$WORK/told.$1" 3>&- <<-'E' &
		import os, socket, sys, time
		sock, name, go = sys.argv[1:]
		print("began", flush=True)
		while not os.path.exists(go):
		    time.sleep(0.01)
		client = socket.socket(socket.AF_UNIX)
		client.settimeout(60)
		client.connect(sock)
		client.sendall(b"GET /events?filters=%7B%22event%22%3A%5B%22start%22%5D%7D HTTP/1.1\r\nHost: b\r\n\r\n")
		text = ""
		while name not in text:
		    text += client.recv(65536).decode()
		print("before" in text)
	E
	late=$!
	until grep -q began "$WORK/told.$1"; do sleep 0.01; done
}

@test "who is started to follow events misses none since then, and hears of none before" {
	run_none --name before busybox true
	sleep 0.1
	late meanwhile
	run_none --name meanwhile busybox true
	touch "$WORK/go.meanwhile"
	wait "$late"
	grep -qx False "$WORK/told.meanwhile"
}

@test "who was started long ago is told of events from when he asks" {
	late afterwards
	sleep 5.5
	run_none --name before busybox true
	touch "$WORK/go.afterwards"
	sleep 0.5
	run_none --name afterwards busybox true
	wait "$late"
	grep -qx False "$WORK/told.afterwards"
}
