"""The lock of a store, and the opening of the files that belong to it.

A lock beside the store's file admits one daemon. Files are opened through descriptors that are
checked (`chatd.util.private_files`). This module must not know the content of a file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from twisted.logger import Logger

from chatd.storage.contract import StoreError
from chatd.storage.handing_over import StoreHandover
from chatd.storage.sqlite.errors import ADVICE, OR_ANOTHER_STORE, StoreInUse, file_errors
from chatd.storage.sqlite.file_watch import identity_of
from chatd.text.escaping import visible
from chatd.util.private_files import check_folder, open_private, why_not_writable

_log = Logger()


class StoreLock:
    """The lock of the daemon that uses a store. Raises `StoreError`; `StoreInUse` if it is taken.

    It is on a file beside the store: flock on the store itself would meet SQLite's own locks on
    some systems. The lock crosses a fork with its descriptor, and ends with the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        _check_directory(path.parent)
        while True:
            self._descriptor = open_own(self._path, os.O_RDWR | os.O_CREAT)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                number = os.pread(self._descriptor, 20, 0).strip()
                os.close(self._descriptor)
                by = f", process {int(number)}" if number.isdigit() else ""
                raise StoreInUse(
                    f"{path} is in use by another chatd{by}. Stop that one, {OR_ANOTHER_STORE}"
                ) from None
            # A daemon that is refused deletes the lock's file while it has the lock (`release`). A
            # lock on a deleted file excludes no other daemon.
            with suppress(FileNotFoundError):
                status = os.fstat(self._descriptor)
                if identity_of(os.lstat(self._path)) == identity_of(status):
                    self._write(b"")  # not the number of a process that is gone
                    return
            os.close(self._descriptor)

    @property
    def descriptor(self) -> int:
        """The descriptor of the locked file, which a successor may be given."""
        return self._descriptor

    def write_pid(self) -> None:
        """Write this process's number into the file, for ``kill``, and for `StoreInUse`."""
        self._write(b"%d\n" % os.getpid())

    def _write(self, content: bytes) -> None:
        with suppress(OSError):  # a full disk must not keep the daemon from starting
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content, 0)

    def release(self, *, remove: bool = False) -> None:
        """Release the lock; with ``remove`` delete its file, too.

        The number of this process is erased: another process may have it later.
        """
        self._write(b"")
        if remove:
            with suppress(OSError):
                self._path.unlink()
        os.close(self._descriptor)


class SharedLock(StoreLock):
    """The lock of a store that a daemon and its successor have, by one descriptor of the file.

    It is the daemon's, and is neither released nor removed here, until the successor says by its
    number that it goes on. The lock ends with the last of the two.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._descriptor = descriptor
        self._is_ours = False

    def write_pid(self) -> None:
        self._is_ours = True
        super().write_pid()

    def release(self, *, remove: bool = False) -> None:
        if self._is_ours:
            super().release(remove=remove)
        else:
            os.close(self._descriptor)


class LockHandover(StoreHandover):
    """The handover of a store with a lock, which the successor has by the same descriptor."""

    def __init__(self, lock: StoreLock, appended: Callable[[], int]) -> None:
        super().__init__(appended)
        self._lock = lock

    @property
    def descriptors(self) -> Sequence[int]:
        return [self._lock.descriptor]


def _check_directory(directory: Path) -> None:
    """Raise `StoreError` unless files can be made in a directory, and only by its owner or root."""
    if not directory.is_dir():
        raise StoreError(f"there is no directory {directory}. Make it first, {OR_ANOTHER_STORE}")
    with file_errors(directory):
        check_folder(directory)
    if why := why_not_writable(directory):
        raise StoreError(f"the directory {directory} cannot be written: {why}. {ADVICE}")


def open_own(path: Path, flags: int) -> int:
    """Open one of the store's files, and revoke other users' permissions. Raises `StoreError`."""
    with file_errors(path):
        descriptor, mended = open_private(path, flags)
    if mended:
        _log.warn(
            "others had rights to {path}. Now it is its owner's alone.", path=visible(str(path))
        )
    return descriptor
