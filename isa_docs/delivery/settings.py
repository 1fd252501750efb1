"""The settings of a service: one TOML file, in which secrets are named by file and never written.

.. code-block:: toml

    home = "/var/lib/isa-docs"                # intakes, packages, tokens; shared by all machines of a service
    jobs = "postgresql://isa@db.example/isa"  # default: a SQLite file in home
    slots = 2

    [folders.inbox]
    path = "/srv/isa"                         # or url = "https://…" with user and password_file

    [dms.mayan]
    kind = "mayan"
    url = "https://dms.example.com"
    token_file = "/etc/isa-docs/mayan-token"

    [hooks.mayan]
    verifier = "bearer"
    secret_files = ["/etc/isa-docs/mayan-hook"]
    dms = "mayan"
"""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from isa_docs.errors import InputError

NAME = "isa-docs-service.toml"
VERIFIER_KINDS = ("standard-webhooks", "bearer", "box", "graph", "clio", "dropbox", "hub-signature")


@dataclass(frozen=True)
class FolderSettings:
    """A watched folder: ``path`` on a disk or share, or ``url`` of a WebDAV folder."""

    path: Path | None = None
    url: str = ""
    user: str = ""
    password_file: Path | None = None
    every: float = 10.0
    settle: float = 2.0


@dataclass(frozen=True)
class DmsSettings:
    """A document-management system. ``kind``: ``mayan`` or ``webdav``; ``every``: seconds between sweeps."""

    kind: str
    url: str
    token_file: Path | None = None
    user: str = ""
    password_file: Path | None = None
    every: float = 60.0


@dataclass(frozen=True)
class HookSettings:
    """A sender of triggers, how it is verified, and which DMS is asked whether it told the truth.

    Two secret files at most: the one in use and the one before it, while the sender is being changed over.
    """

    verifier: str
    dms: str
    secret_files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class CallbackSettings:
    """Whom the service may call back, and the secret it signs with; no host may be called unless it is named."""

    hosts: tuple[str, ...] = ()
    secret_file: Path | None = None
    private: bool = False
    """Whether private and loopback addresses may be called: only for receivers in the same network."""


@dataclass(frozen=True)
class ServiceSettings:
    """Everything a service is told; every path is absolute once read."""

    home: Path = Path("isa-docs-service")
    jobs: str = ""
    slots: int = 2
    filers: int = 1
    templates: Path | None = None
    strict: bool = False
    soffice: Path | None = None
    most_waiting: int = 2000
    desk: Path | None = None
    """The folder of matters that the desk shows; without one there is no desk."""
    desk_without_https: bool = False
    """Whether browsers reach the desk without HTTPS: only for a try-out on one machine."""
    callbacks: CallbackSettings = CallbackSettings()
    folders: dict[str, FolderSettings] = field(default_factory=dict)
    dms: dict[str, DmsSettings] = field(default_factory=dict)
    hooks: dict[str, HookSettings] = field(default_factory=dict)

    @property
    def database(self) -> str:
        """The URL of the database of jobs."""
        return self.jobs or f"sqlite:///{self.home / 'jobs.db'}"


_SECTIONS: dict[str, type] = {"folders": FolderSettings, "dms": DmsSettings, "hooks": HookSettings}


def read_service_settings(path: Path) -> ServiceSettings:
    """Read a settings file; relative paths are relative to its folder. Raises InputError naming what is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"There is no settings file {path}. docs/deploy.md shows one.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
    base = path.resolve().parent
    read: dict[str, Any] = {}
    for name, value in data.items():
        if name in _SECTIONS:
            named = value if isinstance(value, dict) else {}
            read[name] = {
                key: _record(_SECTIONS[name], each, f"{name}.{key}", path, base) for key, each in named.items()
            }
        elif name == "callbacks":
            read[name] = _record(CallbackSettings, value, name, path, base)
        else:
            read |= _values(ServiceSettings, {name: value}, "", path, base)
    settings = ServiceSettings(**({"home": base / ServiceSettings.home} | read))
    _check(settings, path)
    return settings


def read_secret(path: Path | None) -> str:
    """Return the secret in a file, without the line break at its end. Raises InputError when there is none."""
    try:
        text = path.read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The secret file {path} cannot be read: {type(error).__name__}.") from None
    if not text:
        raise InputError(f"The secret file {path} is empty." if path else "A secret file is missing in the settings.")
    return text


def _record(kind: type, data: Any, where: str, path: Path, base: Path) -> Any:
    if not isinstance(data, dict):
        raise InputError(f"{path}: [{where}] must be a table.")
    values = _values(kind, data, where, path, base)
    for each in fields(kind):
        if each.name not in values and each.default is MISSING and each.default_factory is MISSING:
            raise InputError(f"{path}: [{where}] lacks '{each.name}'.")
    return kind(**values)


def _values(kind: type, data: dict[str, Any], where: str, path: Path, base: Path) -> dict[str, Any]:
    known = {each.name: str(each.type) for each in fields(kind)}
    out: dict[str, Any] = {}
    for name, value in data.items():
        shown = f"{where}.{name}" if where else name
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f" Did you mean '{close[0]}'?" if close else f" Known are: {', '.join(known)}."
            raise InputError(f"{path}: '{shown}' is not a setting.{hint}")
        kind_of = known[name]
        wanted: tuple[type, ...] = (str,)
        if kind_of in ("int", "bool"):
            wanted = (int,) if kind_of == "int" else (bool,)
        elif kind_of == "float":
            wanted = (int, float)
        elif kind_of.startswith("tuple"):
            wanted = (list,)
        if not isinstance(value, wanted) or (isinstance(value, bool) and kind_of != "bool"):
            raise InputError(f"{path}: '{shown}' must be {' or '.join(each.__name__ for each in wanted)}.")
        if "Path" in kind_of:
            out[name] = tuple(base / str(each) for each in value) if isinstance(value, list) else base / str(value)
        else:
            out[name] = tuple(value) if isinstance(value, list) else value
    return out


def _check(settings: ServiceSettings, path: Path) -> None:
    for name, folder in settings.folders.items():
        if (folder.path is None) == (not folder.url):
            raise InputError(f"{path}: [folders.{name}] needs either 'path' or 'url'.")
    for name, dms in settings.dms.items():
        if dms.kind not in ("mayan", "webdav"):
            raise InputError(f"{path}: [dms.{name}] has the kind '{dms.kind}'; known are 'mayan' and 'webdav'.")
    for name, hook in settings.hooks.items():
        if hook.dms not in settings.dms:
            raise InputError(f"{path}: [hooks.{name}] names the DMS '{hook.dms}', which is not there.")
        if hook.verifier not in VERIFIER_KINDS:
            raise InputError(f"{path}: [hooks.{name}] has the unknown verifier '{hook.verifier}'.")
        if len(hook.secret_files) not in (1, 2):
            raise InputError(f"{path}: [hooks.{name}] needs one secret file, or two while changing over.")
    for name in ("jobs",):
        if settings.jobs and not settings.jobs.startswith(("sqlite:///", "postgresql://")):
            raise InputError(f"{path}: '{name}' must begin with sqlite:/// or postgresql://.")
