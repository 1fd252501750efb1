"""A DOCX file as a package: opened with limits, its text-bearing parts listed, saved as the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.coreprops import CoreProperties
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.package import OpcPackage
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.opc.pkgwriter import PackageWriter
from docx.oxml.ns import qn
from docx.parts.document import DocumentPart
from docxtpl import DocxTemplate
from lxml import etree

from isa_docs.errors import TemplateError
from isa_docs.findings import Finding, Place, Severity

MAX_MEMBERS: Final = 2_000
MAX_BYTES: Final = 200_000_000
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_STORIES: Final = ("document.main", "header", "footer", "footnotes", "endnotes")


def opened(data: bytes, name: str) -> DocxTemplate:
    """Open a Word template given as bytes; raises TemplateError when it is not one, or is too large or hostile."""
    problem = _refusal(data)
    template = None
    if problem is None:
        try:
            template = DocxTemplate(io.BytesIO(data))
            template.render_init()
            if not isinstance(template.docx.part, DocumentPart):
                problem = "it holds no Word document"
        except (PackageNotFoundError, KeyError, ValueError, etree.LxmlError) as error:
            problem = f"it cannot be read ({error})"
    if problem or template is None:
        finding = Finding(
            "TPL-FILE",
            Severity.ERROR,
            f"The template {name} is not usable: {problem}.",
            "Save it again from Word as .docx, without macros.",
            place=Place(name),
        )
        raise TemplateError(finding.message, [finding])
    return template


def story_parts(document: DocumentPart) -> list[tuple[Part, str]]:
    """Return the parts that hold text for readers, body first, each with the name findings call it by."""
    found = []
    for part in OpcPackage.iter_parts(document.package):
        kind = part.content_type.removeprefix("application/vnd.openxmlformats-officedocument.wordprocessingml.")
        kind = kind.removesuffix("+xml")
        if kind in _STORIES:
            stem = str(part.partname).rpartition("/")[2].removesuffix(".xml")
            found.append((_STORIES.index(kind), str(part.partname), part, "body" if part is document else stem))
    return [(part, where) for _, _, part, where in sorted(found, key=lambda item: item[:2])]


def core_properties(document: Document) -> CoreProperties:
    """Return the document properties; when the file has none, new ones without today's date in them."""
    had = any(rel.reltype == RELATIONSHIP_TYPE.CORE_PROPERTIES for rel in document.part.package.rels.values())
    properties: CoreProperties = document.core_properties
    if not had:
        for tag in ("dcterms:modified", "cp:lastModifiedBy", "dc:title"):
            for element in properties._element.findall(qn(tag)):
                properties._element.remove(element)
    return properties


def normalized(template: DocxTemplate) -> bytes:
    """Return the DOCX bytes with members in fixed order and with fixed dates.

    They are not packed: several read them at once. What is handed out is packed when it is cleaned.
    """
    package = template.docx.part.package
    parts = package.parts
    for part in parts:
        part.before_marshal()
    members = _Members()
    PackageWriter._write_content_types_stream(members, parts)  # type: ignore[no-untyped-call]
    PackageWriter._write_pkg_rels(members, package.rels)  # type: ignore[no-untyped-call]
    PackageWriter._write_parts(members, parts)  # type: ignore[arg-type]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for member in sorted(members, key=_member_order):
            info = zipfile.ZipInfo(member, _EPOCH)
            info.create_system = 0
            info.external_attr = 0
            target.writestr(info, members[member])
    return out.getvalue()


class _Members(dict[str, bytes]):
    """Takes the members of a package from python-docx, which would pack them, with today's date."""

    def write(self, place: PackURI, data: bytes) -> None:
        """Take in a member."""
        self[place.membername] = data


def _member_order(member: str) -> tuple[int, str]:
    first = ("[Content_Types].xml", "_rels/.rels")
    return (first.index(member) if member in first else len(first), member)


def _refusal(data: bytes) -> str | None:
    """Say why bytes are not opened: not a zip file, a zip bomb, or a part with a document type declaration."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
                return "it unpacks to more than a document ever holds"
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in package.read(member)[:4096]:
                    return f"its part {member.filename} declares a document type"
                if member.filename.rpartition("/")[2] == "vbaProject.bin":
                    return "it holds macros"
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        return f"it is not a Word file ({error})"
    return None
