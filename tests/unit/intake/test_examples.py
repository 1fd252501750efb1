"""The example matters: they load, their exhibits are there and are what they should be, nothing is real."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from isa_docs.intake.load import load_matter
from isa_docs.intake.model import Exhibit
from tests.unit.intake.yaml_edits import EXAMPLES, MATTERS, example

FICTITIOUS = "FICTITIOUS EXAMPLE - NOT A CBP DOCUMENT"

EXHIBITS = [
    pytest.param(name, exhibit, id=f"{name}:{exhibit.id}")
    for name in MATTERS
    for submission in load_matter(EXAMPLES / name / "matter.yaml").matter.submissions
    for exhibit in submission.exhibits
]


@pytest.mark.parametrize("name", MATTERS)
def test_an_example_names_its_schema_for_the_editor(name: str) -> None:
    first = example(name).splitlines()[0]

    assert first == "# yaml-language-server: $schema=../../schemas/matter.schema.json"
    assert (EXAMPLES / name / first.partition("=")[2]).is_file()


def test_the_examples_cover_every_kind_of_submission_and_importer() -> None:
    matters = [load_matter(EXAMPLES / name / "matter.yaml").matter for name in MATTERS]
    kinds = {(type(each).__name__, each.edition) for matter in matters for each in matter.submissions}

    assert kinds == {
        ("Application", None),
        ("AnnualNotification", None),
        ("DiscontinuanceAppeal", None),
        ("Application", "ctpat-tc"),
        ("AnnualNotification", "ctpat-tc"),
    }
    assert [(matter.importer.program_residency, matter.importer.entry_status) for matter in matters] == [
        ("US", "resident"),
        ("CA", "nonresident"),
        ("US", "resident"),
    ]


@pytest.mark.parametrize(("name", "exhibit"), EXHIBITS)
def test_an_exhibit_is_there_and_opens(name: str, exhibit: Exhibit) -> None:
    file = EXAMPLES / name / exhibit.file

    match file.suffix:
        case ".pdf":
            assert len(PdfReader(file).pages) >= 1
        case ".png" | ".jpg" | ".tif":
            with Image.open(file) as image:
                image.load()
            assert exhibit.alternative_text, "a picture needs a text for readers who do not see it"
        case ".docx":
            assert file.read_bytes().startswith(b"PK")
        case other:
            raise AssertionError(f"no such exhibit is expected: {other}")


@pytest.mark.parametrize(("name", "exhibit"), [each for each in EXHIBITS if each.values[1].file.endswith(".pdf")])
def test_every_page_of_a_text_exhibit_is_marked_as_fictitious(name: str, exhibit: Exhibit) -> None:
    pages = PdfReader(EXAMPLES / name / exhibit.file).pages
    texts = [page.extract_text() for page in pages]

    if exhibit.id == "notice":
        assert texts == ["", ""], "the notice stands for a scan: images only; the mark is in the picture"
    else:
        assert all(FICTITIOUS in text for text in texts)


def test_the_exhibits_try_what_intake_of_files_must_handle() -> None:
    folder = EXAMPLES / "northwind" / "exhibits"
    with Image.open(folder / "corrections.jpg") as photograph:
        assert photograph.getexif()[0x0112] == 6, "held upright, stored lying down"
        assert photograph.size == (1600, 1200)
    with Image.open(folder / "mail-log.tif") as fax:
        assert fax.n_frames == 2
        assert fax.mode == "1"
    boxes = [page.mediabox for page in PdfReader(folder / "test-results-2014.pdf").pages]
    assert [box.width > box.height for box in boxes] == [False, True]


def test_no_exhibit_lies_unused_in_the_examples() -> None:
    named = {EXAMPLES / each.values[0] / each.values[1].file for each in EXHIBITS}
    present = {file for name in MATTERS for file in (EXAMPLES / name / "exhibits").iterdir()}

    assert named == present


def test_the_examples_stay_small() -> None:
    assert sum(file.stat().st_size for file in EXAMPLES.rglob("*") if file.is_file()) < 1_500_000


@pytest.mark.parametrize("name", MATTERS)
def test_addresses_of_the_examples_lead_nowhere(name: str) -> None:
    """E-mail and web names end in .example, telephones are of the 555-01xx block; tppb-isa@dhs.gov is in the notice."""
    import re

    text = example(name).replace("tppb-isa@dhs.gov", "")

    assert set(re.findall(r"[\w.]+@[\w.-]+\.(\w+)", text)) <= {"example"}
    assert all(number.startswith("01") for number in re.findall(r"\(\d{3}\) 555-(\d{4})", text))
    assert not Path(EXAMPLES / name / "matter.yaml").read_bytes().count(b"\r")
