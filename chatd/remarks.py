"""Remarks: questions, and what people make of lines: answers, acks and decisions.

A remark is an event whose text is a value. Its texts of people are stored as they were written, so
that a search finds their words, with their lengths before them. Each reader is told a sentence in
their own language (`chatd.formats.base.told`).

This module must not know a store, a client or a language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatd.event import Event, Kind

MOST_OPTIONS = 9
"""Most options of a question: each is chosen by one digit."""


EXCERPT = 200
"""Most characters of a line in a remark about it, and in the list of alerts."""


class Question(NamedTuple):
    """A question to a room: its words, and up to `MOST_OPTIONS` options; without any, words answer.

    Of one that is ``anonymous`` no one is told who chose what.
    """

    words: str
    options: tuple[str, ...] = ()
    anonymous: bool = False

    def text(self) -> str:
        """Return the text for the log."""
        return f"{'anonymous' if self.anonymous else 'named'} {_joined(self)}"

    @property
    def texts(self) -> Sequence[str]:
        """The texts that a person wrote in it."""
        return (self.words, *self.options)

    @classmethod
    def of(cls, text: str) -> Question:
        """Return the question that a text in the log is. Raise `ValueError` if it is none."""
        who, lengths, rest = text.split(" ", 2)
        words, *options = _cut(lengths, rest)
        if who not in ("anonymous", "named") or len(options) > MOST_OPTIONS:
            raise ValueError(text)
        return cls(words, tuple(options), who == "anonymous")


class Count(NamedTuple):
    """The number of the people who gave an answer, and their names, if these are shown."""

    answer: str
    people: int
    names: tuple[str, ...] = ()


class Answers(NamedTuple):
    """The answers to a question.

    ``verb`` is ``close`` if its author closed it, and ``show`` if that person showed what was
    answered so far; ``seq`` is that of the question.
    """

    verb: str
    seq: int
    counts: tuple[Count, ...] = ()

    def text(self) -> str:
        """Return the text for the log."""
        about = f"{self.verb} {self.seq}"
        if not self.counts:
            return about
        counts = "/".join(f"{count.people}" for count in self.counts)
        names = "/".join(",".join(count.names) for count in self.counts)
        return f"{about} {counts} {names} {_joined(self)}"

    @property
    def texts(self) -> Sequence[str]:
        """The texts that people wrote in it."""
        return [count.answer for count in self.counts]

    @classmethod
    def of(cls, text: str) -> Answers:
        """Return the answers that a text in the log is. Raise `ValueError` if it is none."""
        parts = text.split(" ", 5)
        if len(parts) == 2:  # nobody answered
            return cls(parts[0], int(parts[1]))
        verb, seq, counts, names, lengths, rest = parts
        return cls(
            verb,
            int(seq),
            tuple(
                Count(answer, int(people), tuple(filter(None, some.split(","))))
                for answer, people, some in zip(
                    _cut(lengths, rest), counts.split("/"), names.split("/"), strict=True
                )
            ),
        )


class Remark(NamedTuple):
    """A person's ack of a line, or a decision.

    ``verb`` is ``ack`` if that person has taken on an alert, ``read`` if it has read a question,
    and ``decision`` for a line that is kept as one. The line has the ``seq``, an ``author``, and an
    ``excerpt`` of its text; ``words`` are those of the person, "" for none.
    """

    verb: str
    seq: int
    author: str
    excerpt: str
    words: str = ""

    def text(self) -> str:
        """Return the text for the log."""
        return f"{self.verb} {self.seq} {self.author} {_joined(self)}"

    @property
    def texts(self) -> Sequence[str]:
        """The texts that people wrote in it."""
        return (self.excerpt, self.words)

    @classmethod
    def of(cls, text: str) -> Remark:
        """Return the remark that a text in the log is. Raise `ValueError` if it is none."""
        verb, seq, author, lengths, rest = text.split(" ", 4)
        excerpt, words = _cut(lengths, rest)
        return cls(verb, int(seq), author, excerpt, words)


_QUESTION = Kind.QUESTION  # see chatd.rooms.room

Value = Question | Answers | Remark

_OF_KINDS: dict[Kind, type[Question] | type[Answers] | type[Remark]] = {
    Kind.QUESTION: Question,
    Kind.ANSWER: Answers,
    Kind.ACK: Remark,
    Kind.DECISION: Remark,
}


def value_of(event: Event) -> Value:
    """Return the value of a remark. Raise `ValueError` if the event is none that chatd wrote."""
    of_kind = _OF_KINDS.get(event.kind)
    if of_kind is None:
        raise ValueError(event.kind)
    return of_kind.of(event.text)


def words_of(event: Event) -> str:
    """Return what people wrote in an event, which is all that a search looks at."""
    if event.kind < _QUESTION:
        return event.text
    try:
        return " ".join(value_of(event).texts)
    except ValueError:  # not stored by chatd
        return event.text


def _joined(value: Value) -> str:
    """Return the texts of a value, after their lengths in code points."""
    lengths = "/".join(f"{len(text)}" for text in value.texts)
    return f"{lengths} {' '.join(value.texts)}"


def _cut(lengths: str, joined: str) -> list[str]:
    """Return the texts that `_joined` has joined. Raise `ValueError` if the lengths are others."""
    texts = []
    at = 0
    for length in map(int, lengths.split("/")):
        texts.append(joined[at : at + length])
        at += length + 1
    if at != len(joined) + 1 or " ".join(texts) != joined:
        raise ValueError(lengths)
    return texts
