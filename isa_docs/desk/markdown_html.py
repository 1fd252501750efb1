"""Narratives as HTML for the page: read by the papers' own parser, so that what is shown is what will be printed."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from isa_docs.documents.blocks import Block, Blocks, Heading, Inlines, Listing, Paragraph, Text
from isa_docs.documents.markdown import parse_markdown
from isa_docs.documents.narratives import CITATION
from isa_docs.findings import Finding


def markdown_html(text: str) -> tuple[str, list[Finding]]:
    """Return a narrative as HTML of a few plain elements, and what no paper can hold; nothing typed becomes markup."""
    blocks, findings = parse_markdown(CITATION.sub(lambda found: f"Exhibit “{found[1]}”", text))
    return blocks_html(blocks), findings


def blocks_html(blocks: Blocks) -> str:
    """Return blocks as HTML."""
    return "".join(map(_block, blocks.blocks))


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_inlines(block.inlines)}</p>"
    if isinstance(block, Heading):
        return f"<h{block.level}>{_inlines(block.inlines)}</h{block.level}>"
    if isinstance(block, Listing):
        tag = "ol" if block.ordered else "ul"
        start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
        return f"<{tag}{start}>{''.join(f'<li>{_item(each)}</li>' for each in block.items)}</{tag}>"
    head = "".join(f'<th scope="col">{_inlines(cell)}</th>' for cell in block.header)
    rows = "".join(f"<tr>{''.join(f'<td>{_inlines(cell)}</td>' for cell in row)}</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _item(blocks: Iterable[Block]) -> str:
    blocks = tuple(blocks)
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
        return _inlines(blocks[0].inlines)
    return "".join(map(_block, blocks))


def _inlines(inlines: Inlines) -> str:
    out = ""
    for each in inlines:
        if not isinstance(each, Text):
            out += "<br>"
            continue
        said = escape(each.text)
        said = f"<em>{said}</em>" if each.emphasis else said
        said = f"<strong>{said}</strong>" if each.strong else said
        if each.href:  # the parser lets http, https and mailto through, nothing else
            said = f'<a href="{escape(each.href)}" rel="noreferrer noopener" target="_blank">{said}</a>'
        out += said
    return out
