"""The restoring of a store's file from a back-up, while no daemon uses the store.

Theory of operation. The back-up is copied beside the store under a name of its own, written to the
disk and examined; until then the store is not touched. Then the copy gets the name by which it is
known to be whole (`RESTORED`), the old files are put aside, and the copy takes the store's name.
While a file of that name is there, no daemon opens the store, and no other command reads it: the
store may have lost its log already. Run again, a restore puts aside what is left of the old files,
under the name that the first ones have. Of the old files the store itself is moved last, so a name
that it has is complete.

No file is deleted. This module must not know an event or a room.
"""

from __future__ import annotations

import os
import shutil
import stat
from itertools import count
from pathlib import Path
from typing import NamedTuple

from chatd.storage.contract import StoreError
from chatd.storage.sqlite.examination import Examination, examine_file
from chatd.storage.sqlite.file import BESIDE, RESTORED
from chatd.storage.sqlite.lock import StoreLock
from chatd.storage.sqlite.partial import partial_file, sync_folder, system_errors

_WITH_LINES = ("-wal", "-journal")
"""Suffixes of files in which SQLite may have a part of the content."""


class Restored(NamedTuple):
    """The result of a restore: what the store holds now, and the path of the old one, if any."""

    found: Examination
    aside: Path | None


def open_back_up(file: Path) -> int:
    """Return the descriptor of a back-up. Raises `StoreError`."""
    with system_errors(file):
        for suffix in _WITH_LINES:
            log = Path(f"{file}{suffix}")
            if log.exists() and log.stat().st_size:
                raise StoreError(
                    f"{file} is no back-up: lines of it are in {log.name}. Back it up first, with"
                    " chatd backup."
                )
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)  # does not wait for a pipe
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise StoreError(f"{file} is not a file.")


def restore(descriptor: int, file: Path, path: Path) -> Restored:
    """Put the content of a back-up in the place of a store, and close its descriptor.

    ``file`` is the back-up's path. Raises `StoreError`, with the store as it was, for a back-up
    with a fault, or of a newer chatd, and while a daemon uses the store.
    """
    with open(descriptor, "rb") as back_up:
        lock = StoreLock(path)
        try:
            lock.write_pid()
            with system_errors(path):
                if path.exists() and not path.is_file():
                    raise StoreError(f"{path} is not a file. Name the store of the daemon.")
                if path.exists() and os.path.samestat(os.fstat(descriptor), os.stat(path)):
                    raise StoreError(f"{file} is the store itself. Give another FILE.")
            whole = path.with_name(path.name + RESTORED)
            with partial_file(whole) as partial:
                with system_errors(whole), open(partial, "r+b") as copy:
                    shutil.copyfileobj(back_up, copy)
                found = _examined(partial, file)
            with system_errors(path):
                aside = _put_aside(path)
                os.rename(whole, path)
                sync_folder(path.parent)
            return Restored(found, aside)
        finally:
            lock.release(remove=True)


def _examined(copy: Path, file: Path) -> Examination:
    """Return what a copy of a back-up holds. Raises `StoreError` if it has a fault."""
    try:
        found = examine_file(copy, called=file)
    finally:
        for suffix in BESIDE:  # SQLite makes them even to read the copy of a file that had a log
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
    if found.faults:
        raise StoreError(f"{file} has a fault: {found.faults[0]}")
    return found


def _put_aside(path: Path) -> Path | None:
    """Rename the files of a store; return the new name of the store, None if there was none."""
    names = (path.with_name(f"{path.name}.old-{number}") for number in count(1))
    aside = next(name for name in names if not _is_taken(path, name))
    for suffix in (*BESIDE, ""):
        old = path.with_name(path.name + suffix)
        if os.path.lexists(old):
            os.rename(old, aside.with_name(aside.name + suffix))
    sync_folder(path.parent)
    return aside if os.path.lexists(aside) else None


def _is_taken(path: Path, aside: Path) -> bool:
    """Return True if a file has one of the names that the files of a store would get."""
    return os.path.lexists(aside) or any(
        os.path.lexists(path.with_name(path.name + suffix))
        and os.path.lexists(aside.with_name(aside.name + suffix))
        for suffix in BESIDE
    )
