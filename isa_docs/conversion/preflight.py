"""Check a Word file before the converter sees it: sound, of sane size, and with nothing active, foreign or hidden.

LibreOffice prints tracked changes, exports comments, fetches linked pictures, hangs on some shapes of document
and makes a blank page of a broken one, always with exit status 0. Each of these is an error with a name here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from isa_docs.conversion._docx import Docx, DocxError, is_xml, not_xml, read_docx, refuse_dtd
from isa_docs.conversion.stored_fields import field_problems
from isa_docs.findings import Finding, Place, Severity

MAX_DEPTH = 200
"""Element depth; Word's own files stay below 60."""
MAX_TABLE_DEPTH = 20
MAX_PARAGRAPH = 100_000
"""Characters in one paragraph: LibreOffice's time grows with the square, and reaches about a second here."""
MAX_ELEMENTS = 2_000_000

_WORD = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    }
)
_VML = "urn:schemas-microsoft-com:vml"
_TEXTLESS = frozenset(
    {
        "styles",
        "stylesWithEffects",
        "theme",
        "numbering",
        "settings",
        "webSettings",
        "fontTable",
        "core-properties",
        "extended-properties",
        "custom-properties",
    }
)
"""Relationship types of parts that hold no text; only their being sound XML is checked."""
_STORIES = frozenset({"document", "hdr", "ftr", "footnotes", "endnotes", "comments", "glossaryDocument"})
_TRACKED = re.compile(
    r"ins|del|(move(From|To)|customXml(Ins|Del|MoveFrom|MoveTo))(RangeStart)?|cell(Ins|Del|Merge)|\w+Change"
)
_COMMENT = frozenset({"commentReference", "commentRangeStart", "comment"})
_OFF = frozenset(["0", "false", "off"])
_FETCHING = re.compile(r"\b(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DDE|DDEAUTO|DATABASE|RD)\b")
_LINK = re.compile(r"(https?|mailto|tel):|#", re.IGNORECASE)

_MESSAGES = {
    "CONV-TRACKED": (
        "has tracked changes, which would be printed with their marks",
        "In Word: Review > Accept (or Reject) All Changes, then save.",
    ),
    "CONV-COMMENT": ("has comments, which would travel with the PDF", "In Word: Review > Delete All Comments."),
    "CONV-HIDDEN": (
        "has hidden text",
        "In Word: Home > Font, clear Hidden (File > Info > Inspect Document finds it), then save.",
    ),
    "CONV-DEPTH": (
        f"nests elements more than {MAX_DEPTH} deep or tables more than {MAX_TABLE_DEPTH} deep",
        "Flatten the nested tables.",
    ),
    "CONV-PARAGRAPH": (
        f"has a paragraph of more than {MAX_PARAGRAPH:,} characters",
        "Break the text into paragraphs.",
    ),
    "CONV-SIZE": (f"has more than {MAX_ELEMENTS:,} elements", "Split the document."),
    "CONV-ALTCHUNK": ("imports another file (altChunk)", "Open it in Word, save it again, and use that file."),
    "CONV-OLE": ("embeds or links an object (OLE)", "Replace the object by a picture or by text."),
    "CONV-ACTIVEX": ("has an ActiveX or form control of the old kind", "Replace the control by text."),
    "CONV-FIELD": (
        "has a field that takes in another file or program (INCLUDETEXT, LINK, DDE ...)",
        "In Word: select the field and press Ctrl+Shift+F9 to make it plain text.",
    ),
    "CONV-EXTERNAL": (
        "refers to a picture outside the file",
        "In Word: File > Info > Edit Links to Files > Break Link, or insert the picture itself.",
    ),
}

_FIELD_TEXTS = {
    False: (
        "whose text the file does not hold",
        "In Word: select all (Ctrl+A), press Ctrl+Shift+F9 to make fields plain text, read it through, and save; the"
        " same in headers, footers and notes.",
    ),
    True: (
        "that says something else on each page, while the file holds one text of it",
        "In Word: save it as PDF, and name that file.",
    ),
}
"""What is said of a field that cannot be printed as Word last showed it, by whether it changes from page to page."""

_REMEMBERED, _LARGE = 256, 65_536
"""Parts no larger than that are remembered, so many: papers of one template share all but one of theirs."""


def check_docx(source: Path | bytes, name: str | None = None, *, as_shown: bool = False) -> list[Finding]:
    """Return what is wrong with a Word file; an empty list means it may be converted.

    ``name`` is what the findings call the file; it defaults to the path. ``as_shown`` says that it is a stranger's,
    whose fields are to be printed as Word last showed them. Never raises for a bad document.
    """
    name = name or ("document.docx" if isinstance(source, bytes) else str(source))
    found: dict[tuple[str, str], Finding] = {}

    def add(code: str, message: str, remedy: str, severity: Severity = Severity.ERROR) -> None:
        finding = Finding(code, severity, message, remedy, place=Place(name))
        found.setdefault((code, message), finding)

    try:
        docx = read_docx(source)
        for code, message, remedy, severity in _relationship_problems(docx):
            add(code, message, remedy, severity)
        hidden_styles = frozenset(_hidden_styles(docx))
        textless = _textless(docx)
        for part, data in docx.parts.items():
            large = len(data) > _LARGE
            if is_xml(part) and part in textless:
                (_check_textless.__wrapped__ if large else _check_textless)(part, data)
            elif is_xml(part) and not part.endswith(".rels"):
                look = _codes.__wrapped__ if large else _codes
                for code in sorted(look(part, data, hidden_styles)):
                    message, remedy = _MESSAGES[code]
                    add(code, f"{_called(part, docx)} {message}", remedy)
        if as_shown and not any(finding.severity is Severity.ERROR for finding in found.values()):
            for problem in field_problems(docx):
                what, remedy = _FIELD_TEXTS[problem.running]
                kind = "a formula" if problem.kind == "=" else problem.kind[:20]
                add("CONV-FIELD-RESULT", f"{_called(problem.part, docx)} has a field ({kind}) {what}", remedy)
    except DocxError as error:
        add(error.code, error.message, error.remedy)
    return list(found.values())


def _textless(docx: Docx) -> set[str]:
    """Return the parts that hold no text: those that nothing in the file calls anything else, and that are no story."""
    others = {relation.target_part for relation in docx.relationships if relation.type not in _TEXTLESS}
    named = {relation.target_part for relation in docx.relationships if relation.type in _TEXTLESS}
    parts = named - others - {docx.main}
    return {part for part in parts if _root(part, docx.parts.get(part, b"")) not in _STORIES}


def _root(part: str, data: bytes) -> str:
    """Return the local name of a part's outermost element, empty when there is none."""
    found = ""

    def stop(tag: str, attributes: dict[str, str]) -> None:
        nonlocal found
        found = tag.rpartition(" ")[2]
        raise _TooMuchError

    with suppress(_TooMuchError, DocxError):
        _parse(part, data, stop)
    return found


def _relationship_problems(docx: Docx) -> Iterable[tuple[str, str, str, Severity]]:
    """Yield code, message, remedy and severity for each relationship or part that may not be there."""
    types = docx.parts["[Content_Types].xml"]
    if b"macroEnabled" in types or any(part.lower().endswith(("vbaproject.bin", "vbadata.xml")) for part in docx.parts):
        yield "CONV-MACRO", "the file has macros", "Save it as a .docx without macros.", Severity.ERROR
    for relation in docx.relationships:
        where = _called(relation.part, docx)
        kind = relation.type
        if relation.external and kind == "hyperlink":
            if not _LINK.match(relation.target):
                yield (
                    "CONV-LINK",
                    f"{where} links to {relation.target[:80]!r}, which no reader outside can open",
                    "Remove the link or make it a web or mail address.",
                    Severity.WARNING,
                )
        elif relation.external:
            yield (
                "CONV-EXTERNAL",
                f"{where} refers to {relation.target[:80]!r} outside the file ({kind})",
                "In Word: File > Info > Edit Links to Files > Break Link; for a template: File > Options > Add-ins >"
                " Templates, and attach Normal.",
                Severity.ERROR,
            )
        elif kind == "aFChunk":
            yield ("CONV-ALTCHUNK", f"{where} {_MESSAGES['CONV-ALTCHUNK'][0]}", *_remedy("CONV-ALTCHUNK"))
        elif kind == "oleObject" or (kind == "package" and "/charts/" not in f"/{relation.part}"):
            yield ("CONV-OLE", f"{where} {_MESSAGES['CONV-OLE'][0]}", *_remedy("CONV-OLE"))
        elif kind in ("control", "activeXControlBinary"):
            yield ("CONV-ACTIVEX", f"{where} {_MESSAGES['CONV-ACTIVEX'][0]}", *_remedy("CONV-ACTIVEX"))
        elif kind == "vbaProject":
            yield "CONV-MACRO", "the file has macros", "Save it as a .docx without macros.", Severity.ERROR


def _called(part: str, docx: Docx) -> str:
    """Return what a person calls a part of a Word file."""
    if part in (docx.main, ""):
        return "the document"
    kind = next((relation.type for relation in docx.relationships if relation.target_part == part), "")
    return f"a {kind} of the document" if kind in ("header", "footer") else f"the document's part {part}"


def _remedy(code: str) -> tuple[str, Severity]:
    return _MESSAGES[code][1], Severity.ERROR


def _hidden_styles(docx: Docx) -> Iterable[str]:
    """Yield the ids of styles that hide text."""
    found: list[str] = []
    current = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal current
        namespace, _, local = tag.rpartition(" ")
        if namespace not in _WORD:
            return
        if local == "style":
            current = attributes.get(f"{namespace} styleId", "")
        elif local == "vanish" and current and attributes.get(f"{namespace} val", "1") not in _OFF:
            found.append(current)

    for part in docx.related(docx.main, "styles").values():
        data = docx.parts.get(part, b"")
        if b"vanish" in data or b"\0" in data:  # NUL: UTF-16
            _parse(part, data, start)
    return found


@lru_cache(maxsize=_REMEMBERED)
def _codes(part: str, data: bytes, hidden_styles: frozenset[str]) -> frozenset[str]:
    """Return what one pass over one XML part finds. Raises DocxError."""
    scan = _Scan(part, hidden_styles)
    scan.run(data)
    return frozenset(scan.codes)


@lru_cache(maxsize=_REMEMBERED)
def _check_textless(part: str, data: bytes) -> None:
    """Check that a part without text is sound XML: its prolog by expat, the rest by libxml2, four times faster."""

    def stop(tag: str, attributes: dict[str, str]) -> None:
        raise _TooMuchError

    with suppress(_TooMuchError):
        _parse(part, data, stop)
    try:
        etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise not_xml(part, error) from error


def _parse(
    part: str,
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Parse one part with these handlers. Raises DocxError for a document type declaration or bad XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    refuse_dtd(parser, part)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise not_xml(part, error) from error


class _TooMuchError(Exception):
    """Stops a scan whose outcome cannot change any more."""


class _Scan:
    """One pass over one XML part; ``codes`` holds what was found."""

    def __init__(self, part: str, hidden_styles: frozenset[str]) -> None:
        self.codes: set[str] = set()
        self._part = part
        self._hidden_styles = hidden_styles
        self._depth = self._tables = self._runs = self._elements = self._length = 0
        self._instruction = ""
        self._in: str | None = None

    def run(self, data: bytes) -> None:
        """Scan the part. Raises DocxError when it is no XML or has a document type declaration."""
        try:
            _parse(self._part, data, self._start, self._end, self._text)
        except _TooMuchError:
            return

    def _stop(self, code: str) -> None:
        self.codes.add(code)
        raise _TooMuchError

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            self._stop("CONV-DEPTH")
        if self._elements > MAX_ELEMENTS:
            self._stop("CONV-SIZE")
        namespace, _, local = tag.rpartition(" ")
        if namespace in _WORD:
            self._word(namespace, local, attributes)
        elif namespace == _VML and ("src" in attributes or any(key.endswith(" href") for key in attributes)):
            if "src" in attributes or local == "imagedata":
                self.codes.add("CONV-EXTERNAL")
        elif local == "OLEObject":
            self.codes.add("CONV-OLE")

    def _word(self, namespace: str, local: str, attributes: dict[str, str]) -> None:
        if local == "p":
            self._length, self._instruction = 0, ""
        elif local == "r":
            self._runs += 1
        elif local in ("t", "instrText"):
            self._in = local
        elif local == "fldChar":
            self._instruction = ""
        elif local == "tbl":
            self._tables += 1
            if self._tables > MAX_TABLE_DEPTH:
                self._stop("CONV-DEPTH")
        elif _TRACKED.fullmatch(local):
            self.codes.add("CONV-TRACKED")
        elif local in _COMMENT:
            self.codes.add("CONV-COMMENT")
        elif local in ("vanish", "rStyle", "pStyle"):
            value = attributes.get(f"{namespace} val", "1")
            hides = value not in _OFF if local == "vanish" else value in self._hidden_styles
            # outside a run it is the paragraph mark or a style that is hidden, not text
            if hides and (self._runs or local == "pStyle"):
                self.codes.add("CONV-HIDDEN")
        elif local == "altChunk":
            self.codes.add("CONV-ALTCHUNK")
        elif local == "object":
            self.codes.add("CONV-OLE")
        elif local == "control":
            self.codes.add("CONV-ACTIVEX")
        elif local == "fldSimple" and _FETCHING.search(attributes.get(f"{namespace} instr", "").upper()):
            self.codes.add("CONV-FIELD")

    def _end(self, tag: str) -> None:
        self._depth -= 1
        namespace, _, local = tag.rpartition(" ")
        if namespace in _WORD:
            if local == "r":
                self._runs -= 1
            elif local == "tbl":
                self._tables -= 1
            elif local == self._in:
                self._in = None

    def _text(self, text: str) -> None:
        if self._in == "t":
            self._length += len(text)
            if self._length > MAX_PARAGRAPH:
                self.codes.add("CONV-PARAGRAPH")
        elif self._in == "instrText":
            self._instruction += text
            if _FETCHING.match(self._instruction.upper().strip()):
                self.codes.add("CONV-FIELD")
