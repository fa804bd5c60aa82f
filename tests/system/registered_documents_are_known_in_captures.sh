#!/usr/bin/env bash
# A paragraph of a registered document in a web form, a slice of a registered file sent raw, and a file that leaves in 1,000 pieces through 100 hosts
# over four weeks are found in captures, each with its document named; the last across a restart, because the ledger remembers.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
LAB_DIR=$SLUICE_WORK/$(basename "$0" .sh)
rm -rf "$LAB_DIR"
mkdir -p "$LAB_DIR/registered"

DOCS=$TEST_FOLDER/../../docs
cp "$DOCS/rules.md" "$LAB_DIR/registered/rules.md"
head -c 3000000 </dev/urandom >"$LAB_DIR/registered/simulation.bin"
head -c 3000000 </dev/urandom >"$LAB_DIR/registered/mesh.bin"
"$SLUICE_BIN/sluicec" fingerprint new-key "$LAB_DIR/set.key" >>"$LAB_DIR/sluicec.log"
"$SLUICE_BIN/sluicec" fingerprint "$LAB_DIR/registered" -o "$LAB_DIR/designs.sls" --key "$LAB_DIR/set.key" >>"$LAB_DIR/sluicec.log" 2>&1
cat >"$LAB_DIR/designs.yaml" <<'YAML'
pack: {id: system-test-designs, title: Registered documents}
detectors:
  # Eight blocks; a piece of 3,000 bytes has room for five.
  designs: {signature: {set: designs, bytes: 20000}}
  paragraph: {signature: {set: designs, run: 300}}
  trickle: {signature: {set: designs, left: 20 % in 60 days}}
rules:
  - {id: test.design, title: Much of a registered document, severity: high, scope: {direction: upload}, detect: designs}
  - {id: test.paragraph, title: A paragraph of one in a web form, severity: high, scope: {direction: upload, application: http}, detect: paragraph}
  - {id: test.trickle, title: A registered document in pieces, severity: critical, scope: {direction: upload}, detect: trickle}
YAML
LabPolicy "$LAB_DIR/designs.yaml"

# Replay CAPTURE [OPTION…]: its findings are in findings.jsonl.
Replay() {
  local capture=$1
  shift
  "$SLUICE_BIN/sluiced" replay --policy "$LAB_DIR/policy.slb" --signatures "$LAB_DIR/designs.sls" --signature-key "$LAB_DIR/set.key" \
    --findings "$LAB_DIR/findings.jsonl" --stats "$LAB_DIR/stats.json" "$@" "$LAB_DIR/$capture.pcap" 2>>"$LAB_DIR/sluiced.log"
}
Named() { Findings ".rule == \"$1\" and (.document.name | endswith(\"registered/$2\"))"; }

dd if="$LAB_DIR/registered/rules.md" of="$LAB_DIR/paragraph.txt" bs=1 skip=3000 count=900 status=none
"$SLUICE_BIN/pieces_capture" "$LAB_DIR/form.pcap" form "$LAB_DIR/paragraph.txt"
Replay form
Expect "the paragraph in the form is named" 1 "$(Named test.paragraph rules.md)"

dd if="$LAB_DIR/registered/simulation.bin" of="$LAB_DIR/slice.bin" bs=1 skip=1234567 count=65536 status=none
"$SLUICE_BIN/pieces_capture" "$LAB_DIR/raw.pcap" raw "$LAB_DIR/slice.bin"
Replay raw
Expect "the slice sent raw is named" 1 "$(Named test.design simulation.bin)"
Expect "and nothing else" 1 "$(Findings true)"

"$SLUICE_BIN/pieces_capture" "$LAB_DIR/pieces.pcap" pieces "$LAB_DIR/registered/mesh.bin" 1000 0 1000
Replay pieces --workers 2
cp "$LAB_DIR/findings.jsonl" "$LAB_DIR/findings.two_workers.jsonl"
Replay pieces --workers 1
ExpectThat "the file in 1,000 pieces is named" test "$(Named test.trickle mesh.bin)" -ge 1
Expect "no piece shows it by itself" 0 "$(Findings '.rule == "test.design"')"
Expect "no other document is named" 0 "$(Findings '.document.name | endswith("mesh.bin") | not')"
ExpectThat "one worker finds what two found, byte for byte" cmp "$LAB_DIR/findings.jsonl" "$LAB_DIR/findings.two_workers.jsonl"
read -r bytes sum < <(LabCoverage)
Expect "the fates add up to the bytes received" "$bytes" "$sum"

# A sixth of it before a restart says nothing yet; another sixth makes it more than a fifth, though cuts go through a fifth of its blocks.
"$SLUICE_BIN/pieces_capture" "$LAB_DIR/before.pcap" pieces "$LAB_DIR/registered/mesh.bin" 1000 0 170
"$SLUICE_BIN/pieces_capture" "$LAB_DIR/behind.pcap" pieces "$LAB_DIR/registered/mesh.bin" 1000 600 770
Replay before --ledger "$LAB_DIR/ledger.db"
Expect "a sixth is not enough" 0 "$(Findings true)"
Replay behind
Expect "nor is another by itself" 0 "$(Findings true)"
Replay behind --ledger "$LAB_DIR/ledger.db"
ExpectThat "but both together are, across the restart" test "$(Named test.trickle mesh.bin)" -ge 1
ExpectThat "the ledger says what left" grep -q mesh.bin <("$SLUICE_BIN/sluiced" ledger show "$LAB_DIR/ledger.db")
