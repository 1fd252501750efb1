"""What people see and do at the desk, in a real browser: every view, two people, exhibits, pages, signing out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Desk, Watched, sign_in, start_desk, stop

pytestmark = pytest.mark.slow
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "northwind"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk over a folder with the example, a copy of it for each test that writes, and a file that is no matter."""
    folder = tmp_path_factory.mktemp("firm")
    for name in ("northwind", "shared", "exhibits", "draft"):
        shutil.copytree(EXAMPLE, folder / name)
    (folder / "broken").mkdir()
    (folder / "broken" / "matter.yaml").write_text("matter: [\n", encoding="utf-8")
    made = start_desk(folder)
    yield made
    stop(made)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, desk: Desk) -> Iterator[Watched]:
    """One browser that is signed in, for all tests of this module."""
    context = browser.new_context(locale="en-US", viewport=WIDE, accept_downloads=True)
    yield sign_in(context, desk)
    context.close()


@pytest.fixture
def page(signed_in: Watched) -> Iterator[Page]:
    """A page of its own in that browser; its console must have stayed silent."""
    made = signed_in.page.context.new_page()
    made.set_default_timeout(20_000)
    said: list[str] = []
    made.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: said.append(str(error)))
    made.goto(signed_in.page.url.partition("#")[0])
    made.get_by_role("heading", name="Matters", level=1).wait_for()
    yield made
    made.close()
    # an answer other than success is told there by the browser itself
    assert [each for each in said if not each.startswith("Failed to load resource")] == []


def open_matter(page: Page, folder: str, section: str = "") -> None:
    """Open the matter of a folder from the list, and one of its sections."""
    page.get_by_role("row", name=f"{folder}/matter.yaml").get_by_role("link").click()
    page.locator(".matter").wait_for()
    if section:
        go(page, section)


def go(page: Page, section: str) -> None:
    """Go to a section of the matter that is open, as its link in the navigation does."""
    page.evaluate("key => { location.hash = location.hash.split('/').slice(0, 3).concat(key).join('/') }", section)
    page.locator(f'.sections a[href$="/{section}"][aria-current=page]').wait_for(state="attached")


def field(page: Page, pointer: str) -> str:
    """Return the selector of the control that edits a value."""
    return f'[id="at:{pointer}"]'


def barriers(page: Page) -> list[str]:
    """Return what axe finds wrong with the view, in words."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_no_view_has_barriers_and_the_policy_holds(page: Page, size: dict[str, int], scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(size)  # type: ignore[arg-type]
    wrong = {"matters": barriers(page)}
    page.get_by_role("link", name="Docket").click()
    page.locator("table.docket summary").first.click()
    wrong["docket"] = barriers(page)
    page.get_by_role("link", name="Matters", exact=True).click()
    open_matter(page, "northwind")
    keys = page.locator(".sections a").evaluate_all(
        "all => all.map(each => each.getAttribute('href').split('/').pop())"
    )
    assert len(keys) >= 20
    for key in (
        keys if size == WIDE else [each for each in keys if each in ("people", "areas", "submission-3", "build")]
    ):
        go(page, key)
        for fold in page.locator(".fold[aria-expanded=false]").all()[:3]:
            fold.click()
        wrong[key] = barriers(page)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{key} must be scrolled sideways by {too_wide} pixels"
    page.locator(".addressee summary").click()
    page.locator(".due summary").click()
    wrong["status"] = barriers(page)
    assert {view: found for view, found in wrong.items() if found} == {}


def test_the_first_view_stands_within_a_second_and_nothing_is_kept(page: Page) -> None:
    times = []
    for _ in range(3):
        page.reload()
        page.get_by_role("row", name="northwind/matter.yaml").wait_for()
        times.append(page.evaluate("performance.now()"))
    assert min(times) < 1000, times
    open_matter(page, "northwind", "numbers")
    covered = page.locator(field(page, "/importer/ior_numbers/0/number"))
    assert covered.evaluate("each => getComputedStyle(each).webkitTextSecurity") == "disc"
    page.locator("main").get_by_role("button", name="Show the number").first.click()
    assert covered.evaluate("each => getComputedStyle(each).webkitTextSecurity") == "none"
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"
    )
    assert kept == [0, 0, 0]
    assert page.evaluate("document.cookie") == ""
    assert "orthwind" not in page.url and "12-345" not in page.url


def test_what_is_wrong_stands_beside_its_field_and_leads_there(page: Page) -> None:
    open_matter(page, "draft", "submission-2")
    page.locator(field(page, "/submissions/1/date")).fill("2015-03-20")
    found = page.locator(".found.error")
    expect(found).to_contain_text("1 error")
    go(page, "people")
    mail = page.locator(field(page, "/people/isa_contact/email"))
    mail.fill("nobody")
    beside = page.locator('.field[data-pointer="/people/isa_contact/email"] .said')
    expect(beside).to_contain_text("E-mail must be an e-mail address, for example name@company.com.")
    expect(mail).to_have_attribute("aria-invalid", "true")
    assert "said" in str(mail.get_attribute("aria-describedby"))
    mail.fill("lee@northwind.example")
    expect(beside).to_have_count(0)
    expect(found).to_contain_text("1 error")  # the rule of the program, from the server
    expect(found).to_contain_text("77 FR 61012")
    link = found.get_by_role("button", name=re.compile("Go to Submissions 2"))
    link.click()
    expect(page.get_by_role("heading", name=re.compile("Annual notification"), level=2)).to_be_visible()
    expect(page.locator("[id^='at:/submissions/1']:focus")).to_have_count(1)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Docket").click()  # asks, because nothing was saved
    page.get_by_role("heading", name="Docket", level=1).wait_for()


def test_two_people_lose_nothing_and_comments_stay(page: Page, desk: Desk, signed_in: Watched) -> None:
    other = signed_in.page
    other.goto(page.url.partition("#")[0] + "#/matters")
    for each in (page, other):
        open_matter(each, "shared", "importer")
    file = desk.folder / "shared" / "matter.yaml"
    before = file.read_text(encoding="utf-8").splitlines()

    other.locator(field(other, "/importer/phone")).fill("(253) 555-0199")
    other.locator(field(other, "/importer/organization")).fill("a Washington corporation")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved", exact=True)).to_be_visible()
    page.locator(field(page, "/importer/phone")).fill("(253) 555-0111")
    page.locator(field(page, "/importer/email")).fill("isa@northwind.example")
    page.get_by_role("button", name="Save").click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Importer › Telephone")
    expect(dialog).to_contain_text("2 other changes")
    assert barriers(page) == []
    save = dialog.get_by_role("button", name="Save both together")
    expect(save).to_be_disabled()
    dialog.get_by_label(re.compile("Theirs")).check()
    save.click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    after = file.read_text(encoding="utf-8").splitlines()
    changed = {(old.strip(), new.strip()) for old, new in zip(before, after, strict=True) if old != new}
    assert changed == {
        ("phone: (253) 555-0100", "phone: (253) 555-0199"),
        ("organization: a Delaware corporation", "organization: a Washington corporation"),
        ("email: trade@northwind.example", "email: isa@northwind.example"),
    }
    assert after[1].startswith("# A fictitious U.S. importer")


def test_exhibits_are_dropped_told_of_and_put_in_order(page: Page, desk: Desk) -> None:
    open_matter(page, "exhibits", "submission-1")
    cards = page.locator('[data-pointer="/submissions/0/exhibits"] > ol.cards > li')
    expect(cards).to_have_count(3)
    page.get_by_label("Add exhibit files").set_input_files(
        [EXAMPLE / "exhibits" / "corrections.jpg", EXAMPLE / "matter.yaml"]
    )
    expect(page.locator(".arrived")).to_contain_text("matter.yaml was not taken")
    expect(page.locator(".arrived")).to_contain_text("Say under alternative text what the picture shows.")
    expect(cards).to_have_count(4)
    alternative = field(page, "/submissions/0/exhibits/3/alternative_text")
    expect(page.locator(alternative)).to_be_focused()
    page.keyboard.type("A log of corrections")

    page.get_by_role("button", name="Move up exhibit 4").press("Enter")
    expect(page.locator(field(page, "/submissions/0/exhibits/2/alternative_text"))).to_have_value(
        "A log of corrections"
    )
    expect(page.get_by_role("button", name="Move up exhibit 3")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="exhibit 4 is now number 3 of 4")).to_have_count(1)
    cards.nth(2).locator(".fold").click()  # folded, so that all of them are in view
    cards.nth(1).evaluate("each => each.scrollIntoView({block: 'center'})")
    expect(page.locator(field(page, "/submissions/0/exhibits/2/title"))).to_have_count(0)
    cards.nth(0).locator(".grip").drag_to(cards.nth(3).locator(".grip"))
    expect(cards.nth(3)).to_contain_text("Focused Assessment Report")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    text = (desk.folder / "exhibits" / "matter.yaml").read_text(encoding="utf-8")
    listed = text.split("kind: annual-notification")[0]
    order = ["ctpat-status.png", "A log of corrections", "secretary-certificate.docx", "fa-report.pdf"]
    assert sorted(order, key=listed.index) == order


def test_pages_lead_to_fields_and_findings_to_pages(page: Page) -> None:
    open_matter(page, "draft", "submission-2")
    page.locator("aside").get_by_role("button", name="Pages").click()
    images = page.locator(".sheet img")
    expect(images.first).to_be_visible(timeout=90_000)
    assert images.first.evaluate("async each => { await each.decode(); return each.naturalWidth }") > 300
    page.locator('.mark[data-mark="/people/isa_contact/name"]').first.press("Enter")
    expect(page.locator(field(page, "/people/isa_contact/name"))).to_be_focused()
    page.locator(field(page, "/people/isa_contact/email")).fill("nobody")
    expect(page.locator(".pages .said")).to_contain_text("E-mail", timeout=30_000)
    page.locator("aside .tabs").get_by_role("button", name=re.compile("Findings")).click()
    page.get_by_role("button", name=re.compile("Show the page of People › ISA contact › E-mail")).click()
    expect(page.locator(".mark.wanted")).to_be_focused()
    assert barriers(page) == []


def test_a_file_that_cannot_be_read_can_be_mended_as_text(page: Page, desk: Desk) -> None:
    open_matter(page, "broken")
    expect(page.locator("main .said.error")).to_contain_text("Line")
    page.get_by_label("Text of the file").fill("# mended\nmatter: mended\n")
    page.get_by_role("button", name="Save the text").click()
    expect(page.locator(".found.gap")).to_contain_text("Importer")
    assert (desk.folder / "broken" / "matter.yaml").read_text(encoding="utf-8") == "# mended\nmatter: mended\n"


def test_signing_out_elsewhere_keeps_what_was_typed(browser: Browser, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "northwind")
    own = start_desk(tmp_path)
    context: BrowserContext = browser.new_context()
    try:
        page = sign_in(context, own).page
        open_matter(page, "northwind", "importer")
        page.context.clear_cookies()
        page.locator(field(page, "/importer/legal_name")).fill("Southwind, Inc.")
        page.get_by_role("heading", name="This browser is no longer signed in").wait_for()
        assert barriers(page) == []
        with page.expect_download() as download:
            page.get_by_role("button", name="Download the unsaved matter").click()
        assert "Southwind, Inc." in Path(download.value.path()).read_text(encoding="utf-8")
    finally:
        context.close()
        stop(own)
