"""What the taking in of one exhibit has to report: plain entries that travel between processes as JSON."""

from __future__ import annotations

from typing import Any

PRINT_AGAIN = "Open it in a viewer, print it to PDF, and name that file."


class RefusedError(Exception):
    """An exhibit that cannot be used; ``why`` completes the sentence "the exhibit X cannot be used: ..."."""

    def __init__(self, code: str, why: str, remedy: str = PRINT_AGAIN, page: int | None = None) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.remedy = remedy
        self.page = page


class Notes:
    """The notes of one exhibit, in the order they arose; the same note about the same page is kept once."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def warn(self, code: str, why: str, remedy: str = "", page: int | None = None) -> None:
        """Note a change or loss a person should know of."""
        self._add("warning", code, why, remedy, page)

    def mention(self, code: str, why: str, remedy: str = "", page: int | None = None) -> None:
        """Note something harmless."""
        self._add("note", code, why, remedy, page)

    def refuse(self, refusal: RefusedError) -> None:
        """Note a refusal."""
        self._add("error", refusal.code, refusal.why, refusal.remedy, refusal.page)

    def _add(self, severity: str, code: str, why: str, remedy: str, page: int | None) -> None:
        entry: dict[str, Any] = {"severity": severity, "code": code, "why": why, "remedy": remedy}
        if page is not None:
            entry["page"] = page
        if entry not in self.entries:
            self.entries.append(entry)
