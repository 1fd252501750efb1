"""What Word itself may hide in a template: changes, comments, hidden text, outside links, missing table headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docxtpl import DocxTemplate

from isa_docs.documents.docx_package import core_properties, story_parts
from isa_docs.documents.reading import TemplatePart
from isa_docs.documents.richtext import NARRATIVE_STYLES

Report = Callable[[str, str, Any, str, str], None]
"""Called with code, part name, paragraph element (or None), what is wrong, and remedy."""

_CHANGES: Final = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "sectPrChange")
_VOLATILE: Final = re.compile(
    r"^\s*(DATE|TIME|SAVEDATE|PRINTDATE|CREATEDATE|FILENAME|AUTHOR|USERNAME|INCLUDE\w*|DDE\w*)\b"
)
_HARMLESS: Final = (RELATIONSHIP_TYPE.HYPERLINK,)
_EMBEDDED: Final = ("oleObject", "package", "control", "aFChunk")


def check_part(part: TemplatePart, report: Report) -> None:
    """Report what is wrong in one story: changes, hidden text, tables without header, pictures without text, fields."""
    root = part.root
    if root is None:
        return
    for element in root.iter(*(qn(f"w:{name}") for name in _CHANGES)):
        report("TPL-LINT-CHANGES", part.where, _paragraph(element), "A tracked change is left",
               "Accept or reject all changes in Word (Review).")  # fmt: skip
        break
    for element in root.iter(qn("w:vanish")):
        if element.get(qn("w:val")) not in ("0", "false") and element.getparent().getparent().tag == qn("w:r"):
            report("TPL-LINT-HIDDEN", part.where, _paragraph(element), "Text is formatted as hidden",
                   "Delete it, or make it visible.")  # fmt: skip
    for table in root.iter(qn("w:tbl")):
        rows = table.findall(qn("w:tr"))
        if len(rows) > 1 and not _has_headers(table, rows[0]):
            report("TPL-LINT-TABLE", part.where, next(table.iter(qn("w:p"))), "The table has no header row",
                   "Mark its first row as Repeat Header Rows (Table Layout), or, if its headings stand at the left, "
                   "tick First Column and untick Header Row (Table Design).")  # fmt: skip
    for picture in root.iter(qn("wp:docPr")):
        if not picture.get("descr"):
            report("TPL-LINT-PICTURE", part.where, _paragraph(picture), "A picture has no alternative text",
                   "Add it in Word (Edit Alt Text).")  # fmt: skip
    for code in (*root.iter(qn("w:instrText")), *root.iter(qn("w:fldSimple"))):
        text = code.text if code.tag == qn("w:instrText") else code.get(qn("w:instr"))
        if volatile := _VOLATILE.match(text or ""):
            report("TPL-LINT-FIELD", part.where, _paragraph(code), f"The field {volatile.group(1)} changes by itself",
                   "Use a tag, so that the same matter gives the same paper.")  # fmt: skip


def check_package(
    template: DocxTemplate, parts: list[TemplatePart], installed_fonts: Collection[str] | None, report: Report
) -> None:
    """Report what is wrong with the whole file: comments, links, objects, properties, fonts, styles, stray tags."""
    _check_relations(template, report)
    properties = core_properties(template.docx)
    if not properties.title:
        report("TPL-LINT-TITLE", "document property title", None, "The template has no title",
               "Enter one (File, Info), with tags if you like.")  # fmt: skip
    if not (properties.language or any(_style_languages(template))):
        report(
            "TPL-LINT-LANGUAGE",
            "styles",
            None,
            "The template has no language",
            "Set the proofing language of its text.",
        )
    stories = {id(part) for part, _ in story_parts(template.docx.part)}
    for part in template.docx.part.package.iter_parts():
        name = str(part.partname)
        if id(part) in stories or not name.endswith(".xml") or name.endswith("core.xml"):
            continue
        if name.endswith("comments.xml") and b"<w:comment " in part.blob:
            report("TPL-LINT-COMMENTS", "comments", None, "The template holds comments, which would be printed",
                   "Delete all comments in Word (Review).")  # fmt: skip
        if re.search(rb"\{\{|\{%", part.blob) and not name.endswith("settings.xml"):
            stem = name.rpartition("/")[2].removesuffix(".xml")
            report("TPL-LINT-STRAY", stem, None, f"A tag stands in {name}, which is not filled",
                   "Move it into the text, a header, a footer, a note, or the title.")  # fmt: skip
    if installed_fonts is not None:
        for font in sorted(fonts(template) - set(installed_fonts)):
            report("TPL-LINT-FONT", "styles", None, f"The font ‘{font}’ is not there, nor one of the same widths",
                   "Install it, or name a font that is.")  # fmt: skip
    if any(part.source.prepared.paragraphs for part in parts):
        have = {style.name.lower() for style in template.docx.styles if style.name}
        missing = [name for name in NARRATIVE_STYLES if name.lower() not in have]
        if missing:
            report("TPL-LINT-STYLES", "styles", None, f"Narratives may need missing styles: {', '.join(missing)}",
                   "Add them; docs/templates.md says what they are for.")  # fmt: skip


def fonts(template: DocxTemplate) -> set[str]:
    """Return the names of the fonts that the styles and texts of a template ask for, theme fonts included."""
    found: set[str] = set()
    themes: set[str] = set()
    roots = [template.docx.styles.element]
    for part, _ in story_parts(template.docx.part):
        roots.append(part.element if isinstance(part, XmlPart) else parse_xml(part.blob))
    for root in roots:
        for element in root.iter(qn("w:rFonts")):
            for side in ("ascii", "hAnsi"):
                theme = element.get(qn(f"w:{side}Theme"))
                if theme:
                    themes.add("majorFont" if theme.startswith("major") else "minorFont")
                elif name := element.get(qn(f"w:{side}")):
                    found.add(name)
    for relation in template.docx.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/theme"):
            theme_root = parse_xml(relation.target_part.blob)
            for scheme in themes:
                found |= {e.get("typeface") for e in theme_root.findall(f".//{qn(f'a:{scheme}')}/{qn('a:latin')}")} - {
                    ""
                }
    return found


def _has_headers(table: Any, first: Any) -> bool:
    """Say whether a table repeats its first row, or says that its headings are in the first column."""
    if first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None:
        return True
    look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
    return look is not None and look.get(qn("w:firstColumn")) == "1" and look.get(qn("w:firstRow")) == "0"


def _check_relations(template: DocxTemplate, report: Report) -> None:
    seen: set[str] = set()
    for part in template.docx.part.package.iter_parts():
        stem = str(part.partname).rpartition("/")[2].removesuffix(".xml")
        for relation in part.rels.values():
            kind = relation.reltype.rpartition("/")[2]
            if relation.is_external and relation.reltype not in _HARMLESS and relation.target_ref not in seen:
                seen.add(relation.target_ref)
                report("TPL-LINT-LINK", stem, None, f"The template fetches {relation.target_ref} ({kind}) from outside",
                       "Embed it in the file, or remove it.")  # fmt: skip
            elif not relation.is_external and kind in _EMBEDDED:
                report("TPL-LINT-OBJECT", stem, None, f"The template embeds an object ({kind})",
                       "Replace it by text or a picture.")  # fmt: skip


def _style_languages(template: DocxTemplate) -> Iterator[str]:
    for element in template.docx.styles.element.iter(qn("w:lang")):
        yield element.get(qn("w:val")) or ""


def _paragraph(element: Any) -> Any | None:
    return element if element.tag == qn("w:p") else next(element.iterancestors(qn("w:p")), None)
