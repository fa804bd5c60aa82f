#!/usr/bin/env bash
# An empty packet pool, a wall clock that is set by an hour, and twice as many packets as the workers can take, one after the other under the
# running appliance: each is counted, the fail mode decides, and all is well when it is over. The faults come from injected_faults.cc.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_stream.sh
source "$TEST_FOLDER/lib_stream.sh"

[[ $(id -u) -eq 0 ]] || Skip "DPDK needs root, and this is user $(id -un)"
LabPrepare "$SLUICE_WORK/$(basename "$0" .sh)"
FAULTS=$LAB_DIR/faults
mkdir "$FAULTS"
LabPolicy "$TEST_RULES"

Start() { StreamAppliance "LD_PRELOAD=$(FaultsLibrary)" "SLUICE_FAULTS=$FAULTS" SLUICE_POOL_FAULT=1; }
# Begin UPLOADS-A-SECOND MARKED-EACH
Begin() {
  StreamStart "$1" 2000 "$2"
  Start
  EventuallyThat "packets run" MetricGrows sluice_packets_total
}
Fault() { touch "$FAULTS/$1"; }
Mend() { rm -f "$FAULTS/$1"; }
# MetricGrows NAME [LABELS]: within ten seconds.
MetricGrows() {
  local before try
  before=$(Metric "$1")
  for try in {1..100}; do
    if [[ $(Metric "$1") -gt ${before:-0} ]]; then return 0; fi
    sleep 0.1
  done
  return 1
}
NothingWrong() { [[ -z $(Alarms) && $(HealthCode /readyz) == 200 ]]; }
End() {
  StreamStop
  EventuallyThat "nothing is on its way" eval 'sleep 0.5; [[ $(Metric sluice_packets_total) == $(Metric sluice_packets_total) ]]'
  EndAppliance TERM
}

# From the start, when threads have no buffers of their own yet.
StreamConfig
Fault pool-empty
StreamStart 1000 2000 1
Start
ExpectThat "frames that find no packet buffer are counted" MetricGrows 'sluice_port_rx_no_buffer_total{port="mirror"}'
Expect "it lives" 200 "$(HealthCode /healthz)"
Mend pool-empty
ExpectThat "afterwards findings come again" MetricGrows sluice_findings_total
lost=$(Metric 'sluice_port_rx_no_buffer_total{port="mirror"}')
ExpectThat "and again" MetricGrows sluice_findings_total
Expect "and no frame is lost any more" "$lost" "$(Metric 'sluice_port_rx_no_buffer_total{port="mirror"}')"
EventuallyThat "nothing is wrong" NothingWrong

for step in clock-ahead clock-behind; do
  Fault "$step"
  sleep 1
  ExpectThat "$step: packets go on" MetricGrows sluice_packets_total
  ExpectThat "$step: incidents are written" MetricGrows sluice_incident_findings_total
  ExpectThat "$step: no thread is thought to stall, and nothing is wrong" NothingWrong
  ExpectThat "$step: the API answers" eval 'Control incidents list >/dev/null'
  Mend "$step"
  ExpectThat "$step: packets go on afterwards" MetricGrows sluice_packets_total
  ExpectThat "$step: nothing is wrong afterwards" NothingWrong
done
Expect "no finding was lost" 0 "$(Metric sluice_incident_findings_lost_total)"
End
ExpectThat "no record is dated an hour off" python3 -c '
import datetime, json, sys
times = [json.loads(line)["time"] for line in open(sys.argv[1])]
seconds = [datetime.datetime.strptime(time[:19], "%Y-%m-%dT%H:%M:%S") for time in times]
sys.exit(0 if (max(seconds) - min(seconds)).total_seconds() < 300 else 1)' "$LAB_DIR/findings.jsonl"

if [[ $(FaultsLibrary) == *san* ]]; then
  echo "passed over: twice what the workers take; in a sanitizer's build the thread that hands them the packets is as slow as they are"
  exit 0
fi

# Workers that are slow: what they can take is what they were handed while there was too much of it, and twice that is offered then.
LAB_WORKERS=2 StreamConfig
# All open flows end at once at the end: more records than find room, and not what this is about.
sed -i '/flows: flows.jsonl/d' "$LAB_DIR/sluice.yaml"
Fault matcher-slow
Begin 20000 50
sleep 3
PerSecond() {
  local before
  before=$(Metric "$1")
  sleep 3
  echo $((($(Metric "$1") - before) / 3))
}
ExpectThat "there is too much" MetricGrows sluice_worker_overload_dropped_total
capacity=$(PerSecond sluice_worker_handed_over_total)
StreamStop
LabStopAppliance TERM
"$SLUICE_BIN/upload_stream" "$LAB_DIR/ten.pcap" 1000 10 1 10
frames=$(python3 -c 'import struct,sys
data, at, count = open(sys.argv[1], "rb").read(), 24, 0
while at < len(data): at, count = at + 16 + struct.unpack("<I", data[at + 8:at + 12])[0], count + 1
print(count // 10)' "$LAB_DIR/ten.pcap")
Begin $((2 * capacity / frames)) 50
sleep 3
received_before=$(Metric sluice_packets_total) dropped_before=$(Metric sluice_worker_overload_dropped_total)
sleep 5
received=$(($(Metric sluice_packets_total) - received_before)) dropped=$(($(Metric sluice_worker_overload_dropped_total) - dropped_before))
echo "two workers take $capacity frames a second; of $((received / 5)) a second $((100 * dropped / received)) % are dropped"
ExpectThat "at twice the capacity about half is dropped by the fail mode" test $((100 * dropped / received)) -ge 25 -a $((100 * dropped / received)) -le 75
Expect "none is forwarded" 0 "$(Metric sluice_worker_overload_forwarded_total)"
ExpectThat "the rest is inspected" MetricGrows sluice_findings_total
ExpectThat "nobody stalls, and it is ready" NothingWrong
Mend matcher-slow
# What waits in the pipe and in the rings goes first.
EventuallyThat "when they are quick again, no more is dropped" eval 'a=$(Metric sluice_worker_overload_dropped_total); sleep 1; [[ $(Metric sluice_worker_overload_dropped_total) == "$a" ]]'
ExpectThat "and all is inspected" MetricGrows sluice_findings_total
End
