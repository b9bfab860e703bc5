"""`chatd.chat.actions.acks`: alerts that people take on, and questions that they have read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatd.chat.actions.acks import ack, acks_of, alerts_of
from chatd.chat.actions.ask import ask
from chatd.chat.actions.enter import enter
from chatd.chat.actions.policy import set_mode
from chatd.chat.actions.settings import ignore
from chatd.chat.deed_log import NO_SESSION
from chatd.chat.permissions import Mode
from chatd.chat.session import Session
from chatd.event import Draft, Event, Kind
from chatd.remarks import Question, Remark
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from tests.support.alerts import HOOK, post_alert
from tests.support.sessions import begin, done, guest, refused
from tests.support.world import World


@pytest.fixture
def luis(world: World, ops: Room) -> Session:
    luis = guest(world, "luis")
    done(world, enter(world.server, luis, "ops"))
    return luis


def acked(world: World) -> list[tuple[str, Remark]]:
    """Return the acks in the log of #ops, with their authors."""
    events = [event for event in world.stored("ops") if event.kind is Kind.ACK]
    return [(event.author, Remark.of(event.text)) for event in events]


def owners(world: World, ops: Room) -> list[str]:
    return [each.record.by for each in world.server.open_alerts.of(ops)]


class TestAnAlert:
    def test_the_only_one_is_taken(self, world: World, luis: Session, ops: Room) -> None:
        post_alert(world, "ops", "disk")
        made = done(world, ack(world.server, luis, ops, None, "on it"))
        assert made == Remark("ack", 1, HOOK, "FIRING disk", "on it")
        assert acked(world) == [("luis", made)]
        assert owners(world, ops) == ["luis"]

    def test_of_several_it_is_the_one_that_nobody_has(
        self, world: World, luis: Session, ops: Room
    ) -> None:
        post_alert(world, "ops", "disk", "load")
        done(world, ack(world.server, luis, ops, 1))
        assert done(world, ack(world.server, luis, ops, None)).seq == 2

    def test_if_each_has_somebody_one_is_taken_over(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        post_alert(world, "ops", "disk")
        done(world, ack(world.server, luis, ops, None))
        done(world, ack(world.server, ana, ops, None))
        assert owners(world, ops) == ["ana"]

    def test_of_several_that_nobody_has_one_must_be_named(
        self, world: World, luis: Session, ops: Room
    ) -> None:
        post_alert(world, "ops", "disk", "load")
        assert refused(world, ack(world.server, luis, ops, None)) == "which_alert"
        assert refused(world, ack(world.server, luis, ops, "firing")) == "which_alert"
        assert done(world, ack(world.server, luis, ops, "LOAD")).seq == 2
        assert owners(world, ops) == ["", "luis"]

    def test_that_is_over_nobody_has(self, world: World, luis: Session, ops: Room) -> None:
        post_alert(world, "ops", "disk")
        done(world, ack(world.server, luis, ops, None))
        post_alert(world, "ops", "disk", over=True)
        assert owners(world, ops) == []

    @pytest.mark.one_node("the store of one node fails when it is told to")
    def test_is_taken_in_the_log_and_in_the_list_or_in_neither(
        self, world: World, luis: Session, ops: Room, expected_errors: Callable[..., Any]
    ) -> None:
        post_alert(world, "ops", "disk")
        world.store.holds = True
        taking = begin(world, ack(world.server, luis, ops, None))
        assert owners(world, ops) == ["luis"]  # others would wait for the same batch
        world.fail()
        assert isinstance(taking.result, StoreError)
        assert (acked(world), owners(world, ops)) == ([], [""])
        expected_errors()


class TestOtherLines:
    def test_without_alerts_it_is_the_last_line_of_a_hook(
        self, world: World, luis: Session, ops: Room
    ) -> None:
        ops.append(Draft("ops", NO_SESSION, HOOK, Kind.NOTICE, ["disk full", "90 %"], True))
        luis.say("oh")
        world.settle()
        made = done(world, ack(world.server, luis, ops, None))
        assert made == Remark("ack", 1, HOOK, "disk full")

    def test_but_none_that_says_that_an_alert_is_over(
        self, world: World, luis: Session, ops: Room
    ) -> None:
        post_alert(world, "ops", "disk")
        post_alert(world, "ops", "disk", over=True)
        assert refused(world, ack(world.server, luis, ops, None)) == "no_alert"

    def test_or_a_question_which_was_read(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        done(world, ask(world.server, ana, ops, Question("all here?")))
        made = done(world, ack(world.server, luis, ops, None))
        assert (made.verb, made.excerpt) == ("read", "all here?")

    def test_any_line_that_was_said_can_be_named(
        self, world: World, luis: Session, ops: Room
    ) -> None:
        luis.say("the web is down", "hola")
        world.settle()
        assert done(world, ack(world.server, luis, ops, 1)).excerpt == "the web is down"
        assert done(world, ack(world.server, luis, ops, "web")).excerpt == "the web is down"

    @pytest.mark.parametrize(
        ("line", "key"), [(None, "no_alert"), (9, "no_such_line"), ("tea", "no_line_with")]
    )
    def test_others_are_refused(
        self, world: World, luis: Session, ops: Room, line: int | str | None, key: str
    ) -> None:
        luis.say("hola")
        world.settle()
        assert refused(world, ack(world.server, luis, ops, line)) == key


class TestRights:
    def test_who_may_not_speak_may_not(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        done(world, set_mode(world.server, ana, ops, Mode.ANNOUNCE))
        post_alert(world, "ops", "disk")
        assert refused(world, ack(world.server, luis, ops, None)) == "room_announces"
        done(world, ack(world.server, ana, ops, None))
        assert owners(world, ops) == ["ana"]

    def test_who_may_not_read_is_told_of_no_alert(
        self, world: World, ana: Session, ops: Room
    ) -> None:
        post_alert(world, "ops", "disk")
        done(world, set_mode(world.server, ana, ops, Mode.PRIVATE))
        assert refused(world, acks_of(world.server, guest(world, "eva"), ops)) == "room_is_private"


class TestTheList:
    def test_has_none_of_hooks_that_are_ignored(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        post_alert(world, "ops", "disk")
        done(world, ignore(world.server, luis, HOOK))
        assert alerts_of(world.server, luis, ops) == []
        assert len(alerts_of(world.server, ana, ops)) == 1

    def test_has_who_has_read_a_question_until_it_is_closed(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        done(world, ask(world.server, ana, ops, Question("all here?")))
        for session in luis, ana, luis:
            done(world, ack(world.server, session, ops, 1))
        found = done(world, acks_of(world.server, luis, ops))
        assert found.read == {"all here?": ["luis", "ana"]}
        done(world, ignore(world.server, luis, "ana"))
        found = done(world, acks_of(world.server, luis, ops))
        assert found.read == {"all here?": ["luis"]}

    def test_passes_over_acks_that_chatd_did_not_write(
        self, world: World, ana: Session, ops: Room
    ) -> None:
        done(world, ask(world.server, ana, ops, Question("all here?")))
        ops.append(Draft("ops", NO_SESSION, "eva", Kind.ACK, ["??"]))
        world.settle()
        assert done(world, acks_of(world.server, ana, ops)).read == {}

    def test_may_be_unreadable(
        self, world: World, ana: Session, ops: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def unreadable(*_: object) -> list[Event]:
            raise StoreError("it is damaged.")

        done(world, ask(world.server, ana, ops, Question("all here?")))
        monkeypatch.setattr(type(world.server.store), "remarks", unreadable)
        with pytest.raises(StoreError):
            done(world, acks_of(world.server, ana, ops))
