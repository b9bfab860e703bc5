"""The log of a database as a command reads it while nodes write to it: what no failover can lose.

This module must not know a command.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

from chatd.storage.contract import RoomRecord
from chatd.storage.postgres.archive import Archive
from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.errors import one_line
from chatd.storage.postgres.reading import NOTHING, Connect
from chatd.storage.postgres.requests import seal
from chatd.storage.postgres.rows import rooms_of
from chatd.storage.postgres.schema import SHARD
from chatd.storage.shared.engine import Position

SEAL_SECONDS = 10.0
"""Seconds that the standbys have to confirm what was read."""

_LAST = "SELECT no, id FROM batches WHERE shard = %s ORDER BY no DESC LIMIT 1"


class SafeLog(Archive):
    """An archive whose rooms have only lines up to their heads that are safe."""

    def __init__(self, connect: Connect) -> None:
        super().__init__(connect, lambda: self._sealed)
        self._connect = connect
        self._sealed = NOTHING

    def rooms(self) -> list[RoomRecord]:
        """Return the rooms that have a log, once what was read of them is safe."""
        with one_line(), closing(Channel(self._connect())) as channel:
            rooms, position = _read(channel.connection)
            with channel.in_time(SEAL_SECONDS):
                seal(channel, position)
        self._sealed = position
        return rooms


def _read(connection: Any) -> tuple[list[RoomRecord], Position]:
    """Return the rooms, and the last batch, as they are at one moment."""
    with connection.transaction(), connection.cursor(binary=True) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        last = cursor.execute(_LAST, (SHARD,)).fetchone()
        return rooms_of(cursor), NOTHING if last is None else Position(*last)
