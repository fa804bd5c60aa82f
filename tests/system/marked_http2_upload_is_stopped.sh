#!/usr/bin/env bash
# A marked upload by HTTP/2 in clear is stopped; a clean one arrives whole.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
# shellcheck source=tests/system/lib_files.sh
source "$(dirname "$0")/lib_files.sh"
NeedTools nginx
BeginInline "$TEST_RULES"
LabHttp2

Marked marked.txt 100000
LabText 9 300000 >"$LAB_DIR/clean.txt"
Put() { InClient curl -sS --fail --noproxy '*' --max-time 20 --http2-prior-knowledge -T "$LAB_DIR/$1" "http://$LAB_SERVER_IP:8080/files/$2" >>"$LAB_DIR/curl.log" 2>&1; }
ExpectThat "a clean file goes up" Put clean.txt clean.txt
Expect "and arrives whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/http2/files/clean.txt")"
ExpectThat "a marked one does not" Not Put marked.txt marked.txt
ExpectThat "the marking did not reach the server" Not grep -rqF --binary-files=text -- "$TEST_MARK" "$LAB_DIR/http2"

EndAppliance TERM
Expect "it is a finding with the file's name" "/files/marked.txt" \
  "$(jq -rs '[.[] | select(.event == "finding" and .flow.app == "http2") | .object.name] | unique | join(" ")' "$LAB_DIR/findings.jsonl")"
Expect "the clean file is an object with name and digest" true \
  "$(jq -s --arg sha "$(Digest "$LAB_DIR/clean.txt")" 'any(.app == "http2" and .complete and .sha256 == $sha and .name == "/files/clean.txt")' "$LAB_DIR/objects.jsonl")"
