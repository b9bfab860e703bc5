"""The search index of the database: which trigrams each event has, in GIN's index of arrays.

Theory of operation. A trigram is three characters of a folded text in a row; it is stored as a
number of 16 bits, a part of its CRC, so different ones may have one number. An event has a row in
the table `search` with the numbers of its trigrams, and not where they are, so what is found are
candidates, whose texts the caller compares. The index also has the block of each event: its room
and the upper bits of its seq. PostgreSQL intersects the events of some blocks with those of each
trigram, so a question about blocks takes as long as they are large, however often a word is in
other rooms or blocks.

The extension pg_trgm is not used: it leaves out all that is no letter or digit in the database's
locale, in "C" all that is not ASCII, and it needs a right to be installed. Events leave the index
with their deletion, by a foreign key.

This module must not know a room's name, nor who searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from psycopg import Cursor

from chatd.storage.postgres.rows import EVENT_COLUMNS, EventRow, Room
from chatd.storage.postgres.schema import SHARD
from chatd.storage.postgres.texts import from_stored
from chatd.text.folding import fold_for_search

BLOCK_BITS = 12
"""The events of a block have seqs that are alike but for so many lower bits, as the index of the
table says, too. A question about 4,096 events takes up to some milliseconds, if all have its
trigrams."""

MOST_BLOCKS = 64
"""Most blocks of one question: between questions a search looks at the clock."""

MOST_GRAMS = 24
"""Most trigrams of a query that are looked up. The more, the fewer the candidates."""

INDEXED_EVENTS = 200
INDEXED_CHARACTERS = 16 * 1024
"""Most events and characters that one step indexes: some milliseconds, in which the reactor's
thread shares the interpreter."""

_STEP_ROOMS = 50
"""Most rooms that one step looks at."""


class _Grams(dict[str, int]):
    """The numbers of trigrams; those that are most often asked for are remembered."""

    _MOST = 100_000

    def __missing__(self, gram: str) -> int:
        number = (crc32(gram.encode("utf-8", "surrogatepass")) & 0xFFFF) - 0x8000
        if len(self) < self._MOST:
            self[gram] = number
        return number


_grams = _Grams()


def grams_of(text: str) -> set[int]:
    """Return the numbers of all trigrams of a folded text."""
    pairs = zip(text, text[1:], text[2:], strict=False)
    return {_grams[first + second + third] for first, second, third in pairs}


def query_for(words: Iterable[str]) -> list[int]:
    """Return the trigrams that a text must have which has all these folded words.

    None if all are shorter than a trigram.
    """
    grams = sorted(set[int]().union(*map(grams_of, words)))
    return grams[:: -(-len(grams) // MOST_GRAMS) or 1]


class Candidates(NamedTuple):
    """Events of one room that may have the trigrams, the newest first.

    All those with a seq above ``after`` are among them.
    """

    rows: Sequence[EventRow]
    after: int


def candidates(
    cursor: Cursor[Any],
    room: Room,
    grams: Sequence[int],
    after: int,
    upto: int,
    most: int,
    blocks: int,
) -> Candidates:
    """Return candidates with ``after < seq <= upto``, at most so many, of the last ``blocks``."""
    last = upto >> BLOCK_BITS
    first = max((after + 1) >> BLOCK_BITS, last - blocks + 1)
    # The planner may know nothing of the tables. Sums leave it no other index than that of the
    # trigrams, and the inner LIMIT no other way to an event than by its seq.
    rows = cursor.execute(
        f"SELECT {EVENT_COLUMNS} FROM ("
        " SELECT s.seq AS found FROM search s"
        " WHERE ARRAY[(s.room::bigint << 28) | (s.seq >> 12)] && %(blocks)s::bigint[]"
        "  AND s.grams @> %(grams)s::smallint[]"
        "  AND s.shard + 0 = %(shard)s AND s.room + 0 = %(room)s"
        "  AND s.seq + 0 > %(after)s AND s.seq + 0 <= %(upto)s"
        " ORDER BY s.seq DESC LIMIT %(most)s) s CROSS JOIN LATERAL ("
        f" SELECT {EVENT_COLUMNS} FROM events e"
        " WHERE e.shard = %(shard)s AND e.room = %(room)s AND e.seq = s.found LIMIT 1"
        ") e",
        {
            "blocks": [room.id << 28 | block for block in range(first, last + 1)],
            "grams": list(grams),
            "shard": SHARD,
            "room": room.id,
            "after": after,
            "upto": upto,
            "most": most,
        },
    ).fetchall()
    if len(rows) == most:
        return Candidates(rows, rows[-1][0] - 1)
    return Candidates(rows, max(after, (first << BLOCK_BITS) - 1))


def index_some(cursor: Cursor[Any]) -> int:
    """Add some events to the index; return the number of those that are not in it yet.

    Each statement is a transaction, so no lock is held for longer than one: appends change the
    rows of rooms, too. For the same reason the session does not wait for standbys from now on. What
    was interrupted, or was lost, or was done by another node, is done once more.
    """
    cursor.execute("SET synchronous_commit = off")
    rooms = cursor.execute(
        "SELECT id, head, oldest, indexed, (sum(head - greatest(indexed, oldest - 1)) OVER ())"
        "::bigint FROM rooms WHERE shard = %s AND indexed < head ORDER BY id LIMIT %s",
        (SHARD, _STEP_ROOMS),
    ).fetchall()
    left: int = rooms[0][-1] if rooms else 0
    events, characters = INDEXED_EVENTS, INDEXED_CHARACTERS
    for *of_room, _ in rooms:
        room = Room(*of_room)
        after = max(room.indexed, room.oldest - 1)
        rows = _texts(cursor, room, after, events, characters)
        full = len(rows) == events or sum(len(text) for _, text in rows) >= characters
        _add(cursor, room, rows)
        upto = rows[-1][0] if full else room.head
        cursor.execute(
            "UPDATE rooms SET indexed = %s WHERE id = %s AND indexed < %s", (upto, room.id, upto)
        )
        left -= upto - after
        events -= len(rows)
        characters -= sum(len(text) for _, text in rows)
        if full:
            break
    return left


def unindexed(cursor: Cursor[Any]) -> int:
    """Return the number of events that are not in the index yet."""
    row = cursor.execute(
        "SELECT sum(head - greatest(indexed, oldest - 1))::bigint FROM rooms WHERE shard = %s",
        (SHARD,),
    ).fetchone()
    assert row is not None
    return row[0] or 0


def _texts(
    cursor: Cursor[Any], room: Room, after: int, events: int, characters: int
) -> list[tuple[int, str]]:
    """Return seqs and folded texts of the first events after a seq, up to the head.

    At most ``events`` of them, and the first that reach ``characters``.
    """
    rows: list[tuple[int, str]] = []
    for seq, text in cursor.execute(
        "SELECT seq, text FROM events WHERE shard = %s AND room = %s AND seq > %s AND seq <= %s"
        " ORDER BY seq LIMIT %s",
        (SHARD, room.id, after, room.head, events),
    ):
        rows.append((seq, fold_for_search(from_stored(text))))
        characters -= len(rows[-1][1])
        if characters <= 0:
            break
    return rows


def _add(cursor: Cursor[Any], room: Room, rows: Sequence[tuple[int, str]]) -> None:
    """Add events with their folded texts. One that was deleted meanwhile is passed over."""
    grams = ["{" + ",".join(map(str, grams_of(text))) + "}" for _, text in rows]
    cursor.execute(
        "INSERT INTO search (shard, room, seq, grams)"
        " SELECT e.shard, e.room, e.seq, n.grams::smallint[]"
        " FROM unnest(%s::bigint[], %s::text[]) AS n (seq, grams) CROSS JOIN LATERAL ("
        " SELECT e.shard, e.room, e.seq FROM events e"
        " WHERE e.shard = %s AND e.room = %s AND e.seq = n.seq LIMIT 1 FOR KEY SHARE"
        ") e ON CONFLICT DO NOTHING",
        ([seq for seq, _ in rows], grams, SHARD, room.id),
    )
