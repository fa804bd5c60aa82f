#!/usr/bin/env bash
# A PDF is held before its last packet until the extractor has read it: clean ones arrive whole, marked ones never, in whatever they are packed.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

Pdf() { python3 "$(dirname "$0")/make_pdf.py" "$LAB_DIR/$1" "$2" "$3"; }
Milliseconds() { echo $((($(date +%s%N) - $1) / 1000000)); }
# Zipped without another program, stored, as a browser would send a folder.
Zipped() { (cd "$LAB_DIR" && python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").write(sys.argv[2])' "$1" "$2"); }

BeginInline "$TEST_RULES"
ExpectThat "every thread of the appliance is refused what it never asks for" Not eval 'grep -L "^Seccomp:.*2" /proc/$LAB_APPLIANCE/task/*/status | grep -q .'
Pdf clean.pdf 3 "nothing in here"
Pdf large.pdf 1500 "nothing in here either"
Pdf marked.pdf 40 "$TEST_MARK"
Zipped marked.zip marked.pdf
ExpectThat "the marking does not stand in the file as it is" Not grep -qF "$TEST_MARK" "$LAB_DIR/marked.pdf"

Expect "a clean document passes" 201 "$(Curl -T "$LAB_DIR/clean.pdf" "$(Url /files/clean.pdf)")"
Expect "whole" "$(Digest "$LAB_DIR/clean.pdf")" "$(Digest "$LAB_DIR/nginx/files/clean.pdf")"
begin=$(date +%s%N)
Expect "once more" 201 "$(Curl -T "$LAB_DIR/clean.pdf" "$(Url /files/again.pdf)")"
echo "a document of 3 pages took $(Milliseconds "$begin") ms, curl's own start included"
begin=$(date +%s%N)
Expect "a large clean document passes" 201 "$(Curl -T "$LAB_DIR/large.pdf" "$(Url /files/large.pdf)")"
echo "a document of 1,500 pages took $(Milliseconds "$begin") ms"
Expect "whole" "$(Digest "$LAB_DIR/large.pdf")" "$(Digest "$LAB_DIR/nginx/files/large.pdf")"

ExpectStopped() {
  Expect "$1 is answered by a block page" 403 "$2"
  ExpectThat "$1 names an incident" grep -qE 'Incident <code>[0-9a-f]{16}</code>' "$LAB_DIR/answer"
}
ExpectStopped "a marked document" "$(Curl -T "$LAB_DIR/marked.pdf" "$(Url /files/marked.pdf)")"
ExpectStopped "a marked document in chunks" "$(Curl -T - "$(Url /files/chunked.pdf)" <"$LAB_DIR/marked.pdf")"
ExpectStopped "a marked document in a form" "$(Curl -F "file=@$LAB_DIR/marked.pdf" "$(Url /post/)")"
ExpectStopped "a marked document in a zip file in a form" "$(Curl -F "file=@$LAB_DIR/marked.zip" "$(Url /post/)")"
ExpectThat "the server has none of them" Not eval 'find "$LAB_DIR/nginx/files" -name "*marked*" -o -name "chunked*" | grep -q .'

# Whoever reads a document may die; the next one is read all the same.
pkill -KILL -P "$LAB_APPLIANCE" sluice-extract
ExpectStopped "a marked document after the death of all extractors" "$(Curl -T "$LAB_DIR/marked.pdf" "$(Url /files/marked2.pdf)")"
Expect "a clean one passes" 201 "$(Curl -T "$LAB_DIR/clean.pdf" "$(Url /files/last.pdf)")"

appliance=$LAB_APPLIANCE
EndAppliance TERM
Expect "each is found where it stands" "http.request.body > multipart:marked.pdf > pdf:text
http.request.body > multipart:marked.zip > zip:marked.pdf > pdf:text
http.request.body > pdf:text" "$(jq -r 'select(.event == "finding") | .object.path | join(" > ")' "$LAB_DIR/findings.jsonl" | sort -u)"
Expect "nothing was left unread" 0 "$(jq -s '[.[] | select(.event == "anomaly")] | length' "$LAB_DIR/findings.jsonl")"
ExpectThat "flows were held" test "$(LabStat .flows_held)" -ge 8
ExpectThat "no extractor is left" Not pgrep -P "$appliance"
