"""The stores that a command opens itself: a store in a file, or a database.

The library for databases is loaded for a database alone. This module must not know a command, nor
the rows of a store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from chatd.client.files import existing_store, path_as_owner
from chatd.event import Event, Kind, Record
from chatd.storage.contract import RoomRecord, StoreError
from chatd.storage.imported_rooms import WholeStore
from chatd.storage.paths import is_shared
from chatd.storage.postgres.address import address_of
from chatd.storage.sqlite.archive import Archive
from chatd.storage.sqlite.importing import import_file
from chatd.storage.versions import check_version
from chatd.util.extras import how_to_install

_TOOL = "tool"
"""The name of a command among the sessions of a server."""


class Log(Protocol):
    """A log that is read, also while daemons write to it. Each method may raise `StoreError`."""

    def rooms(self) -> list[RoomRecord]:
        """Return the rooms that have a log."""

    def records(self) -> Sequence[Record]:
        """Return the records beside the logs, without those that end with their nodes."""

    def page(self, room: str, after: int, upto: int) -> list[Event]:
        """See `chatd.storage.contract.Store.read`."""

    def seq_before(self, room: str, time: int) -> int:
        """See `chatd.storage.contract.Store.seq_before`."""

    def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        """See `chatd.storage.contract.Store.remarks`."""

    def close(self) -> None:
        """Close it."""


class ImportStore(Protocol):
    """A store to which events are imported, or of which all is read, while no daemon uses it.

    ``place`` is where it is, ``is_new`` is true if it was made for that. ``rooms`` and ``records``
    are those that it has. Each method may raise `StoreError`.
    """

    place: str
    is_new: bool
    rooms: Sequence[RoomRecord]
    records: Sequence[Record]

    def write(
        self,
        events: Iterable[Event],
        rooms: Sequence[RoomRecord] = (),
        records: Sequence[Record] = (),
    ) -> None:
        """See `chatd.storage.sqlite.importing.ImportFile.write`."""

    def whole(self) -> WholeStore:
        """Return all that is in the store."""


@contextmanager
def opened_log(where: str) -> Iterator[Log]:
    """Open the log of the store that ``--store`` names, and close it. Raises `StoreError`."""
    log: Log
    if is_shared(where):
        log = _log_of_database(where)
    else:
        log = Archive(existing_store(where))
    try:
        yield log
    finally:
        log.close()


@contextmanager
def opened_for_import(where: str, *, must_exist: bool = False) -> Iterator[ImportStore]:
    """Open the store that ``--store`` names, and close it. Raises `StoreError`.

    A file that was made is removed if that fails. As root, become the owner of a file for good.
    """
    if is_shared(where):
        with _import_of_database(where) as opened:
            yield opened
    else:
        path = existing_store(where) if must_exist else path_as_owner(where)
        with import_file(path) as file:
            yield file


def _log_of_database(where: str) -> Log:
    open_session = _sessions_of(where)
    from chatd.storage.postgres import schema
    from chatd.storage.postgres.safe_log import SafeLog

    def open_current() -> Any:
        connection = open_session()
        try:
            check_version(schema.version_of(connection), len(schema.STEPS), "its tables")
        except BaseException:
            connection.close()
            raise
        return connection

    return SafeLog(open_current)


@contextmanager
def _import_of_database(where: str) -> Iterator[ImportStore]:
    open_session = _sessions_of(where)
    from chatd.storage.postgres.importing import import_database

    with import_database(where, open_session) as database:
        yield database


def _sessions_of(where: str) -> Callable[[], Any]:
    """Return what opens a session on a database. Raises `StoreError` without its library."""
    try:
        from chatd.storage.postgres.sessions import open_session
    except ImportError:
        command = how_to_install("postgres")
        raise StoreError(f"a database needs psycopg: {command}") from None
    parameters = address_of(where).parameters
    return lambda: open_session(parameters, _TOOL)
