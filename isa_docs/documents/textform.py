"""A Word template as stable plain text, so that a change of it can be read and reviewed.

``templates/*.txt`` stand beside the ``*.docx`` and are kept equal by a test. Everything that shows or counts is
in it: properties, page setup, styles, numbering, each paragraph with its style and direct formatting, tables,
headers, footers, notes, pictures, fields, bookmarks; of other parts their hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from docx.opc.package import OpcPackage
from docx.opc.part import Part, XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from isa_docs.documents.docx_package import core_properties, opened, story_parts

_PROPERTIES: Final = ("title", "subject", "author", "keywords", "comments", "category", "language", "identifier")
_NOISE: Final = {
    qn(f"w:{name}")
    for name in ("proofErr", "lastRenderedPageBreak", "rsid", "noProof", "rPrChange", "pPrChange", "bookmarkEnd",
                 "fldChar", "instrText", "nsid", "tmpl", "permStart", "permEnd", "sectPr")
}  # fmt: skip
_MARKS: Final = {qn("w:tab"): "→", qn("w:cr"): "⏎", qn("w:noBreakHyphen"): "‑", qn("w:softHyphen"): "(soft hyphen)"}


def text_form(template: bytes, name: str = "template.docx") -> str:
    """Return the readable text form of a DOCX template; equal templates have equal forms. Raises TemplateError."""
    package = opened(template, name)
    document = package.docx
    lines: list[str] = ["PROPERTIES"]
    properties = core_properties(document)
    lines += [f"  {key}: {getattr(properties, key)}" for key in _PROPERTIES if getattr(properties, key)]
    stories = story_parts(document.part)
    for part, where in stories:
        root = part.element if isinstance(part, XmlPart) else parse_xml(part.blob)
        lines += ["", where.upper(), *_story(root, part)]
    lines += ["", "STYLES", *_styles(document.styles.element)]
    if numbering := _part_element(document.part, "numbering"):
        lines += ["", "NUMBERING", *_numbering(numbering[0])]
    if settings := _part_element(document.part, "settings"):
        lines += ["", "SETTINGS", *(f"  {_compact(child)}" for child in settings[0] if child.tag != qn("w:rsids"))]
    lines += ["", "OTHER PARTS", *_others(document.part.package, {id(part) for part, _ in stories})]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _story(root: Any, part: Part) -> Iterator[str]:
    body = root.find(qn("w:body"))
    yield from _flow(root if body is None else body, part, "  ")


def _flow(container: Any, part: Part, indent: str) -> Iterator[str]:
    """Yield the lines of paragraphs, tables and whatever holds them."""
    for child in container:
        if child.tag == qn("w:p"):
            yield from _paragraph(child, part, indent)
        elif child.tag == qn("w:tbl"):
            yield f"{indent}table {_list(child.find(qn('w:tblPr')))} columns {_grid(child)}"
            for row in child.findall(qn("w:tr")):
                yield f"{indent}  row {_list(row.find(qn('w:trPr')))}".rstrip()
                for cell in row.findall(qn("w:tc")):
                    yield f"{indent}    cell {_list(cell.find(qn('w:tcPr')))}".rstrip()
                    yield from _flow(cell, part, f"{indent}      ")
        elif child.tag == qn("w:sectPr"):
            yield f"{indent}section {_list(child)}"
        elif child.tag in (qn("w:footnote"), qn("w:endnote")):
            yield f"{indent}note {child.get(qn('w:id'))}"
            yield from _flow(child, part, f"{indent}  ")
        elif child.tag == qn("w:sdt"):
            content = child.find(qn("w:sdtContent"))
            yield f"{indent}content control"
            yield from _flow(content if content is not None else [], part, f"{indent}  ")
        elif child.tag not in (qn("w:tcPr"), qn("w:bookmarkEnd")):
            yield f"{indent}{_compact(child)}"


def _paragraph(paragraph: Any, part: Part, indent: str) -> Iterator[str]:
    properties = paragraph.find(qn("w:pPr"))
    style = properties.find(qn("w:pStyle")) if properties is not None else None
    named = style.get(qn("w:val")) if style is not None else "-"
    direct = [child for child in properties if child is not style] if properties is not None else []
    look = "; ".join([named, *(_compact(child) for child in direct if child.tag not in _NOISE)])
    text = "".join(
        f"‹{look}: {''.join(words)}›" if look else "".join(words)
        for look, words in (
            (look, [word for _, word in group])
            for look, group in groupby(_pieces(paragraph, part), key=lambda piece: piece[0])
        )
    )
    yield f"{indent}[{look}] {text}"
    for box in paragraph.iter(qn("w:txbxContent")):
        yield f"{indent}  text box"
        yield from _flow(box, part, f"{indent}    ")
    section = properties.find(qn("w:sectPr")) if properties is not None else None
    if section is not None:
        yield f"{indent}section {_list(section)}"


def _pieces(container: Any, part: Part) -> Iterator[tuple[str, str]]:
    """Yield (look, text) of the runs of a paragraph."""
    for child in container:
        if child.tag == qn("w:r"):
            look = _list(child.find(qn("w:rPr")))
            for piece in child:
                if (text := _run_text(piece, part)) is not None:
                    yield look, text
        elif child.tag == qn("w:hyperlink"):
            target = child.get(qn("r:id"))
            goes = part.rels[target].target_ref if target else f"#{child.get(qn('w:anchor'))}"
            yield "", f"(link {goes}: "
            yield from _pieces(child, part)
            yield "", ")"
        elif child.tag == qn("w:bookmarkStart"):
            yield "", f"(bookmark {child.get(qn('w:name'))})"
        elif child.tag == qn("w:fldSimple"):
            yield "", f"(field {' '.join((child.get(qn('w:instr')) or '').split())})"
        elif child.tag in (qn("w:ins"), qn("w:del"), qn("w:smartTag"), qn("w:sdt"), qn("w:sdtContent")):
            yield "", f"({etree.QName(child).localname}: "
            yield from _pieces(child, part)
            yield "", ")"
        elif child.tag not in (qn("w:pPr"), qn("w:sdtPr"), *_NOISE):
            yield "", f"({_compact(child)})"


def _run_text(piece: Any, part: Part) -> str | None:
    if piece.tag in (qn("w:t"), qn("w:delText")):
        return piece.text or ""
    if piece.tag in _MARKS:
        return _MARKS[piece.tag]
    if piece.tag == qn("w:br"):
        kind = piece.get(qn("w:type"))
        return f"({kind} break)" if kind else "⏎"
    if piece.tag == qn("w:instrText"):
        return f"(field {' '.join((piece.text or '').split())})"
    if piece.tag in (qn("w:drawing"), qn("w:pict")) or etree.QName(piece).localname == "AlternateContent":
        return _picture(piece, part)
    if piece.tag == qn("w:rPr") or piece.tag in _NOISE:
        return None
    return f"({_compact(piece)})"


def _picture(drawing: Any, part: Part) -> str:
    names = [element.get("descr") or "no alternative text" for element in drawing.iter(qn("wp:docPr"))]
    sizes = [f"{int(e.get('cx')) / 914400:g} x {int(e.get('cy')) / 914400:g} in" for e in drawing.iter(qn("wp:extent"))]
    embedded = [blip.get(qn("r:embed")) for blip in drawing.iter(qn("a:blip"))]
    hashes = [_hash(part.related_parts[key].blob) for key in embedded if key in part.related_parts]
    return f"(picture {', '.join([*dict.fromkeys(names), *dict.fromkeys(sizes), *dict.fromkeys(hashes)])})"


def _styles(root: Any) -> Iterator[str]:
    defaults = root.find(qn("w:docDefaults"))
    if defaults is not None:
        for properties in (*defaults.iter(qn("w:rPr")), *defaults.iter(qn("w:pPr"))):
            yield f"  default {etree.QName(properties).localname}: {_list(properties)}"
    for style in sorted(root.findall(qn("w:style")), key=lambda s: (s.get(qn("w:type")), s.get(qn("w:styleId")))):
        shown = [_compact(child) for child in style if child.tag not in _NOISE]
        default = " default" if style.get(qn("w:default")) == "1" else ""
        yield f"  {style.get(qn('w:type'))}{default} {style.get(qn('w:styleId'))}: {'; '.join(shown)}"


def _numbering(root: Any) -> Iterator[str]:
    for element in root:
        if element.tag == qn("w:abstractNum"):
            yield f"  abstract {element.get(qn('w:abstractNumId'))}"
            for level in element.findall(qn("w:lvl")):
                yield f"    level {level.get(qn('w:ilvl'))}: {_list(level)}"
        elif element.tag == qn("w:num"):
            yield f"  list {element.get(qn('w:numId'))}: {_list(element)}"


def _others(package: OpcPackage, stories: set[int]) -> Iterator[str]:
    shown = ("styles", "numbering", "settings", "core-properties")
    for part in sorted(package.iter_parts(), key=lambda part: str(part.partname)):
        if id(part) not in stories and not any(word in part.content_type for word in shown):
            yield f"  {part.partname} {_hash(part.blob)}"


def _part_element(document: Any, kind: str) -> list[Any]:
    """Return the root element of the document's part of a kind, in a list that is empty when there is none."""
    for relation in document.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            part = relation.target_part
            return [part.element if isinstance(part, XmlPart) else parse_xml(part.blob)]
    return []


def _grid(table: Any) -> str:
    return " ".join(column.get(qn("w:w")) or "auto" for column in table.iter(qn("w:gridCol")))


def _list(element: Any | None) -> str:
    """Write the children of a properties element, in a row."""
    children: Iterable[Any] = () if element is None else element
    return " ".join(_compact(child) for child in children if child.tag not in _NOISE)


def _compact(element: Any) -> str:
    """Write an element as ``name(value key=value child)``: short, complete, without namespaces."""
    if not isinstance(element.tag, str):
        return ""
    word = etree.QName(element).localname
    inside: list[str] = []
    for key, value in element.attrib.items():
        local = etree.QName(key).localname
        if local.startswith("rsid") or local in ("paraId", "textId"):
            continue
        inside.append(value if key == qn("w:val") else f"{local}={value}")
    if element.text and element.text.strip():
        inside.append(element.text.strip())
    inside += [_compact(child) for child in element if child.tag not in _NOISE]
    return f"{word}({' '.join(inside)})" if inside else word


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()[:16]}"
