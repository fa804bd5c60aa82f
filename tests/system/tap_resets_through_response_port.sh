#!/usr/bin/env bash
# On a tap nothing is held back, but a marked upload is reset on both sides through the response port.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
LabUpTap 2>"$LAB_DIR/hub.log" || Skip "a bridge is refused: $(head -n 1 "$LAB_DIR/hub.log")"
LabServer
LabPolicy "$TEST_PACKS"
LabConfigTap
LabAppliance
LabReachable  # through the hub; the appliance needs a moment of its own
for _ in {1..100}; do
  if [[ -s $LAB_DIR/stats.json && $(LabStat '.packets') -gt 0 ]]; then break; fi
  InClient curl -s -o /dev/null --noproxy '*' --max-time 1 "$(Url /ready)" || true
  sleep 0.1
done
ExpectThat "the appliance sees the mirrored traffic" test "$(LabStat '.packets')" -gt 0

LabText 1 300000 >"$LAB_DIR/clean.txt"
Expect "a clean upload passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
Expect "and is whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/clean.txt")"

{ printf '%s\n' "$TEST_MARK"; LabText 2 2000000; } >"$LAB_DIR/marked.txt"
Curl --limit-rate 400k -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)" >/dev/null
ExpectThat "a marked upload is cut off" test ! -e "$LAB_DIR/nginx/files/marked.txt"
ExpectThat "the client saw a reset" grep -qiE 'reset|recv failure|send failure|broken pipe' "$LAB_DIR/curl.log"
ExpectThat "the server saw it too" grep -qiE 'reset by peer|prematurely closed' "$LAB_DIR/nginx/error.log"

EndAppliance
Expect "there is one incident, with the resets as its action" 1 \
  "$(Findings '.rule == "cn.state-secret.mark" and .verdict == "block" and .action == "reset"')"
