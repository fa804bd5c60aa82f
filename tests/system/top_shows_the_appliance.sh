#!/usr/bin/env bash
# `sluicectl top` shows a running appliance: what is forwarded, who is busy, what was stopped. With a file as its first argument the
# picture is written there (tools/show_top.sh).
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"

BeginLab
LabUp
LabServer
LabPolicy "$TEST_RULES"
LabConfigInline
LabControl
echo "hosts: [{name: desk 7, networks: [$LAB_CLIENT_IP]}]" >>"$LAB_DIR/sluice.yaml"
LabAppliance
LabReachable
LabText 1 3000000 >"$LAB_DIR/clean.txt"
Expect "a clean upload passes" 201 "$(Curl -T "$LAB_DIR/clean.txt" "$(Url /files/clean.txt)")"
Marked marked.txt 20000
Expect "a marked one does not" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url /files/marked.txt)")"
Expect "nor one whose name would steer a terminal" 403 "$(Curl -T "$LAB_DIR/marked.txt" "$(Url '/files/%1b%5b2Jx.txt')")"
Count() { Control --json incidents list | jq '.incidents | length'; }
Eventually "there are incidents" 2 Count
Bytes() { curl -s --unix-socket "$LAB_DIR/api.sock" http://sluice/v1/talkers | jq '.clients[0].bytes > 3000000'; }
Eventually "the client's bytes are counted" true Bytes
(for i in 1 2 3 4; do Curl -T "$LAB_DIR/clean.txt" "$(Url "/files/clean$i.txt")" >/dev/null; done) &
LAB_PIDS+=($!)
Control top --once --interval 1 >"$LAB_DIR/top.txt"
ExpectThat "top shows that packets are forwarded" grep -q '^Sluice  forwards, inline' "$LAB_DIR/top.txt"
ExpectThat "with a rate" grep -qE '^packets [0-9.]+ ' "$LAB_DIR/top.txt"
ExpectThat "the worker" grep -q '^workers 0 \[' "$LAB_DIR/top.txt"
ExpectThat "the coverage" grep -q '^coverage \[.*inspected' "$LAB_DIR/top.txt"
ExpectThat "the client by name" grep -qF "$LAB_CLIENT_IP (desk 7)" "$LAB_DIR/top.txt"
ExpectThat "and the incident" grep -q 'test.secret-star **/files/marked.txt' "$LAB_DIR/top.txt"
ExpectThat "no control character" Not grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$LAB_DIR/top.txt"
Expect "nothing is wider than 80 columns" 0 "$(awk 'length($0) > 80' "$LAB_DIR/top.txt" | wc -l)"
ExpectThat "nor higher than 24 rows" test "$(wc -l <"$LAB_DIR/top.txt")" -le 24
Expect "without a terminal it says what to do" 1 "$(Control top </dev/null >/dev/null 2>"$LAB_DIR/refusal"; echo $?)"
ExpectThat "in a sentence" grep -q -- --once "$LAB_DIR/refusal"
# On a terminal: the other screen on entering, as it was on leaving with q.
python3 - "$SLUICE_BIN/sluicectl" "$LAB_DIR/api.sock" <<'PY' || Broken "top on a terminal"
import os, pty, select, struct, fcntl, sys, termios, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "--socket", sys.argv[2], "top", "--interval", "0.5"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
shown, asked, resized, end = b"", False, False, time.time() + 10
while time.time() < end:
    if select.select([fd], [], [], 0.2)[0]:
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    if not resized and b"coverage" in shown:
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 40, 0, 0))
        resized, mark = True, len(shown)
    if resized and not asked and shown[mark:].count(b"\x1b[H") >= 2:
        last = shown[mark:].split(b"\x1b[H")[-2].split(b"\r\n")
        assert len(last) <= 10 and all(len(line.replace(b"\r", b"").replace(b"\x1b[K", b"").replace(b"\x1b[J", b"").decode()) <= 40 for line in last), last
        os.write(fd, b"q")
        asked = True
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
assert asked and code == 0 and shown.startswith(b"\x1b[?1049h") and shown.rstrip().endswith(b"\x1b[?1049l"), (asked, code, shown[:40], shown[-40:])
PY
echo "ok: on a terminal it follows its size, and q leaves it as it was"
if [[ -n ${1:-} ]]; then cp "$LAB_DIR/top.txt" "$1"; fi
if [[ -n ${SLUICE_RECORD:-} ]]; then
  Control --json status >"$SLUICE_RECORD/status.json"
  Control --json incidents list >"$SLUICE_RECORD/incidents.json"
  curl -s --unix-socket "$LAB_DIR/api.sock" http://sluice/v1/talkers >"$SLUICE_RECORD/talkers.json"
  curl -s --unix-socket "$LAB_DIR/api.sock" http://sluice/v1/statistics >"$SLUICE_RECORD/statistics-before.json"
  Curl -T "$LAB_DIR/clean.txt" "$(Url /files/more.txt)" >/dev/null
  curl -s --unix-socket "$LAB_DIR/api.sock" http://sluice/v1/statistics >"$SLUICE_RECORD/statistics-now.json"
fi
EndAppliance TERM
