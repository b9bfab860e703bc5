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


def wrong_store(where: str) -> str:
    """Return why a value is none for a store, and what may have been meant; "" if it is one."""
    kind, colon, path = where.partition(":")
    if where == MEMORY or (kind == "sqlite" and path):
        return ""
    meant = {"memory": MEMORY, "mem": MEMORY, "sqlite": "sqlite:chatd.sqlite"}.get(kind.lower())
    if meant is not None and path:
        meant = f"sqlite:{path.removeprefix('//')}"
    elif meant is None and where and not colon:
        meant = f"sqlite:{where}"
    advice = f" Did you mean {meant}?" if meant is not None else ""
    return f"takes sqlite:PATH or {MEMORY}; not {where!r}.{advice}"


def path_of(where: str, directory: Path, trusted: Collection[int] | None = None) -> Path | None:
    """Return the file of ``sqlite:PATH``, relative to a directory; None for ``memory:``.

    Links are followed, so that one file has one name, and one lock; only those of users that are
    ``trusted`` (see `chatd.util.private_files.resolve`). Raises `StoreError` for any other value.
    """
    if where == MEMORY:
        return None
    if wrong := wrong_store(where):
        raise StoreError(f"--store {wrong}")
    try:
        return resolve(directory / where.partition(":")[2], trusted)
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None
