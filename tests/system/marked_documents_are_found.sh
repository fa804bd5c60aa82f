#!/usr/bin/env bash
# Documents with a marking, in every format that is opened, are found at rest and on the wire, and those without are not; what
# is encrypted is said. Tap, inline, and any number of workers say the same.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
LAB_DIR=$SLUICE_WORK/$(basename "$0" .sh)
rm -rf "$LAB_DIR"
mkdir -p "$LAB_DIR"
DOCUMENTS=${SLUICE_INPUTS:-/nowhere}/marked
[[ -d $DOCUMENTS ]] || Skip "there are no marked documents at $DOCUMENTS"
LabPolicy "$TEST_FOLDER/../../rules/packs"
"$SLUICE_BIN/demo_capture" "$LAB_DIR/uploads.pcap" "$DOCUMENTS"/*

Replay() {
  local out=$1
  shift
  "$SLUICE_BIN/sluiced" replay --policy "$LAB_DIR/policy.slb" --findings "$LAB_DIR/$out.jsonl" --stats "$LAB_DIR/stats.json" "$@" \
    "$LAB_DIR/uploads.pcap" 2>>"$LAB_DIR/sluiced.log"
}
# Names of the documents in a record file with a record that the filter takes.
Documents() { jq -r "select($2) | .object.name | split(\"/\") | last" "$LAB_DIR/$1.jsonl" | sort -u; }
# Findings name the innermost content; the flow says which upload it was, one connection a document, in the order of their names.
ByFlow() {
  jq -r "select($2) | .flow.src_port - 40002" "$LAB_DIR/$1.jsonl" | sort -nu | while read -r i; do basename "${ALL[$i]}"; done | sort -u
}
ALL=("$DOCUMENTS"/*)
MARKED='.event == "finding" and (.rule | test("^(cn.state-secret|us.banner)"))'
Wanted() { for f in "${ALL[@]}"; do basename "$f"; done | grep -E '^[am]' | grep -v '^a06' | sort; }

"$SLUICE_BIN/sluicec" scan --policy "$LAB_DIR/policy.slb" "$DOCUMENTS" >"$LAB_DIR/scan.jsonl" 2>>"$LAB_DIR/sluicec.log" || true
Expect "a scan finds every marked document and no other" "$(Wanted)" "$(Documents scan "$MARKED")"
Expect "a scan says what is encrypted" "a06_encrypted.zip" "$(Documents scan '.kind == "encrypted_container"')"

Replay tap
Expect "replay finds every marked document and no other" "$(Wanted)" "$(ByFlow tap "$MARKED")"
Expect "replay says what is encrypted" "a06_encrypted.zip" "$(ByFlow tap '.kind == "encrypted_container"')"
read -r bytes sum < <(LabCoverage)
Expect "the fates add up to the bytes received" "$bytes" "$sum"
Replay tap2 --workers 2
ExpectThat "two workers find what one found, byte for byte" cmp "$LAB_DIR/tap.jsonl" "$LAB_DIR/tap2.jsonl"
Replay inline --mode inline
Expect "inline every marked document is met, too" "$(Wanted)" "$(ByFlow inline "$MARKED")"
Replay blind --extractor ""
ExpectThat "without an extractor documents are said to be unopened" grep -q '"kind":"unopened_container"' "$LAB_DIR/blind.jsonl"
