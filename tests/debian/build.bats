load ../lib/engine
load ../lib/debian
# Images as people build them: from Debian's packages.
setup_file() { debian_setup; }
teardown_file() { debian_teardown; }
setup() { cd "$(mktemp -d "$WORK/case.XXXXXX")"; }

@test "apt-get install -y nginx, with caches for apt; the server answers with the page that was copied" {
	echo 'hello from the image' >index.html
	cat >Dockerfile <<-'EOF'
		# syntax=docker/dockerfile:1
		FROM debian:bookworm
		RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
		    apt-get update && apt-get install -y --no-install-recommends nginx
		COPY index.html /var/www/html/index.html
		EXPOSE 80
		STOPSIGNAL SIGQUIT
		CMD ["nginx", "-g", "daemon off;"]
	EOF
	debian_build -t web .
	d run -d --name web web
	for _ in $(seq 600); do d exec web bash -c 'exec 3<>/dev/tcp/127.0.0.1/80' 2>/dev/null && break; sleep 0.05; done
	[[ $(d exec web bash -c 'exec 3<>/dev/tcp/127.0.0.1/80; printf "GET / HTTP/1.0\r\n\r\n" >&3; cat <&3') == *'hello from the image'* ]]
	[ "$(d exec web dpkg-query -W -f '${db:Status-Status}' nginx)" = installed ]
	[ -z "$(d run --rm --network none web find /var/cache/apt -name '*.deb')" ]
	start=$(date +%s)
	d stop web
	[ $(($(date +%s) - start)) -lt 9 ]
	# What apt has unpacked is owned as dpkg says.
	[ "$(d run --rm --network none web stat -c '%a %U:%G' /etc/shadow /usr/bin/passwd /tmp)" = $'640 root:shadow\n4755 root:root\n1777 root:root' ]
}

@test "a C program, compiled in one stage and alone in the next" {
	printf '#include <stdio.h>\nint main(void) { puts("hello from scratch"); }\n' >hello.c
	cat >Dockerfile <<-'EOF'
		FROM debian:bookworm AS build
		RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt \
		    apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
		WORKDIR /src
		COPY hello.c .
		RUN gcc -O2 -static -s -o /hello hello.c
		FROM scratch
		COPY --from=build /hello /hello
		ENTRYPOINT ["/hello"]
	EOF
	debian_build -t hello .
	[ "$(run_none hello)" = 'hello from scratch' ]
	[ "$(d inspect -f '{{len .RootFS.Layers}}' hello)" -eq 1 ]
	[ "$(d inspect -f '{{.Size}}' hello)" -lt 1500000 ]
	# A changed source compiles again and installs nothing again.
	sed -i 's/hello from/goodbye from/' hello.c
	start=$(date +%s)
	debian_build -t hello .
	[ "$(run_none hello)" = 'goodbye from scratch' ]
	[ $(($(date +%s) - start)) -lt 15 ]
}

@test "a Node program whose packages come through a cache mount" {
	mkdir dep
	echo '{"name": "dep", "version": "1.0.0", "main": "index.js"}' >dep/package.json
	echo 'module.exports = () => "hello from node";' >dep/index.js
	cat >package.json <<-'EOF'
		{"name": "app", "version": "1.0.0", "main": "app.js", "dependencies": {"dep": "file:dep-1.0.0.tgz"}}
	EOF
	echo 'console.log(require("dep")());' >app.js
	printf 'dep\nnode_modules\n' >.dockerignore
	cat >Dockerfile <<-'EOF'
		FROM debian:bookworm AS node
		RUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt \
		    apt-get update && apt-get install -y --no-install-recommends nodejs
		FROM node AS packages
		WORKDIR /app
		COPY package.json *.tgz ./
		RUN --mount=type=bind,from=npm,target=/npm --mount=type=cache,target=/root/.npm \
		    ls /root/.npm >/cached && node /npm/bin/npm-cli.js install --offline --no-audit --no-fund --omit=dev
		FROM node
		WORKDIR /app
		COPY --from=packages /cached /cached
		COPY --from=packages /app/node_modules node_modules
		COPY app.js .
		USER nobody
		CMD ["node", "app.js"]
	EOF
	npm=$(readlink -f "$(npm root -g)/npm")
	node "$npm/bin/npm-cli.js" pack --silent ./dep >/dev/null
	debian_build --build-context "npm=$npm" -t app .
	[ "$(run_none app)" = 'hello from node' ]
	[ -z "$(run_none app cat /cached)" ]
	sed -i 's/"app"/"app2"/' package.json
	debian_build --build-context "npm=$npm" -t app .
	[ "$(run_none app)" = 'hello from node' ]
	[[ $(run_none app cat /cached) == *_cacache* ]]
}

@test "a step talks to the caller's ssh agent, whose keys stay there" {
	ssh-keygen -q -t ed25519 -N '' -C "key-of-the-caller" -f key
	eval "$(ssh-agent -s)" >/dev/null
	ssh-add -q key
	cat >ask.pl <<-'EOF'
		use IO::Socket::UNIX;
		my $agent = IO::Socket::UNIX->new(Peer => $ENV{SSH_AUTH_SOCK}) or die "no agent: $!";
		syswrite $agent, pack("NC", 1, 11); # SSH_AGENTC_REQUEST_IDENTITIES
		sysread $agent, my $answer, 4096;
		print "$answer\n";
	EOF
	printf 'FROM debian:bookworm\nRUN --mount=type=bind,target=/in --mount=type=ssh perl /in/ask.pl > /answer\nRUN echo "${SSH_AUTH_SOCK:-none}" >> /answer\n' >Dockerfile
	debian_build --ssh default -t agent .
	kill "$SSH_AGENT_PID"
	run_none agent cat /answer | grep -aq key-of-the-caller
	run_none agent tail -1 /answer | grep -q none
}
