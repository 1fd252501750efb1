"""The built page that is committed must be the one that its source and the schemas give, and small."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "isa_docs" / "desk" / "static"
SOURCE = ROOT / "desk"
LIMIT = 300_000
REBUILD = "The built page is stale. Run: make desk-bundle"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, whatever line ends a checkout gave it."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def record() -> dict[str, dict[str, str]]:
    """Return what the last bundle was made from, and what came of it."""
    data: dict[str, dict[str, str]] = json.loads((STATIC / "assets.json").read_text(encoding="utf-8"))
    return data


def test_the_page_was_built_from_the_source_that_is_here() -> None:
    names = [path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*") if path.is_file()]
    here = {name: digest(SOURCE / name) for name in names if not name.startswith("node_modules/")}
    assert here == record()["source"], REBUILD


def test_the_page_was_built_from_the_schemas_that_are_here() -> None:
    schemas = record()["schemas"]
    assert "matter.schema.json" in schemas
    assert {name: digest(ROOT / "schemas" / name) for name in schemas} == schemas, REBUILD


def test_every_asset_is_the_one_that_was_built_and_nothing_else_is_shipped() -> None:
    assets = record()["assets"]
    assert {path.name for path in STATIC.iterdir()} == {*assets, "assets.json"}
    assert {name: digest(STATIC / name) for name in assets} == assets, REBUILD


def test_the_page_is_small() -> None:
    files = [path.read_bytes() for path in STATIC.iterdir() if path.name != "assets.json"]
    assert sum(len(gzip.compress(each, 9)) for each in files) < LIMIT


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert "http" not in page and "<style" not in page and "onload" not in page
    code = (STATIC / "desk.js").read_text(encoding="utf-8")
    assert "new Function(" not in code and "localStorage" not in code and "indexedDB" not in code
    locked = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, each in locked.items() if name and "integrity" not in each] == []
    assert "resolved" not in json.dumps(locked)
