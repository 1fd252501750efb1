"""Page content: balance it, mark what is unmarked as artifact, or mark a whole page as one element."""

from __future__ import annotations

import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

MENDED = "/IsaMarksMended"
"""Catalog key of a file whose marked content was already made fit for assembly; never copied into a package."""

_MARK = re.compile(rb"\b(?:BDC|BMC|MP|DP)\b")
_SHOWS_TEXT = re.compile(rb"[\])>]\s*(?:TJ|Tj|'|\")")
_PATH_BEGINS = frozenset({"m", "re"})
_PATH_ENDS = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n"})
_SHOWS = frozenset({"Tj", "TJ", "'", '"', "Do", "sh", "INLINE IMAGE"})
_MARKED_OPENS = frozenset({"BDC", "BMC"})
_MARKED = frozenset({"BDC", "BMC", "EMC", "MP", "DP"})
_DEEPEST_FORM = 5
_OPAQUE = re.compile(
    rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<(?!<)[^<>]*>|%[^\r\n]*|/[^\s()<>\[\]{}/%]*", re.DOTALL
)
_INLINE_IMAGE = re.compile(rb"\bBI\b")
_PAINTS = re.compile(rb"(?<![^\s\[\]<>])(BDC|BMC|EMC|TJ|Tj|'|\"|Do|sh|[SsFBb]\*?|f\*?)(?![^\s\[\]<>])")


def contents_of(page: pikepdf.Page) -> list[Stream]:
    """Return the content streams of a page in order."""
    contents = page.obj.get("/Contents")
    streams = list(contents) if isinstance(contents, Array) else [contents]
    return [stream for stream in streams if isinstance(stream, Stream)]


def page_bytes(page: pikepdf.Page) -> bytes:
    """Return the decoded content of a page, its streams joined by line ends."""
    return b"\n".join(stream.read_bytes() for stream in contents_of(page))


def has_marks(data: bytes) -> bool:
    """Tell whether content may carry marked-content operators (a cheap test; may say yes too often)."""
    return _MARK.search(data) is not None


def shows_text(holder: Dictionary, data: bytes, depth: int = 0) -> bool:
    """Tell whether a page or form with content ``data`` shows text, itself or through the forms it draws."""
    resources = holder.get("/Resources")
    if not isinstance(resources, Dictionary):
        return False
    if isinstance(resources.get("/Font"), Dictionary) and len(resources.Font) and _SHOWS_TEXT.search(data):
        return True
    forms = resources.get("/XObject")
    if depth >= _DEEPEST_FORM or not isinstance(forms, Dictionary):
        return False
    for stream in forms.as_dict().values():
        if isinstance(stream, Stream) and stream.get("/Subtype") == Name.Form:
            try:
                inside = stream.read_bytes()
            except Exception:  # noqa: S112  an undecodable form shows nothing
                continue
            if shows_text(stream.stream_dict, inside, depth + 1):
                return True
    return False


def without_marks(data: bytes) -> bytes:
    """Return content without any marked-content operator and with every ``q`` closed.

    Raises pikepdf.PdfError when the content cannot be parsed.
    """
    kept = []
    open_states = 0
    for operands, operator in _instructions(data):
        if operator in _MARKED:
            continue
        if operator == "q":
            open_states += 1
        elif operator == "Q":
            if open_states == 0:
                continue
            open_states -= 1
        kept.append((operands, operator))
    kept += [([], "Q")] * open_states
    return _joined(kept)


def unmarked_as_artifact(data: bytes) -> bytes:
    """Return tagged content in which everything painted outside marked content is an artifact.

    LibreOffice 7.4 paints paragraph borders outside any mark, which PDF/UA-1 7.1-3 forbids.
    """
    out: list[tuple[Any, str]] = []
    depth = 0
    path: list[tuple[Any, str]] | None = None
    for operands, operator in _instructions(data):
        step = (operands, operator)
        if operator in _MARKED_OPENS:
            depth += 1
        elif operator == "EMC":
            depth -= 1
        if depth > 0 or operator == "EMC":
            out.append(step)
            continue
        if path is None and operator in _PATH_BEGINS:
            path = [step]
        elif path is not None:
            path.append(step)
            if operator in _PATH_ENDS:
                out += path if operator == "n" else _artifact(path)
                path = None
        elif operator in _SHOWS:
            out += _artifact([step])
        else:
            out.append(step)
    return _joined(out + (path or []))


def paints_outside_marks(data: bytes) -> bool:
    """Tell whether tagged content paints anything outside marked content."""
    bare = _OPAQUE.sub(b" ", data)
    if b"(" in bare or b")" in bare or _INLINE_IMAGE.search(bare):  # strings or data that only a parser can tell
        operators = [operator for _, operator in _instructions(data)]
    else:
        operators = [operator.decode("ascii") for operator in _PAINTS.findall(bare)]
    depth = 0
    for operator in operators:
        if operator in _MARKED_OPENS:
            depth += 1
        elif operator == "EMC":
            depth -= 1
        elif depth == 0 and (operator in _SHOWS or (operator in _PATH_ENDS and operator != "n")):
            return True
    return False


def _artifact(steps: list[tuple[Any, str]]) -> list[tuple[Any, str]]:
    return [([pikepdf.Name.Artifact], "BMC"), *steps, ([], "EMC")]


def _instructions(data: bytes) -> list[tuple[Any, str]]:
    with pikepdf.new() as holder:
        parsed = pikepdf.parse_content_stream(pikepdf.Stream(holder, data))
        return [(step.operands, str(step.operator)) for step in parsed]


def _joined(steps: list[tuple[Any, str]]) -> bytes:
    return bytes(
        pikepdf.unparse_content_stream([(operands, pikepdf.Operator(operator)) for operands, operator in steps])
    )
