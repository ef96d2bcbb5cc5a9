"""Once the stream of an exec has ended, its exit code is known: of one that ran, and of one that could not."""
import sys
from raw_api import answer, connect, in_parallel, request, until_end

PATH, CONTAINER, WORKERS, ROUNDS = sys.argv[1], sys.argv[2], 8, 30
wrong = []


def work():
    for _ in range(ROUNDS):
        for program, code in (["true"], 0), (["sh", "-c", "exit 3"], 3), (["nosuch"], 127):
            with connect(PATH) as s, connect(PATH) as e:
                request(s, "POST", f"/containers/{CONTAINER}/exec", {"Cmd": program, "AttachStdout": True})
                id = answer(s)["Id"]
                request(e, "POST", f"/exec/{id}/start", {})
                until_end(e)
                request(s, "GET", f"/exec/{id}/json")
                if (found := answer(s)["ExitCode"]) != code:
                    wrong.append((program, found))


in_parallel(work, WORKERS)
sys.exit(f"{len(wrong)} wrong: {wrong[:5]}" if wrong else 0)
