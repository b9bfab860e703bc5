"""The state in which a store's files were left, to find what other programs did to them since.

Theory of operation. SQLite goes on writing to a file that was deleted or replaced, without an
error. A name cannot get another file without a change of its directory, so the names are looked up
only if the directory has changed. Some file systems round times to 2 s: of a directory that changed
so recently, the next change may not be seen, so the names are looked up then, too.

Sizes come from descriptors that stay open. `os.stat` of a file costs the next write to it as much
as a transaction takes in Python: since Linux 6.13 that write must store a time of its own. To close
a descriptor of the file drops the locks that SQLite has on it in this process, so descriptors are
closed after all connections.

This module must not know the content of a file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from chatd.storage.contract import StoreError

Identity = tuple[int, int]
"""The device and the inode of a file."""

ROUNDED_NS = 2_000_000_000
"""Nanoseconds to which a file system may round the times of a directory: 2 s on FAT."""


def identity_of(status: os.stat_result) -> Identity:
    """Return the identity of a file."""
    return status.st_dev, status.st_ino


class FileWatch:
    """The file at a path and its write-ahead log, as they were when `remember` was called last.

    ``identity`` is that of the file. The log may not be there yet. ``now`` gives the time of the
    system in nanoseconds since 1970.
    """

    def __init__(
        self, path: Path, identity: Identity, now: Callable[[], int] = time.time_ns
    ) -> None:
        self._folder = str(path.parent)
        self._path = str(path)
        self._log = f"{path}-wal"
        self._identities = {self._path: identity}
        self._sizes = {self._path: 0, self._log: 0}
        self._descriptors: dict[str, int] = {}
        self._settled: tuple[int, ...] | None = None
        self._now = now

    @property
    def log_size(self) -> int:
        """The size of the log in bytes."""
        return self._sizes[self._log]

    @property
    def size(self) -> int:
        """The size of the file and of its log in bytes."""
        return sum(self._sizes.values())

    def read_log(self, length: int, offset: int) -> bytes:
        """Return a part of the log; empty if it cannot be read."""
        try:
            return os.pread(self._descriptors[self._log], length, offset)
        except (KeyError, OSError):
            return b""

    def compare(self) -> bool:
        """Return True if the file or its log is shorter than it was.

        Raises `StoreError` if one is gone or was replaced.
        """
        self._look_up_if_changed()
        for path, descriptor in self._descriptors.items():
            if os.lseek(descriptor, 0, os.SEEK_END) < self._sizes[path]:
                return True
        return False

    def remember(self) -> None:
        """Store the sizes of the files, and the identity of a log that is new."""
        for path in self._sizes:
            descriptor = self._descriptors.get(path)
            if descriptor is None:
                descriptor = self._open(path)
            if descriptor is not None:
                self._sizes[path] = os.lseek(descriptor, 0, os.SEEK_END)

    def close(self) -> None:
        """Close the descriptors. No connection may be open."""
        while self._descriptors:
            _, descriptor = self._descriptors.popitem()
            os.close(descriptor)

    def _look_up_if_changed(self) -> None:
        """Look the names up, unless the directory is as it was when that was done last."""
        now = self._now()
        try:
            status = os.stat(self._folder)
        except OSError:
            self._look_up()
            return
        changed, moved = status.st_mtime_ns, status.st_ctime_ns
        state = status.st_dev, status.st_ino, changed, moved
        if state != self._settled:
            self._look_up()
            self._settled = state if max(changed, moved) < now - ROUNDED_NS else None

    def _look_up(self) -> None:
        for path, identity in self._identities.items():
            try:
                status = os.stat(path)
            except OSError as error:
                raise StoreError(f"{path}: {error.strerror}. Put the file back.") from None
            if identity_of(status) != identity:
                raise StoreError(f"{path} was replaced while in use. Put the old file back.")

    def _open(self, path: str) -> int | None:
        """Open a file; return None if that is not possible, which `compare` reports."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return None
        identity = identity_of(os.fstat(descriptor))
        if self._identities.setdefault(path, identity) != identity:
            os.close(descriptor)
            return None
        self._descriptors[path] = descriptor
        return descriptor
