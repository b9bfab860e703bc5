"""Tests of `chatd.storage.paths`: the values of ``--store``."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.paths import path_of, wrong_store

HERE = Path("/run/chat")


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


def test_memory_has_no_path() -> None:
    assert path_of("memory:", HERE) is None


@pytest.mark.parametrize("where", ["", "sqlite:", "sqlite", "memory", "chat.sqlite", "mysql:x"])
def test_another_value_is_refused_with_the_valid_ones(where: str) -> None:
    with pytest.raises(StoreError) as caught:
        path_of(where, HERE)
    assert str(caught.value).startswith(f"--store takes sqlite:PATH or memory:; not {where!r}.")


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
    ],
)
def test_a_value_that_is_nearly_right_is_told_the_right_one(where: str, meant: str) -> None:
    assert wrong_store(where).endswith(f" Did you mean {meant}?")


@pytest.mark.parametrize("where", ["", "postgres:chat", "mysql://host/chat"])
def test_nothing_is_guessed_of_another_kind_of_store(where: str) -> None:
    assert wrong_store(where) == f"takes sqlite:PATH or memory:; not {where!r}."


@pytest.mark.parametrize("where", ["memory:", "sqlite:x", "sqlite:a:b"])
def test_a_right_value_is_not_wrong(where: str) -> None:
    assert wrong_store(where) == ""
