"""The process that checks and fills templates that are not ours; see :mod:`isa_docs.documents.render_child`."""

from __future__ import annotations

import json
import os
import pickle
import sys
from base64 import b64encode
from collections.abc import Collection
from contextlib import suppress
from dataclasses import astuple
from typing import Any

from isa_docs.documents.frames import read_frame, write_frame
from isa_docs.documents.render import render_docx
from isa_docs.errors import TemplateError


def answered(order: bytes) -> dict[str, Any]:
    """Check or fill one template; ``order`` is pickled by our own parent process."""
    what, *rest = pickle.loads(order)  # noqa: S301 - from our parent only
    return checked(*rest) if what == "check" else filled(*rest)


def checked(template: bytes, kind: str, name: str, fonts: Collection[str]) -> dict[str, Any]:
    """Return the findings on a template."""
    from isa_docs.documents.template_check import template_flaws

    return {"findings": [flaw.finding.to_json() for flaw in template_flaws(template, kind, name, fonts)]}


def filled(
    template: bytes, context: Any, name: str, roles: Any, matter: object | None, value_paths: Any
) -> dict[str, Any]:
    """Return the filled paper with its lines to sign, or what is wrong."""
    try:
        paper = render_docx(template, context, name=name, roles=roles, matter=matter, value_paths=value_paths)
    except TemplateError as error:
        return {"message": error.message, "findings": [each.to_json() for each in error.findings]}
    return {"data": b64encode(paper.data).decode("ascii"), "slots": [astuple(each) for each in paper.slots]}


def main() -> None:
    """Answer orders from standard input until it ends; its first message says how much memory may be used."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    _limit(int(read_frame(source) or b"0"))
    os.dup2(2, 1)  # nothing a template prints may stand among the answers
    while (order := read_frame(source)) is not None:
        try:
            answer = answered(order)
        except MemoryError:
            os._exit(1)
        write_frame(answers, json.dumps(answer).encode())


def _limit(memory: int) -> None:
    """Bound memory, and let the process write no file."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
