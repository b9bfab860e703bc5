"""A store that writes rows into a database as an import does, to test those who read them.

A store on PostgreSQL stamps what it stores by the clock of the server, which is never set back.
This one stamps by a clock of the tests, and has neither a link nor other nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IReactorTime

from chatd.event import Draft, Event, Kind, Published, Record
from chatd.i18n import Language
from chatd.storage.batches import PASSING, BatchItem, Committed
from chatd.storage.contract import FORGOTTEN, Found, RoomRecord, Wanted
from chatd.storage.group_commit import GroupCommitStore
from chatd.storage.postgres.archive import Archive
from chatd.storage.postgres.rows import content_of
from chatd.storage.postgres.schema import SHARD, upgrade
from chatd.storage.postgres.search_index import index_some
from chatd.storage.postgres.texts import to_stored
from chatd.storage.strands import Strands
from chatd.storage.timestamps import stamp
from tests.support.stores import StoreHarness


def connect(url: str) -> psycopg.Connection[Any]:
    """Return a connection with the schema of chatd as its search path."""
    return psycopg.connect(url, autocommit=True, options="-c search_path=chatd")


def harness_in(url: str) -> StoreHarness:
    """Return a harness of a store in an empty database."""
    with connect(url) as connection:
        upgrade(connection)
    return StoreHarness(partial(LogInDatabase, url))


class LogInDatabase(GroupCommitStore):
    """The log in a database, as a store."""

    def __init__(self, url: str, clock: IReactorTime, now: Callable[[], float]) -> None:
        super().__init__(clock)
        self._now = now
        self.connection = connect(url)
        self.archive = Archive(partial(connect, url), now=now)
        self._strands: dict[str, Strands] = {}
        with self.connection.cursor() as cursor:
            self._content = content_of(cursor)

    def describe(self, language: Language) -> str:
        return "history in a database"

    def rooms(self) -> Sequence[RoomRecord]:
        return self._content.rooms

    def stamps(self) -> Mapping[str, int]:
        return self._content.times

    def records(self) -> Sequence[Record]:
        return self._content.records

    def start(self) -> None:
        """Do nothing: there is nothing to start."""

    async def read(self, room: str, after: int, upto: int) -> list[Event]:
        return self.archive.page(room, after, upto)

    async def seq_before(self, room: str, time: int) -> int:
        return self.archive.seq_before(room, time)

    async def remarks(self, room: str, kind: Kind, upto: int, limit: int) -> list[Event]:
        return self.archive.remarks(room, kind, upto, limit)

    async def search(self, room: str, wanted: Wanted, upto: int, limit: int) -> Found:
        return self.archive.search(room, wanted, upto, limit)

    async def names(self) -> list[str]:
        return self.archive.names()

    async def forget(self, room: str, upto: int) -> int:
        row = self.connection.execute(
            "SELECT forgotten FROM chatd_forget_1(%s, gen_random_uuid(), %s, %s, %s)",
            (SHARD, room, min(upto, 2**50), FORGOTTEN),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def index(self) -> None:
        """Add all events to the search index."""
        with self.connection.cursor() as cursor:
            while index_some(cursor):
                pass

    def commit(self, batch: Sequence[BatchItem]) -> Deferred[Committed]:
        entries: list[Published] = []
        with self.connection.transaction():
            for item in batch:
                if isinstance(item, Draft):
                    entries += self._log(item, stamp(self._now()))
                elif isinstance(item, PASSING):
                    entries.append(item)
        return succeed(Committed(entries))

    async def close(self) -> None:
        self.archive.close()
        self.connection.close()

    def _log(self, draft: Draft, now: int) -> list[Event]:
        made = draft.origin(now)
        row = self.connection.execute(
            "INSERT INTO rooms AS r (shard, name, head, session, made_by, made_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (name) DO UPDATE"
            " SET head = r.head + excluded.head, session = greatest(r.session, excluded.session)"
            " RETURNING id, head",
            (SHARD, draft.room, len(draft.texts), draft.session, *made),
        ).fetchone()
        assert row is not None
        room, head = row
        events = draft.events(head - len(draft.texts), now)
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO events VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        SHARD,
                        room,
                        *event[1:5],
                        int(event.kind),
                        to_stored(event.text),
                        event.part_of,
                    )
                    for event in events
                ],
            )
        strand = self._strands.setdefault(draft.room, Strands({})).add(now)
        if strand is not None:
            values = (SHARD, room, events[0].seq, strand, now)
            self.connection.execute("INSERT INTO strands VALUES (%s, %s, %s, %s, %s)", values)
        if draft.kind is Kind.TOPIC:
            self.connection.execute(
                "UPDATE rooms SET topic = %s, topic_by = %s, topic_at = %s WHERE id = %s",
                (draft.texts[-1], draft.author, now, room),
            )
        return events
