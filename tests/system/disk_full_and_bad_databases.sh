#!/usr/bin/env bash
# A full disk, a database that another process holds, and one whose bytes were overwritten, under the running appliance: packets go on,
# each is counted and said, and what waited is written when there is room again. A small tmpfs is the disk.
# shellcheck source=tests/system/test.sh
source "$(dirname "$0")/test.sh"
# shellcheck source=tests/system/lib_stream.sh
source "$TEST_FOLDER/lib_stream.sh"

[[ $(id -u) -eq 0 ]] || Skip "a disk of its own needs root, and this is user $(id -un)"
# What a run that was ended left mounted cannot be removed.
umount -l "$SLUICE_WORK/$(basename "$0" .sh)/control" 2>/dev/null || true
LabPrepare "$SLUICE_WORK/$(basename "$0" .sh)"
mkdir "$LAB_DIR/control"
mount -t tmpfs -o size=96m,mode=0700 tmpfs "$LAB_DIR/control" || Skip "a tmpfs cannot be mounted here"
EndTest() {
  LabDown || true
  umount -l "$LAB_DIR/control" 2>/dev/null || true
}
trap EndTest EXIT
LabPolicy "$TEST_RULES"
StreamConfig
sed -i 's|findings: findings.jsonl|findings: control/findings.jsonl|' "$LAB_DIR/sluice.yaml"
DB=$LAB_DIR/control/incidents.db

FillDisk() { dd if=/dev/zero of="$LAB_DIR/control/ballast" bs=64k 2>/dev/null || true; }
FreeDisk() { rm -f "$LAB_DIR/control/ballast"; }
# MetricGrows NAME: within ten seconds.
MetricGrows() {
  local before try
  before=$(Metric "$1")
  for try in {1..100}; do
    if [[ $(Metric "$1") -gt $before ]]; then return 0; fi
    sleep 0.1
  done
  return 1
}
Lossless() { [[ $(Metric sluice_incident_findings_lost_total) == 0 ]]; }
Settled() { [[ $(Metric sluice_incident_findings_waiting) == 0 && $(HealthCode /readyz) == 200 ]]; }
# Of all incidents together.
FindingsStored() { python3 -c 'import sqlite3,sys; print(sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True).execute("SELECT coalesce(sum(findings),0) FROM incident").fetchone()[0])' "$DB"; }

StreamStart 1000 2000 1
StreamAppliance
EventuallyThat "incidents are written" test -s "$DB"
Eventually "it is ready" 200 HealthCode /readyz

FillDisk
EventuallyThat "a full disk is an alarm" AlarmSays "incidents cannot be written, and wait"
ExpectThat "which names the disk" AlarmSays "full"
ExpectThat "it is counted" MetricGrows sluice_incident_commits_failed_total
Expect "it is not ready" 503 "$(HealthCode /readyz)"
Expect "it lives" 200 "$(HealthCode /healthz)"
ExpectThat "packets go on" MetricGrows sluice_packets_total
EventuallyThat "lines that found no room in the records' file are counted" MetricGrows sluice_record_lines_lost_total
ExpectThat "and are an alarm" AlarmSays "records are lost"
Expect "what a person wants changed is refused with the reason" 1 "$(Control incidents comment 1 "seen" >/dev/null 2>"$LAB_DIR/refusal"; echo $?)"
ExpectThat "in words" grep -qiE 'full|space' "$LAB_DIR/refusal"
FreeDisk
EventuallyThat "with room again incidents are written" Settled
ExpectThat "none was lost" Lossless
EventuallyThat "and nothing needs attention" Not AlarmSays "cannot be written"
ExpectThat "people can work again" eval 'Control incidents comment 1 "seen" >/dev/null'

# Another process holds the database's write lock for six seconds.
python3 -c 'import sqlite3,sys,time
held = sqlite3.connect(sys.argv[1], isolation_level=None); held.execute("BEGIN IMMEDIATE"); time.sleep(6); held.execute("ROLLBACK")' "$DB" &
LAB_PIDS+=($!)
EventuallyThat "a database that another process holds is an alarm" AlarmSays "locked"
ExpectThat "packets go on" MetricGrows sluice_packets_total
Expect "the list is still shown" 0 "$(Control incidents list >/dev/null; echo $?)"
EventuallyThat "when it is let go incidents are written" Settled
ExpectThat "none was lost" Lossless
StreamStop
EventuallyThat "all are settled" Settled
Expect "every finding is in the database" "$(Metric sluice_incident_findings_total)" "$(FindingsStored)"
LabStopAppliance TERM || true  # it says that lines of records are missing
ExpectThat "which it says at its end as well" grep -q "lines could not be written" "$LAB_DIR/sluiced.log"

# A crash, and no room at the next start: it comes up, forwards, and writes when there is room.
StreamStart 1000 2000 1
StreamAppliance
EventuallyThat "findings come" test "$(Metric sluice_incident_findings_total)" -gt 0
StreamKill
StreamStop
FillDisk
StreamStart 1000 2000 1
ExpectThat "it starts on a full disk" StreamAppliance
ExpectThat "packets run" MetricGrows sluice_packets_total
EventuallyThat "and it says what is wrong" AlarmSays "cannot be written"
FreeDisk
EventuallyThat "with room again incidents are written" Settled
ExpectThat "none was lost" Lossless

# Overwritten behind its first page, while it runs: as a disk does that goes bad.
dd if=/dev/urandom of="$DB" bs=4096 seek=1 count="$(($(stat -c %s "$DB") / 4096 - 1))" conv=notrunc 2>/dev/null
# What the writer has in memory it does not read again: whoever asks for the list meets it first.
CorruptionIsMet() { Control incidents list --limit 1000 >/dev/null 2>&1; AlarmSays "a new one was begun"; }
EventuallyThat "a corrupt database is an alarm" CorruptionIsMet
Expect "it is kept under another name" 1 "$(find "$LAB_DIR/control" -name 'incidents.db.set-aside-*' -not -name '*-wal' | wc -l)"
Expect "and counted" 1 "$(Metric sluice_databases_set_aside_total)"
ExpectThat "packets go on" MetricGrows sluice_packets_total
ExpectThat "incidents are written to the new one" MetricGrows sluice_incidents_created_total
EventuallyThat "and it is ready" Settled
StreamKill
StreamStop
dd if=/dev/urandom of="$DB" bs=4096 count=4 conv=notrunc 2>/dev/null
rm -f "$DB-wal" "$DB-shm"
StreamStart 1000 2000 1
StreamAppliance
ExpectThat "one that is corrupt at the start is set aside as well" AlarmSays "a new one was begun"
EventuallyThat "and incidents are written" test "$(Metric sluice_incidents_created_total)" -gt 0
StreamStop
LabStopAppliance TERM
