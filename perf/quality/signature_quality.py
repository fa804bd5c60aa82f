#!/usr/bin/env python3
"""How well registered documents are recognised: recall by fragment, edit and split, beside ssdeep and TLSH, and false alarms.

    signature_quality.py --bin build/release/bin --work build/quality [--chinese FOLDER] [--benign-files 20000]

Documents are taken from this machine (manual pages and texts of /usr/share, libraries of /usr/lib, Chinese texts of a folder);
which ones depends on their paths alone. A fragment counts as recognised when its own document is named. A harmless file that is
reported is compared with the document letter by letter: it is a false alarm where it does not hold a passage of it. Tables are
printed as Markdown; docs/signatures.md has those of one run.
"""
import argparse, base64, gzip, hashlib, io, json, os, random, re, shutil, struct, subprocess, sys, unicodedata, zipfile, zlib
from pathlib import Path

POLICY = """pack: {id: quality, title: Quality}
detectors:
  designs: {signature: {set: quality}}
rules:
  - {id: test.design, title: A document, detect: designs}
"""
TRICKLE = """pack: {id: quality, title: Quality}
detectors:
  trickle: {signature: {set: quality, left: 20 %}}
rules:
  - {id: test.trickle, title: A document in pieces, detect: trickle}
"""


def run(*command, **more):
    return subprocess.run([str(c) for c in command], check=more.pop("check", True), capture_output=True, **more)


def rank(path):
    return hashlib.sha256(str(path).encode()).hexdigest()


def read_text(path):
    try:
        data = gzip.open(path).read() if str(path).endswith(".gz") else Path(path).read_bytes()
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError, EOFError):
        return None


LONG = 100_000  # characters of a document that pieces of 64 KiB are taken from


def english_documents(count):
    folders = ("/usr/share/man/man1", "/usr/share/man/man5", "/usr/share/man/man7", "/usr/share/man/man8", "/usr/share/doc", "/usr/share/vim", "/usr/share/perl")
    paths = [p for folder in folders for p in Path(folder).rglob("*") if p.is_file() and not p.is_symlink() and p.suffix in (".gz", ".txt", ".pod", "")]
    texts, long_texts, used, long_used = [], [], [], []
    for path in sorted(paths, key=rank):
        text = read_text(path)
        if text is None or "\0" in text or not 16_000 <= len(text) <= 400_000 or "changelog" in path.name.lower():
            continue
        of_its_kind, sources, wanted = (long_texts, long_used, count // 3) if len(text) >= LONG else (texts, used, count)
        if len(of_its_kind) < wanted:
            of_its_kind.append(text)
            sources.append(str(path))
    return texts + long_texts, used + long_used


def chinese_documents(folder, count):
    characters = ""
    for path in sorted(Path(folder).glob("*")):
        data = path.read_bytes() if path.is_file() else b""
        for charset in ("utf-8", "gb18030"):
            try:
                text = data.decode(charset)
                break
            except UnicodeDecodeError:
                text = ""
        if sum("\u4e00" <= c <= "\u9fff" for c in text) > len(text) / 3:
            characters += text
    size, long_size = 8000, 32000
    # Half of it as documents that pieces of 64 KiB can be taken from.
    long_end = min(len(characters) // 2 // long_size, max(count // 3, 1)) * long_size
    long_documents = [characters[i:i + long_size] for i in range(0, long_end, long_size)]
    rest = characters[long_end:]
    return [rest[i:i + size] for i in range(0, min(len(rest), count * size), size)] + long_documents


def binary_documents(count):
    paths = [p for p in Path("/usr/lib/x86_64-linux-gnu").glob("*.so*") if p.is_file() and not p.is_symlink() and 1_200_000 <= p.stat().st_size <= 12_000_000]
    return [p.read_bytes() for p in sorted(paths, key=rank)[:count]]


class Bench:
    def __init__(self, bin_folder, work):
        self.bin, self.work = Path(bin_folder), Path(work)
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "registered").mkdir(parents=True)
        self.names, self.sources = [], {}

    def register(self, documents, suffix, sources=()):
        for i, content in enumerate(documents):
            name = f"{len(self.names):03d}{suffix}"
            self.sources[name] = sources[i] if i < len(sources) else suffix
            (self.work / "registered" / name).write_bytes(content)
            self.names.append(name)

    def counts(self, *options):
        run(self.bin / "sluicec", "fingerprint", self.work / "registered", "-o", self.work / "try.sls", "--key", self.work / "key", *options)
        out = run(self.bin / "sluicec", "fingerprint", "inspect", self.work / "try.sls", "--documents", "--key", self.work / "key").stdout.decode()
        os.remove(self.work / "try.sls")
        fields = [line.split("\t") for line in out.splitlines() if line.count("\t") == 3]
        return {Path(f[1]).name: int(f[3].split()[0]) for f in fields}

    # Documents that harmless files hold as well, or that hold one another, cannot be told from them: they are no documents to measure with.
    def drop_common(self, benign):
        before, after = self.counts(), self.counts("--benign", benign)
        common = {n for n in self.names if after.get(n, 0) < 0.98 * before.get(n, 1)}
        found = self.scan([self.work / "registered"])
        for name in self.names:
            others = found.get(str(self.work / "registered" / name), set()) - {name} - common
            if others and name not in common:
                common.add(name)
        for name in common:
            os.remove(self.work / "registered" / name)
        self.names = [n for n in self.names if n not in common]
        return common

    def build(self, benign):
        if not (self.work / "key").exists():
            run(self.bin / "sluicec", "fingerprint", "new-key", self.work / "key")
        options = []
        if benign:
            listing = self.work / "benign.list"
            listing.write_text("\n".join(benign))
            if not (self.work / "benign.sls").exists():
                run(self.bin / "sluicec", "fingerprint", "--list", listing, "-o", self.work / "benign.sls", "--key", self.work / "key", check=False)
            options = ["--benign", self.work / "benign.sls"]
        run(self.bin / "sluicec", "fingerprint", self.work / "registered", "-o", self.work / "quality.sls", "--key", self.work / "key", *options)
        for name, text in (("policy", POLICY), ("trickle", TRICKLE)):
            (self.work / f"{name}.yaml").write_text(text)
            run(self.bin / "sluicec", "compile", self.work / f"{name}.yaml", "-o", self.work / f"{name}.slb")
        if shutil.which("ssdeep"):
            (self.work / "ssdeep.list").write_bytes(run("ssdeep", "-b", "-r", self.work / "registered").stdout)
        if shutil.which("tlsh"):
            (self.work / "tlsh.list").write_bytes(run("tlsh", "-r", self.work / "registered", check=False).stdout)

    def scan(self, paths):
        found = {}
        out = run(self.bin / "sluicec", "scan", "--policy", self.work / "policy.slb", "--signatures", self.work / "quality.sls", "--signature-key", self.work / "key", *paths, check=False).stdout
        for line in out.decode("utf-8", "replace").splitlines():
            record = json.loads(line)
            if record["event"] == "finding":
                found.setdefault(record["object"]["name"], set()).update(Path(d.get("name", "")).name for d in record.get("documents", ()))
        return found

    # fragments: (name of the document, bytes, ending). Recall of Sluice, ssdeep, TLSH; None where a tool is not there.
    def recall(self, cell, fragments):
        folder = self.work / "cell"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        paths = []
        for i, (name, content, ending) in enumerate(fragments):
            path = folder / f"{i:05d}~{name}{ending}"
            path.write_bytes(content)
            paths.append(path)
        found = self.scan([folder])
        ours = sum(name in found.get(str(path), ()) for path, (name, _, _) in zip(paths, fragments)) / len(paths)
        return [cell, len(paths), ours, self.ssdeep(folder, paths, fragments), self.tlsh(paths, fragments)]

    def ssdeep(self, folder, paths, fragments):
        if not shutil.which("ssdeep"):
            return None
        out = run("ssdeep", "-b", "-r", "-m", self.work / "ssdeep.list", folder, check=False).stdout.decode("utf-8", "replace")
        hits = set()
        for line in out.splitlines():
            match = re.match(r"(\S+) matches \S*?:(\S+) \((\d+)\)", line)
            if match and match.group(1).split("~")[1].startswith(match.group(2)):
                hits.add(match.group(1))
        return len(hits) / len(paths)

    def tlsh(self, paths, fragments):
        if not shutil.which("tlsh"):
            return None
        hits = 0
        for path, (name, _, _) in zip(paths[:60], fragments[:60]):
            out = run("tlsh", "-c", path, "-l", self.work / "tlsh.list", "-T", "100", check=False).stdout.decode("utf-8", "replace")
            hits += any(re.search(rf"/{re.escape(name)}\b", line) for line in out.splitlines())
        return hits / min(len(paths), 60)


def pieces_of(content, size, count, generator):
    return [content[at:at + size] for at in (generator.randrange(0, max(1, len(content) - size)) for _ in range(count))]


def changed_words(text):
    words = text.split(" ")
    for i in range(9, len(words), 10):
        words[i] = "altered"
    return " ".join(words)


def rewrapped(text):
    flat = re.sub(r"\s+", " ", text)
    return "\r\n".join(flat[i:i + 61] for i in range(0, len(flat), 61))


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def as_html(text):
    return ("<!DOCTYPE html><html><head><title>t</title></head><body>" + "".join(f"<p class=\"a\">{escaped(p)}</p>\n" for p in text.split("\n")) + "</body></html>").encode()


def as_docx(text):
    out = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{escaped(p)}</w:t></w:r></w:p>" for p in re.sub("[\x00-\x08\x0b-\x1f]", "", text).split("\n"))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>")
        z.writestr("word/document.xml", f"<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def as_zip(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("content", data)
    return out.getvalue()


def as_mail(data):
    return b"From: a@b\r\nTo: c@d\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data)


def as_pdf(text):
    """Pages of 60 lines with a head and a foot, in compressed streams; words are parted at line ends as by a typesetter."""
    rows = [row for line in text.split("\n") for row in parted(line, 84).split("\n")]
    pages = [rows[i:i + 60] for i in range(0, len(rows), 60)]
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", None, b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>"]
    kids = []
    for number, page in enumerate(pages, 1):
        shown = [re.sub(r"([()\\])", r"\\\1", re.sub("[\x00-\x1f]", " ", row)) for row in page]
        stream = zlib.compress(("BT /F1 10 Tf 1 0 0 1 50 800 Tm (Quarterly review) Tj ET\nBT /F1 10 Tf 12 TL 1 0 0 1 50 775 Tm\n" + "\n".join(f"({row}) Tj T*" for row in shown)
                                + f"\nET\nBT /F1 10 Tf 1 0 0 1 290 30 Tm ({number}) Tj ET").encode("cp1252", "replace"))
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n" % len(stream) + stream + b"\nendstream")
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % len(objects))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table_at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table_at)


def parted(line, width):
    """A line in rows; a word that reaches beyond the edge is parted by a hyphen."""
    rows = []
    while len(line) > width:
        inside = line[width - 1].isalpha() and line[width - 2].isalpha() and line[width].isalpha()
        rows.append(line[:width - 1] + "-" if inside else line[:width])
        line = line[width - 1:] if inside else line[width:]
    return "\n".join([*rows, line])


def typeset(text):
    """Words parted at line ends, ligatures, typographic quotes, spaces that do not break."""
    flat = parted(re.sub(r"\s+", " ", text), 58)
    for plain, set_ in (("ffi", "\ufb03"), ("ffl", "\ufb04"), ("ff", "\ufb00"), ("fi", "\ufb01"), ("fl", "\ufb02"), ("'", "\u2019"), (". ", ".\u00a0")):
        flat = flat.replace(plain, set_)
    return flat


def capture(pieces, apart):
    """A pcap in which each piece is an upload of its own, from one of a hundred hosts, `apart` seconds after the one before."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]

    def frame(seconds, micro, source, port, seq, flags, data):
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 0, 0x4000, 64, 6, 0, bytes((10, 1, 2, source)), bytes((10, 9, 9, 9)))
        tcp = struct.pack("!HHIIBBHHH", port, 9000, seq & 0xFFFFFFFF, 0 if flags == 2 else 1, 0x50, flags, 65535, 0, 0)
        packet = b"\x02" * 12 + b"\x08\x00" + ip + tcp + data
        out.append(struct.pack("<IIII", seconds, micro, len(packet), len(packet)) + packet)

    for i, piece in enumerate(pieces):
        seconds, source, port = 1_700_000_000 + i * apart, 1 + i % 100, 20000 + i % 40000
        frame(seconds, 0, source, port, 1000, 0x02, b"")
        for n, at in enumerate(range(0, len(piece), 1400)):
            frame(seconds, 10 + n, source, port, 1001 + at, 0x18, piece[at:at + 1400])
        frame(seconds, 900_000, source, port, 1001 + len(piece), 0x11, b"")
    return b"".join(out)


def split_recall(bench, documents, flows):
    found = 0
    for name, content in documents:
        size = -(-len(content) // flows)
        path = bench.work / "split.pcap"
        path.write_bytes(capture([content[i:i + size] for i in range(0, len(content), size)], 2400))
        out = run(bench.bin / "sluiced", "replay", "--policy", bench.work / "trickle.slb", "--signatures", bench.work / "quality.sls", "--signature-key", bench.work / "key",
                  "--checksums", "ignore", "--findings", "-", path, check=False).stdout.decode("utf-8", "replace")
        found += any(r.get("event") == "finding" and Path(r["document"].get("name", "")).name == name and r["document"].get("departed") for r in map(json.loads, out.splitlines()))
    return [f"{flows} flows", len(documents), found / len(documents), None, None]


WINDOW = 32            # letters, or bytes: of runs that count
# Bytes of the document that a harmless file holds: from the first on naming it is right beyond doubt; below the second, the smallest piece of the tables, it is a false alarm.
TRUE_FINDING, LEAST_FINDING = 400, 256


def opened(data):
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            return b"\n".join(z.read(n) for n in z.namelist())
    return data


def letters(data):
    """Letters and digits as Unicode folds them, and for each the offset of its character and of the next one in the text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    symbols, places = [], []
    for at, character in enumerate(text):
        for c in unicodedata.normalize("NFKD", character).casefold():
            if c.isalnum():
                symbols.append(c)
                places.append(at)
    return "".join(symbols), places, text


def runs_shared(known, found):
    """(begin, end) in `found` of what stands in `known`, too, in runs of WINDOW and more."""
    places = {}
    for i in range(len(known) - WINDOW + 1):
        places.setdefault(known[i:i + WINDOW], i)
    runs, at = [], 0
    while at + WINDOW <= len(found):
        place = places.get(found[at:at + WINDOW])
        if place is None:
            at += 1
            continue
        size = WINDOW
        while place + size < len(known) and at + size < len(found) and known[place + size] == found[at + size]:
            size += 1
        runs.append((at, at + size))
        at += size
    return runs


def shared_bytes(document, content):
    """Bytes of the content that stand in the document, too: as text (case, blanks and punctuation aside), or as they are; and the longest run of them."""
    document, content = opened(document), opened(content)
    (known, _, _), (found, places, text) = letters(document), letters(content)
    as_text = [len(text[places[begin]:places[end - 1] + 1].encode("utf-8", "replace")) for begin, end in runs_shared(known, found)]
    as_bytes = [end - begin for begin, end in runs_shared(document, content)]
    best = max(as_text, as_bytes, key=sum)
    return sum(best), max(best, default=0)


def report_alarms(bench, alarms, tried):
    lines, least = [], {}
    for path, documents in sorted(alarms.items()):
        for name in sorted(documents):
            total, longest = shared_bytes((bench.work / "registered" / name).read_bytes(), Path(path).read_bytes())
            # The least of what was named: each document has to be there.
            least[path] = min(least.get(path, total), total)
            lines.append(f"  {path}: {name} ({bench.sources[name]}): {total} bytes the same, {longest} in a row")
    few = [n for n in least.values() if n < TRUE_FINDING]
    print(f"\nnamed: {len(alarms)} of {tried} harmless files; {len(least) - len(few)} of them hold {TRUE_FINDING} bytes of the document and more, {sum(n >= LEAST_FINDING for n in few)} "
          f"{LEAST_FINDING} to {TRUE_FINDING - 1}; false alarms, which hold less: {sum(n < LEAST_FINDING for n in few)}")
    print("\n".join(lines))


def table(title, rows):
    print(f"\n| {title} | n | Sluice | ssdeep | TLSH ≤ 100 |\n| --- | --- | --- | --- | --- |")
    for cell, count, *values in rows:
        print(f"| {cell} | {count} | " + " | ".join("–" if v is None else f"{v:.3f}" for v in values) + " |", flush=True)


def measure_pieces(bench, names, english, chinese, binaries, pieces, generator):
    for label, documents, suffix, encode in (("English", english, ".en", str.encode), ("Chinese", chinese, ".zh", str.encode)):
        if not documents:
            continue
        rows = []
        for size in (256, 512, 1024, 4096, 16384, 65536):
            fragments = [(n, p, ".txt") for n, t in zip(names[suffix], documents) if len(encode(t)) >= size for p in pieces_of(encode(t), size, pieces, generator)]
            if len(fragments) >= 8:
                rows.append(bench.recall(f"{size} B", fragments))
        table(f"{label} text, piece", rows)
    rows = []
    for size in (4096, 16384, 65536, 262144):
        rows.append(bench.recall(f"{size // 1024} KiB", [(n, p, "") for n, b in zip(names[".bin"], binaries) for p in pieces_of(b, size, 4 * pieces, generator)]))
    table("binary, piece", rows)


def measure_edits(bench, names, english, chinese, pieces, generator):
    edits = [("every 10th word changed", lambda t: changed_words(t).encode(), ".txt"), ("lines wrapped anew", lambda t: rewrapped(t).encode(), ".txt"), ("GB 18030", lambda t: t.encode("gb18030"), ".txt"),
             ("UTF-16 with a byte order mark", lambda t: t.encode("utf-16"), ".txt"), ("UTF-16 without", lambda t: t.encode("utf-16-le"), ".txt"), ("docx", as_docx, ".docx"), ("html", as_html, ".html"),
             ("hyphens at line ends, ligatures", lambda t: typeset(t).encode(), ".txt"), ("pdf", as_pdf, ".pdf"), ("gzip", lambda t: gzip.compress(t.encode()), ".gz"), ("zip", lambda t: as_zip(t.encode()), ".zip"), ("mail, base64", lambda t: as_mail(t.encode()), ".eml")]
    for label, documents, suffix in (("English", english, ".en"), ("Chinese", chinese, ".zh")):
        for size in (600, 4000) if label == "English" else (200, 1400):
            rows = []
            for name, edit, ending in edits if documents else ():
                if label == "Chinese" and name in ("every 10th word changed", "hyphens at line ends, ligatures", "pdf"):
                    continue
                rows.append(bench.recall(name, [(n, edit(p), ending) for n, t in zip(names[suffix], documents) for p in pieces_of(t, size, pieces, generator)]))
            if rows:
                table(f"{label}, {size} characters, as", rows)


def measure_splits(bench, names, binaries):
    big = list(zip(names[".bin"], binaries))[:5]
    table("split, 20 % asked of the ledger", [split_recall(bench, big, flows) for flows in (1, 10, 1000)])


def measure_alarms(bench, tried):
    alarms = {}
    for at in range(0, len(tried), 2000):
        alarms.update(bench.scan(tried[at:at + 2000]))
    report_alarms(bench, alarms, len(tried))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--chinese", default="")
    parser.add_argument("--benign-files", type=int, default=20000)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--pieces", type=int, default=4)
    parser.add_argument("--only", choices=("pieces", "edits", "splits", "alarms"), action="append", help="measure these parts alone")
    options = parser.parse_args()
    generator = random.Random(1)
    bench = Bench(options.bin, options.work)
    english, used = english_documents(options.documents)
    chinese = chinese_documents(options.chinese, options.documents // 2) if options.chinese else []
    binaries = binary_documents(options.documents // 4)
    for documents, suffix, sources in ((english, ".en", used), (chinese, ".zh", ())):
        bench.register([t.encode() for t in documents], suffix, sources)
    bench.register(binaries, ".bin")
    parts = options.only or ("pieces", "edits", "splits", "alarms")
    benign = sorted((p for folder in ("/usr/share", "/usr/include") for p in map(str, Path(folder).rglob("*")) if os.path.isfile(p) and not os.path.islink(p) and p not in used and os.path.getsize(p) < 2_000_000), key=rank)
    learnt, tried = benign[:options.benign_files // 2], benign[options.benign_files // 2:options.benign_files // 2 + options.benign_files]
    contents = dict(zip(bench.names, [*english, *chinese, *binaries]))
    bench.build(learnt)
    dropped = bench.drop_common(bench.work / "benign.sls")
    bench.build(learnt)
    names = {suffix: [n for n in bench.names if n.endswith(suffix)] for suffix in (".en", ".zh", ".bin")}
    english, chinese, binaries = ([contents[n] for n in names[suffix]] for suffix in (".en", ".zh", ".bin"))
    print(f"{len(dropped)} candidates left out: harmless files or other documents hold them as well")
    print(f"{len(english)} English texts, {len(chinese)} Chinese, {len(binaries)} libraries; {len(learnt)} harmless files learnt")

    if "pieces" in parts:
        measure_pieces(bench, names, english, chinese, binaries, options.pieces, generator)
    if "edits" in parts:
        measure_edits(bench, names, english, chinese, options.pieces, generator)
    if "splits" in parts:
        measure_splits(bench, names, binaries)
    if "alarms" in parts:
        measure_alarms(bench, tried)


if __name__ == "__main__":
    main()
