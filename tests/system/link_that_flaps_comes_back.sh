#!/usr/bin/env bash
# The client's cable is pulled and put back three times during an upload: it is counted and logged, the upload arrives whole, and the next
# marked one is refused.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_stream.sh
source "$TEST_FOLDER/lib_stream.sh"
BeginLab
LabUp
LabServer
LabPolicy "$TEST_RULES"
LabConfigInline
LabControl
LabAppliance
LabReachable

Lost() { Metric 'sluice_port_link_lost_total{port="inside"}'; }
seq 1000000 3500000 >"$LAB_DIR/large.txt"
Curl --limit-rate 4M -T "$LAB_DIR/large.txt" "$(Url /files/large.txt)" >"$LAB_DIR/code" &
upload=$!
before=$(Lost)
for flap in 1 2 3; do
  sleep 0.5
  InClient ip link set eth0 down
  Eventually "the link is lost, $flap" $((before + flap)) Lost
  InClient ip link set eth0 up
  sleep 0.5
done
ExpectThat "it is in the log" grep -q "has lost its link\|a lost link of port" "$LAB_DIR/sluiced.log"
wait "$upload"
Expect "the upload ends well" 201 "$(cat "$LAB_DIR/code")"
Expect "and is whole" "$(Digest "$LAB_DIR/large.txt")" "$(Digest "$LAB_DIR/nginx/files/large.txt")"
Marked marked.txt 50000
Expect "a marked upload is refused" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
Expect "nothing is wrong" "" "$(Alarms)"
EndAppliance TERM
