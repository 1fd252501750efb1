"""The command group; each command's module is imported only when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from isa_docs import __version__

COMMANDS = {
    "new": ("start", "new", "Start a matter file that you fill in."),
    "check": ("check", "check", "Check a matter: schema, program rules, exhibits."),
    "plan": ("check", "plan", "Show what a build would make, for whom, and why."),
    "build": ("build", "build", "Build the packages of a matter."),
    "compare": ("compare", "compare", "Compare two matters or two packages, with redlines."),
    "trace": ("trace", "trace", "Trace words on a page to what put them there."),
    "verify": ("verify", "verify", "Verify a package that came back against its manifest."),
    "sign": ("sign", "sign", "Sign a package digitally in one of its fields."),
    "attach-signed": ("attach", "attach_signed", "Take in scanned signature pages; make the executed copy."),
    "record": ("record", "record", "Record that a submission was sent, received or decided."),
    "docket": ("law", "docket", "Show what is due when, to whom, and what is late."),
    "explain": ("law", "explain", "Explain a program rule and its authority."),
    "areas": ("areas", "areas", "Show the risk areas a plan can test, and what to look for."),
    "template": ("template", "template", "See, start, check and read the Word templates."),
    "desk": ("desk", "desk", "Open the desk: matters, papers and deadlines in the browser."),
    "form": ("form", "form", "Use an agency's own form for the MOU."),
    "watch": ("watch", "watch", "Watch a folder and build what is put into it."),
    "serve": ("serve", "serve", "Serve the HTTP interface."),
    "worker": ("watch", "worker", "Run the jobs of a service on this machine."),
    "jobs": ("jobs", "jobs", "See, retry and cancel the jobs of a service."),
    "dms": ("dms", "dms", "Work with document-management systems."),
    "token": ("serve", "token", "Make and revoke tokens of the HTTP service."),
    "cache": ("cache", "cache", "Show or empty the cache of earlier builds."),
    "doctor": ("doctor", "doctor", "Say whether this machine has what a build needs."),
    "schema": ("start", "schema", "Print a JSON Schema."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and summaries without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"isa_docs.cli.{module}"), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Add a suggestion to the error for an unknown command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{close[0]}'?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="isa-docs")
def cli() -> None:
    """Build signed-ready submission packages for CBP's Importer Self-Assessment program.

    A matter file (YAML or JSON) goes in; for each submission one PDF comes out, addressed to the right office,
    with a checklist and a manifest. Nothing is ever sent to CBP by this program, and it gives no legal advice.
    """


def main() -> None:
    """Run the command line and exit with the code of docs/errors.md."""
    from isa_docs.cli.run import leave, run

    leave(run(cli))
