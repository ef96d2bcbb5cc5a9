load ../lib/engine
load ../lib/hosts
load ../lib/registry

# A CA, and a certificate of it; a client's pair.
certificates() {
	mkdir "$WORK/ca"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$WORK/ca/ca.key" -out "$WORK/ca/ca.crt" -days 2 -subj /CN=test-ca 2>/dev/null
	for who in server client; do
		openssl req -newkey rsa:2048 -nodes -keyout "$WORK/ca/$who.key" -out "$WORK/ca/$who.csr" -subj "/CN=$who" 2>/dev/null
		openssl x509 -req -in "$WORK/ca/$who.csr" -CA "$WORK/ca/ca.crt" -CAkey "$WORK/ca/ca.key" -CAcreateserial -days 2 -out "$WORK/ca/$who.crt" \
			-extfile <(echo "subjectAltName=DNS:reg.test,IP:10.5.0.1") 2>/dev/null
	done
}

setup_file() {
	registries_make
	certificates
	htpasswd -Bbn ann secret >"$WORK/passwords"
	tls="{certificate: $WORK/ca/server.crt, key: $WORK/ca/server.key}"
	registry_config "$WORK/tls.yml" "10.5.0.1:5443" "auth: {htpasswd: {realm: test, path: $WORK/passwords}}"
	echo "  tls: $tls" >>"$WORK/tls.yml"
	registry_config "$WORK/mutual.yml" "10.5.0.1:5444" ""
	echo "  tls: {certificate: $WORK/ca/server.crt, key: $WORK/ca/server.key, clientcas: [$WORK/ca/ca.crt]}" >>"$WORK/mutual.yml"
	registry_run tls docker-registry serve "$WORK/tls.yml"
	registry_run mutual docker-registry serve "$WORK/mutual.yml"
	for port in 5443 5444; do await nsenter --net=/run/netns/"$HOST" bash -c ": </dev/tcp/10.5.0.1/$port"; done
	export R=10.5.0.1:5443
	"$BUILD/berth" tag busybox $R/box
	"$BUILD/berth" tag busybox localhost:5100/open
	"$BUILD/berth" tag busybox localhost:5100/private/box
	"$BUILD/berth" push -q localhost:5100/open >/dev/null
	"$BUILD/berth" push -q localhost:5100/private/box >/dev/null
}
teardown_file() { registries_remove; }

trust_ca() {
	mkdir -p "$WORK/certs.d/$R"
	cp "$WORK/ca/ca.crt" "$WORK/certs.d/$R/"
}

@test "TLS: an unknown CA is refused, one in certs.d is good" {
	run d pull $R/box
	[ "$status" -eq 1 ]
	[[ $output == *"Get \"https://$R/v2/\": "*certificate* ]]
	trust_ca
	run d pull $R/box
	[[ $output == *'no basic auth credentials'* ]]
}

@test "login: passwords on standard input, wrong ones, what is kept, and how" {
	trust_ca
	run d login -u ann --password-stdin $R <<<wrong
	[ "$status" -eq 1 ]
	[[ $output == *unauthorized* || $output == *Unauthorized* ]]
	run d login -u ann --password-stdin $R <<<secret
	[ "$status" -eq 0 ]
	[[ $output == *'Login Succeeded'* ]]
	[ "$(stat -c %a "$DOCKER_CONFIG/config.json")" = 600 ]
	[ "$(jq -r ".auths[\"$R\"].auth" "$DOCKER_CONFIG/config.json" | base64 -d)" = ann:secret ]
	d push -q $R/box
	d rmi $R/box
	d pull -q $R/box
	[ "$(status_of -X POST http://b/auth -H 'Content-Type: application/json' -d "{\"username\":\"ann\",\"password\":\"no\",\"serveraddress\":\"$R\"}")" = 401 ]
	d logout $R | grep -qx "Removing login credentials for $R"
	run d pull $R/box
	[ "$status" -eq 1 ]
}

@test "credentials of a helper program, and of a store" {
	mkdir -p "$WORK/bin"
	cat >"$WORK/bin/docker-credential-mine" <<-'H'
		#!/bin/sh
		read -r in
		case $1 in
		get) [ -f "$HELPER_STATE" ] && cat "$HELPER_STATE" || { echo 'credentials not found in native keychain'; exit 1; } ;;
		store) echo "$in" >"$HELPER_STATE" ;;
		erase) rm -f "$HELPER_STATE" ;;
		esac
	H
	chmod +x "$WORK/bin/docker-credential-mine"
	export HELPER_STATE=$WORK/helper PATH=$WORK/bin:$PATH
	echo '{"credsStore": "mine"}' >"$DOCKER_CONFIG/config.json"
	d login -u ann --password-stdin $R <<<secret
	[ -z "$(grep secret "$DOCKER_CONFIG/config.json")" ]
	[ "$(jq -r .Secret "$HELPER_STATE")" = secret ]
	d pull -q $R/box
	d logout $R
	[ ! -f "$HELPER_STATE" ]
	run d pull $R/box
	[ "$status" -eq 1 ]
	echo '{}' >"$DOCKER_CONFIG/config.json"
}

@test "credential helpers: a name is no path, and an answer of other types is none" {
	export PATH=$WORK/bin:$PATH
	cd "$(mktemp -d "$WORK/case.XXXXXX")"
	mkdir -p "$WORK/bin" docker-credential-x
	for program in "$WORK/bin/docker-credential-list" docker-credential-x/evil; do
		printf '#!/bin/sh\ntouch "%s"\nprintf "[1]"\n' "$WORK/ran.${program##*-}" >"$program"
		chmod +x "$program"
	done
	for case in 'x/evil=invalid credential helper "x/evil"' 'list=Username and Secret have to be strings'; do
		echo "{\"credsStore\": \"${case%%=*}\"}" >"$DOCKER_CONFIG/config.json"
		run timeout 30 "$BUILD/berth" pull $R/box
		[[ $status -ne 0 && $output == *"${case#*=}"* ]] || { echo "$output"; return 1; }
	done
	[ -e "$WORK/ran.list" ]
	[ -z "$(find "$WORK" -name 'ran.*evil')" ]
	echo '{}' >"$DOCKER_CONFIG/config.json"
}

@test "TLS with a client's certificate from certs.d" {
	m=10.5.0.1:5444
	d tag busybox $m/box
	mkdir -p "$WORK/certs.d/$m"
	cp "$WORK/ca/ca.crt" "$WORK/certs.d/$m/"
	run d push $m/box
	[ "$status" -eq 1 ]
	cp "$WORK/ca/client.crt" "$WORK/certs.d/$m/client.cert"
	cp "$WORK/ca/client.key" "$WORK/certs.d/$m/"
	d push -q $m/box
}

@test "tokens: for nobody, for an account, refused; each for its scope" {
	mode token
	d rmi localhost:5100/open localhost:5100/private/box
	d pull -q localhost:5100/open
	[ "$(stats '.tokens[0] | tojson')" = '["",["repository:open:pull"]]' ]
	run d pull localhost:5100/private/box
	[ "$status" -eq 1 ]
	[[ $output == *"pull access denied for localhost:5100/private/box, repository does not exist or may require 'docker login'"* ]]
	run d push localhost:5100/open
	[ "$status" -eq 1 ]
	[[ $output == *"unauthorized: authentication required"* ]]
	run d login -u ann --password-stdin localhost:5100 <<<wrong
	[ "$status" -eq 1 ]
	d login -u ann --password-stdin localhost:5100 <<<secret
	mode token
	d pull -q localhost:5100/private/box
	d tag localhost:5100/private/box localhost:5100/mine/new
	d push -q localhost:5100/mine/new
	stats '.tokens[] | tojson' | grep -q '"ann",\["repository:mine/new:pull,push"\]'
	mode plain
	d logout localhost:5100
	grep -c secret "$WORK/log" | grep -qx 0
}

@test "an identity token is used in place of a password; a registry token as it is" {
	mode token
	auth=$(echo -n '{"identitytoken":"letmein"}' | base64 -w0 | tr +/ -_)
	d rmi -f localhost:5100/private/box
	curl -s --unix-socket "$WORK/b.sock" -X POST -H "X-Registry-Auth: $auth" 'http://b/images/create?fromImage=localhost:5100/private/box&tag=latest' | grep -q 'Status: Downloaded'
	stats '.tokens[] | tojson' | grep -q refreshed
	token=$(echo -n '["r",["repository:private/box:pull"]]' | base64 -w0 | tr +/ -_)
	auth=$(echo -n "{\"registrytoken\":\"$token\"}" | base64 -w0 | tr +/ -_)
	mode token
	curl -s --unix-socket "$WORK/b.sock" -X POST -H "X-Registry-Auth: $auth" 'http://b/images/create?fromImage=localhost:5100/private/box&tag=latest' | grep -q 'Status: '
	[ "$(stats '.tokens | length')" -eq 0 ]
	mode plain
}

@test "credentials go only to the host that they are for: not along a redirect, not to a mirror" {
	make_image leak random 1
	mode token-redirect
	d login -u ann --password-stdin localhost:5100 <<<secret
	d pull -q localhost:5100/leak
	stats '.authorization[]' | grep -q Bearer
	[ "$(stats '.blobs' 5200)" -eq 1 ]
	[ -z "$(stats '.authorization[]' 5200 | grep .)" ]
	mode plain
	d logout localhost:5100
	engine_kill
	engine_start --registry-mirror http://127.0.0.1:5200
	d tag busybox localhost:5000/library/hubimage
	d push -q localhost:5000/library/hubimage
	auth=$(echo -n '{"username":"ann","password":"secret"}' | base64 -w0 | tr +/ -_)
	curl -s --unix-socket "$WORK/b.sock" -X POST -H "X-Registry-Auth: $auth" 'http://b/images/create?fromImage=hubimage&tag=latest' | grep -q 'Status: '
	[ -z "$(stats '.authorization[]' 5200 | grep .)" ]
}

@test "a registry behind TLS does not get the password sent to a token server without it" {
	cat >"$WORK/realm.py" <<-P
		import http.server, ssl
		class H(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        self.send_response(401)
		        self.send_header("WWW-Authenticate", 'Bearer realm="http://127.0.0.1:5200/token",service="x"')
		        self.send_header("Content-Length", "0")
		        self.end_headers()
		s = http.server.HTTPServer(("10.5.0.1", 5445), H)
		c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		c.load_cert_chain("$WORK/ca/server.crt", "$WORK/ca/server.key")
		s.socket = c.wrap_socket(s.socket, server_side=True)
		s.serve_forever()
	P
	registry_run realm python3 "$WORK/realm.py"
	mkdir -p "$WORK/certs.d/10.5.0.1:5445"
	cp "$WORK/ca/ca.crt" "$WORK/certs.d/10.5.0.1:5445/"
	mode plain
	for _ in $(seq 600); do on_host curl -sk -o "$WORK/null" https://10.5.0.1:5445/ && break; sleep 0.05; done
	run d login -u ann --password-stdin 10.5.0.1:5445 <<<secret
	[ "$status" -eq 1 ]
	[[ $output == *'refused to send the password'* ]]
	[ "$(stats '.tokens | length' 5200)" -eq 0 ]
}
