# create.py SOCKET TABLE: each line of the table is a request to make a network, the status that dockerd 28.5
# answers, and what it says, or for 201 the parts of the inspection that are not the usual ones.
import http.client, json, socket, sys


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(sys.argv[1])


def ask(method, path, body=None):
    engine = Engine("b")
    engine.request(method, path, body, {"Content-Type": "application/json"})
    answer = engine.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else {}


usual = {"Scope": "local", "Driver": "bridge", "EnableIPv4": True, "EnableIPv6": False, "Internal": False,
         "Attachable": False, "Ingress": False, "ConfigFrom": {"Network": ""}, "ConfigOnly": False,
         "Containers": {}, "Options": {}, "Labels": {}}
failed = 0
for line in open(sys.argv[2]):
    if line.startswith("#"):
        continue
    request, status, wanted = line.rstrip("\n").split("\t")
    got, answer = ask("POST", "/v1.51/networks/create", request)
    if got == 201:
        _, made = ask("GET", "/v1.51/networks/" + answer["Id"])
        unusual = {k: v for k, v in made.items() if usual.get(k) != v and k not in ("Id", "Created", "Name")}
        unusual["IPAM"] = made["IPAM"]["Config"]
        said = json.dumps(unusual, sort_keys=True)
        gone, _ = ask("DELETE", "/v1.51/networks/" + answer["Id"])
        ok = gone == 204 and json.loads(wanted) == unusual if status == "201" else False
    else:
        said = answer["message"]
        ok = wanted.replace("\\n", "\n") in said
    if not ok or str(got) != status:
        failed += 1
        print(f"{request}\n  wanted {status} {wanted}\n  got    {got} {said}")
sys.exit(failed != 0)
