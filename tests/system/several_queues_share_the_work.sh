#!/usr/bin/env bash
# Two workers, each with a receive queue of its own on both ports: both directions of a flow still meet in one of them.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
LabUp
LabServer
LabPolicy "$TEST_RULES"
LAB_WORKERS=2 LabConfig "ports:" \
  "  outside: {driver: af_packet, interface: right, queues: 2}" \
  "  inside: {driver: af_packet, interface: left, queues: 2}" \
  "pairs: [{ports: [outside, inside]}]"
LabAppliance
LabReachable

LabText 1 100000 >"$LAB_DIR/clean.txt"
Marked marked.txt 50000
for i in {1..12}; do
  Expect "clean upload $i passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url "/files/clean-$i.txt")")"
  Expect "and is whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/clean-$i.txt")"
done
for i in {1..6}; do
  Expect "marked upload $i is refused" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url "/files/marked-$i.txt")")"
done
ExpectThat "the server holds no marking" Not LabServerHolds "$TEST_MARK"

EndAppliance TERM
Expect "every marked upload is a finding" 6 "$(Findings '.verdict == "block"')"
