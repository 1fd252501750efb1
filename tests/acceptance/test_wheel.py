"""The wheel carries everything the program reads, and an installation from it finds that without a checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("schemas", "templates", "examples")


def tracked(folder: str) -> list[Path]:
    """List the files of a folder of the checkout that git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", folder], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release would be, with the locked build back end and no network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 0, done.stderr + "\nIs hatchling installed? Run: make setup-dev"
    (built,) = folder.glob("isa_docs-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of another virtual environment into which pip installed the wheel.

    Its dependencies are those of the running environment, reached through a path file, so that nothing is downloaded.
    """
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    (site_packages,) = (folder / "Lib" if sys.platform == "win32" else folder / "lib").rglob("site-packages")
    subprocess.run(
        [str(scripts / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True
    )
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return scripts


def run(program: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run an installed program away from the checkout."""
    return subprocess.run([str(program), *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("folder", [*SHIPPED, "isa_docs"])
def test_the_wheel_holds_every_file_of(folder: str, wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.as_posix() if folder == "isa_docs" else f"isa_docs/{path.as_posix()}" for path in tracked(folder)}
    assert expected, f"the checkout has no files in {folder}"
    assert expected - inside == set()


def test_the_wheel_holds_no_tests_and_no_litter(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.startswith("isa_docs")} == set()
    assert [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name or "/tests/" in name] == []


def test_an_installation_finds_its_own_folders(installed: Path, tmp_path: Path) -> None:
    script = (
        "import json, isa_docs; from isa_docs.resources import folder; "
        f"print(json.dumps([isa_docs.__file__, *[str(folder(name)) for name in {SHIPPED!r}]]))"
    )
    done = run(installed / "python", "-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    environment = str(installed.parent.resolve())
    assert [place for place in json.loads(done.stdout) if not str(Path(place).resolve()).startswith(environment)] == []


def test_an_installation_builds_its_example(installed: Path, tmp_path: Path) -> None:
    script = "from isa_docs.resources import folder; print(folder('examples') / 'northwind' / 'matter.yaml')"
    example = run(installed / "python", "-c", script, cwd=tmp_path).stdout.strip()
    done = run(installed / "isa-docs", "build", example, "--out", str(tmp_path / "out"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    packages = [path.name for path in (tmp_path / "out").rglob("*.pdf") if path.parent.name not in ("parts", "packets")]
    assert len(packages) == 3
