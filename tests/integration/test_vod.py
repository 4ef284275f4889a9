"""Recorded chats and logs of other tools: from files to overlaps, through the queue, a downloader and crashes."""
import csv
import gzip
import io
import json
import os
import signal
import subprocess
import time
import unittest

from program import NO_PICTURES, PROGRAM, ProgramTest, clean_environment, digests, main, results, run, table

try:
    from collecting import SANITIZERS
    from fake_twitch import CLIENT_ID, CLIENT_SECRET, FakeTwitch, scenario
    HAS_FAKE = bool(os.environ.get("VIEWERATLAS_FAKE_TWITCH"))
except KeyError:
    HAS_FAKE = False

# Who wrote in which recording: overlaps 3, 1 and 0.
AUDIENCES = {("lumen", "101"): ["ada", "bea", "cyd", "dan"], ("nova", "202"): ["bea", "cyd", "dan", "eve"], ("zoe", "303"): ["eve", "fay"]}
OVERLAPS = {frozenset({"lumen", "nova"}): 3, frozenset({"nova", "zoe"}): 1}
IDS = {name: str(1000 + number) for number, name in enumerate(["ada", "bea", "cyd", "dan", "eve", "fay", "lumen", "nova", "zoe"])}


def chat(channel, vod_id, viewers, begin="2026-01-05T10:00:00Z"):
    comments = [{"_id": f"{vod_id}-{number}", "created_at": begin, "channel_id": IDS[channel], "content_id": vod_id,
                 "content_offset_seconds": 45.5 * number, "commenter": {"display_name": viewer.title(), "_id": IDS[viewer], "name": viewer},
                 "message": {"body": "hi \"there\" }", "fragments": [{"text": "hi", "emoticon": None}], "user_badges": None}}
                for number, viewer in enumerate([*viewers, *viewers, channel])]
    comments.append({"_id": "gone", "content_offset_seconds": 1, "commenter": None, "message": {"body": "?"}})
    return {"FileInfo": {"Version": {"Major": 1, "Minor": 4, "Patch": 0}}, "streamer": {"name": channel.title(), "login": channel, "id": int(IDS[channel])},
            "video": {"title": "t", "id": vod_id, "created_at": begin, "start": 0, "end": 3600, "length": 3600}, "comments": comments,
            "embeddedData": {"thirdParty": [{"data": "A" * 100_000}]}}


class VodTest(ProgramTest):
    world_options = ["--channels", "5", "--viewers", "50", "--communities", "2", "--days", "1", "--bots", "0", "--seed", "7"]

    def environment(self, **more):
        return clean_environment(XDG_CONFIG_HOME=str(self.folder / "config"), **more)

    def vod(self, *words, code=0, **more):
        done = run(*words, cwd=self.folder, env=self.environment(**more))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def stats(self):
        return json.loads(self.vod("vod", "stats", "--json").stdout)

    def overlaps(self):
        self.vod("analyze", "--output-dir", "out", *NO_PICTURES)
        return {frozenset({row["source"], row["target"]}): int(row["weight"]) for row in table(self.folder / "out/graph_edges.csv")}

    def put_chats(self):
        for (channel, vod_id), viewers in AUDIENCES.items():
            self.write(f"logs/raw/vod_chat/channel={channel}/vod_id={vod_id}/chat.json", json.dumps(chat(channel, vod_id, viewers)))

    def add_all(self):
        for channel, vod_id in AUDIENCES:
            self.vod("vod", "add", "--vod-id", vod_id, "--channel", channel)

    def stored(self, folder="logs/raw/vod_snapshots"):
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in sorted((self.folder / folder).rglob("*.zst"))}

    def downloader(self, body):
        path = self.write("downloader", "#!/bin/sh\n" + body)
        path.chmod(0o755)
        return str(path)


class Recordings(VodTest):
    def test_add_process_analyze(self):
        self.put_chats()
        self.add_all()
        self.assertEqual(self.stats()["due"], 3)
        done = json.loads(self.vod("vod", "process", "--json").stdout)["processed"]
        self.assertEqual((done["completed"], done["failed"], done["stopped_by"]), (3, 0, "empty"))
        self.assertEqual(done["lost"], {"broadcaster": 3, "no_commenter": 3})
        self.assertEqual(self.stats()["completed"], 3)
        self.assertEqual(self.overlaps(), OVERLAPS)
        self.assertEqual(set(results(self.folder / "out")["statistics"]["aggregator"]["snapshot_sources"]), {"vod"})

    def test_no_name_is_stored_unless_asked_for(self):
        self.put_chats()
        self.vod("vod", "import", "logs/raw/vod_chat")
        hidden = self.stored()
        self.vod("vod", "import", "logs/raw/vod_chat", "--store-logins")
        shown = self.stored()
        self.assertEqual(set(hidden), set(shown))
        self.assertNotEqual(hidden, shown)
        self.assertEqual(self.overlaps(), OVERLAPS)

    def test_importing_again_changes_nothing(self):
        self.put_chats()
        first = json.loads(self.vod("vod", "import", "logs/raw/vod_chat", "--json").stdout)
        stored, graph = self.stored(), self.overlaps()
        analysis = digests(self.folder / "out")
        again = json.loads(self.vod("vod", "import", "logs/raw/vod_chat", "--json").stdout)
        self.assertEqual((first["imported"], first["unchanged"]), (3, 0))
        self.assertEqual((again["imported"], again["unchanged"]), (0, 3))
        self.assertEqual(self.stored(), stored)
        self.assertEqual(self.overlaps(), graph)
        self.assertEqual(digests(self.folder / "out"), analysis)

    def test_compressed_and_wide_files(self):
        for (channel, vod_id), viewers in AUDIENCES.items():
            text = json.dumps(chat(channel, vod_id, viewers), ensure_ascii=False)
            path = self.folder / f"in/{vod_id}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes({"101": gzip.compress(text.encode()), "202": text.encode("utf-16"), "303": b"\xef\xbb\xbf" + text.encode()}[vod_id])
        self.vod("vod", "import", "in")
        self.assertEqual(self.overlaps(), OVERLAPS)

    def test_live_facts_stay(self):
        live = {"channel": "lumen", "timestamp": "2026-01-05T10:00:00Z", "viewer_count": 812, "game_name": "Chess", "language": "en", "chatters": ["x"]}
        self.write("logs/live.json", json.dumps(live))
        self.put_chats()
        self.vod("vod", "import", "logs/raw/vod_chat")
        self.overlaps()
        row = {row["id"]: row for row in table(self.folder / "out/graph_nodes.csv")}["lumen"]
        self.assertEqual((row["viewer_count"], row["game"]), ("812", "Chess"))

    def test_a_damaged_file_is_kept_as_far_as_it_goes_or_refused(self):
        text = json.dumps(chat("lumen", "101", AUDIENCES["lumen", "101"]))
        self.write("cut.json", text[:text.index('"101-3"')])
        refused = self.vod("vod", "import", "cut.json", "--no-keep-damaged", code=1)
        self.assertIn("ends too early", refused.stderr)
        self.assertEqual(self.stored(), {})
        kept = json.loads(self.vod("vod", "import", "cut.json", "--json").stdout)
        self.assertEqual((kept["imported"], kept["damaged"]), (1, 1))

    def test_what_is_no_chat(self):
        self.write("in/other.txt", "hello\n")
        self.vod("vod", "import", "in", code=3)
        self.vod("vod", "import", "in/other.txt", code=1)
        self.vod("vod", "import", "absent.json", code=1)
        self.vod("vod", "import", code=2)
        self.vod("vod", "add", "--vod-id", "../1", "--channel", "lumen", code=2)
        self.vod("vod", "add", "--channel", "lumen", code=2)

    def test_channels_that_opted_out_and_forgotten_viewers_are_not_stored(self):
        self.put_chats()
        self.write("opt_out.txt", "nova\n")
        self.vod("forget", "eve", "--logs-dir", "logs")
        done = json.loads(self.vod("vod", "import", "logs/raw/vod_chat", "--opt-out-file", "opt_out.txt", "--json").stdout)
        self.assertGreater(done["lost"]["opted_out"], 0)
        self.assertGreater(done["lost"]["forgotten"], 0)
        self.assertEqual({path.split("channel=")[1].split("/")[0] for path in self.stored()}, {"lumen", "zoe"})

    def test_an_import_that_is_killed_leaves_nothing_half_done(self):
        big = chat("lumen", "101", ["ada"])
        big["comments"] *= 100_000
        self.write("in/big.json", json.dumps(big))
        for delay in (0.05, 0.3, 0.8):
            process = subprocess.Popen([PROGRAM, "vod", "import", "in"], cwd=self.folder, env=self.environment(), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.kill()
            process.wait()
            for path in self.stored():
                self.assertTrue(path.endswith("vod_id=101.ndjson.zst"), path)
        done = json.loads(self.vod("vod", "import", "in", "--json").stdout)
        self.assertEqual(done["imported"] + done["unchanged"], 1)
        self.assertGreater(done["lost"]["duplicate"], 99_000)


class Queue(VodTest):
    DOWNLOAD = 'cp "$(dirname "$0")/source/$3.json" "$5"\n'

    def sources(self):
        for (channel, vod_id), viewers in AUDIENCES.items():
            self.write(f"source/{vod_id}.json", json.dumps(chat(channel, vod_id, viewers)))

    def test_a_program_downloads_what_is_missing(self):
        self.sources()
        self.add_all()
        path = self.downloader('env > "$(dirname "$0")/seen"\n' + self.DOWNLOAD)
        done = json.loads(self.vod("vod", "process", "--json", "--vod-rate-limit-delay-s", "0",
                                   TWITCH_DOWNLOADER_CLI=path, TWITCH_OAUTH_TOKEN="oauth:secret").stdout)["processed"]
        self.assertEqual((done["completed"], done["downloads"]), (3, 3))
        self.assertNotIn("secret", (self.folder / "seen").read_text())
        self.assertEqual(list((self.folder / "logs/raw/vod_chat").rglob("chat.json*")), [])
        self.assertEqual(self.overlaps(), OVERLAPS)

    def test_without_a_program_recordings_wait(self):
        self.add_all()
        done = self.vod("vod", "process", "--vod-cli-path", "/nonexistent/cli")
        self.assertIn("/nonexistent/cli (cli_path) is not there", done.stderr)
        self.assertEqual((self.stats()["pending"], self.stats()["due"]), (3, 3))
        self.put_chats()
        self.vod("vod", "process", "--max-vods", "2")
        self.assertEqual(self.stats()["completed"], 2)

    def test_a_failure_is_tried_again_later(self):
        self.vod("vod", "add", "--vod-id", "101", "--channel", "lumen")
        path = self.downloader("echo gone >&2; exit 4\n")
        self.assertIn("ended with code 4: gone", self.vod("vod", "process", "--vod-cli-path", path).stderr)
        stats = self.stats()
        self.assertEqual((stats["retrying"], stats["failed"], stats["due"]), (1, 1, 0))
        self.assertIn("next_due", stats)

    def test_a_signal_ends_the_download_and_gives_the_recording_back(self):
        self.vod("vod", "add", "--vod-id", "101", "--channel", "lumen")
        path = self.downloader('echo $$ > "$(dirname "$0")/pid"; exec sleep 600\n')
        process = subprocess.Popen([PROGRAM, "vod", "process", "--vod-cli-path", path], cwd=self.folder, env=self.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (self.folder / "pid").exists() or not (self.folder / "pid").read_text().strip():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 130)
        with self.assertRaises(ProcessLookupError):
            os.kill(int((self.folder / "pid").read_text()), 0)
        self.assertEqual(self.stats()["pending"], 1)

    def test_a_killed_worker_leaves_a_lease(self):
        self.vod("vod", "add", "--vod-id", "101", "--channel", "lumen")
        path = self.downloader('echo $$ > "$(dirname "$0")/pid"; exec sleep 600\n')
        process = subprocess.Popen([PROGRAM, "vod", "process", "--vod-cli-path", path], cwd=self.folder, env=self.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (self.folder / "pid").exists() or not (self.folder / "pid").read_text().strip():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        process.kill()
        process.wait()
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        self.assertEqual(self.stats()["processing"], 1)
        self.assertEqual(json.loads(self.vod("vod", "process", "--json").stdout)["processed"]["completed"], 0)
        queue = json.loads((self.folder / "logs/state/vod_queue.json").read_text())
        self.assertEqual(queue[0]["attempt_count"], 1)
        self.assertIsNotNone(queue[0]["lease_expires_at"])

    def test_two_processes_share_a_queue(self):
        for number in range(30):
            self.write(f"logs/raw/vod_chat/channel=lumen/vod_id={number}/chat.json", json.dumps(chat("lumen", str(number), ["ada"])))
        self.vod("vod", "add", "--channel", "lumen", *[word for number in range(30) for word in ("--vod-id", str(number))])
        both = [subprocess.Popen([PROGRAM, "vod", "process", "--json"], cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL) for _ in range(2)]
        done = [json.loads(process.communicate(timeout=120)[0])["processed"]["completed"] for process in both]
        self.assertEqual(sum(done), 30)
        self.assertEqual(len(self.stored()), 30)

    def test_the_earlier_command(self):
        self.put_chats()
        self.add_all()
        self.write("vod.yaml", "vod:\n  enabled: true\n  auto_discover: false\n")
        self.vod("preprocess_vods", "vod.yaml", "2")
        self.assertEqual(self.stats()["completed"], 2)
        self.write("off.yaml", "vod:\n  enabled: false\n")
        self.assertIn("vod.enabled is off", self.vod("preprocess_vods", "off.yaml").stdout)
        self.vod("preprocess_vods", "vod.yaml", "many", code=2)
        self.assertEqual(self.stats()["completed"], 2)

    @unittest.skipUnless(HAS_FAKE, "VIEWERATLAS_FAKE_TWITCH does not name the fake Twitch")
    def test_discover_asks_for_recordings(self):
        fake = FakeTwitch(scenario({"lumen": ["ada"], "nova": ["bea"]}))
        self.addCleanup(fake.stop)
        words = ["--helix-url", fake.url("/helix"), "--id-url", fake.url("/oauth2"), "--vod-rate-limit-delay-s", "0", "--vod-max-age-hours", "1000000"]
        secrets = {"TWITCH_CLIENT_ID": CLIENT_ID, "TWITCH_CLIENT_SECRET": CLIENT_SECRET, **SANITIZERS}
        done = json.loads(self.vod("vod", "discover", "--channel", "lumen", "--channel", "nobody", *words, "--json", **secrets).stdout)["discovered"]
        self.assertEqual((done["channels"], done["unknown_channels"]), (2, 1))
        self.assertGreater(done["added"], 0)
        self.assertEqual(self.stats()["pending"], done["added"])
        limited = json.loads(self.vod("vod", "discover", "--channel", "lumen", *words, "--vod-limit", "1", "--json", **secrets).stdout)["discovered"]
        self.assertEqual((limited["found"], limited["added"]), (1, 0))
        few = json.loads(self.vod("vod", "discover", "--channel", "nova", *words, "--vod-min-views", "1000000", "--json", **secrets).stdout)["discovered"]
        self.assertEqual(few["added"], 0)
        self.vod("vod", "discover", *words, code=2, **secrets)


class Logs(VodTest):
    def check(self, *words):
        done = json.loads(self.vod("vod", "import", "in", *words, "--json").stdout)
        self.assertEqual(self.overlaps(), OVERLAPS)
        again = json.loads(self.vod("vod", "import", "in", *words, "--json").stdout)
        self.assertEqual((again["imported"], again["unchanged"]), (0, done["imported"]))
        self.assertEqual(self.overlaps(), OVERLAPS)
        return done

    def test_tables(self):
        rows = io.StringIO()
        writer = csv.writer(rows)
        writer.writerow(["Timestamp", "Channel", "message", "Username"])
        for (channel, _), viewers in AUDIENCES.items():
            for viewer in viewers:
                writer.writerow(["2026-01-05T10:00:07Z", "#" + channel.title(), 'a "quoted",\nbroken text', viewer.upper()])
        self.write("in/log.csv", rows.getvalue())
        self.write("in/notes.md", "no log")
        self.assertEqual(self.check()["ignored"], 1)

    def test_raw_lines(self):
        for (channel, _), viewers in AUDIENCES.items():
            lines = [f"@id={channel}-{viewer};room-id={IDS[channel]};tmi-sent-ts=1767607207000;user-id={IDS[viewer]} :{viewer}!{viewer}@x PRIVMSG #{channel} :hi"
                     for viewer in viewers]
            mirror = f"@id=m;room-id={IDS[channel]};source-room-id=99;tmi-sent-ts=1767607207000;user-id=7777 :mirrored!m@x PRIVMSG #{channel} :hi"
            (self.folder / "in").mkdir(exist_ok=True)
            (self.folder / f"in/{channel}.txt.gz").write_bytes(gzip.compress("\r\n".join([*lines, mirror]).encode()))
        self.assertEqual(self.check()["lost"], {"mirror": 3})

    def test_text_in_local_time(self):
        for (channel, _), viewers in AUDIENCES.items():
            lines = "".join(f"[11:00:0{number}]  {viewer}: hi\n" for number, viewer in enumerate(viewers))
            self.write(f"in/Channels/{channel}/{channel}-2026-01-05.log", f"# Start logging at 2026-01-05 11:00:00 XYZ\n{lines}[11:00:09] {channel} is live!\n")
        self.vod("vod", "import", "in", code=1)
        self.assertEqual(self.check("--utc-offset", "+01:00")["lost"], {"no_message": 3})
        report = json.loads(self.vod("analyze", "--output-dir", "window", "--since", "2026-01-05T10:00:00Z", "--until", "2026-01-05T10:01:00Z",
                                     *NO_PICTURES, "--json").stdout)
        self.assertEqual(report["graph"]["edges"], 2)


if __name__ == "__main__":
    main()
