"""A person at the keyboard: no mouse, no script that reaches into the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

WHERE = """() => {
  const e = document.activeElement;
  const box = e.getBoundingClientRect();
  return {id: e.id, tag: e.tagName, type: e.type || "", name: (e.textContent || "").trim(), folded:
    e.classList.contains("fold") && e.getAttribute("aria-expanded") === "false", seen: box.width > 0 && box.height > 0,
    value: e.value ?? "", href: e.getAttribute("href") || ""};
}"""
MOST = 700


@dataclass
class Typist:
    """Hands on the keyboard of one page."""

    page: Page
    files: list[Path] = field(default_factory=list)
    """What the next file choosers are answered with."""

    def __post_init__(self) -> None:
        # from the start, because Chromium takes a moment before it hands choosers over
        self.page.on("filechooser", lambda chooser: chooser.set_files(self.files.pop(0)))

    def here(self) -> dict[str, Any]:
        """Return what has the focus."""
        found: dict[str, Any] = self.page.evaluate(WHERE)
        return found

    def tab_to(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Press Tab until something has the focus; fails when it cannot be reached."""
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            at = self.here()
            if wanted(at):
                assert at["seen"], f"{what} has the focus but is not on the page"
                return at
        raise AssertionError(f"The keyboard does not reach {what}.")

    def press_on(self, name: str, key: str = "Enter") -> None:
        """Go to the link or button of a name and press it."""
        self.tab_to(lambda at: at["name"] == name or at["name"].startswith(name + "\n"), name)
        self.page.keyboard.press(key)

    def fill_section(self, values: dict[str, str], files: dict[str, Path], marker: str) -> None:
        """Tab through the section that was just opened and type each value into its field.

        ``values`` are by JSON pointer; a value that begins with a key's name in angle brackets is pressed, not typed.
        What is filled is taken out of ``values`` and ``files``. ``marker`` is an id that tells that the form is left.
        """
        entered = False
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            at = self.here()
            if at["folded"]:
                self.page.keyboard.press("Enter")
                continue
            pointer = at["id"].removeprefix("at:") if at["id"].startswith("at:") else ""
            entered = entered or bool(pointer)
            if pointer in values:
                self._type(values.pop(pointer))
            elif pointer in files:
                self._choose(files.pop(pointer))
            elif entered and at["name"].startswith(marker):
                return
        raise AssertionError("The keyboard does not leave the form.")

    def _type(self, text: str) -> None:
        if text.startswith("<"):
            self.page.keyboard.press(text.strip("<>"))
        else:
            self.page.keyboard.type(text)

    def _choose(self, path: Path) -> None:
        self.page.keyboard.press("Tab")
        self.files.append(path)
        self.page.keyboard.press("Enter")
        self.page.get_by_text("Examining").wait_for()
        self.page.get_by_text("Examining").wait_for(state="hidden", timeout=60_000)
