"""People who asked to be forgotten are gone from all data and stay away; old days go; what was done is written down; small overlaps and
channels that opted out are in no output."""
import gzip
import hashlib
import hmac
import json
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import time

from program import NO_PICTURES, PROGRAM, SMALL_POSTER, ProgramTest, clean_environment, main, results, run, table

KEY = bytes(range(32))
NO_SURVIVOR = [*NO_PICTURES, "--layout-iterations", "20"]


def pseudonym(kind, name):
    """The project's definition, written a second time."""
    return hmac.new(KEY, b"\0".join((kind.encode(), b"twitch", name.lower().encode())), hashlib.sha256).hexdigest()[:24]


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(pathlib.Path(folder).rglob("*"))
            if path.is_file() and "state" not in path.relative_to(folder).parts}


def audit(folder):
    return [json.loads(line) for line in (pathlib.Path(folder) / "state/audit.jsonl").read_text(encoding="utf-8").splitlines()]


class PrivacyTest(ProgramTest):
    world_options = ["--channels", "30", "--viewers", "1500", "--communities", "3", "--days", "1", "--bots", "0", "--seed", "5",
                     "--format", "json,csv"]

    def setUp(self):
        super().setUp()
        key = self.write("private/viewer.key", "vieweratlas viewer key 1 (a test's)\n" + KEY.hex() + "\n")
        key.chmod(0o600)
        self.env = clean_environment(VIEWERATLAS_COLLECTION_PRIVATE_DIR=str(self.folder / "private"))

    def take_world(self):
        shutil.copytree(self.world, self.folder / "logs")
        return self.folder / "logs"

    def forget(self, *words, code=0):
        done = run("forget", *words, "--json", cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done

    def analyze(self, *words):
        done = run("analyze", *words, *NO_SURVIVOR, cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done


class Forget(PrivacyTest):
    def somebody(self, logs):
        """The viewer in most snapshots."""
        seen = {}
        for path in logs.rglob("*.json"):
            for chatter in json.loads(path.read_text(encoding="utf-8")).get("chatters", []):
                seen[chatter] = seen.get(chatter, 0) + 1
        return max(seen, key=lambda name: (seen[name], name))

    def test_a_viewer_vanishes_and_all_else_stays(self):
        logs = self.take_world()
        name = self.somebody(logs)
        before = files_of(logs)
        report = self.forget(name.upper())
        self.assertGreater(report["files_changed"], 2)
        after = files_of(logs)
        self.assertEqual(list(after), list(before))
        changed = 0
        for path, text in before.items():
            word = f'"{name}"'.encode()
            if path.endswith(".csv"):
                expected = b"".join(line for line in text.splitlines(True) if not line.rstrip().endswith(b"," + name.encode()))
            else:
                expected = text.replace(word + b",", b"").replace(b"," + word, b"").replace(word, b"")
            self.assertEqual(after[path], expected, path)
            changed += text != expected
        self.assertEqual(report["files_changed"], changed)
        self.assertNotIn(name.encode(), b"".join(after.values()).replace(b"truth", b""))

    def test_the_list_and_the_log_name_nobody(self):
        logs = self.take_world()
        name = self.somebody(logs)
        self.forget(name, "id:4711")
        for path in (logs / "state").iterdir():
            text = path.read_text(encoding="utf-8")
            self.assertNotIn(name, text)
            self.assertNotIn("4711", text)
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        tombstones = json.loads((logs / "state/forgotten.json").read_text(encoding="utf-8"))
        self.assertEqual(tombstones["ids"], [pseudonym("id", "4711")])
        self.assertEqual(tombstones["logins"], [pseudonym("login", name)])
        entry = audit(logs)[-1]
        self.assertEqual(entry["action"], "forget")
        self.assertEqual(entry["counts"]["people"], 2)
        self.assertGreater(entry["counts"]["rows_removed"], 0)

    def test_rounds_of_pseudonyms(self):
        def line(channel, viewers):
            return json.dumps({"channel": channel, "timestamp": "2026-01-05T10:00:00Z", "source": "live",
                               "chatters": [pseudonym("id", i) for i, _, _ in viewers], "messages": [n for _, _, n in viewers],
                               "logins": [pseudonym("login", l) if l else "" for _, l, _ in viewers]}, separators=(",", ":")) + "\n"
        people = [("1", "ada", 5), ("2", "bea", 6), ("3", "cleo", 7)]
        renamed = [("1", "countess", 1), ("2", "bea", 2)]
        path = self.write("logs/raw/snapshots/2026/01/05/round_20260105_100000.ndjson", line("x", people) + line("y", people[1:]))
        packed = self.folder / "logs/raw/snapshots/2026/01/05/round_20260105_110000.ndjson.gz"
        packed.write_bytes(gzip.compress(line("x", renamed).encode()))
        plain = self.write("logs/old_20200101_100000.json", '{"channel":"x", "chatters": ["bea", "Countess"]}')
        report = self.forget("ADA")
        self.assertEqual((report["linked_ids"], report["linked_logins"], report["tombstones_new"]), (1, 1, 3))
        self.assertEqual(path.read_text(encoding="utf-8"), line("x", people[1:]) + line("y", people[1:]))
        self.assertEqual(gzip.decompress(packed.read_bytes()).decode(), line("x", renamed[1:]))
        self.assertEqual(plain.read_text(encoding="utf-8"), '{"channel":"x", "chatters": ["bea"]}')

    def test_many_from_a_file_or_the_standard_input(self):
        self.write("logs/a_20260105_100000.json", '{"channel":"x","chatters":["ada","bea","cleo","dan"]}')
        self.write("names.txt", "# who asked\nada\n\n@Bea  # by mail\n")
        self.assertEqual(self.forget("--from", "names.txt")["rows_removed"], 2)
        done = run("forget", "--from", "-", cwd=self.folder, env=self.env, input="cleo\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "logs/a_20260105_100000.json").read_text(encoding="utf-8"), '{"channel":"x","chatters":["dan"]}')

    def test_a_dry_run_changes_nothing(self):
        logs = self.take_world()
        before = files_of(logs)
        report = self.forget(self.somebody(logs), "--dry-run")
        self.assertGreater(report["files_changed"], 2)
        self.assertEqual(files_of(logs), before)
        self.assertFalse((logs / "state").exists())

    def test_a_killed_run_is_finished_by_the_next(self):
        text = '{"channel":"x","timestamp":%d,"chatters":["ada","bea"]}\n'
        for i in range(400):
            self.write(f"logs/raw/f{i:03}.ndjson", "".join(text % (1767600000 + 60 * j) for j in range(200)))
        expected = {name: data.replace(b'"ada",', b"") for name, data in files_of(self.folder / "logs").items()}
        killed = 0
        for delay in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4):
            process = subprocess.Popen([PROGRAM, "forget", "ada"], cwd=self.folder, env=self.env, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            for path in (self.folder / "logs/raw").glob("f*.ndjson"):  # old or new, nothing between
                self.assertIn(path.read_bytes().count(b"\n"), (200,))
                self.assertIn(path.read_bytes().count(b"ada"), (0, 200))
        self.assertGreater(killed, 0)
        self.forget("ada")
        self.assertEqual(files_of(self.folder / "logs"), expected)

    def test_whoever_comes_back_from_a_backup_is_not_counted(self):
        logs = self.take_world()
        name = self.somebody(logs)
        backup = files_of(logs)
        self.analyze("-o", "with")
        self.forget(name)
        self.analyze("-o", "without")
        for path, data in backup.items():
            (logs / path).write_bytes(data)
        done = self.analyze("-o", "restored")
        self.assertIn("rows of forgotten viewers", done.stderr)
        for file in ("graph_edges.csv", "graph_nodes.csv"):
            self.assertEqual((self.folder / "restored" / file).read_text(), (self.folder / "without" / file).read_text())
            self.assertNotEqual((self.folder / "with" / file).read_text(), (self.folder / "without" / file).read_text())
        self.assertGreater(results(self.folder / "restored")["provenance"]["counts"]["rows_of_forgotten_viewers"], 0)
        quality = run("quality", "--json", cwd=self.folder, env=self.env)
        self.assertEqual(quality.returncode, 0, quality.stderr)
        # Without names: everybody who is on the list, out of the data again.
        self.assertGreater(self.forget()["rows_removed"], 0)
        self.assertEqual(self.forget()["rows_removed"], 0)

    def test_without_the_key_it_says_what_it_cannot_do(self):
        self.take_world()
        self.forget("ada")
        (self.folder / "private/viewer.key").unlink()
        self.assertIn("not at hand", self.analyze("-o", "out").stderr)

    def test_maps_made_before_are_named(self):
        logs = self.take_world()
        (logs / "state").mkdir()
        self.analyze("-o", "maps")
        self.assertEqual(audit(logs)[-1]["action"], "export")
        self.assertEqual(self.forget(self.somebody(logs))["stale_maps"], [str((self.folder / "maps").resolve())])

    def test_mistakes(self):
        self.assertIn("no data folder", self.forget("ada", code=1).stderr)
        (self.folder / "logs").mkdir()
        self.assertIn("nobody is named", self.forget(code=2).stderr)
        self.assertIn("is no user", self.forget("a b", code=2).stderr)
        self.forget("ada")
        (self.folder / "private/viewer.key").write_text("vieweratlas viewer key 1 (another)\n" + bytes(32).hex() + "\n")
        self.assertIn("key", self.forget("bea", code=2).stderr)

    def test_damage_is_told_by_the_exit_code(self):
        (self.folder / "logs").mkdir()
        packed = gzip.compress(b'{"channel":"x","chatters":["bea"]}' + b" " * 5000)
        (self.folder / "logs/a_20260105_100000.json.gz").write_bytes(packed[:-10])
        done = run("forget", "ada", cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("a_20260105_100000.json.gz", done.stderr)


class Retention(PrivacyTest):
    def test_old_days_go(self):
        logs = self.folder / "logs"
        today = time.strftime("%Y/%m/%d", time.gmtime())
        for day in ("2020/01/01", "2020/01/02", today):
            self.write(f"logs/raw/snapshots/{day}/x.json", '{"channel":"x","chatters":["ada"]}')
        self.write("logs/community_analysis/2020/01/01/x.json", "{}")
        plan = json.loads(self.run_ok("purge", "--older-than", "30", "--json", "--dry-run").stdout)
        self.assertEqual((plan["files"], plan["kept"]), (2, 1))
        self.assertEqual(len(files_of(logs)), 4)
        done = json.loads(self.run_ok("purge", "--older-than", "30", "--json").stdout)
        self.assertEqual((done["files"], done["kept"]), (2, 1))
        self.assertEqual(set(files_of(logs)), {f"raw/snapshots/{today}/x.json", "community_analysis/2020/01/01/x.json"})
        self.assertEqual(audit(logs)[-1]["counts"]["files"], 2)

    def test_it_must_be_told_how_old(self):
        (self.folder / "logs").mkdir()
        self.assertIn("--older-than", self.run_failing(2, "purge").stderr)
        self.assertEqual(run("purge", cwd=self.folder, env=clean_environment(VIEWERATLAS_COLLECTION_RETENTION_DAYS="7")).returncode, 0)


class Publishing(PrivacyTest):
    def test_no_output_has_an_overlap_below_the_minimum(self):
        shutil.copytree(self.world, self.folder / "logs")
        self.analyze("-o", "all")
        weights = [int(edge["weight"]) for edge in table(self.folder / "all/graph_edges.csv")]
        minimum = sorted(weights)[len(weights) // 2] + 1
        done = run("analyze", "-o", "out", "--min-published-overlap", minimum, "--layout-iterations", "20", *SMALL_POSTER,
                   cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        kept = [weight for weight in weights if weight >= minimum]
        withheld = len(weights) - len(kept)
        self.assertGreater(withheld, 0)
        self.assertIn(f"{withheld} links of fewer than {minimum} shared viewers withheld", done.stderr)
        self.assertEqual(sorted(int(edge["weight"]) for edge in table(self.folder / "out/graph_edges.csv")), sorted(kept))
        gexf = (self.folder / "out/graph.gexf").read_text(encoding="utf-8")
        self.assertEqual(sorted(map(int, re.findall(r'<edge [^>]*weight="(\d+)"', gexf))), sorted(kept))
        numbers = results(self.folder / "out")
        self.assertEqual(numbers["provenance"]["counts"]["links_withheld"], withheld)
        self.assertEqual(numbers["statistics"]["graph"]["num_edges"], len(kept))
        self.assertEqual(numbers["config"]["overlap_threshold"], minimum)
        nodes = table(self.folder / "out/graph_nodes.csv")
        self.assertEqual(sum(int(node["strength"]) for node in nodes), 2 * sum(kept))
        self.assertEqual(sum(int(node["degree"]) for node in nodes), 2 * len(kept))
        self.assertEqual(numbers["partition"], results(self.folder / "all")["partition"])

    def test_the_rigorous_preset_withholds_below_ten(self):
        shown = self.run_ok("config", "show", "rigorous").stdout
        self.assertRegex(shown, r"min_published_overlap +10")

    def test_channels_that_opted_out_are_nowhere(self):
        shutil.copytree(self.world, self.folder / "logs")
        self.analyze("-o", "all")
        gone = table(self.folder / "all/graph_nodes.csv")[0]["id"]
        self.write("opt_out.txt", f"# asked on Monday\n{gone.upper()}\n")
        self.write("map.yaml", "collection:\n  opt_out_file: opt_out.txt\n")
        done = run("analyze", "map.yaml", "-o", "out", "--layout-iterations", "20", *SMALL_POSTER, cwd=self.folder, env=self.env)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("analysis_results.json", "community_graph.html", "graph.gexf", "graph_edges.csv", "graph_nodes.csv"):
            self.assertNotIn(gone, (self.folder / "out" / name).read_text(encoding="utf-8"), name)
        self.assertEqual(results(self.folder / "out")["provenance"]["counts"]["channels_excluded"], 1)
        quality = json.loads(run("quality", "map.yaml", "--json", cwd=self.folder, env=self.env).stdout)
        self.assertEqual(json.dumps(quality).count(f'"{gone}"'), 0)


if __name__ == "__main__":
    main()
