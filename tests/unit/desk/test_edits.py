"""Changes from the form reach the file's text; everything else of it stays, byte for byte."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_docs.desk.edits import edited, holds
from isa_docs.intake.source import Source, parse_source
from isa_docs.intake.starter import starter
from isa_docs.intake.validate import validate

ROOT = Path(__file__).resolve().parents[3]
HAND_WRITTEN = """\
# Our client since 1998; ask Priya first.
matter: o-brien   # never rename

importer:
    legal_name: 'O''Brien & Söhne, Inc.'  # as registered
    # The address is the one on the bond.
    address: {lines: [ "1 Main St" , Suite 4 ], city: Tacoma,   region: WA, postal_code: 98402}
    phone: &phone (253) 555-0100
    email: >-
        trade@northwind.example
    ior_numbers:
    # the first is the parent
    - {number: 12-345678900, name: "O'Brien"}
    -   number: 12-345678901   # hydraulics
        name: Hydraulics

people:
  officer: {name: Ann, title: VP, phone: *phone}
  isa_contact:
    name: Bea
    phone: *phone
    # still to be asked for: e-mail
    title: |
      Manager
# --- what we send ---
submissions:
- id: a
  kind: application   # the first
  exhibits:
    # A
    - id: one
      file: a.pdf
    # B
    - id: two
      file: b.pdf   # scanned

    - id: three
      file: c.pdf
# end
"""


def read(text: str, name: str = "matter.yaml") -> Source:
    """Read a text as the desk does."""
    source = parse_source(text.encode(), name)
    validate(source)
    return source


def changed(text: str, change: Callable[[dict[str, Any]], Any], name: str = "matter.yaml") -> str:
    """Return the text after a change of its data, which it must hold exactly."""
    source = read(text, name)
    wanted = copy.deepcopy(source.data)
    change(wanted)
    made = edited(source, wanted)
    assert holds(made, name, wanted)
    return made


def test_nothing_changed_is_the_same_text() -> None:
    assert changed(HAND_WRITTEN, lambda data: None) == HAND_WRITTEN


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (lambda d: d["importer"].update(legal_name="O'Neill"), "'O''Brien & Söhne, Inc.'", "'O''Neill'"),
        (lambda d: d["importer"]["address"].update(city="Sea, WA"), "city: Tacoma", 'city: "Sea, WA"'),
        (lambda d: d["importer"]["address"]["lines"].pop(), '[ "1 Main St" , Suite 4 ]', '[ "1 Main St" ]'),
        (lambda d: d["importer"].update(email="x@y.example"), ">-\n        trade@northwind.example", None),
        (lambda d: d["importer"]["ior_numbers"][1].update(name="no"), "name: Hydraulics", 'name: "no"'),
        (lambda d: d["importer"]["ior_numbers"][0].update(name='A "B"'), '"O\'Brien"', '"A \\"B\\""'),
        (lambda d: d["importer"]["address"].update(postal_code="98403"), "98402", '"98403"'),
        (lambda d: d["submissions"][0].update(kind="x y"), "kind: application   #", "kind: x y   #"),
        (lambda d: d["submissions"][0]["exhibits"][1].update(file="ü.pdf"), "b.pdf   #", "ü.pdf   #"),
        (
            lambda d: d["people"]["isa_contact"].update(title="Manager\n- one\n"),
            "Manager\n#",
            "Manager\n      - one\n#",
        ),
    ],
)
def test_one_value_changes_its_own_characters_only(change: Callable[[Any], Any], old: str, new: str | None) -> None:
    made = changed(HAND_WRITTEN, change)
    if new is None:
        new = ">-\n      x@y.example"
    assert HAND_WRITTEN.count(old) == 1
    assert made == HAND_WRITTEN.replace(old, new)


def test_a_value_that_others_refer_to_changes_alone() -> None:
    made = changed(HAND_WRITTEN, lambda d: d["importer"].update(phone="(253) 555-0199"))
    assert [line for line in made.splitlines() if "#" in line] == [
        line for line in HAND_WRITTEN.splitlines() if "#" in line
    ]
    assert made.count("(253) 555-0100") == 2
    made = changed(HAND_WRITTEN, lambda d: d["people"]["officer"].update(phone="1"))
    assert made == HAND_WRITTEN.replace("VP, phone: *phone", 'VP, phone: "1"')


def test_items_are_added_moved_and_taken_away_with_their_comments() -> None:
    made = changed(HAND_WRITTEN, lambda d: d["submissions"][0]["exhibits"].insert(1, {"id": "new", "title": "T"}))
    assert made == HAND_WRITTEN.replace("    # B\n", "    - id: new\n      title: T\n    # B\n")
    made = changed(HAND_WRITTEN, lambda d: d["submissions"][0]["exhibits"].reverse())
    assert made.index("id: three") < made.index("# B\n    - id: two") < made.index("id: one")
    assert "b.pdf   # scanned" in made
    made = changed(HAND_WRITTEN, lambda d: d["submissions"][0]["exhibits"].pop(1))
    assert made == HAND_WRITTEN.replace("    # B\n    - id: two\n      file: b.pdf   # scanned\n", "")


def test_keys_are_added_where_the_form_has_them_and_taken_away_alone() -> None:
    made = changed(HAND_WRITTEN, lambda d: d.update(notes="Call.\nTwice."))
    assert made == HAND_WRITTEN.replace("# end\n", "notes: |-\n  Call.\n  Twice.\n# end\n")
    made = changed(HAND_WRITTEN, lambda d: d["people"].pop("isa_contact"))
    assert made == HAND_WRITTEN[: HAND_WRITTEN.index("  isa_contact")] + HAND_WRITTEN[HAND_WRITTEN.index("# ---") :]
    made = changed(HAND_WRITTEN, lambda d: d["importer"].pop("email"))
    assert made == HAND_WRITTEN.replace("    email: >-\n        trade@northwind.example\n", "")


def test_what_stands_behind_a_hyphen_can_be_taken_away() -> None:
    made = changed(HAND_WRITTEN, lambda d: d["submissions"][0].pop("id"))
    assert made == HAND_WRITTEN.replace("- id: a\n  kind:", "- kind:")
    text = "list:\n- a: 1   # one\n  # two\n  b: 2\n- c: 3\n"
    assert changed(text, lambda d: d["list"][0].pop("a")) == "list:\n-\n  # two\n  b: 2\n- c: 3\n"


def test_comments_set_deeper_go_with_what_they_explain() -> None:
    text = "list:\n  - a: 1\n    #b: optional\n  # the second\n  - a: 2\n    #b: optional\n# end\n"
    made = changed(text, lambda d: d["list"].append({"a": 3}))
    assert made == text.replace("# end\n", "  - a: 3\n# end\n")
    made = changed(text, lambda d: d["list"].pop(0))
    assert made == "list:\n  # the second\n  - a: 2\n    #b: optional\n# end\n"
    made = changed(text, lambda d: d.update(note="x\ny\n"))
    assert made == text.replace("# end\n", "note: |\n  x\n  y\n# end\n")


def test_line_ends_of_windows_stay() -> None:
    text = HAND_WRITTEN.replace("\n", "\r\n")

    def change(data: dict[str, Any]) -> None:
        data["importer"]["legal_name"] = "X"
        data["notes"] = "a\nb\n"
        data["submissions"][0]["exhibits"].append({"id": "four"})

    made = changed(text, change)
    assert made.count("\n") == made.count("\r\n")
    assert made.replace("\r\n", "\n").startswith(HAND_WRITTEN[:90])


@pytest.mark.parametrize("space", ["\n", ""])
def test_json_keeps_its_layout(space: str) -> None:
    text = '{"matter": "a",\n  "importer": {"legal_name": "Ü", "n": [1,  2.50, true]},\n "submissions": []}' + space
    made = changed(text, lambda d: d["importer"].update(legal_name='"q"\n'), "matter.json")
    assert made == text.replace('"Ü"', '"\\"q\\"\\n"')
    made = changed(text, lambda d: d["importer"]["n"].append(None), "matter.json")
    assert made == text.replace("2.50, true", "2.50,  true,  null")


def test_a_starter_is_filled_in_and_keeps_its_explanations() -> None:
    text = starter("application").text

    def fill(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: fill(value) for key, value in data.items()}
        if isinstance(data, list):
            return [fill(value) for value in data]
        return "Some text: with # signs" if data is None else data

    made = changed(text, lambda data: data.update(fill(data)))
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in made.splitlines() if line.lstrip().startswith("#")] == comments


TEXTS = [HAND_WRITTEN, *((ROOT / f"examples/{name}/matter.yaml").read_text() for name in ("northwind", "maple"))]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value that is no collection."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, (*path, key))
    else:
        yield path


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [
        "no",
        "null",
        "1e3",
        "0x1F",
        "12:30",
        "- a",
        "# b",
        "a: b",
        "'",
        '"',
        "{x}",
        "&a",
        "*b",
        "!t",
        "%d",
        "@",
        "`",
        "|",
        ">",
    ]
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    st.data(),
    st.sampled_from([HAND_WRITTEN, HAND_WRITTEN, TEXTS[2]]),
    ANY_TEXT | st.integers() | st.booleans() | st.floats(-1e9, 1e9),
)
def test_any_value_anywhere_leaves_all_other_lines_as_they_are(data: st.DataObject, text: str, value: Any) -> None:
    source = read(text)
    path = data.draw(st.sampled_from(list(leaves(source.data))))
    wanted = copy.deepcopy(source.data)
    at = wanted
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    try:
        made = edited(source, wanted)
    except Exception as error:
        assert "cannot be written" in str(error)
        return
    assert holds(made, "matter.yaml", wanted)
    before, after = text.splitlines(keepends=True), made.splitlines(keepends=True)
    first = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    if "phone" not in before[first]:
        line = source.values[path][0]
        assert abs(first + 1 - line) <= 1 or made == text
        left = "".join(before).count("#") - "".join(after).count("#")
        assert left <= str(value).count("#") + text.splitlines()[first].count("#")


@pytest.mark.slow
def test_any_change_of_structure_is_written_and_read_back() -> None:
    rng = random.Random(7)
    for _ in range(12):
        text = rng.choice(TEXTS)

        def mutate(value: Any, depth: int = 0) -> Any:
            if isinstance(value, dict):
                made = {key: mutate(each, depth + 1) for key, each in value.items() if depth < 1 or rng.random() > 0.05}
                return made | ({"added": rng.choice([1, "t\nu", [], {}, [{"x": [1]}]])} if rng.random() < 0.05 else {})
            if isinstance(value, list):
                made_list = [mutate(each, depth + 1) for each in value if rng.random() > 0.05]
                if rng.random() < 0.1:
                    rng.shuffle(made_list)
                return [*made_list, *([{"id": "z"}] if rng.random() < 0.05 else [])]
            return value

        source = read(text)
        wanted = mutate(source.data)
        made = edited(source, wanted)
        assert holds(made, "matter.yaml", wanted)
        assert text.splitlines()[0] in made
