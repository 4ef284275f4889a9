"""The collector among faults: of the chat, of Helix, of tokens, of the disk. What was said is counted, or the loss is."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

from collecting import PROGRAM, SANITIZERS, Collect, CollectTest, credentials, true_messages
from fake_twitch import CLIENT_ID, LOGIN, TOKEN, FakeTwitch, scenario, until
from program import clean_environment

SMALL = {f"room{number}": [f"viewer{number}", "everywhere", "somewhere"] for number in range(6)}
NOBODY = 65534


class Chat(CollectTest):
    def start(self, channels=None, flags=None, **more):
        fake = self.fake(SMALL if channels is None else channels, **more)
        collector = self.collect(fake, **(flags or {}))
        return fake, collector

    def inside(self, *words, **more):
        fake, collector = self.start(*words, **more)
        fake.wait_for_rooms(SMALL)
        return fake, collector

    def finish(self, fake, collector):
        """Everybody speaks once more; then all that was written must be stored, once."""
        fake.do("everybody")
        fake.wait_written()
        want = sum(true_messages(fake).values())
        collector.wait_for(lambda status: status["recorder"]["sightings"] >= want, what="counting all messages")
        self.stop(collector)
        self.assertEqual(self.stored().messages(), true_messages(fake))
        self.no_leftovers()

    def come_back(self, fake, collector, seconds=30):
        until(lambda: fake.rooms() == set(SMALL), seconds, "being in the rooms again")
        self.assertIsNone(collector.process.poll())

    def test_reconnect(self):
        fake, collector = self.inside(settings={"reconnect_close_ms": 1500})
        fake.do("everybody")
        fake.do("reconnect")
        until(lambda: len(fake.entries("welcome")) == 2, 20, "a second login")
        until(lambda: len(fake.entries("end")) == 1, 20, "the end of the first connection")
        self.come_back(fake, collector)
        self.finish(fake, collector)

    def test_reset_and_end_and_a_server_that_is_away(self):
        fake, collector = self.inside()
        fake.do("everybody")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] == 18)
        fake.do("listen", on=False)
        fake.do("drop", how="rst")
        until(lambda: not fake.rooms())
        fake.do("listen", on=True)
        self.come_back(fake, collector)
        fake.do("drop", how="fin")
        until(lambda: len(fake.entries("end")) == 2)
        self.come_back(fake, collector, 45)
        self.finish(fake, collector)

    def test_segments_of_one_byte_and_of_many_lines(self):
        fake, collector = self.inside(settings={"segment_bytes": 1})
        fake.do("everybody")
        fake.wait_written(60)
        fake.set(segment_bytes=0, coalesce_ms=100)
        self.finish(fake, collector)

    def test_lines_that_no_parser_likes(self):
        fake, collector = self.inside(mix={kind: 10 for kind in ("malformed", "overlong", "empty", "no_room", "no_user_id", "other", "skewed")})
        for number in range(4):
            fake.do("burst", lines=25)
            fake.do("raw", hex=[b":x PRIVMSG #room0 :\xff\xfe\n", b"\x00\x00\r\n", b"@a=\xf0\x9f PRIVMSG #room0\r\n", b"\n\n\n"][number].hex())
        self.finish(fake, collector)
        written, lost = fake.truth()["written"], self.stored().lost()
        self.assertEqual(lost["overlong_line"], written["overlong"])
        self.assertEqual(lost["unknown_room"], written["no_room"])
        self.assertGreaterEqual(lost["no_user_id"], written["no_user_id"])
        self.assertGreaterEqual(lost["parse_error"], written["malformed"])
        self.assertEqual(len(fake.entries("connect")), 1)

    def test_server_pings_are_answered_at_once(self):
        fake, collector = self.inside(settings={"ping_every_ms": 300, "pong_timeout_ms": 1000})
        until(lambda: len(fake.entries("PONG")) >= 5)
        self.assertEqual(fake.entries("no_pong"), [])
        self.finish(fake, collector)

    def test_a_flood_is_read_as_fast_as_it_comes(self):
        """A reader that waited for its disk or for its own counting would be kicked."""
        fake, collector = self.inside(settings={"rate": 2000, "slow_reader_bytes": 3_000_000})
        until(lambda: fake.truth()["written_total"] > 8000)
        fake.do("pause")
        fake.wait_written()
        self.finish(fake, collector)
        self.assertEqual(fake.entries("slow_reader"), [])
        self.assertEqual(self.stored().lost()["queue_full"], 0)

    def test_rooms_that_cannot_be_joined_are_named(self):
        fake, collector = self.start([*({"login": login, "audience": audience} for login, audience in SMALL.items()), {"login": "sus", "state": "suspended"},
                                      {"login": "ban", "state": "banned"}, {"login": "renamed", "room_id": "999", "audience": ["x"]}])
        status = collector.wait_for(lambda status: status["rooms"]["confirmed"] == 6 and len(status["rooms"]["failed"]) >= 3)
        self.assertEqual({name: count for name, count in status["rooms"]["failed"].items() if count}, {"banned": 1, "suspended": 1, "renamed": 1})
        fake.do("part", channel="room1")
        collector.wait_for(lambda status: status["rooms"]["failed"].get("removed") == 1)
        fake.do("room", channel="room2", state="suspended")
        collector.wait_for(lambda status: status["rooms"]["confirmed"] == 4)
        self.assertNotIn("room1", fake.rooms())
        self.finish(fake, collector)
        self.assertNotIn("x", {viewer for _, viewer in self.stored().messages()})

    def test_shared_chats_begin_and_end(self):
        fake, collector = self.inside()
        fake.do("share", channels=["room0", "room1", "room2"])
        fake.do("everybody")
        fake.do("say", channel="room0", viewer="viewer0", kind="mirror_notice")
        fake.do("share")
        self.finish(fake, collector)
        self.assertEqual(self.stored().sum("mirrors"), 9 * 2 + 2)

    def test_lurkers_are_stored_apart(self):
        fake, collector = self.inside(flags={"membership": True}, settings={"membership_ms": 100})
        until(lambda: fake.truth()["written"]["membership"] > 50)
        fake.set(membership_ms=0)
        self.stop(collector)
        self.assertEqual(self.stored().audiences(), {})
        self.assertTrue(list((self.folder / "logs/raw/membership").rglob("*.zst")))

    def test_certificates_are_checked(self):
        for port in ("irc_bad_name", "irc_expired"):
            fake = self.fake(SMALL)
            collector = self.collect(fake, irc_port=fake.ports[port])
            until(lambda: "certificate" in collector.said() or collector.process.poll() is not None, 20, "a word about the certificate")
            self.assertEqual(fake.entries("NICK"), [])
            collector.signal()
            collector.wait()

    def test_a_crowd_of_lost_joins_is_made_up_for(self):
        fake, collector = self.start(settings={"lost_join_percent": 100})
        until(lambda: fake.entries("JOIN"))
        fake.set(lost_join_percent=0)
        self.come_back(fake, collector, 40)  # the first answer is waited for during 15 s
        self.finish(fake, collector)


class Tokens(CollectTest):
    def refused(self, fake, *parts, env=None, **flags):
        code, said = self.run_collect(fake, env=env, **flags)
        self.assertNotEqual(code, 0, said)
        for part in parts:
            self.assertIn(part, said)
        self.assertNotIn(TOKEN, said)
        self.assertLessEqual(fake.journal()["identities"].get(LOGIN, {}).get("auths", 0), 2)
        return said

    def test_tokens_that_cannot_work_are_told(self):
        fake = self.fake(SMALL, tokens=[{"token": TOKEN, "login": LOGIN, "scopes": []}, {"token": "other", "login": LOGIN, "scopes": ["chat:read"],
                                                                                     "client_id": "another"}])
        self.refused(fake, "chat:read")
        self.refused(fake, "client", env=credentials("other"))
        self.refused(fake, "token", env=credentials("never-heard-of"))

    def test_a_token_revoked_in_mid_run_ends_with_a_reason_and_keeps_the_round(self):
        fake = self.fake(SMALL)
        collector = self.collect(fake)
        fake.wait_for_rooms(SMALL)
        fake.do("everybody")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] == 18)
        fake.do("revoke_token", token=TOKEN, disconnect=True)
        self.assertNotEqual(collector.wait(40), 0)
        self.assertIn("token", collector.said())
        self.assertEqual(self.stored().messages(), true_messages(fake))
        self.assertLessEqual(fake.journal()["identities"][LOGIN]["auths"], 3)

    def log_in(self, fake):
        words = [PROGRAM, "login", f"--private-dir={self.folder / 'private'}", f"--id-url={fake.url('/oauth2')}"]
        done = subprocess.run(words, cwd=self.folder, env=clean_environment(TWITCH_CLIENT_ID=CLIENT_ID, **SANITIZERS), capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ABCD", done.stdout + done.stderr)

    def test_login_by_device_then_refresh_when_the_token_dies(self):
        fake = self.fake(SMALL, tokens=[], settings={"device_polls": 1})
        self.log_in(fake)
        collector = self.collect(fake, env=credentials(token=None))
        fake.wait_for_rooms(SMALL)
        fake.do("everybody")
        fake.do("revoke_token", disconnect=True)
        until(lambda: len(fake.entries("welcome")) == 2 or collector.process.poll() is not None, 40, "a login with the renewed token")
        until(lambda: fake.rooms() == set(SMALL), 30)
        fake.do("everybody")
        fake.wait_written()
        self.stop(collector)
        self.assertEqual(self.stored().messages(), true_messages(fake))
        self.assertLessEqual(fake.journal()["identities"][LOGIN]["auths"], 4)
        # The rotated refresh token was stored: the next start works with it.
        fake.do("revoke_token")
        collector = self.collect(fake, env=credentials(token=None))
        fake.wait_for_rooms(SMALL)
        self.stop(collector)


class Helix(CollectTest):
    def test_faults_that_pass(self):
        for answer in ("503", "429", "401", "reset"):
            fake = FakeTwitch(scenario(SMALL))
            with fake:
                fake.do("http_fault", answer=answer, path="/helix")
                collector = Collect(fake, self.folder)
                self.addCleanup(collector.close)
                if answer == "401":
                    # The token itself is good: the second answer is true.
                    until(lambda: fake.rooms() == set(SMALL) or collector.process.poll() is not None, 30)
                    if collector.process.poll() is not None:
                        self.assertIn("token", collector.said())
                        continue
                fake.wait_for_rooms(SMALL)
                self.stop(collector)

    def test_faults_that_stay_end_the_start_with_a_reason(self):
        for answer in ("html", "no_json", "huge", "redirect", "400"):
            fake = FakeTwitch(scenario(SMALL))
            with fake:
                fake.do("http_fault", answer=answer, path="/helix", times=-1)
                collector = Collect(fake, self.folder)
                self.addCleanup(collector.close)
                until(lambda: collector.process.poll() is not None or "elix" in collector.said() or "Twitch answers" in collector.said(), 30,
                      f"a word about {answer}")
                collector.signal()
                collector.wait()
                self.assertNotIn(TOKEN, collector.said())
                self.assertLess(len(fake.entries("GET")), 20)

    def test_odd_pages_give_each_channel_once(self):
        channels = [{"login": f"c{number:03}", "viewers": 1000 - number, "audience": ["x"]} for number in range(230)]
        for settings in ({"page_overlap": 7}, {"short_page": 3}, {"empty_page": 2}, {"odd_fields": 1, "gzip": 1}, {"loop_after_page": 2}):
            with FakeTwitch(scenario(channels, settings=settings)) as fake:
                collector = Collect(fake, self.folder, mode="anonymous")
                self.addCleanup(collector.close)
                status = collector.wait_for(lambda status: status["roster"]["channels"] > 0)
                self.assertEqual(status["roster"]["channels"], 200 if "loop_after_page" in settings else 230, settings)
                self.stop(collector)
                self.assertLessEqual(len([entry for entry in fake.entries("GET") if "/streams" in entry[3]]), 8)

    def test_chats_go_on_while_helix_is_away(self):
        fake = self.fake(SMALL)
        collector = self.collect(fake, roster_refresh="2s")
        fake.wait_for_rooms(SMALL)
        fake.do("http_fault", answer="500", path="/helix", times=-1)
        until(lambda: len([entry for entry in fake.entries("GET") if " 500 " in entry[3]]) >= 2, 30, "two failed looks")
        fake.do("everybody")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] == 18)
        fake.do("http_fault")
        fake.do("channel", channel="room5", live=False)
        fake.do("everybody")
        fake.wait_written()
        self.stop(collector)
        self.assertEqual(self.stored().messages(), true_messages(fake))

    def test_the_roster_follows_who_is_live(self):
        fake = self.fake([*({"login": login, "audience": audience} for login, audience in SMALL.items()), {"login": "later", "live": False, "audience": ["x"]}])
        collector = self.collect(fake, roster_refresh="1s")
        fake.wait_for_rooms(SMALL)
        fake.do("channel", channel="later", live=True)
        fake.do("channel", channel="room0", live=False)
        fake.wait_for_rooms(["later"])
        until(lambda: "room0" not in fake.rooms(), 30, "leaving a channel that is over")
        self.stop(collector)


class Disk(CollectTest):
    def small_disk(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to mount a small file system")
        place = self.folder / "logs"
        place.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False, capture_output=True).returncode != 0:
            self.skipTest("this machine allows no mounts")
        self.addCleanup(subprocess.run, ["umount", place], check=False)
        return place

    @staticmethod
    def fill(place, piece):
        with open(place / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(piece))
            except OSError:
                pass

    def test_a_full_disk_costs_nothing_once_there_is_room_again(self):
        place = self.small_disk()
        fake = self.fake(SMALL)
        collector = self.collect(fake, log_file=self.folder / "run.log")
        fake.wait_for_rooms(SMALL)
        fake.do("everybody")
        collector.wait_for(lambda status: status["recorder"]["sightings"] == 18)
        self.fill(place, 4096)
        fake.do("everybody")
        fake.do("burst", lines=300)
        fake.wait_written()
        status = collector.wait_for(lambda status: status["recorder"]["problem"], 40, "a word about the full disk")
        self.assertFalse(status["health"]["ok"])
        (place / "filler").unlink()
        collector.wait_for(lambda status: not status["recorder"]["problem"], 40, "writing again")
        self.stop(collector)
        self.assertEqual(self.stored().messages(), true_messages(fake))
        self.no_leftovers()

    def test_a_disk_that_stays_full_is_told_at_the_end_and_nothing_is_half_written(self):
        place = self.small_disk()
        fake = self.fake(SMALL)
        collector = self.collect(fake, log_file=self.folder / "run.log")
        fake.wait_for_rooms(SMALL)
        fake.do("everybody")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] == 18 and status["recorder"]["writer_lag_ms"] == 0)
        self.fill(place, 512)
        collector.signal()
        code = collector.wait(20)
        stored = self.stored().messages()  # whole files only
        if code != 0:
            self.assertIn(str(place), collector.said())
        (place / "filler").unlink()
        again = self.collect(fake, log_file=self.folder / "run.log")
        fake.wait_for_rooms(SMALL)
        self.stop(again)
        self.assertEqual(self.stored().messages(), true_messages(fake), stored)

    def test_permission_lost(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become another user")
        os.chmod(self.folder, 0o777)
        for name in ("logs", "private"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, NOBODY, NOBODY)
        os.chmod(self.folder / "private", 0o700)
        fake = self.fake(SMALL)
        os.chmod(fake.folder, 0o755)
        try:
            subprocess.run([PROGRAM, "version"], user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, check=True, env=credentials())
        except (PermissionError, subprocess.CalledProcessError):
            self.skipTest("another user cannot run the program where it lies")
        collector = self.collect(fake, user=NOBODY, log_file=self.folder / "logs/run.log")
        fake.wait_for_rooms(SMALL)
        fake.do("everybody")
        fake.wait_written()
        collector.wait_for(lambda status: status["recorder"]["sightings"] == 18)
        for path in (self.folder / "logs").iterdir():
            os.chown(path, 0, 0)
        os.chmod(self.folder / "logs", 0o555)
        os.chown(self.folder / "logs", 0, 0)
        collector.signal()
        code = collector.wait(20)
        self.assertEqual(code, 1, collector.said())
        self.assertIn("permission", collector.said())
        for path in [self.folder / "logs", *(self.folder / "logs").rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
        os.chmod(self.folder / "logs", 0o755)
        again = self.collect(fake, user=NOBODY, log_file=self.folder / "logs/run.log")
        fake.wait_for_rooms(SMALL)
        self.stop(again)
        self.assertEqual(self.stored().messages(), true_messages(fake))


class Memory(CollectTest):
    def test_it_stays_bounded_over_rounds_of_many_messages(self):
        fake = self.fake([], generate={"channels": 10, "viewers": 20_000, "communities": 2, "audience": [500, 5000]}, settings={"rate": 3500})
        # The sanitizer would keep hundreds of megabytes of freed memory.
        env = {**credentials(), "ASAN_OPTIONS": "quarantine_size_mb=1:" + credentials()["ASAN_OPTIONS"]}
        collector = self.collect(fake, env=env, interval=2, format="ndjson.zst")
        seen = []
        for count in range(7_000, 42_001, 7_000):
            collector.wait_for(lambda status, count=count: status["recorder"]["sightings"] >= count, 60)
            seen.append(collector.resident_kb())
        self.stop(collector)
        self.assertLess(seen[-1], seen[2] * 1.15 + 30_000, seen)


class HalfOpen(CollectTest):
    """A server that still has the connection and says nothing: found out by a ping of one's own, half a minute later."""

    def test_a_connection_that_died_silently_is_replaced(self):
        fake = self.fake(SMALL)
        collector = self.collect(fake)
        fake.wait_for_rooms(SMALL)
        fake.do("stall")
        until(lambda: len(fake.entries("welcome")) == 2, 60, "a second connection")
        until(lambda: len(fake.entries("welcome")) == 2 and set(SMALL) <= fake.rooms(), 20)
        fake.do("stall", on=False)
        self.stop(collector)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
