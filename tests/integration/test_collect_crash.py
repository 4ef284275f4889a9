"""kill -9 at any moment: what was said a second before is kept, and nothing is counted twice."""
import random
import sys
import time
import unittest

from collecting import CollectTest, true_messages
from fake_twitch import COUNTING, until

ROOMS = 4
PEOPLE = 6000  # of a room; enough that nobody speaks twice, so that each line can be told from all others
KILLS = 50
SECONDS = 90


class Killed(CollectTest):
    def start_world(self, rate):
        channels = {f"room{room}": [f"p{room}_{person}" for person in range(PEOPLE)] for room in range(ROOMS)}
        return self.fake(channels, settings={"rate": rate, "join_limit": 10_000, "auth_limit": 10_000},
                         mix={"duplicate": 3, "broadcaster": 2, "malformed": 2, "anonymous": 2, "other": 2},
                         shared_chats=[])

    def lines_to(self, fake, runs):
        """(lines that must be there, lines that may be there) as Counters of (channel, viewer id): `runs` are (begin, killed at) of processes."""
        must, may = [], []
        begun = {entry[1]: entry[0] for entry in fake.entries("connect")}
        for _, written, connection, channel, viewer, kind in fake.lines():
            if kind not in COUNTING:
                continue
            killed = next(end for begin, end in runs if begin <= begun[connection] < end + 1)
            may.append((channel, viewer))
            if 0 <= written <= killed - 1000:
                must.append((channel, viewer))
        return must, may

    def check(self, fake, runs):
        ids = {viewer: one["login"] for channel in fake.truth()["channels"].values() for viewer, one in channel["viewers"].items()}
        must, may = self.lines_to(fake, runs)
        found = self.stored().messages()
        allowed = {}
        for channel, viewer in may:
            key = (channel, ids.get(viewer))
            allowed[key] = allowed.get(key, 0) + 1
        missing = [(channel, ids[viewer]) for channel, viewer in must if (channel, ids[viewer]) not in found]
        self.assertEqual(missing, [], f"{len(missing)} of {len(must)} lines older than a second are lost")
        twice = {key: (count, allowed.get(key, 0)) for key, count in found.items() if count > allowed.get(key, 0)}
        self.assertEqual(twice, {}, "counted more often than said")
        return len(must), len(may), sum(found.values())

    @staticmethod
    def wait_until_quiet(fake, most=30):
        """Lines that were on their way to a killed collector are never written: what counts is that no more are."""
        before, end = None, time.monotonic() + most
        while (now := fake.truth()["written"]) != before:
            if time.monotonic() > end:
                raise AssertionError(f"lines are still written {most} s after the traffic was stopped")
            before = now
            time.sleep(0.3)

    def test_fifty_times_at_random_moments(self):
        fake = self.start_world(rate=150)
        draw = random.Random(11)
        runs, kills, end = [], 0, time.monotonic() + SECONDS - 20
        while kills < KILLS and time.monotonic() < end:
            begin = int(time.time() * 1000)
            collector = self.collect(fake, interval=7, tls=False, format="json", log="collect.txt")
            # From the middle of the start to the midst of talk, and once in a while long enough to store rounds.
            patience = draw.choice([0.1, 0.3, 0.5, 0.8, 1.0, 1.5])
            time.sleep(patience * draw.random())
            if kills % 5 == 0:
                until(lambda: fake.rooms() or collector.process.poll() is not None, 20)
                time.sleep(1.2)
            self.assertIsNone(collector.process.poll(), collector.said()[-2000:])
            runs.append((begin, collector.kill()))
            kills += 1
        begin = int(time.time() * 1000)
        collector = self.collect(fake, interval=7, tls=False, log="collect.txt")
        collector.wait_for(lambda status: status["recorder"]["sightings"] > 100)
        fake.do("pause")
        self.wait_until_quiet(fake)
        self.stop(collector)
        runs.append((begin, int(time.time() * 1000)))
        self.assertGreaterEqual(kills, 20, "this machine is too slow for a meaningful test")
        must, may, found = self.check(fake, runs)
        self.assertGreater(must, 500)
        self.no_leftovers()
        print(f"{kills} kills; {may} lines said, {must} of them had to survive, {found} are stored", file=sys.stderr)

    def test_every_line_before_the_last_second_of_a_long_run(self):
        fake = self.start_world(rate=1500)
        begin = int(time.time() * 1000)
        collector = self.collect(fake, tls=False)
        collector.wait_for(lambda status: status["recorder"]["sightings"] > 3000)
        runs = [(begin, collector.kill())]
        fake.do("pause")
        begin = int(time.time() * 1000)
        again = self.collect(fake, tls=False)
        status = again.wait_for(lambda status: status["recorder"]["recovered_sightings"] > 0)
        self.assertGreater(status["recorder"]["recovered_sightings"], 1000)
        self.stop(again)
        runs.append((begin, int(time.time() * 1000)))
        self.check(fake, runs)

    def test_killed_while_the_round_is_stored(self):
        """SIGTERM begins to store; a kill a moment later must leave whole files only, and the next start ends the work."""
        fake = self.start_world(rate=0)
        draw, runs = random.Random(5), []
        for _ in range(6):
            begin = int(time.time() * 1000)
            collector = self.collect(fake, tls=False)
            fake.wait_for_rooms([f"room{room}" for room in range(ROOMS)])
            before = sum(true_messages(fake).values())
            fake.do("burst", lines=400)
            fake.wait_written()
            want = collector.wait_for(lambda _: True)["recorder"]["recovered_sightings"] + sum(true_messages(fake).values()) - before
            collector.wait_for(lambda status, want=want: status["recorder"]["sightings"] >= min(want, 300) and status["recorder"]["writer_lag_ms"] == 0)
            time.sleep(1.1)
            collector.signal()
            time.sleep(draw.random() * 0.25)
            runs.append((begin, collector.kill()))
            self.stored()  # every file is whole
        begin = int(time.time() * 1000)
        last = self.collect(fake, tls=False)
        fake.wait_for_rooms([f"room{room}" for room in range(ROOMS)])
        self.stop(last)
        runs.append((begin, int(time.time() * 1000)))
        self.check(fake, runs)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
