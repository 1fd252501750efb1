"""Page content: balance it, mark what is unmarked as artifact, or mark a whole page as one element."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

MENDED = "/IsaMarksMended"
"""Catalog key of a file whose marked content was already made fit for assembly; never copied into a package."""

_MARK = re.compile(rb"\b(?:BDC|BMC|MP|DP)\b")
_SHOWS_TEXT = re.compile(rb"[\])>]\s*(?:TJ|Tj|'|\")")
_PATH_BEGINS = frozenset({b"m", b"re"})
_PATH_ENDS = frozenset({b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"n"})
_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"', b"Do", b"sh", b"INLINE IMAGE"})
_MARKED_OPENS = frozenset({b"BDC", b"BMC"})
_MARKED = frozenset({b"BDC", b"BMC", b"EMC", b"MP", b"DP"})
_DEEPEST_FORM = 5
_OPERANDS = re.compile(
    rb"(?:\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<(?!<)[^<>]*>|<<|>>|/[^\s\x00()<>\[\]{}/%]*|%[^\r\n]*"
    rb"|[-+.\d\s\[\]\x00]+|(?:true|false|null)(?![A-Za-z0-9*]))*",
    re.DOTALL,
)
_STATE = re.compile(rb"[qQ](?<![^\s\])>][qQ])(?![^\s\[(</%])")
"""What is ``q`` or ``Q``, unless it stands in a text or a picture."""
_TEXT = re.compile(rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\)", re.DOTALL)
_OPERATOR = re.compile(rb"[A-Za-z'\"][A-Za-z0-9*]*")


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
    return _balanced_without(_MARKED, data)


def balanced(data: bytes) -> bytes:
    """Return content in which every ``q`` is closed and there is no ``Q`` without one; usually it is what it was.

    What comes after content that is not would be drawn anywhere, or by some readers not at all. Raises
    pikepdf.PdfError when it must be parsed and cannot be.
    """
    if not _STATE.search(data) or _is_balanced(_STATE.findall(_TEXT.sub(b"()", data))):
        return data
    return _balanced_without((), data)


def _balanced_without(left_out: Container[bytes], data: bytes) -> bytes:
    """Return content without some operators, every ``q`` closed and no ``Q`` without one."""
    kept: list[bytes] = []
    open_states = 0
    for step, operator in _instructions(data):
        if operator in left_out:
            continue
        if operator == b"q":
            open_states += 1
        elif operator == b"Q":
            if open_states == 0:
                continue
            open_states -= 1
        kept.append(step)
    return b"\n".join([*kept, *[b"Q"] * open_states])


def _is_balanced(steps: Iterable[bytes]) -> bool:
    open_states = 0
    for step in steps:
        open_states += 1 if step == b"q" else -1
        if open_states < 0:
            return False
    return open_states == 0


def unmarked_as_artifact(data: bytes) -> bytes:
    """Return tagged content in which everything painted outside marked content is an artifact.

    LibreOffice 7.4 paints paragraph borders outside any mark, which PDF/UA-1 7.1-3 forbids.
    """
    out: list[bytes] = []
    depth = 0
    path: list[bytes] | None = None
    for step, operator in _instructions(data):
        if operator in _MARKED_OPENS:
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        if depth > 0 or operator == b"EMC":
            out.append(step)
            continue
        if path is None and operator in _PATH_BEGINS:
            path = [step]
        elif path is not None:
            path.append(step)
            if operator in _PATH_ENDS:
                out += path if operator == b"n" else _artifact(path)
                path = None
        elif operator in _SHOWS:
            out += _artifact([step])
        else:
            out.append(step)
    return b"\n".join([*out, *(path or [])])


def paints_outside_marks(data: bytes) -> bool:
    """Tell whether tagged content paints anything outside marked content."""
    depth = 0
    for _, operator in _instructions(data):
        if operator in _MARKED_OPENS:
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif depth == 0 and (operator in _SHOWS or (operator in _PATH_ENDS and operator != b"n")):
            return True
    return False


def _artifact(steps: list[bytes]) -> list[bytes]:
    return [b"/Artifact BMC", *steps, b"EMC"]


def _instructions(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the instructions of content, each with its operands and by itself its operator.

    They are cut out of it where every byte is plainly part of one; a parser reads anything else.
    """
    steps: list[tuple[bytes, bytes]] = []
    begin = 0
    while True:
        operands = _OPERANDS.match(data, begin)
        assert operands is not None, "no operands are operands, too"
        if operands.end() == len(data):
            return _parsed(data) if data[begin:].strip() else steps
        operator = _OPERATOR.match(data, operands.end())
        if operator is None or operator[0] == b"BI":
            return _parsed(data)
        steps.append((data[begin : operator.end()].strip(), operator[0]))
        begin = operator.end()


def _parsed(data: bytes) -> list[tuple[bytes, bytes]]:
    with pikepdf.new() as holder:
        parsed = pikepdf.parse_content_stream(pikepdf.Stream(holder, data))
        return [(pikepdf.unparse_content_stream([step]), str(step.operator).encode("latin-1")) for step in parsed]
