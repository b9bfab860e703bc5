"""Tests of `chatd.storage.paths`: the values of ``--store``."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.paths import is_shared, path_of, wrong_store

HERE = Path("/run/chat")

FORMS = "sqlite:PATH, postgresql://HOST/DATABASE or memory:"


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ("sqlite:chat.sqlite", "/run/chat/chat.sqlite"),
        ("sqlite:../chat.sqlite", "/run/chat.sqlite"),
        ("sqlite:/var/lib/chat.sqlite", "/var/lib/chat.sqlite"),
        ("sqlite:a:b", "/run/chat/a:b"),
    ],
)
def test_sqlite_is_a_file_below_the_directory_or_an_absolute_path(where: str, path: str) -> None:
    assert path_of(where, HERE) == Path(path)


def test_a_link_names_the_file_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("chat.sqlite")
    assert path_of("sqlite:link", tmp_path) == path_of("sqlite:chat.sqlite", tmp_path)


@pytest.mark.parametrize("where", ["memory:", "postgresql:///chatd"])
def test_a_store_in_no_file_has_no_path(where: str) -> None:
    assert path_of(where, HERE) is None


def test_a_database_can_be_shared() -> None:
    assert is_shared("postgresql://db.example/chatd")
    assert not is_shared("sqlite:postgresql:")


@pytest.mark.parametrize("where", ["", "sqlite:", "sqlite", "memory", "chat.sqlite", "mysql:x"])
def test_another_value_is_refused_with_the_valid_ones(where: str) -> None:
    with pytest.raises(StoreError) as caught:
        path_of(where, HERE)
    assert str(caught.value).startswith(f"--store takes {FORMS}; not {where!r}.")


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("chat.sqlite", "sqlite:chat.sqlite"),
        ("/srv/chat.sqlite", "sqlite:/srv/chat.sqlite"),
        ("sqlite", "sqlite:chatd.sqlite"),
        ("sqlite:", "sqlite:chatd.sqlite"),
        ("SQLite:///srv/chat.sqlite", "sqlite:/srv/chat.sqlite"),
        ("memory", "memory:"),
        ("mem:", "memory:"),
        ("postgres:chat", "postgresql:///chat"),
        ("Postgres://db.example/chat", "postgresql://db.example/chat"),
    ],
)
def test_a_value_that_is_nearly_right_is_told_the_right_one(where: str, meant: str) -> None:
    assert wrong_store(where).endswith(f" Did you mean {meant}?")


@pytest.mark.parametrize("where", ["", "mysql://host/chat"])
def test_nothing_is_guessed_of_another_kind_of_store(where: str) -> None:
    assert wrong_store(where) == f"takes {FORMS}; not {where!r}."


def test_a_database_is_told_what_is_wrong_with_its_address() -> None:
    assert wrong_store("postgresql://ana:secret@db.example/chat") == (
        "takes postgresql://HOST/DATABASE for a database. In this one, no password can be in it,"
        " because others can read it there: write the password to a file that PGPASSFILE names, or"
        " to a service."
    )


@pytest.mark.parametrize("where", ["memory:", "sqlite:x", "sqlite:a:b", "postgresql:///c"])
def test_a_right_value_is_not_wrong(where: str) -> None:
    assert wrong_store(where) == ""
