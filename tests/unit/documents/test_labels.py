"""Narratives that begin within a sentence of the builder: the reason of a sample, the cause of an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from isa_docs.documents.annual import annual_notification
from isa_docs.documents.application import self_testing_plan
from isa_docs.documents.blocks import Blocks, Listing, Paragraph, Table, Text, led_by, plain_text
from isa_docs.documents.markdown import parse_markdown
from isa_docs.documents.plan import plan_submission
from isa_docs.intake.load import load_matter
from isa_docs.intake.model import AnnualNotification, Matter

EXAMPLES = Path(__file__).parents[3] / "examples"
LIST = "The size rests on two facts:\n\n- the risk sits with a **few** suppliers\n- see [[exhibit:fa-report]]"


@cache
def northwind() -> Matter:
    return load_matter(EXAMPLES / "northwind" / "matter.yaml").matter


def sample(**changes: Any) -> dict[str, Any]:
    """Return what the plan prints of its first area's sample, when that is changed."""
    matter = northwind()
    testing = matter.self_testing_plan
    assert testing is not None and testing.areas[0].sampling is not None
    area = replace(testing.areas[0], sampling=replace(testing.areas[0].sampling, **changes))
    changed = replace(matter, self_testing_plan=replace(testing, areas=(area, *testing.areas[1:])))
    values: dict[str, Any] = self_testing_plan(plan_submission(changed, 0))["plan"]["areas"][0]["sample"]
    return values


def told(**changes: str) -> list[Any]:
    """Return the narrative of the first result of the annual letter, when that result is changed."""
    matter = northwind()
    letter = matter.submissions[1]
    assert isinstance(letter, AnnualNotification)
    result = replace(
        letter.results[0], **{"root_cause": None, "corrective_action": None, "disclosure": None, **changes}
    )
    letter = replace(letter, results=(result, *letter.results[1:]))
    changed = replace(matter, submissions=(matter.submissions[0], letter, *matter.submissions[2:]))
    narrative: Blocks = annual_notification(plan_submission(changed, 1))["anl"]["results"][0]["narrative"]
    return list(narrative.blocks)


def test_the_reason_of_a_sample_keeps_its_list_and_its_look() -> None:
    opening, listing, details = sample(rationale=LIST, frame="ACE report", selection=None)["explained"].blocks
    assert opening.inlines[0] == Text("Tariff classification.", strong=True)
    assert plain_text(Blocks((opening,))).endswith("95 percent confidence. The size rests on two facts:")
    assert isinstance(listing, Listing)
    assert Text("few", strong=True) in listing.items[0][0].inlines  # type: ignore[union-attr]
    assert plain_text(Blocks((listing,))).endswith("see Exhibit\u00a0A")
    assert details.inlines[0].text.startswith("Frame: ACE report.")


def test_a_reason_of_one_paragraph_stands_in_the_paragraph_of_the_sample() -> None:
    values = sample(rationale="Moderate risk.", frame="ACE report", selection=None, replacement_rule=None)
    (paragraph,) = values["explained"].blocks
    assert plain_text(Blocks((paragraph,))).endswith("95 percent confidence. Moderate risk. Frame: ACE report.")
    assert plain_text(Blocks((paragraph,))).replace("\u00a0", " ") == (
        f"Tariff classification. {values['statement']}".replace("\u00a0", " ")
    )


def test_a_statement_in_one_text_holds_no_marks_of_markdown() -> None:
    said = sample(rationale=LIST)["statement"]
    assert "two facts: the risk sits with a few suppliers see Exhibit\u00a0A Frame:" in said


def test_a_cause_begins_in_the_first_paragraph() -> None:
    first, second = told(root_cause="A supplier erred.\n\nTwice.")
    assert first == Paragraph((Text("Cause.", emphasis=True), Text(" A supplier erred.")))
    assert plain_text(Blocks((second,))) == "Twice."


def test_a_cause_that_is_a_list_or_table_stands_below_its_label() -> None:
    cause, listing, action, table = told(
        root_cause="- A supplier changed a part number.\n- The broker used an old table.",
        corrective_action="| a | b |\n|---|---|\n| 1 | 2 |",
    )
    assert cause == Paragraph((Text("Cause.", emphasis=True),))
    assert isinstance(listing, Listing)
    assert len(listing.items) == 2
    assert action == Paragraph((Text("Corrective action.", emphasis=True),))
    assert isinstance(table, Table)


def test_words_run_on_into_text_of_their_look() -> None:
    blocks, _ = parse_markdown("see **this**")
    assert led_by((Text("Note:"),), blocks).blocks == (Paragraph((Text("Note: see "), Text("this", strong=True))),)
    assert led_by((Text("None."),), Blocks()).blocks == (Paragraph((Text("None."),)),)
