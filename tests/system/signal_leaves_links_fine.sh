#!/usr/bin/env bash
# SIGTERM and SIGINT end the appliance with a summary and leave the interfaces as they were, ready for the next start.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_RULES"

LinkState() { ip -n "$LAB-gate" -o link show "$1" | grep -oE '<[^>]*>|mtu [0-9]+|state [A-Z]+'; }
LinkStates() { LinkState left; LinkState right; }

LabText 1 100000 >"$LAB_DIR/clean.txt"
Expect "the first run carries traffic" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/first.txt)")"
LabStopAppliance TERM || Broken "SIGTERM: sluiced did not end with success"
before=$(LinkStates)
ExpectThat "both links are up" test "$(grep -cw LOWER_UP <<<"$before")" -eq 2
ExpectThat "neither is left promiscuous" Not grep -qw PROMISC <<<"$before"
ExpectThat "a summary was printed" grep -q '^coverage: ' "$LAB_DIR/sluiced.log"
ExpectThat "without the appliance nothing passes" \
  Not InClient curl -s -o /dev/null --noproxy '*' --max-time 1 "$(Url /ready)"

LabAppliance
LabReachable
Expect "the second run carries traffic on the same interfaces" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/second.txt)")"
# In the middle of an upload, by SIGINT.
ip netns exec "$LAB-client" curl -s --noproxy '*' --max-time 30 --limit-rate 200k -o /dev/null \
  -T "$LAB_DIR/clean.txt" "$(Url /files/third.txt)" &
upload=$!
LAB_PIDS+=("$upload")
sleep 0.2
EndAppliance INT
Expect "the links are as they were" "$before" "$(LinkStates)"
