"""Digital signatures (PAdES) in the package's own fields; the package stays PDF/UA-1 and PDF/A-2b.

Needs pyHanko (``pip install 'isa-docs[sign]'``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from isa_docs.errors import InputError, MissingProgramError, OutputError
from isa_docs.findings import Finding, Severity
from isa_docs.review.stamp import signature_mark

Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]
INSTALL = "pip install 'isa-docs[sign]'"


@dataclass(frozen=True)
class Signing:
    """How to sign: in which field, with whose key, and to which PAdES baseline level."""

    field: str
    key: bytes
    """PKCS#12 file (.p12, .pfx) with the signer's key and certificates."""
    passphrase: bytes | None
    now: datetime
    """The time shown in the mark, with its time zone."""
    level: Level = "B-B"
    time_stamper: Any = None
    """A pyHanko time stamper; needed from B-T on. :func:`time_stamper` makes one for an authority's address."""
    trust: tuple[bytes, ...] = ()
    """Root certificates (PEM or DER); needed for B-LT and B-LTA."""
    crls: tuple[bytes, ...] = ()
    """Certificate revocation lists (DER) that are at hand; others are fetched."""
    reason: str | None = None
    location: str | None = None
    dated: date | None = None
    """What to write into the date field of the same line; None leaves it as it is."""
    fetch: bool = True


def require_pyhanko() -> None:
    """Raise MissingProgramError with the install line when pyHanko is not installed."""
    try:
        import pyhanko.sign  # noqa: F401
    except ImportError:
        message = f"Digital signatures need pyHanko, which is not installed. Install it: {INSTALL}"
        raise MissingProgramError(message) from None


def time_stamper(address: str) -> Any:
    """Return the client of the time-stamp authority (RFC 3161) at ``address``, an http or https URL."""
    require_pyhanko()
    from pyhanko.sign.timestamps import HTTPTimeStamper

    return HTTPTimeStamper(address, timeout=30)


def certificates(files: tuple[bytes, ...]) -> list[Any]:
    """Read certificates, PEM (one or many) or DER; raises InputError for what is none."""
    from asn1crypto import pem, x509

    found = []
    for data in files:
        try:
            blocks = [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
            for der in blocks:
                certificate = x509.Certificate.load(der)
                certificate.subject.human_friendly  # noqa: B018  # parses lazily: fail here
                found.append(certificate)
        except (ValueError, TypeError):
            message = "A file given as trusted root is no certificate (PEM or DER)."
            raise InputError(message, [Finding("SIGN-TRUST", Severity.ERROR, message)]) from None
    return found


def sign_package(data: bytes, signing: Signing) -> bytes:
    """Return ``data`` with one more revision that signs ``signing.field``.

    Raises InputError when the field does not exist or is signed already, when the key cannot be opened or the
    level lacks what it needs; OutputError when the time-stamp authority or revocation service does not answer.
    """
    require_pyhanko()
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.signers import PdfSigner
    from pyhanko.sign.timestamps import TimestampRequestError
    from pyhanko_certvalidator.errors import CertificateFetchError, CRLFetchError, OCSPFetchError, PathError

    signer = _signer(signing)
    try:
        writer = IncrementalPdfFileWriter(BytesIO(data), strict=False)
    except PdfError as error:
        raise _refuse("SIGN-FILE", f"The file cannot be signed: {error}.") from None
    width, height = _free_field(writer, signing.field)
    if signing.dated is not None:
        _fill_date(writer, signing.field, signing.dated)
    name = signer.signing_cert.subject.native.get("common_name") or signer.subject_name
    when = signing.now.strftime("%Y-%m-%d %H:%M %Z").strip()
    with tempfile.TemporaryDirectory(prefix="isa-docs-") as folder:
        mark = Path(folder) / "mark.pdf"
        mark.write_bytes(signature_mark((f"Digitally signed by {name}", when), width, height))
        pdf_signer = PdfSigner(
            _metadata(signing),
            signer,
            timestamper=signing.time_stamper,
            stamp_style=_style(mark),
        )
        try:
            out = pdf_signer.sign_pdf(writer, existing_fields_only=True)
        except (TimestampRequestError, CRLFetchError, OCSPFetchError, CertificateFetchError) as error:
            message = f"Not signed: {error}. Sign again later, or to level B-B, which asks nobody."
            raise OutputError(message) from None
        except PathError as error:
            message = f"Not signed: the certificate chain does not lead to a trusted root: {error}."
            raise _refuse("SIGN-TRUST", message, "Give the root with --trust, and the CRLs with --crl.") from None
        except PdfError as error:
            raise _refuse("SIGN-REFUSED", f"Not signed: {error}.") from None
    return bytes(out.getvalue())


def _metadata(signing: Signing) -> Any:
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata

    if signing.level != "B-B" and signing.time_stamper is None:
        message = f"Level {signing.level} needs a time-stamp authority."
        raise _refuse("SIGN-LEVEL", message, "Give its address with --timestamp-url, or sign to level B-B.")
    long_term = signing.level in ("B-LT", "B-LTA")
    context = None
    if long_term:
        from pyhanko_certvalidator import ValidationContext

        if not signing.trust:
            message = f"Level {signing.level} stores the proof of trust, so it needs the trusted roots."
            raise _refuse("SIGN-LEVEL", message, "Give the root certificates with --trust.")
        context = ValidationContext(
            trust_roots=certificates(signing.trust),
            allow_fetching=signing.fetch,
            crls=list(signing.crls),
            revocation_mode="soft-fail",
        )
    return PdfSignatureMetadata(
        field_name=signing.field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=signing.reason,
        location=signing.location,
        embed_validation_info=long_term,
        use_pades_lta=signing.level == "B-LTA",
        validation_context=context,
    )


def _signer(signing: Signing) -> Any:
    from pyhanko.sign.signers import SimpleSigner

    try:
        signer = SimpleSigner.load_pkcs12_data(signing.key, other_certs=[], passphrase=signing.passphrase)
    except (ValueError, TypeError):
        signer = None
    if signer is None:
        message = "The key file cannot be opened: it is not PKCS#12, or the passphrase is wrong."
        raise _refuse("SIGN-KEY", message, "Check the file (.p12 or .pfx) and its passphrase.")
    return signer


def _free_field(writer: Any, name: str) -> tuple[float, float]:
    """Return width and height of the signature field called ``name``; raises InputError when it is not free."""
    from pyhanko.sign.fields import enumerate_sig_fields

    fields = {each: (value, reference) for each, value, reference in enumerate_sig_fields(writer.prev)}
    if name not in fields:
        free = ", ".join(sorted(each for each, (value, _) in fields.items() if value is None)) or "none"
        raise _refuse("SIGN-FIELD", f"The file has no signature field '{name}'.", f"Free fields: {free}.")
    value, reference = fields[name]
    if value is not None:
        raise _refuse("SIGN-FIELD", f"The field '{name}' is signed already.", "Nothing was written.")
    left, bottom, right, top = (float(each) for each in reference.get_object()["/Rect"])
    return abs(right - left), abs(top - bottom)


def _style(mark: Path) -> Any:
    from pyhanko.pdf_utils.layout import AxisAlignment, SimpleBoxLayoutRule
    from pyhanko.stamp import StaticStampStyle

    whole = SimpleBoxLayoutRule(x_align=AxisAlignment.ALIGN_MIN, y_align=AxisAlignment.ALIGN_MIN)
    return StaticStampStyle.from_pdf_file(str(mark), border_width=0, background_opacity=1.0, background_layout=whole)


def _fill_date(writer: Any, signature: str, day: date) -> None:
    """Write the day into the date field beside the signature field, with its look; raises InputError without one."""
    from pyhanko.pdf_utils import generic as pdf_values

    generic: Any = pdf_values

    name = f"{signature.removesuffix('_signature')}_date"
    form = writer.root["/AcroForm"]
    for reference in form["/Fields"]:
        field = reference.get_object()
        if field.get("/T") != name or field.get("/V"):
            continue
        text = day.strftime("%m/%d/%Y")
        left, bottom, right, top = (float(each) for each in field["/Rect"])
        look = generic.StreamObject(
            stream_data=f"/Tx BMC q BT /IsaField 10 Tf 0 g 2 3.5 Td ({text}) Tj ET Q EMC".encode("ascii")
        )
        look["/Type"], look["/Subtype"] = generic.NameObject("/XObject"), generic.NameObject("/Form")
        look["/BBox"] = generic.ArrayObject(
            [generic.FloatObject(each) for each in (0, 0, round(right - left, 2), round(top - bottom, 2))]
        )
        look["/Resources"] = form["/DR"]
        field["/V"] = generic.pdf_string(text)
        field["/AP"] = generic.DictionaryObject({generic.NameObject("/N"): writer.add_object(look)})
        writer.mark_update(reference)
        return
    message = f"There is no empty date field '{name}' beside the signature field."
    raise _refuse("SIGN-DATE", message, "Sign without --dated.")


def field_names(manifest: Mapping[str, Any]) -> list[str]:
    """Return the names of the signature fields in a manifest, in signing order."""
    fields = [each for each in manifest["fields"] if each["kind"] == "signature"]
    return [each["name"] for each in sorted(fields, key=lambda each: (each["order"], each["page"]))]


def _refuse(code: str, message: str, remedy: str = "") -> InputError:
    return InputError(message, [Finding(code, Severity.ERROR, message, remedy)])
