"""Whose turn it is."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet import task
from twisted.trial.unittest import SynchronousTestCase

from chatd.protocols.transport.scheduler import TURN_SECONDS, TurnScheduler
from chatd.util.error_log import ErrorLog


class Clock:
    """One on which nothing is called by itself."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[Callable[[], object]] = []

    def seconds(self) -> float:
        return self.now

    def callLater(self, delay: float, call: Callable[[], object]) -> None:
        assert delay == 0, "turns come next, after those that were read"
        self.due.append(call)


class Client:
    """A client that takes so many seconds for each turn, and wants so many turns."""

    def __init__(self, test: TurnsTests, name: str, seconds: float = 0.0, turns: int = 1) -> None:
        self.test = test
        self.name = name
        self.seconds = seconds
        self.left = turns
        self.wait()

    def wait(self) -> None:
        self.test.turns.await_one(self)

    def take_turn(self, share: float) -> None:
        self.test.taken.append(self.name)
        self.test.shares.append(share)
        self.test.clock.now += self.seconds
        self.left -= 1
        if self.left:
            self.wait()


class TurnsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.turns = TurnScheduler(self.clock, ErrorLog(task.Clock()))  # type: ignore[arg-type]
        self.taken: list[str] = []
        self.shares: list[float] = []

    def taken_now(self) -> str:
        """Return the clients that have turns before the reactor goes on to others."""
        self.taken.clear()
        due, self.clock.due = self.clock.due, []
        for call in due:  # those that it leads to are for the next time
            call()
        return "".join(self.taken)

    def test_nobody_has_a_turn_at_once(self) -> None:
        Client(self, "a")
        self.assertEqual(self.taken, [])
        self.assertEqual(self.taken_now(), "a")

    def test_each_has_one_before_anyone_has_another(self) -> None:
        for name in "abc":
            Client(self, name, turns=2)
        self.assertEqual([self.taken_now(), self.taken_now(), self.taken_now()], ["abc", "abc", ""])

    def test_a_slice_of_work_has_a_turn_as_a_client_has(self) -> None:
        self.turns.turn().addCallback(lambda _: self.taken.append("slice"))
        Client(self, "a")
        self.assertEqual(self.taken_now(), "slicea")
        self.assertEqual(self.taken_now(), "")

    def test_they_share_the_time(self) -> None:
        for name in "abcd":
            Client(self, name)
        self.taken_now()
        self.assertEqual(self.shares, [TURN_SECONDS / 4] * 4)
        self.assertEqual(self.turns.share, TURN_SECONDS)

    def test_a_client_that_awaits_no_turn_shares_with_those_that_do(self) -> None:
        shares = [self.turns.share]
        for name in "abc":
            Client(self, name)
            shares.append(self.turns.share)
        self.assertEqual(shares, [TURN_SECONDS / count for count in (1, 2, 3, 4)])

    def test_it_shares_with_none_that_was_forgotten(self) -> None:
        client = Client(self, "a")
        for _ in range(2):  # also once it awaits none
            self.turns.forget(client)
            self.assertEqual(self.turns.share, TURN_SECONDS)

    def test_when_the_time_is_over_the_rest_go_first_the_next_time(self) -> None:
        for name in "abcde":
            Client(self, name, seconds=TURN_SECONDS / 2, turns=2)
        self.assertEqual([self.taken_now() for _ in range(5)], ["ab", "cd", "ea", "bc", "de"])

    def test_one_who_goes_has_none(self) -> None:
        clients = [Client(self, name) for name in "ab"]
        clients[0].take_turn = lambda share: self.turns.forget(clients[1])  # type: ignore[method-assign]
        self.assertEqual(self.taken_now(), "")
        self.assertEqual(self.clock.due, [])

    def test_one_whose_turn_fails_costs_the_others_nothing(self) -> None:
        broken = Client(self, "a")
        broken.left = 2
        broken.wait = lambda: 1 / 0  # type: ignore[assignment, method-assign]
        Client(self, "b")
        self.assertEqual(self.taken_now(), "ab")
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
