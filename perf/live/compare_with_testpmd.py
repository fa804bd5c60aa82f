#!/usr/bin/env python3
"""Frames per second of `sluiced run` against `dpdk-testpmd` in io mode, on the same devices.

Both forward 64-byte frames between two net_null devices on one core, in turns, several times; the medians are compared.
Counted are frames for each second of processor time of the forwarding thread, so that what else the machine does counts less.
testpmd looks at nothing: it is what the devices and the memory allow. sluiced's frames are bare TCP acknowledgements of
flows that it has decided about.

    perf/live/compare_with_testpmd.py build/release/bin [--rounds 5] [--seconds 4] [--flows 64] [--core 1]

Needs dpdk-testpmd (package dpdk). Runs without root and without huge pages; with them where they are free.
"""
import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time

PACK = """
pack: {id: perf, title: For measuring}
fail: {flow_table_full: closed, reassembly_limit: closed, scanner_error: closed, overload: closed,
       unverified_retransmission: closed, ambiguous_framing: closed, uninspectable: open}
detectors: {mark: {literals: [NEVER-IN-THIS-TRAFFIC]}}
rules:
  - {id: perf.mark, title: A mark, severity: low, action: alert, scope: {direction: both}, detect: mark}
"""


def configuration(arguments):
    port = '{driver: "null", frame_bytes: 64, flows: %d}' % arguments.flows
    return f"""
policy: policy.slb
ports: {{outside: {port}, inside: {port}}}
pairs: [{{ports: [outside, inside]}}]
workers: {{count: 1, processors: [{arguments.core}]}}
memory: {{huge_pages: {arguments.huge_pages}}}
output: {{findings: findings.jsonl, stats: stats.json, stats_interval: 1}}
"""


def read_stats(path):
    with open(path) as file:
        return json.load(file)


def wait_for_new(path, pid):
    before = os.stat(path).st_mtime_ns
    while os.stat(path).st_mtime_ns == before:
        time.sleep(0.002)
    cpu = busiest_thread_seconds(pid)
    return read_stats(path), cpu


def busiest_thread_seconds(pid):
    """Processor time of the thread that used most of it."""
    most = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        most = max(most, int(fields[11]) + int(fields[12]))
    return most / os.sysconf("SC_CLK_TCK")


def run_sluiced(arguments, folder):
    stats, ready = f"{folder}/stats.json", f"{folder}/ready"
    for path in (stats, ready):
        if os.path.exists(path):
            os.remove(path)
    process = subprocess.Popen([f"{arguments.bin}/sluiced", "run", "-c", f"{folder}/sluice.yaml", "--ready-file", ready],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not os.path.exists(ready):
        if process.poll() is not None:
            raise SystemExit("sluiced did not start:\n" + process.stdout.read())
        time.sleep(0.05)
    time.sleep(1.5)
    # The statistics are written once a second: processor time is taken when they are.
    first, first_cpu = wait_for_new(stats, process.pid)
    time.sleep(arguments.seconds)
    last, last_cpu = wait_for_new(stats, process.pid)
    process.send_signal(signal.SIGTERM)
    output = process.communicate()[0]
    if process.returncode != 0:
        raise SystemExit("sluiced failed:\n" + output)
    frames = last["worker_transmitted_frames"] - first["worker_transmitted_frames"]
    return frames / (last_cpu - first_cpu)


def run_testpmd(arguments):
    main = 0 if arguments.core != 0 else 1
    memory = ["--in-memory"] if arguments.huge_pages == "on" else ["--no-huge", "-m", "512", "--no-shconf"]
    command = ["dpdk-testpmd", *memory, "--no-pci", "--no-telemetry", f"--lcores={main},{arguments.core}",
               "--vdev=net_null0,size=64,copy=0", "--vdev=net_null1,size=64,copy=0", "--", "--forward-mode=io", "--nb-cores=1",
               "--total-num-mbufs=65536", "--burst=32", "--rxd=1024", "--txd=1024", "--auto-start", "--stats-period=1"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # Two ports in turn, once a second; the first seconds are the start.
    rates, lines = [], []
    for line in process.stdout:
        lines.append(line)
        found = re.search(r"Tx-pps:\s+(\d+)", line)
        if found:
            rates.append(int(found.group(1)))
            if len(rates) == 4:
                first_cpu, first_time = busiest_thread_seconds(process.pid), time.monotonic()
        if len(rates) >= 2 * (2 + max(2, round(arguments.seconds))):
            break
    if len(rates) < 6:
        raise SystemExit("dpdk-testpmd gave no rates:\n" + "".join(lines))
    cpu, elapsed = busiest_thread_seconds(process.pid) - first_cpu, time.monotonic() - first_time
    process.send_signal(signal.SIGINT)
    process.communicate()
    seconds = [sum(rates[i:i + 2]) for i in range(4, len(rates), 2)]
    return statistics.mean(seconds) * elapsed / cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", help="folder with sluiced and sluicec")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--flows", type=int, default=64)
    parser.add_argument("--core", type=int, default=1)
    parser.add_argument("--huge-pages", choices=["on", "off"], default="off")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("pack.yaml", PACK), ("sluice.yaml", configuration(arguments))):
            with open(f"{folder}/{name}", "w") as file:
                file.write(text)
        subprocess.run([f"{arguments.bin}/sluicec", "compile", f"{folder}/pack.yaml", "-o", f"{folder}/policy.slb"], check=True)
        ours, theirs = [], []
        for round_number in range(arguments.rounds):
            theirs.append(run_testpmd(arguments))
            ours.append(run_sluiced(arguments, folder))
            print(f"round {round_number + 1}: testpmd io {theirs[-1] / 1e6:.2f} M frames a second, sluiced {ours[-1] / 1e6:.2f}", flush=True)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"median: testpmd io {statistics.median(theirs) / 1e6:.2f} M frames a second, sluiced {statistics.median(ours) / 1e6:.2f}: ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
