"""The store that lasts: one SQLite file, WAL, ``synchronous=FULL``.

A line is on disk (fsynced, where the disk honours it) before anybody is shown it. One thread and
one connection write and checkpoint, another only reads: SQLite from 3.7.0 to 3.51.2 can corrupt
its log when two connections write or checkpoint at once.

It knows nothing that `chatd.store` does not say.

The file::

    PRAGMA application_id = 0x63686174 ("chat"), user_version = the number of steps that made it
    rooms    a row for each room in which something was said, with its head
    events   a row for each event; id = room's id << 40 | seq, so that the one tree holds each
             room's log as a stretch in order
    records  what is kept beside the logs: accounts, and who may do what in which room
    log      a view for people: events with their room, seq and time in clear
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime

from chatd.complaints import Trouble
from chatd.encoding import visible
from chatd.event import Entry, Event, Kind, Notice, Record
from chatd.store import (
    PAGE_CHARACTERS,
    PAGE_EVENTS,
    Keeping,
    RoomRecord,
    Store,
    StoreError,
    Waiting,
    page_of,
)
from chatd.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")

APPLICATION_ID = 0x63686174

_SEQ_BITS = 40
_SEQ_MASK = (1 << _SEQ_BITS) - 1

STEPS = (
    f"""
PRAGMA application_id = {APPLICATION_ID};
CREATE TABLE rooms (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,   -- as the one who made it wrote it
    head    INTEGER NOT NULL,       -- seq of the last event; never goes back, whatever is forgotten
    topic   TEXT NOT NULL,
    session INTEGER NOT NULL        -- highest number of a session that said something here
);
CREATE TABLE events (
    id      INTEGER PRIMARY KEY,    -- rooms.id << {_SEQ_BITS} | seq
    time    INTEGER NOT NULL,       -- when it was committed, milliseconds since 1970
    session INTEGER NOT NULL,       -- number of the session that said it
    author  TEXT NOT NULL,          -- its name at that moment
    kind    INTEGER NOT NULL,       -- 1 message, 2 action, 3 topic
    text    TEXT NOT NULL           -- as it was said; not yet made safe for a terminal
);
CREATE VIEW log AS
    SELECT rooms.name AS room, events.id & {_SEQ_MASK} AS seq,
           datetime(events.time / 1000, 'unixepoch') AS utc, events.session AS session,
           author, kind, text
    FROM events JOIN rooms ON rooms.id = events.id >> {_SEQ_BITS};
""",
    """
CREATE TABLE records (
    kind    TEXT NOT NULL,          -- what it is: account, ...
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,          -- JSON
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
""",
)
"""What makes a file, in SQL: step N makes version N of N - 1, and a new file is version 0. Never
change one that was released; add one."""

_WAL_HEAD = 32
_FRAME_HEAD = 24
"""What stands in a write-ahead log before all frames, and before each frame's page, in bytes
(https://www.sqlite.org/fileformat2.html#the_write_ahead_log)."""

_FETCHED = PAGE_EVENTS // 2
"""How many rows are fetched at a time: half a page. Of the longest lines that is 6 MB."""

_LATEST = 253_402_300_799_999
"""The last moment of the year 9999, after which times cannot be written (milliseconds)."""

_NOT_UTF8 = "it is damaged: text in it is not UTF-8"
_OR = "or give another --store."
_ADVICE = f"Put that right, {_OR}"

_KINDS = {int(kind): kind for kind in Kind}
_SELECT = "SELECT id, time, session, author, kind, text FROM events"


class StoreInUse(StoreError):
    """Another process has the store's lock."""


class IStoreReactor(IReactorFromThreads, IReactorTime):
    """What the store needs of a reactor."""


class _Head:
    """What the writer knows of a room: the row of it that the next batch builds on."""

    __slots__ = ("room", "seq", "session", "topic")

    def __init__(self, room: int, seq: int, topic: str, session: int) -> None:
        self.room = room
        self.seq = seq
        self.topic = topic
        self.session = session


class SqliteStore(Store):
    """Keeps every event in one SQLite file.

    Making one opens the file (creates it with mode 0600), checks it, takes its lock and closes it
    again, so that everything that can be refused is refused before a daemon forks; `start` opens
    it for work. Raises `StoreError` when the file cannot be opened, is not ours, is of a newer
    version, or is in use by another daemon.

    ``now`` gives the time in seconds since 1970; it stamps the events.
    """

    def __init__(
        self, reactor: IStoreReactor, path: Path, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(reactor)
        self._path = path
        self._wal = f"{path}-wal"
        self._now = now
        self._heads: dict[str, _Head] = {}
        self._lock = _lock(path)
        try:
            self._files = {str(path): (_create(path), 0)}
            with _refusals(path, _ADVICE):
                if os.path.exists(self._wal) and not os.path.exists(f"{path}-journal"):
                    # What is refused is left as it is. A connection that may write would, in
                    # closing, put into the file what stands in its log, and delete the log.
                    # (With a journal it was being made when the power failed: nothing to lose,
                    # and one that only reads cannot roll back.)
                    with closing(_connect_reading(path)) as connection:
                        if _version(connection) == len(STEPS):
                            _rooms(connection)
                            _records(connection)
                with closing(_connect(path)) as connection:
                    _prepare(connection)
                    self._rooms = _rooms(connection)
                    self._records = _records(connection)
        except BaseException:
            with suppress(OSError):
                _lock_path(path).unlink()
            os.close(self._lock)
            raise
        self._writer = Worker(reactor, "chatd-writer")
        self._reader = Worker(reactor, "chatd-reader")
        self._unreadable = Trouble(reactor, "past lines cannot be read: {why}")
        self._writing: sqlite3.Connection | None = None
        self._archive = Archive(path)

    def hand_over(self, uid: int, gid: int) -> None:
        """Give the files to the user that the process will become; -1 leaves one as it is."""
        for path in (self._path, _lock_path(self._path)):
            os.chown(path, uid, gid)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def describe(self) -> str:
        lines = sum(record.head for record in self._rooms)
        return f"history in {self._path}, {lines} {'line' if lines == 1 else 'lines'}."

    def rooms(self) -> Sequence[RoomRecord]:
        return self._rooms

    def records(self) -> Sequence[Record]:
        return self._records

    def start(self) -> None:
        self._writer.start()
        self._reader.start()

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        return await self._asked(self._archive.page, room, after, upto)

    async def seq_before(self, room: str, time: int) -> int:
        return await self._asked(self._archive.seq_before, room, time)

    async def _asked(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            answer = await self._reader.run(question, *args, **kwargs)
        except StoreError as error:
            self._unreadable.tell(str(error))
            raise
        self._unreadable.end()
        return answer

    def commit(self, batch: Sequence[Waiting]) -> Deferred[Sequence[Entry]]:
        notices = [entry for entry in batch if isinstance(entry, Notice)]
        if len(notices) == len(batch):
            return succeed(notices)
        return self._writer.run(self._write, batch)

    async def close(self) -> None:
        await self._reader.run(self._archive.close)
        await self._writer.run(self._close_writer)
        self._reader.stop()
        self._writer.stop()
        os.close(self._lock)

    # What follows runs in the writer's thread.

    def _write(self, batch: Sequence[Waiting]) -> Sequence[Entry]:
        shorter = self._look_at_files()
        with _refusals(self._path):
            if self._writing is None:
                self._writing = _connect(self._path)
            connection = self._writing
            if shorter:
                self._check_length(connection)
            try:
                connection.execute("BEGIN IMMEDIATE")
                entries = self._number(connection, batch)
                connection.execute("COMMIT")
                self._remember_files()
            except BaseException:
                # Whatever became of it, the next batch starts from what the disk says.
                self._heads.clear()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        return entries

    def _number(self, connection: sqlite3.Connection, batch: Sequence[Waiting]) -> list[Entry]:
        now = int(self._now() * 1000)
        touched: dict[str, _Head] = {}
        rows: list[tuple[int, int, int, str, int, str]] = []
        entries: list[Entry] = []
        for entry in batch:
            if isinstance(entry, Notice):
                entries.append(entry)
                continue
            if isinstance(entry, Keeping):
                _keep(connection, entry.records)
                continue
            name, session, author, kind, texts = entry
            head = touched.get(name)
            if head is None:
                head = touched[name] = self._head(connection, name)
            head.session = max(head.session, session)
            if kind is Kind.TOPIC:
                head.topic = texts[-1]
            entries += entry.events(head.seq, now)
            number = int(kind)  # for an enum, sqlite3 looks for an adapter: 1 us each
            rows += [
                (place, now, session, author, number, text)
                for place, text in enumerate(texts, (head.room << _SEQ_BITS | head.seq) + 1)
            ]
            head.seq += len(texts)
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.executemany(
            "UPDATE rooms SET head = ?, topic = ?, session = ? WHERE id = ?",
            [(head.seq, head.topic, head.session, head.room) for head in touched.values()],
        )
        return entries

    def _head(self, connection: sqlite3.Connection, name: str) -> _Head:
        head = self._heads.get(name)
        if head is None:
            connection.execute(
                "INSERT INTO rooms (name, head, topic, session) VALUES (?, 0, '', 0)"
                " ON CONFLICT DO NOTHING",
                (name,),
            )
            row = connection.execute(
                "SELECT id, head, topic, session FROM rooms WHERE name = ?", (name,)
            ).fetchone()
            head = self._heads[name] = _Head(*_sound(row, int, int, str, int))
        return head

    def _look_at_files(self) -> bool:
        """Whether one of the files is shorter than it was. Raises `StoreError` if one is gone."""
        # SQLite goes on writing to a file that was deleted, and says nothing. Never open the path
        # to look: closing it again would drop SQLite's own locks.
        shorter = False
        for path, (identity, size) in self._files.items():
            try:
                status = os.stat(path)
            except OSError as error:
                raise StoreError(f"{path}: {error.strerror}. Put the file back.") from None
            if _identity(status) != identity:
                raise StoreError(f"{path} was replaced while in use. Put the old file back.")
            shorter |= status.st_size < size
        return shorter

    def _check_length(self, connection: sqlite3.Connection) -> None:
        """See that it was SQLite that made a file shorter, for another program (VACUUM, or a
        checkpoint that truncates). Raises `StoreError` if not."""
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        # The second question may write to the file, so it comes after the first.
        if not 0 < pages * page <= os.stat(self._path).st_size or (
            os.stat(self._wal).st_size < self._log_length(connection, page)
        ):
            raise StoreError("it or its log was cut short while in use. Put back what was cut off.")
        self._remember_files()

    def _log_length(self, connection: sqlite3.Connection, page: int) -> int:
        _, frames, _ = connection.execute("PRAGMA wal_checkpoint").fetchone()
        return _WAL_HEAD + frames * (_FRAME_HEAD + page) if frames > 0 else 0

    def _remember_files(self) -> None:
        # What was committed last is in the log alone; it stays until the connection is closed.
        with suppress(OSError):  # it is looked for before the next commit
            for path in (str(self._path), self._wal):
                status = os.stat(path)
                identity, _ = self._files.get(path, (_identity(status), 0))
                self._files[path] = identity, status.st_size

    def _close_writer(self) -> None:
        if self._writing is not None:
            self._writing.close()
            self._writing = None


class Archive:
    """Reads a store's file, and only reads: in the daemon's reading thread, or from elsewhere.

    It opens the file when it is first asked for something. No transaction outlives a call.
    Everything here may raise `StoreError`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reading: sqlite3.Connection | None = None
        self._ids: dict[str, int] = {}

    def rooms(self) -> list[RoomRecord]:
        """The rooms in which something was said."""
        with self._connection() as connection:
            return _rooms(connection)

    def page(self, room: str, after: int, upto: int) -> list[Event]:
        """See `Store.read`."""
        with self._connection() as connection:
            start = self._start(connection, room)
            rows = connection.execute(
                f"{_SELECT} WHERE id > ? AND id <= ? ORDER BY id", (start | after, start | upto)
            )
            page: list[Event] = []
            characters = 0
            while (
                len(page) < PAGE_EVENTS
                and characters < PAGE_CHARACTERS
                and (some := rows.fetchmany(_FETCHED))
            ):
                characters += _characters(some)
                # In lists, not one by one: this thread and the reactor's share the interpreter.
                page += [
                    Event(room, number & _SEQ_MASK, time, session, author, _KINDS[kind], text)
                    for number, time, session, author, kind, text in some
                ]
            rows.close()  # ends the transaction
            return page if characters < PAGE_CHARACTERS else page_of(page)

    def seq_before(self, room: str, time: int) -> int:
        """See `Store.seq_before`. A binary search: times follow the order of the log."""
        with self._connection() as connection:
            start = self._start(connection, room)
            earlier, later = 0, _SEQ_MASK
            while earlier < later:
                middle = (earlier + later + 1) // 2
                row = connection.execute(
                    "SELECT id, time FROM events WHERE id BETWEEN ? AND ? ORDER BY id LIMIT 1",
                    (start | middle, start | later),
                ).fetchone()
                if row is None or row[1] >= time:
                    later = middle - 1
                else:
                    earlier = row[0] & _SEQ_MASK
            return earlier

    def close(self) -> None:
        """Give the file back."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with _refusals(self._path):
            if self._reading is None:
                reading = _connect_reading(self._path)
                with _closed_on_error(reading):
                    version = _version(reading)
                    if version == 0:
                        raise StoreError("it is empty.")
                    if version < len(STEPS):
                        raise StoreError(
                            f"it was written by an older chatd (version {version} of the file;"
                            f" this one reads {len(STEPS)}). Start this one's daemon on it once."
                        )
                self._reading = reading
            yield self._reading

    def _start(self, connection: sqlite3.Connection, room: str) -> int:
        """The id that the room's events come after; of an unknown room, one with no events."""
        if room not in self._ids:
            row = connection.execute("SELECT id FROM rooms WHERE name = ?", (room,)).fetchone()
            if row is None:
                return 0
            self._ids[room] = _sound(row, int)[0] << _SEQ_BITS
        return self._ids[room]


def _lock(path: Path) -> int:
    """Take the lock that says that a daemon uses this store; gives its file descriptor.

    A file beside the store: flock on the store itself would meet SQLite's own locks on some
    systems. The lock crosses a fork with the descriptor, and ends with the process.
    """
    lock_path = _lock_path(path)
    while True:
        try:
            descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{lock_path}: {error.strerror}. {_ADVICE}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise StoreInUse(
                f"{path} is in use by another chatd. Stop that one, or give another --store."
            ) from None
        # One who was refused takes the file away with the lock. That one locks nobody out.
        with suppress(FileNotFoundError):
            if _identity(os.stat(lock_path)) == _identity(os.fstat(descriptor)):
                return descriptor
        os.close(descriptor)


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _create(path: Path) -> tuple[int, int]:
    """Make the file if it is not there, for its owner alone; gives its device and inode."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}. {_ADVICE}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{path} is not a file. Give another --store.")
        log = path.with_name(f"{path.name}-wal")
        if not status.st_size and log.exists() and log.stat().st_size:
            # SQLite would take it for a new one, and delete the log.
            raise StoreError(f"{path} is empty, but {log.name} is not. Put the file back, {_OR}")
    finally:
        os.close(descriptor)
    return _identity(status)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=2.0)
    with _closed_on_error(connection):
        connection.execute("PRAGMA synchronous = FULL")
    return connection


def _connect_reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path.as_uri() + "?mode=ro", uri=True, check_same_thread=False)


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection) -> None:
    """Take a file through the steps that it lacks, each in a transaction. Raises `StoreError`."""
    done = _version(connection)
    for number, step in enumerate(STEPS[done:], done + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise StoreError("its file system cannot hold a write-ahead log. Use a local disk.")


def _version(connection: sqlite3.Connection) -> int:
    """Of which version a file is. Raises `StoreError` if it is not ours, or newer."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if empty and application == 0:
        return 0
    if application != APPLICATION_ID:
        raise StoreError("it is the database of another program. Give another --store.")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(STEPS):
        raise StoreError(
            f"it was written by a newer chatd (version {version} of the file; this one knows"
            f" {len(STEPS)}). Upgrade chatd, or give another --store."
        )
    return version


def _rooms(connection: sqlite3.Connection) -> list[RoomRecord]:
    rows = connection.execute("SELECT name, head, topic, session FROM rooms ORDER BY name")
    return [RoomRecord(*_sound(row, str, int, str, int)) for row in rows]


def _records(connection: sqlite3.Connection) -> list[Record]:
    rows = connection.execute("SELECT kind, key, value FROM records ORDER BY kind, key")
    return [Record(*_sound(row, str, str, str)) for row in rows]


def _keep(connection: sqlite3.Connection, records: Sequence[Record]) -> None:
    for kind, key, value in records:
        if value is None:
            connection.execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, key))
        else:
            connection.execute(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, key, value)
            )


def _sound(row: tuple[Any, ...], *types: type) -> tuple[Any, ...]:
    """A row, if it is as it was written. Raises `StoreError`."""
    if tuple(map(type, row)) != types:
        raise StoreError("it is damaged: a room or record in it is not as it was written.")
    return row


def _characters(rows: Sequence[tuple[int, int, int, str, int, str]]) -> int:
    """How much text is in rows of events. Raises `StoreError` for what could not be shown."""
    _, times, _, authors, _, texts = zip(*rows, strict=True)
    with suppress(TypeError):
        if min(times) >= 0 and max(times) <= _LATEST:
            "".join(authors)
            return len("".join(texts))
    raise StoreError("it is damaged: an event in it is not as it was written.")


@contextmanager
def _refusals(path: Path, advice: str = "") -> Iterator[None]:
    """Say whatever SQLite refuses as a `StoreError`, with the file's name."""
    try:
        yield
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from None
    except sqlite3.Error as error:
        # It may quote what is in the file. What people said is not for the log.
        why = visible(str(error))
        if why.startswith("Could not decode to UTF-8"):
            why = _NOT_UTF8
        raise StoreError(f"{path}: {why}. {advice}".rstrip()) from None
    except UnicodeDecodeError:  # of what SQLite would have quoted
        raise StoreError(f"{path}: {_NOT_UTF8}. {advice}".rstrip()) from None
    except KeyError as error:
        kind = str(error)[:20]
        raise StoreError(f"{path}: it holds an event of an unknown kind, {kind}.") from None
