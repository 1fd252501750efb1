"""A small public-key infrastructure for the tests: root, issuing authority, two signers, a time-stamp authority."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import keys, x509
from cryptography import x509 as cx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASSPHRASE = b"correct horse"
_NOW = datetime.now(UTC)


def _name(common: str) -> cx.Name:
    return cx.Name(
        [
            cx.NameAttribute(NameOID.ORGANIZATION_NAME, "Northwind Test"),
            cx.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


class Holder:
    """A key, its certificate and who issued it."""

    def __init__(self, common: str, issuer: Holder | None, *, authority: bool = False, stamping: bool = False) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.issuer = issuer or self
        builder = (
            cx.CertificateBuilder()
            .subject_name(_name(common))
            .issuer_name(issuer.certificate.subject if issuer else _name(common))
            .public_key(self.key.public_key())
            .serial_number(cx.random_serial_number())
            .not_valid_before(_NOW - timedelta(days=30))
            .not_valid_after(_NOW + timedelta(days=3650))
            .add_extension(cx.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(cx.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .add_extension(
                cx.AuthorityKeyIdentifier.from_issuer_public_key(self.issuer.key.public_key()), critical=False
            )
            .add_extension(
                cx.KeyUsage(
                    digital_signature=not authority,
                    content_commitment=not authority and not stamping,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=authority,
                    crl_sign=authority,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
        )
        if stamping:
            builder = builder.add_extension(cx.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        self.certificate = builder.sign(self.issuer.key, hashes.SHA256())

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def crl(self) -> bytes:
        """Return an empty revocation list of this authority, DER."""
        builder = (
            cx.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(_NOW - timedelta(days=1))
            .next_update(_NOW + timedelta(days=365))
        )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def p12(self) -> bytes:
        """Return key and chain as PKCS#12, protected by PASSPHRASE."""
        return pkcs12.serialize_key_and_certificates(
            b"key",
            self.key,
            self.certificate,
            [self.issuer.certificate, self.issuer.issuer.certificate],
            serialization.BestAvailableEncryption(PASSPHRASE),
        )


class Pki:
    """Root, issuing authority, officer, counsel, stranger (of another root) and time-stamp authority."""

    def __init__(self) -> None:
        self.root = Holder("Test Root", None, authority=True)
        self.issuing = Holder("Test Issuing", self.root, authority=True)
        self.officer = Holder("Margaret Ellison", self.issuing)
        self.official = Holder("Official of CBP", self.issuing)
        self.stamping = Holder("Test Time Stamping", self.issuing, stamping=True)
        self.other_root = Holder("Other Root", None, authority=True)
        self.stranger = Holder("Margaret Ellison", self.other_root)

    def time_stamper(self) -> Any:
        from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        key = self.stamping.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore()
        store.register(x509.Certificate.load(self.issuing.der))
        return DummyTimeStamper(
            x509.Certificate.load(self.stamping.der), keys.PrivateKeyInfo.load(key), certs_to_embed=store
        )

    @property
    def crls(self) -> tuple[bytes, ...]:
        return (self.root.crl(), self.issuing.crl())


@cache
def pki() -> Pki:
    """Make the infrastructure once per test run."""
    return Pki()
