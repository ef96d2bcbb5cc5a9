load ../lib/engine
load ../lib/compose
# What berth compose has and docker-compose 1.29 has not, or has otherwise.
setup() { case_folder q; }
count() { d ps -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" "$@" | wc -l; }
sleeper() { printf 'services:\n'; for s in "$@"; do printf '  %s:\n    image: busybox\n    command: sleep 1000\n    stop_grace_period: 0s\n' "$s"; done; }

@test "names and labels are those of Docker Compose v2" {
	sleeper web >compose.yaml
	c up -d
	label() { d inspect -f "{{index .Config.Labels \"com.docker.compose.$1\"}}" "$COMPOSE_PROJECT_NAME-web-1"; }
	[ "$(label project)" = "$COMPOSE_PROJECT_NAME" ]
	[ "$(label service) $(label container-number) $(label oneoff)" = 'web 1 False' ]
	[ "$(label project.working_dir)" = "$PWD" ]
	[ "$(label project.config_files)" = "$PWD/compose.yaml" ]
	[ "$(label config-hash)" = "$(c config --hash web | cut -d' ' -f2)" ]
	[ "$(label image)" = "$(d inspect -f '{{.Id}}' busybox)" ]
	[ "$(d network inspect -f '{{index .Labels "com.docker.compose.network"}}' "${COMPOSE_PROJECT_NAME}_default")" = default ]
}

@test "a variable without a value takes the image's away, in run as well" {
	"$BUILD/berth" import -c 'ENV A=image' -c 'ENV B=kept' "$WORK/busybox.tar" with-env >/dev/null
	printf 'services:\n  w: {image: with-env, command: env, network_mode: none, environment: [A]}\n' >compose.yaml
	unset A B
	c up >out
	grep -q 'B=kept' out
	not grep -q '| A' out
	[ "$(c run --rm -e B w env | grep -c '^[AB]')" -eq 0 ]
	[ "$(A=mine c run --rm w sh -c 'echo $A$B')" = minekept ]
}

@test "ps, ls, images, top, port, events and their formats" {
	sleeper web db >compose.yaml
	c up -d
	[[ $(c ps) == *NAME*IMAGE*COMMAND*SERVICE*CREATED*STATUS*PORTS*"$COMPOSE_PROJECT_NAME-web-1"* ]]
	[ "$(c ps --services | sort | tr '\n' ' ')" = 'db web ' ]
	[ "$(c ps --format json web | head -1 | jq -r '.Service + " " + .State')" = 'web running' ]
	[ "$(c ps --format '{{.Name}}' web)" = "$COMPOSE_PROJECT_NAME-web-1" ]
	[[ $(c ls) == *"$COMPOSE_PROJECT_NAME"*'running(2)'* ]]
	[[ $(c ls --format json) == *'"Name":"'"$COMPOSE_PROJECT_NAME"* ]]
	[[ $(c images web) == *busybox*latest* ]]
	[[ $(c top db) == *'sleep 1000'* ]]
	c stop -t 0 web
	[ "$(c ps -q | wc -l)" -eq 1 ]
	[ "$(c ps -a --status exited -q | wc -l)" -eq 1 ]
	[[ $(c events --since 1m --until 0s --json | head -1) == *'"type":"container"'* ]]
}

@test "secrets and configs that are no files: of variables, of the file itself" {
	cat >compose.yaml <<-'EOF'
		services:
		  w:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    secrets: [token, {source: token, target: other, uid: "5", mode: 0400}]
		    configs: [{source: conf, target: /etc/conf}]
		secrets: {token: {environment: MY_TOKEN}}
		configs:
		  conf:
		    content: |
		      who=${WHO}
	EOF
	export MY_TOKEN=s3cret WHO=me
	c up -d
	[ "$(c exec -T w cat /run/secrets/token /etc/conf)" = "s3cretwho=me" ]
	[ "$(c exec -T w stat -c '%a %u' /run/secrets/other)" = '400 5' ]
	unset MY_TOKEN
	c down -t 0
	run c up -d
	[ "$status" -eq 1 ]
	[[ $output == *MY_TOKEN* ]]
	[ "$(count -a)" -eq 0 ]
}

@test "attached: lines with names, an exit told, Ctrl-C stops all" {
	printf 'services:\n  one:\n    image: busybox\n    command: sh -c "echo from-one; exit 3"\n  two:\n    image: busybox\n    command: sh -c "trap \\"echo bye; exit 0\\" TERM; echo from-two; while :; do sleep 0.1; done"\n' >compose.yaml
	timeout -s KILL 60 "$BUILD/berth" compose up >out 2>err 3>&- &
	up=$!
	for _ in $(seq 600); do grep -q from-two out && grep -q 'one-1 exited with code 3' out && break; sleep 0.05; done
	grep -q '^one-1  | from-one$' out
	grep -q '^two-1  | from-two$' out
	pkill -INT -P "$up"
	wait "$up" || true
	grep -q 'two-1  | bye' out
	grep -q 'Gracefully' err
	[ "$(count)" -eq 0 ]
	[ "$(count -a)" -eq 2 ]
}

@test "--abort-on-container-exit and --exit-code-from" {
	printf 'services:\n  t:\n    image: busybox\n    command: sh -c "sleep 0.3; exit 7"\n  db:\n    image: busybox\n    command: sleep 1000\n    stop_grace_period: 0s\n' >compose.yaml
	run c up --abort-on-container-exit
	[ "$status" -eq 7 ]
	[ "$(count)" -eq 0 ]
	run c up --exit-code-from t --abort-on-container-exit
	[ "$status" -eq 7 ]
}

@test "conditions: completed, healthy, failing; --wait" {
	cat >compose.yaml <<-'EOF'
		services:
		  job: {image: busybox, command: "sh -c 'sleep 0.5; exit $CODE'"}
		  web:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    depends_on: {job: {condition: service_completed_successfully}}
		    healthcheck: {test: "test -e /ok || { touch /ok; false; }", interval: 200ms}
	EOF
	CODE=0 c up -d --wait web
	[ "$(d inspect -f '{{.State.Health.Status}}' "$COMPOSE_PROJECT_NAME-web-1")" = healthy ]
	c down -t 0
	CODE=4 run c up -d
	[ "$status" -eq 1 ]
	[[ $output == *"service \"job\" didn't complete successfully: exit 4"* ]]
	[ "$(count)" -eq 0 ]
	printf 'services:\n  db:\n    image: busybox\n    command: sleep 1000\n    stop_grace_period: 0s\n    healthcheck: {test: "false", interval: 100ms, retries: 2}\n  web:\n    image: busybox\n    depends_on: {db: {condition: service_healthy}}\n' >compose.yaml
	run c up -d --remove-orphans
	[ "$status" -eq 1 ]
	[[ $output == *'dependency failed to start: container '*' is unhealthy'* ]]
}

@test "orphans are told of, and removed where that is asked for" {
	sleeper a b >compose.yaml
	c up -d
	sleeper a >compose.yaml
	run c up -d
	[[ $output == *"Found orphan containers ([$COMPOSE_PROJECT_NAME-b-1])"* ]]
	c up -d --remove-orphans
	[ "$(count -a)" -eq 1 ]
}

@test "profiles: asleep, by flag, by name" {
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s}\n  debug: {image: busybox, command: sleep 1000, profiles: [dev], stop_grace_period: 0s}\n' >compose.yaml
	c up -d
	[ "$(count)" -eq 1 ]
	c --profile dev up -d
	[ "$(count)" -eq 2 ]
	c down -t 0
	[ "$(count -a)" -eq 1 ]
	c --profile dev down -t 0
	[ "$(count -a)" -eq 0 ]
	c up -d debug
	[ "$(c ps --services)" = debug ]
}

@test "--dry-run does nothing, and says what it would do" {
	sleeper a >compose.yaml
	run c --dry-run up -d
	[[ $output == *'DRY-RUN MODE'*'Created'* ]]
	[ "$(count -a)" -eq 0 ]
	[ -z "$(d network ls -q --filter "name=${COMPOSE_PROJECT_NAME}_")" ]
	behind=$(c up -d --dry-run 2>&1)
	[[ $behind == *DRY-RUN* && -z $(c ps -aq) ]]
}

@test "-p without files: what is there is known by its labels" {
	sleeper a b >compose.yaml
	c up -d
	mkdir elsewhere; cd elsewhere
	[ "$(c -p "$COMPOSE_PROJECT_NAME" ps -q | wc -l)" -eq 2 ]
	c -p "$COMPOSE_PROJECT_NAME" stop -t 0
	c -p "$COMPOSE_PROJECT_NAME" down
	[ "$(count -a)" -eq 0 ]
}

@test "standard input is a file, and the program is known as docker-compose, too" {
	sleeper a | c -f - up -d
	[ "$(count)" -eq 1 ]
	ln -s "$(realpath "$BUILD/berth")" docker-compose
	sleeper a >compose.yaml
	[ "$(./docker-compose ps -q | wc -l)" -eq 1 ]
	[[ $(./docker-compose version) == 'Docker Compose version v2'* ]]
	./docker-compose down -t 0
}

@test "links, shared namespaces, volumes_from, static addresses, several networks" {
	cat >compose.yaml <<-'EOF'
		services:
		  a:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    volumes: ["/shared"]
		    networks: {n: {ipv4_address: 172.31.250.9}, m: }
		  b: {image: busybox, command: sleep 1000, network_mode: "service:a", volumes_from: [a], stop_grace_period: 0s}
		  l: {image: busybox, command: sleep 1000, links: ["a:alias"], networks: [n], stop_grace_period: 0s}
		networks:
		  n: {ipam: {config: [{subnet: 172.31.250.0/24}]}}
		  m: {internal: true}
	EOF
	c up -d
	c exec -T a ip -o addr | grep -q 172.31.250.9/24
	[ "$(c exec -T a ls /sys/class/net | wc -l)" -eq 3 ]
	c exec -T b ip -o addr | grep -q 172.31.250.9/24
	c exec -T a touch /shared/x
	c exec -T b test -e /shared/x
	c exec -T l ping -c 1 -w 5 alias
	c up -d
	a=$(c ps -q a)
	c up -d --force-recreate a -t 0
	[ "$(c ps -q a)" != "$a" ]
	# What shares the namespaces of the old one has no network any more, as with dockerd, until all come up.
	c up -d
	c exec -T b ip -o addr | grep -q 172.31.250.9/24
}

@test "limits and hooks" {
	cat >compose.yaml <<-'EOF'
		services:
		  w:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 50}}, restart_policy: {condition: on-failure, max_attempts: 3}}
		    ulimits: {nofile: {soft: 100, hard: 200}}
		    sysctls: {net.core.somaxconn: 77}
		    cap_drop: [ALL]
		    tmpfs: /scratch
		    extra_hosts: ["other:1.2.3.4"]
		    post_start: [{command: "touch /hooked", environment: [A=1]}]
		    pre_stop: [{command: "touch /out/stopped"}]
		    volumes: ["./out:/out"]
	EOF
	c up -d
	[ "$(d inspect -f '{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}' "$COMPOSE_PROJECT_NAME-w-1")" = '500000000 67108864 50 on-failure 3' ]
	[ "$(c exec -T w sh -c 'ulimit -n; ulimit -Hn; cat /proc/sys/net/core/somaxconn')" = $'100\n200\n77' ]
	c exec -T w grep -q '1.2.3.4.*other' /etc/hosts
	c exec -T w test -e /hooked
	[[ $(c exec -T w mount) == *'on /scratch type tmpfs'* ]]
	c down -t 0
	[ -e out/stopped ]
}

@test "cp, scale, create, wait, attach's kin" {
	printf 'services:\n  w: {image: busybox, command: sleep 1000, stop_grace_period: 0s}\n  job: {image: busybox, command: sh -c "exit 6"}\n' >compose.yaml
	c create
	[ "$(count)" -eq 0 ]
	[ "$(count -a)" -eq 2 ]
	c start w
	echo x >f
	c cp f w:/tmp/f
	c cp w:/tmp/f g
	[ "$(cat g)" = x ]
	c scale w=2
	[ "$(c ps -q w | wc -l)" -eq 2 ]
	[ "$(c exec -T --index 2 w hostname)" != "$(c exec -T --index 1 w hostname)" ]
	c start job
	run c wait job
	[ "$status" -eq 6 ]
	c commit w "$COMPOSE_PROJECT_NAME-image"
	d image inspect "$COMPOSE_PROJECT_NAME-image" >/dev/null
}

@test "pull policies: never, missing, by age; nothing is asked of a registry for what is here" {
	printf 'services:\n  w: {image: "busybox:${T:-latest}", command: sleep 1000, pull_policy: %s, stop_grace_period: 0s}\n' never >compose.yaml
	T=nope run c up -d
	[[ $status -eq 1 && $output == *'No such image: busybox:nope'* ]]
	c up -d
	sed -i 's/never/every_12h/' compose.yaml
	c up -d
	sed -i 's/every_12h/always/' compose.yaml
	run c up -d
	[ "$status" -eq 1 ]
}

@test "Ctrl-C twice kills what does not stop" {
	printf 'services:\n  w: {image: busybox, command: "sh -c \\"trap : TERM; echo up; while :; do sleep 0.1; done\\"", stop_grace_period: 50s}\n' >compose.yaml
	timeout -s KILL 60 "$BUILD/berth" compose up >out 2>err 3>&- &
	up=$!
	for _ in $(seq 600); do grep -q '| up' out && break; sleep 0.05; done
	pkill -INT -P "$up"
	for _ in $(seq 600); do grep -q Gracefully err && break; sleep 0.05; done
	sleep 0.2
	pkill -INT -P "$up"
	start=$(date +%s)
	wait "$up" || true
	[ $(($(date +%s) - start)) -lt 40 ]
	[ "$(count)" -eq 0 ]
}

@test "watch: syncs, removes, runs a command, rebuilds" {
	mkdir -p src/sub
	echo 1 >src/f; echo 1 >base
	printf 'FROM busybox\nCOPY base /base\nCMD ["sleep", "1000"]\n' >Dockerfile
	cat >compose.yaml <<-'EOF'
		services:
		  w:
		    build: .
		    stop_grace_period: 0s
		    develop:
		      watch:
		        - {path: ./src, action: sync+exec, target: /app, initial_sync: true, ignore: ["*.log"], exec: {command: sh -c 'echo x >> /ran'}}
		        - {path: ./base, action: rebuild}
	EOF
	timeout -s KILL 60 "$BUILD/berth" compose watch >out 2>&1 3>&- &
	watch=$!
	has() { [ "$(c exec -T w cat "$1")" = "$2" ]; }
	await has /app/f 1
	echo 2 >src/f; echo new >src/sub/g; echo no >src/x.log
	await has /app/f 2
	await has /app/sub/g new
	not c exec -T w test -e /app/x.log
	rm src/f
	await c exec -T w sh -c '! test -e /app/f'
	c exec -T w test -e /ran
	id=$(c ps -q w)
	echo 2 >base
	await has /base 2
	[ "$(c ps -q w)" != "$id" ]
	pkill -INT -P "$watch" || true
	pkill -TERM -P "$watch" || true
	wait "$watch" || true
}

@test "watch: a file of two services is one rebuild, and replaces containers even where the image is the same" {
	printf 'FROM busybox\nCMD ["sleep", "1000"]\n' >Dockerfile
	cat >compose.yaml <<-'EOF'
		x-dev: &dev
		  build: .
		  stop_signal: SIGKILL
		  develop: {watch: [{path: .env, action: rebuild}]}
		services: {a: *dev, b: *dev}
	EOF
	echo A=1 >.env
	timeout -s KILL 60 "$BUILD/berth" compose --verbose watch >out 2>&1 3>&- &
	watch=$!
	await grep -q 'Watch enabled' out
	ids=$(c ps -q | sort)
	echo A=2 >.env
	await grep -q 'level=debug msg="batch complete: duration' out
	[ "$(grep -c '^Rebuilding service(s) \["a" "b"\] after changes were detected' out)" -eq 1 ]
	[ "$(c ps -q | wc -l)" -eq 2 ]
	[ -z "$(comm -12 <(echo "$ids") <(c ps -q | sort))" ]
	pkill -INT -P "$watch" || true
	pkill -TERM -P "$watch" || true
	wait "$watch" || true
}

@test "watch: a command has its environment and privileges" {
	mkdir src
	cat >compose.yaml <<-'EOF'
		services:
		  w:
		    image: busybox
		    command: sleep 1000
		    stop_signal: SIGKILL
		    develop:
		      watch: [{path: src, action: sync+exec, target: /app, exec: {command: sh -c 'echo $$WORD >/ran; grep CapEff /proc/self/status >>/ran', environment: {WORD: told}, privileged: true}}]
	EOF
	timeout -s KILL 60 "$BUILD/berth" compose watch >out 2>&1 3>&- &
	watch=$!
	await grep -q 'Watch enabled' out
	echo 1 >src/f
	await c exec -T w grep -q CapEff /ran
	run c exec -T w cat /ran
	[[ $output == told$'\n'* ]]
	[[ $output != *a80425fb* ]]
	pkill -INT -P "$watch" || true
	pkill -TERM -P "$watch" || true
	wait "$watch" || true
}

@test "up: standard error of a container is standard error here, and that of logs is not" {
	cat >compose.yaml <<-'EOF'
		services:
		  w: {image: busybox, command: sh -c 'echo to-out; echo to-err >&2'}
	EOF
	c up --menu=false >out 2>err
	grep -q '^w-1  | to-out$' out
	grep -q '^w-1  | to-err$' err
	not grep -q to-err out
	c logs >out 2>err
	grep -q 'to-err' out
}

@test "up: refuses a start_interval without start_period, and a name twice among what it starts only" {
	cat >compose.yaml <<-EOF
		services:
		  h: {image: busybox, healthcheck: {test: "true", start_interval: 1s}}
		  a: {image: busybox, container_name: $COMPOSE_PROJECT_NAME-same, command: "true"}
		  b: {image: busybox, container_name: $COMPOSE_PROJECT_NAME-same, command: "true"}
	EOF
	run c up -d h
	[ "$status" -eq 1 ]
	[[ $output == *'healthcheck.start_interval requires healthcheck.start_period to be set'* ]]
	run c up -d a b
	[ "$status" -eq 1 ]
	[[ $output == *"container name \"$COMPOSE_PROJECT_NAME-same\" is already in use by service"* ]]
	c up -d b
}

@test "--parallel 1: one after the other, and still all" {
	sleeper a b d e >compose.yaml
	c --parallel 1 up -d
	[ "$(count)" -eq 4 ]
	COMPOSE_PARALLEL_LIMIT=2 c down -t 0
	[ "$(count -a)" -eq 0 ]
}

@test "depends_on with restart: what was replaced or restarted takes its dependents along" {
	cat >compose.yaml <<-'EOF'
		services:
		  db: {image: busybox, command: "sleep ${TIME:-1000}", stop_grace_period: 0s}
		  web: {image: busybox, command: sleep 1000, stop_grace_period: 0s, depends_on: {db: {condition: service_started, restart: true}}}
		  other: {image: busybox, command: sleep 1000, stop_grace_period: 0s, depends_on: [db]}
	EOF
	started() { d inspect -f '{{.Id}} {{.State.StartedAt}}' "$COMPOSE_PROJECT_NAME-$1-1"; }
	c up -d
	web=$(started web) other=$(started other)
	TIME=2000 c up -d
	[ "$(started web)" != "$web" ]
	[ "${web%% *}" = "$(c ps -q web)" ]
	[ "$(started other)" = "$other" ]
	web=$(started web)
	TIME=2000 c restart -t 0 db
	[ "$(started web)" != "$web" ]
	[ "$(started other)" = "$other" ]
	web=$(started web)
	TIME=2000 c restart -t 0 --no-deps db
	[ "$(started web)" = "$web" ]
}

@test "restart: dependents that are restarted with a service wait until it is healthy" {
	cat >compose.yaml <<-'EOF'
		services:
		  db:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    healthcheck: {test: "true", interval: 200ms}
		  web: {image: busybox, command: sleep 1000, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy, restart: true}}}
	EOF
	c up -d
	run c restart db
	[ "$status" -eq 0 ]
	[[ $output == *"db-1  Started"*"db-1  Waiting"*"db-1  Healthy"*"web-1  Restarting"*"web-1  Started"* ]]
	run c restart --no-deps db
	[ "$status" -eq 0 ]
	[[ $output != *Waiting* ]]
}

@test "logs -f and up end when nobody reads them any more" {
	cat >compose.yaml <<-'EOF'
		services:
		  w: {image: busybox, command: 'sh -c "while :; do echo work; sleep 0.2; done"', stop_grace_period: 0s}
	EOF
	c up -d
	run bash -c "BUILD='$BUILD'; $(declare -f c); c logs -f 2>&1 | head -n 1; echo \${PIPESTATUS[0]}"
	[ "$output" = $'w-1  | work\n141' ]
	run bash -c "BUILD='$BUILD'; $(declare -f c); c up 2>/dev/null | head -n 1; echo \${PIPESTATUS[0]}"
	[ "${lines[-1]}" -eq 0 ]
	[ "$(count)" -eq 0 ]
}

@test "a file that is not there is told before a name that / does not give" {
	unset COMPOSE_PROJECT_NAME
	run c -f /nosuch.yaml ps
	[ "$status" -ne 0 ]
	[ "$output" = 'open /nosuch.yaml: no such file or directory' ]
	export COMPOSE_PROJECT_NAME=q
}

@test "port of a service that does not run" {
	cat >compose.yaml <<-'EOF'
		services:
		  w: {image: busybox, command: "true", ports: ["80"]}
	EOF
	c create
	run c port w 80
	[ "$status" -eq 1 ]
	[ "$output" = 'service "w" is not running' ]
}

@test "what only a cluster could honour is said in one warning" {
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, deploy: {placement: {constraints: ["node.role == manager"]}, update_config: {parallelism: 2}}}\n' >compose.yaml
	run c up -d
	[ "$status" -eq 0 ]
	[[ $output == *'Only a cluster'*'services.a.deploy.placement, services.a.deploy.update_config'* ]]
}

@test "errors: no file, no service, an unknown command" {
	run c up -d
	[[ $status -eq 1 && $output == *'no configuration file provided: not found'* ]]
	sleeper a >compose.yaml
	run c up -d nope
	[[ $status -eq 1 && $output == *'no such service: nope'* ]]
	run c exec a true
	[[ $status -eq 1 && $output == *'service "a" is not running'* ]]
	run c fly
	[[ $status -eq 1 && $output == *'unknown'*'fly'* ]]
	run c up --flie
	[ "$status" -eq 1 ]
}

@test "what docker-compose has made is managed by ours, and the other way round" {
	sleeper a b >compose.yaml
	timeout 60 docker-compose -f compose.yaml up -d
	[ "$(c ps -q | wc -l)" -eq 2 ]
	[[ $(c logs 2>&1) != *rror* ]]
	c stop -t 0 a
	[ "$(count)" -eq 1 ]
	c up -d
	[ "$(count)" -eq 2 ]
	[ "$(count -a)" -eq 2 ]
	timeout 60 docker-compose -f compose.yaml stop -t 0
	[ "$(count)" -eq 0 ]
	c start
	timeout 60 docker-compose -f compose.yaml down -t 0
	[ "$(count -a)" -eq 0 ]
	[ -z "$(d network ls -q --filter "name=${COMPOSE_PROJECT_NAME}_")" ]
}

@test "networks: interface_name, link_local_ips, enable_ipv4 and enable_ipv6" {
	cat >docker-compose.yml <<-'EOF'
		services:
		  w:
		    image: busybox
		    command: sleep 1000
		    networks:
		      front: {interface_name: front0, link_local_ips: [169.254.7.7]}
		      six: {}
		networks:
		  front: {}
		  six: {enable_ipv4: false, enable_ipv6: true}
	EOF
	c up -d
	c exec -T w ls /sys/class/net | grep -qx front0
	c exec -T w ip -4 -o addr show front0 | grep -q 169.254.7.7/16
	[ -z "$(c exec -T w ip -4 -o addr show eth0)" ]
	c exec -T w ip -6 -o addr show eth0 | grep -q 'inet6 fd'
	c down
}

@test "the first to end says the exit code of up --abort-on-container-exit" {
	cat >compose.yaml <<-'EOF'
		services:
		  job: {image: busybox, command: "true", network_mode: none}
		  web: {image: busybox, command: [sh, -c, "trap 'exit 3' TERM; while :; do sleep 0.1; done"], network_mode: none}
	EOF
	run c up --abort-on-container-exit
	[ "$status" -eq 0 ]
	[[ $output == *'web-1 exited with code 3'* ]]
}

@test "a missing env_file is no fault of other services" {
	sleeper a b >compose.yaml
	printf '    env_file: /nowhere/e.env\n' >>compose.yaml
	c up -d a
	[ "$(count)" -eq 1 ]
	run c up -d
	[[ $status -eq 1 && $output == *'env file /nowhere/e.env not found'* ]]
	run c config
	[ "$status" -eq 1 ]
}

@test "containers of run: ps -a shows them, and those that have ended are orphans" {
	sleeper a >compose.yaml
	c run a true
	[[ $(c ps -a) == *"$COMPOSE_PROJECT_NAME-a-run-"* ]]
	[[ $(c ps) != *"-run-"* ]]
	run c up -d
	[[ $output == *"Found orphan containers"*"$COMPOSE_PROJECT_NAME-a-run-"* ]]
	COMPOSE_REMOVE_ORPHANS=true c up -d
	[[ $(c ps -a) != *"-run-"* ]]
}

@test "networks and volumes that nobody uses are made by --all-resources" {
	sleeper a >compose.yaml
	printf 'networks: {n: {}}\nvolumes: {v: {}}\n' >>compose.yaml
	c up -d
	not d network inspect "${COMPOSE_PROJECT_NAME}_n" >/dev/null 2>&1
	c --all-resources up -d
	d network inspect "${COMPOSE_PROJECT_NAME}_n" >/dev/null
	d volume inspect "${COMPOSE_PROJECT_NAME}_v" >/dev/null
}

@test "images are built in the order of what they are made of, on standard output; those without a name are not pushed" {
	cat >compose.yaml <<-'EOF'
		services:
		  top: {build: {context: ., dockerfile_inline: "FROM base", additional_contexts: {base: "service:low"}}, network_mode: none}
		  low: {build: {context: ., dockerfile_inline: "FROM busybox\nRUN echo made"}, network_mode: none}
	EOF
	run --separate-stderr c build --push top
	[ "$status" -eq 0 ]
	[[ $output == *'[low '*'RUN echo made'*'[top '* ]]
	[[ $stderr == *"$COMPOSE_PROJECT_NAME-low  Built"* && $stderr == *"$COMPOSE_PROJECT_NAME-top  Built"* ]]
	c down --rmi local
}

@test "logs -f shows containers that are started later, and up shows what hooks write" {
	cat >compose.yaml <<-'EOF'
		services:
		  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none}
		  b: {image: busybox, command: [sh, -c, "echo from b; sleep 1000"], stop_grace_period: 0s, network_mode: none}
		  job: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, profiles: [x], pre_stop: [{command: "echo hooked"}]}
	EOF
	c up -d a
	c logs -f >out &
	follower=$!
	for _ in $(seq 50); do c up -d b && break; done
	for _ in $(seq 600); do grep -q 'from b' out && break; sleep 0.05; done
	grep -q 'b-1  | from b' out
	c down -t 0
	wait "$follower" || true
	c up job >out 2>&1 &
	follower=$!
	for _ in $(seq 600); do [ -z "$(c --profile x ps -q job)" ] || break; sleep 0.05; done
	kill -TERM "$(pgrep -f "berth compose up job" | tail -n 1)"
	wait "$follower" || true
	grep -q 'job-1 ->  | hooked' out
}

@test "lines of progress: plain, JSON and live, in one block" {
	sleeper a >compose.yaml
	run --separate-stderr c up -d
	[[ $stderr == *" Container $COMPOSE_PROJECT_NAME-a-1  Created"$'\n'" Container $COMPOSE_PROJECT_NAME-a-1  Starting"* ]]
	c down -t 0
	run --separate-stderr c --progress json up -d
	[[ $stderr == *"{\"id\":\"Container $COMPOSE_PROJECT_NAME-a-1\",\"status\":\"Started\"}"* ]]
	c down -t 0
	run --separate-stderr c --progress tty up -d
	[[ $stderr == *'[+] Running 2/2'*"✔"*"Container $COMPOSE_PROJECT_NAME-a-1"*Started* ]]
	[ "$(grep -o "Container $COMPOSE_PROJECT_NAME-a-1" <<<"${stderr##*\[+\] Running}" | wc -l)" -eq 1 ]
	run --separate-stderr c --dry-run up -d --force-recreate
	[[ $stderr == *" DRY-RUN MODE -  Container $COMPOSE_PROJECT_NAME-a-1  Recreate"* ]]
}

@test "warnings are lines of a log where nobody looks" {
	printf 'version: "3"\nservices: {a: {image: "x$NOPE", init: "yes"}}\n' >compose.yaml
	run --separate-stderr c config
	[[ $stderr == *'level=warning msg="The \"NOPE\" variable is not set. Defaulting to a blank string."'* ]]
	[[ $stderr == *'level=warning msg="\"yes\" for boolean is not supported by YAML 1.2, please use `true`"'* ]]
	[[ $stderr == *'level=warning msg="'*'the attribute `version` is obsolete'* ]]
}

@test "alpha viz draws the services as graphviz reads them" {
	printf 'services: {a: {image: x, ports: ["80:81/udp"], depends_on: [b], networks: [n]}, b: {build: .}}\nnetworks: {n: {}}\n' >compose.yaml
	run --separate-stderr c alpha viz --ports --networks --image --spaces --indentation-size 2
	[ "$stderr" = 'viz command is EXPERIMENTAL' ]
	[ "${lines[0]}" = "digraph \"$COMPOSE_PROJECT_NAME\" {" ] && [ "${lines[1]}" = '  layout=dot;' ]
	[ "${lines[2]}" = '  "a" [style="filled" label=<<font point-size="15">a</font><font point-size="10"><br/><br/><b>Networks:</b><br/>n</font><font point-size="10"><br/><br/><b>Ports:</b><br/>80:81 (udp, ingress)</font><font point-size="10"><br/><br/><b>Image:</b><br/>x</font>>];' ]
	[[ $output == *'  "a" -> "b";'* ]]
	run c alpha viz --indentation-size -1
	[[ $status -eq 1 && $output == *'invalid indentation size: -1'* ]]
	run c alpha nothing
	[ "$status" -eq 1 ]
}

@test "bridge: images that convert a project are listed, run on it alone, and copied" {
	"$BUILD/berth" import -c 'LABEL com.docker.compose.bridge=transformation' -c 'ENTRYPOINT ["sh", "-c", "ls /in >/out/in; cp /in/compose.yaml /out/model; mkdir -p /templates"]' "$WORK/busybox.tar" convert:1 >/dev/null
	echo 'said in a file' >config.txt
	printf 'services: {a: {image: busybox, ports: ["80:81"], expose: ["7"], configs: [c]}}\nconfigs: {c: {file: config.txt}}\n' >compose.yaml
	c bridge convert -t convert:1 -o made
	[ "$(cat made/in)" = compose.yaml ]
	grep -q 'said in a file' made/model
	[ "$(sed -n '/expose:/,/image:/p' made/model | grep -c '"7"\|"81"')" -eq 2 ]
	[ "$(c bridge transformations ls -q)" = convert:1 ]
	[[ $(c bridge transformations list) == 'IMAGE ID            REPO                TAGS                SIZE'*convert*1* ]]
	[ "$(c bridge transformations ls --format json | jq -r '.[0].RepoTags[0]')" = convert:1 ]
	run c bridge transformations create made
	[[ $status -eq 1 && $output == *"output folder $PWD/made already exists"* ]]
	run c bridge convert -t nothing:1
	[ "$status" -eq 1 ]
}

@test "a pre_stop that fails keeps the container, and says so" {
	printf 'services: {a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, pre_stop: [{command: "false"}]}}\n' >compose.yaml
	c up -d
	run c down -t 0
	[[ $status -eq 1 && $output == *'a hook exited with status 1'* ]]
	[ "$(count)" -eq 1 ]
	sed -i 's/"false"/"true"/' compose.yaml
	c down -t 0
}

@test "what up cannot be asked for" {
	printf 'services: {a: {image: busybox, profiles: [x]}}\n' >compose.yaml
	run c up -d
	[[ $status -eq 1 && $output == *'no service selected'* ]]
	run c up --attach a --attach-dependencies a
	[[ $status -eq 1 && $output == *'cannot combine --attach and --attach-dependencies'* ]]
}

@test "what 2.40.3 takes and refuses" {
	refused() { printf "$1" >compose.yaml; run c config -q; [ "$status" -eq 1 ]; }
	taken() { printf "$1" >compose.yaml; c config -q; }
	refused 'include: [{path: a.yaml, env_file: 1}]\nservices: {a: {image: x}}\n'
	refused 'include: [{path: [1]}]\nservices: {a: {image: x}}\n'
	refused 'include: [{path: a.yaml, project_directory: true}]\nservices: {a: {image: x}}\n'
	refused 'services: {a: {image: x, deploy: {update_config: {parallelism: -1}}}}\n'
	refused 'services: {a: {image: x, healthcheck: {test: [NONE], retries: -1}}}\n'
	taken 'include: [{x-a: 1}]\nservices: {a: {image: x}}\n'
	printf 'services: {a: {image: x, deploy: {labels: {"l\\n": y}}}}\n' >compose.yaml
	c config | grep -qF '? |'
}

@test "start takes what is depended on along; stop leaves services of other files alone" {
	sleeper a b >compose.yaml
	printf '    depends_on: [a]\n' >>compose.yaml
	c create
	c start b
	[ "$(count)" -eq 2 ]
	sleeper a >one.yaml
	c -f one.yaml stop -t 0
	[ "$(c ps -q | wc -l)" -eq 1 ] && [ "$(c ps --services)" = b ]
}

@test "a dependency that ends at once is told to have ended, and what is restarted to have stopped" {
	printf 'services: {db: {image: busybox, command: "false", network_mode: none}, w: {image: busybox, network_mode: none, depends_on: {db: {condition: service_healthy}}}}\n' >compose.yaml
	run c up -d
	[[ $status -eq 1 && $output == *"dependency failed to start: container $COMPOSE_PROJECT_NAME-db-1 exited (1)"* ]]
	c down
	w() { printf "services: {db: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, labels: {a: '$1'}}, w: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, depends_on: {db: {condition: service_started, restart: true}}}}\n" >compose.yaml; }
	w 1
	c up -d
	w 2
	run c up -d
	[[ $output == *"$COMPOSE_PROJECT_NAME-db-1  Recreated"*"$COMPOSE_PROJECT_NAME-w-1  Stopped"*"$COMPOSE_PROJECT_NAME-w-1  Started"* ]]
}
