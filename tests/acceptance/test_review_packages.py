"""Real packages after the build: the reviewer's page, signatures in ink and by key, comparison."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from isa_docs.review.signing import Signing, sign_package
from tests.unit.review.authority import PASSPHRASE, pki
from tests.unit.review.scanning import scanned, sheets

from .running import isa_docs
from .verapdf import failures

pytestmark = pytest.mark.slow


@pytest.fixture
def application(builds: Path) -> Path:
    """The folder of the Northwind application."""
    return builds / "northwind-isa" / "application"


def package(folder: Path) -> Path:
    return folder / json.loads((folder / "manifest.json").read_text())["package"]["file"]


def test_the_checklist_pictures_every_paper_and_needs_nothing_from_outside(application: Path) -> None:
    page = (application / "checklist.html").read_text(encoding="utf-8")
    manifest = json.loads((application / "manifest.json").read_text())
    assert len(page.encode()) < 2_000_000
    assert page.count('src="data:image/jpeg;base64,') == manifest["package"]["pages"]
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert page.count("<strong>Margaret Ellison signs</strong>") == 3


def test_two_long_term_signatures_leave_the_package_conformant(application: Path, tmp_path: Path) -> None:
    built = package(application)
    authority, data = pki(), built.read_bytes()
    for field, holder in (("mou_officer_signature", authority.officer), ("mou_cbp_signature", authority.official)):
        signing = Signing(
            field=field,
            key=holder.p12(),
            passphrase=PASSPHRASE,
            now=datetime(2013, 1, 15, tzinfo=UTC),
            level="B-LTA",
            time_stamper=authority.time_stamper(),
            trust=(authority.root.der,),
            crls=authority.crls,
            dated=date(2013, 1, 15),
            fetch=False,
        )
        data = sign_package(data, signing)
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(data)
    assert failures([signed]) == {"signed.pdf PDFUA_1": [], "signed.pdf PDFA_2_B": []}
    (tmp_path / "root.pem").write_bytes(authority.root.pem)
    done = isa_docs(
        "verify", signed, "--manifest", application / "manifest.json", "--trust", tmp_path / "root.pem", "--json"
    )
    result = json.loads(done.stdout)["result"]
    assert done.returncode == 0
    assert [each["signed"] for each in result["expected"]].count(True) == 2


def test_a_scan_with_its_pages_shuffled_and_a_foreign_one(application: Path, builds: Path, tmp_path: Path) -> None:
    manifest = json.loads((application / "manifest.json").read_text())
    pages = sorted({each["page"] for each in manifest["fields"]})
    letter = package(builds / "northwind-isa" / "anl-2015")
    other = json.loads((letter.parent / "manifest.json").read_text())["fields"][0]["page"]
    pictures = [*sheets(package(application), pages[::-1], tmp_path), *sheets(letter, [other], tmp_path)]
    scan = scanned(pictures, tmp_path / "scan.pdf")
    executed = tmp_path / "executed.pdf"
    done = isa_docs("attach-signed", scan, "--manifest", application / "manifest.json", "--out", executed, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 10
    assert [each["code"] for each in report["findings"]] == ["SCAN-FOREIGN"]
    assert [each["page"] for each in report["result"]["pages"]] == pages
    data = executed.read_bytes()
    assert data.startswith(package(application).read_bytes())
    texts = [
        PdfReader(each).pages[pages[0] - 1].extract_text().strip() for each in (BytesIO(data), package(application))
    ]
    assert texts[0] == texts[1] != ""
    assert failures([executed]) == {"executed.pdf PDFUA_1": [], "executed.pdf PDFA_2_B": []}
    assert isa_docs("verify", executed, "--manifest", application / "manifest.json").returncode == 0


def test_a_package_compared_with_itself(application: Path) -> None:
    assert isa_docs("compare", application, application).returncode == 0
