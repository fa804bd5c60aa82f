#!/usr/bin/env bash
# An upload whose worker stalls in the middle of it: by `overload: open` it goes on without being looked into, and is counted; by `closed` it
# waits. Either way it arrives whole when the worker goes on, and the next one is judged again. So is by `open` the next one of a
# connection in which nothing was under way when the worker went on. The stall comes from injected_faults.cc.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_stream.sh
source "$TEST_FOLDER/lib_stream.sh"
BeginLab
LabUp
LabServer
FAULTS=$LAB_DIR/faults
mkdir "$FAULTS"
# Of numbers, so that nothing in it is a marking or a format.
seq 1000000 3500000 >"$LAB_DIR/large.txt"
Marked marked.txt 50000

# Begin OVERLOAD: two workers behind a distributor.
Begin() {
  sed "s/overload: closed/overload: $1/" "$TEST_RULES" >"$LAB_DIR/rules.yaml"
  LabPolicy "$LAB_DIR/rules.yaml"
  LAB_WORKERS=2 LabConfig "ports:" "  outside: {driver: af_packet, interface: right, queues: 1}" \
    "  inside: {driver: af_packet, interface: left, queues: 1}" "pairs: [{ports: [outside, inside]}]"
  LabControl
  sed -i 's/idle: sleep/idle: sleep, stall_after: 300/' "$LAB_DIR/sluice.yaml"
  LD_PRELOAD=$(FaultsLibrary) SLUICE_FAULTS=$FAULTS LabAppliance
  LabReachable
}
# The code that curl prints is in $LAB_DIR/code when it has ended.
StartUpload() {
  Curl --max-time 30 --limit-rate 4M -T "$LAB_DIR/large.txt" "$(Url /files/large.txt)" >"$LAB_DIR/code" &
  UPLOAD=$!
}
Uploaded() { [[ $(LabServerBytes) -gt $1 ]]; }
Dropped() { Metric sluice_worker_overload_dropped_total; }
Forwarded() { Metric sluice_worker_overload_forwarded_total; }
ExpectJudgedAgain() {
  EventuallyThat "nothing is wrong any more" eval '[[ -z $(Alarms) && $(Metric sluice_workers_stalled) == 0 ]]'
  Expect "a marked upload is refused" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
  rm -f "$LAB_DIR"/nginx/files/*
  EndAppliance TERM
}

Begin open
StartUpload
EventuallyThat "an upload is under way" Uploaded 1000000
touch "$FAULTS/matcher-stalls"
EventuallyThat "its worker stalls" AlarmSays "of the data plane stalls"
here=$(LabServerBytes)
EventuallyThat "open: the upload goes on" Uploaded $((here + 2000000))
ExpectThat "and is counted as forwarded" test "$(Forwarded)" -gt 0
Expect "none of it is dropped" 0 "$(Dropped)"
rm "$FAULTS/matcher-stalls"
wait "$UPLOAD"
Expect "the upload ends well" 201 "$(cat "$LAB_DIR/code")"
Expect "and is whole" "$(Digest "$LAB_DIR/large.txt")" "$(Digest "$LAB_DIR/nginx/files/large.txt")"
ExpectJudgedAgain
ExpectThat "its bytes were not inspected for that reason" test "$(LabStat '.coverage.not_inspected.overload')" -gt 1000000
ExpectThat "the rest was" test "$(LabStat '.coverage.inspected_bytes')" -gt 3000000

# A whole request and its answer pass while the worker stalls, and nobody says anything when it goes on, until the next request.
Begin open
for name in first second third fourth; do LabText 7 3000 >"$LAB_DIR/$name.txt"; done
coproc CLIENT { InClient python3 "$TEST_FOLDER/patient_client.py" "$LAB_SERVER_IP"; }
LAB_PIDS+=("$CLIENT_PID")
Say() {
  echo "$LAB_DIR/$1.txt" >&"${CLIENT[1]}"
  read -r -t 40 ANSWER <&"${CLIENT[0]}" || ANSWER=none
}
Say first
Expect "a connection is open" 201 "$ANSWER"
touch "$FAULTS/matcher-stalls"
Say second
Expect "its worker stalls, and its next request passes" 201 "$ANSWER"
Say third
Expect "and one more" 201 "$ANSWER"
rm "$FAULTS/matcher-stalls"
EventuallyThat "the worker goes on" eval '[[ $(Metric sluice_workers_stalled) == 0 ]]'
sleep 0.5
Say fourth
Expect "the next request passes behind what it never saw" 201 "$ANSWER"
Expect "and is whole" "$(Digest "$LAB_DIR/fourth.txt")" "$(Digest "$LAB_DIR/nginx/files/fourth.txt")"
Say marked
ExpectThat "a marked one is stopped in the same connection" test "$ANSWER" != 201
ExpectThat "and does not arrive" Not LabServerHolds "$TEST_MARK"
ExpectJudgedAgain
ExpectThat "what passed in between is said" test "$(jq -s '[.[] | select(.event == "anomaly" and .kind == "gap_skipped")] | length' "$LAB_DIR/findings.jsonl")" -gt 0

Begin closed
StartUpload
EventuallyThat "an upload is under way" Uploaded 1000000
touch "$FAULTS/matcher-stalls"
EventuallyThat "its worker stalls" AlarmSays "of the data plane stalls"
here=$(LabServerBytes)
sleep 1
Expect "closed: nothing of it passes" "$here" "$(LabServerBytes)"
ExpectThat "and it is counted as dropped" test "$(Dropped)" -gt 0
Expect "none of it is forwarded" 0 "$(Forwarded)"
rm "$FAULTS/matcher-stalls"
wait "$UPLOAD"
Expect "the upload ends well" 201 "$(cat "$LAB_DIR/code")"
Expect "and is whole" "$(Digest "$LAB_DIR/large.txt")" "$(Digest "$LAB_DIR/nginx/files/large.txt")"
ExpectJudgedAgain
