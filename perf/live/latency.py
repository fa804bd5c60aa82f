#!/usr/bin/env python3
"""How long packets take through `sluiced run`, at shares of what it can take.

`latency_probe` is both hosts: HTTP uploads go in at one memif port and come out at the other, each frame with the time it was sent. First as
fast as they are taken, which is the capacity; then at 10, 50 and 90 % of it (--shares), several times, and the medians are printed. `around` is
from send to receive with both devices' rings; `within` is what the appliance itself says (metric sluice_added_latency_seconds), from the poll
that received a frame until the other device had it: the upper bounds of its buckets. `testpmd` is `dpdk-testpmd` in io mode in the appliance's
place, in turns with it at the same rates: what the devices, the probe and the machine take.

    perf/live/latency.py build/release/bin [--rounds 3] [--seconds 3] [--pack FILE] [--core 1] [--probe-core 0]

Needs dpdk-testpmd (package dpdk), and two cores that nobody else uses: what is moved off its core waits, and that is what is seen then.
"""
import argparse
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time

FIGURES = ("p50_us", "p99_us", "p999_us")


def configuration(arguments, folder):
    def port(name, number):
        return f'{{driver: memif, socket: {folder}/{name}.sock, id: {number}, role: server}}'

    return f"""
policy: policy.slb
ports: {{clients: {port("client", 0)}, servers: {port("server", 1)}}}
pairs: [{{ports: [servers, clients], propagate_link: false}}]
workers: {{count: 1, processors: [{arguments.core}]}}
memory: {{huge_pages: {arguments.huge_pages}}}
output: {{findings: findings.jsonl, stats: stats.json, stats_interval: 1}}
"""


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        pack = arguments.pack
        if pack is None:
            pack = f"{folder}/pack.yaml"
            with open(pack, "w") as file:
                subprocess.run([f"{arguments.bin}/latency_probe", "--pack"], check=True, stdout=file)
        subprocess.run([f"{arguments.bin}/sluicec", "compile", pack, "-o", f"{folder}/policy.slb"], check=True, stdout=subprocess.DEVNULL)
        with open(f"{folder}/sluice.yaml", "w") as file:
            file.write(configuration(arguments, folder))

    def remove(self, *names):
        for name in names:
            if os.path.exists(f"{self.folder}/{name}"):
                os.remove(f"{self.folder}/{name}")

    def probe(self, rate):
        command = ["taskset", "-c", str(self.arguments.probe_core), f"{self.arguments.bin}/latency_probe", "--client", f"{self.folder}/client.sock",
                   "--server", f"{self.folder}/server.sock", "--rate", str(rate), "--seconds", str(self.arguments.seconds)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

    def testpmd(self, rate):
        devices = [f"--vdev=net_memif{number},role=server,id={number},socket={self.folder}/{name}.sock,socket-abstract=no,bsize=2048"
                   for number, name in enumerate(("client", "server"))]
        main = 0 if self.arguments.core != 0 else 1
        command = ["dpdk-testpmd", "--no-huge", "-m", "512", "--no-shconf", "--no-pci", "--no-telemetry", f"--lcores={main},{self.arguments.core}", *devices,
                   "--", "--forward-mode=io", "--nb-cores=1", "--total-num-mbufs=16384", "--burst=32", "--auto-start", "--no-lsc-interrupt", "--stats-period=1"]
        self.remove("client.sock", "server.sock")
        # It goes on while nobody types, and what it prints reaches a pipe with its statistics.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            # A client that comes before the ports are started is not answered.
            if not any("Port statistics" in line for line in process.stdout):
                raise SystemExit("dpdk-testpmd did not start")
            return self.probe(rate)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()
            self.remove("client.sock", "server.sock")

    def run(self, rate):
        """One appliance, one probe: what the probe measured, and what the appliance says of itself."""
        self.remove("stats.json", "ready", "findings.jsonl")
        sluiced = subprocess.Popen([f"{self.arguments.bin}/sluiced", "run", "-c", f"{self.folder}/sluice.yaml", "--ready-file", f"{self.folder}/ready"],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            while not os.path.exists(f"{self.folder}/ready"):
                if sluiced.poll() is not None:
                    raise SystemExit("sluiced did not start:\n" + sluiced.stdout.read())
                time.sleep(0.05)
            measured = self.probe(rate)
        finally:
            if sluiced.poll() is None:
                sluiced.send_signal(signal.SIGTERM)
            output = sluiced.communicate()[0]
        if sluiced.returncode != 0:
            raise SystemExit(f"sluiced ended with {sluiced.returncode}:\n{output}")
        with open(f"{self.folder}/stats.json") as file:
            stats = json.load(file)
        # What the clients send leaves by the servers' port.
        return measured, stats["added_latency"]["servers"]


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def shown(runs):
    return " / ".join(f"{median(runs, figure):g}" for figure in FIGURES)


def each(runs):
    return " ".join(f"{run['p99_us']:g}" for run in runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", help="folder with sluiced, sluicec and latency_probe")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--shares", type=int, nargs="+", default=[10, 50, 90], help="percent of the capacity")
    parser.add_argument("--pack", help="a rule pack or folder of them; without it the 500 mixed patterns of pipeline_perf")
    parser.add_argument("--core", type=int, default=1)
    parser.add_argument("--probe-core", type=int, default=0)
    parser.add_argument("--huge-pages", choices=["on", "off", "auto"], default="off")
    arguments = parser.parse_args()
    arguments.bin = os.path.abspath(arguments.bin)
    if arguments.pack is not None:
        arguments.pack = os.path.abspath(arguments.pack)

    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, folder)
        capacity = median([bench.run(0)[0] for _ in range(arguments.rounds)], "frames_a_second")
        print(f"capacity: {capacity:,.0f} frames a second", flush=True)
        for share in arguments.shares:
            rate = capacity * share / 100
            runs, floor = [], []
            for _ in range(arguments.rounds):
                runs.append(bench.run(rate))
                floor.append(bench.testpmd(rate))
            around, within = zip(*runs)
            print(f"{share:3} %: {median(around, 'frames_a_second'):>9,.0f} frames a second; p50 / p99 / p99.9 around {shown(around)}, within {shown(within)}, "
                  f"testpmd {shown(floor)} us; p99 of each run {each(around)}, testpmd {each(floor)}; left out "
                  f"{sum(run['left_out'] for run in around) / max(1, sum(run['frames'] for run in around)):.1%}, given up {sum(run['given_up'] for run in around)}", flush=True)


if __name__ == "__main__":
    main()
