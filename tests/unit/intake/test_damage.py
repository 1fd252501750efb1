"""Whatever happens to a file, it is read, or refused with findings at lines that exist: never a crash."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_docs.errors import InputError
from isa_docs.intake.load import load_text
from isa_docs.intake.source import parse_source
from tests.unit.intake.yaml_edits import example

YAML = example("northwind")
JSON = json.dumps(parse_source(YAML.encode(), "matter.yaml").data, indent=1)
PIECES = ["\t", "{", "]", ": ", "- ", "'", '"', "|", "&a ", "*a", "!!int ", "#", "\n", "\n  ", "\x00", "\u2028", "null"]
PIECES += ["~", "true", "1e5", "0x1f", "9" * 30, "<<: ", "? ", "---\n", "%YAML 1.1\n", "@", "\\", "\r", "\ufeff", "[]"]

damage = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.sampled_from(["", *PIECES]))


@pytest.mark.parametrize(("name", "text"), [("matter.yaml", YAML), ("matter.json", JSON)])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(blows=st.lists(damage, min_size=1, max_size=3))
def test_a_damaged_file_is_refused_with_findings_at_lines_it_has(
    name: str, text: str, blows: list[tuple[float, int, str]]
) -> None:
    for where, deleted, inserted in blows:
        at = int(where * len(text))
        text = text[:at] + inserted + text[at + deleted :]

    try:
        load_text(text, name)
    except InputError as error:
        assert error.findings
        for finding in error.findings:
            assert finding.place is not None
            assert 1 <= (finding.place.line or 0) <= text.count("\n") + text.count("\r") + text.count("\u2028") + 2
