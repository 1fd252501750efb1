"""Signatures to every PAdES baseline level, and what signing refuses."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pikepdf
import pytest

from isa_docs.errors import InputError
from isa_docs.review.signatures import read_signatures
from isa_docs.review.signing import certificates, sign_package
from isa_docs.review.verify import verify_package

from .authority import pki
from .conftest import Built, signing

pytestmark = pytest.mark.slow

FIELD = "mou_officer_signature"


def values(data: bytes) -> dict[str, str]:
    with pikepdf.open(BytesIO(data)) as pdf:
        return {str(each.T): str(each.get("/V", "")) for each in pdf.Root.AcroForm.Fields if each.FT == "/Tx"}


def test_what_was_built_stays_byte_for_byte(built: Built, once: bytes, twice: bytes) -> None:
    assert once.startswith(built.data)
    assert twice.startswith(once)


def test_the_date_beside_the_signature_is_filled_and_no_other(once: bytes) -> None:
    assert values(once) == {"mou_officer_date": "11/15/2012", "mou_cbp_date": ""}


def test_a_date_already_there_is_left_alone(built: Built, once: bytes) -> None:
    order = signing("mou_cbp_signature", pki().official.p12())
    dated = sign_package(once, order)
    assert values(dated) == {"mou_officer_date": "11/15/2012", "mou_cbp_date": ""}


@pytest.mark.parametrize("level", ["B-T", "B-LT", "B-LTA"])
def test_time_stamped_levels(built: Built, level: str) -> None:
    authority = pki()
    order = signing(
        FIELD,
        authority.officer.p12(),
        level=level,
        time_stamper=authority.time_stamper(),
        trust=(authority.root.pem,),
        crls=authority.crls,
    )
    data = sign_package(built.data, order)
    result = verify_package(data, built.manifest, roots=certificates((authority.root.pem,)))
    assert result.wrong == []
    officer = result.expected[0].signature
    assert officer is not None
    assert officer.sound
    assert officer.trusted
    assert officer.stamped_time
    assert [each.document_stamp for each in result.others] == ([True] if level == "B-LTA" else [])


@pytest.mark.slow
def test_two_long_term_signatures_leave_each_other_sound(built: Built) -> None:
    authority = pki()
    data = built.data
    for field, holder in ((FIELD, authority.officer), ("mou_cbp_signature", authority.official)):
        data = sign_package(
            data,
            signing(
                field,
                holder.p12(),
                level="B-LTA",
                time_stamper=authority.time_stamper(),
                trust=(authority.root.der,),
                crls=authority.crls,
                dated=date(2013, 1, 15),
            ),
        )
    found = read_signatures(data, certificates((authority.root.der,)))
    assert [(each.field.split("-")[0], each.sound, each.trusted) for each in found] == [
        (FIELD, True, True),
        ("Timestamp", True, True),
        ("mou_cbp_signature", True, True),
        ("Timestamp", True, True),
    ]
    assert verify_package(data, built.manifest).wrong == []


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"field": "nobody_signature"}, "SIGN-FIELD", "no signature field 'nobody_signature'"),
        ({"passphrase": b"wrong"}, "SIGN-KEY", "passphrase is wrong"),
        ({"key": b"junk"}, "SIGN-KEY", "not PKCS#12"),
        ({"level": "B-T"}, "SIGN-LEVEL", "needs a time-stamp authority"),
        ({"level": "B-LT", "time_stamper": "present"}, "SIGN-LEVEL", "needs the trusted roots"),
    ],
)
def test_what_is_refused(built: Built, changes: dict[str, object], code: str, words: str) -> None:
    order = signing(FIELD, pki().officer.p12())
    with pytest.raises(InputError, match=words) as caught:
        sign_package(built.data, type(order)(**{**vars(order), **changes}))
    assert [each.code for each in caught.value.findings] == [code]


def test_a_signed_field_is_not_signed_again(once: bytes) -> None:
    with pytest.raises(InputError, match="signed already"):
        sign_package(once, signing(FIELD, pki().officer.p12()))


def test_a_date_is_not_written_twice(built: Built) -> None:
    """The line is dated already, before anybody signed."""
    with pikepdf.open(BytesIO(built.data)) as pdf:
        field = next(each for each in pdf.Root.AcroForm.Fields if each.T == "mou_officer_date")
        field.V = pikepdf.String("11/15/2012")
        out = BytesIO()
        pdf.save(out)
    with pytest.raises(InputError, match="no empty date field 'mou_officer_date'"):
        sign_package(out.getvalue(), signing(FIELD, pki().officer.p12(), dated=date(2012, 11, 16)))


def test_a_root_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no certificate"):
        certificates((b"junk",))
