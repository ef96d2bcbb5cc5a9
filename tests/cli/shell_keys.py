#!/usr/bin/env python3
"""Presses the keys of a line in a real shell with Berth's completion: `shell_keys.py SHELL FOLDER`, FOLDER being the one of berth. Reads
lines "TYPED => COMPLETED" from its input; ends with 1 and what the terminal showed where one never came to be."""
import os, pty, re, select, sys, tempfile, time

PATIENCE, PROMPT = 60, "READY> "
shell, folder = sys.argv[1:]
home = tempfile.mkdtemp(dir=os.environ["WORK"])
source = f"eval \"$(berth completion {shell})\""
FILES = {
    "bash": {".bashrc": f"{source}\nPS1='{PROMPT}'\nbind 'set enable-bracketed-paste off'\n"},
    "zsh": {".zshrc": f"autoload -U compinit; compinit -u -D\n{source}\nbindkey -e\nPS1='{PROMPT}'\n"},
    "fish": {".config/fish/config.fish": f"berth completion fish | source\nfunction fish_prompt; printf '{PROMPT}'; end\nfunction fish_greeting; end\n"},
}
for name, text in FILES[shell].items():
    os.makedirs(os.path.dirname(os.path.join(home, name)), exist_ok=True)
    with open(os.path.join(home, name), "w") as file:
        file.write(text)

pid, fd = pty.fork()
if pid == 0:
    open(home + "/busybox.tar", "w").close()
    os.chdir(home)
    os.execvpe(shell, [shell, "-i"], dict(os.environ, HOME=home, ZDOTDIR=home, XDG_CONFIG_HOME=home + "/.config", PATH=f"{folder}:{os.environ['PATH']}", TERM="xterm"))
seen = b""


def text():
    """Without what moves the cursor and colours."""
    return re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07]*\x07|\x1b[=>]|\x1b[()][A-Z0-9]|\r", b"", seen).decode("utf-8", "replace")


def until(wanted, what):
    global seen
    end = time.monotonic() + PATIENCE
    while wanted not in text():
        if time.monotonic() > end:
            sys.exit(f"{shell}: {what}: {wanted!r} never came: {text()!r}")
        if select.select([fd], [], [], 0.1)[0]:
            seen += os.read(fd, 65536)


until(PROMPT.strip(), "its prompt")
for number, line in enumerate(sys.stdin):
    typed, completed = line.rstrip("\n").split(" => ")
    seen = b""
    # The completed line is said by echo, with a word that nobody has typed: what the shell draws is not looked at.
    os.write(fd, f"{typed}\t\x01echo $((900000 + {number}))\r".encode() if shell != "fish" else f"{typed}\t\x01echo (math 900000 + {number})\r".encode())
    until(f"{900000 + number}{completed}", typed)
os.kill(pid, 9)
os.waitpid(pid, 0)
