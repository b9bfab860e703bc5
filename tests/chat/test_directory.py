"""`chatd.chat.directory`: which rooms there are, and which of them a session is told of."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.chat.server import ChatServer
from chatd.errors import Refusal
from chatd.event import Draft, Kind
from chatd.storage.memory import MemoryStore
from chatd.text.validation import MAX_NAME_LENGTH
from tests.support.world import Member, World


def test_those_of_a_store_and_no_inboxes() -> None:
    store = MemoryStore(Clock(), lambda: 5.0)
    for log in "ops", "old", "@ana":
        store.commit([Draft(log, 1, "luis", Kind.MESSAGE, ["hola"])])
    Deferred.fromCoroutine(store.forget("old", 1))
    rooms = ChatServer(store, Clock()).rooms
    assert rooms.get("@ana") is None
    times = {name: room.head_time for name in ("ops", "old") if (room := rooms.get(name))}
    assert times == {"ops": 5000, "old": 0}


def listed(world: World, person: Member, most: int = 9) -> tuple[int, list[str]]:
    count, rooms = world.server.rooms.listed(most, person.session)
    return count, [room.name for room in rooms]


def test_a_session_is_told_of_those_that_it_may_read() -> None:
    world = World()
    ana, eva, zed = world.member("ana"), world.member("eva"), world.person("zed")
    eva.type("/create tea", "/join lobby")  # empty
    ana.type("/create den private", "/invite eva", "hola", "/create ops private")
    assert listed(world, ana) == (4, ["lobby", "ops", "tea", "den"])
    assert listed(world, eva) == (3, ["lobby", "tea", "den"])
    assert listed(world, zed) == (2, ["lobby", "tea"])
    assert listed(world, ana, 1) == (4, ["lobby"])
    assert listed(world, ana, 3) == (4, ["lobby", "ops", "tea"])


def listed_from(world: World, person: Member, start: str, most: int = 9) -> list[str]:
    _, rooms = world.server.rooms.listed_from(start, most, person.session)
    return [room.name for room in rooms]


def test_by_name_they_are_listed_from_a_name_on() -> None:
    world = World()
    ana, zed = world.member("ana"), world.person("zed")
    for name in "tea", "Mate", "coffee", "agua":
        world.server.rooms.add(name)
    ana.type("/create den private")
    assert listed_from(world, ana, "") == ["agua", "coffee", "den", "lobby", "Mate", "tea"]
    assert listed_from(world, zed, "") == ["agua", "coffee", "lobby", "Mate", "tea"]
    assert listed_from(world, zed, "D", 2) == ["lobby", "Mate"]
    assert listed_from(world, zed, "mate") == ["Mate", "tea"]
    assert listed_from(world, zed, "u" * 1000) == []


def test_by_name_a_room_that_is_forgotten_is_not_listed() -> None:
    world = World()
    luis = world.person("luis")
    luis.type("/join tea", "/join mate")
    assert listed_from(world, luis, "") == ["lobby", "mate"]
    luis.type("/join tea")
    assert listed_from(world, luis, "") == ["lobby", "tea"]


def refusal_of_new(world: World, person: Member, name: str) -> str:
    """Return the key of the refusal of a new room of that name."""
    with pytest.raises(Refusal) as refused:
        world.server.rooms.check_new(name, person.session)
    return refused.value.key


def test_a_room_is_refused_as_the_one_of_its_name_also_if_another_looks_like_it() -> None:
    world = World()
    luis = world.person("luis")
    for name in "modern", "rnodern":  # an earlier version of chatd let both be made
        world.server.rooms.add(name)
    assert refusal_of_new(world, luis, "modern") == "room_exists"
    assert refusal_of_new(world, luis, "rnodern") == "room_exists"


def test_a_new_room_may_not_end_in_a_dot() -> None:
    world = World()
    luis = world.person("luis")
    assert refusal_of_new(world, luis, "ops.") == "ends_in_dot"
    world.server.rooms.add("ops.")  # an earlier version of chatd let it be made
    assert refusal_of_new(world, luis, "ops.") == "room_exists"


@pytest.mark.parametrize(
    ("there", "wanted", "is_found"),
    [
        ("holiday", "holidays", True),
        ("a" * MAX_NAME_LENGTH, "a" * (MAX_NAME_LENGTH - 1) + "b", True),
        ("ß" * 16, "ß" * 16 + "a", False),  # folded, it has 33 letters
    ],
)
def test_a_similar_room_is_found_for_a_name_that_is_not_too_long(
    there: str, wanted: str, is_found: bool
) -> None:
    world = World()
    room = world.server.rooms.add(there)
    similar = world.server.rooms.similar(wanted, world.person("luis").session)
    assert similar == (room if is_found else None)
