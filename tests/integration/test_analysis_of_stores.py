"""The same map from files, from a store and from compacted days, byte for byte; and nothing is downloaded twice."""
import json
import pathlib
import tempfile
import unittest

from program import NO_PICTURES, clean_environment, digests, run

WORLD = ["--channels", "60", "--viewers", "4000", "--communities", "5", "--days", "3", "--bots", "2", "--seed", "7"]


class AnalysisOfStores(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="vieweratlas-stores-")
        self.addCleanup(self._temporary.cleanup)
        self.cwd = pathlib.Path(self._temporary.name)
        (self.cwd / "home").mkdir()
        self.env = clean_environment(HOME=str(self.cwd / "home"))
        self.command("simulate", "-o", "logs", *WORLD)
        self.command("storage", "export", "--logs-dir", "logs", "--to", "sqlite:world.sqlite")
        self.local = self.maps("local", "--logs-dir", "logs", "--curated", "off")

    def command(self, *words):
        done = run(*words, cwd=self.cwd, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def maps(self, name, *words):
        self.said = self.command("analyze", *words, "--output-dir", name, "--overlap-threshold", "1", *NO_PICTURES).stderr
        return digests(self.cwd / name)

    def from_store(self, name, *words):
        return self.maps(name, "--storage", "sqlite", "--sqlite-file", "world.sqlite", *words)

    def test_store_through_cache(self):
        self.assertEqual(self.from_store("first"), self.local)
        self.assertNotIn(" 0 objects downloaded", self.said)
        self.assertEqual(self.from_store("second"), self.local)
        self.assertIn(" 0 objects downloaded", self.said)
        for path in self.cwd.joinpath("home/.cache/vieweratlas/objects").rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o777, 0o700 if path.is_dir() else 0o600, path)

    def test_a_dry_run_lists_the_store(self):
        store = ["--storage", "sqlite", "--sqlite-file", "world.sqlite"]

        def plan():
            return json.loads(self.command("analyze", "--dry-run", "--json", *store).stdout)

        first = plan()
        self.assertGreater(first["input_files"], 100)
        self.assertIn("world.sqlite", first["input"])
        (self.cwd / "one_more.json").write_text("{}", encoding="utf-8")
        self.command("storage", "put", "one_more.json", "raw/one_more.json", *store)
        self.command("storage", "put", "one_more.json", "state/of_the_program.json", *store)
        second = plan()
        self.assertEqual((second["input_files"], second["input_bytes"]), (first["input_files"] + 1, first["input_bytes"] + 2))
        self.assertFalse((self.cwd / "community_analysis").exists())

    def test_store_larger_than_its_cache(self):
        self.assertEqual(self.from_store("small", "--cache-max-gib", "0.01"), self.local)

    def test_compacted_days(self):
        for place in (["--logs-dir", "logs"], ["--storage", "sqlite", "--sqlite-file", "world.sqlite"]):
            done = run("compact", *place, "--since", "2020-01-01", cwd=self.cwd, env=self.env)
            if "DuckDB" in done.stderr:
                self.skipTest("this program was built without DuckDB")
            self.assertEqual(done.returncode, 0, done.stderr)
            for policy in ("auto", "only"):
                self.assertEqual(self.maps(f"{policy}{len(place)}", *place, "--curated", policy), self.local)
                self.assertIn("3 compacted days", self.said)

    def test_days_that_changed_are_read_raw(self):
        self.command("compact", "--logs-dir", "logs", "--since", "2020-01-01")
        changed = min(self.cwd.joinpath("logs/raw/snapshots").rglob("*.json"))
        snapshot = json.loads(changed.read_text())
        snapshot["chatters"].append("a_late_viewer")
        changed.write_text(json.dumps(snapshot))
        late = dict(snapshot, chatters=["another"])
        self.cwd.joinpath("logs/raw/late.json").write_text(json.dumps(late))
        self.assertEqual(self.maps("mixed", "--logs-dir", "logs"), self.maps("raw", "--logs-dir", "logs", "--curated", "off"))
        quality = [self.command("quality", "--logs-dir", "logs", "--curated", policy, "--json").stdout for policy in ("auto", "off")]
        self.assertEqual(*quality)

    def test_days_stand_alone_when_their_raw_files_are_gone(self):
        self.command("compact", "--logs-dir", "logs", "--since", "2020-01-01")
        raw = sorted(self.cwd.joinpath("logs/raw").rglob("*.json"))
        days = sorted({path.parent for path in raw})
        self.assertEqual(len(days), 3)
        viewer = json.loads(raw[0].read_text(encoding="utf-8"))["chatters"][0]
        # As by a rule of a bucket that removes raw files after some time: those of the first day, of two, of all.
        for number, day in enumerate(days, 1):
            for path in raw:
                if path.parent == day:
                    path.unlink()
            self.assertEqual(self.maps(f"without{number}", "--logs-dir", "logs"), self.local)
            self.assertIn("3 compacted days", self.said)
            self.assertIn(f"{number} compacted days have no raw files any more", self.said)
        # The tables are all that is left, also when somebody was taken out of them.
        self.command("forget", "login:" + viewer, "--logs-dir", "logs")
        without = self.maps("forgotten", "--logs-dir", "logs")
        self.assertIn("3 compacted days", self.said)
        self.assertNotEqual(without["graph_nodes.csv"], self.local["graph_nodes.csv"])
        self.assertEqual(self.maps("only", "--logs-dir", "logs", "--curated", "only"), without)
        # What neither tables nor raw files have is told as lost.
        table = min(self.cwd.joinpath("logs/curated/presence").rglob("*.parquet"))
        table.write_bytes(b"PAR1")
        self.command("analyze", "--logs-dir", "logs", "--output-dir", "damaged", "--overlap-threshold", "1", *NO_PICTURES)
        result = json.loads(self.cwd.joinpath("damaged/analysis_results.json").read_text(encoding="utf-8"))
        self.assertIn("the file is gone, and the compacted day that has it cannot be used", json.dumps(result))


if __name__ == "__main__":
    unittest.main()
