"""Measure the assembly of packages: intake of exhibits, merge with structure, stamps, fields, checks.

Run ``python bench/assembly.py`` from the repository; ``--tagged`` makes the exhibits tagged, as Word exports them.
Prints, for packages of 10, 100, 1,000 and 5,000 pages in up to 20 exhibits, seconds, the CPU seconds of all processes,
milliseconds a page and peak memory (this process or the largest of its children). Conversion is not part of it. On a
machine with other work only the CPU seconds tell something.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.exhibits import ExhibitFile, take_exhibits
from isa_docs.assembly.model import PackageInfo, Part
from isa_docs.assembly.typeface import stamp_fonts

SIZES = (10, 100, 1_000, 5_000)
EXHIBITS = 20
LINES = 40
"""Lines of text on each page."""


def font(pdf: Pdf) -> Dictionary:
    """Embed the stamps' font whole, as office programs embed theirs."""
    file = stamp_fonts()[0]
    with TTFont(file) as face:
        scale = 1000 / face["head"].unitsPerEm
        cmap = face.getBestCmap()
        widths = [round(face["hmtx"][cmap[code]][0] * scale) for code in range(32, 127)]
    data = file.read_bytes()
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name.LiberationSans, Flags=32, FontBBox=Array([-544, -303, 1302, 980]),
        ItalicAngle=0, Ascent=905, Descent=-212, CapHeight=729, StemV=80,
        FontFile2=pdf.make_stream(data, Length1=len(data)),
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.LiberationSans, FirstChar=32, LastChar=126,
            Widths=Array(widths), Encoding=Name.WinAnsiEncoding, FontDescriptor=pdf.make_indirect(descriptor),
        )
    )  # fmt: skip


def exhibit(file: Path, pages: int, *, tagged: bool) -> Path:
    """Write a PDF with ``pages`` pages of text; every fifth is landscape."""
    pdf = pikepdf.new()
    face = font(pdf)
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=tree))
    elements, numbers = [], []
    for number in range(pages):
        size = (792, 612) if number % 5 == 4 else (612, 792)
        page = pdf.add_blank_page(page_size=size)
        page.Resources = Dictionary(Font=Dictionary(F1=face))
        content, own = b"", []
        for line in range(LINES):
            text = f"Entry {number:05d}-{line:02d}: classified, valued and marked as the plan requires."
            show = f"BT /F1 9 Tf 72 {size[1] - 72 - 12 * line} Td ({text}) Tj ET\n".encode()
            if tagged:
                show = f"/P <</MCID {line}>> BDC ".encode() + show + b"EMC\n"
                own.append(
                    pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=document, Pg=page.obj, K=line))
                )
            content += show
        page.Contents = pdf.make_stream(content)
        if tagged:
            page.StructParents = number
            numbers += [number, Array(own)]
            elements += own
    if tagged:
        document.K = Array(elements)
        tree.K = document
        tree.ParentTree = Dictionary(Nums=Array(numbers))
        pdf.Root.StructTreeRoot = tree
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.Lang = pikepdf.String("en-US")
    pdf.save(file)
    return file


def measure(pages: int, *, tagged: bool) -> dict[str, float]:
    """Assemble one package of ``pages`` pages; return the seconds of each step and the peak memory in MB."""
    info = PackageInfo("Benchmark", "Northwind", "ISA", "en-US", date(2012, 11, 15), "0" * 32, "Northwind · ISA")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = min(EXHIBITS, pages)
        sizes = [pages // count + (number < pages % count) for number in range(count)]
        files = [exhibit(folder / f"{n:02d}.pdf", size, tagged=tagged) for n, size in enumerate(sizes)]
        start, before = time.perf_counter(), _cpu()
        taken = take_exhibits([ExhibitFile(file, file.stem) for file in files], work=folder / "work")
        intake = time.perf_counter()
        parts = [Part(f"e{n}", f"Exhibit {n}", "exhibit", each.pdf, f"E{n}-") for n, each in enumerate(taken)]
        result = assemble(parts, info, folder / "package.pdf")
        merged = time.perf_counter()
        faults = check_package(result, parts, info)
        end = time.perf_counter()
        assert not faults, faults[:3]
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "intake": intake - start,
        "merge": merged - intake,
        "checks": end - merged,
        "total": end - start,
        "cpu": _cpu() - before,
        "memory": max(own, children),
    }


def _cpu() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


def main() -> None:
    """Print one line for each size; each is measured in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tagged", action="store_true", help="tagged exhibits")
    parser.add_argument("--pages", type=int, action="append", help="a size to measure; may be given more than once")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        found = measure(asked.one, tagged=asked.tagged)
        steps = "".join(f"{found[step]:8.2f}" for step in ("intake", "merge", "checks", "total", "cpu"))
        print(f"{asked.one:6d}{steps}{found['cpu'] / asked.one * 1000:9.2f}{found['memory']:8.0f}")
        return
    print(
        f"{'pages':>6}{'intake':>8}{'merge':>8}{'checks':>8}{'total s':>8}{'CPU s':>8}{'CPU ms/p':>9}{'MB':>8}",
        flush=True,
    )
    for pages in asked.pages or SIZES:
        call = [sys.executable, __file__, "--one", str(pages), *(["--tagged"] if asked.tagged else [])]
        subprocess.run(call, check=True)


if __name__ == "__main__":
    main()
