"""The questions of a room as one person sees them: which are open, and what that person answered.

A client that has not been there all the time does not know it from the log: answers are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chatd.chat.permissions import Act
from chatd.chat.question_grammar import counted
from chatd.chat.question_records import Asked, Given, QuestionRecord
from chatd.chat.respondents import Person
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.rooms.room import Room


class Own(NamedTuple):
    """A person's own answer: the place of the option, `WORDS` without options, and the words.

    Both are None of an anonymous question: only that the person has answered is known.
    """

    option: int | None
    words: str | None


class SeenQuestion(NamedTuple):
    """A question as a person sees it, who has asked it if it is ``mine``.

    ``counts`` are those of its options, or the number of people who answered in words; None while
    it is open.
    """

    asked: Asked
    mine: bool
    own: Own | None
    counts: Sequence[int] | None


def questions_seen(server: ChatServer, session: Session, room: Room) -> list[SeenQuestion]:
    """Return the questions of a room that are open, and the last ones that are closed.

    The oldest is the first. Raises `Refusal` if the session may not read the room.
    """
    server.moderation.check(session, room, Act.READ)
    person = server.questions.people.person(session)
    return [
        SeenQuestion(
            asked,
            asked.record.asker in person.keys,
            _own(server, asked, person),
            None if asked.record.open else _counts(asked.record),
        )
        for asked in server.questions.of(room)
    ]


def _own(server: ChatServer, asked: Asked, person: Person) -> Own | None:
    questions = server.questions
    if asked.record.anonymous:
        answered = asked.record.open and questions.has_answered(asked, person)
        return Own(None, None) if answered else None
    if asked.record.open:
        given = questions.own(asked, person)
        return None if given is None else Own(given.option, given.words)
    # There may be thousands, so no value is made of each.
    row = next((row for row in asked.record.answers if row[0] in person.keys), None)
    return None if row is None else Own(*Given(*row)[2:])  # type: ignore[arg-type]


def _counts(record: QuestionRecord) -> Sequence[int]:
    """Return the counts of a question that is closed."""
    if not record.options:
        return [len(record.answers)]
    return counted(record.options, [int(option) for _, _, option, _ in record.answers])
