load ../lib/engine
load ../lib/hosts

# An image of Debian's nginx: the program, the libraries that it links, and a page.
nginx_image() {
	local root=$WORK/nginx
	mkdir -p "$root"/{etc/nginx,var/log/nginx,var/lib/nginx,run,www,tmp,usr/sbin}
	cp /usr/sbin/nginx "$root/usr/sbin/"
	ldd /usr/sbin/nginx | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$root$(dirname "$library")"
		cp -L "$library" "$root$library"
	done
	printf 'root:x:0:0::/:\nnobody:x:65534:65534::/:\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
	printf 'served by nginx\n' >"$root/www/index.html"
	cat >"$root/etc/nginx/nginx.conf" <<'C'
user nobody nogroup;
daemon off;
error_log /dev/stderr;
pid /run/nginx.pid;
events {}
http {
	log_format who '$remote_addr $request';
	access_log /dev/stdout who;
	server { listen 80; root /www; }
}
C
	tar -C "$root" -c . | "$BUILD/berth" import -c 'CMD ["/usr/sbin/nginx"]' -c 'EXPOSE 80' - webserver >/dev/null
}

setup_file() {
	hosts_make
	nginx_image
}
teardown_file() { hosts_remove; }

@test "docker run -p 80:80 webserver, as the primer says" {
	d run -d --name web -p 80:80 webserver
	for _ in $(seq 600); do on_host curl -sf --max-time 1 127.0.0.1 >/dev/null && break; sleep 0.05; done
	[ "$(on_host curl -s --max-time 3 http://127.0.0.1/)" = 'served by nginx' ]
	[ "$(on_host curl -s --max-time 3 http://10.5.0.1/)" = 'served by nginx' ]
	[ "$(outside curl -s --max-time 3 http://10.5.0.1/)" = 'served by nginx' ]
	d logs web 2>&1 | grep -q '^10.5.0.2 GET / HTTP'
	[ "$(d ps --format '{{.Ports}}')" = '0.0.0.0:80->80/tcp, [::]:80->80/tcp' ]
	d stop -t 2 web
	d start web
	for _ in $(seq 600); do outside curl -sf --max-time 1 10.5.0.1 >/dev/null && break; sleep 0.05; done
	[ "$(outside curl -s --max-time 3 http://10.5.0.1/)" = 'served by nginx' ]
	d rm -f web
}

@test "two containers call each other by name, through nginx" {
	d network create shop
	d run -d --name web --network shop webserver
	d run -d --name caller --network shop busybox sleep 1000
	serves web
	address=$(d exec caller nslookup web | awk '/^Address: / { print $2; exit }')
	[ "$(get_from caller "$address" 80)" = 'served by nginx' ]
	d rm -f web caller
	d network rm shop
}
