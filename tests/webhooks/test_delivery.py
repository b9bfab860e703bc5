"""`chatd.webhooks.delivery`: each line to each hook, in order, until it is accepted."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from chatd.errors import Refusal
from chatd.event import REMARKS, Deed, Draft, Event, Kind
from chatd.formats.base import told
from chatd.i18n import Language
from chatd.remarks import Value
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from chatd.webhooks.attempts import FIRST_PAUSE, LONGEST_PAUSE
from chatd.webhooks.delivery import (
    CHALLENGE_SECONDS,
    CHALLENGES_AT_ONCE,
    EVENTS_AT_HAND,
    body_of,
    delivery_of,
    headers_of,
)
from chatd.webhooks.lanes import QUICK_SLOTS, Answer
from chatd.webhooks.registry import Hook, new_record
from chatd.webhooks.targets import GIVE_UP_SECONDS, DeliveryFailure, NotDelivered
from chatd.webhooks.urls import Destination, destination_of
from tests.support.logs import Expect
from tests.support.receivers import Receiver, hook_record, outgoing_of
from tests.support.remarks import OF_KINDS
from tests.support.world import World

REFUSED = NotDelivered(DeliveryFailure.ANSWERED, 500)


class DeliveryHarness:
    """A world whose rooms have hooks."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.hooks = self.world.server.hooks
        self.world.register("root", admin=True)
        self.receiver = Receiver()
        self.chance = 0.0
        self.outgoing = outgoing_of(
            self.world.server, self.receiver, self.world.clock, lambda: self.chance
        )

    def hook(
        self,
        room: Room | None = None,
        url: str = "https://example.com/",
        by: str = "root",
        *,
        proven: bool = True,
    ) -> Hook:
        room = room or self.world.server.lobby
        number, put = self.hooks.add(room, hook_record(url, by)._replace(proven=proven))
        change(self.world.store, put)
        self.world.settle()
        return next(hook for hook in self.hooks.of(room) if hook.number == number)

    def say(self, *texts: str, kind: Kind = Kind.MESSAGE, room: str = "lobby") -> None:
        self.world.server.rooms[room].append(Draft(room, 1, "luis", kind, texts))
        self.world.clock.pump([0] * 4)

    def stop(self) -> None:
        self.outgoing.stop()
        closing = Deferred.fromCoroutine(self.outgoing.close())
        self.world.clock.pump([0] * 4)
        assert closing.called

    def again(self) -> DeliveryHarness:
        """Return the harness of the world after a restart."""
        self.outgoing.turn.end()  # claims end with their process
        return DeliveryHarness(self.world.restarted())

    def room(self, name: str) -> Room:
        self.world.store.commit([Draft(name, 1, "ana", Kind.MESSAGE, ["first"])])
        room = self.world.server.rooms.add(name)
        room.mark = room.mark._replace(seq=1)
        return room


@pytest.fixture
def harness() -> DeliveryHarness:
    harness = DeliveryHarness()
    harness.outgoing.start()
    return harness


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

    def test_names_the_message_that_a_line_is_part_of(self) -> None:
        assert json.loads(body_of(self.EVENT._replace(part_of=6)))["part_of"] == 6

    @pytest.mark.parametrize(
        ("kind", "word"),
        [
            (Kind.MESSAGE, "message"),
            (Kind.ACTION, "action"),
            (Kind.NOTICE, "notice"),
            (Kind.TOPIC, "topic"),
            *((kind, kind.name.lower()) for kind in REMARKS),
        ],
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
        headers = headers_of("secret", 1764100001, body)
        signature = hmac.new(b"secret", b"1764100001." + body, hashlib.sha256).hexdigest()
        assert headers == {
            "Content-Type": "application/json",
            "X-Chatd-Timestamp": "1764100001",
            "X-Chatd-Signature": f"sha256={signature}",
        }

    def test_names_rooms_in_ascii_in_its_headers(self) -> None:
        assert delivery_of(self.EVENT._replace(room="niñas")) == "ni%C3%B1as/7"


class TestDelivering:
    def test_what_people_say_is_posted_in_order(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.say("one", "two")
        harness.say("waves", kind=Kind.ACTION)
        harness.say("Friday", kind=Kind.TOPIC)
        assert harness.receiver.texts() == ["one", "two", "waves", "Friday"]
        assert set(harness.receiver.to) == {hook.to}
        assert [each["X-Chatd-Delivery"] for each in harness.receiver.headers] == [
            f"lobby/{seq}" for seq in (1, 2, 3, 4)
        ]

    def test_what_was_said_before_the_hook_was_there_is_not(self, harness: DeliveryHarness) -> None:
        harness.say("before")
        harness.hook()
        harness.say("after")
        assert harness.receiver.texts() == ["after"]

    def test_deeds_are_passed_over(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.say(Deed("kick", "luis").text(), kind=Kind.DEED)
        assert hook.seq == 1
        harness.say("hola")
        harness.say(Deed("kick", "luis").text(), kind=Kind.DEED)
        assert harness.receiver.texts() == ["hola"]
        assert hook.seq == 3

    @pytest.mark.parametrize(("kind", "value", "_"), OF_KINDS)
    def test_remarks_are_posted_in_parts_and_as_an_english_sentence(
        self, harness: DeliveryHarness, kind: Kind, value: Value, _: str
    ) -> None:
        harness.hook()
        harness.say(value.text(), kind=kind)
        (body,) = map(json.loads, harness.receiver.bodies)
        event = Event("lobby", 1, 0, 0, body["author"], kind, value.text())
        assert body["text"] == told(Language.ENGLISH, event)
        assert body["kind"] in body

    def test_private_lines_are_in_no_room(self, harness: DeliveryHarness) -> None:
        harness.hook()
        ana, luis = harness.world.person("ana"), harness.world.person("luis")
        ana.type("/msg luis secret")
        assert "(private) <ana> secret" in luis.seen()
        assert harness.receiver.texts() == []

    def test_each_hook_of_each_room_has_its_own(self, harness: DeliveryHarness) -> None:
        ops = harness.room("ops")
        for room in None, None, ops:
            harness.hook(room)
        harness.say("in the lobby")
        harness.say("in ops", room="ops")
        assert sorted(harness.receiver.texts()) == ["in ops", "in the lobby", "in the lobby"]

    def test_the_room_is_shown_it_first(self, harness: DeliveryHarness) -> None:
        harness.hook()
        ana = harness.world.person("ana")
        ana.send(b"hola\n")
        seen: list[list[str]] = []
        post = harness.receiver.post

        async def look(*arguments: Any) -> None:
            seen.append(ana.seen())
            await post(*arguments)

        harness.receiver.post = look  # type: ignore[method-assign]
        harness.world.clock.pump([0] * 4)
        assert seen == [["<ana> hola"]]

    def test_one_line_at_a_time_is_under_way(self, harness: DeliveryHarness) -> None:
        harness.hook()
        harness.receiver.slow = True
        harness.say("one", "two")
        harness.say("three")
        assert harness.receiver.texts() == ["one"]
        harness.receiver.under_way.pop().callback(None)
        assert harness.receiver.texts() == ["two"]
        harness.receiver.under_way.pop().callback(None)
        assert harness.receiver.texts() == ["three"]

    def test_so_many_are_under_way_in_all_and_all_have_their_turn(
        self, harness: DeliveryHarness
    ) -> None:
        for number in range(QUICK_SLOTS + 1):
            harness.room(f"room{number}")
            harness.hook(harness.world.server.rooms[f"room{number}"])
        harness.receiver.slow = True
        for number in range(QUICK_SLOTS + 1):
            harness.say(f"{number}a", f"{number}b", room=f"room{number}")
        assert len(harness.receiver.texts()) == QUICK_SLOTS
        harness.receiver.under_way.pop(0).callback(None)
        assert harness.receiver.texts() == [f"{QUICK_SLOTS}a"]
        harness.receiver.under_way.pop(0).callback(None)
        assert harness.receiver.texts() == ["0b"]

    def test_what_is_long_is_read_in_pieces(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        texts = [str(number) for number in range(3 * EVENTS_AT_HAND + 1)]
        harness.say(*texts)
        assert harness.receiver.texts() == texts
        assert hook.seq == len(texts)

    def test_what_was_forgotten_is_passed_over(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.receiver.error = REFUSED
        harness.say("old", "older")
        harness.receiver.error = None
        assert harness.receiver.texts() == ["old"]
        harness.world.clock.advance(1e-3)
        harness.world.store._logs["lobby"].events.clear()
        harness.world.clock.advance(FIRST_PAUSE)
        assert harness.receiver.texts() == []
        assert hook.seq == 2
        harness.say("new")
        assert harness.receiver.texts() == ["new"]


class TestRetrying:
    def test_a_line_is_tried_until_it_is_taken_and_the_others_wait(
        self, harness: DeliveryHarness
    ) -> None:
        hook = harness.hook()
        harness.receiver.error = REFUSED
        harness.say("one")
        harness.say("two")
        assert harness.receiver.texts() == ["one"]
        assert (hook.seq, hook.failures, hook.error) == (0, 1, REFUSED)
        harness.receiver.error = None
        harness.world.clock.advance(FIRST_PAUSE)
        assert harness.receiver.texts() == ["one", "two"]
        assert (hook.seq, hook.failures, hook.error) == (2, 0, None)

    def pauses(self, harness: DeliveryHarness, count: int) -> list[float]:
        """Return the pauses, in seconds, between the first tries."""
        harness.hook()
        harness.receiver.error = REFUSED
        harness.say("one")
        pauses = []
        for _ in range(count):
            (call,) = harness.world.clock.getDelayedCalls()
            pauses.append(call.getTime() - harness.world.clock.seconds())
            harness.world.clock.advance(pauses[-1])
        assert harness.receiver.texts() == ["one"] * (count + 1)
        return pauses

    def test_pauses_double_up_to_an_hour(self, harness: DeliveryHarness) -> None:
        assert self.pauses(harness, 15) == [
            *(FIRST_PAUSE * 2**doublings for doublings in range(12)),
            *[LONGEST_PAUSE] * 3,
        ]

    def test_pauses_are_up_to_a_quarter_longer(self, harness: DeliveryHarness) -> None:
        harness.chance = 1.0
        assert self.pauses(harness, 3) == [1.25, 2.5, 5.0]

    def test_once_it_works_pauses_are_short_again(self, harness: DeliveryHarness) -> None:
        self.pauses(harness, 5)
        harness.receiver.error = None
        harness.world.clock.advance(64)
        harness.receiver.error = REFUSED
        harness.say("two")
        (call,) = harness.world.clock.getDelayedCalls()
        assert call.getTime() - harness.world.clock.seconds() == FIRST_PAUSE

    def test_the_time_that_is_signed_is_that_of_the_try(self, harness: DeliveryHarness) -> None:
        harness.hook()
        harness.receiver.error = REFUSED
        harness.say("one")
        harness.world.clock.advance(FIRST_PAUSE)
        first, second = harness.receiver.headers
        assert int(second["X-Chatd-Timestamp"]) == int(first["X-Chatd-Timestamp"]) + 1
        assert first["X-Chatd-Signature"] != second["X-Chatd-Signature"]
        assert first["X-Chatd-Delivery"] == second["X-Chatd-Delivery"]

    def test_one_that_fails_delays_no_other(self, harness: DeliveryHarness) -> None:
        harness.hook(url="https://a.example/")
        harness.receiver.error = REFUSED
        harness.say("one")
        harness.receiver.error = None
        harness.hook(url="https://b.example/")
        harness.say("two")
        assert harness.receiver.texts() == ["one", "two"]

    def test_a_log_that_cannot_be_read_is_tried_again(
        self, harness: DeliveryHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hook = harness.hook()

        async def fail(*_: object) -> list[Event]:
            raise StoreError("no disk")

        with monkeypatch.context() as patch:
            patch.setattr(harness.world.store, "read", fail)
            harness.say("one")
        assert hook.error is not None
        assert hook.error.why is DeliveryFailure.NOT_READABLE
        harness.world.clock.advance(FIRST_PAUSE)
        assert harness.receiver.texts() == ["one"]

    def test_an_error_that_should_not_be_is_told_without_its_words_and_tried_again(
        self, harness: DeliveryHarness, expected_errors: Expect
    ) -> None:
        hook = harness.hook()
        harness.receiver.error = ZeroDivisionError("https://example.com/secret")
        harness.say("one")
        (told,) = expected_errors(ZeroDivisionError)
        assert "secret" not in told["log_failure"].getTraceback()
        assert hook.error is not None
        assert hook.error.why is DeliveryFailure.BROKE
        harness.receiver.error = None
        harness.world.clock.advance(FIRST_PAUSE)
        assert harness.receiver.texts() == ["one", "one"]


class TestEnding:
    def remove(self, harness: DeliveryHarness, hook: Hook) -> None:
        put = harness.hooks.remove(hook)
        change(harness.world.store, put)
        harness.world.settle()

    def test_a_hook_that_is_removed_is_sent_nothing_more(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.say("one")
        self.remove(harness, hook)
        harness.say("two")
        assert harness.receiver.texts() == ["one"]

    def test_while_it_waits_to_try_again(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.receiver.error = REFUSED
        harness.say("one")
        self.remove(harness, hook)
        assert harness.world.clock.getDelayedCalls() == []

    def test_while_something_is_under_way(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.receiver.slow = True
        harness.say("one", "two")
        (under_way,) = harness.receiver.under_way
        self.remove(harness, hook)
        assert under_way.called
        assert harness.receiver.texts() == ["one"]
        assert harness.world.clock.getDelayedCalls() == []

    @pytest.mark.parametrize("error", [None, REFUSED, ZeroDivisionError()])
    def test_what_is_let_go_may_end_in_any_way(
        self,
        harness: DeliveryHarness,
        error: Exception | None,
        expected_errors: Expect,
    ) -> None:
        hook = harness.hook()
        harness.receiver.slow = True
        harness.say("one", "two")
        harness.receiver.let_go = lambda answer: (
            answer.callback(None) if error is None else answer.errback(error)
        )
        self.remove(harness, hook)
        assert harness.receiver.texts() == ["one"]
        assert harness.world.clock.getDelayedCalls() == []
        if isinstance(error, ZeroDivisionError):
            expected_errors(ZeroDivisionError)

    def test_one_that_never_had_anything_to_deliver(self, harness: DeliveryHarness) -> None:
        self.remove(harness, harness.hook())
        harness.say("one")
        assert harness.receiver.texts() == []

    def test_one_of_a_room_that_is_not_there_does_nothing(self) -> None:
        harness = DeliveryHarness()
        harness.hook(Room("gone", harness.world.store))
        harness.outgoing.start()
        harness.world.settle()
        assert harness.receiver.texts() == []
        assert harness.world.clock.getDelayedCalls() == []

    def test_before_it_has_begun(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.hooks.said(harness.world.server.lobby)
        self.remove(harness, hook)
        assert harness.world.clock.getDelayedCalls() == []

    def test_one_that_waits_for_its_turn_gives_it_up(self, harness: DeliveryHarness) -> None:
        harness.receiver.slow = True
        for number in range(QUICK_SLOTS + 2):
            harness.hook(harness.room(f"room{number}"))
            harness.say(str(number), room=f"room{number}")
        waiting = harness.hooks.of(harness.world.server.rooms[f"room{QUICK_SLOTS}"])[0]
        self.remove(harness, waiting)
        harness.receiver.texts()
        harness.receiver.under_way.pop().callback(None)
        assert harness.receiver.texts() == [str(QUICK_SLOTS + 1)]

    def test_one_whose_account_may_not_have_it_any_more_is_sent_nothing(
        self, harness: DeliveryHarness
    ) -> None:
        harness.hook()
        harness.hooks.check_with(lambda hook: False)
        harness.say("one")
        assert harness.receiver.texts() == []
        assert harness.world.clock.getDelayedCalls() == []

    def test_also_if_that_ends_while_it_waits_for_its_turn(self, harness: DeliveryHarness) -> None:
        harness.receiver.slow = True
        for number in range(QUICK_SLOTS + 1):
            harness.hook(harness.room(f"room{number}"))
            harness.say(str(number), room=f"room{number}")
        (waiting,) = harness.hooks.of(harness.world.server.rooms[f"room{QUICK_SLOTS}"])
        harness.receiver.texts()
        harness.hooks.check_with(lambda hook: hook is not waiting)
        harness.receiver.under_way.pop().callback(None)
        assert harness.receiver.texts() == []
        harness.hooks.check_with(lambda hook: True)
        harness.say("more", room=f"room{QUICK_SLOTS}")
        assert harness.receiver.texts() == [str(QUICK_SLOTS)]

    def test_one_of_a_room_that_is_not_there_is_no_error_whoever_may_have_it(self) -> None:
        harness = DeliveryHarness()
        harness.hooks.check_with(lambda hook: True)
        hook = harness.hook(Room("gone", harness.world.store))
        harness.outgoing.start()
        harness.world.settle()
        assert harness.world.clock.getDelayedCalls() == []
        assert hook.error is None


class TestStopping:
    def test_nothing_is_sent_before_it_starts(self) -> None:
        harness = DeliveryHarness()
        harness.hook()
        harness.say("one")
        assert harness.receiver.texts() == []
        harness.outgoing.start()
        harness.world.settle()
        assert harness.receiver.texts() == ["one"]

    def test_how_far_each_came_is_kept(self, harness: DeliveryHarness) -> None:
        harness.hook()
        harness.say("one", "two")
        harness.stop()
        assert harness.receiver.closed
        again = harness.again()
        again.outgoing.start()
        again.say("three")
        assert again.receiver.texts() == ["three"]

    def test_what_is_said_meanwhile_is_sent_after_the_restart(
        self, harness: DeliveryHarness
    ) -> None:
        harness.hook()
        harness.say("one")
        harness.outgoing.stop()
        harness.say("two")
        harness.stop()
        assert harness.receiver.texts() == ["one"]
        again = harness.again()
        again.outgoing.start()
        again.world.settle()
        assert again.receiver.texts() == ["two"]

    def test_after_a_crash_a_few_come_again_and_none_is_lost(
        self, harness: DeliveryHarness
    ) -> None:
        harness.hook()
        harness.say("one")
        harness.outgoing.check()
        harness.say("two")
        harness.world.settle()
        again = harness.again()
        again.outgoing.start()
        again.say("three")
        assert again.receiver.texts() == ["two", "three"]

    def test_what_is_under_way_may_still_arrive_and_then_counts(
        self, harness: DeliveryHarness
    ) -> None:
        harness.hook()
        harness.receiver.slow = True
        harness.say("one", "two")
        harness.outgoing.stop()
        harness.receiver.under_way.pop().callback(None)
        harness.stop()
        assert harness.receiver.texts() == ["one"]
        assert [hook.seq for hook in harness.again().hooks] == [1]

    def test_what_is_under_way_in_the_end_is_let_go(self, harness: DeliveryHarness) -> None:
        harness.hook()
        harness.receiver.slow = True
        harness.say("one")
        harness.stop()
        assert harness.receiver.under_way.pop().called
        assert [hook.seq for hook in harness.again().hooks] == [0]

    def test_no_timer_is_left(self, harness: DeliveryHarness) -> None:
        harness.hook()
        harness.receiver.error = REFUSED
        harness.say("one")
        harness.stop()
        assert harness.world.clock.getDelayedCalls() == []

    def test_one_that_fails_meanwhile_is_not_tried_again(self, harness: DeliveryHarness) -> None:
        harness.hook()
        harness.receiver.slow = True
        harness.say("one")
        harness.outgoing.stop()
        harness.receiver.under_way.pop().errback(REFUSED)
        assert harness.world.clock.getDelayedCalls() == []
        harness.stop()


class TestChallenging:
    """Targets prove that they want a hook."""

    def ask(self, harness: DeliveryHarness, by: str = "root") -> Deferred[None]:
        new = new_record(destination_of("https://example.com/in"), by, "", 0)
        asked = Deferred.fromCoroutine(_awaited(harness.hooks.challenge(new)))
        harness.world.settle()
        return asked

    def reason(self, asked: Deferred[None]) -> DeliveryFailure:
        failure = asked.result
        asked.addErrback(lambda _: None)
        assert isinstance(failure.value, NotDelivered)  # type: ignore[attr-defined]
        return failure.value.why  # type: ignore[attr-defined, no-any-return]

    def test_a_target_that_answers_with_the_text_wants_it(self, harness: DeliveryHarness) -> None:
        assert self.ask(harness).result is None
        ((to, headers, body),) = harness.receiver.challenges
        said = json.loads(body)
        assert to.url == "https://example.com/in"
        assert (said["kind"], len(said["challenge"])) == ("challenge", 43)
        assert {"X-Chatd-Timestamp", "X-Chatd-Signature"} <= headers.keys()

    def test_one_that_accepts_and_says_something_else_does_not(
        self, harness: DeliveryHarness
    ) -> None:
        harness.receiver.wants = False
        assert self.reason(self.ask(harness)) is DeliveryFailure.NOT_PROVEN

    def test_nor_does_one_that_returns_what_it_is_sent(
        self, harness: DeliveryHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def echo(to: object, headers: object, body: bytes) -> Answer:
            return Answer(body)

        monkeypatch.setattr(harness.receiver, "post", echo)
        assert self.reason(self.ask(harness)) is DeliveryFailure.NOT_PROVEN

    def test_a_new_line_after_the_text_is_no_matter(
        self, harness: DeliveryHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def answer(to: object, headers: object, body: bytes) -> Answer:
            return Answer(f"{json.loads(body)['challenge']}\r\n".encode())

        monkeypatch.setattr(harness.receiver, "post", answer)
        assert self.ask(harness).result is None

    def test_each_is_another_text(self, harness: DeliveryHarness) -> None:
        self.ask(harness)
        self.ask(harness)
        first, second = (body for _, _, body in harness.receiver.challenges)
        assert first != second

    def test_an_account_has_few_without_an_answer(self, harness: DeliveryHarness) -> None:
        harness.receiver.wants = False
        for _ in range(CHALLENGES_AT_ONCE):
            self.reason(self.ask(harness))
        refused = self.ask(harness)
        assert refused.result.check(Refusal)  # type: ignore[attr-defined]
        refused.addErrback(lambda _: None)
        assert len(harness.receiver.challenges) == CHALLENGES_AT_ONCE
        assert self.reason(self.ask(harness, by="luis")) is DeliveryFailure.NOT_PROVEN
        harness.world.clock.advance(CHALLENGE_SECONDS)
        assert self.reason(self.ask(harness)) is DeliveryFailure.NOT_PROVEN

    def test_those_that_are_answered_do_not_count(self, harness: DeliveryHarness) -> None:
        for _ in range(CHALLENGES_AT_ONCE + 1):
            assert self.ask(harness).result is None

    def test_a_hook_of_an_earlier_version_is_asked_before_its_next_line(
        self, harness: DeliveryHarness
    ) -> None:
        harness.hook(proven=False)
        harness.say("one", "two")
        assert harness.receiver.texts() == ["one", "two"]
        assert len(harness.receiver.challenges) == 1

    def test_it_is_asked_once_also_over_a_restart(self, harness: DeliveryHarness) -> None:
        harness.hook(proven=False)
        harness.say("one")
        harness.stop()
        again = harness.again()
        again.outgoing.start()
        again.say("two")
        assert again.receiver.texts() == ["two"]
        assert again.receiver.challenges == []

    def test_until_it_answers_its_lines_wait(self, harness: DeliveryHarness) -> None:
        hook = harness.hook(proven=False)
        harness.receiver.wants = False
        harness.say("one")
        assert hook.error is not None
        assert hook.error.why is DeliveryFailure.NOT_PROVEN
        assert harness.receiver.texts() == []
        harness.receiver.wants = True
        harness.world.clock.advance(FIRST_PAUSE)
        assert harness.receiver.texts() == ["one"]


class TestGivingUp:
    """A hook that takes nothing for a week ends."""

    def fail_for(self, harness: DeliveryHarness, seconds: float) -> None:
        until = harness.world.clock.seconds() + seconds
        while harness.world.clock.seconds() < until:
            harness.world.clock.advance(min(600, until - harness.world.clock.seconds()))

    def test_the_room_is_told(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        harness.receiver.error = REFUSED
        harness.say("one")
        self.fail_for(harness, GIVE_UP_SECONDS - LONGEST_PAUSE)
        assert list(harness.hooks) == [hook]
        self.fail_for(harness, 2 * LONGEST_PAUSE)
        assert list(harness.hooks) == []
        assert harness.world.deeds("lobby") == [("root", "deadhook https://example.com 0")]
        harness.world.settle()
        assert list(harness.again().hooks) == []
        assert harness.world.clock.getDelayedCalls() == []

    def test_a_line_that_is_taken_begins_the_week_anew(self, harness: DeliveryHarness) -> None:
        hook = harness.hook()
        for _ in range(2):
            harness.receiver.error = REFUSED
            harness.say("one")
            self.fail_for(harness, GIVE_UP_SECONDS - LONGEST_PAUSE)
            harness.receiver.error = None
            self.fail_for(harness, LONGEST_PAUSE)
        assert list(harness.hooks) == [hook]

    def test_the_time_counts_over_restarts_but_not_that_of_a_daemon_that_is_down(
        self, harness: DeliveryHarness
    ) -> None:
        harness.hook()
        harness.receiver.error = REFUSED
        harness.say("one")
        self.fail_for(harness, GIVE_UP_SECONDS / 2)
        harness.stop()
        harness.world.clock.advance(GIVE_UP_SECONDS)
        again = harness.again()
        again.receiver.error = REFUSED
        again.outgoing.start()
        self.fail_for(again, GIVE_UP_SECONDS / 2 - 2 * LONGEST_PAUSE)
        assert len(list(again.hooks)) == 1
        self.fail_for(again, 4 * LONGEST_PAUSE)
        assert list(again.hooks) == []


class TestSlowTargets:
    """Targets of one owner that answer after 8 s delay no other owner's."""

    SECONDS = 8.0

    def test_a_healthy_hook_is_served_within_a_second(self, harness: DeliveryHarness) -> None:
        clock = harness.world.clock
        rooms = [harness.room(f"slow{number}") for number in range(199)]
        for room in rooms:
            harness.hook(room, "https://slow.example/", by="mallory")
        harness.hook(url="https://healthy.example/", by="ana")
        harness.hooks.check_with(lambda hook: True)
        served: list[float] = []

        async def post(to: Destination, headers: object, body: bytes) -> bytes:
            if to.host == "healthy.example":
                served.append(clock.seconds())
            else:
                await deferLater(clock, self.SECONDS)
            return b""

        harness.receiver.post = post  # type: ignore[method-assign, assignment]
        for _ in range(12):
            for room in rooms:
                harness.say("slow", room=room.name)
            said = clock.seconds()
            harness.say("hola")
            for _ in range(60):
                clock.advance(0.05)
            assert served[-1] - said < 1
            assert served[-1] >= said
        harness.stop()


async def _awaited(done: Awaitable[None]) -> None:
    await done
