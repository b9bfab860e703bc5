"""`chatd.chat.given_roles`: the roles that guests were given, in memory."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.chat.given_roles import GivenRoles
from chatd.chat.permissions import Role
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.util.state import decode, encode
from tests.support.sessions import alone


class GivenHarness:
    """Roles in the lobby and in #ops, and two sessions, which have none."""

    def __init__(self) -> None:
        clock = Clock()
        store = MemoryStore(clock)
        self.lobby, self.ops = (Room(name, store) for name in ("lobby", "Ops"))
        self.roles = GivenRoles()
        self.luis, self.max = (
            alone(number, store, clock, name=name) for number, name in enumerate(["luis", "max"], 1)
        )

    def role(self, session: Session, room: Room | None = None) -> Role:
        """Return the role of a session in #ops, or in another room."""
        return self.roles.role_of(session, room or self.ops)

    def handed_over(self) -> GivenRoles:
        """Return the roles as another process has them."""
        successor = GivenRoles()
        successor.resume(decode(encode(self.roles.state())))
        return successor


@pytest.fixture
def harness() -> GivenHarness:
    return GivenHarness()


class TestGiving:
    def test_one_is_of_one_session_in_one_room(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        assert harness.role(harness.luis) is Role.VOICED
        assert harness.role(harness.luis, harness.lobby) is Role.EVERYONE
        assert harness.role(harness.max) is Role.EVERYONE

    def test_under_another_name_a_session_has_none(self, harness: GivenHarness) -> None:
        luis = harness.luis
        harness.roles.give([luis], harness.ops, Role.VOICED)
        luis.identity.rename("otro", guest=False)
        assert harness.role(luis) is Role.EVERYONE
        luis.identity.rename("LUIS", guest=False)
        assert harness.role(luis) is Role.VOICED

    def test_one_is_taken_back(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        harness.roles.give([harness.luis, harness.max], harness.ops, Role.EVERYONE)
        assert harness.role(harness.luis) is Role.EVERYONE

    def test_those_in_other_rooms_stay(self, harness: GivenHarness) -> None:
        for room in harness.ops, harness.lobby:
            harness.roles.give([harness.luis], room, Role.INVITED)
        harness.roles.give([harness.luis], harness.ops, Role.EVERYONE)
        assert harness.role(harness.luis, harness.lobby) is Role.INVITED

    def test_they_end_with_the_session(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        harness.roles.disconnected(harness.luis.number)
        assert harness.role(harness.luis) is Role.EVERYONE

    def test_a_session_without_one_may_disconnect(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        harness.roles.disconnected(harness.max.number)
        assert harness.role(harness.luis) is Role.VOICED


class TestLowering:
    """A role that guests were given is lowered before that is stored."""

    def test_one_is_at_most_the_new_one(self, harness: GivenHarness) -> None:
        both = [harness.luis, harness.max]
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        harness.roles.give([harness.max], harness.ops, Role.INVITED)
        harness.roles.lower(both, harness.ops, Role.INVITED)
        assert harness.role(harness.luis) is Role.INVITED
        harness.roles.lower(both, harness.ops, Role.VOICED)
        assert harness.role(harness.max) is Role.INVITED

    def test_it_is_taken_back(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        take_back = harness.roles.lower([harness.luis], harness.ops, Role.EVERYONE)
        assert harness.role(harness.luis) is Role.EVERYONE
        take_back()
        assert harness.role(harness.luis) is Role.VOICED

    def test_a_session_without_a_role_gets_none_by_it(self, harness: GivenHarness) -> None:
        both = [harness.luis, harness.max]
        harness.roles.give([harness.luis], harness.lobby, Role.VOICED)
        harness.roles.lower(both, harness.ops, Role.VOICED)()
        assert [harness.role(session) for session in both] == [Role.EVERYONE] * 2

    def test_one_is_not_valid_under_another_name(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        harness.luis.identity.rename("otro", guest=False)
        harness.roles.lower([harness.luis], harness.ops, Role.INVITED)
        assert harness.role(harness.luis) is Role.EVERYONE

    def test_a_session_that_has_disconnected_since_has_none_again(
        self, harness: GivenHarness
    ) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        take_back = harness.roles.lower([harness.luis], harness.ops, Role.EVERYONE)
        harness.roles.disconnected(harness.luis.number)
        take_back()
        assert harness.role(harness.luis) is Role.EVERYONE


class TestAnotherProcess:
    def test_has_the_same_roles(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        harness.roles.give([harness.max], harness.lobby, Role.INVITED)
        successor = harness.handed_over()
        assert successor.role_of(harness.luis, harness.ops) is Role.VOICED
        assert successor.role_of(harness.max, harness.lobby) is Role.INVITED
        assert successor.role_of(harness.luis, harness.lobby) is Role.EVERYONE

    def test_has_them_for_the_same_names(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        successor = harness.handed_over()
        harness.luis.identity.rename("otro", guest=False)
        assert successor.role_of(harness.luis, harness.ops) is Role.EVERYONE

    def test_changes_none_of_this_one(self, harness: GivenHarness) -> None:
        harness.roles.give([harness.luis], harness.ops, Role.VOICED)
        harness.handed_over().disconnected(harness.luis.number)
        assert harness.role(harness.luis) is Role.VOICED
