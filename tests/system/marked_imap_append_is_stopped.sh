#!/usr/bin/env bash
# A marked letter is not filed on an IMAP server, with the marking in its text or in its attachment; a clean one is kept whole.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
# shellcheck source=tests/system/lib_files.sh
source "$(dirname "$0")/lib_files.sh"
NeedTools dovecot swaks
BeginInline "$TEST_RULES"
LabImap

# Letter FILE MARKED-TEXT ATTACHMENT-TEXT
Letter() {
  {
    printf 'From: alice@example\r\nTo: bob@example\r\nSubject: letter\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=limit\r\n\r\n'
    printf -- '--limit\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n' "$2"
    printf -- '--limit\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=notes.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    { LabText 9 20000; printf '%s\n' "$3"; } | base64 | sed 's/$/\r/'
    printf -- '--limit--\r\n'
  } >"$LAB_DIR/$1"
}
Put() { InClient curl -sS --noproxy '*' --max-time 20 -u alice:secret -T "$LAB_DIR/$1" "imap://$LAB_SERVER_IP/INBOX" >>"$LAB_DIR/curl.log" 2>&1; }
Letter clean.eml "nothing of note" "nothing either"
Letter text.eml "$TEST_MARK" "nothing"
Letter attached.eml "nothing" "$TEST_MARK"
ExpectThat "a clean letter is filed" Put clean.eml
Expect "and is whole" "$(tr -d "\r" <"$LAB_DIR/clean.eml" | Digest /dev/stdin)" "$(tr -d "\r" <"$(find "$LAB_DIR/imap/cur" "$LAB_DIR/imap/new" -type f | head -n 1)" | Digest /dev/stdin)"
ExpectThat "one that is marked in its text is not" Not Put text.eml
ExpectThat "nor one that is marked in its attachment" Not Put attached.eml
Expect "nothing but the clean one was filed" 1 "$(find "$LAB_DIR/imap/cur" "$LAB_DIR/imap/new" -type f | wc -l)"

EndAppliance TERM
Expect "the attachment is named in its finding" true "$(jq -s 'any(.event == "finding" and .flow.app == "imap" and .object.name == "notes.txt")' "$LAB_DIR/findings.jsonl")"
ExpectThat "both letters are findings" test "$(Findings '.flow.app == "imap" and .direction == "upload"')" -ge 2
