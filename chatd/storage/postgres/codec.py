"""Answers of the database, and rows that are read, as batches.

This module must not know a connection, nor when something is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chatd.event import (
    Call,
    Change,
    Draft,
    Event,
    Kind,
    Notice,
    Presence,
    Published,
    Record,
)
from chatd.storage.batches import (
    ClaimRequest,
    Committed,
    NumbersRequest,
    RecordWrite,
    Release,
)
from chatd.storage.postgres.schema import SHARD
from chatd.storage.postgres.texts import from_stored
from chatd.storage.shared.engine import Again, Answer, Fenced, LogBatch, Request

BLOCK = 1000
"""Numbers of sessions in a block: chatd_append_1 counts so."""

READ_BATCHES = 200
READ_SIZE = 1 << 20
"""Bounds of one read: at most this many batches, and the first ones that reach this size, which is
that of `chatd.storage.postgres.parameters`."""

READ = f"""
SELECT c.no, b.no, b.id, b.time, b.names, b.afters, b.lines, b.content, b.records, b.left_out
FROM clock c LEFT JOIN LATERAL (
    SELECT a.no, a.id, a.time, a.afters, a.content, a.records, a.answer -> 'left_out' AS left_out,
        (
            SELECT json_agg(m.name ORDER BY u.i)
            FROM unnest(a.rooms) WITH ORDINALITY AS u(room, i) LEFT JOIN rooms m ON m.id = u.room
        ) AS names,
        (
            SELECT json_agg(json_build_array(
                u.i - 1, e.seq, e.session, e.author, e.kind, e.text, e.part_of
            ) ORDER BY u.i, e.seq)
            FROM unnest(a.rooms, a.afters, a.counts)
                WITH ORDINALITY AS u(room, after, count, i)
            CROSS JOIN LATERAL (
                SELECT * FROM events o
                WHERE o.shard = {SHARD} AND o.room = u.room
                    AND o.seq > u.after AND o.seq <= u.after + u.count
                OFFSET 0
            ) e
        ) AS lines
    FROM (
        SELECT o.*, sum(o.size) OVER (ORDER BY o.no) - o.size AS before
        FROM (
            SELECT * FROM batches WHERE shard = {SHARD} AND no > %s ORDER BY no LIMIT {READ_BATCHES}
        ) o
    ) a
    WHERE a.before < {READ_SIZE}
) b ON true
WHERE c.shard = {SHARD}
ORDER BY b.no
"""
"""The statement that reads the batches after a number, with the number of the last one of the log.
There is a row without a batch if none follows.

Lines are looked for by a query of their own for each room, which OFFSET keeps as it is. The plan is
made once, perhaps while there are few lines, and one with a join would go through all each time."""

_KINDS = {int(kind): kind for kind in Kind}


class BatchRow(NamedTuple):
    """A row of `READ`."""

    last: int
    no: int | None
    id: UUID | None
    time: int
    names: Sequence[str] | None
    afters: Sequence[int]
    lines: Sequence[Sequence[Any]] | None
    content: Sequence[Sequence[Any]] | None
    records: Sequence[tuple[str, str, str | None]] | None
    left_out: Sequence[int] | None


class AppendRow(NamedTuple):
    """A row of `APPEND`, with its values as PostgreSQL writes them."""

    what: str
    number: str
    time: str
    last: str | None
    answer: str | None


def answer_of(request: Request, row: AppendRow) -> Answer:
    """Return the answer that a row of `APPEND` is, and give the items theirs."""
    if row.what == "fenced":
        return Fenced()
    if row.what == "again":
        return Again(int(row.number))
    return _committed(request, int(row.number), int(row.time), json.loads(row.answer or ""))


def batch_of(row: BatchRow) -> LogBatch:
    """Return the batch that a row of `READ` has."""
    assert row.no is not None
    assert row.id is not None
    entries, forgot, level = list[Published](), list[tuple[str, int]](), 0
    events = _events_of(row)
    if row.content is None:
        entries = [event for room in events for event in room.values()]
    else:
        left_out = frozenset(row.left_out or ())
        heads = list(row.afters)
        for what, *fields in row.content:
            if what == "forgot":
                forgot.append((fields[0], fields[1]))
            elif what == "level":
                level = fields[0]
            elif isinstance(what, str):
                entries.append(_PASSING[what](fields))
            elif what not in left_out:
                room, lines = fields
                first, heads[room] = heads[room] + 1, heads[room] + lines
                seqs = range(first, first + lines)
                entries += [events[room][seq] for seq in seqs if seq in events[room]]
    records = [
        Record(each[0], from_stored(each[1]), each[2], ephemeral=len(each) > 3)
        for each in row.records or ()
    ]
    return LogBatch(row.no, row.id, entries, records, forgot, level)


def _committed(request: Request, number: int, time: int, answer: Mapping[str, Any]) -> Committed:
    entries: list[Published] = []
    writes: list[RecordWrite] = []
    heads: list[int] = answer["afters"]
    left_out = frozenset(answer["left_out"])
    rooms: dict[str, int] = {}
    claims, blocks = iter(answer["in_the_way"]), iter(answer["numbers"])
    drafts = 0
    for item in request.items:
        if isinstance(item, Draft):
            drafts += 1
            room = rooms.setdefault(item.room, len(rooms))
            if drafts not in left_out:
                entries += item.events(heads[room], time)
                heads[room] += len(item.texts)
        elif isinstance(item, RecordWrite):
            writes.append(item)
        elif isinstance(item, ClaimRequest):
            item.in_the_way = next(claims)
        elif isinstance(item, Release):
            next(claims)
        elif isinstance(item, NumbersRequest):
            first = next(blocks)
            item.block = range(first, first + BLOCK)
        else:
            entries.append(item)
    _fill_in(writes, answer["values"])
    return Committed(entries, number, [writes[each - 1] for each in answer["conflicts"]])


def _fill_in(writes: Sequence[RecordWrite], values: Iterable[tuple[int, str]]) -> None:
    """Have the records in the writes as they were written, where that is not as they were given."""
    if not values:
        return
    places = [(write, index) for write in writes for index in range(len(write.records))]
    for number, value in values:
        write, index = places[number - 1]
        records = [*write.records]
        records[index] = Record(*records[index][:2], value)
        write.records = records


def _events_of(row: BatchRow) -> list[dict[int, Event]]:
    """Return the events of each room, by seq."""
    names = row.names or ()
    events: list[dict[int, Event]] = [{} for _ in names]
    for room, seq, session, author, kind, text, part_of in row.lines or ():
        events[room][seq] = Event(
            names[room], seq, row.time, session, author, _KINDS[kind], from_stored(text), part_of
        )
    return events


def _notice(fields: Sequence[Any]) -> Notice:
    room, change, people, new_name = fields
    return Notice(room, Change(change), tuple((number, name) for number, name in people), new_name)


def _presence(fields: Sequence[Any]) -> Presence:
    room, change, *rest = fields
    return Presence(room, Change(change), *rest)


def _call(fields: Sequence[Any]) -> Call:
    return Call(*fields)


_PASSING: Mapping[str, Callable[[Sequence[Any]], Published]] = {
    "notice": _notice,
    "presence": _presence,
    "call": _call,
}
"""Functions that make an item of its fields, by the word in front of them."""
