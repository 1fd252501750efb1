"""Builds the packages of a matter: every submission gets an outcome, whatever happens to the others."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from isa_docs import __version__
from isa_docs.assembly.child import AssemblyProcess
from isa_docs.assembly.model import AssemblyResult, Attachment
from isa_docs.build import reuse
from isa_docs.build.agency_form import with_firm_form
from isa_docs.build.cache import Cache
from isa_docs.build.checks import check_matter, concerning, stop_for
from isa_docs.build.draft import Draft
from isa_docs.build.facts import is_filled_pdf
from isa_docs.build.form import PLAIN, PackageForm, associated_files, output_files
from isa_docs.build.publish import publish
from isa_docs.build.reasons import DocumentNote, after_build
from isa_docs.build.recall import documents_before, keep_documents
from isa_docs.build.templates import Templates
from isa_docs.conversion.engine import Engine, EngineInfo, Job, PdfOptions, Result
from isa_docs.documents.plan import plan_submission
from isa_docs.errors import AssemblyError, ExitCode, IsaDocsError
from isa_docs.findings import Finding, conceal, stopping
from isa_docs.intake.load import LoadedMatter
from isa_docs.intake.schema import schema_files
from isa_docs.review.manifest import BuildRecord, PartRecord

Progress = Callable[[str], None]
_Made = tuple[list[Result], frozenset[str]]
"""The conversions done, and the keys of those that the cache held."""

_Step = Future[Any]
"""The end of a conversion, with what was made; or, before that is judged, its result, None when there is none."""

_THREADS = 16
"""Threads that wait for an open converter, besides one for the exhibits of each package."""


@dataclass(frozen=True)
class BuildSettings:
    """Where things are and how strict to be; ``templates`` may override shipped templates one by one."""

    out: Path
    engine: Callable[[], Engine]
    """Makes the converter; called once, and only when something is to be converted."""
    templates: Path | None = None
    strict: bool = False
    as_of: date | None = None
    cache: Cache | None = None
    """What was made before; without one everything is made anew."""
    form: PackageForm = PLAIN
    assembly: AssemblyProcess | None = None
    """What has to do with PDFs; without one, one is started for this build."""
    within: Path | None = None
    """The folder that exhibits must lie in; None for anywhere."""
    watermark: str | None = None
    """Make previews, with this word across every page, in spite of open rule errors; never a package."""


@dataclass(frozen=True)
class Outcome:
    """What became of one submission: a published package, or the error that stopped it."""

    submission: str
    folder: Path
    findings: tuple[Finding, ...]
    pdf: Path | None = None
    package: AssemblyResult | None = None
    package_id: str = ""
    error: IsaDocsError | None = None
    documents: tuple[DocumentNote, ...] = ()
    """Which documents were made anew, and why."""
    superseded: Path | None = None
    """Where an earlier package that somebody signed or added files to is kept now."""

    @property
    def exit_code(self) -> ExitCode:
        """The exit code this outcome alone would give."""
        return self.error.exit_code if self.error else ExitCode.OK


def build_matter(
    loaded: LoadedMatter, indexes: Sequence[int], settings: BuildSettings, progress: Progress = lambda text: None
) -> list[Outcome]:
    """Build the packages of the submissions at ``indexes``; every one gets an outcome, failures included.

    All documents of all packages are converted together. A package that fails leaves its last good output alone.
    """
    with (
        tempfile.TemporaryDirectory(prefix="isa-docs-") as work,
        nullcontext(settings.assembly) if settings.assembly is not None else AssemblyProcess() as assembly,
    ):
        return _Run(loaded, settings, progress, Path(work), assembly).build(indexes)


class _Run:
    """One run over some submissions of one matter."""

    def __init__(
        self,
        loaded: LoadedMatter,
        settings: BuildSettings,
        progress: Progress,
        work: Path,
        assembly: AssemblyProcess,
    ) -> None:
        self.loaded = loaded
        self.settings = settings
        self.progress = progress
        self.work = work
        self.assembly = assembly
        self.outcomes: dict[int, Outcome] = {}
        self.drafts: dict[int, Draft] = {}

    def build(self, indexes: Sequence[int]) -> list[Outcome]:
        findings = check_matter(self.loaded, indexes, self.settings.as_of, self.settings.within)
        templates = Templates(self.settings.templates)
        for index in indexes:
            submission = self.loaded.matter.submissions[index]
            preview = "-preview" if self.settings.watermark else ""
            target = self.settings.out / self.loaded.matter.matter / f"{submission.id}{preview}"
            own = concerning(findings, self.loaded, index)
            self.outcomes[index] = Outcome(submission.id, target, tuple(own))
            with self._guarded(index):
                self._stop_for(own)
                plan = with_firm_form(plan_submission(self.loaded.matter, index), templates)
                said = templates.check(item.template for item in plan.items if item.template)
                self.outcomes[index] = replace(self.outcomes[index], findings=(*own, *said))
                stop_for(said, strict=self.settings.strict)
                work = self.work / submission.id
                draft = Draft(self.loaded, plan, templates, work, self.assembly, self.settings.form)
                draft.take_form()
                self.drafts[index] = draft
        if self.drafts:
            engine = self.settings.engine()
            try:
                self._make_parts(engine)
                self._each("assembling", lambda index, draft: self._finish(index, draft, engine.info))
            finally:
                engine.close()
        return [self.outcomes[index] for index in indexes]

    def _stop_for(self, findings: Sequence[Finding]) -> None:
        """Raise the error that stops this build; a preview is not stopped by what it may be made in spite of."""
        stops = list(findings)
        if self.settings.watermark:
            from isa_docs.review.preview import previewable

            stops = [each for each in findings if not previewable(each)]
        stop_for(stops, strict=self.settings.strict)

    def _make_parts(self, engine: Engine) -> None:
        """Take in the exhibits, and render and convert until the page numbers are stable.

        The exhibits are taken in while the first papers are rendered. A converter that is open gets each document as
        soon as all page numbers that it prints are known; another one is called once in each round, for all packages.
        """
        with ThreadPoolExecutor(_THREADS + len(self.drafts)) as threads:
            try:
                self.progress("taking in exhibits")
                taken = {
                    index: threads.submit(draft.take_exhibits, self.settings.cache)
                    for index, draft in self.drafts.items()
                }
                converting = self._round(engine, threads, settled=True)
                self._each("", lambda index, draft: taken[index].result())
                if engine.open:
                    converting |= self._round(engine, threads, settled=True)
                threads.submit(_prepare_review)
                while converting := converting or self._round(engine, threads):
                    one = FIRST_COMPLETED if engine.open else ALL_COMPLETED
                    done, converting = wait(converting, return_when=one)
                    self._accept(done)
                    if engine.open:
                        converting |= self._round(engine, threads, settled=True)
            except BaseException:
                engine.close()  # or the converter would be waited for
                raise

    def _round(self, engine: Engine, threads: ThreadPoolExecutor, *, settled: bool = False) -> set[_Step]:
        """Render what is to be rendered now, and begin to convert it; return what will have been made."""
        jobs: list[Job] = []
        converting: set[_Step] = set()
        at_once = engine.open

        def render(index: int, draft: Draft) -> None:
            for job in draft.renderings(settled=settled):
                jobs.append(job)
                if at_once:
                    laid: Future[Result | None] = Future()
                    converting.update((laid, threads.submit(self._converted, [job], engine, laid)))

        self._each("", render)
        if jobs:
            self.progress(f"converting {len(jobs)} {'document' if len(jobs) == 1 else 'documents'}")
        if jobs and not converting:
            converting.add(threads.submit(self._converted, jobs, engine))
        return converting

    def _accept(self, steps: Iterable[_Step]) -> None:
        """Give the drafts what was converted, and the lengths that are known."""
        results: list[Result] = []
        reused: frozenset[str] = frozenset()
        for step in steps:
            known = step.result()
            if isinstance(known, Result):
                self._each("", lambda index, draft, laid=known: draft.lay(laid))  # type: ignore[misc]
            elif known is not None:
                results += known[0]
                reused |= known[1]
        self._each("", lambda index, draft: draft.accept(results, reused))

    def _converted(self, jobs: Sequence[Job], engine: Engine, laid: Future[Result | None] | None = None) -> _Made:
        """Convert; ``laid`` learns of the result of a single job before it is judged, or that there is none."""

        def tell(result: Result) -> None:
            if laid is not None:
                laid.set_result(result if result.pdf is not None else None)

        out, assembly = self.work / "pdf", self.assembly
        try:
            return reuse.convert(jobs, PdfOptions(), engine, out, self.settings.cache, assembly, tell)
        finally:
            if laid is not None and not laid.done():
                laid.set_result(None)

    def _finish(self, index: int, draft: Draft, engine: EngineInfo) -> None:
        identity = package_identity(self.loaded, draft, engine, self.outcomes[index].findings)

        def carried(made: AssemblyResult) -> tuple[Attachment, ...]:
            record = self._record(draft, made, identity, engine, self.outcomes[index].findings)
            return associated_files(record, draft.name, self.loaded.source.text)

        if self.settings.watermark:
            identity = hashlib.sha256(f"preview {identity}".encode()).hexdigest()[:32]
        package = draft.assemble(identity, carried if draft.form.archive == "a3" else None)
        findings = (*self.outcomes[index].findings, *self.loaded.locate(draft.findings))
        if stopping(draft.findings):
            raise AssemblyError("The assembled package failed its own checks.", findings)
        outcome = self.outcomes[index]
        record = self._record(draft, package, identity, engine, findings)
        name = draft.name
        if self.settings.watermark:
            self._publish_preview(index, draft, record)
            return
        files = output_files(draft, record)
        facts = draft.facts(reuse.converter_mark(engine), record.matter_sha256)
        before = documents_before(self.settings.cache, outcome.folder)
        notes = [
            after_build(
                item.key,
                before.get(item.key),
                facts[item.key],
                reused=item.key in draft.reused,
                kept=not is_filled_pdf(item),
                fresh=self.settings.cache is None,
            )
            for item in draft.plan.items
        ]
        superseded = publish(files, outcome.folder)
        keep_documents(self.settings.cache, outcome.folder, facts)
        self.outcomes[index] = replace(
            outcome,
            findings=findings,
            package=package,
            package_id=identity,
            pdf=outcome.folder / name,
            documents=tuple(notes),
            superseded=superseded,
        )

    def _publish_preview(self, index: int, draft: Draft, record: BuildRecord) -> None:
        """Put the marked preview and its checklist in place; no manifest, so that nothing takes it for a package."""
        from isa_docs.review.checklist import checklist_html
        from isa_docs.review.preview import preview_pdf

        outcome, mark = self.outcomes[index], str(self.settings.watermark)
        name = f"{draft.name.removesuffix('.pdf')}-preview.pdf"
        files: dict[str, bytes | Path] = {
            name: preview_pdf(record.package.pdf, mark),
            "checklist.html": checklist_html(record, name, self.drafts[index].pictures),
        }
        publish(files, outcome.folder)
        error: IsaDocsError | None = None
        try:
            stop_for(record.findings)
        except IsaDocsError as open_errors:
            error = type(open_errors)(f"Previewed only: {open_errors.message}", open_errors.findings)
        self.outcomes[index] = replace(
            outcome,
            findings=record.findings,
            package=record.package,
            pdf=outcome.folder / name,
            error=error,
        )

    def _record(
        self, draft: Draft, package: AssemblyResult, identity: str, engine: EngineInfo, findings: tuple[Finding, ...]
    ) -> BuildRecord:
        return BuildRecord(
            matter_file=self.loaded.source.file,
            matter_sha256=hashlib.sha256(self.loaded.source.text.encode()).hexdigest(),
            plan=draft.plan,
            package=package,
            package_id=identity,
            engine=engine,
            inputs=draft.inputs,
            findings=findings,
            parts=tuple(
                PartRecord(item.key, conceal(item.title), item.kind, item.tab, pages.first_page, pages.pages)
                for item, pages in zip(draft.plan.items, package.parts, strict=True)
            ),
            exhibits=draft.exhibit_records(),
            archive=draft.form.archive,
            volumes=draft.volumes,
            validator=draft.validator,
        )

    def _each(self, what: str, step: Callable[[int, Draft], None]) -> None:
        for index, draft in list(self.drafts.items()):
            if what:
                self.progress(f"{what}: {draft.plan.submission.id}")
            with self._guarded(index):
                step(index, draft)

    @contextmanager
    def _guarded(self, index: int) -> Iterator[None]:
        """Turn an error into the outcome of its own submission, and leave the others alone."""
        try:
            yield
        except IsaDocsError as error:
            before = self.outcomes[index]
            known = {(each.code, each.message) for each in before.findings}
            new = [each for each in self.loaded.locate(error.findings) if (each.code, each.message) not in known]
            self.outcomes[index] = replace(before, error=error, findings=(*before.findings, *new))
            self.drafts.pop(index, None)


def _prepare_review() -> None:
    """Import and make ready what is wanted once the package is assembled, while the converter is at its work."""
    import filelock  # noqa: F401

    from isa_docs.build import reread  # noqa: F401
    from isa_docs.review import placements, thumbnails  # noqa: F401
    from isa_docs.review.checklist import prepare_checklist

    prepare_checklist()


def package_identity(loaded: LoadedMatter, draft: Draft, engine: EngineInfo, findings: Sequence[Finding]) -> str:
    """Return the package id, 32 hexadecimal digits: a hash of what decides the package's bytes.

    These are the parts as they were made (with them the fonts, the converter and poppler), the matter's data, the
    exhibits and templates, the schemas and the program's data, the versions of this tool and of the engine, and the
    form of the package; for one that carries its matter file and manifest, the file's text and name and what the
    manifest tells, ``findings`` included. The libraries that merge the parts stand with the version of the tool, which
    is locked to theirs; the font of the page stamps is not looked at. Nothing here differs from machine to machine
    unless the parts do.
    """
    carried: list[Any] = []
    if draft.form.archive == "a3":
        told = [replace(each, place=None).to_json() for each in findings]
        exhibits = [asdict(each) for each in draft.exhibit_records()]
        carried = [PurePath(loaded.source.file).name, loaded.source.text, told, engine.kind, exhibits]
    parts = {
        "matter": {key: value for key, value in loaded.source.data.items() if key != "events"},  # no paper prints them
        "carried": carried,
        "submission": draft.plan.submission.id,
        "inputs": draft.inputs,
        "parts": draft.pin_parts(),
        "tool": __version__,
        "engine": [engine.name, engine.version],
        "form": draft.form.to_json(),
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
    package = Path(__file__).resolve().parents[1]
    for file in [*schema_files(), *sorted(package.glob("*/data/*"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]
