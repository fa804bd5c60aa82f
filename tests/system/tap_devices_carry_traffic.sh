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

ExpectUploadsAreJudged
ExpectThat "the devices are gone with the appliance" Not ip -n "$LAB-gate" link show sluice-in
