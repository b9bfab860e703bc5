"""Upgrades as they are asked for, with a handover that is none."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.daemon.handover.outcome import CannotUpgrade, Outcome
from chatd.daemon.handover.upgrade import Upgrade
from tests.support.logs import logged


class ProcessEnded(BaseException):
    """This process has ended."""


class FakeHandover:
    """Hands nothing over: it fails with ``why``, or this process ends."""

    why = ""
    stops = False

    async def begin(self, before_end: Any) -> None:
        self._fail()
        before_end(Outcome(12, "9.0", 3, {}, 0.1))
        raise ProcessEnded

    async def try_out(self) -> str:
        self._fail()
        return "9.0"

    def _fail(self) -> None:
        if self.why:
            raise CannotUpgrade(self.why)


class Asked:
    """An upgrade with a `FakeHandover`, and what it has done."""

    def __init__(self) -> None:
        self.handover = FakeHandover()
        self.fixed = ""
        self.restarts = 0
        self.answers: list[tuple[int, object]] = []
        handover: Any = self.handover
        self.upgrade = Upgrade(
            handover, self._restart, lambda number, reply: self.answers.append((number, reply))
        )

    def _restart(self) -> str:
        self.restarts += not self.fixed
        return self.fixed

    def reply(self, restarts: bool) -> Any:
        """Return the reply to a request."""
        outcome: list[Any] = []
        Deferred.fromCoroutine(self.upgrade.request(restarts)).addBoth(outcome.append)
        return outcome[0]


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_those_who_asked_are_told_who_goes_on(asked: Asked) -> None:
    ended = asked.reply(False)
    assert ended.check(ProcessEnded)
    ((number, answer),) = asked.answers
    assert number == 12
    assert answer == {
        "said": "upgraded: process 12 goes on with chatd 9.0: 3 clients stayed, nobody has to come"
        " back. The pause was 100 ms."
    }


@pytest.mark.parametrize("restarts", [True, False])
def test_the_reply_and_the_log_say_why_not(asked: Asked, restarts: bool) -> None:
    asked.handover.why = "the new version fails: it has no \x1b[2Jcode."
    with logged() as lines:
        reply = asked.reply(restarts)
    (line,) = lines
    assert "\x1b" not in line
    assert "[2Jcode. This version goes on." in line
    assert reply["error"].startswith("not upgraded: the new version fails: it has no")
    assert reply["error"].endswith(" This version goes on.")
    assert not asked.restarts
    assert not asked.answers


def test_a_daemon_that_stops_does_not_go_on(asked: Asked) -> None:
    asked.handover.why, asked.handover.stops = "the daemon is stopping.", True
    assert asked.reply(False) == {"error": "not upgraded: the daemon is stopping."}


def test_a_restart_is_tried_out_first(asked: Asked) -> None:
    assert asked.reply(True) == {"said": "the daemon stops, to start again with chatd 9.0."}
    assert asked.restarts == 1


def test_a_restart_that_is_impossible_says_why(asked: Asked) -> None:
    asked.fixed = "it was started by root."
    assert asked.reply(True) == {
        "error": "not upgraded: it was started by root. This version goes on."
    }
