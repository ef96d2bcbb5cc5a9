"""A terminal session through a client: the size arrives, detaching leaves the container running, and
the terminal is as it was before."""
import fcntl, os, pty, select, struct, sys, termios, time

client = sys.argv[1]


def session(args, steps):
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(client, [client] + args)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
    before = termios.tcgetattr(fd)[:4]
    out = b""

    def read_until(text, limit=10):
        nonlocal out
        end = time.time() + limit
        while text not in out and time.time() < end:
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    data = os.read(fd, 4096)
                except OSError:
                    break
                if not data:
                    break
                out += data
        assert text in out, (text, out)

    for wait, send in steps:
        read_until(wait)
        os.write(fd, send)
    end = time.time() + 10
    status = None
    while time.time() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        if select.select([fd], [], [], 0.05)[0]:
            try:
                out += os.read(fd, 4096)
            except OSError:
                pass
    else:
        os.kill(pid, 9)
        raise AssertionError("the client did not end: %r" % out)
    assert termios.tcgetattr(fd)[:4] == before, "the terminal was not restored"
    return os.waitstatus_to_exitcode(status), out


code, out = session(["run", "--rm", "-it", "--network", "none", "busybox", "sh"],
                    [(b"# ", b"sleep 0.3; stty size; echo en''d\r"), (b"33 99", b""), (b"end", b"exit 6\r")])
assert code == 6, (code, out)
code, out = session(["run", "-it", "--name", "keys", "--network", "none", "busybox", "sh"],
                    [(b"# ", b"\x10\x11")])
assert code == 0, (code, out)
