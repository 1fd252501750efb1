"""Comparing matters by meaning and packages part by part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
import pytest
from cli.running import NORTHWIND, Invoke

from isa_docs.intake.source import parse_source
from isa_docs.review.compare import PackageChange, PackageFolder, compare_packages
from isa_docs.review.matter_changes import matter_changes
from isa_docs.review.redline import redline

from .manifests import field, part, whole_manifest


def changes(old: str, new: str) -> list[tuple[str, str, Any, Any]]:
    found = matter_changes(parse_source(old.encode(), "old.yaml"), parse_source(new.encode(), "new.yaml"))
    return [(each.kind, each.title, each.before, each.after) for each in found]


class TestMatters:
    def test_a_field_is_named_by_its_titles(self) -> None:
        found = changes("importer: {legal_name: Acme Inc.}", "importer: {legal_name: Acme LLC}")
        assert found == [("changed", "Importer › Legal name", "Acme Inc.", "Acme LLC")]

    def test_layout_comments_and_order_of_keys_do_not_count(self) -> None:
        old = "matter: acme\nimporter:\n  legal_name: Acme Inc.  # as registered\n  program_residency: US\n"
        new = "importer: {program_residency: US, legal_name: 'Acme\n  Inc.'}\nmatter: acme\n"
        assert changes(old, new) == []

    def test_list_items_are_told_apart_by_what_identifies_them(self) -> None:
        old = "importer: {ior_numbers: [{number: 12-345678900, name: A}, {number: 12-345678901, name: B}]}"
        new = "importer: {ior_numbers: [{number: 12-345678901, name: B2}]}"
        found = changes(old, new)
        assert [(kind, before) for kind, _, before, _ in found] == [
            ("changed", "B"),
            ("removed", {"number": "12-345678900", "name": "A"}),
        ]

    def test_another_order_of_a_list(self) -> None:
        found = changes("submissions: [{id: a}, {id: b}]", "submissions: [{id: b}, {id: a}]")
        assert [kind for kind, *_ in found] == ["moved"]

    def test_a_change_has_its_line_in_both_files(self) -> None:
        old = parse_source(b"matter: a\nimporter:\n  legal_name: A\n", "old.yaml")
        new = parse_source(b"importer:\n  legal_name: B\nmatter: a\n", "new.yaml")
        (change,) = matter_changes(old, new)
        assert (str(change.old_place), str(change.new_place)) == ("old.yaml:3:15", "new.yaml:2:15")

    def test_a_social_security_number_is_concealed(self) -> None:
        old = parse_source(b"importer: {ior_numbers: [{number: 123-45-6789}]}", "old.yaml")
        (change,) = matter_changes(old, parse_source(b"importer: {ior_numbers: []}", "new.yaml"))
        assert change.to_json()["before"] == "number: ***-**-6789"


class TestRedline:
    @pytest.mark.parametrize("hyphen", ["-", "\N{NON-BREAKING HYPHEN}"])
    def test_a_social_security_number_is_concealed_wherever_a_redline_leaves(self, hyphen: str) -> None:
        old, new = (number.replace("-", hyphen) for number in ("123-45-6789", "987-65-4321"))
        found = redline(
            "Letter", [f"IOR {old}, of record", f"Alone {old}"], [f"IOR {new}, of record", "Something else"]
        )
        texts = [(span.kind, span.text.strip()) for spans in found.paragraphs for span in spans]
        assert texts == [
            ("same", "IOR"),
            ("deleted", "***-**-6789,"),
            ("inserted", "***-**-4321,"),
            ("same", "of record"),
            ("inserted", "Something else"),
            ("deleted", "Alone ***-**-6789"),
        ]

    def test_words_within_a_paragraph(self) -> None:
        found = redline("Letter", ["It engaged one broker in May."], ["It engaged two brokers in May."])
        assert [(span.kind, span.text.strip()) for span in found.paragraphs[0]] == [
            ("same", "It engaged"),
            ("deleted", "one broker"),
            ("inserted", "two brokers"),
            ("same", "in May."),
        ]
        assert found.counts == (2, 2)

    def test_whole_paragraphs(self) -> None:
        found = redline("Letter", ["Alpha beta gamma.", "Last."], ["Quite other words here.", "Last."])
        assert [[span.kind for span in spans] for spans in found.paragraphs] == [["inserted"], ["deleted"], ["same"]]

    def test_the_same_text(self) -> None:
        assert not redline("Letter", ["Same."], ["Same."]).changed


def package(folder: Path, paragraphs: list[str], **changed: Any) -> PackageFolder:
    (folder / "parts").mkdir(parents=True)
    document = docx.Document()
    for each in paragraphs:
        document.add_paragraph(each)
    document.save(str(folder / "parts" / "01-letter.docx"))
    (folder / "parts" / "02-exhibit-a.pdf").write_bytes(changed.pop("exhibit", b"exhibit"))
    parts = [
        part("letter", "Letter", 1, 2, kind="letter"),
        part("exhibit-a", "Report", 3, 4, kind="exhibit", tab="A"),
    ]
    told: dict[str, Any] = {
        "inputs": {"templates/letter.docx": "a" * 64},
        "parts": parts,
        "fields": [field("letter_officer_signature", "M. Ellison", 2)],
    }
    manifest = whole_manifest(**{**told, **changed})
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return PackageFolder(folder, manifest)


class TestPackages:
    def test_nothing_differs(self, tmp_path: Path) -> None:
        found = compare_packages(package(tmp_path / "a", ["Dear Chief:"]), package(tmp_path / "b", ["Dear Chief:"]))
        assert not found.different

    def test_what_differs_is_said_in_order(self, tmp_path: Path) -> None:
        old = package(tmp_path / "a", ["Dear Chief:", "One broker."])
        moved = [dict(each) for each in old.manifest["parts"]]
        moved[1]["first_page"] = 4
        new = package(
            tmp_path / "b",
            ["Dear Chief:", "Two brokers."],
            parts=[*moved, {**moved[1], "key": "exhibit-b", "title": "Proof", "first_page": 8, "pages": 1, "tab": "B"}],
            recipient={"key": "oit", "lines": ["Assistant Commissioner", "Washington"]},
            exhibit=b"another",
        )
        found = compare_packages(old, new)
        said = [each.sentence for each in found.changes]
        assert said[:2] == [
            "Addressee: Chief, Washington → Assistant Commissioner, Washington",
            "Report: tab A, pages 3–6 → tab A, pages 4–7",
        ]
        assert said[2].startswith("Report: file ")
        assert said[3] == "Proof: added (tab B, page 8)"
        assert [each.title for each in found.redlines] == ["Letter"]


class TestCommand:
    def test_two_matters(self, invoke: Invoke, tmp_path: Path) -> None:
        text = NORTHWIND.read_text(encoding="utf-8")
        other = tmp_path / "other.yaml"
        other.write_text(text.replace("legal_name: Northwind Components, Inc.", "legal_name: Northwind LLC"))
        page = tmp_path / "page.html"
        run = invoke("compare", NORTHWIND, other, "--html", page, "--json")
        assert run.code == 10
        assert [each["title"] for each in run.report["result"]["changes"]] == ["Importer › Legal name"]
        html = page.read_text(encoding="utf-8")
        assert "Northwind LLC" in html
        assert "http" not in html

    def test_the_same_matter(self, invoke: Invoke) -> None:
        assert invoke("compare", NORTHWIND, NORTHWIND, "--json").code == 0

    def test_two_packages(self, invoke: Invoke, tmp_path: Path) -> None:
        package(tmp_path / "a", ["One broker."])
        package(tmp_path / "b", ["One customs broker."])
        run = invoke("compare", tmp_path / "a", tmp_path / "b" / "manifest.json", "--json")
        assert run.code == 10
        assert run.report["result"]["redlines"][0]["inserted"] == 1

    def test_a_matter_and_a_package_do_not_compare(self, invoke: Invoke, tmp_path: Path) -> None:
        package(tmp_path / "a", ["x"])
        assert invoke("compare", NORTHWIND, tmp_path / "a").code == 2

    @pytest.mark.slow
    def test_the_redlines_as_a_pdf(self, invoke: Invoke, tmp_path: Path) -> None:
        package(tmp_path / "a", ["One broker."])
        package(tmp_path / "b", ["Two brokers."])
        out = tmp_path / "redline.pdf"
        assert invoke("compare", tmp_path / "a", tmp_path / "b", "--pdf", out, "--json").code == 10
        from pypdf import PdfReader

        text = PdfReader(out).pages[0].extract_text()
        assert "Two" in text
        assert "One" in text


def test_a_social_security_number_in_a_title_or_an_addressee_is_concealed() -> None:
    change = PackageChange("part", "Sheet of 123-45-6789", "page 1", "123-45-6789, page 2")
    assert change.sentence == "Sheet of ***-**-6789: page 1 → ***-**-6789, page 2"
