"""Asking veraPDF: a real verdict is in the acceptance tests; here are programs that do not behave."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.assembly.archive_check import judged
from isa_docs.assembly.model import AssemblyResult

REFUSED = """<report><jobs><job><validationReport isCompliant="false"><details failedRules="1">
<rule clause="7.1" testNumber="3" status="failed" failedChecks="2"><description>Content shall
 be tagged</description></rule><rule clause="7.2" testNumber="1" status="passed"/>
</details></validationReport></job></jobs></report>"""


def program(folder: Path, script: str) -> str:
    file = folder / "verapdf"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f"cat <<'END'\n{REFUSED}\nEND", "7.1-3, 2 times: Content shall be tagged"),
        ("echo 'no display' >&2; exit 7", "it gave no report (no display)"),
        ("exit 9", "it gave no report (it ended with 9)"),
        ("echo '<report><jobs/></report>'", "it could not judge the file"),
        ("echo '<report><validationReport isCompliant=\"false\"/></report>'", "it does not comply"),
    ],
)
def test_anything_but_a_yes_is_a_finding(tmp_path: Path, script: str, said: str) -> None:
    result = AssemblyResult(tmp_path / "package.pdf", 1, (), (), "")
    validator, found = judged(program(tmp_path, script), result, "a3")
    assert validator is None
    assert [(each.code, each.message) for each in found] == [
        ("PKG-ARCHIVE", f"the package: veraPDF says of PDF/UA-1: {said}"),
        ("PKG-ARCHIVE", f"the package: veraPDF says of PDF/A-3b: {said}"),
    ]


def test_a_yes_is_signed_with_name_and_version(tmp_path: Path) -> None:
    script = """[ "$1" = --version ] && { echo 'veraPDF 1.26.1'; exit; }
echo '<report><validationReport isCompliant="true"/></report>'"""
    result = AssemblyResult(tmp_path / "package.pdf", 1, (), (), "")
    assert judged(program(tmp_path, script), result, "a2") == ("veraPDF 1.26.1", [])
