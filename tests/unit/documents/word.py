"""Small Word templates made on the spot, and the filled ones read back."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE

from isa_docs.documents.render import RenderedDocx, render_docx
from isa_docs.errors import TemplateError
from isa_docs.findings import Finding


def document(*paragraphs: str | Sequence[str], title: str = "", header: str = "") -> WordDocument:
    """A document of plain paragraphs; a paragraph given as a list is cut into runs as Word likes to."""
    word = Document()
    for name in ("Table Header", "Table Text"):
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    word.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    word.core_properties.title = title
    for paragraph in paragraphs:
        runs = [paragraph] if isinstance(paragraph, str) else paragraph
        here = word.add_paragraph()
        for run in runs:
            here.add_run(run)
    if header:
        word.sections[0].header.paragraphs[0].text = header
    return word


def table(word: WordDocument, *rows: Sequence[str]) -> WordDocument:
    """Add a table with these cell texts."""
    made = word.add_table(len(rows), len(rows[0]))
    for row, texts in zip(made.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return word


def saved(word: WordDocument) -> bytes:
    """The bytes of a document."""
    out = BytesIO()
    word.save(out)
    return out.getvalue()


def fill(word: WordDocument | str, context: dict[str, Any] | None = None, **options: Any) -> RenderedDocx:
    """Fill a document, or one paragraph given as text."""
    return render_docx(saved(document(word) if isinstance(word, str) else word), context or {}, **options)


def read(rendered: RenderedDocx) -> WordDocument:
    """Open a filled paper."""
    return Document(BytesIO(rendered.data))


def lines(rendered: RenderedDocx) -> list[str]:
    """The paragraphs of a filled paper."""
    return [paragraph.text for paragraph in read(rendered).paragraphs]


def printed(text: str, **values: Any) -> str:
    """What one paragraph comes to."""
    return "\n".join(lines(fill(text, values)))


def problems(word: WordDocument | str, context: dict[str, Any] | None = None, **options: Any) -> tuple[Finding, ...]:
    """The findings with which filling a document fails."""
    try:
        fill(word, context, **options)
    except TemplateError as error:
        return error.findings
    raise AssertionError("the template was filled without a finding")


def problem(word: WordDocument | str, context: dict[str, Any] | None = None, **options: Any) -> Finding:
    """The one finding with which filling a document fails."""
    (finding,) = problems(word, context, **options)
    return finding
