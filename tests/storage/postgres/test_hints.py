"""Hints that come from the database, as the reactor reads them."""

from __future__ import annotations

import select
from collections.abc import Iterator
from typing import Any, cast

import psycopg
import pytest
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from chatd.storage.postgres.channel import Channel
from chatd.storage.postgres.hints import Hints
from chatd.storage.postgres.requests import CHANNEL
from chatd.storage.postgres.sessions import open_session
from tests.support.log_nodes import parameters_for


class FakeReactor:
    """A reactor that reads when it is told to."""

    def __init__(self) -> None:
        self.readers: list[Hints] = []

    def addReader(self, reader: Hints) -> None:
        self.readers.append(reader)

    def removeReader(self, reader: Hints) -> None:
        if reader in self.readers:
            self.readers.remove(reader)

    def read(self) -> None:
        """Wait until there is something to be read, and read it."""
        [reader] = self.readers
        assert select.select([reader.fileno()], [], [], 30)[0]
        reader.doRead()


@pytest.fixture
def other(with_schema: str) -> Iterator[Channel]:
    channel = Channel(open_session(parameters_for(with_schema), "two"))
    yield channel
    channel.close()


class TestHints:
    @pytest.fixture(autouse=True)
    def hints(self, with_schema: str, other: Channel) -> Iterator[Hints]:
        self.reactor = FakeReactor()
        self.heard: list[int] = []
        self.errors: list[psycopg.Error] = []
        self.own = Channel(open_session(parameters_for(with_schema), "one"))
        self.channel = Channel(open_session(parameters_for(with_schema), "one"))
        self.channel.connection.execute(f"LISTEN {CHANNEL}".encode())
        hints = Hints(
            cast(Any, self.reactor),
            self.channel,
            {self.own.pid},
            self.heard.append,
            self.errors.append,
        )
        hints.start()
        yield hints
        hints.stop()
        self.own.close()

    def tell(self, channel: Channel, *payloads: str, on: str = CHANNEL) -> None:
        with channel.connection.transaction():
            for payload in payloads:
                channel.connection.execute("SELECT pg_notify(%s, %s)", (on, payload))

    def test_a_number_is_heard(self, other: Channel) -> None:
        self.tell(other, "0 17")
        self.reactor.read()
        assert self.heard == [17]

    def test_of_several_the_greatest_one_is(self, other: Channel) -> None:
        self.tell(other, "0 17", "0 19", "0 18")
        self.reactor.read()
        assert self.heard == [19]

    def test_own_ones_are_passed_over(self, other: Channel) -> None:
        self.tell(self.own, "0 17")
        self.reactor.read()
        assert self.heard == []

    @pytest.mark.parametrize(
        "payload", ["", "17", "1 17", "0", "0 ", "0 -1", "0 1.5", "0 a", "0 1 2", "0 " + "9" * 99]
    )
    def test_no_other_payload_is_heard(self, other: Channel, payload: str) -> None:
        self.tell(other, payload)
        self.reactor.read()
        assert self.heard == []

    def test_nothing_comes_of_other_channels(self, other: Channel) -> None:
        self.tell(other, "0 17", on="others")
        self.tell(other, "0 18")
        self.reactor.read()
        assert self.heard == [18]

    def test_the_end_of_the_session_is_an_error(self) -> None:
        self.channel.shut_down()
        self.reactor.read()
        [error] = self.errors
        assert isinstance(error, psycopg.OperationalError)

    def test_so_is_a_descriptor_that_the_reactor_cannot_read(self, hints: Hints) -> None:
        hints.connectionLost(Failure(ConnectionLost()))
        assert len(self.errors) == 1

    def test_in_the_end_nothing_is_read(self, hints: Hints) -> None:
        hints.stop()
        assert self.reactor.readers == []
