"""What the project says of itself in several places must be the same in all of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from isa_docs.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-service.lock", "requirements-dev.lock")


def pyproject() -> dict[str, list[str]]:
    """Return the names of the dependencies that pyproject.toml asks for, by kind."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    def names(requirements: list[str]) -> list[str]:
        return [re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in requirements]

    extras = {extra: names(wanted) for extra, wanted in data["project"]["optional-dependencies"].items()}
    service = [*dict.fromkeys(extras.pop("service") + extras.pop("desk"))]
    groups = [name for group in data["dependency-groups"].values() for name in names(group)]
    run = names(data["project"]["dependencies"]) + [name for extra in extras.values() for name in extra]
    return {"run": run, "service": service, "develop": groups}


def locked(name: str) -> dict[str, list[str]]:
    """Return the pinned versions in a lock file by package."""
    pins: dict[str, list[str]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.M):
        pins.setdefault(package, []).append(version)
    return pins


def table_rows(page: str, heading: str) -> list[str]:
    """Return the first cell of each row of the table under a heading."""
    section = (ROOT / page).read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    cells = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")]
    return cells[2:]


def test_every_dependency_has_its_line_saying_why() -> None:
    wanted = pyproject()
    assert table_rows("docs/dependencies.md", "Python packages, to run") == sorted(wanted["run"])
    assert table_rows("docs/dependencies.md", "Python packages, for the service") == sorted(wanted["service"])
    assert table_rows("docs/dependencies.md", "Python packages, to build, test and check") == sorted(wanted["develop"])


def test_every_dependency_is_locked() -> None:
    wanted = pyproject()
    assert {*wanted["run"], "hatchling"} <= set(locked("requirements.lock"))
    assert {*wanted["run"], *wanted["service"]} <= set(locked("requirements-service.lock"))
    assert {*wanted["run"], *wanted["service"], *wanted["develop"]} <= set(locked("requirements-dev.lock"))


def test_building_and_the_desk_need_nothing_that_is_the_service_s_alone() -> None:
    alone = {"starlette", "uvicorn", "python-multipart"} ^ set(pyproject()["service"])
    assert {"dbos", "fastapi", "sqlalchemy"} <= alone
    assert alone & set(locked("requirements.lock")) == set()


def test_the_lock_for_development_has_the_same_versions() -> None:
    dev_pins = locked("requirements-dev.lock")
    for lock in LOCKS[:2]:
        pins = locked(lock)
        assert {name: dev_pins.get(name) for name in pins} == pins


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_download_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"://|^-|find-links|index-url", text, re.M) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.M)[1:]
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_page_of_errors_has_every_exit_code() -> None:
    rows = table_rows("docs/errors.md", "Exit codes")
    assert [int(row) for row in rows] == sorted(int(code) for code in ExitCode)


def test_every_target_of_the_makefile_is_listed_by_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.M).group(1).split())  # type: ignore[union-attr]
    listed = set(re.findall(r"^([a-z-]+):.*## ", text, re.M))
    assert phony - listed == {"python"}
