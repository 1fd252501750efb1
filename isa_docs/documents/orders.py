"""The orders that a process has given to its children and that are not answered yet."""

from __future__ import annotations

import subprocess
from concurrent.futures import Future
from typing import Any


class OpenOrders:
    """Numbers orders from 1 and keeps what will hold each answer; whoever shares it between threads locks it."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[subprocess.Popen[Any], Future[Any]]] = {}
        self._last = 0

    def __contains__(self, number: int) -> bool:
        return number in self._open

    def add(self, process: subprocess.Popen[Any]) -> tuple[int, Future[Any]]:
        """Open an order for ``process``; return its number and what will hold the answer."""
        self._last += 1
        future: Future[Any] = Future()
        self._open[self._last] = process, future
        return self._last, future

    def answered(self, number: int) -> Future[Any]:
        """Close an order; return what is to hold the answer that has come. Raises KeyError for one that is not open."""
        return self._open.pop(number)[1]

    def lost(self, process: subprocess.Popen[Any]) -> list[Future[Any]]:
        """Close all orders of a process that answers no more; return what would have held the answers."""
        numbers = [number for number, (asked, _) in self._open.items() if asked is process]
        return [self.answered(number) for number in numbers]
