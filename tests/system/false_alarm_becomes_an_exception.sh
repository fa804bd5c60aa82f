#!/usr/bin/env bash
# A stopped upload, reviewed and found to be allowed: an exception made of the incident lets the same upload pass, and no other traffic.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

Answer() { Curl -T "$LAB_DIR/marked.txt" "$(Url /files/plan.txt)"; }
Count() { Control --json incidents list "$@" | jq '.incidents | length'; }

BeginLab
LabUp
LabServer
LabPolicy "$TEST_RULES"
LabConfigInline
LabControl
LabAppliance
LabReachable

Marked marked.txt 20000
Expect "the upload is stopped" 403 "$(Answer)"
Eventually "and is an incident" 1 Count
ExpectThat "it is taken into review" Control incidents state 1 in_review

today=$(date -u +%F)
Expect "an exception that is over already is refused" 1 "$(Control incidents except 1 --reason late --expires 2001-01-01 >/dev/null 2>&1; echo $?)"
ExpectThat "an exception is made of it" Control incidents except 1 --reason 'agreed with "li", ticket 4711' --expires "$today"
Expect "which is a policy more" 2 "$(Control --json policy list | jq '.policies | length')"
Expect "and not in force" 403 "$(Answer)"
ExpectThat "it is published" Control policy publish 2
Expect "the same upload passes now" 201 "$(Answer)"
ExpectThat "the incident is closed as a false alarm" Control incidents state 1 false_alarm

ExpectThat "it is rolled back" Control policy rollback
Expect "and the upload is stopped again" 403 "$(Answer)"
Eventually "as a new incident" 2 Count
ExpectThat "for another destination" Control incidents except 2 --reason other --expires "$today" --for client
Expect "an example that the rule finds is refused" 1 "$(Control incidents no-match 2 "$TEST_MARK" >"$LAB_DIR/refused.txt" 2>&1; echo $?)"
ExpectThat "in the compiler's words" grep -q 'no_match' "$LAB_DIR/refused.txt"
ExpectThat "one that it does not find is taken" Control incidents no-match 2 '五星★级机密码'
ExpectThat "the audit log says who did it" grep -q '"policy.except".*4711' "$LAB_DIR/control/audit.jsonl"
ExpectThat "and holds together" Control audit verify
ExpectThat "without the text of an example" Not grep -qF "$TEST_MARK" "$LAB_DIR/control/audit.jsonl"
LabStopAppliance TERM
