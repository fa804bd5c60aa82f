#!/usr/bin/env bash
# Two namespaces joined only by sluiced: forward_ping.sh SLUICED FOLDER (with policy.slb). Exit 77: namespaces are refused.
# The interfaces are found down and must be left so, and not promiscuous.
set -u
# ping NAMESPACE DESTINATION BYTES: five ICMP echoes that must not be fragmented; fails unless four come back.
ping() {
  ip netns exec "$1" python3 - "$2" "$3" <<'PYTHON'
import socket, struct, sys
target, size = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.settimeout(2)
s.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER, IP_PMTUDISC_DO
def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
answers = 0
for rank in range(5):
    body = struct.pack("!HH", 4242, rank) + b"s" * size
    s.sendto(struct.pack("!BBH", 8, 0, checksum(b"\x08\0\0\0" + body)) + body, (target, 0))
    try:
        while True:
            packet = s.recv(65535)
            if packet[20] == 0 and packet[24:] == body: break
        answers += 1
    except socket.timeout:
        pass
print("%s: %d of 5 echoes of %d bytes came back" % (target, answers, size))
sys.exit(answers < 4)
PYTHON
}
sluiced=$1 folder=$2
id=sl$$
# tagged FROM TO: a frame with an 802.1Q tag that goes in at one side comes out of the other with it.
tagged() {
  ip netns exec "$2" timeout 10 python3 - <<'PYTHON' &
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind(("eth0", 0))
s.setsockopt(263, 8, 1)  # SOL_PACKET, PACKET_AUXDATA: the kernel takes the tag off and says so here
while True:
    frame, extra, _, _ = s.recvmsg(2048, 256)
    tags = [struct.unpack("IIIHHHH", data[:20])[5] for level, kind, data in extra if (level, kind) == (263, 8)]
    if frame[-9:] == b"tagged :)":
        print("came out with tag", tags)
        sys.exit(7 not in [tag & 0xfff for tag in tags])
PYTHON
  local receiver=$!
  for _ in $(seq 20); do
    sleep 0.2
    kill -0 $receiver 2>/dev/null || break
    ip netns exec "$1" python3 -c '
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
s.send(b"\xff" * 6 + b"\x02\0\0\0\0\x09" + b"\x81\0\0\x07" + b"\x88\xb5" + b"." * 60 + b"tagged :)")'
  done
  wait $receiver
}
pid=
cleanup() {
  [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  for side in a b w; do ip netns del "$id$side" 2>/dev/null; done
}
trap cleanup EXIT
for side in a b w; do ip netns add "$id$side" || exit 77; done
for side in a b; do
  ip link add "${id}x" netns "$id$side" type veth peer name "port-$side" netns "${id}w" || exit 77
  ip -n "$id$side" link set "${id}x" name eth0
  ip netns exec "$id$side" ethtool -K eth0 rx off tx off tso off gso off gro off >/dev/null 2>&1
  ip netns exec "${id}w" ethtool -K "port-$side" rx off tx off tso off gso off gro off >/dev/null 2>&1
  ip -n "$id$side" link set eth0 up
done
ip -n "${id}a" addr add 192.0.2.1/24 dev eth0
ip -n "${id}b" addr add 192.0.2.2/24 dev eth0
cat >"$folder/sluice.yaml" <<YAML
policy: policy.slb
ports:
  outside: {driver: af_packet, interface: port-a}
  inside: {driver: af_packet, interface: port-b}
pairs: [{ports: [outside, inside]}]
workers: {idle: sleep}
memory: {huge_pages: off}
tables: {flows: 4096, held_packets: 2048, objects: 1024, sessions: 1024}
output: {findings: findings.jsonl}
YAML
ip netns exec "${id}w" "$sluiced" run -c "$folder/sluice.yaml" --ready-file "$folder/ready" >"$folder/out" 2>&1 &
pid=$!
for _ in $(seq 300); do [ -e "$folder/ready" ] && break; kill -0 $pid 2>/dev/null || break; sleep 0.1; done
[ -e "$folder/ready" ] || { cat "$folder/out"; echo "not ready"; exit 1; }

fail=0
ping "${id}a" 192.0.2.2 56 || fail=1
tagged "${id}a" "${id}b" || { echo "tagged frames do not pass with their tag"; fail=1; }
ping "${id}a" 192.0.2.2 1472 || { echo "full frames do not pass"; fail=1; }
ip netns exec "${id}w" "$sluiced" run -c "$folder/sluice.yaml" 2>&1 | grep -q "is taken" || { echo "a second instance is not refused"; fail=1; }
kill -TERM $pid
wait $pid || fail=1
pid=
cat "$folder/out"
grep -q "should be equal" "$folder/out" && fail=1
ip -n "${id}w" -o link | grep "port-" | grep -E "UP,|PROMISC" && { echo "an interface was not left as it was found"; fail=1; }
exit $fail
