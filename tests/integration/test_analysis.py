"""From logs to a map, through the real program."""
import json
import os
import pathlib
import xml.etree.ElementTree

from program import (NO_PICTURES, OUTPUTS, SMALL_POSTER, ProgramTest, adjusted_rand_index, clean_environment, digests, main, png_size, results,
                     run, table)

STEPS = ["[1/6] AGGREGATING VIEWER DATA", "[2/6] BUILDING OVERLAP GRAPH", "[3/6] DETECTING COMMUNITIES", "[4/6] TAGGING COMMUNITIES",
         "[5/6] VISUALIZING", "[6/6] SAVING RESULTS"]


class Outputs(ProgramTest):
    def test_all_files_and_their_content(self):
        done = self.run_ok("analyze", "--logs-dir", self.world, "--output-dir", "out", *SMALL_POSTER)
        out = self.folder / "out"
        self.assertEqual(sorted(path.name for path in out.iterdir()), OUTPUTS)
        self.assertEqual(sorted(done.stdout.split()), [f"out/{name}" for name in OUTPUTS])
        self.assertEqual(png_size(out / "community_graph.png"), (640, 512))

        nodes, edges = table(out / "graph_nodes.csv"), table(out / "graph_edges.csv")
        self.assertEqual(list(nodes[0])[:5], ["id", "viewers", "viewer_count", "game", "title"])
        self.assertEqual(list(edges[0])[:3], ["source", "target", "weight"])
        for column in ("community", "label", "x", "y"):
            self.assertIn(column, nodes[0])
        self.assertEqual({row["id"] for row in nodes}, {channel["login"] for channel in self.truth["channels"]})
        self.assertNotIn("", {row["game"] for row in nodes})

        data = results(out)
        self.assertEqual(set(data["partition"]), {row["id"] for row in nodes})
        self.assertEqual({row["id"]: row["community"] for row in nodes}, {k: str(v) for k, v in data["partition"].items()})
        self.assertEqual(data["config"], {"overlap_threshold": 1, "resolution": 1, "min_channel_viewers": 1})
        graph, detection = data["statistics"]["graph"], data["statistics"]["detection"]
        self.assertEqual(graph["nodes"], graph["num_nodes"])
        self.assertEqual(graph["edges"], graph["num_edges"])
        self.assertEqual(graph["edges"], len(edges))
        self.assertIn("density", graph)
        for key in ("num_communities", "modularity", "community_sizes", "largest_community_size", "smallest_community_size"):
            self.assertIn(key, detection)
        tagging, aggregator = data["statistics"]["tagging"], data["statistics"]["aggregator"]
        for key in ("labeled_communities", "total_labeled", "with_clear_game", "with_clear_language", "uncategorized"):
            self.assertIn(key, tagging)
        for key in ("total_snapshots", "total_channels", "total_unique_viewers_per_channel", "total_unique_viewers_across_all",
                    "top_channels_by_viewers", "snapshot_sources"):
            self.assertIn(key, aggregator)
        self.assertEqual(len(set(data["labels"].values())), len(data["labels"]))
        provenance = data["provenance"]
        self.assertTrue(provenance["input_digest"].startswith("xxh3-128:"))
        self.assertIn("presence_rows", json.dumps(provenance))

        namespace = {"g": "http://www.gexf.net/1.2draft"}
        tree = xml.etree.ElementTree.parse(out / "graph.gexf")
        self.assertEqual(len(tree.findall(".//g:node", namespace)) or len(tree.findall(".//{*}node")), len(nodes))

    def test_steps_are_told_in_order_and_kept_in_the_log(self):
        done = self.run_ok("analyze", "--logs-dir", self.world, *NO_PICTURES)
        log = (self.folder / "logs/pipeline.log").read_text(encoding="utf-8")
        for text in (done.stderr, log):
            places = [text.index(step) for step in STEPS]
            self.assertEqual(places, sorted(places))
        self.assertNotIn("\x1b", done.stderr)
        self.assertNotIn("[1/6]", done.stdout)

    def test_equal_bytes_for_any_threads_folder_and_run(self):
        for number, threads in enumerate(("1", "2", "5")):
            self.run_ok("analyze", "--logs-dir", self.world, "--output-dir", f"out{number}", "--threads", threads, *SMALL_POSTER)
        self.assertEqual(digests(self.folder / "out0"), digests(self.folder / "out1"))
        self.assertEqual(digests(self.folder / "out0"), digests(self.folder / "out2"))

    def test_json_is_one_document(self):
        done = self.run_ok("analyze", "--logs-dir", self.world, "--json", *NO_PICTURES)
        document = json.loads(done.stdout)
        self.assertEqual(document["status"], "ok")
        self.assertEqual(set(document["files"]), set(OUTPUTS) - {"community_graph.png", "community_graph.html"})
        self.assertEqual(document["graph"]["channels"], 60)
        failed = self.run_failing(3, "analyze", "--logs-dir", "nothing_here", "--json")
        self.assertEqual(json.loads(failed.stdout)["code"], "no_data")
        wrong = self.run_failing(2, "analyze", "--resolution", "0", "--json")
        self.assertEqual(json.loads(wrong.stdout)["exit_code"], 2)

    def test_every_preset_runs(self):
        for preset in ("default", "explorer", "debug"):
            self.run_ok("analyze", preset, "--logs-dir", self.world, "--output-dir", preset, *NO_PICTURES)
        # Nothing of this small world shares 300 viewers: the message must tell what would do.
        done = run("analyze", "rigorous", "--logs-dir", self.world, "--output-dir", "rigorous", *NO_PICTURES, cwd=self.folder)
        if done.returncode == 3:
            self.assertIn("Graph has no edges", done.stderr)
        else:
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_no_command_is_analyze_default(self):
        os.symlink(self.world, self.folder / "logs")
        self.run_ok()
        self.assertEqual(sorted(path.name for path in (self.folder / "community_analysis").iterdir()), OUTPUTS)

    def test_dry_run_writes_nothing(self):
        done = self.run_ok("analyze", "--logs-dir", self.world, "--dry-run")
        self.assertIn("would write community_analysis/graph.gexf", done.stdout)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertEqual(json.loads(self.run_ok("analyze", "--logs-dir", self.world, "--dry-run", "--json").stdout)["status"], "dry_run")
        self.run_ok("simulate", "--dry-run")
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_quality_report(self):
        report = json.loads(self.run_ok("quality", "--logs-dir", self.world, "--json").stdout)
        for key in ("total_channels", "total_unique_viewers", "total_snapshots", "avg_viewers", "median_viewers", "max_viewers", "min_viewers",
                    "avg_channels_per_viewer", "repeat_viewers_2plus", "repeat_viewers_3plus", "one_off_viewers", "one_off_percentage"):
            self.assertIn(key, report)
        self.assertEqual(report["total_channels"], 60)
        text = self.run_ok("quality", "--logs-dir", self.world).stdout
        self.assertIn("viewers of two or more", text)

    def test_an_output_that_is_switched_off_is_not_stale_silently(self):
        self.run_ok("analyze", "--logs-dir", self.world, "--output-dir", "out", *SMALL_POSTER)
        done = self.run_ok("analyze", "--logs-dir", self.world, "--output-dir", "out", *NO_PICTURES)
        self.assertIn("community_graph.png in the output folder is from an earlier run", done.stderr)
        self.assertTrue((self.folder / "out/community_graph.png").exists())


class PlantedCommunities(ProgramTest):
    world_options = ["--channels", "200", "--viewers", "30000", "--communities", "8", "--days", "2", "--bots", "15", "--mixing", "0.2", "--seed", "3"]

    def test_are_found_among_bots(self):
        self.run_ok("analyze", "--logs-dir", self.world, "--output-dir", "out", *NO_PICTURES)
        partition = results(self.folder / "out")["partition"]
        planted = {channel["login"]: channel["community"] for channel in self.truth["channels"]}
        names = sorted(planted)
        self.assertEqual(names, sorted(partition))
        ari = adjusted_rand_index([planted[name] for name in names], [partition[name] for name in names])
        self.assertGreaterEqual(ari, 0.95)


class MeasuredGraph(ProgramTest):
    def test_enters_behind_the_counting(self):
        self.write("nodes.csv", "ID,Label,Size\na,Ada,900\nb,Bert,800\nc,\"Cléo, the \"\"third\"\"\",700\nd,Dan,5\n")
        self.write("edges.csv", "Source,Target,Weight\na,b,300\nb,c,40\na,a,3\nx,y,many\n")
        done = self.run_ok("--edges", "edges.csv", "--nodes", "nodes.csv", "--title", "Three channels", "-o", "out", *SMALL_POSTER)
        self.assertIn("a measured graph", done.stderr)
        self.assertIn("warning: skipped", done.stderr)
        names = {row["id"]: row["name"] for row in table(self.folder / "out/graph_nodes.csv")}
        self.assertEqual(names["c"], 'Cléo, the "third"')
        self.assertIn("d", names)
        self.run_ok("--edges", "edges.csv", "--nodes", "nodes.csv", "-o", "linked", "--no-include-isolated-nodes", *NO_PICTURES)
        self.assertNotIn("d", {row["id"] for row in table(self.folder / "linked/graph_nodes.csv")})
        self.run_failing(1, "--edges", "edges.csv", "--nodes", "nodes.csv", "-o", "strict", "--strict", *NO_PICTURES)
        self.assertFalse((self.folder / "strict").exists())

    def test_real_graphs(self):
        data = pathlib.Path(os.environ.get("VIEWERATLAS_REAL_DATA", pathlib.Path(__file__).resolve().parents[3] / "shared/data"))
        graphs = sorted(data.glob("*-edges.csv"))
        if not graphs:
            self.skipTest(f"no real graphs in {data}; VIEWERATLAS_REAL_DATA names their folder")
        for edges in graphs:
            nodes = edges.with_name(edges.name.replace("-edges", "-nodes"))
            self.run_ok("--edges", edges, "--nodes", nodes, "-o", edges.stem, *NO_PICTURES)
            data = results(self.folder / edges.stem)
            self.assertEqual(len(table(self.folder / edges.stem / "graph_edges.csv")), data["statistics"]["graph"]["edges"])
            self.assertGreater(data["statistics"]["detection"]["modularity"], 0.3)


class HostileInput(ProgramTest):
    def test_damage_is_counted_and_told(self):
        good = {"channel": "ada", "timestamp": "2026-01-05T10:00:00Z", "viewer_count": 5, "game_name": "Chess", "language": "en",
                "title": "</script><img src=x onerror=alert(1)>", "chatters": ["u1", "u2", "u3"]}
        other = dict(good, channel="=cmd()", title="=1+1, \"quoted\"\nnewline \u202e rtl 漢字 🎉")
        self.write("in/a\nb'; rm -rf ~.json", json.dumps(good))
        self.write("in/sub/b.ndjson", json.dumps(other) + "\n{\"channel\": \"broken\", \"chat\n")
        self.write("in/c.csv", "timestamp,channel,viewers,game,username\n2026-01-05T10:00:00Z,grace,3,Chess,u1\n2026-01-05T10:00:00Z,grace,3,Chess,u2\n")
        done = self.run_ok("analyze", "--logs-dir", "in", "--output-dir", "out", *SMALL_POSTER)
        self.assertIn("warning: skipped 1 x", done.stderr)
        self.assertIn("b.ndjson:2", done.stderr)
        rows = {row["id"]: row for row in table(self.folder / "out/graph_nodes.csv")}
        self.assertTrue(any(row.startswith("'=") for row in rows), rows.keys())
        page = (self.folder / "out/community_graph.html").read_text(encoding="utf-8")
        self.assertNotIn("<img src=x", page)
        xml.etree.ElementTree.parse(self.folder / "out/graph.gexf")
        results(self.folder / "out")
        strict = self.run_failing(1, "analyze", "--logs-dir", "in", "--output-dir", "strict", "--strict", *NO_PICTURES)
        self.assertIn("b.ndjson:2", strict.stderr)

    def test_names_of_folders_are_printed_harmlessly(self):
        done = run("analyze", "--logs-dir", "no\x1b[2Jsuch\nfolder", cwd=self.folder, env=clean_environment())
        self.assertEqual(done.returncode, 3)
        self.assertNotIn("\x1b", done.stderr)


if __name__ == "__main__":
    main()
