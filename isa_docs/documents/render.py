"""A Word template filled with values: :func:`render_docx`.

docxtpl turns the template's parts into jinja source; around it stand the checks it lacks. Body, headers,
footers, footnotes, endnotes and the document properties are all rendered, each exactly once, so that nothing a
value says can ever be taken for a tag. Same template and same values give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from docx.opc.part import Part, XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import TemplateError as JinjaError
from jinja2 import TemplateSyntaxError, Undefined, nodes
from jinja2.debug import get_template_locals
from jinja2.environment import Template
from lxml import etree
from markupsafe import Markup

from isa_docs.documents.blocks import Blocks, Picture
from isa_docs.documents.characters import canonical, refused, shortened
from isa_docs.documents.clauses import unpin
from isa_docs.documents.coverage import Branch, BranchLog
from isa_docs.documents.docx_package import core_properties, normalized, opened, story_parts
from isa_docs.documents.filters import FilterError
from isa_docs.documents.keeping import keeping_styles, mark_blocks
from isa_docs.documents.origins import Origins
from isa_docs.documents.part_source import PartSource, kept_source, number_tags, shown
from isa_docs.documents.reading import PROPERTIES
from isa_docs.documents.richtext import RichTextWriter, StyleMissingError
from isa_docs.documents.sandbox import MAX_ITERATIONS, MAX_TEXT, PaperEnvironment, dotted
from isa_docs.documents.tags import TAG, PreparedPart, TagProblem, straightened
from isa_docs.documents.tidy import tidy
from isa_docs.documents.tokens import Kind, Slot, draw_lines, slot, style_indents
from isa_docs.errors import TemplateError
from isa_docs.findings import Finding, Place, Severity
from isa_docs.findings import Path as MatterPath

_FAILURES: Final = (
    JinjaError, StyleMissingError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError, AttributeError
)  # fmt: skip
_LONGEST_PROPERTY: Final = 255
_CODES: Final = {"SecurityError": "TPL-SECURITY", "UndefinedError": "TPL-UNDEFINED", "StyleMissingError": "TPL-STYLE"}


@dataclass(frozen=True)
class RenderedDocx:
    """A filled paper: its bytes, its lines to sign in reading order, and what the template did."""

    data: bytes
    slots: tuple[Slot, ...]
    branches: BranchLog
    """Which conditions and loops ran, and how they went (see :mod:`isa_docs.documents.coverage`)."""


def render_docx(
    template: bytes,
    context: Mapping[str, Any],
    *,
    name: str = "template.docx",
    roles: Collection[str] | None = None,
    matter: object | None = None,
    value_paths: Mapping[str, MatterPath] | None = None,
) -> RenderedDocx:
    """Fill a Word template.

    ``name`` is how findings call the template. ``roles`` are those a signature token may name (None: any).
    ``matter`` is the typed matter: values found in it by identity give findings their path; ``value_paths`` does
    so for derived values, by dotted name. Raises TemplateError with one finding per problem.
    """
    rendering = Rendering(template, name, roles, Origins(matter, value_paths or {}, context))
    return rendering.run(context)


class Rendering:
    """One rendering of one template: what the environment reports to (a ``sandbox.Session``)."""

    def __init__(self, template: bytes, name: str, roles: Collection[str] | None, origins: Origins) -> None:
        self.template = opened(template, name)
        self._digest = sha256(template).hexdigest()
        self.name = name
        self.roles = roles
        self.origins = origins
        self.findings: list[Finding] = []
        self.slots: list[Slot] = []
        self.placed: list[Slot] = []
        self.log = BranchLog()
        self._environment = PaperEnvironment(self)
        self._environment.globals.update(_slot=self._slot, _blocks=self._blocks, _inline=self._inline)
        self._width = _text_width(self.template)
        self._indents = style_indents(self.template.docx.styles.element)
        self._writer = RichTextWriter(self.template.docx.part, self._width)
        self._iterations = 0
        self._part: Part = self.template.docx.part
        self._where = "body"
        self._source = PartSource("", PreparedPart())

    def run(self, context: Mapping[str, Any]) -> RenderedDocx:
        """Render all parts and properties; raises TemplateError when anything is wrong."""
        values = dict(context)
        for part, where in story_parts(self.template.docx.part):
            self._render_part(part, where, values)
        self._render_properties(values)
        if self.findings:
            count = len(self.findings)
            problems = "a problem" if count == 1 else f"{count} problems"
            raise TemplateError(f"The template {self.name} cannot be filled: {problems}.", self.findings)
        return RenderedDocx(normalized(self.template), tuple(self.placed), self.log)

    # What the environment calls while a template runs.

    def show(self, value: Any, expression: str, line: int) -> Any:
        """Return what is printed for a value; note a finding for one that cannot be."""
        if isinstance(value, _Written):
            return Markup(value)  # noqa: S704 - made by our own writers
        if isinstance(value, str):
            return self._text(value, expression, line)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, Undefined):
            return self._refuse("TPL-UNDEFINED", expression, line, value._undefined_message, "Correct the name.")
        name = f"‘{expression}’" if expression else "the value"
        if value is None:
            remedy = "Give the value in the matter, or put {% if %} around the tag."
            return self._refuse("TPL-EMPTY", expression, line, f"{name} is empty", remedy)
        kind, remedy = _UNPRINTABLE.get(
            type(value).__name__,
            (f"a {type(value).__name__}", "Print one of its fields, loop over it, or use |oxford or |lines."),
        )
        return self._refuse("TPL-TYPE", expression, line, f"{name} is {kind}, which is not text", remedy)

    def _text(self, value: str, expression: str, line: int) -> str:
        text = canonical(str(value))
        bad = refused(text)
        if bad is not None:
            name = f"‘{expression}’" if expression else "the value"
            message = f"{name} holds the character {bad}, which no paper may hold"
            return self._refuse("TPL-CHARACTER", expression, line, message, "Remove the character from the value.")
        return Markup(text) if isinstance(value, Markup) else text  # noqa: S704 - escaped by jinja before

    def branch(self, value: Any, line: int, kind: str) -> Any:
        """Note which way a condition went."""
        outcome = bool(value)
        self.log.note(Branch(self._where, line, kind, self._source.tag(line)), outcome)
        return outcome

    def each(self, values: Any, line: int) -> Any:
        """Note whether a loop ran, and bound what all loops together may do."""
        if values is None or isinstance(values, str | int | float):
            raise TypeError(f"{{% for %}} wants a list, got {'nothing' if values is None else type(values).__name__}")
        items = list(values)
        self._iterations += len(items) + 1
        if self._iterations > MAX_ITERATIONS:
            raise OverflowError(f"the loops of the template run more than {MAX_ITERATIONS:,} times")
        self.log.note(Branch(self._where, line, "for", self._source.tag(line)), bool(items))
        return items

    def _slot(self, kind: Kind, role: Any) -> _Written:
        if isinstance(role, Undefined):
            str(role)  # raises, with the name
        if not isinstance(role, str) or (self.roles is not None and role not in self.roles):
            known = ", ".join(sorted(self.roles or ())) or "none"
            raise ValueError(f"nobody signs here as {role!r}; the roles are: {known}")
        if self._where != "body":
            raise ValueError("a signature token stands outside the body of the paper")
        self.slots.append(slot(len(self.slots), kind, role))
        return _Written(f"\ufdd0{len(self.slots) - 1}\ufdd1")

    def _blocks(self, value: Any, place: int) -> Any:
        if not isinstance(value, Blocks) or not value:
            return _not_narrative(value)
        prepared = self._source.prepared
        return _Written(self._writer.blocks(value, self._part, prepared.paragraphs[place], prepared.cells[place]))

    def _inline(self, value: Any, place: int) -> Any:
        if isinstance(value, Picture):
            return _Written(self._writer.picture(value, self._part))
        if not isinstance(value, Blocks) or not value:
            return _not_narrative(value)
        return _Written(self._writer.inline(value, self._part, self._source.prepared.runs[place]))

    # One part after the other.

    def _render_part(self, part: Part, where: str, values: Mapping[str, Any]) -> None:
        self._part, self._where = part, where
        self.template.current_rendering_part = part
        root = part.element if isinstance(part, XmlPart) else parse_xml(part.blob)
        self._source = kept_source(self.template, root, (self._digest, str(part.partname)))
        self.findings += [self._tag_finding(problem) for problem in self._source.prepared.problems]
        if self._source.prepared.problems:
            return
        text = self._filled(self._environment, self._source.text, values)
        if text is None:
            return
        try:
            tree = etree.fromstring(text.encode())
        except etree.XMLSyntaxError as error:
            self._add("TPL-NESTING", f"the tags of the {where} do not nest with its rows and cells ({error.msg})",
                      "Open and close each {%p %} and {%tr %} at the same level of the document.")  # fmt: skip
            return
        if self._source.loops_over_cells:
            # A loop over cells changes the number of columns.
            tree = self.template.fix_tables(text)
        drawn = draw_lines(tree, self.slots, self._width, self._indents)
        self.placed += drawn
        if drawn and (body := tree.find(qn("w:body"))) is not None:
            kept = keeping_styles(self.template.docx.styles.element)
            mark_blocks(body, {line.start for line in drawn if line.kind == "sign"}, kept)
        tidy(tree)
        unpin(tree)
        self.template.fix_docpr_ids(tree)
        blob = etree.tostring(tree, encoding="UTF-8", xml_declaration=True, standalone=True)
        if isinstance(part, XmlPart):
            part._element = parse_xml(blob)
        else:
            part._blob = blob

    def _render_properties(self, values: Mapping[str, Any]) -> None:
        properties = core_properties(self.template.docx)
        plain = self._environment.overlay(autoescape=False)
        for name in PROPERTIES:
            initial = getattr(properties, name)
            if "{" not in initial:
                continue
            self._where = f"document property {name}"
            self._source = PartSource(number_tags(straightened(initial)), PreparedPart())
            text = self._filled(plain, self._source.text, values)
            if text is None:
                continue
            text = " ".join(text.split())
            own = len(TAG.sub("", initial))
            if own > _LONGEST_PROPERTY:
                message = f"the {self._where} has {own} characters of its own"
                self._add("TPL-PROPERTY", message, f"{_LONGEST_PROPERTY} are the limit.")
                continue
            setattr(properties, name, shortened(text, _LONGEST_PROPERTY))

    def _filled(self, environment: PaperEnvironment, source: str, values: Mapping[str, Any]) -> str | None:
        """Run one source; on failure note the finding and return None."""
        before = len(self.findings)
        try:
            code = environment.compiled(source, self._where)
            template = Template.from_code(environment, code, environment.make_globals(None))
            pieces: list[str] = []
            size = 0
            for piece in template.generate(values):
                size += len(piece)
                if size > MAX_TEXT * 10:
                    raise OverflowError("the template makes more text than a paper can hold")
                pieces.append(piece)
        except _FAILURES as error:
            self._failed(error)
            return None
        return "".join(pieces) if len(self.findings) == before else None

    # Findings.

    def _failed(self, error: Exception) -> None:
        line = getattr(error, "lineno", None)
        names: Mapping[str, Any] = {}
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "<template>":
                line, names = trace.tb_lineno, trace.tb_frame.f_locals
            trace = trace.tb_next
        code = _CODES.get(type(error).__name__, "TPL-FAILED")
        message, remedy = str(error), "Correct the tag."
        if isinstance(error, TemplateSyntaxError):
            code = "TPL-SYNTAX"
        elif isinstance(error, FilterError):
            code, remedy = "TPL-FILTER", "Correct the tag, or the value it shows."
        elif isinstance(error, StyleMissingError):
            remedy = f"Add the style {error.style!r} to the template."
        expression = self._expression(line)
        self._add(code, message, remedy, line, self.origins.path(expression, names))

    def _refuse(self, code: str, expression: str, line: int, message: str, remedy: str) -> str:
        frame = sys._getframe()
        while frame.f_back is not None and frame.f_code.co_filename != "<template>":
            frame = frame.f_back
        names = get_template_locals(frame.f_locals)
        self._add(code, message, remedy, line, self.origins.path(expression, names))
        return ""

    def _expression(self, line: int | None) -> str:
        tag = self._source.tag(line) if line else ""
        try:
            output = self._environment.parse(tag).find(nodes.Output) if tag.startswith("{{") else None
        except TemplateSyntaxError:
            return ""
        return dotted(output.nodes[0]) if output and output.nodes else ""

    def _tag_finding(self, problem: TagProblem) -> Finding:
        message = f"{problem.message} (in the {self._where}: {_quoted(problem.paragraph)}, tag {problem.tag})"
        return Finding("TPL-TAG", Severity.ERROR, message, problem.remedy, place=Place(self.name))

    def _add(
        self, code: str, message: str, remedy: str, line: int | None = None, path: MatterPath | None = None
    ) -> None:
        text = message[:1].upper() + message[1:].rstrip(".")
        where = f"in the {self._where} of {self.name}"
        if line is not None:
            where += f", {_quoted(self._source.paragraph(line))}, tag {shown(self._source.tag(line))}"
        place = None if path is not None else Place(self.name)
        finding = Finding(code, Severity.ERROR, f"{text} ({where}).", remedy, path=path, place=place)
        if finding not in self.findings:
            self.findings.append(finding)


class _Written(str):
    """XML made by one of our own writers, to be passed on as it is."""

    __slots__ = ()


_UNPRINTABLE: Final = {
    "bool": ("yes or no", "Use it in an {% if %}."),
    "float": ("a number with decimals", "Use a filter: |percent, |money or |number."),
    "date": ("a date", "Use the filter |date."),
    "Blocks": ("a narrative", "Write it as {{p ... }}, alone in its paragraph."),
    "Picture": ("a picture", "Write it as {{r ... }}."),
}


def _not_narrative(value: Any) -> Any:
    """Return what ``show`` shall complain of in place of a narrative: an empty one counts as no value."""
    if isinstance(value, str):
        raise FilterError("the tag wants a narrative; write |markdown after the name")
    return None if isinstance(value, Blocks) else value


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text[:97]}…”" if len(text) > 98 else f"“{text}”"


def _text_width(template: DocxTemplate) -> int:
    """Return the width between the margins of the first section, in twentieths of a point."""
    section = template.docx.sections[0]
    width = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    return int(width / 635) or 9360
