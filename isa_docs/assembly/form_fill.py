"""Fill an agency's form that is a PDF: write over its pages, never into them, and prove that no word changed.

The form is taken in like an exhibit (its field boxes become part of the page), then what the matter says is drawn
above it in one stream a page. The lines to sign get named places, as those of our own papers have. Last the drawn
streams are taken off again in a copy: its words must be those of the form as it was given, each at its place.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from isa_docs.assembly.content import MENDED, contents_of, has_marks, without_marks
from isa_docs.assembly.exhibit_clean import page_content
from isa_docs.assembly.exhibit_depth import drawn_too_often
from isa_docs.assembly.exhibit_pdf import flatten
from isa_docs.assembly.exhibits import ExhibitFile, take_exhibits
from isa_docs.assembly.fields import ABOVE_TOP, BELOW_TOP
from isa_docs.assembly.form_laying import Laid, laid, nearest_fit
from isa_docs.assembly.form_page import (
    RULE,
    Box,
    Field,
    Spot,
    anchors,
    blanks,
    open_form,
    page_size,
    set_upright,
    spot_after,
)
from isa_docs.assembly.reading import PageWords
from isa_docs.assembly.stamps import add_fonts
from isa_docs.assembly.typeface import StampFont, stamp_fonts
from isa_docs.conversion.pdfium import Word
from isa_docs.documents.form_map import AgencyForm, Place
from isa_docs.documents.form_values import Filling, annexed, is_too_long
from isa_docs.documents.tokens import Kind, Slot, slot
from isa_docs.errors import AssemblyError, TemplateError
from isa_docs.findings import Finding, Severity, conceal
from isa_docs.findings import Place as FilePlace

_OVERLAY: Final = "/IsaOverlay"
_ABOVE_RULE: Final = 2.0
_NEAR: Final = 3.0
"""How far a word may be from where it was, in points: redrawing rounds."""
_REMEDY: Final = "Give the place more width or height, or a smaller size."


@dataclass(frozen=True)
class FilledForm:
    """A filled form: its PDF, its lines to sign in reading order, whether a list went to the annex, and findings."""

    pdf: Path
    pages: int
    slots: tuple[Slot, ...]
    annex: bool
    findings: tuple[Finding, ...]


def fill_pdf(
    form: AgencyForm, fillings: Sequence[Filling], work: Path, fonts: Sequence[Path] | None = None
) -> FilledForm:
    """Fill a PDF form into ``work``.

    Raises TemplateError when a place is not found or too small, AssemblyError when the form cannot be taken in or a
    word of it changed.
    """
    work.mkdir(parents=True, exist_ok=True)
    given = work / "given.pdf"
    mapped = {filling.place.field for filling in fillings if filling.place.field}
    try:
        fields = open_form(form.file, given, lambda field: field.name in mapped and bool(field.value))
    except pikepdf.PdfError as error:
        message = f"The form {form.shown} cannot be opened: {error}."
        raise AssemblyError(message, [form.finding("FORM-FILE", message, "Save it again from a viewer.")]) from error
    taken = take_exhibits([ExhibitFile(given, form.shown)], work=work)[0]
    base = _untagged(taken.pdf, work / "base.pdf")
    with PageWords(base) as words:
        filled = _Filling(form, words, fields, base, taken.pages, tuple(fonts or stamp_fonts()))
        out = filled.write(fillings, work / "filled.pdf")
    with (
        PageWords(_flat(given, work / "flat.pdf")) as before,
        PageWords(_without_overlay(out, work / "bare.pdf")) as after,
    ):
        _prove(form, before, after, taken.pages)
    findings = tuple(
        replace(
            each,
            message=each.message.replace("the exhibit given.pdf", f"the form {form.shown}"),
            place=FilePlace(form.shown),
        )
        for each in taken.warnings
    )
    return FilledForm(out, taken.pages, filled.slots(), filled.annex, findings)


def _flat(form: Path, out: Path) -> Path:
    """Write a copy in which what stands in fields and notes is text of its page."""
    with pikepdf.open(form) as pdf:
        flatten(pdf)
        pdf.save(out)
    return out


def found_places(file: Path) -> list[tuple[str, str, int]]:
    """Return what may be places of a PDF form: how they are found (``field``, ``after``), the text, and the page.

    Raises AssemblyError when the form cannot be opened.
    """
    with tempfile.TemporaryDirectory(prefix="isa-docs-") as folder:
        copy = Path(folder) / "form.pdf"
        try:
            fields = open_form(file, copy, lambda field: False)
            with pikepdf.open(copy) as opened:
                pages = len(opened.pages)
                if drawn_too_often(opened):
                    raise pikepdf.PdfError("a page draws figures within figures without end")
        except pikepdf.PdfError as error:
            message = f"The form {file.name} cannot be opened: {error}."
            raise AssemblyError(message, [Finding("FORM-FILE", Severity.ERROR, message)]) from error
        with PageWords(_flat(copy, Path(folder) / "flat.pdf")) as words:
            rest = [("after", text, page) for page, text in blanks(words, range(1, pages + 1))]
    return list(dict.fromkeys([*(("field", each.name, each.box.page) for each in fields), *rest]))


class _Filling:
    """One form being filled."""

    def __init__(
        self, form: AgencyForm, words: PageWords, fields: Sequence[Field], base: Path, pages: int, fonts: Sequence[Path]
    ) -> None:
        self.form = form
        self.words = words
        self.fields = fields
        self.base = base
        self.pages = pages
        self.fonts = fonts
        self.annex = False
        self.faults: list[Finding] = []
        self._lines: list[tuple[Slot, Spot]] = []
        self._drawn: list[Laid] = []

    def write(self, fillings: Sequence[Filling], out: Path) -> Path:
        """Draw everything, and name the ends of the lines; raises TemplateError with all faults."""
        texts = [each for filling in fillings for each in (filling.one_line, annexed(filling).one_line)]
        font = StampFont(self.fonts, [*texts, "X;, "], "/IsaForm")
        for filling in fillings:
            spot = self._spot(filling)
            if spot is not None:
                self._take(filling, spot, font)
        if font.unshowable:
            shown = ", ".join(sorted(font.unshowable))
            self._fault("FORM-CHARACTER", f"No installed font can show {shown} on the form.", "Install one.", None)
        if self.faults:
            raise TemplateError(f"The form {self.form.shown} cannot be filled.", self.faults)
        _draw(self.base, out, self._drawn, font)
        _name_lines(out, self._lines)
        return out

    def slots(self) -> tuple[Slot, ...]:
        """Return the lines to sign in reading order."""
        lines = sorted(self._lines, key=lambda each: (each[1].box.page, -each[1].baseline, each[1].box.left))
        return tuple(line for line, _ in lines)

    def _fault(self, code: str, message: str, remedy: str, number: int | None) -> None:
        self.faults.append(self.form.finding(code, message, remedy, number))

    def _spot(self, filling: Filling) -> Spot | None:
        """Find a place; notes a fault and returns None when it is not there."""
        place = filling.place
        found: Spot | None = None
        if place.page is not None and place.page > self.pages:
            self._fault("FORM-PLACE", f"The form has no page {place.page}.", f"It has {self.pages}.", filling.number)
            return None
        if place.field is not None:
            found = self._field_spot(place)
        elif place.after is not None:
            pages = [place.page] if place.page else range(1, self.pages + 1)
            hits = list(anchors(self.words, list(pages), place.after))
            if len(hits) >= place.nth:
                page, word, end = hits[place.nth - 1]
                found = spot_after(self.words, page, word, end, page_size(self.base, page)[0])
        elif place.at is not None and place.page is not None:
            left, baseline = place.at
            right = left + (place.width or page_size(self.base, place.page)[0] - 36 - left)
            found = Spot(Box(place.page, left, baseline - 3, right, baseline + 1.1 * place.size), baseline)
        if found is None:
            nth = f" for the {place.nth}th time" if place.nth > 1 else ""
            remedy = "`isa-docs form new` on a copy of the form lists its fields and blanks."
            self._fault("FORM-PLACE", f"The form does not have “{place.name}”{nth}.", remedy, filling.number)
            return None
        return _shaped(found, place)

    def _field_spot(self, place: Place) -> Spot | None:
        named = [
            each
            for each in self.fields
            if each.name == place.field and (place.option is None or each.option == place.option)
        ]
        if len(named) < place.nth:
            return None
        field = named[place.nth - 1]
        box = field.box
        if place.what in ("sign", "date"):
            return Spot(box, box.bottom + 2)
        lines = field.multiline or box.height > 2.6 * place.size
        baseline = box.top - 1.2 * place.size if lines else box.bottom + max((box.height - 0.72 * place.size) / 2, 1.5)
        inner = replace(box, left=box.left + (0 if field.comb else 2), right=box.right - (0 if field.comb else 2))
        return Spot(inner, baseline, lines, field.comb, from_top=lines)

    def _room(self, spot: Spot) -> float:
        """Return how many points are free above the top of a line to sign, as many as our own papers leave at most."""
        top = spot.baseline - 1.5 + BELOW_TOP
        above = [
            word.bottom - top - 1
            for word in self.words.on(spot.box.page)
            if word.bottom > spot.baseline + 4 and word.left < spot.box.right and word.right > spot.box.left
        ]
        return round(max(min([*above, ABOVE_TOP["signature"]]), 0.0), 2)

    def _take(self, filling: Filling, spot: Spot, font: StampFont) -> None:
        place = filling.place
        if place.what in ("sign", "date"):
            kind: Kind = "sign" if place.what == "sign" else "date"
            role = str(place.sign or place.date)
            self._lines.append((slot(len(self._lines), kind, role, self._room(spot)), spot))
            return
        if not filling.text:
            return
        spot = replace(spot, baseline=spot.baseline + _ABOVE_RULE) if spot.ruled else spot
        if is_too_long(filling):
            filling, self.annex = annexed(filling), True
        drawn: Laid | None
        if place.what == "mark":
            drawn = nearest_fit(font, filling.one_line, spot, place.size, mark=True)
        else:
            drawn = laid(font, filling.one_line, spot, place.size)
        if drawn is None and not isinstance(filling.text, str):
            self.annex = True
            filling = annexed(filling)
            drawn = laid(font, filling.one_line, spot, place.size)
        if drawn is None:
            said, wide = conceal(filling.one_line)[:60], f"{spot.box.width:.0f} points wide"
            message = f"“{said}” does not fit into “{place.name}” ({wide})."
            self._fault("FORM-SPACE", message, _REMEDY, filling.number)
            return
        for box in drawn.boxes:
            for word in self.words.on(spot.box.page):
                if _covers(box, word):
                    message = (
                        f"“{conceal(filling.one_line)[:40]}” would stand on the form's own word “{word.text[:40]}”."
                    )
                    remedy = "Move the place by ‘shift’, or give it a ‘width’."
                    self._fault("FORM-COVERS", message, remedy, filling.number)
                    return
        self._drawn.append(drawn)


def _shaped(spot: Spot, place: Place) -> Spot:
    """Apply what the places file says of a place's size and shift."""
    box, (across, up) = spot.box, place.shift
    right = box.left + place.width if place.width else box.right
    baseline, bottom, multiline = spot.baseline + up, box.bottom + up, spot.multiline
    if place.height:
        bottom, multiline = box.top + up - place.height, True
    moved = Box(box.page, box.left + across, bottom, right + across, box.top + up)
    return replace(spot, box=moved, baseline=baseline, multiline=multiline)


def _covers(box: Box, word: Word) -> bool:
    wide = min(box.right, word.right) - max(box.left, word.left)
    high = min(box.top, word.top) - max(box.bottom, word.bottom)
    return wide > 1.5 and high > 2.5 and not RULE.search(word.text[-1:])


def _draw(base: Path, out: Path, drawn: Sequence[Laid], font: StampFont) -> None:
    with pikepdf.open(base) as pdf:
        embedded = font.embed(pdf)
        opening = pdf.make_stream(b"q")
        for number in sorted({each.page for each in drawn}):
            page = pdf.pages[number - 1]
            add_fonts(page, embedded)
            shown = b"".join(each.operators for each in drawn if each.page == number)
            overlay = pdf.make_stream(b"Q\nq 0 g BT\n" + shown + b"ET Q")
            overlay[_OVERLAY] = True
            page.obj.Contents = Array([opening, *contents_of(page), overlay])
        pdf.save(out, deterministic_id=True)


def _name_lines(pdf: Path, lines: Sequence[tuple[Slot, Spot]]) -> None:
    """Give the ends of each line to sign names that lead there, as the converter does for our own papers."""
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        names: dict[str, Array] = {}
        for line, spot in lines:
            page = opened.pages[spot.box.page - 1]
            top = spot.baseline - 1.5 + BELOW_TOP
            for name, left in ((line.start, spot.box.left), (line.end, spot.box.right)):
                names[name] = Array([page.obj, Name.XYZ, round(left, 2), round(top, 2), 0])
        pairs = [each for name in sorted(names) for each in (pikepdf.String(name), names[name])]
        opened.Root.Names = Dictionary(Dests=Dictionary(Names=Array(pairs)))
        opened.save(pdf, deterministic_id=True)


def _untagged(pdf: Path, out: Path) -> Path:
    """Write a copy without structure, its pages upright: form and filling are read as one, page by page."""
    with pikepdf.open(pdf) as opened:
        for key in ("/StructTreeRoot", "/MarkInfo", MENDED, "/Names", "/Dests", "/Outlines"):
            if key in opened.Root:
                del opened.Root[key]
        for page in opened.pages:
            data = page_content(page)
            if has_marks(data):
                page.Contents = opened.make_stream(without_marks(data))
            for key in ("/StructParents", "/Annots"):
                if key in page:
                    del page[key]
            set_upright(opened, page)
        opened.save(out, deterministic_id=True)
    return out


def _without_overlay(pdf: Path, out: Path) -> Path:
    with pikepdf.open(pdf) as opened:
        for page in opened.pages:
            contents = page.obj.get("/Contents")
            if isinstance(contents, Array) and _OVERLAY in contents[-1]:
                page.obj.Contents = Array([*list(contents)[:-1], opened.make_stream(b"Q")])
        opened.save(out, deterministic_id=True)
    return out


def _prove(form: AgencyForm, before: PageWords, after: PageWords, pages: int) -> None:
    """Refuse when a word of the form as it was given is not at its place, or a new one is."""
    for page in range(1, pages + 1):
        was, now = before.on(page), after.on(page)
        lost, new = _unmatched(was, now), _unmatched(now, was)
        if _joined(lost) != _joined(new) or any(not _near(new, word) for word in lost):
            shown = conceal(" ".join(word.text for word in (lost or new)[:12]))
            verb = "lost or moved" if lost else "added"
            message = f"Filling changed words of the form {form.shown}, page {page}: {verb}: “{shown}”."
            remedy = "The package is not built. Print the form to PDF anew, or take a Word form."
            raise AssemblyError(message, [form.finding("FORM-TEXT", message, remedy)])


def _unmatched(words: Sequence[Word], others: Sequence[Word]) -> list[Word]:
    places: Mapping[str, list[Word]] = _by_text(others)
    return [word for word in words if not any(_same_place(word, each) for each in places.get(word.text, ()))]


def _by_text(words: Sequence[Word]) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    for word in words:
        found.setdefault(word.text, []).append(word)
    return found


def _same_place(one: Word, other: Word) -> bool:
    return abs(one.left - other.left) < _NEAR and abs(one.bottom - other.bottom) < 2 * _NEAR


def _near(words: Sequence[Word], word: Word) -> bool:
    """Say whether anything of ``words`` touches the line of a word that was cut otherwise."""
    return any(abs(each.bottom - word.bottom) < 2 * _NEAR for each in words)


def _joined(words: Sequence[Word]) -> str:
    return "".join(sorted("".join(word.text for word in words)))
