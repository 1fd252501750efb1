"""From words on a page of a package to what put them there: the input's line, the template, the office directory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from isa_docs.documents.context import Layout, context_for
from isa_docs.documents.form_values import ANNEX_KEY, annex_item
from isa_docs.documents.plan import PlannedItem, SubmissionPlan, plan_submission
from isa_docs.documents.provenance import value_paths
from isa_docs.documents.trace import Printed, printed_values
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Path, Place, Severity, conceal
from isa_docs.intake.load import LoadedMatter
from isa_docs.intake.schema import field_title

Source = Literal["matter", "computed", "directory", "template", "exhibit"]


@dataclass(frozen=True)
class Origin:
    """One answer: what put the words there, in a line; its place in the matter; the template and its name for it."""

    source: Source
    text: str
    place: Place | None = None
    template: str = ""
    expression: str = ""
    authority: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Codes of the rules that had something to say about this value in the build."""

    def __post_init__(self) -> None:
        """Conceal a Social Security number in what is shown."""
        object.__setattr__(self, "text", conceal(self.text))

    def to_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {
            "source": self.source,
            "text": self.text,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
            "template": self.template,
            "expression": self.expression,
            "authority": list(self.authority),
            "rules": list(self.rules),
        }


def trace(
    loaded: LoadedMatter, manifest: Mapping[str, Any], page: int, words: str, template: Callable[[str], bytes]
) -> list[Origin]:
    """Return what put ``words`` on ``page`` (1-based) of the package, the closest first; empty when nothing is found.

    The paper is filled again from the matter, so it must be the matter the package was built from. ``template`` gives
    the bytes of a template by its name. Raises InputError for a page or submission that does not exist.
    """
    part = next(
        (each for each in manifest["parts"] if each["first_page"] <= page < each["first_page"] + each["pages"]), None
    )
    index = next(
        (at for at, each in enumerate(loaded.matter.submissions) if each.id == manifest["matter"]["submission"]), None
    )
    if part is None or index is None:
        what = f"page {page}" if part is None else f"submission '{manifest['matter']['submission']}'"
        message = f"The {'package' if part is None else 'matter'} has no {what}."
        raise InputError(message, [Finding("TRACE-PLACE", Severity.ERROR, message)])
    plan = plan_submission(loaded.matter, index)
    item = next((each for each in plan.items if each.key == part["key"]), None)
    if part["key"] == ANNEX_KEY:
        item = annex_item(next(each for each in plan.items if each.key == "mou"))
    forms = [name for name in manifest.get("inputs", ()) if name.startswith("forms/") and not name.endswith(".yaml")]
    if item is not None and item.key == "mou" and forms:
        text = (
            f"The page is page {page - part['first_page'] + 1} of the form {forms[0]}, filled as its places file says."
        )
        return [Origin("template", text, loaded.source.place(item.path) if item.path else None, forms[0])]
    if item is None or item.template is None:
        title = part["title"]
        place = loaded.source.place(item.path) if item else None
        return [Origin("exhibit", f"The page is page {page - part['first_page'] + 1} of the exhibit '{title}'.", place)]
    return _unique(_of_paper(loaded, manifest, plan, item, words, template(item.template)))


def _unique(origins: Iterator[Origin]) -> list[Origin]:
    return list(dict.fromkeys(origins))


def _of_paper(
    loaded: LoadedMatter,
    manifest: Mapping[str, Any],
    plan: SubmissionPlan,
    item: PlannedItem,
    words: str,
    template: bytes,
) -> Iterator[Origin]:
    name = f"{item.template}.docx"
    layout = Layout(
        {each["key"]: each["pages"] for each in manifest["parts"]},
        {each["key"]: each["first_page"] for each in manifest["parts"]},
    )
    printed = printed_values(
        template,
        context_for(plan, item, layout),
        name=name,
        roles={*plan.matter.people, "cbp"},
        matter=plan.matter,
        value_paths=value_paths(plan, item),
    )
    wanted = _folded(words)
    matching = [each for each in printed if _matches(wanted, _folded(each.text))]
    for each in sorted(matching, key=lambda each: abs(len(_folded(each.text)) - len(wanted))):
        yield from _of_value(loaded, manifest, each, words, name)
    if not matching:
        yield from _of_template(template, wanted, name)


def _of_value(
    loaded: LoadedMatter, manifest: Mapping[str, Any], printed: Printed, words: str, template: str
) -> Iterator[Origin]:
    recipient = manifest["recipient"]
    if _folded(printed.text) in [_folded(line) for line in recipient["lines"]]:
        authority = tuple(recipient["authority"])
        yield Origin("directory", recipient["why"], None, template, printed.expression, authority)
        return
    known = printed.path if printed.path and _reaches(loaded.source.data, printed.path) else None
    paths = list(_holding(loaded.source.data, (), _folded(words), _folded(printed.text)))
    near = [path for path in paths if known and path[: len(known)] == known]
    for path in near or ([known] if known else paths):
        codes = sorted({each["code"] for each in manifest["findings"] if tuple(each.get("path", ())) == path})
        title = field_title(path, loaded.source.data)
        yield Origin("matter", title, loaded.source.place(path), template, printed.expression, (), tuple(codes))
    if not known and not paths:
        said = (
            f"computed by the program; the template calls it {printed.expression}" if printed.expression else "computed"
        )
        yield Origin("computed", said, None, template, printed.expression)


def _of_template(template: bytes, wanted: str, name: str) -> Iterator[Origin]:
    import docx

    document = docx.Document(BytesIO(template))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for text in dict.fromkeys([*(paragraph.text for paragraph in document.paragraphs), *cells]):
        if wanted in _folded(text):
            yield Origin("template", f"printed by the template itself: {' '.join(text.split())[:160]}", None, name)


def _reaches(data: Any, path: Path) -> bool:
    """Tell whether the matter file holds a value at ``path``; a computed value has a path that goes beyond it."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _folded(text: str) -> str:
    """Return a text as it compares: letters and digits only, so that Markdown, quotes and line ends do not count."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def _matches(wanted: str, text: str) -> bool:
    return bool(text) and (wanted in text or (len(text) > 3 and f" {text} " in f" {wanted} "))


def _holding(value: Any, path: Path, wanted: str, printed: str) -> Iterator[Path]:
    """Yield the paths of the matter's values that hold the words and are, or are part of, what was printed."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _holding(each, (*path, key), wanted, printed)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _holding(each, (*path, at), wanted, printed)
    elif isinstance(value, str):
        text = _folded(value)
        if text == printed or (wanted in text and (text in printed or printed in text)):
            yield path
