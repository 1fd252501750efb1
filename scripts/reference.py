#!/usr/bin/env python3
"""Write the two reference pages that are made from the program itself: docs/cli.md and docs/matter.md.

A test compares them with what this script would write; run it after changing a command or a schema.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from isa_docs.cli.main import cli
from isa_docs.intake.schema import ROOT as ROOT_SCHEMA
from isa_docs.intake.schema import SUBMISSION_KINDS, load_schema, resolve

DOCS = Path(__file__).resolve().parents[1] / "docs"
WIDTH = 100

CLI_HEAD = """\
# The command line

This page is made from `--help` by `scripts/reference.py`.

Standard output holds the product: the files built, the findings of a check, or with `--json` one object that matches
the schema `report` (`isa-docs schema report`), also when the command fails. Everything else goes to standard error.
The exit codes are listed in [errors.md](errors.md).

## Settings

A setting is taken from the first of these that has it:

1. the option on the command line;
2. the environment variable;
3. the nearest `isa-docs.toml` in the folder of the matter file or above it (its paths are relative to its folder);
4. the default.

| Option | Variable | In `isa-docs.toml` | Default |
|---|---|---|---|
| `--out FOLDER` | `ISA_DOCS_OUT` | `out = "packages"` | `build` in the current folder |
| `--templates FOLDER` | `ISA_DOCS_TEMPLATES` | `templates = "letterhead"` | the shipped templates |
| `--strict`, `--no-strict` | `ISA_DOCS_STRICT=1`, `=0` | `strict = true` | warnings stop nothing |
| `--soffice PROGRAM` | `ISA_DOCS_SOFFICE` | `soffice = "libreoffice-wasm"` | the LibreOffice found on the machine |
| `--esign-profile`, `--bates`, `--archive`, `--max-mb`, `--verify-archive` | | `[package]`, below | see `build` |
| | `ISA_DOCS_CACHE_DIR` | | the user's cache folder |

The table `[package]` has keys named like the options; `[package.max-mb-for]` says what single recipients take, by their
keys in the directory (`isa_ppb_2012`, `isa_2016`, `ctpat_tc_portal` …):

```toml
[package]
esign-profile = "docusign"
bates = "NWC-"
max-mb = 20

[package.max-mb-for]
isa_ppb_2012 = 10
```

`isa-docs.toml` cannot name a program: a folder of matters that somebody sends you must not choose what is started. All
that it may say is `libreoffice-wasm`, the WebAssembly build in the cache folder; a LibreOffice is named with
`--soffice` or `ISA_DOCS_SOFFICE`. `NO_COLOR` turns colors off.
"""

MATTER_HEAD = """\
# The matter file

This page is made from the schemas by `scripts/reference.py`. `isa-docs new` writes a file to fill in, and
`isa-docs schema` prints the schema for an editor.

A matter file is YAML (`.yaml`, `.yml`) or JSON (`.json`). YAML is read by the core rules of YAML 1.2: `no` is text, and
so is a date; a number where text is wanted is taken as it was written. Where a key is needed, the table says so. Text
marked *Markdown* may have paragraphs, emphasis, lists, tables and links; `[[exhibit:ID]]` in it becomes the exhibit's
tab. Whatever is wrong is reported in one run, at `file:line:column`.
"""


def command_page() -> str:
    """Return docs/cli.md."""
    return "\n".join([CLI_HEAD, *_commands(cli, "isa-docs", None, "##")])


def _commands(command: click.Command, name: str, parent: click.Context | None, heading: str) -> Iterator[str]:
    names = ["-h", "--help"]
    context = click.Context(
        command, parent, name, terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=names
    )
    yield f"{heading} `{context.command_path}`\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below is not None, each
            yield from _commands(below, each, context, "##" if parent is None else "###")


def matter_page() -> str:
    """Return docs/matter.md."""
    page = _Reference()
    page.section("The whole file", resolve(load_schema(ROOT_SCHEMA)), "")
    return MATTER_HEAD + "\n" + "\n".join(page.lines)


class _Reference:
    """Writes one section for each kind of object, the first time it is met."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._known: dict[str, str] = {}
        self._later: list[tuple[str, dict[str, Any], str]] = []

    def section(self, heading: str, schema: dict[str, Any], path: str) -> None:
        """Write the table of one object, and after it those of the objects inside."""
        self.lines += [f"## {heading}\n"]
        if said := schema.get("description"):
            self.lines += [f"{said}\n"]
        rows = []
        names = dict(schema.get("properties", {}))
        for name, each in names.items():
            rows.append(self._row(name, each, name in schema.get("required", ()), f"{path}.{name}".lstrip(".")))
        if isinstance(others := schema.get("additionalProperties"), dict):
            rows.append(self._row("*any other name*", others, False, f"{path}.*".lstrip(".")))
        self.lines += ["| Key | Needed | Meaning |", "|---|---|---|", *rows, ""]
        later, self._later = self._later, []
        for each in later:
            self.section(*each)

    def _row(self, name: str, schema: dict[str, Any], needed: bool, path: str) -> str:
        whole = resolve(schema)
        parts = [f"**{whole['title']}**." if "title" in whole else ""]
        if (said := str(whole.get("description", ""))).rstrip(".") != whole.get("title"):
            parts.append(said)
        if whole.get("type") == "array":
            item = resolve(whole["items"])
            parts.append(self._list(item, whole["items"], path))
        elif "properties" in whole:
            parts.append(f"See {self._link(whole, schema, path)}.")
        else:
            parts.append(_value(whole))
        shown = name if name.startswith("*") else f"`{name}`"
        text = " ".join(part for part in parts if part).replace("|", "\\|").replace("\n", " ")
        return f"| {shown} | {'yes' if needed else ''} | {text} |"

    def _list(self, item: dict[str, Any], schema: dict[str, Any], path: str) -> str:
        if path == "submissions":
            links = [
                self._link(
                    resolve({"$ref": f"submissions.schema.json#/$defs/{part}"}),
                    {"$ref": part},
                    f"submissions[] ({kind})",
                )
                for kind, part in SUBMISSION_KINDS.items()
            ]
            return f"A list; each is one of {', '.join(links)}."
        if "properties" in item:
            return f"A list; see {self._link(item, schema, path + '[]')}."
        return f"A list. {_value(item)}".strip()

    def _link(self, whole: dict[str, Any], schema: dict[str, Any], path: str) -> str:
        """Return a link to the section of an object, and have it written if it is new."""
        key = str(schema.get("$ref") or path)
        if key not in self._known:
            self._known[key] = path
            self._later.append((path, whole, path.split(" (")[0]))
        heading = self._known[key]
        anchor = "".join(each for each in heading.lower().replace(" ", "-") if each.isalnum() or each in "-_")
        return f"[{heading}](#{anchor})"


def _value(schema: dict[str, Any]) -> str:
    parts = []
    if "enum" in schema:
        parts.append("One of " + ", ".join(f"`{each}`" for each in schema["enum"]) + ".")
    elif "const" in schema:
        parts.append(f"Always `{schema['const']}`.")
    elif schema.get("examples"):
        parts.append(f"Example: `{_plain(schema['examples'][0])}`.")
    if "default" in schema:
        parts.append(f"Default: `{_plain(schema['default'])}`.")
    return " ".join(parts)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


PAGES = {"cli.md": command_page, "matter.md": matter_page}

if __name__ == "__main__":
    for file_name, make in PAGES.items():
        (DOCS / file_name).write_text(make(), encoding="utf-8")
        print(f"wrote docs/{file_name}", file=sys.stderr)
