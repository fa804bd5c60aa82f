#!/usr/bin/env bash
# Shadow, publish, roll back: what a policy would have done differently is known from live traffic before it does anything.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

Trial() { Control --json policy shadow | jq -r "$1"; }
Answer() { Curl -T "$LAB_DIR/$1" "$(Url "/files/$RANDOM$RANDOM.txt")"; }

BeginLab
LabUp
LabServer
sed 's/action: block/action: alert/' "$TEST_RULES" >"$LAB_DIR/letting.yaml"
LabPolicy "$LAB_DIR/letting.yaml"
LabConfigInline
LabControl
LabAppliance
LabReachable

Marked marked.txt 20000
LabText 5 20000 >"$LAB_DIR/clean.txt"
Expect "no policy is tried yet" 1 "$(Control policy shadow >/dev/null 2>&1; echo $?)"
ExpectThat "a policy that blocks is taken in" Control policy upload "$TEST_RULES"
ExpectThat "and tried" Control policy shadow 2
Expect "the marked upload passes all the same" 201 "$(Answer marked.txt)"
Expect "as does a clean one" 201 "$(Answer clean.txt)"
Eventually "the report says what would have been stopped" 1 Trial .would_block
Expect "by which rule" "test.secret-star 1" "$(Trial '.rules[0] | "\(.rule) \(.other_verdict)"')"
Expect "with an example" "other_verdict alert block 10.9.0.1 10.9.0.2" "$(Trial '.examples[0] | "\(.change) \(.before) \(.after) \(.client) \(.server)"')"
ExpectThat "in which nothing of the marking is in clear" Not grep -qF "$TEST_MARK" <(Control policy shadow; Control --json policy shadow)
ExpectThat "no object was left out" test "$(Trial .objects_not_compared)" -eq 0
Control policy shadow
ExpectThat "it is published" Control policy publish 2
Expect "which ends the trial" 1 "$(Control policy shadow >/dev/null 2>&1; echo $?)"
Expect "now the upload is stopped" 403 "$(Answer marked.txt)"
ExpectThat "the other way round" Control policy shadow 1
Expect "it is still stopped" 403 "$(Answer marked.txt)"
Eventually "and would not have been" 1 Trial .would_let_pass
ExpectThat "the trial is ended" Control policy shadow --end
ExpectThat "it is rolled back" Control policy rollback
Expect "and the upload passes" 201 "$(Answer marked.txt)"
ExpectThat "the audit log holds together" Control audit verify
EndAppliance TERM
