"""Once the stream of an attachment has ended, the container's end is known: inspect tells its exit code, and it can be removed."""
import sys
from raw_api import answer, connect, in_parallel, request, until_end

PATH, WORKERS, ROUNDS = sys.argv[1], 8, 12
wrong = []


def work():
    config = {"Image": "busybox", "Cmd": ["sh", "-c", "echo hi; exit 3"], "HostConfig": {"NetworkMode": "none"}}
    for _ in range(ROUNDS):
        with connect(PATH) as s, connect(PATH) as a:
            request(s, "POST", "/containers/create", config)
            id = answer(s)["Id"]
            request(a, "POST", f"/containers/{id}/attach?stream=1&stdout=1")
            a.recv(65536)
            request(s, "POST", f"/containers/{id}/start")
            s.recv(65536)
            until_end(a)
            with connect(PATH) as i, connect(PATH) as r:
                request(i, "GET", f"/containers/{id}/json")
                state = answer(i)["State"]
                request(r, "DELETE", f"/containers/{id}")
                removed = r.recv(65536)
            if (state["Running"], state["ExitCode"]) != (False, 3) or b" 204 " not in removed:
                wrong.append((state, removed))


in_parallel(work, WORKERS)
sys.exit(f"{len(wrong)} wrong: {wrong[:3]}" if wrong else 0)
