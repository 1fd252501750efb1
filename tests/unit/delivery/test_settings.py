"""The settings of a service: what is wrong is named, secrets stay in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.delivery.settings import read_secret, read_service_settings
from isa_docs.errors import InputError


def read(tmp_path: Path, text: str):  # type: ignore[no-untyped-def]
    (tmp_path / "service.toml").write_text(text)
    return read_service_settings(tmp_path / "service.toml")


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = read(tmp_path, 'home = "state"\n[folders.inbox]\npath = "watched"\nevery = 5\n')
    assert settings.home == tmp_path / "state"
    assert settings.database == f"sqlite:///{tmp_path}/state/jobs.db"
    assert (settings.folders["inbox"].path, settings.folders["inbox"].every) == (tmp_path / "watched", 5)


def test_the_shipped_example_can_be_read() -> None:
    settings = read_service_settings(Path(__file__).parents[3] / "deploy" / "service.toml.example")
    assert (settings.slots, settings.filers, settings.callbacks.hosts) == (2, 1, ())


def test_a_full_example(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        'jobs = "postgresql://isa@db/isa"\n'
        '[dms.mayan]\nkind = "mayan"\nurl = "https://dms"\ntoken_file = "token"\n'
        '[hooks.mayan]\nverifier = "bearer"\nsecret_files = ["new", "old"]\ndms = "mayan"\n'
        '[callbacks]\nhosts = ["dms.example.com"]\n',
    )
    assert settings.database == "postgresql://isa@db/isa"
    assert settings.hooks["mayan"].secret_files == (tmp_path / "new", tmp_path / "old")
    assert settings.callbacks.hosts == ("dms.example.com",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("slot = 2", "'slot' is not a setting. Did you mean 'slots'?"),
        ('slots = "2"', "'slots' must be int."),
        ("slots = true", "'slots' must be int."),
        ("[folders.a]\nevery = 1", "needs either 'path' or 'url'"),
        ('[folders.a]\npath = "x"\nurl = "y"', "needs either 'path' or 'url'"),
        ('[dms.a]\nurl = "x"', "[dms.a] lacks 'kind'."),
        ('[dms.a]\nkind = "cmis"\nurl = "x"', "known are 'mayan' and 'webdav'"),
        ('[hooks.a]\nverifier = "bearer"\ndms = "b"\nsecret_files = ["s"]', "names the DMS 'b', which is not there"),
        ('jobs = "mysql://x"', "must begin with sqlite:/// or postgresql://"),
        ("slots = ", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, text)
    assert told in error.value.message


def test_a_missing_or_empty_secret_is_named_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    assert read_secret(tmp_path / "secret") == "s3cret"
    (tmp_path / "empty").write_text("\n")
    for path in (tmp_path / "empty", tmp_path / "missing", None):
        with pytest.raises(InputError):
            read_secret(path)
