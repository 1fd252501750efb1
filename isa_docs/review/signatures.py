"""What the signatures in a PDF say, each for itself: sound, by whom, when, trusted by which root, covering what."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any


@dataclass(frozen=True)
class Signature:
    """One signature as found in the file."""

    field: str
    sound: bool
    """Its cryptography holds: the bytes it covers are those that were signed."""
    why_not: str = ""
    signer: str = ""
    """Name in the certificate; organization after a comma."""
    fingerprint: str = ""
    """SHA-256 of the certificate, hexadecimal."""
    claimed_time: str = ""
    """The time the signer's own clock gave, ISO 8601."""
    stamped_time: str = ""
    """The time a time-stamp authority confirms, ISO 8601; empty without one."""
    trusted: bool | None = None
    """Whether the chain ends in a given root; None when no root was given."""
    trust: str = ""
    """The root, or why there is no trust."""
    coverage: str = ""
    covers: int = 0
    """Bytes from the beginning of the file that the signature covers, its own value left out."""
    later: str = ""
    """How pyHanko judges what came after: none, lta_updates, form_filling, annotations, other."""
    allowed: bool = True
    """False when what came after, or a certification in the file, forbids it."""
    document_stamp: bool = False
    digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the signature as data."""
        out: dict[str, Any] = {"field": self.field, "sound": self.sound, "trusted": self.trusted}
        for key in ("why_not", "signer", "fingerprint", "claimed_time", "stamped_time", "trust", "coverage", "later"):
            if value := getattr(self, key):
                out[key] = value
        return out | {"allowed": self.allowed, "document_stamp": self.document_stamp, "digest": self.digest}


def available() -> bool:
    """Tell whether pyHanko is installed."""
    try:
        import pyhanko.sign.validation  # noqa: F401
    except ImportError:
        return False
    return True


def read_signatures(data: bytes, roots: list[Any] | None) -> list[Signature]:
    """Return every signature of the file in the order of signing; ``roots`` are asn1crypto certificates or None.

    A signature that cannot be read, or is of a kind that pyHanko does not know, is one that is not sound (and comes
    last): an error in one never hides another. Raises ValueError when pyHanko cannot read the file at all.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    with _quiet():
        try:
            reader = PdfFileReader(BytesIO(data), strict=False)
            # not reader.embedded_signatures: that passes over the kinds it does not know
            fields = list(enumerate_sig_fields(reader, filled_status=True))
        except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise ValueError(str(error) or type(error).__name__) from None
        found = [_in_field(reader, str(name), field, roots) for name, _, field in fields]
    return [signature for _, signature in sorted(found, key=lambda each: each[0])]


def _in_field(reader: Any, name: str, field: Any, roots: list[Any] | None) -> tuple[float, Signature]:
    """Return the revision in which the signature in a field was made, and what it says."""
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    try:
        kind = field.get_object()["/V"].get("/SubFilter")
        if kind not in {each.value for each in SigSeedSubFilter}:
            named = str(kind)[:40] if kind else "none is named"
            return math.inf, Signature(name, False, f"it is of a kind that cannot be checked ({named})")
        embedded = EmbeddedPdfSignature(reader, field, name)
        return embedded.signed_revision, _one(embedded, roots)
    except Exception as error:  # whatever a hostile value provokes
        return math.inf, Signature(name, False, f"it cannot be read ({type(error).__name__})")


def _one(embedded: Any, roots: list[Any] | None) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
    from pyhanko_certvalidator import ValidationContext

    def context() -> Any:
        return ValidationContext(trust_roots=roots or [], allow_fetching=False, revocation_mode="soft-fail")

    embedded.compute_integrity_info()
    status: Any
    stamp = embedded.sig_object.get("/Type") == "/DocTimeStamp"
    if stamp:
        status = validate_pdf_timestamp(embedded, context())
    else:
        status = validate_pdf_signature(embedded, context(), context())
    certificate = status.signing_cert
    sound = bool(status.intact and status.valid)
    trusted = bool(status.trusted) if roots is not None else None
    ends = [int(each) for each in embedded.sig_object.get("/ByteRange", (0, 0, 0, 0))]
    when = getattr(status, "timestamp_validity", None)
    level = status.modification_level
    return Signature(
        field=str(embedded.field_name),
        sound=sound,
        why_not="" if sound else "the bytes it covers were changed" if not status.intact else "its value is not valid",
        signer=_who(certificate),
        fingerprint=certificate.sha256.hex(),
        claimed_time=_iso(getattr(status, "signer_reported_dt", None)),
        stamped_time=_iso(status.timestamp if stamp else when.timestamp if when is not None and when.valid else None),
        trusted=trusted,
        trust=_trust(status, trusted),
        coverage=status.coverage.name.lower(),
        covers=ends[2] + ends[3] if len(ends) == 4 else 0,
        later=level.name.lower() if level is not None else "unreadable",
        allowed=status.docmdp_ok is not False,
        document_stamp=stamp,
        digest=str(status.md_algorithm or ""),
    )


def _trust(status: Any, trusted: bool | None) -> str:
    if trusted is None:
        return "not checked: no root was given"
    if trusted and status.validation_path is not None:
        return _who(status.validation_path.first)
    return "revoked" if status.revoked else "no chain to a given root"


def _who(certificate: Any) -> str:
    native = certificate.subject.native
    parts = [native.get("common_name"), native.get("organization_name")]
    words = [each if isinstance(each, str) else "; ".join(each) for each in parts if each]
    return ", ".join(words) or str(certificate.subject.human_friendly)


def _iso(moment: Any) -> str:
    return moment.isoformat() if moment is not None else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries' own log lines off the terminal; what they find is in the result."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
