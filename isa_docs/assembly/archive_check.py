"""Put a finished package to veraPDF, the reference validator of PDF/A and PDF/UA, when it is installed.

veraPDF is a Java program that no build needs; its command line is asked in its machine-readable form.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from isa_docs.assembly.check_faults import fault
from isa_docs.assembly.model import AssemblyResult
from isa_docs.errors import MissingProgramError
from isa_docs.findings import Finding

PROGRAM = "verapdf"
_SECONDS = 600
_MOST_RULES = 10
_CLAIMS = {"a2": ("ua1", "2b"), "a3": ("ua1", "3b")}
_NAMES = {"ua1": "PDF/UA-1", "2b": "PDF/A-2b", "3b": "PDF/A-3b"}


def find_validator() -> str:
    """Return where veraPDF is; raises MissingProgramError when it is not installed."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise MissingProgramError(
            "--verify-archive needs veraPDF, and there is no program 'verapdf' here: "
            "install it from https://verapdf.org (it needs Java), or build without --verify-archive"
        )
    return program


def judged(program: str, result: AssemblyResult, archive: str) -> tuple[str | None, list[Finding]]:
    """Put a package to the validator; return the validator's name when it confirmed every claim, and what it found.

    ``archive`` is the archive form, ``a2`` or ``a3``. What fails is an error ``PKG-ARCHIVE``.
    """
    found: list[Finding] = []
    for flavor in _CLAIMS[archive]:
        found += [_fault(result, flavor, why) for why in _failures(program, flavor, result.pdf)]
    return (None if found else _version(program)), found


def _failures(program: str, flavor: str, pdf: Path) -> list[str]:
    """Return what is wrong with a file by one profile, an empty list when it complies."""
    command = [program, "--flavour", flavor, "--format", "xml", str(pdf)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        # the report is that of a program this machine's owner installed, about a file of ours
        report = ElementTree.fromstring(done.stdout).find(".//validationReport")  # noqa: S314
    except subprocess.TimeoutExpired:
        return [f"it gave no answer within {_SECONDS} seconds"]
    except ElementTree.ParseError:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return [f"it gave no report ({said[-1] if said else f'it ended with {done.returncode}'})"]
    if report is None:
        return ["it could not judge the file"]
    if report.get("isCompliant") == "true":
        return []
    rules = [_rule(rule) for rule in report.iter("rule") if rule.get("status") == "failed"]
    return rules[:_MOST_RULES] or ["it does not comply"]


def _rule(rule: ElementTree.Element) -> str:
    text = " ".join((rule.findtext("description") or "").split())
    return f"{rule.get('clause')}-{rule.get('testNumber')}, {rule.get('failedChecks')} times: {text}"


def _fault(result: AssemblyResult, flavor: str, why: str) -> Finding:
    remedy = "Let the exhibit concerned be redrawn (treatment: redraw); if it is a paper of ours, report it as a bug."
    return fault("PKG-ARCHIVE", result, f"veraPDF says of {_NAMES[flavor]}: {why}", remedy)


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    found = re.search(r"veraPDF[^\d\n]*(\d[\w.]*)", done.stdout.decode("utf-8", "replace"))
    return f"veraPDF {found[1]}" if found else "veraPDF"
