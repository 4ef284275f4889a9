#!/usr/bin/env bash
# Every verb of ./dev explains itself and does nothing else; an unknown verb is a usage error.
set -eu
cd "$(dirname "$0")/../.."
for verb in setup build demo test check bench fmt tidy fuzz clean; do
  text=$(./dev "$verb" --help)
  [[ $text == "./dev $verb"* ]] || { echo "./dev $verb --help does not explain $verb: $text" >&2; exit 1; }
  ./dev help | grep -q "\b$verb\b" || { echo "./dev help does not name $verb" >&2; exit 1; }
done
status=0
./dev no-such-verb 2>/dev/null || status=$?
[ "$status" -eq 2 ] || { echo "an unknown verb must exit with 2, not $status" >&2; exit 1; }
