"""Look at a PDF exhibit before anything is done to it: what must be refused, what will be lost, what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from isa_docs.assembly.exhibit_above import is_shown, nobody_draws
from isa_docs.assembly.exhibit_notes import Notes, RefusedError
from isa_docs.assembly.objects import dictionary

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
_STATES = ("/ON", "/OFF")
_CONDITION = b"/OCMD"
"""What is shown or not by a rule about layers."""


@dataclass(frozen=True)
class Facts:
    """What the later steps must know of an exhibit."""

    layers: bool
    hidden_layers: bool
    drawn_above: bool
    """Whether anything stands above the pages that becomes part of them or is left out (stamps, form values, notes)."""


def look(pdf: Pdf, notes: Notes) -> Facts:
    """Inspect an opened exhibit and note what a person should know.

    Raises RefusedError for no pages, a portfolio, a dynamic XFA form, unapplied redactions, an impossible page size, or
    layers and comments of which nobody can say how they are to be shown.
    """
    if len(pdf.pages) == 0:
        raise RefusedError("EXH-NO-PAGES", "it has no pages", "Ask for the file again.")
    root = dictionary(pdf.Root)
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
    layers = dictionary(root.get("/OCProperties"))
    hidden = bool(layers) and _hides(pdf, layers)
    if hidden:
        notes.warn(
            "EXH-LAYERS", "layers that are switched off are left out", "Switch them on and save it, if they matter."
        )
    return Facts(bool(layers), hidden, _pages(pdf, notes))


def _form(root: Dictionary, notes: Notes) -> None:
    form = dictionary(root.get("/AcroForm"))
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
    return "/EmbeddedFiles" in dictionary(root.get("/Names")) or "/AF" in root


def _acts(root: Dictionary) -> bool:
    opening = root.get("/OpenAction")
    return (
        "/JavaScript" in dictionary(root.get("/Names"))
        or "/AA" in root
        or (isinstance(opening, Dictionary) and "/S" in opening)
    )


def _hides(pdf: Pdf, layers: Dictionary) -> bool:
    """Tell whether some layer is not shown, or shown under a condition only.

    Raises RefusedError when one that is switched on is hidden by viewers, on the screen or in print.
    """
    default = dictionary(layers.get("/D"))
    groups = {item.objgen for item in _array(layers.get("/OCGs")) if isinstance(item, Dictionary)}
    on, off = ({item.objgen for item in _array(default.get(key)) if isinstance(item, Dictionary)} for key in _STATES)
    hidden = off | (groups - on if default.get("/BaseState") == Name.OFF else set())
    for usage in _array(default.get("/AS")):
        for group in _array(dictionary(usage).get("/OCGs")):
            if isinstance(group, Dictionary) and group.objgen not in hidden and _hidden_in_use(group):
                raise RefusedError(
                    "EXH-LAYERS", "it has layers that are to be seen on the screen only, in print only, or not at all"
                )
    return bool(hidden) or any(_CONDITION in _own_text(item) for item in pdf.objects)


def _hidden_in_use(group: Dictionary) -> bool:
    use = dictionary(group.get("/Usage"))
    states = (("/View", "/ViewState"), ("/Print", "/PrintState"))
    return any(dictionary(use.get(kind)).get(state) == Name.OFF for kind, state in states)


def _own_text(item: Any) -> bytes:
    """Return how an object is written, without the data of a stream."""
    if isinstance(item, Stream):
        item = item.stream_dict
    return item.unparse(resolved=True) if isinstance(item, (Dictionary, Array)) else b""


def _pages(pdf: Pdf, notes: Notes) -> bool:
    """Look at every page; return whether anything stands above one that becomes part of it or is left out."""
    drawn_above = False
    for number, page in enumerate(pdf.pages, start=1):
        _size(page, number, notes)
        if "/Annots" not in page:
            continue
        above = [item for item in _array(page.get("/Annots")) if isinstance(item, Dictionary)]
        kinds = Counter(str(item.get("/Subtype")) for item in above)
        if kinds["/Redact"]:
            raise RefusedError(
                "EXH-REDACTION",
                "it has redactions that are marked but not applied, so the text under them is still there",
                "Apply the redactions in the program that made them, save, and name that file.",
                number,
            )
        _comments(above, number, notes)
        if kinds["/FileAttachment"]:
            notes.warn("EXH-ATTACHMENTS", "a file attached to the page is left out", "List it as an exhibit.", number)
        if any(kinds[kind] for kind in ("/Screen", "/Movie", "/Sound", "/RichMedia", "/3D")):
            notes.warn("EXH-MEDIA", "sound, film or 3D on the page is left out", "", number)
        if any(
            "/A" in item and item.A.get("/S") in (Name.Launch, Name.JavaScript, Name.SubmitForm, Name.ImportData)
            for item in above
            if isinstance(item.get("/A"), Dictionary)
        ):
            notes.mention("EXH-SCRIPTS", "its scripts and actions were removed")
        drawn_above = drawn_above or bool(set(kinds) - {"/Link", "/Popup"})
    return drawn_above


def _comments(above: list[Dictionary], number: int, notes: Notes) -> None:
    """Say which comments of a page become part of it, and which are left out."""
    lost = sorted({_COMMENTS[str(item.get("/Subtype"))] for item in above if nobody_draws(item)})
    if lost:
        raise RefusedError(
            "EXH-COMMENTS", f"it carries {', '.join(lost)} of which the file has no drawing, only a name", page=number
        )
    drawn: set[str] = set()
    left_out: set[str] = set()
    for item in above:
        kind = str(item.get("/Subtype"))
        if kind in _COMMENTS:
            (drawn if kind != "/Text" and is_shown(item) else left_out).add(_COMMENTS[kind])
    if drawn:
        why = f"it carries {', '.join(sorted(drawn))}, which become part of the page"
        notes.warn("EXH-COMMENTS", why, "Remove them unless CBP should see them.", number)
    if left_out:
        why = f"it carries {', '.join(sorted(left_out))}, which are left out"
        notes.warn("EXH-COMMENTS", why, "Print it to PDF with its comments if CBP should see them.", number)


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


def _array(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Array) else []
