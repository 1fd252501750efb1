"""The finished papers, re-read from the merged PDF: enclosures, names, numbers, dates, leftovers.

Text comes from a PDF reader, which breaks lines and may lose blanks; every comparison is made on text without
any white space and in one Unicode form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from isa_docs.intake.model import AnnualNotification, Application, DiscontinuanceAppeal, Submission
from isa_docs.program.calendar import long_date
from isa_docs.program.ior import mask, normalize, parse_ior
from isa_docs.program.recipients import wrong_offices
from isa_docs.program.rules.registry import ERROR, Case, Problem, rule
from isa_docs.program.rules.wording import PLACEHOLDERS, slips_in

PaperKind = Literal["letter", "mou", "plan", "contents", "exhibit-sheet", "exhibit"]
_WRITTEN = ("letter", "mou", "plan")
_IOR_IN_TEXT = re.compile(r"(?<![\w-])\d{2}-\d{7}(?:[0-9A-Z]{2})?(?![\w-])")


@dataclass(frozen=True)
class FinishedPaper:
    """One document of the merged package: its kind, title, first page (1-based) and the text of each page."""

    kind: PaperKind
    title: str
    first_page: int
    pages: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """The text of all pages."""
        return "\n".join(self.pages)

    @cached_property
    def squeezed(self) -> str:
        """The text of all pages as it is compared."""
        return squeeze(self.text)

    @cached_property
    def unhyphenated(self) -> str:
        """The same without hyphens: one at a line's end may be the word's own, or the line's."""
        return self.squeezed.replace("-", "")


@dataclass(frozen=True)
class Enclosure:
    """One line of the enclosure list or contents: title, the page it names (1-based), the tab if there is one."""

    title: str
    page: int | None = None
    tab: str | None = None


@dataclass(frozen=True)
class PackageCase(Case[Submission]):
    """What a package rule judges: the submission and its finished papers."""

    papers: tuple[FinishedPaper, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    signature_fields: frozenset[str] | None = None

    def of(self, *kinds: str) -> Iterator[FinishedPaper]:
        """Yield the papers of ``kinds``."""
        return (paper for paper in self.papers if paper.kind in kinds)


def squeeze(text: str) -> str:
    """Return ``text`` in one Unicode form: no white space, soft hyphens or line-end marks, apostrophes straight."""
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("\u2010", "-").replace("\u2011", "-")
    return "".join(plain.replace("\u2019", "'").split())


def _has(paper: FinishedPaper, words: str) -> bool:
    wanted = squeeze(words)
    return wanted in paper.squeezed or wanted.replace("-", "") in paper.unhyphenated


@rule(
    "ISA-PKG-001",
    "Enclosure list does not agree with the package",
    severity=ERROR,
    scope="package",
    authority=("practice",),
    remedy="Build again; if it stays, the template prints the list in another order or drops a title.",
    example="the letter lists Tab B on page 9, and page 9 does not bear its title",
)
def isa_pkg_001(case: PackageCase) -> Iterator[Problem]:
    """What the letter says is enclosed is enclosed, on the page and behind the tab it names, and nothing more."""
    pages: dict[int, str] = {}
    for paper in case.papers:
        for offset, text in enumerate(paper.pages):
            pages[paper.first_page + offset] = text
    for line in case.enclosures:
        if line.page is not None and line.page not in pages:
            yield Problem(f"{line.title!r} is listed on page {line.page}, which the package does not have.")
        elif line.page is not None and squeeze(line.title) not in squeeze(pages[line.page]):
            if not any(p.first_page == line.page and p.title == line.title for p in case.papers):
                yield Problem(f"{line.title!r} is listed on page {line.page}, where it is not.")
        elif line.page is None and not any(p.title == line.title for p in case.papers):
            yield Problem(f"{line.title!r} is listed but not enclosed.")
    for letter in case.of("letter"):
        for line in case.enclosures:
            if not _has(letter, line.title):
                yield Problem(f"{line.title!r} is enclosed, but {letter.title} does not list it.")
    if case.enclosures:
        listed = {squeeze(line.title) for line in case.enclosures}
        for exhibit in case.submission.exhibits:
            if squeeze(exhibit.title) not in listed:
                yield Problem(f"The exhibit {exhibit.title!r} is enclosed but not listed.")


@rule(
    "ISA-PKG-002",
    "Placeholder left in a finished paper",
    severity=ERROR,
    scope="package",
    authority=("practice",),
    remedy="Correct the template or the matter and build again.",
    example="the MOU prints {{ importer.legal_name }}",
)
def isa_pkg_002(case: PackageCase) -> Iterator[Problem]:
    """No paper goes out with a placeholder, a template tag or a blank to be filled by hand.

    Underscores are left alone here: a signature line may be made of them.
    """
    for paper in case.of(*_WRITTEN, "contents", "exhibit-sheet"):
        for offset, text in enumerate(paper.pages):
            for match in PLACEHOLDERS.finditer(text):
                if set(match[0]) != {"_"}:
                    yield Problem(f"{paper.title}, page {paper.first_page + offset}: {match[0]!r} is left over.")


@rule(
    "ISA-PKG-003",
    "IOR number missing from a paper that must list it",
    severity=ERROR,
    scope="package",
    authority=("fr-77-61012",),
    remedy="Correct the template so that it prints every number of the MOU.",
    example="the MOU prints one of the two numbers of mou.ior_numbers",
)
def isa_pkg_003(case: PackageCase) -> Iterator[Problem]:
    """The MOU lists the IOR numbers it covers, all of them, as the file gives them."""
    if not isinstance(case.submission, Application):
        return
    for paper in case.of("mou"):
        for number in case.submission.mou.ior_numbers:
            if not _has(paper, number) and not _has(paper, normalize(number)):
                yield Problem(f"{paper.title} does not print IOR number {mask(number)}.")


@rule(
    "ISA-PKG-004",
    "Wrong citation in a finished paper",
    severity=ERROR,
    scope="package",
    authority=("fr-67-41298", "fr-77-61012", "usc-19-1593a"),
    remedy="Correct the template.",
    example="the letter prints 19 U.S.C. 1593(a)",
)
def isa_pkg_004(case: PackageCase) -> Iterator[Problem]:
    """The slips of the 2012 notice are not repeated in a paper."""
    for paper in case.of(*_WRITTEN):
        for words, right in slips_in(" ".join(paper.text.split())):
            yield Problem(f"{paper.title} says {words[:80]!r}: {right}.")


@rule(
    "ISA-PKG-005",
    "Letter does not carry the recipient's address",
    severity=ERROR,
    scope="package",
    authority=("fr-77-61012",),
    remedy="Correct the template so that its first page prints the recipient's lines.",
    example="the first page lacks the line Washington, D.C. 20229-1143",
)
def isa_pkg_005(case: PackageCase) -> Iterator[Problem]:
    """The first page of the letter prints the address exactly, and none where the portal takes its place.

    An appeal never shows the ZIP suffix 1143.
    """
    block = squeeze("".join(case.recipient.lines))
    for paper in case.of("letter"):
        first = squeeze(paper.pages[0]) if paper.pages else ""
        if block and block not in first:
            yield Problem(f"{paper.title}: the first page does not print {case.recipient.one_line!r} as one block.")
        if not block and "1400LStreet" in first:
            yield Problem(f"{paper.title}: a portal paper prints a mailing address.")
        if isinstance(case.submission, DiscontinuanceAppeal) and "20229-1143" in first:
            yield Problem(f"{paper.title}: an appeal prints the ZIP code 20229-1143.")
        for office in wrong_offices():
            if any(squeeze(fragment) in first for fragment in office.match) and squeeze(office.match[0]) not in block:
                yield Problem(f"{paper.title}: the first page prints the address of {office.office}.")


@rule(
    "ISA-PKG-006",
    "Importer's name or the date is not in a paper",
    severity=ERROR,
    scope="package",
    authority=("practice",),
    remedy="Correct the template; if a character is missing, install a font that has it.",
    example="the plan prints the name without its last word",
)
def isa_pkg_006(case: PackageCase) -> Iterator[Problem]:
    """Every paper names the importer in full; the letter bears the submission's date."""
    name = case.matter.importer.legal_name
    for paper in case.of(*_WRITTEN):
        if not _has(paper, name):
            yield Problem(f"{paper.title} does not print the importer's name, {name}, in full.")
    for paper in case.of("letter"):
        if not _has(paper, long_date(case.submission.date)):
            yield Problem(f"{paper.title} does not bear the date {long_date(case.submission.date)}.")


@rule(
    "ISA-PKG-007",
    "Sample counts, frequency or results differ from the matter",
    severity=ERROR,
    scope="package",
    authority=("fr-77-61012", "cbp-self-testing"),
    remedy="Correct the template so that it prints each area with its figures.",
    example="the plan prints 25 items where the file says 59",
)
def isa_pkg_007(case: PackageCase) -> Iterator[Problem]:
    """The plan prints each area with its number of items; the annual letter prints each area's result."""
    plan = case.matter.self_testing_plan
    areas = {area.id: area for area in (plan.areas if plan else ())}
    for paper in case.of("plan"):
        if plan and plan.frequency and not _has(_folded(paper), plan.frequency):
            yield Problem(f"{paper.title} does not say that testing is done {plan.frequency}.")
        for area in areas.values():
            if not _has(paper, area.title):
                yield Problem(f"{paper.title} does not print the area {area.title!r}.")
            items = area.sampling.items if area.sampling else None
            if items and not _has_number(paper, items):
                yield Problem(f"{paper.title} does not print the {items} items of {area.title}.")
    if isinstance(case.submission, AnnualNotification):
        for paper in case.of("letter"):
            for result in case.submission.results:
                title = areas[result.area].title if result.area in areas else result.area
                if not _has(paper, title) or not _has_number(paper, result.items_tested):
                    yield Problem(f"{paper.title} does not print the result of {title}.")


def _folded(paper: FinishedPaper) -> FinishedPaper:
    return replace(paper, pages=tuple(page.lower() for page in paper.pages))


def _has_number(paper: FinishedPaper, number: int) -> bool:
    return re.search(rf"(?<![\d,.])(?:{number}|{number:,})(?![\d]|,\d)", paper.text) is not None


@rule(
    "ISA-PKG-008",
    "IOR number of somebody else on a paper",
    severity=ERROR,
    scope="package",
    authority=("practice",),
    remedy="Find the number in the template or in a narrative field and take it out.",
    example="the plan prints 98-765432100, which is nowhere in the matter",
)
def isa_pkg_008(case: PackageCase) -> Iterator[Problem]:
    """A number in the format of an IRS number that is none of the matter's is a trace of another client's paper."""
    known = {normalize(entry.number) for entry in case.matter.importer.ior_numbers}
    report = case.matter.focused_assessment
    known |= {normalize(number) for number in (report.ior_numbers if report else ())}
    if isinstance(case.submission, Application):
        known |= {normalize(number) for number in case.submission.mou.ior_numbers}
    for other in case.matter.submissions:
        if isinstance(other, AnnualNotification) and other.last_year is not None:
            known |= {normalize(number) for number in other.last_year.ior_numbers}
    bases = {parsed.base for number in known if (parsed := parse_ior(number))}
    for paper in case.of(*_WRITTEN):
        for match in sorted(set(_IOR_IN_TEXT.findall(paper.text))):
            parsed = parse_ior(match)
            if normalize(match) not in known and (parsed is None or parsed.base not in bases):
                yield Problem(f"{paper.title} prints {match}, which is no number of this matter.")


@rule(
    "ISA-PKG-009",
    "Signature field missing",
    severity=ERROR,
    scope="package",
    authority=("fr-77-61012",),
    remedy="Give the template a signature line for the role and build again.",
    example="the MOU has no empty signature field",
)
def isa_pkg_009(case: PackageCase) -> Iterator[Problem]:
    """Every paper that is signed has an empty signature field: the MOU by an officer, the letter by its signer."""
    fields = case.signature_fields
    if fields is None:
        return
    if not fields:
        yield Problem("The package has no empty signature field.")
    elif isinstance(case.submission, Application) and not any("mou" in name.lower() for name in fields):
        yield Problem("The MOU has no empty signature field.")
