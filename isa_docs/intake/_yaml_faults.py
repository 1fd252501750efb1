"""What a YAML parser's complaint means to the person who typed the file, and which line is to blame.

The parser stops where it can no longer go on; the slip is often a line or more above.
"""

from __future__ import annotations

import yaml

REMEDY = "Check the indentation, the colon after the key, and the quotation marks on this line and the one above."


def explain(text: str, error: yaml.MarkedYAMLError) -> tuple[str, int, int]:
    """Return a sentence, and the 1-based line and column to blame, for a complaint about ``text``."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"Not well-formed YAML: {error}.", 1, 1
    begun = error.context_mark or mark
    lines = text.splitlines()
    line, column = mark.line, mark.column
    context, problem = error.context or "", (error.problem or "the structure is broken").strip()
    here = lines[line] if line < len(lines) else ""

    opened = _long_quotation(text, line)
    if opened or "quoted scalar" in context:
        line, column = opened or (begun.line, begun.column)
        problem = "a quotation mark is opened here and not closed on this line"
    elif "\t" in (here[column : column + 1], here[: len(here) - len(here.lstrip())]) or "'\\t'" in problem:
        problem = "the line is indented with a tab; YAML wants spaces"
    elif "another document" in problem or "single document" in problem:
        problem = "the file holds more than one document (a line '---' begins the second)"
    elif "undefined alias" in problem:
        problem = f"{problem}; a text that begins with * must stand in quotation marks"
    elif "expected ':'" in problem:
        line, column = begun.line, begun.column
        problem = "a colon and a space are expected after the key"
    elif "mapping values are not allowed" in problem:
        if ": " in here[:column]:
            problem = "a text that holds a colon and a space must stand in quotation marks"
        else:
            line, column = _line_above(lines, line)
            problem = "a colon and a space are expected after the key, or the next line is indented too far"
    elif "while parsing a flow" in context and line > begun.line:
        above = _line_above(lines, line)
        if lines[above[0]].rstrip()[-1:] not in (",", "[", "{"):
            line, column = above
            problem = "a comma or a closing bracket is missing"
    return f"Not well-formed YAML: {problem}.", line + 1, column + 1


def _line_above(lines: list[str], line: int) -> tuple[int, int]:
    """Return the line before ``line`` that is neither blank nor a comment, and its first column."""
    for at in range(min(line, len(lines)) - 1, -1, -1):
        bare = lines[at].lstrip()
        if bare and not bare.startswith("#"):
            return at, len(lines[at]) - len(bare)
    return line, 0


def _long_quotation(text: str, line: int) -> tuple[int, int] | None:
    """Return where a quoted text starts that runs over several lines and ends on ``line``: likely not meant."""
    found = None
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if token.start_mark.line > line:
                break
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                long = token.start_mark.line < token.end_mark.line == line
                found = (token.start_mark.line, token.start_mark.column) if long else found
    except yaml.YAMLError:
        pass
    return found
