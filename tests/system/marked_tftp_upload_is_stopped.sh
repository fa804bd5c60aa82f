#!/usr/bin/env bash
# A marked file does not get through TFTP; a clean one arrives whole and is recorded by its name.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
# shellcheck source=tests/system/lib_files.sh
source "$(dirname "$0")/lib_files.sh"
NeedTools in.tftpd
BeginInline "$TEST_RULES"
LabTftp

Marked marked.txt 100000
LabText 9 300000 >"$LAB_DIR/clean.txt"
Put() { InClient curl -sS --noproxy '*' --max-time 10 -T "$LAB_DIR/$1" "tftp://$LAB_SERVER_IP/$1" >>"$LAB_DIR/curl.log" 2>&1; }
ExpectThat "a clean file goes up" Put clean.txt
Expect "and arrives whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/tftp/clean.txt")"
ExpectThat "a marked one does not" Not Put marked.txt
ExpectThat "its marking did not reach the server" Not grep -rqF --binary-files=text -- "$TEST_MARK" "$LAB_DIR/tftp"

EndAppliance TERM
Expect "it is a finding with the file's name" 1 "$(Findings '.flow.app == "tftp" and .direction == "upload" and .object.name == "marked.txt"')"
Expect "the clean file is an object with name and digest" 1 \
  "$(jq -s --arg sha "$(Digest "$LAB_DIR/clean.txt")" '[.[] | select(.app == "tftp" and .complete and .sha256 == $sha and .name == "clean.txt")] | length' "$LAB_DIR/objects.jsonl")"
