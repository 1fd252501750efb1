"""The check of a Word template before it is ever filled: :func:`lint_template`.

Paragraphs and tags are named as their author sees them; ``mark_template`` writes the findings into a copy of the
template as Word comments at their places.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from isa_docs.documents.docx_package import opened
from isa_docs.documents.lint_names import NameCheck
from isa_docs.documents.lint_word import check_package, check_part
from isa_docs.documents.part_source import shown
from isa_docs.documents.reading import TemplatePart, template_parts
from isa_docs.documents.shapes import Shape
from isa_docs.documents.tags import paragraph_text
from isa_docs.errors import TemplateError
from isa_docs.findings import Finding, Place, Severity

_ERRORS: Final = {
    "TPL-TAG", "TPL-SYNTAX", "TPL-LINT-UNKNOWN", "TPL-LINT-KIND", "TPL-LINT-LOOP", "TPL-LINT-ELSE",
    "TPL-LINT-CHANGES", "TPL-LINT-COMMENTS", "TPL-LINT-LINK", "TPL-LINT-OBJECT", "TPL-LINT-SIGN", "TPL-LINT-STRAY",
}  # fmt: skip
_NOTES: Final = {"TPL-LINT-UNUSED"}


@dataclass(frozen=True)
class Flaw:
    """A finding on a template with the place a comment about it belongs: the n-th paragraph of the body."""

    finding: Finding
    paragraph: int | None = None


def lint_template(
    template: bytes,
    name: str,
    *,
    context: Shape | None = None,
    signs: bool | None = None,
    installed_fonts: Collection[str] | None = None,
) -> list[Flaw]:
    """Check a template; an empty list means that there is nothing to say.

    ``context`` is the shape of what the builder gives this template (None: names are not checked). ``signs``
    says whether the paper must have a signature token (None: not checked). ``installed_fonts`` are the font
    names that can be shown (None: not checked).
    """
    try:
        document = opened(template, name)
    except TemplateError as error:
        return [Flaw(finding) for finding in error.findings]
    parts = template_parts(document)
    lint = _Lint(name, parts)
    lint.tags()
    for part in parts:
        check_part(part, lint.report)
    check_package(document, parts, installed_fonts, lint.report)
    if context is not None:
        lint.names(context)
    if signs is not None:
        lint.signatures(signs)
    return lint.flaws


def mark_template(template: bytes, flaws: Iterable[Flaw]) -> bytes:
    """Return a copy of a template with a Word comment for each flaw, on its paragraph or else on the first one."""
    document = Document(io.BytesIO(template))
    paragraphs = list(document.element.body.iter(qn("w:p")))
    if not paragraphs:
        paragraphs = [document.add_paragraph()._p]
    for flaw in flaws:
        index = flaw.paragraph if flaw.paragraph is not None else 0
        paragraph = Paragraph(paragraphs[min(index, len(paragraphs) - 1)], document)
        runs = paragraph.runs or [paragraph.add_run()]
        finding = flaw.finding
        document.add_comment(runs, f"{finding.message} {finding.remedy} [{finding.code}]", "isa-docs", "ISA")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class _Lint:
    """Collects the flaws of one template."""

    def __init__(self, name: str, parts: Sequence[TemplatePart]) -> None:
        self.name = name
        self.parts = parts
        self.flaws: list[Flaw] = []
        body = next((part.root for part in parts if part.where == "body"), None)
        self._body = {id(p): n for n, p in enumerate(body.iter(qn("w:p")))} if body is not None else {}

    def tags(self) -> None:
        for part in self.parts:
            for problem in part.source.prepared.problems:
                self._add("TPL-TAG", part.where, problem.paragraph, problem.tag, problem.message, problem.remedy,
                          self._body.get(id(problem.element)))  # fmt: skip
            if part.error is not None:
                self._tagged("TPL-SYNTAX", part, part.error.lineno, str(part.error), "Correct the tag.")

    def names(self, context: Shape) -> None:
        current: list[TemplatePart] = []

        def report(code: str, line: int, message: str, remedy: str) -> None:
            self._tagged(code, current[-1], line, message, remedy)

        check = NameCheck(context, report)
        for part in self.parts:
            if part.tree is not None:
                current.append(part)
                check.tree(part.tree)
        if unused := ", ".join(check.unused()):
            message = f"The template says nothing of: {unused}"
            self._add("TPL-LINT-UNUSED", "body", "", "", message, "Nothing, if that is meant.", None)

    def signatures(self, wanted: bool) -> None:
        roots = [part.root for part in self.parts if part.root is not None]
        found = any("_slot(" in (text.text or "") for root in roots for text in root.iter(qn("w:t")))
        if wanted and not found:
            message = "The paper is signed, but no [[sign:...]] token is in the template"
            self._add("TPL-LINT-SIGN", "body", "", "", message, "Write [[sign:role]] where the line goes.", None)
        elif found and not wanted:
            message = "The paper is not signed, but a [[sign:...]] token is in the template"
            self._add("TPL-LINT-SIGN", "body", "", "", message, "Remove the token.", None)

    def report(self, code: str, where: str, paragraph: Any, message: str, remedy: str) -> None:
        text = paragraph_text(paragraph).strip() if paragraph is not None else ""
        self._add(code, where, text, "", message, remedy, self._body.get(id(paragraph)))

    def _tagged(self, code: str, part: TemplatePart, line: int, message: str, remedy: str) -> None:
        source = part.source
        index = self._body.get(id(source.element(line)))
        self._add(code, part.where, source.paragraph(line).strip(), shown(source.tag(line)), message, remedy, index)

    def _add(
        self, code: str, where: str, paragraph: str, tag: str, message: str, remedy: str, index: int | None
    ) -> None:
        words = message[:1].upper() + message[1:].rstrip(".")
        place = f"in the {where} of {self.name}"
        if paragraph:
            place += f", “{paragraph[:97]}…”" if len(paragraph) > 98 else f", “{paragraph}”"
        if tag and tag != paragraph:
            place += f", tag {tag}"
        severity = Severity.ERROR if code in _ERRORS else Severity.NOTE if code in _NOTES else Severity.WARNING
        finding = Finding(code, severity, f"{words} ({place}).", remedy, place=Place(self.name))
        flaw = Flaw(finding, index)
        if flaw not in self.flaws:
            self.flaws.append(flaw)
