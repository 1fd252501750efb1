"""Verifies a signed return against the build it came from, with the program's own command in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from isa_docs.desk.builds import manifest_in
from isa_docs.desk.checking import finding_json
from isa_docs.desk.problems import ProblemError
from isa_docs.errors import ExitCode
from isa_docs.findings import Finding

_SECONDS = 180
_HEAD = 65_536


def verify(signed: Path, folders: Sequence[Path]) -> dict[str, Any]:
    """Return what is to be said of a signed package that came back.

    ``folders`` are the builds it may have come from: the one that the file begins with is taken, or the only one
    there is. Raises ProblemError (422) when none fits.
    """
    folder = _origin(signed, folders)
    command = [sys.executable, "-m", "isa_docs", "verify", "--json", str(signed)]
    try:
        done = subprocess.run(
            [*command, "--manifest", str(folder / "manifest.json")],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        report = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise ProblemError(422, "The file could not be verified: its reading took too long or failed.") from None
    findings = [finding_json(Finding.from_json(each)) for each in report["findings"]]
    if report["exit_code"] not in (ExitCode.OK, ExitCode.DIFFERENT):
        raise ProblemError(422, report["message"].replace(str(signed), "The file"), findings=findings)
    result = report["result"]
    return {
        "submission": folder.name,
        "verdict": result["verdict"],
        "reliable": result["reliable"],
        "as_built": result["as_built"],
        "signatures_checked": result["signatures_checked"],
        "findings": findings,
        "signatures": [*result["expected"], *({"name": None, "signature": each} for each in result["others"])],
        "changes": [change for revision in result["revisions"] for change in revision["changes"]],
    }


def _origin(signed: Path, folders: Sequence[Path]) -> Path:
    known = [(folder, manifest) for folder in folders if (manifest := manifest_in(folder))]
    if not known:
        raise ProblemError(422, "No package of this matter has been built here, so there is nothing to compare with.")
    with signed.open("rb") as stream:
        head = stream.read(_HEAD)
    for folder, manifest in known:
        package = folder / Path(manifest["package"]["file"]).name
        if package.is_file():
            with package.open("rb") as stream:
                begun = stream.read(_HEAD)
            if head.startswith(begun):
                return folder
    if len(known) == 1:
        return known[0][0]
    names = ", ".join(folder.name for folder, _ in known)
    raise ProblemError(422, f"The file begins like none of the packages built here. Say which it was: {names}.")
