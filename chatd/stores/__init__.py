"""Where logs are kept. Each module is one kind of store; none knows of rooms, clients or wires."""

from __future__ import annotations

import os
from pathlib import Path

from chatd.store import StoreError


def path_of(where: str, directory: Path) -> Path | None:
    """The file that ``sqlite:PATH`` names, relative to a directory; None for ``memory:``.

    Links are followed, so that one file has one name, and one lock. This is what ``--store``
    takes. Raises `StoreError` for anything else.
    """
    if where == "memory:":
        return None
    kind, _, path = where.partition(":")
    if kind != "sqlite" or not path:
        raise StoreError(f"a store is sqlite:PATH or memory:; not {where!r}.")
    return Path(os.path.realpath(directory / path))
