"""The server's answers to one session: sentences and errors, in its language and its format.

The format is that of the session; its rooms are sent in `Format.shared`. This module must not know
rooms, names or what was asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatd.errors import ErrorKind
from chatd.event import Event
from chatd.formats.base import Format
from chatd.i18n import Language, sentence_of_form
from chatd.rooms.stream import Stream

READING_SECONDS = 2.0
"""Input that arrives sooner than this after an answer was typed before the answer was read."""


class Replies:
    """Puts answers into the ``stream`` of a session, in its ``language`` and its ``format``.

    ``answering`` is the format of answers: the same, or another one while a request is carried out.
    """

    __slots__ = ("answering", "format", "language", "stream")

    def __init__(self, stream: Stream, format: Format, language: Language) -> None:
        self.stream = stream
        self.format = format
        self.language = language
        self.answering = format

    def use_language(self, language: Language) -> None:
        """Answer in another language from here on. The format is not changed: see `use_format`."""
        self.language = language

    def use_format(self, format: Format) -> None:
        """Use another format from here on; a request that is being carried out keeps its own."""
        if self.answering is self.format:
            self.answering = format
        self.format = format

    def answer_in(self, format: Format | None) -> None:
        """Use this format for answers and errors alone; None for the format of all else."""
        self.answering = format or self.format

    def sentence(self, key: str, **values: object) -> str:
        """Return a sentence of the server in the language of the session."""
        return sentence_of_form(self.language, self.format.kind, key, **values)

    def answer(self, key: str, **values: object) -> None:
        """Send a sentence of the server."""
        text = self.sentence(key, **values)
        self.stream.put(self.answering.say(text, key))

    def tell(self, text: str) -> None:
        """Send some lines of the server."""
        self.stream.put(self.answering.say(text))

    def show(self, events: Sequence[Event]) -> None:
        """Send some events, with times."""
        self.stream.put(self.format.found(events))

    def done(self) -> None:
        """Send that a command is carried out, to a client that is told so."""
        self.stream.put(self.answering.done())

    def error(self, kind: ErrorKind, key: str, **values: object) -> None:
        """Send an error."""
        self.stream.put(self.answering.error(kind, key, **values))
