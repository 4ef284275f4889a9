"""The collector with a store that is not files: all rounds arrive once, whatever the store and the process do meanwhile."""
import json
import pathlib
import sys
import tempfile
import time
import unittest

from collecting import CollectTest, Stored, credentials, true_messages
from fake_twitch import until
from program import run
from s3_servers import BUCKET, Wall

ROOMS = {f"room{room}": [f"p{room}_{person}" for person in range(300)] for room in range(4)}
AWAY = {"kind": "status", "status": 503, "code": "ServiceUnavailable", "times": -1}


class InABucket(CollectTest):
    def setUp(self):
        super().setUp()
        self.wall = Wall()
        self.addCleanup(self.wall.stop)
        self.wall.make_bucket()
        self.env = {**credentials(), **self.wall.environment(), "XDG_CACHE_HOME": str(self.folder / "cache")}

    def start(self, fake, folder=None, **flags):
        if folder:
            folder.mkdir(exist_ok=True)
        return self.collect(fake, folder, env=self.env, storage="s3", s3_bucket=BUCKET, tls=False, **{"interval": 3600, **flags})

    def in_bucket(self):
        with tempfile.TemporaryDirectory() as folder:
            self.wall.download("vieweratlas/raw/", folder)
            return Stored(pathlib.Path(folder))

    def talk(self, fake, lines=200):
        until(lambda: len(fake.rooms()) == len(ROOMS), 30, "being in all rooms")
        fake.do("burst", lines=lines)
        fake.wait_written()

    def no_presence_in_files(self):
        raw = self.folder / "logs" / "raw"
        self.assertEqual([str(path) for path in raw.rglob("*") if path.is_file()] if raw.exists() else [], [])

    def test_rounds_state_and_the_end(self):
        fake = self.fake(ROOMS)
        collector = self.start(fake, interval=5, daily_snapshot=False)
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["rounds_closed"] >= 1, 60, "a round in the bucket")
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()), what="all that was said")
        self.stop(collector, seconds=20)
        self.assertEqual(self.in_bucket().messages(), true_messages(fake))
        self.no_presence_in_files()
        self.assertIn("vieweratlas/state/collector/start.json", self.wall.keys())
        self.assertEqual([path.name for path in (self.folder / "logs/state/journal").iterdir()], [])

    def test_kill_while_the_store_is_away(self):
        fake = self.fake(ROOMS)
        collector = self.start(fake, interval=4)
        until(lambda: len(fake.rooms()) == len(ROOMS), 30, "being in all rooms")
        self.wall.faults(AWAY)
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["rounds_waiting"] >= 1, 60, "a round that waits")
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()), what="all that was said")
        collector.wait_for(lambda status: status["recorder"]["problem"], 90, "being told of it")
        # The status file is written each five seconds.
        until(lambda: run("health", "--collection-logs-dir", self.folder / "logs", cwd=self.folder).returncode == 1, 20, "an unhealthy collector")
        time.sleep(1.5)  # journals are synced each second
        collector.kill()
        self.wall.faults()
        self.assertEqual(self.in_bucket().messages(), {})
        again = self.start(fake, interval=3600)
        again.wait_for(self.has_stored_what_was_there, 60, "all that waited is stored")
        self.stop(again, seconds=20)
        self.assertEqual(self.in_bucket().messages(), true_messages(fake))

    def test_the_end_waits_for_a_store_that_comes_back(self):
        fake = self.fake(ROOMS)
        collector = self.start(fake)
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()))
        self.wall.faults({**AWAY, "times": 12})
        self.stop(collector, seconds=80)
        self.assertEqual(self.in_bucket().messages(), true_messages(fake))

    def test_an_end_that_comes_too_late_keeps_the_journal(self):
        fake = self.fake(ROOMS)
        collector = self.start(fake, finish_timeout="3s")
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()))
        self.wall.faults({"kind": "sleep", "seconds": 40, "times": -1})
        self.stop(collector, code=1, seconds=12)
        self.wall.faults()
        self.stop_after_storing(self.start(fake))
        self.assertEqual(self.in_bucket().messages(), true_messages(fake))

    def stop_after_storing(self, collector):
        collector.wait_for(self.has_stored_what_was_there, 60, "all that was recovered is stored")
        self.stop(collector, seconds=20)

    @staticmethod
    def has_stored_what_was_there(status):
        """Before the journals are read nothing waits, either."""
        return status["recorder"]["recovered_sightings"] > 0 and status["recorder"]["rounds_waiting"] == 0

    def test_a_minute_without_the_store(self):
        """Rounds wait in their journals, health says so meanwhile, and all of them arrive when the store is back."""
        fake = self.fake(ROOMS)
        collector = self.start(fake, interval=4)
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["rounds_closed"] >= 1, 60, "a round in the bucket")
        self.wall.faults(AWAY)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            self.talk(fake, lines=50)
            time.sleep(2)
        status = collector.wait_for(lambda status: status["recorder"]["rounds_waiting"] >= 5 and status["recorder"]["problem"], 60, "being told of it")
        self.assertRegex(status["recorder"]["problem"], "round_|503|unavailable|ServiceUnavailable")
        until(lambda: run("health", "--collection-logs-dir", self.folder / "logs", cwd=self.folder).returncode == 1, 20, "an unhealthy collector")
        self.wall.faults()
        collector.wait_for(lambda status: status["recorder"]["rounds_waiting"] == 0, 120, "all that waited is stored")
        until(lambda: run("health", "--collection-logs-dir", self.folder / "logs", cwd=self.folder).returncode == 0, 30, "a healthy collector")
        self.stop(collector, seconds=30)
        self.assertEqual(self.in_bucket().messages(), true_messages(fake))
        self.assertEqual(sum(status["recorder"]["lost"].values()), 0, status["recorder"]["lost"])

    def test_two_collectors_without_shards_replace_nothing_of_each_other(self):
        """A new container starts beside an old one that ends: both write of the same window."""
        fake = self.fake(ROOMS)
        same = {"wait_for_hour_alignment": True, "private_dir": self.folder / "private"}
        old = self.start(fake, folder=self.folder / "old", **same)
        self.talk(fake)
        new = self.start(fake, folder=self.folder / "new", **same)
        until(lambda: len(fake.rooms()) == len(ROOMS), 30, "being in all rooms")
        new.wait_for(lambda status: status["rooms"]["confirmed"] == len(ROOMS), 30, "the new one in all rooms")
        old.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()))
        said = sum(true_messages(fake).values())
        self.stop(old, seconds=20)
        self.talk(fake)
        new.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()) - said)
        self.stop(new, seconds=20)
        self.assertEqual(self.in_bucket().messages(), true_messages(fake))
        self.assertEqual(len([key for key in self.wall.keys("vieweratlas/raw/") if "round_" in key]), 2)

    def test_a_slow_store_holds_up_nothing(self):
        fake = self.fake(ROOMS)
        collector = self.start(fake, interval=4)
        until(lambda: len(fake.rooms()) == len(ROOMS), 30, "being in all rooms")
        self.wall.faults({"kind": "sleep", "seconds": 25, "method": "PUT", "times": 1})
        self.talk(fake)
        collector.wait_for(lambda status: status["recorder"]["rounds_waiting"] >= 1, 60, "a round under way")
        for _ in range(5):
            self.talk(fake, lines=100)
            status = collector.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()), 10, "intake")
            self.assertLess(status["recorder"]["writer_lag_ms"], 5000)
        collector.wait_for(lambda status: status["recorder"]["rounds_waiting"] == 0, 60)
        self.stop(collector, seconds=30)
        self.assertEqual(self.in_bucket().messages(), true_messages(fake))

    def test_whom_the_bucket_forgets_is_not_recorded(self):
        fake = self.fake(ROOMS)
        private = self.folder / "private"
        forgotten = run("forget", "p0_1", "--storage=s3", "--s3-bucket", BUCKET, "--private-dir", private, "--quiet", cwd=self.folder, env=self.env)
        self.assertEqual(forgotten.returncode, 0, forgotten.stderr)
        self.assertIn("vieweratlas/state/forgotten.json", self.wall.keys())
        collector = self.start(fake)
        until(lambda: len(fake.rooms()) == len(ROOMS), 30, "being in all rooms")
        fake.do("everybody")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["refused"] >= 1)
        self.stop(collector, seconds=20)
        audience = self.in_bucket().audiences()["room0"]
        self.assertNotIn("p0_1", audience)
        self.assertIn("p0_2", audience)

    def test_forget_changes_what_is_stored(self):
        fake = self.fake(ROOMS)
        collector = self.start(fake)
        until(lambda: len(fake.rooms()) == len(ROOMS), 30, "being in all rooms")
        fake.do("everybody")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] >= 1000)
        self.stop(collector, seconds=20)
        before = {key: self.wall.get(key) for key in self.wall.keys("vieweratlas/raw/")}
        done = run("forget", "p1_7", "--storage=s3", "--s3-bucket", BUCKET, "--private-dir", self.folder / "private", "--json", cwd=self.folder,
                   env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["rows_removed"], 1)
        changed = [key for key in self.wall.keys("vieweratlas/raw/") if self.wall.get(key) != before[key]]
        self.assertEqual(len(changed), 1, "only what named the viewer")
        self.assertNotIn("p1_7", self.in_bucket().audiences()["room1"])

    @staticmethod
    def checks(done):
        """The first document: a doctor that found something says so in a second one."""
        return json.JSONDecoder().raw_decode(done.stdout)[0]["checks"]

    def test_doctor_tries_the_bucket(self):
        fake = self.fake(ROOMS)
        words = ["doctor", "--storage=s3", "--s3-bucket", BUCKET, "--json", "--collection-logs-dir", self.folder / "logs", "--private-dir",
                 self.folder / "private", "--helix-url", fake.url("/helix"), "--id-url", fake.url("/oauth2"), "--irc-host=127.0.0.1",
                 f"--irc-port={fake.ports['irc_plain']}", "--no-irc-tls", "--ca-file", fake.ca_file]
        checks = self.checks(run(*words, cwd=self.folder, env=self.env))
        for name in ("write", "read", "list", "forgotten", "remove"):
            self.assertEqual(checks["store: " + name]["result"], "ok", checks)
        self.assertEqual([key for key in self.wall.keys() if "doctor" in key], [])
        poor = self.wall.user({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"}]})
        checks = self.checks(run(*words, cwd=self.folder, env={**self.env, **self.wall.environment(poor)}))
        self.assertEqual(checks["store: write"]["result"], "ok", checks)
        self.assertEqual(checks["store: list"]["result"], "warning", checks)
        self.assertEqual(checks["store: remove"]["result"], "ok", checks)


class InOneFile(CollectTest):
    def test_collect_and_analyze(self):
        fake = self.fake(ROOMS)
        store = self.folder / "all.sqlite"
        collector = self.collect(fake, env=credentials(), storage="sqlite", sqlite_file=store, tls=False, interval=3600)
        until(lambda: len(fake.rooms()) == len(ROOMS), 30, "being in all rooms")
        fake.do("burst", lines=200)
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] >= sum(true_messages(fake).values()))
        collector.kill()
        self.assertTrue(store.exists())
        again = self.collect(fake, env=credentials(), storage="sqlite", sqlite_file=store, tls=False, interval=3600)
        again.wait_for(lambda status: True)
        self.stop(again)
        raw = self.folder / "logs" / "raw"
        self.assertFalse(raw.exists() and any(path.is_file() for path in raw.rglob("*")))
        out = run("storage", "export", self.folder / "exported", "--storage=sqlite", "--sqlite-file", store, cwd=self.folder)
        if out.returncode == 0:
            self.assertEqual(Stored(self.folder / "exported" / "raw").messages(), true_messages(fake))


if __name__ == "__main__":
    unittest.main(argv=sys.argv, verbosity=2)
