"""Batches as PostgreSQL is given them, and its answers and rows as batches.

The functions of ``schema/functions_1.sql`` say what their parameters are. All of these are texts,
so that each statement is prepared once: psycopg gives numbers of several sizes several types. Lists
of numbers are literals of arrays, and lists of texts are JSON, which is the fastest for both sides.

This module must not know a connection, nor when something is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chatd.event import (
    UNKNOWN,
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
from chatd.storage.claims import Claim
from chatd.storage.postgres.schema import SHARD
from chatd.storage.postgres.texts import from_stored, to_stored
from chatd.storage.shared.engine import Again, Answer, Fenced, LogBatch, Request

BLOCK = 1000
"""Numbers of sessions in a block: chatd_append_1 counts so."""

_APPEND_PARAMETERS = 21

APPEND = (
    f"SELECT what, no, stamp, last, answer FROM chatd_append_1({SHARD}, "
    + ", ".join(f"${number}" for number in range(1, _APPEND_PARAMETERS + 1))
    + ")"
)
"""The statement of a batch, with the parameters of `parameters_of`."""

READ_BATCHES = 200
READ_SIZE = 1 << 20
"""Bounds of one read: at most this many batches, and the first ones that reach this size, which is
that of `parameters_of`."""

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
            JOIN events e ON e.shard = {SHARD} AND e.room = u.room
                AND e.seq > u.after AND e.seq <= u.after + u.count
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
There is a row without a batch if none follows."""

_LINE_SIZE = 100
"""Characters that a line takes beside its text, in the answer of `READ`."""

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


def parameters_of(request: Request, term: int) -> Sequence[str | None]:
    """Return the parameters of `APPEND`, for a request of a term."""
    batch = _Parameters(request)
    size = sum(map(len, batch.texts)) + _LINE_SIZE * len(batch.texts)
    content = _json(batch.content) if batch.needs_content else None
    records = _json(batch.records) if batch.records else None
    return (
        str(request.id),
        "true" if request.again else "false",
        str(term),
        str(request.known),
        _json([*batch.rooms]),
        _array(map(str, batch.room)),
        _array(map(str, batch.lines)),
        _array(map(str, batch.units)),
        _array(map(str, batch.sessions)),
        _json(batch.authors),
        _array(map(str, batch.kinds)),
        _array("t" if as_one else "f" for as_one in batch.as_one),
        _array(map(str, batch.of)),
        _json(batch.texts),
        _json(batch.made) if batch.made else None,
        _json(batch.writes) if batch.writes else None,
        records,
        _json(batch.claims) if batch.claims else None,
        str(batch.numbers),
        content,
        str(size + len(records or "") + len(content or "")),
    )


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


def held_parameter(held: Iterable[Claim]) -> str:
    """Return claims as chatd_join_1 takes them."""
    return _json([_claim(claim) for claim in held])


class _Parameters:
    """The items of a request as lists, which are counted from 1."""

    def __init__(self, request: Request) -> None:
        self.rooms: dict[str, int] = {}
        self.room: list[int] = []  # of each draft, as the next ones are
        self.lines: list[int] = []
        self.sessions: list[int] = []
        self.authors: list[str] = []
        self.kinds: list[int] = []
        self.as_one: list[bool] = []
        self.of: list[int] = []
        self.texts: list[str] = []
        self.made: list[Mapping[str, Any]] = []
        self.writes: list[Mapping[str, Any]] = []
        self.records: list[Mapping[str, Any]] = []
        self.claims: list[Mapping[str, Any]] = []
        self.numbers = 0
        self.content: list[Sequence[Any]] = []
        self._passing = False
        self._units: dict[int, int] = {}  # by the draft's identity
        self._drafts: list[Draft] = []
        self._last: dict[str, int] = {}  # the last draft of each room
        for item in request.items:
            if isinstance(item, Draft):
                self._add_draft(item)
            elif isinstance(item, RecordWrite):
                self._add_write(item)
            elif isinstance(item, ClaimRequest):
                self.claims.append({**_claim(item.claim), "release": False})
            elif isinstance(item, Release):
                self.claims.append({**_claim(item.claim), "release": True})
            elif isinstance(item, NumbersRequest):
                self.numbers += 1
            else:
                self._passing = True
                self.content.append(_passing_content(item))

    @property
    def needs_content(self) -> bool:
        """False if the order of the seqs of one room says all."""
        return self._passing or len(self.rooms) > 1

    @property
    def units(self) -> Sequence[int]:
        """The number of each draft that it shares with others, or 0."""
        if not self._units:
            return [0] * len(self._drafts)
        return [self._units.get(id(draft), 0) for draft in self._drafts]

    def _add_draft(self, draft: Draft) -> None:
        name, session, author, kind, texts, as_one, made = draft
        room = self.rooms.setdefault(name, len(self.rooms) + 1)
        self._drafts.append(draft)
        number = self._last[name] = len(self._drafts)
        self.room.append(room)
        self.lines.append(len(texts))
        self.sessions.append(session)
        self.authors.append(author)
        self.kinds.append(int(kind))
        self.as_one.append(as_one)
        self.of += [number] * len(texts)
        self.texts += map(to_stored, texts)
        if made != UNKNOWN:
            self.made.append({"draft": number, "name": made.by, "time": made.at})
        self.content.append((number, room - 1, len(texts)))

    def _add_write(self, write: RecordWrite) -> None:
        number = len(self.writes) + 1
        room = draft = None
        if write.drafts:
            room = self.rooms.get(write.drafts[0].room)
            draft = self._last.get(write.drafts[0].room)
        if write.unit:
            self._units.update((id(draft), write.unit) for draft in write.drafts)
        common = {"known": write.known}
        self.writes.append(
            {
                **common,
                "n": number,
                "rights": write.rights,
                "unit": write.unit,
                "room": None if draft is None else room,
                "draft": draft,
                "lines": sum(len(draft.texts) for draft in write.drafts),
            }
        )
        for record in write.records:
            before, last = record.seqs or ("", "")
            self.records.append(
                {
                    **common,
                    "n": len(self.records) + 1,
                    "write": number,
                    "kind": record.kind,
                    "key": to_stored(record.key),
                    "value": record.value,
                    "before": before,
                    "last": last,
                    "grows": record.grows,
                    "ephemeral": record.ephemeral,
                }
            )


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


def _passing_content(item: Notice | Presence | Call) -> Sequence[Any]:
    if isinstance(item, Notice):
        return ("notice", item.room, item.change.value, item.people, item.new_name)
    if isinstance(item, Presence):
        room, change, *rest = item
        return ("presence", room, change.value, *rest)
    return ("call", *item)


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


def _claim(claim: Claim) -> Mapping[str, Any]:
    name, looks, holder = claim
    return {
        "name": to_stored(name),
        "looks": sorted(map(to_stored, looks)),
        "holder": to_stored(holder),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _array(elements: Iterable[str]) -> str:
    """Return the literal of an array, given its elements as literals."""
    return f"{{{','.join(elements)}}}"
