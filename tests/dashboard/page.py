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


def presses(b, name):
    """A button of the container's row is held down."""
    place(b, "containers", "Containers")
    b.element(f"button[aria-label='Remove {name}']")
    b.js("""window.pressed = document.querySelector(arguments[0]);
        window.pressed.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));""", f"button[aria-label='Remove {name}']")


def held(b, count):
    """What has happened meanwhile is known, and the button is still the one that was pressed."""
    b.until("the other one", "document.querySelector('.count').textContent.endsWith(`of ${arguments[0]}`)", count)
    assert b.js("return window.pressed.isConnected && document.querySelectorAll('.rows .row').length") == int(count) - 1


def released(b, count):
    b.js("window.pressed.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }))")
    b.until("every row", "document.querySelectorAll('.rows .row').length === Number(arguments[0])", count)


def logs(b, container, text):
    place(b, f"container/{container}/logs", "")
    b.element(".log .lines div", text)


def says(b, text):
    b.element(".log .lines div", text)


def coloured(b, text, name):
    assert b.until(text, "[...document.querySelectorAll('.log span')].find((e) => e.textContent === arguments[0])?.className", text) == name


# What is written into a screen of 10 columns and 4 lines, and what stands there then: its lines, and where the cursor is.
SCREENS = [
    ("one\r\ntwo", ["one", "two", "", ""], [3, 1]),
    ("0123456789ab", ["0123456789", "ab", "", ""], [2, 1]),
    ("1\r\n2\r\n3\r\n4\r\n5", ["2", "3", "4", "5"], [1, 3]),
    ("abc\x1b[2D\x1b[P\x1b[@x", ["axc", "", "", ""], [2, 0]),
    ("abcdef\x1b[3G\x1b[K", ["ab", "", "", ""], [2, 0]),
    ("a\x1b[2;3Hb\x1b[H\x1b[J", ["", "", "", ""], [0, 0]),
    ("1\r\n2\r\n3\x1b[2;1H\x1b[L", ["1", "", "2", "3"], [0, 1]),
    ("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\n", ["1", "3", "", "4"], [0, 2]),
    ("main\x1b[?1049hother\x1b[?1049l", ["main", "", "", ""], [4, 0]),
    ("a\x1b]0;title\x07b\x1b]8;;http://x/\x1b\\c\x1bPq#0\x1b\\d", ["abcd", "", "", ""], [4, 0]),
    ("\x1b[999999999999999999999;99999999999H.", ["", "", "", "         ."], [9, 3]),
    ("\x1b[99999999L\x1b[99999999@\x1b[99999999P\x1b[99999999S\x1b[99999999X-", ["-", "", "", ""], [1, 0]),
    ("tab\tx\b\by", ["tab    yx", "", "", ""], [8, 0]),
    ("\x07\x00\x9b31mz", ["31mz", "", "", ""], [4, 0]),
]
# A line of a log, and what is seen of it: the text, and the classes of its parts.
LINES = [
    ("plain", "plain", []),
    ("\x1b[31mred\x1b[0m no \x1b[1;4mmore", "red no more", ["fg1", "bold underline"]),
    ("\x1b[38;5;196mx\x1b[48;2;1;2;3my\x1b[38;5;999mz", "xyz", ["fg9", "fg9", "fg9"]),
    ("<script>hacked=1</script>&amp;", "<script>hacked=1</script>&amp;", []),
    ("\x1b]8;;javascript:hacked=1\x07link\x1b]8;;\x07", "link", []),
    ("10 %\r20 %\r", "20 %", []),
    ("a\x1b[2J\x1b[Hb\x1b[?25l\x1bcc", "abc", []),
    ("b\x08\x07\u202etxt.exe\x85", "b\ufffd\ufffd\ufffdtxt.exe\ufffd", []),
    ("end\x1b[", "end", []),
    ("end\x1b", "end", []),
]


def readers(b):
    for text, lines, cursor in SCREENS:
        seen = b.awaited("""const { Screen } = await import('/terminal.js'), whole = new Screen(10, 4, () => {}), parts = new Screen(10, 4, () => {});
            whole.write(given[0]); for (const sign of given[0]) parts.write(sign);
            return [whole, parts].map((s) => [s.lines.map((l) => l.map((c) => c.sign).join('').trimEnd()), [s.x, s.y]])""", text)
        assert seen == [[lines, cursor]] * 2, (text, seen)
    for text, shown, classes in LINES:
        seen = b.awaited("""const { line } = await import('/ansi.js'), box = document.createElement('div'); box.append(...line(given[0], {}).nodes);
            return [box.textContent, [...box.querySelectorAll('*')].map((e) => e.className)]""", text)
        assert seen == [shown, classes], (text, seen)
    assert b.js("return window.hacked") is None
    # Whatever comes, the screen keeps its size, and the cursor is on it.
    assert b.awaited("""const { Screen } = await import('/terminal.js'), screen = new Screen(20, 6, () => {}), signs = '\\x1b\\x1b[[]?;0123456789hlmHJKLMPSTX@rABCDEFGdsu78\\r\\n\\b\\t\\x07a\\u00e9\\ud83d';
        let seed = 7; const next = (n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
        for (let i = 0; i < 60000; i++) {
            screen.write(signs[next(signs.length)]);
            if (next(997) === 0) screen.resize(5 + next(60), 2 + next(30));
            if (screen.lines.length !== screen.rows || screen.lines.some((l) => l.length !== screen.columns) || !(screen.x >= 0 && screen.x < screen.columns && screen.y >= 0 && screen.y < screen.rows)) return i;
        }
        return true""") is True


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
    b.keys("printf '\\033[?1049h\\033[3;5Hthere'; read _; printf '\\033[?1049l'; echo ba''ck", ENTER)
    b.until("the other screen", "document.querySelectorAll('.terminal .lines div')[2]?.textContent.startsWith('    there')")
    b.keys(ENTER)
    b.until("the first one", "document.querySelector('.terminal .lines').textContent.includes('back')")


def watches_end(b, container):
    """At the page of a container; who looks at it goes elsewhere in the moment in which it turns out to be gone."""
    place(b, f"container/{container}/logs", "")
    b.until("its page", "document.body.dataset.ready === '#' + arguments[0]", f"container/{container}/logs")
    b.js("""const ask = window.fetch; window.fetch = async (...given) => {
        const answer = await ask(...given); if (answer.status === 404) { location.hash = 'images'; window.fetch = ask; } return answer; }""")


def went_elsewhere(b):
    b.element("h1", "Images")
    b.until("the place", "document.body.dataset.ready === '#images'")


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
    b.until("a narrow page", "innerWidth <= 600 && document.documentElement.scrollWidth <= innerWidth")
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
