#!/usr/bin/env bash
# The marking packs over a corpus in which no marking stands: technical text in Chinese, Japanese and Russian (Debian's manual
# pages), source code and headers, programs, libraries, fonts and images. One alarm fails.
#
#   tests/false_alarm/false_alarm.sh SLUICEC [FOLDER…]
#
# Without folders the corpus is made of Debian's packages manpages-zh, -ja and -ru, fonts-dejavu-core (downloaded, not
# installed, into $SLUICE_CORPUS or a temporary folder) and of this system's /usr/bin, /usr/lib, /usr/include and /usr/share. Takes some
# minutes. Exit 77 (skipped) where the packages cannot be had.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
packs=$here/../../rules/packs
sluicec=${1:?usage: false_alarm.sh SLUICEC [FOLDER...]}
shift

marking_packs=()
for pack in australia china east-asia europe microsoft nato russia tlp united-states; do marking_packs+=("$packs/$pack.yaml"); done

fetch_packages() {
  local folder=$1 package
  mkdir -p "$folder"
  for package in manpages-zh manpages-ja manpages-ru fonts-dejavu-core; do
    [[ -d $folder/$package ]] && continue
    (cd "$folder" && apt-get download -qq "$package" >/dev/null 2>&1) || return 1
    dpkg-deb -x "$folder/$package"_*.deb "$folder/$package"
    find "$folder/$package" -type f -name '*.gz' -exec gunzip -f {} +
  done
}

folders=("$@")
if [[ ${#folders[@]} -eq 0 ]]; then
  if [[ -z ${SLUICE_CORPUS:-} ]]; then
    SLUICE_CORPUS=$(mktemp -d)
    trap 'rm -rf "$SLUICE_CORPUS"' EXIT
  fi
  if ! fetch_packages "$SLUICE_CORPUS"; then
    echo "false_alarm.sh: the packages of the corpus cannot be downloaded (apt-get download)" >&2
    exit 77
  fi
  folders=("$SLUICE_CORPUS" /usr/bin /usr/lib /usr/include /usr/share)
fi

# The packs' own markings are in their sources, tests and compiled bundles: those are no benign files.
status=0
for folder in "${folders[@]}"; do
  echo "== $folder"
  "$sluicec" test "${marking_packs[@]}" --benign "$folder" || status=1
done
exit $status
