"""Verdicts on packages that were signed in ink on a scan, and by key besides."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from cli.running import Invoke
from PIL import Image

from isa_docs.review.executed import executed_copy
from isa_docs.review.scan import ScannedPage
from isa_docs.review.signing import sign_package
from isa_docs.review.verify import verify_package

from .authority import pki
from .conftest import Built, signing

pytestmark = pytest.mark.slow

PAGE = 3
"""The page of the small package that has both signature lines."""
LOOK = "Look at page 3, replaced by scan: what stands there was not checked."


@pytest.fixture(scope="module")
def inked(built: Built) -> bytes:
    """The executed copy: a scan lies over the page with the signature lines."""
    held = BytesIO()
    Image.new("L", (170, 220), 200).save(held, "JPEG")
    return executed_copy(built.data, {PAGE: ScannedPage(1, None, held.getvalue(), 170, 220)})


@pytest.fixture(scope="module")
def both(inked: bytes) -> bytes:
    """Signed in ink by the officer, by key by the official."""
    return sign_package(inked, signing("mou_cbp_signature", pki().official.p12(), dated=date(2013, 1, 15)))


def test_in_ink_alone(built: Built, inked: bytes) -> None:
    result = verify_package(inked, built.manifest, replaced_pages=[PAGE])
    assert (result.wrong, result.missing) == ([], [])
    assert result.verdict == f"The package as built except page 3. {LOOK}"


def test_in_ink_and_by_key(built: Built, both: bytes) -> None:
    result = verify_package(both, built.manifest, replaced_pages=[PAGE])
    assert (result.wrong, result.missing) == ([], [])
    assert result.verdict == f"The package as built except page 3, signed 1 of 2 times (all sound). {LOOK}"


def test_a_scanned_page_is_never_called_as_built_however_many_signed(built: Built, both: bytes) -> None:
    data = sign_package(both, signing("mou_officer_signature", pki().officer.p12()))
    result = verify_package(data, built.manifest, replaced_pages=[PAGE])
    assert result.wrong == []
    assert result.verdict == f"The package as built except page 3, signed by all 2 (all sound). {LOOK}"


def test_all_signed_takes_ink_and_key_together(invoke: Invoke, tmp_path: Path, built: Built, both: bytes) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(built.manifest))
    (tmp_path / "back.pdf").write_bytes(both)
    record = {
        "package_id": built.manifest["package"]["id"],
        "sha256": hashlib.sha256(both).hexdigest(),
        "pages": [{"page": PAGE, "scan_page": 1}],
    }
    (tmp_path / "back.executed.json").write_text(json.dumps(record))
    run = invoke("verify", tmp_path / "back.pdf", "--all-signed")
    assert run.code == 0
    assert "still to sign" not in run.out
    assert "mou_officer_signature        page 3    in ink, if at all: look at the scan" in run.out


def test_a_record_of_a_scan_that_is_not_there_signs_nothing(built: Built) -> None:
    result = verify_package(built.data, built.manifest, replaced_pages=[PAGE])
    assert result.scanned_pages == ()
    assert result.missing == ["mou_officer_signature", "mou_cbp_signature"]


def test_no_scan_is_laid_over_a_page_that_somebody_has_signed(built: Built, once: bytes) -> None:
    held = BytesIO()
    Image.new("L", (170, 220), 200).save(held, "JPEG")
    data = executed_copy(once, {PAGE: ScannedPage(1, None, held.getvalue(), 170, 220)})
    result = verify_package(data, built.manifest, replaced_pages=[PAGE])
    assert "the content of page 3 was replaced, after mou_officer_signature signed" in "\n".join(
        each.message for each in result.wrong
    )
