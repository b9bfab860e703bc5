"""`chatd.client.files`: the path of a store, for a user who is not root.

What root does is tested in `tests.integration.test_privileges`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatd.client.files import path_as_owner
from chatd.storage.contract import StoreError


@pytest.fixture(autouse=True)
def _is_not_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    monkeypatch.chdir(tmp_path)


def test_a_path_is_relative_to_the_present_directory(tmp_path: Path) -> None:
    assert path_as_owner("sqlite:store") == tmp_path / "store"
    assert path_as_owner("sqlite:/elsewhere/store") == Path("/elsewhere/store")


def test_links_are_followed_so_that_a_file_has_one_path(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("store")
    assert path_as_owner("sqlite:link") == tmp_path / "store"


def test_a_store_of_another_kind_is_refused() -> None:
    with pytest.raises(
        StoreError, match="--store takes sqlite:PATH, postgresql://HOST/DATABASE or memory:"
    ):
        path_as_owner("redis:x")
