#!/usr/bin/env bash
# A client that goes on sending after it was stopped gets nothing more through.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_RULES"

Expect "the client was told" 403 "$(InClient python3 "$TEST_FOLDER/stubborn_client.py" "$LAB_SERVER_IP" "$TEST_MARK")"
ExpectThat "the marking did not reach the server" Not LabServerHolds "$TEST_MARK"
ExpectThat "nor did what came behind it" Not LabServerHolds BEHIND-THE-MARKING

EndAppliance TERM
Expect "there is one incident" 1 "$(Findings '.action == "block_page"')"
ExpectThat "what came later was dropped and counted" test "$(LabStat '.coverage.not_inspected.blocked_flow // 0')" -gt 0
