"""`chatd.daemon.reactor_lag`: the time is measured by which calls are late."""

from __future__ import annotations

from twisted.internet.task import Clock

from chatd.daemon.reactor_lag import LOOK_SECONDS, ReactorLag


def test_a_call_in_time_has_no_lag() -> None:
    clock = Clock()
    lag = ReactorLag(clock)
    lag.start()
    clock.pump([LOOK_SECONDS] * 4)
    assert (lag.times.count, lag.times.total) == (4, 0.0)
    lag.stop()


def test_a_late_call_counts_with_the_time_that_it_is_late() -> None:
    clock = Clock()
    lag = ReactorLag(clock)
    lag.start()
    clock.advance(LOOK_SECONDS + 1.5)
    clock.advance(LOOK_SECONDS)
    assert (lag.times.count, lag.times.total) == (2, 1.5)
    lag.stop()


def test_nothing_is_measured_once_it_is_stopped() -> None:
    clock = Clock()
    lag = ReactorLag(clock)
    lag.stop()
    lag.start()
    lag.stop()
    assert clock.getDelayedCalls() == []
