"""Where the words of a paper come from: the rendering done again, noting every value that the template prints."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2.debug import get_template_locals
from jinja2.runtime import Undefined

from isa_docs.documents.blocks import Blocks, plain_text
from isa_docs.documents.origins import Origins
from isa_docs.documents.render import Rendering
from isa_docs.findings import Path


@dataclass(frozen=True)
class Printed:
    """One value a template printed: its text, the template's name for it, and its place in the matter if known."""

    text: str
    expression: str
    path: Path | None
    where: str
    """Which part of the template: body, header, footer …"""
    paragraph: str
    """The template's paragraph around it."""


def printed_values(
    template: bytes,
    context: Mapping[str, Any],
    *,
    name: str,
    roles: Collection[str],
    matter: object,
    value_paths: Mapping[str, Path],
) -> list[Printed]:
    """Fill a template as :func:`isa_docs.documents.render.render_docx` does; return what it printed, in order.

    Raises TemplateError when it cannot be filled.
    """
    rendering = _Tracing(template, name, roles, Origins(matter, value_paths, context))
    rendering.run(context)
    return rendering.printed


class _Tracing(Rendering):
    """A rendering that notes what it prints."""

    printed: list[Printed]

    def __init__(self, *arguments: Any) -> None:
        self.printed = []
        super().__init__(*arguments)

    def show(self, value: Any, expression: str, line: int) -> Any:
        """Note a value of text or number."""
        out = super().show(value, expression, line)
        if isinstance(value, str | int) and not isinstance(value, Undefined):
            path = self.origins.path(expression, _names())
            self.printed.append(Printed(str(value), expression, path, self._where, self._source.paragraph(line)))
        return out

    def _blocks(self, value: Any, place: int) -> Any:
        self._note_narrative(value)
        return super()._blocks(value, place)

    def _inline(self, value: Any, place: int) -> Any:
        self._note_narrative(value)
        return super()._inline(value, place)

    def _note_narrative(self, value: Any) -> None:
        if isinstance(value, Blocks) and value:
            self.printed.append(Printed(plain_text(value), "", None, self._where, ""))


def _names() -> Mapping[str, Any]:
    """Return the names that the template sees where it is printing now."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename != "<template>":
        frame = frame.f_back
    return get_template_locals(frame.f_locals)
