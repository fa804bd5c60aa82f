#!/usr/bin/env bash
# Block, incident, quarantine, review, release, and the same upload passes; open connections are held and go on; a restart lets nothing go.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

Held() { Control --json quarantine list | jq '.quarantines | length'; }
# Whether the client reaches the server within two seconds.
Reaches() { InClient curl -s -o /dev/null --noproxy '*' --max-time 2 "$(Url /ready)"; }
Retried() { Reaches || Reaches || Reaches; }

BeginLab
LabUp
LabServer
sed 's/action: block/action: quarantine/' "$TEST_RULES" >"$LAB_DIR/holding.yaml"
LabPolicy "$LAB_DIR/holding.yaml"
LabConfigInline
LabControl
LabAppliance
LabReachable

Marked marked.txt 20000
Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)" >/dev/null
ExpectThat "the marking did not reach the server" Not LabServerHolds "$TEST_MARK"
Eventually "the rule's quarantine is there" "pair 10.9.0.1 10.9.0.2 rule test.secret-star" \
  eval 'Control --json quarantine list | jq -r ".quarantines[] | \"\(.kind) \(.source) \(.destination) \(.author)\""'
ExpectThat "the client reaches the server no more" Not Reaches
ExpectThat "what is dropped is counted" test "$(Control --json quarantine list | jq '.quarantines[0].dropped_packets')" -gt 0

kill -KILL "$LAB_APPLIANCE"
wait "$LAB_APPLIANCE" 2>/dev/null || true
LabAppliance
ExpectThat "nor after kill -9 and a restart" Not Reaches

# Review: the document may go after all. The policy changes, the quarantine is released.
ExpectThat "the incident is a false alarm" Control incidents state 1 false_alarm
sed 's/action: block/action: alert/' "$TEST_RULES" >"$LAB_DIR/letting.yaml"
LabPolicy "$LAB_DIR/letting.yaml"
kill -HUP "$LAB_APPLIANCE"
Eventually "the policy is in force" 2 eval 'Control --json status | jq .policy.generation'
ExpectThat "the quarantine is released" Control quarantine release 1
ExpectThat "the client reaches the server again" Retried
Expect "the same upload passes" 201 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
Expect "whole" "$(Digest "$LAB_DIR/marked.txt")" "$(Digest "$LAB_DIR/nginx/files/marked.txt")"

# An open connection is held at once, and goes on when it is released. The upload takes some five seconds.
LabText 3 5000000 >"$LAB_DIR/long.txt"
InClient curl -sS --noproxy '*' --max-time 60 --limit-rate 1000k -o /dev/null -w '%{http_code}' -T "$LAB_DIR/long.txt" "$(Url /files/long.txt)" \
  >"$LAB_DIR/long.status" 2>>"$LAB_DIR/curl.log" &
upload=$!
LAB_PIDS+=("$upload")
sleep 1.5
begin=$(date +%s%N)
Control quarantine add --source "$LAB_CLIENT_IP" --reason "looking into it" --minutes 5 >/dev/null
took=$((($(date +%s%N) - begin) / 1000000))
echo "held by every worker after $took ms, sluicectl's own start included"
sleep 0.3  # what nginx has received, it writes
before=$(LabServerBytes)
sleep 1.5
Expect "nothing more of the open upload arrives while it is held" "$before" "$(LabServerBytes)"
ExpectThat "and it is counted" test "$(Control --json quarantine list | jq '.quarantines[0].dropped_bytes')" -gt 0
ExpectThat "it is released" Control quarantine release 2
wait "$upload" || true
Expect "and goes on to its end" 201 "$(cat "$LAB_DIR/long.status")"
Expect "whole" "$(Digest "$LAB_DIR/long.txt")" "$(Digest "$LAB_DIR/nginx/files/long.txt")"

Control quarantine add --destination 203.0.113.9 >/dev/null
ExpectThat "other destinations are not concerned" Reaches
Control quarantine release 3 >/dev/null
Expect "nothing is held any more" 0 "$(Held)"
Expect "bad addresses are refused" 1 "$(Control quarantine add --source 10.9.0 >/dev/null 2>&1; echo $?)"
Expect "the audit log has it all" "quarantine.release quarantine.add quarantine.release quarantine.add quarantine.release" \
  "$(Control --json audit list | jq -r '[.entries[].action | select(startswith("quarantine"))] | join(" ")')"
ExpectThat "the audit log holds together" Control audit verify
EndAppliance TERM
ExpectThat "held bytes have their own fate" test "$(LabStat '.coverage.not_inspected.quarantined // 0')" -gt 0
