#!/usr/bin/env bash
# Documents as LibreOffice writes them, in each of its formats: marked ones are stopped on their way up, clean twins arrive whole.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

command -v soffice >/dev/null || Skip "LibreOffice is not installed (packages libreoffice-writer-nogui, -calc-nogui, -impress-nogui)"

BeginInline "$TEST_RULES"
made=$LAB_DIR/made
mkdir -p "$made"

# Page NAME TEXT; Sheet NAME TEXT; Slide NAME TEXT: what is converted.
Page() { printf '<html><head><meta charset="utf-8"></head><body><h1>Report</h1><p>Of the year.</p><p><b>%s</b>%s</p></body></html>' "${2:0:2}" "${2:2}" >"$made/$1.html"; }
Sheet() { printf 'quarter,figure,note\n1,100,%s\n2,120,none\n' "$2" >"$made/$1.csv"; }
Slide() {
  cat >"$made/$1.fodp" <<END
<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.presentation">
 <office:body><office:presentation><draw:page draw:name="1"><draw:frame svg:width="20cm" svg:height="5cm" svg:x="1cm" svg:y="1cm"><draw:text-box>
  <text:p>$2</text:p></draw:text-box></draw:frame></draw:page></office:presentation></office:body></office:document>
END
}
Convert() {
  local to=$1
  shift
  soffice --headless "-env:UserInstallation=file://$LAB_DIR/profile" --convert-to "$to" --outdir "$made" "$@" >>"$LAB_DIR/soffice.log" 2>&1
}

for kind in marked clean; do
  [[ $kind == marked ]] && text=$TEST_MARK || text='机构密切合作'
  Page "$kind-page" "$text"
  Sheet "$kind-sheet" "$text"
  Slide "$kind-slide" "$text"
done
for format in odt docx doc rtf pdf epub fodt; do Convert "$format" --infilter="HTML (StarWriter)" "$made"/*-page.html; done
for format in ods xlsx xls pdf; do Convert "$format" --infilter="CSV:44,34,76" "$made"/*-sheet.csv; done
for format in odp pptx ppt pdf; do Convert "$format" "$made"/*-slide.fodp; done
Expect "LibreOffice wrote each format" 15 "$(find "$made" -name 'marked-*' ! -name '*.html' ! -name '*.csv' ! -name '*.fodp' | wc -l)"

for file in "$made"/clean-*; do
  name=$(basename "$file")
  Expect "$name passes" 201 "$(Curl -T "$file" "$(Url "/files/$name")")"
  Expect "whole" "$(Digest "$file")" "$(Digest "$LAB_DIR/nginx/files/$name")"
done
for file in "$made"/marked-*; do
  name=$(basename "$file")
  Expect "$name is answered by a block page" 403 "$(Curl -T "$file" "$(Url "/files/$name")")"
  ExpectThat "the server does not have it" Not test -e "$LAB_DIR/nginx/files/$name"
done
EndAppliance TERM
Expect "nothing was left unread" 0 "$(jq -s '[.[] | select(.event == "anomaly")] | length' "$LAB_DIR/findings.jsonl")"
