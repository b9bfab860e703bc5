"""A batch as the parameters of ``chatd_append_1``: see ``schema/functions_1.sql``.

All of them are texts, so that each statement is prepared once: psycopg gives numbers of several
sizes several types. Lists of numbers are literals of arrays, and lists of texts are JSON, which is
the fastest for both sides.

This module must not know a connection, nor an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatd.event import UNKNOWN, Call, Draft, Notice, Presence
from chatd.storage.batches import ClaimRequest, NumbersRequest, RecordWrite, Release
from chatd.storage.claims import Claim
from chatd.storage.postgres.schema import SHARD
from chatd.storage.postgres.texts import to_stored
from chatd.storage.shared.engine import Request

_APPEND_PARAMETERS = 23

APPEND = (
    f"SELECT what, no, stamp, last, answer FROM chatd_append_1({SHARD}, "
    + ", ".join(f"${number}" for number in range(1, _APPEND_PARAMETERS + 1))
    + ")"
)
"""The statement of a batch, with the parameters of `parameters_of`."""

_LINE_SIZE = 100
"""Characters that a line takes beside its text when it is read (`chatd.storage.postgres.codec`)."""


def parameters_of(request: Request, term: int) -> Sequence[str | None]:
    """Return the parameters of `APPEND`, for a request of a term."""
    batch = _Parameters(request)
    of, room, places, first, sessions, authors, kinds, texts = batch.columns
    content = _json(batch.content) if batch.needs_content else None
    records = _json(batch.records) if batch.records else None
    return (
        str(request.id),
        "true" if request.again else "false",
        str(term),
        str(request.known),
        _json([*batch.rooms]),
        _numbers(batch.counts),
        _numbers(batch.highest),
        _numbers(batch.units),
        _numbers(of),
        _numbers(room),
        _numbers(places),
        _array(first) if batch.has_messages else "{}",
        _numbers(sessions),
        _json(authors),
        _numbers(kinds),
        _json([*map(to_stored, texts)]),
        _json(batch.made) if batch.made else None,
        _json(batch.writes) if batch.writes else None,
        records,
        _json(batch.claims) if batch.claims else None,
        str(batch.numbers),
        content,
        str(batch.size + len(records or "") + len(content or "")),
    )


def held_parameter(held: Iterable[Claim]) -> str:
    """Return claims as chatd_join_1 takes them."""
    return _json([_claim(claim) for claim in held])


class _Parameters:
    """The items of a request as lists, which are counted from 1."""

    def __init__(self, request: Request) -> None:
        self.rooms: dict[str, int] = {}
        self.counts: list[int] = []  # of each room
        self.highest: list[int] = []
        self.has_messages = False
        self.size = 0
        self.made: list[Mapping[str, Any]] = []
        self.writes: list[Mapping[str, Any]] = []
        self.records: list[Mapping[str, Any]] = []
        self.claims: list[Mapping[str, Any]] = []
        self.numbers = 0
        self.content: list[Sequence[Any]] = []
        self._passing = False
        self._units: dict[int, int] = {}  # by the draft's identity
        self._drafts: list[Draft] = []
        # A plain tuple takes a fifth of the time of a named one.
        self._lines: list[tuple[int, int, int, str, int, str, int, str]] = []
        self._last: dict[str, int] = {}  # the last line of each room
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
    def columns(self) -> Sequence[Sequence[Any]]:
        """The values of all lines, one sequence for each parameter, in their order."""
        return list(zip(*self._lines, strict=True)) or [()] * 8

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
        count = len(texts)
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = len(self.rooms) + 1
            self.counts.append(0)
            self.highest.append(0)
        place = self.counts[room - 1]
        self.counts[room - 1] += count
        if session > self.highest[room - 1]:
            self.highest[room - 1] = session
        self._drafts.append(draft)
        number, kind_number = len(self._drafts), int(kind)
        first = str(place + 1) if as_one else "NULL"
        self.has_messages = self.has_messages or as_one
        for text in texts:
            place += 1
            self._lines.append((number, room, place, first, session, author, kind_number, text))
            self.size += _LINE_SIZE + len(text)
        self._last[name] = len(self._lines)
        if made != UNKNOWN:
            self.made.append({"draft": number, "name": made.by, "time": made.at})
        self.content.append((number, room - 1, count))

    def _add_write(self, write: RecordWrite) -> None:
        number = len(self.writes) + 1
        name = write.drafts[0].room if write.drafts else ""
        if write.unit:
            self._units.update((id(draft), write.unit) for draft in write.drafts)
        common = {"known": write.known}
        self.writes.append(
            {
                **common,
                "n": number,
                "rights": write.rights,
                "unit": write.unit,
                "room": self.rooms.get(name),
                "line": self._last.get(name),
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


def _passing_content(item: Notice | Presence | Call) -> Sequence[Any]:
    if isinstance(item, Notice):
        return ("notice", item.room, item.change.value, item.people, item.new_name)
    if isinstance(item, Presence):
        room, change, *rest = item
        return ("presence", room, change.value, *rest)
    return ("call", *item)


def _claim(claim: Claim) -> Mapping[str, Any]:
    name, looks, holder = claim
    return {
        "name": to_stored(name),
        "looks": sorted(map(to_stored, looks)),
        "holder": to_stored(holder),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _numbers(numbers: Sequence[int]) -> str:
    """Return the literal of an array of numbers. Python writes them alike, but for the brackets."""
    return f"{{{str([*numbers])[1:-1]}}}"


def _array(elements: Iterable[str]) -> str:
    """Return the literal of an array, given its elements as literals."""
    return f"{{{','.join(elements)}}}"
