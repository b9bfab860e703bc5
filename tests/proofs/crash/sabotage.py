"""Sabotaged daemons, which break the promise: the proofs must find each fault."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, succeed

from chatd.chat import keyed_lines
from chatd.chat.room_deeds import RoomDeeds
from chatd.chat.session import Session
from chatd.chat.subscriptions import Subscriptions
from chatd.event import Deed, Draft, Entry, Kind, Notice, Record
from chatd.rooms.room import Room
from chatd.storage.batches import BatchItem, Committed, RecordWrite
from chatd.storage.contract import Store
from chatd.storage.records import Put, change
from chatd.storage.sqlite import file, schema
from chatd.storage.sqlite.rows import SEQ_BITS
from chatd.storage.sqlite.store import SqliteStore
from chatd.storage.sqlite.writer import Writer
from chatd.storage.timestamps import stamp


def show_before_commit() -> None:
    """Show lines while they are still being committed."""
    heads: Counter[str] = Counter()

    def commit(store: SqliteStore, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        if not heads:
            heads.update({record.name: record.head for record in store.rooms()})
        now = time.time()

        def write() -> None:
            store._writer._now = lambda: now  # shown and stored lines have the same time
            store._writer.write(batch)

        store._writer_thread.run(write)
        entries: list[Entry] = []
        for entry in batch:
            if isinstance(entry, Draft):
                entries += entry.events(heads[entry.room], stamp(now))
                heads[entry.room] += len(entry.texts)
            elif isinstance(entry, Notice):
                entries.append(entry)
        return succeed(Committed(entries))

    SqliteStore.commit = commit  # type: ignore[assignment, method-assign]


def sync_seldom() -> None:
    """Leave it to the system when the written log is on disk (``synchronous=NORMAL``)."""
    connect = file.connect

    def careless(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    file.connect = careless


def answer_before_commit() -> None:
    """Answer changes while they are still being committed."""

    def write_records(store: SqliteStore, *records: Record, **more: Any) -> Deferred[Any]:
        store.append(RecordWrite(records))
        return succeed(records)

    SqliteStore.write_records = write_records  # type: ignore[assignment, method-assign]


def log_deeds_later() -> None:
    """Commit a deed's changes first, and the deed in the next transaction."""
    whole = RoomDeeds.carry_out

    def carry_out(
        self: RoomDeeds, session: Session, room: Room, deed: Deed | None, *puts: Put, **more: Any
    ) -> Deferred[Sequence[Deed]]:
        deeds = [] if deed is None else [deed]

        def log(others: Sequence[Deed]) -> Deferred[Sequence[Deed]]:
            for each in deeds:
                room.append(Draft(room.name, 0, session.name, Kind.DEED, [each.text()]))
            return change(self._store).addCallback(lambda _: [*deeds, *others])

        return whole(self, session, room, None, *puts, **more).addCallback(log)

    RoomDeeds.carry_out = carry_out  # type: ignore[assignment, method-assign]


def keep_keys_later() -> None:
    """Commit a line, and its idempotency key in the next transaction."""

    def keep(store: Store, *puts: Put) -> Deferred[None]:
        for put in puts:
            put.table.begin(put.key, put.value)
        return change(store).addCallback(lambda _: change(store, *puts))

    vars(keyed_lines)["change"] = keep


def keep_keys_first() -> None:
    """Commit the keys of lines, and the lines in the next transaction."""
    write = Writer.write

    def write_twice(writer: Writer, batch: Sequence[BatchItem]) -> Sequence[Entry]:
        keys = [entry for entry in batch if isinstance(entry, RecordWrite) and _has_key(entry)]
        for key in keys:
            key.drafts = ()  # its lines have no seqs yet
        if keys:
            write(writer, keys)
        return write(writer, [entry for entry in batch if entry not in keys])

    Writer.write = write_twice  # type: ignore[assignment, method-assign]


def divide_messages() -> None:
    """Commit the first line of a message, and the others in the next transactions."""
    write = Writer.write

    def write_apart(writer: Writer, batch: Sequence[BatchItem]) -> Committed:
        entries: list[Entry] = []
        others: list[BatchItem] = []
        for item in batch:
            if isinstance(item, Draft) and item.as_one:
                first = item._replace(texts=item.texts[:1])
                entries += write(writer, [*others, first]).entries
                others = []
                rest = write(writer, [item._replace(texts=item.texts[1:], as_one=False)])
                entries += writer._transact(_join, entries[-1], rest.entries)
            else:
                others.append(item)
        if others:
            entries += write(writer, others).entries
        return Committed(entries)

    Writer.write = write_apart  # type: ignore[assignment, method-assign]


def _join(connection: sqlite3.Connection, first: Any, rest: Sequence[Any]) -> list[Entry]:
    sql = (
        "UPDATE events SET part_of = ? WHERE id - ("
        "SELECT id << ? FROM rooms WHERE name = ?) BETWEEN ? AND ?"
    )
    connection.execute(sql, (first.seq, SEQ_BITS, first.room, rest[0].seq, rest[-1].seq))
    return [event._replace(part_of=first.seq) for event in rest]


def _has_key(entry: RecordWrite) -> bool:
    return any(record.kind == "retry" for record in entry.records)


def pass_one_over() -> None:
    """Send returning clients what they missed without the first line of several."""
    replay = Subscriptions.replay

    def careless(self: Subscriptions, log: Room, after: int, upto: int, *rest: Any) -> None:
        replay(self, log, after + (upto - after > 1), upto, *rest)

    Subscriptions.replay = careless  # type: ignore[method-assign, assignment]


def fill_later() -> None:
    """Commit a step of an upgrade, and fill the tables that it made in the next transaction."""
    fills = dict(schema.FILLS)

    def later(number: int) -> Callable[[sqlite3.Connection], None]:
        def fill(connection: sqlite3.Connection) -> None:
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
            fills[number](connection)

        return fill

    vars(schema)["FILLS"] = {number: later(number) for number in fills}
