#!/usr/bin/env bash
# An upload without a marking passes as if nobody were there.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_RULES"

LabText 1 300000 >"$LAB_DIR/clean.txt"
Expect "PUT is answered by the server" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
Expect "the server has the same bytes" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/clean.txt")"
Expect "GET is answered" 200 "$(Curl "$(Url /files/clean.txt)")"
Expect "the client gets the same bytes" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/answer")"
Expect "an empty body passes" 201 "$(Curl -T /dev/null "$(Url /files/empty)")"

EndAppliance TERM
Expect "there are no findings" 0 "$(Findings true)"
ExpectThat "the object was hashed as the client sent it" \
  grep -qF "$(Digest "$LAB_DIR/clean.txt")" "$LAB_DIR/objects.jsonl"
