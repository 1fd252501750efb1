"""The page judges a matter as the command line does: the same verdict, the same codes, the same failing paths."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from isa_docs.desk.checking import check, source_of
from isa_docs.desk.pointers import pointer
from isa_docs.errors import InputError
from isa_docs.intake.load import load_text
from isa_docs.intake.source import parse_source
from isa_docs.intake.validate import validate
from tests.browser.matters import generated

pytestmark = pytest.mark.slow
STATIC = Path(__file__).resolve().parents[2] / "isa_docs" / "desk" / "static"
COUNT = 400
JUDGE = "texts => texts.map(text => isaDesk.failures(JSON.parse(text)).map(each => [each.code, each.pointer]))"
AS_OF = date(2015, 1, 12)


def page_alone(browser: Browser) -> Page:
    """Open the built page without a server: its validator needs none."""
    page = browser.new_page()

    def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2] or "index.html"
        path = STATIC / name
        if path.is_file():
            route.fulfill(path=path)
        else:
            route.fulfill(status=404, body="{}")

    page.route("**/*", serve)
    page.goto("http://desk.test/")
    page.wait_for_function("() => window.isaDesk")
    return page


def told(findings: Any) -> set[tuple[str, str]]:
    """Return code and place of each finding."""
    return {(each.code, pointer(each.path or ())) for each in findings}


def test_the_page_and_the_command_line_give_the_same_verdict_and_the_same_failing_paths(browser: Browser) -> None:
    texts = [json.dumps(each) for each in generated(COUNT, seed=20121115)]
    sources = [parse_source(text.encode(), "matter.yaml") for text in texts]
    expected = [told(validate(source)) for source in sources]
    opened = [json.dumps(source.data) for source in sources]  # as the server hands the file to the page
    found = [{(code, place) for code, place in each} for each in page_alone(browser).evaluate(JUDGE, opened)]

    wrong = [(number, expected[number] ^ found[number]) for number in range(COUNT) if expected[number] != found[number]]
    assert wrong == []
    codes = Counter(code for each in expected for code, _ in each)
    assert len(codes) >= 10, codes
    assert 25 <= sum(not each for each in expected) <= COUNT - 100, "Both valid and damaged matters are wanted."


def test_what_the_server_adds_is_what_the_loader_says() -> None:
    for matter in generated(60, seed=77):
        text = json.dumps(matter)
        source = parse_source(text.encode(), "matter.yaml")
        validate(source)
        answer = check(source_of(source.data, "matter.yaml"), None, Path(), AS_OF)
        errors = {(each["code"], each["pointer"]) for each in answer["findings"]}
        try:
            load_text(text)
        except InputError as error:
            assert errors == told(error.findings)
            assert answer["verdict"] == "errors"
        else:
            assert not {
                code for code, _ in errors if code.startswith("SCHEMA-") or code in ("REF-UNKNOWN", "REF-TWICE")
            }
