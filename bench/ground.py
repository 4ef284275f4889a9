"""What a benchmark stands on: the machine, the cache folder, the peers and the data."""
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
PROGRAM = BUILD / "apps" / "vieweratlas" / "vieweratlas"


def say(text):
    print(text, file=sys.stderr, flush=True)


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(base) / "vieweratlas" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def first_match(path, prefix):
    try:
        for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(prefix):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown"


def machine_facts():
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True, check=False).stdout.splitlines()[:1]
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.system()
    return {
        "processor": first_match("/proc/cpuinfo", "model name"),
        "processors": len(os.sched_getaffinity(0)),
        "memory": first_match("/proc/meminfo", "MemTotal"),
        "system": f"{system}, Linux {platform.release()}",
        "compiler": compiler[0] if compiler else "unknown",
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def peers_python(cache):
    """The Python with the peers, installed into the cache when it is not there; None, with a reason said, when that fails."""
    lists = [ROOT / "bench" / "requirements.txt", ROOT / "bench" / "requirements-source.txt"]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in lists)).hexdigest()[:16]
    folder = cache / f"peers-{key}"
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    say("Installing the peers (pinned wheels) into " + str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run(pip + ["--only-binary", ":all:", "-r", str(lists[0])], check=True, stdout=sys.stderr)
        # From source, built by the pinned setuptools; the others do without when it fails.
        if subprocess.run(pip + ["--no-build-isolation", "-r", str(lists[1])], check=False, stdout=sys.stderr).returncode != 0:
            say("python-louvain could not be installed; it will be skipped")
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"The peers could not be installed and will be skipped: {error}")
        return None
    (folder / "complete").touch()
    return python


def tests_python():
    """The Python with the packages of the tests, or None: ./dev setup test makes it."""
    script = ROOT / "tests" / "support" / "test_environment.py"
    paths = subprocess.run([sys.executable, "-B", str(script), "--paths"], capture_output=True, text=True, check=True).stdout
    python = Path(paths.split(";")[0])
    return python if python.exists() else None


def random_file(path, megabytes):
    """A file of so many MiB that nothing can compress, made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size != megabytes << 20:
        with open(path, "wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(1 << 20))
    return path


def simulator_key():
    """Changes when the simulator may write other bytes."""
    digest = hashlib.sha256()
    shared = [ROOT / "src" / "presence" / "snapshot.cc", ROOT / "src" / "core" / "random.cc"]
    for path in sorted((ROOT / "src" / "simulate").glob("*")) + shared:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def simulated(cache, size, file_format):
    """A folder with the data of a size in a format, made when it is not there."""
    folder = cache / "data" / f"{size}-{file_format}-{simulator_key()}"
    if not (folder / "truth.json").exists() or '"complete":true' not in (folder / "truth.json").read_text(encoding="utf-8")[:200]:
        for stale in (cache / "data").glob(f"{size}-{file_format}-*"):
            shutil.rmtree(stale)
        say(f"Making data of size {size} as {file_format}")
        subprocess.run(
            [str(PROGRAM), "simulate", "--size", size, "--format", file_format, "--output-dir", str(folder), "--quiet"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return folder


def real_data():
    """The folder of real graphs, or None."""
    named = os.environ.get("VIEWERATLAS_REAL_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if (folder / "twitchoverlap-2022-01-edges.csv").exists() else None


def require_programs():
    names = ["ingest", "irc", "overlap", "leiden", "layout", "poster"]
    missing = [str(path) for path in [PROGRAM] + [BUILD / "bench" / f"bench_{name}" for name in names] if not path.exists()]
    if missing:
        sys.exit("bench: not built: " + ", ".join(missing) + "; run ./dev bench, which builds them")
