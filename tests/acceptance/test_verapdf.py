"""Every example package is PDF/UA-1 and PDF/A-2b at once, as built and after its people have signed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pikepdf import Dictionary, Pdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import StaticStampStyle

from isa_docs.assembly.typeface import embed_field_font, stamp_fonts

from .verapdf import failures

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def packages(builds: Path) -> list[Path]:
    """The packages of all examples."""
    found = sorted(builds.glob("*/*/*.pdf"))
    assert {file.parents[1].name for file in found} == {"northwind-isa", "maple-isa", "harborlight-tc"}
    return found


def test_every_example_complies(packages: list[Path]) -> None:
    found = failures(packages)
    assert len(found) == 2 * len(packages)
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_every_example_complies_after_its_signatures(packages: list[Path], tmp_path: Path) -> None:
    """Two people sign each package that has lines for two; the others have one line."""
    stamp = stamp_with_embedded_font(tmp_path / "stamp.pdf")
    people = [signer(name, tmp_path) for name in ("Margaret Ellison", "Authorized Official")]
    signed, twice = [], 0
    for package in packages:
        data = package.read_bytes()
        fields = signature_fields(data)
        lines = [name for name in fields if name.startswith("mou_")] or fields
        for field, person in zip(lines, people, strict=False):
            data = sign(data, field, person, stamp)
        twice += len(lines) > 1
        assert data.startswith(package.read_bytes())
        signed.append(tmp_path / package.name)
        signed[-1].write_bytes(data)
        for embedded in PdfFileReader(BytesIO(data)).embedded_signatures:
            status = validate_pdf_signature(embedded)
            assert status.intact
            assert status.valid
            assert status.modification_level in (ModificationLevel.NONE, ModificationLevel.FORM_FILLING)
    assert twice >= 2
    assert {name: rules for name, rules in failures(signed).items() if rules} == {}


def signature_fields(data: bytes) -> list[str]:
    from pyhanko.sign.fields import enumerate_sig_fields

    return [name for name, value, _ in enumerate_sig_fields(PdfFileReader(BytesIO(data))) if value is None]


def sign(data: bytes, field: str, who: signers.SimpleSigner, stamp: Path) -> bytes:
    """Sign with a visible stamp whose font is embedded; pyHanko's own stamp would break PDF/A and PDF/UA."""
    style = StaticStampStyle.from_pdf_file(str(stamp), border_width=0)
    metadata = signers.PdfSignatureMetadata(field_name=field)
    writer = IncrementalPdfFileWriter(BytesIO(data))
    return signers.PdfSigner(metadata, signer=who, stamp_style=style).sign_pdf(writer).getvalue()


def stamp_with_embedded_font(file: Path) -> Path:
    with Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 28))
        page.obj.Resources = Dictionary(Font=Dictionary(F=embed_field_font(pdf, stamp_fonts()[0])))
        page.obj.Contents = pdf.make_stream(b"BT /F 9 Tf 4 10 Td (Digitally signed) Tj ET")
        pdf.save(file)
    return file


def signer(name: str, folder: Path) -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.p12"
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(b"x")))
    found = signers.SimpleSigner.load_pkcs12(str(file), passphrase=b"x")
    assert found is not None
    return found
