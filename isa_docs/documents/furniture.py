"""Values for the contents page and the exhibit sheets."""

from __future__ import annotations

from typing import Any

from isa_docs.documents.blocks import Blocks, Paragraph, Text
from isa_docs.documents.characters import typographic
from isa_docs.documents.context import Layout, subject
from isa_docs.documents.plan import PlannedItem, SubmissionPlan

_ONE_LINE = 40
"""Characters of an exhibit's title that fit on one line of its sheet."""

_TIE = "\u00a0"
LINK = "https://isa.invalid/"
"""Links with this beginning become links to a part of the package when it is assembled."""


def contents(plan: SubmissionPlan, layout: Layout) -> dict[str, Any]:
    """Return the entries of the contents page: tab, linked title and first page of each part."""
    entries = []
    for item in plan.items:
        if item.kind in ("contents", "exhibit"):
            continue
        title = typographic(item.exhibit.title) if item.exhibit else item.title
        link = Blocks((Paragraph((Text(title, href=f"{LINK}{item.key}"),)),))
        page = layout.first_pages.get(item.key, 0)
        where = plan.where(item.key) if item.tab else ""
        entries.append({"tab": item.tab, "where": where, "link": link, "page": page})
    papers = any(item.kind == "paper" for item in plan.items)
    heading = "Tab / Exhibit" if papers else "Exhibit"
    return {"contents": {"subject": subject(plan), "heading": heading, "entries": entries}}


def exhibit_sheet(plan: SubmissionPlan, item: PlannedItem, layout: Layout) -> dict[str, Any]:
    """Return the values of one exhibit's sheet."""
    assert item.exhibit is not None
    pages = layout.pages.get(f"exhibit-{item.exhibit.id}", 0)
    return {
        "exhibit": {
            "tab": item.tab,
            "title": _closed(typographic(item.exhibit.title)),
            "description": typographic(item.exhibit.description or ""),
            "pages": f"{pages} {'page' if pages == 1 else 'pages'}",
        }
    }


def _closed(title: str) -> str:
    """Return a title of more than one line whose last words stay together, so that none stands alone."""
    beginning, *last = title.rsplit(" ", 3)
    return f"{beginning} {_TIE.join(last)}" if len(title) > _ONE_LINE and last else title
