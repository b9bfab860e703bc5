"""Of a room that was dropped as empty, no record is left that would be another one's of its name.

`BECOMES` lists all that the store has beside the logs. A table that is not in it fails the test.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from chatd.storage.records import Table
from tests.support.logs import Expect
from tests.support.world import PASSWORD, Member, World

GONE = "goes with the room"
WITH_A_DEED = "is stored with a line of the room, which is not dropped then"
OF_AN_ACCOUNT = "says what an account has read, or said with a key, in a room of that name"
OF_NO_ROOM = "has nothing of any room"

BECOMES = {
    "account": OF_NO_ROOM,
    "clock": OF_NO_ROOM,
    "credential": OF_NO_ROOM,
    "hook": WITH_A_DEED,
    "place": OF_AN_ACCOUNT,
    "retry": OF_AN_ACCOUNT,
    "role": WITH_A_DEED,
    "room": GONE,
    "sanction": WITH_A_DEED,
}

DEEDS = {
    "hook": "/hook add http://example.com/in",
    "role": "/op luis",
    "sanction": "/mute luis",
}
"""A command that stores a record of each kind that comes with a deed."""


class Tearoom:
    """Ana makes #tea, says nothing there, and gives an order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tables: dict[str, Table[Any]] = {}
        make = Table.__init__

        def note(table: Any, store: Any, kind: str, *rest: Any) -> None:
            self.tables[kind] = table
            make(table, store, kind, *rest)

        monkeypatch.setattr(Table, "__init__", note)
        self.world = World(slow=True)
        self.server = self.world.server
        self.person("luis")
        self.ana = self.person("ana")
        self.ana.type("/join tea")
        self.commit()

    def person(self, name: str) -> Member:
        person = self.world.person(name)
        person.type(f"/register {PASSWORD}")
        self.commit()
        return person

    def commit(self) -> None:
        """Commit all that waits."""
        self.world.settle()
        while self.world.store.held:
            self.world.store.release()
            self.world.settle()

    def kinds(self) -> set[str]:
        """Return the kinds of the records that are about #tea, in memory and in the store."""
        self.commit()
        found = {record.kind for record in self.world.store.records() if _is_of_tea(record.key)}
        assert found == {kind for kind, table in self.tables.items() if any(map(_is_of_tea, table))}
        return found


def _is_of_tea(key: str) -> bool:
    return re.search(r"\btea\b", key) is not None


@pytest.fixture
def tearoom(monkeypatch: pytest.MonkeyPatch) -> Tearoom:
    return Tearoom(monkeypatch)


def test_of_each_kind_it_is_known_what_becomes_of_it(tearoom: Tearoom) -> None:
    assert tearoom.tables.keys() == BECOMES.keys()


def test_each_kind_that_comes_with_a_deed_has_an_order_here() -> None:
    assert DEEDS.keys() == {kind for kind, what in BECOMES.items() if what == WITH_A_DEED}


def test_who_owned_a_room_goes_with_it(tearoom: Tearoom) -> None:
    assert tearoom.kinds() == {"place", "room"}
    tearoom.ana.hang_up()
    assert tearoom.kinds() == {"place"}
    assert "tea" not in tearoom.server.rooms


@pytest.mark.parametrize("kind", DEEDS)
def test_a_room_in_which_a_deed_was_done_is_not_dropped(tearoom: Tearoom, kind: str) -> None:
    tearoom.ana.type(DEEDS[kind])
    tearoom.commit()
    tearoom.ana.hang_up()
    assert tearoom.kinds() == {"place", "room", kind}
    assert "tea" in tearoom.server.rooms


@pytest.mark.parametrize("kind", DEEDS)
def test_of_a_deed_that_could_not_be_stored_nothing_is_left(
    tearoom: Tearoom, kind: str, expected_errors: Expect
) -> None:
    tearoom.ana.type(DEEDS[kind])
    tearoom.ana.hang_up()
    tearoom.world.store.fail()
    assert tearoom.kinds() == {"place"}
    assert "tea" not in tearoom.server.rooms
    assert list(tearoom.server.hooks) == []
    expected_errors()
