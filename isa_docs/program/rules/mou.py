"""The Memorandum of Understanding: its importer of record numbers and its signer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from isa_docs.intake.model import Application
from isa_docs.program.ior import mask, normalize, parse_ior
from isa_docs.program.rules.registry import ERROR, ISA_EDITIONS, NOTE, WARNING, Case, Problem, rule

_KIND = ("application",)
_TITLES = {
    "president": r"\bpresident\b",
    "vice-president": r"\bvice[\s-]+president\b|\b[ES]?VP\b",
    "treasurer": r"\btreasurer\b",
    "secretary": r"\bsecretary\b",
}
"""How a printed title shows each office that 19 CFR 141.38 knows."""
_BESIDE = re.compile(
    r"\b(?:assistant|aide|secretary|deputy|advis[eo]r|counsel|delegate)\s+to\b|\b(?:former|retired|acting for)\b"
    r"|\boffice\s+of\s+the\b",
    re.IGNORECASE,
)
"""A title that names an office which is another's: ``Assistant to the Vice President``."""


def _covered(case: Case[Application]) -> set[str] | None:
    report = case.matter.focused_assessment
    if case.submission.route != "focused-assessment" or report is None:
        return None
    return {normalize(number) for number in report.ior_numbers}


@rule(
    "ISA-MOU-001",
    "MOU lists an IOR number outside the Focused Assessment",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Take the number off the MOU, or show that the report covers it; ask CBP to add it after acceptance.",
    example="mou: {ior_numbers: [12-345678901]}   # the report covers 12-345678900",
)
def isa_mou_001(case: Case[Application]) -> Iterator[Problem]:
    """On the Focused Assessment route the MOU lists the IOR numbers included in that assessment, and no other.

    Two suffixes under one EIN are two numbers (19 CFR 24.5).
    """
    covered = _covered(case)
    if covered is None:
        return
    bases = {parsed.base for number in covered if (parsed := parse_ior(number))}
    for position, number in enumerate(case.submission.mou.ior_numbers):
        if normalize(number) in covered:
            continue
        parsed = parse_ior(number)
        same = parsed is not None and parsed.base in bases
        hint = " Another suffix of the same EIN was assessed, which does not cover this one." if same else ""
        yield Problem(
            f"The MOU lists IOR number {mask(number)}, which the Focused Assessment report does not include.{hint}",
            case.path("mou", "ior_numbers", position),
        )


@rule(
    "ISA-MOU-002",
    "MOU leaves out an IOR number of the Focused Assessment",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Add the number to the MOU, or say in the transmittal letter why it is left out.",
    example="focused_assessment: {ior_numbers: [12-345678900, 12-345678901]}   # the MOU lists only the first",
)
def isa_mou_002(case: Case[Application]) -> Iterator[Problem]:
    """Every IOR number included in the Focused Assessment is expected on the MOU."""
    listed = {normalize(number) for number in case.submission.mou.ior_numbers}
    report = case.matter.focused_assessment
    if _covered(case) is None or report is None:
        return
    for number in report.ior_numbers:
        if normalize(number) not in listed:
            yield Problem(
                f"The Focused Assessment included IOR number {mask(number)}, which the MOU does not list.",
                case.path("mou", "ior_numbers"),
            )


@rule(
    "ISA-MOU-004",
    "MOU signer is not an officer of the company",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012", "cfr-19-141-38"),
    remedy="Let an officer sign, or record the signer's corporate office under people.",
    example="people: {officer: {name: Dana Whitfield, title: Import Manager, office: none}}",
)
def isa_mou_004(case: Case[Application]) -> Iterator[Problem]:
    """The MOU must be signed by an officer of the company; a manager, consultant or counsel cannot sign it."""
    signer_id = case.submission.mou.signer
    signer = case.person(signer_id)
    if signer is None:
        return
    if signer.organization is not None:
        yield Problem(
            f"{signer.name} of {signer.organization} is to sign the MOU; only an officer of the importer may.",
            ("people", signer_id, "organization"),
        )
    elif signer.office == "none":
        yield Problem(
            f"{signer.name}, {signer.title}, is to sign the MOU but holds no corporate office in this file.",
            ("people", signer_id, "title"),
        )


@rule(
    "ISA-MOU-005",
    "MOU signer's office needs proof of authority",
    severity=WARNING,
    kinds=_KIND,
    authority=("cfr-19-141-38",),
    remedy="Enclose a secretary's certificate or board resolution as an exhibit of kind officer-authority and name it "
    "under the signer's authority_evidence, or let the president, a vice president, the treasurer or the secretary "
    "sign.",
    example="people: {officer: {name: Dana Whitfield, title: Director of Compliance, office: other}}",
)
def isa_mou_005(case: Case[Application]) -> Iterator[Problem]:
    """CBP knows a president, vice president, treasurer or secretary as an officer without further proof.

    By analogy to 19 CFR 141.38 any other title should come with evidence of authority.
    """
    signer_id = case.submission.mou.signer
    signer = case.person(signer_id)
    if signer is None or signer.office == "none" or signer.organization is not None:
        return
    title = signer.title[: beside.start()] if (beside := _BESIDE.search(signer.title)) else signer.title
    shown = re.search(_TITLES[signer.office], title, re.IGNORECASE) if signer.office in _TITLES else None
    enclosed = {exhibit.id for exhibit in case.submission.exhibits}
    if shown is None and signer.authority_evidence not in enclosed:
        yield Problem(
            f"{signer.name}, {signer.title}, is an officer by a title that does not show it, and no enclosed exhibit "
            "proves the authority to bind the company.",
            ("people", signer_id, "office"),
        )


@rule(
    "ISA-MOU-006",
    "MOU lists an IOR number the importer does not have",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012", "cfr-19-24-5"),
    remedy="List the number under importer.ior_numbers with its registered name, or take it off the MOU.",
    example="mou: {ior_numbers: [98-765432100]}   # not among importer.ior_numbers",
)
def isa_mou_006(case: Case[Application]) -> Iterator[Problem]:
    """Each IOR number on the MOU is one of the importer's, so that the papers can print its registered name."""
    known = {normalize(entry.number) for entry in case.matter.importer.ior_numbers}
    for position, number in enumerate(case.submission.mou.ior_numbers):
        if normalize(number) not in known:
            yield Problem(
                f"The MOU lists IOR number {mask(number)}, which is not among the importer's numbers.",
                case.path("mou", "ior_numbers", position),
            )


@rule(
    "ISA-MOU-007",
    "MOU lists no IOR number, or one twice",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="List each IOR number once.",
    example="mou: {ior_numbers: []}",
)
def isa_mou_007(case: Case[Application]) -> Iterator[Problem]:
    """The MOU lists the IOR numbers it covers, each once; ``12-3456789`` and ``12-345678900`` are the same number."""
    numbers = case.submission.mou.ior_numbers
    if not numbers:
        yield Problem("The MOU lists no IOR number.", case.path("mou", "ior_numbers"))
    seen: set[str] = set()
    for position, number in enumerate(numbers):
        if normalize(number) in seen:
            yield Problem(f"The MOU lists IOR number {mask(number)} twice.", case.path("mou", "ior_numbers", position))
        seen.add(normalize(number))


@rule(
    "ISA-MOU-003",
    "Active IOR number left off the MOU on the standard track",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-67-41298-summaries", "practice"),
    remedy="Add the number, or mark it as not active, or say in the transmittal letter why it stays outside.",
    example="route: standard   # importer.ior_numbers has two active numbers, the MOU lists one",
)
def isa_mou_003(case: Case[Application]) -> Iterator[Problem]:
    """On the standard track CBP's risk assessment covers the IOR numbers on the MOU; a missing one stays outside."""
    if case.submission.route != "standard":
        return
    listed = {normalize(number) for number in case.submission.mou.ior_numbers}
    for position, entry in enumerate(case.matter.importer.ior_numbers):
        if entry.active and normalize(entry.number) not in listed:
            yield Problem(
                f"IOR number {mask(entry.number)} ({entry.name}) is active but not on the MOU.",
                ("importer", "ior_numbers", position, "number"),
            )


@rule(
    "ISA-MOU-008",
    "Memorandum in words that are not CBP's",
    severity=NOTE,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012", "handbook-mou-2011"),
    remedy="Ask CBP for its form and enter it as mou.form; it then takes the place of ours.",
    example="mou: {ior_numbers: [12-3456789]}   # no form",
)
def isa_mou_008(case: Case[Application]) -> Iterator[Problem]:
    """The Memorandum of the program is CBP's own form, which was not seen; without it the paper is a text of ours.

    The form can also lie among the firm's templates, which the matter file does not tell.
    """
    if case.submission.mou.form is None:
        yield Problem(
            "The matter names no form of CBP's; unless the firm's templates hold it, its words are not CBP's.",
            case.path("mou"),
        )
