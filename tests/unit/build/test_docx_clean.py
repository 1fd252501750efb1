"""The Word files beside a package tell nothing of who made them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest

from isa_docs.build.docx_clean import cleaned, docx_leaks
from isa_docs.resources import folder

TEMPLATES = sorted(folder("templates").glob("*.docx"))


def with_text(xml: bytes, member: str = "word/document.xml") -> bytes:
    """A cleaned template with ``xml`` put before the end of its body."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(cleaned(TEMPLATES[0].read_bytes()))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"</w:body>", xml + b"</w:body>") if name == member else data)
    return out.getvalue()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_of_the_maker_is_left(template: Path) -> None:
    result = cleaned(template.read_bytes())
    assert list(docx_leaks(result, template.name)) == []
    with zipfile.ZipFile(io.BytesIO(result)) as package:
        everything = b"".join(package.read(name) for name in package.namelist())
        names = package.namelist()
    assert b"rsid" not in everything
    assert not [name for name in names if name.startswith("customXml/") or "thumbnail" in name]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_the_text_stays_and_word_files_stay_sound(template: Path) -> None:
    before, after = (
        docx.Document(io.BytesIO(data)) for data in (template.read_bytes(), cleaned(template.read_bytes()))
    )
    assert [each.text for each in after.paragraphs] == [each.text for each in before.paragraphs]
    assert [each.style.name for each in after.paragraphs] == [each.style.name for each in before.paragraphs]
    parts = {str(part.partname) for part in after.part.package.iter_parts()}
    assert "/word/styles.xml" in parts  # every relation still leads somewhere, or opening would have failed


def test_cleaning_twice_changes_nothing_more() -> None:
    once = cleaned(TEMPLATES[0].read_bytes())
    assert cleaned(once) == once


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        (b'<w:p><w:ins w:id="1" w:author="J. Doe"><w:r><w:t>x</w:t></w:r></w:ins></w:p>', "tracked changes"),
        (b"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>", "hidden text"),
        (b'<w:p w:rsidR="00AA00AA"/>', "revision ids"),
    ],
)
def test_what_cleaning_may_not_remove_is_found(xml: bytes, what: str) -> None:
    (finding,) = docx_leaks(with_text(xml), "letter.docx")
    assert finding.code == "PKG-LEAK"
    assert what in finding.message


@pytest.mark.parametrize("template", sorted((folder("templates")).glob("*.docx")), ids=lambda path: path.stem)
def test_the_shipped_templates_carry_nothing_that_is_left_out_anyway(template: Path) -> None:
    """Copies of all styles and a picture of the first page made each paper half a megabyte, unpacked by every build."""
    assert cleaned(template.read_bytes()) == template.read_bytes()
