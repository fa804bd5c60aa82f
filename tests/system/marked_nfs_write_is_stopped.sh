#!/usr/bin/env bash
# A marked file does not get onto an NFS export (version 3, as nfs-cp speaks it); a clean one arrives whole.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
# shellcheck source=tests/system/lib_files.sh
source "$(dirname "$0")/lib_files.sh"
NeedTools ganesha.nfsd rpcbind nfs-cp
BeginInline "$TEST_RULES"
LabNfs || Skip "ganesha does not serve here: $(tail -n 3 "$LAB_DIR/ganesha.log")"

Marked marked.txt 300000
LabText 9 3000000 >"$LAB_DIR/clean.txt"
NfsPut() { InClient timeout 8 nfs-cp "$LAB_DIR/$1" "nfs://$LAB_SERVER_IP$LAB_DIR/nfs/$2" >>"$LAB_DIR/nfs-cp.log" 2>&1; }
NfsPut clean.txt probe.txt || Skip "ganesha does not export $LAB_DIR: $(tail -n 2 "$LAB_DIR/nfs-cp.log")"
ExpectThat "a clean file goes up" NfsPut clean.txt clean.txt
Expect "and arrives whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nfs/clean.txt")"
ExpectThat "a marked one does not" Not NfsPut marked.txt marked.txt
ExpectThat "the marking did not reach the server" Not grep -rqF --binary-files=text -- "$TEST_MARK" "$LAB_DIR/nfs"

EndAppliance TERM
# nfs-cp calls again and again: on those connections the file has only its handle.
Expect "the first is a finding with the file's name" "marked.txt" "$(jq -rs '[.[] | select(.event == "finding")][0].object.name' "$LAB_DIR/findings.jsonl")"
Expect "the clean file is an object with name and digest" 1 \
  "$(jq -s --arg sha "$(Digest "$LAB_DIR/clean.txt")" '[.[] | select(.app == "nfs" and .complete and .sha256 == $sha and .name == "clean.txt")] | length' "$LAB_DIR/objects.jsonl")"
