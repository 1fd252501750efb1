"""Signature tokens become ruled, bookmarked lines."""

import re
import subprocess
from pathlib import Path

import pikepdf
import pytest
from docx.oxml.ns import qn

from isa_docs.documents.tokens import Slot

from .word import document, fill, lines, problem, read, table


def test_a_token_becomes_a_slot_between_two_bookmarks():
    rendered = fill("By: [[sign:officer]]", roles={"officer"})
    assert rendered.slots == (Slot("sign", "officer", "sign0officerStart", "sign0officerEnd"),)
    xml = read(rendered).paragraphs[0]._p.xml
    order = re.findall(r'w:name="(\w+)"|(<w:tab/>)', xml)
    assert order == [("sign0officerStart", ""), ("", "<w:tab/>"), ("sign0officerEnd", "")]
    assert "[[" not in lines(rendered)[0]


def test_a_token_cut_into_runs_keeps_its_look():
    word = document(["By: [[si", "gn:off", "icer]] ", "here"])
    word.paragraphs[0].runs[0].bold = True
    (paragraph,) = read(fill(word)).paragraphs
    assert paragraph.runs[0].text == "By: "
    assert paragraph.runs[1].bold


def test_roles_may_come_from_values_in_a_loop():
    word = document("{%p for s in signers %}", "[[sign:{{ s.role }}]] [[date:{{ s.role }}]]", "{%p endfor %}")
    signers = [{"role": f"signer-{n}"} for n in range(12)]
    slots = fill(word, {"signers": signers}).slots
    assert [(slot.kind, slot.role) for slot in slots][:3] == [
        ("sign", "signer-0"),
        ("date", "signer-0"),
        ("sign", "signer-1"),
    ]
    names = [name for slot in slots for name in (slot.start, slot.end)]
    assert len(set(names)) == 48
    assert all(re.fullmatch("[A-Za-z0-9]{1,40}", name) for name in names)


def test_a_token_in_a_value_is_only_text():
    rendered = fill("{{ name }}", {"name": "[[sign:officer]]"}, roles={"officer"})
    assert rendered.slots == ()
    assert lines(rendered) == ["[[sign:officer]]"]


def test_an_unknown_role_is_a_finding():
    finding = problem("By: [[sign:oficer]]", roles={"officer", "counsel"})
    assert finding.message == (
        "Nobody signs here as 'oficer'; the roles are: counsel, officer "
        "(in the body of template.docx, “By: [[sign:oficer]]”, tag [[sign:oficer]])."
    )


def test_a_token_in_a_header_is_a_finding():
    assert "outside the body" in problem(document("x", header="[[sign:officer]]")).message


def test_a_token_in_a_branch_not_taken_makes_no_slot():
    word = document("{%p if counsel %}", "[[sign:counsel]]", "{%p endif %}", "[[sign:officer]]")
    assert [slot.role for slot in fill(word, {"counsel": None}).slots] == ["officer"]


def test_tab_stops_of_the_author_win():
    word = document("[[sign:officer]] Date [[date:officer]]")
    stops = word.paragraphs[0].paragraph_format.tab_stops
    stops.add_tab_stop(3_000_000)
    stops.add_tab_stop(5_000_000)
    (paragraph,) = read(fill(word)).paragraphs
    made = paragraph._p.pPr.find(qn("w:tabs"))
    assert [(stop.get(qn("w:leader")), stop.get(qn("w:pos"))) for stop in made] == [
        ("underscore", "4724"),
        ("underscore", "7874"),
    ]


@pytest.mark.slow
def test_the_lines_are_drawn_and_found_in_the_pdf(tmp_path: Path):
    word = document("By: [[sign:officer]]   Date: [[date:officer]]", "[[sign:counsel]]")
    table(word, ("[[sign:cbp]]", "Date: [[date:cbp]]"))
    rendered = fill(word)
    source = tmp_path / "paper.docx"
    source.write_bytes(rendered.data)
    options = 'pdf:writer_pdf_Export:{"ExportBookmarksToPDFDestination":{"type":"boolean","value":"true"}}'
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", options, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with pikepdf.open(tmp_path / "paper.pdf") as pdf:
        places = {
            str(name).removeprefix("/"): [float(number) for number in list(place)[2:4]]
            for name, place in pdf.Root.Dests.items()
        }
    assert len(rendered.slots) == 5
    for slot in rendered.slots:
        (left, top), (right, same_top) = places[slot.start], places[slot.end]
        assert top == same_top
        assert right - left > 90
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "paper.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert len(re.findall("_{15,}", text)) == 5
