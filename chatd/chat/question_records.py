"""The records of questions that were asked in rooms, and of what was answered, and reading them.

A question is an event in the log of its room, and a record with the seq of that. Each answer is a
record of its own, until the question is closed: then its record has all answers. This module must
not know rights, nor how records are changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from chatd.chat.ballots import Ballots
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.question_grammar import WORDS, counted
from chatd.chat.respondents import Person, Respondents, is_account
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.remarks import Count, Question
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Groups, Table
from chatd.text.folding import fold


class QuestionRecord(NamedTuple):
    """A stored question.

    It was asked in a ``room``, given by its name, and ``seq`` is that of its line, 0 until it is
    stored. ``asker`` is the key of the person who asked, and ``session`` that of its session.
    ``expected`` are the people who were there by then, as pairs of key and name; once it is not
    ``open``, those of them and of later ones who had not answered. ``answers`` are empty until
    then, and after that have the key, name, option and words of each.
    """

    room: str
    seq: int
    words: str
    options: list[str]
    anonymous: bool
    by: str
    asker: str
    session: str
    expected: list[list[str]]
    open: bool = True
    answers: list[list[str | int]] = []

    @property
    def question(self) -> Question:
        """The question as it is in the log."""
        return Question(self.words, tuple(self.options), self.anonymous)


class AnswerRecord(NamedTuple):
    """A stored answer to an open question, given by the key of that.

    ``room`` and ``seq`` are those of the question. It is of a person with a ``name``, given from
    a ``session``, by the key of that. ``option`` is a place among the options, or `WORDS`, and
    ``words`` are those of the person, "" for yes.
    """

    room: str
    seq: int
    question: str
    person: str
    name: str
    session: str
    option: int
    words: str


class Asked(NamedTuple):
    """A question with its key."""

    key: str
    record: QuestionRecord


class Given(NamedTuple):
    """An answer: the key and the name of the person, the place of the option, and the words."""

    person: str
    name: str
    option: int
    words: str


class QuestionRecords:
    """All questions of a store, and the answers to them; ``people`` are those who may answer.

    ``ballots`` are the answers to open anonymous questions. ``of_account`` returns the sessions of
    this node of an account, given its key.
    """

    def __init__(
        self,
        store: Store,
        sessions: ConnectedSessions,
        roster: Roster,
        of_account: Callable[[str], Sequence[Session]],
    ) -> None:
        self.people = Respondents(store, sessions, roster, of_account)
        self.ballots = Ballots(store)
        self._in_rooms: Groups[QuestionRecord] = Groups(lambda key, asked: [fold(asked.room)])
        self._answers_to: Groups[AnswerRecord] = Groups(lambda key, answer: [answer.question])
        self._from_sessions: Groups[AnswerRecord] = Groups(
            lambda key, answer: [f"{answer.question} {answer.session}"]
        )
        self.questions: Table[QuestionRecord] = Table(
            store, "question", QuestionRecord, self._in_rooms, of_line=True
        )
        self.answers: Table[AnswerRecord] = Table(
            store, "answer", AnswerRecord, self._answers_to, self._from_sessions, of_line=True
        )

    def of(self, room: Room) -> list[Asked]:
        """Return the questions of a room that are in its log, the oldest first."""
        found = [Asked(key, self.questions[key]) for key in self._in_rooms[room.key]]
        return sorted((each for each in found if each.record.seq), key=lambda each: each.record.seq)

    def at(self, room: Room, seq: int) -> Asked:
        """Return the question with a seq in a room. Raises `Refusal`."""
        found = next((each for each in self.of(room) if each.record.seq == seq), None)
        if found is None:
            raise Refusal(ErrorKind.WRONG_USE, "no_such_question", number=seq, room=room.name)
        return found

    def given_to(self, asked: Asked) -> list[Given]:
        """Return the answers to a question, in the order in which they were given.

        Of an anonymous one, those without the options, in no order; or, once it is closed, without
        the people.
        """
        if asked.record.open and asked.record.anonymous:
            roll = self.ballots.of(asked.key)
            return [Given(entry.person, entry.name, WORDS, "") for entry in roll]
        if not asked.record.open:
            return [Given(*each) for each in asked.record.answers]  # type: ignore[arg-type]
        records = (self.answers[key] for key in self._answers_to[asked.key])
        return [Given(each.person, each.name, each.option, each.words) for each in records]

    def has_answered(self, asked: Asked, person: Person) -> bool:
        """Return True if a person has answered an open question."""
        if asked.record.anonymous:
            return self.ballots.has(asked.key, person)
        return self.own(asked, person) is not None

    def answered(self, asked: Asked) -> Callable[[Person], bool]:
        """Return a function that does as `has_answered`, for many people at once."""
        if asked.record.anonymous:
            return partial(self.ballots.has, asked.key)
        records = [self.answers[key] for key in self._answers_to[asked.key]]
        people = {each.person for each in records}
        sessions = {each.session for each in records}

        def has_answered(person: Person) -> bool:
            if not people.isdisjoint(person.keys):
                return True
            return person.session in sessions and self.own(asked, person) is not None

        return has_answered

    def own(self, asked: Asked, person: Person) -> AnswerRecord | None:
        """Return the answer that a person has given to an open question; see `all_own`."""
        return next(iter(self.all_own(asked, person)), None)

    def all_own(self, asked: Asked, person: Person) -> list[AnswerRecord]:
        """Return the answers that a person has given to an open question, the best key's first.

        They may be from before that person logged in or out: then they are of the same session,
        unless that was another account's by then. There are several if that person answered as a
        guest here, and in another session of the account that it has logged in to since.
        """
        keys = [answer_key(asked.key, key) for key in person.keys]
        keys += self._from_sessions[f"{asked.key} {person.session}"]
        found = [self.answers[key] for key in dict.fromkeys(keys) if key in self.answers]
        return [
            each
            for each in found
            if each.person in person.keys
            or not (is_account(each.person) and is_account(person.key))
        ]


def counts_of(asked: QuestionRecord, given: Sequence[Given], *, named: bool) -> tuple[Count, ...]:
    """Return how many chose each option, with their names if they are shown.

    Of answers in words it is how many gave each one.
    """
    if asked.options:
        answers: Sequence[str] = asked.options
        counts = counted(asked.options, [each.option for each in given])
        names = [[each.name for each in given if each.option == n] for n in range(len(answers))]
    else:
        by_words: dict[str, list[Given]] = {}
        for each in given:
            by_words.setdefault(fold(each.words), []).append(each)
        answers = [some[0].words for some in by_words.values()]
        counts = [len(some) for some in by_words.values()]
        names = [[each.name for each in some] for some in by_words.values()]
    return tuple(
        Count(answer, count, tuple(some) if named else ())
        for answer, count, some in zip(answers, counts, names, strict=True)
    )


def answer_key(question: str, person: str) -> str:
    return f"{question}/{person}"
