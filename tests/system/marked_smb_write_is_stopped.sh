#!/usr/bin/env bash
# A marked file does not get onto a share, in any dialect that samba speaks; a clean one arrives whole.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
# shellcheck source=tests/system/lib_files.sh
source "$(dirname "$0")/lib_files.sh"
NeedTools smbd smbclient
BeginInline "$TEST_RULES"
LabSmb

Marked marked.txt 300000
LabText 9 3000000 >"$LAB_DIR/clean.txt"
for dialect in NT1 SMB2_02 SMB2_10 SMB3_11; do
  ExpectThat "a clean file goes up ($dialect)" SmbPut clean.txt "clean-$dialect.txt" "$dialect"
  Expect "and arrives whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/smb/clean-$dialect.txt")"
  ExpectThat "a marked one does not ($dialect)" Not SmbPut marked.txt "marked-$dialect.txt" "$dialect"
done
ExpectThat "the marking did not reach the server" Not grep -rqF --binary-files=text -- "$TEST_MARK" "$LAB_DIR/smb"

EndAppliance TERM
Expect "each is a finding with the file's name" 4 \
  "$(jq -s '[.[] | select(.event == "finding" and .flow.app == "smb" and .direction == "upload") | .object.name | select(test("marked-"))] | unique | length' "$LAB_DIR/findings.jsonl")"
Expect "each clean file is an object with name and digest" 4 \
  "$(jq -s --arg sha "$(Digest "$LAB_DIR/clean.txt")" '[.[] | select(.app == "smb" and .complete and .sha256 == $sha and (.name | test("clean-")))] | length' "$LAB_DIR/objects.jsonl")"
