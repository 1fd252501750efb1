"""How the lines to sign are prepared for each way of signing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.esign import PROFILES, field_name, marking
from isa_docs.assembly.model import EsignProfile, Part
from tests.acceptance.reading import tool

from .papers import info


@pytest.mark.parametrize(
    ("profile", "signature", "date"),
    [
        ("acrobat", "mou_officer_signature", "mou_officer_date"),
        ("wet", "mou_officer_signature", "mou_officer_date"),
        ("dropbox-sign", "mou_officer_signature", "mou_officer_date"),
        ("docusign", "mou_officer_DocuSignSignHere", "mou_officer_DocuSignDateSigned"),
        ("adobe-sign", "mou_officer_signature_es_:signer1:signature", "mou_officer_date_es_:signer1:date"),
    ],
)
def test_field_names(profile: EsignProfile, signature: str, date: str) -> None:
    assert field_name(profile, "mou", "officer", "signature", 1) == signature
    assert field_name(profile, "mou", "officer", "date", 1) == date


@pytest.mark.parametrize("profile", PROFILES)
def test_no_service_is_led_to_the_agencys_line(profile: EsignProfile) -> None:
    name = field_name(profile, "mou", "cbp", "signature", 2)
    assert "SignHere" not in name
    assert "_es_:" not in name
    if profile in ("adobe-sign", "dropbox-sign", "wet"):
        assert marking(profile, "cbp") == "none"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "fields", "tags"),
    [("acrobat", 4, 0), ("docusign", 4, 0), ("adobe-sign", 4, 0), ("dropbox-sign", 0, 4), ("wet", 0, 0)],
)
def test_fields_or_white_tags(profile: EsignProfile, fields: int, tags: int, parts: list[Part], tmp_path: Path) -> None:
    about = replace(info(), profile=profile)
    result = assemble(parts, about, tmp_path / "package.pdf")
    assert check_package(result, parts, about) == []
    assert len(result.fields) == 4  # the placement list is the same for all
    with pikepdf.open(result.pdf) as pdf:
        form = pdf.Root.get("/AcroForm")
        assert (len(form.Fields) if form is not None else 0) == fields
    text = tool("pdftotext", "-layout", result.pdf, "-")
    assert text.count("|req|signer") == tags


@pytest.mark.slow
def test_bates_numbers_stand_beside_the_page_numbers(parts: list[Part], tmp_path: Path) -> None:
    about = replace(info(), bates="NWC-")
    result = assemble(parts, about, tmp_path / "package.pdf")
    assert check_package(result, parts, about) == []
    for number, page in enumerate(tool("pdftotext", "-layout", result.pdf, "-").split("\f")[: result.pages], start=1):
        assert f"NWC-{number:06d} · Page {number} of {result.pages}" in " ".join(page.split())
