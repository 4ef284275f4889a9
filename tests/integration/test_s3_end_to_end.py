"""The whole chain on S3 through the real program: collected, compacted, analysed; the results are those of a run on local files, byte for byte."""
import collections
import concurrent.futures
import json
import re

from collecting import SANITIZERS, Collect
from fake_twitch import CLIENT_ID, TOKEN, FakeTwitch, scenario, until
from lakes import PREFIX, LakeTest, analysis_policy, collector_policy, compaction_policy, files_below, policy, statement
from program import NO_PICTURES, SMALL_POSTER, main, run

MAP = ["--overlap-threshold", "2", "--title", "A world"]
CROWD = {"channels": 12, "viewers": 400, "communities": 3, "audience": [8, 90], "bots": 2}
WORLD_OF_DAYS = ["--channels", "40", "--viewers", "3000", "--communities", "4", "--days", "3", "--bots", "2", "--seed", "7"]


class FromStoredLogs(LakeTest):
    world_options = WORLD_OF_DAYS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = run("analyze", "--logs-dir", cls.world, "-o", cls.shared / "local", *MAP, *SMALL_POSTER, cwd=cls.shared)
        assert done.returncode == 0, done.stderr
        cls.local = files_below(cls.shared / "local")
        cls.days = sorted({re.search(r"(\d{4})/(\d\d)/(\d\d)", path.as_posix()).group().replace("/", "-")
                           for path in (cls.world / "raw").rglob("*") if path.is_file()})

    def setUp(self):
        super().setUp()
        self.upload_world()

    def analyze(self, *words, **options):
        return self.s3("analyze", *MAP, *SMALL_POSTER, *words, **options)

    def check_results(self):
        """What latest.json points to is what the local run wrote."""
        latest = self.latest()
        folder = f"outputs/run={latest['run']}/"
        self.assertEqual({name: facts["bytes"] for name, facts in latest["files"].items()}, {name: len(content) for name, content in self.local.items()})
        self.assertEqual([key[len(folder):] for key in self.keys(folder)], sorted(self.local))
        for name, content in self.local.items():
            self.assertEqual(self.get(folder + name), content, f"{name} differs from the local run's")
        self.assertEqual(self.get("processed/analysis_results.json"), self.local["analysis_results.json"])

    def check_writes(self):
        """latest.json is written when all else is there; all with encryption at rest and a type."""
        puts = [entry for entry in self.log() if entry["method"] in ("PUT", "POST")]
        done = [entry["key"][len(PREFIX):] for entry in puts if entry["status"] == 200]
        of_results = [key for key in done if key.startswith(("outputs/", "processed/"))]
        self.assertEqual(of_results[-2:], ["outputs/latest.json", "processed/analysis_results.json"], of_results)
        types = {".json": "application/json", ".html": "text/html", ".png": "image/png", ".csv": "text/csv"}
        for entry in puts:
            if "uploadId" in entry["uri"]:
                continue  # what holds for the parts was said when the upload began
            self.assertEqual(entry["headers"].get("x-amz-server-side-encryption"), "AES256", entry["uri"])
            for ending, kind in types.items():
                if entry["key"].endswith(ending):
                    self.assertTrue(entry["headers"]["content-type"].startswith(kind), entry)

    def compact(self, *words):
        return self.s3("compact", *words)

    def test_two_at_once_leave_one_whole_map(self):
        """Both publish; the result is that of one of them, in all of its files."""
        titles = ["One", "Two"]
        with concurrent.futures.ThreadPoolExecutor() as both:
            done = list(both.map(lambda title: self.s3("analyze", "--overlap-threshold", "2", "--title", title, "-o", f"out-{title}", *NO_PICTURES), titles))
        self.assertEqual([process.returncode for process in done], [0, 0], [process.stderr for process in done])
        latest = self.latest()
        folder = f"outputs/run={latest['run']}/"
        mine = [title for title in titles
                if all(self.get(folder + name) == (self.folder / f"out-{title}" / name).read_bytes() for name in latest["files"])]
        self.assertEqual(len(mine), 1, "a mixture")
        self.assertEqual(self.get("processed/analysis_results.json"), self.get(folder + "analysis_results.json"))
        self.assertEqual(len({key.split("/")[1] for key in self.keys("outputs/run=")}), 2)

    def test_from_raw_only(self):
        self.analyze()
        self.check_writes()
        self.check_results()
        # Each file was fetched, once.
        raw = [key for key in self.fetched() if key.startswith("raw/")]
        self.assertEqual(collections.Counter(raw), collections.Counter(self.keys("raw/")))
        self.server.clear()
        self.analyze()
        self.check_results()
        self.assertEqual([key for key in self.fetched() if key.startswith("raw/")], [], "an unchanged lake was downloaded again")
        late = next(path for path in (self.world / "raw").rglob("*.json"))
        self.server.put(f"{PREFIX}raw/{late.relative_to(self.world / 'raw').as_posix()}", late.read_bytes() + b"\n", self.bucket)
        self.server.clear()
        self.analyze()
        self.assertEqual([key for key in self.fetched() if key.startswith("raw/")], [f"raw/{late.relative_to(self.world / 'raw').as_posix()}"])

    def test_from_curated_days(self):
        self.compact("--since", self.days[0])
        manifests = [key for key in self.keys("curated/") if key.endswith("_manifest.json")]
        self.assertEqual([key.split("dt=")[1][:10] for key in manifests], self.days)
        self.server.clear()
        self.analyze()
        self.check_results()
        self.assertEqual([key for key in self.fetched() if key.startswith("raw/")], [], "raw files of curated days were read")
        self.server.clear()
        self.analyze()
        self.assertEqual([key for key in self.fetched() if key.endswith(".parquet")], [], "an unchanged lake was downloaded again")
        # The same again changes nothing.
        self.server.clear()
        self.compact("--since", self.days[0])
        self.assertEqual([entry["key"] for entry in self.log(method="PUT") if entry["key"].endswith(".parquet")], [])

    def test_from_curated_and_raw_days(self):
        self.compact("--date", self.days[1])
        self.server.clear()
        self.analyze("--cache-dir", self.folder / "another cache")
        self.check_results()
        read = [key for key in self.fetched() if key.startswith("raw/")]
        self.assertFalse([key for key in read if f"/{self.days[1].replace('-', '/')}/" in key])
        self.assertTrue(read)

    def test_with_the_roles_of_a_deployment(self):
        compactor, analyst = self.server.role(compaction_policy(self.bucket), "compact"), self.server.role(analysis_policy(self.bucket), "analyze")
        self.s3("compact", "--since", self.days[0], identity=compactor)
        self.analyze(identity=analyst)
        self.check_results()
        refused = {(entry["method"], entry["key"], entry["uri"].partition("prefix=")[2]) for entry in self.log() if entry["status"] == 403}
        # The whole store is asked for first; what lies below raw/ is enough.
        self.assertEqual(refused, {("GET", None, "vieweratlas%2F")})
        # An analysis may not write what is collected.
        before = self.keys("raw/")
        done = self.s3("simulate", *WORLD_OF_DAYS, identity=analyst, code=1)
        self.assertIn("s3:PutObject", done.stderr)
        self.assertEqual(self.keys("raw/"), before)

    def test_faults_on_the_way_lose_nothing(self):
        self.server.faults({"kind": "status", "times": -1, "chance": 0.06}, {"kind": "reset_response", "times": -1, "chance": 0.03},
                           {"kind": "truncate", "times": -1, "chance": 0.03}, {"kind": "reset_request", "times": -1, "chance": 0.03},
                           {"kind": "status", "status": 500, "code": "InternalError", "after": True, "times": -1, "chance": 0.03}, seed=11)
        self.compact("--date", self.days[0])
        self.analyze()
        given = self.server.num_faults()
        self.server.faults()
        self.assertGreater(sum(given.values()), 20, given)
        self.check_results()


class Denied(LakeTest):
    """Half of the rights: one line says which is missing. What else can be wrong with a store: test_store_errors.py."""

    def refused(self, identity, action):
        done = self.s3("analyze", *NO_PICTURES, identity=identity, code=1)
        lines = [line for line in done.stderr.splitlines() if line.startswith("vieweratlas: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn(action, lines[0])
        self.assertIn(self.bucket, lines[0])
        self.assertEqual(self.keys("outputs/") + self.keys("processed/"), [])

    def test_reading(self):
        self.upload_world()
        self.refused(self.server.role(policy(statement("s3:ListBucket", self.bucket, prefixes=("*",)))), "s3:GetObject")

    def test_writing(self):
        self.upload_world()
        self.refused(self.server.role(policy(statement("s3:GetObject", self.bucket, "*"), statement("s3:ListBucket", self.bucket, prefixes=("*",)))),
                     "s3:PutObject")


class Simulated(LakeTest):
    def test_writes_what_it_writes_into_a_folder(self):
        self.s3("simulate", *self.world_options)
        self.download("raw/", self.folder / "from-s3")
        self.assertEqual(files_below(self.folder / "from-s3"), files_below(self.world / "raw"))


class Collected(LakeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.identity = None

    def collect(self, rounds=2, interval=4, **more):
        fake = FakeTwitch(scenario([], generate=CROWD))
        self.addCleanup(fake.stop)
        environment = self.environment(more.pop("identity", None), TWITCH_CLIENT_ID=CLIENT_ID, TWITCH_OAUTH_TOKEN=TOKEN, **SANITIZERS)
        collector = Collect(fake, self.folder, env=environment, interval=interval, max_collection_cycles=rounds, storage="s3", s3_bucket=self.bucket,
                            store_logins=True, **more)
        self.addCleanup(collector.close)
        until(lambda: len(fake.rooms()) == CROWD["channels"] or collector.process.poll() is not None, 30, "being in all rooms")
        begin = collector.wait_for(lambda _: True)["round"]["begin"]
        fake.do("everybody")
        for done in range(rounds):
            if done > 0:
                before = begin
                begin = collector.wait_for(lambda status, before=before: status["round"]["begin"] > before, what="the next round")["round"]["begin"]
            fake.do("burst", lines=200)
            fake.wait_written()
        self.assertEqual(collector.wait(60), 0, collector.said()[-3000:])
        return fake, collector

    def audiences(self):
        found = collections.defaultdict(set)
        for path, content in files_below(self.folder / "from-s3").items():
            record = json.loads(content)
            if record.get("record") != "round":
                found[record["channel"]] |= set(record["chatters"])
        return {channel: viewers for channel, viewers in found.items() if viewers}

    def test_from_the_chats_to_the_map(self):
        fake, collector = self.collect(identity=self.server.role(collector_policy(self.bucket), "collect"))
        self.assert_no_secrets(collector.said())
        self.assertNotIn(TOKEN, collector.said())
        refused = [(entry["method"], entry["uri"]) for entry in self.log() if entry["status"] == 403]
        self.assertEqual(refused, [], "the collector asked for what its role may not do")
        self.download("raw/", self.folder / "from-s3/raw")
        self.assertEqual(self.audiences(), fake.audiences())
        self.assertEqual([path for path in (self.folder / "logs").rglob("raw/**/*.json")], [], "rounds are kept locally as well")
        self.s3("analyze", *NO_PICTURES)
        local = self.run_ok("analyze", "--logs-dir", "from-s3", "-o", "local", *NO_PICTURES)
        self.assertEqual(local.returncode, 0)
        self.assertEqual(self.get("processed/analysis_results.json"), (self.folder / "local/analysis_results.json").read_bytes())

    def test_rounds_outlive_a_server_that_is_away(self):
        """Rounds that cannot be stored wait, and are stored when the server is back."""
        self.server.faults({"kind": "status", "status": 503, "method": "PUT", "match": "raw/", "times": 6})
        fake, _ = self.collect()
        self.download("raw/snapshots/", self.folder / "from-s3")
        self.assertEqual(self.audiences(), fake.audiences())


if __name__ == "__main__":
    main()
