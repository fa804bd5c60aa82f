#!/usr/bin/env bash
# A worker that does not go round is named, counted, and what belongs to it goes by the fail mode until it does again; a thread of control
# that crashes or hangs leaves packets running by the last policy; an error of the matcher is a fail mode. The faults come from a library
# of the tests (injected_faults.cc).
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_stream.sh
source "$TEST_FOLDER/lib_stream.sh"

[[ $(id -u) -eq 0 ]] || Skip "DPDK needs root, and this is user $(id -un)"
LabPrepare "$SLUICE_WORK/$(basename "$0" .sh)"
FAULTS=$LAB_DIR/faults
mkdir "$FAULTS"
LabPolicy "$TEST_RULES"

Begin() {
  StreamStart 1000 200 1
  StreamAppliance "LD_PRELOAD=$(FaultsLibrary)" "SLUICE_FAULTS=$FAULTS"
  EventuallyThat "packets run" MetricGrows sluice_packets_total
}
Fault() { touch "$FAULTS/$1"; }
Mend() { rm -f "$FAULTS/$1"; }
MetricGrows() {
  local before try
  before=$(Metric "$1")
  for try in {1..100}; do
    if [[ $(Metric "$1") -gt ${before:-0} ]]; then return 0; fi
    sleep 0.1
  done
  return 1
}
# Packets, by the statistics that the main thread writes each second: also while nobody answers the API.
PacketsWritten() { jq .packets "$LAB_DIR/stats.json"; }
PacketsGoOn() {
  local before try
  before=$(PacketsWritten)
  for try in {1..60}; do
    if [[ $(PacketsWritten) -gt $before ]]; then return 0; fi
    sleep 0.1
  done
  return 1
}
NothingWrong() { [[ -z $(Alarms) && $(HealthCode /readyz) == 200 ]]; }

# Two workers behind a distributor; one of them stalls.
LAB_WORKERS=2 StreamConfig
sed -i 's/idle: sleep/idle: sleep, stall_after: 500/' "$LAB_DIR/sluice.yaml"
Begin
Fault matcher-stalls
EventuallyThat "a worker that stalls is named" AlarmSays "of the data plane stalls"
Expect "and counted" 1 "$(MetricText | awk '/^sluice_worker_stalls_total/ { sum += $2 } END { print sum }')"
Expect "now, too" 1 "$(Metric sluice_workers_stalled)"
Expect "it is not ready" 503 "$(HealthCode /readyz)"
Expect "it lives" 200 "$(HealthCode /healthz)"
ExpectThat "the other worker goes on" MetricGrows sluice_findings_total
EventuallyThat "what belongs to it goes by the fail mode for overload" MetricGrows sluice_worker_overload_dropped_total
Expect "a policy that it does not take is refused" 1 "$("$SLUICE_BIN/sluicectl" --socket "$LAB_DIR/api.sock" policy upload "$LAB_DIR/policy.slb" >/dev/null; Control policy publish 1 >/dev/null 2>"$LAB_DIR/refusal"; echo $?)"
ExpectThat "with its number" grep -q "worker [01] did not acknowledge" "$LAB_DIR/refusal"
Mend matcher-stalls
EventuallyThat "it recovers by itself" NothingWrong
Expect "nobody stalls" 0 "$(Metric sluice_workers_stalled)"
before=$(Metric sluice_worker_overload_dropped_total)
ExpectThat "its packets are looked into again" MetricGrows sluice_findings_total
Expect "and none is given up" "$before" "$(Metric sluice_worker_overload_dropped_total)"
EventuallyThat "a policy can be published again" Control policy publish 1

# An error of the matcher: the policy says closed, so what was not looked into does not pass as clean.
Fault matcher-fails
EventuallyThat "an error of the matcher is counted" MetricGrows sluice_scan_failures_total
EventuallyThat "and is the fate of those bytes" eval 'MetricText | grep "^sluice_coverage_bytes_total{fate=\"scanner_failed\"" | grep -vq " 0$"'
Mend matcher-fails
ExpectThat "afterwards findings come again" MetricGrows sluice_findings_total
StreamStop
EventuallyThat "nothing is on its way" eval 'sleep 0.5; [[ $(Metric sluice_packets_total) == $(Metric sluice_packets_total) ]]'
EndAppliance TERM

# One worker that waits in the driver of its device, which is all there is: nothing is received, and that is said.
StreamConfig
sed -i 's/idle: sleep/idle: sleep, stall_after: 500/' "$LAB_DIR/sluice.yaml"
Begin
kill -STOP "$STREAM"
EventuallyThat "a worker that its device does not answer is named" AlarmSays "thread 0 of the data plane stalls"
Expect "it is not ready" 503 "$(HealthCode /readyz)"
kill -CONT "$STREAM"
EventuallyThat "it recovers by itself" NothingWrong
ExpectThat "packets go on" MetricGrows sluice_packets_total

# A hang of what writes incidents.
Fault store-hangs
ExpectThat "while incidents hang, packets go on" PacketsGoOn
EventuallyThat "findings wait" test "$(Metric sluice_incident_findings_waiting)" -gt 0
ExpectThat "the list is shown" eval 'Control incidents list >/dev/null'
for try in {1..3}; do if AlarmSays "has not answered"; then break; fi; sleep 5; done
ExpectThat "and it is an alarm" AlarmSays "has not answered"
Mend store-hangs
EventuallyThat "it recovers by itself" NothingWrong
Expect "and nothing was lost" 0 "$(Metric sluice_incident_findings_lost_total)"

# A crash of what writes incidents.
Fault store-crashes
EventuallyThat "a crash of control is an alarm, which names the thread" AlarmSays "thread sluice-incident of control crashed"
Expect "and counted" 1 "$(Metric sluice_control_crashes_total)"
ExpectThat "packets go on" PacketsGoOn
ExpectThat "findings reach the file" eval 'a=$(wc -l <"$LAB_DIR/findings.jsonl"); sleep 1.5; [[ $(wc -l <"$LAB_DIR/findings.jsonl") -gt $a ]]'
# And then one of those that answer the API.
Fault commands-abort
Control quarantine add --destination 203.0.113.9 >/dev/null 2>&1 &
LAB_PIDS+=($!)
sleep 1
ExpectThat "also after a second one packets go on" PacketsGoOn
Mend commands-abort
Mend store-crashes
code=0
LabStopAppliance TERM || code=$?
Expect "it ends at once, and says that it was no orderly end" 1 "$code"
StreamStop

# Under a service manager: packets run until its watchdog ends the process, and then again.
rm -f "$LAB_DIR/ready"
python3 "$TEST_FOLDER/supervisor.py" "$LAB_DIR/notify.sock" 4 env "LD_PRELOAD=$(FaultsLibrary)" "SLUICE_FAULTS=$FAULTS" \
  "$SLUICE_BIN/sluiced" run -c "$LAB_DIR/sluice.yaml" --ready-file "$LAB_DIR/ready" >>"$LAB_DIR/supervisor.log" 2>&1 &
supervisor=$!
LAB_PIDS+=("$supervisor")
StreamStart 1000 200 1
EventuallyThat "a service manager has started it" MetricGrows sluice_packets_total
Fault store-crashes
EventuallyThat "control crashes" AlarmSays "sluice-incident of control crashed"
Mend store-crashes
ExpectThat "packets go on until the watchdog" PacketsGoOn
EventuallyThat "which finds no sign of life" grep -q "no sign of life" "$LAB_DIR/supervisor.log"
StreamStop
StreamStart 1000 200 1
EventuallyThat "it is started again" eval '[[ $(grep -c started "$LAB_DIR/supervisor.log") == 2 ]]'
EventuallyThat "and is well" eval 'NothingWrong && MetricGrows sluice_packets_total'
StreamStop
LabStop "$supervisor" "the service manager"
