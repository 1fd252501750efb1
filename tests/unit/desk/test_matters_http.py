"""Matters over HTTP: the file stays the file, nobody's change is lost, nothing leaves the folder."""

from __future__ import annotations

import copy
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.desk.conftest import Desk

pytestmark = pytest.mark.slow

CANARY = "219-09-9999"


def start(browser: httpx.Client, name: str, **more: Any) -> str:
    """Start a matter and return its address."""
    answer = browser.post("api/matters", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return f"api/matters/{answer.json()['id']}"


def upload(browser: httpx.Client, name: str, raw: bytes) -> httpx.Response:
    """Upload a matter file."""
    return browser.post("api/matters/upload", files={"file": (name, raw)})


def test_a_new_matter_is_filled_in_and_keeps_the_explanations(desk: Desk, browser: httpx.Client) -> None:
    matter = start(browser, "Acme & Co".replace("&", "and"), submissions=["application", "annual-notification"])
    opened = browser.get(matter).json()
    assert opened["document"]["matter"] == "acme-and-co"
    assert [each["kind"] for each in opened["document"]["submissions"]] == ["application", "annual-notification"]
    opened["document"]["importer"]["legal_name"] = "Acme, Inc."
    saved = browser.put(matter, json={"base_version": opened["version"], "document": opened["document"]}).json()
    assert saved["text"] == opened["text"].replace("\n  legal_name:\n", "\n  legal_name: Acme, Inc.\n")
    assert (desk.folder / "Acme and Co" / "matter.yaml").read_text() == saved["text"]
    assert browser.get(matter + "/file").text == saved["text"]
    listed = {each["file"]: each for each in browser.get("api/matters").json()}
    assert listed["Acme and Co/matter.yaml"]["importer"] == "Acme, Inc."


def test_nothing_that_is_there_is_written_over(browser: httpx.Client) -> None:
    start(browser, "Taken")
    for name in ("Taken", "taken", "TAKEN"):
        assert browser.post("api/matters", json={"name": name}).status_code == 409
    assert upload(browser, "taken.yaml", b"matter: taken\n").status_code == 409


@pytest.mark.parametrize(
    "name",
    ["..", "../x", "a/b", "a\\b", "/etc", ".hidden", "", " ", "CON", "nul.x", "x.", "x" * 100, "ü", "a\nb", "a:b"],
)
def test_names_that_lead_elsewhere_are_refused(desk: Desk, browser: httpx.Client, name: str) -> None:
    before = sorted(desk.folder.parent.iterdir()), sorted(desk.folder.iterdir())
    assert browser.post("api/matters", json={"name": name}).status_code == 422
    assert (sorted(desk.folder.parent.iterdir()), sorted(desk.folder.iterdir())) == before


def test_an_uploaded_file_is_kept_byte_for_byte(desk: Desk, browser: httpx.Client) -> None:
    raw = b"\xef\xbb\xbfmatter: bom-case\r\n# O'Brien\r\nimporter: {legal_name: 'O''Brien & S\xc3\xb6hne'}\r\n"
    matter = f"api/matters/{upload(browser, '../../bom case.YAML', raw).json()['id']}"
    assert (desk.folder / "bom case" / "matter.yaml").read_bytes() == raw
    opened = browser.get(matter).json()
    opened["document"]["importer"]["legal_name"] = "O'Neill"
    browser.put(matter, json={"base_version": opened["version"], "document": opened["document"]})
    assert browser.get(matter + "/file").content == raw.replace(b"O''Brien & S\xc3\xb6hne", b"O''Neill")


def test_what_cannot_be_a_matter_is_told_and_not_kept(desk: Desk, browser: httpx.Client) -> None:
    for name, raw in (
        ("a.yaml", b"a: [1"),
        ("b.json", b"{"),
        ("c.yaml", b"\xff"),
        ("d.txt", b"matter: d\n"),
        ("e.yaml", b"- 1"),
    ):
        answer = upload(browser, name, raw)
        assert answer.status_code == 422 and answer.json()["detail"], name
    assert not [each for each in desk.folder.iterdir() if each.name in "abcde"]


def test_two_people_editing_get_a_clear_conflict_and_lose_nothing(desk: Desk, browser: httpx.Client) -> None:
    matter = start(browser, "Shared")
    with closing(desk.browser()) as other:
        base = browser.get(matter).json()
        mine, theirs = copy.deepcopy(base["document"]), copy.deepcopy(base["document"])
        mine["importer"]["legal_name"], mine["importer"]["phone"] = "Mine, Inc.", "1-800"
        theirs["importer"]["legal_name"], theirs["notes"] = "Theirs, Inc.", "called"
        first = other.put(matter, json={"base_version": base["version"], "document": theirs})
        assert first.status_code == 200
        second = browser.put(matter, json={"base_version": base["version"], "document": mine})
        assert second.status_code == 409
        told = second.json()
        assert told["version"] == first.json()["version"] and told["document"] == theirs
        assert {each["pointer"]: each for each in told["changed"]} == {
            "/importer/legal_name": {
                "pointer": "/importer/legal_name",
                "mine": "Mine, Inc.",
                "theirs": "Theirs, Inc.",
                "base": None,
            },
            "/importer/phone": {"pointer": "/importer/phone", "mine": "1-800", "theirs": None, "base": None},
            "/notes": {"pointer": "/notes", "theirs": "called"},
        }
        assert browser.get(matter).json()["document"] == theirs
    (desk.folder / "Shared" / "matter.yaml").write_text("matter: by-hand\n")
    again = browser.put(matter, json={"base_version": told["version"], "text": "matter: mine\n"})
    assert again.status_code == 409 and again.json()["changed"][0]["theirs"] == "by-hand"


def test_a_file_that_is_broken_by_hand_is_shown_and_mended_as_text(desk: Desk, browser: httpx.Client) -> None:
    matter = start(browser, "Broken")
    (desk.folder / "Broken" / "matter.yaml").write_text("matter: [\n")
    opened = browser.get(matter).json()
    assert opened["document"] is None and opened["findings"][0]["code"] == "INPUT-SYNTAX"
    assert browser.put(matter, json={"base_version": opened["version"], "document": {}}).status_code == 422
    mended = browser.put(matter, json={"base_version": opened["version"], "text": "matter: ok # yes\n"})
    assert mended.json()["document"] == {"matter": "ok"}


def test_links_out_of_the_folder_are_not_followed(desk: Desk, browser: httpx.Client, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("matter: secret\nimporter: {}\n")
    (desk.folder / "link.yaml").symlink_to(secret)
    (desk.folder / "dir").symlink_to(tmp_path)
    assert not [
        each for each in browser.get("api/matters").json() if "link" in each["file"] or "secret" in each["file"]
    ]
    (desk.folder / "link.yaml").unlink()
    (desk.folder / "dir").unlink()


@pytest.mark.slow
def test_the_check_agrees_with_the_command_line(browser: httpx.Client, northwind: str, desk: Desk, invoke: Any) -> None:
    document = browser.get(northwind).json()["document"]

    def both(change: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = copy.deepcopy(document)
        change(data)
        file = desk.folder / "northwind" / "other.json"
        file.write_text(json.dumps(data))
        told = browser.post(northwind + "/check", json={"document": data}).json()
        report = invoke("check", str(file), "--json").report
        file.unlink()
        return told, report

    for change in (
        lambda d: None,
        lambda d: d["importer"].pop("legal_name"),
        lambda d: d["submissions"][2].update(date="2015-06-19"),
        lambda d: d["submissions"][0].update(signer="nobody"),
        lambda d: d["importer"].update({"a/b~c": 1}),
        lambda d: d["self_testing_plan"].update(scope="<b>x</b>"),
    ):
        told, report = both(change)
        paths = [
            "/".join(["", *(str(s).replace("~", "~0").replace("/", "~1") for s in f["path"])])
            for f in report["findings"]
            if "path" in f
        ]
        assert sorted(f["pointer"] for f in told["findings"] if f["pointer"] is not None) == sorted(paths)
        assert (told["verdict"] == "errors") == bool(report["exit_code"])
    whole, _ = both(lambda d: None)
    assert [each["submission"] for each in whole["addressees"]] == ["application", "anl-2015", "appeal-2015"]
    assert whole["addressees"][2]["to"][0].startswith("Assistant Commissioner")
    (appeal,) = [each for each in whole["deadlines"] if each["code"] == "D6"]
    assert appeal["due"] == "2015-06-14" and appeal["steps"][-1] == "Sunday, June 14, 2015: day 10"
    late, _ = both(lambda d: d["submissions"][2].update(date="2015-06-19"))
    finding = next(each for each in late["findings"] if each["code"] == "ISA-APP-001")
    assert finding["pointer"] == "/submissions/2/date" and finding["authority"] == "77 FR 61012" and finding["line"]


def test_the_docket_and_its_calendar(browser: httpx.Client) -> None:
    start(browser, "Hardly begun")
    docket = browser.get("api/docket", params={"as_of": "2015-06-05"}).json()
    row = docket["rows"][0]
    assert (row["submission"], row["state"], row["days_left"]) == ("appeal-2015", "due", 7)
    assert any(each["file"] == "Hardly begun/matter.yaml" for each in docket["unreadable"])
    calendar = browser.get("api/docket.ics", params={"as_of": "2015-06-05"})
    assert calendar.headers["content-type"].startswith("text/calendar") and "BEGIN:VEVENT" in calendar.text
    assert browser.get("api/docket", params={"as_of": "x"}).status_code == 400
    assert browser.get("api/docket", params={"as_of": "0001-01-01"}).status_code == 400


def test_what_is_known_of_addressee_and_dates_is_told_before_the_matter_is_complete(browser: httpx.Client) -> None:
    matter = start(browser, "Appeal", submissions=["discontinuance-appeal"])
    document = browser.get(matter).json()["document"]
    empty = browser.post(f"{matter}/check", json={"document": document}).json()
    assert empty["verdict"] == "errors" and empty["addressees"] == empty["deadlines"] == []
    document["submissions"][0]["notice"] |= {"type": "proposed", "dated": "2015-06-01", "received_on": "2015-06-04"}
    document["submissions"][0]["date"] = "2015-06-11"
    told = browser.post(f"{matter}/check", json={"document": document}).json()
    assert told["provisional"] and told["verdict"] == "errors"
    assert told["addressees"][0]["to"][0] == "Assistant Commissioner"
    assert told["deadlines"][0]["due"] == "2015-06-14"
    document["submissions"][0]["notice"]["received_on"] = "2015-13-04"
    assert browser.post(f"{matter}/check", json={"document": document}).json()["deadlines"] == []


def test_narratives_are_shown_as_elements_never_as_markup(browser: httpx.Client, northwind: str) -> None:
    def html(text: str) -> str:
        return str(browser.post(northwind + "/markdown", json={"text": text}).json()["html"])

    assert html("**a** < b & [c](https://d.example/?q=\"'>)").startswith("<p><strong>a</strong> &lt; b &amp;")
    for attack in ("<script>x</script>", "<img src=x onerror=y>", "[x](javascript:alert(1))", "![x](https://y/z)"):
        shown = html(attack).lower()
        assert not any(sign in shown for sign in ("<script", "<img", "javascript:", "onerror="))


BAD: list[tuple[str, str, Any]] = [
    ("POST", "api/matters", b"{"),
    ("POST", "api/matters", b"[]"),
    ("POST", "api/matters", b'{"name": 5}'),
    ("POST", "api/matters", b'{"name": "x", "other": 1}'),
    ("POST", "api/matters", b'{"name": "ok", "submissions": ["none"]}'),
    ("POST", "api/matters", b'{"name": "\\ud800"}'),
    ("POST", "api/matters", b"\xff"),
    ("POST", "api/matters", b'{"name":' + b"[" * 60_000),
    ("POST", "{m}/check", b"{}"),
    ("POST", "{m}/check", b'{"document": {}, "text": ""}'),
    ("POST", "{m}/check", b'{"document": []}'),
    ("PUT", "{m}", b'{"base_version": ""}'),
    ("PUT", "{m}", b'{"base_version": "", "document": {}, "text": ""}'),
    ("POST", "{m}/preview", b'{"document": {}, "submission": "x"}'),
    ("POST", "{m}/build", b'{"base_version": "0"}'),
    ("POST", "{m}/exhibits", b"{}"),
    ("POST", "{m}/verify", b"{}"),
    ("GET", "{m}/files/../../matter.yaml", None),
    ("GET", "{m}/files/%2e%2e%2fmatter.yaml", None),
    ("GET", "{m}/files/0", None),
    ("GET", "{m}/preview/x/1.png", None),
    ("GET", "{m}/preview/x/99999999999999999999.png", None),
    ("GET", "api/matters/..%2f..%2fetc", None),
    ("GET", "api/matters/zzzz", None),
    ("GET", "api/jobs/none", None),
    ("DELETE", "api/matters", None),
    ("PATCH", "{m}", b"{}"),
    ("GET", "..%2fmatter.yaml", None),
    ("GET", "%00", None),
]


@pytest.mark.parametrize(("method", "path", "body"), BAD)
def test_bad_calls_are_the_callers_fault_and_said_so(
    browser: httpx.Client, northwind: str, method: str, path: str, body: bytes | None
) -> None:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    answer = browser.request(method, path.replace("{m}", northwind), content=body, headers=headers)
    told = path.endswith("/check") and answer.status_code == 200 and answer.json()["verdict"] == "errors"
    assert 400 <= answer.status_code < 500 or told, answer.text
    if not told:
        assert answer.headers["content-type"] == "application/problem+json" and answer.json()["detail"]


def test_what_is_too_large_is_not_read_to_its_end(browser: httpx.Client, northwind: str) -> None:
    def endless() -> Any:
        for _ in range(200):
            yield b'{"name": "' + b"x" * 65_536

    headers = {"Content-Type": "application/json"}
    assert browser.post("api/matters", content=endless(), headers=headers).status_code == 413
    assert upload(browser, "big.yaml", b"#" * 5_100_000).status_code == 413


def test_an_ssn_stands_in_no_address_and_no_log(desk: Desk, browser: httpx.Client) -> None:
    matter = start(browser, "Canary")
    opened = browser.get(matter).json()
    opened["document"]["importer"]["ior_numbers"] = [{"number": CANARY, "name": f"Sole {CANARY}"}]
    opened["document"][CANARY] = CANARY
    saved = browser.put(matter, json={"base_version": opened["version"], "document": opened["document"]})
    assert saved.status_code == 200
    for path, body in (
        ("check", {"document": opened["document"]}),
        ("preview", {"document": opened["document"], "submission": CANARY}),
        ("markdown", {"text": CANARY}),
        ("build", {"base_version": saved.json()["version"], "submissions": [CANARY]}),
    ):
        said = browser.post(f"{matter}/{path}", json=body)
        if path != "markdown":
            assert CANARY not in said.text, path
    browser.get("api/docket")
    upload(browser, f"{CANARY}.yaml", b"a: [")
    browser.post(f"{matter}/exhibits", files={"file": (f"{CANARY}.pdf", b"%PDF-1.4 no")})
    log = desk.log.read_text()
    assert '"route": "/api/matters/{matter}/check"' in log and CANARY not in log
    assert not any(CANARY in address for address in desk.asked)
