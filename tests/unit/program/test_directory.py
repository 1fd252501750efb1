"""Authorities, editions, recipients and importer of record numbers."""

from __future__ import annotations

from datetime import date

import pytest

from isa_docs.intake.schema import SUBMISSION_KINDS, resolve
from isa_docs.program.authorities import Confidence, all_authorities, cite, cite_all
from isa_docs.program.editions import edition_for, track_of
from isa_docs.program.ior import mask, normalize, parse_ior, suffix_fault
from isa_docs.program.recipients import directory, recipient_for, wrong_offices
from isa_docs.program.rules import check_rules
from tests.unit.program.matters import matter


def test_the_slips_of_the_notice_are_not_in_any_citation() -> None:
    assert cite("fr-67-41298", "full").endswith("67 Fed. Reg. 41298 (June 17, 2002) (FR Doc. 02-15308)")
    assert cite("usc-19-1593a") == "19 U.S.C. 1593a"
    for entry in all_authorities().values():
        assert "June 7, 2002" not in entry.full + entry.short
        assert "1593(a)" not in entry.full + entry.short


def test_citations_join_with_semicolons_and_ready_ones_pass() -> None:
    assert cite_all(["fr-77-61012", "19 CFR 1.1"]) == "77 FR 61012; 19 CFR 1.1"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError, match="no-such-key"):
        cite("no-such-key")


def test_every_authority_says_what_was_seen_and_when() -> None:
    for entry in all_authorities().values():
        assert entry.seen and entry.verified >= date(2026, 1, 1), entry.key
    assert all_authorities()["handbook-2010"].confidence is Confidence.SECOND_HAND


NOTICE_PROGRAM = (
    "Chief, Partnership Programs Branch, Office of International Trade, U.S. Customs and Border Protection, "
    "1400 L Street, N.W., Washington, D.C. 20229-1143"
)
NOTICE_APPEAL = (
    "Assistant Commissioner, Office of International Trade, U.S. Customs and Border Protection, "
    "1400 L Street, NW, Washington, D.C. 20229"
)


@pytest.mark.parametrize(("index", "address"), [(0, NOTICE_PROGRAM), (1, NOTICE_PROGRAM), (2, NOTICE_APPEAL)])
def test_each_kind_goes_to_the_office_of_the_notice(index: int, address: str) -> None:
    m = matter()
    found = recipient_for(m, m.submissions[index])
    assert found.one_line == address
    assert (found.source, found.current, found.authority) == ("directory", True, ("fr-77-61012", "usc-19-2084"))


@pytest.mark.parametrize(
    ("day", "current"),
    [("2012-10-04", False), ("2012-10-05", True), ("2016-03-24", True), ("2016-03-25", False), ("2021-01-15", False)],
)
def test_the_address_holds_only_while_the_office_existed(day: str, current: bool) -> None:
    m = matter(f"submissions.1.date: {day}")
    found = recipient_for(m, m.submissions[1])
    assert found.key == "isa_ppb_2012"
    assert found.current is current
    assert bool("abolished" in found.note) is (not current and day > "2016")


CONFIRMED = """
submissions.1.date: 2017-01-12
confirmations:
  - {submission: anl-2015, by: "R. Ortiz, NAM", on: 2017-01-05, how: email, reason: instructed-by-cbp,
     address: [Office of Trade, 1331 Example Street], salutation: "Dear Mr. Ortiz:"}
"""


def test_a_confirmation_wins_and_says_who_gave_it() -> None:
    m = matter(CONFIRMED)
    found = recipient_for(m, m.submissions[1])
    assert (found.source, found.key, found.current) == ("confirmation", "confirmed", True)
    assert found.lines == ("Office of Trade", "1331 Example Street")
    assert found.salutation == "Dear Mr. Ortiz:"
    assert found.sentence == (
        "Office of Trade, 1331 Example Street. CBP gave this address: R. Ortiz, NAM, by email, on January 5, 2017."
    )


@pytest.mark.parametrize(
    ("first", "salutation"),
    [
        ("Executive Assistant Commissioner, Office of Trade", "Dear Executive Assistant Commissioner:"),
        ("Chief, Partnership Programs Branch", "Dear Chief:"),
        ("Office of Trade", ""),
    ],
)
def test_a_confirmed_address_is_greeted_by_its_own_title(first: str, salutation: str) -> None:
    m = matter(CONFIRMED.replace("Office of Trade,", f'"{first}",').replace(', salutation: "Dear Mr. Ortiz:"', ""))
    assert recipient_for(m, m.submissions[1]).salutation == salutation


def test_the_portal_edition_prints_no_address() -> None:
    m = matter("submissions.0.edition: ctpat-tc\nsubmissions.0.date: 2023-05-01")
    found = recipient_for(m, m.submissions[0])
    assert (found.source, found.channel, found.lines) == ("portal", "portal", ())
    assert found.one_line == "CTPAT Trade Compliance portal (CTPATTradeCompliance@cbp.dhs.gov)"


def test_a_ctpat_appeal_goes_by_email() -> None:
    m = matter("submissions.2.edition: ctpat-tc\nsubmissions.2.date: 2023-05-01")
    assert recipient_for(m, m.submissions[2]).contact == "ctpatappeals@cbp.dhs.gov"


def test_the_directory_cites_known_authorities_and_never_prints_an_unverified_line() -> None:
    for _, _, entry in directory().values():
        assert set(entry.authority) <= set(all_authorities())
        assert entry.confidence is not Confidence.UNVERIFIED or entry.lines == ()
    assert {office.key for office in wrong_offices()} == {"regulations-and-rulings", "revenue-division"}


@pytest.mark.parametrize(
    ("changes", "index", "edition", "in_force"),
    [
        ("", 0, "isa-2012", "isa-2012"),
        ("submissions.0.route: standard\nsubmissions.0.date: 2011-05-01", 0, "isa-2002", "isa-2002"),
        ("submissions.0.route: standard", 0, "isa-2002", "isa-2002"),
        ("acceptance.track: standard", 1, "isa-2002", "isa-2002"),
        ("acceptance.track: standard", 2, "isa-2012", "isa-2012"),
        ("submissions.1.date: 2021-01-15", 1, "isa-2012", "ctpat-tc"),
        ("submissions.1.date: 2021-01-15\nsubmissions.1.edition: ctpat-tc", 1, "ctpat-tc", "ctpat-tc"),
    ],
)
def test_the_edition_follows_the_field_the_date_and_the_route(
    changes: str, index: int, edition: str, in_force: str
) -> None:
    m = matter(changes)
    choice = edition_for(m, m.submissions[index])
    assert (choice.edition, choice.in_force) == (edition, in_force)


def test_the_track_is_recorded_or_read_from_the_application_or_assumed() -> None:
    assert not track_of(matter()).assumed
    assert not track_of(matter("acceptance.track: DELETE")).assumed
    assumed = track_of(matter("acceptance.track: DELETE\nsubmissions.0: DELETE\nfocused_assessment: DELETE"))
    assert (assumed.track, assumed.assumed) == ("standard", True)


@pytest.mark.parametrize(
    ("text", "kind", "normalized"),
    [
        ("12-3456789", "ein", "12-345678900"),
        ("12-345678900", "ein", "12-345678900"),
        ("12-3456789ab", "ein", "12-3456789AB"),
        ("123-45-6789", "ssn", "123-45-6789"),
        ("091703-12345", "cbp-assigned", "091703-12345"),
    ],
)
def test_the_three_formats(text: str, kind: str, normalized: str) -> None:
    found = parse_ior(text)
    assert found is not None
    assert (found.kind, found.normalized, normalize(text)) == (kind, normalized, normalized)


@pytest.mark.parametrize("text", ["12345678900", "12-34567", "12-3456789000", "1-23456789", "１２-3456789", ""])
def test_other_texts_are_no_importer_of_record_numbers(text: str) -> None:
    assert parse_ior(text) is None


def test_two_suffixes_are_two_numbers_and_some_letters_are_not_allowed() -> None:
    assert normalize("12-345678900") != normalize("12-345678901")
    bad = parse_ior("12-3456789OZ")
    assert bad is not None and suffix_fault(bad) == "O, Z"


def test_social_security_numbers_are_masked_and_nothing_else() -> None:
    assert mask("123-45-6789") == "***-**-6789"
    assert mask("12-345678900") == "12-345678900"
    assert mask("123-456789") == "***-**6789"


@pytest.mark.parametrize("kind", SUBMISSION_KINDS.values())
def test_the_example_of_a_recipient_key_is_a_key(kind: str) -> None:
    (example,) = resolve({"$ref": f"submissions.schema.json#/$defs/{kind}"})["properties"]["recipient"]["examples"]
    assert example in directory()


def test_an_unknown_key_is_answered_with_the_keys() -> None:
    (found,) = [
        each for each in check_rules(matter("submissions.1.recipient: isa-ppb-2012")) if each.code == "ISA-ADR-003"
    ]
    assert "no entry 'isa-ppb-2012'" in found.message
    assert found.remedy.endswith("its keys are isa_ppb_2012, isa_appeal_2012, isa_2016, ctpat_tc_portal, ctpat_appeal.")
