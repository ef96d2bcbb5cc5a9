load ../lib/engine
# Files that are elsewhere - git repositories, OCI artifacts - and publish, with git's own daemon and Debian's registry.
setup_file() {
	file_setup
	in_net ip link set lo up
	printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nlog: {level: error}\nhttp: {addr: "127.0.0.1:5000"}\n' "$WORK/registry" >"$WORK/registry.yml"
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" docker-registry serve "$WORK/registry.yml" >"$WORK/registry.log" 2>&1 3>&- &
	echo $! >"$WORK/servers"
	mkdir "$WORK/repositories"
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" git daemon --base-path="$WORK/repositories" --export-all --listen=127.0.0.1 >"$WORK/git.log" 2>&1 3>&- &
	echo $! >>"$WORK/servers"
	make_repository
	for _ in $(seq 600); do
		in_net curl -so /dev/null http://127.0.0.1:5000/v2/ && in_net git ls-remote git://127.0.0.1/app.git >/dev/null 2>&1 && return
		sleep 0.05
	done
	return 1
}
teardown_file() {
	kill $(cat "$WORK/servers") 2>/dev/null
	file_teardown
}
setup() {
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	export COMPOSE_PROJECT_NAME="r$BATS_TEST_NUMBER" XDG_CACHE_HOME=$PWD/cache
}
teardown() { d ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | xargs -r "$BUILD/berth" rm -f >/dev/null; }
in_net() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" "$@"; }
c() { in_net timeout -s KILL 60 "$BUILD/berth" compose "$@"; }
make_repository() {
	local work=$WORK/app
	mkdir -p "$work/sub" "$work/links"
	printf 'services:\n  web: {image: busybox, command: sleep 1000, stop_grace_period: 0s, network_mode: none, volumes: ["./html:/h"], env_file: e.env}\n' >"$work/compose.yaml"
	printf 'services:\n  s: {image: "busybox:${TAG:-latest}", command: sleep 1000, stop_grace_period: 0s, network_mode: none}\n' >"$work/sub/compose.yml"
	echo A=b >"$work/e.env"
	ln -s /etc/hostname "$work/links/compose.yaml"
	git -C "$work" init -q
	git -C "$work" add -A
	git -C "$work" -c user.name=a -c user.email=a@b.c commit -qm x
	git -C "$work" tag v1
	git clone -q --bare "$work" "$WORK/repositories/app.git"
}
# An artifact of layers that somebody else wrote: name, then "TEXT|MEDIA TYPE|ANNOTATIONS (JSON)" each.
push_artifact() {
	local name=$1 list=[] layer text type notes digest
	shift
	blob() { # text
		local digest=sha256:$(printf %s "$1" | sha256sum | cut -d' ' -f1) where
		where=$(in_net curl -si -X POST "http://127.0.0.1:5000/v2/$name/blobs/uploads/" | tr -d '\r' | awk 'tolower($1) == "location:" { print $2 }')
		printf %s "$1" | in_net curl -s -X PUT -H 'Content-Type: application/octet-stream' --data-binary @- "$where&digest=$digest" >&2
		echo "$digest"
	}
	blob '{}' >/dev/null
	for layer in "$@"; do
		IFS='|' read -r text type notes <<<"$layer"
		digest=$(blob "$text")
		list=$(jq -c --arg d "$digest" --arg t "$type" --argjson n "$notes" --argjson s ${#text} '. + [{mediaType: $t, digest: $d, size: $s, annotations: $n}]' <<<"$list")
	done
	jq -nc --argjson l "$list" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", artifactType: "application/vnd.docker.compose.project",
		config: {mediaType: "application/vnd.oci.empty.v1+json", digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", size: 2}, layers: $l}' |
		in_net curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @- "http://127.0.0.1:5000/v2/$name/manifests/latest"
}
yaml=application/vnd.docker.compose.file+yaml
env=application/vnd.docker.compose.envfile
project='services: {a: {image: busybox}}'

@test "-f of a git repository: branch, tag, folder, and its files beside it" {
	commit=$(git -C "$WORK/repositories/app.git" rev-parse HEAD)
	c -f git://127.0.0.1/app.git config --format json >out
	[ "$(jq -r '.services.web.volumes[0].source' out)" = "$XDG_CACHE_HOME/docker-compose/$commit/html" ]
	[ "$(jq -r .services.web.environment.A out)" = b ]
	[ "$(TAG=7 c -f git://127.0.0.1/app.git#v1:sub config --images)" = busybox:7 ]
	# What was fetched is kept: by its commit nobody is asked for it again.
	[ "$("$BUILD/berth" compose -f "git://127.0.0.1/app.git#$commit:sub" config --images)" = busybox:latest ]
}

@test "a checksum in a git URL is compared with the commit, and is nothing else" {
	commit=$(git -C "$WORK/repositories/app.git" rev-parse HEAD)
	git -C "$WORK/repositories/app.git" branch -f abcdef1 HEAD
	[ "$(c -f "git://127.0.0.1/app.git?ref=v1&subdir=sub&checksum=${commit:0:12}" config --images)" = busybox:latest ]
	run c -f 'git://127.0.0.1/app.git?ref=v1&subdir=sub&checksum=v1' config
	[[ $output == *'invalid checksum "v1"'* ]]
	for checksum in abcdef1 v1 0123456 "${commit}0"; do
		run c -f "git://127.0.0.1/app.git?ref=v1&subdir=sub&checksum=$checksum" config
		[[ $status -eq 1 && $output == *checksum* ]]
		run d build "git://127.0.0.1/app.git?ref=v1&subdir=sub&checksum=$checksum"
		[[ $status -eq 1 && $output == *checksum* ]]
		run c -f "git://127.0.0.1/app.git?checksum=$checksum" config
		[ "$status" -eq 1 ]
	done
	run d build "git://127.0.0.1/app.git?subdir=sub&checksum=${commit:0:12}"
	[[ $status -eq 1 && $output == *'failed to read dockerfile'* || $output == *'Cannot locate specified Dockerfile'* ]]
}

@test "include and extends of a git repository begin at its folder" {
	printf 'include: ["git://127.0.0.1/app.git"]\nservices:\n  own:\n    extends: {file: "git://127.0.0.1/app.git#:sub", service: s}\n' >compose.yaml
	c config --format json >out
	[ "$(jq -r '.services | keys | join(" ")' out)" = 'own web' ]
	[[ $(jq -r '.services.web.volumes[0].source' out) == "$XDG_CACHE_HOME/docker-compose/"*/html ]]
}

@test "what of a git URL would be an option, or lead elsewhere, is refused" {
	for url in 'git://127.0.0.1/app.git#--upload-pack=touch${IFS}hacked' 'git://127.0.0.1/app.git#v1:../..' 'git://127.0.0.1/app.git#v1:/../../etc' \
		'git://127.0.0.1/app.git#v1:links' 'git://127.0.0.1/app.git#nothing' 'git://127.0.0.1/nothing.git' 'ssh://-oProxyCommand=touch hacked/x.git'; do
		run c -f "$url" config
		[ "$status" -eq 1 ]
		[[ $output != *"$(hostname)"* ]]
	done
	[ ! -e hacked ]
	! ls -d "$XDG_CACHE_HOME/docker-compose/".new* 2>/dev/null
}

@test "files from elsewhere are switched off by Docker Compose's variables" {
	run env COMPOSE_EXPERIMENTAL_GIT_REMOTE=false "$BUILD/berth" compose -f git://127.0.0.1/app.git config
	[[ $status -eq 1 && $output == *'git remote resource is disabled by "COMPOSE_EXPERIMENTAL_GIT_REMOTE"'* ]]
	run env COMPOSE_EXPERIMENTAL_OCI_REMOTE=0 "$BUILD/berth" compose -f oci://127.0.0.1:5000/x config
	[[ $status -eq 1 && $output == *'OCI remote resource is disabled'* ]]
}

@test "up of what comes from elsewhere asks first, for its variables and for what it includes" {
	run c -f 'git://127.0.0.1/app.git#v1:sub' up -d </dev/null
	[[ $status -eq 1 && $output == *'Your compose stack "git://127.0.0.1/app.git#v1:sub" is stored in'*'TAG'*latest*'operation cancelled by user'* ]]
	[ -z "$(c -f 'git://127.0.0.1/app.git#v1:sub' ps -aq)" ]
	echo y | c -f 'git://127.0.0.1/app.git#v1:sub' up -d
	[ "$(c -f 'git://127.0.0.1/app.git#v1:sub' ps -q | wc -l)" -eq 1 ]
	c -f 'git://127.0.0.1/app.git#v1:sub' down -t 0
	printf 'include: ["git://127.0.0.1/app.git"]\n' >compose.yaml
	run c up -d </dev/null
	[[ $status -eq 1 && $output == *'includes files from remote sources'*'git://127.0.0.1/app.git'*'operation cancelled by user'* ]]
	run c run --rm web true </dev/null
	[[ $status -eq 1 && $output == *'operation cancelled by user'* ]]
	[ -z "$(c ps -aq)" ]
	c up -d --yes
	[ "$(c ps -q | wc -l)" -eq 1 ]
	c down -t 0
}

@test "what is published is what is read back: overrides, env files, what is extended" {
	mkdir base
	printf 'services:\n  web: {image: "busybox:${TAG:-1}", env_file: e.env, extends: {file: base/b.yaml, service: b}}\n' >compose.yaml
	printf 'services: {web: {labels: {a: b}}}\n' >over.yaml
	printf 'services: {b: {command: sleep 1, extends: {file: c.yaml, service: c}}}\n' >base/b.yaml
	printf 'services: {c: {user: "7"}}\n' >base/c.yaml
	echo HELLO=world >e.env
	run c publish 127.0.0.1:5000/app:v1
	[[ $status -eq 1 && $output == *'service "web" has env_file declared.'*'To avoid leaking sensitive data'* ]]
	run c -f compose.yaml -f over.yaml publish --with-env 127.0.0.1:5000/app:v1 <<<n
	[[ $status -eq 0 && $output == *'Are you ok to publish these environment variables?'* && $output != *published* ]]
	run c -f compose.yaml -f over.yaml publish --with-env -y 127.0.0.1:5000/app:v1
	[[ $status -eq 0 && $output == *'127.0.0.1:5000/app:v1 published'* ]]
	rm -r base e.env
	c -f oci://127.0.0.1:5000/app:v1 config --format json >out
	[ "$(jq -c '.services.web | [.image, .environment.HELLO, .command, .user, .labels.a]' out)" = '["busybox:1","world",["sleep","1"],"7","b"]' ]
	in_net curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://127.0.0.1:5000/v2/app/manifests/v1 >manifest
	[ "$(jq -r '.artifactType + " " + .config.mediaType' manifest)" = 'application/vnd.docker.compose.project application/vnd.oci.empty.v1+json' ]
	[ "$(jq -r '.layers | map(.annotations["com.docker.compose.extends"] // "-") | join(" ")' manifest)" = '- - true true -' ]
	echo "$project" >compose.yaml
	c publish --oci-version 1.0 -y 127.0.0.1:5000/app:old
	[ "$(in_net curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://127.0.0.1:5000/v2/app/manifests/old | jq -r .config.mediaType)" = application/vnd.docker.compose.config.empty.v1+json ]
	run c publish --oci-version 3 -y 127.0.0.1:5000/app:no
	[[ $status -eq 1 && $output == *'unsupported OCI version: 3'* ]]
}

@test "what cannot be published, and what is asked before it is" {
	printf 'services: {a: {build: .}}\n' >compose.yaml
	run c publish -y 127.0.0.1:5000/no
	[[ $status -eq 1 && $output == *'only contains a build section for service(s):'*'- "a"'* ]]
	printf 'include: [inc.yaml]\n' >compose.yaml
	echo "$project" >inc.yaml
	run c publish -y 127.0.0.1:5000/no
	[[ $status -eq 1 && $output == *'cannot publish compose file with local includes'* ]]
	printf 'services: {a: {image: x, volumes: ["./d:/d:ro"]}}\n' >compose.yaml
	run c publish 127.0.0.1:5000/no <<<n
	[[ $status -eq 0 && $output == *"a$PWD/d:/d:ro"*'Are you ok to publish these bind mount declarations?'* ]]
	printf 'services: {a: {image: x, labels: {k: AKIAABCDEFGHIJKLMNOP}, env_file: e.env}}\n' >compose.yaml
	echo GITHUB_TOKEN=ghp_1234567890abcdefghijklmnopqrstuvwxyz >e.env
	run c publish 127.0.0.1:5000/no <<<n
	[[ $status -eq 0 && $output == *'AWS Client ID'*'"services.a.labels.k": AKIAABCDEFGHIJKLMNOP'*'Github authentication'*'"GITHUB_TOKEN": ghp_'*'Are you ok to publish these sensitive data?'* ]]
	# Also where it is no part of the project: overridden, in a file that is extended, in a comment.
	printf 'services: {a: {image: x, labels: {k: AKIAABCDEFGHIJKLMNOP}, extends: {file: base.yaml, service: b}}}\n' >compose.yaml
	printf 'services: {a: {labels: {k: none}}}\n' >over.yaml
	printf '# ghp_1234567890abcdefghijklmnopqrstuvwxyz\nservices: {b: {user: "1"}, c: {labels: ["AKIAZZZZEFGHIJKLMNOP"]}}\n' >base.yaml
	run c -f compose.yaml -f over.yaml publish 127.0.0.1:5000/no <<<n
	[[ $status -eq 0 && $output == *AKIAABCDEFGHIJKLMNOP*'Are you ok to publish these sensitive data?'* && $output == *ghp_1234* && $output == *AKIAZZZZ* ]]
	[ "$(in_net curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:5000/v2/no/tags/list)" = 404 ]
}

@test "an application takes its images along" {
	d tag busybox 127.0.0.1:5000/web:1
	d push -q 127.0.0.1:5000/web:1
	printf 'services: {web: {image: "127.0.0.1:5000/web:1"}}\n' >compose.yaml
	c publish --app -y 127.0.0.1:5000/whole:1
	digest=$(in_net curl -sI -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://127.0.0.1:5000/v2/web/manifests/1 | tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }')
	in_net curl -sf -o /dev/null -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://127.0.0.1:5000/v2/whole/manifests/$digest"
	[ "$(c -f oci://127.0.0.1:5000/whole:1 config --images)" = "127.0.0.1:5000/web:1@$digest" ]
}

@test "no layer of an artifact is written outside of its folder (CVE-2025-62725)" {
	for name in ../../evil.yaml ../evil.yaml /tmp/evil.yaml .. . '' 'a\b' sub/evil.yaml; do
		for kind in 'com.docker.compose.file' 'com.docker.compose.envfile'; do
			[ "$kind" = com.docker.compose.file ] && type=$yaml || type=$env
			push_artifact evil "$project|$yaml|{\"com.docker.compose.file\":\"compose.yaml\"}" \
				"x: 1|$type|$(jq -nc --arg k "$kind" --arg v "$name" '{($k): $v, "com.docker.compose.extends": "true"}')"
			run c -f oci://127.0.0.1:5000/evil config
			[[ $status -eq 1 && $output == *'invalid OCI artifact'* ]]
		done
	done
	# Nor is a name a terminal's, two files', or one that no file has; and what is no project is not kept.
	main="$project|$yaml|{\"com.docker.compose.file\":\"compose.yaml\"}"
	file() { echo "$1|$env|$(jq -nc --arg v "$2" '{"com.docker.compose.envfile": $v}')"; }
	refused() { # layers
		push_artifact evil "$@"
		run c -f oci://127.0.0.1:5000/evil config
		[[ $status -eq 1 && $output == *'invalid OCI artifact'* ]]
	}
	refused "$main" "$(file A=1 $'e\x1b]0;x\x07')"
	refused "$main" "$(file A=1 "$(head -c 300 /dev/zero | tr '\0' e)")"
	refused "$main" "$(file A=1 e)" "$(file A=2 e)"
	refused "$main" "$(file 'x: 1' compose.yaml)"
	refused "$(file 'x: 1' compose.yaml)" "$main"
	refused "$(file A=1 e)"
	refused
	[ -z "$(ls "$XDG_CACHE_HOME/docker-compose")" ]
	[ -z "$(find "$PWD" "$WORK/registry/.." -name 'evil.y*' 2>/dev/null)" ]
	[ ! -e /tmp/evil.yaml ]
}

# A repository of cases, a folder each, that all have the same surroundings: $OUT is of the host, in/ is the repository's.
# Lines of "NAME|TEXT OF compose.yaml"; sets $commit, by which everything is fetched once.
make_cases() {
	OUT=$PWD/home work=$PWD/w
	mkdir -p "$OUT" "$work/in"
	echo SECRET_OF_HOST=tell-tale >"$OUT/secret.env"
	printf 'services: {s: {image: tell-tale, environment: [SECRET_OF_HOST]}}\n' >"$OUT/compose.yaml"
	ln -s "$OUT/secret.env" "$work/away"
	ln -s ../../home/secret.env "$work/in/up"
	ln -s "$OUT" "$work/folder"
	ln -s "$OUT/compose.yaml" "$work/away.yaml"
	ln -s in/inside.env "$work/near"
	echo INSIDE=yes >"$work/in/inside.env"
	printf 'services: {s: {image: near}}\n' >"$work/in/compose.yaml"
	while IFS='|' read -r name text; do
		mkdir -p "$work/cases/$name"
		printf '%b\n' "$text" >"$work/cases/$name/compose.yaml"
	done
	git init -q "$work"
	git -C "$work" add -A
	git -C "$work" -c user.name=a -c user.email=a@b.c commit -qm x
	git clone -q --bare "$work" "$WORK/repositories/$COMPOSE_PROJECT_NAME.git"
	commit=$(git -C "$work" rev-parse HEAD)
	export OUT
}
case_config() { c -f "git://127.0.0.1/$COMPOSE_PROJECT_NAME.git#$commit:cases/$1" --profile '*' config "${@:2}"; }

@test "a remote project has nothing read outside of its folder: paths, links, project directories" {
	for place in "$PWD/home/secret.env" ../../../home/secret.env ../../away ../../in/up ../../folder/secret.env '${OUT}/secret.env' '~/secret.env'; do
		for key in 'env_file: "%"' 'extends: {file: "%", service: s}'; do
			echo "${key%%:*}.$((++n))|services: {a: {image: x, ${key//%/$place}}}"
		done
		echo "include.$((++n))|include: ['$place']\nservices: {a: {image: x}}"
	done >lines
	for place in "$PWD/home/secret.env" ../../away; do
		for key in 'env_file: [%]' 'env_file: [{path: %, required: false}]' 'label_file: "%"' 'label_file: [%]' 'build: %' 'build: {context: %}' \
			'build: {dockerfile: %}' 'build: {additional_contexts: {a: %}}' 'build: {additional_contexts: ["a=%"]}' 'build: {ssh: ["a=%"]}' \
			'develop: {watch: [{path: %, action: sync, target: /x}]}'; do
			echo "service.$((++n))|services: {a: {image: x, profiles: [p], ${key//%/$place}}}"
		done
		for key in 'include: [{path: %}]' 'include: [{path: [../../in/compose.yaml, %]}]' 'include: [{path: ../../in/compose.yaml, env_file: %}]' \
			'include: [{path: ../../in/compose.yaml, project_directory: %}]' 'secrets: {s: {file: %}}' 'configs: {s: {file: %}}'; do
			echo "top.$((++n))|${key//%/$place}\nservices: {a: {image: x}}"
		done
	done >>lines
	make_cases <lines
	export HOME=$OUT
	while IFS='|' read -r name text; do
		run case_config "$name"
		echo "$text: $output"
		[[ $status -eq 1 && $output == *'is not in the folder of the remote file that names it'* && $output != *tell-tale* && $output != *SECRET_OF_HOST* ]]
	done <lines
	# Also as it is written, where a variable is no variable.
	run case_config "$(head -1 lines | cut -d'|' -f1)" --no-interpolate --no-env-resolution
	[[ $status -eq 1 && $output == *'is not in the folder'* ]]
}

@test "a remote project reads all of its own folder, and a link of it that a local file names leads nowhere" {
	make_cases <<'E'
near|services: {a: {image: "${IMAGE:-x}", env_file: [../../near, ./own.env], extends: {file: ../../in/compose.yaml, service: s}, build: {context: ../../in, additional_contexts: {u: "https://example.org/x.git"}}}}\ninclude: [{path: ../../in/compose.yaml, project_directory: ../../in}]
linked|services: {a: {image: x}}\ninclude: [../../dotenv/compose.yaml]
E
	echo OWN=1 >"$work/cases/near/own.env"
	mkdir "$work/dotenv"
	printf 'services: {s: {image: "i${SECRET_OF_HOST}"}}\n' >"$work/dotenv/compose.yaml"
	ln -s ../../home/secret.env "$work/dotenv/.env"
	git -C "$work" add -A
	git -C "$work" -c user.name=a -c user.email=a@b.c commit -qm y
	git -C "$work" push -q "$WORK/repositories/$COMPOSE_PROJECT_NAME.git" HEAD:refs/heads/later
	commit=$(git -C "$work" rev-parse HEAD)
	case_config near --format json >out
	[ "$(jq -c '[.services.a.environment, .services.s.image]' out)" = '[{"INSIDE":"yes","OWN":"1"},"near"]' ]
	run case_config linked
	[[ $status -eq 1 && $output == *'/dotenv/.env leads out of the remote project'* && $output != *tell-tale* ]]
	# A file of the user's own names a link of the repository.
	printf 'services: {a: {env_file: ../../away}}\n' >mine.yaml
	run c -f "git://127.0.0.1/$COMPOSE_PROJECT_NAME.git#$commit:cases/near" -f mine.yaml config
	[[ $status -eq 1 && $output == *'/away leads out of the remote project'* && $output != *tell-tale* ]]
	# What is the user's own may be anywhere.
	printf 'services: {a: {env_file: "%s/secret.env"}}\n' "$OUT" >mine.yaml
	c -f "git://127.0.0.1/$COMPOSE_PROJECT_NAME.git#$commit:cases/near" -f mine.yaml config | grep tell-tale
}

@test "no variable of the user's is part of an address that a remote file has fetched" {
	make_cases <<'E'
include|include: ["git://127.0.0.1/${SECRET}.git"]\nservices: {a: {image: x}}
path|include: [{path: "${SCHEME}127.0.0.1:5000/app:${SECRET}"}]\nservices: {a: {image: x}}
extends|services: {a: {extends: {file: "git://127.0.0.1/${SECRET}.git", service: s}}}
plain|include: ["git://127.0.0.1/app.git#v1:sub"]\nservices: {a: {image: x}}
E
	export SECRET=tell-tale SCHEME=oci://
	for name in include path extends; do
		run case_config "$name"
		[[ $status -eq 1 && $output == *'the address of another file has no variables in a remote file'* && $output != *tell-tale* ]]
	done
	not grep -r tell-tale "$WORK/git.log"
	[ "$(case_config plain --services | sort | xargs)" = 'a s' ]
	# The user's own file may.
	printf 'include: ["git://127.0.0.1/${NAME}.git#v1:sub"]\n' >compose.yaml
	[ "$(NAME=app c config --services)" = s ]
}

@test "an artifact of another kind, a layer that lies, and a link in the cache are refused" {
	push_artifact other "$project|$yaml|{}"
	in_net curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://127.0.0.1:5000/v2/other/manifests/latest | jq -c '.artifactType = "application/x"' |
		in_net curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @- http://127.0.0.1:5000/v2/other/manifests/x
	run c -f oci://127.0.0.1:5000/other:x config
	[[ $status -eq 1 && $output == *'is not a compose project OCI artifact'* ]]
	in_net curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://127.0.0.1:5000/v2/other/manifests/latest | jq -c '.layers[0].size = 5' |
		in_net curl -s -o /dev/null -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @- http://127.0.0.1:5000/v2/other/manifests/y
	run c -f oci://127.0.0.1:5000/other:y config
	[ "$status" -eq 1 ]
	hex=$(in_net curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' http://127.0.0.1:5000/v2/other/manifests/latest | sha256sum | cut -d' ' -f1)
	mkdir -p "$XDG_CACHE_HOME/docker-compose" elsewhere
	ln -s "$PWD/elsewhere" "$XDG_CACHE_HOME/docker-compose/$hex"
	run c -f oci://127.0.0.1:5000/other config
	[ "$status" -eq 1 ]
	[ -z "$(ls elsewhere)" ]
	rm "$XDG_CACHE_HOME/docker-compose/$hex"
	[ "$(c -f oci://127.0.0.1:5000/other config --services)" = a ]
	echo "$project" >elsewhere/key
	ln -sf "$PWD/elsewhere/key" "$XDG_CACHE_HOME/docker-compose/$hex/compose.yaml"
	run c -f oci://127.0.0.1:5000/other config
	[[ $status -eq 1 && $output == *'compose.yaml is a link'* ]]
	run c -f oci://127.0.0.1:5000/nothing config
	[[ $status -eq 1 && $output == *'failed to pull OCI resource'* ]]
}

@test "what fails here is no answer of the engine: a cache that cannot be written" {
	echo x >"$XDG_CACHE_HOME"
	run c -f git://127.0.0.1/app.git config
	echo "$output"
	[[ $status -ne 0 && $output == *'initializing remote resource cache: '* && $output != *'from daemon'* ]]
}
