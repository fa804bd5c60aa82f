#!/usr/bin/env bash
# Rules about downloads: one that alerts lets the document through, one that blocks cuts it off.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_FOLDER/download_rules.yaml"

mkdir -p "$LAB_DIR/nginx/files"
Marked alert.txt 200000 ZEBRA-QUILL-ALERT
Marked block.txt 200000 ZEBRA-QUILL-BLOCK
cp "$LAB_DIR/alert.txt" "$LAB_DIR/block.txt" "$LAB_DIR/nginx/files/"

Expect "a document with an alert rule is delivered" 200 "$(Curl "$(Url /files/alert.txt)")"
Expect "and is whole" "$(Digest "$LAB_DIR/alert.txt")" "$(Digest "$LAB_DIR/answer")"
Curl "$(Url /files/block.txt)" >/dev/null
ExpectThat "a document with a block rule does not arrive" Not cmp -s "$LAB_DIR/block.txt" "$LAB_DIR/answer"
ExpectThat "its marking does not arrive" Not grep -qF ZEBRA-QUILL-BLOCK "$LAB_DIR/answer"

EndAppliance TERM
Expect "the alert is a finding" 1 "$(Findings '.rule == "test.alert" and .verdict == "alert" and .action == "forwarded" and .direction == "download"')"
Expect "the block is a finding" 1 "$(Findings '.rule == "test.block" and .verdict == "block" and .direction == "download"')"
