"""What a screen reader speaks of each example, in its order, from the first page to the last."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.reading import Package

pytestmark = pytest.mark.slow

PACKAGES = (
    "northwind-isa/application",
    "northwind-isa/anl-2015",
    "northwind-isa/appeal-2015",
    "maple-isa/application",
    "harborlight-tc/application",
)


def spoken(package: Package) -> list[str]:
    """Return the dump of the structure, line by line, without layout attributes and with PDFDocEncoding's dash."""
    done = subprocess.run(["pdfinfo", "-struct-text", package.pdf], capture_output=True, check=True)
    lines = done.stdout.replace(b"\x85", "–".encode()).decode("utf-8", "replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("/")]


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest, builds: Path) -> Package:
    return Package(builds / request.param)


def test_the_parts_are_spoken_in_the_order_of_their_pages(package: Package) -> None:
    titles = [re.sub(r"[^ -~]", "", line[6:-1]) for line in spoken(package) if line.startswith('Part "')]
    assert titles == [re.sub(r"[^ -~]", "", part["title"]) for part in package.manifest["parts"]]


def test_each_field_is_spoken_right_after_its_line(package: Package) -> None:
    lines = spoken(package)
    forms = [number for number, line in enumerate(lines) if line == "Form"]
    assert len(forms) == len(package.manifest["fields"])
    for number in forms:
        assert set(lines[number - 1].strip('"')) == {"_"}, lines[number - 3 : number + 1]


def test_the_words_of_the_letter_are_spoken_as_they_are_read(package: Package) -> None:
    lines = spoken(package)
    begin = next(number for number, line in enumerate(lines) if line.startswith('Part "'))
    end = next(number for number in range(begin + 1, len(lines)) if lines[number].startswith('Part "'))
    text = " ".join(line.strip('"') for line in lines[begin:end])
    signer = package.manifest["fields"][0]["signer"]
    assert 0 < text.index("Re:") < text.rindex(signer)
