"""Ways of signing: how the fields are named, marked or left out for the program or service that will be used.

The profiles follow what the vendors publish of how they read a PDF; none of them could be tried here. The placement
list ``signatures.json`` says the same places in points and serves any of them, and any person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

from isa_docs.assembly.model import EsignProfile, PlacedField

Marking = Literal["field", "tag", "none"]
"""What shows a program where to sign: a form field, a text tag in white, or nothing but the printed line."""

PROFILES: Final[tuple[EsignProfile, ...]] = get_args(EsignProfile)
AGENCY: Final = "cbp"
"""Role of the agency's own lines; no service ever asks the importer's people to sign these."""

_TAG_STARTS = ("[sig|", "[date|")


def field_name(profile: EsignProfile, part: str, role: str, kind: Literal["signature", "date"], order: int) -> str:
    """Return the name of a field: unique in the package, without a period, readable to the profile's service.

    DocuSign looks for what a name contains; Acrobat Sign reads the form of its text tags without braces.
    """
    base = f"{part.replace('-', '_')}_{role}"
    if profile == "docusign":
        if role == AGENCY:
            return f"{base}_{kind}_DocuSignIgnoreTransform"
        return f"{base}_{'DocuSignSignHere' if kind == 'signature' else 'DocuSignDateSigned'}"
    if profile == "adobe-sign" and role != AGENCY:
        return f"{base}_{kind}_es_:signer{order}:{kind}"
    return f"{base}_{kind}"


def marking(profile: EsignProfile, role: str) -> Marking:
    """Return how a line of ``role`` is shown to the program that signs.

    For ink nothing is added. Acrobat Sign and Dropbox Sign would give an unknown field to the first signer, so the
    agency's lines stay plain there.
    """
    if profile == "wet":
        return "none"
    if profile in ("adobe-sign", "dropbox-sign") and role == AGENCY:
        return "none"
    return "tag" if profile == "dropbox-sign" else "field"


def with_fields(profile: EsignProfile, placed: Sequence[PlacedField]) -> list[PlacedField]:
    """Return those places that get a form field under ``profile``."""
    return [item for item in placed if marking(profile, item.slot.role) == "field"]


def text_tag(item: PlacedField) -> str:
    """Return Dropbox Sign's tag for a place: its kind, that it is required, and the number of the signer."""
    return f"[{'sig' if item.slot.kind == 'signature' else 'date'}|req|signer{item.slot.order}]"


def is_text_tag(word: str) -> bool:
    """Tell whether a word of a page is such a tag."""
    return word.startswith(_TAG_STARTS)
