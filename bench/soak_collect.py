#!/usr/bin/env python3
"""Lets the collector run beside the fake platform for some minutes and looks whether anything grows.

Usage: bench/soak_collect.py [--build DIR] [--minutes M] [--rate LINES] [--rooms N] [--viewers N] [--round SECONDS] [--reconnect-each SECONDS]

The real program listens anonymously to N rooms (at the real pace of JOINs: 86 a minute) while the fake writes LINES lines a second; every
so often the server asks for a reconnection. Each second the resident memory, descriptors, threads, queue and lag are noted. At the end the traffic
pauses, the collector is told to stop, and what was sent is compared with what is stored, by number.

Prints one line of JSON. Exit code 0: memory is flat, nothing was lost, the collector was healthy throughout; 1: one of these is not so; 2: it
could not run. Memory is flat when its median over the last third of the time is at most 10 % and 8 MiB above that over the middle third.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
MAX_MINUTES = 600
GRACE_SECONDS = 120
FLAT_RATIO, FLAT_KB = 1.10, 8 * 1024


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--minutes", default=5.0, type=float)
    parser.add_argument("--rate", default=2000, type=int)
    parser.add_argument("--rooms", default=90, type=int)
    parser.add_argument("--viewers", default=50_000, type=int)
    parser.add_argument("--round", default=30, type=int)
    parser.add_argument("--reconnect-each", default=60, type=float)
    given = parser.parse_args()
    given.minutes = min(given.minutes, MAX_MINUTES)
    return given


def look(collector, status):
    proc = pathlib.Path(f"/proc/{collector.process.pid}")
    state = dict(line.split(":", 1) for line in (proc / "status").read_text(encoding="ascii").splitlines())
    return {"time": time.time(), "rss_kb": int(state["VmRSS"].split()[0]), "threads": int(state["Threads"]),
            "descriptors": len(list((proc / "fd").iterdir())), "queue": status["recorder"]["queue_depth"], "lag_ms": status["lag_ms"],
            "writer_lag_ms": status["recorder"]["writer_lag_ms"], "rooms": status["rooms"]["confirmed"], "healthy": status["health"]["ok"],
            "sightings": status["recorder"]["sightings"]}


def run(given, fake, collector):
    samples, begun = [], time.time()
    next_reconnect = begun + given.reconnect_each
    while time.time() < begun + given.minutes * 60:
        time.sleep(1)
        status = collector.status()
        if collector.process.poll() is not None:
            raise AssertionError("the collector ended: " + collector.said()[-1000:])
        if status:
            samples.append(look(collector, status))
        if time.time() > next_reconnect and samples and samples[-1]["rooms"] == given.rooms:
            fake.do("reconnect")
            next_reconnect = time.time() + given.reconnect_each
    fake.do("pause")
    fake.wait_written(60)
    settled = lambda: collector.status()["recorder"]["sightings"]
    last = -1
    while (now := settled()) != last:
        last = now
        time.sleep(2)
    collector.signal()
    code = collector.wait(30)
    return samples, code


def medians(samples, field):
    third = max(1, len(samples) // 3)
    return [statistics.median(one[field] for one in samples[begin:begin + third]) for begin in (0, third, len(samples) - third)]


def judge(given, samples, code, written, stored):
    first, middle, last = medians(samples, "rss_kb")
    # While a connection replaces another, the load gives each line to one of the two: what the leaving one hears is dropped, by name.
    sent = sum(written[kind] for kind in ("message", "gift", "mirror", "duplicate"))
    lost = stored.lost()
    missing = sent - sum(stored.sum(kind) for kind in ("messages", "mirrors", "duplicates")) - lost["left_room"]
    accounted = {"messages": stored.sum("messages"), "mirrors": stored.sum("mirrors"), "duplicates": stored.sum("duplicates"), "lost": dict(lost)}
    report = {"minutes": round(given.minutes, 2), "rate": given.rate, "rooms": given.rooms, "lines": sum(written.values()), "written": written,
              "stored": accounted, "missing": missing, "rss_mb": [round(x / 1024, 1) for x in (first, middle, last)],
              "rss_peak_mb": round(max(one["rss_kb"] for one in samples) / 1024, 1), "descriptors": medians(samples, "descriptors"),
              "threads": medians(samples, "threads"), "queue_max": max(one["queue"] for one in samples),
              "writer_lag_ms_max": max(one["writer_lag_ms"] for one in samples), "rounds": len(stored.rounds), "exit_code": code,
              "healthy": all(one["healthy"] for one in samples)}
    problems = []
    if last > middle * FLAT_RATIO + FLAT_KB:
        problems.append("memory grows")
    if medians(samples, "descriptors")[2] > medians(samples, "descriptors")[1] + 3:
        problems.append("descriptors grow")
    if missing != 0:
        problems.append("lines stored and dropped are not the lines sent")
    if code != 0 or not report["healthy"]:
        problems.append("the collector was not well")
    report["problems"] = problems
    return report


def main():
    given = arguments()
    program, fake_program = given.build / "apps/vieweratlas/vieweratlas", given.build / "tests/support/fake_twitch"
    if not program.exists() or not fake_program.exists():
        print(f"{given.build} holds no built vieweratlas and fake_twitch: cmake --preset release && cmake --build --preset release", file=sys.stderr)
        return 2
    os.environ.update(VIEWERATLAS_PROGRAM=str(program), VIEWERATLAS_FAKE_TWITCH=str(fake_program))
    sys.path.insert(0, str(ROOT / "tests/integration"))
    from collecting import Collect, Stored  # pylint: disable=import-outside-toplevel
    from fake_twitch import FakeTwitch, scenario  # pylint: disable=import-outside-toplevel
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vieweratlas-soak-"))
    try:
        words = ["--load", str(given.rate), "--rooms", str(given.rooms), "--viewers", str(given.viewers)]
        description = scenario(max_seconds=int(given.minutes * 60) + GRACE_SECONDS, settings={"reconnect_close_ms": 5000})
        with FakeTwitch(description, *words) as fake:
            collector = Collect(fake, folder, mode="anonymous", interval=given.round, store_logins=False)
            try:
                samples, code = run(given, fake, collector)
                report = judge(given, samples, code, fake.truth()["written"], Stored(folder / "logs/raw"))
            finally:
                collector.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(report))
    return 1 if report["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
