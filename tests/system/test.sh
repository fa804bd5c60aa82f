# shellcheck shell=bash
# A system test: a laboratory, expectations, and the end that every test has. Sourced by the tests beside this file.
#
# From ctest come SLUICE_BIN (programs) and SLUICE_WORK (where to write). Exit code 77: skipped, with the reason printed.
set -euo pipefail

TEST_FOLDER=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
TEST_RULES=$TEST_FOLDER/upload_rules.yaml
TEST_MARK='机密★10年'
export TEST_RULES TEST_MARK
: "${SLUICE_BIN:?the folder of sluiced and sluicec}" "${SLUICE_WORK:?a folder to write to}"

# shellcheck source=tests/system/lib.sh
source "$TEST_FOLDER/lib.sh"

Skip() {
  echo "skipped: $*"
  exit 77
}
Broken() {
  echo "FAILED: $*" >&2
  if [[ -s $LAB_DIR/sluiced.log ]]; then tail -n 20 "$LAB_DIR/sluiced.log" | sed 's/^/  sluiced: /' >&2; fi
  exit 1
}
# Expect WHAT EXPECTED ACTUAL
Expect() {
  [[ $3 == "$2" ]] || Broken "$1: expected '$2', got '$3'"
  echo "ok: $1"
}
# ExpectThat WHAT COMMAND…
ExpectThat() {
  local what=$1
  shift
  "$@" || Broken "$what"
  echo "ok: $what"
}
Not() { ! "$@"; }
# Eventually WHAT EXPECTED COMMAND…: within ten seconds.
Eventually() {
  local what=$1 expected=$2 got="" try
  shift 2
  for try in {1..100}; do
    got=$("$@" 2>/dev/null || true)
    if [[ $got == "$expected" || $try -eq 100 ]]; then break; fi
    sleep 0.1
  done
  Expect "$what" "$expected" "$got"
}

# For LD_PRELOAD: injected_faults.cc, behind the runtime of the sanitizer that it was built with, if any, which wants to be the first.
FaultsLibrary() {
  ldd "$SLUICE_BIN/injected_faults.so" | awk -v library="$SLUICE_BIN/injected_faults.so" '/lib[at]san/ {printf "%s:", $3} END {print library}'
}

# EventuallyThat WHAT COMMAND…: the command succeeds within ten seconds.
EventuallyThat() {
  local what=$1 try
  shift
  for try in {1..100}; do
    if "$@"; then break; fi
    [[ $try -lt 100 ]] || Broken "$what"
    sleep 0.1
  done
  echo "ok: $what"
}

# BeginInline PACK…: the whole inline laboratory, up to a client that reaches the server.
BeginInline() {
  BeginLab
  LabUp
  LabServer
  LabPolicy "$@"
  LabConfigInline
  LabAppliance
  LabReachable
}
BeginLab() {
  local obstacle
  obstacle=$(LabObstacle) || Skip "$obstacle"
  LabPrepare "$SLUICE_WORK/$(basename "$0" .sh)"
}

# EndAppliance SIGNAL: every test of the appliance ends like this: it stops cleanly, and no byte is unaccounted for.
EndAppliance() {
  local code=0 bytes sum
  LabStopAppliance "$1" || code=$?
  Expect "sluiced ends with success" 0 "$code"
  read -r bytes sum < <(LabCoverage)
  ExpectThat "bytes were received" test "$bytes" -gt 0
  Expect "the fates add up to the bytes received" "$bytes" "$sum"
  Expect "nothing was lost on the way to the records" 0 "$(LabStat '.record_ring_full // 0')"
}

# Curl URL-ARGUMENTS…: prints the status code; the answer's body is in $LAB_DIR/answer.
Curl() {
  rm -f "$LAB_DIR/answer"
  InClient curl -sS --noproxy '*' --max-time 60 -o "$LAB_DIR/answer" -w '%{http_code}' "$@" 2>>"$LAB_DIR/curl.log" || true
}
Url() { echo "http://$LAB_SERVER_IP$1"; }
Url6() { echo "http://[$LAB_SERVER_IP6]$1"; }

# Marked FILE BYTES: about as many bytes of text before and behind a marking.
Marked() { { LabText 5 "$2"; printf '%s\n' "${3:-$TEST_MARK}"; LabText 6 "$2"; } >"$LAB_DIR/$1"; }

# Findings JQ-FILTER: how many findings match. REQUIRES: the appliance has stopped.
Findings() { jq -s "[.[] | select(.event == \"finding\") | select($1)] | length" "$LAB_DIR/findings.jsonl"; }

# ExpectUploadsAreJudged: one clean upload that passes and one marked that does not, and the appliance's clean end.
ExpectUploadsAreJudged() {
  LabText 1 300000 >"$LAB_DIR/clean.txt"
  Expect "a clean upload passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
  Expect "and is whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/nginx/files/clean.txt")"
  Marked marked.txt 100000
  Expect "a marked upload is refused" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
  ExpectThat "the server holds no marking" Not LabServerHolds "$TEST_MARK"
  EndAppliance TERM
  Expect "there is one incident" 1 "$(Findings '.verdict == "block"')"
}
