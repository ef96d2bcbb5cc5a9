"""Stands before a registry and misbehaves as it is told: PUT /control/MODE sets the mode, GET /control/stats says what was
asked for. Blobs below SMALL bytes (configurations) are left alone. Usage: registry_front.py PORT REGISTRY_PORT [OTHER_PORT]."""
import base64, http.client, json, sys, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, REGISTRY = int(sys.argv[1]), int(sys.argv[2])
OTHER = int(sys.argv[3]) if len(sys.argv) > 3 else 0
SMALL = 4096
state = {"mode": "plain", "left": 0}
stats = {"blobs": 0, "ranges": 0, "tokens": [], "authorization": [], "mounts": 0, "uploads": 0, "patches": 0, "heads": 0, "most_at_once": 0}
lock = threading.Lock()
at_once = 0


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def upstream(self, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", REGISTRY, timeout=20)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("authorization", "connection", "transfer-encoding")}
        connection.request(self.command, self.path, body=body, headers=headers)
        return connection.getresponse()

    def control(self):
        global stats
        what = self.path.split("/")[2]
        if what == "stats":
            return self.reply(200, json.dumps(stats).encode())
        state["mode"], _, count = what.partition("=")
        state["left"] = int(count or 1 << 30)
        for key in stats:
            stats[key] = [] if isinstance(stats[key], list) else 0
        self.reply(200)

    # A token server of our own: its tokens are their scopes and who asked.
    def token(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        user = ""
        if self.command == "POST":
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if form.get("refresh_token") != ["letmein"]:
                return self.reply(401)
            query, user = form, "refreshed"
        elif self.headers.get("Authorization"):
            user, _, password = base64.b64decode(self.headers["Authorization"].split()[1]).decode().partition(":")
            if password != "secret":
                return self.reply(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}')
        stats["tokens"].append([user, query.get("scope", [])])
        token = base64.urlsafe_b64encode(json.dumps([user, query.get("scope", [])]).encode()).decode()
        self.reply(200, json.dumps({"token": token, "expires_in": 300}).encode(), Content_Type="application/json")

    def allowed(self):
        if state["mode"] not in ("token", "token-redirect"):
            return True
        held = self.headers.get("Authorization", "")
        if held.startswith("Bearer "):
            user, scopes = json.loads(base64.urlsafe_b64decode(held[7:]))
            if self.path == "/v2/" and user:
                return True
            name = self.path.split("/v2/")[1].rsplit("/", 2)[0].replace("/blobs", "")
            private = name.startswith("private")
            writes = self.command in ("POST", "PUT", "PATCH")
            for scope in " ".join(scopes).split():
                kind, where, actions = scope.split(":")
                if (where == name and (not writes or "push" in actions.split(",")) and (user or not (private or writes))):
                    return True
            if user or private:
                self.reply(403, b'{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}')
                return False
        self.reply(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}',
                   WWW_Authenticate=f'Bearer realm="http://127.0.0.1:{PORT}/token",service="front"')
        return False

    def chunks(self):
        """A body in chunks. In mode "patience" it is read slowly until somebody asks for a blob. None: it was not sent to its end."""
        body = b""
        while True:
            length = int(self.rfile.readline().strip() or b"-1", 16)
            if length < 0:
                return None
            part = self.rfile.read(length)
            self.rfile.readline()
            if length == 0:
                return body
            body += part
            if state["mode"] == "patience" and stats["heads"] == 0:
                time.sleep(0.02 * length / 65536)

    def blob(self, answer):
        """A layer's bytes, spoiled by the mode."""
        mode = state["mode"]
        body = answer.read()
        with lock:
            stats["blobs"] += 1
            stats["ranges"] += "Range" in self.headers
            active = state["left"] > 0
            state["left"] -= 1
        headers = {"Content_Type": "application/octet-stream"}
        if answer.getheader("Content-Range"):
            headers["Content_Range"] = answer.getheader("Content-Range")
        status = answer.status
        if not active or mode in ("plain", "token", "count"):
            return self.reply(status, body, **headers)
        if mode == "429":
            return self.reply(429, Retry_After="1")
        if mode == "500":
            return self.reply(500)
        if mode == "404":
            return self.reply(404, b'{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}')
        if mode == "loop":
            return self.reply(307, Location=self.path)
        if mode == "file":
            return self.reply(307, Location="file:///etc/passwd")
        if mode in ("redirect", "token-redirect"):
            return self.reply(307, Location=f"http://127.0.0.1:{OTHER}{self.path}")
        if mode == "wrong":
            return self.reply(status, body[:1000] + bytes([body[1000] ^ 1]) + body[1001:], **headers)
        if mode == "truncated":
            return self.reply(status, b"" if "Range" in self.headers else body[: len(body) // 2], **headers)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if mode == "endless":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")
            except OSError:
                pass
        elif mode == "cut":
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 3 + 1])
        elif mode == "hang":
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 3 + 1])
            self.wfile.flush()
            # Until the other end has had enough.
            self.connection.settimeout(90)
            self.connection.recv(1)
        elif mode == "trickle":
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                for i in range(len(body)):
                    self.wfile.write(body[i : i + 1])
                    self.wfile.flush()
                    time.sleep(0.2)
            except OSError:
                pass
        elif mode in ("slow", "brisk"):
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                for i in range(0, len(body), 20000):
                    self.wfile.write(body[i : i + 20000])
                    time.sleep(0.1 if mode == "slow" else 0.01)
            except OSError:
                pass
        self.close_connection = True

    def handle_all(self):
        global at_once
        if self.path.startswith("/control/"):
            return self.control()
        if self.path.startswith("/token"):
            return self.token()
        if self.path.startswith("/v1/search"):
            found = [{"name": f"{word}/nginx", "description": "Serves\nweb pages, " * 9, "star_count": stars, "is_official": word == "one",
                      "is_automated": False} for word, stars in (("one", 20), ("two", 3))]
            return self.reply(200, json.dumps({"num_results": 2, "results": found}).encode(), Content_Type="application/json")
        stats["authorization"].append(self.headers.get("Authorization", ""))
        length = int(self.headers.get("Content-Length", 0) or 0)
        body = self.rfile.read(length) if length else None
        if self.command == "HEAD" and "/blobs/" in self.path:
            stats["heads"] += 1
        if self.command == "PATCH":
            stats["patches"] += 1
            body = self.chunks()
            if body is None or state["mode"] == "nopatch":
                self.close_connection = True
                return self.reply(500)
        if not self.allowed():
            return
        if self.command == "POST" and "/uploads/" in self.path:
            stats["mounts" if "mount=" in self.path else "uploads"] += 1
        if state["mode"] == "norange" and "Range" in self.headers:
            del self.headers["Range"]
        if state["mode"] == "huge" and "/manifests/" in self.path:
            return self.reply(200, b" " * (5 << 20), Content_Type="application/vnd.oci.image.manifest.v1+json")
        answer = self.upstream(body)
        if self.command == "GET" and "/blobs/sha256:" in self.path and int(answer.getheader("Content-Length", 0)) > SMALL:
            with lock:
                at_once += 1
                stats["most_at_once"] = max(stats["most_at_once"], at_once)
            try:
                return self.blob(answer)
            finally:
                with lock:
                    at_once -= 1
        data = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_all


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("127.0.0.1", PORT), Front).serve_forever()
