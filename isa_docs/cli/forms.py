"""The options of ``isa-docs build`` that choose the form of a package: signing, numbering, archive, size.

What an option does not say is taken from ``[package]`` in ``isa-docs.toml``, and then from the default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from isa_docs.build.form import PLAIN, PackageForm
from isa_docs.cli.settings_file import read_settings_file

PROFILES = ("acrobat", "docusign", "adobe-sign", "dropbox-sign", "wet")
ARCHIVES = ("a2", "a3")
LONGEST_PREFIX = 20


@dataclass(frozen=True)
class AskedForm:
    """What the options of one call say of the form; None where an option is not given."""

    profile: Any = None
    bates: str | None = None
    archive: Any = None
    max_megabytes: float | None = None
    verify_archive: bool | None = None

    def over(self, folder: Path) -> PackageForm:
        """Return the form to build: these options over the settings for ``folder`` over the defaults.

        Raises InputError for a settings file that cannot be understood, MissingProgramError when veraPDF is to be
        asked and is not there.
        """
        given = {name: value for name, value in vars(self).items() if value is not None}
        if self.max_megabytes is not None:
            given["limits"] = ()
        form = PackageForm(**{**read_settings_file(folder).get("package", {}), **given})
        if form.verify_archive:
            from isa_docs.assembly.archive_check import find_validator

            find_validator()
        return form


def form_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command; it gets them as one value, ``asked``."""

    @click.option(
        "--esign-profile",
        type=click.Choice(PROFILES),
        help=f"Prepare the lines to sign for this way of signing; default: {PLAIN.profile}.",
    )
    @click.option("--bates", metavar="PREFIX", help="Number every page PREFIX000001 and so on.")
    @click.option(
        "--archive",
        type=click.Choice(ARCHIVES),
        help="PDF/A-2b, or PDF/A-3b, which carries the matter file and the manifest inside; default: a2.",
    )
    @click.option(
        "--max-mb",
        type=click.FloatRange(min=0.1),
        metavar="MB",
        help="Largest file the recipient takes; a larger package is split by tab besides.",
    )
    @click.option(
        "--verify-archive/--no-verify-archive",
        default=None,
        help="Have veraPDF, when it is installed, confirm PDF/UA and PDF/A; what fails stops the build.",
    )
    @wraps(command)
    def with_form(
        *args: Any,
        esign_profile: Any,
        bates: str | None,
        archive: Any,
        max_mb: float | None,
        verify_archive: bool | None,
        **kwargs: Any,
    ) -> Any:
        prefix = None if bates is None else bates.strip()
        if prefix is not None and not is_prefix(prefix):
            raise click.UsageError("The prefix of --bates is at most 20 plain characters, for example NWC-.")
        return command(*args, asked=AskedForm(esign_profile, prefix, archive, max_mb, verify_archive), **kwargs)

    return with_form


def is_prefix(text: str) -> bool:
    """Tell whether a text can stand before the numbers of pages."""
    return len(text) <= LONGEST_PREFIX and text.isascii() and (text.isprintable() or not text)


def as_arguments(form: PackageForm) -> list[str]:
    """Return the arguments that ask for ``form`` again, for a matter with the same settings.

    Limits of single recipients come from these settings only, and a limit given as an argument would beat them.
    """
    limit = ["--max-mb", str(form.max_megabytes)] if form.max_megabytes and not form.limits else []
    verify = "--verify-archive" if form.verify_archive else "--no-verify-archive"
    return ["--esign-profile", form.profile, "--bates", form.bates, "--archive", form.archive, *limit, verify]
