"""A folder behind WebDAV: six verbs, claims by MOVE, and no belief in what is seen only once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, unquote, urlsplit
from uuid import uuid4

import httpx
from lxml import etree

from isa_docs.delivery.folder.store import LARGEST, Entry, FolderError, TooLargeError
from isa_docs.delivery.throttle import LATER, patiently, seconds_asked

_WANTED = (
    b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getetag/><getlastmodified/>'
    b"<getcontentlength/><resourcetype/></prop></propfind>"
)
_DAV = "{DAV:}"


class WebDavFolder:
    """A folder at ``url``; ``auth`` is a user and a password, or None. Redirects are not followed."""

    def __init__(self, url: str, auth: tuple[str, str] | None = None, *, timeout: float = 30.0) -> None:
        self._base = url.rstrip("/")
        self._root = unquote(urlsplit(self._base).path)
        self._http = httpx.Client(auth=auth, timeout=timeout, follow_redirects=False)

    def __enter__(self) -> WebDavFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def prepare(self) -> None:
        """Make ``inbox``, ``processing``, ``done`` and ``failed`` where they are missing."""
        for name in ("inbox", "processing", "done", "failed"):
            self.make_folder(name)

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it, where missing."""
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            self._ask("MKCOL", "/".join(parts[:count]), fine=(201, 405))

    def entries(self, folder: str) -> list[Entry]:
        """Return what lies in a subfolder, by name; hidden files are left out."""
        found = []
        for path, facts, is_folder in self._look(folder):
            name = path.rsplit("/", 1)[-1]
            if name.startswith("."):
                continue
            mark = facts
            if is_folder:
                inside = sorted(f"{path}\0{mark}" for path, mark, _ in self._all_below(path))
                mark = hashlib.sha256("\n".join(inside).encode()).hexdigest()
            found.append(Entry(name, mark))
        return sorted(found, key=lambda entry: entry.name)

    def read(self, path: str) -> dict[str, bytes]:
        """Return a file by its own name, or all files below a folder; raises TooLargeError, FileNotFoundError."""
        below = self._all_below(path) if self._is_folder(path) else None
        if below is None:
            return {path.rsplit("/", 1)[-1]: self.get(path)}
        files: dict[str, bytes] = {}
        for each, _, is_folder in below:
            if not is_folder and not each.rsplit("/", 1)[-1].startswith("."):
                files[each.removeprefix(path + "/")] = self.get(each, LARGEST - sum(map(len, files.values())))
        return files

    def get(self, path: str, most: int = LARGEST) -> bytes:
        """Return a file's bytes; raises FileNotFoundError, and TooLargeError beyond ``most`` bytes."""
        data = bytearray()
        try:
            with self._http.stream("GET", self._url(path)) as answer:
                if answer.status_code == 404:
                    raise FileNotFoundError(path)
                if answer.status_code != 200:
                    raise FolderError(f"the folder answered {answer.status_code} to GET")
                for piece in answer.iter_bytes():
                    data += piece
                    if len(data) > most:
                        raise TooLargeError
        except httpx.HTTPError as error:
            raise FolderError(f"the folder cannot be reached ({type(error).__name__})") from None
        return bytes(data)

    def put(self, path: str, data: bytes) -> None:
        """Write a file."""
        self._ask("PUT", path, content=data, fine=(200, 201, 204))

    def exists(self, path: str) -> bool:
        """Say whether there is a file or folder."""
        return self._ask("PROPFIND", path, content=_WANTED, depth="0", fine=(207, 404)).status_code == 207

    def move(self, source: str, target: str) -> bool:
        """Move at once; False when the source is gone or the target exists: somebody else was first.

        Servers answer 500 and the like to the losers of a race; what counts is where the source is afterwards.
        """
        if "/" in target:
            self.make_folder(target.rsplit("/", 1)[0])
        headers = {"Destination": self._url(target), "Overwrite": "F"}
        answer = self._ask("MOVE", source, headers=headers, fine=(201, 204, 404, 409, 412, 423, 500, 403))
        if answer.status_code in (201, 204):
            return True
        if answer.status_code in (403, 423) and self.exists(source) and not self.exists(target):
            raise FolderError(f"the folder answered {answer.status_code} to MOVE")
        return False

    def publish(self, files: Mapping[str, bytes | Path], target: str) -> bool:
        """Make the folder ``target`` with these files, all at once; False when it exists."""
        if self.exists(target):
            return False
        parent, _, name = target.rpartition("/")
        fresh = f"{parent}/.{name}.{uuid4().hex[:8]}"
        made = set()
        for file, content in files.items():
            folder = f"{fresh}/{file}".rpartition("/")[0]
            if folder not in made:
                self.make_folder(folder)
                made.add(folder)
            self.put(f"{fresh}/{file}", content if isinstance(content, bytes) else content.read_bytes())
        if self.move(fresh, target):
            return True
        self._ask("DELETE", fresh, fine=(200, 204, 404))
        return False

    def _all_below(self, path: str) -> list[tuple[str, str, bool]]:
        found = []
        for each in self._look(path):
            found.append(each)
            if each[2]:
                found += self._all_below(each[0])
        return found

    def _is_folder(self, path: str) -> bool:
        answer = self._ask("PROPFIND", path, content=_WANTED, depth="0", fine=(207, 404))
        if answer.status_code == 404:
            raise FileNotFoundError(path)
        return any(is_folder for _, _, is_folder in self._parse(answer.content))

    def _look(self, path: str) -> list[tuple[str, str, bool]]:
        """Return path, mark, and whether it is a folder, of everything directly in a folder."""
        answer = self._ask("PROPFIND", path, content=_WANTED, depth="1", fine=(207, 404))
        if answer.status_code == 404:
            return []
        return [each for each in self._parse(answer.content) if each[0] != path]

    def _parse(self, data: bytes) -> list[tuple[str, str, bool]]:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            raise FolderError("the folder gave an answer that cannot be read") from None
        found = []
        for response in root.iter(f"{_DAV}response"):
            href = unquote(urlsplit(response.findtext(f"{_DAV}href") or "").path).rstrip("/")
            path = href.removeprefix(self._root).strip("/")
            is_folder = next(response.iter(f"{_DAV}collection"), None) is not None
            names = ("getetag", "getlastmodified", "getcontentlength")
            facts = [next(response.iter(_DAV + name), None) for name in names]
            mark = "|".join((fact.text or "") if fact is not None else "" for fact in facts)
            found.append((path, mark, is_folder))
        return found

    def _ask(
        self,
        verb: str,
        path: str,
        *,
        fine: tuple[int, ...],
        content: bytes | None = None,
        depth: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        headers = dict(headers or {})
        if depth is not None:
            headers |= {"Depth": depth, "Content-Type": "application/xml"}
        try:
            answer = patiently(lambda: self._http.request(verb, self._url(path), content=content, headers=headers))
        except httpx.HTTPError as error:
            raise FolderError(f"the folder cannot be reached ({type(error).__name__})") from None
        if answer.status_code not in fine:
            wait = seconds_asked(answer, time.time()) if answer.status_code in LATER else 0.0
            raise FolderError(f"the folder answered {answer.status_code} to {verb}", wait)
        return answer

    def _url(self, path: str) -> str:
        return f"{self._base}/{quote(path)}"
