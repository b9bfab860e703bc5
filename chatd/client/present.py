"""The people who were in rooms, and when, as `chatd export --present` writes them.

This module must not know how a log is opened, nor which rooms are wanted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from chatd.client.stores import Log
from chatd.event import register_of
from chatd.rooms.stays import (
    HEADER,
    PRESENT,
    Present,
    RoomStay,
    rows_in_csv,
    stay_of,
    together,
)
from chatd.storage.contract import RoomRecord
from chatd.text.escaping import encode_line
from chatd.text.rows import json_row
from chatd.text.times import local_time, written_duration

Stays = Iterable[tuple[str, list[RoomStay]]]
"""Rooms by their names, with the stays in each."""


def present_in(log: Log, rooms: Iterable[RoomRecord], since: int) -> Stays:
    """Yield those who were in rooms and left since a time, or did not leave yet.

    The time is in milliseconds since 1970. They are in the order in which they came. Raises
    `StoreError`.
    """
    # Read between the heads: a stay that ends meanwhile is a record, and then an event behind it.
    before = _heads(log)
    going_on = _going_on(log)
    heads = _heads(log)
    for room in rooms:
        register = register_of(room.name)
        open_stays = going_on.get(room.name, [])
        head = heads.get(register, 0)
        seq = log.seq_before(register, since) if head else 0
        stays: list[RoomStay] = []
        while head and (page := log.page(register, seq, head)):
            for event in page:
                if (stay := stay_of(event)) is None:
                    continue
                stays.append(stay)
                if event.seq > before.get(register, 0) and _opened(stay) in open_stays:
                    open_stays.remove(_opened(stay))
            seq = page[-1].seq
        yield room.name, together([*stays, *open_stays])


def _heads(log: Log) -> dict[str, int]:
    return {each.name: each.head for each in log.rooms()}


def _going_on(log: Log) -> dict[str, list[RoomStay]]:
    found: dict[str, list[RoomStay]] = {}
    for record in log.records():
        if record.kind == PRESENT and record.value is not None:
            present = Present(**json.loads(record.value))
            stay = RoomStay(present.name, present.came // 1000, None)
            found.setdefault(present.room, []).append(stay)
    return found


def _opened(stay: RoomStay) -> RoomStay:
    """Return a stay as it was before it ended."""
    return stay._replace(left=None)


def _as_text(stays: Stays) -> Iterator[bytes]:
    for room, of_room in stays:
        for stay in of_room:
            if stay.left is None or stay.seconds is None:
                times, how_long = local_time(stay.came), "has not left"
            else:
                times = f"{local_time(stay.came)} {local_time(stay.left)}"
                how_long = f"for {written_duration(stay.seconds)}"
            yield encode_line(f"#{room} {times} {stay.name}, {how_long}", b"\n")


def _as_json(stays: Stays) -> Iterator[bytes]:
    for room, of_room in stays:
        for stay in of_room:
            yield json_row({"room": room, **stay._asdict()})


def _as_csv(stays: Stays) -> Iterator[bytes]:
    yield HEADER
    for room, of_room in stays:
        yield from rows_in_csv(room, of_room)


FORMATS: dict[str, Callable[[Stays], Iterator[bytes]]] = {
    "text": _as_text,
    "jsonl": _as_json,
    "csv": _as_csv,
}
