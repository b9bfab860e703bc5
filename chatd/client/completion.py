"""The completion of the word before the cursor, by what a conversation knows.

This module must not know keys, nor how the line is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from chatd.client import room_list
from chatd.client.chat import Chat
from chatd.text.folding import fold

_ROOM = {"ROOM", "SALA"}
_COMMAND = {"COMMAND", "ORDEN"}
_PERSON = {"NAME", "NOMBRE", "WHO", "QUIÉN"}
"""The words for a room, a command and a person in the usage of a command, in each language of the
server."""


class Words(Protocol):
    """The words that may be meant."""

    def commands(self) -> Mapping[str, str]:
        """Return the names of all commands, and the usage of each."""

    def rooms(self) -> Sequence[str]:
        """Return the names of rooms."""

    def names(self) -> Sequence[str]:
        """Return the people in the room that is shown."""

    def all_names(self) -> Sequence[str]:
        """Return the people that may be meant in a command that takes one."""


class WordsOfChat:
    """The words of a conversation, which *chat* returns."""

    def __init__(self, chat: Callable[[], Chat]) -> None:
        self._chat = chat

    def commands(self) -> Mapping[str, str]:
        """Return the names of all commands, and the usage of each."""
        return self._chat().words.commands

    def rooms(self) -> Sequence[str]:
        """Return the rooms that the person is in, and the others as the server last told.

        The server is asked again, for the next time.
        """
        chat = self._chat()
        room_list.ask(chat)
        return _once(*(room.name for room in chat.rooms), *chat.words.rooms)

    def names(self) -> Sequence[str]:
        """Return the people in the room that is shown."""
        room = self._chat().rooms.current
        return [] if room is None else room.people.names

    def all_names(self) -> Sequence[str]:
        """Return the people here, those in the other rooms, and those who said something."""
        chat = self._chat()
        elsewhere = (name for room in chat.rooms for name in room.people.names)
        return _once(*self.names(), *elsewhere, *chat.words.people)


class WordCompleter(Completer):
    """The completion of a command at the start of a line, and of rooms and names anywhere."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the completions of the word before the cursor."""
        before = document.text_before_cursor
        word = before.rpartition("\n")[2].rpartition(" ")[2]
        end = ": " if word == before and not word.startswith(("/", "#", "@")) else " "
        start = fold(word)
        for each in self._meant(before, word):
            if fold(each).startswith(start):
                yield Completion(each + end, start_position=-len(word), display=each)

    def _meant(self, before: str, word: str) -> list[str]:
        """Return the words that may be meant by the one before the cursor."""
        if word == before and word.startswith("/"):
            return [f"/{name}" for name in self._words.commands()]
        if word.startswith("#"):
            return [f"#{name}" for name in self._words.rooms()]
        if word.startswith("@"):
            return [f"@{name}" for name in self._words.names()]
        usage = ""
        if before.startswith("/") and "\n" not in before:
            usage = self._words.commands().get(before.split()[0][1:], "")
        wanted = set(re.findall(r"\w+", usage))
        if wanted & _ROOM:
            return [*self._words.rooms()]
        if wanted & _COMMAND:
            return [*self._words.commands()]
        return [*(self._words.all_names() if wanted & _PERSON else self._words.names())]


def _once(*names: str) -> list[str]:
    """Return the names, each once, in order."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(fold(name), name)
    return [*found.values()]
