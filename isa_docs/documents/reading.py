"""A template read without being filled: its parts, their jinja trees, and what is wrong with its tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.opc.part import XmlPart
from docx.oxml import parse_xml
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes

from isa_docs.documents.docx_package import core_properties, story_parts
from isa_docs.documents.part_source import PartSource, number_tags, part_source
from isa_docs.documents.sandbox import PaperEnvironment
from isa_docs.documents.tags import PreparedPart, straightened

PROPERTIES = ("title", "subject", "author", "keywords", "comments", "category", "language", "identifier")
"""The document properties that may hold tags."""


class _NoSession:
    """Stands where a rendering would listen; nothing is rendered here."""

    def show(self, value: Any, expression: str, line: int) -> Any:
        return value

    def branch(self, value: Any, line: int, kind: str) -> Any:
        return value

    def each(self, values: Any, line: int) -> Any:
        return values


@dataclass(frozen=True)
class TemplatePart:
    """One part of a template (or a document property): its name, XML root, source and tree, or the syntax error."""

    where: str
    root: Any | None
    source: PartSource
    tree: nodes.Template | None
    error: TemplateSyntaxError | None = None

    def branches(self) -> Iterator[tuple[int, str]]:
        """Yield line and kind of each condition and loop, in reading order."""
        found: list[tuple[int, str]] = []
        for call in self.tree.find_all(nodes.Filter) if self.tree else ():
            if call.name in ("_branch", "_each"):
                values = [argument.value for argument in call.args if isinstance(argument, nodes.Const)]
                found.append((values[0], "for" if call.name == "_each" else values[1]))
        yield from sorted(found)


def template_parts(template: DocxTemplate) -> list[TemplatePart]:
    """Return the parts of an opened template that hold text, the body first, and its properties that hold tags."""
    environment = PaperEnvironment(_NoSession())
    parts = []
    for part, where in story_parts(template.docx.part):
        root = part.element if isinstance(part, XmlPart) else parse_xml(part.blob)
        parts.append(_parsed(environment, where, root, part_source(template, root)))
    properties = core_properties(template.docx)
    for name in PROPERTIES:
        value = getattr(properties, name)
        if "{" in value:
            source = PartSource(number_tags(straightened(value)), PreparedPart())
            parts.append(_parsed(environment, f"document property {name}", None, source))
    return parts


def _parsed(environment: PaperEnvironment, where: str, root: Any | None, source: PartSource) -> TemplatePart:
    if source.prepared.problems:
        return TemplatePart(where, root, source, None)
    try:
        return TemplatePart(where, root, source, environment.parse(source.text))
    except TemplateSyntaxError as error:
        return TemplatePart(where, root, source, None, error)
