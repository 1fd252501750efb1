"""The start of a places file for an agency's form, and a page on which a click says where on the form it was."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf

from isa_docs.conversion.drawing import drawn

_DPI = 96
_SECONDS = 120.0


def places_text(form: Path, found: Sequence[tuple[str, str, int]]) -> str:
    """Return a places file in which every place that was found is a remark, to be completed."""
    lines = [
        f"# Where what goes on {form.name}. Take the # away from the places you use and say what goes there:",
        "#   value: NAME (see isa-docs form values MATTER), text: WORDS, mark: true, sign: PERSON, date: PERSON",
        "# How else a place can be given stands in docs/templates.md, “Using CBP's own form”.",
        f"sha256: {hashlib.sha256(form.read_bytes()).hexdigest()}",
        "places:",
    ]
    for where, text, page in found:
        on = f", page: {page}" if page and where != "field" else ""
        lines.append(f"#  - {{{where}: {json.dumps(text, ensure_ascii=False)}{on}, value: }}")
    return "\n".join(lines) + "\n"


def click_page(form: Path) -> bytes:
    """Return an HTML page, whole in itself, with the pages of a PDF form: a click on one gives its line.

    Raises PdfiumError when it cannot be drawn.
    """
    pages: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="isa-docs-") as folder:
        copy = Path(folder, form.name)
        with pikepdf.open(form, suppress_warnings=True) as opened:  # repaired, if need be
            opened.save(copy)
        for number, picture in enumerate(drawn(copy, _DPI, seconds=_SECONDS), start=1):
            if picture is not None:
                png = io.BytesIO()
                picture.save(png, "PNG")
                address = f"data:image/png;base64,{b64encode(png.getvalue()).decode('ascii')}"
                pages.append({"number": number, "picture": address})
    return str(_template().render(name=form.name, pages=pages, scale=72 / _DPI)).encode()


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    file = Path(__file__).with_name("form_places.html.jinja")
    return environment.from_string(file.read_text(encoding="utf-8"))
