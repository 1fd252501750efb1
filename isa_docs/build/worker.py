"""The process that builds one matter after the other: a call a line on standard input, an answer a line back.

A batch has one for each matter that it builds at a time. Its libraries stay in memory, so a matter costs only its
own work; when it dies, the batch loses the one matter that it was at, and starts another.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from isa_docs.assembly.child import AssemblyProcess
from isa_docs.build.answer import build_call
from isa_docs.build.form import PackageForm
from isa_docs.build.recall import Call
from isa_docs.conversion.engine import Engine
from isa_docs.conversion.find import end_kept, find_engine, keep_open
from isa_docs.errors import ExitCode, IsaDocsError


class Engines:
    """The converters of this process, each found once and kept open for all matters that want it.

    And the process that has to do with PDFs, likewise.
    """

    def __init__(self, processes: int | None = None) -> None:
        """Let each have so many processes; default: one a core."""
        self._processes = processes
        self.assembly = AssemblyProcess()
        self._kept: dict[tuple[Path | None, Path], Engine] = {}

    def get(self, soffice: Path | None, cache_dir: Path) -> Engine:
        """Return the converter for these settings; raises MissingProgramError when there is none."""
        key = (soffice, cache_dir)
        if key not in self._kept:
            self._kept[key] = keep_open(find_engine(soffice, cache_dir, processes=self._processes))
        return self._kept[key]

    def end(self) -> None:
        """End them all."""
        self.assembly.close()
        while self._kept:
            end_kept(self._kept.popitem()[1])


def order(call: Call, cache_dir: Path, *, fresh: bool) -> dict[str, Any]:
    """Return the line for a worker, as data."""
    return {
        "call": {
            "matter": str(call.matter),
            "only": call.only,
            "out": str(call.out),
            "templates": str(call.templates) if call.templates else None,
            "strict": call.strict,
            "soffice": str(call.soffice) if call.soffice else None,
            "as_of": call.as_of.isoformat(),
            "form": asdict(call.form),
            "within": str(call.within) if call.within else None,
        },
        "cache_dir": str(cache_dir),
        "fresh": fresh,
    }


def answer(order: dict[str, Any], engines: Engines) -> dict[str, Any]:
    """Build what an order asks for; whatever goes wrong is in the answer."""
    asked = order["call"]
    call = Call(
        Path(asked["matter"]),
        tuple(asked["only"]),
        Path(asked["out"]),
        Path(asked["templates"]) if asked["templates"] else None,
        asked["strict"],
        Path(asked["soffice"]) if asked["soffice"] else None,
        date.fromisoformat(asked["as_of"]),
        PackageForm(**asked["form"]),
        Path(asked["within"]) if asked["within"] else None,
    )
    cache_dir = Path(order["cache_dir"])
    try:
        built = build_call(
            call,
            lambda: engines.get(call.soffice, cache_dir),
            cache_dir,
            fresh=order["fresh"],
            assembly=engines.assembly,
        )
    except IsaDocsError as error:
        return _failure(error.exit_code, error.message, [each.to_json() for each in error.findings])
    except OSError as error:
        return _failure(ExitCode.OUTPUT, f"{error.filename or call.matter}: {error.strerror or error}")
    except Exception as error:  # a bug in one matter must not end the batch
        return _failure(ExitCode.BUG, f"Unexpected error ({type(error).__name__}: {error}).")
    return {
        "exit_code": int(built.exit_code),
        "message": built.message if not built.notes else " ".join(built.notes),
        "findings": [each.to_json() for each in built.findings],
        "result": built.result,
    }


def _failure(code: int, message: str, findings: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"exit_code": int(code), "message": message, "findings": findings or [], "result": None}


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """End so that folders and converters are cleared away."""
    sys.exit(ExitCode.INTERRUPTED)


def main() -> None:
    """Answer orders until standard input ends; the argument is the number of converter processes to use."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupted batch says what is to end
    signal.signal(signal.SIGTERM, _end)
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever prints must not print between the answers
    engines = Engines(int(sys.argv[1]))
    try:
        for line in sys.stdin:
            answers.write(json.dumps(answer(json.loads(line), engines)) + "\n")
            answers.flush()
    finally:
        engines.end()


if __name__ == "__main__":
    main()
