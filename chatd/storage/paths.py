"""The value of ``--store``, as the path of a store's file.

This module must not know the content of a store.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from chatd.storage.contract import StoreError
from chatd.util.private_files import UnsafePath, resolve

MEMORY = "memory:"
"""The value for a store that is in no file."""


def path_of(where: str, directory: Path, trusted: Collection[int] | None = None) -> Path | None:
    """Return the file of ``sqlite:PATH``, relative to a directory; None for ``memory:``.

    Links are followed, so that one file has one name, and one lock; only those of users that are
    ``trusted`` (see `chatd.util.private_files.resolve`). Raises `StoreError` for any other value.
    """
    if where == MEMORY:
        return None
    kind, _, path = where.partition(":")
    if kind != "sqlite" or not path:
        raise StoreError(f"a store is sqlite:PATH or {MEMORY}; not {where!r}.")
    try:
        return resolve(directory / path, trusted)
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None
