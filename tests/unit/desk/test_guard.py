"""Who may call the desk, and what every answer carries."""

from __future__ import annotations

from contextlib import closing

import httpx
import pytest

from tests.unit.desk.conftest import Desk

pytestmark = pytest.mark.slow


def test_the_link_signs_in_once_and_the_key_does_not_stay_in_the_address(desk: Desk) -> None:
    client = desk.browser()
    used = next(each for each in reversed(desk.asked) if "key=" in each).rpartition("key=")[2]
    with desk.stranger() as other:
        assert other.get("", params={"key": used}).status_code == 403
        assert other.get("", params={"key": "x" * 32}).status_code == 403
        said = client.cookies.jar
        (cookie,) = list(said)
        assert cookie.path == "/desk" and cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "strict"
    with closing(desk.browser()) as again:  # the command printed another link meanwhile
        assert again.get("api/session").status_code == 200


def test_without_a_session_nothing_is_told(desk: Desk) -> None:
    with desk.stranger() as stranger:
        for path in ("api/session", "api/matters", "api/docket", "api/docket.ics", "api/jobs/x", "api/nothing"):
            answer = stranger.get(path)
            assert answer.status_code == 401 and answer.headers["content-type"] == "application/problem+json"
        assert stranger.get("").status_code == 401
        assert stranger.post("api/matters", json={"name": "x"}).status_code == 401


@pytest.mark.parametrize(
    "path", ["", "desk.js", "api/session", "api/nothing", "nothing", "api/matters/0000000000000000"]
)
def test_every_answer_carries_the_policy(browser: httpx.Client, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-cache" if path in ("", "desk.js") else "no-store")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-Desk-Token": ""},
        {"X-Desk-Token": "ü"},
    ],
)
def test_calls_from_elsewhere_are_refused_and_change_nothing(
    desk: Desk, browser: httpx.Client, headers: dict[str, str]
) -> None:
    sent = {name: value.encode() for name, value in headers.items()}
    answer = browser.post("api/matters", json={"name": "made from elsewhere"}, headers=sent)
    assert answer.status_code == 403, answer.text
    assert not (desk.folder / "made from elsewhere").exists()
    if "X-Desk-Token" not in headers:
        assert browser.get("api/session", headers=sent).status_code == 403


def test_a_form_of_another_site_cannot_speak_json(browser: httpx.Client) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = browser.post("api/matters", content='{"name": "x"}', headers={"Content-Type": kind})
        assert answer.status_code == 415


def test_signing_out_ends_the_session(desk: Desk) -> None:
    with closing(desk.browser()) as client:
        assert client.delete("api/session").status_code == 204
        assert client.get("api/session").status_code == 401
