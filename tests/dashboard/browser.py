"""A browser, driven by WebDriver (W3C) with nothing but Python's library."""
import base64, http.client, json, time

PATIENCE = 60
# What a click is refused with while a view is drawn anew: nothing was clicked.
PASSING = ("stale element reference", "element click intercepted", "element not interactable")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, port, session=None, size=(1280, 800), dark=False):
        self.port = port
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", f"--window-size={size[0]},{size[1]}"]
        arguments += ["--blink-settings=preferredColorScheme=0"] * dark
        self.session = session or self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}}})["sessionId"]

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2 * PATIENCE)
        connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
        value = json.loads(connection.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{value['error']}: {value['message']}")
        return value

    def at(self, method, path, body=None):
        return self.ask(method, f"/session/{self.session}{path}", body)

    def open(self, url):
        self.at("POST", "/url", {"url": url})

    def js(self, script, *args):
        return self.at("POST", "/execute/sync", {"script": script, "args": list(args)})

    def awaited(self, script, *args):
        """The same of a script that is the body of an async function."""
        value = self.at("POST", "/execute/async", {"script": "const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);"
                        f"(async (given) => {{ {script} }})(given).then((value) => done({{ value }}), (error) => done({{ error: String(error.stack) }}))", "args": list(args)})
        assert "error" not in value, value["error"]
        return value["value"]

    def until(self, what, expression, *args):
        """The value of an expression of JavaScript, once it is true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            value = self.js(f"return {expression}", *args)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"{what}: never came. The page says: {self.js('return document.body.innerText')[:1500]}")

    def element(self, selector, text=None):
        """Of this selector, and with this text in it, once there is one."""
        return self.until(f"{selector} {text or ''}", "[...document.querySelectorAll(arguments[0])].find((e) => arguments[1] === null || e.textContent.includes(arguments[1]))", selector, text)

    def click(self, selector, text=None):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.at("POST", f"/element/{self.element(selector, text)[ELEMENT]}/click", {})
            except RuntimeError as error:
                if not str(error).startswith(PASSING) or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def keys(self, *keys):
        """Typed where the focus is: a word is its signs, a key of WebDriver's one."""
        actions = [{"type": kind, "value": sign} for key in keys for sign in key for kind in ("keyDown", "keyUp")]
        self.at("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.at("GET", "/screenshot")))

    def complaints(self):
        """What the browser has to say of the page: refused scripts, requests that failed."""
        return [entry["message"] for entry in self.at("POST", "/se/log", {"type": "browser"}) if entry["level"] in ("SEVERE", "WARNING")]

    def end(self):
        self.at("DELETE", "")
