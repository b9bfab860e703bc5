"""The file of a store: its lock, its creation, its checks, and transactions of its one writer.

Theory of operation. SQLite trusts the file system; this module does not. A lock beside the file
admits one daemon. Before the file is opened, its type, its owner and its permissions are checked,
through descriptors (`chatd.util.private_files`). A file that is refused is not modified. Before
each transaction the file and its write-ahead log are compared with what they were after the last
one (`chatd.storage.sqlite.file_watch`). A file that got shorter is checked further, because another
program may make it shorter by SQLite's own means.

SQLite from 3.7.0 to 3.51.2 can corrupt its log when two connections write or checkpoint at once, so
one connection alone does both; others only read. SQLite itself would checkpoint in a COMMIT, and
the lines of that batch would wait; here the caller says when.

This module must not know an event or a room.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from twisted.logger import Logger

from chatd.storage.contract import StoreError
from chatd.storage.sqlite import schema
from chatd.storage.sqlite.errors import (
    ADVICE,
    OR_ANOTHER_STORE,
    sqlite_errors,
)
from chatd.storage.sqlite.file_watch import FileWatch, Identity, identity_of
from chatd.storage.sqlite.lock import StoreLock, open_own
from chatd.storage.sqlite.rows import Content, content_of
from chatd.util.private_files import why_not_writable

P = ParamSpec("P")
T = TypeVar("T")

_WAL_HEAD = 32
_FRAME_HEAD = 24
"""Sizes of the header of a write-ahead log, and of the header of each frame in it, in bytes
(https://www.sqlite.org/fileformat2.html#the_write_ahead_log)."""

_SALT_SIZE = 8
_SALT_IN_HEAD = 16
_SALT_IN_FRAME = 8
"""Size of the salt, and its places in the two headers. Each time the log is begun again it has
another salt; a frame that has it was written since."""

_LOCKED_SECONDS = 2.0
"""Seconds that SQLite waits for another program that writes to the file."""

BESIDE = ("-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite makes beside a store."""

RESTORED = ".restored"
"""Suffix of the file that takes the place of a store (`chatd.storage.sqlite.restoring`). While it
is there, the files of the store need not belong together."""

_log = Logger()


class StoreFile:
    """A store's file, locked for this process, with the one connection that writes to it.

    The constructor creates the file if there is none (mode 0600), checks and upgrades it, reads
    ``content``, and closes it again; only the lock stays open. Raises `StoreError` when the file
    cannot be opened, is another program's, is of a newer version, or is in use by another daemon.

    A ``lock`` is given to the successor of a daemon that has it.

    ``size`` is the size of the file without its free pages, and of its log, in bytes, as of the
    last call of `measure`. All other methods run in the writer's thread.
    """

    def __init__(self, path: Path, lock: StoreLock | None = None) -> None:
        self.path = path
        self.lock = lock or StoreLock(path)
        self._wal = f"{path}-wal"
        self._connection: sqlite3.Connection | None = None
        self._page = 0
        self._older_salts: dict[int, bytes] = {}  # by the number of the frame
        try:
            check_not_half_restored(path)
            self._watch = FileWatch(path, _create(path))
            with sqlite_errors(path, ADVICE):
                self._check_log()
                with closing(connect(path)) as connection:
                    _prepare(connection)
                    self.content: Content = content_of(connection)
                    self.size = _used(connection)
        except BaseException:
            self.lock.release(remove=True)
            raise

    def transact(
        self,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return the result of ``work`` in a transaction; roll back if it fails.

        Raises `StoreError`.
        """
        shorter = self._watch.compare()
        try:
            connection = self._connected(shorter)
            connection.execute("BEGIN IMMEDIATE")
            done = work(connection, *args, **kwargs)
            connection.execute("COMMIT")
        except BaseException:
            with sqlite_errors(self.path):  # entered after a failure alone: each entry takes 1 us
                if self._connection is not None and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        self._watch.remember()
        return done

    def log_has(self, frames: int) -> bool:
        """Return True if the log has at least so many frames, each of a page that was changed."""
        last = _WAL_HEAD + (frames - 1) * (_FRAME_HEAD + self._page)
        if self._watch.log_size <= last:
            return False
        salt = self._watch.read_log(_SALT_SIZE, last + _SALT_IN_FRAME)
        if salt == self._older_salts.get(frames):
            return False  # this frame was not written since
        if salt == self._watch.read_log(_SALT_SIZE, _SALT_IN_HEAD):
            return True
        self._older_salts[frames] = salt
        return False

    @property
    def changes(self) -> int:
        """The number of rows that were changed in all transactions so far."""
        return 0 if self._connection is None else self._connection.total_changes

    @property
    def log_size(self) -> int:
        """The size of the log in bytes, as of the last transaction or checkpoint."""
        return self._watch.log_size

    def checkpoint(self) -> bool:
        """Write the pages of the log into the file, so that the log can be begun again.

        Return True if that was possible at once: it waits for no program that reads. Raises
        `StoreError`.
        """
        return self._checkpoint("PASSIVE")

    def truncate_log(self, wait: float = 0.0) -> bool:
        """Checkpoint the log, and truncate it to nothing: deleted rows are in it until then.

        Wait so many seconds for programs and threads that read. Return and raise as `checkpoint`.
        """
        return self._checkpoint("TRUNCATE", wait)

    def limit_log(self, size: int) -> None:
        """Let each transaction that begins the log again truncate it to this size, in bytes.

        Raises `StoreError`.
        """
        with sqlite_errors(self.path):
            self._connected(shorter=False).execute(f"PRAGMA journal_size_limit = {size}")

    def _checkpoint(self, mode: str, wait: float = 0.0) -> bool:
        shorter = self._watch.compare()
        with sqlite_errors(self.path):
            connection = self._connected(shorter)
            connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
            try:
                busy, frames, written = connection.execute(
                    f"PRAGMA wal_checkpoint({mode})"
                ).fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {int(_LOCKED_SECONDS * 1000)}")
            self._watch.remember()
            return not busy and written == frames

    def measure(self, near: float = 0) -> None:
        """Set ``size``, after a transaction. Raises `StoreError`.

        A size below ``near`` may include the free pages, which take a statement to count.
        """
        size = self._watch.size
        if size >= near:
            with sqlite_errors(self.path):
                size -= _free(self._connected(shorter=False))
        self.size = size

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        self._watch.close()

    def _check_log(self) -> None:
        """Check a file of this version that has a log, without modifying either.

        A connection that may write would put the content of the log into the file when it is
        closed, and delete the log. A file that has a journal is not checked: it was being made when
        the power failed, so there is nothing to lose, and a connection that only reads cannot roll
        back.
        """
        if os.path.exists(self._wal) and not os.path.exists(f"{self.path}-journal"):
            with closing(connect_reading(self.path)) as connection:
                if schema.version_of(connection) == len(schema.STEPS):
                    content_of(connection)

    def _connected(self, shorter: bool) -> sqlite3.Connection:
        """Return the connection; check the files' lengths first if one got ``shorter``."""
        if self._connection is None:
            self._connection = connect(self.path)
            (self._page,) = self._connection.execute("PRAGMA page_size").fetchone()
        if shorter:
            self._check_lengths(self._connection)
        return self._connection

    def _check_lengths(self, connection: sqlite3.Connection) -> None:
        """Raise `StoreError` unless SQLite made a file shorter, for another program.

        ``VACUUM`` and a checkpoint that truncates do so.
        """
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        # SQLite must not see a file that was emptied: it would not recognize it when it is put
        # back.
        if os.stat(self.path).st_size >= page:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            # `_log_length` may write to the file, so it comes after the first comparison.
            if pages * page <= os.stat(self.path).st_size and (
                os.stat(self._wal).st_size >= self._log_length(connection, page)
            ):
                return
        raise StoreError("it or its log was cut short while in use. Put back what was cut off.")

    def _log_length(self, connection: sqlite3.Connection, page: int) -> int:
        """Return the least length of the log that SQLite knows, in bytes."""
        _, frames, _ = connection.execute("PRAGMA wal_checkpoint").fetchone()
        return _WAL_HEAD + frames * (_FRAME_HEAD + page) if frames > 0 else 0


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that writes."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=_LOCKED_SECONDS)
    with closed_on_error(connection):
        connection.execute("PRAGMA synchronous = FULL")
        # On macOS fsync leaves data in the disk's own cache; on other systems these do nothing.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open a connection that only reads; of a file that must exist."""
    return sqlite3.connect(reading_uri(path), uri=True, check_same_thread=False)


def reading_uri(path: Path) -> str:
    """Return the URI with which SQLite only reads a file that must exist.

    Raises `StoreError` for a store that is half restored.

    Even to read, SQLite makes files beside one that has a log. It can do without where it cannot
    make them, if there is no log: then no process writes to the file, which is a back-up.
    """
    check_not_half_restored(path)
    mode = "mode=ro"
    if why_not_writable(path.parent) and not os.path.exists(f"{path}-wal"):
        mode += "&immutable=1"
    return f"{path.as_uri()}?{mode}"


def check_not_half_restored(path: Path) -> None:
    """Raise `StoreError` if a restore of the store was interrupted when it exchanged the files."""
    if os.path.lexists(f"{path}{RESTORED}"):
        raise StoreError(f"a restore of {path} was interrupted. Run chatd restore again.")


@contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Close a connection if its first use fails."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection) -> None:
    """Upgrade a file, and give it a write-ahead log. Raises `StoreError`."""
    schema.upgrade(connection)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise StoreError("its file system cannot hold a write-ahead log. Use a local disk.")


def _used(connection: sqlite3.Connection) -> int:
    """Return the bytes of a file that has no log, without its free pages."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * page) - _free(connection)


def _free(connection: sqlite3.Connection) -> int:
    """Return the bytes of the free pages of a file."""
    (pages,) = connection.execute("PRAGMA freelist_count").fetchone()
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * page)


def _create(path: Path) -> Identity:
    """Create the file if there is none, for its owner alone; return its device and inode.

    The files that SQLite makes beside it are closed to other users, too. SQLite itself follows no
    link there, and makes files with the mode of the store. Raises `StoreError`.
    """
    descriptor = open_own(path, os.O_RDWR | os.O_CREAT)
    try:
        status = os.fstat(descriptor)
        if status.st_nlink > 1:
            # Each name would have a lock and a log of its own.
            raise StoreError(
                f"{path} has another name, a hard link. Remove one, {OR_ANOTHER_STORE}"
            )
        log = 0
        for suffix in BESIDE:
            beside = path.with_name(path.name + suffix)
            if os.path.lexists(beside):
                opened = open_own(beside, os.O_RDONLY)
                log = os.fstat(opened).st_size if suffix == "-wal" else log
                os.close(opened)
        if not status.st_size and log:
            # SQLite would take the file for a new one, and delete the log.
            raise StoreError(
                f"{path} is empty, but {path.name}-wal is not. Put the file back,"
                f" {OR_ANOTHER_STORE}"
            )
    finally:
        os.close(descriptor)
    return identity_of(status)
