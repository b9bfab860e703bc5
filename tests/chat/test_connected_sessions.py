"""The sessions that are connected, found by number and by name."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.accounts.accounts import Account, Accounts
from chatd.chat.connected_sessions import ConnectedSessions
from chatd.chat.names import Names
from chatd.chat.roster import Roster
from chatd.chat.session import Session
from chatd.rooms.room import Room
from chatd.storage.memory import MemoryStore
from chatd.storage.records import change
from tests.support.sessions import alone, refuses


class SessionsHarness:
    """Sessions without a server, and their names."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.accounts = Accounts(self.store)
        self.names = Names(self.accounts, self.store.claims)
        self.sessions = ConnectedSessions(self.names, self.accounts, Roster(self.store, Clock()))

    def come(self, name: str = "", *, network: str = "") -> Session:
        """Return a session that has just connected, and has a name of its own if one is given."""
        session = alone(len(self.sessions) + 1, self.store, self.clock)
        session.identity.set_origin(network, network, True)
        self.sessions.add(session)
        if name:
            self.names.give(session, name)
        return session

    def go(self, session: Session) -> None:
        self.names.free(session)
        self.sessions.remove(session)

    def register(self, name: str, **settings: Any) -> None:
        account = Account(name, "", settings=settings)
        change(self.store, self.accounts.table.put(account.key, account))


@pytest.fixture
def harness() -> SessionsHarness:
    return SessionsHarness()


class TestAll:
    def test_they_are_in_the_order_in_which_they_came(self, harness: SessionsHarness) -> None:
        ana, luis, eva = harness.come("ana"), harness.come(), harness.come("eva")
        assert list(harness.sessions) == [ana, luis, eva]
        harness.go(luis)
        assert list(harness.sessions) == [ana, eva]
        assert len(harness.sessions) == 2

    def test_those_in_a_room_are_found(self, harness: SessionsHarness) -> None:
        room = Room("ops", harness.store)
        ana, luis, eva = harness.come("ana"), harness.come(), harness.come("eva")
        for session in luis, ana:
            room.enter(session.name, session.is_guest, session.number)
        assert harness.sessions.members_of(room) == [luis, ana]
        harness.sessions.remove(luis)
        eva.enter(room, "joined_room", 0)
        assert harness.sessions.members_of(room) == [ana, eva]

    def test_one_is_found_by_its_number(self, harness: SessionsHarness) -> None:
        ana = harness.come("ana")
        assert harness.sessions.by_number[ana.number] is ana


class TestCalled:
    def test_a_session_is_found_by_its_name_in_any_case(self, harness: SessionsHarness) -> None:
        ana = harness.come("Ana")
        assert list(harness.sessions.called("ANA")) == [ana]

    def test_a_guest_is_found_by_the_name_that_the_server_gave_it(
        self, harness: SessionsHarness
    ) -> None:
        harness.come("ana")
        guest = harness.come()
        assert list(harness.sessions.called("Guest2")) == [guest]

    @pytest.mark.parametrize("name", ["guest1", "guest3", "guest02", "guest", "guestx", "eva"])
    def test_a_name_that_no_session_has_finds_none(
        self, harness: SessionsHarness, name: str
    ) -> None:
        harness.come("ana")
        harness.come()
        assert list(harness.sessions.called(name)) == []

    def test_digits_that_no_name_has_find_none(self, harness: SessionsHarness) -> None:
        harness.come()
        assert list(harness.sessions.called("guest\N{SUPERSCRIPT ONE}")) == []

    def test_a_session_with_such_a_name_of_its_own_comes_first(
        self, harness: SessionsHarness
    ) -> None:
        ana = harness.come("guest2")  # an account from an earlier version of chatd
        harness.come()
        assert list(harness.sessions.called("guest2")) == [ana]

    def test_a_very_long_number_finds_none(self, harness: SessionsHarness) -> None:
        harness.come()
        assert list(harness.sessions.called("guest" + "1" * 20)) == []

    def test_an_invalid_name_finds_none(self, harness: SessionsHarness) -> None:
        assert list(harness.sessions.called("@ana")) == []

    def test_a_session_whose_stream_has_finished_is_not_found(
        self, harness: SessionsHarness
    ) -> None:
        harness.come("ana").stream.finish()
        assert list(harness.sessions.called("ana")) == []

    def test_one_that_can_receive_no_private_lines_is_not_reachable(
        self, harness: SessionsHarness
    ) -> None:
        ana = harness.come("ana")
        assert list(harness.sessions.reachable("ana")) == [ana]
        ana.subscriptions.takes_private = False
        assert list(harness.sessions.reachable("ana")) == []


class TestNetworks:
    def test_they_are_those_of_the_sessions_of_that_name(self, harness: SessionsHarness) -> None:
        harness.come("ana", network="192.0.2.1")
        harness.come("eva", network="192.0.2.2")
        assert harness.sessions.networks_of("ANA") == {"192.0.2.1"}

    def test_an_unknown_network_is_left_out(self, harness: SessionsHarness) -> None:
        harness.come("ana")
        assert harness.sessions.networks_of("ana") == set()
        assert harness.sessions.networks_of("luis") == set()

    def test_the_network_of_one_that_spoke_and_left_is_remembered(
        self, harness: SessionsHarness
    ) -> None:
        ana = harness.come("Ana", network="192.0.2.1")
        ana.identity.note_spoken()
        harness.go(ana)
        assert harness.sessions.networks_of("ana") == {"192.0.2.1"}

    def test_that_of_one_that_said_nothing_is_not(self, harness: SessionsHarness) -> None:
        harness.go(harness.come("ana", network="192.0.2.1"))
        assert harness.sessions.networks_of("ana") == set()

    def test_an_unknown_network_does_not_replace_one_that_is_known(
        self, harness: SessionsHarness
    ) -> None:
        for network in "192.0.2.1", "":
            ana = harness.come("ana", network=network)
            ana.identity.note_spoken()
            harness.go(ana)
        assert harness.sessions.networks_of("ana") == {"192.0.2.1"}

    def test_a_session_that_is_here_replaces_the_one_that_left(
        self, harness: SessionsHarness
    ) -> None:
        ana = harness.come("ana", network="192.0.2.1")
        ana.identity.note_spoken()
        harness.go(ana)
        harness.come("ana", network="192.0.2.2")
        assert harness.sessions.networks_of("ana") == {"192.0.2.2"}


class TestNameOf:
    """A name as its owner writes it."""

    def test_it_is_that_of_the_account(self, harness: SessionsHarness) -> None:
        harness.register("Ana")
        assert harness.sessions.name_of("ANA") == "Ana"

    def test_it_is_that_of_a_guest_without_an_account(self, harness: SessionsHarness) -> None:
        harness.come("Luis")
        assert harness.sessions.name_of("luis") == "Luis"

    def test_a_name_without_an_owner_is_as_it_was_written(self, harness: SessionsHarness) -> None:
        assert harness.sessions.name_of("Eva") == "Eva"

    def test_an_invalid_name_is_refused(self, harness: SessionsHarness) -> None:
        with refuses("invalid_name"):
            harness.sessions.name_of("@ana")


class TestAway:
    def test_the_text_of_an_account_is_stored_with_it(self, harness: SessionsHarness) -> None:
        harness.register("Ana", away="at lunch")
        assert harness.sessions.away_text("ana") == "at lunch"

    def test_that_of_a_guest_is_a_setting_of_the_session(self, harness: SessionsHarness) -> None:
        luis = harness.come("luis")
        luis.subscriptions.apply(luis.subscriptions.settings._replace(away="at lunch"))
        assert harness.sessions.away_text("LUIS") == "at lunch"

    def test_without_such_a_person_there_is_none(self, harness: SessionsHarness) -> None:
        assert harness.sessions.away_text("eva") == ""
