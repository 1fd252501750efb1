"""The matter file as a whole: overrides, copies, confidentiality, privilege."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from isa_docs.intake.model import Submission
from isa_docs.program.calendar import calendar_for, long_date
from isa_docs.program.deadlines import other_deadline
from isa_docs.program.rules.registry import ERROR, NOTE, WARNING, Case, Problem, registered, rule


@rule(
    "ISA-GEN-001",
    "Override of a code that does not exist",
    severity=ERROR,
    scope="matter",
    authority=("practice",),
    remedy="Use a code of `isa-docs explain --list`.",
    example="overrides: [{code: ISA-MOU-01, by: A. Quill, on: 2012-11-01, reason: agreed}]",
)
def isa_gen_001(case: Case[None]) -> Iterator[Problem]:
    """An override names the rule it sets aside; a wrong code would set nothing aside without a word."""
    for position, override in enumerate(case.matter.overrides):
        if override.code.startswith("ISA-") and override.code not in registered():
            yield Problem(f"There is no rule {override.code!r}.", ("overrides", position, "code"))


@rule(
    "ISA-GEN-002",
    "Override without a reason or dated in the future",
    severity=ERROR,
    scope="matter",
    authority=("practice",),
    remedy="Say who decided, when, and why in a full sentence.",
    example="overrides: [{code: ISA-MOU-002, by: A. Quill, on: 2012-11-01, reason: ok}]",
)
def isa_gen_002(case: Case[None]) -> Iterator[Problem]:
    """An exception is documented: who, when, and a reason that a later reader understands.

    On a day before the submission it is made for, an override that is still to come is none yet.
    """
    dates = {each.id: each.date for each in case.matter.submissions}
    for position, override in enumerate(case.matter.overrides):
        where = ("overrides", position)
        if len(override.reason.split()) < 3 or not override.by.strip():
            yield Problem(f"The override of {override.code} gives no reason or no name.", (*where, "reason"))
        needed = dates.get(override.submission or "", date.min)
        if case.as_of is not None and needed <= case.as_of < override.on:
            yield Problem(
                f"The override of {override.code} is dated {long_date(override.on)}, in the future.", (*where, "on")
            )


@rule(
    "ISA-GEN-003",
    "Copy to an account manager whom the file does not name",
    severity=ERROR,
    authority=("practice",),
    remedy="Enter importer.national_account_manager, or take the copy off.",
    example="copies_to: [national_account_manager]   # importer has no national_account_manager",
)
def isa_gen_003(case: Case[Submission]) -> Iterator[Problem]:
    """A copy can go only to somebody whose name and address the file holds."""
    copies = case.submission.copies_to
    if "national_account_manager" in copies and case.matter.importer.national_account_manager is None:
        yield Problem(
            "A copy goes to the National Account Manager, whom the importer does not name.",
            case.path("copies_to", copies.index("national_account_manager")),
        )


@rule(
    "ISA-GEN-004",
    "Override that sets nothing aside",
    severity=NOTE,
    scope="matter",
    authority=("practice",),
    remedy="Remove it, so that it does not hide a later finding.",
    example="overrides: [{code: ISA-MOU-002, ...}]   # and no such finding",
)
def isa_gen_004(case: Case[None]) -> Iterator[Problem]:
    """An override whose finding is gone is removed. (Judged after all other rules.)"""
    yield from ()


@rule(
    "ISA-GEN-005",
    "Portal paper prepared for signature by an outside person",
    severity=ERROR,
    kinds=("application",),
    editions=("ctpat-tc",),
    authority=("ctpat-signers-2022", "ctpat-tc-manual"),
    remedy="Let the company officer named in the CTPAT portal sign and submit.",
    example="edition: ctpat-tc, signer: counsel",
)
def isa_gen_005(case: Case[Submission]) -> Iterator[Problem]:
    """CBP does not let consultants sign or submit for the company (second-hand); the company officer does."""
    signer = case.person(case.submission.signer)
    if signer is not None and signer.organization is not None:
        yield Problem(f"{signer.name} of {signer.organization} is to sign a portal paper.", case.path("signer"))


@rule(
    "ISA-CON-001",
    "Confidential marking without its statement",
    severity=WARNING,
    authority=("cfr-19-103-35",),
    remedy="Write confidentiality.justification, and name under confidentiality.by the representative who makes it.",
    example="confidentiality: {}",
)
def isa_con_001(case: Case[Submission]) -> Iterator[Problem]:
    """A designation of confidential commercial information is supported by an authorized representative's statement.

    It says specifically why the information is commercially sensitive and that it is not public.
    """
    marking = case.submission.confidentiality
    if marking is None:
        return
    if not (marking.justification or "").strip():
        yield Problem("The package is marked confidential without a justification.", case.path("confidentiality"))
    if marking.by is None:
        yield Problem("Nobody is named who makes the confidentiality statement.", case.path("confidentiality"))


@rule(
    "ISA-CON-002",
    "Submission to CBP that mentions privilege",
    severity=WARNING,
    scope="matter",
    authority=("practice",),
    remedy="Take the passage out, or let counsel decide; what is sent to CBP is not privileged.",
    example="results_note: Prepared at the direction of counsel, attorney-client privileged.",
)
def isa_con_002(case: Case[None]) -> Iterator[Problem]:
    """Test reports promised to CBP lose the privilege they might have had; a paper to CBP is not marked privileged."""
    for text, path in case.texts:
        lowered = text.lower()
        if (
            "attorney-client privilege" in lowered
            or "attorney work product" in lowered
            or re.search(r"privileged (?:and|&) conf", lowered)
        ):
            yield Problem("The text is marked as privileged.", path)


@rule(
    "ISA-CLK-001",
    "Days of another clock out of order",
    severity=ERROR,
    scope="matter",
    authority=("practice",),
    remedy="Correct the day; a period is extended to a day after it began, and done on a day not in the future.",
    example="other_clocks: [{clock: tender, runs_from: 2014-03-03, done_on: 2014-02-28}]",
)
def isa_clk_001(case: Case[None]) -> Iterator[Problem]:
    """What a period asks for is done after the period began, and an extension ends after it, too."""
    for position, running in enumerate(case.matter.other_clocks):
        began = long_date(running.runs_from)
        for name, day in (("extended_to", running.extended_to), ("done_on", running.done_on)):
            if day is not None and day < running.runs_from:
                message = f"{long_date(day)} is before the period began, on {began}."
                yield Problem(message, ("other_clocks", position, name))
        if case.as_of is not None and running.done_on is not None and running.done_on > case.as_of:
            message = f"{long_date(running.done_on)} is in the future; the docket would drop what is not done yet."
            yield Problem(message, ("other_clocks", position, "done_on"))


@rule(
    "ISA-CLK-002",
    "Another clock met too late",
    severity=WARNING,
    scope="matter",
    authority=("fr-77-61012", "cfr-19-162-74"),
    remedy="Correct the day, record the extension that CBP granted, or tell counsel.",
    example="other_clocks: [{clock: oral-disclosure, runs_from: 2014-03-03, done_on: 2014-03-20}]",
)
def isa_clk_002(case: Case[None]) -> Iterator[Problem]:
    """A disclosure, tender or petition made after its period may lose its benefit: counsel should know at once."""
    for position, running in enumerate(case.matter.other_clocks):
        deadline = other_deadline(running, position, calendar_for(case.matter))
        if running.done_on is not None and running.done_on > deadline.nominal:
            message = (
                f"{deadline.title}: done on {long_date(running.done_on)}, after the period had ended on "
                f"{long_date(deadline.nominal)}."
            )
            yield Problem(message, ("other_clocks", position, "done_on"))
