#!/usr/bin/env bash
# A mix of captures again and again through the running appliance, with policies that are published, quarantines that come and go, and an API
# that is asked all the time: memory stays flat behind the warm-up, no descriptor is left open, and every packet and byte is accounted for.
#
# SLUICE_SOAK_SECONDS: how long (30). SLUICE_SOAK_RATE: frames a second (5000). The first half is the warm-up, which takes a minute: memory is
# compared in runs of two minutes and more, and only printed in shorter ones. Prints what it measured.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_stream.sh
source "$TEST_FOLDER/lib_stream.sh"
SECONDS_WANTED=${SLUICE_SOAK_SECONDS:-30}
RATE=${SLUICE_SOAK_RATE:-5000}
PACKS=$(dirname "$(dirname "$TEST_FOLDER")")/rules/packs
# What memory may grow by behind the warm-up, in kilobytes: caches of the allocator and of SQLite, which are bounded and fill slowly.
MAY_GROW=8192
# Of captures that are larger than this, the rest would hardly ever have its turn.
LARGEST=1000k

[[ $(id -u) -eq 0 ]] || Skip "DPDK needs root, and this is user $(id -un)"
LabPrepare "$SLUICE_WORK/$(basename "$0" .sh)"

# Uploads of our own, marked and not; and real captures, where there are some.
LabText 1 120000 >"$LAB_DIR/clean.txt"
Marked marked.txt 120000
"$SLUICE_BIN/demo_capture" "$LAB_DIR/uploads.pcap" "$LAB_DIR/clean.txt" "$LAB_DIR/marked.txt"
"$SLUICE_BIN/upload_stream" "$LAB_DIR/small.pcap" 100000 200 10 400
CAPTURES=("$LAB_DIR/uploads.pcap" "$LAB_DIR/small.pcap")
if [[ -d ${SLUICE_INPUTS:-} ]]; then
  while IFS= read -r file; do CAPTURES+=("$file"); done < <(find "$SLUICE_INPUTS" -name '*.pcap' -size "-$LARGEST" | sort)
fi
echo "${#CAPTURES[@]} captures"

LabPolicy "$PACKS" "$TEST_RULES"
"$SLUICE_BIN/sluicec" compile "$TEST_RULES" -o "$LAB_DIR/other.slb" >>"$LAB_DIR/sluicec.log" 2>&1
# An inline pair; what leaves is discarded.
LabConfig "ports:" "  outside: {driver: pcap, rx_file: stream.pcap}" "  inside: {driver: pcap, tx_file: /dev/null}" "pairs: [{ports: [outside, inside]}]"
LabControl
# Records are read by nobody here, and would fill the disk in an hour. Tables are full after some seconds: memory is touched as it is first used.
sed -i -e 's|^tables: .*|tables: {flows: 2048, held_packets: 4096, objects: 1024, sessions: 1024}|' -e 's|findings: .*|findings: /dev/null|' -e '/objects: objects.jsonl/d' -e '/flows: flows.jsonl/d' "$LAB_DIR/sluice.yaml"
mkfifo "$LAB_DIR/stream.pcap"
python3 "$TEST_FOLDER/capture_loop.py" "$LAB_DIR/stream.pcap" "$RATE" "${CAPTURES[@]}" >"$LAB_DIR/written" &
STREAM=$!
LAB_PIDS+=("$STREAM")
StreamAppliance
for bundle in policy other; do Control policy upload "$LAB_DIR/$bundle.slb" >/dev/null; done

Resident() { awk '/^VmRSS/ { print $2 }' "/proc/$LAB_APPLIANCE/status"; }
Descriptors() { find "/proc/$LAB_APPLIANCE/fd" -mindepth 1 | wc -l; }
# Flows stay open again and again under each policy: none is refused for it.
Publish() {
  Control policy publish "$1" >/dev/null || return 1
  published=$((published + 1))
}
# One turn of what people and their systems do.
Turn() {
  local address=198.51.100.$(($1 % 250)) path
  for path in /metrics /v1/incidents /v1/status /v1/quarantines /healthz; do
    curl -s -o /dev/null --max-time 10 --unix-socket "$LAB_DIR/api.sock" "http://sluice$path" || return 1
  done
  if [[ $(($1 % 5)) -eq 0 ]]; then Publish $((1 + $1 / 5 % 2)) || return 1; fi
  Control quarantine add --destination "$address" --reason soak >/dev/null || return 1
  id=$(Control --json quarantine list | jq -r --arg address "$address" 'first(.. | objects | select(.destination? == $address) | .id)')
  Control quarantine release "$id" >/dev/null
}

begin=$SECONDS turns=0 highest_before=0 highest_after=0 descriptors_before=0 published=0
while [[ $((SECONDS - begin)) -lt $SECONDS_WANTED ]]; do
  Turn "$turns" || Broken "turn $turns of the API"
  turns=$((turns + 1))
  resident=$(Resident)
  if [[ $((2 * (SECONDS - begin))) -lt $SECONDS_WANTED ]]; then
    highest_before=$((resident > highest_before ? resident : highest_before))
    descriptors_before=$(Descriptors)
  else
    highest_after=$((resident > highest_after ? resident : highest_after))
  fi
  if [[ $((turns % 20)) -eq 0 ]]; then echo "after $((SECONDS - begin)) s: $resident kB, $(Descriptors) descriptors, $(Metric sluice_packets_total) packets"; fi
done
sleep 1
descriptors_after=$(Descriptors)
echo "$turns turns; resident at most $highest_before kB in the warm-up, $highest_after kB behind it; descriptors $descriptors_before and $descriptors_after"
Expect "no thread stalled" 0 "$(MetricText | awk '/^sluice_worker_stalls_total/ { sum += $2 } END { print sum + 0 }')"
Expect "nothing needs attention" "" "$(Alarms)"
echo "$published policies published; $(Metric sluice_policy_moved_flows_total) flows moved to a newer one"
ExpectThat "policies were published" test "$published" -gt 2
ExpectThat "findings were made" test "$(Metric sluice_findings_total)" -gt 10
Expect "and none was lost" 0 "$(Metric sluice_incident_findings_lost_total)"

kill -TERM "$STREAM"
wait "$STREAM" || true
written=$(cat "$LAB_DIR/written")
EventuallyThat "what was written is received" eval '[[ $(Metric sluice_packets_total) == "$written" ]]'
EndAppliance TERM
Expect "every frame that was written was received" "$written" "$(LabStat .packets)"
Expect "frames in = forwarded + dropped" "$written" "$(LabStat '.worker_forwarded_frames + .worker_dropped_frames + .worker_segmented_frames')"
Expect "frames out = forwarded + made - not taken" "$(LabStat .worker_transmitted_frames)" \
  "$(LabStat '.worker_forwarded_frames + .worker_injected_frames - .worker_transmit_full - .worker_transmit_ring_full - .worker_transmit_too_long')"
echo "$(LabStat .packets) packets, $(LabStat .bytes) bytes, $(LabStat .flows) flows, $(LabStat .findings) findings"
if [[ $SECONDS_WANTED -ge 120 ]]; then
  ExpectThat "memory is flat" test "$highest_after" -le $((highest_before + MAY_GROW))
else
  echo "not compared in so short a run: memory, $highest_before kB and $highest_after kB"
fi
ExpectThat "no descriptor is left open" test "$descriptors_after" -le $((descriptors_before + 2))
