"""A run that fails, is stopped or is killed leaves the earlier result as it was, and says what to do."""
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import tempfile

from program import NO_PICTURES, OUTPUTS, PROGRAM, SMALL_POSTER, ProgramTest, clean_environment, digests, main, run, table

NOBODY = 65534
SLOW = ["--layout-iterations", "100000", "--resolution", "2", *SMALL_POSTER]


def is_root():
    return os.geteuid() == 0


class NoData(ProgramTest):
    def test_a_missing_or_empty_folder_says_how_to_get_data(self):
        for folder in ("logs", "empty"):
            (self.folder / "empty").mkdir(exist_ok=True)
            done = self.run_failing(3, "analyze", "--logs-dir", folder)
            self.assertIn(f"No data found in {folder}", done.stderr)
            self.assertIn("vieweratlas simulate", done.stderr)
            self.run_failing(3, "quality", "--logs-dir", folder)
        self.assertFalse((self.folder / "community_analysis").exists())

    def test_no_edges_names_the_threshold_that_works(self):
        done = self.run_failing(3, "analyze", "--logs-dir", self.world, "--overlap-threshold", "100000", *NO_PICTURES)
        self.assertIn("Graph has no edges", done.stderr)
        threshold = done.stderr.split("--overlap-threshold ")[1].split()[0]
        self.run_ok("analyze", "--logs-dir", self.world, "--overlap-threshold", threshold, "-o", "out", *NO_PICTURES)
        self.assertEqual(table(self.folder / "out/graph_edges.csv")[0]["weight"], threshold)


class EarlierResult(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_ok("analyze", "--logs-dir", self.world, "-o", "out", *SMALL_POSTER)
        self.before = digests(self.folder / "out")

    def start_slow(self):
        """A run that has reached its pictures; it would change every file of the earlier result."""
        process = subprocess.Popen([PROGRAM, "analyze", "--logs-dir", str(self.world), "-o", "out", *SLOW], cwd=self.folder, text=True,
                                   env=clean_environment(), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        for line in process.stderr:
            if "[5/6]" in line:
                return process
        self.fail("the run ended too soon")

    def assert_untouched(self):
        self.assertEqual({name: sum_ for name, sum_ in digests(self.folder / "out").items() if name in OUTPUTS}, self.before)

    def test_survives_a_run_without_edges(self):
        self.run_failing(3, "analyze", "--logs-dir", self.world, "-o", "out", "--overlap-threshold", "100000")
        self.assertEqual(digests(self.folder / "out"), self.before)

    def test_survives_a_kill(self):
        process = self.start_slow()
        process.kill()
        process.wait()
        self.assert_untouched()

    def test_survives_an_interrupt_without_leftovers(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start_slow()
            process.send_signal(number)
            _, talk = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130, talk)
            self.assertIn("earlier result is untouched", talk)
            self.assertEqual(digests(self.folder / "out"), self.before)

    def test_two_runs_at_once_leave_a_whole_result(self):
        words = [PROGRAM, "analyze", "--logs-dir", str(self.world), "-o", "both", *SMALL_POSTER]
        runs = [subprocess.Popen(words, cwd=self.folder, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
        for one in runs:
            self.assertEqual(one.wait(timeout=300), 0, one.stderr.read())
            one.stderr.close()
        self.assertEqual(digests(self.folder / "both"), self.before)

    def test_survives_a_full_disk(self):
        if not is_root():
            self.skipTest("needs root to mount a small file system")
        small = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, small, ignore_errors=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", small], check=False, capture_output=True).returncode != 0:
            self.skipTest("this machine allows no mounts")
        self.addCleanup(subprocess.run, ["umount", small], check=False)
        self.run_ok("analyze", "--logs-dir", self.world, "-o", small / "out", *NO_PICTURES, "--no-export-gexf")
        before = digests(small / "out")
        done = self.run_failing(1, "analyze", "--logs-dir", self.world, "-o", small / "out", *SMALL_POSTER)
        self.assertIn(str(small), done.stderr)
        self.assertEqual(digests(small / "out"), before)

    def test_a_file_in_the_place_of_the_folder(self):
        (self.folder / "file").write_text("x", encoding="utf-8")
        for folder in ("file", "file/below"):
            done = self.run_failing(2, "analyze", "--logs-dir", self.world, "-o", folder, *NO_PICTURES)
            self.assertIn("is a file", done.stderr)

    def as_nobody(self, words, cwd):
        if not is_root():
            return run(*words, cwd=cwd)
        return run(*words, cwd=cwd, user=NOBODY, group=NOBODY, extra_groups=[])

    def test_folders_without_permission(self):
        os.chmod(self.shared, 0o755)
        closed = self.folder / "closed"
        closed.mkdir()
        os.chmod(closed, 0o555)
        os.chmod(self.folder, 0o755)
        open_folder = pathlib.Path(tempfile.mkdtemp())
        os.chmod(open_folder, 0o777)
        self.addCleanup(shutil.rmtree, open_folder, ignore_errors=True)
        try:
            denied = self.as_nobody(["analyze", "--logs-dir", self.world, "-o", closed / "out", *NO_PICTURES], open_folder)
        except PermissionError:
            self.skipTest("another user cannot run the program where it lies")
        self.assertEqual(denied.returncode, 1, denied.stderr)
        self.assertIn("no permission", denied.stderr)
        # A working folder that cannot be written costs the log file, not the map.
        done = self.as_nobody(["analyze", "--logs-dir", self.world, "-o", open_folder / "out", *NO_PICTURES], closed)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("going on without a log file", done.stderr)

    def test_stdout_that_cannot_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([PROGRAM, "config", "docs"], stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=clean_environment())
        self.assertEqual(done.returncode, 1)
        self.assertIn("stdout", done.stderr)


class Terminal(ProgramTest):
    def talk_on_a_terminal(self, **environment):
        master, slave = pty.openpty()
        process = subprocess.Popen([PROGRAM, "analyze", "--logs-dir", str(self.world), "-o", "out", *NO_PICTURES], cwd=self.folder,
                                   env=clean_environment(TERM="xterm", **environment), stderr=slave, stdout=subprocess.DEVNULL)
        os.close(slave)
        said = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the terminal's other end is closed
                break
            if not piece:
                break
            said += piece
        os.close(master)
        self.assertEqual(process.wait(timeout=60), 0)
        return said.decode()

    def test_colours_on_a_terminal_but_not_with_no_color(self):
        self.assertIn("\x1b[1m[1/6]", self.talk_on_a_terminal())
        self.assertNotIn("\x1b[1m", self.talk_on_a_terminal(NO_COLOR="1"))


if __name__ == "__main__":
    main()
