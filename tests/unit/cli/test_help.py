"""Help comes at once, and importing the command line loads none of the rooms."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click

from isa_docs.cli.main import COMMANDS, cli
from isa_docs.intake.schema import load_schema
from tests.unit.cli.running import Invoke

HEAVY = ("docxtpl", "docx", "pypdf", "pikepdf", "lxml", "jsonschema", "msgspec", "yaml", "numpy", "holidays", "jinja2")
_IMPORTED = (
    "import sys; from isa_docs.cli.main import cli; from isa_docs.cli.run import run; run(cli, {arguments!r});"
    "print(*sys.modules, file=sys.stderr)"
)


def imported_by(*arguments: str) -> set[str]:
    """Return what a call imports, seen in a fresh process."""
    code = _IMPORTED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_help_imports_no_library_but_click() -> None:
    assert imported_by("--help") & set(HEAVY) == set()


def test_a_command_s_help_does_neither() -> None:
    assert imported_by("build", "--help") & set(HEAVY) == set()


def test_every_command_is_listed_and_has_a_page_of_help(invoke: Invoke) -> None:
    listed = invoke("--help").out
    for name, (_, _, summary) in COMMANDS.items():
        assert f"  {name} " in listed
        assert summary in " ".join(listed.split())
        assert invoke(name, "--help").out.startswith(f"Usage: isa-docs {name} ")


def commands(group: click.Group = cli, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name; of a group, the group and what is in it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield f"{before}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")


def test_every_command_speaks_json() -> None:
    for name, command in commands():
        if not isinstance(command, click.Group):
            assert "--json" in {option for parameter in command.params for option in parameter.opts}, name


def test_the_schema_of_reports_knows_every_command() -> None:
    known = set(load_schema("report.schema.json")["properties"]["command"]["enum"])
    assert {name for name, _ in commands()} - known == set()


def test_a_usage_error_within_a_group_names_the_command_in_it(invoke: Invoke) -> None:
    assert invoke("template", "list", "--nope", "--json").report["command"] == "template list"
