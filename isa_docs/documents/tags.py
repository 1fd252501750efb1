"""The tags of one template part, made ready for docxtpl: whole, alone where they must be alone, and checked.

Word splits what an author types into runs at will, and docxtpl silently loses whatever stands beside a
paragraph or row tag. Here every tag is joined into one piece of text, and what docxtpl would lose is a problem.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from docx.oxml.ns import qn

from isa_docs.documents.cells import Cell, cell_of
from isa_docs.documents.nesting import misplaced

TAG: Final = re.compile(
    r"\[\[(?:(?!\]\]|\[\[).)*\]\]|\{\{(?:(?!\}\}|\{\{).)*\}\}|\{%(?:(?!%\}|\{%).)*%\}|\{#(?:(?!#\}|\{#).)*#\}",
    re.DOTALL,
)
"""A tag holds no second opening of its kind: so each character is looked at once, however many are never closed."""
_BRACES: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\[\[|\]\]")
_SCOPED: Final = re.compile(r"^(\{\{|\{%|\{#)(p|r|tr|tc)\s(.*?)(\}\}|%\}|#\})$", re.DOTALL)
_SCOPE_NAMES: Final = {"p": "paragraph", "tr": "table row", "tc": "table cell", "r": "run"}
_SCOPE_TAGS: Final = {"p": qn("w:p"), "tr": qn("w:tr"), "tc": qn("w:tc")}
_SLOT: Final = re.compile(r"^\[\[(sign|date):\s*(?:([A-Za-z][A-Za-z0-9_-]*)|\{\{(.+?)\}\})\s*\]\]$", re.DOTALL)
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " "})
_TEXT: Final = qn("w:t")
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True)
class TagProblem:
    """Something wrong with a tag: what, the tag, the text of its paragraph, and what to do."""

    message: str
    tag: str
    paragraph: str
    remedy: str
    element: Any = None
    """The paragraph element."""


@dataclass
class PreparedPart:
    """A part whose tags docxtpl can take, and what the writers need later of the places they replace."""

    problems: list[TagProblem] = field(default_factory=list)
    paragraphs: list[Any] = field(default_factory=list)
    """Copies of the paragraphs that ``{{p ...}}`` tags replace, by place number."""
    cells: list[Cell | None] = field(default_factory=list)
    """The table cells those paragraphs stand in."""
    runs: list[Any] = field(default_factory=list)
    """Copies of the run properties (or None) at ``{{r ...}}`` tags, by place number."""


def prepare(root: Any) -> PreparedPart:
    """Join and check the tags below ``root`` in place.

    ``{{p x }}`` becomes ``{{p _blocks(x, n) }}``, ``{{r x }}`` becomes ``{{r _inline(x, n) }}`` and
    ``[[sign:role]]`` becomes ``{{ _slot("sign", "role") }}``.
    """
    prepared = PreparedPart()
    for paragraph in list(root.iter(qn("w:p"))):
        _join_tags(paragraph, prepared)
        _check_scopes(paragraph, prepared)
        _isolate_runs(paragraph, prepared)
    for element in root.iter(qn("w:instrText"), qn("w:delText")):
        if element.text and TAG.search(element.text):
            where = "a field code" if element.tag == qn("w:instrText") else "deleted text (a tracked change)"
            prepared.problems.append(
                TagProblem(f"The tag stands in {where}.", element.text, element.text, "Move it into plain text.")
            )
    if not prepared.problems:
        for tag, wrong in misplaced(root):
            remedy = "Open, divide and close a block with the same kind of tag, at the same level of the document."
            if not tag.scope:
                remedy = "Blocks of words end in their paragraph; use {%p %} tags, alone in theirs, around paragraphs."
            text = paragraph_text(tag.paragraph).strip()
            prepared.problems.append(TagProblem(f"The tag {wrong}.", tag.tag, text, remedy, tag.paragraph))
    return prepared


def paragraph_text(paragraph: Any) -> str:
    """Return what a paragraph says, tags included, without the text of boxes within it."""
    return "".join(text for _, text in _pieces(paragraph))


def _pieces(paragraph: Any) -> Iterator[tuple[Any, str]]:
    """Yield the text nodes of a paragraph with their text; tabs and breaks come as one character each."""
    for element in paragraph.iter(_TEXT, qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:noBreakHyphen")):
        if element.tag == qn("w:tab") and element.getparent().tag == qn("w:tabs"):
            continue
        owner = next(element.iterancestors(qn("w:p")))
        if owner is not paragraph:
            continue
        if element.tag == _TEXT:
            yield element, element.text or ""
        else:
            yield element, "\t" if element.tag == qn("w:tab") else "-" if "Hyphen" in element.tag else "\n"


def _join_tags(paragraph: Any, prepared: PreparedPart) -> None:
    pieces = list(_pieces(paragraph))
    text = "".join(piece for _, piece in pieces)
    if not _BRACES.search(text):
        return
    shown = text.strip()

    def problem(message: str, tag: str, remedy: str) -> None:
        prepared.problems.append(TagProblem(message, tag, shown, remedy, paragraph))

    for stray in _BRACES.finditer(TAG.sub(lambda m: " " * len(m.group()), text)):
        problem(
            f"The mark {stray.group()} has no partner in its paragraph.",
            text[max(0, stray.start() - 15) : stray.end() + 25].strip(),
            "Open and close each tag within one paragraph.",
        )
    for match in reversed(list(TAG.finditer(text))):
        tag = match.group()
        if "\n" in tag or "\t" in tag:
            problem("A line break or tab stands inside the tag.", tag, "Type the tag in one piece.")
            continue
        new = _rewritten(tag, problem)
        _replace(pieces, match.start(), match.end(), new)
        pieces = list(_pieces(paragraph))


def _rewritten(tag: str, problem: Callable[[str, str, str], None]) -> str:
    """Return the tag as jinja shall read it; reports what no rendering can make sense of."""
    if tag.startswith("[["):
        slot = _SLOT.match(tag)
        if slot is None:
            problem(
                "This is not a signature token.", tag, "Write [[sign:role]] or [[date:role]], role a word like officer."
            )
            return tag
        kind, role, expression = slot.groups()
        inner = f'"{role}"' if role else f"({straightened(expression).strip()})"
        return f'{{{{ _slot("{kind}", {inner}) }}}}'
    if tag[2:3] in "-+" or tag[-3:-2] in "-+":
        problem("Tags with - or + at their edge are not supported.", tag, "Remove the sign; use {%p %} tags.")
    if unsupported := re.match(r"\{%\s*(raw|colspan|cellbg|vm|hm)\b", tag):
        problem(f"The tag {{% {unsupported.group(1)} %}} is not supported.", tag, "Remove it.")
    return straightened(tag)


def straightened(tag: str) -> str:
    """Return a tag with straight quotes for Word's curly ones; apostrophes within words stay curly."""
    return re.sub(r"(?<=\w)’(?=\w)", r"\\u2019", tag).translate(_QUOTES)


def _replace(pieces: list[tuple[Any, str]], start: int, end: int, new: str) -> None:
    """Write ``new`` over characters start to end of the pieces' text, all of it into the first piece."""
    at = 0
    written = False
    for element, text in pieces:
        first, last = max(start - at, 0), min(end - at, len(text))
        if first < last and element.tag == _TEXT:
            element.text = text[:first] + ("" if written else new) + text[last:]
            element.set(_SPACE, "preserve")
            written = True
        at += len(text)


def _check_scopes(paragraph: Any, prepared: PreparedPart) -> None:
    """Check that each paragraph, row and cell tag stands alone in its paragraph, row or cell."""
    text = paragraph_text(paragraph)
    for match in TAG.finditer(text):
        scoped = _SCOPED.match(match.group())
        if scoped is None or scoped.group(2) == "r":
            continue
        opening, scope, inner, _ = scoped.groups()
        home = next(paragraph.iterancestors(_SCOPE_TAGS[scope]), None) if scope != "p" else paragraph
        if home is None:
            problem = f"The tag is for a {_SCOPE_NAMES[scope]}, but it stands outside a table."
            remedy = "Use a {%p %} tag, or move it into a table."
        elif (rest := _text_of(home).replace(match.group(), "", 1).strip()) or home.findall(f".//{qn('w:drawing')}"):
            problem = (
                f"Beside the tag stands {rest[:60]!r}, which would be lost." if rest else "A picture would be lost."
            )
            remedy = f"A {opening}{scope} tag must be alone in its {_SCOPE_NAMES[scope]}."
        elif re.search(r"[}%]", inner):
            problem, remedy = "The tag contains a brace or percent sign.", "Simplify the expression."
        else:
            if (opening, scope) == ("{{", "p"):
                number = len(prepared.paragraphs)
                prepared.paragraphs.append(copy.deepcopy(paragraph))
                prepared.cells.append(cell_of(paragraph))
                pieces = list(_pieces(paragraph))
                new = f"{{{{p _blocks(({inner.strip()}), {number}) }}}}"
                _replace(pieces, match.start(), match.end(), new)
            continue
        prepared.problems.append(TagProblem(problem, match.group(), text.strip(), remedy, paragraph))


def _text_of(home: Any) -> str:
    return "".join(paragraph_text(paragraph) for paragraph in home.iter(qn("w:p")))


def _isolate_runs(paragraph: Any, prepared: PreparedPart) -> None:
    """Give each ``{{r ...}}`` tag a run of its own, so that the text beside it keeps its look."""
    for element, text in list(_pieces(paragraph)):
        if element.tag != _TEXT or not re.search(r"\{[{%]r\s", text):
            continue
        run = element.getparent()
        properties = run.find(qn("w:rPr"))
        parts = [part for part in re.split(r"(\{\{r\s.*?\}\}|\{%r\s.*?%\})", text) if part]
        tail = list(element.itersiblings())
        home, place = run.getparent(), run.getparent().index(run)
        run.remove(element)
        for sibling in tail:
            run.remove(sibling)
        fresh: list[Any] = []
        for part in parts:
            piece = _run_like(run, properties)
            if part.startswith("{{r"):
                number = len(prepared.runs)
                prepared.runs.append(copy.deepcopy(properties))
                part = f"{{{{r _inline(({part[3:-2].strip()}), {number}) }}}}"
            new = copy.copy(element)
            new.text = part
            new.set(_SPACE, "preserve")
            piece.append(new)
            fresh.append(piece)
        if tail:
            piece = _run_like(run, properties)
            piece.extend(tail)
            fresh.append(piece)
        for offset, piece in enumerate(fresh, 1):
            home.insert(place + offset, piece)
        if all(child.tag == qn("w:rPr") for child in run):
            home.remove(run)


def _run_like(run: Any, properties: Any) -> Any:
    fresh = run.makeelement(run.tag, nsmap=run.nsmap)
    if properties is not None:
        fresh.append(copy.deepcopy(properties))
    return fresh
