"""The table ``[package]`` of ``isa-docs.toml``: the form that the packages of a folder of matters have.

::

    [package]
    esign-profile = "docusign"
    bates = "NWC-"
    archive = "a3"
    verify-archive = true
    max-mb = 20                      # largest file, in millions of bytes, that a recipient takes

    [package.max-mb-for]             # for some recipients, by their keys in the directory
    isa_ppb_2012 = 10
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True)
class PackageFault:
    """What is wrong with one key of the table."""

    code: str
    message: str
    key: str
    remedy: str = ""


@dataclass(frozen=True)
class _Key:
    """A key of the table: the field of the form it sets, what fits it, and how that is worded."""

    field: str
    fits: Callable[[Any], bool]
    words: str


def read_package_table(table: Mapping[str, Any]) -> tuple[dict[str, Any], list[PackageFault]]:
    """Return the fields of a package's form that the table sets, and its faults."""
    keys = _keys()
    fields: dict[str, Any] = {}
    faults: list[PackageFault] = []
    for name, value in table.items():
        if name == "max-mb-for":
            fields["limits"], wrong = _limits(value)
            faults += wrong
        elif name not in keys:
            close = get_close_matches(name, [*keys, "max-mb-for"], 1)
            remedy = f"Did you mean '{close[0]}'?" if close else f"Known here: {', '.join([*keys, 'max-mb-for'])}."
            faults.append(PackageFault("SETTINGS-UNKNOWN", f"'{name}' is not a setting of [package].", name, remedy))
        elif not keys[name].fits(value):
            faults.append(PackageFault("SETTINGS-VALUE", f"'{name}' must be {keys[name].words}.", name))
        else:
            fields[keys[name].field] = value
    return fields, faults


def _keys() -> dict[str, _Key]:
    from isa_docs.cli.forms import ARCHIVES, PROFILES, is_prefix

    return {
        "esign-profile": _Key("profile", lambda value: value in PROFILES, f"one of {', '.join(PROFILES)}"),
        "bates": _Key(
            "bates", lambda value: isinstance(value, str) and is_prefix(value), "at most 20 plain characters"
        ),
        "archive": _Key("archive", lambda value: value in ARCHIVES, " or ".join(ARCHIVES)),
        "verify-archive": _Key("verify_archive", lambda value: isinstance(value, bool), "true or false"),
        "max-mb": _Key("max_megabytes", _is_size, "a number of at least 0.1"),
    }


def _limits(value: Any) -> tuple[tuple[tuple[str, float], ...], list[PackageFault]]:
    if not isinstance(value, dict):
        return (), [PackageFault("SETTINGS-VALUE", "'max-mb-for' must be a table: [package.max-mb-for].", "max-mb-for")]
    from isa_docs.program.recipients import directory

    faults = []
    for key, size in value.items():
        if key not in directory():
            remedy = f"The directory has: {', '.join(sorted(directory()))}."
            faults.append(PackageFault("SETTINGS-UNKNOWN", f"'{key}' is no recipient of the directory.", key, remedy))
        elif not _is_size(size):
            faults.append(PackageFault("SETTINGS-VALUE", f"'{key}' must be a number of at least 0.1.", key))
    return tuple(sorted(value.items())), faults


def _is_size(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0.1
