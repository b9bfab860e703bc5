"""Writing to the log of a room what was done in it."""

from __future__ import annotations

from chatd.event import Deed, Draft, Kind
from chatd.rooms.room import Room

NO_SESSION = 0
"""The number of no session. Deeds are logged under it, so that every session is sent them, also one
that is not sent its own lines."""


def log_deed(by: str, room: Room, deed: Deed) -> None:
    """Append a deed to the log of a room; ``by`` is the name of the person who did it."""
    room.append(Draft(room.name, NO_SESSION, by, Kind.DEED, [deed.text()]))
