"""Small PDFs written by hand, each with just the trait a test is about."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, String

from isa_docs.assembly.model import PackageInfo, SignatureSlot
from isa_docs.assembly.typeface import stamp_fonts

LETTER = (612, 792)


def info(**changes: str) -> PackageInfo:
    values = {
        "title": "ISA application of Northwind Components, Inc.",
        "author": "Northwind Components, Inc.",
        "subject": "Importer Self-Assessment",
        "language": "en-US",
        "package_id": "0123456789abcdef",
        "stamp": "Northwind Components, Inc. – ISA application",
    }
    return PackageInfo(date=date(2012, 11, 15), **{**values, **changes})


def helvetica() -> Dictionary:
    """A font that is not embedded."""
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


@lru_cache(maxsize=1)
def _liberation() -> tuple[bytes, list[int]]:
    file = stamp_fonts()[0]
    with TTFont(file) as font:
        scale = 1000 / font["head"].unitsPerEm
        cmap = font.getBestCmap()
        widths = [round(font["hmtx"][cmap[code]][0] * scale) for code in range(32, 127)]
    return file.read_bytes(), widths


def embedded_font(pdf: Pdf) -> Dictionary:
    """Liberation Sans, embedded whole, with WinAnsi encoding."""
    data, widths = _liberation()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.LiberationSans,
        Flags=32,
        FontBBox=Array([-544, -303, 1302, 980]),
        ItalicAngle=0,
        Ascent=905,
        Descent=-212,
        CapHeight=729,
        StemV=80,
        FontFile2=pdf.make_stream(data, Length1=len(data)),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=Name.LiberationSans,
        FirstChar=32,
        LastChar=126,
        Widths=Array(widths),
        Encoding=Name.WinAnsiEncoding,
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    return pdf.make_indirect(font)


def new_pdf(*texts: str, size: tuple[float, float] = LETTER, rotate: int = 0, embedded: bool = True) -> Pdf:
    """One page per text, untagged."""
    pdf = pikepdf.new()
    font = embedded_font(pdf) if embedded else helvetica()
    for text in texts:
        page = pdf.add_blank_page(page_size=size)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(f"BT /F1 18 Tf 72 {size[1] - 100:g} Td ({text}) Tj ET".encode())
        if rotate:
            page.Rotate = rotate
    return pdf


def saved(pdf: Pdf, file: Path) -> Path:
    pdf.save(file, deterministic_id=True)
    pdf.close()
    return file


def tagged_pdf(
    file: Path,
    lines: list[tuple[str, str]],
    *,
    role_map: dict[str, str] | None = None,
    ids: dict[int, str] | None = None,
    language: str = "en-US",
    border: bool = False,
) -> Path:
    """One tagged page: each line an element (role, text); ``ids`` gives elements an id by their index."""
    pdf = new_pdf("")
    page = pdf.pages[0]
    content = b"0 0 100 100 re S\n" if border else b""
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=tree))
    elements = []
    for mark, (role, text) in enumerate(lines):
        content += f"/{role} <</MCID {mark}>> BDC BT /F1 12 Tf 72 {700 - 20 * mark} Td ({text}) Tj ET EMC\n".encode()
        element = Dictionary(Type=Name.StructElem, S=Name("/" + role), P=document, Pg=page.obj, K=mark)
        if ids and mark in ids:
            element.ID = String(ids[mark])
        elements.append(pdf.make_indirect(element))
    page.Contents = pdf.make_stream(content)
    page.StructParents = 0
    document.K = Array(elements)
    tree.K = document
    tree.ParentTree = Dictionary(Nums=Array([0, Array(elements)]))
    if role_map:
        tree.RoleMap = Dictionary({f"/{name}": Name(f"/{role}") for name, role in role_map.items()})
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.Lang = String(language)
    return saved(pdf, file)


def slots(document: str, order: int) -> tuple[SignatureSlot, ...]:
    """The signature and date slots of the documents that conftest.py makes."""
    return tuple(
        SignatureSlot(
            name=f"{document}_officer_{kind}",
            kind=kind,
            role="officer",
            signer="Jane Q. Doe",
            title="Vice President",
            order=order,
            start=f"officer{ends}A",
            end=f"officer{ends}B",
            tooltip=f"{kind.title()} of Jane Q. Doe",
        )
        for kind, ends in (("signature", "Sign"), ("date", "Date"))
    )
