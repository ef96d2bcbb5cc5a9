# Advisories of moby, BuildKit and containerd of 2026 that no other file has a test of.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }

# An engine that answers every request for a container's files with this archive.
hostile() { # archive
	rm -f "$WORK/hostile.sock"
	python3 - "$WORK/hostile.sock" "$1" 3>&- <<'PY' &
import base64, json, socketserver, sys, http.server
archive = open(sys.argv[2], "rb").read()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_HEAD(self):
        stat = {"name": "x", "size": 0, "mode": 0o755 | 1 << 31, "mtime": "2026-01-01T00:00:00Z", "linkTarget": ""}
        self.send_response(200)
        self.send_header("X-Docker-Container-Path-Stat", base64.b64encode(json.dumps(stat).encode()).decode())
        self.send_header("Content-Type", "application/x-tar")
        self.send_header("Content-Length", str(len(archive)))
        self.end_headers()
    def do_GET(self):
        self.do_HEAD()
        self.wfile.write(archive)
    def log_message(self, *words): pass
    def address_string(self): return ""
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer): daemon_threads = True
Server(sys.argv[1], Handler).serve_forever()
PY
	server=$!
	for _ in $(seq 600); do [ -S "$WORK/hostile.sock" ] && break; sleep 0.05; done
}

@test "CVE-2026-17106: no archive that a container or an engine sends to cp writes outside of where it goes" {
	mkdir -p "$WORK/outside" "$WORK/out"
	python3 - "$WORK" <<'PY'
import io, sys, tarfile
def archive(name, *entries):
    with tarfile.open(f"{sys.argv[1]}/{name}.tar", "w") as tar:
        top = tarfile.TarInfo("x"); top.type = tarfile.DIRTYPE; top.mode = 0o755; tar.addfile(top)
        for path, kind, target in entries:
            entry = tarfile.TarInfo(path); entry.type = kind; entry.linkname = target if kind != tarfile.REGTYPE else ""
            entry.mode = 0o644
            data = b"evil" if kind == tarfile.REGTYPE else b""
            entry.size = len(data); tar.addfile(entry, io.BytesIO(data))
L, R, H, D = tarfile.SYMTYPE, tarfile.REGTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
out = f"{sys.argv[1]}/outside"
archive("link", ("x/d", L, out), ("x/d/evil", R, ""))
archive("relative", ("x/d", L, "../../outside"), ("x/d/evil", R, ""))
archive("chain", ("x/a", L, ".."), ("x/b", L, "a/../outside"), ("x/b/evil", R, ""))
archive("swap", ("x/d", D, ""), ("x/d", L, out), ("x/d/evil", R, ""))
archive("hard", ("x/h", H, f"{out}/kept"), ("x/h", R, ""))
archive("through", ("x/l", L, f"{out}/kept"), ("x/h", H, "x/l"), ("x/h", R, ""))
archive("file", ("x/l", L, f"{out}/evil"), ("x/l", R, ""))
archive("dots", ("x/../../outside/evil", R, ""))
archive("root", (f"{out}/evil", R, ""))
PY
	for name in link relative chain swap hard through file dots root; do
		echo kept >"$WORK/outside/kept"
		hostile "$WORK/$name.tar"
		for target in "$WORK/out" "$WORK/out/new-$name"; do
			DOCKER_HOST=unix://$WORK/hostile.sock timeout 10 "$BERTH_BUILD/berth" cp c:/x "$target" || true
		done
		kill "$server"
		echo "$name"
		[ "$(ls "$WORK/outside")" = kept ]
		[ "$(cat "$WORK/outside/kept")" = kept ]
		rm -rf "$WORK/out"
		mkdir "$WORK/out"
	done
}

@test "CVE-2026-41567: a compressed archive that is copied in runs no program of the container" {
	for program in xz gzip unpigz pigz bzip2 zstd tar; do
		printf '#!/bin/sh\ntouch /ran %s/ran\n' "$WORK" >"$WORK/$program"
		chmod +x "$WORK/$program"
	done
	d run -d --name copied --network none -e PATH=/evil:/bin busybox sleep 1000
	d exec copied mkdir /evil
	for program in xz gzip unpigz pigz bzip2 zstd tar; do
		d cp "$WORK/$program" copied:/evil/
		d cp "$WORK/$program" copied:/usr/bin/ || true
	done
	echo content >"$WORK/file"
	for how in xz gzip bzip2 zstd; do
		tar -c -C "$WORK" file | $how | d cp - copied:/tmp
		[ "$(d exec copied cat /tmp/file)" = content ]
		d exec copied rm /tmp/file
	done
	[ ! -e "$WORK/ran" ]
	run d exec copied ls /ran
	[ "$status" -ne 0 ]
	d rm -f copied
}

@test "CVE-2026-53493: indexes that lie in indexes are followed a few times, and no further" {
	mkdir -p "$WORK/layout/blobs/sha256"
	local digest= text='{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
	for _ in $(seq 100); do
		digest=$(printf %s "$text" | sha256sum | cut -d' ' -f1)
		printf %s "$text" >"$WORK/layout/blobs/sha256/$digest"
		text="{\"schemaVersion\":2,\"manifests\":[$(for _ in 1 2 3; do printf '{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:%s","size":%d},' "$digest" "${#text}"; done | sed 's/,$//')]}"
	done
	printf %s "$text" >"$WORK/layout/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$WORK/layout/oci-layout"
	tar -c -C "$WORK/layout" . >"$WORK/nested.tar"
	run timeout 10 "$BERTH_BUILD/berth" load -i "$WORK/nested.tar"
	[ "$status" -ne 0 ] && [ "$status" -ne 124 ]
}

@test "CVE-2026-92543: a name is in no network of insecure registries, whatever DNS says of it" {
	engine_kill
	engine_start --insecure-registry 0.0.0.0/0 --insecure-registry ::/0
	# What is tried last is what is told of.
	run d pull "$(hostname):1/x"
	[ "$status" -ne 0 ]
	[[ $output == *https://* && $output != *http://* ]]
	run d pull 127.0.0.1:1/x
	[[ $output == *http://* ]]
	run d pull 192.0.2.1:1/x
	[ "$status" -ne 0 ]
}
