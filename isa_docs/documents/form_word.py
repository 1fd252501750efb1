"""An agency's form as a Word file: its placeholders filled, its lines marked for signing, no other word touched.

The filled file is read again, and every paragraph of it must be the form's, with the fillings at their places.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx.opc.part import XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from isa_docs.documents.characters import canonical, refused
from isa_docs.documents.docx_package import normalized, opened, story_parts
from isa_docs.documents.form_map import AgencyForm
from isa_docs.documents.form_values import Filling
from isa_docs.documents.tidy import tidy
from isa_docs.documents.tokens import Kind, Slot, bookmark, draw_lines, slot, style_indents, text_run
from isa_docs.errors import TemplateError
from isa_docs.findings import Finding, conceal

_BRACKETED: Final = re.compile(r"\[[^\[\]\n]{2,80}\]|[☐□]")
_RULE: Final = re.compile(r"_{3,}")
_SEEN: Final = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_ROOM: Final = 2.0
"""Points above a line to sign that a form is taken to have free."""
_LINE: Final = "\t\u200b"
"""What a drawn line is in the text of its paragraph."""


@dataclass(frozen=True)
class FilledWord:
    """A filled form: its bytes, and its lines to sign in reading order."""

    data: bytes
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class _Edit:
    """What happens to the characters ``start`` to ``end`` of a paragraph: replaced by ``text``, or kept as a line."""

    paragraph: Any
    start: int
    end: int
    text: str
    slot: Slot | None = None

    @property
    def result(self) -> str | None:
        """What stands there afterwards; None for what was there before."""
        return None if self.slot and self.end > self.start else self.text + (_LINE if self.slot else "")


def fill_word(form: AgencyForm, fillings: Sequence[Filling], text_width: int = 9360) -> FilledWord:
    """Fill a Word form.

    Raises TemplateError when a place is not found, and when any paragraph of the result differs from the form in
    more than its places.
    """
    template = opened(form.file.read_bytes(), form.shown)
    parts = story_parts(template.docx.part)
    roots = [part.element if isinstance(part, XmlPart) else parse_xml(part.blob) for part, _ in parts]
    faults: list[Finding] = []
    edits: list[_Edit] = []
    slots: list[Slot] = []
    for filling in fillings:
        kind = filling.place.what
        line = None
        if kind in ("sign", "date"):
            signing: Kind = "sign" if kind == "sign" else "date"
            line = slot(len(slots), signing, str(filling.place.sign or filling.place.date), _ROOM)
            slots.append(line)
        found = _located(form, roots, filling, line)
        if isinstance(found, _Edit):
            edits.append(found)
        elif found is not None:
            faults.append(found)
    faults += _overlaps(form, edits)
    if faults:
        raise TemplateError(f"The form {form.shown} cannot be filled.", faults)
    expected = [_expected(paragraph, edits) for root in roots for paragraph in _paragraphs(root)]
    indents = style_indents(template.docx.styles.element)
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        _apply(edit, slots)
    placed = []
    for root, (part, _) in zip(roots, parts, strict=True):
        draw_lines(root, slots, text_width, indents)
        tidy(root)
        placed += [mark.get(qn("w:name")) for mark in root.iter(qn("w:bookmarkStart"))]
        if not isinstance(part, XmlPart):
            part._blob = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    data = normalized(template)
    _compare(form, expected, data)
    return FilledWord(data, tuple(sorted(slots, key=lambda each: placed.index(each.start))))


def word_texts(data: bytes, name: str) -> list[str]:
    """Return the text of every paragraph of a Word file, headers, footers and notes included."""
    roots = [
        part.element if isinstance(part, XmlPart) else parse_xml(part.blob)
        for part, _ in story_parts(opened(data, name).docx.part)
    ]
    return [_text(paragraph) for root in roots for paragraph in _paragraphs(root)]


def word_blanks(data: bytes, name: str) -> list[tuple[str, str]]:
    """Return what may be places of a Word form: ``find`` or ``control`` and its text, or ``after`` and the words."""
    found: list[tuple[str, str]] = []
    for text in word_texts(data, name):
        found += [("find", each) for each in _BRACKETED.findall(text)]
        for rule in _RULE.finditer(text):
            before = " ".join(text[: rule.start()].rsplit("_", 1)[-1].split()[-5:])
            found.append(("after", before) if before else ("find", rule[0]))
        if text.rstrip().endswith(":"):
            found.append(("after", " ".join(text.split()[-5:])))
    for part, _ in story_parts(opened(data, name).docx.part):
        root = part.element if isinstance(part, XmlPart) else parse_xml(part.blob)
        for mark in root.iter(qn("w:tag"), qn("w:alias")):
            found.append(("control", mark.get(qn("w:val"))))
    return list(dict.fromkeys(found))


def _compare(form: AgencyForm, expected: Sequence[str], data: bytes) -> None:
    actual = word_texts(data, form.shown)
    differing = [(was, now) for was, now in zip(expected, actual, strict=False) if was != now]
    if differing or len(expected) != len(actual):
        was, now = differing[0] if differing else (f"{len(expected)} paragraphs", f"{len(actual)} paragraphs")
        message = f"Filling changed words of the form {form.shown}: “{conceal(was)[:80]}” became “{conceal(now)[:80]}”."
        remedy = "The package is not built. Save the form anew in Word, and tell us."
        raise TemplateError(message, [form.finding("FORM-TEXT", message, remedy)])


def _paragraphs(root: Any) -> list[Any]:
    return [each for each in root.iter(qn("w:p")) if not any(up.tag == _FALLBACK for up in each.iterancestors())]


def _characters(paragraph: Any) -> list[tuple[str, Any, int]]:
    """Return each character of a paragraph with its element and its place in that element's text."""
    found: list[tuple[str, Any, int]] = []
    for element in paragraph.iter(qn("w:t"), *_SEEN):
        if element.getparent().tag != qn("w:r") or next(element.iterancestors(qn("w:p"))) is not paragraph:
            continue
        text = element.text or "" if element.tag == qn("w:t") else _SEEN[element.tag]
        found += [(character, element, at) for at, character in enumerate(text)]
    return found


def _text(paragraph: Any) -> str:
    return "".join(character for character, _, _ in _characters(paragraph))


def _located(form: AgencyForm, roots: Sequence[Any], filling: Filling, line: Slot | None) -> _Edit | Finding | None:
    """Find one place; None for a mark that is not set."""
    place, number = filling.place, filling.number
    if place.what == "mark" and not filling.text:
        return None
    text = "☒" if place.what == "mark" else canonical(filling.one_line)
    if bad := refused(text):
        return form.finding("FORM-VALUE", f"The value holds the character {bad}.", "Remove it.", number)
    if place.control is not None:
        return _control(form, roots, filling, text)
    wanted = str(place.find if place.find is not None else place.after)
    seen = 0
    for paragraph in (each for root in roots for each in _paragraphs(root)):
        whole = _text(paragraph)
        start = whole.find(wanted)
        while start >= 0:
            seen += 1
            if seen == place.nth:
                return _edit(form, filling, paragraph, whole, (start, start + len(wanted)), text, line)
            start = whole.find(wanted, start + len(wanted))
    message = f"The form has no “{wanted}”" + (f" for the {place.nth}th time." if seen else ".")
    return form.finding("FORM-PLACE", message, "Write it exactly as it stands in the form.", number)


def _edit(
    form: AgencyForm,
    filling: Filling,
    paragraph: Any,
    whole: str,
    found: tuple[int, int],
    text: str,
    line: Slot | None,
) -> _Edit | Finding:
    start, end = found
    if filling.place.find is not None:
        if line and not _RULE.fullmatch(whole[start:end]):
            message = f"“{whole[start:end]}” is no line to sign on."
            remedy = "Find a line of underscores, or say after which words the line begins."
            return form.finding("FORM-PLACE", message, remedy, filling.number)
        return _Edit(paragraph, start, end, text, line)
    rule = _RULE.match(whole, end + len(whole[end:]) - len(whole[end:].lstrip()))
    if line and rule:
        return _Edit(paragraph, rule.start(), rule.end(), "", line)
    if line:
        return _Edit(paragraph, end, end, "" if whole[end - 1 : end].isspace() else " ", line)
    before = "" if whole[end - 1 : end].isspace() else " "
    after = " " if whole[end : end + 1].isalnum() else ""
    return _Edit(paragraph, end, end, f"{before}{text}{after}")


def _control(form: AgencyForm, roots: Sequence[Any], filling: Filling, text: str) -> _Edit | Finding:
    name, seen = filling.place.control, 0
    for control in (each for root in roots for each in root.iter(qn("w:sdt"))):
        properties = control.find(qn("w:sdtPr"))
        names = [] if properties is None else [each.get(qn("w:val")) for each in properties]
        if name not in names or properties is None:
            continue
        seen += 1
        content = control.find(qn("w:sdtContent"))
        inside = set(content.iter(qn("w:t"))) if content is not None else set()
        homes = {next(each.iterancestors(qn("w:p"))) for each in inside}
        if seen != filling.place.nth or len(homes) != 1:
            continue
        (paragraph,) = homes
        at = [index for index, (_, element, _) in enumerate(_characters(paragraph)) if element in inside]
        for mark in properties.findall(qn("w:showingPlcHdr")):
            properties.remove(mark)
        for style in [each for each in content.iter(qn("w:rStyle")) if each.get(qn("w:val")) == "PlaceholderText"]:
            style.getparent().remove(style)
        return _Edit(paragraph, at[0], at[-1] + 1, text)
    message = f"The form has no content control ‘{name}’ of one paragraph with a placeholder."
    return form.finding("FORM-PLACE", message, "See Developer, Properties in Word for its tag.", filling.number)


def _overlaps(form: AgencyForm, edits: Sequence[_Edit]) -> list[Finding]:
    faults = []
    for at, one in enumerate(edits):
        for other in edits[:at]:
            if one.paragraph is other.paragraph and one.start < other.end and other.start < one.end:
                message = f"Two places of the form are one: “{_text(one.paragraph)[one.start : one.end]}”."
                faults.append(form.finding("FORM-PLACE", message, "Say with ‘nth’ which is meant."))
    return faults


def _expected(paragraph: Any, edits: Sequence[_Edit]) -> str:
    text = _text(paragraph)
    for edit in sorted((each for each in edits if each.paragraph is paragraph), key=lambda each: -each.start):
        result = text[edit.start : edit.end] if edit.result is None else edit.result
        text = text[: edit.start] + result + text[edit.end :]
    return text


def _apply(edit: _Edit, slots: Sequence[Slot]) -> None:
    characters = _characters(edit.paragraph)
    if edit.slot and edit.end > edit.start:
        after = _cut(edit.paragraph, edit.end)
        before = _cut(edit.paragraph, edit.start)
        number = 9000 + 2 * slots.index(edit.slot)
        for element in bookmark(edit.slot.start, number):
            before.addprevious(element)
        place = after.getprevious() if after is not None else _last_run(edit.paragraph)
        for element in reversed(bookmark(edit.slot.end, number + 1)):
            place.addnext(element)
        return
    text = f"{edit.text}\ufdd0{slots.index(edit.slot)}\ufdd1" if edit.slot else edit.text
    if not characters:
        return
    if edit.start == edit.end:
        _, element, at = characters[edit.start - 1]
        if element.tag != qn("w:t"):
            element.addnext(new := etree.Element(qn("w:t")))
            new.text = text
        else:
            element.text = element.text[: at + 1] + text + element.text[at + 1 :]
        return
    for index in range(edit.end - 1, edit.start - 1, -1):
        _, element, at = characters[index]
        if element.tag == qn("w:t"):
            element.text = element.text[:at] + (text if index == edit.start else "") + element.text[at + 1 :]
        elif index > edit.start:
            element.getparent().remove(element)


def _cut(paragraph: Any, position: int) -> Any:
    """Return the run that begins at a position of a paragraph, cutting one in two where it must; None at the end."""
    characters = _characters(paragraph)
    if position >= len(characters):
        return None
    _, element, at = characters[position]
    run = element.getparent()
    children = [child for child in run if child.tag != qn("w:rPr")]
    if at == 0 and children[0] is element:
        return run
    rest = text_run("", run.find(qn("w:rPr")))
    rest.remove(rest[-1])
    if at:
        right = copy.copy(element)
        element.text, right.text = element.text[:at], right.text[at:]
        rest.append(right)
    else:
        rest.append(element)
    for child in children[children.index(element) + 1 :]:
        rest.append(child)
    run.addnext(rest)
    return rest


def _last_run(paragraph: Any) -> Any:
    return _characters(paragraph)[-1][1].getparent()
