#!/usr/bin/env bash
# Sixty uploads at once, every fourth of them marked: exactly those are stopped.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
BeginInline "$TEST_RULES"

LabText 1 400000 >"$LAB_DIR/clean.txt"
Marked marked.txt 200000
mkdir "$LAB_DIR/status"
# shellcheck disable=SC2016  # expanded by the inner shell
InClient bash -c '
  for i in $(seq 60); do
    kind=clean; if ((i % 4 == 0)); then kind=marked; fi
    curl -s --noproxy "*" --max-time 90 -o /dev/null -w "%{http_code}" -T "$1/$kind.txt" "$2/$i-$kind.txt" >"$1/status/$i-$kind" || true &
  done
  wait' bash "$LAB_DIR" "$(Url /files)"

clean=0 blocked=0 whole=0
digest=$(Digest "$LAB_DIR/clean.txt")
for status in "$LAB_DIR"/status/*; do
  case "$(basename "$status")=$(<"$status")" in
    *-clean=201) clean=$((clean + 1)) ;;
    *-marked=403) blocked=$((blocked + 1)) ;;
    *) echo "unexpected: $(basename "$status") was answered with $(<"$status")" ;;
  esac
done
for file in "$LAB_DIR"/nginx/files/*-clean.txt; do
  if [[ $(Digest "$file") == "$digest" ]]; then whole=$((whole + 1)); fi
done
Expect "clean uploads are answered by the server" 45 "$clean"
Expect "clean uploads are whole" 45 "$whole"
Expect "marked uploads are answered by a page" 15 "$blocked"
ExpectThat "no marking reached the server" Not LabServerHolds "$TEST_MARK"

EndAppliance TERM
Expect "there are as many incidents as marked uploads" 15 \
  "$(jq -s '[.[] | select(.event == "finding") | .incident] | unique | length' "$LAB_DIR/findings.jsonl")"
