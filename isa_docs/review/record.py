"""Write what became of a submission into the matter file: one line more, and nothing else of the file changed.

The text is edited, not written anew, so comments, order and layout stay. What results is read back and must hold
exactly the old data and the new; otherwise nothing is written.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.source import Source, parse_source


def with_event(source: Source, event: dict[str, str]) -> str:
    """Return the text of the matter file with ``event`` at the end of its ``events``."""
    return _added(source, "events", event)


def with_acceptance(source: Source, signed_on: str) -> str:
    """Return the text of the matter file with the day on which CBP signed the MOU; it must not have one yet."""
    wanted = {**source.data, "acceptance": {"mou_signed_by_cbp_on": signed_on}}
    if source.file.lower().endswith(".json"):
        return _checked(source, _json(wanted), wanted)
    block = f"acceptance:\n  mou_signed_by_cbp_on: {signed_on}\n"
    return _checked(source, _appended(source.text, block), wanted)


def with_submission(source: Source, block: str, data: dict[str, Any]) -> str:
    """Return the text of the matter file with one more submission, given as YAML lines and as data."""
    return _added(source, "submissions", data, block)


def _added(source: Source, key: str, item: dict[str, Any], block: str | None = None) -> str:
    before = source.data.get(key) or []
    wanted = {**source.data, key: [*before, item]}
    if source.file.lower().endswith(".json"):
        return _checked(source, _json(wanted), wanted)
    line = block or f"- {_flow(item)}"
    node = _node(source.text, key)
    if node is None:
        return _checked(source, _appended(source.text, f"{key}:\n{_indented(line, 2)}"), wanted)
    if not isinstance(node, yaml.SequenceNode):  # an empty value
        at = _end_of_line(source.text, node.end_mark.index)
        return _checked(source, _inserted(source.text, at, _indented(line, 2)), wanted)
    if node.flow_style:
        flow = ("" if not node.value else ", ") + _flow(item)
        at = node.end_mark.index - 1
        return _checked(source, source.text[:at] + flow + source.text[at:], wanted)
    last = _last_leaf(node)
    at = _end_of_line(source.text, _content_end(source.text, last))
    return _checked(source, _inserted(source.text, at, _indented(line, node.start_mark.column)), wanted)


def _node(text: str, key: str) -> Any:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for name, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if name.value == key:
            return value
    return None


def _last_leaf(node: Any) -> Any:
    """Return the last node that stands in the text by itself: a scalar, or something in brackets."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _content_end(text: str, node: Any) -> int:
    """Return where a leaf's own text ends; a block text's mark stands behind the blank lines that follow it."""
    end: int = node.end_mark.index
    while end > node.start_mark.index and text[end - 1] in " \r\n\t":
        end -= 1
    return end


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _inserted(text: str, at: int, lines: str) -> str:
    end = _line_end(text)
    before = text[:at]
    if before and not before.endswith("\n"):
        before += end
    return before + lines.replace("\n", end) + text[at:]


def _appended(text: str, block: str) -> str:
    end = _line_end(text)
    return text.rstrip() + end * 2 + block.replace("\n", end)


def _line_end(text: str) -> str:
    """Return the line end the file uses."""
    return "\r\n" if "\r\n" in text else "\n"


def _indented(lines: str, column: int) -> str:
    return "".join(f"{' ' * column}{line}\n" if line else "\n" for line in lines.splitlines())


def _flow(item: dict[str, Any]) -> str:
    """Return a mapping in braces on one line; text is quoted where YAML would read it otherwise."""
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in item.items()) + "}"


def _scalar(value: str) -> str:
    plain = value.replace("-", "").replace(" ", "").replace(".", "").isalnum() and value[0].isalnum()
    ordinary = plain and yaml.safe_load(value) == value
    is_date = len(value) == 10 and value[4:5] == "-" and value.replace("-", "").isdigit()
    return value if ordinary or is_date else json.dumps(value, ensure_ascii=False)


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _checked(source: Source, text: str, wanted: dict[str, Any]) -> str:
    """Return ``text`` if it holds exactly ``wanted``; raises InputError otherwise."""
    try:
        made = parse_source(text.encode(), source.file).data
    except InputError:
        made = {}
    if made != wanted:
        message = f"{source.file} is written in a way that cannot be added to safely; it stays as it is."
        remedy = "Add the entry in an editor: the key at the left margin, one item a line below it."
        raise InputError(message, [Finding("RECORD-FORM", Severity.ERROR, message, remedy)])
    return text
