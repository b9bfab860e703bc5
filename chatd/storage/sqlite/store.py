"""The store that lasts: one SQLite file, WAL, ``synchronous=FULL``.

A line is on disk (fsynced, where the disk honours it) before anybody is shown it. One thread and
one connection write and checkpoint, two others only read: SQLite from 3.7.0 to 3.51.2 can corrupt
its log when two connections write or checkpoint at once.

It knows nothing that `chatd.storage.contract` does not say.

The file::

    PRAGMA application_id = 0x63686174 ("chat"), user_version = the number of steps that made it
    rooms    a row for each room in which something was said, with its head
    events   a row for each event; id = room's id << 40 | seq, so that the one tree holds each
             room's log as a stretch in order
    records  what is kept beside the logs: accounts, and who may do what in which room
    search   the index of the events' texts (`chatd.storage.sqlite.search`), where this SQLite has
    FTS5; it
             comes after the events: rooms.indexed says up to which seq it holds a room's
    chores   what is still to be done with the index
    strands  where stored times go back: what is found by time (`chatd.storage.sqlite.time_index`)
    log      a view for people: events with their room, seq and time in clear
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.event import Entry, Event, Kind, Notice, Record
from chatd.storage.contract import (
    FIRST_WRITABLE,
    FORGOTTEN,
    LAST_WRITABLE,
    PAGE_CHARACTERS,
    PAGE_EVENTS,
    BatchItem,
    Found,
    Keeping,
    RoomRecord,
    Store,
    StoreError,
    Wanted,
    page_of,
    said_before,
    stamp,
)
from chatd.storage.sqlite import search, time_index
from chatd.storage.sqlite.maintenance import ENOUGH_EVENTS, PAUSE_SECONDS, Chores
from chatd.storage.sqlite.time_index import NOT_AS_WRITTEN, SEQ_BITS
from chatd.text.escaping import visible
from chatd.text.folding import fold, fold_for_search
from chatd.util.error_log import RecurringWarning
from chatd.util.private_files import UnsafePath, check_folder, open_private
from chatd.util.worker import Worker

P = ParamSpec("P")
T = TypeVar("T")

APPLICATION_ID = 0x63686174

READING_REST = 0.0015
"""For how many seconds nothing is read behind a page, which takes about as long. When five hundred
browsers come back at once, and fifty stretches are read, the p99 of others is 24 ms so, and 90
without. One that is far behind reads 244,000 lines a second."""

_SEQ_MASK = (1 << SEQ_BITS) - 1

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
    id      INTEGER PRIMARY KEY,    -- rooms.id << {SEQ_BITS} | seq
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
    FROM events JOIN rooms ON rooms.id = events.id >> {SEQ_BITS};
""",
    """
CREATE TABLE records (
    kind    TEXT NOT NULL,          -- what it is: account, ...
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,          -- JSON
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
ALTER TABLE rooms ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;  -- up to this seq it is in search
CREATE TABLE chores (
    what    TEXT PRIMARY KEY        -- purge: search still holds what was forgotten; renew: make it
) WITHOUT ROWID;                    -- anew
""",
    """
INSERT INTO chores SELECT 'renew' WHERE EXISTS (SELECT 1 FROM rooms WHERE indexed > 0)
    ON CONFLICT DO NOTHING;         -- texts are indexed without their accents
UPDATE rooms SET indexed = 0;
""",
    f"""
CREATE TABLE strands (
    id      INTEGER PRIMARY KEY,    -- of the event with which a stretch begins
    strand  INTEGER NOT NULL,       -- number of its strand in its room; along one, times only grow
    time    INTEGER NOT NULL        -- of that event
);
CREATE INDEX strands_by_time ON strands (id >> {SEQ_BITS}, strand, time);
""",
)
"""What makes a file, in SQL: step N makes version N of N - 1, and a new file is version 0. Never
change one that was released; add one."""

FILLS: Mapping[int, Callable[[sqlite3.Connection], None]] = {4: time_index.fill}
"""Functions that fill the tables that a step made, by its number, where SQL alone cannot. They run
in the step's transaction."""

_WAL_HEAD = 32
_FRAME_HEAD = 24
"""What stands in a write-ahead log before all frames, and before each frame's page, in bytes
(https://www.sqlite.org/fileformat2.html#the_write_ahead_log)."""

_FETCHED = PAGE_EVENTS // 2
"""How many rows are fetched at a time: half a page. Of the longest lines that is 6 MB."""

SEARCH_SECONDS = 0.04
"""How long one search may look, about: what FTS5 is asked for once cannot be stopped, and takes
0.2 s where two words stand in each half of a million lines, and never together. Other searches
wait for it."""

_CANDIDATES = 50
_MORE_CANDIDATES = 500
"""How many events that the index names are looked at in one go; first few, for most are right."""

_SCANNED = 1_000
_SCANNED_BYTES = 256 * 1024
"""How many events are looked at in one go without the index, and about how much text."""

INDEXED_EVENTS = 200
INDEXED_CHARACTERS = 16 * 1024
"""What goes into the index in one go: some milliseconds, which a line that comes then waits."""

_LOCKED_SECONDS = 2.0
"""How long SQLite waits for another program that writes to the file."""

_BUSY_AGAIN = 1.0
"""After how many seconds the log is cut to nothing again, where another program was reading it."""

_PURGE_PAUSE = 1000
"""After the index was written anew it is left alone for so many times as long as that took."""

_BESIDE = ("-wal", "-shm", "-journal")
"""Suffixes of the files that SQLite keeps beside a store."""

_NOT_UTF8 = "it is damaged: text in it is not UTF-8"
_OR = "or give another --store."
_ADVICE = f"Put that right, {_OR}"

_log = Logger()

_KINDS = {int(kind): kind for kind in Kind}
_SELECT = "SELECT id, time, session, author, kind, text FROM events"


class StoreInUse(StoreError):
    """Another process has the store's lock."""


class IStoreReactor(IReactorFromThreads, IReactorTime):
    """What the store needs of a reactor."""


class _Damaged(StoreError):
    """SQLite found that something in the file is not as it must be."""


class _Head:
    """What the writer knows of a room: the row of it that the next batch builds on."""

    __slots__ = ("room", "seq", "session", "strands", "topic")

    def __init__(
        self, room: int, seq: int, topic: str, session: int, strands: time_index.Strands
    ) -> None:
        self.room = room
        self.seq = seq
        self.topic = topic
        self.session = session
        self.strands = strands


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
                            _content(connection)
                with closing(_connect(path)) as connection:
                    _prepare(connection)
                    self._rooms, self._records, self._left_over = _content(connection)
                    self._stamps = _stamps(connection)
        except BaseException:
            with suppress(OSError):
                _lock_path(path).unlink()
            os.close(self._lock)
            raise
        self._writer = Worker(reactor, "chatd-writer")
        self._reader = Worker(reactor, "chatd-reader", rest=READING_REST)
        self._unreadable = RecurringWarning(reactor, "past lines cannot be read: {why}")
        self._writing: sqlite3.Connection | None = None
        self._archive = Archive(path, now)
        # Some searches take long (`_Search`): nobody but who searches is to wait for them.
        self._searcher = Worker(reactor, "chatd-searcher")
        self._searched = Archive(path, now)
        self._unindexed = RecurringWarning(reactor, "searches look less far than they could: {why}")
        self._upkeep = _Upkeep(reactor)
        self._chores = Chores(reactor, lambda: self._writer.run(self._step), self._stepped)

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

    def stamps(self) -> Mapping[str, int]:
        return self._stamps

    def start(self) -> None:
        with suppress(OSError):  # a full disk: it only serves who wants to stop the daemon
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, b"%d\n" % os.getpid(), 0)
        self._writer.start()
        self._reader.start()
        self._searcher.start()
        self._chores.said(self._left_over)

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        return await self._asked(self._reader, self._archive.page, room, after, upto)

    async def seq_before(self, room: str, time: int) -> int:
        return await self._asked(self._reader, self._archive.seq_before, room, time)

    async def names(self) -> list[str]:
        return [record.name for record in await self._asked(self._reader, self._archive.rooms)]

    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        search = self._searched.search
        found = await self._asked(self._searcher, search, room, wanted, upto, limit)
        trouble = self._searched.trouble
        if trouble is not None:
            self._unindexed.tell(str(trouble))
        if isinstance(trouble, _Damaged):
            # Not waited for: whoever searches has what was found without it.
            self._writer.run(self._distrust_index).addCallbacks(
                lambda _: self._chores.want(), self._stepped
            )
        return found

    async def forget(self, room: str, upto: int) -> int:
        forgotten = await self._writer.run(self._forget, room, upto)
        if forgotten:
            self._chores.wait()  # for more of it
            self._chores.want()
        return forgotten

    def _stepped(self, failure: Failure | None) -> None:
        if failure is None:
            self._unindexed.end()
        elif failure.check(StoreError):
            self._unindexed.tell(failure.getErrorMessage())
        else:
            self.error_log.tell("the index of a store could not be written", failure)

    def _said(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        self._chores.said(len(entries))
        return entries

    async def _asked(
        self, worker: Worker, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            answer = await worker.run(question, *args, **kwargs)
        except StoreError as error:
            self._unreadable.tell(str(error))
            raise
        self._unreadable.end()
        return answer

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Sequence[Entry]]:
        notices = [entry for entry in batch if isinstance(entry, Notice)]
        if len(notices) == len(batch):
            return succeed(notices)
        return self._writer.run(self._write, batch).addCallback(self._said)

    async def close(self) -> None:
        self._chores.stop()
        await self._reader.run(self._archive.close)
        await self._searcher.run(self._searched.close)
        await self._writer.run(self._close_writer)
        self._reader.stop()
        self._searcher.stop()
        self._writer.stop()
        os.close(self._lock)

    # What follows runs in the writer's thread.

    def _write(self, batch: Sequence[BatchItem]) -> Sequence[Entry]:
        with self._transaction() as connection:
            return self._number(connection, batch)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed in the end, once the files were seen to be sound."""
        shorter = self._look_at_files()
        with _refusals(self._path):
            connection = self._connected(shorter)
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
                self._remember_files()
            except BaseException:
                # Whatever became of it, the next batch starts from what the disk says.
                self._heads.clear()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _connected(self, shorter: bool) -> sqlite3.Connection:
        """The connection that writes; ``shorter`` is what `_look_at_files` has seen."""
        if self._writing is None:
            self._writing = _connect(self._path)
        if shorter:
            self._check_length(self._writing)
        return self._writing

    def _forget(self, room: str, upto: int) -> int:
        self._heads.pop(room, None)  # its strands may end with what is forgotten
        try:
            with self._transaction() as connection:
                return self._upkeep.forget(connection, room, upto)
        except _Damaged:
            self._distrust_index()
        with self._transaction() as connection:
            return self._upkeep.forget(connection, room, upto)

    def _step(self) -> float | None:
        """Do a little of what can wait; gives when to do more."""
        try:
            with self._transaction() as connection:
                next_in = self._upkeep.step(connection)
        except _Damaged:
            self._distrust_index()
            raise
        if next_in is None and self._upkeep.forgotten:
            if not self._truncate():
                return _BUSY_AGAIN
            self._upkeep.forgotten = False
        return self._upkeep.purge_in if next_in is None else next_in

    def _distrust_index(self) -> None:
        """Have the index made anew; once only, for the damage may be elsewhere."""
        if not self._upkeep.distrusted:
            self._upkeep.distrusted = True
            with self._transaction() as connection:
                connection.execute("INSERT OR IGNORE INTO chores VALUES ('renew')")

    def _truncate(self) -> bool:
        """Write the log's pages into the file, and cut it to nothing: what was forgotten stands in
        both until then. Whether nobody was in the way, whom it does not wait for."""
        shorter = self._look_at_files()
        with _refusals(self._path):
            connection = self._connected(shorter)
            connection.execute("PRAGMA busy_timeout = 0")
            try:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.execute(f"PRAGMA busy_timeout = {int(_LOCKED_SECONDS * 1000)}")
            self._remember_files()
            return not busy

    def _number(self, connection: sqlite3.Connection, batch: Sequence[BatchItem]) -> list[Entry]:
        now = stamp(self._now())
        touched: dict[str, _Head] = {}
        stretches: list[tuple[int, int, int]] = []
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
                strand = head.strands.add(now)
                if strand is not None:
                    first = (head.room << SEQ_BITS | head.seq) + 1
                    stretches.append((first, strand, now))
            head.session = max(head.session, session)
            if kind is Kind.TOPIC:
                head.topic = texts[-1]
            entries += entry.events(head.seq, now)
            number = int(kind)  # for an enum, sqlite3 looks for an adapter: 1 us each
            rows += [
                (place, now, session, author, number, text)
                for place, text in enumerate(texts, (head.room << SEQ_BITS | head.seq) + 1)
            ]
            head.seq += len(texts)
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
        if stretches:  # which is rare
            time_index.begin(connection, stretches)
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
            room, seq, topic, session = _sound(row, int, int, str, int)
            known = time_index.of_log(connection, _bounds(room, seq))
            head = self._heads[name] = _Head(room, seq, topic, session, known)
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
        # SQLite must not see an emptied file: it would not know it again when it is put back.
        if os.stat(self._path).st_size >= page:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            # The second question may write to the file, so it comes after the first.
            if pages * page <= os.stat(self._path).st_size and (
                os.stat(self._wal).st_size >= self._log_length(connection, page)
            ):
                return
        raise StoreError("it or its log was cut short while in use. Put back what was cut off.")

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


class _Upkeep:
    """What is done in a store's file beside its batches: the index is brought up to date, and what
    is to be forgotten taken out. Each method is called in a transaction of its own.

    ``forgotten``: something was, and may still be in the file's log; ``purge_in``: in how many
    seconds the index may be purged, None if that is not needed; ``distrusted``: it was damaged.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self.forgotten = False
        self.purge_in: float | None = None
        self.distrusted = False
        self._clock = clock
        self._merging = True
        self._purging = False
        self._purge_began = 0.0
        self._no_purge_until = 0.0

    def forget(self, connection: sqlite3.Connection, room: str, upto: int) -> int:
        """See `Store.forget`."""
        row = connection.execute(
            "SELECT id, indexed, head FROM rooms WHERE name = ?", (room,)
        ).fetchone()
        if row is None:
            return 0
        number, indexed, head = _sound(row, int, int, int)
        start = number << SEQ_BITS
        rows = self._texts(connection, start, min(upto, head), FORGOTTEN)
        if not rows:
            return 0
        connection.execute("DELETE FROM events WHERE id > ? AND id <= ?", (start, rows[-1][0]))
        time_index.cut(connection, _bounds(number, head), rows[-1][0])
        in_index = [row for row in rows if row[0] <= start | indexed]
        if in_index and not _has_chore(connection, "renew"):
            if search.is_possible():
                search.remove(connection, in_index)
                connection.execute("INSERT OR IGNORE INTO chores VALUES ('purge')")
                self._purging = False  # it must begin again
            else:  # a chatd that has FTS5 made it, and can make it again
                connection.execute("INSERT OR IGNORE INTO chores VALUES ('renew')")
        self.forgotten = True
        return len(rows)

    def step(self, connection: sqlite3.Connection) -> float | None:
        """See `Chores`."""
        self.purge_in = None
        if not search.is_possible():
            return None
        if _has_chore(connection, "renew"):
            connection.execute("UPDATE rooms SET indexed = 0 WHERE indexed > 0")
            if not search.clear(connection):
                connection.execute("DELETE FROM chores")
            self._purging = False
            self.forgotten = True  # what the index held of it, too
            return PAUSE_SECONDS
        if _has_chore(connection, "purge"):
            now = self._clock.seconds()
            if self._purging or now >= self._no_purge_until:
                self._purge(connection, now)
                return PAUSE_SECONDS
            self.purge_in = self._no_purge_until - now
        if self._merging and search.exists(connection) and search.merge(connection):
            return PAUSE_SECONDS
        self._merging = self._index_some(connection)
        return PAUSE_SECONDS if self._merging else None

    def _purge(self, connection: sqlite3.Connection, now: float) -> None:
        if not self._purging:
            self._purge_began = now
        if search.purge(connection, first=not self._purging):
            self._purging = True
            return
        connection.execute("DELETE FROM chores WHERE what = 'purge'")
        self._purging = False
        self._no_purge_until = now + _PURGE_PAUSE * (now - self._purge_began)
        self.forgotten = True

    def _index_some(self, connection: sqlite3.Connection) -> bool:
        """Whether there was something to put into the search."""
        rows: list[tuple[int, str]] = []
        marks: list[tuple[int, int]] = []
        lagging = connection.execute(
            "SELECT id, indexed, head FROM rooms WHERE indexed < head ORDER BY id LIMIT ?",
            (INDEXED_EVENTS,),
        )
        characters = 0
        for room, indexed, head in lagging.fetchall():
            start = room << SEQ_BITS
            left = INDEXED_EVENTS - len(rows), INDEXED_CHARACTERS - characters
            some = self._texts(connection, start | indexed, head, *left)
            rows += some
            characters += sum(len(text) for _, text in some)
            full = len(rows) >= INDEXED_EVENTS or characters >= INDEXED_CHARACTERS
            marks.append((some[-1][0] & _SEQ_MASK if full and some else head, room))
            if full:
                break
        if marks:
            search.create(connection)
            search.add(connection, rows)
            connection.executemany("UPDATE rooms SET indexed = ? WHERE id = ?", marks)
        return bool(marks)

    def _texts(
        self,
        connection: sqlite3.Connection,
        after: int,
        upto: int,
        events: int,
        characters: int = PAGE_CHARACTERS,
    ) -> list[tuple[int, str]]:
        """Ids and folded texts of a room's events behind an id, up to a seq; some of them."""
        rows = []
        for number, text in connection.execute(
            "SELECT id, text FROM events WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
            (after, after & ~_SEQ_MASK | upto, events),
        ):
            if type(text) is not str or number <= after:
                raise StoreError(NOT_AS_WRITTEN)
            after = number
            rows.append((number, fold_for_search(text)))
            characters -= len(text)
            if characters <= 0:
                break
        return rows


class Archive:
    """Reads a store's file, and only reads: in a thread of the daemon's, or from elsewhere.

    It opens the file when it is first asked for something. No transaction outlives a call. ``now``
    gives the time in seconds since 1970.
    Everything here may raise `StoreError`.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._reading: sqlite3.Connection | None = None
        self._ids: dict[str, int] = {}
        self.trouble: StoreError | None = None  # with the index, in the last search

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
            if page and page[-1].seq <= after:  # it would be read for ever
                raise StoreError(NOT_AS_WRITTEN)
            return page if characters < PAGE_CHARACTERS else page_of(page)

    def seq_before(self, room: str, time: int) -> int:
        """See `Store.seq_before`."""
        with self._snapshot() as connection:
            row = connection.execute(
                "SELECT id, head FROM rooms WHERE name = ?", (room,)
            ).fetchone()
            if row is None:
                return 0
            number, head = _sound(row, int, int)
            return _said_before(connection, number, head, time, self._now())

    def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        """See `Store.search`. Without an index, or with a damaged one, it looks less far."""
        with self._snapshot() as connection:
            search = _Search(connection, self._path, room, wanted.folded(), limit, self._now)
            found = search.look(upto)
            self.trouble = search.trouble
            return found

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

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection that reads one state of the file, whatever is written meanwhile."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def _start(self, connection: sqlite3.Connection, room: str) -> int:
        """The id that the room's events come after; of an unknown room, one with no events."""
        if room not in self._ids:
            row = connection.execute("SELECT id FROM rooms WHERE name = ?", (room,)).fetchone()
            if row is None:
                return 0
            self._ids[room] = _sound(row, int)[0] << SEQ_BITS
        return self._ids[room]


class _Search:
    """One search in a room: in what is not in the index yet, and then by the search."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        room: str,
        wanted: Wanted,
        limit: int,
        now: Callable[[], float],
    ) -> None:
        self.trouble: StoreError | None = None
        self._now = now
        self._connection = connection
        self._path = path
        self._room = room
        self._wanted = wanted
        self._limit = limit
        self._late = time.monotonic() + SEARCH_SECONDS
        self._found: list[Event] = []
        self._events = self._bytes = 0  # that were looked at

    def look(self, upto: int) -> Found:
        """All of it, up to a seq."""
        row = self._connection.execute(
            "SELECT id, indexed, head FROM rooms WHERE name = ?", (self._room,)
        ).fetchone()
        if row is None:
            return Found([], 0)
        number, indexed, head = _sound(row, int, int, int)
        start = number << SEQ_BITS
        since = self._wanted.since
        floor = 0
        if since:
            floor = _said_before(self._connection, number, head, since, self._now())
        asked = search.question(self._wanted.words)
        after = upto = min(upto, head)
        if asked is None:
            after = self._scan(start, floor, upto)
        else:
            indexed = max(floor, min(indexed, upto))
            after = self._scan(start, indexed, upto)
            if floor < indexed and after <= indexed:
                after = self._by_index(asked, start, floor, indexed)
        return Found(self._found, after if after > floor else 0)

    def _scan(self, start: int, floor: int, upto: int) -> int:
        """Look at one event after the other, backwards; gives the seq behind which all were."""
        fetched = _CANDIDATES
        after = upto
        while after > floor:
            ids = self._look_at(
                "WHERE id > ? AND id <= ? ORDER BY id DESC LIMIT ?",
                (start | floor, start | after, fetched),
            )
            if not ids:
                return floor
            after = min(after, ids[-1] & _SEQ_MASK) - 1
            if self._enough():
                return self._after(after)
            # As many as there should be in so much text, by those so far.
            fetched = _SCANNED_BYTES * self._events // max(1, self._bytes)
            fetched = max(_CANDIDATES, min(fetched, _SCANNED))
        return max(after, floor)

    def _by_index(self, asked: str, start: int, floor: int, upto: int) -> int:
        """Look at the events that the index names, backwards; as `_scan`."""
        after = upto
        most = _CANDIDATES
        try:
            with _refusals(self._path):
                while after > floor:
                    ids = search.candidates(
                        self._connection, asked, start | floor, start | after, most
                    )
                    places = ", ".join("?" * len(ids))
                    self._look_at(f"WHERE id IN ({places}) ORDER BY id DESC", ids)
                    after = min(after, ids[-1] & _SEQ_MASK) - 1 if len(ids) == most else floor
                    if self._enough():
                        return self._after(after)
                    most = min(2 * most, _MORE_CANDIDATES)
            return floor
        except StoreError as error:
            self.trouble = error
            return self._scan(start, floor, after)

    def _look_at(self, which: str, values: Sequence[int]) -> list[int]:
        """Keep of some events those that are wanted; gives the ids of all, the highest first.

        All their texts come in one row: for each row that SQLite gives, this thread would have to
        wait for the reactor's to leave the interpreter to it.
        """
        words, author = self._wanted.words, self._wanted.author
        column, folded = ("text", fold_for_search) if words else ("author", fold)
        listed, lengths, joined = self._connection.execute(
            "SELECT group_concat(id), group_concat(length(CAST(text AS BLOB))),"
            " CAST(group_concat(text, '') AS BLOB)"
            f" FROM (SELECT id, {column} AS text FROM events {which})",
            values,
        ).fetchone()
        if listed is None:
            return []
        ids = list(map(int, listed.split(",")))
        right = []
        end = 0
        try:
            for number, length in zip(ids, map(int, (lengths or "").split(",")), strict=True):
                begin, end = end, end + length
                text = folded(joined[begin:end].decode())
                if all(word in text for word in words) and (words or author in ("", text)):
                    right.append(number)
        except (TypeError, ValueError):  # of which a UnicodeDecodeError is one
            raise StoreError(NOT_AS_WRITTEN) from None
        self._events += len(ids)
        self._bytes += end
        self._take(right)
        return ids

    def _take(self, ids: Sequence[int]) -> None:
        """Keep those of some events, the newest first, that are wanted."""
        for begin in range(0, len(ids), _CANDIDATES):
            some = ids[begin : begin + _CANDIDATES]
            places = ", ".join("?" * len(some))
            rows = self._connection.execute(
                f"{_SELECT} WHERE id IN ({places}) ORDER BY id DESC", some
            ).fetchall()
            _characters(rows)
            for number, time_, session, author, kind, text in rows:
                seq = number & _SEQ_MASK
                event = Event(self._room, seq, time_, session, author, _KINDS[kind], text)
                if self._wanted.found(event):
                    self._found.append(event)
                    if len(self._found) == self._limit:
                        return

    def _enough(self) -> bool:
        return len(self._found) == self._limit or time.monotonic() > self._late

    def _after(self, after: int) -> int:
        """How far it has looked: at everything above this, or only above what was found last."""
        return self._found[-1].seq - 1 if len(self._found) == self._limit else after


def _lock(path: Path) -> int:
    """Take the lock of a daemon that uses this store; return its file descriptor.

    It is on a file beside the store: flock on the store itself would meet SQLite's own locks on
    some systems. The lock crosses a fork with the descriptor, and ends with the process. The file
    has the number of the last process that had the lock, for ``kill``; chatd itself does not use
    it.
    """
    lock_path = _lock_path(path)
    with _unsafe_refused(lock_path):
        check_folder(path.parent)
    while True:
        descriptor = _open(lock_path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise StoreInUse(
                f"{path} is in use by another chatd. Stop that one, or give another --store."
            ) from None
        # One who was refused takes the file away with the lock. That one locks nobody out.
        with suppress(FileNotFoundError):
            if _identity(os.lstat(lock_path)) == _identity(os.fstat(descriptor)):
                return descriptor
        os.close(descriptor)


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _open(path: Path, flags: int) -> int:
    """Open one of the store's files; take the rights of others to it away. Raises `StoreError`."""
    with _unsafe_refused(path):
        descriptor, mended = open_private(path, flags)
    if mended:
        _log.warn(
            "others had rights to {path}. Now it is its owner's alone.", path=visible(str(path))
        )
    return descriptor


@contextmanager
def _unsafe_refused(path: Path) -> Iterator[None]:
    """Say what the system or `chatd.util.private_files` refuses as a `StoreError`."""
    try:
        yield
    except UnsafePath as unsafe:
        raise StoreError(f"{unsafe} {_ADVICE}") from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}. {_ADVICE}") from None


def _create(path: Path) -> tuple[int, int]:
    """Make the file if it is not there, for its owner alone; gives its device and inode.

    What SQLite keeps beside it is closed to others, too. SQLite itself follows no link there, and
    makes files with the mode of the store.
    """
    descriptor = _open(path, os.O_RDWR | os.O_CREAT)
    try:
        status = os.fstat(descriptor)
        if status.st_nlink > 1:
            # Under each name there would be another lock and another log.
            raise StoreError(f"{path} has another name, a hard link. Remove one, {_OR}")
        log = 0
        for suffix in _BESIDE:
            beside = path.with_name(path.name + suffix)
            if os.path.lexists(beside):
                opened = _open(beside, os.O_RDONLY)
                log = os.fstat(opened).st_size if suffix == "-wal" else log
                os.close(opened)
        if not status.st_size and log:
            # SQLite would take it for a new one, and delete the log.
            raise StoreError(
                f"{path} is empty, but {path.name}-wal is not. Put the file back, {_OR}"
            )
    finally:
        os.close(descriptor)
    return _identity(status)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_LOCKED_SECONDS)
    with _closed_on_error(connection):
        connection.execute("PRAGMA synchronous = FULL")
        # On macOS fsync leaves data in the disk's own cache; on other systems these do nothing.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
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
        connection.executescript(f"BEGIN IMMEDIATE; {step}")
        FILLS.get(number, _nothing)(connection)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise StoreError("its file system cannot hold a write-ahead log. Use a local disk.")


def _nothing(connection: sqlite3.Connection) -> None:
    """A step that is whole in SQL leaves nothing to be filled."""


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


def _stamps(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT rooms.name, events.time FROM rooms"
        f" JOIN events ON events.id = rooms.id << {SEQ_BITS} | rooms.head"
    )
    return dict(_sound(row, str, int) for row in rows)


def _keep(connection: sqlite3.Connection, records: Sequence[Record]) -> None:
    for kind, key, value in records:
        if value is None:
            connection.execute("DELETE FROM records WHERE kind = ? AND key = ?", (kind, key))
        else:
            connection.execute(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, key, value)
            )


def _content(connection: sqlite3.Connection) -> tuple[list[RoomRecord], list[Record], int]:
    """What a daemon must know of a file; the last is how many events' worth of chores wait."""
    waiting = 0
    for sql in "SELECT sum(head - indexed) FROM rooms", f"SELECT {ENOUGH_EVENTS} FROM chores":
        counted = connection.execute(sql).fetchone()
        waiting += counted[0] if counted and isinstance(counted[0], int) else 0
    return _rooms(connection), _records(connection), waiting


def _has_chore(connection: sqlite3.Connection, what: str) -> bool:
    sql = "SELECT 1 FROM chores WHERE what = ?"
    return connection.execute(sql, (what,)).fetchone() is not None


def _bounds(room: int, head: int) -> time_index.Log:
    return (room << SEQ_BITS) + 1, room << SEQ_BITS | head


def _said_before(
    connection: sqlite3.Connection, room: int, head: int, time: int, now: float
) -> int:
    """See `Store.seq_before`; ``now`` is in seconds since 1970."""
    log = _bounds(room, head)

    def first(low: int, high: int) -> int | None:
        found = time_index.first_stamped(connection, log, low, high)
        return None if found is None else found & _SEQ_MASK

    return said_before(first, head, time, stamp(now))


def _sound(row: tuple[Any, ...], *types: type) -> tuple[Any, ...]:
    """A row, if it is as it was written. Raises `StoreError`."""
    if tuple(map(type, row)) != types:
        raise StoreError("it is damaged: a room or record in it is not as it was written.")
    return row


def _characters(rows: Sequence[tuple[int, int, int, str, int, str]]) -> int:
    """How much text is in rows of events. Raises `StoreError` for what could not be shown."""
    _, times, _, authors, _, texts = zip(*rows, strict=True)
    with suppress(TypeError):
        if min(times) >= FIRST_WRITABLE and max(times) <= LAST_WRITABLE:
            "".join(authors)
            return len("".join(texts))
    raise StoreError(NOT_AS_WRITTEN)


@contextmanager
def _refusals(path: Path, advice: str = "") -> Iterator[None]:
    """Say whatever SQLite refuses as a `StoreError`, with the file's name."""
    try:
        yield
    except StoreError as error:
        raise type(error)(f"{path}: {error}") from None
    except sqlite3.Error as error:
        # It may quote what is in the file. What people said is not for the log.
        why = visible(str(error))
        # Python 3.10 gives no text at all where SQLite would have quoted what is not UTF-8.
        if not why or why.startswith("Could not decode to UTF-8"):
            why = _NOT_UTF8
        # Of exactly these classes are "malformed" and what follows from it.
        damaged = type(error) in (sqlite3.DatabaseError, sqlite3.IntegrityError)
        kind = _Damaged if damaged else StoreError
        raise kind(f"{path}: {why}. {advice}".rstrip()) from None
    except UnicodeDecodeError:  # of what SQLite would have quoted
        raise StoreError(f"{path}: {_NOT_UTF8}. {advice}".rstrip()) from None
    except KeyError as error:
        unknown = str(error)[:20]
        raise StoreError(f"{path}: it holds an event of an unknown kind, {unknown}.") from None
