"""Exit codes and the exceptions that carry them.

Every exception that may reach a person is an :class:`IsaDocsError`: it knows its exit code
and carries findings, so each door (terminal, HTTP, watched folder) can report it in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from isa_docs.findings import Finding, conceal


class ExitCode(IntEnum):
    """The process exit codes; stable, documented in docs/errors.md."""

    OK = 0
    BUG = 1
    USAGE = 2
    MISSING_PROGRAM = 3
    INPUT = 4
    RULE = 5
    TEMPLATE = 6
    CONVERSION = 7
    ASSEMBLY = 8
    OUTPUT = 9
    DIFFERENT = 10
    TRY_AGAIN = 75
    INTERRUPTED = 130


class IsaDocsError(Exception):
    """A failure with a message for a person, an exit code and (usually) findings.

    A Social Security number in the message is concealed.
    """

    exit_code = ExitCode.BUG

    def __init__(self, message: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(conceal(message))
        self.message = conceal(message)
        self.findings: tuple[Finding, ...] = tuple(findings)


class MissingProgramError(IsaDocsError):
    """A needed program or font is missing or too old; the message holds the install line."""

    exit_code = ExitCode.MISSING_PROGRAM


class InputError(IsaDocsError):
    """The matter file cannot be read or does not match its schema."""

    exit_code = ExitCode.INPUT


class RuleError(IsaDocsError):
    """A program rule is violated."""

    exit_code = ExitCode.RULE


class TemplateError(IsaDocsError):
    """A Word template is missing, broken, or asks for something the matter does not hold."""

    exit_code = ExitCode.TEMPLATE


class ConversionError(IsaDocsError):
    """The converter failed, timed out, or produced a PDF that fails its checks."""

    exit_code = ExitCode.CONVERSION


class AssemblyError(IsaDocsError):
    """The merged package failed its own checks, or an exhibit cannot be taken in."""

    exit_code = ExitCode.ASSEMBLY


class OutputError(IsaDocsError):
    """The output cannot be written, or another build holds it."""

    exit_code = ExitCode.OUTPUT


class TryAgainError(OutputError):
    """Nothing is wrong but the moment: another build holds what is needed; the same call may succeed later."""

    exit_code = ExitCode.TRY_AGAIN
