"""Whether the block tags of a part open and close at the same level of the document.

``{%p if x %}`` before a table and ``{%tr endif %}`` within it would fill well for one value of ``x`` and break
the paper for another; so this is checked on the template, whatever the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from docx.oxml.ns import qn

_BLOCK: Final = re.compile(
    r"\{%(p|r|tr|tc)?\s*(if|for|macro|call|filter|elif|else|end(?:if|for|macro|call|filter))\b.*?%\}", re.DOTALL
)
_NAMES: Final = {"": "words", "p": "paragraphs", "tr": "table rows", "tc": "table cells", "r": "runs"}
_HOMES: Final = {"p": qn("w:p"), "tr": qn("w:tr"), "tc": qn("w:tc"), "r": qn("w:r")}


@dataclass(frozen=True)
class BlockTag:
    """A tag that opens, continues or closes a block: what it is about, and the element its block lies in."""

    tag: str
    word: str
    scope: str
    container: Any
    paragraph: Any


def misplaced(root: Any) -> Iterator[tuple[BlockTag, str]]:
    """Yield the block tags of a part that do not match the one that opens their block, each with what is wrong."""
    stack: list[BlockTag] = []
    for tag in _block_tags(root):
        if tag.word not in ("elif", "else") and not tag.word.startswith("end"):
            stack.append(tag)
            continue
        if not stack:
            yield tag, "closes nothing" if tag.word.startswith("end") else "stands in no block"
            return
        opener = stack[-1]
        if tag.word.startswith("end") and tag.word != f"end{opener.word}":
            yield tag, f"does not close {opener.tag}"
            return
        if tag.scope != opener.scope:
            yield (
                tag,
                f"is for {_NAMES[tag.scope]}, but its block was opened for {_NAMES[opener.scope]} by {opener.tag}",
            )
        elif tag.container is not opener.container:
            level = {"": "paragraph", "tr": "table", "tc": "row"}.get(tag.scope, "place")
            yield tag, f"stands in another {level} than {opener.tag}"
        if tag.word.startswith("end"):
            stack.pop()
    for tag in stack:
        yield tag, "is never closed"


def _block_tags(root: Any) -> Iterator[BlockTag]:
    for text in root.iter(qn("w:t")):
        for match in _BLOCK.finditer(text.text or ""):
            scope = match.group(1) or ""
            home = next(text.iterancestors(_HOMES.get(scope, qn("w:r"))))
            paragraph = next(text.iterancestors(qn("w:p")))
            yield BlockTag(match.group(), match.group(2), scope, home.getparent(), paragraph)
