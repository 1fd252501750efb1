"""The checklist: one page for the firm, never sent, that says what must be looked at before the package goes out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import CodeType
from typing import Any

from isa_docs import __version__
from isa_docs.findings import Severity, conceal
from isa_docs.program.authorities import Confidence, all_authorities
from isa_docs.review.checklist_pages import shown_parts
from isa_docs.review.manifest import BuildRecord

_compiled: dict[str, CodeType] = {}


def compiled_pages() -> dict[str, CodeType]:
    """Return the code of the page by the SHA-256 of its source, for another process; it may be added to."""
    return _compiled


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined, Template

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["long_date"] = _long_date
    source = files("isa_docs.review").joinpath("checklist.html.jinja").read_text("utf-8")
    key = sha256(source.encode()).hexdigest()
    if key not in _compiled:
        _compiled[key] = environment.compile(source, "checklist")
    return Template.from_code(environment, _compiled[key], environment.make_globals(None))


def prepare_checklist() -> None:
    """Compile the page, which takes a while; it is kept."""
    _template()


def _cite(keys: tuple[str, ...]) -> str:
    known = all_authorities()
    return "; ".join(known[key].short if key in known else key for key in keys)


def _long_date(value: Any) -> str:
    from isa_docs.documents.filters import long_date

    return long_date(value, "weekday")


def checklist_html(record: BuildRecord, name: str, pictures: Mapping[int, bytes]) -> bytes:
    """Return the checklist of the package called ``name`` as one UTF-8 HTML page without outside resources.

    A Social Security number in it is concealed. ``pictures`` are those of the pages worth showing (see
    :mod:`isa_docs.review.thumbnails`).
    """
    plan = record.plan
    open_findings = [each for each in record.findings if not each.overridden]
    signers: dict[str, list[Any]] = {}
    for field in record.package.fields:
        signers.setdefault(field.slot.role, []).append(field)
    page = _template().render(
        name=name,
        record=record,
        plan=plan,
        submission=plan.submission,
        importer=plan.matter.importer.legal_name,
        kind=plan.items[0].title,
        recipient=plan.recipient,
        verified=plan.recipient.confidence is Confidence.SEEN,
        cite=_cite,
        errors=[each for each in open_findings if each.severity is Severity.ERROR],
        warnings=[each for each in open_findings if each.severity is Severity.WARNING],
        notes=[each for each in open_findings if each.severity is Severity.NOTE],
        overridden=[each for each in record.findings if each.overridden],
        signers=sorted(signers.values(), key=lambda fields: fields[0].slot.order),
        shown=shown_parts(record, pictures),
        has_mou=any(item.key == "mou" and not item.form for item in plan.items),
        form=next((item.form for item in plan.items if item.form), ""),
        version=__version__,
    )
    return conceal(str(page)).encode()
