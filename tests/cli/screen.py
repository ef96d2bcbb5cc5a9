"""A terminal that a program draws on: run in a pty, what it writes is kept as lines of text. As much of xterm as ncurses uses."""
import fcntl, os, pty, re, select, signal, struct, termios, time

SEQUENCE = re.compile(r"\x1b(?:\[([<?>]?)([0-9;]*)([@-~])|\][^\x07]*\x07|[()].|([=>78M]))")


class Screen:
    def __init__(self, argv, rows=24, columns=80, **environment):
        self.rows, self.columns = rows, columns
        self.cells = [[" "] * columns for _ in range(rows)]
        self.y = self.x = 0
        self.first, self.last = 0, rows - 1  # what scrolls
        self.pending, self.decoded, self.written = "", b"", ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # The size is there before the program is.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(argv[0], argv, {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **environment})
        self.before = None

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.cells = [[" "] * columns for _ in range(rows)]
        self.first, self.last = 0, rows - 1
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, text):
        os.write(self.fd, text.encode())

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.lines())

    def read(self, seconds):
        """Draws what comes; False at the end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.decoded += data
        good = self.decoded.decode("utf-8", "ignore") if data else ""
        rest = b""
        for n in range(1, 4):  # a character that is not whole yet
            try:
                self.decoded.decode()
                break
            except UnicodeDecodeError as e:
                if e.end != len(self.decoded):
                    break
                rest = self.decoded[e.start:]
                good = self.decoded[: e.start].decode("utf-8", "replace")
                break
        self.decoded = rest
        self.written += good
        self.draw(good)
        return bool(data)

    def wait(self, what, seconds=20):
        """Until what (a function of this screen, or a text on it) is true."""
        true = what if callable(what) else lambda screen: what in screen.text()
        end = time.time() + seconds
        while not true(self):
            assert self.read(0.1) and time.time() < end or true(self), f"not seen: {what}\n{self.text()}"

    def end(self, seconds=20):
        """Its exit code, once it has ended by itself."""
        end = time.time() + seconds
        while time.time() < end:
            self.read(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                while select.select([self.fd], [], [], 0.1)[0] and self.read(0):
                    pass
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError("it did not end\n" + self.text())

    def scroll(self, first, n):
        """Lines from first to the last that scrolls go up by n, or down."""
        kept = self.cells[first : self.last + 1]
        blank = [[" "] * self.columns for _ in range(min(abs(n), len(kept)))]
        self.cells[first : self.last + 1] = kept[n:] + blank if n > 0 else blank + kept[: len(kept) + n] if -n < len(kept) else blank

    def put(self, c):
        if c == "\r":
            self.x = 0
        elif c == "\n" and self.y == self.last:
            self.scroll(self.first, 1)
        elif c == "\n":
            self.y = min(self.y + 1, self.rows - 1)
        elif c == "\t":
            self.x = min(self.x // 8 * 8 + 8, self.columns - 1)
        elif c == "\b":
            self.x = max(self.x - 1, 0)
        elif c >= " ":
            if self.y < self.rows and self.x < self.columns:
                self.cells[self.y][self.x] = c
            self.repeated = c
            self.x = min(self.x + 1, self.columns - 1)

    def draw(self, text):
        text, self.pending = self.pending + text, ""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            got = SEQUENCE.match(text, at)
            if got is None:
                self.pending = text[at:]
                return
            at = got.end()
            if got[4] == "M" and self.y == self.first:
                self.scroll(self.first, -1)
            elif got[4] == "M":
                self.y -= 1
            if got[3]:
                self.order(got[3], got[1], [int(n) for n in got[2].split(";") if n])

    def order(self, final, kind, numbers):
        n = numbers[0] if numbers else 1
        row = self.cells[min(self.y, self.rows - 1)]
        if kind:
            return
        if final == "H":
            self.y, self.x = (n - 1, numbers[1] - 1 if len(numbers) > 1 else 0) if numbers else (0, 0)
        elif final == "d":
            self.y = n - 1
        elif final == "G":
            self.x = n - 1
        elif final == "r":
            self.first, self.last = (n - 1, numbers[1] - 1) if len(numbers) > 1 else (0, self.rows - 1)
            self.y = self.x = 0
        elif final in "LM":
            self.scroll(self.y, -n if final == "L" else n)
        elif final in "ST":
            self.scroll(self.first, n if final == "S" else -n)
        elif final in "ABCD":
            self.y += {"A": -n, "B": n}.get(final, 0)
            self.x += {"C": n, "D": -n}.get(final, 0)
        elif final == "J":
            first = 0 if numbers and n == 2 else self.y + 1
            for line in self.cells[first:]:
                line[:] = [" "] * self.columns
            if first:
                row[self.x:] = [" "] * (self.columns - self.x)
        elif final == "K":
            if numbers and n == 1:
                row[: self.x + 1] = [" "] * (self.x + 1)
            else:
                row[self.x:] = [" "] * (self.columns - self.x)
        elif final == "X":
            row[self.x : self.x + n] = [" "] * len(row[self.x : self.x + n])
        elif final == "P":
            row[self.x :] = (row[self.x + n :] + [" "] * n)[: self.columns - self.x]
        elif final == "@":
            row[self.x :] = ([" "] * n + row[self.x :])[: self.columns - self.x]
        elif final == "b":
            for _ in range(n):
                self.put(self.repeated)
        else:
            assert final in "mhlcnt", f"an order that is not known: {final} {numbers}"
