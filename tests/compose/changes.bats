load ../lib/engine
load ../lib/compose
# What is made anew, and what is left alone: by changed definitions, and by Docker Compose in turn with ours.
setup() { case_folder r; }
ids() { d ps -aq --no-trunc --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" "$@" | sort; }
id_of() { d inspect -f '{{.Id}}' "$COMPOSE_PROJECT_NAME-$1-1"; }

two_services() { # LABEL OF THE NETWORK, OF THE VOLUME
	cat >compose.yaml <<-EOF
		services:
		  web: {image: busybox, command: sleep 1000, stop_grace_period: 0s, networks: [n], volumes: ["data:/d"]}
		  other: {image: busybox, command: sleep 1000, stop_grace_period: 0s}
		networks: {n: {labels: {a: "$1"}}}
		volumes: {data: {labels: {a: "$2"}}}
	EOF
}

@test "a network that is said otherwise is made anew: the containers on it join the new one, and no others are touched" {
	two_services 1 1
	c up -d
	web=$(id_of web) other=$(id_of other)
	[ -n "$(d network inspect -f '{{index .Labels "com.docker.compose.config-hash"}}' "${COMPOSE_PROJECT_NAME}_n")" ]
	two_services 2 1
	c up -d </dev/null
	[ "$(d network inspect -f '{{.Labels.a}}' "${COMPOSE_PROJECT_NAME}_n")" = 2 ]
	[ "$(id_of web)" = "$web" ] && [ "$(id_of other)" = "$other" ]
	[ "$(d inspect -f "{{(index .NetworkSettings.Networks \"${COMPOSE_PROJECT_NAME}_n\").NetworkID}}" "$web")" = "$(d network inspect -f '{{.Id}}' "${COMPOSE_PROJECT_NAME}_n")" ]
	[[ $(d inspect -f "{{(index .NetworkSettings.Networks \"${COMPOSE_PROJECT_NAME}_n\").Aliases}}" "$web") == *web* ]]
	c up -d
	[ "$(id_of web)" = "$web" ]
}

@test "a volume that is said otherwise is asked for: its data is lost" {
	two_services 1 1
	c up -d
	c exec -T web sh -c 'echo kept >/d/f'
	web=$(id_of web)
	two_services 1 2
	run -0 --separate-stderr c up -d </dev/null
	[[ $stderr == *"Volume \"${COMPOSE_PROJECT_NAME}_data\" exists but doesn't match configuration in compose file. Recreate (data will be lost)?"* ]]
	[ "$(id_of web)" = "$web" ] && [ "$(c exec -T web cat /d/f)" = kept ]
	c up -d --yes
	[ "$(d volume inspect -f '{{.Labels.a}}' "${COMPOSE_PROJECT_NAME}_data")" = 2 ]
	[ "$(id_of web)" != "$web" ] && c exec -T web test ! -e /d/f
}

@test "a network of that name with another key is refused" {
	two_services 1 1
	d network create --label com.docker.compose.network=m --label "com.docker.compose.project=$COMPOSE_PROJECT_NAME" "${COMPOSE_PROJECT_NAME}_n"
	run -1 --separate-stderr c up -d
	[[ $stderr == *'was found but has incorrect label com.docker.compose.network set to "m" (expected: "n")'* ]]
}

@test "a service that shares another's namespaces is made anew with it" {
	cat >compose.yaml <<-'EOF'
		services:
		  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, environment: {A: "${A-1}"}}
		  b: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: "service:a"}
	EOF
	c up -d
	a=$(id_of a) b=$(id_of b)
	c up -d
	[ "$(id_of a) $(id_of b)" = "$a $b" ]
	A=2 c up -d
	[ "$(id_of a)" != "$a" ] && [ "$(id_of b)" != "$b" ]
	[ "$(d inspect -f '{{.HostConfig.NetworkMode}}' "$COMPOSE_PROJECT_NAME-b-1")" = "container:$(id_of a)" ]
}

@test "label_file: its labels are there, and up hashes the file's name as Docker Compose does" {
	echo 'a=1' >labels
	printf 'name: h\nservices:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, label_file: [labels]}\n' >compose.yaml
	c up -d
	[ "$(d inspect -f '{{.Config.Labels.a}} {{.Config.AttachStdout}}' "$COMPOSE_PROJECT_NAME-a-1")" = "1 true" ]
	made=$(d inspect -f '{{index .Config.Labels "com.docker.compose.config-hash"}}' "$COMPOSE_PROJECT_NAME-a-1")
	[ -n "$made" ] && [ "$made" != "$(c config --hash a | cut -d' ' -f2)" ]
	c config >config.yaml
	! grep -q label_file config.yaml && grep -q 'a: "1"' config.yaml
}

@test "use_api_socket: the engine's socket, and what is known of registries" {
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, use_api_socket: true}\n' >compose.yaml
	c create
	[ "$(d inspect -f '{{index .HostConfig.Binds 0}}' "$COMPOSE_PROJECT_NAME-a-1")" = /var/run/docker.sock:/var/run/docker.sock:rw ]
	[[ $(d inspect -f '{{.Config.Env}}' "$COMPOSE_PROJECT_NAME-a-1") == *DOCKER_CONFIG=/run/secrets/docker* ]]
	[[ $(d cp "$COMPOSE_PROJECT_NAME-a-1:/run/secrets/docker/config.json" - | tar xO) == *'"auths"'* ]]
}

@test "Docker Compose 2.40 and ours in turn: nothing is made anew" {
	peer=${BERTH_PEER:-/var/cache/berth-peer}
	[ -x "$peer/usr/libexec/docker/cli-plugins/docker-compose" ] || skip "no Docker Compose 2.40 here"
	read -ra loader <<<"$(BERTH_PEER=$peer "$BATS_TEST_DIRNAME/../../tools/peer" loader)"
	theirs() { timeout -s KILL 60 "${loader[@]}" "$peer/usr/libexec/docker/cli-plugins/docker-compose" "$@"; }
	echo A=1 >x.env
	cat >compose.yaml <<-'EOF'
		services:
		  web:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    ports: ["8080:80"]
		    environment: {A: "1 & 2", B: }
		    env_file: x.env
		    label_file: x.env
		    volumes: ["./d:/d", "data:/v", "/anon"]
		    networks: {n: {aliases: [w]}, default: }
		    depends_on: [db]
		    secrets: [s]
		    configs: [{source: c, target: /c}]
		    links: [db]
		    deploy: {resources: {limits: {memory: 64m}}}
		  db: {image: busybox, command: sleep 1000, stop_grace_period: 0s, scale: 2, ipc: shareable, healthcheck: {test: "true", interval: 1s}}
		  side: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: "service:web", ipc: "service:db", volumes_from: ["db:ro"]}
		networks: {n: {labels: {a: b}}}
		volumes: {data: {labels: {q: r}}}
		secrets: {s: {file: x.env}}
		configs: {c: {content: hello}}
	EOF
	theirs up -d
	first=$(ids)
	c up -d
	[ "$(ids)" = "$first" ]
	theirs up -d
	[ "$(ids)" = "$first" ]
	theirs down -v -t 0
	[ -z "$(ids)" ]
	c up -d
	first=$(ids)
	theirs up -d
	[ "$(ids)" = "$first" ]
	c up -d
	[ "$(ids)" = "$first" ]
}

@test "capabilities, links, limits and restart policies are sent as Docker Compose sends them" {
	cat >compose.yaml <<-'EOF'
		services:
		  db: {image: busybox, command: sleep 1000, stop_grace_period: 0s}
		  a:
		    image: busybox
		    command: sleep 1000
		    stop_grace_period: 0s
		    cap_add: [net_admin, CAP_SYS_PTRACE, NET_ADMIN]
		    cap_drop: [mknod]
		    links: ["db:base"]
		    oom_score_adj: -5
		    cpus: 0.333333333
		    restart: always
		    deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}
		    volumes: ["data:/d:z", "./e:/e:ro"]
		volumes: {data: }
	EOF
	c up -d
	of() { d inspect -f "{{json .HostConfig.$1}}" "$COMPOSE_PROJECT_NAME-a-1"; }
	[ "$(of CapAdd)" = '["CAP_NET_ADMIN","CAP_SYS_PTRACE"]' ] && [ "$(of CapDrop)" = '["CAP_MKNOD"]' ]
	[ "$(of OomScoreAdj)" = -5 ] && [ "$(of NanoCpus)" = 333333344 ]
	[ "$(of RestartPolicy)" = '{"Name":"on-failure","MaximumRetryCount":2}' ]
	[ "$(of Binds)" = "[\"${COMPOSE_PROJECT_NAME}_data:/d:rw,z\",\"$PWD/e:/e:ro\"]" ]
	c exec -T a ping -c 1 -W 2 base
	c exec -T a ping -c 1 -W 2 "$COMPOSE_PROJECT_NAME-db-1"
}
