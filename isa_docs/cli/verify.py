"""``isa-docs verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.errors import ExitCode, InputError
from isa_docs.findings import Finding, Place, Severity

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
MANIFEST = click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The manifest of the build; default: manifest.json beside FILE.",
)
TRUST = click.option(
    "--trust",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A root certificate to trust (PEM or DER); may be given more than once.",
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@MANIFEST
@TRUST
@click.option("--all-signed", is_flag=True, help="A signature not made yet counts as a difference, too.")
@common_options
@answering("verify")
def verify(
    answer: Answer, file: Path, manifest: Path | None, trust: tuple[Path, ...], all_signed: bool, verbose: int
) -> None:
    """Verify FILE, a package that came back, against the manifest of its build. Nothing is written.

    FILE may also be the folder of a build: the package in it is verified.
    Says whether FILE begins with the package as built, byte for byte; who signed what, when, trusted by which root;
    and everything that was changed besides. Exit code 10 when FILE is not to be relied on.
    """
    from isa_docs.review.executed import replaced_pages
    from isa_docs.review.signing import certificates
    from isa_docs.review.verify import verify_package

    answer.findings_are_product = True
    if file.is_dir():
        file = _package_in(file, manifest)
    data = read_bytes(file)
    record, place = load_manifest(file, manifest)
    roots = certificates(tuple(read_bytes(each) for each in trust)) if trust else None
    result = verify_package(
        data, record, built=built_package(record, place), roots=roots, replaced_pages=replaced_pages(file, record)
    )
    for finding in result.findings:
        answer.add([finding.at(Place(str(file), page=finding.place.page if finding.place else None))])
    if all_signed and result.missing:
        message = f"Not signed yet: {', '.join(result.missing)}."
        answer.add([Finding("VER-MISSING", Severity.ERROR, message, place=Place(str(file)))])
    wrong = bool(result.wrong) or (all_signed and bool(result.missing))
    answer.exit_code = ExitCode.DIFFERENT if wrong else ExitCode.OK
    for each in result.expected:
        answer.say(f"  {each.name:<28} page {each.page:<4} {_state(each, result)}")
    for number, revision in enumerate(result.revisions):
        what = "; ".join(change.text for change in revision.changes) or "as built"
        answer.say(f"  revision {number:<3} {revision.end:>10,} bytes  {revision.sha256[:16]}…  {what}")
    answer.say(result.verdict)
    answer.result = {
        "file": str(file),
        "manifest": str(place),
        "package_id": record["package"]["id"],
        "verdict": result.verdict,
        "reliable": not result.wrong,
        "as_built": result.as_built,
        "scanned_pages": list(result.scanned_pages),
        "signatures_checked": result.checked_signatures,
        "expected": [each.to_json() for each in result.expected],
        "others": [each.to_json() for each in result.others],
        "revisions": [
            {
                "end": each.end,
                "sha256": each.sha256,
                "changes": [
                    {"kind": c.kind, "subject": c.subject, "text": c.text, "page": c.page} for c in each.changes
                ],
            }
            for each in result.revisions
        ],
    }


def _state(each: Any, result: Any) -> str:
    if not each.signed:
        in_ink = each.page in result.scanned_pages
        return "in ink, if at all: look at the scan" if in_ink else f"not signed ({each.signer})"
    if each.signature is None:
        return "NOT SOUND: no signature" if result.checked_signatures else f"signed; not checked ({each.signer})"
    found = each.signature
    if not found.sound:
        return f"NOT SOUND: {found.why_not}"
    when = f"time-stamped {found.stamped_time[:19]}" if found.stamped_time else f"claims {found.claimed_time[:19]}"
    trust = f"trusted by {found.trust}" if found.trusted else "NOT TRUSTED" if found.trusted is False else found.trust
    return f"signed by {found.signer}, {when}; {trust}"


def read_bytes(file: Path) -> bytes:
    """Read a file named on the command line; raises InputError when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise InputError(message, [Finding("INPUT-FILE", Severity.ERROR, message, place=Place(str(file)))]) from None


def load_manifest(file: Path, given: Path | None) -> tuple[dict[str, Any], Path]:
    """Return the manifest that belongs to ``file`` and where it is; raises InputError when there is none."""
    from isa_docs.review.manifest import read_manifest

    place = given or file.parent / "manifest.json"
    if not place.is_file():
        message = f"There is no manifest at {place}."
        remedy = "Name the manifest.json of the build with --manifest."
        raise InputError(message, [Finding("INPUT-MANIFEST", Severity.ERROR, message, remedy)])
    return read_manifest(place), place


def _package_in(folder: Path, manifest: Path | None) -> Path:
    """Return the package in the folder of a build; raises InputError when there is none."""
    record, _ = load_manifest(folder / "package.pdf", manifest)
    return folder / Path(record["package"]["file"]).name


def built_package(manifest: dict[str, Any], place: Path) -> bytes | None:
    """Return the package in the build's own folder, when it is still there."""
    file = place.parent / Path(manifest["package"]["file"]).name
    return file.read_bytes() if file.is_file() else None
