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

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from chatd.chat.answer_news import AnswerNews
from chatd.chat.ballots import RollRecord
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.question_records import (
    AnswerRecord,
    Asked,
    Given,
    QuestionRecord,
    QuestionRecords,
    answer_key,
)
from chatd.chat.respondents import Person, account_key, is_account
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Seqs
from chatd.remarks import Question
from chatd.rooms.room import Room
from chatd.storage.contract import Store
from chatd.storage.records import Put, change, ignore_store_error
from chatd.text.folding import fold

OPEN_IN_A_ROOM = 5
"""Most open questions of a room: more than a person can follow."""

CLOSED_IN_A_ROOM = 5
"""Closed questions of a room whose answers are kept. Of older ones the log has the result."""

ANSWERS = 10_000
"""Most answers to a question: as many as a daemon has clients."""

EXPECTED = 1000
"""Most people who were there of whom a question keeps the names: 60 KB."""


class Questions(QuestionRecords):
    """All questions of a store, and the changes of them: see `QuestionRecords`."""

    def __init__(
        self,
        store: Store,
        clock: IReactorTime,
        sessions: ConnectedSessions,
        roster: Roster,
        of_account: Callable[[str], Sequence[Session]],
    ) -> None:
        super().__init__(store, sessions, roster, of_account)
        self._store = store
        AnswerNews(self, clock)
        self._remove_orphans()

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
        expected: dict[str, list[str]] = {}
        for each in there:
            if each.key != by.key:
                expected[each.key] = [each.key, each.name]
                if len(expected) == EXPECTED:
                    break
        record = QuestionRecord(
            room.name,
            0,
            question.words,
            list(question.options),
            question.anonymous,
            by.name,
            by.key,
            by.session,
            [*expected.values()],
        )
        number = 1 + max((int(key.partition("/")[2]) for key in keys), default=0)
        key = f"{room.key}/{number}"
        puts = [self.questions.put(key, record, Seqs(last="seq"))]
        if question.anonymous:
            puts.append(self.ballots.open(key, room.name, len(question.options)))
        return puts

    def answer(self, asked: Asked, person: Person, option: int, words: str) -> list[Put]:
        """Return the changes by which a person answers a question. Raises `Refusal`."""
        own, key = self.all_own(asked, person), person.key
        if not own and len(self._answers_to[asked.key]) >= ANSWERS:
            raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_answers", limit=ANSWERS)
        if own and is_account(own[0].person):
            key = own[0].person  # its owner may have logged out since
        puts = [
            self.answers.put(answer_key(asked.key, each.person), None)
            for each in own
            if each.person != key
        ]
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
        return [*puts, self.answers.put(answer_key(asked.key, key), record)]

    def cast(self, asked: Asked, person: Person, option: int) -> Deferred[None]:
        """Count a person's answer to an anonymous question: see `Ballots.cast`. Raises `Refusal`.

        It cannot be changed.
        """
        if self.ballots.has(asked.key, person):
            raise Refusal(ErrorKind.NOT_ALLOWED, "answered_anonymously")
        if self.ballots.count(asked.key) >= ANSWERS:
            raise Refusal(ErrorKind.NOT_ALLOWED, "too_many_answers", limit=ANSWERS)
        entry = RollRecord(
            asked.record.room,
            asked.record.seq,
            asked.key,
            person.key,
            person.name,
            person.session,
        )
        return self.ballots.cast(entry, option)

    def close(self, asked: Asked, missing: Sequence[Sequence[str]]) -> list[Put]:
        """Return the changes that close a question.

        ``missing`` are the people who have not answered, as pairs of key and name.
        """
        record = asked.record
        given = self.given_to(asked)
        if record.anonymous:
            given = [Given("", "", option, "") for option in self.ballots.chosen(asked.key)]
        closed = record._replace(
            open=False,
            expected=[list(each) for each in missing][:EXPECTED],
            answers=[list(each) for each in given],
        )
        others = [each for each in self._closed_in(record.room) if each.key != asked.key]
        displaced = others[: max(0, len(others) + 1 - CLOSED_IN_A_ROOM)]
        return [
            self.questions.put(asked.key, closed),
            *(self.answers.put(key, None) for key in self._answers_to[asked.key]),
            *self.ballots.removal(asked.key),
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
        puts += self.ballots.account_gone(person)
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
        yield from self.ballots.removal(key)

    def _delete(self, puts: Iterable[Put]) -> None:
        deleted = list(puts)
        if deleted:
            change(self._store, *deleted).addErrback(ignore_store_error)

    def _remove_orphans(self) -> None:
        """Remove what was stored just after its question was forgotten."""
        orphans = [key for key, each in self.answers.items() if each.question not in self.questions]
        gone = {each.question for each in self.ballots.roll.values()} | {*self.ballots.tallies}
        self._delete(
            [
                *(self.answers.put(key, None) for key in orphans),
                *(
                    put
                    for key in sorted(gone - self.questions.keys())
                    for put in self.ballots.removal(key)
                ),
            ]
        )
