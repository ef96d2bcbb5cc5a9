"""The API by Python's HTTP client, at a UNIX socket. (raw_api.py is for what that client cannot do.)"""
import http.client, json, socket


class Api(http.client.HTTPConnection):
    def __init__(self, path, timeout=60):
        super().__init__("b", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def ask(self, method, target, body=None, type="application/json"):
        """Status and body; what is no bytes goes as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        self.request(method, target, data, {"Content-Type": type} if data is not None else {})
        answer = self.getresponse()
        return answer.status, answer.read()
