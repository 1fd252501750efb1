"""The annual notification letter: what it declares and reports, and whether that fits the plan and last year."""

from __future__ import annotations

from collections.abc import Iterator

from isa_docs.intake.model import AnnualNotification
from isa_docs.program.areas import all_areas
from isa_docs.program.ior import mask, normalize
from isa_docs.program.rules.plan import TIMES_A_YEAR
from isa_docs.program.rules.registry import ERROR, ISA_EDITIONS, WARNING, Case, Problem, listing, rule

_KIND = ("annual-notification",)


@rule(
    "ISA-ANL-008",
    "Letter says no changes, the file says otherwise",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="Set no_changes to false and describe each change, or correct last_year.",
    example="no_changes: true   # changes lists a new broker",
)
def isa_anl_008(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The letter informs CBP of changes that may affect customs operations; it cannot deny those in the file."""
    letter = case.submission
    if not letter.no_changes:
        return
    if letter.changes:
        yield Problem(f"The letter says no changes but lists {len(letter.changes)}.", case.path("no_changes"))
    for what in _differences(case):
        yield Problem(f"The letter says no changes but {what}.", case.path("no_changes"))


def _differences(case: Case[AnnualNotification]) -> Iterator[str]:
    last = case.submission.last_year
    if last is None:
        return
    before = {normalize(number) for number in last.ior_numbers}
    now = {normalize(entry.number) for entry in case.matter.importer.ior_numbers}
    if before and before != now:
        moved = sorted(mask(number) for number in before ^ now)
        yield f"the IOR numbers differ from last year's ({listing(moved)})"
    contact = case.person("isa_contact")
    if last.isa_contact is not None and contact is not None and last.isa_contact != contact.name:
        yield f"the ISA contact was {last.isa_contact} and is {contact.name}"


@rule(
    "ISA-ANL-023",
    "Nothing said of changes",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="List each change under changes, or write no_changes: true if there was none.",
    example="changes: []   # and no no_changes",
)
def isa_anl_023(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The letter informs CBP of changes; that there were none is a statement that somebody must make."""
    if not case.submission.changes and not case.submission.no_changes:
        yield Problem("The file neither lists changes nor says that there were none.", case.path("changes"))


@rule(
    "ISA-ANL-009",
    "Change since last year not reported",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="Report the change under changes (kind ior-numbers or contact).",
    example="changes: []   # last_year.isa_contact differs from people.isa_contact",
)
def isa_anl_009(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """A changed IOR list or ISA contact is a change to report."""
    letter = case.submission
    kinds = {change.kind for change in letter.changes}
    if letter.no_changes:
        return
    for what in _differences(case):
        kind = "ior-numbers" if what.startswith("the IOR") else "contact"
        if kind not in kinds and not (kind == "contact" and "personnel" in kinds):
            yield Problem(f"The letter reports no change of kind {kind}, but {what}.", case.path("changes"))


@rule(
    "ISA-ANL-010",
    "Items tested differ from the plan",
    severity=WARNING,
    kinds=_KIND,
    authority=("cbp-self-testing", "oig-10-113"),
    remedy="Correct the figures, or explain the difference in results_note.",
    example="results: [{area: classification, items_tested: 40, errors: 0}]   # the plan says 59 a quarter",
)
def isa_anl_010(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """CBP reads the summary against the plan: items and cycles tested must be those promised, or be explained."""
    plan, letter = case.matter.self_testing_plan, case.submission
    if plan is None or (letter.results_note or "").strip():
        return
    areas = {area.id: area for area in plan.areas}
    years = ((letter.period.end - letter.period.start).days + 1) / 365.25
    for position, result in enumerate(letter.results):
        area = areas.get(result.area)
        if area is None or area.sampling is None:
            continue
        where = case.path("results", position)
        per_year = TIMES_A_YEAR.get(area.frequency or plan.frequency or "")
        expected = max(1, int(per_year * years + 0.05)) if per_year else None
        if result.tests_done is not None and expected is not None and result.tests_done < expected:
            yield Problem(
                f"{area.title}: {result.tests_done} of {expected} planned tests were done.", (*where, "tests_done")
            )
        items, cycles = area.sampling.items, result.tests_done or expected
        if items and cycles and result.items_tested < items * cycles:
            yield Problem(
                f"{area.title}: {result.items_tested:,} items were tested; the plan's {items:,} in each of {cycles} "
                f"tests make {items * cycles:,}.",
                (*where, "items_tested"),
            )


@rule(
    "ISA-ANL-011",
    "Area of the plan without a result",
    severity=WARNING,
    kinds=_KIND,
    authority=("cbp-self-testing",),
    remedy="Report each area, or explain under results_note why it was not tested.",
    example="results: []   # the plan has an area",
)
def isa_anl_011(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The letter summarizes the results of the self-testing, area by area."""
    plan, letter = case.matter.self_testing_plan, case.submission
    reported = {result.area for result in letter.results}
    missing = [area.title for area in (plan.areas if plan else ()) if area.id not in reported]
    if missing and not (letter.results_note or "").strip():
        yield Problem(f"The letter reports no result for {listing(missing)}.", case.path("results"))
    elif plan is None and not letter.results:
        yield Problem("The letter reports no results of self-testing.", case.path("results"))


@rule(
    "ISA-ANL-012",
    "Area reported twice",
    severity=ERROR,
    kinds=_KIND,
    authority=("cbp-self-testing",),
    remedy="Report each area once, with its totals for the period.",
    example="results: [{area: classification, ...}, {area: classification, ...}]",
)
def isa_anl_012(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The letter gives one result for each area of the plan."""
    seen: set[str] = set()
    for position, result in enumerate(case.submission.results):
        if result.area in seen:
            yield Problem(f"The area {result.area!r} is reported twice.", case.path("results", position, "area"))
        seen.add(result.area)


@rule(
    "ISA-ANL-013",
    "Impossible result",
    severity=ERROR,
    kinds=_KIND,
    authority=("practice",),
    remedy="Correct the figures.",
    example="results: [{area: classification, items_tested: 5, errors: 9}]",
)
def isa_anl_013(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """There cannot be more errors than items, more items than the universe, nor fewer than none."""
    for position, result in enumerate(case.submission.results):
        where = case.path("results", position)
        if result.errors < 0 or result.items_tested < 0 or result.errors > result.items_tested:
            yield Problem(f"{result.area}: {result.errors} errors in {result.items_tested} items.", (*where, "errors"))
        elif result.universe is not None and result.items_tested > result.universe:
            yield Problem(
                f"{result.area}: {result.items_tested:,} items out of {result.universe:,}.", (*where, "items_tested")
            )


@rule(
    "ISA-ANL-014",
    "Judgmental result projected",
    severity=WARNING,
    kinds=_KIND,
    authority=("cfr-19-163-11",),
    remedy="Set projected to false and describe the items tested only.",
    example="results: [{area: value, items_tested: 25, errors: 1, projected: true}]   # judgmental sample",
)
def isa_anl_014(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The error rate of a judgmental sample says nothing about the universe and may not be projected to it."""
    plan = case.matter.self_testing_plan
    areas = {area.id: area for area in (plan.areas if plan else ())}
    for position, result in enumerate(case.submission.results):
        area = areas.get(result.area)
        if result.projected and area and area.sampling and area.sampling.method == "judgmental":
            yield Problem(
                f"{area.title}: the result of a judgmental sample is projected.",
                case.path("results", position, "projected"),
            )


@rule(
    "ISA-ANL-015",
    "Errors without cause or correction",
    severity=WARNING,
    kinds=_KIND,
    authority=("handbook-mou-2011", "cfr-19-162-74"),
    remedy="Add root_cause, corrective_action and, where duty or admissibility is touched, disclosure.",
    example="results: [{area: classification, items_tested: 59, errors: 2}]   # no corrective_action",
)
def isa_anl_015(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """Errors found are explained, corrected and, where called for, disclosed; the letter says so."""
    for position, result in enumerate(case.submission.results):
        missing = [
            words
            for text, words in ((result.root_cause, "root cause"), (result.corrective_action, "corrective action"))
            if not (text or "").strip()
        ]
        if result.errors > 0 and missing:
            yield Problem(
                f"{result.area}: {result.errors} errors are reported without {listing(missing)}.",
                case.path("results", position),
            )


@rule(
    "ISA-ANL-016",
    "No copy to the account manager",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("handbook-2010",),
    remedy="Add national_account_manager to copies_to.",
    example="copies_to: []",
)
def isa_anl_016(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The handbook as revised in 2010 asks for a copy to the CBP account manager (second-hand)."""
    if "national_account_manager" not in case.submission.copies_to:
        yield Problem("No copy goes to the National Account Manager.", case.path("copies_to"))


@rule(
    "ISA-ANL-017",
    "Participant does not declare that it meets the requirements",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="Do not send the letter as it is; let counsel decide how CBP is told.",
    example="continues_to_meet_requirements: false",
)
def isa_anl_017(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The letter serves to ensure that the participant continues to meet the requirements, C-TPAT among them."""
    if not case.submission.continues_to_meet_requirements:
        yield Problem(
            "The importer does not declare that it continues to meet the requirements.",
            case.path("continues_to_meet_requirements"),
        )
    ctpat = case.matter.ctpat
    if (
        case.submission.continues_to_meet_requirements
        and ctpat
        and ctpat.status
        in (
            "none",
            "suspended",
            "applied",
        )
    ):
        yield Problem(
            f"The letter declares that the requirements are met while the C-TPAT status is {ctpat.status!r}.",
            ("ctpat", "status"),
        )


@rule(
    "ISA-ANL-018",
    "ISA contact cannot be reached",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-67-41298-summaries",),
    remedy="Add phone and email to people.isa_contact.",
    example="people: {isa_contact: {name: Lee Park, title: Manager}}",
)
def isa_anl_018(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The letter names the company's ISA contact with title, phone and email."""
    contact = case.person("isa_contact")
    if contact is not None and not (contact.phone and contact.email):
        missing = listing([name for name in ("phone", "email") if not getattr(contact, name)])
        yield Problem(f"The ISA contact, {contact.name}, has no {missing}.", ("people", "isa_contact"))


@rule(
    "ISA-ANL-021",
    "Error in an area where every error counts, without its disclosure",
    severity=WARNING,
    kinds=_KIND,
    authority=("handbook-mou-2011", "cfr-19-162-74", "practice"),
    remedy="Say under disclosure how the error was or will be brought before CBP, or why it need not be.",
    example="results: [{area: origin-claims, items_tested: 60, errors: 1}]   # catalog: trade-programs",
)
def isa_anl_021(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """Antidumping, trade-program, transshipment, drawback and forced-labor errors are escalated whatever the rate."""
    plan = case.matter.self_testing_plan
    areas = {area.id: area for area in (plan.areas if plan else ())}
    for position, result in enumerate(case.submission.results):
        area = areas.get(result.area)
        entry = all_areas().get(area.catalog or "") if area else None
        if area and entry and entry.escalates and result.errors > 0 and not (result.disclosure or "").strip():
            count = "1 error is" if result.errors == 1 else f"{result.errors} errors are"
            yield Problem(
                f"{area.title}: {count} reported without a word on disclosure.", case.path("results", position)
            )


@rule(
    "ISA-ANL-022",
    "Annual letter signed by somebody who is no officer of the importer",
    severity=WARNING,
    kinds=_KIND,
    authority=("practice",),
    remedy="Let an officer sign: the letter declares for the company that it meets the requirements.",
    example="signer: counsel",
)
def isa_anl_022(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The declaration of continued compliance is the company's own, so an officer of the company signs it."""
    signer = case.person(case.submission.signer)
    if signer is not None and (signer.organization is not None or signer.office == "none"):
        yield Problem(f"{signer.name}, {signer.title}, is to sign the annual letter.", case.path("signer"))
