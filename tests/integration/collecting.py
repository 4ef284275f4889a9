"""What the tests of the collector share: the real program beside a fake Twitch, and looks at what it stored."""
import collections
import datetime
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from fake_twitch import CLIENT_ID, COUNTING, TOKEN, FakeTwitch, scenario, until
from program import PROGRAM, clean_environment, run

# Leaks are looked for by tests of the parts: the program makes itself untraceable, and a search for leaks is a trace.
SANITIZERS = {name: "detect_leaks=0:" + os.environ.get(name, "") for name in ("ASAN_OPTIONS", "LSAN_OPTIONS")}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def words_for(fake, folder, interval=3600, tls=True, **more):
    """The words of `collect` that lead it to the fake; `more`: flags with _ for -."""
    flags = {"collection_logs_dir": folder / "logs", "private_dir": folder / "private", "helix_url": fake.url("/helix"),
             "id_url": fake.url("/oauth2"), "irc_host": "127.0.0.1", "irc_port": fake.ports["irc_tls" if tls else "irc_plain"],
             "ca_file": fake.ca_file, "collection_interval": interval, "store_logins": True, "format": "json", "wait_for_hour_alignment": False,
             **({} if tls else {"irc_tls": False}), **more}
    words = []
    for name, value in flags.items():
        flag = name.replace("_", "-")
        if value is not None:
            words.append(f"--{flag}" if value is True else f"--no-{flag}" if value is False else f"--{flag}={value}")
    return words


def credentials(token=TOKEN, client=CLIENT_ID):
    return clean_environment(TWITCH_CLIENT_ID=client, **({"TWITCH_OAUTH_TOKEN": token} if token else {}), **SANITIZERS)


class Collect:
    """A running `collect`."""

    def __init__(self, fake, folder, env=None, command="collect", log=None, user=None, **flags):
        self.port = free_port()
        folder = pathlib.Path(folder)
        self.log_path = folder / (log or f"collect-{self.port}.txt")
        self.log = open(self.log_path, "w+", encoding="utf-8", errors="replace")  # pylint: disable=consider-using-with
        flags.setdefault("metrics_port", self.port)
        self.begun = time.time()
        self.process = subprocess.Popen([PROGRAM, command, *map(str, words_for(fake, folder, **flags))], cwd=folder, env=env or credentials(),
                                        stdout=self.log, stderr=self.log,
                                        **({} if user is None else {"user": user, "group": user, "extra_groups": []}))
        self.ended = None

    def said(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def status(self):
        """The present status, or nothing while there is none."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/status")
            answer = connection.getresponse().read()
            connection.close()
            return json.loads(answer) if answer else None
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def wait_for(self, condition, seconds=30, what="a state of the collector"):
        """Polls the status until `condition(status)`; fails at once when the collector ends."""
        def look():
            if self.process.poll() is not None:
                raise AssertionError(f"the collector ended with {self.process.returncode}: {self.said()[-3000:]}")
            status = self.status()
            return status if status and condition(status) else None
        try:
            return until(look, seconds, what)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; {json.dumps(self.status())}; {self.said()[-2000:]}") from None

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, seconds=30):
        code = self.process.wait(timeout=seconds)
        self.ended = time.time()
        return code

    def kill(self):
        """kill -9; returns the milliseconds since 1970 at which it was certainly alive."""
        alive = int(time.time() * 1000)
        self.process.kill()
        self.process.wait()
        self.ended = time.time()
        return alive

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def resident_kb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0


def millis(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Stored:
    """All that lies under logs/raw: every file must be whole."""

    def __init__(self, folder):
        self.rounds, self.snapshots = [], []
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix == ".json" and path.is_file():
                record = json.loads(path.read_text(encoding="utf-8"))
                (self.rounds if record.get("record") == "round" else self.snapshots).append(record)

    def audiences(self):
        """{channel: set of viewers}"""
        found = collections.defaultdict(set)
        for snapshot in self.snapshots:
            found[snapshot["channel"]] |= set(snapshot["chatters"])
        return {channel: viewers for channel, viewers in found.items() if viewers}

    def messages(self):
        """{(channel, viewer): messages}, over all rounds."""
        found = collections.Counter()
        for snapshot in self.snapshots:
            for viewer, count in zip(snapshot["chatters"], snapshot.get("messages", [])):
                found[snapshot["channel"], viewer] += count
        return found

    def sum(self, field):
        return sum(record.get(field, 0) for record in self.rounds)

    def lost(self):
        found = collections.Counter()
        for record in self.rounds:
            found.update(record.get("lines_lost", {}))
        return found


def true_messages(fake, **limits):
    """{(channel, viewer's login): messages that were written and count}"""
    return collections.Counter({(channel, viewer["login"]): viewer["messages"]
                                for channel, one in fake.truth(**limits)["channels"].items() for viewer in one["viewers"].values()})


class CollectTest(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vieweratlas-collect-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def fake(self, channels=None, *words, **more):
        made = FakeTwitch(scenario(channels, **more), *words)
        self.addCleanup(made.stop)
        return made

    def collect(self, fake, folder=None, **flags):
        made = Collect(fake, folder or self.folder, **flags)
        self.addCleanup(made.close)
        return made

    def stored(self):
        return Stored(self.folder / "logs" / "raw")

    def run_collect(self, fake, env=None, seconds=60, **flags):
        """A run to its end; (code, all that it said)."""
        one = Collect(fake, self.folder, env=env, **flags)
        self.addCleanup(one.close)
        code = one.wait(seconds)
        return code, one.said()

    def stop(self, collector, code=0, seconds=10):
        begin = time.monotonic()
        collector.signal()
        self.assertEqual(collector.wait(seconds + 20), code, collector.said()[-3000:])
        self.assertLess(time.monotonic() - begin, seconds)

    def no_leftovers(self):
        self.assertEqual([str(path) for path in (self.folder / "logs").rglob("*.tmp*")], [])

    @staticmethod
    def analyze(folder, *words):
        return run("analyze", "--logs-dir", folder / "logs", "--output-dir", folder / "out", *words, cwd=folder)


__all__ = ["COUNTING", "Collect", "CollectTest", "Stored", "credentials", "free_port", "millis", "true_messages", "words_for"]
