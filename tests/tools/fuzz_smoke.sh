#!/usr/bin/env bash
# Fuzzes one target for a while from its seed corpus, with a fixed seed: a test must not fail by chance. `./dev fuzz` looks further.
set -eu
target=$1 seconds=$2
cd "$(dirname "$0")/../.."
binary=build/fuzz/tests/fuzz/$target
[ -x "$binary" ] || { echo "$binary is missing: ./dev build fuzz makes it" >&2; exit 1; }
found=build/fuzz/found/$target
rm -rf "$found"
mkdir -p "$found"
exec "$binary" -seed=1 -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -artifact_prefix="build/fuzz/found/$target-" "$found" "tests/fuzz/corpus/$target"
