"""`chatd.util.fair_queue`: owners have turns, and no owner delays another by asking for much."""

from __future__ import annotations

import pytest
from twisted.internet.defer import CancelledError, Deferred

from chatd.util.fair_queue import Asker, FairQueue, QueueFull, Turn

pytestmark = pytest.mark.quick


class Queue:
    """A queue, and the order in which requests were served or refused."""

    def __init__(self, slots: int = 1, most_waiting: int = 1000) -> None:
        self.queue = FairQueue(slots, most_waiting)
        self.served: list[str] = []
        self.refused: list[str] = []
        self.turns: list[Turn] = []

    def ask(self, *owner: str, name: str = "") -> Deferred[Turn]:
        name = name or owner[-1]
        request = self.queue.turn(*owner)

        def serve(turn: Turn) -> None:
            self.served.append(name)
            self.turns.append(turn)

        def refuse(failure: object) -> None:
            failure.trap(QueueFull, CancelledError)  # type: ignore[attr-defined]
            self.refused.append(name)

        request.addCallbacks(serve, refuse)
        return request

    def finish(self, count: int = 1) -> list[str]:
        """End the oldest turns; return the names of those that are served since."""
        self.served.clear()
        for _ in range(count):
            self.turns.pop(0).end()
        return list(self.served)


class TestSlots:
    def test_a_free_slot_is_given_at_once(self) -> None:
        queue = Queue(slots=2)
        for name in "abc":
            queue.ask(name)
        assert queue.served == ["a", "b"]
        assert len(queue.queue) == 1

    def test_a_turn_that_ended_lets_the_next_one_in(self) -> None:
        queue = Queue()
        for name in "abc":
            queue.ask(name)
        assert queue.finish() == ["b"]
        assert queue.finish() == ["c"]
        assert queue.finish() == []

    def test_a_turn_ends_once(self) -> None:
        queue = Queue()
        for name in "abc":
            queue.ask(name)
        (turn,) = queue.turns
        turn.end()
        turn.end()
        assert queue.served == ["a", "b"]

    def test_an_extra_turn_is_above_the_slots_and_delays_requests(self) -> None:
        queue = Queue()
        queue.ask("a")
        extra = queue.queue.extra_turn()
        queue.ask("b")
        assert queue.finish() == []
        extra.end()
        assert queue.served == ["b"]


class TestTurns:
    def test_requests_of_one_owner_are_served_in_order(self) -> None:
        queue = Queue()
        for name in "1234":
            queue.ask("ana", name=name)
        assert [queue.finish() for _ in range(3)] == [["2"], ["3"], ["4"]]

    def test_a_hundred_requests_of_one_owner_delay_another_by_the_one_served(self) -> None:
        queue = Queue()
        for _ in range(100):
            queue.ask("many")
        queue.ask("one")
        assert queue.finish() == ["one"]

    def test_owners_with_many_requests_alternate(self) -> None:
        queue = Queue()
        for name in "aaaabb":
            queue.ask(name)
        assert "".join(queue.finish()[0] for _ in range(5)) == "babaa"

    def test_a_hundred_accounts_of_a_network_delay_another_network_by_the_one_served(self) -> None:
        queue = Queue()
        for number in range(100):
            queue.ask("10.0.0.1", f"account{number}")
        queue.ask("10.0.0.2", "one")
        assert queue.finish() == ["one"]

    def test_accounts_of_a_network_have_turns(self) -> None:
        queue = Queue()
        for name in "aaab":
            queue.ask("10.0.0.1", name)
        assert queue.finish() + queue.finish() == ["b", "a"]

    def test_an_owner_that_is_served_is_the_next_for_no_other_slot(self) -> None:
        queue = Queue(slots=2)
        for name in "aaaabb":
            queue.ask(name)
        assert queue.finish() == ["b"]
        assert queue.finish() == ["b"]

    def test_an_owner_that_asks_anew_after_each_turn_has_no_more_than_its_share(self) -> None:
        queue = Queue()
        queue.ask("again")
        for _ in range(3):
            queue.ask("others")
        order = ""
        for _ in range(4):
            queue.ask("again")
            order += queue.finish()[0][0]
        assert order == "oaoa"


class TestAskers:
    @pytest.mark.parametrize("network", ["", "192.0.2.1"])
    def test_an_asker_has_one_network(self, network: str) -> None:
        assert Asker(network, "ana").path == (network, network, network, "", "ana")

    def test_an_ipv6_network_is_part_of_those_that_may_have_its_owner(self) -> None:
        asker = Asker("2001:db8:7:8::/64", "ana")
        networks = ("2001:db8:7::/48", "2001:db8:7::/56", "2001:db8:7:8::/64")
        assert asker.path == (*networks, "", "ana")

    def test_purposes_of_a_network_have_turns(self) -> None:
        queue = Queue()
        for number in range(100):
            queue.ask(*Asker("192.0.2.1", f"new{number}", "register").path)
        queue.ask(*Asker("192.0.2.1", "ana", "log in").path)
        assert queue.finish() == ["ana"]

    def test_a_hundred_networks_of_a_48_delay_another_network_by_the_one_served(self) -> None:
        queue = Queue()
        for number in range(100):
            queue.ask(*Asker(f"2001:db8:7:{number:x}00::/64", "many").path)
        queue.ask(*Asker("2001:db8:8::/64", "one").path)
        assert queue.finish() == ["one"]


class TestBounds:
    def test_the_newest_of_the_owner_with_the_most_is_refused(self) -> None:
        queue = Queue(most_waiting=3)
        queue.ask("first")
        for name in "123":
            queue.ask("many", name=name)
        queue.ask("one")
        assert queue.refused == ["3"]
        assert len(queue.queue) == 3

    def test_an_owner_that_has_the_most_itself_is_refused(self) -> None:
        queue = Queue(most_waiting=3)
        queue.ask("first")
        queue.ask("one")
        for name in "123":
            queue.ask("many", name=name)
        assert queue.refused == ["3"]

    def test_the_network_with_the_most_is_the_one_that_is_refused(self) -> None:
        queue = Queue(most_waiting=3)
        queue.ask("x", "first")
        for name in "abc":
            queue.ask("10.0.0.1", name)
        queue.ask("10.0.0.2", "one")
        assert queue.refused == ["c"]

    def test_one_that_is_served_at_once_does_not_count_as_waiting(self) -> None:
        queue = Queue(most_waiting=0)
        queue.ask("a")
        queue.ask("b")
        assert (queue.served, queue.refused) == (["a"], ["b"])

    def test_nothing_is_kept_of_owners_that_do_not_wait(self) -> None:
        queue = Queue()
        for number in range(5):
            queue.ask("10.0.0.1", f"{number}")
        queue.finish(5)
        assert not queue.queue._waiting._parts


class TestAtOnce:
    """Requests that end, or ask again, within the call that gives them their turn."""

    def test_any_number_may_end_at_once(self) -> None:
        queue = FairQueue(1, 5000)
        first: list[Turn] = []
        ended: list[int] = []
        queue.turn("a").addCallback(first.append)
        for number in range(5000):
            queue.turn("a").addCallback(
                lambda turn, number=number: (ended.append(number), turn.end())
            )
        first[0].end()
        assert ended == list(range(5000))

    def test_a_request_for_which_there_is_a_slot_is_not_refused(self) -> None:
        queue = FairQueue(1, 0)
        served: list[Turn] = []

        def ask_again(turn: Turn) -> None:
            turn.end()
            queue.turn("a").addCallback(served.append)

        queue.turn("a").addCallback(ask_again)
        assert len(served) == 1


class TestCancelling:
    def test_a_request_that_is_cancelled_has_no_turn(self) -> None:
        queue = Queue()
        queue.ask("a")
        request = queue.ask("b")
        queue.ask("c")
        request.cancel()
        assert queue.refused == ["b"]
        assert queue.finish() == ["c"]

    def test_one_among_several_of_its_owner(self) -> None:
        queue = Queue()
        queue.ask("n", "first")
        requests = [queue.ask("n", "a", name=name) for name in "123"]
        requests[1].cancel()
        assert queue.finish() + queue.finish() == ["1", "3"]
        assert len(queue.queue) == 0
