#!/usr/bin/env bash
# A paragraph of a registered document (a text, a PDF) pasted into a form, and a slice of a registered file sent raw, are stopped between client and server, and the
# finding names the document; other text and other bytes arrive.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
LabUp
LabServer

DOCS=$TEST_FOLDER/../../docs
mkdir -p "$LAB_DIR/registered"
cp "$DOCS/rules.md" "$LAB_DIR/registered/rules.md"
head -c 3000000 </dev/urandom >"$LAB_DIR/registered/simulation.bin"
# A PDF, of which nothing stands in its bytes as it is: registration reads it as the wire does.
CLAUSE=$(dd if="$DOCS/protocols.md" bs=1 skip=3000 count=1200 status=none | tr -c 'A-Za-z0-9,.' ' ' | tr -s ' ' | fold -s -w 48)
python3 "$TEST_FOLDER/make_pdf.py" "$LAB_DIR/registered/contract.pdf" 3 "$CLAUSE"
"$SLUICE_BIN/sluicec" fingerprint new-key "$LAB_DIR/set.key" >>"$LAB_DIR/sluicec.log"
"$SLUICE_BIN/sluicec" fingerprint "$LAB_DIR/registered" -o "$LAB_DIR/designs.sls" --key "$LAB_DIR/set.key" >>"$LAB_DIR/sluicec.log" 2>&1
cat >"$LAB_DIR/designs.yaml" <<'YAML'
pack: {id: system-test-designs, title: Registered documents}
fail: {uninspectable: open}
detectors:
  designs: {signature: {set: designs}}
rules:
  - {id: test.design, title: A registered document, severity: critical, action: block, scope: {direction: upload}, detect: designs}
YAML
LabPolicy "$LAB_DIR/designs.yaml"
LabConfigInline
printf 'signatures: [designs.sls]\nsignature_key: set.key\n' >>"$LAB_DIR/sluice.yaml"
LabAppliance
LabReachable

dd if="$LAB_DIR/registered/rules.md" of="$LAB_DIR/paragraph.txt" bs=1 skip=3000 count=1500 status=none
dd if="$LAB_DIR/registered/simulation.bin" of="$LAB_DIR/slice.bin" bs=1 skip=1234567 count=131072 status=none
head -c 200000 </dev/urandom >"$LAB_DIR/other.bin"

Expect "the paragraph in a form is answered by a block page" 403 \
  "$(Curl --data-urlencode "title=hello" --data-urlencode "text@$LAB_DIR/paragraph.txt" "$(Url /post/)")"
Expect "a passage of the PDF in a form is answered by a block page" 403 "$(Curl --data-urlencode "text=${CLAUSE:100:700}" "$(Url /post/)")"
Expect "the slice in a PUT is answered by a block page" 403 "$(Curl -T "$LAB_DIR/slice.bin" "$(Url /files/slice.bin)")"
Expect "another document arrives" 201 "$(Curl -T "$DOCS/markings.md" "$(Url /files/markings.md)")"
Expect "other bytes arrive" 201 "$(Curl -T "$LAB_DIR/other.bin" "$(Url /files/other.bin)")"
# Raw, without any protocol: the server knows nothing to say, and the connection is cut.
InClient timeout 10 bash -c "cat '$LAB_DIR/slice.bin' >/dev/tcp/$LAB_SERVER_IP/80" 2>>"$LAB_DIR/curl.log" || true

EndAppliance TERM
ExpectThat "the paragraph is named" test "$(Findings '.document.name | endswith("registered/rules.md")')" -ge 1
ExpectThat "the PDF is named" test "$(Findings '.document.name | endswith("registered/contract.pdf")')" -ge 1
ExpectThat "the slices are named, in the PUT and raw" test "$(Findings '(.document.name | endswith("simulation.bin")) and .action != "forwarded"')" -ge 2
Expect "nothing else was found" 0 "$(Findings '.rule != "test.design"')"
