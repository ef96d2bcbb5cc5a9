"""The pictures of docs/dashboard.md, for tools/dashboard-pictures: `pictures.py PORT LINK FOLDER light|dark LOUD BUSY`, the last two being ids."""
import os, sys, time
from browser import Browser

port, link, folder, look, loud, busy = sys.argv[1:]
b = Browser(int(port), size=(1200, 843), dark=look == "dark")
b.open(link)
b.until("the page", "document.body?.dataset.ready !== undefined")


def show(place, until, name, seconds=0):
    b.js("location.hash = arguments[0]", place)
    b.until(place, until)
    time.sleep(seconds)
    b.picture(os.path.join(folder, f"dashboard-{name}.png"))


print(look, "loaded in", b.js("return document.body.dataset.readyMs"), "ms")
if look == "light":
    show("containers", "document.querySelectorAll('.rows .row').length >= 7", "containers", 30)
    show("disk", "document.querySelectorAll('.card').length === 4", "disk")
else:
    show(f"container/{loud}/logs", "document.querySelectorAll('.log .lines div').length > 24", "logs")
    show(f"container/{busy}/stats", "document.querySelector('.chart path.line').getAttribute('d')?.includes('L')", "stats", 25)
    show(f"container/{loud}/terminal", "document.querySelector('.terminal .lines').textContent.includes('#')", "terminal")
    b.keys("top -b -n 1 | head -8\ue007ls --color=always /\ue007")
    time.sleep(2)
    b.picture(os.path.join(folder, "dashboard-terminal.png"))
b.end()
