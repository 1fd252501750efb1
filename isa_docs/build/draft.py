"""One package in the making: its parts are taken in, rendered, converted and assembled in a private folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from isa_docs.assembly.child import AssemblyProcess
from isa_docs.assembly.esign import field_name
from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, exhibit_type
from isa_docs.assembly.model import AssemblyResult, Attachment, PackageInfo, Packet, Part, SignatureSlot
from isa_docs.build import reuse
from isa_docs.build.agency_form import form_inputs, make_form, with_annex
from isa_docs.build.cache import Cache
from isa_docs.build.docx_clean import cleaned, docx_leaks
from isa_docs.build.facts import facts_of
from isa_docs.build.form import PLAIN, PackageForm
from isa_docs.build.given import GivenExhibits
from isa_docs.build.reasons import Facts
from isa_docs.build.state import sha256_file
from isa_docs.build.templates import Templates
from isa_docs.conversion.engine import Job, Result
from isa_docs.documents.context import MARKING, Layout, context_for, is_designated, terms
from isa_docs.documents.plan import PlannedItem, SubmissionPlan
from isa_docs.documents.provenance import value_paths
from isa_docs.documents.render import RenderedDocx
from isa_docs.documents.tokens import Slot
from isa_docs.errors import ConversionError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.load import LoadedMatter
from isa_docs.review.manifest import ExhibitRecord

if TYPE_CHECKING:
    from isa_docs.assembly.extracts import Extract
_PART_KIND = {
    "letter": "document",
    "paper": "document",
    "contents": "contents",
    "exhibit-sheet": "exhibit-sheet",
    "exhibit": "exhibit",
}
_ROUNDS = 5
_GUESSED_PAGES = {"letter": 2}
"""Length of a part that was not converted yet, 1 where nothing is said; a wrong guess costs one more round."""


class Draft:
    """The state of one package while it is made; ``work`` is a folder of its own."""

    def __init__(
        self,
        loaded: LoadedMatter,
        plan: SubmissionPlan,
        templates: Templates,
        work: Path,
        assembly: AssemblyProcess,
        form: PackageForm = PLAIN,
        *,
        apart: bool = True,
    ) -> None:
        """``apart`` says whether the parts are handed out one by one as well."""
        self.loaded = loaded
        self.plan = plan
        self.work = work
        self.form = form
        self.volumes: tuple[Extract, ...] = ()
        self.validator: str | None = None
        """The validator that confirmed what the package declares, when it was to be asked."""
        self.word: dict[str, bytes] = {}
        """The Word files as they are handed out: ``docx`` without traces of who made the templates."""
        self.packets: tuple[Packet, ...] = ()
        self.layout = Layout()
        self.findings: list[Finding] = []
        self.exhibits: dict[str, ExhibitResult] = {}
        self.docx: dict[str, bytes] = {}
        self.pdf: dict[str, Path] = {}
        self.reused: set[str] = set()
        """The documents that the cache held."""
        self._apart = apart
        self._pinning: dict[str, Callable[[], bytes]] = {}
        self.pinned: dict[str, bytes] = {}
        """The PDF of each part as it is handed out, with the converter's clock taken out."""
        self.pictures: dict[int, bytes] = {}
        """Small pictures of pages of the package, for the checklist."""
        self._templates = templates
        self._assembly = assembly
        self._lines: dict[str, tuple[Slot, ...]] = {}
        """The lines to sign of each paper, in reading order."""
        self._layouts: dict[str, str] = {}
        """The page numbers each paper was last rendered with; empty for papers that print none of others."""
        self._converting: set[str] = set()
        """The documents that were rendered and not yet accepted."""
        self._round = 0
        self._words: dict[str, bool] = {}
        """Which exhibits are Word files, as far as was looked."""
        (work / "docx").mkdir(parents=True)
        self._given = GivenExhibits(self._exhibit_items(), loaded.folder, work / "given")
        self._forms: dict[str, str] = {}
        """SHA-256 of the forms and their places files."""

    @property
    def name(self) -> str:
        """The package's file name."""
        return f"{self.plan.matter.matter}-{self.plan.submission.id}.pdf"

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every template and exhibit file that goes in, by name."""
        names = {item.template for item in self.plan.items if item.template}
        sums = {f"templates/{name}.docx": _sha256(self._templates.read(name)) for name in names}
        for item in self._exhibit_items():
            sums[item.exhibit.file] = self._given.sha256(item)  # type: ignore[union-attr]
        return dict(sorted((sums | self._forms).items()))

    def take_form(self) -> None:
        """Fill the agency's form, if the MOU is on one; the annex it needs becomes a part of the plan.

        Raises TemplateError or AssemblyError with findings.
        """
        forms = form_inputs(self.plan, self.loaded.folder, self._templates)
        self._forms = {name: sha256_file(file) or "" for name, file in forms.items()}
        for item in self.plan.items:
            if not item.form:
                continue
            made = make_form(self.plan, item, self.loaded.folder, self._templates, self.work / "form")
            self._lines[item.key] = made.slots
            if made.annex:
                self.plan = with_annex(self.plan, item)
            if made.docx is not None:
                self.docx[item.key] = made.docx
            if made.pdf is not None:
                self._take(item, made.pdf, made.pages)
            self.findings += [replace(each, submission=self.plan.submission.id) for each in made.findings]

    def take_exhibits(self, cache: Cache | None = None) -> None:
        """Take in the exhibits that are not Word files; raises AssemblyError with the findings of refused ones."""
        items = [item for item in self._exhibit_items() if not self._is_word(item)]
        files = [
            ExhibitFile(self._given.file(item), item.title, item.exhibit.alternative_text, item.exhibit.treatment)
            for item in items
            if item.exhibit
        ]
        if not files:
            return
        results, reused = reuse.take(files, self.work / "exhibits", cache, self._assembly)
        self.reused |= {items[at].key for at in reused}
        for item, result in zip(items, results, strict=True):
            self.exhibits[item.key] = result
            self._take(item, result.pdf, result.pages)
            self.findings += [
                replace(each, path=item.path, submission=self.plan.submission.id) for each in result.warnings
            ]

    def render(self, *, settled: bool = False) -> list[Job]:
        """Render like :meth:`renderings`; return all conversions to do."""
        return list(self.renderings(settled=settled))

    def renderings(self, *, settled: bool = False) -> Iterator[Job]:
        """Render what is new or changed by the page numbers known now; yield each conversion to do as it is known.

        With ``settled`` only what prints no page numbers that are to come, so that it can be converted while the rest
        is rendered. The smallest template comes first: the converter has work while the larger ones are filled; the
        tab sheets come before the largest paper, when their exhibits are most often taken in. What is being converted
        is left alone until it is accepted. Yields nothing once the layout is stable. Raises TemplateError, or
        ConversionError when the page numbers do not settle.
        """
        jobs = 0
        for item in sorted(self.plan.items, key=self._turn):
            if item.key in self._converting:
                continue
            for job in self._render_one(item, settled=settled):
                jobs += 1
                self._converting.add(item.key)
                yield job
        self._round += bool(jobs) and not settled
        if self._round > _ROUNDS:
            raise ConversionError("The page numbers of the contents page do not settle; shorten a title.")

    def _render_one(self, item: PlannedItem, *, settled: bool) -> Iterator[Job]:
        """Yield the conversion of one item, if there is one to do."""
        if settled and not self._is_settled(item):
            return
        if item.kind == "exhibit":
            if self._is_word(item) and item.key not in self.pdf:
                yield Job(self._job_key(item), self._given.file(item), as_shown=True)
            return
        if item.form:
            if item.key in self.docx and item.key not in self._layouts:
                self._layouts[item.key] = ""
                yield Job(self._job_key(item), self._written(item))
            return
        layout = self._layout_for(item)
        if self._layouts.get(item.key) == layout:
            return
        self._layouts[item.key] = layout
        rendered = self._render(item)
        if self.docx.get(item.key) == rendered.data:
            return
        self.docx[item.key] = rendered.data
        self._lines[item.key] = rendered.slots
        yield Job(self._job_key(item), self._written(item))

    def _turn(self, item: PlannedItem) -> tuple[int, bool]:
        """Return what sorts the items into the order in which they are rendered."""
        if item.kind != "exhibit-sheet":
            return self._template_size(item), True
        return max(self._template_size(each) for each in self.plan.items if each.kind in ("paper", "letter")), False

    def _template_size(self, item: PlannedItem) -> int:
        return len(self._templates.read(item.template)) if item.template else 0

    def _written(self, item: PlannedItem) -> Path:
        path = self.work / "docx" / f"{item.key}.docx"
        path.write_bytes(self.docx[item.key])
        return path

    def lay(self, result: Result) -> None:
        """Take note of how long a document is that was converted and is still to be judged."""
        for item in self.plan.items:
            if result.job.key == self._job_key(item):
                self.layout.pages[item.key] = result.pages
                self.number_pages()

    def accept(self, results: Iterable[Result], reused: Container[str] = ()) -> None:
        """Take the converted documents, ``reused`` those jobs the cache held.

        Raises ConversionError naming each that failed.
        """
        failed: list[Finding] = []
        for item in self.plan.items:
            for result in results:
                if result.job.key != self._job_key(item):
                    continue
                self._converting.discard(item.key)
                if result.pdf is None:
                    failed.append(self._failure(item, result))
                    continue
                self._take(item, result.pdf, result.pages)
                (self.reused.add if result.job.key in reused else self.reused.discard)(item.key)
                self.findings += [
                    replace(self._given.named(each, item), submission=self.plan.submission.id)
                    for each in result.findings
                    if each.severity is not Severity.ERROR
                ]
        if failed:
            raise ConversionError(f"{len(failed)} of the documents could not be converted.", failed)
        self.number_pages()

    def _take(self, item: PlannedItem, pdf: Path, pages: int) -> None:
        """Take the PDF of a part, and begin to make of it what is handed out."""
        self.pdf[item.key] = pdf
        self.layout.pages[item.key] = pages
        if self._apart:
            self._pinning[item.key] = self._assembly.pinned(pdf, self.plan.submission.date)

    def number_pages(self) -> None:
        """Number the first pages of the parts, as far as their lengths are known, and by guess beyond."""
        page = 1
        for item in self.plan.items:
            self.layout.first_pages[item.key] = page
            page += self.layout.pages.get(item.key) or _GUESSED_PAGES.get(item.kind, 1)

    def _is_settled(self, item: PlannedItem) -> bool:
        """Tell whether all page numbers that a part prints are known, but for those of letters and tab sheets.

        How long these are is guessed, and a wrong guess found out when they are converted.
        """
        if item.kind == "exhibit-sheet":
            return self._exhibit_pages(item) is not None
        return item.kind in ("paper", "exhibit") or all(
            each.key in self.layout.pages for each in self.plan.items if each.kind in ("paper", "exhibit")
        )

    def _exhibit_pages(self, sheet: PlannedItem) -> int | None:
        return self.layout.pages.get(f"exhibit-{sheet.exhibit.id}") if sheet.exhibit else None

    def _layout_for(self, item: PlannedItem) -> str:
        """Return the page numbers that a part prints, as a text that changes with them; empty when it prints none."""
        if item.kind == "paper":
            return ""
        if item.kind == "exhibit-sheet":
            return repr(self._exhibit_pages(item))
        enclosed = [self.layout.pages.get(each.key) for each in self.plan.items if each.kind in ("paper", "exhibit")]
        return repr((enclosed, self.layout.first_pages if item.kind == "contents" else None))

    def pin_parts(self) -> dict[str, str]:
        """Wait for the parts as they are handed out, all of which are made; return their SHA-256 by key."""
        self.pinned = {key: pinned() for key, pinned in self._pinning.items()}
        return {key: _sha256(data) for key, data in sorted(self.pinned.items())}

    def assemble(
        self, package_id: str, carried: Callable[[AssemblyResult], tuple[Attachment, ...]] | None = None
    ) -> AssemblyResult:
        """Merge the parts into the package and check it; what the checks find is added to ``findings``.

        ``carried`` says which files an archive package carries, once its pages are known. The signature packets are
        made as well.
        """
        parts = [self._part(item) for item in self.plan.items]
        submission, importer = self.plan.submission, self.plan.matter.importer
        program = terms(self.plan.edition.edition != "ctpat-tc")["program_short"]
        kind = str(submission.__struct_config__.tag)
        info = PackageInfo(
            title=f"{parts[0].title}{' and Enclosures' if len(parts) > 1 else ''} – {importer.legal_name}",
            author=importer.legal_name,
            subject=f"{program} {kind}",
            language="en-US",
            date=submission.date,
            package_id=package_id,
            stamp=f"{importer.legal_name} · {program} {kind.replace('-', ' ')}",
            profile=self.form.profile,
            bates=self.form.bates,
            archive=self.form.archive,
        )
        result = self._assembly.assemble(parts, info, self.work / self.name)
        if carried:
            info = replace(info, attachments=carried(result))
            result = self._assembly.assemble(parts, info, self.work / self.name)
        self.findings += [
            Finding("ASM-STAMP", severity, text, submission=submission.id)
            for severity, texts in ((Severity.WARNING, result.warnings), (Severity.NOTE, result.notes))
            for text in texts
        ]
        self._judge(result, parts, info)
        if self.form.verify_archive:
            from isa_docs.assembly.archive_check import find_validator, judged

            self.validator, found = judged(find_validator(), result, info.archive)
            self.findings += [replace(each, submission=submission.id) for each in found]
        limit = self.form.limit_for(self.plan.recipient.key)
        if limit:
            from isa_docs.assembly.volumes import split

            volumes = split(parts, result, info, limit, self.work / "volumes")
            self.volumes = volumes.files
            self.findings += [replace(each, submission=submission.id) for each in volumes.findings]
        return result

    def _judge(self, result: AssemblyResult, parts: Sequence[Part], info: PackageInfo) -> None:
        """Check the package and all that goes with it, and make what is handed out besides it, side by side."""
        from isa_docs.build.reread import reread
        from isa_docs.review.thumbnails import shown_pages, thumbnails

        submission = self.plan.submission
        listed = {
            item.key: self.layout.first_pages[item.key]
            for item in self.plan.items
            if item.kind not in ("contents", "exhibit")
        }
        contents = listed if any(item.kind == "contents" for item in self.plan.items) else None
        ranges = [(item.kind, at.first_page, at.pages) for item, at in zip(self.plan.items, result.parts, strict=True)]
        plain, packets = replace(info, archive="a2", attachments=()), self.work / "packets"
        with ThreadPoolExecutor(3) as threads:
            checking = threads.submit(self._assembly.check, result, parts, info, contents)
            picturing = threads.submit(thumbnails, result.pdf, shown_pages(ranges))
            packing = threads.submit(self._assembly.packets, result, plain, packets)
            leaks: list[Finding] = []
            for item in self.plan.items:
                if item.key in self.docx:
                    self.word[item.key] = cleaned(self.docx[item.key])
                    leaks += docx_leaks(self.word[item.key], f"{item.key}.docx")
            found, texts = checking.result()
            found = [*found, *leaks]
            reread_findings = reread(self.plan, result, texts)
            self.packets, self.pictures = packing.result(), picturing.result()
        self.findings += [replace(each, submission=submission.id) for each in found]
        self.findings += reread_findings

    def facts(self, converter: str, matter: str) -> dict[str, Facts]:
        """Return what decided each document; ``matter`` is the SHA-256 of the matter file."""
        facts: dict[str, Facts] = {}
        for item in self.plan.items:
            own = facts_of(item, self.plan, self.loaded.folder, self._templates, matter, converter)
            text = {"text": _sha256(self.docx[item.key])} if item.key in self.docx else {}
            facts[item.key] = (
                own | text | ({"file": self._given.sha256(item)} if item.exhibit and item.kind == "exhibit" else {})
            )
        return facts

    def slots(self, item: PlannedItem) -> tuple[SignatureSlot, ...]:
        """Return the signature and date lines of one paper, in reading order, with the field names they get."""
        found = []
        roles = self._signing_order()
        for slot in self._lines.get(item.key, ()):
            someone = self.plan.matter.people.get(slot.role)
            name = someone.name if someone else "U.S. Customs and Border Protection"
            title = someone.title if someone else "authorized official"
            kind: Literal["signature", "date"] = "signature" if slot.kind == "sign" else "date"
            what = "Signature" if slot.kind == "sign" else "Date of signature"
            order = roles.index(slot.role) + 1
            found.append(
                SignatureSlot(
                    name=field_name(self.form.profile, item.key, slot.role, kind, order),
                    kind=kind,
                    role=slot.role,
                    signer=name,
                    title=title,
                    order=order,
                    start=slot.start,
                    end=slot.end,
                    tooltip=f"{what} of {name}, {title}: {item.title}" + (" (MM/DD/YYYY)" if kind == "date" else ""),
                    room=slot.room,
                )
            )
        return tuple(found)

    def exhibit_records(self) -> tuple[ExhibitRecord, ...]:
        """Return what became of each exhibit, in their order."""
        records = []
        for item in self._exhibit_items():
            if item.exhibit is None:
                continue
            file, taken = item.exhibit.file, self.exhibits.get(item.key)
            digest = taken.sha256 if taken else self._given.sha256(item)
            outcome, proved = (taken.outcome, taken.proved) if taken else ("converted", True)
            records.append(ExhibitRecord(item.key, file, digest, item.exhibit.treatment, outcome, proved))
        return tuple(records)

    def _signing_order(self) -> list[str]:
        roles: list[str] = []
        for item in self.plan.items:
            for slot in self._lines.get(item.key, ()):
                if slot.role not in roles:
                    roles.append(slot.role)
        return sorted(roles, key=lambda role: role == "cbp")

    def _render(self, item: PlannedItem) -> RenderedDocx:
        assert item.template is not None
        return self._templates.fill(
            item.template,
            context_for(self.plan, item, self.layout),
            roles={*self.plan.matter.people, "cbp"},
            matter=self.plan.matter,
            value_paths=value_paths(self.plan, item),
        )

    def _part(self, item: PlannedItem) -> Part:
        sheet = f"sheet-{item.exhibit.id}" if item.kind == "exhibit" and item.exhibit else None
        return Part(
            key=item.key,
            title=item.title,
            kind=_PART_KIND[item.kind],  # type: ignore[arg-type]
            pdf=self.pdf[item.key],
            label=item.label,
            parent=sheet,
            slots=self.slots(item),
            alternative_text=item.exhibit.alternative_text if item.exhibit else None,
            mark=item.short_title if item.kind == "exhibit" else "",
            legend=MARKING if item.kind == "exhibit" and is_designated(self.plan, item) else "",
            fixed=bool(item.exhibit and item.exhibit.treatment == "exact"),
        )

    def _failure(self, item: PlannedItem, result: Result) -> Finding:
        message = f"{item.title} could not be converted: {result.error}"
        return Finding("CONV-FAILED", Severity.ERROR, message, path=item.path, submission=self.plan.submission.id)

    def _exhibit_items(self) -> list[PlannedItem]:
        return [item for item in self.plan.items if item.kind == "exhibit" and item.exhibit]

    def _is_word(self, item: PlannedItem) -> bool:
        if item.key not in self._words:
            self._words[item.key] = exhibit_type(self._given.file(item)) == "docx"
        return self._words[item.key]

    def _job_key(self, item: PlannedItem) -> str:
        return f"{self.plan.submission.id}.{item.key}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
