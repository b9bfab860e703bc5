"""The words that a person may mean by the beginning of one: commands, rooms of the server, people.

Pure. This module must not know the line that is typed, nor the messages of a server.
"""

from __future__ import annotations

from chatd.text.folding import fold

PEOPLE_KEPT = 1000
"""Most people who are known from their lines; those who were silent longest are forgotten."""


class Vocabulary:
    """The words of a conversation.

    ``commands`` has all names of all commands, without a slash, those in the language of the server
    first, and the usage of each, which is "" for a command that the server does not list; it is {}
    until they came. ``rooms`` are names of
    rooms that the server has, the person being in them or not; ``asks_rooms`` is true while it is
    asked for them.
    """

    def __init__(self) -> None:
        self.commands: dict[str, str] = {}
        self.rooms: list[str] = []
        self.asks_rooms = False
        self._people: dict[str, str] = {}

    def hear(self, name: str) -> None:
        """Know a person who said something."""
        key = fold(name)
        self._people.pop(key, None)
        self._people[key] = name
        if len(self._people) > PEOPLE_KEPT:
            del self._people[next(iter(self._people))]

    @property
    def people(self) -> list[str]:
        """The names of people who said something, the latest first."""
        return [*reversed(self._people.values())]
