"""From a platform to a map, through the real program: what was said in the chats is what the map shows."""
import itertools
import json
import pathlib
import signal
import sys
import time
import unittest
import urllib.request

from collecting import CollectTest, credentials, true_messages, words_for
from fake_twitch import CLIENT_ID, LOGIN, TOKEN, until
from program import OUTPUTS, SMALL_POSTER, png_size, results, run, table

EVERY_KIND = {kind: 3 for kind in ("action", "notice", "no_id", "duplicate", "anonymous", "gift", "raid", "broadcaster", "no_user_id", "no_room",
                                   "malformed", "empty", "other")}
WORLD = {"channels": 12, "viewers": 400, "communities": 3, "audience": [8, 90], "bots": 2}
HOSTILE = ['</script><script>alert(1)</script>', '"quotes", commas\nand a new line', "=HYPERLINK(\"x\")", "\u202eright to left \U0001f600", "\x00\x1b[31mred"]


class FromChatToMap(CollectTest):
    def collect_rounds(self, fake, rounds=2, rooms=12, interval=4, **flags):
        """Collects so many rounds, with talk in each; ends by itself."""
        collector = self.collect(fake, interval=interval, max_collection_cycles=rounds, **flags)
        until(lambda: len(fake.rooms()) == rooms or collector.process.poll() is not None, 20, "being in all rooms")
        begin = collector.wait_for(lambda _: True)["round"]["begin"]
        fake.do("everybody")
        for done in range(rounds):
            if done > 0:
                before = begin
                begin = collector.wait_for(lambda status, before=before: status["round"]["begin"] > before, what="the next round")["round"]["begin"]
            fake.do("burst", lines=300)
            fake.wait_written()
        self.assertEqual(collector.wait(40), 0, collector.said()[-3000:])
        self.assertEqual(len({record["window_begin"] for record in self.stored().rounds}) if flags.get("format", "json") == "json" else rounds, rounds)
        return collector

    def stored_files(self):
        return [path for path in (self.folder / "logs/raw").rglob("*") if path.is_file()]

    def check_map(self, fake):
        truth = fake.audiences()
        nodes, edges = table(self.folder / "out/graph_nodes.csv"), table(self.folder / "out/graph_edges.csv")
        self.assertEqual({row["id"]: int(row["viewers"]) for row in nodes}, {channel: len(viewers) for channel, viewers in truth.items()})
        shared = {tuple(sorted(pair)): len(truth[pair[0]] & truth[pair[1]]) for pair in itertools.combinations(truth, 2)}
        self.assertEqual({tuple(sorted((row["source"], row["target"]))): int(row["weight"]) for row in edges},
                         {pair: weight for pair, weight in shared.items() if weight > 0})

    def test_two_rounds_give_the_true_overlaps(self):
        fake = self.fake([], generate=WORLD, mix=EVERY_KIND)
        self.collect_rounds(fake, format="ndjson.zst", store_logins=False)
        self.no_leftovers()
        done = self.analyze(self.folder, *SMALL_POSTER)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()), OUTPUTS)
        self.assertEqual(png_size(self.folder / "out/community_graph.png"), (640, 512))
        page = (self.folder / "out/community_graph.html").read_text(encoding="utf-8")
        self.assertTrue(page.startswith("<!doctype html>") and page.rstrip().endswith("</html>"))
        self.check_map(fake)
        found = results(self.folder / "out")
        self.assertEqual(len(found["partition"]), 12)
        self.assertEqual(found["statistics"]["aggregator"]["total_snapshots"], 24)
        games = {row["id"]: row["game"] for row in table(self.folder / "out/graph_nodes.csv")}
        self.assertEqual(games["room_001"], "Game 1")
        # Pseudonyms: no viewer's name may be anywhere.
        for path in self.stored_files():
            self.assertNotIn(b"viewer_0", path.read_bytes())

    def test_every_line_is_accounted_for(self):
        fake = self.fake([], generate=WORLD, mix=EVERY_KIND, shared_chats=[["room_000", "room_001", "room_002"]])
        self.collect_rounds(fake)
        stored = self.stored()
        self.assertEqual(stored.audiences(), fake.audiences())
        self.assertEqual(stored.messages(), true_messages(fake))
        written = fake.truth()["written"]
        self.assertEqual(stored.sum("messages"), sum(written[kind] for kind in ("message", "action", "notice", "native", "no_id", "gift")))
        self.assertEqual(stored.sum("mirrors"), written["mirror"] + written["mirror_notice"])
        self.assertEqual(stored.sum("duplicates"), written["duplicate"])
        self.assertEqual({record["channels_confirmed"] for record in stored.rounds}, {12})

    def test_hostile_titles_stay_text(self):
        channels = [{"login": f"c{number}", "title": title, "game": title, "audience": ["ann", "bea"], "display_name": f"C{number}"}
                    for number, title in enumerate(HOSTILE)]
        fake = self.fake(channels)
        self.collect_rounds(fake, rounds=1, rooms=len(HOSTILE), interval=3, format="json,csv,ndjson.zst")
        self.assertEqual(self.stored().audiences(), {f"c{number}": {"ann", "bea"} for number in range(len(HOSTILE))})
        done = self.analyze(self.folder, *SMALL_POSTER, "--strict")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_map(fake)
        self.assertNotIn("<script>alert(1)", (self.folder / "out/community_graph.html").read_text(encoding="utf-8"))
        self.assertNotIn("\x1b[31m", done.stderr)
        self.assertEqual(len(table(self.folder / "out/graph_nodes.csv")), len(HOSTILE))

    def test_anonymously(self):
        fake = self.fake([], generate=WORLD)
        self.collect_rounds(fake, rounds=1, mode="anonymous")
        self.assertEqual(self.stored().messages(), true_messages(fake))
        self.assertTrue(all(entry[3].startswith("justinfan") for entry in fake.entries("NICK")))
        self.assertEqual(fake.entries("PASS"), [])


class Pace(CollectTest):
    def test_joins_and_logins_stay_below_the_limits_over_all_connections(self):
        """300 rooms: four anonymous connections, as many joins as the pace allows in half a minute; a connection is lost on the way."""
        fake = self.fake([], generate={"channels": 300, "viewers": 50, "audience": [1, 5]}, settings={"anonymous_limits": 1})
        collector = self.collect(fake, mode="anonymous")
        until(lambda: fake.journal()["identities"].get("anonymous", {}).get("joins", 0) >= 18, 20)
        fake.do("drop", how="rst")
        until(lambda: fake.journal()["identities"]["anonymous"]["joins"] >= 54, 60, "54 joins")
        journal = fake.journal()
        seen = journal["identities"]["anonymous"]
        self.assertLessEqual(seen["max_joins_10s"], 20)
        self.assertLessEqual(seen["max_auths_10s"], 5)
        self.assertEqual(fake.entries("over_join_limit") + fake.entries("over_auth_limit"), [])
        self.assertNotIn("irc_lines_over_512", journal["counters"])
        for entry in fake.entries("JOIN"):
            self.assertLessEqual(len(entry[3].split(",")), 18)
        self.stop(collector)
        self.assertTrue(fake.entries("QUIT"))

    def test_an_account_stays_below_its_rooms(self):
        fake = self.fake([], generate={"channels": 30, "viewers": 50, "audience": [1, 5]}, settings={"room_cap": 100})
        collector = self.collect(fake, max_rooms=7)
        collector.wait_for(lambda status: status["rooms"]["confirmed"] == 7)
        self.assertEqual(len(fake.rooms()), 7)
        self.stop(collector)
        self.assertEqual(self.stored().sum("channels_confirmed"), 7)
        self.assertEqual(len({room for entry in fake.entries("JOIN") for room in entry[3].split(",")}), 7)


class Ends(CollectTest):
    def running(self, **more):
        fake = self.fake([], generate=WORLD, settings={"rate": 200}, **more)
        collector = self.collect(fake)
        collector.wait_for(lambda status: status["recorder"]["sightings"] > 100)
        return fake, collector

    def test_sigterm_closes_the_round(self):
        fake, collector = self.running()
        fake.do("pause")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] == sum(true_messages(fake).values()))
        self.stop(collector)
        self.assertEqual(self.stored().messages(), true_messages(fake))
        self.assertEqual(len(self.stored().rounds), 1)
        self.no_leftovers()
        self.assertEqual(fake.rooms(), set())

    def test_sigterm_in_the_midst_of_talk(self):
        fake, collector = self.running()
        before = true_messages(fake)
        self.stop(collector)
        after, found = true_messages(fake), self.stored().messages()
        for key, count in found.items():
            self.assertLessEqual(count, after[key])
        self.assertGreaterEqual(sum(found.values()), sum(before.values()))

    def test_a_second_signal_ends_at_once(self):
        _, collector = self.running()
        collector.signal(signal.SIGSTOP)
        collector.signal(signal.SIGTERM)
        collector.signal(signal.SIGINT)
        begin = time.monotonic()
        collector.signal(signal.SIGCONT)
        self.assertIn(collector.wait(10), (0, 130))
        self.assertLess(time.monotonic() - begin, 5)

    def test_sigterm_while_nothing_answers(self):
        fake = self.fake([], generate=WORLD)
        fake.do("http_fault", answer="never", path="/oauth2", times=-1)
        collector = self.collect(fake)
        until(lambda: [entry for entry in fake.journal()["entries"] if entry[1] == 0], 20)
        self.stop(collector, seconds=5)

    def test_sigterm_in_a_stalled_handshake(self):
        fake = self.fake([], generate=WORLD, settings={"accept_silent": 1000})
        collector = self.collect(fake)
        until(lambda: fake.entries("connect"), 20)
        self.stop(collector, seconds=5)

    def test_a_second_collector_is_refused(self):
        fake, collector = self.running()
        code, said = self.run_collect(fake)
        self.assertNotEqual(code, 0)
        self.assertIn(str(collector.process.pid), said)
        self.assertEqual(len(fake.entries("welcome")), 1)
        self.stop(collector)


class Beside(CollectTest):
    """Commands that look at a running collector, or run beside it."""

    def words(self, fake, *drop):
        flags = {"interval": 3600}
        return [word for word in words_for(fake, self.folder, **flags) if not any(word.startswith(f"--{name}") for name in drop)]

    def test_status_and_health(self):
        fake = self.fake([], generate=WORLD, settings={"rate": 100})
        collector = self.collect(fake)
        collector.wait_for(lambda status: status["rooms"]["confirmed"] == 12 and status["recorder"]["sightings"] > 10)
        logs = f"--collection-logs-dir={self.folder / 'logs'}"

        def told():
            document = run("status", logs, "--json", cwd=self.folder)
            return document.returncode == 0 and json.loads(document.stdout)["rooms"]["confirmed"] == 12
        until(told, 20, "a status file that knows the rooms")
        self.assertIn("12 of 12 rooms", run("status", logs, cwd=self.folder).stdout)
        healthy = run("health", logs, cwd=self.folder)
        self.assertEqual(healthy.returncode, 0, healthy.stdout + healthy.stderr)
        with urllib.request.urlopen(f"http://127.0.0.1:{collector.port}/metrics", timeout=20) as answer:
            metrics = answer.read().decode()
        self.assertIn("vieweratlas_healthy 1", metrics)
        self.stop(collector)

    def test_doctor(self):
        fake = self.fake([], generate=WORLD)
        words = self.words(fake, "collection-interval", "store-logins", "format", "no-wait")
        done = run("doctor", *words, cwd=self.folder, env=credentials())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        fake.do("set", clock_skew_ms=90_000)
        done = run("doctor", *words, cwd=self.folder, env=credentials())
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout + done.stderr, r"clock is (89|9[01]) s behind the platform's")
        fake.do("set", clock_skew_ms=0)
        fake.do("revoke_token", token=TOKEN)
        done = run("doctor", *words, cwd=self.folder, env=credentials())
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("token", done.stdout + done.stderr)
        self.assertNotIn(TOKEN, done.stdout + done.stderr)

    def test_continuous_analyses_what_it_collected(self):
        fake = self.fake([], generate=WORLD)
        collector = self.collect(fake, command="continuous", interval=2, format="ndjson.zst", output_dir=self.folder / "out",
                                 analysis_interval_cycles=1, static_viz_dpi=32)
        fake.wait_for_rooms([f"room_{number:03}" for number in range(12)])
        fake.do("everybody")
        # A round is stored 15 seconds after its end, when nothing can come late any more.
        until(lambda: (self.folder / "out/analysis_results.json").exists() or collector.process.poll() is not None, 60, "an analysis")
        self.stop(collector)
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()), OUTPUTS)
        self.assertEqual(len(results(self.folder / "out")["partition"]), 12)


class Secrets(CollectTest):
    def test_no_token_is_ever_written_or_said(self):
        fake = self.fake([], generate=WORLD, settings={"rate": 100})
        collector = self.collect(fake, env=credentials(token="oauth:" + TOKEN), log_level="debug", verbose=True)
        collector.wait_for(lambda status: status["recorder"]["sightings"] > 20)
        self.stop(collector)
        self.assertNotIn(TOKEN, collector.said())
        for path in self.folder.rglob("*"):
            if path.is_file() and "private" not in path.parts:
                self.assertNotIn(TOKEN.encode(), path.read_bytes(), path)
        self.assertNotIn(TOKEN, json.dumps(fake.journal()))
        self.assertEqual(fake.journal()["identities"][LOGIN]["auths"], 1)

    def test_a_token_never_follows_a_redirect(self):
        fake = self.fake([], generate=WORLD)
        fake.do("http_fault", answer="redirect", times=-1, path="/helix")
        collector = self.collect(fake)
        until(lambda: [entry for entry in fake.entries("GET") if " 302 " in entry[3]] or collector.process.poll() is not None, 20)
        collector.signal()
        collector.wait()
        self.assertNotIn("tokens_sent_elsewhere", fake.journal()["counters"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
