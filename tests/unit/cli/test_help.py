"""Help comes at once, and importing the command line loads none of the rooms."""

from __future__ import annotations

import subprocess
import sys

from isa_docs.cli.main import COMMANDS
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


def test_every_command_speaks_json() -> None:
    from isa_docs.cli.main import cli

    for name in COMMANDS:
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        assert "--json" in {option for parameter in command.params for option in parameter.opts}, name


def test_the_schema_of_reports_knows_every_command_and_its_result() -> None:
    schema = load_schema("report.schema.json")
    assert schema["properties"]["command"]["enum"] == ["", *COMMANDS]
    described = [each["if"]["properties"]["command"]["const"] for each in schema["allOf"]]
    assert described == list(COMMANDS)
