"""The Word files beside a package, cleaned: no revision ids, no custom data, no traces of who made the template.

The PDFs are made before this, and nothing removed here is ever printed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from isa_docs.findings import Finding, Place, Severity

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = re.compile(
    r"^(?:customXml/.*|docProps/(?:custom\.xml|app\.xml|thumbnail\..*)|word/(?:people|stylesWithEffects)\.xml)$"
)
_REVISION_IDS = re.compile(rb"\sw(?:14)?:(?:rsid\w*|paraId|textId)=\"[^\"]*\"")
_REVISION_LIST = re.compile(rb"<w:rsids>.*?</w:rsids>|<w:rsids/>|<w:rsid\b[^>]*/>", re.DOTALL)
_RELATION = re.compile(rb"<Relationship\b[^>]*?/>|<Relationship\b[^>]*?>\s*</Relationship>", re.DOTALL)
_OVERRIDE = re.compile(rb"<Override\b[^>]*?/>|<Override\b[^>]*?>\s*</Override>", re.DOTALL)
_LAST_MODIFIED_BY = re.compile(rb"<cp:lastModifiedBy>[^<]*</cp:lastModifiedBy>")
_AUTHORED = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo|rPrChange|pPrChange|comment)\b[^>]*\bw:author=", re.DOTALL)
_HIDDEN = re.compile(rb"<w:(?:vanish|webHidden)(?:\s*/>|\s+w:val=\"(?:1|true|on)\"\s*/>)")
_LINKED = re.compile(rb"TargetMode=\"External\"")
_HYPERLINK = b'/relationships/hyperlink"'


def cleaned(docx: bytes) -> bytes:
    """Return a Word file without revision ids, custom XML, thumbnail, program and person of its maker."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(out, "w") as target:
        gone = {name for name in source.namelist() if _LEFT_OUT.match(name)}
        for name in source.namelist():
            if name in gone or (name.endswith(".rels") and _owner(name) in gone):
                continue
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            target.writestr(info, _clean(name, source.read(name), gone), compresslevel=6)
    return out.getvalue()


def docx_leaks(docx: bytes, name: str) -> Iterator[Finding]:
    """Yield what a Word file still carries that is not for its reader: changes, comments, hidden text, links."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        for member in package.namelist():
            data = package.read(member)
            for what in _carried(member, data):
                yield Finding(
                    "PKG-LEAK",
                    Severity.ERROR,
                    f"the Word file {name}: it carries {what} ({member})",
                    "Remove it from the template in Word (File, Info, Inspect Document) and build again.",
                    place=Place(name),
                )


def _carried(member: str, data: bytes) -> Iterator[str]:
    if member.endswith("vbaProject.bin"):
        yield "macros"
    if _LEFT_OUT.match(member):
        yield "data of its maker"
    if member.endswith(".rels"):
        if any(_LINKED.search(each) and _HYPERLINK not in each for each in _RELATION.findall(data)):
            yield "a link to a file elsewhere"
    elif member.startswith("word/") and member.endswith(".xml"):
        if _AUTHORED.search(data):
            yield "tracked changes or comments with their author"
        if _REVISION_IDS.search(data) or _REVISION_LIST.search(data):
            yield "revision ids"
        story = member.split("/")[-1].startswith(("document", "header", "footer", "footnotes", "endnotes"))
        if story and _HIDDEN.search(data):
            yield "hidden text"


def _owner(relations: str) -> str:
    """Return the member whose relations a member of the package holds."""
    folder, _, file = relations.rpartition("/_rels/")
    return f"{folder}/{file.removesuffix('.rels')}" if folder else file.removesuffix(".rels")


def _clean(name: str, data: bytes, gone: set[str]) -> bytes:
    if name == "[Content_Types].xml":
        return _OVERRIDE.sub(lambda match: b"" if _names_any(match[0], gone) else match[0], data)
    if name.endswith(".rels"):
        return _RELATION.sub(lambda match: b"" if _names_any(match[0], gone) else match[0], data)
    if name == "docProps/core.xml":
        return _LAST_MODIFIED_BY.sub(b"<cp:lastModifiedBy/>", data)
    if name.startswith("word/") and name.endswith(".xml"):
        return _REVISION_LIST.sub(b"", _REVISION_IDS.sub(b"", data))
    return data


def _names_any(entry: bytes, gone: set[str]) -> bool:
    """Tell whether an entry of a list of parts names one that is left out; targets are relative to their owner."""
    found = re.search(rb"(?:Target|PartName)=\"([^\"]+)\"", entry)
    if found is None or b'TargetMode="External"' in entry:
        return False
    target = found[1].decode().removeprefix("../").removeprefix("/")
    return target in gone or f"word/{target}" in gone
