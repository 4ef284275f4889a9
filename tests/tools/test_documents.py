"""Documents tell the truth where a machine can see it: links lead somewhere, no registry's host and no machine's path is named."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
# Spelled in two halves, so that this file does not name them either.
HOSTS = [a + b for a, b in (("registry.npm", "js.org"), ("pypi", ".org"), ("files.python", "hosted.org"), ("deb.deb", "ian.org"),
                            ("crates", ".io"), ("proxy.gol", "ang.org"), ("repo.maven", ".apache.org"))]
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:ro" + r"ot|wo" + r"rk|ho" + r"me)/\w")


def tracked():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def problems():
    for path in tracked():
        where = path.relative_to(ROOT)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path.suffix == ".md":
            for target in LINK.findall(text):
                if not (path.parent / target).exists():
                    yield f"{where}: the link {target} leads nowhere"
        for host in HOSTS:
            if host in text:
                yield f"{where}: names the registry host {host}"
        match = MACHINE_PATHS.search(text)
        if match:
            yield f"{where}: names a path of a machine: {match.group(0)}"


found = list(problems())
print("\n".join(found) or "documents are in order")
sys.exit(1 if found else 0)
