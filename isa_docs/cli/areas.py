"""``isa-docs areas``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from isa_docs.cli.report import Answer, answering, common_options

if TYPE_CHECKING:
    from isa_docs.program.areas import Area, Term


@click.command()
@click.argument("area_id", metavar="[ID]", required=False)
@click.option("--terms", "only_terms", is_flag=True, help="Show the vocabulary of informed compliance instead.")
@common_options
@answering("areas")
def areas(answer: Answer, area_id: str | None, only_terms: bool, verbose: int) -> None:
    """List the risk-area catalog, or show the area ID: what to test, what to pull, what usually goes wrong.

    A plan picks an area by writing its id under self_testing_plan.areas[].catalog; objective, attributes and
    evidence that the matter leaves out are then the catalog's.
    """
    from isa_docs.program.areas import GROUP_TITLES, all_areas, all_terms

    if area_id and only_terms:
        raise click.UsageError("Give an ID, or --terms, not both.")
    if only_terms:
        terms = list(all_terms().values())
        answer.result = {"terms": [_term_json(term) for term in terms]}
        for term in terms:
            past = " (historic)" if term.historic else ""
            answer.say(f"{click.style(term.term, bold=True)}{past}: {term.meaning}")
        return
    known = all_areas()
    if area_id is None:
        answer.result = {"areas": [_area_json(area) for area in known.values()]}
        for group, title in GROUP_TITLES.items():
            answer.say(click.style(title, bold=True))
            for area in known.values():
                if area.group == group:
                    answer.say(f"  {area.id:<24} {area.title}")
        return
    if area_id not in known:
        from difflib import get_close_matches

        close = get_close_matches(area_id, known, 1)
        hint = f"Did you mean '{close[0]}'?" if close else "`isa-docs areas` lists all."
        raise click.UsageError(f"The catalog has no area '{area_id}'. {hint}")
    answer.result = {"areas": [_area_json(known[area_id])]}
    _show(answer, known[area_id])


def _show(answer: Answer, area: Area) -> None:
    answer.say(click.style(f"{area.id}  {area.title}", bold=True))
    answer.say(f"  {area.objective}")
    for label, lines in (
        ("attributes to test", area.attributes),
        ("evidence to pull", area.evidence),
        ("usual root causes", area.root_causes),
        ("mitigating", area.mitigating),
        ("aggravating", area.aggravating),
    ):
        if lines:
            answer.say(f"  {label}")
            for line in lines:
                answer.say(f"    - {line}")
    if area.escalates:
        answer.say("  any error is looked at at once, whatever the rate")
    answer.say(f"  authority   {area.authority_text}")
    answer.say(f"  confidence  {area.confidence.words}{f'; as of {area.as_of.isoformat()}' if area.as_of else ''}")
    if area.note:
        answer.say(f"  note        {area.note}")


def _area_json(area: Area) -> dict[str, Any]:
    return {
        "id": area.id,
        "title": area.title,
        "group": area.group,
        "objective": area.objective,
        "attributes": list(area.attributes),
        "evidence": list(area.evidence),
        "root_causes": list(area.root_causes),
        "mitigating": list(area.mitigating),
        "aggravating": list(area.aggravating),
        "escalates": area.escalates,
        "authority": list(area.authority),
        "confidence": area.confidence.words,
        "as_of": area.as_of.isoformat() if area.as_of else None,
        "note": area.note,
    }


def _term_json(term: Term) -> dict[str, Any]:
    return {
        "key": term.key,
        "term": term.term,
        "meaning": term.meaning,
        "authority": list(term.authority),
        "as_of": term.as_of.isoformat() if term.as_of else None,
        "historic": term.historic,
    }
