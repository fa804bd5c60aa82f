#!/usr/bin/env python3
"""Writes a PDF whose text stands in compressed streams, as glyph numbers that only its ToUnicode map explains (ISO 32000-1, 9.10.3).

usage: make_pdf.py FILE PAGES TEXT
TEXT, in as many lines as it has, is on the last page; the other pages hold filler. Nothing of TEXT stands in the file as it is.
"""
import sys
import zlib


def stream(data, more=""):
    packed = zlib.compress(data.encode("ascii"))
    return b"<< /Length %d /Filter /FlateDecode %s>>\nstream\n" % (len(packed), more.encode()) + packed + b"\nendstream"


def main():
    path, pages, text = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    letters = sorted(set(text + "0123456789 line") - {"\n"})
    glyphs = {letter: number + 1 for number, letter in enumerate(letters)}
    shown = lambda line: "<" + "".join("%04x" % glyphs[letter] for letter in line) + "> Tj"
    units = lambda letter: letter.encode("utf-16-be").hex()
    pairs = ["<%04x> <%s>" % (number, units(letter)) for letter, number in glyphs.items()]
    blocks = "".join("%d beginbfchar\n%s\nendbfchar\n" % (len(pairs[i:i + 100]), "\n".join(pairs[i:i + 100])) for i in range(0, len(pairs), 100))
    cmap = ("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /T def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n" + blocks + "endcmap\nend\nend\n")
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>",
               b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(b"%d 0 R" % (7 + 2 * i) for i in range(pages))),
               b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
               b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
               b"/FontDescriptor 5 0 R /DW 1000 >>",
               b"<< /Type /FontDescriptor /FontName /F /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 "
               b"/CapHeight 700 /StemV 80 >>",
               stream(cmap)]
    number = 12345
    for page in range(pages):
        lines = []
        for _ in range(40):
            number = (number * 1103515245 + 12345) % (1 << 31)
            lines.append("line %d %d" % (number, number // 7))
        if page == pages - 1:
            lines += text.split("\n")
        content = "BT /F 10 Tf 12 TL 50 760 Td\n" + "".join(shown(line) + " T*\n" for line in lines) + "ET\n"
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>" % (8 + 2 * page))
        objects.append(stream(content))
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for index, body in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n" % (index + 1) + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    with open(path, "wb") as file:
        file.write(out)


main()
