#!/usr/bin/env bash
# What a quarantine holds back goes to a recorder behind a third port: every frame of it, and none that is not held; nothing comes back that way.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

Reaches() { InClient curl -s -o /dev/null --noproxy '*' --max-time 2 "$(Url /ready)"; }

BeginLab
LabUp
LabServer
LabHost recorder 10.9.7.1 fd09:7::1 aside
LabPolicy "$TEST_RULES"
LabConfig "ports:" \
  "  outside: {driver: af_packet, interface: right}" \
  "  inside: {driver: af_packet, interface: left}" \
  "  recorder: {driver: af_packet, interface: aside}" \
  "pairs: [{ports: [outside, inside]}]" \
  "quarantine_port: recorder"
LabControl
LabAppliance
LabReachable

# Not InHost: a function in the background would put a shell between us and the process.
ip netns exec "$LAB-recorder" tcpdump -i eth0 -U -w "$LAB_DIR/aside.pcap" ip >>"$LAB_DIR/tcpdump.log" 2>&1 &
recorder=$!
LAB_PIDS+=("$recorder")
Eventually "the recorder listens" 1 eval 'grep -c "listening on" "$LAB_DIR/tcpdump.log"'

ExpectThat "what nobody holds back passes" Reaches
Control quarantine add --source "$LAB_CLIENT_IP" --reason "to be recorded" >/dev/null
ExpectThat "the client reaches the server no more" Not Reaches
Eventually "its connection attempts come out by the third port" yes \
  eval 'tcpdump -n -r "$LAB_DIR/aside.pcap" "tcp[tcpflags] & tcp-syn != 0 and src host $LAB_CLIENT_IP and dst host $LAB_SERVER_IP" 2>/dev/null | grep -q . && echo yes'
Expect "and nothing that was not held: no answer of the server" 0 "$(tcpdump -n -r "$LAB_DIR/aside.pcap" "tcp and src host $LAB_SERVER_IP" 2>/dev/null | wc -l)"
# What the recorder says is not taken.
InHost recorder ping -c 2 -W 1 "$LAB_SERVER_IP" >/dev/null 2>&1 || true
Control quarantine release 1 >/dev/null
ExpectThat "once released, the client reaches the server" eval 'Reaches || Reaches || Reaches'
EndAppliance TERM
kill -INT "$recorder" 2>/dev/null || true
wait "$recorder" 2>/dev/null || true
Expect "nothing came in by the third port" 0 "$(LabStat '.port_recorder_rx_packets // 0')"
redirected=$(LabStat .worker_redirected_frames)
ExpectThat "frames were redirected" test "$redirected" -gt 0
Expect "each of them left by the third port" "$redirected" "$(LabStat .port_recorder_tx_packets)"
Expect "frames in = forwarded + dropped + redirected" "$(LabStat .worker_received_frames)" \
  "$(LabStat '.worker_forwarded_frames + .worker_dropped_frames + .worker_redirected_frames + .worker_segmented_frames')"
