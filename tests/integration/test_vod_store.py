"""Recorded chats with a store that is not files: the queue and the chats are there, for as many machines as there are."""
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import time

from program import NO_PICTURES, PROGRAM, ProgramTest, clean_environment, main, results, run
from s3_servers import BUCKET, Wall
from test_vod import chat

WORKER_POLICY = {"Statement": [
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}",
     "Condition": {"StringLike": {"s3:prefix": ["vieweratlas/raw/*", "vieweratlas/state/*"]}}},
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
     "Resource": [f"arn:aws:s3:::{BUCKET}/vieweratlas/raw/*", f"arn:aws:s3:::{BUCKET}/vieweratlas/state/*"]},
]}
LEGACY = [{"vod_id": "7", "channel_login": "Lumen", "status": "failed", "attempt_count": 2, "next_attempt_at": "2026-01-05T01:00:00.123456+00:00",
           "lease_expires_at": None, "processing_by": None, "created_at": "2026-01-05T00:00:00", "updated_at": "2026-01-05T00:30:00",
           "vod_created_at": "2026-01-04T20:00:00Z"},
          {"vod_id": 8, "channel_login": "lumen", "status": "completed", "attempt_count": 1}]
WORDS = ["--vod-max-age-days", "100000", "--vod-rate-limit-delay-s", "0"]


class Shared:
    """What holds for each store. Two folders are two machines, which share the store and the viewers' key."""
    world_options = ["--channels", "5", "--viewers", "50", "--communities", "2", "--days", "1", "--bots", "0", "--seed", "7"]

    def setUp(self):
        super().setUp()
        self.machines = [self.folder / "one", self.folder / "two"]
        for machine in self.machines:
            machine.mkdir()

    def words(self):
        raise NotImplementedError

    def environment(self, **more):
        return clean_environment(XDG_CONFIG_HOME=str(self.folder / "config"), XDG_CACHE_HOME=str(self.folder / "cache"), **more)

    def vod(self, *words, machine=0, code=0, **more):
        done = run("vod", *words, *self.words(), cwd=self.machines[machine], env=self.environment(**more))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def begin(self, *words, machine=0):
        return subprocess.Popen([PROGRAM, "vod", *words, *self.words()], cwd=self.machines[machine], env=self.environment(),
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def stats(self, machine=0):
        return json.loads(self.vod("stats", "--json", machine=machine).stdout)

    def processed(self, *words, **more):
        return json.loads(self.vod("process", "--json", *WORDS, *words, **more).stdout)["processed"]

    def objects(self, prefix):
        done = run("storage", "list", prefix, *self.words(), cwd=self.folder, env=self.environment())
        return [word for word in done.stdout.split() if word.startswith(prefix)]

    def put(self, key, body):
        path = self.folder / "to-put"
        path.write_bytes(body)
        done = run("storage", "put", path, key, *self.words(), cwd=self.folder, env=self.environment())
        self.assertEqual(done.returncode, 0, done.stderr)

    def put_chats(self, count):
        for number in range(count):
            body = json.dumps(chat("lumen", str(number), ["ada", "bea"])).encode()
            zipped = number % 2 == 1
            self.put(f"raw/vod_chat/channel=lumen/vod_id={number}/chat.json" + (".gz" if zipped else ""), gzip.compress(body) if zipped else body)

    def add(self, count, machine=0):
        self.vod("add", "--channel", "lumen", *[word for number in range(count) for word in ("--vod-id", str(number))], machine=machine)

    def no_local_queue(self):
        for machine in self.machines:
            left = [str(path) for path in machine.rglob("*") if path.is_file() and not path.name.endswith((".log", ".lock"))]
            self.assertEqual([path for path in left if "queue" in path or "chat" in path], [])

    def test_two_machines_share_the_queue_and_the_chats(self):
        self.put_chats(12)
        self.add(12)
        self.assertEqual(self.stats(1)["due"], 12)
        both = [self.begin("process", "--json", *WORDS, machine=machine) for machine in (0, 1)]
        done = [json.loads(process.communicate(timeout=200)[0])["processed"] for process in both]
        self.assertEqual(sum(report["completed"] for report in done), 12, done)
        self.assertEqual(sum(report["failed"] for report in done), 0)
        self.assertEqual(self.stats()["completed"], 12)
        self.assertEqual(len(self.objects("raw/vod_snapshots/")), 12)
        self.no_local_queue()
        map_of = run("analyze", "--output-dir", "out", *NO_PICTURES, *self.words(), cwd=self.machines[1], env=self.environment())
        self.assertIn(map_of.returncode, (0, 3), map_of.stderr)
        if map_of.returncode == 0:
            self.assertEqual(results(self.machines[1] / "out")["statistics"]["aggregator"]["total_snapshots"], 12)

    def test_a_killed_worker_loses_nothing_and_its_lease_keeps_others_away(self):
        self.add(2)
        path = self.folder / "downloader"
        path.write_text(f'#!/bin/sh\necho $$ > "{self.folder}/pid"; exec sleep 600\n', encoding="utf-8")
        path.chmod(0o755)
        process = self.begin("process", "--vod-cli-path", str(path), *WORDS)
        deadline = time.monotonic() + 60
        while not (self.folder / "pid").exists() or not (self.folder / "pid").read_text().strip():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        process.kill()
        process.communicate()
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        stats = self.stats(1)
        self.assertEqual((stats["total"], stats["processing"], stats["pending"]), (2, 1, 1))
        self.put_chats(2)
        self.assertEqual(self.processed(machine=1)["completed"], 1)
        self.assertEqual(self.stats()["processing"], 1)

    def test_a_file_of_before_is_taken_over_once(self):
        state = self.machines[0] / "logs/state"
        state.mkdir(parents=True)
        (state / "vod_queue.json").write_text(json.dumps(LEGACY), encoding="utf-8")
        self.vod("process", "--dry-run")
        self.assertTrue((state / "vod_queue.json").exists(), "looking changes nothing")
        stats = self.stats()
        self.assertEqual((stats["total"], stats["retrying"], stats["completed"]), (2, 1, 1))
        self.assertEqual([path.name for path in state.iterdir() if "queue" in path.name], ["vod_queue.json.moved"])
        self.assertEqual(self.stats(1), stats)
        # Another machine's file adds what is not known.
        other = self.machines[1] / "old.json"
        other.write_text(json.dumps([*LEGACY, {"vod_id": "9", "channel_login": "nova"}]), encoding="utf-8")
        self.assertEqual(json.loads(self.vod("stats", "--json", "--vod-queue-file", other, machine=1).stdout)["total"], 3)

    def test_kept_downloads_are_in_the_store(self):
        (self.folder / "source.json").write_text(json.dumps(chat("lumen", "0", ["ada"])), encoding="utf-8")
        path = self.folder / "downloader"
        path.write_text(f'#!/bin/sh\ncp "{self.folder}/source.json" "$5"\n', encoding="utf-8")
        path.chmod(0o755)
        self.add(1)
        self.assertEqual(self.processed("--vod-cli-path", str(path), "--persist-raw-chat")["downloads"], 1)
        self.assertEqual(self.objects("raw/vod_chat/"), ["raw/vod_chat/channel=lumen/vod_id=0/chat.json"])
        self.no_local_queue()


class InSqlite(Shared, ProgramTest):
    def words(self):
        return ["--storage", "sqlite", "--sqlite-file", str(self.folder / "store.sqlite")]

    def test_the_queue_is_in_the_database(self):
        self.add(1)
        rows = sqlite3.connect(self.folder / "store.sqlite").execute("SELECT key FROM objects WHERE key LIKE 'state/vod%'").fetchall()
        self.assertEqual(rows, [("state/vod_queue/0000000001.json.zst",)])

    def test_an_export_to_files_keeps_the_queue(self):
        self.add(3)
        done = run("storage", "export", "--to", self.folder / "files/logs", *self.words(), cwd=self.folder, env=self.environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        stats = json.loads(run("vod", "stats", "--json", cwd=self.folder / "files", env=self.environment()).stdout)
        self.assertEqual(stats["pending"], 3)


class InABucket(Shared, ProgramTest):
    def setUp(self):
        super().setUp()
        self.wall = Wall()
        self.addCleanup(self.wall.stop)
        self.wall.make_bucket()
        self.identity = None

    def words(self):
        return ["--storage", "s3", "--s3-bucket", BUCKET]

    def environment(self, **more):
        return super().environment(**self.wall.environment(self.identity), **more)

    def test_a_role_that_may_not_remove_is_enough(self):
        self.put_chats(3)
        self.identity = self.wall.role(WORKER_POLICY)
        self.add(3)
        self.assertEqual(self.processed()["completed"], 3)
        self.assertEqual(self.stats(1)["completed"], 3)

    def test_a_store_that_stumbles_costs_nothing(self):
        self.put_chats(4)
        self.add(4)
        self.wall.faults({"kind": "status", "status": 503, "code": "SlowDown", "times": -1, "chance": 0.1},
                         {"kind": "reset_response", "times": -1, "chance": 0.1}, seed=5)
        done = self.processed()
        self.wall.faults()
        self.assertEqual((done["completed"], done["failed"]), (4, 0))
        self.assertEqual(self.stats()["completed"], 4)

    def test_a_store_that_is_away_is_told_at_once(self):
        self.wall.faults({"kind": "status", "status": 503, "code": "ServiceUnavailable", "times": -1})
        begin = time.monotonic()
        done = self.vod("add", "--channel", "lumen", "--vod-id", "1", code=1)
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.no_local_queue()


if __name__ == "__main__":
    main()
