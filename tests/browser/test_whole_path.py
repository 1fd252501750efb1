"""A new user's whole path, by keyboard alone: an empty form, a built application, its entry on the docket."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Desk, sign_in, start_desk, stop
from tests.browser.keyboard import Typist

pytestmark = pytest.mark.slow
EXHIBITS = Path(__file__).resolve().parents[2] / "examples" / "northwind" / "exhibits"
PLAN = "/self_testing_plan"
AREA = f"{PLAN}/areas/0"
SUBMISSION = "/submissions/0"

SECTIONS = {
    "Importer": {
        "/importer/legal_name": "Acme Trading, Inc.",
        "/importer/program_residency": "US",
        "/importer/entry_status": "Res",
        "/importer/address/lines/0": "12 Quay Street",
        "/importer/address/city": "Tacoma",
        "/importer/address/region": "WA",
        "/importer/address/postal_code": "98402",
        "/importer/phone": "(253) 555-0100",
    },
    "Importer of record numbers": {
        "/importer/ior_numbers/0/number": "12-345678900",
        "/importer/ior_numbers/0/name": "Acme Trading, Inc.",
    },
    "People": {
        "/people/officer/name": "Ada Moss",
        "/people/officer/title": "Treasurer",
        "/people/officer/office": "Trea",
        "/people/isa_contact/name": "Lee Park",
        "/people/isa_contact/title": "Trade Compliance Manager",
        "/people/isa_contact/phone": "(253) 555-0101",
        "/people/isa_contact/email": "lee@acme.example",
        "/people/results_reviewer/name": "Ines Roy",
        "/people/results_reviewer/title": "Director of Internal Audit",
        "/people/results_reviewer/phone": "(253) 555-0102",
        "/people/results_reviewer/email": "ines@acme.example",
        "/people/tester/name": "Sam Cole",
        "/people/tester/title": "Import Analyst",
    },
    "Focused Assessment": {
        "/focused_assessment/report_number": "411-11-FA-0023",
        "/focused_assessment/report_date": "06182012",
        "/focused_assessment/conclusion": "Acc",
        "/focused_assessment/ior_numbers/0": "12-345678900",
    },
    "C-TPAT": {"/ctpat/status": "Cert", "/ctpat/since": "03012010"},
    "The plan": {
        f"{PLAN}/scope": "All consumption entries of Acme Trading.",
        f"{PLAN}/universe_source": "ACE entry-summary line reports",
        f"{PLAN}/risk_assessment/methodology": "Each area is scored for **likelihood** and **impact** from 1 to 5.",
        f"{PLAN}/risk_assessment/factors/0": "number of customs brokers",
        f"{PLAN}/testing_methodology": "Entry lines are traced from purchase order to payment.",
        f"{PLAN}/frequency": "Quart",
        f"{PLAN}/reviewer_independence": "Internal audit does no import work.",
        f"{PLAN}/error_handling": "Each error is corrected, its cause is found, and the population is looked at again.",
        f"{PLAN}/disclosure": "Errors are disclosed by post-summary correction or prior disclosure (19 CFR 162.74).",
        f"{PLAN}/tracking": "A log holds every error until it is closed.",
        f"{PLAN}/reporting": "Results go to the officer every quarter.",
    },
    "Risk areas": {
        f"{AREA}/id": "classification",
        f"{AREA}/title": "Tariff classification",
        f"{AREA}/likelihood": "3",
        f"{AREA}/impact": "4",
        f"{AREA}/rationale": "New product lines were added.",
        f"{AREA}/objective": "The tariff number declared is correct.",
        f"{AREA}/attributes/0": "Tariff number agrees with the classification database.",
        f"{AREA}/evidence/0": "commercial invoice",
        f"{AREA}/pass_criteria": "Any difference at the eight-digit level is an error.",
        f"{AREA}/sampling/method": "Judg",
        f"{AREA}/sampling/items": "40",
    },
    "Application": {
        f"{SUBMISSION}/date": "11152012",
        f"{SUBMISSION}/delivery/0/method": "Cour",
        f"{SUBMISSION}/exhibits/0/title": "Focused Assessment Report No. 411-11-FA-0023",
        f"{SUBMISSION}/exhibits/1/title": "C-TPAT Portal Status Page",
        f"{SUBMISSION}/exhibits/1/alternative_text": "Screen print of the C-TPAT portal, status certified",
        f"{SUBMISSION}/mou/ior_numbers/0": "<ArrowDown>",
    },
}
FILES = {
    f"{SUBMISSION}/exhibits/0/file": EXHIBITS / "fa-report.pdf",
    f"{SUBMISSION}/exhibits/1/file": EXHIBITS / "ctpat-status.png",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "firm"
    folder.mkdir()
    made = start_desk(folder)
    yield made
    stop(made)


def test_from_an_empty_form_to_a_built_application_and_the_docket_by_keyboard(
    browser: Browser, desk: Desk, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 1400, "height": 900})
    watched = sign_in(context, desk)
    page, hands = watched.page, Typist(watched.page)

    hands.tab_to(lambda at: at["id"] == "new-name", "the name of a new matter")
    page.keyboard.type("Acme ISA")
    page.keyboard.press("Enter")
    page.get_by_text("57 values to fill in").wait_for()

    files = dict(FILES)
    for title, values in SECTIONS.items():
        hands.tab_to(lambda at, title=title: "#/matter/" in at["href"] and at["name"].startswith(title), title)
        page.keyboard.press("Enter")
        page.locator("main h2", has_text=title).first.wait_for()
        left = dict(values)
        hands.fill_section(left, files, marker="Findings")
        assert left == {}, f"{title}: the keyboard did not reach {list(left)}"
    assert files == {}

    aside = page.get_by_role("complementary")
    expect(aside.get_by_text("to fill in")).to_have_count(0)
    expect(page.locator(".found.error")).to_have_count(0)
    status = page.get_by_role("region", name="Addressee and due dates")
    expect(status).to_contain_text("Chief, Partnership Programs Branch")
    expect(status).to_contain_text("June 18, 2013")
    expect(page.get_by_text("Changes not saved")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    file = desk.folder / "Acme ISA" / "matter.yaml"
    assert "legal_name: Acme Trading, Inc." in file.read_text(encoding="utf-8")

    hands.press_on("Build and verify")
    page.get_by_role("heading", name="Verify a signed return").wait_for()
    hands.tab_to(lambda at: at["tag"] == "BUTTON" and at["name"] == "Build", "the button that builds")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Built.", exact=True)).to_be_visible(timeout=180_000)
    package = page.get_by_role("row", name=re.compile("The package, to be signed and sent"))
    hands.tab_to(lambda at: at["tag"] == "A" and at["name"].endswith("-application.pdf"), "the package")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    expect(package).to_be_visible()
    assert page.get_by_role("row", name=re.compile("Checklist for the firm")).count() == 1
    assert page.get_by_role("row", name=re.compile("Pages for one signer")).count() >= 1

    hands.files.append(Path(shutil.copy(download.value.path(), tmp_path / "returned.pdf")))
    hands.tab_to(lambda at: at["id"] == "verify-file", "the signed return")
    page.keyboard.press("Enter")
    expect(page.locator(".conclusion")).to_contain_text("The file is the package as built", timeout=60_000)
    expect(page.get_by_role("row", name=re.compile("Ada Moss")).first).to_contain_text("not yet")

    said = subprocess.run(
        [sys.executable, "-m", "isa_docs", "check", str(file), "--json", "--as-of", "2012-11-15"],
        capture_output=True,
        encoding="utf-8",
    )
    assert said.returncode == 0, said.stdout
    assert [each for each in json.loads(said.stdout)["findings"] if each["severity"] == "error"] == []

    hands.press_on("Docket")
    page.get_by_role("heading", name="Docket", level=1).wait_for()
    hands.tab_to(lambda at: at["id"] == "as-of", "the day of the docket")
    page.keyboard.type("11102012")
    row = page.get_by_role("row", name=re.compile("Acme Trading, Inc."))
    expect(row.first).to_contain_text("In signature")
    expect(row.first).to_contain_text("June 18, 2013")
    assert watched.console == []
    context.close()
