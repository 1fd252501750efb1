"""The matter file as a whole: persons, ids, overrides, confidentiality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from isa_docs.intake.model import Submission
from isa_docs.program.calendar import long_date
from isa_docs.program.rules.registry import ERROR, NOTE, WARNING, Case, Problem, registered, rule
from isa_docs.program.rules.wording import narratives


@rule(
    "ISA-GEN-001",
    "Override of a code that does not exist",
    severity=ERROR,
    scope="matter",
    authority=("practice",),
    remedy="Use a code of `isa-docs explain --list`.",
    example="overrides: [{code: ISA-MOU-999, by: A. Quill, on: 2012-11-01, reason: agreed}]",
)
def isa_gen_001(case: Case[None]) -> Iterator[Problem]:
    """An override names the rule it sets aside and the submission it is for; a wrong name would silence nothing."""
    ids = {submission.id for submission in case.matter.submissions}
    for position, override in enumerate(case.matter.overrides):
        if override.code.startswith("ISA-") and override.code not in registered():
            yield Problem(f"There is no rule {override.code!r}.", ("overrides", position, "code"))
        if override.submission is not None and override.submission not in ids:
            yield Problem(
                f"The override of {override.code} is for {override.submission!r}, which is no submission.",
                ("overrides", position, "submission"),
            )


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
    """An exception is documented: who, when, and a reason that a later reader understands."""
    for position, override in enumerate(case.matter.overrides):
        where = ("overrides", position)
        if len(override.reason.split()) < 3 or not override.by.strip():
            yield Problem(f"The override of {override.code} gives no reason or no name.", (*where, "reason"))
        if case.as_of is not None and override.on > case.as_of:
            yield Problem(
                f"The override of {override.code} is dated {long_date(override.on)}, in the future.", (*where, "on")
            )


@rule(
    "ISA-GEN-003",
    "Person or address named but not in the file",
    severity=ERROR,
    authority=("practice",),
    remedy="Use an id of people (or national_account_manager for copies).",
    example="signer: treasurer   # people has no treasurer",
)
def isa_gen_003(case: Case[Submission]) -> Iterator[Problem]:
    """Whoever signs, receives a copy or makes the confidentiality statement is a person of the matter."""
    one, people = case.submission, case.matter.people
    if one.signer not in people:
        yield Problem(f"Nobody under people has the signer's id {one.signer!r}.", case.path("signer"))
    for position, name in enumerate(one.copies_to):
        if name == "national_account_manager":
            if case.matter.importer.national_account_manager is None:
                yield Problem(
                    "A copy goes to the National Account Manager, whom the importer does not name.",
                    case.path("copies_to", position),
                )
        elif name not in people:
            yield Problem(f"A copy goes to {name!r}, who is not under people.", case.path("copies_to", position))
    if one.confidentiality is not None and one.confidentiality.by not in (None, *people):
        yield Problem(
            f"The confidentiality statement is made by {one.confidentiality.by!r}, who is not under people.",
            case.path("confidentiality", "by"),
        )


@rule(
    "ISA-GEN-004",
    "Id used twice",
    severity=ERROR,
    scope="matter",
    authority=("practice",),
    remedy="Give each submission, and each exhibit of a submission, its own id.",
    example="submissions: [{id: anl-2015, ...}, {id: anl-2015, ...}]",
)
def isa_gen_004(case: Case[None]) -> Iterator[Problem]:
    """Packages, confirmations and overrides are found by id."""
    counts = Counter(submission.id for submission in case.matter.submissions)
    for index, submission in enumerate(case.matter.submissions):
        if counts[submission.id] > 1:
            yield Problem(f"Two submissions have the id {submission.id!r}.", ("submissions", index, "id"))
        exhibits = Counter(exhibit.id for exhibit in submission.exhibits)
        for position, exhibit in enumerate(submission.exhibits):
            if exhibits[exhibit.id] > 1:
                path = ("submissions", index, "exhibits", position, "id")
                yield Problem(f"Two exhibits of {submission.id} have the id {exhibit.id!r}.", path)


@rule(
    "ISA-GEN-005",
    "Override that sets nothing aside",
    severity=NOTE,
    scope="matter",
    authority=("practice",),
    remedy="Remove it, so that it does not hide a later finding.",
    example="overrides: [{code: ISA-MOU-002, ...}]   # and no such finding",
)
def isa_gen_005(case: Case[None]) -> Iterator[Problem]:
    """An override whose finding is gone is removed. (Judged after all other rules.)"""
    yield from ()


@rule(
    "ISA-GEN-006",
    "Confirmation for a submission that does not exist",
    severity=ERROR,
    scope="matter",
    authority=("practice",),
    remedy="Use the submission's id.",
    example="confirmations: [{submission: anl-2051, ...}]",
)
def isa_gen_006(case: Case[None]) -> Iterator[Problem]:
    """A confirmation with a wrong id would leave the stale address in force without a word."""
    ids = {submission.id for submission in case.matter.submissions}
    for position, confirmation in enumerate(case.matter.confirmations):
        if confirmation.submission not in ids:
            yield Problem(
                f"The confirmation by {confirmation.by} is for {confirmation.submission!r}, which is no submission.",
                ("confirmations", position, "submission"),
            )


@rule(
    "ISA-GEN-007",
    "Portal paper prepared for signature by an outside person",
    severity=ERROR,
    kinds=("application",),
    editions=("ctpat-tc",),
    authority=("ctpat-signers-2022", "ctpat-tc-manual"),
    remedy="Let the company officer named in the CTPAT portal sign and submit.",
    example="edition: ctpat-tc, signer: counsel",
)
def isa_gen_007(case: Case[Submission]) -> Iterator[Problem]:
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
    for text, path in narratives(case):
        lowered = text.lower()
        if (
            "attorney-client privilege" in lowered
            or "attorney work product" in lowered
            or "privileged and conf" in lowered
        ):
            yield Problem("The text is marked as privileged.", path)
