"""Take in a PDF exhibit: look, refuse or warn, strip what acts or leaks, redraw what is not clean, compare."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf, String, sanitize

from isa_docs.assembly.content import MENDED, has_marks, paints_outside_marks, unmarked_as_artifact, without_marks
from isa_docs.assembly.exhibit_above import (
    annotations_of,
    is_drawn_on,
    leave_out_unseen,
    make_part_of_pages,
    settle,
    undrawn,
    undrawn_words,
)
from isa_docs.assembly.exhibit_clean import is_clean, page_content
from isa_docs.assembly.exhibit_compare import differing_pages
from isa_docs.assembly.exhibit_depth import drawn_too_often, nested_too_deeply
from isa_docs.assembly.exhibit_facts import look
from isa_docs.assembly.exhibit_links import leads_to_a_file, take_over, web_address
from isa_docs.assembly.exhibit_notes import Notes, RefusedError
from isa_docs.assembly.exhibit_text import lost_text, missing_letters, needs_other_fonts
from isa_docs.assembly.exhibit_unseen import embed_unseen_fonts
from isa_docs.assembly.jpeg_data import bare_pictures
from isa_docs.assembly.source import Source
from isa_docs.conversion.pdfium import PdfiumError, page_texts

_REDRAW_SECONDS = 45
_FILLED_AGAIN = (
    "Have its sender fill it in again, shorter or in a larger field, or print it to PDF once all of it shows."
)
_FONTS = "Install poppler-data and fonts for its script, have its sender embed the fonts, or set its treatment to keep."
_PAGE_KEYS = ("/Metadata", "/PieceInfo", "/Thumb", "/AA", "/LastModified", "/B", "/PresSteps", "/Trans", "/Dur")
_ROOT_KEYS = (
    "/Perms",
    "/DSS",
    "/Metadata",
    "/AA",
    "/OpenAction",
    "/PieceInfo",
    "/Collection",
    "/SpiderInfo",
    "/Legal",
    "/Requirements",
    "/Extensions",
    "/AF",
    "/URI",
    "/Threads",
)
_NO_FONT = re.compile(rb"Missing language pack|No font in show|Couldn't find a font")
"""What pdftocairo complains of when it leaves text out."""


@dataclass(frozen=True)
class Tools:
    """Where poppler's programs are; None where one is not installed."""

    pdftocairo: str | None
    pdftoppm: str | None


def take_pdf(
    source: Path, out: Path, folder: Path, tools: Tools, notes: Notes, treatment: str = "auto"
) -> tuple[int, str]:
    """Write the exhibit, ready for assembly, to ``out``; return its pages and the outcome.

    ``treatment`` ``redraw`` has even a clean file redrawn, ``keep`` leaves one that is not clean as it is.

    Raises RefusedError when it is encrypted, empty, damaged beyond repair, or would disclose or lose content.
    """
    stripped, reference = folder / "stripped.pdf", source
    drawn_on: list[int] = []
    with _opened(source) as pdf:
        if drawn_too_often(pdf):
            raise RefusedError("EXH-DRAWN", "a page of it draws figures within figures without end")
        facts = look(pdf, notes)
        if facts.drawn_above:
            reference = folder / "reference.pdf"
            settle(pdf, folder)
            pdf.save(reference, deterministic_id=True)
            drawn_on = [number for number, page in enumerate(pdf.pages, start=1) if is_drawn_on(page)]
        note = notes.warn if treatment == "exact" else notes.mention
        if any(leads_to_a_file(each) for each in _all_above(pdf)):
            note("EXH-LINKS", "its links to other files are left out")
        waiting = {number: undrawn_words(page) for number, page in enumerate(pdf.pages, start=1) if undrawn(page)}
        _strip(pdf)
        if nested_too_deeply(pdf):
            notes.warn("EXH-TAGS", "its tags are nested too deeply to be taken over, so they are left out")
            del pdf.Root["/StructTreeRoot"]
        tagged = "/StructTreeRoot" in pdf.Root
        pdf.save(stripped, deterministic_id=True)
        count = len(pdf.pages)
    with pikepdf.open(stripped) as pdf:
        clean = not waiting and is_clean(pdf, facts)
        if not clean and not waiting and treatment != "redraw" and embed_unseen_fonts(pdf):
            clean = is_clean(pdf, facts)
        if treatment == "keep" and not clean:
            if facts.hidden_layers:
                raise RefusedError("EXH-LAYERS", "it has layers that are switched off, and is not to be redrawn")
            notes.warn("EXH-KEPT", "it is kept as it was, as the matter asks, and may not be in archive form")
        if treatment == "keep" or (clean and treatment != "redraw"):
            _refuse_undrawn(waiting, "and it is not to be redrawn")
            _mend_marks(pdf)
            pdf.Root[MENDED] = True
            pdf.save(out, deterministic_id=True)
            _warn_of_changes(reference, out, drawn_on, tools, folder, notes)
            return count, "as-is"
    if tools.pdftocairo is None:
        if facts.hidden_layers:
            raise RefusedError(
                "EXH-LAYERS",
                "it has layers that are switched off, and they cannot be removed here",
                "Install poppler-utils, or print the file to PDF.",
            )
        _refuse_undrawn(waiting, "and pdftocairo, which would draw it, is missing")
        notes.warn("EXH-NOT-REDRAWN", "pdftocairo is missing, so it is not brought to archive form", "", None)
        stripped.replace(out)
        return count, "as-is"
    drawing = _Drawing(reference, stripped, folder / "redrawn.pdf", count, facts.hidden_layers, waiting, tagged)
    if not _redraw(tools.pdftocairo, drawing):
        if facts.hidden_layers:
            raise RefusedError("EXH-LAYERS", "it has layers that are switched off, and they cannot be removed")
        _refuse_undrawn(waiting, "and it cannot be redrawn")
        notes.warn("EXH-NOT-REDRAWN", "it cannot be redrawn, so it stays as it was and may not be in archive form")
        stripped.replace(out)
        return count, "as-is"
    _finish(drawing, out, tools, folder, notes, exact=treatment == "exact")
    return count, "normalized"


@dataclass
class _Drawing:
    """An exhibit on its way through poppler."""

    reference: Path
    """What its pages are to look like."""
    stripped: Path
    redrawn: Path
    count: int
    hidden_layers: bool
    waiting: Mapping[int, str]
    """The pages above which something waits to be drawn, and the words that are in it."""
    tagged: bool
    complained: bool = False
    """Whether a font was missing when it was redrawn."""


def _refuse_undrawn(pages: Iterable[int], why: str) -> None:
    """Refuse an exhibit of which something above these pages will not be drawn."""
    for page in pages:
        raise RefusedError("EXH-UNDRAWN", f"a comment or form value has no drawing of its own, {why}", page=page)


def _opened(source: Path) -> Pdf:
    try:
        return pikepdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise RefusedError(
            "EXH-ENCRYPTED",
            "it is protected by a password",
            "Save a copy without the password, and name that file.",
        ) from error
    except pikepdf.PdfError as error:
        raise RefusedError("EXH-DAMAGED", "it is damaged beyond repair") from error


def _strip(pdf: Pdf) -> None:
    """Remove all that acts, leaks or floats above the page; form values and drawn notes become part of the page."""
    links = [(each, web_address(each)) for each in _all_above(pdf) if web_address(each)]
    sanitizer = sanitize.Sanitizer()
    sanitizer.remove_javascript().remove_external_access().remove_attachments().remove_multimedia()
    sanitizer.remove_private_app_data().remove_thumbnails().remove_web_capture().remove_search_index()
    sanitizer.remove_collection()
    sanitizer.apply(pdf)
    for link, address in links:
        link.A = Dictionary(S=Name.URI, URI=String(address))
    make_part_of_pages(pdf)
    for page in pdf.pages:
        for key in _PAGE_KEYS:
            if key in page:
                del page[key]
    for key in _ROOT_KEYS:
        if key in pdf.Root:
            del pdf.Root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    bare_pictures(pdf)
    pdf.remove_unreferenced_resources()


def flatten(pdf: Pdf) -> None:
    """Make form values and drawn notes part of their pages, with plain drawings where fields have none."""
    leave_out_unseen(pdf)
    if "/AcroForm" in pdf.Root:
        if "/XFA" in pdf.Root.AcroForm:
            del pdf.Root.AcroForm.XFA
        if any(each.get("/Subtype") == Name.Widget and "/AP" not in each for each in _all_above(pdf)):
            pdf.Root.AcroForm.NeedAppearances = True
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")


def _mend_marks(pdf: Pdf) -> None:
    """Make marked content fit for assembly: complete in a tagged file, absent from an untagged one."""
    mark_info = pdf.Root.get("/MarkInfo")
    tagged = "/StructTreeRoot" in pdf.Root and isinstance(mark_info, Dictionary) and bool(mark_info.get("/Marked"))
    for page in pdf.pages:
        data = page_content(page)
        if tagged and has_marks(data) and paints_outside_marks(data):
            page.Contents = pdf.make_stream(unmarked_as_artifact(data))
        elif not tagged and has_marks(data):
            page.Contents = pdf.make_stream(without_marks(data))


def _all_above(pdf: Pdf) -> Iterator[Dictionary]:
    for page in pdf.pages:
        yield from annotations_of(page)


def _redraw(program: str, drawing: _Drawing) -> bool:
    """Have an exhibit redrawn; tell whether it was."""
    try:
        done = subprocess.run(
            [program, "-pdf", str(drawing.stripped), str(drawing.redrawn)],
            capture_output=True,
            timeout=_REDRAW_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedError("EXH-TIME", "redrawing it takes longer than is allowed") from error
    drawing.complained = bool(_NO_FONT.search(done.stderr))
    return done.returncode == 0 and drawing.redrawn.is_file()


def _finish(drawing: _Drawing, out: Path, tools: Tools, folder: Path, notes: Notes, *, exact: bool) -> None:
    """Mend the fonts of the redrawn file, put back pages that came out different, and write the result."""
    count = drawing.count
    with pikepdf.open(drawing.redrawn) as pdf:
        if len(pdf.pages) != count:
            raise RefusedError("EXH-DAMAGED", f"of its {count} pages only {len(pdf.pages)} can be drawn")
        _mend(pdf)
        before = Source(drawing.stripped, "exhibit")
        different = _different(drawing.reference, drawing.redrawn, range(1, count + 1), tools, folder, notes)
        _look_for_lost_text(drawing, [page for page in range(1, count + 1) if page not in different], notes)
        _refuse_undrawn((page for page in different if page in drawing.waiting), "and redrawn it looks different")
        for page in different:
            if drawing.hidden_layers:
                raise RefusedError("EXH-LAYERS", "its layers cannot be removed without changing the page", page=page)
            notes.warn("EXH-NOT-REDRAWN", "redrawn it would look different, so the page is kept as it was", "", page)
            pdf.pages[page - 1] = before.file.pages[page - 1]
        _warn_of_changes(drawing.reference, drawing.stripped, different, tools, folder, notes)
        take_over(before, pdf, different)
        note = notes.warn if exact else notes.mention
        if drawing.tagged:
            note("EXH-TAGS", "its tags are left out by the redrawing: its pages are described as whole pages")
        for key in ("/Info", "/Metadata"):
            for holder in (pdf.trailer, pdf.Root):
                if key in holder:
                    del holder[key]
        pdf.save(out, deterministic_id=True)


def _look_for_lost_text(drawing: _Drawing, pages: Sequence[int], notes: Notes) -> None:
    """Refuse an exhibit whose words are not there any more once it is redrawn; warn when they are seen, but not text.

    Raises RefusedError for words that could be seen.
    """
    if not pages:
        return
    try:
        losses = lost_text(drawing.stripped, drawing.redrawn, pages)
        old, new = (page_texts(file) if drawing.waiting else [] for file in (drawing.stripped, drawing.redrawn))
    except PdfiumError:
        if drawing.complained or drawing.waiting:
            raise RefusedError("EXH-TEXT-LOST", "nobody can tell whether it was redrawn with all its words") from None
        notes.warn("EXH-NOT-COMPARED", "its words cannot be read, so they were not compared with the original")
        return
    for loss in losses:
        if loss.seen:
            why = f"redrawn, the page would lack {len(loss.seen)} of its letters"
            raise RefusedError("EXH-TEXT-LOST", why, _FONTS, loss.page)
    if drawing.complained and not any(loss.unseen for loss in losses) and needs_other_fonts(drawing.stripped, pages):
        raise RefusedError("EXH-TEXT-LOST", "redrawn it would lack words, because a font is missing", _FONTS)
    for page in pages:
        if page in drawing.waiting:
            added = missing_letters(new[page - 1], old[page - 1])
            if missing_letters(drawing.waiting[page], added):
                why = "a comment or form value cannot be drawn in full: its field is too small, or a font is missing"
                raise RefusedError("EXH-TEXT-LOST", why, _FILLED_AGAIN, page)
    for loss in losses:
        if loss.unseen or (loss.unread and not drawing.hidden_layers):
            why = "redrawn, words on the page look as they did and can no longer be searched or read aloud"
            notes.warn("EXH-NOT-SEARCHABLE", why, "If that matters, set its treatment to keep.", loss.page)


def _different(before: Path, after: Path, pages: Sequence[int], tools: Tools, folder: Path, notes: Notes) -> list[int]:
    if tools.pdftoppm is None:
        notes.warn("EXH-NOT-COMPARED", "pdftoppm is missing, so its pages were not compared with the original")
        return []
    return differing_pages(tools.pdftoppm, before, after, pages, folder)


def _warn_of_changes(
    source: Path, result: Path, pages: Sequence[int], tools: Tools, folder: Path, notes: Notes
) -> None:
    """Warn of each of ``pages`` that looks different from the original."""
    if not pages:
        return
    for page in _different(source, result, pages, tools, folder, notes):
        notes.warn("EXH-LOOKS-DIFFERENT", "the page looks different from the original", "Compare the two.", page)


def _mend(pdf: Pdf) -> None:
    """Write what PDF/A asks for and cairo leaves out: an identity glyph map, and no image interpolation."""
    for item in pdf.objects:
        if not isinstance(item, (Dictionary, pikepdf.Stream)):
            continue
        if item.get("/Subtype") == Name.CIDFontType2 and "/CIDToGIDMap" not in item:
            item.CIDToGIDMap = Name.Identity
        if item.get("/Subtype") == Name.Image and "/Interpolate" in item:
            del item["/Interpolate"]
