# shellcheck shell=bash
# ./quickstart demo: two uploads through the appliance. Sourced by ./quickstart.

# shellcheck source=tests/system/lib.sh
source tests/system/lib.sh

SLUICE_BIN=$PWD/build/release/bin
DEMO_DIR=$PWD/build/demo
DEMO_MARK='机密★10年'
DEMO_PAGES_BEFORE=""  # huge pages of the machine before the demo, to be restored

RunDemo() {
  local obstacle=""
  Begin Demo 5
  Step "Packages"
  InstallPackages
  Step "Building sluiced, sluicec and sluicectl (the first time takes minutes)"
  Build release sluiced sluicec sluicectl demo_capture
  obstacle=$(LabObstacle) || true
  LabPrepare "$DEMO_DIR"
  CatchTheEnd DemoCleanUp
  DemoDocuments
  LabPolicy rules/packs/china.yaml || Fail "the rules that ship do not compile"
  if [[ -z $obstacle ]]; then
    DemoLive
  else
    DemoReplay "$obstacle"
  fi
}

# Processes, namespaces and huge pages as they were.
DemoCleanUp() {
  LabDown || true
  if [[ -n $DEMO_PAGES_BEFORE ]]; then echo "$DEMO_PAGES_BEFORE" >/proc/sys/vm/nr_hugepages || true; fi
}

DemoDocuments() {
  LabText 1 120000 >"$DEMO_DIR/clean.txt"
  { LabText 2 120000; printf '%s\n' "$DEMO_MARK"; LabText 3 120000; } >"$DEMO_DIR/marked.txt"
}

# 256 MB of huge pages for as long as the demo runs, where this machine allows it.
DemoHugePages() {
  local pages=/proc/sys/vm/nr_hugepages wanted=128 before
  export SLUICE_HUGE_PAGES=off
  if [[ $(stat -f -c %T /dev/hugepages 2>/dev/null) != hugetlbfs || ! -w $pages ]]; then return 0; fi
  before=$(<"$pages")
  DEMO_PAGES_BEFORE=$before
  if ! echo $((before + wanted)) 2>/dev/null >"$pages" || (($(<"$pages") < before + wanted)); then
    echo "$before" >"$pages" || true
    DEMO_PAGES_BEFORE=""
    return 0
  fi
  export SLUICE_HUGE_PAGES=auto
}

DemoLive() {
  Step "A client and a server, joined by nothing but the appliance"
  DemoHugePages
  LabUp
  LabServer || Fail "nginx did not start, see build/demo/nginx/error.log"
  LabConfigInline
  LabControl
  LabAppliance || Fail "the appliance did not start, see build/demo/sluiced.log"
  LabReachable || Fail "the client does not reach the server through the appliance, see build/demo/sluiced.log"
  Say "curl $LAB_CLIENT_IP -> sluiced (huge pages: $SLUICE_HUGE_PAGES) -> nginx $LAB_SERVER_IP"

  Step "Two uploads with curl"
  DemoUploadClean
  DemoUploadMarked
  DemoReview

  LabStopAppliance TERM || Fail "sluiced did not end well, see build/demo/sluiced.log"
  DemoResult
  echo "Demo passed: the clean document arrived whole, the marked one was stopped on the wire (incident $(DemoIncident))."
}

# Put FILE: prints the status code; the body of the answer goes to FILE.answer.
DemoPut() {
  InClient curl -sS --noproxy '*' --max-time 30 -o "$DEMO_DIR/$1.answer" -w '%{http_code}' \
    -T "$DEMO_DIR/$1" "http://$LAB_SERVER_IP/files/$1" 2>>"$DEMO_DIR/curl.log" || true
}

DemoUploadClean() {
  local status
  status=$(DemoPut clean.txt)
  [[ $status == 201 ]] || Fail "the clean upload was answered with ${status:-nothing}, not 201; see build/demo/curl.log"
  [[ $(Digest "$DEMO_DIR/clean.txt") == "$(Digest "$DEMO_DIR/nginx/files/clean.txt")" ]] ||
    Fail "the clean document arrived changed"
  Say "clean.txt   $status; the server has it whole, sha256 $(Digest "$DEMO_DIR/clean.txt" | cut -c 1-16)…"
}

DemoUploadMarked() {
  local status
  status=$(DemoPut marked.txt)
  [[ $status == 403 ]] || Fail "the marked upload was answered with ${status:-nothing}, not 403; see build/demo/curl.log"
  [[ ! -e $DEMO_DIR/nginx/files/marked.txt ]] || Fail "the server has the marked document"
  if LabServerHolds "$DEMO_MARK"; then Fail "the marking reached the server"; fi
  Say "marked.txt  $status; the server holds nothing of it, the client was told:"
  sed -n -e '/<h1>/b show' -e '/Incident/b show' -e 'd' -e ':show' -e 's/<[^>]*>//gp' "$DEMO_DIR/marked.txt.answer" | sed 's/^/        | /'
}

# What an operator does next. The incident is committed within moments of the block.
DemoReview() {
  local try reference
  reference=$(grep -oE '[0-9a-f]{16}' "$DEMO_DIR/marked.txt.answer" | head -n 1)
  for try in {1..50}; do
    if Control incidents show "$reference" >"$DEMO_DIR/incident.txt" 2>>"$DEMO_DIR/sluicectl.log"; then break; fi
    sleep 0.1
  done
  [[ -s $DEMO_DIR/incident.txt ]] || Fail "no incident after $try looks, see build/demo/sluicectl.log"
  Say "sluicectl incidents show $reference"
  sed 's/^/        | /' "$DEMO_DIR/incident.txt"
  Control incidents state 1 confirmed >>"$DEMO_DIR/sluicectl.log" || Fail "the incident could not be confirmed, see build/demo/sluicectl.log"
  Say "confirmed by $(Control --json audit list | jq -r '.entries[-1].actor'), as the audit log says"
}

DemoReplay() {
  Step "No network here ($1)"
  Say "so the same two uploads go through the appliance as a capture"
  "$SLUICE_BIN/demo_capture" "$DEMO_DIR/uploads.pcap" "$DEMO_DIR/clean.txt" "$DEMO_DIR/marked.txt" ||
    Fail "the capture could not be written"
  Step "Two uploads, replayed inline"
  "$SLUICE_BIN/sluiced" replay --policy "$DEMO_DIR/policy.slb" --mode inline --object-hashes \
    --findings "$DEMO_DIR/findings.jsonl" --objects "$DEMO_DIR/objects.jsonl" --flows "$DEMO_DIR/flows.jsonl" \
    --stats "$DEMO_DIR/stats.json" --out "$DEMO_DIR/forwarded.pcap" "$DEMO_DIR/uploads.pcap" 2>"$DEMO_DIR/sluiced.log" ||
    Fail "sluiced replay failed, see build/demo/sluiced.log"
  grep -qF "$(Digest "$DEMO_DIR/clean.txt")" "$DEMO_DIR/objects.jsonl" || Fail "the clean document did not come through whole"
  Say "clean.txt   came through whole, sha256 $(Digest "$DEMO_DIR/clean.txt" | cut -c 1-16)…"
  if grep -qF --binary-files=text "$DEMO_MARK" "$DEMO_DIR/forwarded.pcap"; then Fail "the marking was forwarded"; fi
  grep -qF --binary-files=text '403 Forbidden' "$DEMO_DIR/forwarded.pcap" || Fail "the client got no block page"
  Say "marked.txt  was cut off before its marking, the client got a 403 page"
  DemoResult
  echo "Demo passed, in replay ($1): the clean document came through, the marked one was stopped (incident $(DemoIncident))." \
    "For the real thing: sudo ./quickstart demo"
}

DemoIncident() { jq -r 'select(.event == "finding") | .incident' "$DEMO_DIR/findings.jsonl" | head -n 1; }

DemoResult() {
  Step "What Sluice saw"
  [[ -n $(DemoIncident) ]] || Fail "no finding was recorded, see build/demo/findings.jsonl"
  jq -r 'select(.event == "finding") |
    "      incident   \(.incident)",
    "      rule       \(.rule) (\(.severity), \(.confidence) %): \(.explain)",
    "      found      \(.match.masked)  (masked; at byte \(.match.offset), \(.match.encoding))",
    "      in         \(.object.path | join(" > "))  \(.object.name)",
    "      flow       \(.flow.src_ip):\(.flow.src_port) -> \(.flow.dst_ip):\(.flow.dst_port), \(.flow.app), \(.direction)",
    "      done       \(.verdict): \(.action)"' "$DEMO_DIR/findings.jsonl"
  local bytes sum
  read -r bytes sum < <(LabCoverage)
  jq -r '"      coverage   \(.bytes) bytes in = \(.coverage.inspected_bytes) inspected + \(.coverage.decoded_bytes) decoded"
    + ([.coverage.not_inspected | to_entries[] | select(.value > 0) | " + \(.value) \(.key)"] | add // "")' "$DEMO_DIR/stats.json"
  [[ $bytes == "$sum" ]] || Fail "the coverage does not add up: $bytes bytes in, $sum accounted for"
  Say ""
  Say "next: jq . build/demo/findings.jsonl             the record in full"
  Say "      build/release/bin/sluicec explain build/demo/policy.slb"
  Say "      docs/getting-started.md                    your own rules, your own capture, your own wire"
}
