#!/usr/bin/env bash
# A registered file that leaves in 1,000 pieces, each in a connection of its own, from 100 addresses, is stopped once a fifth of it has left: the first
# pieces arrive, later ones do not, and the finding names the document, though no piece would show it by itself.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginLab
LabUp
LabServer
CLIENTS=100
for ((i = 1; i <= CLIENTS; ++i)); do ip -n "$LAB-client" addr add "10.9.0.$((100 + i))/24" dev eth0; done

mkdir -p "$LAB_DIR/registered" "$LAB_DIR/pieces"
head -c 3000000 </dev/urandom >"$LAB_DIR/registered/mesh.bin"
head -c 3000000 </dev/urandom >"$LAB_DIR/registered/simulation.bin"
"$SLUICE_BIN/sluicec" fingerprint new-key "$LAB_DIR/set.key" >>"$LAB_DIR/sluicec.log"
"$SLUICE_BIN/sluicec" fingerprint "$LAB_DIR/registered" -o "$LAB_DIR/designs.sls" --key "$LAB_DIR/set.key" >>"$LAB_DIR/sluicec.log" 2>&1
cat >"$LAB_DIR/designs.yaml" <<'YAML'
pack: {id: system-test-designs, title: Registered documents}
fail: {uninspectable: open}
detectors:
  # Eight blocks; a piece of 3,000 bytes has room for five.
  designs: {signature: {set: designs, bytes: 20000}}
  trickle: {signature: {set: designs, left: 20 % in 60 days}}
rules:
  - {id: test.design, title: Much of a registered document, severity: high, action: block, scope: {direction: upload}, detect: designs}
  - {id: test.trickle, title: A registered document in pieces, severity: critical, action: block, scope: {direction: upload}, detect: trickle}
YAML
LabPolicy "$LAB_DIR/designs.yaml"
LabConfigInline
printf 'signatures: [designs.sls]\nsignature_key: set.key\nledger: ledger.db\n' >>"$LAB_DIR/sluice.yaml"
LabAppliance
LabReachable

# Upload FIRST LAST: sends those pieces, one behind the other, and prints the answers.
Upload() {
  local number
  for ((number = $1; number < $2; ++number)); do
    printf 'next\n'
    printf 'silent\nnoproxy = "*"\nmax-time = 20\noutput = "/dev/null"\nwrite-out = "%%{http_code}\\n"\nheader = "Connection: close"\n'
    printf 'interface = "10.9.0.%d"\nupload-file = "%s/pieces/%04d"\nurl = "%s"\n' $((101 + number % CLIENTS)) "$LAB_DIR" "$number" "$(Url "/files/$(printf '%04d' "$number")")"
  done | tail -n +2 >"$LAB_DIR/curl.config"
  InClient curl -K "$LAB_DIR/curl.config" 2>>"$LAB_DIR/curl.log" || true
}
Answers() { grep -c "^$1\$" "$LAB_DIR/$2.answers" || true; }

split -b 3000 -d -a 4 "$LAB_DIR/registered/mesh.bin" "$LAB_DIR/pieces/"
Upload 0 150 >"$LAB_DIR/first.answers"
Upload 150 700 >"$LAB_DIR/middle.answers"
Upload 700 1000 >"$LAB_DIR/last.answers"
Expect "the first pieces arrive" 150 "$(Answers 201 first)"
# A third of the pieces have no place that was chosen, and say nothing.
ExpectThat "of the last, most are stopped" test "$(Answers 403 last)" -ge 150
ExpectThat "the server has not half of the file" test "$(LabServerBytes)" -lt 2000000
head -c 3000 </dev/urandom >"$LAB_DIR/other.bin"
Expect "other bytes arrive" 201 "$(Curl -T "$LAB_DIR/other.bin" "$(Url /files/other.bin)")"

EndAppliance TERM
ExpectThat "the document is named" test "$(Findings '.rule == "test.trickle" and .document.departed and (.document.name | endswith("registered/mesh.bin"))')" -ge 1
Expect "no piece shows it by itself, and no other document is named" 0 "$(Findings '.rule == "test.design" or (.document.name | endswith("mesh.bin") | not)')"
ExpectThat "the ledger names its sources" grep -q mesh.bin <("$SLUICE_BIN/sluiced" ledger show "$LAB_DIR/ledger.db")
