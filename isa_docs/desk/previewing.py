"""Makes the pages of one submission to look at: every paper filled and converted, nothing merged, nothing published.

Only what changed is filled and converted again; the rest comes from the cache. Exhibits that are missing or refused
are stood in for by an empty page, so that the papers can be seen while the file is still asked for.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pikepdf

from isa_docs.assembly.child import AssemblyProcess
from isa_docs.build import reuse
from isa_docs.build.agency_form import with_firm_form
from isa_docs.build.cache import Cache
from isa_docs.build.checks import check_matter, concerning, select, stop_for
from isa_docs.build.draft import Draft
from isa_docs.build.templates import Templates
from isa_docs.conversion.engine import Engine, PdfOptions
from isa_docs.conversion.pdfium import Document
from isa_docs.desk.checking import source_of, verdict
from isa_docs.desk.page_marks import Mark, marks, read_pages
from isa_docs.desk.pointers import pointer
from isa_docs.documents.context import context_for, terms
from isa_docs.documents.plan import PlannedItem, plan_submission
from isa_docs.documents.provenance import value_paths
from isa_docs.documents.trace import Printed, printed_values
from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.load import LoadedMatter, to_matter
from isa_docs.review.preview import previewable

_REMEMBERED = 80
_LETTER = (612.0, 792.0)


class SupersededError(Exception):
    """Nobody waits for this preview any more."""


@dataclass(frozen=True)
class Order:
    """What is to be previewed; ``folder`` is the matter's, ``store`` takes the pages' PDFs."""

    document: dict[str, Any]
    name: str
    folder: Path
    submission: str
    as_of: date
    store: Path
    templates: Path | None = None
    within: Path | None = None
    """The folder that exhibits must lie in; None for anywhere."""


@dataclass(frozen=True)
class _Pages:
    """The pages of one part: its PDF in the store, the size of each page in points, and its marks."""

    pdf: str
    sizes: tuple[tuple[float, float], ...]
    marks: tuple[tuple[Mark, ...], ...]


class Previewer:
    """Makes previews, one at a time, and remembers what it found on the pages of earlier ones."""

    def __init__(
        self,
        engine: Callable[[], Engine],
        assembly: AssemblyProcess,
        cache: Cache,
        *,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """``engine`` gives the converter, which stays open; ``wanted`` tells whether somebody still waits."""
        self._assembly = assembly
        self._engine = engine
        self._cache = cache
        self._wanted = wanted
        self._known: OrderedDict[tuple[str, str], _Pages] = OrderedDict()

    def warm_up(self) -> None:
        """Let the converter open, so that it is ready when the first order comes."""
        self._assembly.start()
        self._engine().start()

    def make(self, order: Order) -> dict[str, Any]:
        """Return the pages of a submission as data.

        Raises InputError and other errors of the program, with findings, when there is nothing to be shown;
        SupersededError when nobody waits any more.
        """
        loaded = to_matter(source_of(order.document, order.name), order.folder)
        (index,) = select(loaded, [order.submission])
        findings = concerning(check_matter(loaded, [index], order.as_of, order.within), loaded, index)
        stop_for([each for each in findings if not (previewable(each) or _of_exhibit(each))])
        self._go_on()
        with tempfile.TemporaryDirectory(prefix="isa-docs-") as folder:
            work = Path(folder)
            missing = {int(each.path[3]) for each in findings if each.path and _of_exhibit(each)}
            draft, refused = self._draft(_without(loaded, index, missing, work), index, order, work)
            pages = self._pages(draft, order, self._converted(draft, order))
        return {"watermark": verdict([*findings, *refused]) == "errors", "pages": pages}

    def _go_on(self) -> None:
        if not self._wanted():
            raise SupersededError

    def _draft(self, loaded: LoadedMatter, index: int, order: Order, work: Path) -> tuple[Draft, list[Finding]]:
        """Take the exhibits in; those that are refused are stood in for, and their findings returned."""
        templates = Templates(order.templates)

        def begun(loaded: LoadedMatter, folder: Path) -> Draft:
            plan = with_firm_form(plan_submission(loaded.matter, index), templates)
            stop_for(templates.check(item.template for item in plan.items if item.template))
            draft = Draft(loaded, plan, templates, folder, self._assembly, apart=False)
            draft.take_exhibits(self._cache)
            draft.take_form()
            return draft

        try:
            return begun(loaded, work / "first"), []
        except AssemblyError as error:
            names = {Path(each.place.file).name for each in error.findings if each.place}
            exhibits = loaded.matter.submissions[index].exhibits
            bad = {at for at, each in enumerate(exhibits) if Path(each.file).name in names}
            if not bad:
                raise
            return begun(_without(loaded, index, bad, work), work / "second"), list(error.findings)

    def _converted(self, draft: Draft, order: Order) -> dict[str, list[Printed]]:
        """Convert until the page numbers are stable; meanwhile note what each changed paper prints from the matter."""
        printed: dict[str, list[Printed]] = {}
        engine = self._engine()
        with ThreadPoolExecutor(1) as threads:
            jobs = draft.render(settled=True)
            while True:
                self._go_on()
                pdfs = draft.work / "pdf"
                running = threads.submit(reuse.convert, jobs, PdfOptions(), engine, pdfs, self._cache, self._assembly)
                printed |= self._traced(draft, order, {job.docx.stem for job in jobs})
                draft.accept(*running.result())
                jobs = draft.render()
                if not jobs:
                    return printed

    def _traced(self, draft: Draft, order: Order, keys: Collection[str]) -> dict[str, list[Printed]]:
        """Return what the papers of these keys print, except those whose pages are known already."""
        templates, found = Templates(order.templates), {}
        for item in draft.plan.items:
            if item.key in keys and item.template and item.key in draft.docx and _key(draft, item) not in self._known:
                found[item.key] = printed_values(
                    templates.read(item.template),
                    context_for(draft.plan, item, draft.layout),
                    name=templates.path(item.template).name,
                    roles={*draft.plan.matter.people, "cbp"},
                    matter=draft.plan.matter,
                    value_paths=value_paths(draft.plan, item),
                )
        return found

    def _pages(self, draft: Draft, order: Order, printed: dict[str, list[Printed]]) -> list[dict[str, Any]]:
        """Return every page in its order: where its picture comes from, its label and marks."""
        program = draft.plan.edition.edition != "ctpat-tc"
        kind = str(draft.plan.submission.__struct_config__.tag).replace("-", " ")
        stamp = f"{draft.plan.matter.importer.legal_name} · {terms(program)['program_short']} {kind}"
        out: list[dict[str, Any]] = []
        with ThreadPoolExecutor(2) as threads:
            parts = list(
                threads.map(lambda item: self._of_part(draft, item, order, printed.get(item.key, [])), draft.plan.items)
            )
        for item, part in zip(draft.plan.items, parts, strict=True):
            for at, ((width, height), found) in enumerate(zip(part.sizes, part.marks, strict=True)):
                label = f"{item.label}{at + 1}" if item.label else _roman(at + 1)
                out.append({"part": item.key, "title": item.title, "pdf": part.pdf, "page": at + 1, "label": label})
                out[-1] |= {"n": len(out), "width": width, "height": height, "marks": list(found), "stamp": stamp}
        return out

    def _of_part(self, draft: Draft, item: PlannedItem, order: Order, printed: list[Printed]) -> _Pages:
        key = _key(draft, item)
        known = self._known.get(key)
        if known is None or not (order.store / known.pdf).is_file():
            known = _read(draft.pdf[item.key], order.store, item, printed, _own_data(order.document, draft.plan.index))
            self._known[key] = known
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known


def _key(draft: Draft, item: PlannedItem) -> tuple[str, str]:
    """Return what the pages and marks of a part depend on: its Word file or PDF, and its place in the matter."""
    data = draft.docx.get(item.key) or draft.pdf[item.key].read_bytes()
    return hashlib.sha256(data).hexdigest(), f"{draft.plan.index} {item.key} {item.path}"


def _read(pdf: Path, store: Path, item: PlannedItem, printed: list[Printed], data: Any) -> _Pages:
    """Keep a part's PDF in the store, and find the marks on its pages."""
    made = pdf.read_bytes()
    name = f"{hashlib.sha256(made).hexdigest()}.pdf"
    kept = store / name
    if not kept.is_file():
        fresh = kept.with_suffix(".new")
        fresh.write_bytes(made)
        fresh.replace(kept)
    if item.kind == "exhibit":
        whole = {"pointer": pointer((*item.path, "file")), "box": [0, 0, 1, 1]}
        sizes = _sizes(kept)
        return _Pages(name, sizes, tuple((whole,) for _ in sizes))
    pages = read_pages(kept)
    found = marks(pages, printed, data)
    return _Pages(name, tuple((page.width, page.height) for page in pages), tuple(map(tuple, found)))


def _own_data(document: dict[str, Any], index: int) -> dict[str, Any]:
    """Return the matter without what its other submissions say: a mark leads to no other submission."""
    submissions = [each if at == index else {} for at, each in enumerate(document["submissions"])]
    return {**document, "submissions": submissions}


def _sizes(pdf: Path) -> tuple[tuple[float, float], ...]:
    """Return the sizes of pages as they are drawn, in points."""
    with Document(pdf) as document:
        return tuple(document.size(index) for index in range(document.pages))


def _of_exhibit(finding: Finding) -> bool:
    """Tell whether a finding stops a build for the sake of one exhibit's file."""
    path = finding.path or ()
    ours = finding.code == "INPUT-EXHIBIT" or finding.code.startswith("EXH-")
    return ours and finding.severity is Severity.ERROR and len(path) > 3 and path[2] == "exhibits"


def _without(loaded: LoadedMatter, index: int, places: Collection[int], work: Path) -> LoadedMatter:
    """Return the matter with an empty page in place of the exhibit files at ``places``."""
    if not places:
        return loaded
    empty = work / "missing.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=_LETTER)
        pdf.save(empty, deterministic_id=True)
    submissions = list(loaded.matter.submissions)
    exhibits = list(submissions[index].exhibits)
    for at in places:
        exhibits[at] = msgspec.structs.replace(exhibits[at], file=str(empty), treatment="auto")
    submissions[index] = msgspec.structs.replace(submissions[index], exhibits=tuple(exhibits))
    matter = msgspec.structs.replace(loaded.matter, submissions=tuple(submissions))
    return LoadedMatter(matter, loaded.source, loaded.folder)


def _roman(number: int) -> str:
    out = ""
    for value, sign in ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while number >= value:
            out, number = out + sign, number - value
    return out
