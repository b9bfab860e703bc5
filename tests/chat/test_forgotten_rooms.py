"""Of a room that was dropped as empty, no record is left that would be another one's of its name.

`BECOMES` lists all that the store has beside the logs. A table that is not in it fails the test.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from chatd.storage.records import Table
from tests.support.hooks import let_tools_in
from tests.support.logs import Expect
from tests.support.world import World

GONE = "goes with the room"
WITH_A_DEED = "is stored with a line of the room, which is not dropped then"
WITH_A_QUESTION = "is an answer to a question, which is a line of the room"
WITH_AN_ALERT = "is stored with a line of a tool, which is not dropped then"
WITH_A_REGISTER = "says who is in a room with a register, which came with a line of the room"
WITH_A_HOOK = "is stored of a webhook, which came with a line of the room"
OF_AN_ACCOUNT = "says what an account has read, or said with a key, in a room of that name"
OF_NO_ROOM = "has nothing of any room"

BECOMES = {
    "absence": OF_NO_ROOM,
    "account": OF_NO_ROOM,
    "alert": WITH_AN_ALERT,
    "answer": WITH_A_QUESTION,
    "clock": OF_NO_ROOM,
    "credential": OF_NO_ROOM,
    "hook": WITH_A_DEED,
    "hook_use": WITH_A_HOOK,
    "incoming_hook": WITH_A_DEED,
    "known": OF_NO_ROOM,
    "login_failure": OF_NO_ROOM,
    "login_network": OF_NO_ROOM,
    "lost": OF_AN_ACCOUNT,  # and of a line: a room that is forgotten has none
    "place": OF_AN_ACCOUNT,
    "present": WITH_A_REGISTER,
    "private_lines": OF_NO_ROOM,
    "push": OF_NO_ROOM,
    "push_failure": OF_NO_ROOM,
    "question": WITH_A_DEED,
    "retry": OF_AN_ACCOUNT,
    "role": WITH_A_DEED,
    "roll": WITH_A_QUESTION,
    "room": GONE,
    "sanction": WITH_A_DEED,
    "stay": OF_NO_ROOM,  # who stays in a room keeps it
    "tally": WITH_A_QUESTION,
    "visit": OF_NO_ROOM,  # who is in a room keeps it
}

DEEDS = {
    "hook": "/hook add http://example.com/in",
    "incoming_hook": "/hook in alerts",
    "question": "/ask ready?",
    "role": "/op luis",
    "sanction": "/mute luis",
}
"""A command that stores a record of each kind that comes with a deed."""


class TeaWorld(World):
    """Ana makes #tea, says nothing there, and gives an order."""

    def __init__(self, tables: dict[str, Table[Any]]) -> None:
        super().__init__(slow=True)
        let_tools_in(self)
        self.tables = tables
        self.member("luis")
        self.ana = self.member("ana")
        self.ana.type("/join tea")
        self.release()

    def kinds(self) -> set[str]:
        """Return the kinds of the records that are about #tea, in memory and in the store."""
        self.release()
        found = {record.kind for record in self.store.records() if _is_of_tea(record.key)}
        assert found == {kind for kind, table in self.tables.items() if any(map(_is_of_tea, table))}
        return found


def _is_of_tea(key: str) -> bool:
    return re.search(r"\btea\b", key) is not None


@pytest.fixture
def world(tables: dict[str, Table[Any]]) -> TeaWorld:
    return TeaWorld(tables)


def test_of_each_kind_it_is_known_what_becomes_of_it(world: TeaWorld) -> None:
    assert world.tables.keys() == BECOMES.keys()


def test_each_kind_that_comes_with_a_deed_has_an_order_here() -> None:
    assert DEEDS.keys() == {kind for kind, what in BECOMES.items() if what == WITH_A_DEED}


def test_who_owned_a_room_goes_with_it(world: TeaWorld) -> None:
    assert world.kinds() == {"place", "room"}
    world.ana.hang_up()
    assert world.kinds() == {"place"}
    assert "tea" not in world.server.rooms


@pytest.mark.parametrize("kind", DEEDS)
def test_a_room_in_which_a_deed_was_done_is_not_dropped(world: TeaWorld, kind: str) -> None:
    world.ana.type(DEEDS[kind])
    world.release()
    world.ana.hang_up()
    assert world.kinds() == {"place", "room", kind}
    assert "tea" in world.server.rooms


@pytest.mark.parametrize("kind", DEEDS)
def test_of_a_deed_that_could_not_be_stored_nothing_is_left(
    world: TeaWorld, kind: str, expected_errors: Expect
) -> None:
    world.ana.type(DEEDS[kind])
    world.ana.hang_up()
    world.store.fail()
    assert world.kinds() == {"place"}
    assert "tea" not in world.server.rooms
    assert list(world.server.hooks) == []
    expected_errors()
