"""Reads ``isa-docs.toml``: settings that belong to a folder of matters rather than to a person or a call."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from isa_docs.cli.settings_package import read_package_table
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Place, Severity

NAME = "isa-docs.toml"
_WASM = "libreoffice-wasm"  # no path: the build that set-up put into the cache folder
_KINDS: dict[str, type] = {"out": str, "templates": str, "strict": bool, "soffice": str, "package": dict}
_WORDS = {bool: "true or false", dict: "a table: [package]"}


def read_settings_file(folder: Path) -> dict[str, Any]:
    """Return the settings of the nearest ``isa-docs.toml`` in ``folder`` or above it; an empty dict without one.

    Paths are relative to the file's own folder. Raises InputError, with a finding for each fault, when the file
    cannot be understood. ``soffice`` can say ``libreoffice-wasm`` and nothing else: files received from somebody else
    must not choose a program that a build would start.
    """
    start = folder.absolute()
    file = next((each / NAME for each in (start, *start.parents) if (each / NAME).is_file()), None)
    if file is None:
        return {}
    try:
        text = file.read_text(encoding="utf-8")
        data: dict[str, Any] = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        spot = re.search(r"line (\d+), column (\d+)", str(error))
        place = Place(str(file), int(spot[1]), int(spot[2])) if spot else Place(str(file))
        raise _invalid(file, [_fault("SETTINGS-SYNTAX", f"The file cannot be read: {error}.", place)]) from None
    faults: list[Finding] = []
    out: dict[str, Any] = {}
    for name, value in data.items():
        place = Place(str(file), _line_of(text, name), 1)
        if name not in _KINDS:
            close = get_close_matches(name, _KINDS, 1)
            remedy = f"Did you mean '{close[0]}'?" if close else f"Known here: {', '.join(_KINDS)}."
            faults.append(_fault("SETTINGS-UNKNOWN", f"'{name}' is not a setting.", place, remedy))
        elif not isinstance(value, _KINDS[name]) or value == "":
            wanted = _WORDS.get(_KINDS[name], "text in quotation marks")
            faults.append(_fault("SETTINGS-VALUE", f"'{name}' must be {wanted}.", place))
        elif name == "package" and isinstance(value, dict):
            out[name], wrong = read_package_table(value)
            faults += [
                _fault(each.code, each.message, Place(str(file), _line_of(text, each.key), 1), each.remedy)
                for each in wrong
            ]
        elif name == "soffice" and value != _WASM:
            message = (
                f"'soffice' can only be '{_WASM}' here: a program is not started because a file among matters says so."
            )
            remedy = "Take the line out, and name the program with --soffice or ISA_DOCS_SOFFICE."
            faults.append(_fault("SETTINGS-VALUE", message, place, remedy))
        else:
            out[name] = value if _KINDS[name] is bool else _path(name, str(value), file.parent)
    if faults:
        raise _invalid(file, faults)
    return out


def _path(name: str, value: str, folder: Path) -> Path:
    return Path(value) if name == "soffice" else folder / value


def _line_of(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"\s*\[?[\"']?{re.escape(name)}\b", line):
            return number
    return 1


def _fault(code: str, message: str, place: Place, remedy: str = "") -> Finding:
    return Finding(code, Severity.ERROR, message, remedy, place=place)


def _invalid(file: Path, faults: list[Finding]) -> InputError:
    return InputError(
        f"{file} is not valid: {len(faults)} {'thing' if len(faults) == 1 else 'things'} to correct.", faults
    )
