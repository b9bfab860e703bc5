"""`chatd.chat.actions.hook_answers`: what targets answer is said once, under the names of hooks."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.actions.hook_answers import answering_name
from chatd.chat.permissions import Mode
from chatd.event import Draft, Event, Kind
from chatd.rooms.room import Room
from chatd.storage.records import change
from chatd.webhooks.incoming.registry import new_hook
from chatd.webhooks.lanes import Answer
from chatd.webhooks.registry import Hook
from chatd.webhooks.urls import destination_of
from tests.support.receivers import Receiver, hook_record, outgoing_of
from tests.support.rights import set_mode
from tests.support.world import World

NAME = "dice.example.com"


class Answering:
    """A world whose lobby has a hook that answers each line with what a test says."""

    def __init__(self, world: World | None = None, url: str = f"https://{NAME}/") -> None:
        new = world is None
        self.world = world or World()
        self.server = self.world.server
        self.receiver = Receiver()
        self.receiver.answer = lambda said: Answer(f"re {said['text']}".encode(), is_text=True)
        self.outgoing = outgoing_of(self.server, self.receiver, self.world.clock)
        if new:
            self.world.register("root", admin=True)
            record = hook_record(url, "root")._replace(name=NAME)
            _, own = new_hook(NAME, "root", "root", "", 0)
            put = self.server.incoming.add(self.room, own._replace(start=""))
            change(self.server.store, self.server.hooks.add(self.room, record)[1], put)
        self.world.settle()
        self.outgoing.start()
        self.pump()

    @property
    def room(self) -> Room:
        return self.server.lobby

    @property
    def hook(self) -> Hook:
        (hook,) = self.server.hooks.of(self.room)
        return hook

    def pump(self) -> None:
        self.world.clock.pump([0] * 20)

    def say(self, *texts: str, kind: Kind = Kind.MESSAGE, as_one: bool = False) -> None:
        self.room.append(Draft("lobby", 1000, "luis", kind, texts, as_one))
        self.pump()

    def said(self) -> list[tuple[str, Kind, str]]:
        """Return what others than luis said: the author, the kind and the text."""
        reading = Deferred.fromCoroutine(self._read())
        self.pump()
        events: list[Event] = reading.result  # type: ignore[assignment]
        return [(each.author, each.kind, each.text) for each in events if each.author != "luis"]

    async def _read(self) -> list[Event]:
        return [*await self.room.read(0, self.room.head, self.hook.caller.owner)]

    def texts(self) -> list[str]:
        return [text for _, _, text in self.said()]

    def again(self) -> Answering:
        """Return the world after the daemon was killed: nothing but the store is left."""
        self.outgoing.turn.end()
        return Answering(self.world.restarted())


@pytest.fixture
def answering() -> Answering:
    return Answering()


def answer(answering: Answering, body: bytes, **members: Any) -> None:
    answering.receiver.answer = lambda said: Answer(body, **{"is_text": True, **members})


def test_an_answer_is_said_as_a_notice_under_the_name_of_the_hook(answering: Answering) -> None:
    answering.say("!roll")
    assert answering.said() == [(NAME, Kind.NOTICE, "re !roll")]


@pytest.mark.parametrize("kind", [Kind.NOTICE, Kind.ACTION, Kind.TOPIC])
def test_only_messages_of_people_are_answered(answering: Answering, kind: Kind) -> None:
    answering.say("x", kind=kind)
    assert answering.said() == []
    # Its own answer was delivered, too, and answered again: that is not said.
    answering.say("one", "two", as_one=True)
    assert answering.texts() == ["re one"]
    assert "re one" in answering.receiver.texts()


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (b"a\nb\r\n\n", ["a", "b"]),
        (b" \n", []),
        (b"", []),
        (b"a\xff", ["a\\xff"]),
        (b"x\ny\n" * 40, [*["x", "y"] * 25, "... 30 more lines"]),
    ],
)
def test_the_text_of_an_answer(answering: Answering, body: bytes, lines: list[str]) -> None:
    answer(answering, body)
    answering.say("!x")
    assert answering.texts() == lines


def test_what_is_no_text_is_dropped(answering: Answering) -> None:
    answer(answering, b"<html>", is_text=False)
    answering.say("!x")
    assert answering.said() == []


def test_it_is_said_once_over_a_kill_after_it_was_said(answering: Answering) -> None:
    answering.say("!x")
    again = answering.again()
    assert again.texts() == ["re !x"]
    assert "!x" not in again.receiver.texts()
    again.say("!y")
    assert again.texts() == ["re !x", "re !y"]


def test_it_is_said_once_over_a_kill_before_it_was_said(answering: Answering) -> None:
    answering.receiver.slow = True
    answering.say("!x")
    again = answering.again()
    again.pump()
    assert again.texts() == ["re !x"]


def test_one_that_was_said_and_not_known_to_be_is_not_said_again(answering: Answering) -> None:
    answering.say("!x")
    answering.hook.delivered(0)  # as after a commit in doubt, which was one
    answering.server.hooks.wake(answering.hook)
    answering.pump()
    assert answering.receiver.texts().count("!x") == 2
    assert answering.texts() == ["re !x"]


def test_one_that_the_store_does_not_take_is_said_with_the_next_try(answering: Answering) -> None:
    answering.receiver.slow = True
    answering.say("!x")
    answering.server.incoming.waiting = 1000  # as many lines of hooks as may wait
    (answering.receiver.under_way.pop()).callback(None)
    answering.pump()
    assert answering.said() == []
    answering.server.incoming.waiting = 0
    answering.receiver.slow = False
    answering.world.clock.advance(2)
    answering.pump()
    assert answering.texts() == ["re !x"]


def test_a_closed_room_and_a_name_that_was_removed_take_no_answers(answering: Answering) -> None:
    own = answering.server.incoming.called(answering.room, NAME)
    assert own is not None
    change(answering.server.store, *answering.server.incoming.remove(own))
    answering.say("!x")
    assert answering.said() == []


def test_in_a_room_that_is_not_open_answers_come_encrypted() -> None:
    answering = Answering(url="http://dice.example.com/")
    answering.say("!x")
    assert answering.texts() == ["re !x"]
    for name in "eva", "max":  # one of them at each node
        answering.world.person(name)
    set_mode(answering.world, "lobby", Mode.PRIVATE)
    answering.say("!y")
    assert answering.texts() == ["re !x"]


def test_a_name_that_answers_goes_with_the_last_hook_that_has_it(answering: Answering) -> None:
    server, room = answering.server, answering.room
    record = hook_record(f"https://{NAME}/2", "root")._replace(name=NAME)
    change(server.store, server.hooks.add(room, record)[1])
    answering.world.settle()
    first, second = server.hooks.of(room)
    change(server.store, *server.hook_review.removal(first))
    answering.world.settle()
    assert server.incoming.called(room, NAME) is not None
    change(server.store, *server.hook_review.removal(second))
    answering.world.settle()
    assert server.incoming.called(room, NAME) is None


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://dice.example.com/x", "dice.example.com"),
        ("http://10.1.2.3:8000/", "webhook"),
        ("https://[2001:db8::1]/", "webhook"),
        ("https://admin/", "webhook"),
        (f"https://{'a' * 31}.example.com/", "a" * 31),
    ],
)
def test_the_name_of_a_target(url: str, name: str) -> None:
    assert answering_name(destination_of(url)) == name
