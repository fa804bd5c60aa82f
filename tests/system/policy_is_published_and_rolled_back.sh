#!/usr/bin/env bash
# A policy goes up, into force and back while traffic runs: no packet and no open connection is lost, and what was published survives a restart.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

InForce() { Control --json policy list | jq -r '.policies[] | select(.in_force) | .id'; }
Answer() { Curl -T "$LAB_DIR/marked.txt" "$(Url "/files/$RANDOM$RANDOM.txt")"; }

BeginLab
LabUp
LabServer
sed 's/action: block/action: alert/' "$TEST_RULES" >"$LAB_DIR/letting.yaml"
LabPolicy "$LAB_DIR/letting.yaml"
LabConfigInline
LabControl
LabAppliance
LabReachable

Marked marked.txt 20000
Expect "the configuration's policy lets the upload pass" 201 "$(Answer)"
Expect "and is the first that is kept" 1 "$(InForce)"
ExpectThat "packs are taken in" Control policy upload "$TEST_RULES" --comment "block the star"
Expect "which changes nothing yet" 1 "$(InForce)"
Expect "a pack that does not compile is refused" 1 "$(Control policy upload <(echo 'rules: [') >/dev/null 2>&1; echo $?)"
sed 's/action: block/action: quarantine/' "$TEST_RULES" >"$LAB_DIR/third.yaml"
"$SLUICE_BIN/sluicec" compile "$LAB_DIR/third.yaml" -o "$LAB_DIR/third.slb" >/dev/null
ExpectThat "a compiled bundle is taken in" Control policy upload "$LAB_DIR/third.slb"
Expect "three are kept" 3 "$(Control --json policy list | jq '.policies | length')"

# An upload that is open while the policy changes, and a stream of packets each of which is counted.
LabText 3 3000000 >"$LAB_DIR/long.txt"
InClient curl -sS --noproxy '*' --max-time 60 --limit-rate 500k -o /dev/null -w '%{http_code}' -T "$LAB_DIR/long.txt" "$(Url /files/long.txt)" \
  >"$LAB_DIR/long.status" 2>>"$LAB_DIR/curl.log" &
upload=$!
LAB_PIDS+=("$upload")
load=""
if command -v iperf3 >/dev/null; then
  ip netns exec "$LAB-server" iperf3 -s -1 >"$LAB_DIR/iperf-server.log" 2>&1 &
  LAB_PIDS+=("$!")
  sleep 0.5
  ip netns exec "$LAB-client" iperf3 -c "$LAB_SERVER_IP" -u -b 20M -l 1200 -t 5 --json >"$LAB_DIR/iperf.json" 2>&1 &
  load=$!
  LAB_PIDS+=("$load")
fi
sleep 1
for round in 1 2 3 4; do
  ExpectThat "published under load ($round)" Control policy publish 2
  ExpectThat "rolled back under load ($round)" Control policy rollback
done
ExpectThat "and published" Control policy publish 2
Expect "in force" 2 "$(InForce)"
if [[ -n $load ]]; then
  wait "$load" || true
  echo "datagrams sent: $(jq .end.sum.packets "$LAB_DIR/iperf.json"), lost: $(jq .end.sum.lost_packets "$LAB_DIR/iperf.json")"
  ExpectThat "datagrams ran" test "$(jq .end.sum.packets "$LAB_DIR/iperf.json")" -gt 1000
  Expect "none was lost" 0 "$(jq .end.sum.lost_packets "$LAB_DIR/iperf.json")"
else
  echo "iperf3 is not installed (see packages.txt): publishing was not tried under its load"
fi
wait "$upload" || true
Expect "the upload that was open goes on to its end" 201 "$(cat "$LAB_DIR/long.status")"
Expect "whole" "$(Digest "$LAB_DIR/long.txt")" "$(Digest "$LAB_DIR/nginx/files/long.txt")"
Expect "the policy in force blocks" 403 "$(Answer)"

kill -KILL "$LAB_APPLIANCE"
wait "$LAB_APPLIANCE" 2>/dev/null || true
LabAppliance
LabReachable
Expect "what was published survives kill -9" 2 "$(InForce)"
Expect "and blocks" 403 "$(Answer)"
ExpectThat "it is rolled back" Control policy rollback
Expect "the upload passes again" 201 "$(Answer)"
LabPolicy "$LAB_DIR/third.yaml"
kill -HUP "$LAB_APPLIANCE"
Eventually "a changed policy file has the last word" 3 InForce
Expect "who did what is known" "root" "$(Control --json policy history | jq -r '[.publications[] | select(.how == "publish" or .how == "rollback") | .author] | unique | join(" ")')"
ExpectThat "the audit log holds together" Control audit verify
EndAppliance TERM
