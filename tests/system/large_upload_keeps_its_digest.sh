#!/usr/bin/env bash
# 200 MB of random numbers in text up and down again, unchanged. (Random bytes would count as what nobody can look into.)
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_RULES"

head -c 100000000 /dev/urandom | od -An -v -tx1 | head -c 200000000 >"$LAB_DIR/large.bin" || true
Expect "PUT is answered by the server" 201 "$(Curl --max-time 150 -T "$LAB_DIR/large.bin" "$(Url /files/large.bin)")"
digest=$(Digest "$LAB_DIR/large.bin")
Expect "the server has the same bytes" "$digest" "$(Digest "$LAB_DIR/nginx/files/large.bin")"
Expect "GET is answered" 200 "$(Curl --max-time 150 "$(Url /files/large.bin)")"
Expect "the client gets the same bytes" "$digest" "$(Digest "$LAB_DIR/answer")"

EndAppliance TERM
ExpectThat "nearly all of it was inspected" test "$(LabStat '.coverage.inspected_bytes')" -gt 400000000
rm -f "$LAB_DIR/large.bin" "$LAB_DIR/answer" "$LAB_DIR/nginx/files/large.bin"
