"""The answers to anonymous questions: on a roll who has answered, in a tally how often what.

Theory of operation. Roll and tally are records of their own, of which the store has no earlier
state (`Record`), and neither has an order, a time or a seq that joins the two. So nothing that is
stored says who chose what, as long as people chose several options. For that reason, too, an answer
is not changed: nothing says which one it was.

A tally is one value that all answers change. If a change of it failed while a later one is on its
way, that one would count what is on no roll. So one change is stored at a time, with all answers
that came meanwhile, in the order of their keys.

It needs a store of one node that leaves no trace. This module must not know rights or wording.
"""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex
from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from chatd.chat.respondents import Person, is_account
from chatd.errors import ErrorKind, Refusal
from chatd.event import Seqs
from chatd.storage.contract import Conflict, Store
from chatd.storage.records import Groups, Put, Table, change


class RollRecord(NamedTuple):
    """A person who has answered an anonymous question, given by the key of that.

    The members are those of an `AnswerRecord`.
    """

    room: str
    seq: int
    question: str
    person: str
    name: str
    session: str


class TallyRecord(NamedTuple):
    """The numbers of the people who chose each option of an anonymous question."""

    room: str
    seq: int
    counts: list[int]


class _Ballot(NamedTuple):
    """An answer that waits to be stored."""

    entry: RollRecord
    option: int
    stored: Deferred[None]


class Ballots:
    """The rolls and tallies of all anonymous questions that are open."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of_questions: Groups[RollRecord] = Groups(lambda key, entry: [entry.question])
        self._from_sessions: Groups[RollRecord] = Groups(
            lambda key, entry: [f"{entry.question} {entry.session}"]
        )
        self.roll: Table[RollRecord] = Table(
            store,
            "roll",
            RollRecord,
            self._of_questions,
            self._from_sessions,
            of_line=True,
            trace=False,
        )
        self.tallies: Table[TallyRecord] = Table(
            store, "tally", TallyRecord, of_line=True, trace=False
        )
        self._waiting: list[_Ballot] = []
        self._under_way: list[_Ballot] = []

    def of(self, question: str) -> list[RollRecord]:
        """Return the people who have answered a question, in no order that says when."""
        return [self.roll[key] for key in sorted(self._of_questions[question])]

    def count(self, question: str) -> int:
        """Return the number of people who have answered a question."""
        return len(self._of_questions[question])

    def chosen(self, question: str) -> list[int]:
        """Return the options that were chosen, each as often as it was."""
        tally = self.tallies.get(question)
        counts = [] if tally is None else tally.counts
        return [option for option, count in enumerate(counts) for _ in range(count)]

    def has(self, question: str, person: Person) -> bool:
        """Return True if a person has answered a question, or its answer is being stored."""
        entries = [self.roll.get(_key(question, key)) for key in person.keys]
        entries += [self.roll[key] for key in self._from_sessions[f"{question} {person.session}"]]
        ballots = (*self._waiting, *self._under_way)
        entries += [each.entry for each in ballots if each.entry.question == question]
        return any(entry is not None and _is_of(entry, person) for entry in entries)

    def open(self, question: str, room: str, options: int) -> Put:
        """Return the change that begins to count, stored with the line of the question."""
        return self.tallies.put(question, TallyRecord(room, 0, [0] * options), Seqs(last="seq"))

    def cast(self, entry: RollRecord, option: int) -> Deferred[None]:
        """Count an answer. Fires once it is stored; fails with `Refusal` and `StoreError`.

        The question is open, and the person has not answered it.
        """
        ballot = _Ballot(entry, option, Deferred())
        self._waiting.append(ballot)
        if not self._under_way:
            self._store_waiting()
        return ballot.stored

    async def settle(self) -> None:
        """Wait until no answer is being stored."""
        while ballots := [*self._under_way, *self._waiting]:
            done: Deferred[None] = Deferred()
            ballots[-1].stored.addBoth(_fire, done)
            await done

    def removal(self, question: str) -> Iterator[Put]:
        """Return the changes that remove the roll and the tally of a question."""
        if question in self.tallies:
            yield self.tallies.put(question, None)
        for key in self._of_questions[question]:
            yield self.roll.put(key, None)

    def account_gone(self, person: str) -> list[Put]:
        """Return the changes that strike a person from all rolls, given its key; it stays counted.

        The next owner of the name may answer.
        """
        puts: list[Put] = []
        for key, entry in self.roll.items():
            if entry.person == person:
                gone = entry._replace(person=f"gone {token_hex(8)}", name="", session="")
                puts += [self.roll.put(key, None), self.roll.put(_key_of(gone), gone)]
        return puts

    def _store_waiting(self) -> None:
        """Store all answers that wait, in one change."""
        waiting, self._waiting = self._waiting, []
        questions = sorted({each.entry.question for each in waiting})
        tallies = {key: self.tallies[key] for key in questions if key in self.tallies}
        self._under_way = [each for each in waiting if each.entry.question in tallies]
        if self._under_way:
            self._count(tallies)
        for ballot in waiting:
            if ballot.entry.question not in tallies:
                # It comes last: its session may answer another question at once.
                room = ballot.entry.room
                closed = Refusal(ErrorKind.NOT_ALLOWED, "question_is_closed", room=room)
                ballot.stored.errback(closed)

    def _count(self, tallies: dict[str, TallyRecord]) -> None:
        """Store the answers that are under way, in one change, given the tallies before it."""
        entries = sorted((each.entry for each in self._under_way), key=_key_of)
        for ballot in self._under_way:
            before = tallies[ballot.entry.question]
            now = [count + (place == ballot.option) for place, count in enumerate(before.counts)]
            tallies[ballot.entry.question] = before._replace(counts=now)
        puts = [self.roll.put(_key_of(entry), entry) for entry in entries]
        puts += [self.tallies.put(key, tally) for key, tally in tallies.items()]
        change(self._store, *puts).addBoth(self._stored)

    def _stored(self, result: Failure | None) -> None:
        done, self._under_way = self._under_way, []
        for ballot in done:
            if isinstance(result, Failure) and result.check(Conflict):
                ballot.stored.errback(Refusal(ErrorKind.NOT_SAVED, "anonymous_not_now"))
            elif isinstance(result, Failure):
                ballot.stored.errback(result)
            else:
                ballot.stored.callback(None)
        if self._waiting and not self._under_way:
            self._store_waiting()


def _is_of(entry: RollRecord, person: Person) -> bool:
    """Return True if an entry is of a person, who may have logged in or out since."""
    if entry.person in person.keys:
        return True
    both = is_account(entry.person) and is_account(person.key)
    return entry.session == person.session and not both


def _key_of(entry: RollRecord) -> str:
    return _key(entry.question, entry.person)


def _key(question: str, person: str) -> str:
    return f"{question}/{person}"


def _fire(result: object, done: Deferred[None]) -> object:
    done.callback(None)
    return result
