"""`chatd.chat.sanctions`: mutes and bans as they are stored, and the sessions bound to them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from twisted.internet.task import Clock

from chatd.accounts.credentials import Grant
from chatd.chat.permissions import Role
from chatd.chat.sanctions import BAN, MUTE, SANCTIONS, Sanction, Sanctions
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged, Put, Table, change
from chatd.text.validation import network_of_host
from tests.support.sessions import alone

NETWORK = network_of_host("2001:db8::1")


class Court:
    """A store with #ops and #tea, where names and networks are sanctioned for some seconds."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.ops, self.tea = Room("Ops", self.store), Room("tea", self.store)
        self.sanctions = Sanctions(self.store, self.clock.seconds)
        self._sessions = 0

    def session(self, name: str = "", account: str = "", network: str = "") -> Session:
        self._sessions += 1
        session = alone(self._sessions, self.store, self.clock)
        if name:
            session.identity.rename(name, guest=False)
        if account:
            session.identity.set_grant(Grant(account, 0))
        session.identity.network = network
        return session

    def change(self, room: Room, puts: Iterable[Put]) -> None:
        puts = list(puts)
        change(self.store, *puts)
        self.sanctions.changed(room, puts)

    def order(
        self,
        kind: str,
        *targets: str,
        until: int = 10,
        room: Room | None = None,
        sessions: Iterable[Session] = (),
    ) -> Sanction:
        """Sanction targets in a room, in #ops without one, and bind it to sessions."""
        room = room or self.ops
        sanction = Sanction(until, "ana")
        self.sanctions.bind(kind, room, targets[0], sessions, sanction)
        self.change(room, self.sanctions.order(kind, room, targets, sanction))
        return sanction

    def lift(self, kind: str, name: str, *sessions: Session) -> None:
        self.change(self.ops, self.sanctions.lift(kind, self.ops, name, sessions))

    def of(self, session: Session, kind: str = MUTE, role: Role = Role.EVERYONE) -> Sanction | None:
        """Return the sanction of a session in #ops."""
        return self.sanctions.of_session(kind, session, self.ops, role)

    def opened(self) -> Sanctions:
        """Return the sanctions of the store, as a server that starts reads them."""
        self.clock.advance(0)
        return Sanctions(self.store, self.clock.seconds)


@pytest.fixture
def court() -> Court:
    return Court()


class TestOfSessions:
    def test_a_name_has_those_that_were_ordered_of_it(self, court: Court) -> None:
        sanction = court.order(MUTE, "luis")
        assert court.of(court.session("LUIS")) is sanction
        assert court.of(court.session("eva")) is None

    def test_of_one_kind(self, court: Court) -> None:
        court.order(MUTE, "luis")
        assert court.of(court.session("luis"), BAN) is None

    def test_in_one_room(self, court: Court) -> None:
        court.order(MUTE, "luis", room=court.tea)
        court.order(MUTE, "eva")
        assert court.of(court.session("luis")) is None

    def test_until_they_are_over(self, court: Court) -> None:
        court.order(MUTE, "luis", until=10)
        court.clock.advance(9)
        assert court.of(court.session("luis"))
        court.clock.advance(1)
        assert court.of(court.session("luis")) is None

    def test_an_account_has_those_of_its_name_under_any_other(self, court: Court) -> None:
        sanction = court.order(MUTE, "luis")
        assert court.of(court.session("otro", "luis")) is sanction

    def test_a_guest_by_a_number_has_none_of_that_name(self, court: Court) -> None:
        guest = court.session()
        court.order(MUTE, guest.name)
        assert court.of(guest) is None

    def test_a_network_has_its_own(self, court: Court) -> None:
        sanction = court.order(BAN, f"@{NETWORK}")
        assert court.of(court.session(network=NETWORK), BAN) is sanction
        assert court.of(court.session(network="192.0.2.2"), BAN) is None

    def test_a_session_of_no_network_has_none_of_networks(self, court: Court) -> None:
        court.order(BAN, "@")
        assert court.of(court.session(), BAN) is None

    @pytest.mark.parametrize("longest", ["luis", f"@{NETWORK}"])
    def test_the_longest_of_several_counts(self, court: Court, longest: str) -> None:
        court.order(BAN, "luis", f"@{NETWORK}", until=10)
        sanction = court.order(BAN, longest, until=20)
        assert court.of(court.session("luis", network=NETWORK), BAN) is sanction

    @pytest.mark.parametrize("role", Role)
    def test_operators_have_none_of_networks(self, court: Court, role: Role) -> None:
        court.order(BAN, f"@{NETWORK}")
        found = court.of(court.session("luis", network=NETWORK), BAN, role)
        assert (found is None) is (role >= Role.OPERATOR)

    @pytest.mark.parametrize("role", Role)
    def test_administrators_have_none(self, court: Court, role: Role) -> None:
        court.order(BAN, "luis")
        found = court.of(court.session("luis"), BAN, role)
        assert (found is None) is (role is Role.ADMINISTRATOR)


class TestBindings:
    def test_a_session_keeps_its_sanction_under_another_name(self, court: Court) -> None:
        luis = court.session("luis")
        sanction = court.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        assert court.of(luis) is sanction

    def test_one_is_of_one_kind_and_one_room(self, court: Court) -> None:
        luis = court.session("luis")
        court.order(MUTE, "luis", sessions=[luis])
        court.order(BAN, "eva")
        court.order(MUTE, "eva", room=court.tea)
        luis.identity.rename("otro", guest=False)
        assert court.of(luis, BAN) is None
        assert court.sanctions.of_session(MUTE, luis, court.tea, Role.EVERYONE) is None

    def test_it_is_a_guests_by_a_number_too(self, court: Court) -> None:
        guest = court.session()
        sanction = court.order(MUTE, guest.name, sessions=[guest])
        assert court.of(guest) is sanction

    def test_a_session_may_have_several(self, court: Court) -> None:
        luis = court.session("luis")
        court.order(MUTE, "luis", until=20, sessions=[luis])
        luis.identity.rename("otro", guest=False)
        court.order(MUTE, "otro", until=10, sessions=[luis])
        luis.identity.rename("eva", guest=False)
        found = court.of(luis)
        assert found is not None
        assert found.until == 20

    def test_one_ends_when_the_sanction_is_lifted(self, court: Court) -> None:
        luis = court.session("luis")
        court.order(MUTE, "luis", sessions=[luis])
        court.lift(MUTE, "luis")
        luis.identity.rename("otro", guest=False)
        court.order(MUTE, "luis")
        assert court.of(luis) is None

    def test_one_passes_on_to_the_sanction_that_takes_its_place(self, court: Court) -> None:
        luis, other = court.session("luis"), court.session("other")
        court.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        sanction = court.order(MUTE, "luis", until=20)
        assert court.of(luis) is sanction
        assert court.of(other) is None

    def test_one_does_not_pass_on_to_that_of_another_name(self, court: Court) -> None:
        luis, eva = court.session("luis"), court.session("eva")
        court.order(MUTE, "luis", sessions=[luis])
        court.order(MUTE, "eva", sessions=[eva])
        luis.identity.rename("otro", guest=False)
        first = court.of(luis)
        assert court.order(MUTE, "eva", until=20) is not None
        assert court.of(luis) is first

    def test_one_that_is_over_does_not_pass_on(self, court: Court) -> None:
        luis = court.session("luis")
        court.order(MUTE, "luis", until=10, sessions=[luis])
        luis.identity.rename("otro", guest=False)
        court.clock.advance(10)
        court.order(MUTE, "luis", until=20)
        assert court.of(luis) is None

    def test_a_session_that_logs_out_keeps_those_of_its_account(self, court: Court) -> None:
        luis = court.session("luis", "luis")
        sanction = court.order(MUTE, "luis")
        court.order(MUTE, "eva", until=20)
        court.sanctions.bind_logged_out(luis)
        luis.identity.set_grant(None)
        luis.identity.rename("guest1", guest=True)
        assert court.of(luis) is sanction

    def test_they_end_with_the_session(self, court: Court) -> None:
        luis = court.session("luis")
        court.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        court.sanctions.disconnected(luis)
        assert court.of(luis) is None

    def test_a_session_without_any_may_disconnect(self, court: Court) -> None:
        court.sanctions.disconnected(court.session())


class TestLifting:
    def test_a_name_has_none_any_more(self, court: Court) -> None:
        court.order(MUTE, "luis")
        court.lift(MUTE, "LUIS")
        assert court.of(court.session("luis")) is None

    def test_those_that_its_sessions_are_bound_to_are_lifted_too(self, court: Court) -> None:
        luis = court.session("luis")
        court.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        court.lift(MUTE, "otro", luis)
        assert court.of(luis) is None
        assert not court.sanctions.stored_in(court.ops)

    def test_other_kinds_and_names_have_theirs(self, court: Court) -> None:
        court.order(BAN, "luis")
        court.order(MUTE, "eva")
        court.lift(MUTE, "luis")
        assert court.of(court.session("luis"), BAN)
        assert court.of(court.session("eva"))

    def test_without_a_sanction_it_takes_no_change(self, court: Court) -> None:
        assert court.sanctions.lift(MUTE, court.ops, "luis", []) == []

    def test_networks_have_their_own(self, court: Court) -> None:
        court.order(BAN, f"@{NETWORK}", "@192.0.2.2")
        court.change(court.ops, court.sanctions.lift_networks(court.ops, [NETWORK, "192.0.2.3"]))
        assert [target for _, target, _ in court.sanctions.in_room(court.ops)] == ["@192.0.2.2"]


class TestRooms:
    def test_one_without_sanctions(self, court: Court) -> None:
        court.order(MUTE, "luis", room=court.tea)
        assert not court.sanctions.stored_in(court.ops)
        assert not court.sanctions.any_in(court.ops)
        assert not court.sanctions.any_ban_in(court.ops)
        assert court.sanctions.in_room(court.ops) == []

    @pytest.mark.parametrize("kind", [MUTE, BAN])
    def test_one_with_a_sanction(self, court: Court, kind: str) -> None:
        court.order(kind, "luis")
        assert court.sanctions.stored_in(court.ops)
        assert court.sanctions.any_in(court.ops)
        assert court.sanctions.any_ban_in(court.ops) is (kind == BAN)

    def test_a_sanction_that_is_over_is_stored_and_not_valid(self, court: Court) -> None:
        court.order(BAN, "luis", until=10)
        court.clock.advance(10)
        assert court.sanctions.stored_in(court.ops)
        assert not court.sanctions.any_in(court.ops)
        assert court.sanctions.in_room(court.ops) == []

    def test_the_valid_ones_are_listed_by_their_ends(self, court: Court) -> None:
        court.order(MUTE, "eva", until=30)
        court.order(BAN, "luis", until=20)
        court.order(BAN, f"@{NETWORK}", until=20)
        court.order(MUTE, "max", until=10)
        listed = [(kind, target) for kind, target, _ in court.sanctions.in_room(court.ops)]
        assert listed == [(MUTE, "max"), (BAN, f"@{NETWORK}"), (BAN, "luis"), (MUTE, "eva")]

    def test_accounts_are_banned_by_name(self, court: Court) -> None:
        court.order(BAN, "luis", until=10)
        court.order(MUTE, "eva")
        assert court.sanctions.has_banned("luis", court.ops)
        assert not court.sanctions.has_banned("luis", court.tea)
        assert not court.sanctions.has_banned("eva", court.ops)
        court.clock.advance(10)
        assert not court.sanctions.has_banned("luis", court.ops)

    def test_a_change_that_is_taken_back_leaves_none(self, court: Court) -> None:
        puts = court.sanctions.order(MUTE, court.ops, ["luis"], Sanction(10, "ana"))
        court.change(court.ops, puts)
        for put in puts:
            court.sanctions.table.put(put.key, None).apply()
        court.sanctions.changed(court.ops, puts)
        assert not court.sanctions.stored_in(court.ops)

    def test_changes_of_other_tables_are_none_of_sanctions(self, court: Court) -> None:
        other: Table[Sanction] = Table(court.store, "other", Sanction)
        court.change(court.ops, [other.put("mute/ops/luis", Sanction(10, "ana"))])
        assert not court.sanctions.stored_in(court.ops)


class TestOrdering:
    def test_those_that_are_over_go(self, court: Court) -> None:
        court.order(MUTE, "luis", until=10)
        court.order(MUTE, "eva", until=11)
        court.clock.advance(10)
        court.order(MUTE, "max", until=20)
        assert sorted(court.sanctions.table) == ["mute/ops/eva", "mute/ops/max"]

    def test_one_that_is_over_may_be_ordered_anew(self, court: Court) -> None:
        court.order(MUTE, "luis", until=10)
        court.clock.advance(10)
        sanction = court.order(MUTE, "luis", until=20)
        assert court.of(court.session("luis")) is sanction

    def test_a_room_has_so_many_at_most(self, court: Court) -> None:
        names = [f"luis{number}" for number in range(SANCTIONS)]
        court.order(MUTE, *names)
        with pytest.raises(Refusal) as refusal:
            court.order(MUTE, "eva")
        assert refusal.value.key == "too_many_sanctions"
        court.order(BAN, "eva", room=court.tea)

    def test_one_may_take_the_place_of_another_in_a_full_room(self, court: Court) -> None:
        names = [f"luis{number}" for number in range(SANCTIONS)]
        court.order(MUTE, *names)
        sanction = court.order(MUTE, "luis0", until=20)
        assert court.of(court.session("luis0")) is sanction

    def test_those_that_are_over_make_room(self, court: Court) -> None:
        names = [f"luis{number}" for number in range(SANCTIONS)]
        court.order(MUTE, *names, until=10)
        court.clock.advance(10)
        court.order(MUTE, "eva", "luis0", until=20)
        assert len(court.sanctions.table) == 2


class TestStored:
    def test_they_are_valid_after_a_restart(self, court: Court) -> None:
        court.order(MUTE, "luis", f"@{NETWORK}")
        opened = court.opened()
        assert opened.any_in(court.ops)
        assert [target for _, target, _ in opened.in_room(court.ops)] == [f"@{NETWORK}", "luis"]

    def test_a_key_of_another_form_is_damage(self, court: Court) -> None:
        change(court.store, court.sanctions.table.put("mute/luis", Sanction(10, "ana")))
        with pytest.raises(Damaged):
            court.opened()
