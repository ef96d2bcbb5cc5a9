load ../lib/engine
load ../lib/debian
# The primer's project, with a real nginx and a real MariaDB: "mysql:latest" comes from a registry.
setup_file() {
	debian_setup --registry-mirror http://127.0.0.1:5000
	cat >"$WORK/registry.yml" <<-Y
		version: 0.1
		storage: {filesystem: {rootdirectory: $WORK/registry}}
		log: {level: error}
		http: {addr: 127.0.0.1:5000}
	Y
	nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" docker-registry serve "$WORK/registry.yml" >"$WORK/registry.log" 2>&1 3>&- &
	echo $! >>"$WORK/relays"
	make_images
}
teardown_file() { debian_teardown; }
on_host() { nsenter --net="/proc/$(cat "$WORK/pid")/ns/net" "$@"; }
c() { timeout -s KILL 120 ${COMPOSE:-"$BUILD/berth" compose} "$@"; }

make_images() {
	local cache='--mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked'
	mkdir "$WORK/mysql"
	cat >"$WORK/mysql/entry" <<-'EOF'
		#!/bin/bash
		set -e
		: "${MYSQL_ROOT_PASSWORD:?}"
		if [ ! -d /var/lib/mysql/mysql ]; then
			mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db >/dev/null
			cat >/tmp/init.sql <<-SQL
				CREATE DATABASE IF NOT EXISTS \`${MYSQL_DATABASE:-test}\`;
				ALTER USER root@localhost IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
				CREATE USER root@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';
				GRANT ALL ON *.* TO root@'%';
			SQL
			set -- "$@" --init-file=/tmp/init.sql
		fi
		exec "$@"
	EOF
	chmod 755 "$WORK/mysql/entry"
	cat >"$WORK/mysql/Dockerfile" <<-EOF
		FROM debian:bookworm AS installed
		RUN $cache apt-get update && apt-get install -y --no-install-recommends mariadb-server
		RUN rm -rf /var/lib/mysql/* && mkdir -p /run/mysqld && chown mysql:mysql /run/mysqld
		FROM installed
		COPY entry /entry
		VOLUME /var/lib/mysql
		EXPOSE 3306
		HEALTHCHECK --interval=1s CMD mariadb -uroot -p"\$MYSQL_ROOT_PASSWORD" -e 'SELECT 1' >/dev/null
		ENTRYPOINT ["/entry"]
		CMD ["mariadbd", "--user=mysql", "--bind-address=0.0.0.0"]
	EOF
	printf "FROM debian:bookworm\nRUN $cache apt-get update && apt-get install -y --no-install-recommends nginx-light mariadb-client\n" >"$WORK/web.Dockerfile"
	debian_build -q -t 127.0.0.1:5000/library/mysql:latest "$WORK/mysql" >&2
	debian_build -q -t web-base -f "$WORK/web.Dockerfile" "$WORK/mysql" >&2
	timeout 120 "$DOCKER" push -q 127.0.0.1:5000/library/mysql:latest >&2
	"$DOCKER" rmi 127.0.0.1:5000/library/mysql:latest >/dev/null
}

primer_project() {
	mkdir web
	# Word for word.
	cat >docker-compose.yml <<-'EOF'
		version: '3.3'
		services:
		  web:
		    build: ./web
		    networks:
		      - ecommerce
		    ports:
		      - '80:80'


		  database:
		    image: mysql:latest
		    networks:
		      - ecommerce
		    environment:
		      - MYSQL_DATABASE=ecommerce
		      - MYSQL_USERNAME=root
		      - MYSQL_ROOT_PASSWORD=helloword
		    
		networks:
		  ecommerce:
	EOF
	cat >web/start <<-'EOF'
		#!/bin/bash
		sql() { mariadb -hdatabase -uroot -phelloword ecommerce -N -e "$1"; }
		until sql "CREATE TABLE IF NOT EXISTS items (name TEXT); DELETE FROM items; INSERT INTO items VALUES ('a row of the database')" 2>/dev/null; do sleep 0.2; done
		sql 'SELECT name FROM items' >/var/www/html/index.html
		exec nginx -g 'daemon off;'
	EOF
	chmod 755 web/start
	printf 'FROM web-base\nCOPY start /start\nSTOPSIGNAL SIGKILL\nCMD ["/start"]\n' >web/Dockerfile
}

@test "the primer's docker-compose.yml: the web server reads the database by its name, the host reads the page" {
	mkdir "$WORK/shop"; cd "$WORK/shop"
	primer_project
	relay_port_80_off
	c up -d
	for _ in $(seq 300); do on_host curl -sf http://127.0.0.1:80/ >page && break; sleep 0.1; done
	[ "$(cat page)" = 'a row of the database' ]
	c ps
	c exec -T database mariadb -uroot -phelloword ecommerce -N -e 'SELECT COUNT(*) FROM items'
	# The same again changes nothing.
	before=$(c ps -q | sort)
	c up -d
	[ "$(c ps -q | sort)" = "$before" ]
	c down -v -t 3 --rmi all
	[ -z "$(d ps -aq)" ]
	[ -z "$(d network ls -q --filter name=shop)" ]
	[ -z "$(d volume ls -q)" ]
	[ -z "$(d images -q mysql)" ]
}

@test "the same with Debian's docker-compose 1.29" {
	mkdir "$WORK/shop2"; cd "$WORK/shop2"
	primer_project
	export COMPOSE=docker-compose DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0
	c up -d
	for _ in $(seq 300); do on_host curl -sf http://127.0.0.1:80/ >page && break; sleep 0.1; done
	[ "$(cat page)" = 'a row of the database' ]
	c down -v -t 3
	[ -z "$(d ps -aq)" ]
}

@test "build, push, pull: an image goes to the registry and comes back; --policy missing asks for nothing" {
	mkdir "$WORK/app"; cd "$WORK/app"
	printf 'FROM debian:bookworm\nRUN echo from-the-registry >/what\n' >Dockerfile
	printf 'services:\n  app: {build: ., image: "127.0.0.1:5000/app:1", command: cat /what}\n  other: {image: "127.0.0.1:5000/app:1", command: cat /what}\n' >compose.yaml
	c build --quiet
	c push
	d rmi 127.0.0.1:5000/app:1
	[ -z "$(d images -q 127.0.0.1:5000/app)" ]
	c pull other
	[ -n "$(d images -q 127.0.0.1:5000/app)" ]
	[[ $(c run --rm -T other) == from-the-registry ]]
	on_host pkill -f "$WORK/registry.yml"
	c pull --policy missing
	run c pull other
	[ "$status" -ne 0 ]
	c pull --ignore-pull-failures other
	c down --rmi all
}
