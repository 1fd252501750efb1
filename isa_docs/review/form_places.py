"""The start of a places file for an agency's form, and a page on which a click says where on the form it was."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf

from isa_docs.errors import MissingProgramError

_DPI = 96
_SECONDS = 120


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

    Raises MissingProgramError without pdftoppm.
    """
    program = shutil.which("pdftoppm")
    if program is None:
        raise MissingProgramError("Pages are drawn with pdftoppm (Debian/Ubuntu: apt-get install poppler-utils).")
    pages: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="isa-docs-") as folder:
        copy = Path(folder) / "form.pdf"
        with pikepdf.open(form, suppress_warnings=True) as opened:
            for page in opened.pages:
                page.MediaBox = pikepdf.Array(page.cropbox)
            opened.save(copy)
        command = [program, "-r", str(_DPI), "-png", str(copy), f"{folder}/page"]
        subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        drawn = sorted(Path(folder).glob("page-*.png"), key=lambda each: int(each.stem.rpartition("-")[2]))
        for number, picture in enumerate(drawn, start=1):
            address = f"data:image/png;base64,{b64encode(picture.read_bytes()).decode('ascii')}"
            pages.append({"number": number, "picture": address})
    return str(_template().render(name=form.name, pages=pages, scale=72 / _DPI)).encode()


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    file = Path(__file__).with_name("form_places.html.jinja")
    return environment.from_string(file.read_text(encoding="utf-8"))
