"""``isa-docs new`` and ``isa-docs schema``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.errors import OutputError

_KINDS = ("application", "annual-notification", "discontinuance-appeal")
_ROUTES = ("focused-assessment", "standard")
_ENDINGS = (".yaml", ".yml")


@click.command()
@click.argument("kind", type=click.Choice(_KINDS), default=_KINDS[0], metavar="[KIND]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("matter.yaml"),
    show_default=True,
    help="The file to write.",
)
@click.option("--route", type=click.Choice(_ROUTES), help="Route of an application; default: focused-assessment.")
@click.option(
    "--from",
    "last_year",
    type=click.Path(path_type=Path, exists=True),
    help="Last year's package, folder or manifest: carry its annual letter over to next year, into --matter.",
)
@click.option(
    "--matter",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="With --from: the matter file that gets the new submission.",
)
@common_options
@answering("new")
def new(
    answer: Answer,
    kind: str,
    out: Path,
    route: str | None,
    last_year: Path | None,
    matter: Path | None,
    verbose: int,
) -> None:
    """Start a matter file with one submission, to be filled in. An existing file is never touched.

    KIND is application (the default), annual-notification or discontinuance-appeal. With --from and --matter, next
    year's annual notification is added to that matter, every value marked as same, changed or to confirm.
    """
    from isa_docs.intake.starter import starter

    if (last_year is None) != (matter is None) or (last_year and kind != "annual-notification"):
        raise click.UsageError("--from and --matter go together, and with KIND 'annual-notification'.")
    if last_year is not None and matter is not None:
        from isa_docs.cli.carry import carry

        carry(answer, last_year, matter)
        return
    if route and kind != "application":
        raise click.UsageError(f"--route is for an application only, not for KIND '{kind}'.")
    if out.suffix.lower() not in _ENDINGS:
        raise click.UsageError(f"The name of the file must end in .yaml or .yml, not '{out.suffix}'.")
    start = starter(kind, route or _ROUTES[0], file=out.name)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8") as file:
            file.write(start.text)
    except FileExistsError:
        raise OutputError(f"{out} exists already and stays as it is. Name another file with --out.") from None
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}. Name another file with --out.") from None
    answer.result = {"file": str(out), "kind": kind, "blanks": start.blanks}
    answer.say(str(out))
    answer.message = f"Next: fill in its {start.blanks} empty values, then run: isa-docs check {out}"


@click.command()
@click.argument("name", default="matter")
@click.option("--list", "only_list", is_flag=True, help="Print the names of the schemas.")
@common_options
@answering("schema")
def schema(answer: Answer, name: str, only_list: bool, verbose: int) -> None:
    """Print the JSON Schema called NAME (default: matter), complete in itself; --list prints the names."""
    from isa_docs.intake.schema import bundled
    from isa_docs.resources import folder

    names = sorted(path.name.removesuffix(".schema.json") for path in folder("schemas").glob("*.schema.json"))
    answer.result = {"names": names}
    if only_list:
        for each in names:
            answer.say(each)
        return
    if name not in names:
        raise click.UsageError(f"There is no schema '{name}'. There are: {', '.join(names)}.")
    found = bundled(f"{name}.schema.json")
    answer.result |= {"name": name, "schema": found}
    answer.say(json.dumps(found, indent=2, ensure_ascii=False))
