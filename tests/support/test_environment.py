#!/usr/bin/env python3
"""What tests need and Debian does not have, made once into the cache: Python packages pinned by hash, and an S3 server of others.

    test_environment.py             makes what is missing (./dev setup test calls it); says what cannot be had and ends with 0
    test_environment.py --paths     prints where both are, whether or not they have been made
"""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements-test.txt"
SERVER = HERE / "versitygw"
WHEELS_ARE_FOR = (3, 11)
# A package that the machine's Python has must not hide the pinned one.
PYTHON_CHECK = "import sys, boto3, crc32c, duckdb, flask, moto, pyarrow.parquet; assert sys.prefix != sys.base_prefix"


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def cache_folder():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "vieweratlas"


def digest_of(*paths):
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def python_path():
    return cache_folder() / f"test-env-{digest_of(REQUIREMENTS)}" / "bin" / "python"


def server_path():
    return cache_folder() / f"versitygw-{digest_of(SERVER / 'go.mod', SERVER / 'go.sum')}" / "versitygw"


def last_line(done):
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip() and not line.startswith("go: downloading")]
    return lines[-1] if lines else f"it ended with {done.returncode}"


def run(words, seconds, **options):
    """None when it went well, else a phrase that says why not."""
    try:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=seconds, **options)
    except OSError as error:
        return str(error)
    except subprocess.TimeoutExpired:
        return f"it took longer than {seconds} s"
    return None if done.returncode == 0 else last_line(done)


def base_python():
    """A Python that the wheels are for and that can make environments; else None."""
    check = f"import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != {WHEELS_ARE_FOR})"
    for name in ("/usr/bin/python3", "python3.11", sys.executable, "python3"):
        path = shutil.which(name)
        if path and run([path, "-c", check], 60) is None:
            return path
    return None


def make_python(folder):
    base = base_python()
    if not base:
        return "no Python 3.11 with venv (Debian: python3-venv)"
    # The folder is renamed later: programs in bin/ would not survive that, the interpreter does.
    problem = run([base, "-m", "venv", folder], 300)
    if problem:
        return problem
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:",
           "--no-deps", "-r", REQUIREMENTS]
    return run(pip, 900) or run([python, "-c", PYTHON_CHECK], 120)


def make_server(folder):
    if not shutil.which("go"):
        return "go is not installed"
    # go.sum holds the digest of every module, so that no database of digests is asked; no other toolchain is fetched.
    return run(["go", "build", "-trimpath", "-mod=readonly", "-o", folder / "versitygw", "github.com/versity/versitygw/cmd/versitygw"], 1200, cwd=SERVER,
               env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0"})


def provide(what, target, make):
    """Makes the folder of `target` under another name and renames it, so that it is there whole or not at all."""
    final = target.parent if target.parent.name != "bin" else target.parent.parent
    if target.exists():
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    with open(final.parent / f".{final.name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.exists():
            return
        say(f"Making {what} in {final}")
        making = pathlib.Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
        try:
            problem = make(making)
            if problem:
                say(f"There is no {what}: {problem}. Tests that need it will be skipped.")
            else:
                making.chmod(0o755)
                making.rename(final)
        finally:
            shutil.rmtree(making, ignore_errors=True)


def main(words):
    if words == ["--paths"]:
        print(python_path(), server_path(), sep=";", end="")
        return
    provide("Python environment of the tests", python_path(), make_python)
    provide("S3 server versitygw", server_path(), make_server)


if __name__ == "__main__":
    main(sys.argv[1:])
