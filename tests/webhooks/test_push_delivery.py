"""`chatd.webhooks.push_delivery`: when a message is sent to a person who is away."""

from __future__ import annotations

import pytest

from chatd.webhooks.attempts import FIRST_PAUSE, LONGEST_PAUSE
from chatd.webhooks.push_delivery import GATHER_SECONDS, PUSH_SECONDS
from chatd.webhooks.push_message import HEADERS
from chatd.webhooks.targets import GIVE_UP_SECONDS, DeliveryFailure, NotDelivered
from tests.support.logs import Expect
from tests.support.pushes import URL, PushWorld
from tests.support.world import Member

REFUSED = NotDelivered(DeliveryFailure.ANSWERED, 500)


@pytest.fixture
def world() -> PushWorld:
    world = PushWorld()
    world.push("ana")
    return world


@pytest.fixture
def luis(world: PushWorld) -> Member:
    return world.member("luis")


class TestSending:
    def test_a_line_is_sent_to_the_url_of_its_receiver(
        self, world: PushWorld, luis: Member
    ) -> None:
        luis.type("/msg ana psst")
        assert world.told() == ["luis wrote to you"]
        assert [to.url for to in world.receiver.to] == [URL]
        assert world.receiver.headers == [HEADERS]

    def test_lines_that_come_together_are_one_message(self, world: PushWorld, luis: Member) -> None:
        luis.type("/msg ana one", "/msg ana two")
        world.wait(GATHER_SECONDS / 2)
        luis.type("/msg ana three")
        assert world.told() == ["3 private lines, the last by luis"]

    def test_those_that_follow_wait_for_a_minute(self, world: PushWorld, luis: Member) -> None:
        luis.type("/msg ana one")
        assert world.told() == ["luis wrote to you"]
        luis.type("/msg ana two", "/msg ana three")
        assert world.told(PUSH_SECONDS - 1) == []
        assert world.told(1) == ["2 private lines, the last by luis"]
        assert world.told(PUSH_SECONDS) == []

    def test_those_that_come_while_one_is_sent_are_in_the_next(
        self, world: PushWorld, luis: Member
    ) -> None:
        world.receiver.slow = True
        luis.type("/msg ana one")
        world.told()
        luis.type("/msg ana two")
        world.receiver.under_way.pop().callback(None)
        assert world.told(PUSH_SECONDS - 1) == []
        assert world.told(1) == ["luis wrote to you"]
        world.receiver.under_way.pop().callback(None)
        assert world.told(PUSH_SECONDS) == []

    def test_each_person_has_their_own(self, world: PushWorld, luis: Member) -> None:
        world.push("eva", language="es")
        luis.type("/msg ana psst", "/msg eva psst")
        assert world.told() == ["luis wrote to you", "luis te ha escrito"]

    def test_nothing_is_sent_to_one_who_has_come_back(self, world: PushWorld, luis: Member) -> None:
        luis.type("/msg ana psst")
        ana = world.member("ana")
        assert world.told() == []
        ana.hang_up()
        luis.type("/msg ana again")
        assert world.told() == ["luis wrote to you"]

    def test_nor_to_one_who_comes_back_while_it_waits_for_its_turn(
        self, world: PushWorld, luis: Member
    ) -> None:
        world.receiver.error = REFUSED
        luis.type("/msg ana psst")
        assert world.told() == ["luis wrote to you"]
        world.member("ana")
        world.receiver.error = None
        assert world.told(FIRST_PAUSE) == []


class TestRetrying:
    def test_it_is_tried_again_with_what_came_meanwhile(
        self, world: PushWorld, luis: Member
    ) -> None:
        world.receiver.error = REFUSED
        luis.type("/msg ana one")
        assert world.told() == ["luis wrote to you"]
        push = world.server.alerts.pushes.all["ana"]
        assert (push.failures, push.error) == (1, REFUSED)
        luis.type("/msg ana two")
        world.receiver.error = None
        assert world.told(FIRST_PAUSE) == ["2 private lines, the last by luis"]
        assert push.failures == 0

    def test_and_with_what_came_while_it_was_tried(self, world: PushWorld, luis: Member) -> None:
        world.receiver.slow, world.receiver.error = True, REFUSED
        luis.type("/msg ana one")
        world.told()
        luis.type("/msg ana two")
        world.receiver.under_way.pop().callback(None)
        world.receiver.slow, world.receiver.error = False, None
        assert world.told(FIRST_PAUSE) == ["2 private lines, the last by luis"]

    def test_one_that_fails_for_a_week_ends(self, world: PushWorld, luis: Member) -> None:
        world.receiver.error = REFUSED
        luis.type("/msg ana one")
        world.clock.pump([LONGEST_PAUSE / 2] * int(2 * (GIVE_UP_SECONDS / LONGEST_PAUSE - 1)))
        assert "ana" in world.server.alerts.pushes.all
        world.clock.pump([LONGEST_PAUSE / 2] * 8)
        assert "ana" not in world.server.alerts.pushes.all
        assert "ana" not in world.restarted().server.alerts.pushes.all
        posted = len(world.receiver.bodies)
        world.wait(2 * LONGEST_PAUSE)
        assert len(world.receiver.bodies) == posted

    def test_time_in_which_nothing_was_tried_does_not_count(
        self, world: PushWorld, luis: Member
    ) -> None:
        world.receiver.error = REFUSED
        luis.type("/msg ana one")
        world.told()
        ana = world.member("ana")
        world.wait(2 * GIVE_UP_SECONDS)
        ana.hang_up()
        luis.type("/msg ana two")
        assert len(world.told()) == 1
        assert world.server.alerts.pushes.all["ana"].failed_for == 0

    def test_the_time_counts_over_restarts(self, world: PushWorld, luis: Member) -> None:
        world.receiver.error = REFUSED
        luis.type("/msg ana one")
        world.clock.pump([LONGEST_PAUSE / 2] * 40)
        failed_for = world.server.alerts.pushes.all["ana"].failed_for
        assert failed_for > 10 * LONGEST_PAUSE
        world.stop()
        again = world.restarted()
        assert again.server.alerts.pushes.all["ana"].failed_for == int(failed_for)

    def test_a_success_forgets_the_time(self, world: PushWorld, luis: Member) -> None:
        world.receiver.error = REFUSED
        luis.type("/msg ana one")
        world.clock.pump([100.0] * 20)
        world.check()
        world.receiver.error = None
        world.clock.pump([LONGEST_PAUSE / 2] * 3)
        world.check()
        world.settle()
        assert world.restarted().server.alerts.pushes.all["ana"].failed_for == 0

    def test_an_error_of_ours_is_logged_without_the_url(
        self, world: PushWorld, luis: Member, expected_errors: Expect
    ) -> None:
        world.receiver.error = ValueError(URL)
        luis.type("/msg ana one")
        world.told()
        (logged,) = expected_errors(ValueError)
        assert "secret" not in logged["log_failure"].getTraceback()
        push = world.server.alerts.pushes.all["ana"]
        assert push.error is not None
        assert push.error.why is DeliveryFailure.BROKE


class TestEnding:
    def test_what_waits_is_not_sent_by_a_daemon_that_stops(
        self, world: PushWorld, luis: Member
    ) -> None:
        luis.type("/msg ana psst")
        world.stop()
        assert world.told() == []

    def test_nor_to_a_url_that_is_not_its_persons_any_more(
        self, world: PushWorld, luis: Member
    ) -> None:
        luis.type("/msg ana psst")
        world.push("ana")
        assert world.told() == []
