"""A preview is marked on every page and cannot pass for the package."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cli.running import NORTHWIND, Invoke
from pypdf import PdfReader

from isa_docs.review.preview import preview_pdf

from .conftest import Built


def test_the_mark_is_on_every_page_and_nothing_can_be_signed(built: Built, tmp_path: Path) -> None:
    (tmp_path / "package.pdf").write_bytes(built.data)
    data = preview_pdf(tmp_path / "package.pdf", "DRAFT")
    reader = PdfReader(BytesIO(data))
    assert [("DRAFT" in page.extract_text()) for page in reader.pages] == [True] * 4
    assert "Page 3 of 4" in reader.pages[2].extract_text()
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("DRAFT: ")
    with pikepdf.open(BytesIO(data)) as pdf:
        assert {"/AcroForm", "/Metadata", "/OutputIntents"} & set(pdf.Root.keys()) == set()
        assert not [a for page in pdf.pages for a in page.obj.get("/Annots", ()) if a.Subtype == "/Widget"]


def test_a_mark_that_is_no_word_is_a_usage_error(invoke: Invoke) -> None:
    assert invoke("build", NORTHWIND, "--watermark", " ").code == 2
    assert invoke("build", NORTHWIND, "--watermark", "x" * 31).code == 2


@pytest.mark.slow
def test_a_package_with_an_open_error_is_previewed_and_still_refused(invoke: Invoke, tmp_path: Path) -> None:
    matter = tmp_path / "matter.yaml"
    matter.write_text(NORTHWIND.read_text(encoding="utf-8").replace("date: 2015-06-11", "date: 2015-07-30"))
    (tmp_path / "exhibits").symlink_to(NORTHWIND.parent / "exhibits")
    call = ("build", matter, "--only", "appeal-2015", "--as-of", "2015-06-11", "--out", tmp_path / "out", "--json")
    assert invoke(*call).code == 5
    run = invoke(*call, "--watermark", "DRAFT")
    assert run.code == 5
    (preview,) = run.report["result"]["previews"]
    assert preview["exit_code"] == 5
    folder = tmp_path / "out" / "northwind-isa" / "appeal-2015-preview"
    assert sorted(each.name for each in folder.iterdir()) == [
        "checklist.html",
        "northwind-isa-appeal-2015-preview.pdf",
    ]
    assert not (folder.parent / "appeal-2015").exists()
