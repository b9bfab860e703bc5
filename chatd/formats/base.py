"""The base of formats, which render events to bytes for one kind of client.

A format is a value: two clients with equal formats are sent the same bytes, rendered once. A
session may have a format of its own, which knows its name, say. Then its rooms are rendered in the
one that is `Format.shared`, and all that it alone is sent in its own: answers, entrances, private
lines. Every line that leaves the daemon is rendered by a format, which passes it through the
encoder of `chatd.text.escaping`.

Formats are pure: they must not know a store, a session or a connection.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import NamedTuple

from chatd.errors import ErrorKind
from chatd.event import (
    LEAVING,
    UNKNOWN,
    Change,
    Deed,
    Departure,
    Event,
    Kind,
    Line,
    Notice,
    Origin,
    Presence,
)
from chatd.i18n import Language, people, sentence
from chatd.remarks import Answers, Count, Question, Remark, value_of
from chatd.text.times import written_duration

_MESSAGE = Kind.MESSAGE  # see chatd.rooms.room
_ACTION = Kind.ACTION

BELL = b"\x07"
"""The character that rings a terminal's bell: the only control character beside line ends that a
terminal is sent, and only after its user asked for it."""

NAMES_TOLD = 5
FIRST_TOLD = 2
"""Most names in the sentence of a notice, and the number of names in that of one with more."""

_OF_MODES = ("create", "mode")
"""The verbs of deeds whose target is a mode."""


class Entrance(NamedTuple):
    """The entry of a session into a room.

    The last seq of the room is ``head``, with the time ``head_time`` (see `Bookmark`), and the
    session is sent the lines after the seq ``after``. A returning session is ``resumed`` at its
    bookmark, or begins ``anew``, because its bookmark is of another log. ``greeting`` and ``then``
    are sentences. ``topic_set`` and ``made`` are the origins of the topic and of the room.
    """

    room: str
    head: int
    head_time: int
    after: int
    topic: str
    greeting: str
    then: str = ""
    resumed: bool = False
    anew: bool = False
    topic_set: Origin = UNKNOWN
    made: Origin = UNKNOWN


class PeopleMarks(NamedTuple):
    """The marks of people in a list: the word for a role by name, and the names of the absent."""

    roles: dict[str, str]
    away: list[str]


class PeopleChange(NamedTuple):
    """A change of the list of the people in a room.

    The people ``here`` have come or have other ``marks``, those ``gone`` are not there any more.
    Now there are ``named`` people with names, and ``guests`` without.
    """

    room: str
    here: list[str]
    gone: list[str]
    named: int
    guests: int
    marks: PeopleMarks


class Format(abc.ABC):
    """A rendering for one kind of client. Methods that are not overridden render nothing."""

    kind = "other"
    """The word for what it renders, in counts."""

    bell = b""
    """The bytes that ring the client's bell."""

    lists_people = False
    """True if the client keeps a list of the people in each of its rooms."""

    shared: Format | None = None
    """The format of the rooms of a session with this one, if this is of one session alone."""

    shows_presence = False
    """True if the client is sent each session that comes to its rooms or leaves them, at once."""

    asks_for_past = False
    """True if the client is sent no past lines as a newcomer to a room: its door sends them."""

    asks_for_missed = False
    """True if the client is not sent what it missed when it logs in: it asks for that itself."""

    comes_back_without_bookmark = False
    """True if the client connects again by itself, and is sent then what the server knows it has
    not, as it cannot say which lines it has."""

    @property
    def reports_seen(self) -> bool:
        """True if a client with several rooms reports itself which lines a person has seen.

        Otherwise those that it was sent count as seen.
        """
        return True

    @property
    def apart(self) -> Format | None:
        """The format of the session's own lines in rooms, which are rendered for it alone then.

        None if the session is sent them as others are.
        """
        return None

    @abc.abstractmethod
    def render(self, entries: Sequence[Line]) -> bytes:
        """Render entries as lines, each with its line end."""

    def presence(self, presence: Presence) -> bytes:
        """Render the presence of another session, in the order of the lines of the room."""
        return b""

    @abc.abstractmethod
    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        """Render an error; ``key`` and ``values`` name a sentence of `chatd.i18n`."""

    def say(self, text: str, key: str = "") -> bytes:
        """Render lines of the server.

        If they are one sentence of `chatd.i18n`, ``key`` is its key.
        """
        return b""

    def entered(self, entrance: Entrance) -> bytes:
        """Render the entry of a session into a room."""
        return b""

    def left(self, room: str, departure: Departure = LEAVING) -> bytes:
        """Render that the session has left a room, and why."""
        return b""

    def you(self, name: str, is_guest: bool, logged_in: bool) -> bytes:
        """Render the name of the session, if it is a guest's or an account's, and its language."""
        return b""

    def people_changed(self, change: PeopleChange) -> bytes:
        """Render a change of the list of the people in a room."""
        return b""

    def people_unknown(self, room: str) -> bytes:
        """Render that the client missed changes of the list of the people in a room."""
        return b""

    def seen(self, room: str, seq: int, time: int) -> bytes:
        """Render the account's read mark in a room, which this or another session has moved.

        It is at a seq, and at a time in milliseconds since 1970, 0 if that is not in memory.
        """
        return b""

    def answered(self, room: str, seq: int, people: int, counts: Sequence[int] | None) -> bytes:
        """Render for the one who asked the question of that seq how many people have answered.

        ``counts`` are those of its options; None if they are not shown, or it has none.
        """
        return b""

    def done(self) -> bytes:
        """Render that a command is carried out, or refused, and all of its answers are sent."""
        return b""

    def found(self, events: Sequence[Event]) -> bytes:
        """Render the results of a search."""
        return self.of_past().render(events)

    def private(self, author: str, text: str, receiver: str | None = None) -> bytes:
        """Render a private line for its receiver; with ``receiver``, for its author."""
        return b""

    def invited(self, by: str, room: str, text: str) -> bytes:
        """Render for a person that another one has invited it to a room, which ``text`` says."""
        return self.say(text)

    def delivered(self, event: Event, receiver: str) -> bytes:
        """Render for its author a private line that is in the inbox of its receiver."""
        return self.private(event.author, event.text, receiver)

    def with_times(self, times: bool) -> Format:
        """Return the same format with or without the time before each event."""
        return self

    def of_past(self) -> Format:
        """Return the same format for history that the client asked for."""
        return self.with_times(True)

    def for_newcomers(self) -> Format:
        """Return the same format for the last lines of a room that a session enters."""
        return self.with_times(True)

    def with_quiet(self, quiet: bool) -> Format:
        """Return the same format without notices or with them."""
        return self

    def named(self, name: str, logged_in: bool) -> Format:
        """Return the same format for a session that has this name, an account's if logged in."""
        return self

    def in_language(self, language: Language) -> Format:
        """Return the same format in another language."""
        return self

    def with_eol(self, eol: bytes) -> Format:
        """Return the same format with other line ends."""
        return self


def told(language: Language, event: Event) -> str:
    """Return the sentence for an event that is a topic, a deed or a remark, not yet escaped."""
    if event.kind is Kind.TOPIC:
        key = "topic_set" if event.text else "topic_cleared"
        return sentence(language, key, name=event.author, topic=event.text)
    try:
        if event.kind is Kind.DEED:
            return _deed(language, event.author, Deed.of(event.text))
        value = value_of(event)
        if isinstance(value, Question):
            return _question(language, event.author, value)
        if isinstance(value, Answers):
            return _answers(language, event.author, value)
        return _remark(language, event.author, value)
    except (ValueError, KeyError):  # stored by a later chatd, or not by chatd
        return f"{event.author}: {event.text}"


def notice_sentence(language: Language, notice: Notice) -> str:
    """Return the sentence for a notice, not yet escaped.

    Of more than `NAMES_TOLD` people it has the names of `FIRST_TOLD`, and counts the others.
    """
    names = notice.names
    if notice.change is Change.RENAMED:
        return sentence(language, "renamed", name=names[0], new_name=notice.new_name)
    told = names if len(names) <= NAMES_TOLD else names[:FIRST_TOLD]
    listed = people(language, told, 0, len(names) - len(told))
    return sentence(language, notice.change.value, people=listed, count=len(names))


def _deed(language: Language, name: str, deed: Deed) -> str:
    verb, target, seconds, reason = deed
    if target.startswith("@"):
        verb, target = f"{verb}_address", target[1:]
    if verb in _OF_MODES:
        target = mode_word(language, target)
    did = sentence(language, f"did_{verb}", name=name, target=target)
    if seconds:
        did = sentence(language, "for_time", did=did, time=written_duration(seconds))
    key = "with_reason" if reason else "without_reason"
    return sentence(language, key, did=did, reason=reason)


def _question(language: Language, name: str, question: Question) -> str:
    words, options, anonymous = question
    if words[-1:] not in _ENDS:
        words += "."
    listed = ", ".join(f"{number}: {option}" for number, option in enumerate(options, 1))
    return sentence(
        language,
        "asks_anonymously" if anonymous else "asks",
        name=name,
        question=f"{words} {listed}." if options else words,
        how=f"/a {min(2, len(options))}" if options else sentence(language, "any_answer"),
    )


_ENDS = ("?", "!", ".", ":", "…")
"""The characters that may end a question."""


def _answers(language: Language, name: str, answers: Answers) -> str:
    listed = ", ".join(_count(language, count) for count in answers.counts)
    counts = listed or sentence(language, "no_answers")
    return sentence(language, f"question_{answers.verb}", name=name, counts=counts)


def _count(language: Language, count: Count) -> str:
    if not (count.answer or count.names):  # in words, which only their reader is shown
        return sentence(language, "answered_in_words", count=count.people)
    names = f" ({', '.join(count.names)})" if count.names else ""
    return f"{yes_or(language, count.answer)}: {count.people}{names}"


def yes_or(language: Language, words: str) -> str:
    """Return an answer in words; one without any is a yes."""
    return words or sentence(language, "yes")


def _remark(language: Language, name: str, remark: Remark) -> str:
    words = f" ({remark.words})" if remark.words else ""
    line = f"<{remark.author}> {remark.excerpt}" if remark.verb == "decision" else remark.excerpt
    return sentence(language, f"remark_{remark.verb}", name=name, line=line, words=words)


def mode_word(language: Language, mode: str) -> str:
    """Return the word for a room's mode; a mode of a later chatd is returned as it is."""
    try:
        return sentence(language, f"mode_{mode}")
    except KeyError:
        return mode
