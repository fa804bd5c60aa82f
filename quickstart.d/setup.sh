# shellcheck shell=bash
# What both commands begin with: packages and the build. Sourced by ./quickstart, from the root of the repository.

QUICKSTART_STEP=0
QUICKSTART_STEPS=0
QUICKSTART_NAME=""     # "Demo" or "Test": begins the last line
QUICKSTART_REASON=""   # why it failed
QUICKSTART_JOB=""      # process group of what is under way
QUICKSTART_CLEANUP=true  # takes away what was set up

Begin() {
  QUICKSTART_NAME=$1
  QUICKSTART_STEPS=$2
  mkdir -p build
  CatchTheEnd true
}
# CatchTheEnd COMMAND: what takes away again what was set up.
CatchTheEnd() {
  QUICKSTART_CLEANUP=$1
  trap 'End' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}
Step() {
  QUICKSTART_STEP=$((QUICKSTART_STEP + 1))
  echo "[$QUICKSTART_STEP/$QUICKSTART_STEPS] $*"
}
Say() { printf '      %s\n' "$*"; }
Fail() {
  QUICKSTART_REASON=$*
  exit 1
}

# On every way out: what is under way ends, what was set up is taken away, and the last line says how it went.
End() {
  local code=$?
  trap - EXIT
  trap '' INT TERM
  if [[ -n $QUICKSTART_JOB ]]; then kill -TERM -- "-$QUICKSTART_JOB" 2>/dev/null || true; fi
  "$QUICKSTART_CLEANUP" || true
  if [[ $code -eq 130 || $code -eq 143 ]]; then QUICKSTART_REASON="interrupted"; fi
  if [[ $code -ne 0 ]]; then
    printf '%s FAILED: %s\n' "$QUICKSTART_NAME" "${QUICKSTART_REASON:-unexpected error in step $QUICKSTART_STEP, logs are in build/}" >&2
  fi
  exit "$code"
}

# Logged LOG COMMAND…: runs it with its output in LOG; shows the latest line on a terminal, a line each minute elsewhere.
# It has a process group of its own, so that an interrupted build leaves no compiler behind.
Logged() {
  local log=$1 seconds=0 code=0
  shift
  setsid "$@" >"$log" 2>&1 &
  QUICKSTART_JOB=$!
  while kill -0 "$QUICKSTART_JOB" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    if [[ -t 1 ]]; then
      printf '\r\033[K      %.90s' "$(tail -n 1 "$log" | tr -d '\r')"
    elif ((seconds % 60 == 0)); then
      Say "… $((seconds / 60)) min: $(tail -n 1 "$log" | cut -c 1-90)"
    fi
  done
  if [[ -t 1 ]]; then printf '\r\033[K'; fi
  wait "$QUICKSTART_JOB" || code=$?
  QUICKSTART_JOB=""
  return "$code"
}

NeededPackages() { sed 's/#.*//' packages.txt | awk 'NF { print $1 }'; }

MissingPackages() {
  local package
  for package in $(NeededPackages); do
    if [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then echo "$package"; fi
  done
}

# Debian starts a server when its package comes in; nobody asked for a web server on port 80 of this machine.
InstallQuietly() {
  local as_root=("$@") policy=/usr/sbin/policy-rc.d ours=false
  shift $#
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    ours=true
  fi
  local code=0 missing
  mapfile -t missing < <(MissingPackages)
  Logged build/packages.log "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" || code=$?
  if $ours; then "${as_root[@]}" rm -f "$policy"; fi
  return "$code"
}

InstallPackages() {
  if ! command -v dpkg-query >/dev/null; then
    Say "this is no Debian: taking the packages of packages.txt for granted"
    return 0
  fi
  local missing as_root=()
  missing=$(MissingPackages | tr '\n' ' ')
  if [[ -z $missing ]]; then
    Say "all there"
    return 0
  fi
  Say "missing: $missing"
  if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      Fail "please install what is missing, as root:  apt-get update && apt-get install -y --no-install-recommends $missing"
    fi
    as_root=(sudo -n)
  else
    as_root=(env)
  fi
  Logged build/apt-update.log "${as_root[@]}" apt-get update -q || Fail "apt-get update failed, see build/apt-update.log"
  InstallQuietly "${as_root[@]}" || Fail "apt-get install failed, see build/packages.log"
  Say "installed"
}

# Build PRESET [TARGET…]: configures and builds; everything when no target is given.
Build() {
  local preset=$1
  shift
  local log=build/$preset-build.log targets=()
  if [[ $# -gt 0 ]]; then targets=(--target "$@"); fi
  Logged "build/$preset-configure.log" cmake --preset "$preset" ||
    Fail "configuring failed, see build/$preset-configure.log: $(grep -m 1 'CMake Error' -A 2 "build/$preset-configure.log" | tr '\n' ' ')"
  Logged "$log" cmake --build --preset "$preset" "${targets[@]}" ||
    Fail "building failed, see $log: $(grep -m 1 -E 'error:|FAILED:' "$log" || true)"
  Say "in build/$preset, log in $log"
}
