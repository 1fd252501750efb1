"""The usual ways of making a package, each as a program of its own: ``python bench/chains.py WAY PACKAGES OUT``.

PACKAGES is a folder with one folder of Word files and exhibits for each package. Every way fills each Word file
with docxtpl, converts it, and appends the PDFs with pypdf; none checks anything. What differs is the converting:

naive      one ``soffice`` call a document
one-call   one ``soffice`` call for all documents of all packages
unoserver  one unoserver, asked for each document over XML-RPC (``--uno-python`` has ``uno`` and ``unoserver``)
lean       our own converter in one batch: the least that filling, converting and appending in Python takes
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xmlrpc.client import ServerProxy

from docxtpl import DocxTemplate
from pypdf import PdfWriter

Convert = Callable[[Sequence[Path], Path], None]


def fill(source: Path, target: Path) -> None:
    """Run docxtpl over a Word file; ours are filled already, so this is its work and no more."""
    template = DocxTemplate(source)
    template.render({})
    template.save(target)


def make(packages: Path, out: Path, convert: Convert, *, together: bool = False) -> None:
    """Make all packages; with ``together`` all documents of all packages are converted at once."""
    filled: dict[Path, list[Path]] = {}
    for package in sorted(path for path in packages.iterdir() if path.is_dir()):
        work = out / package.name
        work.mkdir(parents=True)
        parts = []
        for part in sorted(package.iterdir()):
            target = work / f"{package.name}.{part.name}"
            if part.suffix == ".docx":
                fill(part, target)
            parts.append(target if part.suffix == ".docx" else part)
        filled[work] = parts
        if not together:
            convert([part for part in parts if part.suffix == ".docx"], work)
            append(parts, work)
    if together:
        pdfs = out / "pdf"
        convert([part for parts in filled.values() for part in parts if part.suffix == ".docx"], pdfs)
        for work, parts in filled.items():
            append(parts, work, pdfs)


def append(parts: Sequence[Path], work: Path, pdfs: Path | None = None) -> None:
    """Append the PDFs of the parts to one file."""
    writer = PdfWriter()
    for part in parts:
        writer.append((pdfs or work) / f"{part.stem}.pdf" if part.suffix == ".docx" else part)
    writer.write(work / "package.pdf")


def soffice(documents: Sequence[Path], out: Path) -> None:
    """Convert with one call of the stock command."""
    command: list[str | Path] = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", out, *documents]
    subprocess.run(command, check=True, capture_output=True)


def one_by_one(documents: Sequence[Path], out: Path) -> None:
    """Convert with one call a document."""
    for document in documents:
        soffice([document], out)


def leanly(documents: Sequence[Path], out: Path) -> None:
    """Convert with our own converter, all documents in one batch."""
    from isa_docs.conversion.engine import Job, PdfOptions
    from isa_docs.conversion.libreoffice import LibreOfficeEngine
    from isa_docs.conversion.program import find_installation

    cache = Path(os.environ["ISA_DOCS_CACHE_DIR"])
    engine = LibreOfficeEngine(find_installation(None, cache), cache)
    try:
        results = engine.convert([Job(document.stem, document) for document in documents], PdfOptions(), out)
    finally:
        engine.close()
    assert all(result.pdf for result in results), "a document was not converted"


@contextmanager
def unoserver(python: str, work: Path) -> Iterator[Convert]:
    """Run a unoserver while the block runs; give what converts with it."""
    port, uno_port = free_port(), free_port()
    options = ["--port", str(port), "--uno-port", str(uno_port), "--user-installation", str(work / "profile")]
    server = subprocess.Popen([python, "-m", "unoserver.server", *options], stderr=subprocess.DEVNULL)
    try:
        proxy = ServerProxy(f"http://127.0.0.1:{port}", allow_none=True)
        deadline = time.monotonic() + 60
        while True:
            try:
                proxy.info()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

        def convert(documents: Sequence[Path], out: Path) -> None:
            out.mkdir(exist_ok=True)
            for document in documents:
                proxy.convert(str(document), None, str(out / f"{document.stem}.pdf"), "pdf")

        yield convert
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def main() -> int:
    """Make the packages in the way asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=["naive", "one-call", "unoserver", "lean"])
    parser.add_argument("packages", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--uno-python", default="python3")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.way == "naive":
        make(options.packages, options.out, one_by_one)
    elif options.way == "one-call":
        make(options.packages, options.out, soffice, together=True)
    elif options.way == "lean":
        make(options.packages, options.out, leanly, together=True)
    else:
        with unoserver(options.uno_python, options.out) as convert:
            make(options.packages, options.out, convert)
    return 0


if __name__ == "__main__":
    sys.exit(main())
