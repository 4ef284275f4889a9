#!/usr/bin/env python3
"""Runs a Python test with the packages of requirements-test.txt; skips it visibly (exit code 77) where they have not been installed."""
import os
import sys

import test_environment

SKIPPED = 77

if __name__ == "__main__":
    python = os.environ.get("VIEWERATLAS_TEST_PYTHON") or str(test_environment.python_path())
    if not os.path.exists(python):
        print(f"SKIPPED: {python} is not there; ./dev setup test makes it where Python 3.11 and a network are", file=sys.stderr)
        sys.exit(SKIPPED)
    os.execv(python, [python, "-B", *sys.argv[1:]])
