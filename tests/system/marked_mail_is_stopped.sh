#!/usr/bin/env bash
# A letter with a marking does not reach the mail server, a clean one arrives whole, and the record names both people.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
NeedTools swaks
/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || Skip "python3-aiosmtpd is not installed (see packages.txt)"
BeginInline "$TEST_RULES"
LabMail

Marked marked.txt 20000
LabText 9 20000 >"$LAB_DIR/clean.txt"
Send() {
  InClient swaks --server "$LAB_SERVER_IP" --from alice@client.example --to bob@server.example --helo client.example --timeout 10 \
    --header 'Subject: report' "$@" >>"$LAB_DIR/swaks.log" 2>&1
}
ExpectThat "a clean letter is taken" Send --body "@$LAB_DIR/clean.txt"
Expect "it arrived" 1 "$(find "$LAB_DIR/mail" -name '*.eml' | wc -l)"
ExpectThat "a marked letter is not" Not Send --body "@$LAB_DIR/marked.txt"
ExpectThat "a marked letter by pipelining is not" Not Send --pipeline --body "@$LAB_DIR/marked.txt"
Expect "nothing more arrived" 1 "$(find "$LAB_DIR/mail" -name '*.eml' | wc -l)"

EndAppliance TERM
# In the letter as it stands, and in the text that was decoded from it.
Expect "both connections have findings in their letter" 2 \
  "$(jq -s '[.[] | select(.rule == "test.secret-star" and .verdict == "block" and .flow.app == "smtp" and .object.path[0] == "smtp.message") | .flow.id] | unique | length' "$LAB_DIR/findings.jsonl")"
Expect "the flow names sender and recipient" "alice@client.example bob@server.example" \
  "$(jq -rs '[.[] | select(.flow.app == "smtp" and .final)][0].names | "\(.sender) \(.recipients)"' "$LAB_DIR/flows.jsonl")"
Expect "the clean letter is an object" 1 \
  "$(jq -s '[.[] | select(.app == "smtp" and .complete and .path == ["smtp.message"])] | length' "$LAB_DIR/objects.jsonl")"
