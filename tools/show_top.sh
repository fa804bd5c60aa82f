#!/usr/bin/env bash
# Writes the picture of `sluicectl top` in docs/operations.md anew, from a real run: tools/show_top.sh BUILD (as root).
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(readlink -f "${1:?the build folder}")
picture=$(mktemp)
trap 'rm -f "$picture"' EXIT
SLUICE_BIN=$build/bin SLUICE_WORK=$build/system bash tests/system/top_shows_the_appliance.sh "$picture"
python3 - docs/operations.md "$picture" <<'PY'
import sys
path, picture = sys.argv[1:]
text = open(path).read()
begin, end = "<!-- top: begin -->\n", "<!-- top: end -->"
start, stop = text.index(begin) + len(begin), text.index(end)
open(path, "w").write(text[:start] + "```\n" + "\n".join(line.rstrip() for line in open(picture).read().splitlines()) + "\n```\n" + text[stop:])
PY
