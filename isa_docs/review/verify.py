"""Verify a returned package against the manifest of its build."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf

from isa_docs.errors import InputError
from isa_docs.findings import Finding, Place, Severity
from isa_docs.review import signatures as _signatures
from isa_docs.review.changes import UNREADABLE, Change, changes_between
from isa_docs.review.origin import explain_origin
from isa_docs.review.revisions import Revisions, split_revisions
from isa_docs.review.signatures import Signature

_HARMLESS = {"signed", "time-stamped", "validation-data"}
_NO_PYHANKO = (
    "The signatures' cryptography was not checked: pyHanko is not installed. What was changed after the build was."
)


@dataclass(frozen=True)
class Expected:
    """One signature that the manifest expects, and what the file holds in its place."""

    name: str
    role: str
    signer: str
    page: int
    signed: bool
    signature: Signature | None = None
    """What the signature says; None when it is not there, or pyHanko is not."""
    changed_after: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {
            "name": self.name,
            "role": self.role,
            "expected_signer": self.signer,
            "page": self.page,
            "signed": self.signed,
            "signature": self.signature.to_json() if self.signature else None,
            "changed_after": list(self.changed_after),
        }


@dataclass(frozen=True)
class Revision:
    """One save of the file: how many bytes it ends at, its hash, and what it changed."""

    end: int
    sha256: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Verification:
    """Everything ``verify`` found out about one file."""

    findings: tuple[Finding, ...]
    as_built: bool
    """Whether the file begins with the package that was built, byte for byte."""
    expected: tuple[Expected, ...]
    revisions: tuple[Revision, ...] = ()
    others: tuple[Signature, ...] = field(default=())
    """Document time stamps, and signatures nobody expected."""
    checked_signatures: bool = True
    scanned_pages: tuple[int, ...] = ()
    """Signature pages that were replaced by scans, as the record of an executed copy says: nothing proves what they
    show."""

    @property
    def wrong(self) -> list[Finding]:
        """The findings that mean: do not rely on this file."""
        return [each for each in self.findings if each.severity is Severity.ERROR]

    @property
    def missing(self) -> list[str]:
        """The names of the signatures that are neither made nor, it may be, in ink on a scanned page."""
        return [each.name for each in self.expected if not each.signed and each.page not in self.scanned_pages]

    @property
    def verdict(self) -> str:
        """One line for a person."""
        made = [each for each in self.expected if each.signed]
        if self.wrong:
            more = f" (and {len(self.wrong) - 1} more)" if len(self.wrong) > 1 else ""
            return f"Do not rely on this file: {self.wrong[0].message}{more}"
        if not self.expected:
            return "The file is the package as built; it needs no signature."
        if not made and not self.scanned_pages:
            count = len(self.expected)
            open_ = "its signature is not made yet" if count == 1 else f"none of its {count} signatures is made yet"
            return f"The file is the package as built; {open_}."
        pages = f"page{'s' * (len(self.scanned_pages) > 1)} {', '.join(map(str, self.scanned_pages))}"
        said = f"The package as built except {pages}" if self.scanned_pages else "The package as built"
        if made:
            count = len(self.expected)
            times = f"by all {count}" if len(made) == count else f"{len(made)} of {count} times"
            sound = "all sound" if self.checked_signatures else "their cryptography was not checked"
            said += f", signed {times} ({sound})"
        if self.missing:
            said += f"; still to sign: {', '.join(self.missing)}"
        if self.scanned_pages:
            said += f". Look at {pages}, replaced by scan: what stands there was not checked"
        return f"{said}."


def verify_package(
    data: bytes,
    manifest: Mapping[str, Any],
    *,
    built: bytes | None = None,
    roots: list[Any] | None = None,
    replaced_pages: Iterable[int] = (),
) -> Verification:
    """Compare a file with the manifest of its build; read-only.

    ``built`` is the package of the build, if at hand: it is used only to say more exactly what differs.
    ``roots`` are trusted certificates; without them trust is not judged. ``replaced_pages`` (1-based) are those whose
    replacement by scanned signature pages is recorded. Raises InputError when ``data`` is no PDF at all.
    """
    if b"%PDF-" not in data[:1024]:
        message = "This is not a PDF file."
        raise InputError(message, [Finding("VER-FILE", Severity.ERROR, message, "Name the returned package.")])
    if built is not None and hashlib.sha256(built).hexdigest() != manifest["package"]["sha256"]:
        built = None
    recorded = set(replaced_pages) & {each["page"] for each in manifest["fields"]}  # no other page may be replaced
    expected = [each for each in manifest["fields"] if each["kind"] == "signature"]
    split = split_revisions(data, manifest["package"]["sha256"])
    findings: list[Finding] = []
    revisions: tuple[Revision, ...] = ()
    if split is None:
        findings += explain_origin(data, manifest["package"]["id"], built)
    else:
        revisions = tuple(_revisions(data, split, findings))
        findings += _judge(revisions, manifest["fields"], recorded)
    read = _read(data, roots, findings)
    placed = {each.field: each for each in read or () if not each.document_stamp}
    signed = set(placed) | _signed_fields(data)
    facts = tuple(
        Expected(
            name=each["name"],
            role=each["role"],
            signer=each["signer"],
            page=each["page"],
            signed=each["name"] in signed,
            signature=placed.get(each["name"]),
            changed_after=tuple(_changed_after(each["name"], revisions)),
        )
        for each in sorted(expected, key=lambda each: (each["order"], each["page"]))
    )
    unchanged = split is not None and not any(each.severity is Severity.ERROR for each in findings)
    findings += _of_signatures(facts, unchanged, read is not None)
    names = {each.name for each in facts}
    others = tuple(each for each in read or () if each.field not in names or each.document_stamp)
    for each in others:
        if not each.document_stamp:
            message = (
                f"There is a signature nobody expected, in the field {each.field}, by {each.signer or 'somebody'}."
            )
            findings.append(Finding("VER-UNEXPECTED", Severity.ERROR, message))
        elif not each.sound:
            message = f"The document time stamp {each.field} is not sound: {each.why_not}."
            findings.append(Finding("VER-UNSOUND", Severity.ERROR, message))
    changed = {each.page for revision in revisions for each in revision.changes if each.kind == "page-content"}
    replaced = tuple(sorted(recorded & changed))
    unique = {(each.code, each.message): each for each in findings}
    ordered = sorted(unique.values(), key=lambda each: each.severity.rank)
    return Verification(tuple(ordered), split is not None, facts, revisions, others, read is not None, replaced)


def _revisions(data: bytes, split: Revisions, findings: list[Finding]) -> Iterator[Revision]:
    before = split.ends[0]
    digest = hashlib.sha256(data[:before])
    yield Revision(before, digest.copy().hexdigest())
    for end in split.ends[1:]:
        digest.update(data[before:end])
        changes: tuple[Change, ...] = ()
        try:
            changes = tuple(changes_between(data[:before], data[:end]))
        except UNREADABLE as error:
            message = f"A later revision cannot be read ({type(error).__name__})."
            findings.append(Finding("VER-DAMAGED", Severity.ERROR, message))
        yield Revision(end, digest.copy().hexdigest(), changes)
        before = end
    if split.trailing:
        message = f"{split.trailing:,} bytes were appended after the last revision."
        remedy = "They belong to no revision and no signature covers them. Ask for the file again."
        findings.append(Finding("VER-APPENDED", Severity.ERROR, message, remedy))


def _judge(revisions: Sequence[Revision], fields: Sequence[Mapping[str, Any]], replaced: set[int]) -> Iterator[Finding]:
    """Find what the revisions changed beyond signing, dating and time-stamping."""
    signature_of = {each["name"]: _signature_beside(each, fields) for each in fields if each["kind"] == "date"}
    signed: set[str] = set()
    for number, revision in enumerate(revisions):
        for change in revision.changes:
            place = f"Revision {number}: "
            after = f", after {_names(signed)} signed" if signed else ", before any signature"
            scanned = change.kind == "page-content" and change.page in replaced and not signed
            if change.kind in _HARMLESS or scanned:
                continue
            if change.kind == "filled" and change.subject in signature_of:
                own = signature_of[change.subject]
                if own in signed:
                    message = f"{place}{change.text}, after {own} was signed."
                    yield Finding("VER-DATE-AFTER", Severity.ERROR, message, place=_page(change))
                continue
            code = {"metadata": "VER-METADATA", "unsigned": "VER-UNSIGNED"}.get(change.kind, "VER-CHANGED")
            yield Finding(code, Severity.ERROR, f"{place}{change.text}{after}.", place=_page(change))
        signed |= {change.subject for change in revision.changes if change.kind == "signed"}


def _page(change: Change) -> Place | None:
    return Place("package", page=change.page) if change.page else None


def _names(signed: set[str]) -> str:
    return " and ".join(sorted(signed))


def _signature_beside(date: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> str | None:
    for each in fields:
        if each["kind"] == "signature" and (each["part"], each["role"]) == (date["part"], date["role"]):
            return str(each["name"])
    return None


def _changed_after(name: str, revisions: Sequence[Revision]) -> Iterator[str]:
    made = False
    for revision in revisions:
        if made:
            yield from (change.text for change in revision.changes)
        made = made or any(change.kind == "signed" and change.subject == name for change in revision.changes)


def _signed_fields(data: bytes) -> set[str]:
    """Return the names of the signature fields that hold a value, without judging it."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            return {
                str(item.get("/T", ""))
                for item in _form_fields(pdf)
                if isinstance(item, pikepdf.Dictionary) and item.get("/FT") == "/Sig" and item.get("/V") is not None
            }
    except UNREADABLE:
        return set()


def _form_fields(pdf: pikepdf.Pdf) -> list[Any]:
    form = pdf.Root.get("/AcroForm")
    return list(form.get("/Fields", ())) if isinstance(form, pikepdf.Dictionary) else []


def _read(data: bytes, roots: list[Any] | None, findings: list[Finding]) -> list[Signature] | None:
    if not _signatures.available():
        severity = Severity.WARNING if _signed_fields(data) else Severity.NOTE
        findings.append(Finding("VER-NO-PYHANKO", severity, _NO_PYHANKO, "pip install 'isa-docs[sign]'"))
        return None
    try:
        return _signatures.read_signatures(data, roots)
    except ValueError as error:
        message = f"The signatures cannot be read: {error}."
        findings.append(Finding("VER-DAMAGED", Severity.ERROR, message))
        return []


def _of_signatures(expected: Sequence[Expected], unchanged: bool, checked: bool) -> Iterator[Finding]:
    """Find what is wrong with the signatures; ``unchanged`` when nothing else was found to be changed.

    ``checked`` when pyHanko was there: then a signed field without a signature holds something else.
    """
    for each in expected:
        signature, place = each.signature, Place("package", page=each.page)
        if signature is None:
            if each.signed and checked:
                message = f"What {each.name} holds is not a person's signature, or none that can be checked."
                yield Finding("VER-UNSOUND", Severity.ERROR, message, "Have that line signed again.", place=place)
            continue
        if not signature.sound:
            message = f"The signature in {each.name} is not sound: {signature.why_not}."
            yield Finding("VER-UNSOUND", Severity.ERROR, message, place=place)
            continue
        if signature.trusted is False:
            message = f"The signature in {each.name}, by {signature.signer}, is not trusted: {signature.trust}."
            yield Finding("VER-UNTRUSTED", Severity.ERROR, message, place=place)
        elif signature.trusted is None:
            message = f"Trust in the signature in {each.name} was not checked: no root was given."
            yield Finding("VER-NO-ROOT", Severity.NOTE, message, "Give the root certificate with --trust.", place=place)
        if each.role != "cbp" and each.signer.casefold() not in signature.signer.casefold():
            message = f"{each.name} is for {each.signer}; the certificate names {signature.signer}."
            yield Finding("VER-SIGNER", Severity.WARNING, message, "Make sure the right person signed.", place=place)
        if unchanged and (not signature.allowed or signature.later in ("annotations", "other", "unreadable")):
            message = f"The file was changed after {each.name} was signed, in a way that breaks the signature."
            yield Finding("VER-CHANGED", Severity.ERROR, message, place=place)
        if signature.coverage not in ("entire_file", "entire_revision"):
            message = f"The signature in {each.name} does not cover the whole of its revision ({signature.coverage})."
            yield Finding("VER-COVERAGE", Severity.ERROR, message, place=place)
