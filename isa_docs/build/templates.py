"""The Word templates of a build, and what is to be said of a firm's own before they are filled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isa_docs.conversion.fonts import NEEDED_FONTS, installed_fonts
from isa_docs.errors import TemplateError
from isa_docs.findings import Finding, stopping
from isa_docs.resources import folder

if TYPE_CHECKING:
    from isa_docs.documents.lint import Flaw
    from isa_docs.documents.render import RenderedDocx
    from isa_docs.documents.render_child import ChildRenderer


class Templates:
    """The Word templates: a firm's own where it has one, the shipped one otherwise."""

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
        self._bytes: dict[str, bytes] = {}
        self._findings: dict[str, list[Finding]] = {}
        self._child: ChildRenderer | None = None

    def path(self, name: str) -> Path:
        """Return the file of the template called ``name``; raises TemplateError when there is none."""
        for base in (self._own, folder("templates")):
            if base and (base / f"{name}.docx").is_file():
                return base / f"{name}.docx"
        raise TemplateError(f"There is no template '{name}'.")

    def read(self, name: str) -> bytes:
        """Return the template's bytes, read once."""
        if name not in self._bytes:
            self._bytes[name] = self.path(name).read_bytes()
        return self._bytes[name]

    def is_own(self, name: str) -> bool:
        """Say whether the firm has its own template of this name."""
        return self._own is not None and self.path(name).parent == self._own

    def fill(self, name: str, context: Mapping[str, Any], **known: Any) -> RenderedDocx:
        """Fill the template called ``name`` like :func:`isa_docs.documents.render.render_docx`.

        The firm's own are filled in a process of their own, with limits. Raises TemplateError.
        """
        if self.is_own(name):
            fill: Callable[..., RenderedDocx] = self._limited().render
        else:
            from isa_docs.documents.render import render_docx

            fill = render_docx
        return fill(self.read(name), context, name=self.path(name).name, **known)

    def form(self) -> Path | None:
        """Return the agency's MOU form that the firm put into its folder, ``mou-form.pdf`` or ``mou-form.docx``."""
        files = [self._own / f"mou-form{suffix}" for suffix in (".pdf", ".docx")] if self._own else []
        return next((file for file in files if file.is_file()), None)

    def check(self, names: Iterable[str]) -> list[Finding]:
        """Return the findings on those of the named templates that are the firm's own; the shipped ones are tested.

        They are checked in a process of their own, with limits. Raises TemplateError when one of them cannot be used.
        """
        findings: list[Finding] = []
        for name in dict.fromkeys(names):
            if self.is_own(name):
                if name not in self._findings:
                    self._findings[name] = self._checked(name)
                findings += self._findings[name]
        if stops := stopping(findings):
            count = "1 fault" if len(stops) == 1 else f"{len(stops)} faults"
            raise TemplateError(f"The firm's templates have {count}.", findings)
        return findings

    def _checked(self, name: str) -> list[Finding]:
        from isa_docs.documents.catalog import KINDS  # only here: a matter without own templates needs none of it

        if name not in KINDS:
            return []
        return self._limited().check(self.read(name), name, str(self.path(name)), sorted(showable_families()))

    def _limited(self) -> ChildRenderer:
        """Return the process with limits in which the firm's own are checked and filled."""
        from isa_docs.documents.render_child import ChildRenderer

        self._child = self._child or ChildRenderer()
        return self._child


def check_template(template: bytes, kind: str, name: str) -> list[Finding]:
    """Return what lint and pinned wording say of a template of a kind, notes left out; ``name`` is its file."""
    return [flaw.finding for flaw in template_flaws(template, kind, name)]


def template_flaws(template: bytes, kind: str, name: str) -> list[Flaw]:
    """Return the same with the paragraphs that are meant."""
    from isa_docs.documents import template_check

    return template_check.template_flaws(template, kind, name, showable_families())


def showable_families() -> set[str]:
    """Return the font names a template may use here: those installed, and those with an installed stand-in."""
    families = {family for font in installed_fonts() for family in font.families}
    return families | {font.named for font in NEEDED_FONTS if font.family in families}
