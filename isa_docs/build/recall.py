"""Remembers finished builds, so that the same call with nothing changed is answered at once.

A build is the same when the call, the matter file, the exhibits, the firm's templates, this program with its
libraries and tools, the fonts and the converter are what they were, and every published file still has the bytes it
was published with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from isa_docs.build.cache import Cache, key_of
from isa_docs.build.form import PLAIN, PackageForm
from isa_docs.build.reasons import Facts
from isa_docs.build.state import converter_state, font_state, program_state, sha256_file, templates_state, tools_state


@dataclass(frozen=True)
class Call:
    """What a build was asked for."""

    matter: Path
    only: tuple[str, ...]
    out: Path
    templates: Path | None
    strict: bool
    soffice: Path | None
    as_of: date
    form: PackageForm = PLAIN
    within: Path | None = None
    """The folder that exhibits must lie in; None for anywhere."""

    @property
    def key(self) -> str:
        """The hash of the call; relative paths count from the current folder."""
        named = (self.matter, self.out, self.templates, self.within)
        places = [str(each.absolute()) if each else None for each in named]
        shown = [str(self.matter), str(self.out)]  # both appear in the answer as they were written
        return key_of(
            "call",
            places,
            shown,
            self.only,
            self.strict,
            str(self.soffice),
            self.as_of.isoformat(),
            asdict(self.form),
        )


class Memory:
    """What is known of one call; make it before the build reads its files."""

    def __init__(self, call: Call, cache: Cache, cache_dir: Path) -> None:
        self._call = call
        self._cache = cache
        self._cache_dir = cache_dir
        self._matter = sha256_file(call.matter)
        self._before = self._surroundings()

    def recall(self) -> dict[str, Any] | None:
        """Return the answer of the last build of this call, None when anything at all changed since."""
        entry = self._cache.get("builds", self._call.key)
        if entry is None:
            return None
        facts = json.loads(entry)
        if facts["surroundings"] != self._before or not self._before[0]:
            return None
        if not all(sha256_file(Path(path)) == digest for path, digest in facts["files"].items()):
            return None
        answer: dict[str, Any] = facts["answer"]
        return answer

    def keep(self, answer: Mapping[str, Any], inputs: Mapping[Path, str | None], folders: Iterable[Path]) -> None:
        """Remember the answer of a build in which every package was made.

        ``inputs`` are the exhibits with their SHA-256 from before the build, ``folders`` the published ones.
        """
        files = {str(path.absolute()): digest for path, digest in inputs.items()}
        files[str(self._call.matter.absolute())] = self._matter
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    files[str(path.absolute())] = sha256_file(path)
        facts = {"surroundings": self._before, "files": files, "answer": dict(answer)}
        self._cache.put("builds", self._call.key, json.dumps(facts).encode())

    def _surroundings(self) -> list[Any]:
        converter = converter_state(self._call.soffice, self._cache_dir)
        templates = templates_state(self._call.templates)
        return [converter, font_state(), program_state(), tools_state(), templates]


def documents_before(cache: Cache | None, folder: Path) -> dict[str, Facts]:
    """Return what decided each document of the package last published in ``folder``."""
    entry = cache.get("builds", _documents_key(folder)) if cache else None
    return json.loads(entry) if entry else {}


def keep_documents(cache: Cache | None, folder: Path, documents: Mapping[str, Facts]) -> None:
    """Remember what decided each document of the package now published in ``folder``."""
    if cache:
        cache.put("builds", _documents_key(folder), json.dumps(dict(documents)).encode())


def _documents_key(folder: Path) -> str:
    return key_of("documents", str(folder.absolute()))
