#!/usr/bin/env bash
# Findings reach a real rsyslog by TCP and by TLS, a file and a webhook; receivers go away, sluiced is killed, and nothing is missing afterwards.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

for tool in rsyslogd openssl python3; do
  command -v "$tool" >/dev/null || Skip "$tool is not installed (see packages.txt)"
done
[[ -e /usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_ossl.so ]] || Skip "rsyslog-openssl is not installed (see packages.txt)"

BeginLab
LabUp
# Receivers are beside the appliance, in its own namespace.
ip -n "$LAB-gate" link set lo up
mkdir -p "$LAB_DIR/rsyslog"

Certificate() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=siem -addext "subjectAltName=IP:127.0.0.1" \
    -keyout "$LAB_DIR/$1.key" -out "$LAB_DIR/$1.pem" >>"$LAB_DIR/openssl.log" 2>&1
}
Certificate siem
Certificate other

cat >"$LAB_DIR/rsyslog.conf" <<CONF
global(workDirectory="$LAB_DIR/rsyslog" maxMessageSize="64k" defaultNetstreamDriverCAFile="$LAB_DIR/siem.pem"
       defaultNetstreamDriverCertFile="$LAB_DIR/siem.pem" defaultNetstreamDriverKeyFile="$LAB_DIR/siem.key")
module(load="imtcp")
template(name="parts" type="string" string="%app-name%|%structured-data%|%msg%\n")
ruleset(name="tcp") { action(type="omfile" file="$LAB_DIR/tcp.log" template="parts" asyncWriting="off" flushOnTXEnd="on") }
ruleset(name="tls") { action(type="omfile" file="$LAB_DIR/tls.log" template="parts" asyncWriting="off" flushOnTXEnd="on") }
input(type="imtcp" address="127.0.0.1" port="1514" ruleset="tcp")
input(type="imtcp" address="127.0.0.1" port="6514" ruleset="tls" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
CONF
StartRsyslog() {
  rm -f "$LAB_DIR/rsyslog.pid"
  ip netns exec "$LAB-gate" rsyslogd -n -f "$LAB_DIR/rsyslog.conf" -i "$LAB_DIR/rsyslog.pid" >>"$LAB_DIR/rsyslog.log" 2>&1 &
  RSYSLOG=$!
  LAB_PIDS+=("$RSYSLOG")
}
# StartWebhook PORT FILE [CERTIFICATE KEY]
StartWebhook() {
  ip netns exec "$LAB-gate" python3 "$TEST_FOLDER/webhook_receiver.py" "$@" >>"$LAB_DIR/webhook.log" 2>&1 &
  WEBHOOK=$!
  LAB_PIDS+=("$WEBHOOK")
}

LabServer
LabPolicy "$TEST_RULES"
LabConfigInline
LabControl
cat >>"$LAB_DIR/sluice.yaml" <<CONF
exports:
  - {name: tcp, to: syslog_tcp, format: cef, address: "127.0.0.1:1514"}
  - {name: tls, to: syslog_tls, format: ecs, address: "127.0.0.1:6514", ca_file: siem.pem}
  - {name: wrong, to: syslog_tls, format: ocsf, address: "127.0.0.1:6514", ca_file: other.pem}
  - {name: hook, to: webhook, format: ocsf, address: "http://127.0.0.1:8099/in"}
  - {name: secure, to: webhook, format: jsonl, address: "https://127.0.0.1:8443/in", ca_file: siem.pem}
  - {name: doubtful, to: webhook, format: jsonl, address: "https://127.0.0.1:8443/in", ca_file: other.pem}
  - {name: eve, to: file, format: eve, path: eve.json}
CONF

# Of an exporter, by the API: Export NAME KEY.
Export() { Control --json status | jq -r --arg name "$1" '.exports[] | select(.name == $name) | .'"$2"; }
Refused() { echo "$(Export "$1" delivered) $([[ -z $(Export "$1" fault) ]] || echo refused)"; }
InMemory() { Control --json status | jq '[.exports[].in_memory] | add'; }
# How many findings of ours a receiver has, each once: by what identifies it.
InTcp() { [[ ! -e $LAB_DIR/tcp.log ]] || grep -F '|CEF:0|Sluice|' "$LAB_DIR/tcp.log" | grep -F 'cat=finding' | grep -oP 'sluice@32473 id="\K[^"]+' | sort -u | wc -l; }
InTls() { [[ ! -e $LAB_DIR/tls.log ]] || sed 's/^[^|]*|[^|]*|//' "$LAB_DIR/tls.log" | jq -r 'select(.event.dataset == "sluice.finding") | .event.id' | sort -u | wc -l; }
InHook() { [[ ! -e $LAB_DIR/webhook.jsonl ]] || jq -r 'select(.metadata.log_name == "finding") | .metadata.uid' "$LAB_DIR/webhook.jsonl" | sort -u | wc -l; }
InSecure() { [[ ! -e $LAB_DIR/secure.jsonl ]] || jq -r 'select(.event == "finding") | .export_id' "$LAB_DIR/secure.jsonl" | sort -u | wc -l; }
InEve() { jq -r 'select(.event_type == "alert") | .sluice.export_id' "$LAB_DIR/eve.json" | sort -u | wc -l; }
Upload() { Curl -T "$LAB_DIR/marked.txt" "$(Url "/files/$1.txt")"; }
# Waits as long as a pause between attempts can be after a few failures.
Finally() {
  local what=$1 expected=$2 try
  shift 2
  for try in {1..300}; do
    if [[ $("$@" 2>/dev/null || true) == "$expected" || $try -eq 300 ]]; then break; fi
    sleep 0.1
  done
  Expect "$what" "$expected" "$("$@" 2>/dev/null || true)"
}

StartRsyslog
StartWebhook 8443 "$LAB_DIR/secure.jsonl" "$LAB_DIR/siem.pem" "$LAB_DIR/siem.key"
LabAppliance
LabReachable
Marked marked.txt 20000
Expect "a marked upload is stopped" 403 "$(Upload one)"
Finally "rsyslog has the finding by TCP, in CEF" 1 InTcp
Finally "and by TLS, in ECS" 1 InTls
Finally "the file has it, like Suricata's" 1 InEve
Finally "a web service has it by HTTPS, as our own record" 1 InSecure
Finally "but not one whose certificate is not trusted" "0 refused" Refused doubtful
ExpectThat "as an RFC 5424 message of sluice" grep -qE '^sluice\|\[sluice@32473 id="[0-9a-f]{16}-[0-9]+"\]\|' "$LAB_DIR/tcp.log"
Finally "nothing went to a log server whose certificate is not trusted" "0 refused" Refused wrong
ExpectThat "and it says why" grep -q 'not trusted' <(Export wrong fault)
ExpectThat "no marking is in clear" Not grep -qF "$TEST_MARK" "$LAB_DIR/tcp.log" "$LAB_DIR/tls.log" "$LAB_DIR/eve.json"
ExpectThat "the webhook's receiver is not there, which is an alarm" grep -q 'export hook' <(Control status)

LabStop "$RSYSLOG" rsyslogd
for name in two three four; do Expect "upload $name is stopped with receivers down" 403 "$(Upload "$name")"; done
Finally "its findings wait" 4 Export hook waiting
Finally "on the disk, for each receiver" 0 InMemory
kill -KILL "$LAB_APPLIANCE"
wait "$LAB_APPLIANCE" 2>/dev/null || true
LabAppliance
LabReachable
ExpectThat "after kill -9 all of them still wait" test "$(Export hook waiting)" -ge 4
StartWebhook 8099 "$LAB_DIR/webhook.jsonl"
StartRsyslog
Finally "the webhook has all four" 4 InHook
Finally "rsyslog by TCP too" 4 InTcp
Finally "and by TLS" 4 InTls
Finally "nothing waits for the webhook" 0 Export hook waiting

LabStop "$WEBHOOK" webhook || true
Expect "upload five, with the webhook stopped" 403 "$(Upload five)"
Finally "waits" 1 Export hook waiting
StartWebhook 8099 "$LAB_DIR/webhook.jsonl"
Finally "and arrives when it is started again" 5 InHook
Expect "nothing was dropped or lost on the way" "0 0" "$(Export hook dropped) $(Export hook lost)"
Finally "the file has all five" 5 InEve
EndAppliance TERM
