#!/usr/bin/env bash
# Two appliances in a row, joined by shared memory: the first is the memif server, the second its client.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
LabUp
LabServer
LabPolicy "$TEST_RULES"

# The nearer one to the server only forwards, by a policy that never fires; what stops the upload is the other one.
first=$LAB_DIR/first
mkdir "$first"
sed 's/action: block/action: alert/' "$TEST_RULES" >"$first/alert.yaml"
"$SLUICE_BIN/sluicec" compile --no-tests "$first/alert.yaml" -o "$first/policy.slb" >"$first/sluicec.log" 2>&1 ||
  "$SLUICE_BIN/sluicec" compile "$first/alert.yaml" -o "$first/policy.slb" >"$first/sluicec.log" 2>&1 || Broken "$(cat "$first/sluicec.log")"
cat >"$first/sluice.yaml" <<CONF
policy: policy.slb
ports:
  outside: {driver: af_packet, interface: right}
  inside: {driver: memif, socket: $LAB_DIR/memif.sock, id: 7, role: server}
pairs: [{ports: [outside, inside], propagate_link: false}]
workers: {count: 1, idle: sleep}
memory: {huge_pages: ${SLUICE_HUGE_PAGES:-auto}}
tables: {flows: 16384, held_packets: 16384, objects: 8192, sessions: 8192}
output: {findings: findings.jsonl, stats: stats.json, stats_interval: 1}
CONF
ip netns exec "$LAB-gate" "$SLUICE_BIN/sluiced" run -c "$first/sluice.yaml" --ready-file "$first/ready" >"$first/sluiced.log" 2>&1 &
near=$!
LAB_PIDS+=("$near")
for try in {1..300}; do
  if [[ -e $first/ready ]]; then break; fi
  kill -0 "$near" 2>/dev/null || Broken "the first appliance did not start ($try looks): $(tail -n 5 "$first/sluiced.log")"
  sleep 0.1
done

LabConfig "ports:" \
  "  outside: {driver: memif, socket: $LAB_DIR/memif.sock, id: 7, role: client}" \
  "  inside: {driver: af_packet, interface: left}" \
  "pairs: [{ports: [outside, inside], propagate_link: false}]"
LabAppliance
LabReachable

ExpectUploadsAreJudged
code=0
LabStop "$near" "the first appliance" || code=$?
Expect "the first appliance ends with success" 0 "$code"
