"""``isa-docs sign``."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import DateType, now
from isa_docs.cli.verify import FILE, TRUST, read_bytes
from isa_docs.cli.writing import write_beside
from isa_docs.errors import OutputError

_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


@click.command()
@FILE
@click.option("--field", required=True, metavar="NAME", help="The signature field, e.g. letter_officer_signature.")
@click.option(
    "--p12", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The signer's key, PKCS#12."
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the key's passphrase; otherwise ISA_DOCS_PASSPHRASE, otherwise a prompt.",
)
@click.option("--level", type=click.Choice(_LEVELS), default="B-B", show_default=True, help="PAdES baseline level.")
@click.option("--timestamp-url", metavar="URL", help="Time-stamp authority (RFC 3161); needed from B-T on.")
@TRUST
@click.option(
    "--crl",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A revocation list at hand (DER), for B-LT and B-LTA; others are fetched.",
)
@click.option("--reason", help="Why it is signed; goes into the signature.")
@click.option("--location", help="Where it is signed; goes into the signature.")
@click.option("--dated", type=DateType(), metavar="DATE", help="Fill the date line beside the signature with this day.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; default: FILE-signed.")
@common_options
@answering("sign")
def sign(
    answer: Answer,
    file: Path,
    field: str,
    p12: Path,
    passphrase_file: Path | None,
    level: str,
    timestamp_url: str | None,
    trust: tuple[Path, ...],
    crl: tuple[Path, ...],
    reason: str | None,
    location: str | None,
    dated: date | None,
    out: Path | None,
    verbose: int,
) -> None:
    """Sign FILE digitally in one of its signature fields; FILE itself stays as it is.

    What was built, and every signature before, stays byte for byte in the new file.
    """
    from isa_docs.review.signing import Signing, require_pyhanko, sign_package, time_stamper

    require_pyhanko()
    if timestamp_url and not timestamp_url.startswith(("http://", "https://")):
        raise click.UsageError("--timestamp-url must begin with http:// or https://.")
    target = out or file.with_name(f"{file.stem}-signed.pdf")
    if target.exists():
        raise OutputError(f"{target} exists already and stays as it is. Name another file with --out.")
    signing = Signing(
        field=field,
        key=read_bytes(p12),
        passphrase=_passphrase(passphrase_file),
        now=now(),
        level=level,  # type: ignore[arg-type]
        time_stamper=time_stamper(timestamp_url) if timestamp_url else None,
        trust=tuple(read_bytes(each) for each in trust),
        crls=tuple(read_bytes(each) for each in crl),
        reason=reason,
        location=location,
        dated=dated,
    )
    data = read_bytes(file)
    write_beside({target: sign_package(data, signing)}, file, data)
    answer.result = {"file": str(target), "field": field, "level": level}
    answer.say(str(target))


def _passphrase(file: Path | None) -> bytes | None:
    if file is not None:
        return read_bytes(file).rstrip(b"\r\n")
    if (word := os.environ.get("ISA_DOCS_PASSPHRASE")) is not None:
        return word.encode()
    if sys.stdin.isatty():
        return str(click.prompt("Passphrase of the key", hide_input=True, err=True)).encode()
    return None
