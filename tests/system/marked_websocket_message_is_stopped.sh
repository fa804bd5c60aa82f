#!/usr/bin/env bash
# A marked message of a WebSocket is stopped, compressed and not; clean ones arrive whole.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
# shellcheck source=tests/system/lib_files.sh
source "$(dirname "$0")/lib_files.sh"
NeedTools /usr/bin/python3
/usr/bin/python3 -c "import websockets" 2>/dev/null || Skip "python3-websockets is not installed (see packages.txt)"
BeginInline "$TEST_RULES"
LabWebSocket

Marked marked.txt 100000
LabText 9 300000 >"$LAB_DIR/clean.txt"
for compression in "" deflate; do
  ExpectThat "a clean message passes (${compression:-plain})" WebSocketPut clean.txt "clean$compression" "$compression"
  Expect "and arrives whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/websocket/clean$compression")"
  ExpectThat "a marked one does not (${compression:-plain})" Not WebSocketPut marked.txt "marked$compression" "$compression"
done
ExpectThat "the marking did not reach the server" Not grep -rqF --binary-files=text -- "$TEST_MARK" "$LAB_DIR/websocket"

EndAppliance TERM
Expect "each is a finding in a message on its way up" 2 "$(Findings '.flow.app == "websocket" and .direction == "upload" and .object.path[0] == "websocket.message"')"
Expect "the clean message is an object with its digest" true \
  "$(jq -s --arg sha "$(Digest "$LAB_DIR/clean.txt")" 'any(.app == "websocket" and .complete and .sha256 == $sha)' "$LAB_DIR/objects.jsonl")"
