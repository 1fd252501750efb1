"""Templates compiled by one process are loaded by the next, and only what is sound is."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path

import pytest

from isa_docs.build.cache import Cache
from isa_docs.build.compiled import CompiledTemplates
from isa_docs.build.templates import Templates
from isa_docs.documents import part_source, sandbox
from isa_docs.documents.context import Layout, context_for
from isa_docs.documents.plan import plan_submission
from isa_docs.documents.render import render_docx
from isa_docs.errors import TemplateError
from isa_docs.intake.load import load_matter
from isa_docs.resources import folder
from isa_docs.review import checklist


def fill() -> bytes:
    plan = plan_submission(load_matter(folder("examples") / "maple" / "matter.yaml").matter, 0)
    item = plan.items[0]
    return render_docx(Templates().read(str(item.template)), context_for(plan, item, Layout())).data


@pytest.fixture
def nothing_compiled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes this process forget all it has compiled."""

    def forget() -> None:
        monkeypatch.setattr(sandbox, "_compiled", {})
        monkeypatch.setattr(part_source, "_kept", {})
        monkeypatch.setattr(checklist, "_compiled", {})

    forget()
    return forget


def test_the_next_process_need_not_compile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_compiled: Callable[[], None]
) -> None:
    cache = Cache(tmp_path)
    first = CompiledTemplates(cache)
    filled = fill()
    first.keep()
    nothing_compiled()
    CompiledTemplates(cache)
    assert len(sandbox.compiled_sources()) > 1
    monkeypatch.setattr(sandbox.PaperEnvironment, "compile", None)  # whoever compiles now fails
    monkeypatch.setattr(part_source, "prepare", None)
    assert fill() == filled


@pytest.mark.parametrize("damage", [b"", b"\x00\x01", b"not a dump", marshal.dumps(({}, {}))])
def test_what_cannot_be_read_is_left_alone(
    tmp_path: Path, nothing_compiled: Callable[[], None], damage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cache, "get", lambda *asked: damage)
    CompiledTemplates(Cache(tmp_path))
    assert not sandbox.compiled_sources()


def test_a_known_source_still_leads_from_a_failure_to_its_paragraph(nothing_compiled: Callable[[], None]) -> None:
    template = Templates().read("exhibit-sheet")
    said = []
    for _ in range(2):
        with pytest.raises(TemplateError) as error:
            render_docx(template, {"doc": {}})
        said.append([(each.code, each.message) for each in error.value.findings])
    assert said[0] == said[1]
    assert "“" in said[0][0][1]
