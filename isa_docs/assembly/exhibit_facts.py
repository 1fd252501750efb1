"""Look at a PDF exhibit before anything is done to it: what must be refused, what will be lost, what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from isa_docs.assembly.exhibit_notes import Notes, RefusedError

SMALLEST, LARGEST = 3.0, 14_400.0
"""Page sides PDF/A allows, in points (ISO 32000-1, annex C)."""
_WIDE = 17 * 72.0
_COMMENTS = {
    "/Text": "sticky notes",
    "/FreeText": "typed comments",
    "/Highlight": "highlights",
    "/Underline": "underlines",
    "/StrikeOut": "strike-outs",
    "/Squiggly": "underlines",
    "/Ink": "drawings",
    "/Line": "drawn lines",
    "/Square": "drawn boxes",
    "/Circle": "drawn circles",
    "/Polygon": "drawn shapes",
    "/PolyLine": "drawn lines",
    "/Stamp": "stamps",
    "/Caret": "insertion marks",
}
_MOST_FIELDS = 10_000


@dataclass(frozen=True)
class Facts:
    """What the later steps must know of an exhibit."""

    layers: bool
    hidden_layers: bool
    floating: bool
    """Whether something drawn above the pages (sticky notes, film) will not be drawn any more."""
    drawn_above: bool
    """Whether anything is drawn above the pages that becomes part of them (stamps, form values)."""


def look(pdf: Pdf, notes: Notes) -> Facts:
    """Inspect an opened exhibit and note what a person should know.

    Raises RefusedError for no pages, a portfolio, a dynamic XFA form, unapplied redactions or an impossible page size.
    """
    if len(pdf.pages) == 0:
        raise RefusedError("EXH-NO-PAGES", "it has no pages", "Ask for the file again.")
    root = _dictionary(pdf.Root)
    if "/Collection" in root:
        raise RefusedError(
            "EXH-PORTFOLIO",
            "it is a portfolio, a cover with other files inside",
            "Save each file inside as a PDF and list each as an exhibit.",
        )
    _form(root, notes)
    if pdf.is_encrypted:
        notes.warn(
            "EXH-PERMISSIONS", "its author restricted what may be done with it; the package carries no restriction"
        )
    if pdf.get_warnings():
        notes.warn("EXH-REPAIRED", "it is damaged and was repaired", "Compare its pages with the original.")
    if _attachments(root):
        notes.warn(
            "EXH-ATTACHMENTS", "files attached to it are left out", "List them as exhibits if CBP should see them."
        )
    if _acts(root):
        notes.mention("EXH-SCRIPTS", "its scripts and actions were removed")
    layers = _dictionary(root.get("/OCProperties"))
    hidden = bool(layers) and _hides(layers)
    if hidden:
        notes.warn(
            "EXH-LAYERS", "layers that are switched off are left out", "Switch them on and save it, if they matter."
        )
    floating, drawn_above = _pages(pdf, notes)
    return Facts(bool(layers), hidden, floating, drawn_above)


def _form(root: Dictionary, notes: Notes) -> None:
    form = _dictionary(root.get("/AcroForm"))
    if not form:
        return
    fields = list(_fields(form))
    if "/XFA" in form:
        if bool(root.get("/NeedsRendering", False)) or not fields:
            raise RefusedError("EXH-XFA", "it is a dynamic XFA form, which only Adobe's programs can draw")
        notes.warn("EXH-XFA", "its XFA form is replaced by the plain form drawn on its pages")
    if any(field.get("/FT") == Name.Sig and "/V" in field for field in fields):
        notes.warn(
            "EXH-SIGNED",
            "its digital signature cannot survive in a package; the visible mark is kept",
            "Send the signed original along if the signature itself matters; its SHA-256 is in the manifest.",
        )
    if any(field.get("/FT") != Name.Sig and "/V" in field for field in fields):
        notes.mention("EXH-FORM", "the values of its form are drawn on the pages")


def _fields(form: Dictionary) -> Iterator[Dictionary]:
    stack = [item for item in _array(form.get("/Fields")) if isinstance(item, Dictionary)]
    for _ in range(_MOST_FIELDS):
        if not stack:
            return
        field = stack.pop()
        yield field
        stack += [kid for kid in _array(field.get("/Kids")) if isinstance(kid, Dictionary)]


def _attachments(root: Dictionary) -> bool:
    return "/EmbeddedFiles" in _dictionary(root.get("/Names")) or "/AF" in root


def _acts(root: Dictionary) -> bool:
    opening = root.get("/OpenAction")
    return (
        "/JavaScript" in _dictionary(root.get("/Names"))
        or "/AA" in root
        or (isinstance(opening, Dictionary) and "/S" in opening)
    )


def _hides(layers: Dictionary) -> bool:
    default = _dictionary(layers.get("/D"))
    return default.get("/BaseState") == Name.OFF or len(_array(default.get("/OFF"))) > 0


def _pages(pdf: Pdf, notes: Notes) -> tuple[bool, bool]:
    """Look at every page; return whether something above it will vanish, and whether something becomes part of it."""
    floating = drawn_above = False
    for number, page in enumerate(pdf.pages, start=1):
        _size(page, number, notes)
        if "/Annots" not in page:
            continue
        kinds = Counter(
            str(item.get("/Subtype")) for item in _array(page.get("/Annots")) if isinstance(item, Dictionary)
        )
        if kinds["/Redact"]:
            raise RefusedError(
                "EXH-REDACTION",
                "it has redactions that are marked but not applied, so the text under them is still there",
                "Apply the redactions in the program that made them, save, and name that file.",
                number,
            )
        found = sorted({words for kind, words in _COMMENTS.items() if kinds[kind]})
        if found:
            notes.warn(
                "EXH-COMMENTS", f"it carries {', '.join(found)}", "Remove them unless CBP should see them.", number
            )
        if kinds["/FileAttachment"]:
            notes.warn("EXH-ATTACHMENTS", "a file attached to the page is left out", "List it as an exhibit.", number)
        if any(kinds[kind] for kind in ("/Screen", "/Movie", "/Sound", "/RichMedia", "/3D")):
            notes.warn("EXH-MEDIA", "sound, film or 3D on the page is left out", "", number)
            floating = True
        if any(
            "/A" in item and item.A.get("/S") in (Name.Launch, Name.JavaScript, Name.SubmitForm, Name.ImportData)
            for item in _array(page.get("/Annots"))
            if isinstance(item, Dictionary) and isinstance(item.get("/A"), Dictionary)
        ):
            notes.mention("EXH-SCRIPTS", "its scripts and actions were removed")
        floating = floating or bool(kinds["/Text"] or kinds["/FileAttachment"])
        drawn_above = drawn_above or bool(set(kinds) - {"/Link", "/Popup"})
    return floating, drawn_above


def _size(page: pikepdf.Page, number: int, notes: Notes) -> None:
    box = [float(value) for value in _array(page.get("/MediaBox")) if _is_number(value)]
    if len(box) != 4:
        try:
            box = [float(value) for value in page.mediabox]
        except Exception:
            box = []
    if len(box) != 4:
        page.MediaBox = Array([0, 0, 612, 792])
        notes.warn("EXH-PAGE-SIZE", "a page without a size was taken as Letter", "", number)
        return
    unit = float(page.get("/UserUnit", 1))
    sides = (abs(box[2] - box[0]) * unit, abs(box[3] - box[1]) * unit)
    if min(sides) < SMALLEST or max(sides) > LARGEST:
        wide, high = (f"{side / 72:.4g}" for side in sides)
        raise RefusedError("EXH-PAGE-SIZE", f"a page measures {wide} by {high} inches", page=number)
    if max(sides) > _WIDE:
        notes.mention("EXH-PAGE-SIZE", "a page is larger than 11 by 17 inches", "See that it can be printed.", number)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _dictionary(value: Any) -> Dictionary:
    return value if isinstance(value, Dictionary) else Dictionary()


def _array(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Array) else []
