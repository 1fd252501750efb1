"""LibreOffice's private profile: locked down, set up for a fast start, copied anew for every call.

A brand-new profile costs LibreOffice half its start (graphics self-test, first-start migration, a restart with
exit code 81). A profile that was used once and is then copied costs nothing, and no call sees another's traces.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from hashlib import md5, sha256
from pathlib import Path

from isa_docs.conversion.call import RESTART
from isa_docs.conversion.process import OwnedProcess, clean_environment
from isa_docs.conversion.program import Installation

ENVIRONMENT = {"SAL_USE_VCLPLUGIN": "svp", "SAL_LOG": "-INFO-WARN"}
"""No window system, no developers' log."""

_FIRST_START_SECONDS = 60.0

_SCRIPTING = "/org.openoffice.Office.Common/Security/Scripting"
_SETTINGS = (
    ("/org.openoffice.Setup/L10N", "ooLocale", "en-US"),
    # nothing active, nothing fetched
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    ("/org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
    # whatever still tried HTTP would find a proxy that no one answers at
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
    # nothing remembered, nothing asked
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("/org.openoffice.Office.Common/Misc", "UseLocking", "false"),
    ("/org.openoffice.Office.Common/Misc", "UseDocumentSystemFileLocking", "false"),
    ("/org.openoffice.Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
    ("/org.openoffice.Office.Common/History", "PickListSize", "0"),
)


def settings(release: str) -> str:
    """Return the profile's ``registrymodifications.xcu`` for LibreOffice ``release`` (``7.4``).

    Naming the release as the last one set up skips the graphics self-test, 60 % of a start.
    """
    items = "\n".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in (("/org.openoffice.Setup/Product", "ooSetupLastVersion", release), *_SETTINGS)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n{items}\n</oor:items>\n'
    )


class Profiles:
    """The profiles of one LibreOffice, with the once-used one kept in the user's cache folder."""

    def __init__(self, installation: Installation, cache_dir: Path) -> None:
        self._installation = installation
        self._settings = settings(installation.release)
        mark = sha256(f"{installation.identity}|{self._settings}".encode()).hexdigest()[:16]
        self._kept = cache_dir.resolve() / f"libreoffice-{mark}.profile"

    def put_used(self, folder: Path) -> None:
        """Make ``folder`` a copy of the once-used profile, under our own settings."""
        if not self._kept.is_dir():
            self._make_used()
        try:
            shutil.copytree(self._kept, folder)
        except OSError:  # being dropped by another build, or damaged
            shutil.rmtree(folder, ignore_errors=True)
        self.put_fresh(folder)

    def put_fresh(self, folder: Path) -> None:
        """Write our own settings into ``folder``, making it a brand-new profile when it is empty."""
        (folder / "user").mkdir(parents=True, exist_ok=True)
        (folder / "user" / "registrymodifications.xcu").write_text(self._settings, encoding="utf-8")

    def drop_used(self) -> None:
        """Forget the once-used profile: it may be damaged."""
        shutil.rmtree(self._kept, ignore_errors=True)

    def _make_used(self) -> None:
        """Start LibreOffice once on a new profile and keep what it left; keep nothing when that fails."""
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="first-start-", dir=self._kept.parent) as made:
            folder = Path(made)
            self.put_fresh(folder / "profile")
            for _ in range(3):
                process = OwnedProcess(
                    [*start_arguments(self._installation.program, folder / "profile"), "--terminate_after_init"],
                    folder,
                    clean_environment(folder, ENVIRONMENT),
                )
                deadline = time.monotonic() + _FIRST_START_SECONDS
                try:
                    while not process.ended() and time.monotonic() < deadline:
                        time.sleep(0.005)
                finally:
                    code = process.stop()
                if code != RESTART:
                    break
            remove_pipe(folder / "profile")
            if code == 0:
                with suppress(OSError):  # another build was faster
                    (folder / "profile").rename(self._kept)


def start_arguments(program: Path, profile: Path) -> list[str | Path]:
    """Return the command that starts ``program`` without a window on ``profile``."""
    return [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        "--nolockcheck",
    ]


def pipe_of(profile: Path) -> Path | None:
    """Return the socket by which a second LibreOffice on ``profile`` hands its work to the first; None on Windows.

    Its name has each byte of a hash as a hexadecimal number without leading zero, as LibreOffice writes it.
    """
    if not hasattr(os, "getuid"):
        return None
    digest = md5(profile.as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    return Path("/", "tmp", f"OSL_PIPE_{os.getuid()}_SingleOfficeIPC_{''.join(f'{byte:x}' for byte in digest)}")


def remove_pipe(profile: Path) -> None:
    """Remove the socket that a killed LibreOffice leaves behind."""
    if pipe := pipe_of(profile):
        pipe.unlink(missing_ok=True)
