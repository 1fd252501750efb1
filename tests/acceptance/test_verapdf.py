"""Every example package is PDF/UA-1 and PDF/A-2b at once, as built and after two people have signed it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import StaticStampStyle
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from isa_docs.assembly.content import plain
from isa_docs.assembly.typeface import embed_field_font, stamp_fonts

from .verapdf import ROOT, failures

pytestmark = pytest.mark.slow

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/matter.yaml"))


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The packages of every example, by example."""
    found = {}
    for name in EXAMPLES:
        out = tmp_path_factory.mktemp(name)
        matter = ROOT / "examples" / name / "matter.yaml"
        done = subprocess.run(
            [sys.executable, "-m", "isa_docs", "build", str(matter), "--out", str(out)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found[name] = sorted(out.glob("*/*/*.pdf"))
    return found


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_complies(example: str, packages: dict[str, list[Path]]) -> None:
    assert packages[example]
    found = failures(packages[example])
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_an_application_complies_after_two_signatures(packages: dict[str, list[Path]], tmp_path: Path) -> None:
    package = next(file for file in packages["northwind"] if file.stem.endswith("-application"))
    signed = tmp_path / "signed.pdf"
    data = package.read_bytes()
    names = [field for field in signature_fields(data) if field.startswith("mou_")]
    assert len(names) == 2
    stamp = stamp_with_embedded_font(tmp_path / "stamp.pdf")
    for field, person in zip(names, ("Margaret Ellison", "Authorized Official"), strict=True):
        data = sign(data, field, signer(person, tmp_path), stamp)
    signed.write_bytes(data)
    assert signed.read_bytes().startswith(package.read_bytes())
    assert failures([signed]) == {"signed.pdf PDFUA_1": [], "signed.pdf PDFA_2_B": []}
    reader = PdfFileReader(BytesIO(data))
    for embedded in reader.embedded_signatures:
        status = validate_pdf_signature(embedded)
        assert status.intact
        assert status.valid
        assert status.modification_level in (ModificationLevel.NONE, ModificationLevel.FORM_FILLING)


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
    writer = PdfWriter()
    page = writer.add_blank_page(200, 28)
    font = embed_field_font(writer, stamp_fonts()[0])
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F"): font})})
    page[NameObject("/Contents")] = writer._add_object(plain(b"BT /F 9 Tf 4 10 Td (Digitally signed) Tj ET"))
    writer.write(file)
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
