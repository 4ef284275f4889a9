"""What the integration tests share: the real program, small worlds of logs, and looks at results."""
import csv
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

PROGRAM = os.environ.get("VIEWERATLAS_PROGRAM", "vieweratlas")
OUTPUTS = ["analysis_results.json", "community_graph.html", "community_graph.png", "graph.gexf", "graph_edges.csv", "graph_nodes.csv"]
# A poster of 640 x 512 pixels draws quickly also under the sanitizers.
SMALL_POSTER = ["--static-viz-dpi", "32"]
NO_PICTURES = ["--no-enable-static-viz", "--no-enable-interactive-viz"]
SMALL_WORLD = ["--channels", "60", "--viewers", "4000", "--communities", "5", "--days", "1", "--bots", "2", "--seed", "7"]


def clean_environment(**more):
    """Only what a program needs: nothing of the caller's may leak into a test."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8",
            **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **more}


def run(*words, cwd, env=None, **options):
    return subprocess.run([PROGRAM, *map(str, words)], cwd=cwd, env=env if env is not None else clean_environment(), check=False,
                          capture_output=True, text=True, timeout=300, **options)


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def digests(folder):
    return {path.name: digest(path) for path in sorted(pathlib.Path(folder).iterdir())}


def results(folder):
    return json.loads((pathlib.Path(folder) / "analysis_results.json").read_text(encoding="utf-8"))


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def png_chunks(path):
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, chunks = 8, []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0], "damaged chunk"
        chunks.append((kind.decode(), body))
        at += 12 + length
    return chunks


def png_size(path):
    return struct.unpack(">II", png_chunks(path)[0][1][:8])


def png_pixels(path):
    """A digest of the picture alone, without what is written into the file about its making."""
    return hashlib.sha256(zlib.decompress(b"".join(body for kind, body in png_chunks(path) if kind == "IDAT"))).hexdigest()


def adjusted_rand_index(a, b):
    """Hubert and Arabie 1985, of two lists of labels."""
    def pairs(n):
        return n * (n - 1) / 2
    joint, left, right = {}, {}, {}
    for x, y in zip(a, b):
        joint[x, y] = joint.get((x, y), 0) + 1
        left[x] = left.get(x, 0) + 1
        right[y] = right.get(y, 0) + 1
    index = sum(map(pairs, joint.values()))
    rows, columns, total = sum(map(pairs, left.values())), sum(map(pairs, right.values())), pairs(len(a))
    expected = rows * columns / total
    return (index - expected) / ((rows + columns) / 2 - expected)


class ProgramTest(unittest.TestCase):
    """Each test has a fresh working folder; `world` is a folder of simulated logs, made once."""
    maxDiff = 4000
    world_options = SMALL_WORLD

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="vieweratlas-integration-"))
        cls.world = cls.shared / "logs"
        made = run("simulate", *cls.world_options, "--output-dir", cls.world, cwd=cls.shared)
        assert made.returncode == 0, made.stderr
        cls.truth = json.loads((cls.world / "truth.json").read_text(encoding="utf-8"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vieweratlas-integration-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_ok(self, *words, **options):
        done = run(*words, cwd=self.folder, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def run_failing(self, code, *words, **options):
        done = run(*words, cwd=self.folder, **options)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
