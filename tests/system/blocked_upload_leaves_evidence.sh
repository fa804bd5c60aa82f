#!/usr/bin/env bash
# What a rule stops and asks to keep is in the vault, sealed: the incident names its digest, one role may fetch it and says why, and whoever
# has the key, elsewhere, gets the bytes that were sent and the packets that carried them.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

Incident() { Control --json incidents show 1 | jq -r "$1"; }
AsNobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$SLUICE_BIN/sluicectl" --socket "$LAB_DIR/api.sock" "$@"; }

BeginLab
LabUp
LabServer
LabPolicy "$(dirname "$0")/evidence_rules.yaml"
LabConfigInline
mkdir "$LAB_DIR/elsewhere"
ExpectThat "a pair of keys is made, elsewhere" "$SLUICE_BIN/sluicectl" evidence new-key "$LAB_DIR/elsewhere/case"
cp "$LAB_DIR/elsewhere/case.pub" "$LAB_DIR/"
cat >>"$LAB_DIR/sluice.yaml" <<CONF
control: {directory: control, socket: api.sock, users: [{name: nobody, role: evidence_reader}]}
evidence: {public_key: case.pub, object_megabytes: 1}
CONF
LabAppliance
LabReachable

Marked marked.txt 200000
Expect "the upload is stopped" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
Eventually "the incident says that its evidence is stored" stored Incident '.evidence[0].outcome'
digest=$(Incident '.evidence[0].digest')
kept=$(Incident '.evidence[0].bytes_kept')
ExpectThat "up to the marking and no further than the upload" test "$kept" -gt 200000 -a "$kept" -le "$(stat -c %s "$LAB_DIR/marked.txt")"
Expect "with the digest of what was kept" "$(head -c "$kept" "$LAB_DIR/marked.txt" | sha256sum | cut -d ' ' -f 1)" "$digest"
ExpectThat "neither the vault nor the incidents hold the marking in clear" Not grep -rqF --binary-files=text "$TEST_MARK" "$LAB_DIR/control/evidence" "$LAB_DIR/control/incidents.db"

Expect "an administrator may not fetch it" 1 "$(Control evidence fetch 1 --reason curious -o "$LAB_DIR/never" >/dev/null 2>&1; echo $?)"
ExpectThat "and got nothing" Not test -e "$LAB_DIR/never"
if AsNobody --json status >/dev/null 2>&1; then
  mkdir -m 0777 "$LAB_DIR/reader"
  ExpectThat "the evidence reader sees it" grep -q "$digest" <(AsNobody --json evidence list)
  Expect "fetches nothing without a reason" 2 "$(AsNobody evidence fetch 1 -o "$LAB_DIR/reader/item" >/dev/null 2>&1; echo $?)"
  ExpectThat "fetches it with one" AsNobody evidence fetch 1 --reason "case 17" -o "$LAB_DIR/reader/item"
  Expect "the audit log says who and why" "nobody case 17" "$(Control --json audit list | jq -r '.entries[] | select(.action == "evidence.fetch") | "\(.actor) \(.detail)"')"
  ExpectThat "sealed as it is" Not grep -qF --binary-files=text "$TEST_MARK" "$LAB_DIR/reader/item"
  "$SLUICE_BIN/sluicectl" evidence new-key "$LAB_DIR/elsewhere/other" >/dev/null
  Expect "another key does not open it" 1 "$("$SLUICE_BIN/sluicectl" evidence open "$LAB_DIR/reader/item" --key "$LAB_DIR/elsewhere/other.key" >/dev/null 2>&1; echo $?)"
  ExpectThat "the key opens it" "$SLUICE_BIN/sluicectl" evidence open "$LAB_DIR/reader/item" --key "$LAB_DIR/elsewhere/case.key"
  ExpectThat "to the bytes that were sent" cmp -n "$kept" "$LAB_DIR/reader/item.object" "$LAB_DIR/marked.txt"
  Expect "and no more than was kept" "$kept" "$(stat -c %s "$LAB_DIR/reader/item.object")"
  ExpectThat "which hold the marking" grep -qF "$TEST_MARK" "$LAB_DIR/reader/item.object"
  if command -v tcpdump >/dev/null; then
    Expect "tcpdump reads its packets, as many as were kept" "$(Incident '.evidence[0].packets')" \
      "$(tcpdump -nr "$LAB_DIR/reader/item.pcap" 'host 10.9.0.1 and tcp port 80' 2>/dev/null | wc -l)"
  fi
  cp "$LAB_DIR/reader/item" "$LAB_DIR/reader/cut"
  truncate -s -20 "$LAB_DIR/reader/cut"
  Expect "an item that was cut is refused" 1 "$("$SLUICE_BIN/sluicectl" evidence open "$LAB_DIR/reader/cut" --key "$LAB_DIR/elsewhere/case.key" >/dev/null 2>&1; echo $?)"
fi

LabText 1 300000 >"$LAB_DIR/clean.txt"
Expect "a clean upload passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
Expect "and nothing of it is kept" 1 "$(Control --json status | jq '.counters.evidence_items')"
Marked long.txt 1500000
Expect "an upload beyond what is kept is stopped" 403 "$(Curl -T "$LAB_DIR/long.txt" "$(Url /files/long.txt)")"
Long() { Control --json incidents show 2 | jq -r '.evidence[0] | "\(.outcome) \(.over_limit) \(.bytes_kept)"'; }
Eventually "its beginning is kept, and it is said" "stored true 1048576" Long

kill -KILL "$LAB_APPLIANCE"
wait "$LAB_APPLIANCE" 2>/dev/null || true
touch "$LAB_DIR/control/evidence/3.sle.part"
sqlite() { python3 -c "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()" "$LAB_DIR/control/evidence/evidence.db" "$1"; }
sqlite "INSERT INTO evidence(time,outcome,rule,client,destination,name,media_type,port,bytes,bytes_kept,bytes_lost,complete,over_limit,no_buffer,packets,packets_left_out,digest_kind,digest,file_bytes) VALUES(1,'writing','r','c','d','n','m',1,1,1,0,0,0,0,0,0,'','',0)"
LabAppliance
LabReachable
Expect "after kill -9 what was stored is there" 2 "$(Control --json status | jq '.counters.evidence_items')"
Expect "and the half of an item is dropped, and counted" 1 "$(Control --json status | jq '.counters.evidence_unfinished')"
ExpectThat "with its file" Not test -e "$LAB_DIR/control/evidence/3.sle.part"
EndAppliance TERM
