load ../lib/engine
load ../lib/compose
# Commands of Compose in the words and forms of 2.40.3, and options that must not be passed over.
setup() {
	case_folder w
	printf 'services:\n  web: {image: busybox, command: sleep 1000, init: true, volumes: ["data:/data"], ports: ["80"]}\n  db: {image: busybox, command: sleep 1000, init: true, volumes: ["other:/data"]}\nvolumes: {data: , other: }\n' >compose.yaml
}
said() { # the first line of what it says while it fails
	run --separate-stderr c "${@:2}"
	[ "$status" -ne 0 ]
	[ "${stderr_lines[0]}" = "$1" ] || { echo "${stderr_lines[0]}"; return 1; }
}

@test "arguments that are too few, too many, or no command" {
	said 'requires at least 2 arg(s), only received 1' exec web
	said 'requires at least 1 arg(s), only received 0' run
	said 'accepts between 1 and 2 arg(s), received 4' commit a b c d
	said "berth: 'berth compose cp' requires 2 arguments" cp a
	said "berth: 'berth compose publish' requires 1 argument" publish
	said 'unknown command "foo" for "berth compose ls"' ls foo
	said 'unknown berth command: "compose alpha foo"' alpha foo
	said 'unknown berth command: "compose bridge transformations foo"' bridge transformations foo
	said 'strconv.ParseUint: parsing "abc": invalid syntax' port web abc
	said 'strconv.ParseUint: parsing "99999": value out of range' port web 99999
	said '--index requires one service to be selected' logs --index 1
	said 'invalid --pull option "foo"' run --pull foo web
	COMPOSE_PARALLEL_LIMIT=x said 'COMPOSE_PARALLEL_LIMIT must be an integer (found: "x")' ps
	[[ $(c bridge transformations) == *'bridge transformations list'* ]]
	[ "$(c --workdir . config --services 2>err | wc -l)" -eq 2 ]
	grep -q "'--workdir' is DEPRECATED" err
}

@test "templates of ps: labels, publishers, and headings that there are" {
	c up -d
	[ "$(c ps --format '{{.Label "com.docker.compose.service"}}' web)" = web ]
	[ "$(c ps --format '{{range .Publishers}}{{.TargetPort}}/{{.Protocol}} {{end}}' web)" = '80/tcp 80/tcp ' ]
	[[ $(c ps --format 'table {{.Service}} {{.Health}}' | head -1) == 'SERVICE <no value>'* ]]
	[ "$(c ps --format pretty web)" = pretty ]
	[ "$(c ls -q --filter "name=^$COMPOSE_PROJECT_NAME\$")" = "$COMPOSE_PROJECT_NAME" ]
}

@test "services that are named are the only ones: events, volumes, logs, kill" {
	c up -d
	c events --since 5m --until 0s db >events
	grep -q "container start .*name=$COMPOSE_PROJECT_NAME-db-1" events
	not grep -q -e web-1 -e com.docker.compose events
	[ "$(c events --since 5m --until 0s --json web | jq -r .service | sort -u)" = web ]
	[ "$(c volumes -q web)" = "${COMPOSE_PROJECT_NAME}_data" ]
	said 'service "web" is not running container #5' logs --index 5 web
	printf 'services: {db: {image: busybox}}\n' >less.yaml
	c -f less.yaml kill
	[ "$(c ps --services)" = web ]
	c -f less.yaml kill 2>&1 | grep -q 'no container to kill'
	c -f less.yaml kill --remove-orphans
	[ -z "$(c ps -q)" ]
}

@test "exec: a container of run where the service has none that runs, but none by its index" {
	id=$(c run -d db sleep 1000)
	[[ $(d inspect -f '{{.Name}} {{index .Config.Labels "com.docker.compose.slug"}}' "$id") =~ -run-([0-9a-f]{12})\ ([0-9a-f]{64})$ ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]:0:12}" ]
	said 'service "db" is not running container #1' exec -T --index 1 db true
	[ "$(c exec -T db hostname)" = "${id:0:12}" ]
	c up -d db
	[ "$(c exec -T db hostname)" != "${id:0:12}" ]
	c stop -t 0 db
	[ "$(c exec -T db hostname)" = "${id:0:12}" ]
	d rm -f "$id"
}

@test "images, stats, top: a service that is not known has no containers" {
	c up -d
	[ "$(c images nono)" = "$(printf '%-20s%-20s%-20s%-20s%-20s%-20s%s' CONTAINER REPOSITORY TAG PLATFORM 'IMAGE ID' SIZE CREATED)" ]
	[ "$(c stats --no-stream nono)" = 'CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O   BLOCK I/O   PIDS' ]
	[ -z "$(c top nono)" ]
	[ "$(c images -q web nono | wc -l)" -eq 1 ]
	c top nono web | grep -q '^web '
}

@test "--dry-run up: what it would create it would start; what it would replace, too" {
	printf 'services:\n  a: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none}\n' >compose.yaml
	run -0 --separate-stderr c --dry-run up -d
	[[ $stderr == *"$COMPOSE_PROJECT_NAME-a-1  Created"*"$COMPOSE_PROJECT_NAME-a-1  Starting"*"$COMPOSE_PROJECT_NAME-a-1  Started"* ]]
	c up -d
	run -0 --separate-stderr c --dry-run up -d --force-recreate
	[[ $stderr == *Recreated*Started* && $stderr != *Running* ]]
	run -1 --separate-stderr c up --attach nobody
	[[ $stderr == *"cannot attach to services not included in up: nobody"* ]]
}

@test "--dry-run: nothing is run, copied, committed or exported" {
	c up -d
	said 'interactive exec is not supported in dry-run mode' --dry-run exec -T web touch /ran
	said 'interactive attach is not supported in dry-run mode' --dry-run attach web
	said 'interactive run is not supported in dry-run mode' --dry-run run web true
	touch here
	c --dry-run cp here web:/ran 2>&1 | grep -q 'DRY-RUN MODE .*Copied'
	c --dry-run commit web made:1
	c --dry-run export -o made.tar web
	COMPOSE_STATUS_STDOUT=1 c --dry-run stop 2>/dev/null | grep -q 'Stopped'
	[ -z "$(c --dry-run stop 2>/dev/null)" ]
	not c exec -T web test -e /ran
	[ "$(d ps -aq --filter label=com.docker.compose.oneoff=True | wc -l)" -eq 0 ]
	[ -z "$(d images -q made)" ]
	[ ! -e made.tar ]
}

@test "run: variables of files; -d prints the id" {
	printf 'A=file\nB=$A-x\n' >vars
	printf 'B=second\nC=${B}\n' >more
	[ "$(c run --rm -T -e A=flag --env-from-file vars --env-from-file more db env | grep '^[ABC]=' | sort | tr '\n' ' ')" = 'A=flag B=flag-x C=flag-x ' ]
	said 'open nosuch: no such file or directory' run --rm -T --env-from-file nosuch db true
	id=$(c run -d db true)
	[ "$(d inspect -f '{{.Id}}' "$id")" = "$id" ]
	d rm -f "$id"
}

@test "build: all platforms, for up its own; --check builds nothing; --print is a bake file" {
	printf 'FROM scratch\nCOPY Dockerfile /\n' >Dockerfile
	printf 'services: {a: {image: "many:1", command: x, build: {context: ., platforms: [linux/arm64, linux/amd64], args: {A: "1"}}}}\n' >compose.yaml
	c create >/dev/null
	[ "$(d image inspect -f '{{.Architecture}}' many:1)" = "$(d version -f '{{.Server.Arch}}')" ]
	c build >/dev/null
	[ "$(d image inspect --platform linux/arm64 -f '{{.Architecture}}' many:1)" = arm64 ]
	d rm -f "$COMPOSE_PROJECT_NAME-a-1"
	d rmi many:1
	printf 'from scratch\nCOPY Dockerfile /\nENTRYPOINT x\n' >Dockerfile
	run c build --check
	[ "$status" -eq 1 ]
	[[ $output == *JSONArgsRecommended* ]]
	[ -z "$(d images -q many)" ]
	[ "$(c build --print | jq -c '[.group.default.targets, .target.a.platforms, .target.a.args, .target.a.output]')" = '[["a"],["linux/arm64","linux/amd64"],{"A":"1"},["type=image,push=false"]]' ]
	run c build --sbom true
	[[ $status -ne 0 && $output == *'attestation sbom is not supported'* ]]
}

@test "alpha generate: a file of containers that are there, which config takes" {
	d run -d --name gen -e A=1 -l x=y -p 127.0.0.1:7001:81/udp -v gv:/data -v "$PWD:/w:ro" --health-cmd true --health-interval 10s busybox sleep 1000 >/dev/null
	c alpha generate --name p gen >made.yaml
	c -f made.yaml config --format json >made.json
	[ "$(jq -c '.services.gen | [.image, .environment, .labels, .ports[0].published, .healthcheck.interval, [.volumes[].type], .volumes[1].read_only]' made.json)" = '["busybox",{"A":"1"},{"x":"y"},"7001","10s",["volume","bind"],true]' ]
	c up -d
	[ "$(c alpha generate --format json "$COMPOSE_PROJECT_NAME" 2>/dev/null | jq -c '[(.services | keys), .services.web.scale, .services.web.labels]')" = '[["db","web"],1,null]' ]
	said 'generate command is EXPERIMENTAL' alpha generate
	[ "${stderr_lines[1]}" = 'at least one container must be specified' ]
	said 'generate command is EXPERIMENTAL' alpha generate nosuch
	[ "${stderr_lines[1]}" = 'no container(s) found with the following name(s): nosuch' ]
	d rm -f gen
	d volume rm gv
}

@test "-p without -f: what is there counts, and no file that lies here" {
	c -p other-$COMPOSE_PROJECT_NAME up -d
	cp compose.yaml whole.yaml
	printf 'services: {x: {nonsense: true}}\n' >compose.yaml
	[ "$(c -p other-$COMPOSE_PROJECT_NAME ps --services | sort | tr '\n' ' ')" = 'db web ' ]
	c -p other-$COMPOSE_PROJECT_NAME exec -T web true
	c -p other-$COMPOSE_PROJECT_NAME down -v -t 0
	[ -z "$(d ps -aq --filter "label=com.docker.compose.project=other-$COMPOSE_PROJECT_NAME")" ]
	[ -z "$(d volume ls -q --filter "label=com.docker.compose.project=other-$COMPOSE_PROJECT_NAME")" ]
	c -p other-$COMPOSE_PROJECT_NAME down 2>&1 | grep -q 'No resource found to remove for project'
	said "no container found for project \"other-$COMPOSE_PROJECT_NAME\": not found" -p other-$COMPOSE_PROJECT_NAME start
	mv whole.yaml compose.yaml
}

@test "start tells of what it starts, and is silent about what runs" {
	c up -d --quiet-pull >/dev/null 2>&1
	[ -z "$(c start 2>&1)" ]
	c stop -t 0 web >/dev/null 2>&1
	[ "$(c start 2>&1)" = " Container $COMPOSE_PROJECT_NAME-web-1  Starting
 Container $COMPOSE_PROJECT_NAME-web-1  Started" ]
	[[ $(c up -d 2>&1) == *"-web-1  Running"* ]]
}

@test "older names of flags, and flags that exclude each other" {
	said '--tty and --no-TTY can'\''t be used together' run -t -T web
	said 'label must be set as KEY=VALUE' run --label x web
	said 'can'\''t use --progress tty while ANSI support is disabled' --ansi never --progress tty ps
	said 'can'\''t use --progress plain while ANSI support is forced' --ansi always --progress plain ps
	said 'cannot specify DEPRECATED "--no-ansi" and "--ansi". Please use only "--ansi"' --no-ansi --ansi never ps
	said 'cannot specify DEPRECATED "--workdir" and "--project-directory". Please use only "--project-directory" instead' --workdir . --project-directory . ps
	said 'unsupported --progress value "bad"' build --progress bad
	said 'unknown flag: --progress' ps --progress plain
	said 'unknown flag: --policy' push --policy always
	c create --y 2>told
	grep -q 'level=warning msg="--y is deprecated, please use --yes instead"' told
	c --dry-run pull --no-parallel 2>&1 | grep -q "option '--no-parallel' is DEPRECATED and will be ignored."
	[ "$(c run --rm --no-TTY --labels a=b --volumes "$PWD:/here" web ls /here/compose.yaml)" = /here/compose.yaml ]
	c down --volume 2>&1 | grep -q -- '--volume is deprecated, please use --volumes'
	[ -z "$(c volumes -q)" ]
}

@test "a terminal that was asked for needs one here; run -d keeps the input open" {
	said 'the input device is not a TTY' run --tty web true
	said 'the input device is not a TTY' run --no-tty=false web true
	id=$(c run -d web cat)
	[ "$("$BUILD/berth" inspect -f '{{.Config.OpenStdin}} {{.Config.StdinOnce}} {{.Config.AttachStdin}} {{.State.Running}}' "$id")" = 'true true true true' ]
	run --separate-stderr c exec --no-tty=false web true
	[ "$status" -ne 0 ]
	[[ $stderr == *'the input device is not a TTY'* ]]
	[ "$(c exec --no-TTY web echo here)" = here ]
}

@test "cp goes into all containers of a service, and comes from the first" {
	c up -d --scale db=2
	run=$(c run -d db sleep 1000)
	echo 1 >file
	c cp file db:/file
	for n in 1 2; do [ "$(c exec -T --index "$n" db cat /file)" = 1 ]; done
	not "$BUILD/berth" exec "$run" cat /file
	c cp --all compose.yaml db:/all
	"$BUILD/berth" exec "$run" cat /all | cmp - compose.yaml
	echo 2 >file
	c cp --index 2 file db:/file
	[ "$(c exec -T --index 1 db cat /file)" = 1 ]
	[ "$(c exec -T --index 2 db cat /file)" = 2 ]
	c cp db:/file got
	[ "$(cat got)" = 1 ]
	said 'no container found for service "web2"' cp web2:/a b
}

@test "run warns of orphans, or removes them" {
	c up -d web
	printf 'services: {db: {image: busybox, init: true, stop_grace_period: 0s}}\n' >less.yaml
	c -f less.yaml run --rm db true 2>&1 | grep -q "Found orphan containers (\[$COMPOSE_PROJECT_NAME-web-1\])"
	for yes in 1 True Y; do [ -z "$(COMPOSE_IGNORE_ORPHANS=$yes c -f less.yaml run --rm db true 2>&1 | grep orphan)" ]; done
	c -f less.yaml run --rm --remove-orphans db true
	[ -z "$(c ps -aq)" ]
	c up -d web
	COMPOSE_REMOVE_ORPHANS=True c -f less.yaml down
	[ -z "$(c ps -aq)" ]
}

@test "without files, a service that has no container is none" {
	c up -d web
	mkdir -p empty
	cd empty
	for words in pause unpause stop kill 'rm -f' ps logs volumes down; do
		c -p "$COMPOSE_PROJECT_NAME" $words nosuch
	done
	[ "$(c -p "$COMPOSE_PROJECT_NAME" ps --services --status running)" = web ]
	c -p "$COMPOSE_PROJECT_NAME" pause web nosuch
	[ "$(c -p "$COMPOSE_PROJECT_NAME" ps --services --status paused)" = web ]
	c -p "$COMPOSE_PROJECT_NAME" unpause web
	said 'no such service: nosuch' -p "$COMPOSE_PROJECT_NAME" restart nosuch
	cd ..
	said 'no such service: nosuch' pause nosuch
}

@test "what another service builds is not pulled; build secrets come from .env; the platform of all" {
	cat >compose.yaml <<-'YAML'
		services:
		  foo: {image: made-here, build: {dockerfile_inline: "FROM busybox\nRUN --mount=type=secret,id=s cat /run/secrets/s >/s\n", secrets: [s]}}
		  bar: {image: made-here, depends_on: [foo], command: cat /s}
		  far: {build: {dockerfile_inline: FROM busybox, platforms: [linux/amd64, linux/arm64]}, profiles: [far]}
		secrets: {s: {environment: KEPT}}
	YAML
	echo KEPT=of-the-file >.env
	c up -d
	"$BUILD/berth" wait "$COMPOSE_PROJECT_NAME-bar-1"
	[ "$(c logs --no-log-prefix bar)" = of-the-file ]
	DOCKER_DEFAULT_PLATFORM=windows/amd64 said 'service "far" build.platforms does not support value set by DOCKER_DEFAULT_PLATFORM: windows/amd64' build far
	"$BUILD/berth" rmi -f made-here
}

@test "pull: latest is asked for again, another tag that is here is not" {
	"$BUILD/berth" tag busybox busybox:old
	printf 'services: {a: {image: busybox, pull_policy: missing}, b: {image: "busybox:old", pull_policy: missing}}\n' >compose.yaml
	c --dry-run pull >told 2>&1
	grep -q ' a Pulled' told
	grep -q ' b Skipped - Image is already present locally' told
	"$BUILD/berth" rmi busybox:old
}

@test "variables of .env that are for Compose itself" {
	echo COMPOSE_PARALLEL_LIMIT=x >.env
	said 'COMPOSE_PARALLEL_LIMIT must be an integer (found: "x")' ps
	COMPOSE_PARALLEL_LIMIT=2 c ps
	printf 'COMPOSE_STATUS_STDOUT=1\nCOMPOSE_ANSI=never\nCOMPOSE_PROGRESS=bad\n' >.env
	c up -d db >told
	grep -q 'db-1  Started' told
	said 'can'\''t use --progress tty while ANSI support is disabled' --progress tty ps
	mkdir empty
	echo "COMPOSE_PROJECT_NAME=$COMPOSE_PROJECT_NAME" >empty/.env
	cd empty
	[ "$(unset COMPOSE_PROJECT_NAME; c ps --services)" = db ]
}

@test "what is not required and in no profile that is enabled stays away" {
	printf 'services:\n  foo: {image: busybox, command: "true", depends_on: {bar: {condition: service_started, required: false}}}\n  bar: {image: busybox, profiles: [p]}\n' >compose.yaml
	c --dry-run up -d foo >told 2>&1
	grep -q foo-1 told
	not grep -q bar-1 told
	c run --rm foo >told 2>&1
	not grep -q bar-1 told
	c --profile p --dry-run up -d foo 2>&1 | grep -q bar-1
}

@test "a step of a build is seen while it goes on; what could not be pulled and can be built" {
	printf 'services: {slow: {build: {dockerfile_inline: "FROM busybox\\nRUN sleep 1000\\n"}}}\n' >compose.yaml
	"$BUILD/berth" compose build --progress plain >told 2>&1 3>&- &
	building=$!
	await grep -q 'RUN sleep 1000' told
	kill "$building"
	wait "$building" || true
	printf 'services: {made: {image: "127.0.0.1:1/none", build: .}}\n' >compose.yaml
	c pull --ignore-pull-failures 2>told
	grep -q 'WARNING: Some service image(s) must be built from source by running:' told
	grep -q 'docker compose build made' told
}

@test "a signal ends a command with the code that Docker's client passes on" {
	printf 'services:\n  w: {image: busybox, command: sh -c "echo begun; sleep 1000", stop_grace_period: 0s}\n' >compose.yaml
	c up -d
	# No shell, which makes the same of a death by SIGINT.
	python3 - "$BUILD/berth" <<-'EOF'
		import signal, subprocess, sys
		for number in signal.SIGINT, signal.SIGTERM:
		    signal.signal(number, signal.SIG_DFL)
		    program = subprocess.Popen([sys.argv[1], "compose", "logs", "-f"], stdout=subprocess.PIPE)
		    program.stdout.readline()
		    program.send_signal(number)
		    assert program.wait() == 130
	EOF
}

@test "config --variables: a literal \$ is none, and what is wrong in braces has no name" {
	printf 'services:\n  w: {image: x, command: ["$$A", "$(date)", "a$", "$1", "${B:-$(b) $$c}", "$D"]}\n' >compose.yaml
	[ "$(c config --variables | awk 'NR > 1 { print $1 }' | xargs)" = 'B D' ]
	printf 'services:\n  w: {image: "${"}\n' >wrong.yaml
	[ "$(c -f wrong.yaml config --variables | awk 'NR > 1 { print $1 }')" = false ]
}
