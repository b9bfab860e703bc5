"""Questions that were asked in rooms, and what was answered: records beside the logs.

Theory of operation. A question is an event in the log of its room, and a record with the seq of
that. Each answer is a record of its own, so that people answer at several nodes at once; a person
has one, which another answer replaces. When a question is closed, the answers become a part of its
record, and the result an event. Of closed ones the last `CLOSED_IN_A_ROOM` are kept. A question is
forgotten with its line, and its answers with it: the store does that in one transaction, where it
can (`Record.of_line`); `forgotten` removes them from memory, and where the store left them.

Who counts as one person, `chatd.chat.respondents` says. This module must not know rights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.question_grammar import counted
from chatd.chat.respondents import Person, Respondents, account_key, is_account
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Seqs
from chatd.remarks import Count, Question
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Groups, Put, Table, change, ignore_store_error
from chatd.text.folding import fold

OPEN_IN_A_ROOM = 5
"""Most open questions of a room: more than a person can follow."""

CLOSED_IN_A_ROOM = 5
"""Closed questions of a room whose answers are kept. Of older ones the log has the result."""

ANSWERS = 10_000
"""Most answers to a question: as many as a daemon has clients."""

EXPECTED = 1000
"""Most people who were there of whom a question keeps the names: 60 KB."""


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


class Questions:
    """All questions of a store, and the answers to them; ``people`` are those who may answer.

    ``of_account`` returns the sessions of this node of an account, given its key.
    """

    def __init__(
        self,
        store: Store,
        sessions: ConnectedSessions,
        roster: Roster,
        of_account: Callable[[str], Sequence[Session]],
    ) -> None:
        self.people = Respondents(store, sessions, roster, of_account)
        self._store = store
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
        orphans = [key for key, each in self.answers.items() if each.question not in self.questions]
        self._delete(self.answers.put(key, None) for key in orphans)

    # Reading

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
        """Return the answers to a question, in the order in which they were given."""
        if not asked.record.open:
            return [Given(*each) for each in asked.record.answers]  # type: ignore[arg-type]
        records = (self.answers[key] for key in self._answers_to[asked.key])
        return [Given(each.person, each.name, each.option, each.words) for each in records]

    def own(self, asked: Asked, person: Person) -> AnswerRecord | None:
        """Return the answer that a person has given to an open question.

        It may be from before that person logged in or out: then it is of the same session, unless
        that was another account's by then.
        """
        for key in person.keys:
            if (found := self.answers.get(_answer_key(asked.key, key))) is not None:
                return found
        for key in self._from_sessions[f"{asked.key} {person.session}"]:
            found = self.answers[key]
            if not (is_account(found.person) and is_account(person.key)):
                return found
        return None

    # Changes

    def ask(
        self,
        room: Room,
        question: Question,
        by: Person,
        there: Iterable[Person],
    ) -> list[Put]:
        """Return the changes that add a question to a room, stored with its line.

        ``there`` are those who are in the room. Raises `Refusal`.
        """
        keys = self._in_rooms[room.key]
        if sum(self.questions[key].open for key in keys) >= OPEN_IN_A_ROOM:
            raise Refusal(
                ErrorKind.NOT_ALLOWED, "too_many_questions", room=room.name, limit=OPEN_IN_A_ROOM
            )
        expected = {each.key: [each.key, each.name] for each in there if each.key != by.key}
        record = QuestionRecord(
            room.name,
            0,
            question.words,
            list(question.options),
            question.anonymous,
            by.name,
            by.key,
            by.session,
            [*expected.values()][:EXPECTED],
        )
        number = 1 + max((int(key.partition("/")[2]) for key in keys), default=0)
        return [self.questions.put(f"{room.key}/{number}", record, Seqs(last="seq"))]

    def answer(self, asked: Asked, person: Person, option: int, words: str) -> list[Put]:
        """Return the changes by which a person answers a question. Raises `Refusal`."""
        before, key = self.own(asked, person), person.key
        if before is None and len(self._answers_to[asked.key]) >= ANSWERS:
            raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_answers", limit=ANSWERS)
        puts = []
        if before is not None and is_account(before.person):
            key = before.person  # its owner has logged out since
        elif before is not None and before.person != key:
            puts.append(self.answers.put(_answer_key(asked.key, before.person), None))
        record = AnswerRecord(
            asked.record.room,
            asked.record.seq,
            asked.key,
            key,
            person.name,
            person.session,
            option,
            words,
        )
        return [*puts, self.answers.put(_answer_key(asked.key, key), record)]

    def close(self, asked: Asked, missing: Sequence[Sequence[str]]) -> list[Put]:
        """Return the changes that close a question.

        ``missing`` are the people who have not answered, as pairs of key and name.
        """
        record = asked.record
        closed = record._replace(
            open=False,
            expected=[list(each) for each in missing][:EXPECTED],
            answers=[list(each) for each in self.given_to(asked)],
        )
        others = [each for each in self._closed_in(record.room) if each.key != asked.key]
        displaced = others[: max(0, len(others) + 1 - CLOSED_IN_A_ROOM)]
        return [
            self.questions.put(asked.key, closed),
            *(self.answers.put(key, None) for key in self._answers_to[asked.key]),
            *(self.questions.put(each.key, None) for each in displaced),
        ]

    def _closed_in(self, room: str) -> list[Asked]:
        found = [Asked(key, self.questions[key]) for key in self._in_rooms[fold(room)]]
        closed = [each for each in found if not each.record.open]
        return sorted(closed, key=lambda each: each.record.seq)

    def forgotten(self, room: Room, upto: int) -> None:
        """Remove the questions of a room whose lines the store has deleted, up to a seq."""
        self._delete(
            put
            for asked in self.of(room)
            if asked.record.seq <= upto
            for put in self._removal(asked.key)
        )

    def account_gone(self, account: str) -> list[Put]:
        """Return the changes that remove all that an account, given its key, asked and answered."""
        person = account_key(account)
        puts: list[Put] = []
        for key, asked in self.questions.items():
            if asked.asker == person:
                puts += self._removal(key)
                continue
            expected = [each for each in asked.expected if each[0] != person]
            answers = [each for each in asked.answers if each[0] != person]
            if [expected, answers] != [asked.expected, asked.answers]:
                left = asked._replace(expected=expected, answers=answers)
                puts.append(self.questions.put(key, left))
        removed = {put.key for put in puts}
        return puts + [
            self.answers.put(key, None)
            for key, answer in self.answers.items()
            if answer.person == person and key not in removed
        ]

    def _removal(self, key: str) -> Iterator[Put]:
        yield self.questions.put(key, None)
        for answer in self._answers_to[key]:
            yield self.answers.put(answer, None)

    def _delete(self, puts: Iterable[Put]) -> None:
        deleted = list(puts)
        if deleted:
            change(self._store, *deleted).addErrback(ignore_store_error)


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


def _answer_key(question: str, person: str) -> str:
    return f"{question}/{person}"
