"""The lake through the real program: raw days become tables that other readers of Parquet read; damage is found, old days go, people go."""
import fcntl
import json
import os
import shutil

import duckdb
import pyarrow.parquet as parquet

from program import NO_PICTURES, ProgramTest, clean_environment, digests, main, run

KEY = bytes(range(32))
PRESENCE = {"viewer_id": "int64", "channel_id": "int64", "buckets": "int32", "messages": "int32", "first_min": "int32", "last_min": "int32"}


class LakeTest(ProgramTest):
    world_options = ["--channels", "40", "--viewers", "2000", "--communities", "3", "--days", "2", "--bots", "0", "--seed", "5"]

    def setUp(self):
        super().setUp()
        key = self.write("private/viewer.key", "vieweratlas viewer key 1 (a test's)\n" + KEY.hex() + "\n")
        key.chmod(0o600)
        self.env = clean_environment(VIEWERATLAS_COLLECTION_PRIVATE_DIR=str(self.folder / "private"))
        shutil.copytree(self.world, self.folder / "logs")
        self.logs = self.folder / "logs"

    def ask(self, *words, code=0):
        done = run(*words, "--json", cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout.split("\n}\n")[0] + "\n}")

    def lake(self):
        return {path.relative_to(self.logs).as_posix(): path.read_bytes() for path in sorted((self.logs / "curated").rglob("*")) if path.is_file()}

    def raw_rows(self):
        """(viewer, channel) -> snapshots, a day, from the simulator's files; names in lower case."""
        days = {}
        for path in (self.logs / "raw").rglob("*.json"):
            record = json.loads(path.read_text(encoding="utf-8"))
            day = days.setdefault(record["timestamp"][:10], {})
            for viewer in set(record["chatters"]):
                pair = (viewer.lower(), record["channel"].lower())
                day[pair] = day.get(pair, 0) + 1
        return days

    def test_other_readers_find_what_the_raw_files_say(self):
        report = self.ask("compact")
        raw = self.raw_rows()
        self.assertEqual(report["days"], sorted(raw))
        self.assertEqual(report["rows_out"], sum(sum(day.values()) for day in raw.values()))
        for day, pairs in raw.items():
            path, = (self.logs / f"curated/presence/dt={day}/source=live").glob("part-00000-*.parquet")
            file = parquet.ParquetFile(path)
            self.assertEqual({field.name: str(field.type) for field in file.schema_arrow}, PRESENCE)
            self.assertEqual(file.metadata.num_rows, len(pairs))
            metadata = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
            self.assertEqual(metadata["schema_version"], "1")
            self.assertEqual(metadata["run"], path.stem.rsplit("-", 1)[1])
            manifest = json.loads((self.logs / f"curated/presence/dt={day}/_manifest.json").read_text(encoding="utf-8"))
            self.assertEqual(metadata["viewer_key"], manifest["viewer_key"])
            for i in range(file.metadata.num_columns):
                column = file.metadata.row_group(0).column(i)
                self.assertEqual(column.compression, "ZSTD")
                self.assertTrue(column.statistics.has_min_max and column.statistics.null_count == 0)
                self.assertLessEqual(set(column.encodings), {"PLAIN", "RLE", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "BIT_PACKED"})
            rows = file.read().to_pydict()
            order = list(zip(rows["viewer_id"], rows["channel_id"]))
            self.assertEqual(order, sorted(set(order)))
            self.assertEqual(sorted(rows["buckets"]), sorted(pairs.values()))
            self.assertEqual(len(set(rows["viewer_id"])), len({viewer for viewer, _ in pairs}))

    def test_duckdb_joins_the_tables(self):
        self.ask("compact")
        raw = self.raw_rows()
        lake = duckdb.connect()
        found = lake.execute(f"""
            SELECT CAST(p.dt AS VARCHAR), c.login, sum(p.buckets) FROM read_parquet('{self.logs}/curated/presence/*/*/*.parquet', hive_partitioning=true) p
            JOIN read_parquet('{self.logs}/curated/channels/*/*.parquet', hive_partitioning=true) c ON c.channel_id = p.channel_id AND c.dt = p.dt
            GROUP BY ALL""").fetchall()
        expected = {}
        for day, pairs in raw.items():
            for (_, channel), count in pairs.items():
                expected[day, channel] = expected.get((day, channel), 0) + count
        self.assertEqual({(day, login): count for day, login, count in found}, expected)

    def test_the_same_again_changes_nothing_and_late_files_do(self):
        self.ask("compact")
        before = self.lake()
        self.assertEqual(self.ask("compact")["days"], [])
        self.assertEqual(self.lake(), before)
        shutil.rmtree(self.logs / "curated")
        first = sorted(self.raw_rows())[0]
        self.assertEqual(self.ask("compact", "--date", first)["days"], [first])
        self.ask("compact")
        self.assertEqual(self.lake().keys(), before.keys())
        for name, content in self.lake().items():
            if name.endswith(".parquet"):
                self.assertEqual(content, before[name], name)
        late = self.logs / "raw/vod_snapshots/late.ndjson"
        late.parent.mkdir(parents=True)
        late.write_text(json.dumps({"timestamp": first + "T00:00:30Z", "channel": "late", "chatters": ["somebody"]}) + "\n", encoding="utf-8")
        self.assertEqual(self.ask("lake", "stats")["states"]["missing"], 0)
        self.assertEqual(self.ask("compact")["days"], [first])
        self.assertEqual(self.ask("lake", "verify", "--deep")["days_compared"], 2)

    def test_stats_and_damage(self):
        days = sorted(self.raw_rows())
        self.assertEqual(self.ask("lake", "stats")["states"]["missing"], len(days))
        self.ask("compact")
        stats = self.ask("lake", "stats")
        self.assertEqual(stats["states"]["current"], len(days))
        self.assertLess(stats["bytes"], stats["raw_bytes"])
        self.assertEqual(self.ask("lake", "verify")["status"], "ok")
        path = next((self.logs / "curated/presence").rglob("*.parquet"))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        done = run("lake", "verify", cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, 1)
        self.assertIn(path.name, done.stderr)

    def test_old_days_go(self):
        self.ask("compact")
        first, second = sorted(self.raw_rows())
        plan = self.ask("lake", "purge", "--older-than", second, "--dry-run")
        self.assertEqual((plan["days"], plan["status"]), (1, "dry_run"))
        done = self.ask("lake", "purge", "--older-than", second)
        self.assertEqual(done["days"], 1)
        self.assertGreater(done["raw_files"], 0)
        self.assertFalse([name for name in self.lake() if first in name])
        self.assertEqual(list(self.raw_rows()), [second])
        self.assertEqual(self.ask("lake", "verify", "--deep")["days_compared"], 1)
        self.assertIn("lake_days", (self.logs / "state/audit.jsonl").read_text(encoding="utf-8"))

    def test_forgotten_people_are_in_no_table(self):
        self.ask("compact")
        raw = self.raw_rows()
        viewer = max(set(name for day in raw.values() for name, _ in day), key=lambda name: sum(v for day in raw.values() for (n, _), v in day.items() if n == name))
        before = duckdb.connect().execute(f"SELECT viewer_id, sum(buckets) FROM read_parquet('{self.logs}/curated/presence/*/*/*.parquet') GROUP BY 1").fetchall()
        # The days lose their raw files first: what the lake has is all there is.
        shutil.rmtree(self.logs / "raw")
        done = self.ask("forget", "login:" + viewer)
        self.assertGreater(done["lake_rows_removed"], 0)
        after = duckdb.connect().execute(f"SELECT viewer_id, sum(buckets) FROM read_parquet('{self.logs}/curated/presence/*/*/*.parquet') GROUP BY 1").fetchall()
        self.assertEqual(len(set(before) - set(after)), 1)
        self.assertEqual(len(after), len(before) - 1)
        self.assertEqual(self.ask("lake", "verify")["status"], "ok")

    def test_who_comes_back_from_a_backup_is_in_no_day(self):
        raw = self.raw_rows()
        counts = {}
        for day in raw.values():
            for (name, _), count in day.items():
                counts[name] = counts.get(name, 0) + count
        name = max(sorted(counts), key=counts.get)
        backup = {path: path.read_bytes() for path in self.logs.rglob("*") if path.is_file()}
        self.ask("compact")
        old_lake = self.lake()

        def analyze(output, *words):
            done = run("analyze", "--logs-dir", "logs", "-o", output, "--overlap-threshold", "1", *NO_PICTURES, *words, cwd=self.folder, env=self.env)
            self.assertEqual(done.returncode, 0, done.stderr)
            return digests(self.folder / output)

        def restore(files):
            for path, data in files.items():
                path.write_bytes(data)

        def forgotten_rows():
            return sum(json.loads(data)["forgotten_rows"] for key, data in self.lake().items() if key.endswith("_manifest.json"))

        self.ask("forget", "login:" + name)
        wanted = analyze("without", "--curated", "off")["graph_edges.csv"]
        # Raw files came back; then the lake's days, too, which were made of them.
        restore(backup)
        self.ask("compact")
        self.assertEqual(forgotten_rows(), counts[name])
        both = [analyze("raw", "--curated", "off"), analyze("curated")]
        self.assertEqual(both[0], both[1])
        self.assertEqual(both[0]["graph_edges.csv"], wanted)
        shutil.rmtree(self.logs / "curated")
        for path, data in old_lake.items():
            (self.logs / path).parent.mkdir(parents=True, exist_ok=True)
            (self.logs / path).write_bytes(data)
        self.assertEqual(analyze("old_days"), both[0])
        report = self.ask("compact")
        self.assertEqual((report["forgotten_rows"], report["rows_in"] - report["rows_out"]), (counts[name], counts[name]))
        self.assertEqual(forgotten_rows(), counts[name])
        # Out of the raw files again: the days stand for them.
        self.ask("forget")
        self.ask("compact")
        self.assertEqual(forgotten_rows(), 0)
        both = [analyze("raw2", "--curated", "off"), analyze("curated2")]
        self.assertEqual(both[0], both[1])
        self.assertEqual(both[0]["graph_edges.csv"], wanted)
        done = run("analyze", "--logs-dir", "logs", "-o", "only", "--curated", "only", *NO_PICTURES, cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ask("compact")["days"], [])

    def test_forgetting_somebody_makes_no_other_day_anew(self):
        self.ask("compact")
        self.ask("forget", "login:nobody_in_particular")
        self.assertEqual(self.ask("compact")["days"], [])
        (self.logs / "state/forgotten.json").unlink()
        self.assertEqual(len(self.ask("compact")["days"]), 2)

    def test_a_newer_lake_is_left_to_the_newer_program(self):
        self.ask("compact")
        manifest = next((self.logs / "curated/presence").rglob("_manifest.json"))
        manifest.write_text(manifest.read_text().replace('"schema_version":1', '"schema_version":2'))
        before = self.lake()
        for words in (["compact"], ["lake", "stats"], ["lake", "verify"], ["forget", "ada"]):
            done = run(*words, cwd=self.folder, env=self.env)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("newer version of this program", done.stderr)
            self.assertEqual(self.lake()[manifest.relative_to(self.logs).as_posix()], before[manifest.relative_to(self.logs).as_posix()])

    def test_what_killed_runs_left_in_the_temporary_folder_goes(self):
        tmp = self.folder / "tmp"
        (tmp / "vieweratlas-scratch-killed").mkdir(parents=True)
        (tmp / "vieweratlas-scratch-killed/names.json").write_text("{}")
        (tmp / "vieweratlas-scratch-at-work").mkdir()
        (tmp / "vieweratlas-scratch-young").mkdir()
        for name in ("killed", "at-work"):
            os.utime(tmp / f"vieweratlas-scratch-{name}", (1, 1))
        held = os.open(tmp / "vieweratlas-scratch-at-work", os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)
        self.env["TMPDIR"] = str(tmp)
        self.ask("compact")
        self.assertEqual(sorted(path.name for path in tmp.iterdir()), ["vieweratlas-scratch-at-work", "vieweratlas-scratch-young"])

    def test_another_key_is_refused(self):
        self.ask("compact")
        before = self.lake()
        other = self.write("private/viewer.key", "vieweratlas viewer key 1 (another)\n" + bytes(range(1, 33)).hex() + "\n")
        other.chmod(0o600)
        done = run("compact", cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, 2)
        self.assertIn("viewer key", done.stderr)
        self.assertEqual(self.lake(), before)


if __name__ == "__main__":
    main()
