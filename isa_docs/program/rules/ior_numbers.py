"""Importer of record numbers wherever the matter lists them (19 CFR 24.5)."""

from __future__ import annotations

from collections.abc import Iterator

from isa_docs.findings import Path
from isa_docs.intake.model import AnnualNotification, Application
from isa_docs.program.ior import FORMATS, mask, parse_ior, suffix_fault
from isa_docs.program.rules.registry import ERROR, NOTE, WARNING, Case, Problem, rule


def _numbers(case: Case[None]) -> Iterator[tuple[str, Path]]:
    matter = case.matter
    for position, entry in enumerate(matter.importer.ior_numbers):
        yield entry.number, ("importer", "ior_numbers", position, "number")
    report = matter.focused_assessment
    for position, number in enumerate(report.ior_numbers if report else ()):
        yield number, ("focused_assessment", "ior_numbers", position)
    for index, submission in enumerate(matter.submissions):
        where: Path = ("submissions", index)
        if isinstance(submission, Application):
            for position, number in enumerate(submission.mou.ior_numbers):
                yield number, (*where, "mou", "ior_numbers", position)
        elif isinstance(submission, AnnualNotification) and submission.last_year is not None:
            for position, number in enumerate(submission.last_year.ior_numbers):
                yield number, (*where, "last_year", "ior_numbers", position)


def _folded(name: str) -> str:
    """Return a name without capitals, punctuation and spaces, for comparison."""
    return "".join(character for character in name.casefold() if character.isalnum())


@rule(
    "ISA-IOR-001",
    "Importer of record number in no known format",
    severity=ERROR,
    scope="matter",
    authority=("cfr-19-24-5",),
    remedy=f"Write it as {FORMATS}.",
    example="ior_numbers: [{number: '12345678900', name: Northwind}]   # no hyphen",
)
def isa_ior_001(case: Case[None]) -> Iterator[Problem]:
    """An IOR number is an IRS number with suffix, a Social Security number, or a number assigned by CBP."""
    for number, path in _numbers(case):
        if parse_ior(number) is None:
            hint = ""
            digits = number.replace("-", "").strip()
            if len(digits) == 11 and digits[:9].isdigit() and digits.isascii() and "-" not in number:
                hint = f" Is {digits[:2]}-{digits[2:]} meant?"
            elif len(digits) == 9 and digits.isdecimal():
                hint = " Nine digits are an EIN (NN-NNNNNNN) or a Social Security number (NNN-NN-NNNN)."
            yield Problem(f"IOR number {mask(number)!r} has none of the three formats.{hint}", path)


@rule(
    "ISA-IOR-002",
    "Suffix with a letter that is not allowed",
    severity=ERROR,
    scope="matter",
    authority=("cfr-19-24-5",),
    remedy="Check CBP Form 5106: the letter is probably a digit (I and 1, O and 0, Z and 2).",
    example="ior_numbers: [{number: 12-34567890O, name: Northwind}]",
)
def isa_ior_002(case: Case[None]) -> Iterator[Problem]:
    """The two-character suffix may be of digits or letters, but never I, O or Z."""
    for number, path in _numbers(case):
        parsed = parse_ior(number)
        fault = suffix_fault(parsed) if parsed else None
        if fault:
            yield Problem(f"The suffix of IOR number {number} holds {fault}.", path)


@rule(
    "ISA-IOR-003",
    "Social Security number used although an EIN exists",
    severity=ERROR,
    scope="matter",
    authority=("cfr-19-24-5",),
    remedy="Use the EIN with its suffix; CBP Form 5106 changes the number on record.",
    example="ior_numbers: [{number: 123-45-6789, name: Dana Whitfield, ein_available: true}]",
)
def isa_ior_003(case: Case[None]) -> Iterator[Problem]:
    """A Social Security number serves only an importer that has no employer identification number."""
    entries = case.matter.importer.ior_numbers
    names_with_ein = {_folded(e.name) for e in entries if (p := parse_ior(e.number)) and p.kind == "ein"}
    for position, entry in enumerate(entries):
        parsed = parse_ior(entry.number)
        if parsed and parsed.kind == "ssn" and (entry.ein_available or _folded(entry.name) in names_with_ein):
            yield Problem(
                f"IOR number {mask(entry.number)} is a Social Security number although {entry.name} has an EIN.",
                ("importer", "ior_numbers", position, "number"),
            )


@rule(
    "ISA-IOR-004",
    "IOR number without recent entries",
    severity=WARNING,
    scope="matter",
    authority=("cfr-19-24-5",),
    remedy="File CBP Form 5106 to reactivate the number, or take it off the papers.",
    example="ior_numbers: [{number: 12-345678901, name: Northwind West, active: false}]",
)
def isa_ior_004(case: Case[None]) -> Iterator[Problem]:
    """A number that is not used for a year is removed from CBP's files (19 CFR 24.5(e))."""
    for position, entry in enumerate(case.matter.importer.ior_numbers):
        if not entry.active:
            yield Problem(
                f"IOR number {mask(entry.number)} is marked as not active.",
                ("importer", "ior_numbers", position, "active"),
            )


@rule(
    "ISA-IOR-005",
    "IOR number listed twice",
    severity=ERROR,
    scope="matter",
    authority=("cfr-19-24-5",),
    remedy="List each number once; without a suffix it ends in 00.",
    example="ior_numbers: [{number: 12-3456789, name: A}, {number: 12-345678900, name: A}]",
)
def isa_ior_005(case: Case[None]) -> Iterator[Problem]:
    """A blank suffix is 00, so the short and the long form are one number."""
    seen: set[str] = set()
    for position, entry in enumerate(case.matter.importer.ior_numbers):
        parsed = parse_ior(entry.number)
        key = parsed.normalized if parsed else entry.number
        if key in seen:
            yield Problem(
                f"IOR number {mask(entry.number)} is listed twice.", ("importer", "ior_numbers", position, "number")
            )
        seen.add(key)


@rule(
    "ISA-IOR-006",
    "Social Security number on the papers",
    severity=NOTE,
    scope="matter",
    authority=("cfr-19-24-5", "practice"),
    remedy="Send the package only by a protected channel; it is masked everywhere but on the paper itself.",
    example="ior_numbers: [{number: 123-45-6789, name: Dana Whitfield}]",
)
def isa_ior_006(case: Case[None]) -> Iterator[Problem]:
    """An importer without an EIN uses the owner's Social Security number, which the papers must print."""
    for position, entry in enumerate(case.matter.importer.ior_numbers):
        parsed = parse_ior(entry.number)
        if parsed and parsed.kind == "ssn":
            yield Problem(
                f"IOR number {mask(entry.number)} is a Social Security number and is printed on the papers.",
                ("importer", "ior_numbers", position, "number"),
            )
