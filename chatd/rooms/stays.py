"""The stays of people in rooms, as registers have them, and their rows.

A stay that has ended is an event in the register of its room (`chatd.event.register_of`), and one
that goes on is a record. A person in several clients at a time is there once. Pure. This module
must not know who is in a room, nor where events and records are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from chatd.event import STAY, Deed, Event
from chatd.text.rows import csv_row

HEADER = csv_row(("room", "name", "came", "left", "seconds"))
"""The header of a table of stays, in CSV."""

PRESENT = "present"
"""The kind of the records of stays that go on."""


class Present(NamedTuple):
    """A session in the room of that name: its name, and when it came (milliseconds since 1970)."""

    room: str
    name: str
    came: int


class RoomStay(NamedTuple):
    """A stay of a person in a room, by the name that the person had.

    Times are in seconds since 1970; ``left`` is None if no end of it is known.
    """

    name: str
    came: int
    left: int | None

    @property
    def seconds(self) -> int | None:
        """The seconds that it took, if it has ended."""
        return None if self.left is None else self.left - self.came


def stay_of(event: Event) -> RoomStay | None:
    """Return the stay that an event in a register is; None if a later chatd stored it."""
    try:
        verb, name, seconds, began = Deed.of(event.text)
        came = int(began) // 1000
    except ValueError:
        return None
    return RoomStay(name, came, came + seconds) if verb == STAY else None


def together(stays: Iterable[RoomStay]) -> list[RoomStay]:
    """Return stays in the order in which they began, those of a person that overlap as one."""
    last: dict[str, int] = {}
    found: list[RoomStay] = []
    for stay in sorted(stays, key=lambda each: (each.came, each.name)):
        place = last.get(stay.name)
        before = None if place is None else found[place]
        if place is None or before is None or _has_left(before, stay.came):
            last[stay.name] = len(found)
            found.append(stay)
        else:
            goes_on = before.left is None or stay.left is None
            left = None if goes_on else max(before.left or 0, stay.left or 0)
            found[place] = before._replace(left=left)
    return found


def _has_left(stay: RoomStay, time: int) -> bool:
    return stay.left is not None and stay.left < time


def rows_in_csv(room: str, stays: Iterable[RoomStay]) -> Iterator[bytes]:
    """Yield the rows of stays in a room, as `HEADER` names the cells. Times are in UTC.

    What is not known is empty.
    """
    for stay in stays:
        left = "" if stay.left is None else _utc(stay.left)
        seconds = "" if stay.seconds is None else f"{stay.seconds}"
        yield csv_row((room, stay.name, _utc(stay.came), left, seconds))


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")
