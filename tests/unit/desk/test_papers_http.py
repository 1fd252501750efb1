"""Pages, exhibits, builds and returns over HTTP, with the real converter."""

from __future__ import annotations

import copy
import io
import time
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.unit.desk.conftest import ROOT, Desk

pytestmark = pytest.mark.slow
EXHIBITS = ROOT / "examples" / "northwind" / "exhibits"


@pytest.fixture(scope="module")
def document(browser: httpx.Client, northwind: str) -> dict[str, Any]:
    """The example's data."""
    data: dict[str, Any] = browser.get(northwind).json()["document"]
    return data


def preview(browser: httpx.Client, northwind: str, document: dict[str, Any], submission: str) -> dict[str, Any]:
    """Ask for a preview, which must come."""
    answer = browser.post(f"{northwind}/preview", json={"document": document, "submission": submission})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_pages_are_those_of_the_package_with_marks_that_lead_to_their_fields(
    browser: httpx.Client, northwind: str, document: dict[str, Any]
) -> None:
    changed = copy.deepcopy(document)
    changed["submissions"][1]["results"][0]["root_cause"] = "A *new* broker keyed the wrong value."
    made = preview(browser, northwind, changed, "anl-2015")
    assert made["watermark"] is False and len(made["pages"]) == 6
    assert [page["n"] for page in made["pages"]] == list(range(1, 7))
    first = made["pages"][0]
    assert (first["label"], first["width"], first["height"]) == ("Letter-1", 612, 792)
    marks = {mark["pointer"]: mark["box"] for page in made["pages"] for mark in page["marks"]}
    for wanted in ("/importer/legal_name", "/submissions/1/date", "/submissions/1/results/0/root_cause"):
        left, top, right, bottom = marks[wanted]
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    assert made["pages"][-1]["marks"] == [{"pointer": "/submissions/1/exhibits/0/file", "box": [0, 0, 1, 1]}]
    picture = Image.open(io.BytesIO(browser.get(f"{northwind}/{made['pages'][0]['src']}").content))
    assert (picture.format, picture.size) == ("PNG", (680, 880))
    dense = browser.get(f"{northwind}/{made['pages'][0]['src']}", params={"scale": "2"})
    assert Image.open(io.BytesIO(dense.content)).size == (1360, 1760)
    assert browser.get(f"api/matters/0000000000000000/{made['pages'][0]['src']}").status_code == 404


def test_a_draft_is_marked_until_nothing_stops_it(
    browser: httpx.Client, northwind: str, document: dict[str, Any]
) -> None:
    def gray(made: dict[str, Any]) -> int:
        picture = Image.open(io.BytesIO(browser.get(f"{northwind}/{made['pages'][0]['src']}").content)).convert("L")
        return picture.histogram()[217]

    clean = preview(browser, northwind, document, "anl-2015")
    open_rule = copy.deepcopy(document)
    open_rule["submissions"][1]["continues_to_meet_requirements"] = False
    draft = preview(browser, northwind, open_rule, "anl-2015")
    assert (clean["watermark"], draft["watermark"]) == (False, True)
    assert gray(draft) > 10_000 > 1_000 > gray(clean)
    missing = copy.deepcopy(document)
    missing["submissions"][1]["exhibits"][0]["file"] = "exhibits/not-there-yet.pdf"
    assert preview(browser, northwind, missing, "anl-2015")["watermark"] is True
    del missing["importer"]["legal_name"]
    answer = browser.post(f"{northwind}/preview", json={"document": missing, "submission": "anl-2015"})
    assert answer.status_code == 422 and answer.json()["findings"][0]["pointer"] == "/importer/legal_name"


def test_a_preview_after_an_edit_converts_what_changed_and_nothing_else(
    browser: httpx.Client, northwind: str, document: dict[str, Any]
) -> None:
    preview(browser, northwind, document, "anl-2015")
    seconds = []
    for number in range(3):
        changed = copy.deepcopy(document)
        changed["submissions"][1]["results_note"] = f"Note {number} of {time.time_ns()}."
        began = time.monotonic()
        made = preview(browser, northwind, changed, "anl-2015")
        assert browser.get(f"{northwind}/{made['pages'][0]['src']}").status_code == 200
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 8, seconds  # measured: 0.6 s on two idle cores; this only tells a fresh start from a warm one


def test_a_preview_that_is_out_of_date_gives_way(
    browser: httpx.Client, northwind: str, document: dict[str, Any], desk: Desk
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    bodies = []
    for number in range(4):
        changed = copy.deepcopy(document)
        changed["importer"]["phone"] = f"(253) 555-{time.time_ns() % 10_000:04d}"
        changed["submissions"][0]["message"] = f"Message {number} of {time.time_ns()}."
        bodies.append({"document": changed, "submission": "application"})

    def ask(body: dict[str, Any]) -> int:
        time.sleep(0.15 * bodies.index(body))
        return browser.post(f"{northwind}/preview", json=body).status_code

    with ThreadPoolExecutor(4) as threads:
        codes = list(threads.map(ask, bodies))
    assert codes[-1] == 200 and codes.count(409) >= 2 and set(codes) <= {200, 409}


def test_exhibits_are_looked_at_and_kept_beside_the_matter(desk: Desk, browser: httpx.Client, northwind: str) -> None:
    def send(name: str, data: bytes) -> httpx.Response:
        return browser.post(f"{northwind}/exhibits", files={"file": (name, data)})

    png = (EXHIBITS / "ctpat-status.png").read_bytes()
    told = send("../../Status page.png", png).json()
    assert told["needs_alt_text"] and told["pages"] == 1 and told["kind"] == "png"
    assert told["suggestion"] == {
        "id": "status-page",
        "kind": "other",
        "title": "Status page",
        "file": "exhibits/Status page.png",
    }
    stored = desk.folder / "northwind" / "exhibits"
    assert (stored / "Status page.png").read_bytes() == png
    assert send("Status page.png", png).json()["file"] == "exhibits/Status page.png"
    other = (EXHIBITS / "mail-log.tif").read_bytes()
    assert send("Status page.png", other).json()["file"] == "exhibits/Status page-2.png"
    assert (stored / "Status page.png").read_bytes() == png
    assert send("CON.pdf", (EXHIBITS / "notice.pdf").read_bytes()).json()["file"] == "exhibits/_CON.pdf"
    before = sorted(stored.iterdir())
    for name, data in (("junk.pdf", b"%PDF-1.4 junk"), ("note.txt", b"hello"), ("empty.pdf", b"")):
        answer = send(name, data)
        assert answer.status_code == 422 and answer.json()["detail"], name
    assert sorted(stored.iterdir()) == before
    listed = {each["file"]: each for each in browser.get(f"{northwind}/exhibits").json()}
    assert listed["exhibits/fa-report.pdf"]["used_by"] == ["application: Exhibit A"]
    assert listed["exhibits/_CON.pdf"]["used_by"] == []


def test_an_exhibits_folder_that_leads_elsewhere_is_not_written(
    desk: Desk, browser: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    made = browser.post("api/matters", json={"name": "Linked"}).json()
    (desk.folder / "Linked" / "exhibits").symlink_to(elsewhere)
    data = (EXHIBITS / "notice.pdf").read_bytes()
    answer = browser.post(f"api/matters/{made['id']}/exhibits", files={"file": ("a.pdf", data)})
    assert answer.status_code == 422 and not list(elsewhere.iterdir())


def test_a_package_is_built_downloaded_and_verified(desk: Desk, browser: httpx.Client, northwind: str) -> None:
    version = browser.get(northwind).json()["version"]
    asked = browser.post(f"{northwind}/build", json={"base_version": version, "submissions": ["anl-2015"]})
    assert asked.status_code == 202
    again = browser.post(f"{northwind}/build", json={"base_version": version, "submissions": ["anl-2015"]})
    assert again.json()["job"] == asked.json()["job"]
    while (job := browser.get(f"api/jobs/{asked.json()['job']}").json())["state"] in ("queued", "running"):
        time.sleep(0.2)
    assert job["state"] == "done", job
    (package,) = job["result"]["packages"]
    assert (package["submission"], package["pages"], package["current"]) == ("anl-2015", 6, True)
    kinds = {each["kind"]: each for each in package["files"]}
    assert {"package", "packet", "checklist", "manifest", "word"} <= set(kinds)
    assert browser.get(f"{northwind}/build").json()["packages"] == [
        {name: value for name, value in package.items() if name != "superseded"}
    ]
    pdf = browser.get(f"{northwind}/{kinds['package']['url']}")
    assert pdf.content.startswith(b"%PDF-") and pdf.headers["content-disposition"].startswith("attachment")
    checklist = browser.get(f"{northwind}/{kinds['checklist']['url']}")
    assert checklist.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    verdict = browser.post(f"{northwind}/verify", files={"file": ("back.pdf", pdf.content)}).json()
    assert verdict["reliable"] and verdict["as_built"] and verdict["submission"] == "anl-2015"
    assert [each["signed"] for each in verdict["signatures"]] == [False]
    tampered = pdf.content.replace(b"%%EOF", b"%%E0F")
    assert browser.post(f"{northwind}/verify", files={"file": ("back.pdf", tampered)}).json()["reliable"] is False
    assert not any("anl-2015" in address or "northwind" in address for address in desk.asked)
    stale = browser.post(f"{northwind}/build", json={"base_version": "0" * 64})
    assert stale.status_code == 409 and stale.json()["version"] == version
    rows = browser.get("api/docket", params={"as_of": "2015-01-02"}).json()["rows"]
    assert {row["submission"]: row["state"] for row in rows}["anl-2015"] == "in-signature"
    unknown = browser.post(f"{northwind}/build", json={"base_version": version, "submissions": ["x"]})
    assert unknown.status_code == 422


def test_a_build_that_the_rules_stop_says_why(desk: Desk, browser: httpx.Client) -> None:
    text = (ROOT / "examples" / "northwind" / "matter.yaml").read_text()
    late = text.replace("matter: northwind-isa", "matter: late-isa").replace("date: 2015-06-11", "date: 2015-06-19")
    made = browser.post("api/matters/upload", files={"file": ("late.yaml", late.encode())}).json()
    (desk.folder / "late" / "exhibits").symlink_to(desk.folder / "northwind" / "exhibits")
    matter = f"api/matters/{made['id']}"
    version = browser.get(matter).json()["version"]
    asked = browser.post(f"{matter}/build", json={"base_version": version, "submissions": ["appeal-2015"]}).json()
    while (job := browser.get(f"api/jobs/{asked['job']}").json())["state"] in ("queued", "running"):
        time.sleep(0.2)
    assert job["state"] == "failed"
    assert job["result"]["failed"][0]["submission"] == "appeal-2015"
    codes = {each["code"]: each for each in job["result"]["findings"]}
    assert codes["ISA-APP-001"]["pointer"] == "/submissions/2/date"
