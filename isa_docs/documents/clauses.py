"""Pinned wording: the clauses a paper must carry, each with an id and a hash, so that no change goes unnoticed.

In a template a clause stands between the ends of a bookmark named ``pin_`` and its id (Insert, Bookmark in Word);
styles may change freely, words are held against the hash in ``data/clauses.toml``. Bookmarks are for authors only:
they are taken out of the finished paper.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from docx.oxml.ns import qn

from isa_docs.documents.docx_package import opened
from isa_docs.documents.tags import paragraph_text, straightened
from isa_docs.findings import Finding, Place, Severity
from isa_docs.resources import folder

PREFIX: Final = "pin_"


@dataclass(frozen=True)
class Clause:
    """A clause of one kind of template: what it says in short, on what authority, and its words' hash."""

    id: str
    template: str
    title: str
    authority: tuple[str, ...]
    sha256: str


@cache
def clauses() -> tuple[Clause, ...]:
    """Return every pinned clause, in the order of the data file."""
    data = tomllib.loads((Path(__file__).parent / "data" / "clauses.toml").read_text(encoding="utf-8"))
    return tuple(
        Clause(key, each["template"], each["title"], tuple(each["authority"]), each["sha256"])
        for key, each in data.items()
    )


def clause_texts(template: bytes, name: str) -> dict[str, str]:
    """Return the words of each pinned clause of a template, by id. Raises TemplateError for no Word file."""
    body = opened(template, name).docx.element.body
    ends = {end.get(qn("w:id")): _home(end) for end in body.iter(qn("w:bookmarkEnd"))}
    found: dict[str, str] = {}
    for start in body.iter(qn("w:bookmarkStart")):
        title = start.get(qn("w:name")) or ""
        if title.startswith(PREFIX):
            texts = [paragraph_text(each) for each in _span(_home(start), ends.get(start.get(qn("w:id"))))]
            found[title.removeprefix(PREFIX)] = " ".join(straightened(" ".join(texts)).split())
    return found


def words_hash(text: str) -> str:
    """Return the hash of a clause's words, as the data file holds it."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_clauses(template: bytes, kind: str, name: str) -> list[Finding]:
    """Return a warning for each pinned clause that a template of a kind lacks, or has in other words.

    ``kind`` is the stem of the shipped template it stands for, ``name`` how findings call it.
    """
    texts = clause_texts(template, name)
    return [
        _changed(clause, kind, name, texts.get(clause.id))
        for clause in clauses()
        if clause.template == kind and (clause.id not in texts or words_hash(texts[clause.id]) != clause.sha256)
    ]


def unpin(root: Any) -> None:
    """Take the bookmarks of pinned clauses out of a part, in place."""
    gone = set()
    for start in list(root.iter(qn("w:bookmarkStart"))):
        if (start.get(qn("w:name")) or "").startswith(PREFIX):
            gone.add(start.get(qn("w:id")))
            start.getparent().remove(start)
    for end in list(root.iter(qn("w:bookmarkEnd"))):
        if end.get(qn("w:id")) in gone:
            end.getparent().remove(end)


def _changed(clause: Clause, kind: str, name: str, text: str | None) -> Finding:
    shipped = clause_texts((folder("templates") / f"{kind}.docx").read_bytes(), f"{kind}.docx")[clause.id]
    if text is None:
        what = f"The template {name} has no clause '{PREFIX}{clause.id}' ({clause.title})."
        remedy = f"Put it back, with its bookmark {PREFIX}{clause.id}, or have counsel answer for it: “{shipped}”"
        return Finding("TPL-PIN-MISSING", Severity.WARNING, what, remedy, place=Place(name), authority=clause.authority)
    what = f"The template {name} words the clause '{PREFIX}{clause.id}' ({clause.title}) in its own way: “{text}”"
    remedy = f"Have counsel confirm that it still says what is required. The shipped wording: “{shipped}”"
    return Finding("TPL-PIN-CHANGED", Severity.WARNING, what, remedy, place=Place(name), authority=clause.authority)


def _home(element: Any) -> Any:
    """Return the paragraph of a bookmark's end, or what follows a bookmark between paragraphs."""
    return element if element.tag == qn("w:p") else next(element.iterancestors(qn("w:p")), element)


def _span(first: Any, last: Any) -> Iterator[Any]:
    """Yield the paragraphs from one to another, both included."""
    if last is None:
        last = first
    at = first
    while at is not None:
        if at.tag == qn("w:p"):
            yield at
        else:
            yield from at.iter(qn("w:p"))
        if at is last:
            return
        at = at.getnext()
