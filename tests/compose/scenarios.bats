load ../lib/engine
# What any Compose does with the engine: run with berth compose and with Debian's docker-compose 1.29 ($COMPOSE).
setup_file() {
	file_setup
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" ip link set lo up
}
teardown_file() { file_teardown; }
setup() {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	export COMPOSE_PROJECT_NAME="p$BATS_TEST_NUMBER"
}
teardown() { c down -v -t 0 --remove-orphans >/dev/null 2>&1; }
c() { timeout -s KILL 60 ${COMPOSE:-"$BUILD/berth" compose} "$@"; }
id_of() { c ps -q "$1"; }
count() { d ps -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" "$@" | wc -l; }

@test "up -d and down: containers, network and volume come and go" {
	cat >docker-compose.yml <<-'EOF'
		version: "3.3"
		services:
		  web:
		    image: busybox
		    command: sleep 1000
		    volumes: ["data:/data", "./src:/src"]
		  db:
		    image: busybox
		    command: sleep 1000
		volumes:
		  data:
	EOF
	c up -d
	[ "$(count)" -eq 2 ]
	[ "$(d network ls -q --filter "name=${COMPOSE_PROJECT_NAME}_default" | wc -l)" -eq 1 ]
	[ "$(d volume ls -q --filter "name=${COMPOSE_PROJECT_NAME}_data" | wc -l)" -eq 1 ]
	[ -d src ]
	c exec -T web touch /data/kept
	c down -t 0
	[ "$(count -a)" -eq 0 ]
	[ "$(d network ls -q --filter "name=${COMPOSE_PROJECT_NAME}_default" | wc -l)" -eq 0 ]
	c up -d
	c exec -T web test -e /data/kept
	c down -v -t 0
	[ "$(d volume ls -q --filter "name=${COMPOSE_PROJECT_NAME}_data" | wc -l)" -eq 0 ]
}

@test "a second up touches only what changed" {
	printf 'services:\n  a:\n    image: busybox\n    command: sleep 1000\n  b:\n    image: busybox\n    command: sleep 1000\n' >docker-compose.yml
	c up -d -t 0
	a=$(id_of a) b=$(id_of b)
	c up -d -t 0
	[ "$(id_of a)" = "$a" ]
	[ "$(id_of b)" = "$b" ]
	printf 'services:\n  a:\n    image: busybox\n    command: sleep 1000\n  b:\n    image: busybox\n    command: sleep 1001\n' >docker-compose.yml
	c up -d -t 0
	[ "$(id_of a)" = "$a" ]
	[ "$(id_of b)" != "$b" ]
	[ "$(count -a)" -eq 2 ]
	c up -d -t 0 --force-recreate
	[ "$(id_of a)" != "$a" ]
}

@test "services find each other by name; aliases, too" {
	cat >docker-compose.yml <<-'EOF'
		version: "3"
		services:
		  web:
		    image: busybox
		    command: sleep 1000
		    networks: [inner]
		  db:
		    image: busybox
		    command: sh -c 'mkdir /w; echo a row > /w/row; exec httpd -f -p 8080 -h /w'
		    networks:
		      inner:
		        aliases: [storage]
		networks:
		  inner:
	EOF
	c up -d
	for name in db storage; do
		for _ in $(seq 300); do c exec -T web wget -qO- "http://$name:8080/row" >row 2>/dev/null && break; sleep 0.1; done
		[ "$(cat row)" = 'a row' ]
	done
}

@test "build: of a folder, with arguments; the image has the service's name" {
	mkdir web
	printf 'FROM busybox\nARG A=0\nRUN echo $A > /a\nCMD ["sleep", "1000"]\n' >web/Dockerfile
	printf 'version: "3.4"\nservices:\n  web:\n    build:\n      context: ./web\n      args:\n        A: 7\n' >docker-compose.yml
	export DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0
	c up -d
	[ "$(c exec -T web cat /a)" = 7 ]
	d images --format '{{.Repository}}' | grep -q "^$COMPOSE_PROJECT_NAME[-_]web$"
	sed -i 's/A: 7/A: 8/' docker-compose.yml
	c build
	c up -d -t 0
	[ "$(c exec -T web cat /a)" = 8 ]
}

@test "scale: up and down" {
	printf 'services:\n  w:\n    image: busybox\n    command: sleep 1000\n' >docker-compose.yml
	c up -d --scale w=3
	[ "$(count)" -eq 3 ]
	first=$(c ps -q w | sort | tr '\n' ' ')
	c up -d --scale w=1 -t 0
	[ "$(count -a)" -eq 1 ]
	[[ $first == *"$(id_of w)"* ]]
}

@test "logs: with the names of services in front" {
	printf 'services:\n  one:\n    image: busybox\n    command: sh -c "echo from-one; sleep 1000"\n  another:\n    image: busybox\n    command: echo from-another\n' >docker-compose.yml
	c up -d
	for _ in $(seq 300); do c logs >out 2>&1; grep -q from-one out && grep -q from-another out && break; sleep 0.1; done
	grep -q 'one.*|.*from-one' out
	grep -q 'another.*|.*from-another' out
	c logs another >out 2>&1
	not grep -q from-one out
}

@test "run: a container of its own, its exit code, what it depends on" {
	printf 'version: "3"\nservices:\n  web:\n    image: busybox\n    command: sleep 1000\n    depends_on: [db]\n  db:\n    image: busybox\n    command: sleep 1000\n' >docker-compose.yml
	[ "$(c run --rm -T web echo out 2>/dev/null | tr -d '\r')" = out ]
	[ -n "$(id_of db)" ]
	run c run --rm -T web sh -c 'exit 7'
	[ "$status" -eq 7 ]
	[ "$(c run --rm -T -e A=1 web sh -c 'echo $A' 2>/dev/null | tr -d '\r')" = 1 ]
	c down -t 0
	[ "$(count -a)" -eq 0 ]
}

@test "exec: output, exit code, variables, user" {
	printf 'services:\n  w:\n    image: busybox\n    command: sleep 1000\n' >docker-compose.yml
	c up -d
	[ "$(c exec -T -e A=b w sh -c 'echo $A')" = b ]
	[ "$(c exec -T -u 1000 w id -u)" = 1000 ]
	run c exec -T w sh -c 'exit 5'
	[ "$status" -eq 5 ]
}

@test "stop, start, restart, pause, kill, rm" {
	printf 'services:\n  w:\n    image: busybox\n    command: sleep 1000\n    stop_grace_period: 0s\n' >docker-compose.yml
	c up -d
	id=$(id_of w)
	c stop -t 0
	[ "$(count)" -eq 0 ]
	c start
	[ "$(count)" -eq 1 ]
	c restart -t 0
	c pause
	[ "$(d inspect -f '{{.State.Status}}' "$id")" = paused ]
	c unpause
	c kill
	[ "$(count)" -eq 0 ]
	c rm -f
	[ "$(count -a)" -eq 0 ]
}

@test "anonymous volumes move on to the new container" {
	printf 'services:\n  w:\n    image: busybox\n    command: sleep 1000\n    volumes: ["/anon"]\n' >docker-compose.yml
	c up -d
	c exec -T w touch /anon/kept
	c up -d --force-recreate -t 0
	c exec -T w test -e /anon/kept
	c up -d --force-recreate -V -t 0
	run c exec -T w test -e /anon/kept
	[ "$status" -eq 1 ]
}

@test "ports are published, and port tells where" {
	printf 'services:\n  w:\n    image: busybox\n    command: sleep 1000\n    ports: ["127.0.0.1:18080:80", "81"]\n' >docker-compose.yml
	c up -d
	[ "$(c port w 80)" = 127.0.0.1:18080 ]
	[[ $(c port w 81) == *:* ]]
}

@test "environment, env_file, .env, secrets of files" {
	printf 'TAG=latest\nFROM_DOT=dot\n' >.env
	printf 'FROM_FILE=file\nBOTH=file\n' >vars
	printf 's3cret' >s
	cat >docker-compose.yml <<-'EOF'
		version: "3.7"
		services:
		  w:
		    image: busybox:${TAG}
		    command: sleep 1000
		    env_file: vars
		    environment:
		      BOTH: own
		      DOT: ${FROM_DOT}
		    secrets: [token]
		secrets:
		  token:
		    file: ./s
	EOF
	c up -d
	[ "$(c exec -T w sh -c 'echo $FROM_FILE $BOTH $DOT')" = 'file own dot' ]
	[ "$(c exec -T w cat /run/secrets/token)" = s3cret ]
}

@test "a dependency must be healthy first" {
	cat >docker-compose.yml <<-'EOF'
		services:
		  db:
		    image: busybox
		    command: sh -c 'sleep 1; touch /ok; sleep 1000'
		    healthcheck: {test: test -e /ok, interval: 300ms, retries: 50}
		  web:
		    image: busybox
		    command: sleep 1000
		    depends_on: {db: {condition: service_healthy}}
	EOF
	c up -d
	db=$(d inspect -f '{{.State.StartedAt}}' "$(id_of db)") web=$(d inspect -f '{{.State.StartedAt}}' "$(id_of web)")
	[ $(($(date -d "$web" +%s%3N) - $(date -d "$db" +%s%3N))) -ge 1000 ]
}

@test "an image that is not there: an error, and nothing is left that down would not remove" {
	printf 'services:\n  a:\n    image: busybox\n    command: sleep 1000\n  b:\n    image: localhost:1/nope\n' >docker-compose.yml
	run c up -d
	[ "$status" -ne 0 ]
	c down -t 0
	[ "$(count -a)" -eq 0 ]
	[ "$(d network ls -q --filter "name=${COMPOSE_PROJECT_NAME}_default" | wc -l)" -eq 0 ]
}
