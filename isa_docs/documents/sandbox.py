"""The jinja environment templates run in: sandboxed, strict, escaping, bounded.

Each expression that prints passes through the session's ``show``; each condition and loop through its
``branch`` and ``each``, so that what a template did is known (coverage) and how much it may do is limited.
Attribute access, filters, tests and globals are closed lists: a firm's template is data, not a program.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from types import CodeType
from typing import Any, Final, Protocol, cast

from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing

from isa_docs.documents.filters import FILTERS, FilterError

MAX_ITERATIONS: Final = 200_000
MAX_TEXT: Final = 5_000_000
"""Longest text an expression may make, and a tenth of what a whole part may come to."""

_TESTS: Final = (
    "defined", "undefined", "none", "string", "number", "integer", "mapping", "sequence", "iterable", "boolean",
    "true", "false", "odd", "even", "divisibleby", "in", "sameas",
    "eq", "equalto", "==", "ne", "!=", "lt", "lessthan", "<", "le", "<=", "gt", "greaterthan", ">", "ge", ">=",
)  # fmt: skip
_METHODS: Final[dict[type, frozenset[str]]] = {
    str: frozenset({"startswith", "endswith", "split", "strip", "upper", "lower"}),
    dict: frozenset({"items", "keys", "values", "get"}),
    list: frozenset({"index", "count"}),
    tuple: frozenset({"index", "count"}),
    int: frozenset(),
    float: frozenset(),
    date: frozenset({"year", "month", "day", "isoformat", "weekday"}),
}
_FORBIDDEN: Final[dict[type[nodes.Node], str]] = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.ScopedEvalContextModifier: "autoescape",
    nodes.EvalContextModifier: "autoescape",
}


class Session(Protocol):
    """What a rendering listens with; see :class:`isa_docs.documents.render.Rendering`."""

    def show(self, value: Any, expression: str, line: int) -> Any:
        """Return what is printed for a value."""

    def branch(self, value: Any, line: int, kind: str) -> Any:
        """Return a condition's outcome, having noted it."""

    def each(self, values: Any, line: int) -> Any:
        """Return what a loop runs over, having noted and counted it."""


class MissingName(StrictUndefined):
    """An undefined name whose error says what there is instead."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        if self._undefined_obj is missing:
            return f"there is no {self._undefined_name!r}"
        known = public_names(self._undefined_obj)
        near = difflib.get_close_matches(str(self._undefined_name), known, n=1)
        what = "nothing (the value is empty)" if self._undefined_obj is None else "what stands before it"
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"there is no {self._undefined_name!r} in {what}{hint}"


_MOST_COMPILED = 256
_compiled: dict[tuple[str, str, bool], CodeType] = {}


def compiled_sources() -> dict[tuple[str, str, bool], CodeType]:
    """Return what was compiled so far, for another process of the same Python and program; it may be added to."""
    return _compiled


class PaperEnvironment(ImmutableSandboxedEnvironment):
    """The environment of one rendering. Subclassed from jinja's immutable sandbox, with less in it."""

    intercepted_binops = frozenset({"**", "*", "+", "%"})

    def __init__(self, session: Session) -> None:
        super().__init__(autoescape=True, undefined=MissingName, keep_trailing_newline=True, cache_size=0)
        self.session = session
        self.filters.clear()
        self.filters.update({name: _named(name, function) for name, function in FILTERS.items()})
        self.filters.update(
            {
                "_show": pass_context(lambda _, value, text, line: session.show(value, text, line)),
                "_branch": pass_context(lambda _, value, line, kind: session.branch(value, line, kind)),
                "_each": pass_context(lambda _, values, line: session.each(values, line)),
                "_part": _bounded,
            }
        )
        self.tests = {name: self.tests[name] for name in _TESTS}
        names = {"range": self.globals["range"], "namespace": self.globals["namespace"]}
        self.globals.clear()
        self.globals.update(names)

    def compiled(self, source: str, name: str) -> CodeType:
        """Compile a source, or return what it was compiled to before: all environments compile alike."""
        key = (sha256(source.encode("utf-8", "surrogatepass")).hexdigest(), name, bool(self.autoescape))
        if key not in _compiled:
            if len(_compiled) >= _MOST_COMPILED:
                _compiled.clear()
            _compiled[key] = self.compile(source, name=name)
        return _compiled[key]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow public data attributes, and of built-in values only the harmless methods."""
        if attr.startswith("_"):
            return False
        if isinstance(obj, LoopContext | Namespace):
            return super().is_safe_attribute(obj, attr, value)
        for kind, allowed in _METHODS.items():
            if isinstance(obj, kind):
                return attr in allowed
        return not callable(value) and super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look a name up; in a mapping the entry wins over the method of that name."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Compute ``*``, ``+`` and ``%`` on numbers, ``+`` on lists; nothing that can grow without bound."""
        numbers = all(isinstance(side, int | float) and abs(side) < 1e18 for side in (left, right))
        if operator == "**" or not (numbers or (operator == "+" and _addable(left, right))):
            raise SecurityError(f"a template may not compute {operator} on such values")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse, refuse what papers have no use for, and lead every print, test and loop past the session."""
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(tuple(_FORBIDDEN)):
            word = _FORBIDDEN[type(node)]
            raise TemplateSyntaxError(f"the tag {{% {word} %}} is not available in papers", node.lineno, name)
        _instrument(tree)
        return tree


def dotted(node: nodes.Node) -> str:
    """Return the name an expression is about, e.g. ``importer.address.city``; empty when it is not a plain name."""
    if isinstance(node, nodes.Filter | nodes.Test) and node.node is not None:
        return dotted(node.node)
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name.startswith("_"):
        return dotted(node.args[0])
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        base = dotted(node.node)
        return f"{base}.{node.attr}" if base else ""
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        base = dotted(node.node)
        key = node.arg.value
        return (f"{base}[{key}]" if isinstance(key, int) else f"{base}.{key}") if base else ""
    return ""


def public_names(value: Any) -> list[str]:
    """Return the names a template may ask of a value: keys, fields, properties."""
    if isinstance(value, Mapping):
        return [str(key) for key in value]
    return [name for name in dir(value) if not name.startswith("_") and not callable(getattr(type(value), name, None))]


def _named(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a filter say its name when it refuses a value, and let an undefined name say its own first."""

    @functools.wraps(function)
    def apply(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except FilterError as error:
            for argument in arguments:
                if isinstance(argument, Undefined):
                    str(argument)  # raises, with the name
            raise FilterError(f"the filter {name} {error}") from error

    return apply


def _instrument(tree: nodes.Template) -> None:
    for output in list(tree.find_all(nodes.Output)):
        output.nodes = [
            part if isinstance(part, nodes.TemplateData) else _passed(part, "_show", dotted(part), part.lineno)
            for part in output.nodes
        ]
    for choice in list(tree.find_all(nodes.If)):
        choice.test = _passed(choice.test, "_branch", choice.test.lineno, "if")
    for inline in list(tree.find_all(nodes.CondExpr)):
        inline.test = _passed(inline.test, "_branch", inline.lineno, "inline if")
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = _passed(loop.iter, "_each", loop.lineno)
    for chain in list(tree.find_all(nodes.Concat)):
        chain.nodes = [_passed(part, "_part") for part in chain.nodes]


def _passed(node: nodes.Node, name: str, *values: str | int) -> nodes.Filter:
    arguments: list[nodes.Expr] = [nodes.Const(value, lineno=node.lineno) for value in values]
    return nodes.Filter(cast(nodes.Expr, node), name, arguments, [], None, None, lineno=node.lineno)


def _bounded(value: Any) -> Any:
    """Let through a text or a whole number as an operand of ``~``."""
    if isinstance(value, Undefined):
        str(value)  # raises, with the name
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError("~ joins texts and whole numbers only")
    if isinstance(value, str) and len(value) > MAX_TEXT // 2:
        raise SecurityError("a template may not make so long a text")
    return value


def _addable(left: Any, right: Any) -> bool:
    for kind in (str, list, tuple):
        if isinstance(left, kind) and isinstance(right, kind):
            return len(left) + len(right) < MAX_ITERATIONS
    return False
