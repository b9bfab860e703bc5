"""`chatd.chat.actions.decisions`: lines that are kept as decisions, and the list of them."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.chat.actions.decisions import decide, decisions_before
from chatd.chat.actions.enter import enter
from chatd.chat.actions.policy import set_mode
from chatd.chat.actions.settings import ignore
from chatd.chat.permissions import Mode
from chatd.chat.session import Session
from chatd.event import Event, Kind
from chatd.remarks import Remark
from chatd.rooms.room import Room
from chatd.storage.contract import StoreError
from tests.support.sessions import done, guest, refused
from tests.support.world import World


@pytest.fixture
def luis(world: World, ops: Room) -> Session:
    luis = guest(world, "luis")
    done(world, enter(world.server, luis, "ops"))
    luis.say("disk full", "we go back")
    world.settle()
    return luis


def marked(world: World) -> list[Remark]:
    """Return the decisions in the log of #ops."""
    return [Remark.of(each.text) for each in world.stored("ops") if each.kind is Kind.DECISION]


def test_the_last_line_is_kept_with_its_author(world: World, luis: Session, ops: Room) -> None:
    decision = done(world, decide(world.server, luis, ops, None, "to 1.2"))
    assert decision == Remark("decision", 2, "luis", "we go back", "to 1.2")
    assert marked(world) == [decision]


@pytest.mark.parametrize(("name", "seq"), [(1, 1), ("disk", 1), ("we", 2), (2, 2)])
def test_a_line_is_named_by_its_number_or_a_word(
    world: World, luis: Session, ops: Room, name: int | str, seq: int
) -> None:
    assert done(world, decide(world.server, luis, ops, name)).seq == seq


def test_a_decision_is_no_line_that_was_said(world: World, luis: Session, ops: Room) -> None:
    for _ in range(2):
        assert done(world, decide(world.server, luis, ops, None)).seq == 2


def test_of_a_message_of_several_lines_it_is_the_first(
    world: World, luis: Session, ops: Room
) -> None:
    luis.say("one\ntwo\nthree")
    world.settle()
    assert done(world, decide(world.server, luis, ops, None)).excerpt == "one"
    assert done(world, decide(world.server, luis, ops, "two")).excerpt == "two"


@pytest.mark.parametrize(
    ("name", "key"),
    [(3, "no_such_line"), (99, "no_such_line"), (0, "no_such_line"), ("never", "no_line_with")],
)
def test_others_are_refused(
    world: World, luis: Session, ops: Room, name: int | str, key: str
) -> None:
    done(world, decide(world.server, luis, ops, None))  # which is line 3
    assert refused(world, decide(world.server, luis, ops, name)) == key
    assert len(marked(world)) == 1


def test_in_a_room_in_which_nothing_was_said_there_is_none(
    world: World, ana: Session, ops: Room
) -> None:
    assert refused(world, decide(world.server, ana, ops, None)) == "no_line_to_mark"


def test_a_line_of_an_ignored_author_is_not_the_last(
    world: World, ana: Session, luis: Session, ops: Room
) -> None:
    ana.say("mine")
    world.settle()
    luis.say("noise")
    world.settle()
    done(world, ignore(world.server, ana, "luis"))
    assert done(world, decide(world.server, ana, ops, None)).excerpt == "mine"


class TestRights:
    def test_who_may_not_speak_may_not(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        done(world, set_mode(world.server, ana, ops, Mode.ANNOUNCE))
        assert refused(world, decide(world.server, luis, ops, None)) == "room_announces"
        assert done(world, decide(world.server, ana, ops, None)).seq == 2

    def test_are_checked_again_once_the_line_is_found(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        found: Deferred[list[Event]] = Deferred()

        async def read(*_: object) -> list[Event]:
            return await found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(world.server.store, "read", read)
            patch.setattr(ops, "latest", [])
            deciding = Deferred.fromCoroutine(decide(world.server, luis, ops, 1))
            done(world, set_mode(world.server, ana, ops, Mode.ANNOUNCE))
            found.callback([Event("ops", 1, 0, luis.number, "luis", Kind.MESSAGE, "disk full")])
            world.settle()
        deciding.addErrback(lambda failure: failure.value)
        assert deciding.result.key == "room_announces"
        assert marked(world) == []

    def test_the_store_may_be_shared_with_an_older_chatd(
        self, world: World, luis: Session, ops: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(world.server.store), "takes_remarks", False)
        assert refused(world, decide(world.server, luis, ops, None)) == "older_nodes"


class TestTheList:
    def test_has_the_newest_first_page_by_page(
        self, world: World, luis: Session, ops: Room
    ) -> None:
        for word in "abc":
            done(world, decide(world.server, luis, ops, None, word))
        first = done(world, decisions_before(world.server, luis, ops, None, 2))
        assert [Remark.of(event.text).words for event in first.events] == ["c", "b"]
        last = done(world, decisions_before(world.server, luis, ops, first.next, 2))
        assert [Remark.of(event.text).words for event in last.events] == ["a"]
        assert not last.next

    def test_goes_on_after_long_ones(
        self, world: World, luis: Session, ops: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chatd.chat.actions.decisions.PAGE_CHARACTERS", 20)
        done(world, decide(world.server, luis, ops, None, "a long reason for it"))
        assert done(world, decisions_before(world.server, luis, ops, None, 9)).next

    def test_has_none_of_people_who_are_ignored(
        self, world: World, ana: Session, luis: Session, ops: Room
    ) -> None:
        done(world, decide(world.server, luis, ops, None))
        done(world, decide(world.server, ana, ops, None, "mine"))
        done(world, ignore(world.server, ana, "luis"))
        found = done(world, decisions_before(world.server, ana, ops, None, 1))
        assert [event.author for event in found.events] == ["ana"]
        found = done(world, decisions_before(world.server, ana, ops, found.next, 1))
        assert (list(found.events), found.next) == ([], 0)

    def test_is_for_those_who_may_read(self, world: World, ana: Session, ops: Room) -> None:
        done(world, set_mode(world.server, ana, ops, Mode.PRIVATE))
        eva = guest(world, "eva")
        assert (
            refused(world, decisions_before(world.server, eva, ops, None, 9)) == "room_is_private"
        )

    def test_may_be_unreadable(
        self, world: World, luis: Session, ops: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def unreadable(*_: object) -> list[Event]:
            raise StoreError("it is damaged.")

        monkeypatch.setattr(world.server.store, "remarks", unreadable)
        with pytest.raises(StoreError):
            done(world, decisions_before(world.server, luis, ops, None, 9))
