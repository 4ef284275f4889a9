"""Copies between stores, through the real program: files, SQLite and back, killed, damaged, on a full disk."""
import json
import os
import pathlib
import resource
import signal
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest

import program
from program import run


def tree(folder):
    folder = pathlib.Path(folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and "transfers" not in path.parts}


class Storage(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="vieweratlas-storage-")
        self.addCleanup(self._temporary.cleanup)
        self.cwd = pathlib.Path(self._temporary.name)
        self.logs = self.cwd / "data"
        for name, content in {"raw/snapshots/2026/11/22/a=1 +%.json": b"{}", "raw/empty.json": b"", "state/vod_queue.json": b"[]",
                              "raw/grün.ndjson": "ü\n".encode(), "raw/large.bin": os.urandom(9 << 20)}.items():
            path = self.logs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.data = tree(self.logs)

    def command(self, *words, **options):
        return run("storage", *words, "--logs-dir", self.logs, cwd=self.cwd, **options)

    def report(self, *words):
        done = self.command(*words, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_round_trip(self):
        there = self.report("export", "--to", "sqlite:copy.sqlite")
        self.assertEqual((there["status"], there["copied"]), ("ok", len(self.data)))
        self.assertEqual(self.cwd.joinpath("copy.sqlite").stat().st_mode & 0o777, 0o600)
        again = self.report("export", "--to", "sqlite:copy.sqlite")
        self.assertEqual((again["copied"], again["compared"], again["known"]), (0, 0, len(self.data)))
        back = run("storage", "import", "--from", "sqlite:copy.sqlite", "--logs-dir", "back", cwd=self.cwd)
        self.assertEqual(back.returncode, 0, back.stderr)
        self.assertEqual(tree(self.cwd / "back"), self.data)

    def test_leaves_out_what_belongs_to_one_machine(self):
        for name in ("state/journal/1.journal", "state/collector.lock", "state/status.json", "pipeline.log"):
            (self.logs / name).parent.mkdir(parents=True, exist_ok=True)
            (self.logs / name).write_text("mine")
        # The database lies in the folder that is copied: it must not swallow itself.
        done = self.report("export", "--to", f"sqlite:{self.logs}/own.sqlite")
        self.assertEqual(done["copied"], len(self.data))
        listed = run("storage", "list", "--storage", "sqlite", "--sqlite-file", self.logs / "own.sqlite", "--json", cwd=self.cwd)
        names = [name for name in json.loads(listed.stdout) if not name.startswith("state/transfers/")]
        self.assertEqual(sorted(names), sorted(self.data))

    def test_dry_run_writes_nothing(self):
        for place in ("sqlite:copy.sqlite", "copy"):
            self.assertEqual(self.report("export", "--to", place, "--dry-run")["copied"], len(self.data))
        self.assertEqual(sorted(path.name for path in self.cwd.iterdir() if path.name != "logs"), ["data"])

    def test_killed_in_the_middle(self):
        for number in range(300):
            (self.logs / f"raw/small-{number}.json").write_text(f"content {number}")
        data = tree(self.logs)
        for place, delay in (("copy", 0.3), ("sqlite:copy.sqlite", 0.5), ("copy", 0.6), ("sqlite:copy.sqlite", 0.9)):
            process = subprocess.Popen([program.PROGRAM, "storage", "export", "--to", place, "--logs-dir", str(self.logs)], cwd=self.cwd,
                                       env=program.clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.wait()
            for name, content in tree(self.cwd / "copy").items() if (self.cwd / "copy").exists() else []:
                self.assertEqual(content, data[name], "half of an object")
        for place in ("copy", "sqlite:copy.sqlite"):
            self.assertEqual(self.report("export", "--to", place)["status"], "ok")
        self.assertEqual(tree(self.cwd / "copy"), data)
        back = run("storage", "import", "--from", "sqlite:copy.sqlite", "--logs-dir", "back", cwd=self.cwd)
        self.assertEqual(back.returncode, 0, back.stderr)
        self.assertEqual(tree(self.cwd / "back"), data)

    def test_interrupted(self):
        for number in range(500):
            (self.logs / f"raw/small-{number}.json").write_text(f"content {number}")
        process = subprocess.Popen([program.PROGRAM, "storage", "export", "--to", "copy", "--logs-dir", str(self.logs)], cwd=self.cwd,
                                   env=program.clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not (self.cwd / "copy" / "raw").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=120)
        self.assertIn(process.returncode, (0, 130), talk)
        self.assertEqual(self.report("export", "--to", "copy")["status"], "ok")
        self.assertEqual(tree(self.cwd / "copy"), tree(self.logs))

    def test_damage_is_noticed(self):
        self.report("export", "--to", "copy")
        (self.cwd / "copy/raw/empty.json").write_bytes(b"x")
        damaged = self.cwd / "copy/raw/large.bin"
        content = bytearray(damaged.read_bytes())
        content[5_000_000] ^= 1
        damaged.write_bytes(content)
        self.assertEqual(self.report("export", "--to", "copy")["copied"], 2)
        self.assertEqual(tree(self.cwd / "copy"), self.data)

    def test_a_damaged_database_gives_no_wrong_bytes(self):
        self.report("export", "--to", "sqlite:copy.sqlite")
        with sqlite3.connect(self.cwd / "copy.sqlite") as database:
            database.execute("UPDATE chunks SET bytes = zeroblob(length(bytes)) WHERE id % 16777216 = 3")
        database.close()
        back = run("storage", "import", "--from", "sqlite:copy.sqlite", "--logs-dir", "back", cwd=self.cwd)
        self.assertEqual(back.returncode, 1)
        self.assertIn("raw/large.bin", back.stderr)
        self.assertIn("damaged", back.stderr)
        self.assertFalse((self.cwd / "back/raw/large.bin").exists())
        self.assertTrue((self.cwd / "back/raw/empty.json").exists(), "the rest is copied")

    def test_full_disk(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
        for place in ("copy", "sqlite:copy.sqlite"):
            done = self.command("export", "--to", place, preexec_fn=small_files)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("limit", done.stderr)
            self.assertEqual(self.report("export", "--to", place)["status"], "ok")
        self.assertEqual(tree(self.cwd / "copy"), self.data)

    def test_single_objects(self):
        (self.cwd / "in").write_bytes(b"content")
        self.assertEqual(self.command("put", "in", "new/ä.json").returncode, 0)
        self.assertEqual(self.command("get", "new/ä.json", "out").returncode, 0)
        self.assertEqual((self.cwd / "out").read_bytes(), b"content")
        self.assertIn("new/ä.json", self.command("list", "new/").stdout)
        missing = self.command("get", "none", "out")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("none", missing.stderr)
        self.assertEqual(self.command("put", "in", "../out").returncode, 2)

    def test_writes_into_what_is_no_file(self):
        (self.logs / "raw/text.txt").write_text("content")
        device = self.cwd / "null"
        try:
            os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError:
            device = pathlib.Path("/dev/null")
        done = self.command("get", "raw/text.txt", device)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(device.is_char_device(), "the device was replaced by a file")
        self.assertEqual(self.command("get", "raw/text.txt", "-").stdout, "content")
        put = self.command("put", "-", "raw/from.txt", input="from a pipe")
        self.assertEqual(put.returncode, 0, put.stderr)
        self.assertEqual((self.logs / "raw/from.txt").read_text(), "from a pipe")
        full = self.command("get", "raw/text.txt", "/dev/full")
        self.assertEqual(full.returncode, 1)
        self.assertIn("full", full.stderr)
        folder = self.command("get", "raw/text.txt", self.logs)
        self.assertEqual(folder.returncode, 2)
        self.assertIn("names a folder", folder.stderr)

    def test_a_store_is_not_copied_into_itself(self):
        (self.cwd / "link").symlink_to(self.logs)
        for place in (self.logs, "link", self.logs / "copy", "link/copy"):
            done = self.command("export", "--to", place)
            self.assertEqual(done.returncode, 2, f"{place}: {done.stdout}{done.stderr}")
            self.assertIn("itself", done.stderr)
        self.assertEqual(tree(self.logs), self.data)
        inner = self.logs / "backup" / "of" / "raw"
        inner.mkdir(parents=True)
        (inner / "saved.json").write_text("{}")
        back = self.command("import", "--from", self.logs / "backup" / "of")
        self.assertEqual(back.returncode, 0, back.stderr)
        self.assertEqual((self.logs / "raw/saved.json").read_text(), "{}")

    def test_links_in_a_circle(self):
        (self.cwd / "loop").symlink_to("loop")
        for words in (("import", "--from", "loop"), ("import", "--from", "sqlite:loop"), ("export", "--to", "loop")):
            done = self.command(*words)
            self.assertIn(done.returncode, (1, 2), done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)

    def test_names_are_safe_to_print(self):
        (self.logs / "raw/a\u009b31mb.json").write_text("{}")
        listed = self.command("list", "raw/a")
        self.assertEqual(listed.returncode, 0)
        self.assertNotIn("\u009b", listed.stdout)

    def test_a_database_that_another_process_holds(self):
        self.report("export", "--to", "sqlite:copy.sqlite")
        held = sqlite3.connect(self.cwd / "copy.sqlite", isolation_level=None)
        self.addCleanup(held.close)
        held.execute("BEGIN IMMEDIATE")
        store = ("--storage", "sqlite", "--sqlite-file", self.cwd / "copy.sqlite")
        for words, code in ((("list",), 0), (("get", "raw/empty.json", "out"), 0), (("put", "data/raw/empty.json", "raw/new.json"), 1)):
            begin = time.monotonic()
            done = run("storage", *words, *store, cwd=self.cwd)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertLess(time.monotonic() - begin, 20)  # thirty seconds are for who works alone
        self.assertIn("another process", done.stderr)

    def test_usage(self):
        for words in (["export"], ["import"], ["export", "--to", "gopher://x"], ["import", "--from", "nowhere"], ["get", "x"]):
            done = self.command(*words)
            self.assertEqual(done.returncode, 2, done.stderr)
        same = self.command("export", "--to", self.logs)
        self.assertEqual(same.returncode, 2, same.stderr)


if __name__ == "__main__":
    unittest.main()
