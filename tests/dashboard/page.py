#!/usr/bin/env python3
"""One step in the browser of tests/dashboard/page.bats: `page.py PORT STEP [ARGUMENT...]`. The session is in $WORK/session."""
import os, sys
from browser import Browser

ENTER, ESCAPE, DOWN, BACKSPACE = "\ue007", "\ue00c", "\ue015", "\ue003"
ROW = ".rows .row"


def begin(b, link):
    b.open("about:blank")
    b.open(link)
    b.until("the page", "document.body?.dataset.ready !== undefined")
    assert b.js("return location.hash") == "#containers", "the token is still in the address"


def loads(b, name):
    b.element(ROW + " .name", name)
    assert 0 < int(b.js("return document.body.dataset.readyMs")) < 20000
    assert b.complaints() == [], b.complaints()


def place(b, name, title):
    b.js("location.hash = arguments[0]", name)
    b.element("h1", title)


def stops_and_starts(b, name):
    place(b, "containers", "Containers")
    b.click(f"button[aria-label='Stop {name}']")
    b.click(f"button[aria-label='Start {name}']")
    b.element(f"button[aria-label='Stop {name}']")


def logs(b, container, text):
    place(b, f"container/{container}/logs", "")
    b.element(".log .lines div", text)


def says(b, text):
    b.element(".log .lines div", text)


def coloured(b, text, name):
    assert b.until(text, "[...document.querySelectorAll('.log span')].find((e) => e.textContent === arguments[0])?.className", text) == name


def terminal(b, container):
    place(b, f"container/{container}/terminal", "")
    b.until("a terminal's focus", "document.activeElement?.className === 'keys'")
    b.until("a prompt", "document.querySelector('.terminal .lines').textContent.includes('#')")
    b.keys("echo a$((20+22))b; tty", ENTER)
    b.until("an echo", "document.querySelector('.terminal .lines').textContent.includes('a42b')")
    b.until("a terminal of its own", "document.querySelector('.terminal .lines').textContent.includes('/dev/pts/')")
    # What would be markup, and what would be a title, is neither.
    b.keys("printf '\\033]0;t\\007\\033[1;31m<b id=own>x</b>\\033[m\\n'", ENTER)
    b.until("text", "[...document.querySelectorAll('.terminal .bold.fg1')].some((e) => e.textContent.includes('<b id=own>x</b>'))")
    assert b.js("return document.getElementById('own')") is None
    # A full screen and back.
    b.keys("printf '\\033[?1049h\\033[3;5Hthere'; sleep 1; printf '\\033[?1049l'; echo ba''ck", ENTER)
    b.until("the other screen", "document.querySelectorAll('.terminal .lines div')[2]?.textContent.startsWith('    there')")
    b.until("the first one", "document.querySelector('.terminal .lines').textContent.includes('back')")


def leaves(b):
    place(b, "images", "Images")


def hostile(b, text):
    for name in ("containers", "projects", "images", "volumes", "networks", "events"):
        b.js("location.hash = arguments[0]", name)
        b.until(name, "document.body.dataset.ready === '#' + arguments[0]", name)
    b.until("a label as a text", "document.body.innerText.length > 0")
    assert b.js("return window.hacked") is None
    assert b.js("return document.querySelectorAll('main script, main iframe, main img, [onerror]').length") == 0
    place(b, "projects", "Projects")
    b.element(ROW, text)


def many(b, count, last):
    place(b, "containers", "Containers")
    b.until("all of them", "document.querySelector('.count')?.textContent.endsWith(`of ${arguments[0]}`)", count)
    assert b.js("return document.querySelectorAll('.rows .row').length") < 60
    # A frame a step, and how long the longest took.
    b.js("""const s = document.querySelector('.scroller'); let before = performance.now(); window.longest = 0; window.steps = 0;
        const step = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - before); before = now;
            s.scrollTop += 600; if (s.scrollTop + s.clientHeight < s.scrollHeight - 1) requestAnimationFrame(step); else window.steps = 1; };
        requestAnimationFrame(step)""")
    b.until("the end", "window.steps === 1")
    b.element(ROW + " .name", last)
    assert b.js("return document.querySelectorAll('.rows .row').length") < 60
    print(f"# the longest frame of {count} containers: {b.js('return window.longest'):.0f} ms")
    b.js("document.querySelector('input[type=search]').focus()")
    b.keys("many-77")
    b.until("what fits", "document.querySelector('.count')?.textContent.startsWith('10 of')")
    b.keys(BACKSPACE * 7)


def keyboard(b, name):
    place(b, "containers", "Containers")
    b.js("document.activeElement.blur()")
    b.keys("3")
    b.element("h1", "Images")
    b.keys("1")
    b.element("h1", "Containers")
    b.element(ROW)
    b.keys("/")
    b.until("a focus", "document.activeElement.type === 'search'")
    b.keys(name)
    b.until("one row", "document.querySelector('.count').textContent.startsWith('1 of')")
    b.js("document.querySelector('.scroller').focus()")
    b.keys(DOWN, ENTER)
    b.until("its page", "location.hash.startsWith('#container/')")
    b.element("h1", name)
    b.js("document.activeElement.blur()")
    b.keys(ESCAPE)
    b.element("h1", "Containers")


def frees(b, word):
    place(b, "disk", "Disk")
    b.click(".card button", word)
    b.click("dialog .danger", word)
    b.element(".message", "are free now")


def stats(b, container):
    place(b, f"container/{container}/stats", "")
    b.until("numbers", "[...document.querySelectorAll('.chart .number0')].every((e) => e.textContent !== '–')")
    b.until("a line", "document.querySelector('.chart path.line').getAttribute('d')?.includes('L')")


def narrow(b):
    b.at("POST", "/window/rect", {"width": 420, "height": 800})
    place(b, "containers", "Containers")
    b.element(ROW)
    assert b.js("return document.documentElement.scrollWidth <= innerWidth")
    b.at("POST", "/window/rect", {"width": 1280, "height": 800})


def nothing_to_do(b, container):
    for name in ("containers", "images", "volumes", f"container/{container}/inspect", "disk"):
        b.js("location.hash = arguments[0]", name)
        b.until(name, "document.body.dataset.ready === '#' + arguments[0]", name)
        assert b.js("return [...document.querySelectorAll('main button')].filter((e) => /^(Stop|Start|Remove|Free|Restart)( |$)/.test(e.textContent)).length") == 0
    b.element(".badge", "read-only")


def outside(b):
    b.element(".empty", "needs a new link")


def over(b):
    b.js("location.hash = 'volumes'")
    b.element(".empty", "does not answer")


def visit(b, link):
    b.open("about:blank")
    b.open(link)


def main():
    port, step, *arguments = sys.argv[1:]
    kept = os.path.join(os.environ["WORK"], "session")
    if step == "session":
        with open(kept, "w") as file:
            file.write(Browser(int(port)).session)
        return
    with open(kept) as file:
        b = Browser(int(port), file.read())
    b.end() if step == "end" else globals()[step](b, *arguments)


main()
