#!/usr/bin/env bash
# What the demo shows where it is not root: the two uploads as a capture through `sluiced replay --mode inline`.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
LAB_DIR=$SLUICE_WORK/$(basename "$0" .sh)
rm -rf "$LAB_DIR"
mkdir -p "$LAB_DIR"
LabPolicy "$TEST_RULES"
LabText 1 120000 >"$LAB_DIR/clean.txt"
Marked marked.txt 120000
"$SLUICE_BIN/demo_capture" "$LAB_DIR/uploads.pcap" "$LAB_DIR/clean.txt" "$LAB_DIR/marked.txt"

Replay() {
  "$SLUICE_BIN/sluiced" replay --policy "$LAB_DIR/policy.slb" --mode inline --object-hashes --workers "$1" \
    --findings "$LAB_DIR/findings.jsonl" --objects "$LAB_DIR/objects.jsonl" --flows "$LAB_DIR/flows.jsonl" \
    --stats "$LAB_DIR/stats.json" --out "$LAB_DIR/forwarded.pcap" "$LAB_DIR/uploads.pcap" 2>>"$LAB_DIR/sluiced.log"
}
Replay 2
cp "$LAB_DIR/findings.jsonl" "$LAB_DIR/findings.two_workers.jsonl"
Replay 1
ExpectThat "one worker finds what two found, byte for byte" cmp "$LAB_DIR/findings.jsonl" "$LAB_DIR/findings.two_workers.jsonl"
ExpectThat "the clean document came through whole" grep -qF "$(Digest "$LAB_DIR/clean.txt")" "$LAB_DIR/objects.jsonl"
ExpectThat "the marking was not forwarded" Not grep -qF --binary-files=text "$TEST_MARK" "$LAB_DIR/forwarded.pcap"
ExpectThat "the client got a block page" grep -qF --binary-files=text "403 Forbidden" "$LAB_DIR/forwarded.pcap"
Expect "there is one finding" 1 "$(Findings '.rule == "test.secret-star" and .action == "block_page"')"
read -r bytes sum < <(LabCoverage)
Expect "the fates add up to the bytes received" "$bytes" "$sum"
