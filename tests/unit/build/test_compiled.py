"""Templates compiled by one process are loaded by the next, and only what is sound is."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.build.cache import Cache
from isa_docs.build.compiled import CompiledTemplates
from isa_docs.build.templates import Templates
from isa_docs.documents import sandbox
from isa_docs.documents.context import Layout, context_for
from isa_docs.documents.plan import plan_submission
from isa_docs.documents.render import render_docx
from isa_docs.intake.load import load_matter
from isa_docs.resources import folder


def fill() -> bytes:
    plan = plan_submission(load_matter(folder("examples") / "maple" / "matter.yaml").matter, 0)
    item = plan.items[0]
    return render_docx(Templates().read(str(item.template)), context_for(plan, item, Layout())).data


def test_the_next_process_need_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_compiled", {})
    cache = Cache(tmp_path)
    first = CompiledTemplates(cache)
    filled = fill()
    first.keep()
    monkeypatch.setattr(sandbox, "_compiled", {})
    CompiledTemplates(cache)
    assert sandbox.compiled_count() > 1
    monkeypatch.setattr(sandbox.PaperEnvironment, "compile", None)  # whoever compiles now fails
    assert fill() == filled


@pytest.mark.parametrize("damage", [b"", b"\x00\x01", b"not a dump"])
def test_what_cannot_be_read_is_left_alone(monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    monkeypatch.setattr(sandbox, "_compiled", {})
    sandbox.load_dumped(damage)
    assert sandbox.compiled_count() == 0
