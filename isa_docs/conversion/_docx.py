"""Read a Word file as the archive of XML parts it is, within limits, before anything else opens it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.parsers import expat

MAX_MEMBERS = 2_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_XML_PART = 32 * 1024 * 1024
MAX_RATIO = 200
_RATIO_FROM = 1024 * 1024

_RELATIONSHIP = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
_XML_NAME = re.compile(r"\.(xml|rels|vml|svg)$", re.IGNORECASE)


class DocxError(Exception):
    """The file is no Word document that may be opened; carries the code of the finding and its remedy."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


@dataclass(frozen=True)
class Relationship:
    """One relationship of a part: the last segment of its type, its target, and whether that lies outside."""

    part: str
    id: str
    type: str
    target: str
    external: bool

    @property
    def target_part(self) -> str:
        """Name of the part an internal relationship points at."""
        base = PurePosixPath("/") / self.part
        names: list[str] = []
        for name in (base.parent / self.target).parts[1:]:
            if name == "..":
                del names[-1:]
            elif name != ".":
                names.append(name)
        return "/".join(names)


@dataclass(frozen=True)
class Docx:
    """The unpacked parts of a Word file, by name, and the relationships between them."""

    parts: Mapping[str, bytes]
    relationships: tuple[Relationship, ...]

    @property
    def main(self) -> str:
        """Name of the part that holds the document's body, usually ``word/document.xml``."""
        return next(
            (
                relation.target_part
                for relation in self.relationships
                if not relation.part and relation.type == "officeDocument"
            ),
            "word/document.xml",
        )

    def related(self, part: str, kind: str) -> dict[str, str]:
        """Return, by relationship id, the parts that ``part`` refers to with relationship type ``kind``."""
        return {
            relation.id: relation.target_part
            for relation in self.relationships
            if relation.part == part and relation.type == kind and not relation.external
        }


def is_xml(name: str) -> bool:
    """Tell whether a part of this name is XML."""
    return bool(_XML_NAME.search(name))


def read_docx(source: Path | bytes) -> Docx:
    """Unpack a Word file within limits of number, size and ratio.

    Raises DocxError for anything that is no sound archive with a document in it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as archive:
            parts = _unpack(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise DocxError(
            "CONV-ZIP",
            f"this is not a Word file (.docx), or it is damaged: {error}",
            "Open it in Word and save it again as .docx.",
        ) from error
    if "[Content_Types].xml" not in parts:
        raise DocxError(
            "CONV-NOT-DOCX", "the archive holds no [Content_Types].xml, so it is no Word file", "Give a .docx file."
        )
    relationships = tuple(
        relation for name, data in parts.items() if name.endswith(".rels") for relation in _relations(name, data)
    )
    docx = Docx(parts, relationships)
    if docx.main not in parts:
        raise DocxError(
            "CONV-NOT-DOCX", f"the archive holds no {docx.main}, so it is no Word file", "Give a .docx file."
        )
    return docx


def refuse_dtd(parser: expat.XMLParserType, part: str) -> None:
    """Have ``parser`` raise DocxError at a document type declaration, before any entity is read."""

    def refuse(*_: object) -> None:
        raise DocxError(
            "CONV-DTD",
            f"{part} has a document type declaration, which no Word file has",
            "Do not use this file; ask who made it.",
        )

    parser.StartDoctypeDeclHandler = refuse


def not_xml(part: str, error: Exception) -> DocxError:
    """Return the error for a part that is no well-formed XML."""
    return DocxError(
        "CONV-XML", f"{part} is not well-formed XML: {error}", "Open the file in Word and save it again as .docx."
    )


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise _too_big(f"the archive has {len(members):,} members, more than {MAX_MEMBERS:,}")
    if (total := sum(member.file_size for member in members)) > MAX_UNPACKED:
        raise _too_big(f"the archive unpacks to {total:,} bytes, more than {MAX_UNPACKED:,}")
    parts: dict[str, bytes] = {}
    for member in members:
        name = member.filename
        if member.is_dir():
            continue
        if name in parts or name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
            raise ValueError(f"the archive has a doubtful member {name!r}")
        if member.file_size > _RATIO_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise _too_big(f"{name} is packed more than {MAX_RATIO} to 1")
        if is_xml(name) and member.file_size > MAX_XML_PART:
            raise _too_big(f"{name} has {member.file_size:,} bytes, more than {MAX_XML_PART:,}")
        parts[name] = archive.read(member)  # never reads past the declared size, and checks the CRC
    return parts


def _too_big(message: str) -> DocxError:
    return DocxError("CONV-ZIP-LIMIT", message, "Give a smaller document: pictures downsized, or split in two.")


def _relations(name: str, data: bytes) -> list[Relationship]:
    """Read one .rels part."""
    folder, _, file = name.rpartition("_rels/")
    part = folder + file.removesuffix(".rels")
    found: list[Relationship] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == _RELATIONSHIP:
            kind = attributes.get("Type", "").rpartition("/")[2]
            external = attributes.get("TargetMode", "").lower() == "external"
            found.append(Relationship(part, attributes.get("Id", ""), kind, attributes.get("Target", ""), external))

    parser = expat.ParserCreate(namespace_separator=" ")
    refuse_dtd(parser, name)
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise not_xml(name, error) from error
    return found
