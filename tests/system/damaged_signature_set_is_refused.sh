#!/usr/bin/env bash
# A signature set that is damaged, foreign or made with another key is refused when the policy is reloaded, each with its reason, and the set before
# stays in force: what it knows is stopped all the same. A new set that is whole takes its place.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
LabUp
LabServer

DOCS=$TEST_FOLDER/../../docs
mkdir -p "$LAB_DIR/registered"
cp "$DOCS/rules.md" "$LAB_DIR/registered/rules.md"
"$SLUICE_BIN/sluicec" fingerprint new-key "$LAB_DIR/set.key" >>"$LAB_DIR/sluicec.log"
"$SLUICE_BIN/sluicec" fingerprint new-key "$LAB_DIR/other.key" >>"$LAB_DIR/sluicec.log"
# Register KEY OUTPUT: what lies in `registered`.
Register() { "$SLUICE_BIN/sluicec" fingerprint "$LAB_DIR/registered" -o "$LAB_DIR/$2" --name designs --key "$LAB_DIR/$1" >>"$LAB_DIR/sluicec.log" 2>&1; }
Register set.key designs.sls
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

Upload() { Curl -T "$1" "$(Url "/files/$(basename "$1")")"; }
Says() { grep -qF "$1" "$LAB_DIR/sluiced.log"; }
# Reload NEW-SET: puts it into the place of the set, as sluicec does, and asks for a reload.
Reload() {
  mv "$LAB_DIR/$1" "$LAB_DIR/designs.sls"
  kill -HUP "$LAB_APPLIANCE"
}
ExpectRefused() {
  Reload "$2"
  EventuallyThat "$1 is refused with the reason" Says "$3"
  Expect "and what the set before knows is stopped" 403 "$(Upload "$LAB_DIR/registered/rules.md")"
}

head -c 3000 "$LAB_DIR/designs.sls" >"$LAB_DIR/cut.sls"
cp "$LAB_DIR/designs.sls" "$LAB_DIR/damaged.sls"
printf 'damage' | dd of="$LAB_DIR/damaged.sls" bs=1 seek=5000 conv=notrunc status=none
head -c 100000 </dev/urandom >"$LAB_DIR/foreign.sls"
Register other.key strange.sls

Expect "what is registered is stopped" 403 "$(Upload "$LAB_DIR/registered/rules.md")"
Expect "another document passes" 201 "$(Upload "$DOCS/markings.md")"
ExpectRefused "a set that is cut off" cut.sls "it is longer or shorter than it says"
ExpectRefused "a damaged set" damaged.sls "is not as it was written"
ExpectRefused "a file that is no set" foreign.sls "this is no signature set"
ExpectRefused "a set made with another key" strange.sls "made with another key"

cp "$DOCS/markings.md" "$LAB_DIR/registered/markings.md"
Register set.key whole.sls
Reload whole.sls
EventuallyThat "a whole set takes its place" Says "generation 2"
Expect "what it knows besides is stopped" 403 "$(Upload "$DOCS/markings.md")"
EndAppliance TERM
