"""Where logs are kept. Each module is one kind of store; none knows of rooms, clients or wires."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from chatd.storage.contract import StoreError
from chatd.util.private_files import UnsafePath, resolve


def path_of(where: str, directory: Path, trusted: Collection[int] | None = None) -> Path | None:
    """The file that ``sqlite:PATH`` names, relative to a directory; None for ``memory:``.

    Links are followed, so that one file has one name, and one lock; only those of users that are
    ``trusted`` (see `chatd.util.private_files.resolve`). This is what ``--store`` takes. Raises
    `StoreError` for anything else.
    """
    if where == "memory:":
        return None
    kind, _, path = where.partition(":")
    if kind != "sqlite" or not path:
        raise StoreError(f"a store is sqlite:PATH or memory:; not {where!r}.")
    try:
        return resolve(directory / path, trusted)
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None
