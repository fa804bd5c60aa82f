#!/usr/bin/env python3
"""How fast documents and tables are registered, and what a large table costs where its tokens are not, look like its own, and are its own.

    registration.py --bin build/release/bin --work build/registration [--megabytes 1000] [--rows 10000000]

Documents are plain files of 4 MiB, half of them words and half of them random bytes. Rates are of input; each scan is measured with the
expression alone, too, in turns, and medians of five are printed.
"""
import argparse, os, random, resource, shutil, statistics, subprocess, time
from pathlib import Path

FILE = 4 << 20
POLICY = """pack: {{id: rows, title: Rows}}
detectors:
  customers: {{regex: ['\\b1[0-9]{{10}}\\b']{signature}}}
rules:
  - {{id: test.rows, title: Rows, detect: customers}}
"""
FAMILY = "Zhang Li Wang Chen Liu Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo".split()


def run(*command):
    begin = time.monotonic()
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    return time.monotonic() - begin, done.returncode, done.stdout + done.stderr


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def words(generator, size):
    vocabulary = ["".join(generator.choices("etaoinshrdlcumwfgypbvk", k=generator.randint(2, 10))) for _ in range(20000)]
    text = " ".join(generator.choices(vocabulary, k=size // 5))
    return text.encode()[:size]


def phone(row):
    return f"1{3_000_000_000 + row * 7919 % 6_999_999_989:010d}"


def row_of(row):
    return f"{FAMILY[row % 20]} {chr(97 + row % 26)}{row % 1000003:x}", phone(row), f"6222{row * 104729 % 10**12:012d}"


def measure_files(options, work, key):
    folder = work / "documents"
    folder.mkdir()
    generator = random.Random(1)
    count = options.megabytes * 1_000_000 // FILE
    for i in range(count):
        (folder / f"{i:05d}").write_bytes(words(generator, FILE) if i % 2 else generator.randbytes(FILE))
    before = processor_seconds()
    seconds, code, output = run(options.bin / "sluicec", "fingerprint", folder, "-o", work / "documents.sls", "--key", key)
    assert code == 0, output
    busy = processor_seconds() - before
    again, _, _ = run(options.bin / "sluicec", "fingerprint", folder, "-o", work / "documents.sls", "--key", key)
    print(f"registered {count * FILE / 1e6:.0f} MB of plain files in {seconds:.1f} s: {count * FILE / 1e6 / seconds:.0f} MB/s on {os.cpu_count()} processors, {count * FILE / 1e6 / busy:.0f} MB for a second of processor time; again, unchanged: {again:.1f} s")


def measure_table(options, work, key):
    table = work / "people.csv"
    with open(table, "w") as out:
        out.write("name,phone,account\n")
        out.writelines(",".join(row_of(i)) + "\n" for i in range(options.rows))
    seconds, code, output = run(options.bin / "sluicec", "fingerprint", "--table", table, "-o", work / "people.sls", "--key", key)
    assert code == 0, output
    size = (work / "people.sls").stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(f"registered {options.rows} rows of 3 columns ({table.stat().st_size / 1e6:.0f} MB) in {seconds:.1f} s; the set has {size / 1e6:.0f} MB, {size / options.rows / 3:.1f} bytes a value; {peak:.1f} GB of memory at most")


def measure_scans(options, work, key):
    for name, signature in (("alone", ""), ("rows", ", signature: {set: people, columns: 3, within: 100}")):
        (work / f"{name}.yaml").write_text(POLICY.format(signature=signature))
        _, code, output = run(options.bin / "sluicec", "compile", work / f"{name}.yaml", "-o", work / f"{name}.slb")
        assert code == 0, output
    generator = random.Random(2)
    base = words(generator, 64 << 20).decode()
    paragraphs = [base[i:i + 2000] for i in range(0, len(base), 2000)]
    texts = {"no token": lambda i: "", "a token that is no value, each 2 kB": lambda i: f" {12_000_000_000 + i} ",
             "a value without its row, each 2 kB": lambda i: f" {phone(i)} ", "a whole row, each 2 kB": lambda i: " " + " ".join(row_of(i)) + " "}
    for name, token in texts.items():
        (work / "text").write_text("".join(p + token(i) for i, p in enumerate(paragraphs)))
        taken = {"alone": [], "rows": []}
        for _ in range(5):
            taken["alone"].append(run(options.bin / "sluicec", "scan", "--policy", work / "alone.slb", work / "text")[0])
            taken["rows"].append(run(options.bin / "sluicec", "scan", "--policy", work / "rows.slb", "--signatures", work / "people.sls", "--signature-key", key, work / "text")[0])
        taken["open"] = [run(options.bin / "sluicec", "scan", "--policy", work / "rows.slb", "--signatures", work / "people.sls", "--signature-key", key, "/dev/null")[0] for _ in range(5)]
        alone, rows, opened = (statistics.median(taken[k]) for k in ("alone", "rows", "open"))
        print(f"{name}: the expression alone {alone:.2f} s, with rows {rows - opened:.2f} s, {(rows - opened - alone) / len(paragraphs) * 1e6:.2f} us more a token; opening the set {opened:.2f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=Path)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    key = options.work / "key"
    run(options.bin / "sluicec", "fingerprint", "new-key", key)
    if options.megabytes:
        measure_files(options, options.work, key)
    if options.rows:
        measure_table(options, options.work, key)
        measure_scans(options, options.work, key)
    shutil.rmtree(options.work)


if __name__ == "__main__":
    main()
