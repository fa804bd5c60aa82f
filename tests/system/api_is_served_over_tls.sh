#!/usr/bin/env bash
# The API over TLS: certificates and tokens say who asks and what he may, renewed certificates are taken over, and thousands of idle and
# slow connections stop neither the Unix socket nor an upload.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

command -v openssl >/dev/null || Skip "openssl is not installed"

PORT=8443
SERVER=https://appliance.test:$PORT
PKI=""  # folder of certificates

# Authority NAME: an authority of its own.
Authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1 authority" \
    -addext "basicConstraints=critical,CA:TRUE" -keyout "$PKI/$1.key" -out "$PKI/$1.pem" 2>>"$LAB_DIR/openssl.log"
}
# Certificate NAME AUTHORITY SUBJECT EXTENSIONS DAYS: DAYS may be negative, for one that has expired.
Certificate() {
  local name=$1 authority=$2 subject=$3 extensions=$4 days=$5
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$subject" -keyout "$PKI/$name.key" -out "$PKI/$name.csr" 2>>"$LAB_DIR/openssl.log"
  chmod 0600 "$PKI/$name.key"
  local from to
  from=$(date -u -d "-30 days" +%Y%m%d%H%M%SZ)
  to=$(date -u -d "$days days" +%Y%m%d%H%M%SZ)
  printf '%s\n' "$extensions" >"$PKI/$name.ext"
  : >"$PKI/$authority.index"
  openssl ca -batch -config <(printf '%s\n' "[ca]" "default_ca=d" "[d]" "database=$PKI/$authority.index" "new_certs_dir=$PKI" "rand_serial=yes" \
    "default_md=sha256" "policy=p" "unique_subject=no" "[p]" "commonName=supplied") -cert "$PKI/$authority.pem" -keyfile "$PKI/$authority.key" \
    -startdate "$from" -enddate "$to" -extfile "$PKI/$name.ext" -in "$PKI/$name.csr" -notext -out "$PKI/$name.pem" >>"$LAB_DIR/openssl.log" 2>&1
}

# Ask PATH CURL-ARGUMENTS…: the status; the body is in $LAB_DIR/said. 000: no answer.
Ask() {
  local path=$1
  shift
  rm -f "$LAB_DIR/said"
  InGate curl -sS --noproxy '*' --max-time 20 --cacert "$PKI/ca.pem" --resolve "appliance.test:$PORT:127.0.0.1" -o "$LAB_DIR/said" -w '%{http_code}' \
    "$@" "$SERVER$path" 2>>"$LAB_DIR/curl.log" || true
}
Said() { jq -r "$1" "$LAB_DIR/said"; }
# Remote ARGUMENTS…: sluicectl over TLS; what it complains of goes to $LAB_DIR/complaint.
Remote() { InGate "$SLUICE_BIN/sluicectl" --server "https://127.0.0.1:$PORT" --ca "$PKI/ca.pem" "$@" 2>"$LAB_DIR/complaint"; }
RemoteByToken() { Remote --token-file "$LAB_DIR/$1.token" "${@:2}"; }
Complaint() { cat "$LAB_DIR/complaint"; }
# Token NAME ARGUMENTS…: its text into $LAB_DIR/NAME.token.
Token() {
  (umask 077 && Control tokens add "$@" >"$LAB_DIR/$1.token" 2>>"$LAB_DIR/tokens.log")
}
Bearer() { echo "Authorization: Bearer $(cat "$LAB_DIR/$1.token")"; }
Count() { Control --json status | jq -r ".counters.$1"; }
# Milliseconds until the Unix socket has answered.
SocketTime() {
  local begin
  begin=$(date +%s%N)
  Control --json status >/dev/null
  echo $((($(date +%s%N) - begin) / 1000000))
}

BeginLab
LabUp
LabServer
LabPolicy "$TEST_RULES"
ip -n "$LAB-gate" link set lo up
PKI=$LAB_DIR/pki
mkdir -p "$PKI"
Authority ca
Authority clients
Authority strangers
SERVER_NAMES="subjectAltName=DNS:appliance.test,IP:127.0.0.1"
Certificate server ca /CN=appliance.test "$SERVER_NAMES" 20
Certificate stale ca /CN=appliance.test "$SERVER_NAMES" -1
Certificate soon ca /CN=appliance.test "$SERVER_NAMES" 3
Certificate elsewhere ca /CN=other.test "subjectAltName=DNS:other.test" 20
Certificate li clients /CN=li "extendedKeyUsage=clientAuth" 20
Certificate wang clients /CN=ignored "subjectAltName=email:wang@example.org" 20
Certificate nobody clients /CN=nobody-listed "extendedKeyUsage=clientAuth" 20
Certificate late clients /CN=li "extendedKeyUsage=clientAuth" -1
Certificate forged strangers /CN=li "extendedKeyUsage=clientAuth" 20
for part in pem key; do cp -p "$PKI/server.$part" "$PKI/live.$part"; done

LabConfigInline
LabControl
WriteApi() {
  sed -i '/^api:/,$d' "$LAB_DIR/sluice.yaml"
  cat >>"$LAB_DIR/sluice.yaml" <<CONF
api:
  listen: ["127.0.0.1:$PORT"]
  certificate: pki/live.pem
  key: pki/live.key
  client_ca: pki/clients.pem
  authentication: ${1:-either}
  connections: 256
  connections_per_address: 16
  clients:
    - {certificate: "cn:li", user: li, role: viewer}
    - {certificate: "email:wang@example.org", user: wang, role: ${2:-operator}}
CONF
}
WriteApi

# ---- what is wrong with the files is said at once, before anything starts
Check() { "$SLUICE_BIN/sluiced" check -c "$LAB_DIR/sluice.yaml" 2>&1; }
ExpectThat "good files are good" grep -q "no errors" <(Check)
chmod 0644 "$PKI/live.key"
cp "$PKI/stale.pem" "$PKI/live.pem"
mv "$PKI/clients.pem" "$PKI/clients.away"
wrong=$(Check || true)
for sentence in "expired on" "open to others" "not the key of the certificate" "client_ca: .*No such file"; do
  ExpectThat "sluiced check says: $sentence" grep -q "$sentence" <<<"$wrong"
done
ExpectThat "and a run refuses" Not "$SLUICE_BIN/sluiced" run -c "$LAB_DIR/sluice.yaml"
mv "$PKI/clients.away" "$PKI/clients.pem"
for part in pem key; do cp -p "$PKI/server.$part" "$PKI/live.$part"; done

LabAppliance
LabReachable

# ---- the process has given up what it does not need any more, in every thread, and everything below happens without it
Filtered() { grep -h '^Seccomp:' "/proc/$LAB_APPLIANCE"/task/*/status | awk '{ print $2 }' | sort -u | xargs; }
if grep -q "system calls: filtered" "$LAB_DIR/sluiced.log"; then
  Expect "every thread's system calls are filtered" 2 "$(Filtered)"
  Expect "and none gains privileges" 1 "$(awk '/^NoNewPrivs:/ { print $2 }' "/proc/$LAB_APPLIANCE/status")"
fi

# ---- certificates
Expect "without a certificate or a token nobody is known" 401 "$(Ask /v1/status)"
ExpectThat "which the answer says in a sentence" grep -q "token or a client certificate" <(Said .detail)
Expect "health needs neither" 200 "$(Ask /healthz)"
Expect "a listed certificate is let in" 200 "$(Ask /v1/status --cert "$PKI/li.pem" --key "$PKI/li.key")"
Expect "and is a viewer" 403 "$(Ask /v1/audit --cert "$PKI/li.pem" --key "$PKI/li.key")"
Expect "one that nobody listed is known by name and may nothing" 403 "$(Ask /v1/status --cert "$PKI/nobody.pem" --key "$PKI/nobody.key")"
ExpectThat "by that name" grep -q "cn:nobody-listed" <(Said .detail)
Expect "one that has expired is refused in the handshake" 000 "$(Ask /v1/status --cert "$PKI/late.pem" --key "$PKI/late.key")"
Expect "one of another authority likewise" 000 "$(Ask /v1/status --cert "$PKI/forged.pem" --key "$PKI/forged.key")"
Expect "TLS 1.1 is not spoken" 000 "$(Ask /healthz --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0)"
Expect "TLS 1.2 is" 200 "$(Ask /healthz --tls-max 1.2)"
Expect "HTTP without TLS is not" 000 "$(InGate curl -s --max-time 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/healthz" || true)"

# ---- tokens
Token siem --role viewer --user siem
Token desk --role operator --user zhao --expires 1h
Token root --role admin
Expect "a token is let in" 200 "$(Ask /v1/status -H "$(Bearer siem)")"
Expect "nonsense is not" 401 "$(Ask /v1/status -H "Authorization: Bearer sluice_0123456789abcdef_$(printf 'A%.0s' {1..43})")"
ExpectThat "nothing of a token is on the disk" Not grep -rqF --binary-files=text "$(cut -c 25- "$LAB_DIR/siem.token")" "$LAB_DIR/control"
expires=$(date -u -d "+2 seconds" +%Y-%m-%dT%H:%M:%SZ)
Token short --role viewer --expires "$expires"
Expect "a token that lasts seconds is let in" 200 "$(Ask /v1/status -H "$(Bearer short)")"
Eventually "and no more when they are over" 401 Ask /v1/status -H "$(Bearer short)"
ExpectThat "which the answer says" grep -q "has expired" <(Said .detail)

# ---- what each may
Marked marked.txt 20000
Expect "a marked upload is stopped" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
Eventually "and is an incident over TLS as well" 1 eval 'RemoteByToken siem --json incidents list | jq ".incidents | length"'
Expect "a viewer gets it without its sample" null "$(RemoteByToken siem --json incidents show 1 | jq .sample)"
Expect "an operator with it" object "$(RemoteByToken desk --json incidents show 1 | jq -r '.sample | type')"
Expect "a viewer may not act" 1 "$(RemoteByToken siem incidents state 1 closed >/dev/null; echo $?)"
ExpectThat "and is told so in one line" test "$(Complaint | wc -l)" -eq 1
ExpectThat "which names the role" grep -q "role viewer" <(Complaint)
ExpectThat "an operator may" RemoteByToken desk incidents state 1 in_review
ExpectThat "as may a certificate" Remote --cert "$PKI/wang.pem" --key "$PKI/wang.key" incidents tag 1 legal
Expect "the audit log has users, and what showed them" "zhao token desk wang certificate email:wang@example.org" \
  "$(Control --json audit list | jq -r '[.entries[] | select(.by) | "\(.actor) \(.by)"] | join(" ")')"
Expect "and the makers of tokens" "root" "$(Control --json audit list | jq -r '[.entries[] | select(.action == "token.add") | .actor] | unique | join(" ")')"
Expect "an operator makes no tokens" 1 "$(RemoteByToken desk tokens add mine --role admin >/dev/null; echo $?)"
Expect "an admin does, from elsewhere too" 0 "$(RemoteByToken root tokens add made-remotely --role viewer >/dev/null; echo $?)"
ExpectThat "when tokens were used is known" test "$(Control --json tokens list | jq '[.tokens[] | select(.last_used)] | length')" -ge 3

# ---- the stream, and revocation
RemoteByToken siem --json incidents watch >"$LAB_DIR/watched" &
watcher=$!
LAB_PIDS+=("$watcher")
Eventually "a stream is open" 1 Count api_streams
Marked again.txt 20000 && Curl -T "$LAB_DIR/again.txt" "$(Url /files/again.txt)" >/dev/null
EventuallyThat "incidents come by it as they happen" grep -q '"rule"' "$LAB_DIR/watched"
ExpectThat "a token is revoked" Control tokens revoke siem
Expect "and of no use at once" 401 "$(Ask /v1/status -H "$(Bearer siem)")"
Eventually "its stream ends as well" 0 Count api_streams
wait "$watcher" 2>/dev/null || true
Expect "sluicectl says in one line what to do" 1 "$(RemoteByToken siem status >/dev/null; Complaint | grep -c "revoked; ask an admin")"

# ---- other ways to fail, each in one line
Says() {
  local sentence=$1
  shift
  "$@" >/dev/null 2>"$LAB_DIR/complaint" && Broken "this should have failed: $*"
  [[ $(wc -l <"$LAB_DIR/complaint") -eq 1 ]] || Broken "more than a line: $(Complaint)"
  ExpectThat "sluicectl: $sentence" grep -q -- "$sentence" "$LAB_DIR/complaint"
}
Ctl() { InGate "$SLUICE_BIN/sluicectl" "$@"; }
Says "with --ca" Ctl --server "https://127.0.0.1:$PORT" status
Says "is .* (--ca) the authority" Ctl --server "https://127.0.0.1:$PORT" --ca "$PKI/strangers.pem" status
Says "it wants a client certificate\|a token or a client certificate" Remote status
Says "has expired: have it renewed" Ctl --server "https://127.0.0.1:$PORT" --ca "$PKI/ca.pem" --cert "$PKI/late.pem" --key "$PKI/late.key" status
Says "does not trust the authority" Ctl --server "https://127.0.0.1:$PORT" --ca "$PKI/ca.pem" --cert "$PKI/forged.pem" --key "$PKI/forged.key" status
Says "is it let through" Ctl --server "https://127.0.0.1:1" --ca "$PKI/ca.pem" status
Says "is not https://HOST:PORT" Ctl --server "http://127.0.0.1:$PORT" --ca "$PKI/ca.pem" status
chmod 0644 "$LAB_DIR/desk.token"
Says "can be used by others" Ctl --server "https://127.0.0.1:$PORT" --ca "$PKI/ca.pem" --token-file "$LAB_DIR/desk.token" status
chmod 0600 "$LAB_DIR/desk.token"

# ---- certificates renewed on the disk
Install() { for part in pem key; do cp -p "$PKI/$1.$part" "$PKI/live.$part"; done; }
Reload() {
  local done_before
  done_before=$(Control --json audit list --limit 1000 | jq '[.entries[] | select(.action == "policy.reload")] | length')
  kill -HUP "$LAB_APPLIANCE"
  Eventually "the appliance has reloaded" $((done_before + 1)) eval 'Control --json audit list --limit 1000 | jq "[.entries[] | select(.action == \"policy.reload\")] | length"'
}
Alarms() { Control --json status | jq -r '.alarms[]'; }
before=$(Count api_tls_certificate_expiry)
Install soon
Reload
ExpectThat "a renewed certificate is taken over" test "$(Count api_tls_certificate_expiry)" -lt "$before"
ExpectThat "one that expires soon is an alarm" grep -q "expires on" <(Alarms)
Expect "and a warning in health" 1 "$(Ask /healthz >/dev/null; Said '.warnings | length')"
printf 'no certificate\n' >"$PKI/live.pem"
Reload
ExpectThat "a bad one is not taken over, which is an alarm" grep -q "not taken over" <(Alarms)
Expect "the one before is still shown" 200 "$(Ask /v1/status -H "$(Bearer desk)")"
Expect "and it is counted" 1 "$(Count api_tls_reloads_failed)"
Install elsewhere
Reload
Says "is for other.test and not for 127.0.0.1" Remote status
Install server
Reload
WriteApi either viewer
Expect "before, the holder of a certificate may act" 200 "$(Ask /v1/incidents/1/tags/x -X PUT --cert "$PKI/wang.pem" --key "$PKI/wang.key")"
Reload
Expect "the list of clients is taken over as well" 403 "$(Ask /v1/incidents/1/tags/x -X PUT --cert "$PKI/wang.pem" --key "$PKI/wang.key")"
ExpectThat "and nothing needs attention" Not grep -q . <(Alarms)

# ---- malformed and large requests
Token writer --role analyst
head -c 2000000 /dev/zero >"$LAB_DIR/large"
Expect "a body that is too large is refused" 413 "$(Ask /v1/incidents/1/comments -H "$(Bearer writer)" --data-binary "@$LAB_DIR/large")"
Expect "as is a target that is no path" 400 "$(Ask "/v1/%zz" -H "$(Bearer writer)")"
ExpectThat "by a problem" grep -q '"status":400' "$LAB_DIR/said"
Expect "a page of another site cannot act for a user" 403 "$(Ask /v1/incidents/1/tags/y -X PUT -H "$(Bearer writer)" -H 'Origin: https://evil.test')"
ExpectThat "a policy goes up from those who may send one" RemoteByToken desk --json policy upload "$LAB_DIR/policy.slb"

# ---- a few slow ones, within what is served at a time, are ended when their time is over
ip netns exec "$LAB-gate" python3 "$TEST_FOLDER/slow_clients.py" "$PORT" 24 9 "$LAB_DIR/few" 2>>"$LAB_DIR/slow.log"
late=$(Count api_tls_deadlines_missed)
ExpectThat "slow clients are ended when a handshake's or a request's time is over ($late of $(cut -d ' ' -f 1 "$LAB_DIR/few"))" test "$late" -gt 8
ExpectThat "some of them after TLS had begun" test "$(cut -d ' ' -f 2 "$LAB_DIR/few")" -gt 0

# ---- thousands of connections that want nothing
prlimit --nofile=8192:8192 --pid $$
ip netns exec "$LAB-gate" python3 "$TEST_FOLDER/slow_clients.py" "$PORT" 2400 25 "$LAB_DIR/slow" 2>>"$LAB_DIR/slow.log" &
slow=$!
LAB_PIDS+=("$slow")
Opened() { cut -d ' ' -f 1 "$LAB_DIR/slow" 2>/dev/null || echo 0; }
Many() { [[ $(Opened) -ge 4800 ]]; }
EventuallyThat "thousands of slow connections come, again and again" Many
worst=0
for _ in {1..20}; do
  took=$(SocketTime)
  if [[ $took -gt $worst ]]; then worst=$took; fi
done
ExpectThat "the Unix socket answers all the while, at worst within $worst ms" test "$worst" -lt 3000
LabText 1 2000000 >"$LAB_DIR/clean.txt"
Expect "an upload passes meanwhile" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
Marked once-more.txt 20000
Expect "a marked one does not" 403 "$(Curl -T "$LAB_DIR/once-more.txt" "$(Url /files/once-more.txt)")"
answered=0
for _ in {1..10}; do
  if RemoteByToken desk --json status >/dev/null; then answered=$((answered + 1)); fi
done
ExpectThat "and who shows a token is answered over TLS too ($answered times of 10)" test "$answered" -ge 9
ExpectThat "never more connections than were allowed" test "$(Count api_tls_connections)" -le 256
ExpectThat "those too many of an address are refused" test "$(Count api_tls_connections_refused)" -gt 0
ExpectThat "those that show nothing go for new ones" test "$(Count api_tls_connections_displaced)" -gt 0
echo "   opened and begun: $(cat "$LAB_DIR/slow"); refused $(Count api_tls_connections_refused), displaced $(Count api_tls_connections_displaced), late $(Count api_tls_deadlines_missed)"
wait "$slow" || true
ExpectThat "the process holds no descriptors of them" test "$(find "/proc/$LAB_APPLIANCE/fd" -lname 'socket:*' | wc -l)" -lt 100

# ---- one that is let to expire stops clients, and no packets
Install stale
LabStopAppliance TERM
sed -i 's/authentication: either/authentication: certificate/' "$LAB_DIR/sluice.yaml"
LabAppliance
LabReachable
ExpectThat "with an expired certificate the appliance runs, and says so" grep -q "expired on" <(Alarms)
Says "has expired: renew it" Remote --cert "$PKI/li.pem" --key "$PKI/li.key" status
Install server
Reload
ExpectThat "until it is renewed" Remote --cert "$PKI/li.pem" --key "$PKI/li.key" status
Expect "where certificates are needed, none without comes in" 000 "$(Ask /healthz)"
Says "it wants a client certificate: --cert" Remote status
Expect "and tokens are not taken" 401 "$(Ask /v1/status --cert "$PKI/li.pem" --key "$PKI/li.key" -H "$(Bearer desk)")"
ExpectThat "the audit log holds together" Control audit verify
LabText 2 100000 >"$LAB_DIR/last.txt"
Expect "an upload passes" 201 "$(Curl -T "$LAB_DIR/last.txt" "$(Url /files/last.txt)")"
EndAppliance TERM
