"""Choose the office a submission goes to, from the effective-dated directory, and say why.

The directory is ``data/recipients.toml``. An address CBP gave for the submission (``confirmations`` of the
matter) wins over it and is shown as such; an entry whose office no longer existed is returned, marked not
current, so that a rule can stop the build. Nothing is swapped silently.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal

from isa_docs.intake.model import Confirmation, Matter, Submission
from isa_docs.program._data import table
from isa_docs.program.authorities import Confidence, cite_all
from isa_docs.program.calendar import long_date
from isa_docs.program.editions import edition_for

_TITLES = ("Chief", "Commissioner", "Director")
"""The last words of titles that a salutation can use."""

Source = Literal["directory", "confirmation", "portal"]
Channel = Literal["post", "portal", "email"]


@dataclass(frozen=True)
class Recipient:
    """The office a submission is addressed to.

    ``lines`` is the address block exactly as printed, empty where none is printed (``channel`` is then
    ``portal`` or ``email`` and ``contact`` says where). ``current`` is false when the office did not exist, or
    was not known, on the submission's date.
    """

    key: str
    source: Source
    channel: Channel
    lines: tuple[str, ...]
    salutation: str
    why: str
    authority: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    confidence: Confidence
    verified: date | None
    current: bool
    contact: str | None = None
    note: str = ""
    confirmation: Confirmation | None = None

    @property
    def one_line(self) -> str:
        """Return the address on one line, or the portal or mailbox that takes its place."""
        if self.lines:
            return ", ".join(self.lines)
        return f"CTPAT Trade Compliance portal ({self.contact})" if self.channel == "portal" else self.contact or ""

    @property
    def span(self) -> str:
        """Return the days on which the entry is known to hold."""
        if self.valid_from is None:
            return "as confirmed by CBP"
        end = f" to {long_date(self.valid_to)}" if self.valid_to else " on"
        return f"from {long_date(self.valid_from)}{end}"

    @property
    def sentence(self) -> str:
        """Say which office, why, by what authority and how well that is known."""
        basis = f" ({cite_all(self.authority)}; {self.confidence.words})" if self.authority else ""
        return f"{self.one_line}. {self.why}{basis}"


@dataclass(frozen=True)
class WrongOffice:
    """A real CBP office that takes other mail; recognized by fragments of its address."""

    key: str
    match: tuple[str, ...]
    office: str
    reason: str


@cache
def directory() -> dict[str, tuple[frozenset[str], frozenset[str], Recipient]]:
    """Return the directory by key: kinds of submission, editions, and the entry."""
    found = {}
    for key, row in table("recipients").items():
        if key == "wrong":
            continue
        channel: Channel = row["channel"]
        entry = Recipient(
            key=key,
            source="directory" if channel == "post" else "portal",
            channel=channel,
            lines=tuple(row["lines"]),
            salutation=row["salutation"],
            why=row["why"],
            authority=tuple(row["authority"]),
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            confidence=Confidence(row["confidence"]),
            verified=row["verified"],
            current=True,
            contact=row.get("contact"),
            note=row.get("note", ""),
        )
        found[key] = (frozenset(row["kinds"]), frozenset(row["editions"]), entry)
    return found


@cache
def wrong_offices() -> tuple[WrongOffice, ...]:
    """Return the CBP offices that are known and wrong for these papers."""
    return tuple(
        WrongOffice(key, tuple(row["match"]), row["office"], row["reason"])
        for key, row in table("recipients")["wrong"].items()
    )


def kind_of(submission: Submission) -> str:
    """Return the kind of ``submission`` as the matter file writes it."""
    return str(submission.__struct_config__.tag)


def confirmation_for(matter: Matter, submission: Submission) -> Confirmation | None:
    """Return the latest confirmation recorded for ``submission``, if any."""
    found = [c for c in matter.confirmations if c.submission == submission.id]
    return max(found, key=lambda c: c.on) if found else None


def expected_key(matter: Matter, submission: Submission) -> str:
    """Return the directory key that the law gives for the kind and edition of ``submission``."""
    kind, edition = kind_of(submission), edition_for(matter, submission).edition
    if edition == "ctpat-tc":
        return "ctpat_appeal" if kind == "discontinuance-appeal" else "ctpat_tc_portal"
    return "isa_appeal_2012" if kind == "discontinuance-appeal" else "isa_ppb_2012"


def recipient_for(matter: Matter, submission: Submission) -> Recipient:
    """Return the office ``submission`` goes to (77 FR 61012; after March 2020 the CTPAT portal).

    A recorded confirmation wins for the two mailed editions. Otherwise the directory entry of the 2012 notice
    is returned even when it is stale, with ``current`` false and the reason in ``note``.
    """
    entry = directory()[expected_key(matter, submission)][2]
    confirmation = confirmation_for(matter, submission)
    if confirmation is not None and confirmation.address and entry.channel == "post":
        return _confirmed(confirmation, entry)
    if _covers(entry, submission.date):
        return entry
    return replace(entry, current=False, note=_why_not_current(entry, submission.date))


def _confirmed(confirmation: Confirmation, entry: Recipient) -> Recipient:
    if confirmation.reason == "historical":
        why = f"Addressed as a historical paper on the instruction of {confirmation.by}, {long_date(confirmation.on)}."
    else:
        why = f"CBP gave this address: {confirmation.by}, by {confirmation.how}, on {long_date(confirmation.on)}."
    return Recipient(
        key=entry.key if confirmation.address == entry.lines else "confirmed",
        source="confirmation",
        channel="post",
        lines=confirmation.address,
        salutation=confirmation.salutation or _salutation(confirmation.address, entry),
        why=why,
        authority=(),
        valid_from=None,
        valid_to=None,
        confidence=Confidence.SEEN,
        verified=confirmation.on,
        current=True,
        note=confirmation.note or "",
        confirmation=confirmation,
    )


def _salutation(address: tuple[str, ...], entry: Recipient) -> str:
    """Return the salutation for an address that CBP gave: by its own title, and none where it names nobody."""
    if address == entry.lines:
        return entry.salutation
    title = address[0].partition(",")[0]
    return f"Dear {title}:" if title.endswith(_TITLES) else ""


def _covers(entry: Recipient, day: date) -> bool:
    after_start = entry.valid_from is None or day >= entry.valid_from
    return after_start and (entry.valid_to is None or day <= entry.valid_to)


def _why_not_current(entry: Recipient, day: date) -> str:
    if entry.valid_from and day < entry.valid_from:
        return f"the address is known only {entry.span}"
    if entry.channel == "post":
        return (
            f"the Office of International Trade was abolished in March 2016 and the address is known only {entry.span}"
        )
    return f"the channel is known only {entry.span}"
