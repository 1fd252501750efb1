"""``isa-docs compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import Settings, settings_for
from isa_docs.cli.writing import may_write, write
from isa_docs.errors import ConversionError, ExitCode

_MATTER = (".yaml", ".yml", ".json")
_THING = click.Path(path_type=Path, exists=True)


@click.command()
@click.argument("old", type=_THING)
@click.argument("new", type=_THING)
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the comparison as an HTML page.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the redlines as a PDF (packages).")
@common_options
@answering("compare")
def compare(answer: Answer, old: Path, new: Path, html: Path | None, pdf: Path | None, verbose: int) -> None:
    """Compare OLD with NEW: two matter files, or two packages (their folders, PDFs or manifests).

    Matters are compared field by field, packages part by part with a redline of every paper. Exit code 10 when they
    differ.
    """
    if _is_matter(old) != _is_matter(new):
        raise click.UsageError("Compare two matter files, or two packages; not one with the other.")
    if pdf and _is_matter(old):
        raise click.UsageError("--pdf is for packages.")
    inputs = [each if each.is_dir() or _is_matter(each) else each.parent for each in (old, new)]
    if html:
        may_write(html, "HTML page", inputs)
    if pdf:
        may_write(pdf, "PDF", inputs)
    answer.findings_are_product = True
    rows, redlines = (_matters if _is_matter(old) else _packages)(answer, old, new)
    heading = f"Comparison of {old.name} with {new.name}" if old.name != new.name else f"Comparison of two {old.name}"
    if html:
        from isa_docs.review.comparison import comparison_html

        write(html, comparison_html(heading, rows, redlines))
    if pdf:
        write(pdf, _redline_pdf(redlines, heading, settings_for(new if new.is_dir() else new.parent)))
    answer.result["files"] = [str(each) for each in (html, pdf) if each]
    answer.exit_code = ExitCode.DIFFERENT if answer.result["different"] else ExitCode.OK
    answer.message = "They differ." if answer.result["different"] else "Nothing differs."


def _is_matter(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _MATTER and path.name != "manifest.json"


def _matters(answer: Answer, old: Path, new: Path) -> tuple[list[Any], list[Any]]:
    from isa_docs.intake.load import load_matter
    from isa_docs.review.comparison import Row
    from isa_docs.review.matter_changes import in_words, matter_changes

    changes = matter_changes(load_matter(old).source, load_matter(new).source)
    rows = [Row(f"{each.title} ({each.kind})", in_words(each.before), in_words(each.after)) for each in changes]
    for each in changes:
        place = f"{each.new_place or each.old_place}"
        answer.say(f"{place}: {each.kind}: {each.title}")
        for mark, value in (("-", each.before), ("+", each.after)):
            if value is not None:
                answer.say(f"    {mark} {in_words(value)}")
    answer.result = {
        "what": "matters",
        "different": bool(changes),
        "changes": [each.to_json() for each in changes],
        "redlines": [],
    }
    return rows, []


def _packages(answer: Answer, old: Path, new: Path) -> tuple[list[Any], list[Any]]:
    from isa_docs.review.compare import compare_packages, open_package
    from isa_docs.review.comparison import Row

    found = compare_packages(open_package(old), open_package(new))
    for each in found.changes:
        answer.say(each.sentence)
    for line in found.redlines:
        deleted, inserted = line.counts
        answer.say(f"{line.title}: {deleted} words deleted, {inserted} inserted")
        for spans in line.paragraphs:
            if any(span.kind != "same" for span in spans):
                answer.say("    " + "".join(_marked(span.kind, span.text) for span in spans).rstrip())
    answer.result = {
        "what": "packages",
        "different": found.different,
        "changes": [each.to_json() for each in found.changes],
        "redlines": [
            {
                "title": each.title,
                "deleted": each.counts[0],
                "inserted": each.counts[1],
                "paragraphs": [
                    [{"kind": span.kind, "text": span.text} for span in spans]
                    for spans in each.paragraphs
                    if any(span.kind != "same" for span in spans)
                ],
            }
            for each in found.redlines
        ],
    }
    return [Row(each.subject, each.before, each.after) for each in found.changes], list(found.redlines)


def _marked(kind: str, text: str) -> str:
    if kind == "same":
        return text
    before, after = ("[-", "-]") if kind == "deleted" else ("{+", "+}")
    return f"{before}{text.rstrip()}{after}{text[len(text.rstrip()) :]}"


def _redline_pdf(redlines: list[Any], heading: str, settings: Settings) -> bytes:
    from tempfile import TemporaryDirectory

    from isa_docs.conversion.convert import convert_documents
    from isa_docs.conversion.engine import Job, PdfOptions
    from isa_docs.review.redline import redline_docx

    with TemporaryDirectory(prefix="isa-docs-") as work:
        source = Path(work) / "redline.docx"
        redline_docx(redlines, heading, source)
        engine = settings.engine()
        try:
            result = convert_documents([Job("redline", source)], PdfOptions(), engine, Path(work) / "pdf")[0]
        finally:
            engine.close()
        if result.pdf is None:
            raise ConversionError(f"The redline could not be converted: {result.error}", result.findings)
        return result.pdf.read_bytes()
