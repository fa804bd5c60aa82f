#!/usr/bin/env bash
# A marked file does not get into a module of the rsync daemon; clean ones arrive whole.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
# shellcheck source=tests/system/lib_files.sh
source "$(dirname "$0")/lib_files.sh"
NeedTools rsync
BeginInline "$TEST_RULES"
LabRsync

Marked marked.txt 100000
LabText 9 300000 >"$LAB_DIR/clean.txt"
mkdir "$LAB_DIR/tree"
for i in 1 2 3; do LabText "$i" 20000 >"$LAB_DIR/tree/part-$i.txt"; done
Put() { InClient timeout 20 rsync "$@" "rsync://$LAB_SERVER_IP/in/" >>"$LAB_DIR/rsync-client.log" 2>&1; }
ExpectThat "a clean file goes up" Put "$LAB_DIR/clean.txt"
Expect "and arrives whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/rsync/clean.txt")"
ExpectThat "a folder goes up" Put -a "$LAB_DIR/tree"
Expect "and arrives whole" "$(Digest "$LAB_DIR/tree/part-3.txt")" "$(Digest "$LAB_DIR/rsync/tree/part-3.txt")"
ExpectThat "a marked file does not" Not Put "$LAB_DIR/marked.txt"
cp "$LAB_DIR/marked.txt" "$LAB_DIR/tree/part-2b.txt"
ExpectThat "nor within a folder" Not Put -a "$LAB_DIR/tree"
ExpectThat "the marking did not reach the server" Not grep -rqF --binary-files=text -- "$TEST_MARK" "$LAB_DIR/rsync"

EndAppliance TERM
ExpectThat "both are findings" test "$(Findings '.flow.app == "rsync" and .direction == "upload"')" -ge 2
ExpectThat "it is said that files were not opened" test "$(jq -s '[.[] | select(.kind == "unsupported_coding" and .flow.app == "rsync")] | length' "$LAB_DIR/findings.jsonl")" -ge 1
