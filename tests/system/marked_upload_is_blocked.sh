#!/usr/bin/env bash
# A marked document is stopped in whichever way HTTP/1.1 carries it up, and the client is told which incident it is.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_RULES"

Marked marked.txt 150000
Marked small.txt 200
LabText 9 50000 >"$LAB_DIR/clean.txt"

ExpectBlocked() {
  Expect "$1 is answered by a block page" 403 "$2"
  ExpectThat "$1: the page names an incident" grep -qE 'Incident <code>[0-9a-f]{16}</code>' "$LAB_DIR/answer"
  ExpectThat "$1: the marking did not reach the server" Not LabServerHolds "$TEST_MARK"
}
ExpectBlocked "PUT" "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/put.txt)")"
ExpectBlocked "PUT of one segment" "$(Curl -T "$LAB_DIR/small.txt" "$(Url /files/small.txt)")"
ExpectBlocked "POST" "$(Curl --data-binary "@$LAB_DIR/marked.txt" "$(Url /post/)")"
ExpectBlocked "chunked PUT" "$(Curl -T - "$(Url /files/chunked.txt)" <"$LAB_DIR/marked.txt")"
ExpectBlocked "PUT after 100-continue" \
  "$(Curl -H 'Expect: 100-continue' --expect100-timeout 10 -T "$LAB_DIR/marked.txt" "$(Url /files/continue.txt)")"
ExpectBlocked "form upload" "$(Curl -F "file=@$LAB_DIR/marked.txt" "$(Url /post/)")"
status=$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/first.txt)" \
  --next -sS --noproxy '*' --max-time 60 -o "$LAB_DIR/answer" -w '%{http_code}' -T "$LAB_DIR/marked.txt" "$(Url /files/second.txt)")
ExpectBlocked "second request of a connection" "${status#201}"
Expect "the first request of that connection had passed" \
  "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/first.txt")"

EndAppliance TERM
# The form says it twice, of the body and of the file within it: one incident all the same.
Expect "each of the seven is an incident that was answered with a page" 7 \
  "$(jq -s '[.[] | select(.event == "finding" and .rule == "test.secret-star" and .action == "block_page") | .incident] | unique | length' \
    "$LAB_DIR/findings.jsonl")"
Expect "and nothing else was found" 0 "$(Findings '.rule != "test.secret-star" or .action != "block_page"')"
ExpectThat "no record holds the marking in clear" Not grep -qF "$TEST_MARK" "$LAB_DIR/findings.jsonl"
