#!/usr/bin/env python3
"""Sluice, Suricata with Hyperscan, and Hyperscan alone: content read for each second of processor time, on the same captures.

Both programs read each capture with one thread, 200 words to find in it, no limit on what is read of a body, and nothing written.
They run in turns, several times; what they need to start (the same run over a capture of one flow) is taken off, and the
medians are compared. Hyperscan alone scans the content in pieces of 1,400 bytes: the limit of both.

    perf/compare/compare.py build/release/bin --work build/compare [--mib 128] [--rounds 5] [--captures FOLDER] [--markdown FILE] [--svg FILE]

Needs suricata 7 with Hyperscan (package suricata of bookworm-backports). Bounded: some minutes and 12 times --mib of disk.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

WORDS = 200
MARK = "\u673a\u5bc6\u2605"  # what the captures of a folder are searched for
MARK_CHARSETS = {"utf-8": "utf-8", "gb18030": "gb18030", "utf-16le": "utf-16le"}
KINDS = ("text", "binary", "gzip", "mail", "short", "elephant")


def words():
    first = ("AMBER", "BASALT", "COPPER", "DELTA", "EMERALD", "FALCON", "GRANITE", "HARBOR", "INDIGO", "JUNIPER")
    second = ("ANCHOR", "BEACON", "CANYON", "DYNAMO", "ECLIPSE", "FURNACE", "GLACIER", "HORIZON", "ISTHMUS", "JAVELIN")
    return [f"{a}-{b}-{n}" for n in ("ONE", "TWO") for a in first for b in second][:WORDS]


def suricata_rules(name, content, number):
    places = (("http", "http.request_body; "), ("http", "http.response_body; "), ("smtp", "file.data; "), ("tcp", ""))
    return [f'alert {head} any any -> any any (msg:"{name}"; {buffer}content:"{content}"; sid:{number + i + 1};)\n' for i, (head, buffer) in enumerate(places)]


def write_rules(work):
    (work / "words.txt").write_text("".join(word + "\n" for word in words()))
    rules = []
    for word in words():
        rules += suricata_rules(word, word, len(rules))
    for charset in MARK_CHARSETS.values():
        rules += suricata_rules("mark", "|" + MARK.encode(charset).hex(" ") + "|", len(rules))
    (work / "words.rules").write_text("".join(rules))
    quiet = Path(__file__).with_name("suricata.yaml").read_text()
    (work / "suricata.yaml").write_text(quiet)
    eve = "outputs: [{eve-log: {enabled: yes, filetype: regular, filename: eve.json, types: [alert]}}]"
    (work / "suricata-eve.yaml").write_text(quiet.replace("outputs: []", eve, 1))
    (work / "words.yaml").write_text(
        "pack: {id: compare, title: Words}\n"
        "fail: {flow_table_full: open, reassembly_limit: open, scanner_error: open, overload: open, unverified_retransmission: open,\n"
        "       ambiguous_framing: open, uninspectable: open}\n"
        "detectors:\n  words: {literals: [" + ", ".join(words()) + "], encodings: [utf-8], transfer: none}\n"
        f"  mark: {{literals: [{MARK}], encodings: [{', '.join(MARK_CHARSETS)}], transfer: none}}\n"
        "rules:\n  - {id: compare.words, title: Words, severity: low, action: alert, scope: {direction: both}, detect: words, match: [" + words()[0] + "]}\n"
        f"  - {{id: compare.mark, title: A mark, severity: low, action: alert, scope: {{direction: both}}, detect: mark, match: [{MARK}]}}\n")


def processor_seconds(command, cwd):
    """Of the whole run, and its output."""
    read, write = os.pipe()
    child = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.STDOUT)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        output = pipe.read().decode(errors="replace")
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{output[-2000:]}")
    return used.ru_utime + used.ru_stime, output


class Bench:
    def __init__(self, arguments):
        self.bin, self.work = arguments.bin.resolve(), arguments.work.resolve()
        self.rounds = arguments.rounds

    def sluice(self, capture, findings="/dev/null"):
        command = [self.bin / "sluiced", "replay", capture, "--policy", self.work / "words.slb", "--findings", findings,
                   "--workers", "1", "--checksums", "ignore", "--stats", self.work / "stats.json"]
        return processor_seconds(command, self.work)[0]

    def suricata(self, capture, configuration="suricata.yaml"):
        command = ["suricata", "-c", configuration, "-S", "words.rules", "-l", ".", "-k", "none", "--runmode", "single", "-r", capture]
        return processor_seconds(command, self.work)[0]

    def limit(self, payload):
        _, output = processor_seconds([self.bin / "compare_traffic", "limit", payload, "--words", self.work / "words.txt"], self.work)
        return json.loads(output)

    def found(self, capture):
        """How many words each of them names, once, so that the comparison is of programs that read."""
        findings = self.work / "findings.jsonl"
        findings.unlink(missing_ok=True)
        self.sluice(capture, findings)
        # Of each flow a word once, as the peer's alerts are counted.
        ours = {(e["flow"]["id"], e["rule"], e["match"]["masked"]) for e in map(json.loads, findings.open()) if e.get("event") == "finding"}
        (self.work / "eve.json").unlink(missing_ok=True)
        self.suricata(capture, "suricata-eve.yaml")
        theirs = set()
        if (self.work / "eve.json").exists():
            for line in (self.work / "eve.json").open():
                event = json.loads(line)
                if event.get("event_type") == "alert":
                    theirs.add((event["flow_id"], event["alert"]["signature"]))
        return len(ours), len(theirs)

    def measure(self, kind, captures):
        """Megabytes of content for each second of processor time: Sluice, Suricata, the matcher alone."""
        rows = {"sluice": [], "suricata": [], "limit": []}
        for _ in range(self.rounds):
            for name, run in (("sluice", self.sluice), ("suricata", self.suricata)):
                start = run(self.work / "one.pcap")
                rows[name].append(max(1e-3, run(captures) - start))
            payload = self.work / f"{kind}.payload"
            if payload.exists():
                limit = self.limit(payload)
                rows["limit"].append(max(1e-6, limit["seconds"]))
        return {name: (statistics.median(values), min(values), max(values)) if values else None for name, values in rows.items()}


def table(results):
    lines = ["| traffic | content | Sluice | Suricata 7 | ratio | Hyperscan alone | Sluice ÷ alone | found by Sluice, Suricata |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for kind, (size, seconds, found) in results.items():
        rate = {name: size / 1e6 / value[0] if value else None for name, value in seconds.items()}
        spread = lambda name: f"{rate[name]:,.0f} MB/s ({size / 1e6 / seconds[name][2]:,.0f}–{size / 1e6 / seconds[name][1]:,.0f})"
        alone = f"{rate['limit']:,.0f} MB/s | {rate['sluice'] / rate['limit']:.2f}" if rate["limit"] else "– | –"
        lines.append(f"| {kind} | {size / 2**20:,.0f} MiB | {spread('sluice')} | {spread('suricata')} | **{rate['sluice'] / rate['suricata']:.1f}** | {alone} | "
                     f"{found[0]}, {found[1]} |")
    return "\n".join(lines) + "\n"


def svg(results):
    """Two bars for each kind of traffic, on a scale of its own: how many times the peer."""
    width, row, left = 640, 34, 110
    ratios = {kind: seconds["suricata"][0] / seconds["sluice"][0] for kind, (_, seconds, _) in results.items()}
    most = max(ratios.values())
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{row * len(ratios) + 40}" font-family="sans-serif" font-size="13">',
           '<text x="10" y="20">Content read for each second of processor time, Suricata = 1</text>']
    for i, (kind, ratio) in enumerate(ratios.items()):
        y = 34 + row * i
        scale = (width - left - 70) / most
        out.append(f'<text x="10" y="{y + 17}">{kind}</text>'
                   f'<rect x="{left}" y="{y + 2}" width="{ratio * scale:.1f}" height="12" fill="#2a6f97"/>'
                   f'<rect x="{left}" y="{y + 15}" width="{scale:.1f}" height="8" fill="#adb5bd"/>'
                   f'<text x="{left + ratio * scale + 6:.1f}" y="{y + 13}">{ratio:.1f}</text>')
    return "\n".join(out) + "\n</svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("bin", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--mib", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--captures", type=Path, help="a folder of captures, played again and again as one more kind of traffic: mix")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--only", help="kinds of traffic, separated by commas")
    arguments = parser.parse_args()
    if shutil.which("suricata") is None:
        sys.exit("suricata is not installed: it is the package `suricata` of Debian's bookworm-backports")
    version = subprocess.run(["suricata", "--build-info"], capture_output=True, text=True).stdout
    if not re.search(r"Hyperscan support:\s+yes", version):
        sys.exit("this suricata has no Hyperscan, so it is not the peer to compare with")
    bench = Bench(arguments)
    bench.work.mkdir(parents=True, exist_ok=True)
    write_rules(bench.work)
    subprocess.run([bench.bin / "sluicec", "compile", bench.work / "words.yaml", "-o", bench.work / "words.slb"], check=True, stdout=subprocess.DEVNULL)
    make = [bench.bin / "compare_traffic", "make", bench.work, "--words", bench.work / "words.txt", "--mib"]
    subprocess.run([*make, "1"], check=True)
    (bench.work / "text.pcap").rename(bench.work / "one.pcap")
    start_bytes = (bench.work / "text.payload").stat().st_size
    subprocess.run([*make, str(arguments.mib)], check=True)

    results = {}
    kinds = arguments.only.split(",") if arguments.only else KINDS
    for kind in (kind for kind in kinds if kind != "mix"):
        capture = bench.work / f"{kind}.pcap"
        size = (bench.work / f"{kind}.payload").stat().st_size
        results[kind] = (size - start_bytes, bench.measure(kind, capture), bench.found(capture))
        print(table({kind: results[kind]}).splitlines()[-1], flush=True)
    if arguments.captures:
        mix = bench.work / "mix.pcap"
        files = sorted(p for p in arguments.captures.rglob("*") if p.suffix in (".pcap", ".pcapng", ".cap"))
        subprocess.run([bench.bin / "compare_traffic", "mix", mix, *files, "--mib", str(arguments.mib)], check=True)
        results["mix"] = (mix.stat().st_size, bench.measure("mix", mix), bench.found(mix))
    print(table(results))
    if arguments.markdown:
        arguments.markdown.write_text(table(results))
    if arguments.svg:
        arguments.svg.write_text(svg(results))


main()
