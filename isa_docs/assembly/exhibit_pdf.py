"""Take in a PDF exhibit: look, refuse or warn, strip what acts or leaks, redraw what is not clean, compare."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf, sanitize

from isa_docs.assembly.content import MENDED, has_marks, paints_outside_marks, unmarked_as_artifact, without_marks
from isa_docs.assembly.exhibit_clean import is_clean, page_content
from isa_docs.assembly.exhibit_compare import differing_pages
from isa_docs.assembly.exhibit_depth import drawn_too_often, nested_too_deeply
from isa_docs.assembly.exhibit_facts import look
from isa_docs.assembly.exhibit_notes import Notes, RefusedError

_REDRAW_SECONDS = 45
_PAGE_KEYS = ("/Metadata", "/PieceInfo", "/Thumb", "/AA", "/LastModified", "/B", "/PresSteps", "/Trans", "/Dur")
_ROOT_KEYS = (
    "/AcroForm",
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
_UNSEEN = frozenset(
    {
        "/Text",
        "/Popup",
        "/FileAttachment",
        "/Sound",
        "/Movie",
        "/Screen",
        "/3D",
        "/RichMedia",
        "/TrapNet",
        "/PrinterMark",
        "/Projection",
    }
)


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
    stripped = folder / "stripped.pdf"
    with _opened(source) as pdf:
        if drawn_too_often(pdf):
            raise RefusedError("EXH-DRAWN", "a page of it draws figures within figures without end")
        facts = look(pdf, notes)
        _strip(pdf)
        if nested_too_deeply(pdf):
            notes.warn("EXH-TAGS", "its tags are nested too deeply to be taken over, so they are left out")
            del pdf.Root["/StructTreeRoot"]
        pdf.save(stripped, deterministic_id=True)
        count = len(pdf.pages)
    with pikepdf.open(stripped) as pdf:
        clean = is_clean(pdf, facts)
        if treatment == "keep" and not clean:
            if facts.hidden_layers:
                raise RefusedError("EXH-LAYERS", "it has layers that are switched off, and is not to be redrawn")
            notes.warn("EXH-KEPT", "it is kept as it was, as the matter asks, and may not be in archive form")
        if treatment == "keep" or (clean and treatment != "redraw"):
            _mend_marks(pdf)
            pdf.Root[MENDED] = True
            pdf.save(out, deterministic_id=True)
            if facts.drawn_above and not facts.floating:
                _warn_of_changes(source, out, range(1, count + 1), count, tools, folder, notes)
            return count, "as-is"
    if tools.pdftocairo is None:
        if facts.hidden_layers:
            raise RefusedError(
                "EXH-LAYERS",
                "it has layers that are switched off, and they cannot be removed here",
                "Install poppler-utils, or print the file to PDF.",
            )
        notes.warn("EXH-NOT-REDRAWN", "pdftocairo is missing, so it is not brought to archive form", "", None)
        stripped.replace(out)
        return count, "as-is"
    redrawn = _redraw(tools.pdftocairo, stripped, folder / "redrawn.pdf")
    if redrawn is None:
        if facts.hidden_layers:
            raise RefusedError("EXH-LAYERS", "it has layers that are switched off, and they cannot be removed")
        notes.warn("EXH-NOT-REDRAWN", "it cannot be redrawn, so it stays as it was and may not be in archive form")
        stripped.replace(out)
        return count, "as-is"
    _finish(
        redrawn, stripped, stripped if facts.floating else source, out, count, facts.hidden_layers, tools, folder, notes
    )
    return count, "normalized"


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
    sanitizer = sanitize.Sanitizer()
    sanitizer.remove_javascript().remove_external_access().remove_attachments().remove_multimedia()
    sanitizer.remove_private_app_data().remove_thumbnails().remove_web_capture().remove_search_index()
    sanitizer.remove_collection()
    sanitizer.apply(pdf)
    flatten(pdf)
    for page in pdf.pages:
        links = [annotation for annotation in _annotations(page) if annotation.get("/Subtype") == Name.Link]
        if links:
            page.Annots = pdf.make_indirect(pikepdf.Array(links))
        elif "/Annots" in page:
            del page.Annots
        for key in _PAGE_KEYS:
            if key in page:
                del page[key]
    for key in _ROOT_KEYS:
        if key in pdf.Root:
            del pdf.Root[key]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    pdf.remove_unreferenced_resources()


def flatten(pdf: Pdf) -> None:
    """Make form values and drawn notes part of their pages."""
    for page in pdf.pages:
        kept = [annotation for annotation in _annotations(page) if annotation.get("/Subtype") not in _UNSEEN]
        if "/Annots" in page:
            page.Annots = pdf.make_indirect(pikepdf.Array(kept))
    if "/AcroForm" in pdf.Root:
        if "/XFA" in pdf.Root.AcroForm:
            del pdf.Root.AcroForm.XFA
        if any(annotation.get("/Subtype") == Name.Widget and "/AP" not in annotation for annotation in _all_above(pdf)):
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
        yield from _annotations(page)


def _annotations(page: pikepdf.Page) -> list[Dictionary]:
    found = page.get("/Annots")
    if not isinstance(found, pikepdf.Array):
        return []
    return [annotation for annotation in found if isinstance(annotation, Dictionary)]


def _redraw(program: str, source: Path, out: Path) -> Path | None:
    try:
        done = subprocess.run(
            [program, "-pdf", str(source), str(out)],
            capture_output=True,
            timeout=_REDRAW_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedError("EXH-TIME", "redrawing it takes longer than is allowed") from error
    return out if done.returncode == 0 and out.is_file() else None


def _finish(
    redrawn: Path,
    stripped: Path,
    reference: Path,
    out: Path,
    count: int,
    hidden_layers: bool,
    tools: Tools,
    folder: Path,
    notes: Notes,
) -> None:
    """Mend the fonts of the redrawn file, put back pages that came out different, and write the result."""
    with pikepdf.open(redrawn) as pdf, pikepdf.open(stripped) as before:
        if len(pdf.pages) != count:
            raise RefusedError("EXH-DAMAGED", f"of its {count} pages only {len(pdf.pages)} can be drawn")
        _mend(pdf)
        different = _different(reference, redrawn, count, tools, folder, notes)
        for page in different:
            if hidden_layers:
                raise RefusedError("EXH-LAYERS", "its layers cannot be removed without changing the page", page=page)
            notes.warn("EXH-NOT-REDRAWN", "redrawn it would look different, so the page is kept as it was", "", page)
            pdf.pages[page - 1] = before.pages[page - 1]
        _warn_of_changes(reference, stripped, different, count, tools, folder, notes)
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        if "/Metadata" in pdf.Root:
            del pdf.Root.Metadata
        pdf.save(out, deterministic_id=True)


def _different(before: Path, after: Path, count: int, tools: Tools, folder: Path, notes: Notes) -> list[int]:
    if tools.pdftoppm is None:
        notes.warn("EXH-NOT-COMPARED", "pdftoppm is missing, so its pages were not compared with the original")
        return []
    return differing_pages(tools.pdftoppm, before, after, count, folder)


def _warn_of_changes(
    source: Path, result: Path, pages: Sequence[int], count: int, tools: Tools, folder: Path, notes: Notes
) -> None:
    """Warn of each of ``pages`` that looks different from the original."""
    if not pages:
        return
    for page in sorted(set(_different(source, result, count, tools, folder, notes)) & set(pages)):
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
