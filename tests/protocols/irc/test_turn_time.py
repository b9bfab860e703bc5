"""`chatd.protocols.irc.turn_time`: the time of day in one turn."""

from __future__ import annotations

from itertools import count

from twisted.internet.task import Clock

from chatd.protocols.irc.turn_time import TurnTime


def test_it_stands_still_until_the_end_of_the_turn() -> None:
    clock, times = Clock(), count(5.0)
    time = TurnTime(lambda: next(times), clock)
    assert [time.now(), time.now()] == [5.0, 5.0]
    clock.advance(0)
    assert time.now() == 6.0
