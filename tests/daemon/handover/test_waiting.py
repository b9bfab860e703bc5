"""The wait for a message of the successor, which the reactor reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twisted.python.failure import Failure

from chatd.daemon.handover.channel import Channel, Ended, Gone
from chatd.daemon.handover.waiting import Waiting


class Scene:
    """A wait, and the other end of its channel. This is its reactor, too."""

    def __init__(self) -> None:
        self.readers: list[Any] = []
        self.ours, self.theirs = Channel.pair()
        reactor: Any = self
        self.waiting = Waiting(reactor, self.ours)

    def addReader(self, reader: object) -> None:
        self.readers.append(reader)

    def removeReader(self, reader: object) -> None:
        self.readers = [each for each in self.readers if each is not reader]

    def outcome(self) -> Any:
        """Return the message, or why there is none."""
        outcomes: list[Any] = []
        self.waiting.message.addBoth(outcomes.append)
        assert not self.readers, "it waits no more"
        (outcome,) = outcomes
        return outcome


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.ours.close()
    scene.theirs.close()


def test_a_message_is_what_is_waited_for(scene: Scene) -> None:
    assert scene.readers == [scene.waiting]
    assert scene.waiting.fileno() == scene.ours.fileno()
    scene.theirs.say("ready", number=1)
    scene.waiting.doRead()
    assert scene.outcome()[:2] == ("ready", {"number": 1})


def test_the_end_of_the_successor_ends_it(scene: Scene) -> None:
    scene.theirs.close()
    scene.waiting.doRead()
    assert scene.outcome().check(Gone)


def test_so_does_the_loss_of_the_descriptor_and_once(scene: Scene) -> None:
    scene.waiting.connectionLost(Failure(OSError()))
    scene.waiting.connectionLost(Failure(OSError()))
    assert scene.outcome().check(Ended)


def test_a_wait_that_is_called_off_reads_nothing(scene: Scene) -> None:
    scene.waiting.message.addErrback(lambda _: None)
    scene.waiting.message.cancel()
    assert not scene.readers
