"""Values for the contents page and the exhibit sheets."""

from __future__ import annotations

from typing import Any

from isa_docs.documents.blocks import Blocks, Paragraph, Text
from isa_docs.documents.characters import typographic
from isa_docs.documents.context import Layout, subject
from isa_docs.documents.plan import PlannedItem, SubmissionPlan

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
        entries.append({"tab": item.tab, "link": link, "page": page})
    return {"contents": {"subject": subject(plan), "entries": entries}}


def exhibit_sheet(plan: SubmissionPlan, item: PlannedItem, layout: Layout) -> dict[str, Any]:
    """Return the values of one exhibit's sheet."""
    assert item.exhibit is not None
    pages = layout.pages.get(f"exhibit-{item.exhibit.id}", 0)
    return {
        "exhibit": {
            "tab": item.tab,
            "title": typographic(item.exhibit.title),
            "description": typographic(item.exhibit.description or ""),
            "pages": f"{pages} {'page' if pages == 1 else 'pages'}",
        }
    }
