"""``isa-docs attach-signed``."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.verify import MANIFEST, built_package, load_manifest, read_bytes
from isa_docs.cli.writing import write_beside
from isa_docs.errors import ExitCode, InputError
from isa_docs.findings import Finding, Severity, stopping


@click.command("attach-signed")
@click.argument("scan", type=click.Path(path_type=Path, dir_okay=False))
@MANIFEST
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The executed copy; default: beside the manifest, with -executed.",
)
@common_options
@answering("attach-signed")
def attach_signed(answer: Answer, scan: Path, manifest: Path | None, out: Path | None, verbose: int) -> None:
    """Take in SCAN, a scanned PDF of the signature pages signed in ink, and make the executed copy.

    Each page is known by the code in one of its corners. The copy is the package as built with the scanned sheets
    laid over their pages. Exit code 10 when a page is missing, foreign or cannot be told.
    """
    from isa_docs.review.executed import executed_copy, execution_record, record_path
    from isa_docs.review.scan import match_pages, read_scan

    answer.findings_are_product = True
    read_bytes(scan)
    record, place = load_manifest(scan, manifest)
    built = built_package(record, place)
    if built is None or hashlib.sha256(built).hexdigest() != record["package"]["sha256"]:
        message = f"The package as built, {record['package']['file']}, is not beside {place}, or was altered."
        remedy = "Name the manifest in the folder the build left."
        raise InputError(message, [Finding("SCAN-BUILT", Severity.ERROR, message, remedy)])
    matching = match_pages(read_scan(scan), record, str(scan))
    answer.add(matching.findings)
    target = out or place.with_name(f"{Path(record['package']['file']).stem}-executed.pdf")
    if matching.pages:
        data = executed_copy(built, matching.pages)
        written = json.dumps(execution_record(data, record, scan, matching.pages), indent=2) + "\n"
        package = place.with_name(Path(record["package"]["file"]).name)
        write_beside({target: data, record_path(target): written.encode()}, package, built)
        answer.say(str(target))
    for number, each in sorted(matching.pages.items()):
        answer.say(f"  page {number} of the package is page {each.number} of the scan")
    stops = stopping(matching.findings)
    answer.exit_code = ExitCode.DIFFERENT if stops else ExitCode.OK
    answer.message = (
        f"{len(matching.pages)} signature pages attached."
        if not stops
        else f"{len(matching.pages)} signature pages attached; {len(stops)} things to settle."
    )
    answer.result = {
        "scan": str(scan),
        "file": str(target) if matching.pages else None,
        "pages": [{"page": number, "scan_page": each.number} for number, each in sorted(matching.pages.items())],
    }
