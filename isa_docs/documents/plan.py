"""What goes into a submission, in what order, behind which tab, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from isa_docs.documents.characters import curly
from isa_docs.findings import Path
from isa_docs.intake.model import AnnualNotification, Application, DiscontinuanceAppeal, Exhibit, Matter, Submission
from isa_docs.program.editions import EditionChoice, edition_for
from isa_docs.program.recipients import Recipient, recipient_for

ItemKind = Literal["letter", "contents", "paper", "exhibit-sheet", "exhibit"]


@dataclass(frozen=True)
class PlannedItem:
    """One part of a package, before it is made."""

    key: str
    """Unique in the package; names the files in ``parts/``."""
    kind: ItemKind
    title: str
    short_title: str
    tab: str
    """``1``, ``2`` for papers, ``A``, ``B`` for exhibits, empty for the letter and the contents."""
    label: str
    """Page-label prefix; empty for roman numerals."""
    why: str
    template: str | None = None
    exhibit: Exhibit | None = None
    path: Path = ()
    form: str = ""
    """The agency's own form that takes the template's place: a file, relative to the matter's."""


@dataclass(frozen=True)
class SubmissionPlan:
    """A package as planned: the rules in force, the addressee, and the parts in their order."""

    matter: Matter
    submission: Submission
    index: int
    edition: EditionChoice
    recipient: Recipient
    items: tuple[PlannedItem, ...]

    @property
    def tabs(self) -> dict[str, str]:
        """The tab letter of each exhibit id."""
        return {item.exhibit.id: item.tab for item in self.items if item.kind == "exhibit" and item.exhibit}

    def where(self, key: str) -> str:
        """Say where a part is, for a reader of the letter: ``Tab 1`` or ``Exhibit A``."""
        item = next(item for item in self.items if item.key == key)
        return f"{'Exhibit' if item.kind.startswith('exhibit') else 'Tab'} {item.tab}"


LETTERS: dict[type, tuple[str, str, str, str]] = {
    Application: ("transmittal", "Transmittal Letter", "Transmittal letter", "Letter-"),
    AnnualNotification: ("annual-notification", "Annual Notification Letter", "Annual notification", "Letter-"),
    DiscontinuanceAppeal: ("discontinuance-appeal", "Letter of Appeal", "Appeal", "Letter-"),
}

STATEMENTS: dict[type, tuple[str, str]] = {
    Application: ("Statement of Application", "Statement"),
    AnnualNotification: ("Annual Notification", "Annual notification"),
    DiscontinuanceAppeal: ("Statement of Appeal", "Appeal"),
}
"""Title and short title where the same paper goes into the portal."""


def plan_submission(matter: Matter, index: int) -> SubmissionPlan:
    """Plan the package of submission number ``index`` of ``matter`` (design: letter, contents, papers, exhibits)."""
    submission = matter.submissions[index]
    template, title, short, label = LETTERS[type(submission)]
    edition = edition_for(matter, submission)
    if edition.edition == "ctpat-tc":  # a portal takes statements, not letters
        title, short = STATEMENTS[type(submission)]
    items = [
        PlannedItem("letter", "letter", title, short, "", label, "every submission opens with its letter", template)
    ]
    papers: list[PlannedItem] = []
    if isinstance(submission, Application):
        because = "an application must include it (77 FR 61012)"
        mou = PlannedItem("mou", "paper", "Memorandum of Understanding", "MOU", "1", "MOU-", because, "mou")
        papers = [
            on_form(mou, submission.mou.form, ("submissions", index, "mou", "form")) if submission.mou.form else mou,
            PlannedItem(
                "plan",
                "paper",
                "Risk-Based Self-Testing Plan",
                "Self-testing plan",
                "2",
                "PLAN-",
                because,
                "self-testing-plan",
            ),
        ]
    if not isinstance(submission, AnnualNotification):
        why = "a package with several documents has a contents page"
        items.append(PlannedItem("contents", "contents", "Contents", "Contents", "", "", why, "contents"))
    items += papers
    for at, exhibit in enumerate(submission.exhibits):
        items += _exhibit(exhibit, tab_letters(at), ("submissions", index, "exhibits", at))
    return SubmissionPlan(matter, submission, index, edition, recipient_for(matter, submission), tuple(items))


def on_form(mou: PlannedItem, form: str, path: Path = ()) -> PlannedItem:
    """Return the MOU as made on an agency's form instead of the template; ``path`` is where the matter names it."""
    return replace(mou, template=None, form=form, path=path, why=f"{mou.why}; made on the form {form}")


def _exhibit(exhibit: Exhibit, tab: str, path: Path) -> list[PlannedItem]:
    short = f"Exhibit {tab}"
    title = curly(exhibit.title)
    sheet = PlannedItem(
        f"sheet-{exhibit.id}",
        "exhibit-sheet",
        f"Exhibit {tab}: {title}",
        short,
        tab,
        f"{tab}-sheet-",
        "each exhibit stands behind a sheet",
        "exhibit-sheet",
        exhibit,
        path,
    )
    body = PlannedItem(
        f"exhibit-{exhibit.id}",
        "exhibit",
        title,
        short,
        tab,
        f"{tab}-",
        "named in the matter",
        None,
        exhibit,
        path,
    )
    return [sheet, body]


def tab_letters(index: int) -> str:
    """Return the tab of exhibit number ``index`` (from 0): A to Z, then AA, AB ..."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
