"""Changes made in the form, written into the file's own text: what did not change keeps its bytes."""

from __future__ import annotations

import json
from typing import Any

from isa_docs.desk import yaml_writing
from isa_docs.desk.pointers import same
from isa_docs.errors import InputError
from isa_docs.intake.source import Source, parse_source
from isa_docs.intake.validate import validate


def edited(source: Source, wanted: Any) -> str:
    """Return the text of ``source`` with the values of ``wanted``, read back and found to hold exactly these.

    Raises InputError when it cannot be written so.
    """
    if same(source.data, wanted):
        return source.text
    if source.file.lower().endswith(".json"):
        text = json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"
    else:
        text = "\n".join(yaml_writing.entries(wanted, 0)) + "\n"
    if holds(text, source.file, wanted):
        return text
    raise InputError("The matter cannot be written so that it reads back the same; the file stays as it is.")


def holds(text: str, name: str, wanted: Any) -> bool:
    """Tell whether ``text`` reads back as exactly ``wanted``."""
    try:
        made = parse_source(text.encode("utf-8", "surrogatepass"), name)
    except InputError:
        return False
    validate(made)
    return same(made.data, wanted)
