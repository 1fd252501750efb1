"""Read from a Word file the text that a reader of its pages must see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from isa_docs.conversion._docx import Docx, DocxError

_SHOWN_FIELDS = frozenset({"HYPERLINK", "TOC", "FORMTEXT", "QUOTE"})
"""Fields whose stored result is printed as it stands; LibreOffice computes the others anew."""
_NOT_SHOWN = frozenset({"Fallback", "del", "moveFrom", "rPr", "pPr", "sdtPr", "tblPr", "tcPr", "trPr", "sectPr"})
_SPACE = frozenset({"tab", "br", "cr", "ptab"})
_LINE_END = frozenset({"p", "tc"})


@dataclass(frozen=True)
class VisibleText:
    """What the pages made of a Word file must show."""

    body: str
    """Text of the body, its text boxes and its notes; each word as often as it stands there."""
    running: tuple[str, ...]
    """Headers and footers that are on at least one page."""
    later: tuple[str, ...]
    """Headers and footers that are on a page only when there is more than one."""
    has_pictures: bool


def visible_text(docx: Docx) -> VisibleText:
    """Return the visible text of a Word file that has passed the preflight.

    Raises DocxError when a part is no well-formed XML.
    """
    root = _parse(docx, docx.main)
    body = _text(root)
    for kind in ("footnote", "endnote"):
        used = {_value(mark, "id") for mark in root.iterfind(f".//{{*}}{kind}Reference")}
        for part in docx.related(docx.main, f"{kind}s").values():
            body += "".join(_text(note) for note in _parse(docx, part).iterchildren() if _value(note, "id") in used)
    running, later = _headers(docx, root)
    has_pictures = any(root.find(f".//{{*}}{name}") is not None for name in ("drawing", "pict", "object"))
    return VisibleText(body, tuple(running), tuple(later), has_pictures)


def _parse(docx: Docx, part: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(docx.parts[part], parser)
    except (etree.XMLSyntaxError, KeyError) as error:
        message = f"{part} is missing or not well-formed XML: {error}"
        raise DocxError("CONV-XML", message, "Open the file in Word and save it again as .docx.") from error


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(element: Any, name: str) -> str | None:
    """Return an attribute by its local name, whichever of the two Word namespaces it is in."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _is_on(element: Any) -> bool:
    return element is not None and _value(element, "val") not in ("0", "false", "off")


def _headers(docx: Docx, root: Any) -> tuple[list[str], list[str]]:
    """Return texts of headers and footers on any page, and of those that need a second page."""
    sections = list(root.iterfind(".//{*}sectPr"))
    settings = next((_parse(docx, part) for part in docx.related(docx.main, "settings").values()), None)
    even_too = settings is not None and _is_on(settings.find("{*}evenAndOddHeaders"))
    running, later = list[str](), list[str]()
    for kind in ("header", "footer"):
        parts = docx.related(docx.main, kind)
        for section in sections:
            kinds = {
                _value(reference, "type") or "default": parts.get(_value(reference, "id") or "")
                for reference in section.iterfind(f"{{*}}{kind}Reference")
            }
            kind_of_section = section.find("{*}type")
            if kind_of_section is not None and _value(kind_of_section, "val") == "continuous" and len(sections) > 1:
                continue  # begins on a page whose header is the earlier section's
            first_differs = _is_on(section.find("{*}titlePg"))
            for where, wanted in (
                (running, "first" if first_differs else "default"),
                (later, "default" if first_differs and len(sections) == 1 and not even_too else ""),
                (later, "even" if even_too and len(sections) == 1 else ""),
            ):
                if part := kinds.get(wanted):
                    where.append(_text(_parse(docx, part)))
    return running, later


def _text(element: Any) -> str:
    return "".join(_pieces(element, []))


def _pieces(element: Any, fields: list[list[str]]) -> Iterator[str]:
    """Yield the visible text below ``element``. ``fields`` holds, outermost first, each open field's code and state."""
    for child in element:
        name = _local(child)
        if name in _NOT_SHOWN or (name == "r" and _is_on(child.find("{*}rPr/{*}vanish"))):
            continue
        if name == "fldChar":
            _step(fields, _value(child, "fldCharType"))
        elif name == "instrText":
            if fields and not fields[-1][1]:
                fields[-1][0] += child.text or ""
        elif name == "fldSimple":
            if _is_shown(_value(child, "instr") or ""):
                yield from _pieces(child, fields)
        elif name == "sdt" and child.find("{*}sdtPr/{*}showingPlcHdr") is not None:
            continue
        elif not all(state and _is_shown(code) for code, state in fields):
            if name not in ("t", *_SPACE):
                yield from _pieces(child, fields)
        elif name == "t":
            yield child.text or ""
        elif name in _SPACE:
            yield " "
        elif name == "noBreakHyphen":
            yield "-"
        else:
            yield from _pieces(child, fields)
        if name in _LINE_END:
            yield "\n"


def _step(fields: list[list[str]], kind: str | None) -> None:
    if kind == "begin":
        fields.append(["", ""])
    elif kind == "separate" and fields:
        fields[-1][1] = "result"
    elif kind == "end" and fields:
        fields.pop()


def _is_shown(code: str) -> bool:
    return (code.split() or [""])[0].upper() in _SHOWN_FIELDS
