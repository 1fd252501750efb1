"""The packages of the examples, read back by other programs: what CBP and the signers would see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from isa_docs.intake.schema import bundled
from tests.acceptance.reading import Package, flat, tool

pytestmark = pytest.mark.slow

PPB = [
    "Chief, Partnership Programs Branch",
    "Office of International Trade",
    "U.S. Customs and Border Protection",
    "1400 L Street, N.W.",
    "Washington, D.C. 20229-1143",
]
APPEALS = [
    "Assistant Commissioner",
    "Office of International Trade",
    "U.S. Customs and Border Protection",
    "1400 L Street, NW",
    "Washington, D.C. 20229",
]


@dataclass(frozen=True)
class Expected:
    """What a package must show: the address of the 2012 notice (none on portal papers), the lines to sign, the tabs."""

    address: list[str] | None
    signed_by: tuple[str, ...]
    tabs: str


APPLICATION = ("letter_officer", "mou_officer", "mou_cbp", "plan_officer")
PACKAGES = {
    "northwind-isa/application": Expected(PPB, APPLICATION, "12ABC"),
    "northwind-isa/anl-2015": Expected(PPB, ("letter_officer",), "A"),
    "northwind-isa/appeal-2015": Expected(APPEALS, ("letter_counsel",), "ABCDEFGHIJ"),
    "maple-isa/application": Expected(PPB, APPLICATION, "12ABCDE"),
    "maple-isa/anl-2014": Expected(PPB, ("letter_officer",), "A"),
    "harborlight-tc/application": Expected(None, APPLICATION, "12ABCDE"),
    "harborlight-tc/anl-2026": Expected(None, ("letter_officer",), "A"),
}
LETTERS = {"Transmittal Letter", "Statement of Application", "Annual Notification Letter", "Letter of Appeal"}
STAMP = re.compile(r"Page (\d+) of (\d+)\s*$")


@pytest.fixture(scope="module", params=PACKAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def package(name: str, builds: Path) -> Package:
    return Package(builds / name)


@pytest.fixture(scope="module")
def expected(name: str) -> Expected:
    return PACKAGES[name]


def test_the_folder_holds_what_the_documentation_says_and_nothing_else(package: Package) -> None:
    assert {path.name for path in package.folder.iterdir()} == {
        package.pdf.name,
        "parts",
        "checklist.html",
        "manifest.json",
        "packets",
        "signatures.json",
    }


def test_the_manifest_matches_its_schema_and_the_package(package: Package) -> None:
    schema = Draft202012Validator(bundled("manifest.schema.json"), format_checker=FormatChecker(["date"]))
    schema.validate(package.manifest)
    assert package.manifest["package"]["pages"] == len(package.pages)
    assert package.manifest["parts"][0]["first_page"] == 1
    assert sum(part["pages"] for part in package.manifest["parts"]) == len(package.pages)


def test_qpdf_finds_no_fault(package: Package) -> None:
    said = tool("qpdf", "--check", package.pdf)
    assert "No syntax or stream encoding errors found" in said


def test_every_font_is_embedded(package: Package) -> None:
    rows = [line.split() for line in tool("pdffonts", package.pdf).splitlines()[2:]]
    assert rows
    assert [row[0] for row in rows if row[-5] != "yes"] == []


def test_pdfsig_lists_every_signature_field_as_unsigned(package: Package, expected: Expected) -> None:
    said = tool("pdfsig", package.pdf)
    names = re.findall(r"Signature Field Name: (\S+)", said)
    assert names == [f"{role}_signature" for role in expected.signed_by]
    assert said.count("The signature form field is not signed.") == len(names)


def test_beside_each_signature_field_stands_a_date_field(package: Package, expected: Expected) -> None:
    kinds = {name: kind for name, (_, kind, _) in package.fields().items()}
    signatures = {f"{role}_signature": "/Sig" for role in expected.signed_by}
    assert kinds == signatures | {f"{role}_date": "/Tx" for role in expected.signed_by}


def test_each_field_lies_exactly_on_its_printed_line(package: Package) -> None:
    for name, (page, _, (left, bottom, right, top)) in package.fields().items():
        lines = [word.box for word in package.words(page) if set(word.text) == {"_"}]
        on_it = [
            line
            for line in lines
            if abs(line[0] - left) < 1 and abs(line[2] - right) < 1 and line[1] <= bottom <= line[1] + 4
        ]
        assert len(on_it) == 1, f"{name} on page {page} at {(left, bottom, right, top)}; lines: {lines}"
        assert 12 <= top - bottom <= 40


def test_the_letter_shows_the_recipient_s_address_line_for_line(package: Package, expected: Expected) -> None:
    lines = [line.strip() for line in package.pages[0].splitlines() if line.strip()]
    if expected.address is None:
        assert [line for line in lines if "20229" in line or "1400 L Street" in line] == []
        assert any(line.startswith("VIA CTPAT PORTAL") for line in lines)
        return
    start = lines.index(expected.address[0])
    assert lines[start : start + 6][:5] == expected.address
    assert lines[start + 5].startswith("Re:"), "nothing may follow the address block"


def test_every_page_says_which_of_how_many_it_is(package: Package) -> None:
    stamps = [STAMP.search(page.rstrip()) for page in package.pages]
    total = len(package.pages)
    assert [stamp and stamp.groups() for stamp in stamps] == [(str(n), str(total)) for n in range(1, total + 1)]


def test_the_outline_names_every_document_where_it_begins(package: Package) -> None:
    pages = [entry.page for entry in package.outline]
    assert pages == sorted(set(pages))
    assert pages[0] == 1
    for entry in package.outline:
        title = re.sub(r"^Exhibit [A-Z]+: ", "", entry.title)
        if title not in LETTERS:  # a letter has no title of its own
            assert title.casefold() in flat(package.pages[entry.page - 1]).casefold()


def test_the_tabs_are_those_expected_in_their_order(package: Package, expected: Expected) -> None:
    assert "".join(package.lengths()) == expected.tabs


def test_the_page_labels_begin_anew_with_every_document(package: Package) -> None:
    labels = package.reader.page_labels
    assert len(set(labels)) == len(labels) == len(package.pages)
    assert labels[0] == "Letter-1"
    for entry in package.outline[1:]:
        assert labels[entry.page - 1].endswith(("1", "i")), f"{entry.title}: {labels[entry.page - 1]}"


def test_the_letter_lists_what_is_enclosed_with_the_right_number_of_pages(package: Package) -> None:
    after_letter = package.outline[1].page - 1
    letter = flat(" ".join(STAMP.sub("", page) for page in package.pages[:after_letter]))
    listed = letter[letter.rindex("Enclosure") :]
    found = re.findall(r"(?:Tab|Exhibit) (\w+) (.+?) \((\d+) pages?\)", listed)
    lengths = package.lengths()
    assert [(tab, int(pages)) for tab, _, pages in found] == list(lengths.items())
    titles = {part["tab"]: part["title"] for part in package.manifest["parts"] if part["kind"] in ("paper", "exhibit")}
    assert [title for _, title, _ in found] == [titles[tab] for tab in lengths]


def test_the_contents_page_gives_the_pages_on_which_documents_begin(package: Package, name: str) -> None:
    contents = [entry for entry in package.outline if entry.title == "Contents"]
    if name.split("/")[1].startswith("anl"):
        assert contents == [], "an annual letter has no contents page"
        return
    page = package.pages[contents[0].page - 1]
    numbers = [int(n) for n in re.findall(r"\S {2,}(\d+)$", page, re.M)]
    assert numbers == [entry.page for entry in package.outline if entry.title != "Contents"]


def test_the_lines_of_the_contents_page_lead_to_those_pages(package: Package, name: str) -> None:
    contents = [entry for entry in package.outline if entry.title == "Contents"]
    if not contents:
        assert "/anl-" in name
        return
    targets = set()
    for reference in package.reader.pages[contents[0].page - 1].get("/Annots", []):
        link = reference.get_object()
        if link.get("/Subtype") == "/Link":
            target = link.get("/Dest") or link["/A"]["/D"]
            if isinstance(target, str):
                target = package.reader.named_destinations[target].dest_array
            targets.add(package.reader.get_page_number(target[0].get_object()) + 1)
    assert targets == {entry.page for entry in package.outline if entry.title != "Contents"}


def test_no_page_is_empty(package: Package) -> None:
    pictures = {int(row.split()[0]) for row in tool("pdfimages", "-list", package.pdf).splitlines()[2:]}
    bare = [n for n, page in enumerate(package.pages, start=1) if len(flat(STAMP.sub("", page.rstrip()))) < 80]
    assert [n for n in bare if n not in pictures] == []


def test_no_tag_and_no_placeholder_is_left(package: Package) -> None:
    leftovers = re.compile(r"\{\{|\}\}|\{%|%\}|\[\[|\]\]|\bNone\b|\bundefined\b|\bTODO\b|\bDRAFT\b|\bLorem\b")
    own = [part for part in package.manifest["parts"] if part["kind"] != "exhibit"]
    numbers = [n for part in own for n in range(part["first_page"], part["first_page"] + part["pages"])]
    assert [
        (n, leftovers.findall(package.pages[n - 1])) for n in numbers if leftovers.search(package.pages[n - 1])
    ] == []


def test_the_document_s_information_names_the_importer_and_no_one_else(package: Package) -> None:
    information = package.reader.metadata
    assert information is not None
    importer = {"northwind": "Northwind Components, Inc.", "maple": "Maple", "harborlight": "Harborlight"}
    wanted = next(value for key, value in importer.items() if package.folder.parent.name.startswith(key))
    assert wanted in str(information.author)
    assert wanted in str(information.title)
    assert not re.search("LibreOffice|Writer|Word", str(information.creator))


def test_nothing_active_came_along_with_the_exhibits(package: Package) -> None:
    root = package.reader.trailer["/Root"]
    assert "/OpenAction" not in root
    assert "/AA" not in root
    names = root.get("/Names", {})
    assert set(names) & {"/JavaScript", "/EmbeddedFiles"} == set()


def test_the_checklist_names_the_deadlines_the_signers_and_the_recipient(package: Package, expected: Expected) -> None:
    page = unescape((package.folder / "checklist.html").read_text(encoding="utf-8"))
    for field in package.manifest["fields"]:
        assert field["signer"] in page
    if expected.address:
        assert expected.address[-1] in page
    for deadline in package.manifest["deadlines"]:
        assert deadline["title"] in page
