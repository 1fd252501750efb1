"""Whole conversions with the LibreOffice of this machine."""

from __future__ import annotations

import base64
import http.server
import threading
import time
from pathlib import Path

import pikepdf
import pypdf
import pytest

from isa_docs.conversion.convert import convert_documents
from isa_docs.conversion.engine import Job, PdfOptions, Result
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from tests.unit.conversion.conftest import FIXTURES
from tests.unit.conversion.word_files import (
    letter,
    linked_picture,
    make_docx,
    nested_tables,
    paragraph,
    relationships,
)

pytestmark = pytest.mark.slow

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def convert(engine: LibreOfficeEngine, folder: Path, **documents: bytes) -> dict[str, Result]:
    jobs = []
    for key, data in documents.items():
        path = folder / f"{key}.docx"
        path.write_bytes(data)
        jobs.append(Job(key, path))
    return {result.job.key: result for result in convert_documents(jobs, PdfOptions(), engine, folder / "out")}


def test_one_bad_document_never_stops_the_others(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    results = convert(
        libreoffice,
        tmp_path,
        letter=letter(),
        text=b"Dear Chief:",
        tables=make_docx(nested_tables(300)),
        tracked=make_docx('<w:p><w:ins w:id="1"><w:r><w:t>new</w:t></w:r></w:ins></w:p>'),
        agreement=make_docx(paragraph("This agreement is short.")),
    )
    assert {key: result.error is None for key, result in results.items()} == {
        "letter": True,
        "text": False,
        "tables": False,
        "tracked": False,
        "agreement": True,
    }
    assert (results["letter"].pages, results["agreement"].pages) == (2, 1)
    assert str(results["text"].error).startswith("This is not a Word file (.docx), or it is damaged")
    assert [finding.code for finding in results["tracked"].findings] == ["CONV-TRACKED"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["agreement.pdf", "letter.pdf"]


def test_the_pdf_is_tagged_titled_and_declares_pdf_a_and_pdf_ua(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    result = convert(libreoffice, tmp_path, letter=letter())["letter"]
    assert result.pdf is not None
    with pikepdf.open(result.pdf) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("2", "B", "1")
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo["/Title"]) == "Test"


def test_the_fixture_of_the_post_check_is_what_libreoffice_makes(
    libreoffice: LibreOfficeEngine, tmp_path: Path
) -> None:
    result = convert(libreoffice, tmp_path, letter=letter())["letter"]
    assert result.pdf is not None
    with pikepdf.open(result.pdf) as made, pikepdf.open(FIXTURES / "letter.pdf") as kept:
        assert len(made.pages) == len(kept.pages)
    assert [page.extract_text() for page in pypdf.PdfReader(result.pdf).pages] == [
        page.extract_text() for page in pypdf.PdfReader(FIXTURES / "letter.pdf").pages
    ]


def test_bookmarks_become_named_destinations(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    body = (
        '<w:p><w:bookmarkStart w:id="1" w:name="signOfficerStart"/><w:bookmarkEnd w:id="1"/>'
        "<w:r><w:t>____________</w:t></w:r></w:p>" + paragraph("Officer")
    )
    result = convert(libreoffice, tmp_path, mou=make_docx(body))["mou"]
    assert result.pdf is not None
    with pikepdf.open(result.pdf) as pdf:
        assert "/signOfficerStart" in pdf.Root.Dests


def test_a_character_no_font_has_is_found_in_the_pdf(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    result = convert(libreoffice, tmp_path, letter=make_docx(paragraph("Smith \U0010fffd Sons")))["letter"]
    assert result.pdf is None
    assert "CONV-GLYPH" in [finding.code for finding in result.findings]
    assert "U+10FFFD" in str(result.error)


def test_a_document_that_hangs_libreoffice_is_stopped_and_named(tmp_path: Path, libreoffice: LibreOfficeEngine) -> None:
    engine = LibreOfficeEngine(
        libreoffice.installation, tmp_path / "cache", seconds_per_document=2, start_seconds=3, processes=1
    )
    jobs = []
    for key, data in {"letter": letter(), "endless": make_docx(paragraph("word " * 200_000))}.items():
        (tmp_path / f"{key}.docx").write_bytes(data)
        jobs.append(Job(key, tmp_path / f"{key}.docx"))
    began = time.monotonic()
    good, bad = engine.convert(jobs, PdfOptions(), tmp_path / "out")
    assert time.monotonic() - began < 20
    assert good.error is None
    assert "did not finish this document within 2 seconds" in str(bad.error)
    assert _soffice_with(str(tmp_path)) == []


def test_linked_pictures_are_not_fetched_even_without_the_preflight(
    tmp_path: Path, libreoffice: LibreOfficeEngine
) -> None:
    asked: list[str] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            asked.append(self.rfile.readline().decode("latin-1"))

    (tmp_path / "local.png").write_bytes(PIXEL)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        jobs = []
        for key, target in {
            "web": f"http://127.0.0.1:{server.server_port}/logo.png",
            "local": (tmp_path / "local.png").as_uri(),
        }.items():
            rels = {"word/_rels/document.xml.rels": relationships(f"rId7 image {target} external")}
            (tmp_path / f"{key}.docx").write_bytes(make_docx(linked_picture("rId7") + paragraph("Linked."), rels))
            jobs.append(Job(key, tmp_path / f"{key}.docx"))
        results = libreoffice.convert(jobs, PdfOptions(), tmp_path / "out")
        server.shutdown()
    assert asked == []
    for result in results:
        assert result.pdf is not None
        with pikepdf.open(result.pdf) as pdf:
            assert "/XObject" not in pdf.pages[0].obj.Resources


def _soffice_with(text: str) -> list[str]:
    """Return the command lines of running processes that hold ``text``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if "soffice" in line and text in line:
            found.append(line)
    return found
