"""Tests of `chatd.storage.paths`: the values of ``--store``."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatd.storage.contract import StoreError
from chatd.storage.paths import path_of

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
    assert str(caught.value) == f"a store is sqlite:PATH or memory:; not {where!r}."
