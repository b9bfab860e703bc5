"""Tests of `chatd.daemon.handover.store`: what is said to a successor that opens a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReadDescriptor
from twisted.internet.task import Clock

from chatd.daemon.handover.channel import Channel, Ended
from chatd.daemon.handover.store import OPENING_SECONDS, PREPARING_SECONDS, GivenStore
from chatd.storage.contract import StoreError
from chatd.storage.handing_over import StoreHandover
from chatd.util.state import State


class Reactor(Clock):
    """A clock, and the descriptors that are to be read."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: list[IReadDescriptor] = []

    def addReader(self, reader: IReadDescriptor) -> None:
        self.readers.append(reader)

    def removeReader(self, reader: IReadDescriptor) -> None:
        if reader in self.readers:
            self.readers.remove(reader)

    def read(self) -> None:
        for reader in tuple(self.readers):
            reader.doRead()


class Handover(StoreHandover):
    """The handover of a store that goes to a place when a test says so."""

    def __init__(self) -> None:
        self.asked: list[State] = []
        self.answer: Deferred[bool] = Deferred()

    async def meet(self, where: State) -> bool:
        self.asked.append(where)
        return await self.answer


class Given:
    """A store that is given, and the successor's end of the channel."""

    def __init__(self) -> None:
        self.reactor = Reactor()
        self.handover = Handover()
        ours, self.theirs = Channel.pair()
        self._ours = ours
        self._given = GivenStore(self.handover, ours, self.reactor)
        self.outcome: list[Any] = []

    def _run(self, does: Callable[[], Any]) -> None:
        Deferred.fromCoroutine(does()).addBoth(
            lambda result: self.outcome.append(getattr(result, "value", result))
        )

    def prepare(self) -> None:
        self._run(self._given.prepare)
        assert self.theirs.hear().says == "store"

    def open(self) -> None:
        self._run(self._given.open)
        assert self.theirs.hear().says == "still"

    def hear(self, says: str, **members: Any) -> None:
        self.theirs.say(says, **members)
        self.reactor.read()

    def close(self) -> None:
        self._ours.close()
        self.theirs.close()


@pytest.fixture
def given() -> Iterator[Given]:
    made = Given()
    yield made
    made.close()


def test_it_waits_until_the_successor_has_prepared(given: Given) -> None:
    given.prepare()
    assert given.outcome == []
    given.hear("prepared")
    assert given.outcome == [None]


def test_a_successor_that_cannot_prepare_says_why(given: Given) -> None:
    given.prepare()
    given.hear("failed", why="there is no database.")
    [error] = given.outcome
    assert isinstance(error, Ended)
    assert str(error) == "there is no database"


def test_a_successor_that_does_not_prepare(given: Given) -> None:
    given.prepare()
    given.reactor.advance(PREPARING_SECONDS)
    assert isinstance(given.outcome[0], Ended)
    assert not given.reactor.readers


def test_a_store_that_needs_no_place_is_opened(given: Given) -> None:
    given.open()
    given.hear("opened")
    assert (given.outcome, given.handover.asked) == ([None], [])


def test_it_goes_to_where_the_successor_is_until_both_are_there(given: Given) -> None:
    given.open()
    for number, there in enumerate((False, True)):
        given.hear("meet", where={"number": number})
        assert given.outcome == []
        answer, given.handover.answer = given.handover.answer, Deferred()
        answer.callback(there)
        heard = given.theirs.hear()
        assert (heard.says, heard.state) == ("met", {"there": there})
    given.hear("opened")
    assert given.handover.asked == [{"number": 0}, {"number": 1}]
    assert given.outcome == [None]


def test_it_fails_if_it_cannot_go_there(given: Given) -> None:
    given.open()
    given.hear("meet", where={})
    given.handover.answer.errback(StoreError("the database is away."))
    assert str(given.outcome[0]) == "the database is away"


def test_it_fails_if_going_there_takes_long(given: Given) -> None:
    given.open()
    given.hear("meet", where={})
    given.reactor.advance(OPENING_SECONDS)
    assert isinstance(given.outcome[0], Ended)


def test_it_fails_if_the_successor_ends(given: Given) -> None:
    given.open()
    given.theirs.close()
    given.reactor.read()
    assert isinstance(given.outcome[0], Ended)
