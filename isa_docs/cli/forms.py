"""The options of ``isa-docs build`` that choose the form of a package: signing, numbering, archive."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from isa_docs.build.form import PackageForm

PROFILES = ("acrobat", "docusign", "adobe-sign", "dropbox-sign", "wet")


def form_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command; it gets them as one value, ``form``."""

    @click.option(
        "--esign-profile",
        type=click.Choice(PROFILES),
        default="acrobat",
        show_default=True,
        help="Prepare the lines to sign for this way of signing.",
    )
    @click.option("--bates", default="", metavar="PREFIX", help="Number every page PREFIX000001 and so on.")
    @click.option(
        "--archive",
        type=click.Choice(("a2", "a3")),
        default="a2",
        show_default=True,
        help="PDF/A-2b, or PDF/A-3b, which carries the matter file and the manifest inside.",
    )
    @click.option(
        "--max-mb",
        type=click.FloatRange(min=0.1),
        metavar="MB",
        help="Largest file the recipient takes; a larger package is split by tab besides.",
    )
    @wraps(command)
    def with_form(*args: Any, esign_profile: Any, bates: str, archive: Any, max_mb: float | None, **kwargs: Any) -> Any:
        prefix = bates.strip()
        if len(prefix) > 20 or not prefix.isascii() or not prefix.isprintable():
            raise click.UsageError("The prefix of --bates is at most 20 plain characters, for example NWC-.")
        return command(*args, form=PackageForm(esign_profile, prefix, archive, max_mb or 0.0), **kwargs)

    return with_form


def as_arguments(form: PackageForm) -> list[str]:
    """Return the arguments that ask for ``form`` again."""
    limit = ["--max-mb", str(form.max_megabytes)] if form.max_megabytes else []
    return ["--esign-profile", form.profile, "--bates", form.bates, "--archive", form.archive, *limit]
