#!/usr/bin/env bash
# The inline pair on tap devices, which the appliance makes itself and the gate bridges to both hosts.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
[[ -e /dev/net/tun ]] || Skip "there is no /dev/net/tun"
LabUp
LabServer
LabPolicy "$TEST_RULES"
LabConfig "ports:" \
  "  outside: {driver: tap, interface: sluice-out}" \
  "  inside: {driver: tap, interface: sluice-in}" \
  "pairs: [{ports: [outside, inside]}]"
LabAppliance
# Each side's bridge has the host's link and the appliance's device: the only way between the bridges is the appliance.
for side in left:sluice-in right:sluice-out; do
  ip -n "$LAB-gate" link add "br-${side%%:*}" type bridge || Skip "a bridge is refused"
  for port in "${side%%:*}" "${side##*:}"; do
    LabGateEnd "$port"
    ip -n "$LAB-gate" link set "$port" master "br-${side%%:*}"
  done
  ip -n "$LAB-gate" link set "br-${side%%:*}" up
done
LabReachable

LabText 1 300000 >"$LAB_DIR/clean.txt"
Expect "a clean upload passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
Expect "and is whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/clean.txt")"
Marked marked.txt 100000
Expect "a marked upload is refused" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
ExpectThat "the server holds no marking" Not LabServerHolds "$TEST_MARK"

EndAppliance TERM
Expect "there is one incident" 1 "$(Findings '.verdict == "block"')"
ExpectThat "the devices are gone with the appliance" Not ip -n "$LAB-gate" link show sluice-in
