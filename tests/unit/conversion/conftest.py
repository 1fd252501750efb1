from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.program import find_installation

FIXTURES = Path(__file__).parents[2] / "fixtures" / "converters"

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def relationships(*entries: str) -> str:
    """Return a .rels part; an entry is ``id type target``, with ``external`` after it for a target outside."""
    lines = []
    for entry in entries:
        name, kind, target, *external = entry.split()
        mode = ' TargetMode="External"' if external else ""
        lines.append(f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}"{mode}/>')
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def make_docx(body: str, parts: dict[str, str | bytes] | None = None) -> bytes:
    """Return a small Word file with ``body`` inside its w:body and ``parts`` added or replaced."""
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType='
        '"application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": relationships("rId1 officeDocument word/document.xml").replace(
            "</Relationships>",
            f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties"'
            ' Target="docProps/core.xml"/></Relationships>',
        ),
        "docProps/core.xml": f'<c:coreProperties xmlns:c="{PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Test</dc:title></c:coreProperties>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        **(parts or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f'<w:p><w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def nested_tables(depth: int) -> str:
    inside = paragraph("innermost")
    for _ in range(depth):
        grid = '<w:tblPr/><w:tblGrid><w:gridCol w:w="5000"/></w:tblGrid>'
        inside = f"<w:tbl>{grid}<w:tr><w:tc>{inside}<w:p/></w:tc></w:tr></w:tbl>"
    return inside + "<w:p/>"


@pytest.fixture
def obedient(tmp_path: Path) -> Path:
    """A converter, as an executable file, that misbehaves as its documents tell it to."""
    program = tmp_path / "converter"
    program.write_text(f"#!{sys.executable} -IS\n" + (FIXTURES / "obedient.py").read_text(encoding="utf-8"))
    program.chmod(0o755)
    return program


@pytest.fixture
def make_engine(obedient: Path, tmp_path: Path) -> Callable[..., LibreOfficeEngine]:
    """A function that makes an engine around that converter; keyword arguments go to the engine."""

    def make(**options: float) -> LibreOfficeEngine:
        cache = tmp_path / "cache"
        return LibreOfficeEngine(find_installation(obedient, cache), cache, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOfficeEngine:
    """The real LibreOffice of this machine; fails with the install line where there is none."""
    cache = tmp_path_factory.mktemp("cache")
    return LibreOfficeEngine(find_installation(None, cache), cache)
