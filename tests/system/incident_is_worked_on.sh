#!/usr/bin/env bash
# A blocked upload is an incident that outlives kill -9; people work on it by role, and the audit log says who did what.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

# Incident JQ-FILTER [ID]: of one incident, as JSON.
Incident() { Control --json incidents show "${2:-1}" | jq -r "$1"; }
Count() { Control --json incidents list "$@" | jq '.incidents | length'; }

BeginLab
LabUp
LabServer
LabPolicy "$TEST_RULES"
LabConfigInline
cat >>"$LAB_DIR/sluice.yaml" <<CONF
control: {directory: control, socket: api.sock, users: [{name: nobody, role: viewer}]}
CONF
LabAppliance
LabReachable

Marked marked.txt 20000
Expect "the upload is stopped" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
reference=$(grep -oE '[0-9a-f]{16}' "$LAB_DIR/answer" | head -n 1)
Eventually "it is an incident" 1 Count
Expect "which has the number of the block page" 1 "$(Control --json incidents list --reference "$reference" | jq '.incidents[0].id')"
Expect "and names rule, client, destination and document" "test.secret-star 10.9.0.1 10.9.0.2 block_page" \
  "$(Incident '"\(.rule) \(.client.ip) \(.destination.ip) \(.action)"')"
ExpectThat "nothing of the marking is in clear, in what sluicectl says" Not grep -qF "$TEST_MARK" <(Control incidents show 1; Control --json incidents show 1)
Expect "the same upload again is the same incident" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
Eventually "which has grown" 2 Incident .findings
Expect "and is still one" 1 "$(Count)"

ExpectThat "it is taken into review" Control incidents state 1 in_review
ExpectThat "assigned" Control incidents assign 1 li
ExpectThat "commented upon" Control incidents comment 1 "asked the sender"
ExpectThat "and tagged" Control incidents tag 1 legal
Expect "a filter finds it" 1 "$(Count --state in_review --tag legal --assignee li)"
Expect "another filter does not" 0 "$(Count --state closed)"
Expect "a wrong word is refused" 1 "$(Control incidents state 1 lost >/dev/null 2>&1; echo $?)"
Expect "bad usage has a code of its own" 2 "$(Control incidents state 2>/dev/null >&2; echo $?)"

AsNobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$SLUICE_BIN/sluicectl" --socket "$LAB_DIR/api.sock" "$@"; }
if AsNobody --json status >/dev/null 2>&1; then
  Expect "a viewer sees the incident" 1 "$(AsNobody --json incidents list | jq '.incidents | length')"
  Expect "without its sample" null "$(AsNobody --json incidents show 1 | jq .sample)"
  Expect "and may not change it" 1 "$(AsNobody incidents state 1 closed >/dev/null 2>&1; echo $?)"
fi

kill -KILL "$LAB_APPLIANCE"
wait "$LAB_APPLIANCE" 2>/dev/null || true
LabAppliance
LabReachable
Expect "after kill -9 the incident is there, with all that was said of it" "in_review li asked the sender legal 2" \
  "$(Incident '"\(.state) \(.assignee) \(.comments[0].text) \(.tags[0]) \(.findings)"')"
ExpectThat "closed" Control incidents state 1 closed
Expect "the same upload" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
Eventually "now begins a new incident" 2 Count

ExpectThat "the audit log holds together" Control audit verify
Expect "and says who did what" "incident.state incident.assign incident.comment incident.tag incident.state root" \
  "$(Control --json audit list | jq -r '([.entries[].action] | join(" ")) + " " + ([.entries[].actor] | unique | join(" "))')"
Expect "every byte received has a fate in the coverage" "received" "$(Control coverage | tail -n 1 | cut -d ' ' -f 1)"
ExpectThat "the rule that fired shows what it took" grep -qE '^test\.secret-star +[1-9][0-9]* +[1-9][0-9]* +0\.' <(Control rules)
ExpectThat "nothing needs attention" grep -q 'alarms *none' <(Control status)
EndAppliance TERM
sed -i '0,/incident.assign/s//incident.assigm/' "$LAB_DIR/control/audit.jsonl"
rm -f "$LAB_DIR/ready"
LabAppliance
Expect "a changed entry is an alarm at the next start" 1 "$(Control --json status | jq '.alarms | length')"
LabStopAppliance TERM
