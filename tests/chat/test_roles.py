"""`chatd.chat.roles`: the roles and modes of rooms, as they are stored and held in memory."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account, Accounts
from chatd.chat.permissions import Mode, Role
from chatd.chat.roles import OWNED, RoleRecord, Roles, RoomPolicy
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged, Put, Table, change
from tests.support.sessions import alone


class RolesHarness:
    """A store with the lobby and #ops, and accounts and sessions to have roles there."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.lobby, self.ops = (Room(name, self.store) for name in ("lobby", "Ops"))
        self.accounts = Accounts(self.store)
        self.roles = Roles(self.store, self.accounts, "lobby")
        self._sessions = 0

    def register(self, name: str, *, admin: bool = False) -> None:
        account = Account(name, "", admin)
        self.change(self.accounts.table.put(account.key, account))

    def session(self, **options: Any) -> Session:
        self._sessions += 1
        return alone(self._sessions, self.store, self.clock, **options)

    def change(self, *puts: Put) -> None:
        change(self.store, *puts)

    def own(self, account: str, room: str, mode: Mode = Mode.OPEN) -> None:
        self.change(self.roles.rooms.put(room, RoomPolicy(room, mode.value, account)))

    def give(self, name: str, role: Role, room: Room | None = None) -> None:
        self.change(*self.roles.give(name, room or self.ops, role))

    def opened(self) -> Roles:
        """Return the roles of the store, as a server that starts reads them."""
        self.clock.advance(0)
        return Roles(self.store, Accounts(self.store), "lobby")


@pytest.fixture
def harness() -> RolesHarness:
    harness = RolesHarness()
    harness.register("Ana")
    return harness


class TestOfAccounts:
    def test_one_that_was_given_none_has_none(self, harness: RolesHarness) -> None:
        assert harness.roles.role_of_account("ana", harness.ops) is Role.EVERYONE

    def test_no_account_has_none(self, harness: RolesHarness) -> None:
        harness.own("eva", "ops")
        assert harness.roles.role_of_account("eva", harness.ops) is Role.EVERYONE
        assert harness.roles.role_of_account(None, harness.ops) is Role.EVERYONE

    @pytest.mark.parametrize("role", [Role.INVITED, Role.VOICED, Role.OPERATOR])
    def test_one_is_given_in_one_room(self, harness: RolesHarness, role: Role) -> None:
        harness.give("ANA", role)
        assert harness.roles.role_of_account("ana", harness.ops) is role
        assert harness.roles.role_of_account("ana", harness.lobby) is Role.EVERYONE
        assert harness.roles.role_of_account("ana", None) is Role.EVERYONE

    def test_one_takes_the_place_of_another(self, harness: RolesHarness) -> None:
        harness.give("ana", Role.OPERATOR)
        harness.give("ana", Role.INVITED)
        assert harness.roles.role_of_account("ana", harness.ops) is Role.INVITED

    def test_one_is_taken_back(self, harness: RolesHarness) -> None:
        harness.give("ana", Role.OPERATOR)
        harness.give("ana", Role.EVERYONE)
        assert harness.opened().role_of_account("ana", harness.ops) is Role.EVERYONE
        assert [record.kind for record in harness.store.records()] == ["account"]

    def test_a_name_that_is_not_registered_is_given_none(self, harness: RolesHarness) -> None:
        assert harness.roles.give("eva", harness.ops, Role.INVITED) == []

    def test_an_owner_has_no_need_of_one(self, harness: RolesHarness) -> None:
        harness.give("ana", Role.INVITED)
        harness.own("ana", "ops")
        assert harness.roles.role_of_account("ana", harness.ops) is Role.OWNER
        assert harness.roles.role_of_account("ana", None) is Role.EVERYONE

    def test_another_account_owns_nothing_by_it(self, harness: RolesHarness) -> None:
        harness.register("eva")
        harness.own("ana", "ops")
        assert harness.roles.role_of_account("eva", harness.ops) is Role.EVERYONE

    def test_an_administrator_is_one_everywhere(self, harness: RolesHarness) -> None:
        harness.register("ada", admin=True)
        harness.own("ada", "ops")
        for room in harness.ops, harness.lobby, None:
            assert harness.roles.role_of_account("ada", room) is Role.ADMINISTRATOR

    def test_they_are_there_after_a_restart(self, harness: RolesHarness) -> None:
        harness.give("ana", Role.VOICED)
        assert harness.opened().role_of_account("ana", harness.ops) is Role.VOICED


class TestOfSessions:
    def test_a_session_has_that_of_its_account(self, harness: RolesHarness) -> None:
        harness.give("ana", Role.OPERATOR)
        assert (
            harness.roles.role_of(harness.session(name="other", account="ana"), harness.ops)
            is Role.OPERATOR
        )
        assert harness.roles.role_of(harness.session(name="ana"), harness.ops) is Role.EVERYONE

    def test_a_guest_has_that_which_it_was_given(self, harness: RolesHarness) -> None:
        luis = harness.session(name="luis")
        harness.roles.given.give([luis], harness.ops, Role.VOICED)
        assert harness.roles.role_of(luis, harness.ops) is Role.VOICED
        assert harness.roles.role_of(luis, None) is Role.EVERYONE

    @pytest.mark.parametrize(
        ("account", "given"),
        [(Role.INVITED, Role.VOICED), (Role.OPERATOR, Role.INVITED)],
    )
    def test_the_higher_of_two_counts(
        self, harness: RolesHarness, account: Role, given: Role
    ) -> None:
        ana = harness.session(name="ana", account="ana")
        harness.give("ana", account)
        harness.roles.given.give([ana], harness.ops, given)
        assert harness.roles.role_of(ana, harness.ops) is max(account, given)


class TestOfNames:
    def test_the_highest_of_the_account_and_the_sessions_counts(
        self, harness: RolesHarness
    ) -> None:
        ana, other = harness.session(name="Ana"), harness.session(name="Ana")
        assert harness.roles.role_of_name("Ana", [ana, other], harness.ops) is Role.EVERYONE
        harness.roles.given.give([other], harness.ops, Role.INVITED)
        assert harness.roles.role_of_name("Ana", [ana, other], harness.ops) is Role.INVITED
        harness.give("ana", Role.VOICED)
        assert harness.roles.role_of_name("Ana", [ana, other], harness.ops) is Role.VOICED

    def test_those_of_accounts_are_registered(self, harness: RolesHarness) -> None:
        assert harness.roles.is_registered("ANA")
        assert not harness.roles.is_registered("eva")


class TestModes:
    def test_a_room_without_a_policy_is_free(self, harness: RolesHarness) -> None:
        assert harness.roles.mode_of(harness.ops) is Mode.FREE
        assert harness.roles.mode_of(harness.lobby) is Mode.FREE

    def test_the_lobby_is_open_if_there_is_an_administrator(self, harness: RolesHarness) -> None:
        harness.register("ada", admin=True)
        assert harness.roles.mode_of(harness.lobby) is Mode.OPEN
        assert harness.roles.mode_of(harness.ops) is Mode.FREE

    def test_one_is_set(self, harness: RolesHarness) -> None:
        harness.change(harness.roles.change_policy(harness.ops, mode="private"))
        assert harness.roles.mode_of(harness.ops) is Mode.PRIVATE
        assert harness.roles.rooms["ops"].name == "Ops"
        assert harness.opened().mode_of(harness.ops) is Mode.PRIVATE

    def test_the_owner_is_the_same_in_another_mode(self, harness: RolesHarness) -> None:
        harness.own("ana", "ops")
        harness.change(harness.roles.change_policy(harness.ops, mode="closed"))
        assert harness.roles.name_of_owner(harness.ops) == "Ana"


class TestOwners:
    def test_one_is_shown_as_its_account_is(self, harness: RolesHarness) -> None:
        harness.own("ana", "ops")
        assert harness.roles.name_of_owner(harness.ops) == "Ana"

    @pytest.mark.parametrize("owner", ["", "eva"])
    def test_a_room_may_have_none(self, harness: RolesHarness, owner: str) -> None:
        assert harness.roles.name_of_owner(harness.ops) == ""
        harness.own(owner, "ops")
        assert harness.roles.name_of_owner(harness.ops) == ""

    def test_an_account_owns_so_many_rooms_at_most(self, harness: RolesHarness) -> None:
        harness.own("eva", "tea")
        for number in range(OWNED):
            assert harness.roles.may_own_more("ana")
            harness.own("ana", f"room{number}")
        assert not harness.roles.may_own_more("ana")
        assert harness.roles.may_own_more("eva")


class TestForgetting:
    def test_the_policy_of_a_room_goes_with_it(self, harness: RolesHarness) -> None:
        harness.own("ana", "ops")
        assert harness.roles.forget(harness.ops) == [harness.roles.rooms.put("ops", None)]

    def test_a_room_without_a_policy_needs_no_change(self, harness: RolesHarness) -> None:
        assert harness.roles.forget(harness.ops) == []


class TestAccountsThatGo:
    def test_its_roles_go_with_it_and_no_others(self, harness: RolesHarness) -> None:
        harness.register("eva")
        for name in "ana", "eva":
            harness.give(name, Role.VOICED)
        harness.give("ana", Role.OPERATOR, harness.lobby)
        harness.change(*harness.roles.account_gone("ana"))
        harness.register("Ana")
        for room in harness.ops, harness.lobby:
            assert harness.roles.role_of_account("ana", room) is Role.EVERYONE
        assert harness.roles.role_of_account("eva", harness.ops) is Role.VOICED

    def test_a_room_that_is_left_to_itself_is_free(self, harness: RolesHarness) -> None:
        harness.own("ana", "ops")
        harness.give("ana", Role.OPERATOR)
        harness.change(*harness.roles.account_gone("ana"))
        assert harness.roles.mode_of(harness.ops) is Mode.FREE

    def test_a_room_in_another_mode_keeps_it_without_an_owner(self, harness: RolesHarness) -> None:
        harness.own("ana", "ops", Mode.PRIVATE)
        harness.change(*harness.roles.account_gone("ana"))
        assert harness.roles.mode_of(harness.ops) is Mode.PRIVATE
        assert harness.roles.rooms["ops"].owner == ""

    @pytest.mark.parametrize(("role", "left"), [(Role.VOICED, False), (Role.OPERATOR, True)])
    def test_a_room_with_operators_is_left_to_them(
        self, harness: RolesHarness, role: Role, left: bool
    ) -> None:
        harness.register("eva")
        harness.own("ana", "ops")
        harness.give("eva", role)
        harness.change(*harness.roles.account_gone("ana"))
        assert ("ops" in harness.roles.rooms) is left

    def test_operators_of_another_room_are_none_of_this_one(self, harness: RolesHarness) -> None:
        harness.register("eva")
        harness.own("ana", "ops")
        harness.give("eva", Role.OPERATOR, harness.lobby)
        harness.change(*harness.roles.account_gone("ana"))
        assert "ops" not in harness.roles.rooms

    def test_rooms_of_others_are_as_they_were(self, harness: RolesHarness) -> None:
        harness.own("eva", "ops")
        assert harness.roles.account_gone("ana") == []


class TestDamage:
    def test_a_mode_that_there_is_not_is_damage(self, harness: RolesHarness) -> None:
        harness.change(harness.roles.rooms.put("ops", RoomPolicy("ops", "loud")))
        with pytest.raises(Damaged):
            harness.opened()

    def test_a_role_that_there_is_not_is_damage(self, harness: RolesHarness) -> None:
        table: Table[RoleRecord] = Table(harness.store, "role", RoleRecord)
        harness.change(table.put("ops/ana", RoleRecord(9)))
        with pytest.raises(Damaged):
            harness.opened()
