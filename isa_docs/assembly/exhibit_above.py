"""What stands above the pages of an exhibit: form values, comments, stamps, and what a printed page never shows.

Nearly all of it carries its own drawing, which becomes part of the page. What has none is left to poppler, which draws
it when the page is redrawn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from isa_docs.assembly.exhibit_text import missing_letters
from isa_docs.assembly.shrinking import visible
from isa_docs.conversion.pdfium import page_texts

UNSEEN = frozenset(
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
"""What is left out: it shows nothing on paper, or a mere icon."""
_DRAWN_BY_POPPLER = frozenset(
    {
        "/FreeText",
        "/Highlight",
        "/Underline",
        "/StrikeOut",
        "/Squiggly",
        "/Square",
        "/Circle",
        "/Line",
        "/Polygon",
        "/PolyLine",
        "/Ink",
    }
)
"""Comments that poppler draws even if they have no drawing of their own."""
_DRAWN_BY_NOBODY = frozenset({"/Stamp", "/Caret"})
_HIDDEN = 2 | 32  # the flags Hidden and NoView
_PASSWORD, _PUSH_BUTTON = 1 << 13, 1 << 16
_DEEPEST_FIELD = 32


def annotations_of(page: pikepdf.Page) -> list[Dictionary]:
    """Return the annotations of a page that are dictionaries."""
    found = page.get("/Annots")
    if not isinstance(found, Array):
        return []
    return [annotation for annotation in found if isinstance(annotation, Dictionary)]


def is_shown(annotation: Dictionary) -> bool:
    """Tell whether an annotation is not hidden."""
    flags = annotation.get("/F", 0)
    return not (isinstance(flags, int) and flags & _HIDDEN)


def has_drawing(annotation: Dictionary) -> bool:
    """Tell whether an annotation brings its own drawing."""
    drawings = annotation.get("/AP")
    return isinstance(drawings, Dictionary) and isinstance(drawings.get("/N"), (Stream, Dictionary))


def nobody_draws(annotation: Dictionary) -> bool:
    """Tell whether a comment would be lost, because it has no drawing and poppler makes none for its kind."""
    kind = str(annotation.get("/Subtype"))
    return kind in _DRAWN_BY_NOBODY and is_shown(annotation) and not has_drawing(annotation)


def undrawn(page: pikepdf.Page) -> list[Dictionary]:
    """Return the comments and form values of a page that have no drawing of their own and are to be seen."""
    return [
        each
        for each in annotations_of(page)
        if is_shown(each) and not has_drawing(each) and _has_content(each) and _is_on(page, each)
    ]


def is_drawn_on(page: pikepdf.Page) -> bool:
    """Tell whether anything but links stands above a page."""
    return any(each.get("/Subtype") != Name.Link for each in annotations_of(page))


def _is_on(page: pikepdf.Page, annotation: Dictionary) -> bool:
    """Tell whether an annotation has room on what is shown of its page; fields for data only often have none."""
    try:
        x0, y0, x1, y1 = (float(each) for each in annotation.Rect)
    except (AttributeError, TypeError, ValueError):
        return True
    left, bottom, right, top = visible(page)
    width, height = min(max(x0, x1), right) - max(min(x0, x1), left), min(max(y0, y1), top) - max(min(y0, y1), bottom)
    return width > 0 and height > 0


def _has_content(annotation: Dictionary) -> bool:
    kind = str(annotation.get("/Subtype"))
    if kind != "/Widget":
        return kind in _DRAWN_BY_POPPLER
    if _inherited(annotation, "/FT") == Name.Btn:
        state = annotation.get("/AS", _inherited(annotation, "/V"))
        return not _flags(annotation) & _PUSH_BUTTON and state not in (None, Name.Off)
    return bool(_value(annotation))


def undrawn_words(page: pikepdf.Page) -> str:
    """Return what must be written on a page once poppler has drawn what has no drawing of its own."""
    return "\n".join(_words(each) for each in undrawn(page))


def _words(annotation: Dictionary) -> str:
    if annotation.get("/Subtype") == Name.FreeText:
        words = annotation.get("/Contents")
        return str(words) if isinstance(words, String) else ""
    return "" if _flags(annotation) & _PASSWORD else _value(annotation)


def _value(widget: Dictionary) -> str:
    """Return the text a field shows; nothing for one that shows none."""
    kind, value = _inherited(widget, "/FT"), _inherited(widget, "/V")
    if kind not in (Name.Tx, Name.Ch):
        return ""
    if kind == Name.Tx and isinstance(value, Stream):
        return value.read_bytes().decode("utf-8", "replace")
    values = [str(each) for each in (value if isinstance(value, Array) else [value]) if isinstance(each, String)]
    shown = {}
    options = _inherited(widget, "/Opt") if kind == Name.Ch else None
    for option in options if isinstance(options, Array) else []:
        if isinstance(option, Array) and len(option) == 2:
            shown[str(option[0])] = str(option[1])
    return "\n".join(shown.get(each, each) for each in values)


def _flags(widget: Dictionary) -> int:
    flags = _inherited(widget, "/Ff")
    return flags if isinstance(flags, int) else 0


def _inherited(field: Dictionary, key: str) -> Any:
    """Return what a field says, or one above it."""
    for _ in range(_DEEPEST_FIELD):
        if key in field:
            return field.get(key)
        above = field.get("/Parent")
        if not isinstance(above, Dictionary):
            break
        field = above
    return None


def leave_out_unseen(pdf: Pdf) -> None:
    """Remove what is hidden, or shows nothing on paper."""
    for page in pdf.pages:
        if "/Annots" in page:
            above = annotations_of(page)
            kept = [each for each in above if is_shown(each) and str(each.get("/Subtype")) not in UNSEEN]
            page.Annots = pdf.make_indirect(Array(kept))


def settle(pdf: Pdf, folder: Path) -> None:
    """Leave only what is to be seen above the pages, every field with the drawing that shows its value, or with none.

    A file may ask its reader to draw all fields anew; then a drawing that does not show the value is an old one.
    """
    leave_out_unseen(pdf)
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    if "/XFA" in form:
        del form.XFA
    if bool(form.get("/NeedAppearances", False)):
        for widget in _with_old_drawings(pdf, folder / "drawings.pdf"):
            del widget.AP
    if "/NeedAppearances" in form:
        del form.NeedAppearances


def _with_old_drawings(pdf: Pdf, file: Path) -> list[Dictionary]:
    """Return the fields whose drawings lack letters of their values; ``file`` is written to have them read."""
    fields = [
        each
        for page in pdf.pages
        for each in annotations_of(page)
        if each.get("/Subtype") == Name.Widget and _words(each) and has_drawing(each)
    ]
    if not fields:
        return []
    with Pdf.new() as drawings:
        for field in fields:
            page = drawings.add_blank_page(page_size=(612, 792))
            drawing = field.AP.N
            if isinstance(drawing, Stream):
                page.Resources = Dictionary(XObject=Dictionary(A=drawings.copy_foreign(drawing)))
                page.Contents = drawings.make_stream(b"/A Do")
        drawings.save(file)
    return [
        field for field, shown in zip(fields, page_texts(file), strict=True) if missing_letters(_words(field), shown)
    ]


def make_part_of_pages(pdf: Pdf) -> None:
    """Make all that has a drawing part of its page; only links, and what is left to poppler, stay above the pages."""
    form = pdf.Root.get("/AcroForm")
    waiting = {page.obj.objgen: undrawn(page) for page in pdf.pages}
    for page in pdf.pages:
        if waiting[page.obj.objgen]:
            kept = [each for each in annotations_of(page) if each not in waiting[page.obj.objgen]]
            page.Annots = pdf.make_indirect(Array(kept))
    pdf.flatten_annotations("all")
    for page in pdf.pages:
        links = [each for each in annotations_of(page) if each.get("/Subtype") == Name.Link]
        if links or waiting[page.obj.objgen]:
            page.Annots = pdf.make_indirect(Array([*links, *waiting[page.obj.objgen]]))
        elif "/Annots" in page:
            del page.Annots
    if isinstance(form, Dictionary) and any(waiting.values()):
        pdf.Root.AcroForm = form
    elif "/AcroForm" in pdf.Root:
        del pdf.Root.AcroForm
