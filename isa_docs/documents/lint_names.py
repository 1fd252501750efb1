"""The names of a template held against what the builder gives it: unknown, unguarded, wrongly used, never used."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import nodes

from isa_docs.documents.sandbox import dotted
from isa_docs.documents.shapes import Shape

Report = Callable[[str, int, str, str], None]
"""Called with code, line, what is wrong, and remedy."""

_OWN_FILTERS: Final = ("_show", "_branch", "_each", "_part")
_SAME: Final = ("default", "sort", "unique", "reverse", "list", "select", "selectattr", "reject", "rejectattr", "trim")
_COUNTS: Final = ("length", "count", "int", "round", "abs", "sum")
_UNPRINTABLE: Final = {
    "list": "Loop over it, or use |oxford, |join or |lines.",
    "mapping": "Print one of its names.",
    "yes/no": "Ask it with {% if %}.",
    "date": "Use |date.",
    "number": "Use |percent, |money or |number.",
    "narrative": "Write it as {{p ... }}, alone in its paragraph.",
    "picture": "Write it as {{r ... }}.",
}


@dataclass(frozen=True)
class _Scope:
    """The names in reach, and the dotted names known to be filled here."""

    names: dict[str, Shape | None]
    filled: frozenset[str] = frozenset()

    def knowing(self, names: frozenset[str]) -> _Scope:
        return _Scope(dict(self.names), self.filled | names)


@dataclass
class NameCheck:
    """Walks the trees of one template against the shape of its context; ``used`` collects the names it reads."""

    context: Shape
    report: Report
    used: set[str] = field(default_factory=set)
    full_loops: set[int] = field(default_factory=set)
    """The lines of the loops that always have items: over lists never empty, or asked for by an if around."""

    def tree(self, tree: nodes.Template) -> None:
        """Check one part."""
        scope = _Scope(dict(self.context.fields))
        self._body(tree.body, scope)

    def unused(self) -> Iterator[str]:
        """Yield the names of the context, two levels deep, that no part has read."""
        for name, shape in sorted(self.context.fields.items()):
            if name not in self.used:
                yield name
            elif shape.known:
                read = {use.split(".")[1] for use in self.used if use.startswith(f"{name}.")}
                if read:
                    yield from (f"{name}.{key}" for key in sorted(shape.fields) if key not in read)

    # Statements.

    def _body(self, body: list[nodes.Node], scope: _Scope) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: _Scope) -> None:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if not isinstance(part, nodes.TemplateData):
                    self._printed(part, scope)
        elif isinstance(node, nodes.If):
            self._choice(node, scope)
        elif isinstance(node, nodes.For):
            self._loop(node, scope)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            scope.names[node.target.name] = self._value(node.node, scope)
        elif isinstance(node, nodes.Macro):
            scope.names[node.name] = None
            inner = _Scope({**scope.names, **{argument.name: None for argument in node.args}}, scope.filled)
            self._body(node.body, inner)
        else:
            for child in node.iter_child_nodes():
                if isinstance(child, nodes.Expr):
                    self._value(child, scope)
                else:
                    self._statement(child, scope)

    def _choice(self, node: nodes.If, scope: _Scope) -> None:
        self._value(node.test, scope)
        yes, no = _filled_names(node.test)
        self._body(node.body, scope.knowing(yes))
        otherwise = scope.knowing(no)
        for other in node.elif_:
            self._value(other.test, otherwise)
            yes, no = _filled_names(other.test)
            self._body(other.body, otherwise.knowing(yes))
            otherwise = otherwise.knowing(no)
        self._body(node.else_, otherwise)

    def _loop(self, node: nodes.For, scope: _Scope) -> None:
        shape = self._value(node.iter, scope)
        name = _plain(node.iter)
        if shape is not None and shape.kinds and "list" not in shape.kinds:
            kinds = " or ".join(sorted(shape.kinds))
            self.report("TPL-LINT-LOOP", node.iter.lineno, f"‘{name}’ is not a list but {kinds}", "Loop over a list.")
        if name and (name in scope.filled or (shape is not None and shape.kinds == {"list"} and not shape.optional)):
            self.full_loops.add(node.iter.lineno)
        self._guarded(node.iter, scope, whole=False)
        inner = scope.knowing(frozenset({name} if name else ()))
        inner.names["loop"] = None
        for target in node.target.find_all(nodes.Name) if not isinstance(node.target, nodes.Name) else [node.target]:
            single = isinstance(node.target, nodes.Name)
            inner.names[target.name] = shape.item if shape is not None and single else None
            inner = _Scope(inner.names, frozenset(n for n in inner.filled if n.split(".")[0] != target.name))
        if node.test is not None:
            self._value(node.test, inner)
            inner = inner.knowing(_filled_names(node.test)[0])
        self._body(node.body, inner)
        self._body(node.else_, scope)

    # Expressions.

    def _printed(self, node: nodes.Expr, scope: _Scope) -> None:
        inner = _unwrapped(node)
        if isinstance(inner, nodes.Call) and isinstance(inner.node, nodes.Name) and inner.node.name.startswith("_"):
            for argument in inner.args:
                shape = self._value(argument, scope)
                self._guarded(argument, scope)
                self._suits(inner.node.name, argument, shape)
            return
        shape = self._value(inner, scope)
        self._guarded(inner, scope)
        if shape is None:
            return
        for kind in sorted(shape.kinds & set(_UNPRINTABLE)):
            name = _plain(inner) or "the value"
            self.report("TPL-LINT-KIND", node.lineno, f"‘{name}’ is a {kind}, which is not text", _UNPRINTABLE[kind])

    def _suits(self, writer: str, node: nodes.Expr, shape: Shape | None) -> None:
        if writer in ("_blocks", "_inline") and shape is not None and shape.kinds and not isinstance(node, nodes.Const):
            wrong = shape.kinds - ({"narrative"} if writer == "_blocks" else {"narrative", "picture"})
            if wrong:
                message = f"‘{_plain(node)}’ is {' or '.join(sorted(wrong))}, not a narrative"
                self.report("TPL-LINT-KIND", node.lineno, message, "Write |markdown after the name, or use {{ }}.")

    def _value(self, node: nodes.Node, scope: _Scope) -> Shape | None:
        """Return what an expression is, as far as known, having checked the names in it."""
        if isinstance(node, nodes.Name):
            if node.name in scope.names:
                self.used.add(node.name)
                return scope.names[node.name]
            if node.name not in ("range", "namespace", "loop") and not node.name.startswith("_"):
                self._unknown(node.name, "", list(scope.names), node.lineno)
            return None
        if isinstance(node, nodes.Getattr) or (isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const)):
            return self._member(node, scope)
        if isinstance(node, nodes.Filter):
            return self._filtered(node, scope)
        if isinstance(node, nodes.And):
            self._value(node.left, scope)
            return self._value(node.right, scope.knowing(_filled_names(node.left)[0]))
        if isinstance(node, nodes.Or):
            self._value(node.left, scope)
            return self._value(node.right, scope.knowing(_filled_names(node.left)[1]))
        if isinstance(node, nodes.CondExpr):
            self._value(node.test, scope)
            yes, no = _filled_names(node.test)
            self._value(node.expr1, scope.knowing(yes))
            self._guarded(node.expr1, scope.knowing(yes))
            if node.expr2 is None:
                self.report("TPL-LINT-ELSE", node.lineno, "The inline if has no else", 'Write … else "".')
            else:
                self._value(node.expr2, scope.knowing(no))
                self._guarded(node.expr2, scope.knowing(no))
            return None
        for child in node.iter_child_nodes():
            self._value(child, scope)
        return None

    def _member(self, node: nodes.Getattr | nodes.Getitem, scope: _Scope) -> Shape | None:
        base = self._value(node.node, scope)
        name = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
        if isinstance(name, int):
            return base.item if base is not None else None
        whole = dotted(node)
        if whole:
            self.used.add(whole)
        if base is None or not base.known or not isinstance(name, str):
            return None
        self._guarded(node.node, scope, whole=True)
        if name not in base.fields:
            self._unknown(name, f" in ‘{dotted(node.node)}’", list(base.fields), node.lineno)
            return None
        return base.fields[name]

    def _filtered(self, node: nodes.Filter, scope: _Scope) -> Shape | None:
        shape = self._value(node.node, scope) if node.node is not None else None
        for argument in node.args:
            self._value(argument, scope)
        if node.name in (*_OWN_FILTERS, *_SAME):
            return shape
        if node.name in ("first", "last", "max", "min"):
            return shape.item if shape is not None else None
        if node.name == "markdown":
            return Shape({"narrative"})
        if node.name in _COUNTS:
            return Shape({"whole number"})
        if node.name in ("map", "batch", "groupby", "dictsort"):
            return None
        if node.node is not None:
            self._guarded(node.node, scope)
        return Shape({"text"})

    def _guarded(self, node: nodes.Node, scope: _Scope, *, whole: bool = True) -> None:
        """Report each part of a dotted name that may be empty and that no ``if`` around has asked for."""
        inner = _unwrapped(node)
        if any(f.name == "default" for f in (*inner.find_all(nodes.Filter), inner) if isinstance(f, nodes.Filter)):
            return
        name = _plain(inner)
        if not name:
            return
        steps = name.split(".")
        shape = scope.names.get(steps[0])
        for length in range(1, len(steps) + (1 if whole else 0)):
            if shape is None:
                return
            prefix = ".".join(steps[:length])
            if shape.optional and not any(n == prefix or n.startswith(f"{prefix}.") for n in scope.filled):
                remedy = f"Put {{% if {prefix} %}} around it."
                self.report("TPL-LINT-OPTIONAL", node.lineno, f"‘{prefix}’ may be empty, and no if asks for it", remedy)
                return
            shape = shape.fields.get(steps[length]) if length < len(steps) else None

    def _unknown(self, name: str, where: str, known: list[str], line: int) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean ‘{near[0]}’?" if near else "See `isa-docs template fields` for what there is."
        self.report("TPL-LINT-UNKNOWN", line, f"There is no ‘{name}’{where}", hint)


def _unwrapped(node: Any) -> Any:
    while isinstance(node, nodes.Filter) and node.name in _OWN_FILTERS:
        node = node.node
    return node


def _plain(node: nodes.Node) -> str:
    """Return the dotted name an expression is, or filters; empty when an index or anything else is in it."""
    name = dotted(node)
    return "" if "[" in name else name


def _filled_names(test: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that are filled where a test holds, and those that are where it does not."""
    test = _unwrapped(test)
    none: frozenset[str] = frozenset()
    if isinstance(test, nodes.Not):
        yes, no = _filled_names(test.node)
        return no, yes
    if isinstance(test, nodes.And):
        return _filled_names(test.left)[0] | _filled_names(test.right)[0], none
    if isinstance(test, nodes.Or):
        return none, _filled_names(test.left)[1] | _filled_names(test.right)[1]
    if isinstance(test, nodes.Test) and test.name in ("none", "undefined"):
        return none, frozenset({dotted(test)})
    if isinstance(test, nodes.Compare):
        equal = len(test.ops) == 1 and test.ops[0].op in ("eq", "gt", "in")
        return (frozenset({dotted(test.expr)}) - {""} if equal else none), none
    return frozenset({dotted(test)}) - {""}, none
