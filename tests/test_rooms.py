"""`chatd.rooms`: which rooms there are, and which of them a session is told of."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.event import Draft, Kind
from chatd.server import ChatServer
from chatd.stores.memory import MemoryStore
from tests.helpers import Person
from tests.running import Town


def test_those_of_a_store_and_no_inboxes() -> None:
    store = MemoryStore(Clock(), lambda: 5.0)
    for log in "ops", "old", "@ana":
        store.commit([Draft(log, 1, "luis", Kind.MESSAGE, ["hola"])])
    Deferred.fromCoroutine(store.forget("old", 1))
    rooms = ChatServer(store, Clock()).rooms
    assert rooms.get("@ana") is None
    times = {name: room.head_time for name in ("ops", "old") if (room := rooms.get(name))}
    assert times == {"ops": 5000, "old": 0}


def listed(town: Town, person: Person, most: int = 9) -> tuple[int, list[str]]:
    count, rooms = town.server.rooms.listed(most, person.session, town.server.peopled)
    return count, [room.name for room in rooms]


def test_a_session_is_told_of_those_that_it_may_read() -> None:
    town = Town()
    ana, eva, zed = town.citizen("ana"), town.citizen("eva"), town.guest("zed")
    eva.type("/create tea", "/join lobby")  # empty
    ana.type("/create den private", "/invite eva", "hola", "/create ops private")
    assert listed(town, ana) == (4, ["lobby", "ops", "tea", "den"])
    assert listed(town, eva) == (3, ["lobby", "tea", "den"])
    assert listed(town, zed) == (2, ["lobby", "tea"])
    assert listed(town, ana, 1) == (4, ["lobby"])
    assert listed(town, ana, 3) == (4, ["lobby", "ops", "tea"])
