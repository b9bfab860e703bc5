"""Lines that were typed, and that are not known to be said or carried out.

Text is sent again with its idempotency key after the connection broke, or the server did not know
its outcome, and the server says it once. A command is sent once: if the connection breaks before it
was answered, its outcome is unknown.
Pure. This module must not know the connection. It holds no password.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chatd.client.rooms import Room
from chatd.text.escaping import visible
from chatd.text.folding import fold

IN_FLIGHT = 100
"""Most items that are sent and not answered. The server knows the last 200 keys of a client."""


@dataclass(eq=False)
class Item:
    """A typed line, or a message of several lines, in the room in which it was typed."""

    id: int
    key: str
    room: Room | None
    text: str

    action: str | None
    """The text of an action (`/me`); None for all else."""

    is_said: bool
    """True for text and actions, which go into the log; False for other commands."""

    sent_as: set[str] = field(default_factory=set)
    """The folded names under which it was sent; a guest may have another one each time."""

    is_sent: bool = False
    """True while it is sent over this connection and not answered."""

    is_in_doubt: bool = False
    """True while it is not sent again of which the server did not know whether it was stored."""

    is_back: bool = False
    """True once its line came back among those of the room, so that it is not shown twice."""

    def is_in(self, author: str, text: str) -> bool:
        """Return True if a line of a room may be this one: its first line."""
        if not self.is_said or self.is_back or fold(author) not in self.sent_as:
            return False
        return visible(self._said()) == text

    def _said(self) -> str:
        if self.action is not None:
            return self.action
        first = self.text.split("\n", 1)[0]
        return first[1:] if first.startswith("//") and first == self.text else first


class Outbox:
    """The items, in the order in which they were typed."""

    def __init__(self) -> None:
        self._items: dict[int, Item] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def put(self, item: Item) -> None:
        """Add an item, which waits to be sent."""
        self._items[item.id] = item

    def get(self, id: object) -> Item | None:
        """Return the item of that id, if it is not answered."""
        return self._items.get(id) if isinstance(id, int) else None

    def drop(self, item: Item) -> None:
        """Remove an item: it was said, carried out, or given back."""
        self._items.pop(item.id, None)

    def waiting(self, room: Room | None) -> list[Item]:
        """Return the items of a room that may be sent now, in order."""
        free = IN_FLIGHT - sum(item.is_sent for item in self)
        waiting = [
            item for item in self if item.room is room and not (item.is_sent or item.is_in_doubt)
        ]
        return waiting[: max(0, free)]

    def shown(self, room: Room | None) -> list[Item]:
        """Return the items of a room that are shown after its lines, as not said yet.

        None is the room of what was typed before the first one was entered.
        """
        return [item for item in self if item.room is room and not item.is_back]

    def came_back(self, room: Room, author: str, text: str) -> None:
        """Take a line of a room: the first item that it may be is not shown any more."""
        for item in self:
            if item.room is room and item.is_in(author, text):
                item.is_back = True
                return

    def doubt(self, item: Item) -> None:
        """Hold a text of which the server does not know whether it was stored, until `retry`."""
        item.is_sent, item.is_in_doubt = False, True

    @property
    def is_in_doubt(self) -> bool:
        """True if a text is held."""
        return any(item.is_in_doubt for item in self)

    def retry(self) -> None:
        """Let text that is held be sent again."""
        for item in self:
            item.is_in_doubt = False

    def broke(self) -> list[Item]:
        """Let text that was sent wait again. Return the commands whose outcome is unknown."""
        unsure = [item for item in self if item.is_sent and not item.is_said]
        for item in unsure:
            self.drop(item)
        for item in self:
            item.is_sent = False
        self.retry()
        return unsure
