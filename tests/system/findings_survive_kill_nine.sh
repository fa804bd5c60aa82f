#!/usr/bin/env bash
# kill -9 of the running appliance at random moments while findings stream in: what the API had shown or acknowledged to anyone is there
# after the next start, the database opens, and the audit log holds together. SLUICE_ROUNDS says how often (10).
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_stream.sh
source "$TEST_FOLDER/lib_stream.sh"

rounds=${SLUICE_ROUNDS:-10}
[[ $(id -u) -eq 0 ]] || Skip "DPDK needs root, and this is user $(id -un)"
LabPrepare "$SLUICE_WORK/$(basename "$0" .sh)"
LabPolicy "$TEST_RULES"
StreamConfig
RANDOM=${SLUICE_SEED:-29}
Witness() { python3 "$TEST_FOLDER/incident_witness.py" "$1" "$LAB_DIR/api.sock" "$LAB_DIR/memory.json"; }

for ((round = 1; round <= rounds; ++round)); do
  # 40 clients: some incidents grow from round to round, and each commit has several.
  StreamStart 2000 40 1
  StreamAppliance || Broken "round $round: the appliance did not start"
  if [[ $round -gt 1 ]]; then Witness check >"$LAB_DIR/verdict" || Broken "round $round: something acknowledged is missing"; fi
  Witness watch &
  witness=$!
  sleep "$(printf '0.%03d' $((RANDOM % 600 + 50)))"
  StreamKill
  wait "$witness" || Broken "round $round: the witness met a refusal"
  StreamStop
done
StreamStart 100 40 1
StreamAppliance
ExpectThat "after $rounds kills nothing that was acknowledged is missing" Witness check
ExpectThat "and there was something to lose" test "$(jq '.seen' "$LAB_DIR/memory.json")" -gt "$((rounds / 2))"
Expect "no database was set aside" 0 "$(Metric sluice_databases_set_aside_total)"
ExpectThat "and sluicectl says that the audit log holds together" Control audit verify
StreamStop
LabStopAppliance TERM
