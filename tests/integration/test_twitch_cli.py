"""`channels update` against a Helix that others wrote: the mock API of twitch-cli, made of Go's modules when they can be had.

Its differences from the platform: streams are in no order, there are no Ratelimit headers, /token reads the query alone. So the
token is fetched here, and the result is compared as a set."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from program import ProgramTest, clean_environment

MODULE, VERSION = "github.com/twitchdev/twitch-cli", "v1.1.25"
SKIPPED = 77


def twitch_cli():
    """Path of the program, or a sentence that says why there is none. VIEWERATLAS_TWITCH_CLI names one that is installed."""
    given = os.environ.get("VIEWERATLAS_TWITCH_CLI")
    if given:
        return pathlib.Path(given), ""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "vieweratlas" / f"twitch-cli-{VERSION}"
    program = cache / "twitch-cli"
    if program.exists():
        return program, ""
    if not shutil.which("go"):
        return None, "go is not installed"
    cache.mkdir(parents=True, exist_ok=True)
    try:
        made = subprocess.run(["go", "install", f"{MODULE}@{VERSION}"], env={**os.environ, "GOBIN": str(cache)}, capture_output=True, text=True,
                              check=False, timeout=900)
    except subprocess.TimeoutExpired:
        return None, f"{MODULE}@{VERSION} could not be built within 15 minutes"
    if made.returncode != 0 or not program.exists():
        said = [line.strip() for line in made.stderr.splitlines() if line.strip() and not line.startswith("go: downloading")]
        return None, f"{MODULE}@{VERSION} cannot be had: {said[-1] if said else 'no reason given'}"
    return program, ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(url, headers=None, method="GET"):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}, method=method), timeout=20) as answer:
        return json.load(answer)


def field(entry, name):
    """A field whatever the case of its name."""
    return next(value for key, value in entry.items() if key.lower() == name)


class MockApi(ProgramTest):
    @classmethod
    def setUpClass(cls):  # no world of logs is needed
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        super().setUp()
        home = {**clean_environment(HOME=str(self.folder))}
        self.log = open(self.folder / "mock.log", "w+", encoding="utf-8")  # pylint: disable=consider-using-with
        self.addCleanup(self.log.close)
        subprocess.run([PROGRAM_OF_OTHERS, "mock-api", "generate", "-c", "25"], env=home, stdout=self.log, stderr=self.log, check=True, timeout=120)
        self.base = f"http://127.0.0.1:{(port := free_port())}"
        self.server = subprocess.Popen([PROGRAM_OF_OTHERS, "mock-api", "start", "-p", str(port)], env=home, stdout=self.log, stderr=self.log)
        self.addCleanup(self.end_server)
        self.client = self.wait_for_client()

    def end_server(self):
        self.server.terminate()
        self.server.wait(timeout=20)

    def wait_for_client(self):
        end = time.monotonic() + 30
        while True:
            try:
                return field(call(self.base + "/units/clients"), "data")[0]
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > end or self.server.poll() is not None:
                    self.log.seek(0)
                    self.fail("the mock API did not start: " + self.log.read()[-2000:])
                time.sleep(0.1)

    def app_token(self):
        words = {"client_id": field(self.client, "id"), "client_secret": field(self.client, "secret"), "grant_type": "client_credentials"}
        return call(f"{self.base}/auth/token?{urllib.parse.urlencode(words)}", method="POST")["access_token"]

    def environment(self, token, **more):
        return clean_environment(HOME=str(self.folder), TWITCH_HELIX_URL=self.base + "/mock", TWITCH_ID_URL=self.base + "/auth",
                                 TWITCH_OAUTH_TOKEN=token, **more)

    def streams(self, token):
        headers = {"Authorization": f"Bearer {token}", "Client-Id": field(self.client, "id")}
        return call(self.base + "/mock/streams?first=100", headers)["data"]

    def test_the_live_channels_are_written(self):
        token = self.app_token()
        streams = self.streams(token)
        self.assertTrue(streams)
        # The client id is learnt from the validation of the token.
        result = json.loads(self.run_ok("channels", "update", "--json", env=self.environment("oauth:" + token)).stdout)
        written = (self.folder / "channels.txt").read_text(encoding="utf-8").splitlines()
        self.assertEqual(sorted(written), sorted({stream["user_login"].lower() for stream in streams}))
        self.assertEqual(result["channels"], len(written))
        viewers = {stream["user_login"].lower(): stream["viewer_count"] for stream in streams}
        self.assertEqual([viewers[login] for login in written], sorted(viewers.values(), reverse=True))

    def test_filters(self):
        token = self.app_token()
        streams = self.streams(token)
        language = streams[0]["language"]
        self.run_ok("channels", "update", "--languages", language, env=self.environment(token))
        written = (self.folder / "channels.txt").read_text(encoding="utf-8").splitlines()
        self.assertEqual(sorted(written), sorted({stream["user_login"].lower() for stream in streams if stream["language"] == language}))

    def test_a_token_that_it_does_not_know(self):
        done = self.run_failing(1, "channels", "update", env=self.environment("0123456789abcde"))
        self.assertIn("TWITCH_OAUTH_TOKEN", done.stderr)
        self.assertNotIn("0123456789abcde", done.stderr)
        done = self.run_failing(1, "channels", "update", env=self.environment(self.app_token(), TWITCH_CLIENT_ID="another"))
        self.assertIn("TWITCH_CLIENT_ID", done.stderr)


if __name__ == "__main__":
    PROGRAM_OF_OTHERS, reason = twitch_cli()
    if PROGRAM_OF_OTHERS is None:
        print("skipped:", reason)
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
