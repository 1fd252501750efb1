"""The shape of the code itself: short modules, rooms that import only what lies above them, a pure core."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "isa_docs"
LONGEST_MODULE = 500

# In the order in which the data flows; a room may import itself and any room named before it.
ROOMS = ("intake", "program", "documents", "conversion", "assembly", "review", "build", "desk", "delivery", "cli")
# Shared words, importable everywhere; they import no room.
COMMON = ("errors", "findings", "resources")
# The doors: only they may read the clock, the environment and the terminal.
DOORS = ("desk", "delivery", "cli", "__main__")

IMPURE = {
    "date.today",
    "datetime.date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "datetime.datetime.now",
    "time.time",
    "os.environ",
    "os.getenv",
    "print",
    "input",
    "sys.stdout",
    "sys.stdin",
    "sys.argv",
}
# Where the rule gives way, and why.
ALLOWED = {
    ("conversion/program.py", "os.environ"): "Windows names its program folders in the environment only",
    ("conversion/process.py", "os.environ"): "hands the few variables that a converter needs to its process",
    ("documents/worker_environment.py", "os.environ"): "hands the few variables that a worker needs to its process",
    ("documents/render_worker.py", "sys.stdin"): "a program of its own: its orders come in this way",
    ("conversion/drawing.py", "sys.argv"): "a program of its own: what it is to draw comes in this way",
    ("conversion/drawing.py", "sys.stdout"): "a program of its own: what it has drawn goes out this way",
    ("build/state.py", "os.environ"): "the variables that tell fontconfig which fonts there are decide the bytes, too",
    ("build/worker.py", "sys.stdin"): "a program of its own: its orders come in this way",
    ("build/worker.py", "sys.argv"): "a program of its own: how many converters it may have comes in this way",
}


def modules() -> list[Path]:
    """List every module of the package."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def name_of(path: Path) -> str:
    """Name a module by its path inside the package, for test ids and messages."""
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: Path) -> str:
    """Return the room a module belongs to; for a top-level module its own name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every room or shared module that a module imports, wherever in it, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide which room is meant"
            names = [node.module or ""]
            if node.module == "isa_docs":
                names = [f"isa_docs.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "isa_docs" and len(parts) > 1:
                yield parts[1], node.lineno


def wrong_imports(room: str, source: str) -> list[str]:
    """Return the imports in ``source`` that a module of ``room`` may not make."""
    if room in COMMON:
        allowed = set(COMMON)
    elif room in ROOMS:
        allowed = {*COMMON, *ROOMS[: ROOMS.index(room) + 1]}
    else:
        allowed = {*COMMON, *ROOMS}
    return [
        f"line {line}: imports {imported}"
        for imported, line in imported_rooms(ast.parse(source))
        if imported not in allowed and not imported.startswith("__")
    ]


def impure_names(source: str) -> set[str]:
    """Return which reads of the clock, environment and terminal a module makes."""
    return {
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in IMPURE
    }


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_fits_in_one_head(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{lines} lines: make it two modules"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_room_imports_only_rooms_above_it(path: Path) -> None:
    assert wrong_imports(room_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [path for path in modules() if room_of(path) not in DOORS], ids=name_of)
def test_only_the_doors_read_clock_environment_and_terminal(path: Path) -> None:
    excused = {name for (module, name) in ALLOWED if module == name_of(path)}
    assert impure_names(path.read_text(encoding="utf-8")) - excused == set()


def test_every_top_level_name_is_a_known_room() -> None:
    known = {*ROOMS, *COMMON, "__init__", "__main__", "__pycache__"}
    # A built installation also holds the shipped folders.
    known |= {"schemas", "templates", "examples", "py.typed"}
    assert {path.name.removesuffix(".py") for path in PACKAGE.iterdir()} <= known


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "tools"}
    assert [name_of(path) for path in modules() if path.stem.strip("_") in drawers] == []


class TestTheCheckersThemselves:
    def test_a_later_room_may_use_an_earlier_one(self) -> None:
        assert wrong_imports("assembly", "from isa_docs.intake.model import Matter") == []

    def test_an_earlier_room_may_not_use_a_later_one_even_inside_a_function(self) -> None:
        source = "def late():\n    from isa_docs.assembly import model\n"
        assert wrong_imports("program", source) == ["line 2: imports assembly"]

    def test_importing_a_room_from_the_package_is_seen(self) -> None:
        assert wrong_imports("intake", "from isa_docs import cli") == ["line 1: imports cli"]

    def test_findings_import_no_room(self) -> None:
        assert wrong_imports("findings", "import isa_docs.intake.model") == ["line 1: imports intake"]

    def test_the_clock_is_seen(self) -> None:
        assert impure_names("from datetime import date\nd = date.today()") == {"date.today"}
