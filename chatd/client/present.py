"""The people who were in rooms, and when, as `chatd export --present` writes them.

A person in several clients at a time was there once. People who have not left yet are not in it.
This module must not know how a log is opened, nor which rooms are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from chatd.client.rows import csv_row, json_row
from chatd.client.stores import Log
from chatd.event import STAY, Deed, Event, register_of
from chatd.storage.contract import RoomRecord
from chatd.text.escaping import encode_line
from chatd.text.times import local_time, written_duration

_HEADER = ("room", "name", "came", "left", "seconds")


class Presence(NamedTuple):
    """A person in a room, by the name that the person had; times are in seconds since 1970."""

    room: str
    name: str
    came: int
    left: int


def present_in(log: Log, room: RoomRecord, since: int) -> Iterator[Presence]:
    """Yield those who were in a room and left it since a time, in milliseconds since 1970.

    They are in the order in which they came. Raise `StoreError`.
    """
    register = register_of(room.name)
    head = next((each.head for each in log.rooms() if each.name == register), 0)
    if not head:
        return
    stays: list[Presence] = []
    seq = log.seq_before(register, since)
    while page := log.page(register, seq, head):
        stays += [stay for event in page if (stay := _stay_of(room.name, event)) is not None]
        seq = page[-1].seq
    yield from _together(stays)


def _stay_of(room: str, event: Event) -> Presence | None:
    try:
        verb, name, seconds, began = Deed.of(event.text)
        came = int(began) // 1000
    except ValueError:  # stored by a later chatd
        return None
    return Presence(room, name, came, came + seconds) if verb == STAY else None


def _together(stays: Iterable[Presence]) -> list[Presence]:
    """Return stays in their order, those of a person that overlap as one."""
    last: dict[str, int] = {}
    found: list[Presence] = []
    for stay in sorted(stays, key=lambda each: each.came):
        place = last.get(stay.name)
        if place is not None and stay.came <= found[place].left:
            found[place] = found[place]._replace(left=max(stay.left, found[place].left))
        else:
            last[stay.name] = len(found)
            found.append(stay)
    return found


def _as_text(present: Iterable[Presence]) -> Iterator[bytes]:
    for room, name, came, left in present:
        stay = f"{local_time(came)} {local_time(left)} {name}, for {written_duration(left - came)}"
        yield encode_line(f"#{room} {stay}", b"\n")


def _as_json(present: Iterable[Presence]) -> Iterator[bytes]:
    for each in present:
        yield json_row(each._asdict())


def _as_csv(present: Iterable[Presence]) -> Iterator[bytes]:
    yield csv_row(_HEADER)
    for room, name, came, left in present:
        yield csv_row((room, name, _utc(came), _utc(left), f"{left - came}"))


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")


FORMATS: dict[str, Callable[[Iterable[Presence]], Iterator[bytes]]] = {
    "text": _as_text,
    "jsonl": _as_json,
    "csv": _as_csv,
}
