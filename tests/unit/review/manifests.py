"""Manifests that have everything the schema asks for."""

from __future__ import annotations

from typing import Any

HASH = "0" * 64


def whole_manifest(**changes: Any) -> dict[str, Any]:
    """Return a manifest; ``changes`` replace a member, or what they name within one that is an object."""
    manifest: dict[str, Any] = {
        "manifest_version": 1,
        "package": {"file": "package.pdf", "id": "0" * 32, "sha256": HASH, "pages": 6},
        "matter": {
            "id": "northwind-isa",
            "file": "matter.yaml",
            "sha256": HASH,
            "submission": "application",
            "kind": "application",
            "date": "2012-11-15",
        },
        "edition": {"key": "isa-2012", "why": "The 2012 notice governs."},
        "recipient": {
            "key": "ppb",
            "channel": "post",
            "source": "directory",
            "lines": ["Chief", "Washington"],
            "why": "It says so.",
            "authority": ["fr-77-61012"],
            "confidence": "seen",
            "current": True,
        },
        "tool": {"name": "isa-docs", "version": "0.1.0"},
        "engine": {"name": "libreoffice", "version": "7.4.7.2", "kind": "reference"},
        "inputs": {},
        "parts": [part("letter", "Letter", 1, 2, kind="letter")],
        "fields": [],
        "deadlines": [],
        "findings": [],
    }
    for key, value in changes.items():
        manifest[key] = {**manifest[key], **value} if isinstance(value, dict) else value
    return manifest


def part(key: str, title: str, first_page: int, pages: int, *, kind: str = "paper", tab: str = "") -> dict[str, Any]:
    """Return one part of the page map."""
    return {"key": key, "title": title, "kind": kind, "tab": tab, "first_page": first_page, "pages": pages}


def field(name: str, signer: str, page: int) -> dict[str, Any]:
    """Return one signature field."""
    return {
        "name": name,
        "kind": "signature",
        "role": "officer",
        "signer": signer,
        "title": "Officer",
        "order": 1,
        "part": "letter",
        "page": page,
        "page_label": f"L-{page}",
        "rect": [72, 72, 200, 100],
    }
