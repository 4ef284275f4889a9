"""The fake Twitch itself: what tests of the collector rely on, each behaviour and fault shown once."""
import gzip
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import unittest

from fake_twitch import (CLIENT_ID, CLIENT_SECRET, COUNTING, FAKE_TWITCH, LOGIN, TOKEN, FakeTwitch, IrcClient, helix, http_get, scenario, until)

ROOMS = {"ada": ["ann", "bea", "cyd"], "bert": ["bea", "cyd"], "cleo": ["dan"]}
ALL_KINDS = ["message", "action", "notice", "no_id", "skewed", "duplicate", "anonymous", "gift", "raid", "broadcaster", "no_user_id", "no_room",
             "malformed", "overlong", "empty", "other"]


def many_rooms(count):
    return {f"room{number}": [f"viewer{number}"] for number in range(count)}


class FakeTest(unittest.TestCase):
    maxDiff = 4000

    def start(self, channels=None, **more):
        fake = FakeTwitch(scenario(ROOMS if channels is None else channels, **more))
        self.addCleanup(fake.stop)
        return fake

    def client(self, fake, **words):
        client = IrcClient(fake, **words)
        self.addCleanup(client.close)
        return client

    def inside(self, fake, *rooms, **words):
        """A client that is in the rooms."""
        client = self.client(fake, **words).login()
        client.send("JOIN " + ",".join("#" + room for room in rooms))
        for room in rooms:
            client.lines_until(f"366 {LOGIN} #{room} ")
        fake.wait_for_rooms(rooms)
        return client


class Login(FakeTest):
    def test_handshake(self):
        fake = self.start()
        lines = self.client(fake).login().lines_until("GLOBALUSERSTATE")
        self.assertEqual(lines[:8], [":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands", ":tmi.twitch.tv 001 reader :Welcome, GLHF!",
                                     ":tmi.twitch.tv 002 reader :Your host is tmi.twitch.tv", ":tmi.twitch.tv 003 reader :This server is rather new",
                                     ":tmi.twitch.tv 004 reader :-", ":tmi.twitch.tv 375 reader :-",
                                     ":tmi.twitch.tv 372 reader :You are in a maze of twisty passages, all alike.", ":tmi.twitch.tv 376 reader :>"])
        nobody = self.client(fake, port="irc_plain").login(token=None, nick="justinfan123")
        self.assertNotIn("GLOBALUSERSTATE", "".join(nobody.lines_until("376")))
        self.assertTrue(nobody.silent())
        self.assertIn("NAK :twitch.tv/no", self.client(fake).login(caps="twitch.tv/no").line())
        fake.set(cap_nak=1)
        self.assertIn("NAK", self.client(fake).login().line())

    def test_refusals_then_the_end(self):
        fake = self.start(tokens=[{"token": "weak", "login": LOGIN, "scopes": []}, {"token": "app"},
                                  {"token": "old", "login": LOGIN, "scopes": ["chat:read"], "expires_in": -1},
                                  {"token": TOKEN, "login": LOGIN, "scopes": ["chat:read"]}])
        failed, shape = ":tmi.twitch.tv NOTICE * :Login authentication failed", ":tmi.twitch.tv NOTICE * :Improperly formatted auth"
        for token, nick, answer in (("wrong", LOGIN, failed), ("weak", LOGIN, failed), ("app", LOGIN, failed), ("old", LOGIN, failed),
                                    (TOKEN, "other", failed), (TOKEN, "READER", ":tmi.twitch.tv NOTICE * :Invalid NICK"), (None, LOGIN, shape)):
            self.assertEqual(self.client(fake).login(token, nick).rest()[1:], [answer])
        fake.set(auth_fail=1, auth_text="Login unsuccessful")
        self.assertEqual(self.client(fake).login().rest()[1:], [":tmi.twitch.tv NOTICE * :Login unsuccessful"])
        self.client(fake).login().lines_until("376")
        self.assertEqual([entry[3] for entry in fake.entries("PASS")], ["bad", "ok", "ok", "bad", "ok", "ok", "ok", "ok"])
        self.assertNotIn(TOKEN, json.dumps(fake.journal()))

    def test_a_token_revoked_in_mid_session(self):
        fake = self.start()
        client = self.inside(fake, "ada")
        fake.do("revoke_token", token=TOKEN, disconnect=True)
        self.assertIn(":tmi.twitch.tv NOTICE * :Login authentication failed", client.rest())
        self.assertIn("Login authentication failed", self.client(fake).login().rest()[-1])
        fake.do("add_token", token="another", login=LOGIN, scopes=["chat:read"])
        self.client(fake).login("another").lines_until("376")

    def test_logins_over_the_limit(self):
        fake = self.start(settings={"auth_limit": 3})
        for _ in range(3):
            self.client(fake).login().lines_until("376")
        self.assertEqual(len(self.client(fake).login().rest()), 1)
        self.assertEqual(fake.journal()["identities"][LOGIN]["max_auths_10s"], 4)
        self.assertEqual(len(fake.entries("over_auth_limit")), 1)
        for _ in range(5):
            self.client(fake).login(None, "justinfan5").lines_until("376")

    def test_silence_in_the_handshake(self):
        fake = self.start(settings={"no_welcome": 1})
        client = self.client(fake).login()
        self.assertIn("ACK", client.line())
        self.assertTrue(client.silent())
        fake.set(no_welcome=0, welcome_delay_ms=200)
        begin = time.monotonic()
        self.client(fake).login().lines_until("001")
        self.assertGreater(time.monotonic() - begin, 0.19)


class Rooms(FakeTest):
    def test_answers_to_join(self):
        fake = self.start()
        client = self.client(fake).login()
        client.lines_until("GLOBALUSERSTATE")
        client.send("JOIN #ada,#nobody,#bert")
        lines = client.lines_until("366 reader #bert")
        self.assertEqual(lines[0], ":reader!reader@reader.tmi.twitch.tv JOIN #ada")
        self.assertRegex(lines[2], "room-id=40000000;.* :tmi.twitch.tv ROOMSTATE #ada$")
        self.assertEqual(lines[3:5], [":reader.tmi.twitch.tv 353 reader = #ada :reader", ":reader.tmi.twitch.tv 366 reader #ada :End of /NAMES list"])
        self.assertTrue(client.silent())
        client.send("PART #ada")
        self.assertEqual(client.line(), ":reader!reader@reader.tmi.twitch.tv PART #ada")
        self.assertEqual(fake.rooms(), {"bert"})
        self.assertEqual([entry[3] for entry in fake.entries("JOIN") + fake.entries("PART")], ["#ada,#nobody,#bert", "#ada"])

    def test_names_of_others(self):
        fake = self.start({"ada": [f"viewer{i}" for i in range(45)], "big": [f"viewer{i}" for i in range(1001)]}, settings={"membership_ms": 50})
        client = self.client(fake).login(caps="twitch.tv/tags twitch.tv/commands twitch.tv/membership")
        client.send("JOIN #ada,#big")
        lines = [line for line in client.lines_until("366 reader #big") if " 353 " in line]
        self.assertEqual(len([line for line in lines if "#ada" in line]), 4)
        self.assertEqual(len([line for line in lines if "#big" in line]), 1)
        client.lines_until("!viewer")
        self.assertGreater(fake.truth()["queued"]["membership"], 0)

    def test_rooms_that_cannot_be_joined(self):
        fake = self.start([{"login": "ada"}, {"login": "sus", "state": "suspended"}, {"login": "ban", "state": "banned"},
                           {"login": "ghost", "state": "unknown"}, {"login": "renamed", "room_id": "999"}])
        client = self.client(fake).login()
        client.send("JOIN #sus,#ban,#ghost,#renamed")
        text = "\n".join(client.lines_until("366 reader #renamed"))
        self.assertIn("@msg-id=msg_channel_suspended :tmi.twitch.tv NOTICE #sus :", text)
        self.assertIn("@msg-id=msg_banned :tmi.twitch.tv NOTICE #ban :", text)
        self.assertIn("room-id=999;", text)
        self.assertNotIn("ghost", text)
        client.send("JOIN #ada")
        client.lines_until("366 reader #ada")
        fake.do("room", channel="ada", state="banned")
        self.assertIn("msg_banned", client.line())
        self.assertIn("PART #ada", client.line())
        fake.do("part", channel="renamed")
        self.assertIn("PART #renamed", client.line())

    def test_joins_over_the_limit_of_all_connections(self):
        for reaction in ("close", "drop", "accept"):
            fake = FakeTwitch(scenario(many_rooms(30), settings={"join_limit": 5, "join_reaction": reaction}))
            with fake, IrcClient(fake) as one, IrcClient(fake) as two:
                one.login().send("JOIN " + ",".join(f"#room{i}" for i in range(3)))
                one.lines_until("366 reader #room2")
                two.login().send("JOIN " + ",".join(f"#room{i}" for i in range(3, 7)))
                if reaction == "close":
                    two.rest()
                else:
                    two.lines_until("366 reader #room6" if reaction == "accept" else "366 reader #room4")
                    self.assertTrue(two.silent(0.1))
                self.assertEqual(fake.journal()["identities"][LOGIN]["max_joins_10s"], 6 if reaction == "close" else 7)

    def test_lost_and_late_joins(self):
        fake = self.start(settings={"join_delay_ms": 200})
        client = self.client(fake).login()
        client.lines_until("GLOBALUSERSTATE")
        begin = time.monotonic()
        client.send("JOIN #ada")
        client.lines_until("366")
        self.assertGreater(time.monotonic() - begin, 0.19)
        fake.set(lost_join_percent=100)
        client.send("JOIN #bert")
        self.assertTrue(client.silent(0.4))

    def test_cap_of_rooms_and_slots_that_come_back_late(self):
        fake = self.start(many_rooms(12), settings={"room_cap": 5, "slot_release_ms": 700, "join_limit": 100})
        names = ["#room" + str(i) for i in range(6)]
        client = self.client(fake).login()
        client.send("JOIN " + ",".join(names))
        text = "\n".join(client.lines_until("366 reader #room4"))
        self.assertIn("@msg-id=msg_concurrent_channel_limit_reached :tmi.twitch.tv NOTICE #room5 :", text)
        client.close()
        until(lambda: not fake.rooms())
        again = self.client(fake).login()
        again.send("JOIN #room0")
        again.lines_until("msg_concurrent_channel_limit_reached")

        def join():
            again.send("JOIN #room0")
            return " JOIN " in again.line()
        until(join, 5)
        nobody = self.client(fake).login(None, "justinfan1")
        nobody.send("JOIN " + ",".join("#room" + str(i) for i in range(12)))
        nobody.lines_until("366 justinfan1 #room11")


class Traffic(FakeTest):
    def test_truth_is_what_was_sent(self):
        fake = self.start(mix={kind: 5 for kind in ALL_KINDS if kind != "message"})
        client = self.inside(fake, "ada", "bert")
        self.assertEqual(fake.do("burst", lines=400)["lines"], 400)
        fake.do("raw", line="PING :end")
        lines = client.lines_until("PING :end")
        fake.wait_written()
        truth = fake.truth()
        self.assertEqual(truth["written"], truth["queued"])
        self.assertTrue(all(truth["written"][kind] > 0 for kind in ALL_KINDS), truth["written"])
        self.assertEqual(fake.audiences(), {room: set(ROOMS[room]) for room in ("ada", "bert")})
        self.assertEqual(truth["written_total"], len(lines))
        self.assertEqual(sum(one["messages"] for room in truth["channels"].values() for one in room["viewers"].values()),
                         sum(truth["written"][kind] for kind in COUNTING))
        sent = fake.lines()
        self.assertEqual(len(sent), len(lines))
        self.assertTrue(all(line[1] >= 0 for line in sent))
        self.assertEqual(fake.truth(until=1)["channels"], {})

    def test_the_same_seed_gives_the_same_lines(self):
        seen = []
        for _ in range(2):
            with FakeTwitch(scenario(ROOMS, mix={"duplicate": 20})) as fake:
                client = self.inside(fake, "ada")
                fake.do("burst", lines=50)
                fake.do("raw", line="PING :end")
                seen.append([line.split(" :", 2)[-1] for line in client.lines_until("PING :end")])
                client.close()
        self.assertEqual(seen[0], seen[1])

    def test_rate_pause_and_people(self):
        fake = self.start(settings={"rate": 400})
        self.inside(fake, "ada")
        until(lambda: fake.truth()["written_total"] > 100)
        fake.do("pause")
        count = fake.truth()["queued"]["message"]
        fake.do("everybody")
        fake.do("say", channel="ada", viewer="dan", text="hello")
        fake.wait_written()
        self.assertEqual(fake.truth()["queued"]["message"], count + 4)
        self.assertIn("dan", fake.audiences()["ada"])

    def test_generated_audiences_overlap(self):
        fake = self.start([], generate={"channels": 15, "viewers": 300, "communities": 3, "audience": [5, 60], "bots": 2})
        rooms = [f"room_{i:03}" for i in range(15)]
        self.inside(fake, *rooms)
        fake.do("everybody")
        fake.wait_written()
        found = fake.audiences()
        self.assertEqual(len(found), 15)
        self.assertTrue(all({"helper_bot_00", "helper_bot_01"} <= audience for audience in found.values()))
        self.assertGreater(len(found["room_000"] & found["room_003"]), 2)

    def test_shared_chat(self):
        fake = self.start(shared_chats=[["ada", "bert"]])
        client = self.inside(fake, "bert")
        fake.do("say", channel="ada", viewer="ann")
        mirror = client.line()
        self.assertIn("room-id=40000001", mirror)
        self.assertIn("source-room-id=40000000", mirror)
        fake.do("say", channel="bert", viewer="bea")
        native = client.line()
        self.assertIn("source-room-id=40000001", native)
        fake.do("say", channel="ada", viewer="ann", kind="mirror_notice")
        self.assertIn("sharedchatnotice", client.line())
        fake.wait_written()
        self.assertEqual(fake.audiences(), {"bert": {"bea"}})
        fake.do("share")
        fake.do("say", channel="bert", viewer="cyd")
        self.assertNotIn("source-room-id", client.line())

    def test_lines_out_of_order(self):
        fake = self.start(settings={"reorder_percent": 50})
        client = self.inside(fake, "ada")
        for number in range(20):
            fake.do("say", channel="ada", viewer="ann", text=f"number {number:02}")
        heard = [client.line().split("number ")[1] for _ in range(20)]
        self.assertNotEqual(heard, sorted(heard))
        self.assertEqual(sorted(heard), [f"{number:02}" for number in range(20)])

    def test_a_second_connection_hears_duplicates(self):
        fake = self.start()
        self.inside(fake, "cleo")
        self.inside(fake, "cleo")
        fake.do("say", channel="cleo", viewer="dan")
        fake.wait_written()
        truth = fake.truth()
        self.assertEqual((truth["written"]["message"], truth["written"]["duplicate"]), (1, 1))


class Transport(FakeTest):
    def test_certificates(self):
        fake = self.start()
        for port, problem in (("irc_bad_name", "Hostname mismatch"), ("irc_expired", "expired")):
            with self.assertRaisesRegex(ssl.SSLCertVerificationError, problem):
                self.client(fake, port=port)
        context = ssl.create_default_context(cafile=fake.ca_file)
        status, _, _ = http_get(f"https://localhost:{fake.ports['https']}/oauth2/validate", {"Authorization": "OAuth " + TOKEN}, context=context)
        self.assertEqual(status, 200)

    def test_segments_of_one_byte(self):
        fake = self.start(settings={"segment_bytes": 1})
        client = self.inside(fake, "ada")
        fake.do("say", channel="ada", viewer="ann", text="\u00e9\U0001f600")
        self.assertIn("\u00e9\U0001f600", client.line())
        self.assertEqual({len(piece) for piece in client.pieces}, {1})

    def test_many_lines_in_one_segment(self):
        fake = self.start(settings={"coalesce_ms": 150})
        client = self.inside(fake, "ada")
        client.pieces.clear()
        for _ in range(30):
            fake.do("say", channel="ada", viewer="ann", text="x")
        for _ in range(30):
            client.line()
        self.assertLess(len(client.pieces), 12)

    def test_connections_that_answer_nothing_or_break(self):
        fake = self.start(settings={"accept_silent": 1})
        silent = self.client(fake, port="irc_plain").login()
        self.assertTrue(silent.silent())
        fake.set(reset_on_accept=1)
        with self.assertRaises(OSError):
            self.client(fake)
        client = self.inside(fake, "ada")
        fake.do("stall", connection=fake.connections()[-1]["connection"])
        client.send("PING :x")
        fake.do("say", channel="ada", viewer="ann")
        self.assertTrue(client.silent())
        self.assertEqual(fake.audiences(), {})
        fake.do("stall", on=False)
        client.lines_until("PONG tmi.twitch.tv :x")
        fake.do("drop", how="fin")
        client.rest()
        client = self.inside(fake, "ada")
        fake.do("drop", how="rst")
        self.assertEqual(client.rest(), [])

    def test_reconnect_and_a_server_that_is_away(self):
        fake = self.start(settings={"reconnect_close_ms": 300})
        client = self.inside(fake, "ada")
        begin = time.monotonic()
        fake.do("reconnect")
        self.assertEqual(client.line(), ":tmi.twitch.tv RECONNECT")
        client.rest()
        self.assertGreater(time.monotonic() - begin, 0.29)
        fake.do("listen", on=False)
        with self.assertRaises(ConnectionRefusedError):
            self.client(fake)
        fake.do("listen", on=True)
        self.inside(fake, "ada")

    def test_keep_alive(self):
        fake = self.start(settings={"ping_every_ms": 100, "pong_timeout_ms": 300})
        client = self.client(fake).login()
        client.lines_until("PING :tmi.twitch.tv")
        client.send("PONG :tmi.twitch.tv")
        client.lines_until("PING :tmi.twitch.tv")
        client.rest()
        self.assertEqual(len(fake.entries("no_pong")), 1)
        fake.set(ping_every_ms=0)
        client = self.inside(fake, "ada")
        client.send("PING :abc")
        self.assertEqual(client.line(), ":tmi.twitch.tv PONG tmi.twitch.tv :abc")
        fake.set(no_pong=1)
        client.send("PING :abc")
        self.assertTrue(client.silent())

    def test_a_slow_reader_is_kicked(self):
        fake = self.start(settings={"slow_reader_bytes": 100_000})
        self.inside(fake, "ada", receive_bytes=4096)
        until(lambda: fake.do("burst", lines=2000) and fake.entries("slow_reader"))

    def test_raw_lines(self):
        fake = self.start()
        client = self.inside(fake, "ada")
        fake.do("raw", hex=b":a PRIVMSG #ada :x\x00y\xff\n".hex())
        fake.do("raw", line="end")
        self.assertEqual(client.line(), ":a PRIVMSG #ada :x\x00y\ufffd")
        self.assertEqual(client.line(), "end")


class Helix(FakeTest):
    def pages(self, fake, first=2, most=20):
        rows, after, pages = [], "", []
        while len(pages) < most:
            status, _, page = helix(fake, f"/streams?first={first}{after}")
            self.assertEqual(status, 200)
            rows += [row["user_login"] for row in page["data"]]
            pages.append(page)
            cursor = page.get("pagination", {}).get("cursor")
            if not cursor:
                break
            after = "&after=" + cursor
        return rows, pages

    def test_streams(self):
        fake = self.start([{"login": f"c{i}", "viewers": 10 * i, "language": "de" if i % 2 else "en"} for i in range(7)] + [{"login": "away", "live": False}])
        self.assertEqual(self.pages(fake)[0], [f"c{i}" for i in range(6, -1, -1)])
        row = helix(fake, "/streams?user_login=c3&user_login=away")[2]["data"][0]
        self.assertEqual((row["user_login"], row["viewer_count"], row["is_mature"], row["type"]), ("c3", 30, False, "live"))
        self.assertEqual(len(helix(fake, "/streams?language=de")[2]["data"]), 3)
        self.assertEqual(helix(fake, "/streams?first=101")[0], 400)
        self.assertEqual(helix(fake, "/streams?" + "&".join("user_id=1" for _ in range(101)))[0], 400)
        self.assertEqual(helix(fake, "/streams?after=nonsense")[0], 400)
        fake.do("channel", channel="c0", viewers=1000, title="new")
        self.assertEqual(helix(fake, "/streams?first=1")[2]["data"][0]["title"], "new")

    def test_pages_that_are_odd(self):
        fake = self.start([{"login": f"c{i}", "viewers": 100 - i} for i in range(9)])
        everybody = [f"c{i}" for i in range(9)]
        for settings, check in (({"page_overlap": 1}, lambda rows, _: len(rows) > 9 and set(rows) == set(everybody)),
                                ({"page_overlap": 0, "page_gap": 1}, lambda rows, _: rows == ["c0", "c1", "c2", "c4", "c5", "c6", "c8"]),
                                ({"page_gap": 0, "short_page": 1}, lambda rows, pages: rows == everybody and len(pages[0]["data"]) == 2),
                                ({"short_page": 0, "empty_page": 2}, lambda rows, pages: rows == everybody and pages[1]["data"] == []),
                                ({"empty_page": 0, "loop_after_page": 2}, lambda rows, _: rows[:9] == everybody[:6] + everybody[:3]),
                                ({"loop_after_page": 0, "same_cursor": 1}, lambda rows, pages: len(pages) == 20),
                                ({"same_cursor": 0, "no_pagination": 1}, lambda rows, pages: "pagination" not in pages[0])):
            fake.set(**settings)
            rows, pages = self.pages(fake, 3)
            self.assertTrue(check(rows, pages), (settings, rows))
        fake.set(no_pagination=0, odd_fields=1, viewer_drift_percent=5)
        rows = helix(fake, "/streams")[2]["data"]
        self.assertIsNone(rows[0]["tags"])
        self.assertIsInstance(rows[0]["viewer_count"], str)
        self.assertIn("never_heard_of", rows[1])
        fake.set(cursor_life_ms=1)
        cursor = helix(fake, "/streams?first=2")[2]["pagination"]["cursor"]
        time.sleep(0.01)
        self.assertEqual(helix(fake, "/streams?after=" + cursor)[0], 400)

    def test_rate_limit(self):
        fake = self.start(settings={"points": 3, "points_window_ms": 600})
        seen = [helix(fake, "/streams")[:2] for _ in range(4)]
        self.assertEqual([status for status, _ in seen], [200, 200, 200, 429])
        self.assertEqual([headers["Ratelimit-Remaining"] for _, headers in seen], ["2", "1", "0", "0"])
        self.assertEqual(seen[0][1]["Ratelimit-Limit"], "3")
        self.assertLess(abs(int(seen[3][1]["Ratelimit-Reset"]) - time.time()), 3)
        until(lambda: helix(fake, "/streams")[0] == 200)

    def test_faults_of_http(self):
        fake = self.start()
        headers = {"Authorization": "Bearer " + TOKEN, "Client-Id": CLIENT_ID}

        def ask(**more):
            return http_get(fake.url("/helix/streams"), {**headers, **more})
        for answer, status in (("503", 503), ("500", 500), ("429", 429), ("429_bare", 429), ("401", 401), ("redirect", 302)):
            fake.do("http_fault", path="/helix", answer=answer)
            got = ask()
            self.assertEqual(got[0], status)
            self.assertEqual("Ratelimit-Reset" in got[1], answer == "429")
            self.assertEqual("Location" in got[1], answer == "redirect")
            self.assertEqual(ask()[0], 200)
        for answer, beginning in (("html", b"<!DOCTYPE"), ("no_json", b'{"data":[{'), ("empty", b"")):
            fake.do("http_fault", answer=answer)
            status, _, body = ask()
            self.assertEqual((status, body[:len(beginning)]), (200, beginning))
            with self.assertRaises(ValueError):
                json.loads(body)
        for answer in ("cut", "reset"):
            fake.do("http_fault", answer=answer)
            with self.assertRaises((OSError, Exception)):
                ask()
        fake.do("http_fault", answer="503", skip=1, times=2)
        self.assertEqual([ask()[0] for _ in range(4)], [200, 503, 503, 200])
        fake.do("http_fault", answer="slow")
        begin = time.monotonic()
        self.assertEqual(helix(fake, "/streams?user_login=nobody")[2]["data"], [])
        self.assertGreater(time.monotonic() - begin, 0.3)
        fake.set(gzip=1)
        self.assertEqual(json.loads(gzip.decompress(ask(**{"Accept-Encoding": "gzip"})[2]))["pagination"], {})
        self.assertEqual(json.loads(ask()[2])["pagination"], {})

    def test_a_token_that_follows_a_redirect_is_noticed(self):
        fake = self.start()
        http_get(f"http://127.0.0.1:{fake.ports['elsewhere']}/helix/streams")
        self.assertNotIn("tokens_sent_elsewhere", fake.journal()["counters"])
        http_get(f"http://127.0.0.1:{fake.ports['elsewhere']}/helix/streams", {"Authorization": "Bearer x"})
        self.assertEqual(fake.journal()["counters"]["tokens_sent_elsewhere"], 1)

    def test_bodies_of_401(self):
        fake = self.start(applications=[{"client_id": CLIENT_ID}, {"client_id": "other"}])
        for words, message in (({"Authorization": None}, "OAuth token is missing"), ({"token": "oauth:" + TOKEN}, "Invalid OAuth token"),
                               ({"client": "other"}, "Client ID and OAuth token do not match"), ({"client": None}, "Client ID is missing")):
            status, _, body = helix(fake, "/streams", **words)
            self.assertEqual((status, body), (401, {"error": "Unauthorized", "status": 401, "message": message}))
        fake.do("revoke_token", token=TOKEN)
        self.assertEqual(helix(fake, "/streams")[2]["message"], "Invalid OAuth token")

    def test_other_pages(self):
        fake = self.start(shared_chats=[["ada", "bert"]])
        found = helix(fake, "/users?login=ada&login=nobody&login=ann&id=40000002")[2]["data"]
        self.assertEqual([row["login"] for row in found], ["cleo", "ada", "ann"])
        self.assertEqual(helix(fake, "/users?" + "&".join("id=1" for _ in range(101)))[0], 400)
        self.assertEqual(len(helix(fake, "/videos?user_id=40000000")[2]["data"]), 2)
        self.assertEqual(helix(fake, "/videos")[0], 400)
        self.assertEqual(helix(fake, "/chat/chatters?broadcaster_id=40000000&moderator_id=1")[0], 401)
        fake.do("add_token", token="mod", login="ada", client_id=CLIENT_ID, scopes=["moderator:read:chatters"])
        self.assertEqual(helix(fake, "/chat/chatters?broadcaster_id=40000001&moderator_id=40000000", "mod")[0], 403)
        self.assertEqual(helix(fake, "/chat/chatters?broadcaster_id=40000000&moderator_id=40000000", "mod")[2]["total"], 3)
        self.assertEqual(len(helix(fake, "/shared_chat/session?broadcaster_id=40000001")[2]["data"][0]["participants"]), 2)
        self.assertEqual(helix(fake, "/nothing")[0], 404)


class Tokens(FakeTest):
    def post(self, fake, page, **fields):
        status, _, body = http_get(fake.url("/oauth2/" + page), data="&".join(f"{k}={v}" for k, v in fields.items()).encode())
        return status, json.loads(body) if body else None

    def validate(self, fake, scheme, token):
        status, _, body = http_get(fake.url("/oauth2/validate"), {"Authorization": f"{scheme} {token}"})
        return status, json.loads(body)

    def test_validate(self):
        fake = self.start()
        for scheme in ("OAuth", "Bearer"):
            status, body = self.validate(fake, scheme, TOKEN)
            self.assertEqual((status, body["login"], body["scopes"], body["client_id"]), (200, LOGIN, ["chat:read"], CLIENT_ID))
            self.assertGreater(body["expires_in"], 14_000)
        self.assertEqual(self.validate(fake, "OAuth", "oauth:" + TOKEN), (401, {"status": 401, "message": "invalid access token"}))

    def test_client_credentials_and_revocation(self):
        fake = self.start()
        wanted = {"client_id": CLIENT_ID, "grant_type": "client_credentials"}
        status, made = self.post(fake, "token", client_secret=CLIENT_SECRET, **wanted)
        self.assertEqual((status, made["token_type"]), (200, "bearer"))
        self.assertNotIn("login", self.validate(fake, "OAuth", made["access_token"])[1])
        self.assertEqual(self.post(fake, "token", client_secret="wrong", **wanted), (403, {"status": 403, "message": "invalid client secret"}))
        self.assertEqual(helix(fake, "/streams", made["access_token"])[0], 200)
        self.assertEqual(self.post(fake, "revoke", client_id=CLIENT_ID, token=made["access_token"])[0], 200)
        self.assertEqual(self.validate(fake, "OAuth", made["access_token"])[0], 401)

    def test_refresh_tokens_rotate_and_are_good_once(self):
        fake = self.start(tokens=[{"token": "short", "login": LOGIN, "scopes": ["chat:read"], "refresh_token": "again", "expires_in": -1}])
        self.assertEqual(self.validate(fake, "OAuth", "short")[0], 401)
        wanted = {"client_id": CLIENT_ID, "grant_type": "refresh_token"}
        status, made = self.post(fake, "token", refresh_token="again", **wanted)
        self.assertEqual((status, made["scope"]), (200, ["chat:read"]))
        self.assertEqual(self.validate(fake, "OAuth", made["access_token"])[1]["login"], LOGIN)
        self.assertEqual(self.post(fake, "token", refresh_token="again", **wanted), (400, {"status": 400, "message": "Invalid refresh token"}))
        self.assertEqual(self.post(fake, "token", refresh_token=made["refresh_token"], **wanted)[0], 200)

    def test_device_flow(self):
        fake = self.start(settings={"device_polls": 1})
        status, code = self.post(fake, "device", client_id=CLIENT_ID, scopes="chat:read")
        self.assertEqual((status, code["expires_in"], code["interval"]), (200, 1800, 1))
        poll = {"client_id": CLIENT_ID, "device_code": code["device_code"], "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
        self.assertEqual(self.post(fake, "token", **poll), (400, {"status": 400, "message": "authorization_pending"}))
        made = self.post(fake, "token", **poll)[1]
        self.assertEqual(self.validate(fake, "OAuth", made["access_token"])[1]["login"], "reader")
        self.assertEqual(self.post(fake, "token", **poll), (400, {"status": 400, "message": "invalid device code"}))
        fake.set(device_life_s=0)
        late = {**poll, "device_code": self.post(fake, "device", client_id=CLIENT_ID, scopes="")[1]["device_code"]}
        self.assertEqual(self.post(fake, "token", **late)[1]["message"], "invalid device code")


class Program(FakeTest):
    def test_it_ends_by_itself(self):
        fake = FakeTwitch(scenario(ROOMS, max_seconds=1))
        fake.process.wait(timeout=20)
        fake.stop()

    def test_wrong_words_are_told(self):
        fake = self.start()
        for words in ({"do": "nothing"}, {"do": "set", "no_such": 1}, {"do": "say", "channel": "x"}, {"do": "mix", "no_such": 1}):
            with self.assertRaises(AssertionError):
                fake.do(words.pop("do"), **words)
        done = subprocess.run([FAKE_TWITCH, "--nonsense"], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_load(self):
        fake = FakeTwitch(scenario(max_seconds=30), "--load", "20000", "--rooms", "300", "--viewers", "1000")
        with fake, IrcClient(fake) as one, IrcClient(fake) as two:
            for number, client in enumerate((one, two)):
                client.login(None, "justinfan1").send("JOIN " + ",".join(f"#room{number * 90 + i:05}" for i in range(90)))
            until(lambda: [one.receive(), two.receive()] and fake.truth()["written_total"] > 20_000)
            kinds = fake.truth()["written"]
            for kind in ("message", "mirror", "duplicate", "gift", "malformed"):
                self.assertGreater(kinds[kind], 0)
            os.kill(fake.process.pid, signal.SIGTERM)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
