"""`chatd.chat.sanctions`: mutes and bans as they are stored, and the sessions bound to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.chat.permissions import Role
from chatd.chat.sanctions import BAN, MUTE, SANCTIONS, Sanction, Sanctions
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import Damaged, Put, Table, change
from chatd.text.validation import network_of_host
from tests.support.sessions import alone, refuses

NETWORK = network_of_host("2001:db8::1")


class SanctionsHarness:
    """A store with #ops and #tea, where names and networks are sanctioned for some seconds."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.ops, self.tea = Room("Ops", self.store), Room("tea", self.store)
        self.sanctions = Sanctions(self.store, self.clock.seconds)
        self._sessions = 0

    def session(self, **options: Any) -> Session:
        self._sessions += 1
        return alone(self._sessions, self.store, self.clock, **options)

    def change(self, puts: Iterable[Put]) -> None:
        change(self.store, *puts)

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
        self.change(self.sanctions.order(kind, room, targets, sanction))
        return sanction

    def lift(self, kind: str, name: str, *sessions: Session) -> None:
        self.change(self.sanctions.lift(kind, self.ops, name, sessions))

    def of(self, session: Session, kind: str = MUTE, role: Role = Role.EVERYONE) -> Sanction | None:
        """Return the sanction of a session in #ops."""
        return self.sanctions.of_session(kind, session, self.ops, role)

    def opened(self) -> Sanctions:
        """Return the sanctions of the store, as a server that starts reads them."""
        self.clock.advance(0)
        return Sanctions(self.store, self.clock.seconds)


@pytest.fixture
def harness() -> SanctionsHarness:
    return SanctionsHarness()


class TestOfSessions:
    def test_a_name_has_those_that_were_ordered_of_it(self, harness: SanctionsHarness) -> None:
        sanction = harness.order(MUTE, "luis")
        assert harness.of(harness.session(name="LUIS")) is sanction
        assert harness.of(harness.session(name="eva")) is None

    def test_of_one_kind(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis")
        assert harness.of(harness.session(name="luis"), BAN) is None

    def test_in_one_room(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis", room=harness.tea)
        harness.order(MUTE, "eva")
        assert harness.of(harness.session(name="luis")) is None

    def test_until_they_are_over(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis", until=10)
        harness.clock.advance(9)
        assert harness.of(harness.session(name="luis"))
        harness.clock.advance(1)
        assert harness.of(harness.session(name="luis")) is None

    def test_an_account_has_those_of_its_name_under_any_other(
        self, harness: SanctionsHarness
    ) -> None:
        sanction = harness.order(MUTE, "luis")
        assert harness.of(harness.session(name="otro", account="luis")) is sanction

    def test_a_guest_by_a_number_has_none_of_that_name(self, harness: SanctionsHarness) -> None:
        guest = harness.session()
        harness.order(MUTE, guest.name)
        assert harness.of(guest) is None

    def test_a_network_has_its_own(self, harness: SanctionsHarness) -> None:
        sanction = harness.order(BAN, f"@{NETWORK}")
        assert harness.of(harness.session(network=NETWORK), BAN) is sanction
        assert harness.of(harness.session(network="192.0.2.2"), BAN) is None

    def test_a_session_of_no_network_has_none_of_networks(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, f"@{NETWORK}", "@192.0.2.2")
        assert harness.of(harness.session(), BAN) is None

    @pytest.mark.parametrize(
        ("banned", "within", "outside"),
        [
            ("192.0.2.0/24", "192.0.2.7", "192.0.3.7"),
            ("2001:db8::/56", "2001:db8:0:ff::/64", "2001:db8:0:100::/64"),
            ("2001:db8::/48", "2001:db8:0:ffff::/64", "2001:db8:1::/64"),
        ],
    )
    def test_a_network_has_those_of_a_wider_one(
        self, harness: SanctionsHarness, banned: str, within: str, outside: str
    ) -> None:
        sanction = harness.order(BAN, f"@{banned}")
        assert harness.of(harness.session(network=within), BAN) is sanction
        assert harness.of(harness.session(network=outside), BAN) is None
        assert harness.of(harness.session(network=within), MUTE) is None

    def test_the_longest_of_several_networks_counts(self, harness: SanctionsHarness) -> None:
        wide = harness.order(BAN, "@192.0.2.0/24", until=20)
        harness.order(BAN, "@192.0.2.7", until=10)
        assert harness.of(harness.session(network="192.0.2.7"), BAN) is wide

    @pytest.mark.parametrize("longest", ["luis", f"@{NETWORK}"])
    def test_the_longest_of_several_counts(self, harness: SanctionsHarness, longest: str) -> None:
        harness.order(BAN, "luis", f"@{NETWORK}", until=10)
        sanction = harness.order(BAN, longest, until=20)
        assert harness.of(harness.session(name="luis", network=NETWORK), BAN) is sanction

    @pytest.mark.parametrize("role", Role)
    def test_operators_have_none_of_networks(self, harness: SanctionsHarness, role: Role) -> None:
        harness.order(BAN, f"@{NETWORK}")
        found = harness.of(harness.session(name="luis", network=NETWORK), BAN, role)
        assert (found is None) is (role >= Role.OPERATOR)

    @pytest.mark.parametrize("role", Role)
    def test_administrators_have_none(self, harness: SanctionsHarness, role: Role) -> None:
        harness.order(BAN, "luis")
        found = harness.of(harness.session(name="luis"), BAN, role)
        assert (found is None) is (role is Role.ADMINISTRATOR)


class TestBindings:
    def test_a_session_keeps_its_sanction_under_another_name(
        self, harness: SanctionsHarness
    ) -> None:
        luis = harness.session(name="luis")
        sanction = harness.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        assert harness.of(luis) is sanction

    def test_one_is_of_one_kind_and_one_room(self, harness: SanctionsHarness) -> None:
        luis = harness.session(name="luis")
        harness.order(MUTE, "luis", sessions=[luis])
        harness.order(BAN, "eva")
        harness.order(MUTE, "eva", room=harness.tea)
        luis.identity.rename("otro", guest=False)
        assert harness.of(luis, BAN) is None
        assert harness.sanctions.of_session(MUTE, luis, harness.tea, Role.EVERYONE) is None

    def test_it_is_a_guests_by_a_number_too(self, harness: SanctionsHarness) -> None:
        guest = harness.session()
        sanction = harness.order(MUTE, guest.name, sessions=[guest])
        assert harness.of(guest) is sanction

    def test_a_session_may_have_several(self, harness: SanctionsHarness) -> None:
        luis = harness.session(name="luis")
        harness.order(MUTE, "luis", until=20, sessions=[luis])
        luis.identity.rename("otro", guest=False)
        harness.order(MUTE, "otro", until=10, sessions=[luis])
        luis.identity.rename("eva", guest=False)
        found = harness.of(luis)
        assert found is not None
        assert found.until == 20

    def test_one_ends_when_the_sanction_is_lifted(self, harness: SanctionsHarness) -> None:
        luis = harness.session(name="luis")
        harness.order(MUTE, "luis", sessions=[luis])
        harness.lift(MUTE, "luis")
        luis.identity.rename("otro", guest=False)
        harness.order(MUTE, "luis")
        assert harness.of(luis) is None

    def test_one_passes_on_to_the_sanction_that_takes_its_place(
        self, harness: SanctionsHarness
    ) -> None:
        luis, other = harness.session(name="luis"), harness.session(name="other")
        harness.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        sanction = harness.order(MUTE, "luis", until=20)
        assert harness.of(luis) is sanction
        assert harness.of(other) is None

    def test_one_does_not_pass_on_to_that_of_another_name(self, harness: SanctionsHarness) -> None:
        luis, eva = harness.session(name="luis"), harness.session(name="eva")
        harness.order(MUTE, "luis", sessions=[luis])
        harness.order(MUTE, "eva", sessions=[eva])
        luis.identity.rename("otro", guest=False)
        first = harness.of(luis)
        assert harness.order(MUTE, "eva", until=20) is not None
        assert harness.of(luis) is first

    def test_one_that_is_over_does_not_pass_on(self, harness: SanctionsHarness) -> None:
        luis = harness.session(name="luis")
        harness.order(MUTE, "luis", until=10, sessions=[luis])
        luis.identity.rename("otro", guest=False)
        harness.clock.advance(10)
        harness.order(MUTE, "luis", until=20)
        assert harness.of(luis) is None

    def test_a_session_that_logs_out_keeps_those_of_its_account(
        self, harness: SanctionsHarness
    ) -> None:
        luis = harness.session(name="luis", account="luis")
        sanction = harness.order(MUTE, "luis")
        harness.order(MUTE, "eva", until=20)
        harness.sanctions.bind_logged_out(luis.number, "luis")
        luis.identity.set_grant(None)
        luis.identity.rename("guest1", guest=True)
        assert harness.of(luis) is sanction

    def test_they_end_with_the_session(self, harness: SanctionsHarness) -> None:
        luis = harness.session(name="luis")
        harness.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        harness.sanctions.disconnected(luis.number)
        assert harness.of(luis) is None

    def test_a_session_without_any_may_disconnect(self, harness: SanctionsHarness) -> None:
        harness.sanctions.disconnected(harness.session().number)


class TestLifting:
    def test_a_name_has_none_any_more(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis")
        harness.lift(MUTE, "LUIS")
        assert harness.of(harness.session(name="luis")) is None

    def test_those_that_its_sessions_are_bound_to_are_lifted_too(
        self, harness: SanctionsHarness
    ) -> None:
        luis = harness.session(name="luis")
        harness.order(MUTE, "luis", sessions=[luis])
        luis.identity.rename("otro", guest=False)
        harness.lift(MUTE, "otro", luis)
        assert harness.of(luis) is None
        assert not harness.sanctions.stored_in(harness.ops)

    def test_other_kinds_and_names_have_theirs(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, "luis")
        harness.order(MUTE, "eva")
        harness.lift(MUTE, "luis")
        assert harness.of(harness.session(name="luis"), BAN)
        assert harness.of(harness.session(name="eva"))

    def test_without_a_sanction_it_takes_no_change(self, harness: SanctionsHarness) -> None:
        assert harness.sanctions.lift(MUTE, harness.ops, "luis", []) == []

    def test_networks_have_their_own(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, f"@{NETWORK}", "@192.0.2.2")
        harness.change(harness.sanctions.lift_networks(harness.ops, [NETWORK, "192.0.2.3"]))
        assert [target for _, target, _ in harness.sanctions.in_room(harness.ops)] == ["@192.0.2.2"]

    def test_a_wider_network_keeps_its_own(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, "@192.0.2.0/24", "@192.0.2.2")
        harness.change(harness.sanctions.lift_networks(harness.ops, ["192.0.2.2"]))
        assert harness.of(harness.session(network="192.0.2.2"), BAN)
        harness.change(harness.sanctions.lift_networks(harness.ops, ["192.0.2.0/24"]))
        assert harness.of(harness.session(network="192.0.2.2"), BAN) is None


class TestNetworksAround:
    def test_are_those_banned_that_contain_it(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, "@192.0.2.0/24", "@192.0.2.7", "@192.0.2.8", "luis")
        harness.order(BAN, "@192.0.0.0/16", room=harness.tea)
        around = harness.sanctions.networks_around(harness.ops, "192.0.2.7")
        assert sorted(around) == ["192.0.2.0/24", "192.0.2.7"]

    def test_until_the_bans_are_over(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, "@192.0.2.0/24", until=10)
        harness.clock.advance(10)
        assert harness.sanctions.networks_around(harness.ops, "192.0.2.7") == []

    def test_until_the_bans_are_lifted(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, "@192.0.2.0/24", "@192.0.0.0/16")
        for network in "192.0.2.0/24", "192.0.0.0/16":
            lifted = harness.sanctions.lift_networks(harness.ops, [network])
            harness.change(lifted)
            around = harness.sanctions.networks_around(harness.ops, "192.0.2.7")
            assert around == (["192.0.0.0/16"] if network == "192.0.2.0/24" else [])

    def test_of_a_room_without_any(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, "luis")
        assert harness.sanctions.networks_around(harness.ops, "192.0.2.7") == []


class TestRooms:
    def test_one_without_sanctions(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis", room=harness.tea)
        assert not harness.sanctions.stored_in(harness.ops)
        assert not harness.sanctions.any_in(harness.ops)
        assert not harness.sanctions.any_ban_in(harness.ops)
        assert harness.sanctions.in_room(harness.ops) == []

    @pytest.mark.parametrize("kind", [MUTE, BAN])
    def test_one_with_a_sanction(self, harness: SanctionsHarness, kind: str) -> None:
        harness.order(kind, "luis")
        assert harness.sanctions.stored_in(harness.ops)
        assert harness.sanctions.any_in(harness.ops)
        assert harness.sanctions.any_ban_in(harness.ops) is (kind == BAN)

    def test_a_sanction_that_is_over_is_stored_and_not_valid(
        self, harness: SanctionsHarness
    ) -> None:
        harness.order(BAN, "luis", until=10)
        harness.clock.advance(10)
        assert harness.sanctions.stored_in(harness.ops)
        assert not harness.sanctions.any_in(harness.ops)
        assert harness.sanctions.in_room(harness.ops) == []

    def test_the_valid_ones_are_listed_by_their_ends(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "eva", until=30)
        harness.order(BAN, "luis", until=20)
        harness.order(BAN, f"@{NETWORK}", until=20)
        harness.order(MUTE, "max", until=10)
        listed = [(kind, target) for kind, target, _ in harness.sanctions.in_room(harness.ops)]
        assert listed == [(MUTE, "max"), (BAN, f"@{NETWORK}"), (BAN, "luis"), (MUTE, "eva")]

    def test_accounts_are_banned_by_name(self, harness: SanctionsHarness) -> None:
        harness.order(BAN, "luis", until=10)
        harness.order(MUTE, "eva")
        assert harness.sanctions.has_banned("luis", harness.ops)
        assert not harness.sanctions.has_banned("luis", harness.tea)
        assert not harness.sanctions.has_banned("eva", harness.ops)
        harness.clock.advance(10)
        assert not harness.sanctions.has_banned("luis", harness.ops)

    def test_a_change_that_is_taken_back_leaves_none(self, harness: SanctionsHarness) -> None:
        puts = harness.sanctions.order(MUTE, harness.ops, ["luis"], Sanction(10, "ana"))
        harness.change(puts)
        harness.change([harness.sanctions.table.put(put.key, None) for put in puts])
        assert not harness.sanctions.stored_in(harness.ops)

    def test_changes_of_other_tables_are_none_of_sanctions(self, harness: SanctionsHarness) -> None:
        other: Table[Sanction] = Table(harness.store, "other", Sanction)
        harness.change([other.put("mute/ops/luis", Sanction(10, "ana"))])
        assert not harness.sanctions.stored_in(harness.ops)


class TestOrdering:
    def test_those_that_are_over_go(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis", until=10)
        harness.order(MUTE, "eva", until=11)
        harness.clock.advance(10)
        harness.order(MUTE, "max", until=20)
        assert sorted(harness.sanctions.table) == ["mute/ops/eva", "mute/ops/max"]

    def test_one_that_is_over_may_be_ordered_anew(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis", until=10)
        harness.clock.advance(10)
        sanction = harness.order(MUTE, "luis", until=20)
        assert harness.of(harness.session(name="luis")) is sanction

    def test_a_room_has_so_many_at_most(self, harness: SanctionsHarness) -> None:
        names = [f"luis{number}" for number in range(SANCTIONS)]
        harness.order(MUTE, *names)
        with refuses("too_many_sanctions"):
            harness.order(MUTE, "eva")
        harness.order(BAN, "eva", room=harness.tea)

    def test_one_may_take_the_place_of_another_in_a_full_room(
        self, harness: SanctionsHarness
    ) -> None:
        names = [f"luis{number}" for number in range(SANCTIONS)]
        harness.order(MUTE, *names)
        sanction = harness.order(MUTE, "luis0", until=20)
        assert harness.of(harness.session(name="luis0")) is sanction

    def test_those_that_are_over_make_room(self, harness: SanctionsHarness) -> None:
        names = [f"luis{number}" for number in range(SANCTIONS)]
        harness.order(MUTE, *names, until=10)
        harness.clock.advance(10)
        harness.order(MUTE, "eva", "luis0", until=20)
        assert len(harness.sanctions.table) == 2


class TestStored:
    def test_they_are_valid_after_a_restart(self, harness: SanctionsHarness) -> None:
        harness.order(MUTE, "luis", f"@{NETWORK}")
        opened = harness.opened()
        assert opened.any_in(harness.ops)
        assert [target for _, target, _ in opened.in_room(harness.ops)] == [f"@{NETWORK}", "luis"]

    def test_those_of_networks_concern_sessions_after_a_restart(
        self, harness: SanctionsHarness
    ) -> None:
        harness.order(BAN, "@192.0.2.0/24", f"@{NETWORK}")
        opened, luis = harness.opened(), harness.session(network="192.0.2.7")
        assert opened.of_session(BAN, luis, harness.ops, Role.EVERYONE)
        eva = harness.session(network=NETWORK)
        assert opened.of_session(BAN, eva, harness.ops, Role.EVERYONE)

    @pytest.mark.parametrize("key", ["mute/luis", "ban/ops/@luis", "ban/ops/@"])
    def test_a_key_of_another_form_is_damage(self, harness: SanctionsHarness, key: str) -> None:
        harness.store.write_records(harness.sanctions.table.put(key, Sanction(10, "ana")).record)
        with pytest.raises(Damaged):
            harness.opened()
