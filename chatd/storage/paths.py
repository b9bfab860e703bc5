"""The value of ``--store``: which kind of store it is, and the path of its file.

This module must not know the content of a store.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from chatd.storage.contract import StoreError
from chatd.storage.postgres.address import SCHEME, wrong_address
from chatd.util.private_files import UnsafePath, resolve
from chatd.util.usage import listed

MEMORY = "memory:"
"""The value for a store that is in no file."""

FORMS = ("sqlite:PATH", f"{SCHEME}://HOST/DATABASE", MEMORY)
"""The forms of a value."""

_DATABASES = ("postgresql", "postgres", "postgre", "psql", "pgsql", "pg")


def is_shared(where: str) -> bool:
    """Return True for a store that several daemons can share, which is in no file."""
    return where.startswith(f"{SCHEME}:")


def wrong_store(where: str) -> str:
    """Return why a value is none for a store, and what may have been meant; "" if it is one."""
    kind, colon, path = where.partition(":")
    if where == MEMORY or (kind == "sqlite" and path):
        return ""
    if kind.lower() in _DATABASES:
        wrong = wrong_address(where)
        advice = wrong if wrong.startswith("Did") else f"In this one, {wrong}"
        # The value is not repeated: there may be a password in it.
        return f"takes {FORMS[1]} for a database. {advice}" if wrong else ""
    meant = {"memory": MEMORY, "mem": MEMORY, "sqlite": "sqlite:chatd.sqlite"}.get(kind.lower())
    if meant is not None and path:
        meant = f"sqlite:{path.removeprefix('//')}"
    elif meant is None and where and not colon:
        meant = f"sqlite:{where}"
    advice = f" Did you mean {meant}?" if meant is not None else ""
    return f"takes {listed(FORMS)}; not {where!r}.{advice}"


def place_of(node: str, rundir: Path) -> Path:
    """Return the path beside which a node of a shared store has files of its own."""
    return rundir / f"chatd-{node}"


def path_of(where: str, directory: Path, trusted: Collection[int] | None = None) -> Path | None:
    """Return the file of ``sqlite:PATH``, relative to a directory; None if a store is in no file.

    Links are followed, so that one file has one name, and one lock; only those of users that are
    ``trusted`` (see `chatd.util.private_files.resolve`). Raises `StoreError` for a value that is
    none.
    """
    if wrong := wrong_store(where):
        raise StoreError(f"--store {wrong}")
    if where == MEMORY or is_shared(where):
        return None
    try:
        return resolve(directory / where.partition(":")[2], trusted)
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None
