"""Accounts whose clients were lost in a room before they had all that was said there."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost

from chatd.chat import lost_readers as module
from chatd.chat.lost_readers import LostRecord
from tests.support.world import Member, World


@pytest.fixture
def ana(world: World) -> Member:
    """She owns #ops."""
    ana = world.member("ana")
    ana.type("/create ops")
    return ana


@pytest.fixture
def luis(world: World, ana: Member) -> Member:
    """He is in #ops since its seq 1, with an account."""
    return in_ops(world.member("luis"))


def in_ops(person: Member) -> Member:
    person.type("/join ops")
    person.seen()
    return person


def lose(person: Member) -> None:
    """Lose the client of a member, which has not acknowledged what comes last."""
    person.hang_up(ConnectionLost)
    person.world.settle()


def kept(world: World) -> dict[str, list[list[int]]]:
    """Return the stretches of all records, which are the same on all nodes."""
    world.settle()
    tables = [server.lost_readers.table for server in world.servers]
    assert all(dict(table) == dict(tables[0]) for table in tables)
    return {key: record.stretches for key, record in tables[0].items()}


def lost(world: World, seq: int) -> list[str]:
    server = world.server
    return [*server.lost_readers.of(server.rooms["ops"], seq)]


def test_who_had_all_of_it_is_not_noted(world: World, ana: Member, luis: Member) -> None:
    ana.type("hola")
    lose(luis)
    assert kept(world) == {}


def test_what_was_said_while_a_client_was_there_that_it_has_not_is_noted(
    world: World, ana: Member, luis: Member
) -> None:
    ana.type("one")
    world.settle()
    luis.stall()
    ana.type("two", "three")
    lose(luis)
    ana.type("when he had gone")
    ((after, upto),) = kept(world)["luis/ops"]
    assert (after <= 2, upto) == (True, 4)
    assert [lost(world, seq) for seq in (4, 5)] == [["luis"], []]


def test_a_client_that_comes_back_and_is_lost_is_another_stretch(
    world: World, ana: Member, luis: Member
) -> None:
    luis.stall()
    ana.type("one", "two")
    lose(luis)
    ana.type("while he is away")
    luis = in_ops(world.member("luis"))
    luis.stall()
    ana.type("three", "four")
    lose(luis)
    assert [upto for _, upto in kept(world)["luis/ops"]] == [3, 6]
    assert [lost(world, seq) for seq in (3, 4, 6)] == [["luis"], [], ["luis"]]


def test_once_all_of_it_is_read_it_goes_with_the_next_client_that_is_lost(
    world: World, ana: Member, luis: Member
) -> None:
    luis.stall()
    ana.type("one", "two")
    lose(luis)
    luis = in_ops(world.member("luis"))
    luis.type("/missed")
    luis.server.unread.keep("luis")
    luis.stall()
    ana.type("three", "four")
    lose(luis)
    assert [upto for _, upto in kept(world)["luis/ops"]] == [5]


@pytest.mark.parametrize("line", ["/mode seen off", "/mode private"])
def test_none_is_of_a_room_that_does_not_show_it_or_that_may_not_be_read(
    world: World, ana: Member, luis: Member, line: str
) -> None:
    if line == "/mode seen off":
        ana.type(line)
    luis.stall()
    ana.type("one", "two")
    lose(luis)
    ana.type(line)
    assert lost(world, world.room("ops").head - 1) == []


def test_guests_and_rooms_without_an_owner_have_none(world: World, ana: Member) -> None:
    world.person("max").type("/join tea", "hola")
    guest, eva = in_ops(world.person("guest")), world.member("eva")
    eva.type("/join tea")
    for person in guest, eva:
        person.stall()
    ana.type("one", "two", "/join tea", "three", "four")
    for person in guest, eva:
        lose(person)
    assert kept(world) == {}


def test_one_who_leaves_has_left(world: World, ana: Member, luis: Member) -> None:
    ana.type("one")
    luis.type("/leave")
    lose(luis)
    assert kept(world) == {}


def test_it_is_there_after_a_restart(world: World, ana: Member, luis: Member) -> None:
    luis.stall()
    ana.type("one", "two")
    lose(luis)
    before = kept(world)
    assert kept(world.restarted()) == before != {}


def test_it_is_deleted_with_its_last_line(world: World, ana: Member, luis: Member) -> None:
    luis.stall()
    ana.type("one", "two")
    lose(luis)
    ana.type("three")
    Deferred.fromCoroutine(world.store.forget("ops", 2))
    assert "luis/ops" in kept(world)
    Deferred.fromCoroutine(world.store.forget("ops", 3))
    assert kept(world) == {}
    assert "lost" not in {record.kind for record in world.store.records()}


def test_there_are_so_many_rooms_and_stretches(
    world: World, ana: Member, luis: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STRETCHES", 2)
    monkeypatch.setattr(module, "ROOMS", 1)
    for _ in range(3):
        luis.stall()
        ana.type("one", "two")
        lose(luis)
        luis = in_ops(world.member("luis"))
    assert len(kept(world)["luis/ops"]) == 2
    ana.type("/create tea")
    luis.type("/join tea")
    luis.stall()
    ana.type("three", "four")
    lose(luis)
    assert [*kept(world)] == ["luis/tea"]


def test_a_record_has_a_room_and_its_last_seq(world: World, ana: Member, luis: Member) -> None:
    luis.stall()
    ana.type("one", "two")
    lose(luis)
    record = world.server.lost_readers.table["luis/ops"]
    assert record == LostRecord("ops", 3, record.stretches)
