"""``isa-docs cache``."""

from __future__ import annotations

from dataclasses import asdict

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import cache_dir, now

_KINDS = {
    "converted": "converted documents",
    "exhibits": "exhibits taken in",
    "builds": "records of builds",
    "templates": "compiled templates",
}


@click.command()
@click.argument("action", type=click.Choice(["info", "clean"]), default="info")
@click.option("--unused-for", type=click.IntRange(0), metavar="DAYS", help="Remove only what was not used so long.")
@common_options
@answering("cache")
def cache(answer: Answer, action: str, unused_for: int | None, verbose: int) -> None:
    """Show what is kept of earlier builds (info), or remove it (clean).

    The cache only saves time: without it the next build makes the same bytes, only more slowly.
    """
    from isa_docs.build.cache import Cache

    if unused_for is not None and action != "clean":
        raise click.UsageError("--unused-for belongs to 'cache clean'.")
    kept = Cache(cache_dir())
    freed = 0
    if action == "clean":
        freed = kept.clean(None if unused_for is None else now().timestamp() - unused_for * 86_400)
        answer.message = f"{_size(freed)} freed in {kept.folder}."
    kinds = kept.info()
    if action == "info":
        answer.say(str(kept.folder))
        for each in kinds:
            answer.say(f"  {_KINDS[each.kind]:<20}{each.entries:>8}{_size(each.size):>12}")
    answer.result = {"folder": str(kept.folder), "freed": freed, "kinds": [asdict(each) for each in kinds]}


def _size(number: int) -> str:
    return f"{number / 1024**2:.1f} MB" if number >= 1024**2 else f"{number / 1024:.1f} kB"
