"""Sessions of `berth top` on a screen: `top.py BERTH SESSION [ARGUMENT]`."""
import os, re, signal, subprocess, sys, termios

from screen import Screen

berth, name = sys.argv[1:3]


def begin(rows=24, columns=80, wait="solo", **environment):
    screen = Screen([berth, "top"], rows, columns, **environment)
    screen.before = termios.tcgetattr(screen.fd)[:4]
    screen.wait(wait)
    return screen


def finish(screen, key="q", code=0):
    if key:
        screen.send(key)
    assert screen.end() == code
    # The other screen was left, the cursor is seen, the mouse is not told, and the lines are edited again.
    assert screen.written.rfind("\x1b[?1049l") > screen.written.rfind("\x1b[?1049h")
    assert screen.written.rfind("\x1b[?25h") > screen.written.rfind("\x1b[?25l")
    assert screen.written.rfind("\x1b[?1006;1000l") > screen.written.rfind("\x1b[?1006;1000h")
    assert termios.tcgetattr(screen.fd)[:4] == screen.before


def row(screen, container):
    """What the list says of a container; "" if it is not in it."""
    return next((line for line in screen.lines()[2:-1] if re.match(rf" ?{container} ", line)), "")


def click(screen, x, y):
    """Columns and lines begin with 0 here, with 1 for the terminal."""
    screen.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")


def select(screen, container):
    """By the mouse, which needs no counting, once the container is in the list."""
    screen.wait(lambda s: row(s, container))
    click(screen, 2, next(y for y, line in enumerate(screen.lines()) if y > 1 and re.match(rf" ?{container} ", line)))


def order(screen):
    return [line.split()[0] for line in screen.lines()[2:-1] if line and line.split()[0] in ("web", "db", "solo", "old")]


def said(container, *words):
    """That the list says all of these words of it."""
    return lambda screen: all(word in row(screen, container) for word in words)


def shows():
    screen = begin()
    screen.wait("3 of 4 running")
    screen.wait(lambda s: s.lines()[23].endswith("? keys  q end"))
    screen.wait(lambda s: order(s) == ["db", "web", "old", "solo"] and row(s, "old").split()[1:2] == ["created"])
    lines = screen.lines()
    assert lines.index("shop") < lines.index("(no project)") and all(len(line) <= 80 for line in lines), lines
    for container in ("web", "db", "solo"):
        screen.wait(said(container, "running", "%", "B", "█"))
    screen.resize(40, 132)
    screen.wait(lambda s: "q end" in s.lines()[39] and said("db", "running")(s))
    screen.wait(lambda s: "MEMORY" in s.lines()[1] and s.lines()[1].find("DISK/s") > 90)
    screen.resize(6, 30)
    screen.wait(lambda s: "l log" in s.lines()[5] and "shop" in s.lines())
    screen.resize(24, 80)
    screen.wait(said("solo", "running"))
    screen.send("?")
    screen.wait("any key: back")
    screen.send("x")
    screen.wait(said("solo", "running"))
    finish(screen)


def plain():
    screen = begin(LANG="C", LC_ALL="C", NO_COLOR="1")
    screen.wait(said("db", "running", "#"))
    assert screen.written.isascii() and not re.search(r"\x1b\[3\dm", screen.written)
    screen.resize(2, 3)
    screen.resize(24, 80)
    screen.wait(said("db", "running"))
    finish(screen)


def reads():
    screen = begin()
    select(screen, "web")
    screen.send("l")
    screen.wait(r"\x1b[2Jscreen\x07")
    screen.wait("web: log")
    assert "\x1b[2Jscreen" not in screen.written
    last = lambda s: max([int(n) for n in re.findall(r"^line (\d+)$", s.text(), re.M)] or [-1])
    screen.wait(lambda s: last(s) >= 0)
    seen = last(screen)
    screen.wait(lambda s: last(s) > seen)
    # What was written before it was started anew stays, and what comes is read.
    screen.send("g")
    screen.wait(r"\x1b[2Jscreen\x07")
    screen.send("i")
    screen.wait('"Id": "')
    screen.wait("web: inspect")
    screen.send("G")
    screen.wait(lambda s: s.lines()[22] == "}")
    # It goes along with the selection, and away.
    screen.send("k")
    screen.wait("db: inspect")
    screen.send("\x1b")
    screen.wait(lambda s: "inspect:" not in s.text() and "}" not in s.text())
    finish(screen)


def arranges():
    screen = begin()
    screen.send("/SHOP we")
    screen.wait(lambda s: order(s) == ["web"] and s.lines()[23] == "/SHOP we_")
    screen.send("\x7f\x7f\x7f\r")
    screen.wait(lambda s: order(s) == ["db", "web"] and "filter: SHOP" in s.lines()[0])
    screen.send("\x1b")
    screen.wait(lambda s: order(s) == ["db", "web", "old", "solo"])
    screen.send("a")
    screen.wait(lambda s: order(s) == ["db", "web", "solo"])
    screen.send("an")
    screen.wait(lambda s: order(s) == ["web", "db", "solo", "old"] and "reversed" in s.lines()[0])
    screen.send("n/nothing\r")
    screen.wait("No container fits.")
    # Keys that need a container do nothing.
    screen.send("ltrdeipG")
    screen.send("\x1b")
    screen.send("m")
    screen.wait("by memory")
    # A shell and its loop have more than one process that sleeps; what is stopped comes last.
    screen.wait(lambda s: said("web", "KiB")(s) and order(s)[-1] == "old")
    finish(screen)


def points():
    screen = begin()
    select(screen, "solo")
    screen.send("i")
    screen.wait("solo: inspect")
    screen.send("i")
    screen.wait(lambda s: "solo: inspect" not in s.text())
    click(screen, screen.lines()[1].index("CPU") + 1, 1)
    screen.wait("by CPU")
    click(screen, 1, 1)
    screen.wait("by name")
    screen.send("\x1b[<64;3;5Mi")
    screen.wait("old: inspect")
    top = screen.lines()[-4]
    screen.send("\x1b[<65;3;20M")
    screen.wait(lambda s: s.lines()[-4] != top)
    finish(screen)


def acts():
    screen = begin()
    for key, word, state in (("t", "db: stopped", "exited"), ("s", "db: started", "running"), ("r", "db: restarted", "running"),
                             ("p", "db: paused", "paused"), ("p", "db: resumed", "running")):
        screen.send(key)
        screen.wait(lambda s: word in s.lines()[23] and said("db", state)(s), 30)
    # What is done elsewhere is seen, too.
    subprocess.run([berth, "rename", "db", "renamed"], check=True)
    screen.wait(said("renamed", "running"))
    subprocess.run([berth, "rename", "renamed", "db"], check=True)
    screen.wait(said("db", "running"))
    select(screen, "old")
    screen.send("p")
    screen.wait(lambda s: "is not running" in s.lines()[23])
    screen.send("e")
    screen.wait("old does not run")
    finish(screen)


def shell():
    screen = begin()
    select(screen, "db")
    screen.send("e")
    screen.wait("/ #")
    screen.send("echo in''side; exit 3\r")
    screen.wait(lambda s: "inside" in s.written)
    screen.wait(said("db", "running"))
    finish(screen)


def removes():
    screen = begin(wait="doomed")
    select(screen, "doomed")
    screen.send("d")
    screen.wait("Remove doomed? (y/n)")
    screen.send("n")
    screen.wait(lambda s: "(y/n)" not in s.text())
    screen.wait(lambda s: row(s, "doomed"))
    screen.send("d")
    screen.wait("Remove doomed? (y/n)")
    screen.send("y")
    screen.wait(lambda s: "doomed: removed" in s.text() and not row(s, "doomed"))
    finish(screen)


def ends():
    finish(begin(), "\x03")
    screen = begin()
    os.kill(screen.pid, signal.SIGTERM)
    finish(screen, None)


def idle():
    """Sorted by name on five lines, two containers are seen: their samples are read, and the events."""
    threads = lambda s: len(os.listdir(f"/proc/{s.pid}/task"))
    screen = begin(6, 80, "db")
    screen.wait(lambda s: said("db", "%")(s) and threads(s) == 4)
    screen.send("c")
    screen.wait(lambda s: threads(s) == 5)
    screen.send("/old\r")
    screen.wait(lambda s: threads(s) == 2)
    # Nothing is drawn, and nothing is asked: its only thread beside the events' sleeps.
    calls = lambda: [line for line in open(f"/proc/{screen.pid}/status") if "ctxt_switches" in line]
    for _ in range(50):
        screen.read(0.1)
        before = calls()
        screen.read(1)
        if calls() == before:
            break
    assert calls() == before
    finish(screen)


def unknown():
    screen = Screen([berth, "top"], TERM="nothing-known")
    assert screen.end() == 1 and "TERM=nothing-known" in screen.written, screen.written


def nobody():
    screen = Screen([berth, "top"])
    assert screen.end() == 1 and "\x1b[" not in screen.written and "nobody" in screen.written, screen.written


def lost():
    screen = begin()
    os.kill(int(sys.argv[3]), signal.SIGKILL)
    finish(screen, None, 1)
    assert "was lost" in screen.written


globals()[name]()
