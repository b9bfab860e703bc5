"""A file that is complete or not there: made under another name, and renamed when it is whole.

Theory of operation. The partial file lies beside its target and is locked while it is written, so a
second process does not write it, too. The partial file of a process that was killed has no lock,
and the next process replaces it. It is open to its owner alone from its first byte. Its content is
on the disk before it gets its name, and the name is before the file counts as made.

This module must not know the content of a file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chatd.storage.contract import StoreError
from chatd.storage.sqlite.file_watch import identity_of
from chatd.util.private_files import UnsafePath, open_private

PARTIAL = ".part"
"""Suffix of the name of a file that is not whole yet."""


@contextmanager
def partial_file(target: Path) -> Iterator[Path]:
    """Yield the path of an empty file; rename it to ``target`` at the end, or remove it.

    All connections to the file must be closed by the end. Raises `StoreError`.
    """
    partial = target.with_name(target.name + PARTIAL)
    descriptor = _open_locked(partial, target)
    try:
        yield partial
        with system_errors(target):
            os.fsync(descriptor)
            os.rename(partial, target)
            sync_folder(target.parent)
    except BaseException:
        with suppress(OSError):
            if identity_of(os.lstat(partial)) == identity_of(os.fstat(descriptor)):
                partial.unlink()
        raise
    finally:
        os.close(descriptor)


@contextmanager
def system_errors(path: Path) -> Iterator[None]:
    """Raise errors of the system, and of an unsafe path, as a `StoreError`."""
    try:
        yield
    except UnsafePath as unsafe:
        raise StoreError(str(unsafe)) from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}.") from None


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_locked(partial: Path, target: Path) -> int:
    """Return the descriptor of an empty file that this process has locked."""
    while True:
        with system_errors(partial):
            descriptor, _ = open_private(partial, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The process that had the lock may have given the file its name, or removed it.
            with suppress(FileNotFoundError):
                if identity_of(os.lstat(partial)) == identity_of(os.fstat(descriptor)):
                    os.ftruncate(descriptor, 0)
                    return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise StoreError(f"another process is writing {target} now.") from None
        except OSError as error:
            os.close(descriptor)
            raise StoreError(f"{partial}: {error.strerror}.") from None
        os.close(descriptor)
