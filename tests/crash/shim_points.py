#!/usr/bin/env python3
"""Kills the shim of a container at every point of each operation - a point is a system call that changes something, its own or one
of the process that it makes, see shim_killer.c - while the engine runs on: the container is ended or was never started, and then
removed; nothing stays. shim_points.py BUILD [STEP [WORDS]], as points.py. Prints TAP."""
import json, os, shutil, signal, subprocess, time
import scene
from scene import PORTS, Engine, ask, build, check, create, drive, ok, root, stage, work

kill_file = f"{work}/kill"


def start():
    ok("POST", "/containers/cc/start")


def run_exec(**more):
    id = ok("POST", "/containers/cc/exec", {"Cmd": ["true"], **more})["Id"]
    ok("POST", f"/exec/{id}/start", {"Detach": True})
    for _ in range(1000):
        if not ok("GET", f"/exec/{id}/json")["Running"]:
            return
        time.sleep(0.01)
    raise RuntimeError("the exec does not end")


def wait():
    ok("POST", "/containers/cc/wait")


def exec_privileged():
    run_exec(Privileged=True)


def ended():
    """A container whose shim is dead is not said to run, and has a code and a reason."""
    for _ in range(200):
        status, text = ask("GET", "/containers/cc/json")
        state = json.loads(text)["State"] if status == 200 else {"Running": False, "Status": "created"}
        if not state["Running"]:
            break
        time.sleep(0.01)
    if state["Running"] or (state["Status"] == "exited" and (state["ExitCode"], bool(state["Error"])) not in ((137, True), (137, False))):
        raise RuntimeError(f"the state: {state}")


def goes_on():
    """The container of an exec whose own shim is dead."""
    if not ok("GET", "/containers/cc/json")["State"]["Running"]:
        raise RuntimeError("the container has ended")
    run_exec()


# Each: what is done first; what is done to the shim that is to be killed; whether that shim lives before; what is true then.
OPERATIONS = {
    "start": (create, start, False, ended),
    "start on a network, with a port": (lambda: create(network="net", **PORTS), start, False, ended),
    "start with volumes, limits and a user": (lambda: create(Memory=64 << 20, CpusetCpus="0", ReadonlyRootfs=True, Init=True, Binds=["vol:/w"], CapDrop=["ALL"]), start, False, ended),
    "exec": (lambda: (create(), start()), run_exec, True, ended),
    "exec --privileged, by a shim of its own": (lambda: (create(), start()), exec_privileged, False, goes_on),
    "stop": (lambda: (create(network="net", **PORTS), start()), lambda: ok("POST", "/containers/cc/stop?t=0"), True, ended),
    "remove while it runs": (lambda: (create(), start()), lambda: ok("DELETE", "/containers/cc?force=1&v=1"), True, ended),
    "kill": (lambda: (create(), start()), lambda: (ok("POST", "/containers/cc/kill"), wait()), True, ended),
}


def put(number):
    with open(kill_file + ".new", "w") as file:
        file.write(str(number))
    os.rename(kill_file + ".new", kill_file)


def perform(number, operation):
    """The names of the points that were passed, up to the one where the shim was killed."""
    prepare, act, lives, _ = operation
    put(-1)
    prepare()
    put(number)
    if lives:
        with open(kill_file + ".pid") as file:
            os.kill(int(file.read()), signal.SIGUSR1)
        time.sleep(0.01)
    try:
        act()
    except RuntimeError:
        pass
    time.sleep(0.02)
    with open(kill_file + ".log") as file:
        return file.read().splitlines()


def points_of(operation):
    names = perform(0, operation)
    check()
    return names


def kill_at(number, operation):
    reached = len(perform(number, operation)) >= number
    if reached:
        operation[3]()
    check()
    return reached


os.mkdir(f"{work}/bin")
shutil.copy(f"{build}/berthd", f"{work}/bin/berthd")
subprocess.run(["gcc", "-O1", "-static", f'-DREAL_SHIM="{build}/berth-shim"', f'-DKILL_FILE="{kill_file}"', "-o", f"{work}/bin/berth-shim", f"{root}/tests/crash/shim_killer.c"], check=True)
scene.program = f"{work}/bin/berthd"
with stage():
    engine = Engine()
    drive(OPERATIONS, "the shim", points_of, kill_at)
