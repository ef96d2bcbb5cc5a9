"""A start that is sent once an attach has answered finds the attachment: no output is lost. Eight
clients at a time make the engine's threads change places often enough to show a gap."""
import sys
from raw_api import answer, connect, in_parallel, request, until_end

PATH, WORKERS, ROUNDS = sys.argv[1], 8, 100
lost = []


def work():
    config = {"Image": "busybox", "Cmd": ["echo", "hi"], "HostConfig": {"NetworkMode": "none", "AutoRemove": True}}
    for _ in range(ROUNDS):
        with connect(PATH) as s, connect(PATH) as a:
            request(s, "POST", "/containers/create", config)
            id = answer(s)["Id"]
            request(a, "POST", f"/containers/{id}/attach?stream=1&stdout=1")
            seen = a.recv(65536)
            request(s, "POST", f"/containers/{id}/start")
            if not (seen + until_end(a)).endswith(b"hi\n"):
                lost.append(id)


in_parallel(work, WORKERS)
sys.exit(f"{len(lost)} of {WORKERS * ROUNDS} attachments lost" if lost else 0)
