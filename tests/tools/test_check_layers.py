"""tools/check_layers finds what it exists to find: each rule is broken once in a small copy of a project."""
import pathlib
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_layers"
TABLE = """# A
<!-- layers: -->
| folder | purpose | may include |
|---|---|---|
| `core/` | base | – |
| `graph/` | graphs | core |
| `render/` | pictures | core graph |
<!-- end of layers -->
"""


def run(files, table=TABLE):
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        if table is not None:
            (root / "ARCHITECTURE.md").write_text(table, encoding="utf-8")
        for path, text in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        result = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
        return result.returncode, result.stdout + result.stderr


def expect(name, outcome, code, text):
    if outcome[0] != code or text not in outcome[1]:
        sys.exit(f"{name}: expected exit {code} with {text!r}, got exit {outcome[0]} with {outcome[1]!r}")


GOOD = {
    "src/render/poster.cc": '#include "vieweratlas/graph/graph.h"\n#include "render/scene.h"\n#include <vector>\n',
    "include/vieweratlas/graph/graph.h": '#include "vieweratlas/core/error.h"\n',
}
expect("allowed includes", run(GOOD), 0, "every include is allowed")
expect("upward include", run({"src/graph/a.cc": '\n#include "vieweratlas/render/poster.h"\n'}), 1, "src/graph/a.cc:2: graph/ may not include render/")
expect("upward private include", run({"src/core/a.cc": '#include "graph/inner.h"\n'}), 1, "core/ may not include graph/")
expect("public header", run({"include/vieweratlas/core/a.h": '#  include "vieweratlas/graph/graph.h"\n'}), 1, "core/ may not include graph/")
expect("unknown folder", run({"src/util/a.cc": ""}), 1, "the folder util/ has no row")
expect("row that looks up", run({}, TABLE.replace("| – |", "| render |")), 1, "which does not stand above it")
expect("no table", run({}, "# nothing\n"), 2, "no table of layers")
expect("no file", run({}, None), 2, "no table of layers")
