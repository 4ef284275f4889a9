"""Starts the fake Twitch and talks to it: scenarios, control, journal, truth. tests/support/README.md describes the program."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FAKE_TWITCH = os.environ.get("VIEWERATLAS_FAKE_TWITCH", "fake_twitch")
CLIENT_ID, CLIENT_SECRET, TOKEN, LOGIN = "fakeclient", "fakesecret", "goodtokenofthereader0123456789", "reader"
COUNTING = {"message", "action", "notice", "native", "no_id", "skewed", "gift"}
MIRRORS = {"mirror", "mirror_notice"}


def until(condition, seconds=20, what="the condition"):
    """Polls `condition` until it gives something true, which is returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)


def scenario(channels=None, **more):
    """A scenario with one account and its token; `channels`: {login: [logins of its audience]} or a list of descriptions."""
    if isinstance(channels, dict):
        channels = [{"login": login, "audience": audience} for login, audience in channels.items()]
    made = {"seed": 7, "max_seconds": 120, "applications": [{"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}],
            "tokens": [{"token": TOKEN, "client_id": CLIENT_ID, "login": LOGIN, "scopes": ["chat:read"]}]}
    if channels is not None:
        made["channels"] = channels
    made.update(more)
    return made


class FakeTwitch:
    """A running program; use it in a `with` statement or call stop()."""

    def __init__(self, description, *words):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fake-twitch-"))
        path = self.folder / "scenario.json"
        path.write_text(json.dumps(description), encoding="utf-8")
        self.errors = open(self.folder / "stderr", "w+", encoding="utf-8")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen([FAKE_TWITCH, str(path), "--folder", str(self.folder), *words], stdout=subprocess.PIPE,
                                        stderr=self.errors, text=True)
        ready = self.process.stdout.readline()
        if not ready:
            self.process.wait()
            self.errors.seek(0)
            raise AssertionError("the fake Twitch did not start: " + self.errors.read())
        self.ports = json.loads(ready)
        self.ca_file = self.ports["ca_file"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        self.errors.seek(0)
        said = self.errors.read()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if code != 0 or said:
            raise AssertionError(f"the fake Twitch ended with {code}: {said}")

    def url(self, path):
        return f"http://127.0.0.1:{self.ports['http']}{path}"

    def get(self, page):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['control']}{page}", timeout=20) as answer:
            return json.load(answer)

    def do(self, what, **words):
        """One command; returns its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["control"], timeout=20)
        connection.request("POST", "/control", json.dumps({"do": what, **words}))
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise AssertionError(body["message"])
        return body

    def set(self, **settings):
        self.do("set", **settings)

    def journal(self, since=0):
        return self.get(f"/journal?since={since}")

    def entries(self, what, connection=None):
        """[[ms, connection, what, detail], ...] of one kind of entry."""
        return [entry for entry in self.journal()["entries"] if entry[2] == what and connection in (None, entry[1])]

    def truth(self, **limits):
        return self.get("/truth?" + "&".join(f"{name}={value}" for name, value in limits.items()))

    def lines(self):
        """[[tmi-sent-ts, ms when written or -1, connection, channel, viewer id, kind], ...]"""
        return self.get("/lines")

    def audiences(self, **limits):
        """{channel: set of logins} that prove their presence by lines that were written."""
        return {login: {viewer["login"] for viewer in one["viewers"].values()} for login, one in self.truth(**limits)["channels"].items()}

    def connections(self):
        return self.get("/connections")

    def rooms(self):
        """All rooms that somebody is in."""
        return {room for connection in self.connections() for room in connection["rooms"]}

    def all_written(self):
        truth = self.truth()
        return truth["queued"] == truth["written"]

    def wait_for_rooms(self, rooms, seconds=30):
        until(lambda: set(rooms) <= self.rooms(), seconds, f"being in {len(rooms)} rooms")

    def wait_written(self, seconds=20):
        until(self.all_written, seconds, "writing all lines")


class IrcClient:
    """A small client of the chat that shows what the server says."""

    def __init__(self, fake, port="irc_tls", server_hostname="localhost", receive_bytes=None):
        raw = socket.socket()
        raw.settimeout(20)
        if receive_bytes:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket = raw
        try:
            raw.connect(("127.0.0.1", fake.ports[port]))
            if port != "irc_plain":
                self.socket = ssl.create_default_context(cafile=fake.ca_file).wrap_socket(raw, server_hostname=server_hostname)
        except Exception:
            raw.close()
            raise
        self.data = b""
        self.pieces = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, *lines):
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def login(self, token=TOKEN, nick=LOGIN, caps="twitch.tv/tags twitch.tv/commands"):
        self.send(f"CAP REQ :{caps}", *([f"PASS oauth:{token}"] if token else []), f"NICK {nick}")
        return self

    def receive(self):
        piece = self.socket.recv(65536)
        self.pieces.append(piece)
        self.data += piece
        return piece

    def line(self, seconds=20):
        """The next line without its end; None when the server has closed."""
        self.socket.settimeout(seconds)
        while b"\n" not in self.data:
            try:
                if not self.receive():
                    return None
            except (ConnectionResetError, ssl.SSLEOFError):
                return None
        line, self.data = self.data.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def lines_until(self, part, seconds=20):
        """Lines up to and with the one that contains `part`."""
        found = []
        while True:
            line = self.line(seconds)
            if line is None:
                raise AssertionError(f"the server closed before it said {part!r}; it said {found[-5:]}")
            found.append(line)
            if part in line:
                return found

    def rest(self, seconds=20):
        """All lines until the server closes."""
        found = []
        while (line := self.line(seconds)) is not None:
            found.append(line)
        return found

    def silent(self, seconds=0.3):
        """True when nothing comes for so long."""
        self.socket.settimeout(seconds)
        try:
            return not self.data and self.receive() == b"never"
        except (TimeoutError, socket.timeout):
            return True


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def http_get(url, headers=None, data=None, context=None):
    """(status, headers, body) of any answer."""
    handlers = [NoRedirects()] + ([urllib.request.HTTPSHandler(context=context)] if context else [])
    request = urllib.request.Request(url, headers=headers or {}, data=data)
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, problem.headers, problem.read()


def helix(fake, path, token=TOKEN, client=CLIENT_ID, **more):
    """(status, headers, parsed body) of a call with good credentials."""
    headers = {"Authorization": f"Bearer {token}", "Client-Id": client, **more}
    status, answer_headers, body = http_get(fake.url("/helix" + path), {name: value for name, value in headers.items() if value is not None})
    return status, answer_headers, json.loads(body)
