"""`chatd.chat.roles`: the roles and modes of rooms, as they are stored and held in memory."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account, Accounts
from chatd.accounts.credentials import Grant
from chatd.chat.permissions import Mode, Role
from chatd.chat.roles import OWNED, RoleRecord, Roles, RoomPolicy
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged, Put, Table, change
from tests.support.sessions import alone


class Hall:
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

    def session(self, name: str = "", account: str = "") -> Session:
        self._sessions += 1
        session = alone(self._sessions, self.store, self.clock)
        if name:
            session.identity.rename(name, guest=False)
        if account:
            session.identity.set_grant(Grant(account, 0))
        return session

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
def hall() -> Hall:
    hall = Hall()
    hall.register("Ana")
    return hall


class TestOfAccounts:
    def test_one_that_was_given_none_has_none(self, hall: Hall) -> None:
        assert hall.roles.role_of_account("ana", hall.ops) is Role.EVERYONE

    def test_no_account_has_none(self, hall: Hall) -> None:
        hall.own("eva", "ops")
        assert hall.roles.role_of_account("eva", hall.ops) is Role.EVERYONE
        assert hall.roles.role_of_account(None, hall.ops) is Role.EVERYONE

    @pytest.mark.parametrize("role", [Role.INVITED, Role.VOICED, Role.OPERATOR])
    def test_one_is_given_in_one_room(self, hall: Hall, role: Role) -> None:
        hall.give("ANA", role)
        assert hall.roles.role_of_account("ana", hall.ops) is role
        assert hall.roles.role_of_account("ana", hall.lobby) is Role.EVERYONE
        assert hall.roles.role_of_account("ana", None) is Role.EVERYONE

    def test_one_takes_the_place_of_another(self, hall: Hall) -> None:
        hall.give("ana", Role.OPERATOR)
        hall.give("ana", Role.INVITED)
        assert hall.roles.role_of_account("ana", hall.ops) is Role.INVITED

    def test_one_is_taken_back(self, hall: Hall) -> None:
        hall.give("ana", Role.OPERATOR)
        hall.give("ana", Role.EVERYONE)
        assert hall.opened().role_of_account("ana", hall.ops) is Role.EVERYONE
        assert [record.kind for record in hall.store.records()] == ["account"]

    def test_a_name_that_is_not_registered_is_given_none(self, hall: Hall) -> None:
        assert hall.roles.give("eva", hall.ops, Role.INVITED) == []

    def test_an_owner_has_no_need_of_one(self, hall: Hall) -> None:
        hall.give("ana", Role.INVITED)
        hall.own("ana", "ops")
        assert hall.roles.role_of_account("ana", hall.ops) is Role.OWNER
        assert hall.roles.role_of_account("ana", None) is Role.EVERYONE

    def test_another_account_owns_nothing_by_it(self, hall: Hall) -> None:
        hall.register("eva")
        hall.own("ana", "ops")
        assert hall.roles.role_of_account("eva", hall.ops) is Role.EVERYONE

    def test_an_administrator_is_one_everywhere(self, hall: Hall) -> None:
        hall.register("ada", admin=True)
        hall.own("ada", "ops")
        for room in hall.ops, hall.lobby, None:
            assert hall.roles.role_of_account("ada", room) is Role.ADMINISTRATOR

    def test_they_are_there_after_a_restart(self, hall: Hall) -> None:
        hall.give("ana", Role.VOICED)
        assert hall.opened().role_of_account("ana", hall.ops) is Role.VOICED


class TestOfSessions:
    def test_a_session_has_that_of_its_account(self, hall: Hall) -> None:
        hall.give("ana", Role.OPERATOR)
        assert hall.roles.role_of(hall.session("other", "ana"), hall.ops) is Role.OPERATOR
        assert hall.roles.role_of(hall.session("ana"), hall.ops) is Role.EVERYONE

    def test_a_guest_is_given_one_in_one_room(self, hall: Hall) -> None:
        luis, max_ = hall.session("luis"), hall.session("max")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        assert hall.roles.role_of(luis, hall.ops) is Role.VOICED
        assert hall.roles.role_of(luis, hall.lobby) is Role.EVERYONE
        assert hall.roles.role_of(luis, None) is Role.EVERYONE
        assert hall.roles.role_of(max_, hall.ops) is Role.EVERYONE

    def test_under_another_name_it_has_none(self, hall: Hall) -> None:
        luis = hall.session("luis")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        luis.identity.rename("otro", guest=False)
        assert hall.roles.role_of(luis, hall.ops) is Role.EVERYONE
        luis.identity.rename("LUIS", guest=False)
        assert hall.roles.role_of(luis, hall.ops) is Role.VOICED

    @pytest.mark.parametrize(
        ("account", "given"),
        [(Role.INVITED, Role.VOICED), (Role.OPERATOR, Role.INVITED)],
    )
    def test_the_higher_of_two_counts(self, hall: Hall, account: Role, given: Role) -> None:
        ana = hall.session("ana", "ana")
        hall.give("ana", account)
        hall.roles.give_guests([ana], hall.ops, given)
        assert hall.roles.role_of(ana, hall.ops) is max(account, given)

    def test_one_is_taken_back(self, hall: Hall) -> None:
        luis, max_ = hall.session("luis"), hall.session("max")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        hall.roles.give_guests([luis, max_], hall.ops, Role.EVERYONE)
        assert hall.roles.role_of(luis, hall.ops) is Role.EVERYONE

    def test_it_keeps_those_in_other_rooms(self, hall: Hall) -> None:
        luis = hall.session("luis")
        for room in hall.ops, hall.lobby:
            hall.roles.give_guests([luis], room, Role.INVITED)
        hall.roles.give_guests([luis], hall.ops, Role.EVERYONE)
        assert hall.roles.role_of(luis, hall.lobby) is Role.INVITED

    def test_they_end_with_it(self, hall: Hall) -> None:
        luis = hall.session("luis")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        hall.roles.disconnected(luis)
        assert hall.roles.role_of(luis, hall.ops) is Role.EVERYONE

    def test_one_without_a_role_may_disconnect(self, hall: Hall) -> None:
        hall.roles.disconnected(hall.session())


class TestOfNames:
    def test_the_highest_of_the_account_and_the_sessions_counts(self, hall: Hall) -> None:
        ana, other = hall.session("Ana"), hall.session("Ana")
        assert hall.roles.role_of_name("Ana", [ana, other], hall.ops) is Role.EVERYONE
        hall.roles.give_guests([other], hall.ops, Role.INVITED)
        assert hall.roles.role_of_name("Ana", [ana, other], hall.ops) is Role.INVITED
        hall.give("ana", Role.VOICED)
        assert hall.roles.role_of_name("Ana", [ana, other], hall.ops) is Role.VOICED

    def test_those_of_accounts_are_registered(self, hall: Hall) -> None:
        assert hall.roles.is_registered("ANA")
        assert not hall.roles.is_registered("eva")


class TestLowering:
    """A role that guests were given is lowered before that is stored."""

    def test_it_is_at_most_the_new_one(self, hall: Hall) -> None:
        luis, max_ = hall.session("luis"), hall.session("max")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        hall.roles.give_guests([max_], hall.ops, Role.INVITED)
        hall.roles.lower_guests([luis, max_], hall.ops, Role.INVITED)
        assert hall.roles.role_of(luis, hall.ops) is Role.INVITED
        hall.roles.lower_guests([luis, max_], hall.ops, Role.VOICED)
        assert hall.roles.role_of(max_, hall.ops) is Role.INVITED

    def test_it_is_taken_back(self, hall: Hall) -> None:
        luis = hall.session("luis")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        take_back = hall.roles.lower_guests([luis], hall.ops, Role.EVERYONE)
        assert hall.roles.role_of(luis, hall.ops) is Role.EVERYONE
        take_back()
        assert hall.roles.role_of(luis, hall.ops) is Role.VOICED

    def test_a_session_without_a_role_gets_none_by_it(self, hall: Hall) -> None:
        luis, max_ = hall.session("luis"), hall.session("max")
        hall.roles.give_guests([luis], hall.lobby, Role.VOICED)
        hall.roles.lower_guests([luis, max_], hall.ops, Role.VOICED)()
        for session in luis, max_:
            assert hall.roles.role_of(session, hall.ops) is Role.EVERYONE

    def test_it_is_not_valid_under_another_name(self, hall: Hall) -> None:
        luis = hall.session("luis")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        luis.identity.rename("otro", guest=False)
        hall.roles.lower_guests([luis], hall.ops, Role.INVITED)
        assert hall.roles.role_of(luis, hall.ops) is Role.EVERYONE

    def test_a_session_that_has_disconnected_since_has_none_again(self, hall: Hall) -> None:
        luis = hall.session("luis")
        hall.roles.give_guests([luis], hall.ops, Role.VOICED)
        take_back = hall.roles.lower_guests([luis], hall.ops, Role.EVERYONE)
        hall.roles.disconnected(luis)
        take_back()
        assert hall.roles.role_of(luis, hall.ops) is Role.EVERYONE


class TestModes:
    def test_a_room_without_a_policy_is_free(self, hall: Hall) -> None:
        assert hall.roles.mode_of(hall.ops) is Mode.FREE
        assert hall.roles.mode_of(hall.lobby) is Mode.FREE

    def test_the_lobby_is_open_if_there_is_an_administrator(self, hall: Hall) -> None:
        hall.register("ada", admin=True)
        assert hall.roles.mode_of(hall.lobby) is Mode.OPEN
        assert hall.roles.mode_of(hall.ops) is Mode.FREE

    def test_one_is_set(self, hall: Hall) -> None:
        hall.change(hall.roles.set_mode(hall.ops, Mode.PRIVATE))
        assert hall.roles.mode_of(hall.ops) is Mode.PRIVATE
        assert hall.roles.rooms["ops"].name == "Ops"
        assert hall.opened().mode_of(hall.ops) is Mode.PRIVATE

    def test_the_owner_is_the_same_in_another_mode(self, hall: Hall) -> None:
        hall.own("ana", "ops")
        hall.change(hall.roles.set_mode(hall.ops, Mode.CLOSED))
        assert hall.roles.name_of_owner(hall.ops) == "Ana"


class TestOwners:
    def test_one_is_shown_as_its_account_is(self, hall: Hall) -> None:
        hall.own("ana", "ops")
        assert hall.roles.name_of_owner(hall.ops) == "Ana"

    @pytest.mark.parametrize("owner", ["", "eva"])
    def test_a_room_may_have_none(self, hall: Hall, owner: str) -> None:
        assert hall.roles.name_of_owner(hall.ops) == ""
        hall.own(owner, "ops")
        assert hall.roles.name_of_owner(hall.ops) == ""

    def test_an_account_owns_so_many_rooms_at_most(self, hall: Hall) -> None:
        hall.own("eva", "tea")
        for number in range(OWNED):
            assert hall.roles.may_own_more("ana")
            hall.own("ana", f"room{number}")
        assert not hall.roles.may_own_more("ana")
        assert hall.roles.may_own_more("eva")


class TestForgetting:
    def test_the_policy_of_a_room_goes_with_it(self, hall: Hall) -> None:
        hall.own("ana", "ops")
        assert hall.roles.forget(hall.ops) == [hall.roles.rooms.put("ops", None)]

    def test_a_room_without_a_policy_needs_no_change(self, hall: Hall) -> None:
        assert hall.roles.forget(hall.ops) == []


class TestAccountsThatGo:
    def test_its_roles_go_with_it_and_no_others(self, hall: Hall) -> None:
        hall.register("eva")
        for name in "ana", "eva":
            hall.give(name, Role.VOICED)
        hall.give("ana", Role.OPERATOR, hall.lobby)
        hall.change(*hall.roles.account_gone("ana"))
        hall.register("Ana")
        for room in hall.ops, hall.lobby:
            assert hall.roles.role_of_account("ana", room) is Role.EVERYONE
        assert hall.roles.role_of_account("eva", hall.ops) is Role.VOICED

    def test_a_room_that_is_left_to_itself_is_free(self, hall: Hall) -> None:
        hall.own("ana", "ops")
        hall.give("ana", Role.OPERATOR)
        hall.change(*hall.roles.account_gone("ana"))
        assert hall.roles.mode_of(hall.ops) is Mode.FREE

    def test_a_room_in_another_mode_keeps_it_without_an_owner(self, hall: Hall) -> None:
        hall.own("ana", "ops", Mode.PRIVATE)
        hall.change(*hall.roles.account_gone("ana"))
        assert hall.roles.mode_of(hall.ops) is Mode.PRIVATE
        assert hall.roles.rooms["ops"].owner == ""

    @pytest.mark.parametrize(("role", "left"), [(Role.VOICED, False), (Role.OPERATOR, True)])
    def test_a_room_with_operators_is_left_to_them(
        self, hall: Hall, role: Role, left: bool
    ) -> None:
        hall.register("eva")
        hall.own("ana", "ops")
        hall.give("eva", role)
        hall.change(*hall.roles.account_gone("ana"))
        assert ("ops" in hall.roles.rooms) is left

    def test_operators_of_another_room_are_none_of_this_one(self, hall: Hall) -> None:
        hall.register("eva")
        hall.own("ana", "ops")
        hall.give("eva", Role.OPERATOR, hall.lobby)
        hall.change(*hall.roles.account_gone("ana"))
        assert "ops" not in hall.roles.rooms

    def test_rooms_of_others_are_as_they_were(self, hall: Hall) -> None:
        hall.own("eva", "ops")
        assert hall.roles.account_gone("ana") == []


class TestDamage:
    def test_a_mode_that_there_is_not_is_damage(self, hall: Hall) -> None:
        hall.change(hall.roles.rooms.put("ops", RoomPolicy("ops", "loud")))
        with pytest.raises(Damaged):
            hall.opened()

    def test_a_role_that_there_is_not_is_damage(self, hall: Hall) -> None:
        table: Table[RoleRecord] = Table(hall.store, "role", RoleRecord)
        hall.change(table.put("ops/ana", RoleRecord(9)))
        with pytest.raises(Damaged):
            hall.opened()
