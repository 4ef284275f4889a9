"""Runs README's commands as a reader does.

Each ```sh block under a line `<!-- tested -->` is run by bash -e in one fresh folder, in order, with the program on PATH. A command
that starts with ./dev runs in the project's folder, and ./dev test only says that it would run: this test is a part of it.
Usage: test_readme.py FOLDER_OF_PROGRAM
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"<!-- tested -->\s*```sh\n(.*?)```", re.S)


def main():
    program = pathlib.Path(sys.argv[1])
    if not (program / "vieweratlas").exists():
        print(f"{program}/vieweratlas is missing: ./dev build release makes it", file=sys.stderr)
        return 1
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(readme)
    if "./dev demo" not in readme or "./dev test" not in readme or len(blocks) < 3:
        print("README.md must show ./dev demo, ./dev test and at least three tested blocks", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, PATH=f"{program}:{os.environ['PATH']}", VIEWERATLAS_NO_SETUP="1")
        for block in blocks:
            lines = [line for line in block.splitlines() if line.strip() and not line.startswith("./dev test") and not line.startswith("git clone")]
            script = "\n".join(f"(cd {ROOT} && {line})" if line.startswith("./dev") else line for line in lines)
            print(f"--- running:\n{script}", flush=True)
            result = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, check=False)
            if result.returncode != 0:
                print(f"README.md: exit code {result.returncode} from:\n{block}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
