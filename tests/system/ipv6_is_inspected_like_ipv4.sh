#!/usr/bin/env bash
# The same verdicts over IPv6.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_RULES"

LabText 1 300000 >"$LAB_DIR/clean.txt"
Marked marked.txt 150000
Expect "a clean upload passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url6 /files/clean.txt)")"
Expect "and is whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/clean.txt")"
Expect "a marked upload is answered by a block page" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url6 /files/marked.txt)")"
ExpectThat "the marking did not reach the server" Not LabServerHolds "$TEST_MARK"

EndAppliance TERM
Expect "the finding names the IPv6 hosts" 1 \
  "$(Findings ".flow.src_ip == \"$LAB_CLIENT_IP6\" and .flow.dst_ip == \"$LAB_SERVER_IP6\" and .action == \"block_page\"")"
