"""A terminal session through a client: the size arrives, detaching leaves the container running, and
the terminal is as it was before."""
import fcntl, os, pty, select, struct, subprocess, sys, termios, time

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

    def await_raw(limit=10):
        end = time.time() + limit
        while termios.tcgetattr(fd)[3] & termios.ECHO:
            assert time.time() < end, "the terminal never became raw"
            time.sleep(0.01)

    for wait, send in steps:
        if wait is None:  # until the client has taken over the terminal
            await_raw()
        else:
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
    # What it said last may not have been read yet.
    while select.select([fd], [], [], 0)[0]:
        try:
            out += os.read(fd, 4096)
        except OSError:
            break
    assert termios.tcgetattr(fd)[:4] == before, "the terminal was not restored"
    return os.waitstatus_to_exitcode(status), out


code, out = session(["run", "--rm", "-it", "--network", "none", "busybox", "sh"],
                    [(b"# ", b"sleep 0.3; stty size; echo en''d\r"), (b"33 99", b""), (b"end", b"exit 6\r")])
assert code == 6, (code, out)
code, out = session(["run", "-it", "--name", "keys", "--network", "none", "busybox", "sh"],
                    [(b"# ", b"\x10\x11")])
assert code == 0, (code, out)

# Who detaches by keys leaves everything running; attach and exec say so and fail, run and start do not.
# A key that breaks a sequence begins one with berth only.
KEYS, OTHER = b"\x10\x11", b"\x01\x01x" if client.endswith("berth") else b"\x01x"
WORDS = b"read escape sequence\r\n"
for args, send in [
        (["attach", "keys"], KEYS), (["attach", "--detach-keys", "ctrl-a,x", "keys"], OTHER),
        (["exec", "-it", "keys", "cat"], KEYS), (["exec", "-it", "--detach-keys", "ctrl-a,x", "keys", "cat"], OTHER)]:
    code, out = session(args, [(None, b"\r"), (b"\r\n", send)])
    assert code == 1 and out.endswith(WORDS), (args, code, out)
    assert b"exec attach failed" not in out, out
code, out = session(["exec", "keys", "ps"], [])
assert out.count(b" cat\r\n") == 2, out
subprocess.run([client, "stop", "-t", "0", "keys"], check=True, stdout=subprocess.DEVNULL)
code, out = session(["start", "-ai", "--detach-keys", "ctrl-a,x", "keys"], [(b"# ", KEYS + b"echo en''d\r"), (b"end", OTHER)])
assert code == 0 and WORDS not in out, (code, out)

# config.json has keys, too, for the commands that are given none.
config = os.path.join(os.environ["DOCKER_CONFIG"], "config.json")
with open(config, "w") as file:
    file.write('{"detachKeys": "ctrl-e,e"}')
code, out = session(["attach", "keys"], [(None, KEYS + b"\x05e")])
os.unlink(config)
assert code == 1 and out.endswith(WORDS), (code, out)
