"""What breaks document builders: odd characters, long tables and narratives, many signers, nothing at all."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from isa_docs.intake.source import read_source
from tests.acceptance.reading import Package, flat, tool
from tests.acceptance.running import EXAMPLES, isa_docs

pytestmark = pytest.mark.slow

Change = Callable[[dict[str, Any]], None]


def built(matter: Path, submission: str, change: Change, *options: str | Path) -> Package:
    """Change the Northwind matter's data, build one submission, and return its package."""
    data = copy.deepcopy(read_source(matter).data)
    change(data)
    file = matter.with_suffix(".json")
    file.write_text(json.dumps(data, default=str, ensure_ascii=False), encoding="utf-8")
    out = matter.parent / "out"
    done = isa_docs("build", file, "--only", submission, "--out", out, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return Package(out / "northwind-isa" / submission)


def part(package: Package, key: str, *options: str) -> str:
    (pdf,) = package.folder.glob(f"parts/[0-9][0-9]-{key}.pdf")
    return tool("pdftotext", "-layout", *options, pdf, "-")


def test_characters_that_mean_something_elsewhere_print_as_typed(northwind: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["importer"]["organization"] = "Smith & Sons <Intl> “Q” %d $x"
        data["submissions"][0]["message"] = "One \\<b> & “Q” x\\*y.\\\nNext line."

    text = flat(part(built(northwind, "application", change), "letter"))
    assert "Smith & Sons <Intl> “Q” %d $x" in text
    assert "One <b> & “Q” x*y. Next line." in text


def test_tags_in_data_are_refused_at_their_line_and_never_run(northwind: Path) -> None:
    text = northwind.read_text(encoding="utf-8").replace("a Delaware corporation", "'{{ 7*7 }} corporation'", 1)
    northwind.write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("{{ 7*7 }}")].count("\n")
    done = isa_docs("build", northwind, "--only", "application", "--out", northwind.parent / "out")
    assert done.returncode == 5
    assert f"matter.yaml:{line}:" in done.stdout + done.stderr
    assert "The text still holds '{{'" in done.stdout + done.stderr


def test_three_hundred_rows_repeat_their_header_and_split_nowhere(northwind: Path) -> None:
    rows = [f"12-34567{number:04d}" for number in range(300)]

    def change(data: dict[str, Any]) -> None:
        numbers = [{"number": "12-345678900", "name": "Northwind Components, Inc."}]
        numbers += [{"number": f"{row}0"[:12], "name": f"Northwind Branch {at}"} for at, row in enumerate(rows)]
        data["importer"]["ior_numbers"] = [*data["importer"]["ior_numbers"], *numbers[1:]]
        listed = [each["number"] for each in data["importer"]["ior_numbers"]]
        data["focused_assessment"]["ior_numbers"] = listed
        data["submissions"][0]["mou"]["ior_numbers"] = listed

    pages = part(built(northwind, "application", change), "mou").split("\f")
    with_rows = [page for page in pages if "Northwind Branch" in page]
    assert len(with_rows) > 6
    assert all("Importer of record number" in page for page in with_rows)
    assert [f"Northwind Branch {at}" for at in range(300)] == [
        " ".join(word for word in line.split() if not word[0].isdigit() or len(word) < 4).removesuffix(" –")
        for page in with_rows
        for line in page.splitlines()
        if "Northwind Branch" in line
    ]


def test_a_narrative_of_forty_pages_arrives_whole(northwind: Path) -> None:
    text = "\n\n".join(f"Fact {number}. It is as the record shows." for number in range(1400))
    package = built(northwind, "appeal-2015", lambda data: data["submissions"][2].update(statement_of_facts=text))
    letter = part(package, "letter")
    assert letter.count("\f") >= 40
    assert [number for number in range(1400) if f"Fact {number}." not in letter] == []


def test_empty_optional_lists_leave_no_gap_and_no_heading(northwind: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        letter = data["submissions"][1]
        letter.pop("copies_to", None)
        letter.pop("exhibits", None)
        letter.pop("confidentiality", None)  # it designates the exhibit
        letter.pop("results_note", None)
        letter.update(changes=[], no_changes=True)

    text = part(built(northwind, "anl-2015", change), "letter")
    assert "In the period there was no change" in flat(text)
    assert "Enclosure" not in text
    assert "cc:" not in text


def test_twelve_people_sign_one_paper(northwind: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert isa_docs("template", "new", own, "mou").returncode == 0
    mou = Document(str(own / "mou.docx"))
    for number in range(12):
        mou.add_paragraph(f"[[sign:director_{number}]]", style="Signature")
    mou.save(str(own / "mou.docx"))

    def change(data: dict[str, Any]) -> None:
        for number in range(12):
            data["people"][f"director_{number}"] = {"name": f"Director {number}", "title": "Director"}

    package = built(northwind, "application", change, "--templates", own)
    names = {name for name in package.fields() if "director" in name and name.endswith("_signature")}
    assert names == {f"mou_director_{number}_signature" for number in range(12)}


def test_a_letter_keeps_its_closing_on_one_page_at_every_length(tmp_path: Path) -> None:
    """LibreOffice 7.4 parts the closing of this letter at most of these lengths, although all of it is to be kept."""
    matter = tmp_path / "maple" / "matter.yaml"
    shutil.copytree(EXAMPLES / "maple", matter.parent)
    data = read_source(matter).data
    (index,) = [at for at, each in enumerate(data["submissions"]) if each["id"] == "anl-2014"]
    closing = ("Please direct questions", "Sincerely,", "Alistair Fraser\n", "Signed on:", "Enclosure:", "cc:")
    lengths = set()
    for longer in range(1, 7):
        data["submissions"][index]["post_entry_corrections"] += (
            "This sentence makes the letter longer by about a line of its text, and says nothing else.\n"
        )
        matter.with_name("longer.json").write_text(json.dumps(data, default=str, ensure_ascii=False), encoding="utf-8")
        done = isa_docs(
            "build", matter.with_name("longer.json"), "--only", "anl-2014", "--out", tmp_path / str(longer), "--strict"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        letter = part(Package(tmp_path / str(longer) / "maple-isa" / "anl-2014"), "letter").split("\f")
        assert list(closing) in [[words for words in closing if words in page] for page in letter]
        lengths.add(len(letter) - 1)
    assert lengths <= {3, 4}


@pytest.mark.parametrize("kind", ["proposed", "immediate"])
def test_an_appeal_of_a_ctpat_decision_holds_nothing_of_the_2012_notice(northwind: Path, kind: str) -> None:
    def change(data: dict[str, Any]) -> None:
        appeal = data["submissions"][2]
        appeal |= {"edition": "ctpat-tc", "date": "2023-02-01", "delivery": [{"method": "email"}]}
        appeal["notice"] |= {"type": kind, "dated": "2023-01-10", "received_on": "2023-01-12"}
        appeal["stated_deadline"] = {"due": "2023-02-24", "counted_from": "notice-date"}
        del data["overrides"]

    text = flat(part(built(northwind, "appeal-2015", change), "letter"))
    assert "Appeal of Decision on Participation in the" in text
    assert "It gives until Friday, February 24, 2023 for an appeal." in text
    assert "The Company respectfully asks that CBP:" in text
    for word in ("61012", "Assistant Commissioner", "ten calendar days", "working days", "discontinuance be"):
        assert word not in text


def test_thirty_exhibits_have_tabs_beyond_z_and_long_titles(northwind: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        first, *_ = data["submissions"][0]["exhibits"]
        more = [first | {"id": f"more-{number}", "title": f"More {number}"} for number in range(27)]
        more[0]["title"] = "A title that takes two lines of the contents page, " * 3
        data["submissions"][0]["exhibits"] += more

    package = built(northwind, "application", change)
    assert package.folder.joinpath("parts").is_dir()
    contents = flat(part(package, "contents"))
    assert "Exhibit L" in contents
    assert "Exhibit AD" in contents
