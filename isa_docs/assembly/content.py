"""Page content: balance it, mark what is unmarked as artifact, or mark a whole page as one element."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pikepdf
from pypdf.generic import DecodedStreamObject, DictionaryObject, EncodedStreamObject, NameObject, StreamObject

from isa_docs.assembly.objects import as_dictionary, as_list, entry, followed

MENDED = "/IsaMarksMended"
"""Catalog key of a file whose marked content was already made fit for assembly; never copied into a package."""

_MARK = re.compile(rb"\b(?:BDC|BMC|MP|DP)\b")
_SHOWS_TEXT = re.compile(rb"[\])>]\s*(?:TJ|Tj|'|\")")
_PATH_BEGINS = frozenset({"m", "re"})
_PATH_ENDS = frozenset({"S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n"})
_SHOWS = frozenset({"Tj", "TJ", "'", '"', "Do", "sh", "INLINE IMAGE"})
_MARKED_OPENS = frozenset({"BDC", "BMC"})
_MARKED = frozenset({"BDC", "BMC", "EMC", "MP", "DP"})


def compressed(data: bytes) -> EncodedStreamObject:
    """Return ``data`` as a Flate stream."""
    stream = EncodedStreamObject()
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream._data = zlib.compress(data, 9)
    return stream


def plain(data: bytes) -> DecodedStreamObject:
    """Return ``data`` as an unfiltered stream; for bytes too short to be worth packing."""
    stream = DecodedStreamObject()
    stream._data = data
    return stream


def page_bytes(page: DictionaryObject) -> bytes:
    """Return the decoded content of a page, its streams joined by line ends."""
    streams = [followed(stream) for stream in as_list(page.get("/Contents"))]
    return b"\n".join(stream.get_data() for stream in streams if isinstance(stream, StreamObject))


def has_marks(data: bytes) -> bool:
    """Tell whether content may carry marked-content operators (a cheap test; may say yes too often)."""
    return _MARK.search(data) is not None


def shows_text(page: DictionaryObject, data: bytes, depth: int = 0) -> bool:
    """Tell whether a page shows text, itself or through the forms it draws."""
    resources = as_dictionary(page.get("/Resources"))
    if as_dictionary(resources.get("/Font")) and _SHOWS_TEXT.search(data):
        return True
    if depth >= 5:
        return False
    for form in as_dictionary(resources.get("/XObject")).values():
        stream = followed(form)
        if isinstance(stream, StreamObject) and entry(stream, "/Subtype") == "/Form":
            try:
                inside = stream.get_data()
            except Exception:  # noqa: S112  an undecodable form shows nothing
                continue
            if shows_text(stream, inside, depth + 1):
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
    depth = 0
    for _, operator in _instructions(data):
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
