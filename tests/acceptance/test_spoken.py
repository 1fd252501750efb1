"""What a screen reader speaks of each example, in its order, from the first page to the last."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from isa_docs.assembly import page_code
from tests.acceptance.reading import Package, tool

pytestmark = pytest.mark.slow

PACKAGES = (
    "northwind-isa/application",
    "northwind-isa/anl-2015",
    "northwind-isa/appeal-2015",
    "maple-isa/application",
    "maple-isa/anl-2014",
    "harborlight-tc/application",
    "harborlight-tc/anl-2026",
)


@dataclass(frozen=True)
class Spoken:
    """A package, and its structure line by line, without layout attributes and with PDFDocEncoding's dash."""

    manifest: dict[str, Any]
    lines: list[str]
    pages: list[str]
    """What poppler reads from each page, artifacts included."""


@pytest.fixture(scope="module", params=PACKAGES)
def spoken(request: pytest.FixtureRequest, builds: Path) -> Spoken:
    package = Package(builds / request.param)
    done = subprocess.run(["pdfinfo", "-struct-text", package.pdf], capture_output=True, check=True)
    lines = done.stdout.replace(b"\x85", "–".encode()).decode("utf-8", "replace").splitlines()
    heard = [line.strip() for line in lines if line.strip() and not line.strip().startswith("/")]
    return Spoken(package.manifest, heard, tool("pdftotext", package.pdf, "-").split("\f")[:-1])


def test_the_parts_are_spoken_in_the_order_of_their_pages(spoken: Spoken) -> None:
    titles = [re.sub(r"[^ -~]", "", line[6:-1]) for line in spoken.lines if line.startswith('Part "')]
    assert titles == [re.sub(r"[^ -~]", "", part["title"]) for part in spoken.manifest["parts"]]


def test_everything_printed_is_spoken_in_the_order_it_is_read(spoken: Spoken) -> None:
    """But for the letterhead, the marking as confidential, and the words over page codes, which are in the margins."""
    said = "".join(letters for line in spoken.lines if line[0] == '"' for letters in re.findall("[A-Za-z]+", line))
    printed = [(page, word) for page, text in enumerate(spoken.pages) for word in re.findall("[A-Za-z]{5,}", text)]
    unspoken = [(page, word) for page, word in printed if word not in said]
    marking = {"COMMERCIAL", "INFORMATION", "SECTION", *re.findall("[A-Za-z]{5,}", " ".join(page_code.CAPTION))}
    assert {word for page, word in unspoken if page > 0} <= marking
    letterhead = {word for _, word in printed[:12]}
    assert {word for page, word in unspoken if page == 0} <= letterhead | marking
    places = [said.index(word) for _, word in printed if said.count(word) == 1]
    assert len(places) > 100
    back = sum(later < earlier for earlier, later in pairwise(places))
    assert back < 0.08 * len(places)  # tables, which poppler reads across and a screen reader cell by cell


def test_each_field_is_spoken_right_after_its_line(spoken: Spoken) -> None:
    lines = spoken.lines
    forms = [number for number, line in enumerate(lines) if line == "Form"]
    assert len(forms) == len(spoken.manifest["fields"])
    for number in forms:
        assert set(lines[number - 1].strip('"')) == {"_"}, lines[number - 3 : number + 1]


def test_the_words_of_the_letter_are_spoken_as_they_are_read(spoken: Spoken) -> None:
    lines = spoken.lines
    begin = next(number for number, line in enumerate(lines) if line.startswith('Part "'))
    end = next(number for number in range(begin + 1, len(lines)) if lines[number].startswith('Part "'))
    text = " ".join(line.strip('"') for line in lines[begin:end])
    signer = spoken.manifest["fields"][0]["signer"]
    assert 0 < text.index("Re:") < text.rindex(signer)
