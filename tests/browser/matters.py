"""Matters for comparing the page's judgment with the command line's: valid ones, and ones damaged in many ways."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

from isa_docs.intake.source import parse_source
from isa_docs.intake.starter import starter
from tests.unit.program.matters import BASE

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LONGEST = 150_000
WORDS = [
    "",
    " ",
    "Ünïcode – «text»",
    "two\nlines",
    "a\tb",
    "bell\x07",
    "left\u202eright",
    "\ufeff",
    "x" * 61,
    "x" * 401,
    "5",
    "0",
]
VALUES: list[Any] = [None, True, False, 0, -1, 3, 1.5, 10**12, [], {}, ["a"], [None], {"a": 1}, *WORDS]
DATES = [
    "2012-02-30",
    "2012-2-3",
    "1899-12-31",
    "2100-01-01",
    "2012-11-15",
    "20121115",
    "2012-11-15T00:00",
    "2016-02-29",
]
KEYS = ["Officer", "two words", "tester--2", "a" * 61, "ok-name", "kind", "toString", "a/b", "__proto__"]


def bases() -> list[dict[str, Any]]:
    """Return the matters that damage is done to."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*/matter.yaml"))]
    texts += [starter(kind).text for kind in ("application", "annual-notification", "discontinuance-appeal")]
    return [parse_source(text.encode(), "matter.yaml").data for text in (*texts, BASE)]


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the path of every value within ``value``."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, each in inside for place in places(each, (*path, step)))]


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    """Return the value at a path."""
    for step in path:
        value = value[step]
    return value


def misspelt(chance: random.Random, name: str) -> str:
    """Return a name with one slip of the hand."""
    cut = chance.randrange(len(name))
    other = chance.choice("abcdefghijklmnopqrstuvwxyz_-")
    return chance.choice(
        [name[:cut] + name[cut + 1 :], name[:cut] + other + name[cut:], name.upper(), name + "s", name[::-1]]
    )


def damaged(chance: random.Random, matter: dict[str, Any]) -> dict[str, Any]:
    """Do one thing to a matter that a person, or another program, might do."""
    out = copy.deepcopy(matter)
    path = chance.choice([each for each in places(out) if each])
    around, step = at(out, path[:-1]), path[-1]
    what = chance.randrange(9)
    if what == 0:
        del around[step]
    elif what == 1:
        around[step] = chance.choice(VALUES)
    elif what == 2 and isinstance(around, dict):
        around[misspelt(chance, str(step))] = around.pop(step)
    elif what == 3 and isinstance(around, dict):
        around[chance.choice(KEYS)] = chance.choice([around[step], *VALUES])
    elif what == 4 and isinstance(around[step], str):
        around[step] = chance.choice([around[step].upper(), around[step] + chance.choice(WORDS), around[step][:-1]])
    elif what == 5 and isinstance(around[step], list):
        around[step] = around[step] * chance.choice([0, 2, 150])
    elif what == 6:
        around[step] = chance.choice(DATES)
    elif what == 7 and isinstance(around, dict) and "kind" in around:
        around["kind"] = chance.choice(["application", "annual-notification", "discontinuance-appeal", "aplication", 7])
    else:
        around[step] = copy.deepcopy(at(out, chance.choice(places(out))[:3]))
    return out


def generated(count: int, seed: int) -> list[dict[str, Any]]:
    """Return ``count`` matters: every eighth as it is written, the others damaged once to five times."""
    chance = random.Random(seed)
    known = bases()
    out = []
    for number in range(count):
        matter = chance.choice(known)
        for _ in range(0 if number % 8 == 0 else chance.choice([1, 1, 2, 3, 5])):
            matter = damaged(chance, matter)
        out.append(matter if len(json.dumps(matter)) < LONGEST else chance.choice(known))
    return out
