#!/usr/bin/env python3
"""Kills berthd at every point of each operation - a point is a call that changes something outside of the process, see killer.c -
and looks after each restart at what there is. points.py BUILD [STEP [WORDS]] tries every STEPth point of the operations whose
names have one of WORDS. Prints TAP."""
import subprocess, time
from scene import OPERATIONS, Engine, check, drive, root, stage, work


def restart_and_check():
    engine = Engine()
    try:
        check()
    finally:
        engine.kill()


def points_of(operation):
    prepare, act = operation
    engine = Engine(kill_at=0)
    prepare()
    engine.arm()
    act()
    time.sleep(0.05)
    engine.kill()
    with open(f"{work}/points") as file:
        names = file.read().splitlines()
    restart_and_check()
    return names


def kill_at(number, operation):
    prepare, act = operation
    engine = Engine(kill_at=number)
    prepare()
    engine.arm()
    try:
        act()
    except RuntimeError:
        pass
    time.sleep(0.01 if engine.process.poll() is None else 0)
    reached = engine.process.poll() is not None
    engine.kill()
    restart_and_check()
    return reached


subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", f"{work}/killer.so", f"{root}/tests/crash/killer.c", "-ldl"], check=True)
with stage():
    drive(OPERATIONS, "berthd", points_of, kill_at)
