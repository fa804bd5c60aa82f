#!/usr/bin/env bash
# A marked file does not get through FTP, in passive and active mode; a clean one arrives whole and is recorded by its name.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_mail_ftp.sh
source "$(dirname "$0")/lib_mail_ftp.sh"
NeedTools vsftpd
BeginInline "$TEST_RULES"
LabFtp

Marked marked.txt 100000
LabText 9 100000 >"$LAB_DIR/clean.txt"
Put() {
  local file=$1 name=$2
  shift 2
  InClient curl -sS --noproxy '*' --max-time 20 "$@" -T "$LAB_DIR/$file" "ftp://$LAB_SERVER_IP/in/$name" >>"$LAB_DIR/curl.log" 2>&1
}
for mode in "--ftp-pasv" "--ftp-pasv --disable-epsv" "--ftp-port -" "--ftp-port - --disable-eprt"; do
  name=$(tr -cd '[:lower:]' <<<"$mode")
  # shellcheck disable=SC2086
  ExpectThat "a clean file goes up ($mode)" Put clean.txt "clean-$name.txt" $mode
  Expect "and arrives whole" "$(Digest "$LAB_DIR/clean.txt")" "$(Digest "$LAB_DIR/ftp/in/clean-$name.txt")"
  # shellcheck disable=SC2086
  ExpectThat "a marked one does not ($mode)" Not Put marked.txt "marked-$name.txt" $mode
  ExpectThat "its marking did not reach the server" Not grep -rqF --binary-files=text -- "$TEST_MARK" "$LAB_DIR/ftp/in"
done

EndAppliance TERM
Expect "each is a finding with the file's name, on its way up" 4 \
  "$(Findings '.rule == "test.secret-star" and .flow.app == "ftp-data" and .direction == "upload" and (.object.name | startswith("marked-"))')"
Expect "each clean file is an object with name and digest" 4 \
  "$(jq -s --arg sha "$(Digest "$LAB_DIR/clean.txt")" '[.[] | select(.app == "ftp-data" and .complete and .sha256 == $sha and (.name | startswith("clean-")))] | length' "$LAB_DIR/objects.jsonl")"
Expect "all data connections were met" 0 "$(LabStat '.expectations_unmet // 0')"
