"""`chatd.webhooks.delivery`: each line to each hook, in order, until it is accepted."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent

from chatd.accounts.accounts import Account
from chatd.event import Deed, Draft, Event, Kind
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from chatd.webhooks.delivery import (
    AT_ONCE,
    EVENTS_AT_HAND,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Deliveries,
    body_of,
    headers_of,
)
from chatd.webhooks.registry import DeliveryFailure, Hook, NotDelivered
from chatd.webhooks.urls import destination_of
from tests.support.receivers import Receiver
from tests.support.world import World

REFUSED = NotDelivered(DeliveryFailure.ANSWERED, 500)


class Office:
    """A world whose rooms have hooks."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        server = self.world.server
        self.hooks = server.hooks
        root = Account("root", "", admin=True)
        change(self.world.store, server.accounts.table.put(root.key, root))
        self.receiver = Receiver()
        self.chance = 0.0
        self.deliveries = Deliveries(
            server.hooks,
            server.rooms.get,
            self.receiver,
            self.world.clock,
            server.error_log,
            self.world.clock.seconds,
            lambda: self.chance,
        )

    def hook(self, room: Room | None = None, url: str = "https://example.com/") -> Hook:
        room = room or self.world.server.lobby
        number, _, put = self.hooks.add(room, destination_of(url), "root", 0)
        change(self.world.store, put)
        self.hooks.changed([put])
        self.world.settle()
        return next(hook for hook in self.hooks.of(room) if hook.number == number)

    def say(self, *texts: str, kind: Kind = Kind.MESSAGE, room: str = "lobby") -> None:
        self.world.server.rooms[room].append(Draft(room, 1, "luis", kind, texts))
        self.world.clock.pump([0] * 4)

    def stop(self) -> None:
        self.deliveries.stop()
        closing = Deferred.fromCoroutine(self.deliveries.close())
        self.world.clock.pump([0] * 4)
        assert closing.called

    def again(self) -> Office:
        """Return the world after a restart with the same store."""
        world = World()
        world.clock, world.store = self.world.clock, self.world.store
        world.server = type(world.server)(world.store, world.clock, now=world.clock.seconds)
        return Office(world)

    def room(self, name: str) -> Room:
        self.world.store.commit([Draft(name, 1, "ana", Kind.MESSAGE, ["first"])])
        room = self.world.server.rooms.add(name)
        room.mark = room.mark._replace(seq=1)
        return room


@pytest.fixture
def office() -> Office:
    office = Office()
    office.deliveries.start()
    return office


class TestWhatIsSent:
    EVENT = Event("Ops", 7, 1764100000123, 3, "Ana", Kind.ACTION, 'waves "é" & 日')

    def test_is_json_that_says_everything_of_the_line(self) -> None:
        assert json.loads(body_of(self.EVENT)) == {
            "room": "Ops",
            "seq": 7,
            "time": 1764100000123,
            "author": "Ana",
            "kind": "action",
            "text": 'waves "é" & 日',
        }

    @pytest.mark.parametrize(
        ("kind", "word"),
        [(Kind.MESSAGE, "message"), (Kind.ACTION, "action"), (Kind.TOPIC, "topic")],
    )
    def test_says_what_kind_of_line_it_is(self, kind: Kind, word: str) -> None:
        assert json.loads(body_of(self.EVENT._replace(kind=kind)))["kind"] == word

    def test_is_visible_whoever_wrote_it(self) -> None:
        hostile = "\x1b]0;t\x07 \x9b2J \u202e \u2028 \ud800 \0 tab\there </script>"
        said = json.loads(body_of(self.EVENT._replace(text=hostile, author=hostile)))
        visible = "^[]0;t^G \\x9b2J \\u202e \\u2028 \\ud800 ^@ tab\there </script>"
        assert (said["text"], said["author"]) == (visible, visible)

    def test_is_signed_together_with_the_time(self) -> None:
        body = body_of(self.EVENT)
        headers = headers_of(self.EVENT, "secret", 1764100001, body)
        signature = hmac.new(b"secret", b"1764100001." + body, hashlib.sha256).hexdigest()
        assert headers == {
            "Content-Type": "application/json",
            "X-Chatd-Delivery": "Ops/7",
            "X-Chatd-Timestamp": "1764100001",
            "X-Chatd-Signature": f"sha256={signature}",
        }

    def test_names_rooms_in_ascii_in_its_headers(self) -> None:
        headers = headers_of(self.EVENT._replace(room="niñas"), "s", 1, b"")
        assert headers["X-Chatd-Delivery"] == "ni%C3%B1as/7"


class TestDelivering:
    def test_what_people_say_is_posted_in_order(self, office: Office) -> None:
        hook = office.hook()
        office.say("one", "two")
        office.say("waves", kind=Kind.ACTION)
        office.say("Friday", kind=Kind.TOPIC)
        assert office.receiver.texts() == ["one", "two", "waves", "Friday"]
        assert set(office.receiver.to) == {hook.to}
        assert [each["X-Chatd-Delivery"] for each in office.receiver.headers] == [
            f"lobby/{seq}" for seq in (1, 2, 3, 4)
        ]

    def test_what_was_said_before_the_hook_was_there_is_not(self, office: Office) -> None:
        office.say("before")
        office.hook()
        office.say("after")
        assert office.receiver.texts() == ["after"]

    def test_deeds_are_passed_over(self, office: Office) -> None:
        hook = office.hook()
        office.say(Deed("kick", "luis").text(), kind=Kind.DEED)
        assert hook.seq == 1
        office.say("hola")
        office.say(Deed("kick", "luis").text(), kind=Kind.DEED)
        assert office.receiver.texts() == ["hola"]
        assert hook.seq == 3

    def test_private_lines_are_in_no_room(self, office: Office) -> None:
        office.hook()
        ana, luis = office.world.person("ana"), office.world.person("luis")
        ana.type("/msg luis secret")
        assert "(private) <ana> secret" in luis.seen()
        assert office.receiver.texts() == []

    def test_each_hook_of_each_room_has_its_own(self, office: Office) -> None:
        ops = office.room("ops")
        for room in None, None, ops:
            office.hook(room)
        office.say("in the lobby")
        office.say("in ops", room="ops")
        assert sorted(office.receiver.texts()) == ["in ops", "in the lobby", "in the lobby"]

    def test_the_room_is_shown_it_first(self, office: Office) -> None:
        office.hook()
        ana = office.world.person("ana")
        ana.send(b"hola\n")
        seen: list[list[str]] = []
        post = office.receiver.post

        async def look(*arguments: Any) -> None:
            seen.append(ana.seen())
            await post(*arguments)

        office.receiver.post = look  # type: ignore[method-assign]
        office.world.clock.pump([0] * 4)
        assert seen == [["<ana> hola"]]

    def test_one_line_at_a_time_is_under_way(self, office: Office) -> None:
        office.hook()
        office.receiver.slow = True
        office.say("one", "two")
        office.say("three")
        assert office.receiver.texts() == ["one"]
        office.receiver.under_way.pop().callback(None)
        assert office.receiver.texts() == ["two"]
        office.receiver.under_way.pop().callback(None)
        assert office.receiver.texts() == ["three"]

    def test_so_many_are_under_way_in_all_and_all_have_their_turn(self, office: Office) -> None:
        for number in range(AT_ONCE + 1):
            office.room(f"room{number}")
            office.hook(office.world.server.rooms[f"room{number}"])
        office.receiver.slow = True
        for number in range(AT_ONCE + 1):
            office.say(f"{number}a", f"{number}b", room=f"room{number}")
        assert len(office.receiver.texts()) == AT_ONCE
        office.receiver.under_way.pop(0).callback(None)
        assert office.receiver.texts() == [f"{AT_ONCE}a"]
        office.receiver.under_way.pop(0).callback(None)
        assert office.receiver.texts() == ["0b"]

    def test_what_is_long_is_read_in_pieces(self, office: Office) -> None:
        hook = office.hook()
        texts = [str(number) for number in range(3 * EVENTS_AT_HAND + 1)]
        office.say(*texts)
        assert office.receiver.texts() == texts
        assert hook.seq == len(texts)

    def test_what_was_forgotten_is_passed_over(self, office: Office) -> None:
        hook = office.hook()
        office.receiver.error = REFUSED
        office.say("old", "older")
        office.receiver.error = None
        assert office.receiver.texts() == ["old"]
        office.world.clock.advance(1e-3)
        office.world.store._logs["lobby"].events.clear()
        office.world.clock.advance(FIRST_PAUSE)
        assert office.receiver.texts() == []
        assert hook.seq == 2
        office.say("new")
        assert office.receiver.texts() == ["new"]


class TestRetrying:
    def test_a_line_is_tried_until_it_is_taken_and_the_others_wait(self, office: Office) -> None:
        hook = office.hook()
        office.receiver.error = REFUSED
        office.say("one")
        office.say("two")
        assert office.receiver.texts() == ["one"]
        assert (hook.seq, hook.failures, hook.error) == (0, 1, REFUSED)
        office.receiver.error = None
        office.world.clock.advance(FIRST_PAUSE)
        assert office.receiver.texts() == ["one", "two"]
        assert (hook.seq, hook.failures, hook.error) == (2, 0, None)

    def pauses(self, office: Office, count: int) -> list[float]:
        """Return the pauses, in seconds, between the first tries."""
        office.hook()
        office.receiver.error = REFUSED
        office.say("one")
        pauses = []
        for _ in range(count):
            (call,) = office.world.clock.getDelayedCalls()
            pauses.append(call.getTime() - office.world.clock.seconds())
            office.world.clock.advance(pauses[-1])
        assert office.receiver.texts() == ["one"] * (count + 1)
        return pauses

    def test_pauses_double_up_to_an_hour(self, office: Office) -> None:
        assert self.pauses(office, 15) == [
            *(FIRST_PAUSE * 2**doublings for doublings in range(12)),
            *[LONGEST_PAUSE] * 3,
        ]

    def test_pauses_are_up_to_a_quarter_longer(self, office: Office) -> None:
        office.chance = 1.0
        assert self.pauses(office, 3) == [1.25, 2.5, 5.0]

    def test_once_it_works_pauses_are_short_again(self, office: Office) -> None:
        self.pauses(office, 5)
        office.receiver.error = None
        office.world.clock.advance(64)
        office.receiver.error = REFUSED
        office.say("two")
        (call,) = office.world.clock.getDelayedCalls()
        assert call.getTime() - office.world.clock.seconds() == FIRST_PAUSE

    def test_the_time_that_is_signed_is_that_of_the_try(self, office: Office) -> None:
        office.hook()
        office.receiver.error = REFUSED
        office.say("one")
        office.world.clock.advance(FIRST_PAUSE)
        first, second = office.receiver.headers
        assert int(second["X-Chatd-Timestamp"]) == int(first["X-Chatd-Timestamp"]) + 1
        assert first["X-Chatd-Signature"] != second["X-Chatd-Signature"]
        assert first["X-Chatd-Delivery"] == second["X-Chatd-Delivery"]

    def test_one_that_fails_delays_no_other(self, office: Office) -> None:
        office.hook(url="https://a.example/")
        office.receiver.error = REFUSED
        office.say("one")
        office.receiver.error = None
        office.hook(url="https://b.example/")
        office.say("two")
        assert office.receiver.texts() == ["one", "two"]

    def test_a_log_that_cannot_be_read_is_tried_again(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hook = office.hook()

        async def fail(*_: object) -> list[Event]:
            raise StoreError("no disk")

        with monkeypatch.context() as patch:
            patch.setattr(office.world.store, "read", fail)
            office.say("one")
        assert hook.error is not None
        assert hook.error.why is DeliveryFailure.NOT_READABLE
        office.world.clock.advance(FIRST_PAUSE)
        assert office.receiver.texts() == ["one"]

    def test_an_error_that_should_not_be_is_told_without_its_words_and_tried_again(
        self, office: Office, expected_errors: Callable[..., list[LogEvent]]
    ) -> None:
        hook = office.hook()
        office.receiver.error = ZeroDivisionError("https://example.com/secret")
        office.say("one")
        (told,) = expected_errors(ZeroDivisionError)
        assert "secret" not in told["log_failure"].getTraceback()
        assert hook.error is not None
        assert hook.error.why is DeliveryFailure.BROKE
        office.receiver.error = None
        office.world.clock.advance(FIRST_PAUSE)
        assert office.receiver.texts() == ["one", "one"]


class TestEnding:
    def remove(self, office: Office, hook: Hook) -> None:
        put = office.hooks.remove(hook)
        change(office.world.store, put)
        office.hooks.changed([put])
        office.world.settle()

    def test_a_hook_that_is_removed_is_sent_nothing_more(self, office: Office) -> None:
        hook = office.hook()
        office.say("one")
        self.remove(office, hook)
        office.say("two")
        assert office.receiver.texts() == ["one"]

    def test_while_it_waits_to_try_again(self, office: Office) -> None:
        hook = office.hook()
        office.receiver.error = REFUSED
        office.say("one")
        self.remove(office, hook)
        assert office.world.clock.getDelayedCalls() == []

    def test_while_something_is_under_way(self, office: Office) -> None:
        hook = office.hook()
        office.receiver.slow = True
        office.say("one", "two")
        (under_way,) = office.receiver.under_way
        self.remove(office, hook)
        assert under_way.called
        assert office.receiver.texts() == ["one"]
        assert office.world.clock.getDelayedCalls() == []

    @pytest.mark.parametrize("error", [None, REFUSED, ZeroDivisionError()])
    def test_what_is_let_go_may_end_in_any_way(
        self,
        office: Office,
        error: Exception | None,
        expected_errors: Callable[..., list[LogEvent]],
    ) -> None:
        hook = office.hook()
        office.receiver.slow = True
        office.say("one", "two")
        office.receiver.let_go = lambda answer: (
            answer.callback(None) if error is None else answer.errback(error)
        )
        self.remove(office, hook)
        assert office.receiver.texts() == ["one"]
        assert office.world.clock.getDelayedCalls() == []
        if isinstance(error, ZeroDivisionError):
            expected_errors(ZeroDivisionError)

    def test_one_that_never_had_anything_to_deliver(self, office: Office) -> None:
        self.remove(office, office.hook())
        office.say("one")
        assert office.receiver.texts() == []

    def test_one_of_a_room_that_is_not_there_does_nothing(self) -> None:
        office = Office()
        office.hook(Room("gone", office.world.store))
        office.deliveries.start()
        office.world.settle()
        assert office.receiver.texts() == []
        assert office.world.clock.getDelayedCalls() == []

    def test_before_it_has_begun(self, office: Office) -> None:
        hook = office.hook()
        office.hooks.said(office.world.server.lobby)
        self.remove(office, hook)
        assert office.world.clock.getDelayedCalls() == []

    def test_one_that_waits_for_its_turn_gives_it_up(self, office: Office) -> None:
        office.receiver.slow = True
        for number in range(AT_ONCE + 2):
            office.hook(office.room(f"room{number}"))
            office.say(str(number), room=f"room{number}")
        waiting = office.hooks.of(office.world.server.rooms[f"room{AT_ONCE}"])[0]
        self.remove(office, waiting)
        office.receiver.texts()
        office.receiver.under_way.pop().callback(None)
        assert office.receiver.texts() == [str(AT_ONCE + 1)]

    def test_one_whose_account_may_not_have_it_any_more_is_sent_nothing(
        self, office: Office
    ) -> None:
        office.hook()
        office.hooks.check_with(lambda hook: False)
        office.say("one")
        assert office.receiver.texts() == []
        assert office.world.clock.getDelayedCalls() == []

    def test_also_if_that_ends_while_it_waits_for_its_turn(self, office: Office) -> None:
        office.receiver.slow = True
        for number in range(AT_ONCE + 1):
            office.hook(office.room(f"room{number}"))
            office.say(str(number), room=f"room{number}")
        (waiting,) = office.hooks.of(office.world.server.rooms[f"room{AT_ONCE}"])
        office.receiver.texts()
        office.hooks.check_with(lambda hook: hook is not waiting)
        office.receiver.under_way.pop().callback(None)
        assert office.receiver.texts() == []
        office.hooks.check_with(lambda hook: True)
        office.say("more", room=f"room{AT_ONCE}")
        assert office.receiver.texts() == [str(AT_ONCE)]

    def test_one_of_a_room_that_is_not_there_is_no_error_whoever_may_have_it(self) -> None:
        office = Office()
        office.hooks.check_with(lambda hook: True)
        hook = office.hook(Room("gone", office.world.store))
        office.deliveries.start()
        office.world.settle()
        assert office.world.clock.getDelayedCalls() == []
        assert hook.error is None


class TestStopping:
    def test_nothing_is_sent_before_it_starts(self) -> None:
        office = Office()
        office.hook()
        office.say("one")
        assert office.receiver.texts() == []
        office.deliveries.start()
        office.world.settle()
        assert office.receiver.texts() == ["one"]

    def test_how_far_each_came_is_kept(self, office: Office) -> None:
        office.hook()
        office.say("one", "two")
        office.stop()
        assert office.receiver.closed
        again = office.again()
        again.deliveries.start()
        again.say("three")
        assert again.receiver.texts() == ["three"]

    def test_what_is_said_meanwhile_is_sent_after_the_restart(self, office: Office) -> None:
        office.hook()
        office.say("one")
        office.deliveries.stop()
        office.say("two")
        office.stop()
        assert office.receiver.texts() == ["one"]
        again = office.again()
        again.deliveries.start()
        again.world.settle()
        assert again.receiver.texts() == ["two"]

    def test_after_a_crash_a_few_come_again_and_none_is_lost(self, office: Office) -> None:
        office.hook()
        office.say("one")
        office.deliveries.check()
        office.say("two")
        office.world.settle()
        again = office.again()
        again.deliveries.start()
        again.say("three")
        assert again.receiver.texts() == ["two", "three"]

    def test_what_is_under_way_may_still_arrive_and_then_counts(self, office: Office) -> None:
        office.hook()
        office.receiver.slow = True
        office.say("one", "two")
        office.deliveries.stop()
        office.receiver.under_way.pop().callback(None)
        office.stop()
        assert office.receiver.texts() == ["one"]
        assert [hook.seq for hook in office.again().hooks] == [1]

    def test_what_is_under_way_in_the_end_is_let_go(self, office: Office) -> None:
        office.hook()
        office.receiver.slow = True
        office.say("one")
        office.stop()
        assert office.receiver.under_way.pop().called
        assert [hook.seq for hook in office.again().hooks] == [0]

    def test_no_timer_is_left(self, office: Office) -> None:
        office.hook()
        office.receiver.error = REFUSED
        office.say("one")
        office.stop()
        assert office.world.clock.getDelayedCalls() == []

    def test_one_that_fails_meanwhile_is_not_tried_again(self, office: Office) -> None:
        office.hook()
        office.receiver.slow = True
        office.say("one")
        office.deliveries.stop()
        office.receiver.under_way.pop().errback(REFUSED)
        assert office.world.clock.getDelayedCalls() == []
        office.stop()
