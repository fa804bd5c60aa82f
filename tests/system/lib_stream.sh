# shellcheck shell=bash
# An appliance on a tap that nothing but a pipe feeds: for tests of the running program that need findings and no network. Sourced by
# them behind test.sh; LabPrepare makes the folder, LabDown ends what was started here.
#
#   upload_stream --pipe--> [sluiced, driver pcap] --> findings, incidents, API

STREAM=""  # process id of upload_stream

# StreamConfig [LINE…]: the configuration, with the control plane in `control`; the lines are added at its end.
StreamConfig() {
  LabConfig "ports:" "  mirror: {driver: pcap, rx_file: stream.pcap}" "taps: [mirror]"
  LabControl
  if [[ $# -gt 0 ]]; then printf '%s\n' "$@" >>"$LAB_DIR/sluice.yaml"; fi
}

# StreamStart RATE CLIENTS MARKED-EACH [COUNT]: uploads into the pipe from which the appliance will read.
StreamStart() {
  rm -f "$LAB_DIR/stream.pcap"
  mkfifo "$LAB_DIR/stream.pcap"
  "$SLUICE_BIN/upload_stream" "$LAB_DIR/stream.pcap" "$@" &
  STREAM=$!
  LAB_PIDS+=("$STREAM")
}
StreamStop() {
  local pid=$STREAM
  STREAM=""
  if [[ -z $pid ]]; then return 0; fi
  kill -CONT "$pid" 2>/dev/null || true
  LabStop "$pid" upload_stream || true
}

# StreamAppliance [ENVIRONMENT…]: starts sluiced and waits until packets run. Variables are for it alone.
StreamAppliance() {
  rm -f "$LAB_DIR/ready"
  env "$@" "$SLUICE_BIN/sluiced" run -c "$LAB_DIR/sluice.yaml" --ready-file "$LAB_DIR/ready" >>"$LAB_DIR/sluiced.log" 2>&1 &
  LAB_APPLIANCE=$!
  LAB_PIDS+=("$LAB_APPLIANCE")
  local try
  for try in {1..1200}; do
    if [[ -e $LAB_DIR/ready ]]; then return 0; fi
    if ! kill -0 "$LAB_APPLIANCE" 2>/dev/null; then break; fi
    sleep 0.05
  done
  echo "sluiced is not ready (after $try looks); it says:" >&2
  tail -n 20 "$LAB_DIR/sluiced.log" >&2
  return 1
}
# Ends the appliance as a crash would.
StreamKill() {
  local pid=$LAB_APPLIANCE
  LAB_APPLIANCE=""
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
}

Metric() { MetricText | awk -v name="$1" '$1 == name { print $2 }'; }
MetricText() { curl -s --max-time 10 --unix-socket "$LAB_DIR/api.sock" http://sluice/metrics; }
# HealthCode PATH
HealthCode() { curl -s --max-time 10 -o /dev/null -w '%{http_code}' --unix-socket "$LAB_DIR/api.sock" "http://sluice$1"; }
Alarms() { Control --json status | jq -r '.alarms[]'; }
AlarmSays() { Alarms | grep -q -- "$1"; }
