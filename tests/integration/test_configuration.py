"""Every key acts, from a YAML file, from the environment and as a flag; and wrong configurations are told with their place."""
import concurrent.futures
import hashlib
import hmac
import json
import pathlib
import re
import shutil
import tempfile

from program import NO_PICTURES, SMALL_POSTER, ProgramTest, clean_environment, digest, digests, main, png_pixels, png_size, results, run, table


def channels(folder, done):
    return table(folder / "out/graph_nodes.csv")


def edges(folder, done):
    return table(folder / "out/graph_edges.csv")


def tagging(folder, done):
    found = results(folder / "out")
    return [found["statistics"]["tagging"], found["labels"]]


def files(folder, done):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "c.yaml")


def colours(folder, done):
    return digest(folder / "out/graph.gexf")


def talk(folder, done):
    """What was said, without the times."""
    return re.sub(r"[\d.]+ m?s\b", "", done.stderr)


def log(folder, done):
    return re.sub(r"[\d.]+ m?s\b|\d{4}-\S+Z", "", (folder / "logs/pipeline.log").read_text(encoding="utf-8"))


def stdout(folder, done):
    return re.sub(r'"seconds": \{[^}]*\}', "", done.stdout)


def pixels(folder, done):
    return png_pixels(folder / "out/community_graph.png")


def size(folder, done):
    return png_size(folder / "out/community_graph.png")


def page(folder, done):
    return (folder / "out/community_graph.html").read_text(encoding="utf-8")


POSTER = SMALL_POSTER + ["--no-enable-interactive-viz"]

# key -> (value, what changes, further flags of both runs)
ANALYZE = {
    "analysis.since": ("2026-01-05T12:00:00Z", channels, []),
    "analysis.until": ("2026-01-05T06:00:00Z", channels, []),
    "analysis.last": ("3h", channels, []),
    "analysis.min_channel_viewers": ("200", channels, []),
    "analysis.min_user_appearances": ("3", channels, []),
    "analysis.min_viewer_count": ("100", channels, []),
    "analysis.max_channels_per_viewer": ("3", channels, []),
    "analysis.overlap_threshold": ("15", edges, []),
    "analysis.min_published_overlap": ("15", edges, []),
    "analysis.include_isolated_nodes": ("false", channels, ["--overlap-threshold", "90"]),
    "analysis.algorithm": ("louvain", talk, []),
    "analysis.resolution": ("6", channels, []),
    "analysis.community_weight": ("cosine", talk, []),
    "analysis.runs": ("3", talk, []),
    "analysis.seed": ("99", colours, []),
    "analysis.min_community_size": ("14", channels, ["--resolution", "3"]),
    "analysis.game_threshold": ("99.5", channels, []),
    "analysis.language_threshold": ("99.5", tagging, ["--resolution", "0.3"]),
    "analysis.layout_iterations": ("3", channels, []),
    "analysis.layout_seed": ("77", channels, []),
    "analysis.title": ("Another heading", page, ["--no-enable-static-viz"]),
    "analysis.theme": ("light", pixels, POSTER),
    "analysis.static_viz_figsize": ("30x20", size, POSTER),
    "analysis.static_viz_dpi": ("40", size, ["--no-enable-interactive-viz", "--static-viz-figsize", "16x16"]),
    "analysis.show_node_labels": ("false", pixels, POSTER),
    "analysis.label_top_n_nodes": ("50", pixels, POSTER),
    "analysis.label_only_top": ("true", pixels, POSTER),
    "analysis.enable_static_viz": ("false", files, POSTER),
    "analysis.enable_interactive_viz": ("false", files, ["--no-enable-static-viz"]),
    "analysis.export_graph_csv": ("false", files, []),
    "analysis.export_gexf": ("false", files, []),
    "analysis.save_analysis_json": ("false", files, []),
    "threads": ("3", talk, ["--verbose"]),
    "log_level": ("debug", log, []),
    "log_format": ("%(levelname)s::%(message)s", log, []),
    "log_file": ("run.log", files, []),
    "color": ("always", talk, []),
    "verbose": ("true", talk, []),
    "quiet": ("true", talk, []),
    "dry_run": ("true", files, []),
    "json": ("true", stdout, []),
    "preset": ("explorer", talk, []),
}

SIMULATE = {"channels": "41", "viewers": "2100", "communities": "3", "days": "2", "snapshot_interval": "2h", "bots": "9", "mixing": "0.5",
            "channels_per_viewer": "2.5", "seed": "8", "format": "csv", "start": "2025-03-01", "size": "S"}


def block_and_name(key):
    return key.split(".") if "." in key else ("", key)


def given(key, value, source, folder):
    """Words and environment that set `key` to `value` by `source`; a file is written into `folder`."""
    block, name = block_and_name(key)
    if source == "flag":
        return [f"--{name.replace('_', '-')}={value}"], {}
    if source == "environment":
        return [], {"VIEWERATLAS_" + key.replace(".", "_").upper(): value}
    text = f"{block}:\n  {name}: '{value}'\n" if block else f"{name}: '{value}'\n"
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    return ["c.yaml"], {}


class Effects(ProgramTest):
    def analyze(self, words, environment, more):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        pictures = more if set(more) & set(POSTER + ["--no-enable-static-viz"]) else NO_PICTURES + more
        with_file = callable(words)
        words, environment = words(folder) if with_file else (words, environment)
        done = run("analyze", *words, "--logs-dir", self.world, "--output-dir", "out", *pictures, cwd=folder, env=clean_environment(**environment))
        return folder, done

    def check_key(self, key):
        value, observe, more = ANALYZE[key]
        base = observe(*self.analyze([], {}, more))
        seen = []
        for source in ("flag", "environment", "yaml"):
            folder, done = self.analyze(lambda where, source=source: given(key, value, source, where), {}, self.without(more, key))
            self.assertEqual(done.returncode, 0, f"{key} by {source}: {done.stderr}")
            now = observe(folder, done)
            self.assertTrue(now != base, f"{key} by {source} has no effect")
            # Only talk at debug level names the source of a value.
            seen.append(re.sub(r".* = .*\n", "", now) if isinstance(now, str) else now)
        self.assertTrue(seen[0] == seen[1] == seen[2], f"{key}: the three ways differ")

    @staticmethod
    def without(more, key):
        flag = "--" + block_and_name(key)[1].replace("_", "-")
        words = list(more)
        for off in (flag, "--no-" + flag[2:]):
            if off in words:
                words.remove(off)
        return words

    def test_every_key_of_analyze(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for outcome in [pool.submit(self.check_key, key) for key in ANALYZE]:
                outcome.result()

    def test_no_key_of_analyze_is_forgotten(self):
        shown = json.loads(self.run_ok("config", "show", "--json").stdout)
        elsewhere = {"analysis.logs_dir", "analysis.strict", "analysis.edges", "analysis.nodes", "analysis.exclude_games", "analysis.bot_list",
                     "analysis.viewer_key_file", "analysis.exclude_channels_file", "analysis.output_dir", "analysis.analysis_interval_cycles", "analysis.curated"}  # tests of their own, or of a later command
        later = ("collection.", "storage.", "lake.", "vod.", "simulate.")
        missing = {key for key in shown if not key.startswith(later)} - set(ANALYZE) - elsewhere
        self.assertEqual(missing, set())
        self.assertEqual({key for key in shown if key.startswith("simulate.")}, {"simulate." + key for key in SIMULATE} | {"simulate.output_dir"})

    def test_folders(self):
        for number, source in enumerate(("flag", "environment", "yaml")):
            logs, first = given("analysis.logs_dir", str(self.world), source, self.folder)
            out = f"--output-dir=out{number}"
            self.run_ok("analyze", *logs, out, *NO_PICTURES, env=clean_environment(**first))
            words, second = given("analysis.output_dir", f"other{number}", source, self.folder)
            self.run_ok("analyze", *words, "--logs-dir", self.world, *NO_PICTURES, env=clean_environment(**second))
            self.assertEqual(digests(self.folder / f"out{number}"), digests(self.folder / f"other{number}"))
        self.run_ok("analyze", *NO_PICTURES, env=clean_environment(LOGS_DIR=str(self.world), OUTPUT_DIR="historical"))
        self.assertTrue((self.folder / "historical/graph_nodes.csv").exists())

    def test_excluded_games_and_bots(self):
        base = self.run_ok("analyze", "--logs-dir", self.world, "-o", "base", *NO_PICTURES)
        self.assertNotIn("bot list", base.stderr)
        before = table(self.folder / "base/graph_nodes.csv")
        game = before[0]["game"]
        snapshot = json.loads(next(self.world.rglob("raw/**/*.json")).read_text(encoding="utf-8"))
        viewers = [viewer if isinstance(viewer, str) else viewer["login"] for viewer in snapshot["chatters"]][:2]
        self.write("bots.txt", f"# known\n\n{viewers[0].upper()}\n{viewers[1]}  # too\n")
        for source in ("flag", "environment", "yaml"):
            words, environment = given("analysis.exclude_games", game, source, self.folder)
            self.run_ok("analyze", *words, "--logs-dir", self.world, "-o", "games", *NO_PICTURES, env=clean_environment(**environment))
            left = {row["game"] for row in table(self.folder / "games/graph_nodes.csv")}
            self.assertNotIn(game, left)
            self.assertTrue(left)
            words, environment = given("analysis.bot_list", "bots.txt", source, self.folder)
            done = self.run_ok("analyze", *words, "--logs-dir", self.world, "-o", "bots", *NO_PICTURES, env=clean_environment(**environment))
            self.assertIn("removed: 2 viewers on the bot list", done.stderr)

    def test_bots_in_data_that_names_nobody(self):
        """A viewer's pseudonyms are those of docs/formats.md: HMAC-SHA-256 over domain, platform and name."""
        key = bytes(range(32))
        def pseudonym(domain, name):
            return hmac.new(key, b"\0".join([domain, b"twitch", name.encode()]), hashlib.sha256).hexdigest()[:24]
        lines = []
        for channel in ("ada", "bob"):
            viewers = range(20)
            lines.append(json.dumps({"channel": channel, "timestamp": "2026-01-05T10:00:00Z",
                                     "chatters": [pseudonym(b"id", str(viewer)) for viewer in viewers],
                                     "logins": [pseudonym(b"login", f"viewer{viewer}") for viewer in viewers]}))
        self.write("hidden/a.ndjson", "\n".join(lines) + "\n")
        self.write("bots.txt", "Viewer3\n4\nviewer4\nnobody\n")
        self.write("viewer.key", "vieweratlas viewer key 1\n" + key.hex() + "\n")
        (self.folder / "viewer.key").chmod(0o644)
        for source in ("flag", "environment", "yaml"):
            words, environment = given("analysis.viewer_key_file", "viewer.key", source, self.folder)
            arguments = ["analyze", "--logs-dir", "hidden", "--bot-list", "bots.txt", "-o", "out", *NO_PICTURES]
            self.assertNotIn("bot list", self.run_ok(*arguments).stderr)
            (self.folder / "viewer.key").chmod(0o644)
            refused = self.run_failing(1, *arguments, *words, env=clean_environment(**environment))
            self.assertIn("chmod 600", refused.stderr)
            (self.folder / "viewer.key").chmod(0o600)
            done = self.run_ok(*arguments, *words, env=clean_environment(**environment))
            self.assertIn("removed: 2 viewers on the bot list", done.stderr)

    def test_edges_nodes_and_strict(self):
        self.write("e.csv", "source,target,weight\na,b,5\nb,c,x\n")
        self.write("n.csv", "id,label,size\na,Ada,9\nb,Bert,8\nc,Cleo,7\n")
        for source in ("flag", "environment", "yaml"):
            edges_words, edges_environment = given("analysis.edges", "e.csv", source, self.folder)
            self.run_ok("analyze", *edges_words, "--nodes", "n.csv", "-o", "out", *NO_PICTURES, env=clean_environment(**edges_environment))
            self.assertEqual(table(self.folder / "out/graph_nodes.csv")[0]["name"], "Ada")
            words, environment = given("analysis.nodes", "n.csv", source, self.folder)
            self.run_ok("analyze", *words, "--edges", "e.csv", "-o", "out", *NO_PICTURES, env=clean_environment(**environment))
            self.assertEqual(table(self.folder / "out/graph_nodes.csv")[0]["name"], "Ada")
            words, environment = given("analysis.strict", "true", source, self.folder)
            self.run_failing(1, "analyze", *words, "--edges", "e.csv", "-o", "out", *NO_PICTURES, env=clean_environment(**environment))

    def test_every_key_of_quality(self):
        base = self.run_ok("quality", "--logs-dir", self.world).stdout
        for key, value in (("analysis.since", "2026-01-05T12:00:00Z"), ("analysis.until", "2026-01-05T06:00:00Z"), ("analysis.last", "3h")):
            for source in ("flag", "environment", "yaml"):
                words, environment = given(key, value, source, self.folder)
                report = self.run_ok("quality", *words, "--logs-dir", self.world, env=clean_environment(**environment)).stdout
                self.assertNotEqual(report, base, key)

    def test_every_key_of_simulate(self):
        small = ["--channels", "40", "--viewers", "2000", "--communities", "4", "--days", "1", "--bots", "1"]

        def world(words, environment, number, skip):
            flags = [word for at in range(0, len(small), 2) if small[at] != skip for word in small[at:at + 2]]
            out = self.folder / f"world{number}"
            self.run_ok("simulate", *words, *flags, "--output-dir", out, env=clean_environment(**environment))
            truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
            names = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
            seen = json.dumps([truth, names, digest(sorted(out.rglob("raw/**/*.*"))[0])])
            shutil.rmtree(out)
            return seen

        base = world([], {}, 0, "")
        for key, value in SIMULATE.items():
            seen = {source: world(*given("simulate." + key, value, source, self.folder), 1, f"--{key.replace('_', '-')}")
                    for source in ("flag", "environment", "yaml")}
            self.assertNotEqual(seen["flag"], base, key)
            self.assertEqual(len(set(seen.values())), 1, key)
        self.run_ok("simulate", *small, env=clean_environment(VIEWERATLAS_SIMULATE_OUTPUT_DIR="by_name"))
        self.assertTrue((self.folder / "by_name/truth.json").exists())
        self.run_ok("simulate", *small, env=clean_environment(LOGS_DIR="inherited"))
        self.assertTrue((self.folder / "inherited/truth.json").exists())


class Mistakes(ProgramTest):
    def test_precedence_is_shown_with_origins(self):
        self.write("m.yaml", "preset: rigorous\nanalysis:\n  resolution: 3\n  seed: 4\n")
        self.write(".env", "VIEWERATLAS_ANALYSIS_SEED=5\nLOG_LEVEL=ERROR\nTWITCH_OAUTH_TOKEN=oauth:nobodyshallseeit\n")
        done = self.run_ok("config", "show", "m.yaml", "--origin", "--runs", "7", env=clean_environment(LOG_LEVEL="WARNING"))
        lines = {line.split()[0]: line.split(None, 2)[1:] for line in done.stdout.splitlines()}
        self.assertEqual(lines["analysis.overlap_threshold"], ["300", "preset rigorous"])
        self.assertEqual(lines["analysis.resolution"], ["3", "m.yaml:3"])
        self.assertEqual(lines["analysis.seed"], ["5", ".env:1"])
        self.assertEqual(lines["log_level"], ["warning", "LOG_LEVEL"])
        self.assertEqual(lines["analysis.runs"], ["7", "--runs"])
        self.assertEqual(lines["analysis.algorithm"], ["leiden", "default"])
        self.assertNotIn("nobodyshallseeit", done.stdout)

    def test_wrong_files_are_told_with_line_and_nearest_key(self):
        self.write("bad.yaml", "analysis:\n  resolutoin: 1\n  runs: 0\n  seed: 1\n  seed: 2\n")
        for words in (("config", "validate", "bad.yaml"), ("analyze", "bad.yaml"), ("config", "show", "bad.yaml")):
            done = self.run_failing(2, *words)
            self.assertIn("bad.yaml:2: there is no key analysis.resolutoin; did you mean resolution?", done.stderr)
            self.assertIn("bad.yaml:3: analysis.runs must be a whole number from 1 to 1000", done.stderr)
            self.assertIn("bad.yaml:5: analysis.seed is set twice, first in bad.yaml:4", done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["bad.yaml"])
        self.write("good.yaml", "resolution: 2\n")
        self.assertEqual(self.run_ok("config", "validate", "good.yaml").stdout, "good.yaml: ok\n")

    def test_usage(self):
        for words in (["anlayze"], ["analyze", "rigorus"], ["analyze", "--resolutoin", "1"], ["config"], ["serve"],
                      ["analyze", "missing.yaml"], ["simulate", "--channels", "0"], ["analyze", "--storage-type", "s3", "--logs-dir", "x"]):
            done = self.run_failing(2, *words)
            self.assertTrue(done.stderr.startswith("vieweratlas: "), done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("not in this release", run("serve", cwd=self.folder).stderr)
        self.assertIn("Usage", self.run_ok("--help").stdout)
        self.assertIn("--overlap-threshold", self.run_ok("analyze", "--help").stdout)
        self.assertRegex(self.run_ok("version").stdout, r"^vieweratlas \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    main()
