"""Who asks Twitch, and for which channels: login by device code, renewal, the list of channels; against the fake Twitch."""
import json
import os
import pathlib
import stat
import subprocess

from collecting import SANITIZERS
from fake_twitch import CLIENT_ID, CLIENT_SECRET, TOKEN, FakeTwitch, scenario
from program import PROGRAM, ProgramTest, clean_environment, main

CHANNELS = [{"login": f"channel_{i:03}", "id": str(1000 + i), "viewers": 5000 - 10 * i, "language": "de" if i % 10 == 0 else "en",
             "game": "Chess" if i % 20 == 0 else "Art", "game_id": "743" if i % 20 == 0 else "509660"} for i in range(350)]


def names(numbers):
    return [f"channel_{i:03}" for i in numbers]


class Credentials(ProgramTest):
    @classmethod
    def setUpClass(cls):  # no world of logs is needed
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def fake(self, **more):
        fake = FakeTwitch(scenario(CHANNELS, **more))
        self.addCleanup(fake.stop)
        return fake

    def environment(self, fake, **more):
        return clean_environment(HOME=str(self.folder), TWITCH_HELIX_URL=fake.url("/helix"), TWITCH_ID_URL=fake.url("/oauth2"), **SANITIZERS, **more)

    def update(self, fake, *words, code=0, **environment):
        run = self.run_ok if code == 0 else lambda *w, **o: self.run_failing(code, *w, **o)
        done = run("channels", "update", *words, env=self.environment(fake, **environment))
        self.assert_no_secret(done.stdout + done.stderr)
        return done

    def channels(self, name="channels.txt"):
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    def assert_no_secret(self, text):
        for secret in (TOKEN, CLIENT_SECRET, *self.stored_secrets()):
            self.assertNotIn(secret, text)

    @property
    def tokens_file(self):
        return self.folder / ".config/vieweratlas/tokens.json"

    def stored(self):
        return json.loads(self.tokens_file.read_text(encoding="utf-8"))

    def stored_secrets(self):
        return [self.stored()["access_token"], self.stored()["refresh_token"]] if self.tokens_file.exists() else []

    def log_in(self, fake, *words, **more):
        """Runs `login`, types the code once it is shown; returns code, stdout and stderr."""
        process = subprocess.Popen([PROGRAM, "login", *words], cwd=self.folder, env=self.environment(fake, TWITCH_CLIENT_ID=CLIENT_ID, **more),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        shown = []
        while not shown or "Waiting" not in shown[-1]:
            line = process.stderr.readline()
            self.assertTrue(line, "login ended before it showed the code: " + "".join(shown))
            shown.append(line)
        limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text(encoding="utf-8")
        self.assertRegex(limits, r"Max core file size +0 +0 ", "a core dump would hold the token")
        fake.do("approve", login="reader")
        out, errors = process.communicate(timeout=60)
        return process.returncode, out, "".join(shown) + errors

    def test_login_stores_a_token_for_the_owner_alone(self):
        fake = self.fake(settings={"device_polls": -1})
        code, out, errors = self.log_in(fake, "--json")
        self.assertEqual(code, 0, errors)
        self.assertIn("https://www.twitch.tv/activate", errors)
        self.assertRegex(errors, r"Enter +ABCD\d+")
        result = json.loads(out)
        self.assertEqual((result["status"], result["login"], result["scopes"], result["renewable"]), ("ok", "reader", ["chat:read"], True))
        self.assertEqual(pathlib.Path(result["file"]), self.tokens_file)
        self.assertEqual(stat.S_IMODE(os.stat(self.tokens_file).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.tokens_file.parent).st_mode), 0o700)
        self.assert_no_secret(out + errors)
        for log in self.folder.rglob("*.log"):
            self.assert_no_secret(log.read_text(encoding="utf-8"))

        # The login serves other commands, is renewed when it ends, and its refresh token works once.
        self.update(fake, "--limit", "5")
        first = self.stored()
        fake.do("revoke_token", token=first["access_token"])
        self.update(fake, "--limit", "6")
        self.assertEqual(self.channels(), names(range(6)))
        second = self.stored()
        self.assertNotEqual(first["access_token"], second["access_token"])
        self.assertNotEqual(first["refresh_token"], second["refresh_token"])
        fake.do("revoke_token", token=second["access_token"], refresh=True)
        done = self.update(fake, "--limit", "7", code=1)
        self.assertIn("vieweratlas login", done.stderr)
        self.assertEqual(self.channels(), names(range(6)), "the earlier list stays")

        self.tokens_file.chmod(0o644)
        self.assertIn("chmod 600", self.update(fake, code=1).stderr)

    def test_login_that_is_declined_stores_nothing(self):
        fake = self.fake(settings={"device_polls": -1})
        process = subprocess.Popen([PROGRAM, "login"], cwd=self.folder, env=self.environment(fake, TWITCH_CLIENT_ID=CLIENT_ID),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "Waiting" not in process.stderr.readline():
            self.assertIsNone(process.poll())
        fake.do("approve", deny=True)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("declined", errors)
        self.assertFalse(self.tokens_file.exists())

    def test_login_needs_a_client_id_that_twitch_knows(self):
        fake = self.fake()
        self.assertIn("TWITCH_CLIENT_ID", self.run_failing(2, "login", env=self.environment(fake)).stderr)
        self.assertIn("invalid client", self.run_failing(1, "login", env=self.environment(fake, TWITCH_CLIENT_ID="nobody")).stderr)

    def test_the_most_watched_channels_are_written(self):
        fake = self.fake(settings={"page_overlap": 7, "odd_fields": 1, "gzip": 1})
        done = self.update(fake, "--limit=230", "--json", TWITCH_OAUTH_TOKEN="oauth:" + TOKEN)
        result = json.loads(done.stdout)
        self.assertEqual((result["channels"], result["stopped_by"], result["file"]), (230, "limit", "channels.txt"))
        self.assertGreater(result["duplicates"], 0)
        self.assertEqual(self.channels(), names(range(230)))
        # An "oauth:" in front, and a client id that nobody gave, do no harm.
        requests = [entry[3] for entry in fake.journal()["entries"] if "/helix/streams" in entry[3]]
        self.assertTrue(requests)
        self.update(fake, "--output", "deep/list.txt", "--limit", "2", TWITCH_OAUTH_TOKEN="Bearer " + TOKEN, TWITCH_CLIENT_ID=CLIENT_ID)
        self.assertEqual(self.channels("deep/list.txt"), names(range(2)))
        self.update(fake, "--limit", "3", TWITCH_OAUTH_TOKEN=TOKEN, CHANNELS_FILE="other.txt")
        self.assertEqual(self.channels("other.txt"), names(range(3)))
        self.update(fake, "--dry-run", "--output", "none.txt", TWITCH_OAUTH_TOKEN=TOKEN)
        self.assertFalse((self.folder / "none.txt").exists())

    def test_a_secret_in_files_is_enough(self):
        fake = self.fake()
        self.write("id", CLIENT_ID + "\n")
        self.write("secret", " " + CLIENT_SECRET + "\r\n")
        self.update(fake, "--limit", "4", TWITCH_CLIENT_ID_FILE="id", TWITCH_CLIENT_SECRET_FILE="secret")
        self.assertEqual(self.channels(), names(range(4)))
        done = self.update(fake, code=1, TWITCH_CLIENT_ID=CLIENT_ID, TWITCH_CLIENT_SECRET="wrong")
        self.assertIn("TWITCH_CLIENT_SECRET", done.stderr)

    def test_selection(self):
        fake = self.fake()
        token = {"TWITCH_OAUTH_TOKEN": TOKEN}
        self.update(fake, "--languages", "DE", "--limit", "100", **token)
        self.assertEqual(self.channels(), names(range(0, 350, 10)))
        self.update(fake, "--games=Chess", "--languages=de", "--limit", "100", **token)
        self.assertEqual(self.channels(), names(range(0, 350, 20)))
        self.update(fake, "--min-viewers", "4900", **token)
        self.assertEqual(self.channels(), names(range(11)))
        self.write("no.txt", "# asked not to be visited\nChannel_000\n1002\nhttps://www.twitch.tv/channel_003\n")
        self.update(fake, "--opt-out-file", "no.txt", "--limit", "3", **token)
        self.assertEqual(self.channels(), names([1, 4, 5]))
        self.assertIn("gone.txt", self.update(fake, "--opt-out-file", "gone.txt", code=1, **token).stderr)
        self.assertIn("no such game", self.update(fake, "--games", "no such game", code=2, **token).stderr)

    def test_faults_are_survived_and_told(self):
        fake = self.fake()
        token = {"TWITCH_OAUTH_TOKEN": TOKEN}
        for answer in ("503", "cut", "html", "no_json", "429"):
            fake.do("http_fault", path="/helix/streams", answer=answer, times=1)
            done = self.update(fake, "--limit", "10", **token)
            self.assertIn("trying again", done.stderr, answer)
            self.assertEqual(self.channels(), names(range(10)))
        fake.do("http_fault", path="/helix/streams", answer="redirect", times=1)
        self.update(fake, "--limit", "11", code=1, **token)
        self.assertNotIn("tokens_sent_elsewhere", fake.journal()["counters"])
        self.assertEqual(self.channels(), names(range(10)), "the earlier list stays")
        fake.do("http_fault", path="/helix/streams", answer="400", times=1)
        self.update(fake, "--limit", "11", code=1, **token)

    def test_lists_that_lead_in_circles_end(self):
        for setting, reason in (({"loop_after_page": 2}, ("no_new_channels", "viewers_rise")), ({"same_cursor": 1}, ("no_new_channels", "repeated_cursor")),
                                ({"no_pagination": 1}, ("end",)), ({"page_gap": 3}, ("end",)), ({"empty_page": 2}, ("end",))):
            fake = self.fake(settings=setting)
            result = json.loads(self.update(fake, "--json", TWITCH_OAUTH_TOKEN=TOKEN).stdout)
            self.assertIn(result["stopped_by"], reason, setting)
            self.assertGreaterEqual(result["channels"], 100)
            self.assertEqual(len(set(self.channels())), result["channels"])

    def test_messages_name_the_cause(self):
        fake = self.fake(applications=[{"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}, {"client_id": "another", "client_secret": "x"}])
        self.assertIn("TWITCH_CLIENT_ID", self.update(fake, code=1, TWITCH_OAUTH_TOKEN=TOKEN, TWITCH_CLIENT_ID="another").stderr)
        done = self.update(fake, code=1, TWITCH_OAUTH_TOKEN="deadtoken")
        self.assertIn("invalid access token", done.stderr)
        self.assertIn("oauth:", done.stderr)
        self.assertNotIn("deadtoken", done.stderr)
        self.assertIn("vieweratlas login", self.update(fake, code=1).stderr)
        done = self.update(fake, code=2, TWITCH_OAUTH_TOKEN="two words")
        self.assertNotIn("two words", done.stderr)

    def test_config_shows_no_secret(self):
        fake = self.fake()
        done = self.run_ok("config", "show", "--json", env=self.environment(fake, TWITCH_OAUTH_TOKEN=TOKEN, TWITCH_CLIENT_SECRET=CLIENT_SECRET))
        self.assert_no_secret(done.stdout)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["collection.oauth_token"]["value"], "(set)")
        self.assertEqual(shown["collection.client_secret"]["value"], "(set)")


if __name__ == "__main__":
    main()
