"""Make the fields of a stranger's Word file the text that Word last showed in their place.

LibreOffice computes most fields anew: a letter's date becomes today's, a reference it cannot follow an error message.
What is filed must say what its author saw, so that each such field is replaced by the result stored with it. Page
numbers stay fields: they depend on how the pages are broken here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from isa_docs.conversion._docx import Docx, DocxError, read_docx

_PAGES = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})
_LIVE = _PAGES | {"TOC", "HYPERLINK", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "MACROBUTTON"}
"""Fields that LibreOffice rightly computes, or prints as they stand, by what it finds in them besides a result."""
_UNSEEN = frozenset({"", "XE", "TC", "TA", "SET", "ASK", "PRIVATE", "ADDIN", "NEXT", "NEXTIF", "SKIPIF"})
"""Fields that show nothing, and have no result for that reason."""
_NEVER_EMPTY = frozenset(
    {"DATE", "TIME", "SAVEDATE", "CREATEDATE", "PRINTDATE", "EDITTIME", "FILENAME", "FILESIZE", "NUMWORDS", "NUMCHARS"}
    | {"REVNUM", "SEQ", "PAGEREF", "="}
)
_RUNNING = frozenset({"STYLEREF", "SECTION"})
"""Fields that say something else on each page when they stand in a header or footer."""
_STORIES = ("header", "footer", "footnotes", "endnotes")
_SHOWN = frozenset({"tab", "ptab", "br", "cr", "sym", "drawing", "pict", "noBreakHyphen"})


class Problem(NamedTuple):
    """A field that cannot be made text: the part it is in, what it is, and whether it differs from page to page."""

    part: str
    kind: str
    running: bool


@dataclass
class _Field:
    """A field whose end was not met yet."""

    code: str = ""
    in_code: bool = True
    """Whether what is met now belongs to its code, and not to its result."""
    stored: bool = False
    shows: bool = False
    of_page: bool = False
    across: bool = False
    """Whether its code runs over several paragraphs."""
    marks: list[Any] = field(default_factory=list)
    """What of it is no result."""

    @property
    def kind(self) -> str:
        first = (self.code.split() or [""])[0].upper()
        return "=" if first.startswith("=") else first


def field_problems(docx: Docx) -> list[Problem]:
    """Return the fields that cannot be made text; raises DocxError when a part is no well-formed XML."""
    return [problem for story in _stories(docx) for problem in story.problems]


def with_stored_results(source: Path, out: Path) -> Path:
    """Return the Word file with fields made text, written to ``out``; ``source`` itself when there is nothing to do.

    For a file without problems. Raises DocxError when it is no sound Word file.
    """
    changed = {
        story.part: etree.tostring(story.root, encoding="UTF-8", xml_declaration=True, standalone=True)
        for story in _stories(read_docx(source))
        if story.changed
    }
    if not changed:
        return source
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in given.infolist():
            target.writestr(entry, changed.get(entry.filename) or given.read(entry))
    return out


def _stories(docx: Docx) -> Iterator[_Story]:
    """Yield the body, headers, footers and notes that have fields, with these made text."""
    parts = {docx.main: "body"}
    for kind in _STORIES:
        parts |= dict.fromkeys(docx.related(docx.main, kind).values(), kind)
    roots = {part: _parse(part, docx.parts[part]) for part in parts if part in docx.parts}
    bookmarks = {_value(mark, "name") for root in roots.values() for mark in root.iter("{*}bookmarkStart")}
    for part, root in roots.items():
        if next(root.iter("{*}fldChar", "{*}fldSimple"), None) is not None:
            yield _Story(part, root, parts[part] in ("header", "footer"), bookmarks)


def _parse(part: str, data: bytes) -> Any:
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        message = f"{part} is not well-formed XML: {error}"
        raise DocxError("CONV-XML", message, "Open the file in Word and save it again as .docx.") from error


class _Story:
    """One part with its fields made text, as far as they can be."""

    def __init__(self, part: str, root: Any, running: bool, bookmarks: set[str]) -> None:
        self.part = part
        self.root = root
        self.problems: list[Problem] = []
        self.changed = False
        self._running = running
        self._bookmarks = bookmarks
        self._read(root)

    def _read(self, story: Any) -> None:
        """Read a text that has its own paragraphs: the part, or one text box of it."""
        fields: list[_Field] = []
        self._walk(story, fields)
        self.problems += [Problem(self.part, each.kind, False) for each in fields if not self._is_live(each)]

    def _walk(self, element: Any, fields: list[_Field]) -> None:
        for child in list(element):
            name = _local(child)
            above = next((each for each in fields if each.in_code), None)
            if name == "fldChar":
                self._mark(child, fields, above)
            elif name == "fldSimple":
                self._simple(child, fields, above)
            elif name == "txbxContent":
                self._read(child)
            elif _local(element) != "r" or name == "rPr":
                self._walk(child, fields)
            elif above is not None:
                above.marks.append(child)
                if name == "instrText" and fields[-1].in_code:
                    fields[-1].code += child.text or ""
            else:
                if name in _SHOWN or (name == "t" and (child.text or "").strip()):
                    for each in fields:
                        each.shows = True
                self._walk(child, fields)

    def _mark(self, mark: Any, fields: list[_Field], above: _Field | None) -> None:
        """Take the beginning, the middle or the end of a field; ``above`` is the one in whose code it stands."""
        kind = _value(mark, "fldCharType")
        if kind == "begin":
            if above is not None:
                above.marks.append(mark)
            fields.append(_Field(marks=[mark]))
        elif fields and kind == "separate":
            own = fields[-1]
            own.across = _paragraph(own.marks[0]) is not _paragraph(mark)
            own.in_code, own.stored = False, True
            own.marks.append(mark)
        elif fields and kind == "end":
            own = fields.pop()
            own.marks.append(mark)
            around = next((each for each in fields if each.in_code), None)
            if around is None:
                if self._becomes_text(own):
                    for each in own.marks:
                        self._remove(each)
            else:
                around.of_page |= own.of_page or own.kind in _PAGES
                around.marks += own.marks

    def _simple(self, element: Any, fields: list[_Field], above: _Field | None) -> None:
        own = _Field(_value(element, "instr"), in_code=False, stored=True)
        if above is not None:
            above.marks.append(element)
            above.of_page |= own.kind in _PAGES
            return
        self._walk(element, [*fields, own])
        for each in fields:
            each.shows |= own.shows
        if self._becomes_text(own):
            for child in list(element):
                if _local(child) != "fldData":
                    element.addprevious(child)
            self._remove(element)

    def _is_live(self, own: _Field) -> bool:
        if own.kind == "PAGEREF":
            return any(word.strip('"') in self._bookmarks for word in own.code.split()[1:2])
        return own.kind in _LIVE

    def _becomes_text(self, own: _Field) -> bool:
        """Tell whether a field is to be made text and can be; notes a problem when it cannot."""
        if self._is_live(own):
            return False
        if own.kind in _UNSEEN and not own.stored:
            return True
        differs = self._running and (own.of_page or own.kind in _RUNNING)
        if differs or not own.stored or own.across or (own.kind in _NEVER_EMPTY and not own.shows):
            self.problems.append(Problem(self.part, own.kind, differs))
            return False
        return True

    def _remove(self, element: Any) -> None:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
            self.changed = True


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _paragraph(element: Any) -> Any | None:
    return next(element.iterancestors("{*}p"), None)
