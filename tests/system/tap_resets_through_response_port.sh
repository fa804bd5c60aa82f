#!/usr/bin/env bash
# On a tap nothing is held back, but a marked upload is reset on both sides through the response port.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
LabUpTap 2>"$LAB_DIR/hub.log" || Skip "a bridge is refused: $(head -n 1 "$LAB_DIR/hub.log")"
LabServer
LabPolicy "$TEST_RULES"
LabConfigTap
LabAppliance
LabReachable

LabText 1 300000 >"$LAB_DIR/clean.txt"
Expect "a clean upload passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
Expect "and is whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/clean.txt")"

{ printf '%s\n' "$TEST_MARK"; LabText 2 2000000; } >"$LAB_DIR/marked.txt"
Curl --limit-rate 400k -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)" >/dev/null
EventuallyThat "a marked upload is cut off" test ! -e "$LAB_DIR/nginx/files/marked.txt"
ExpectThat "the client saw a reset" grep -qiE 'reset|recv failure|send failure|broken pipe' "$LAB_DIR/curl.log"
EventuallyThat "the server saw it too" grep -qiE 'reset by peer|prematurely closed' "$LAB_DIR/nginx/error.log"

EndAppliance TERM
ExpectThat "both directions of the mirrored traffic were inspected" test "$(LabStat '.coverage.inspected_bytes')" -gt 300000
Expect "there is one incident, with the resets as its action" 1 \
  "$(Findings '.rule == "test.secret-star" and .verdict == "block" and .action == "reset"')"
