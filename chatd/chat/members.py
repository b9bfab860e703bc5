"""The parts of a session that those read who see it in a room.

This module must not know how a session has them.
"""

from __future__ import annotations

from typing import Protocol

from chatd.rooms.room import Room


class Identified(Protocol):
    """A session, as far as those know it who see it in a room."""

    @property
    def number(self) -> int:
        """The number of the session."""

    @property
    def name(self) -> str:
        """The name that others see."""

    @property
    def is_guest(self) -> bool:
        """True if the server made the name up."""

    @property
    def account(self) -> str | None:
        """The key of its account, if it is logged in."""


class Member(Identified, Protocol):
    """The part of a session that a membership reads."""

    @property
    def away(self) -> str:
        """The text that others receive while the member is away; "" while it is not."""

    def may_speak_in(self, room: Room) -> bool:
        """Return True if the member may speak in a room."""
