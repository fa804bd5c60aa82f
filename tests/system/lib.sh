# shellcheck shell=bash
# The laboratory of the demo and the system tests: a client and a server, each in a network namespace of its own, and
# between them a third one in which nothing but the appliance runs.
#
#   client (10.9.0.1, fd09::1) --veth-- left [gate] right --veth-- server (10.9.0.2, fd09::2)
#
# The client's and the server's namespaces are joined by the appliance alone: without it no frame passes. Source this file,
# call LabPrepare FOLDER, then LabUp and the rest; LabDown (also on exit and on signals) takes everything away again.
# Needs root. Everything is named after the process, so that two laboratories do not meet.

LAB_CLIENT_IP=10.9.0.1
LAB_SERVER_IP=10.9.0.2
LAB_CLIENT_IP6=fd09::1
LAB_SERVER_IP6=fd09::2

LAB=""            # prefix of the namespaces' names
LAB_DIR=""        # folder of this laboratory
LAB_PIDS=()       # processes to end, newest last
LAB_APPLIANCE=""  # process id of sluiced
LAB_NGINX=""

# Prints why a laboratory cannot be set up here; prints nothing and succeeds where it can.
LabObstacle() {
  if [[ $(id -u) -ne 0 ]]; then
    echo "network namespaces need root, and this is user $(id -un)"
    return 1
  fi
  local tool
  for tool in ip ethtool curl nginx; do
    if ! command -v "$tool" >/dev/null; then
      echo "$tool is not installed (see packages.txt)"
      return 1
    fi
  done
  local probe="sluice-probe-$$" refusal
  if ! refusal=$(ip netns add "$probe" 2>&1); then
    echo "network namespaces are refused: $refusal"
    return 1
  fi
  if ! refusal=$(ip -n "$probe" link add probe0 type veth peer name probe1 2>&1); then
    ip netns delete "$probe"
    echo "virtual Ethernet pairs are refused: $refusal"
    return 1
  fi
  ip netns delete "$probe"
}

# LabPrepare FOLDER: an empty folder for configuration, logs and uploads; cleans up when the shell ends.
LabPrepare() {
  LAB="sluice-$$"
  LAB_DIR=$1
  rm -rf "$LAB_DIR"
  mkdir -p "$LAB_DIR"
  trap 'LabDown' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

InClient() { ip netns exec "$LAB-client" "$@"; }
InServer() { ip netns exec "$LAB-server" "$@"; }
InGate() { ip netns exec "$LAB-gate" "$@"; }

# LabHost NAME ADDRESS ADDRESS6: a namespace with one interface, eth0, whose other end NAME lies in the gate.
LabHost() {
  local name=$1 address=$2 address6=$3 gate_end=$4
  ip netns add "$LAB-$name"
  ip -n "$LAB-$name" link add eth0 type veth peer name "$gate_end" netns "$LAB-gate"
  ip -n "$LAB-$name" link set lo up
  # The checksums of veth are left to hardware that is not there; the appliance has to see real ones.
  InHost "$name" ethtool -K eth0 rx off tx off sg off tso off gso off gro off >>"$LAB_DIR/network.log" 2>&1
  ip -n "$LAB-$name" addr add "$address/24" dev eth0
  ip -n "$LAB-$name" addr add "$address6/64" dev eth0 nodad
  ip -n "$LAB-$name" link set eth0 up
  LabGateEnd "$gate_end"
}
InHost() {
  local name=$1
  shift
  ip netns exec "$LAB-$name" "$@"
}

# The kernel is not to speak on the gate's interfaces: whatever passes, the appliance has passed.
LabGateEnd() {
  local switch=/proc/sys/net/ipv6/conf/$1/disable_ipv6
  InGate sh -c "if [ -e $switch ]; then echo 1 >$switch; fi"
  InGate ethtool -K "$1" rx off tx off sg off tso off gso off gro off >>"$LAB_DIR/network.log" 2>&1
  ip -n "$LAB-gate" link set "$1" up
}

# The inline laboratory: the gate's ends are `left` and `right`.
LabUp() {
  ip netns add "$LAB-gate"
  LabHost client "$LAB_CLIENT_IP" "$LAB_CLIENT_IP6" left
  LabHost server "$LAB_SERVER_IP" "$LAB_SERVER_IP6" right
}

# The tap laboratory: client and server meet in a hub (a bridge that learns nothing), which repeats everything to
# `tap`; what is sent into `response` reaches both hosts, and not the tap.
LabUpTap() {
  ip netns add "$LAB-gate"
  LabHost client "$LAB_CLIENT_IP" "$LAB_CLIENT_IP6" left
  LabHost server "$LAB_SERVER_IP" "$LAB_SERVER_IP6" right
  ip -n "$LAB-gate" link add hub type bridge
  local port
  for port in tap response; do
    ip -n "$LAB-gate" link add "$port" type veth peer name "$port-hub"
    LabGateEnd "$port"
    LabGateEnd "$port-hub"
  done
  for port in left right tap-hub response-hub; do
    ip -n "$LAB-gate" link set "$port" master hub
    InGate bridge link set dev "$port" learning off flood on
  done
  for port in tap-hub response-hub; do InGate bridge link set dev "$port" isolated on; done
  ip -n "$LAB-gate" link set hub up
}

# LabServer: nginx in the server's namespace. PUT /files/… stores, POST /post/… stores nothing but reads the whole body,
# GET /files/… gives back. What nginx holds of uploads under way is in $LAB_DIR/nginx/temp.
LabServer() {
  local at=$LAB_DIR/nginx
  mkdir -p "$at/files" "$at/temp/body" "$at/temp/other"
  cat >"$at/nginx.conf" <<CONF
daemon off;
master_process off;
pid $at/nginx.pid;
error_log $at/error.log info;
events { worker_connections 1024; }
http {
  access_log $at/access.log;
  default_type application/octet-stream;
  client_max_body_size 0;
  client_body_temp_path $at/temp/body;
  proxy_temp_path $at/temp/other;
  fastcgi_temp_path $at/temp/other;
  uwsgi_temp_path $at/temp/other;
  scgi_temp_path $at/temp/other;
  server {
    listen 80;
    listen [::]:80;
    location /files/ { root $at; dav_methods PUT; create_full_put_path on; }
    location /post/ { client_body_in_file_only on; proxy_pass http://unix:$at/sink.sock:/; }
    location = /ready { return 204; }
  }
  server {
    listen unix:$at/sink.sock;
    location / { return 201 "taken\n"; }
  }
}
CONF
  # Not InServer: a function in the background would put a shell between us and the process.
  ip netns exec "$LAB-server" nginx -p "$at" -c "$at/nginx.conf" >>"$at/output.log" 2>&1 &
  LAB_NGINX=$!
  LAB_PIDS+=("$LAB_NGINX")
  local try
  for try in {1..100}; do
    if InServer curl -s -o /dev/null --max-time 1 http://127.0.0.1/ready; then return 0; fi
    if ! kill -0 "$LAB_NGINX" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "nginx did not start (after $try tries); its log says:" >&2
  cat "$at/error.log" "$at/output.log" >&2
  return 1
}

# LabConfig PAIRS_OR_TAPS…: writes $LAB_DIR/sluice.yaml around the lines given (ports and their places).
LabConfig() {
  {
    echo "policy: policy.slb"
    printf '%s\n' "$@"
    echo "workers: {count: ${LAB_WORKERS:-1}, idle: sleep}"
    echo "memory: {huge_pages: ${SLUICE_HUGE_PAGES:-auto}}"
    echo "tables: {flows: 16384, held_packets: 16384, objects: 8192, sessions: 8192}"
    echo "output:"
    echo "  findings: findings.jsonl"
    echo "  objects: objects.jsonl"
    echo "  flows: flows.jsonl"
    echo "  stats: stats.json"
    echo "  stats_interval: 1"
    echo "  object_hashes: true"
  } >"$LAB_DIR/sluice.yaml"
}
# LabControl: adds the control plane to the configuration; Control asks it.
LabControl() { echo "control: {directory: control, socket: api.sock}" >>"$LAB_DIR/sluice.yaml"; }
Control() { "$SLUICE_BIN/sluicectl" --socket "$LAB_DIR/api.sock" "$@"; }

LabConfigInline() {
  LabConfig "ports:" \
    "  outside: {driver: af_packet, interface: right}" \
    "  inside: {driver: af_packet, interface: left}" \
    "pairs: [{ports: [outside, inside]}]"
}
LabConfigTap() {
  LabConfig "ports:" \
    "  mirror: {driver: af_packet, interface: tap}" \
    "  answer: {driver: af_packet, interface: response}" \
    "taps: [mirror]" \
    "response_port: answer"
}

# LabPolicy PACK…: compiles the packs into the laboratory's policy.
LabPolicy() {
  "$SLUICE_BIN/sluicec" compile "$@" -o "$LAB_DIR/policy.slb" >>"$LAB_DIR/sluicec.log" 2>&1 && return 0
  echo "sluicec refused the pack:" >&2
  cat "$LAB_DIR/sluicec.log" >&2
  return 1
}

# Starts sluiced in the gate, whose namespace holds no way around it, and waits until it forwards packets.
LabAppliance() {
  rm -f "$LAB_DIR/ready"
  ip netns exec "$LAB-gate" "$SLUICE_BIN/sluiced" run -c "$LAB_DIR/sluice.yaml" --ready-file "$LAB_DIR/ready" \
    >>"$LAB_DIR/sluiced.log" 2>&1 &
  LAB_APPLIANCE=$!
  LAB_PIDS+=("$LAB_APPLIANCE")
  local try
  for try in {1..600}; do
    if [[ -e $LAB_DIR/ready ]]; then return 0; fi
    if ! kill -0 "$LAB_APPLIANCE" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "sluiced is not ready (after $try looks); it says:" >&2
  tail -n 20 "$LAB_DIR/sluiced.log" >&2
  return 1
}

# Waits until the client reaches the server, at most 30 seconds.
LabReachable() {
  local try
  for try in {1..60}; do
    if InClient curl -s -o /dev/null --noproxy '*' --max-time 0.5 "http://$LAB_SERVER_IP/ready"; then return 0; fi
    if [[ -n $LAB_APPLIANCE ]] && ! kill -0 "$LAB_APPLIANCE" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "the client does not reach the server through the appliance (after $try tries); sluiced says:" >&2
  tail -n 20 "$LAB_DIR/sluiced.log" >&2
  return 1
}

# LabStop PID NAME [SIGNAL]: asks the process to end and returns its exit code; after 20 seconds it is killed, which is a failure.
LabStop() {
  local pid=$1 name=$2 signal=${3:-TERM} code=0
  kill "-$signal" "$pid" 2>/dev/null || true
  local waited
  for waited in {1..200}; do
    if ! kill -0 "$pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  if [[ $waited -eq 200 ]] && kill -0 "$pid" 2>/dev/null; then
    echo "$name did not end within 20 seconds of SIG$signal" >&2
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    return 1
  fi
  wait "$pid" 2>/dev/null || code=$?
  local kept=() other
  for other in "${LAB_PIDS[@]}"; do
    if [[ $other != "$pid" ]]; then kept+=("$other"); fi
  done
  LAB_PIDS=("${kept[@]+"${kept[@]}"}")
  return "$code"
}
# LabStopAppliance SIGNAL
LabStopAppliance() {
  local pid=$LAB_APPLIANCE
  LAB_APPLIANCE=""
  LabStop "$pid" sluiced "$1"
}

# Ends what this laboratory started, by process id, and removes its namespaces. Safe to call at any point, and twice.
LabDown() {
  local code=$? i name
  trap - EXIT
  trap '' INT TERM
  for ((i = ${#LAB_PIDS[@]} - 1; i >= 0; --i)); do LabStop "${LAB_PIDS[i]}" "process ${LAB_PIDS[i]}" || true; done
  LAB_PIDS=()
  for name in client gate server; do
    if [[ -n $LAB && -e /run/netns/$LAB-$name ]]; then ip netns delete "$LAB-$name" || true; fi
  done
  trap - INT TERM
  return "$code"
}

Digest() { sha256sum "$1" | cut -d ' ' -f 1; }

# Text of about BYTES bytes, the same in each run, without a marking: LabText SEED BYTES.
LabText() {
  awk -v seed="$1" -v bytes="$2" 'BEGIN {
    srand(seed);
    split("the report lists deliveries of the second quarter with dates amounts and places as agreed last spring", word, " ");
    for (n = 0; n < bytes; n += length(line) + 1) {
      line = "";
      for (i = 0; i < 12; ++i) line = line word[1 + int(rand() * 16)] " ";
      print line int(rand() * 100000);
    }
  }'
}

# Whether any file of the server holds the bytes TEXT, among finished and unfinished uploads.
LabServerHolds() { grep -rqF --binary-files=text -- "$1" "$LAB_DIR/nginx/files" "$LAB_DIR/nginx/temp"; }

# Bytes that the server holds, of finished and unfinished uploads.
LabServerBytes() { find "$LAB_DIR/nginx/files" "$LAB_DIR/nginx/temp" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }'; }

# A value from the statistics, by jq path: LabStat '.coverage.inspected_bytes'.
LabStat() { jq -r "$1" "$LAB_DIR/stats.json"; }

# Bytes received, and the sum over all fates, on one line. REQUIRES: the appliance has stopped.
LabCoverage() { LabStat '"\(.bytes) \(.coverage.inspected_bytes + .coverage.decoded_bytes + ([.coverage.not_inspected[]] | add // 0))"'; }
