"""`chatd.chat.actions.organisation`: accounts whose passwords an organisation checks."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from chatd.accounts.accounts import NO_UID, Account
from chatd.accounts.sign_in import SignIn
from chatd.chat.actions import administration
from chatd.chat.actions.authentication import recent_proof
from chatd.chat.actions.login import check_login, grant_by_proxy, log_in, log_in_by_grant
from chatd.chat.actions.password import check_password_change
from chatd.chat.actions.password_check import prove_password
from chatd.chat.actions.register import register
from chatd.chat.actions.unregister import unregister, unregister_user
from chatd.chat.audit import Audit
from chatd.chat.login_limits import LIMITS, REGISTRATIONS, STRANGER_TRIES
from chatd.chat.permissions import Role
from chatd.chat.session import Session
from chatd.storage.contract import StoreError
from chatd.storage.records import change
from tests.support.sessions import begin, done, guest, keys, member, program, refused, refuses
from tests.support.sign_in import SECRET, Office
from tests.support.world import HASH, PASSWORD, World


@pytest.fixture
def office() -> Office:
    return Office()


def enter(office: World, name: str = "maria", session: Session | None = None) -> Session:
    """Return a session in which a person of the organisation has logged in."""
    session = session or guest(office)
    done(office, log_in(office.server, session, name, SECRET))
    return session


def why(office: World, name: str, password: str, session: Session | None = None) -> str:
    """Return the key of the sentence with which a login is refused."""
    session = session or guest(office)
    return refused(office, log_in(office.server, session, name, password))


def registrations_from(office: World, network: str) -> float:
    """Return the number of registrations that count for a network."""
    limits = office.server.logins.limits
    (counted,) = limits.registrations_of(network)
    return limits.failures_of(counted)


def recorded(office: World) -> list[str]:
    """Return the events that the audit records from now on."""
    events: list[str] = []
    write = lambda record: events.append(str(record["event"]))  # noqa: E731
    office.server.audit = Audit(office.clock, write)
    return events


class TestAPersonOfTheOrganisation:
    def test_has_an_account_without_a_password_from_the_first_login_on(
        self, office: Office
    ) -> None:
        assert enter(office).account == "maria"
        account = office.server.accounts.called("maria")
        assert account is not None
        assert (account.hash, account.uid, account.is_outside) == ("", NO_UID, True)

    def test_has_it_with_all_that_a_login_brings(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        changed: list[str] = []
        monkeypatch.setattr(office.server.marked, "changed", changed.append)
        assert enter(office).subscriptions.read_tracker is not None
        assert changed == ["maria"]

    def test_is_recorded_as_registered_and_signed_in(self, office: Office) -> None:
        events = recorded(office)
        enter(office)
        assert events == ["register", "sign-in"]

    def test_is_not_signed_in_if_the_session_ends_while_that_is_stored(self) -> None:
        office = Office(slow=True)
        events, session = recorded(office), guest(office)
        office.store.holds = True
        begin(office, log_in(office.server, session, "maria", SECRET))
        office.server.finish(session)
        office.release()
        assert events == ["register"]
        assert session.account is None

    def test_is_told_where_it_is_logged_in_already(self, office: Office) -> None:
        assert why(office, "maria", SECRET, enter(office)) == "yours_without_password"

    def test_has_the_same_account_the_next_time(self, office: Office) -> None:
        enter(office)
        assert enter(office).account == "maria"
        assert len(office.server.accounts.table) == 1

    def test_may_have_taken_the_name_as_a_guest_with_two_tabs(self, office: Office) -> None:
        session, tab = guest(office), guest(office)
        for each in (session, tab):
            each.identity.set_client_id("one browser")
        for each in (session, tab):
            office.server.names.give(each, "maria")
            each.identity.rename("maria", guest=False)
        enter(office, session=session)
        assert [each.account for each in (session, tab)] == ["maria", "maria"]
        assert "registered_elsewhere" not in keys(session)

    def test_takes_the_name_from_another_guest(self, office: Office) -> None:
        other = guest(office, "maria")
        enter(office)
        assert other.is_guest

    def test_may_have_been_logged_in_to_another_account(self, office: Office) -> None:
        session = enter(office, "luis")
        assert enter(office, "maria", session).account == "maria"
        assert session.name == "maria"

    def test_has_the_name_that_the_helper_answers(self, office: Office) -> None:
        office.helper.people.add("mgarcia")
        office.helper.names["mgarcia"] = "maria"
        assert enter(office, "mgarcia").name == "maria"

    def test_has_proof_after_the_login(self, office: Office) -> None:
        assert recent_proof(enter(office)) is not None

    def test_proves_the_password_to_the_helper(self, office: Office) -> None:
        session = enter(office)
        assert refused(office, prove_password(office.server, session, PASSWORD)) == "wrong_password"
        assert done(office, prove_password(office.server, session, SECRET)).account == "maria"

    def test_may_have_a_short_password(self, office: Office, monkeypatch: Any) -> None:
        monkeypatch.setattr("tests.support.sign_in.SECRET", "short")
        session = guest(office)
        done(office, log_in(office.server, session, "maria", "short"))
        assert session.account == "maria"

    def test_comes_back_while_the_server_has_no_library_for_passwords(self) -> None:
        assert enter(Office(passwords=None)).account == "maria"

    def test_changes_the_password_there(self, office: Office) -> None:
        session = enter(office)
        with refuses("password_is_outside"):
            check_password_change(office.server, session)

    def test_gives_up_the_account_with_the_password(self, office: Office) -> None:
        session = enter(office)
        assert refused(office, unregister(office.server, session, PASSWORD)) == "wrong_password"
        done(office, unregister_user(office.server, session))
        assert session.account == "maria"
        done(office, unregister(office.server, session, SECRET))
        assert not office.server.accounts.table

    def test_may_go_before_the_answer(self, office: Office) -> None:
        office.helper.held = held = Deferred()
        session = guest(office)
        logging_in = begin(office, log_in(office.server, session, "maria", SECRET))
        office.server.finish(session)
        held.callback(None)
        office.settle()
        assert logging_in.called
        assert not office.server.accounts.table

    def test_has_no_account_if_it_cannot_be_stored(self, expected_errors: Any) -> None:
        office = Office(slow=True)
        session = guest(office)
        logging_in = begin(office, log_in(office.server, session, "maria", SECRET))
        office.store.fail()
        office.settle()
        assert isinstance(logging_in.result, StoreError)
        assert session.account is None
        assert expected_errors()


class TestTheAddressThatTheHelperIsTold:
    @pytest.mark.parametrize(
        ("host", "told"), [("192.0.2.7", "192.0.2.7"), ("", ""), ("uid1001", "")]
    )
    def test_is_an_ip_address_or_none(self, office: Office, host: str, told: str) -> None:
        session = guest(office)
        session.identity.host = host
        enter(office, session=session)
        [question] = office.helper.asked
        assert question.ip == told


class TestANo:
    def test_is_final_also_for_a_password_that_is_right_here(self, office: Office) -> None:
        office.register("maria")
        assert why(office, "maria", PASSWORD) == "wrong_password"

    def test_counts_as_a_try(self, office: Office) -> None:
        session = guest(office, network="192.0.2.1")
        for _ in range(LIMITS[STRANGER_TRIES].free):
            assert why(office, "maria", PASSWORD, session) == "wrong_password"
        asked = len(office.helper.asked)
        assert why(office, "maria", SECRET, session) == "too_many_tries"
        assert len(office.helper.asked) == asked

    @pytest.mark.parametrize("password", ["", "tab\there", "x" * 300])
    def test_is_the_answer_to_no_password(self, office: Office, password: str) -> None:
        assert why(office, "maria", password) == "wrong_password"
        assert not office.helper.asked


class TestAnUnknownAccount:
    def test_is_checked_here(self, office: Office) -> None:
        office.register("ana")
        assert why(office, "ana", "another one") == "wrong_password"
        done(office, log_in(office.server, session := guest(office), "ana", PASSWORD))
        assert session.account == "ana"

    def test_that_is_not_registered_here_counts_as_a_try(self, office: Office) -> None:
        session = guest(office, network="192.0.2.1")
        for _ in range(LIMITS[STRANGER_TRIES].free):
            assert why(office, "nobody", PASSWORD, session) == "not_registered"
        assert why(office, "nobody", PASSWORD, session) == "too_many_tries"

    def test_that_was_the_organisation_s_before_is_refused(self, office: Office) -> None:
        enter(office)
        office.helper.people.clear()
        assert why(office, "maria", SECRET) == "wrong_password"


class TestALocalAccount:
    def test_is_checked_here_alone(self) -> None:
        office = Office(local=frozenset(["maria"]))
        office.register("maria")
        done(office, log_in(office.server, session := guest(office), "maria", PASSWORD))
        assert session.account == "maria"
        assert why(office, "maria", SECRET) == "wrong_password"
        assert not office.helper.asked

    def test_is_not_made_by_the_organisation(self) -> None:
        office = Office(local=frozenset(["maria"]))
        assert why(office, "maria", SECRET) == "not_registered"
        assert not office.helper.asked

    def test_is_not_one_that_the_helper_may_answer(self) -> None:
        office = Office(local=frozenset(["boss"]))
        office.helper.names["maria"] = "Boss"
        assert why(office, "maria", SECRET) == "account_is_local"
        office.register("boss")
        assert why(office, "maria", SECRET) == "account_is_local"

    def test_of_a_user_of_the_machine_is_left_alone(self, office: Office) -> None:
        account = Account("maria", "", uid=1001)
        change(office.store, office.server.accounts.table.put(account.key, account))
        office.settle()
        assert why(office, "maria", SECRET) == "has_no_password"
        assert not office.helper.asked


class TestAnAccountThatHadAPasswordHere:
    def test_is_the_organisation_s_after_its_yes_and_earlier_grants_end(
        self, office: Office
    ) -> None:
        office.register("maria")
        before = program(office, "maria")
        assert enter(office).account == "maria"
        account = office.server.accounts.called("maria")
        assert account is not None
        assert account.is_outside
        assert before.account is None

    def test_stays_what_it_was_otherwise(self, office: Office) -> None:
        office.register("maria", admin=True)
        enter(office)
        account = office.server.accounts.called("maria")
        assert account is not None
        assert account.admin

    def test_is_not_if_that_cannot_be_stored_and_this_counts_as_no_try(
        self, expected_errors: Any
    ) -> None:
        office = Office(slow=True)
        office.register("maria")
        office.store.release()
        logging_in = begin(office, log_in(office.server, guest(office), "maria", SECRET))
        office.store.fail()
        office.settle()
        assert isinstance(logging_in.result, StoreError)
        account = office.server.accounts.called("maria")
        assert account is not None
        assert not account.is_outside
        assert not office.server.logins.limits.failures_by_account()
        assert expected_errors()

    def test_has_one_again_by_the_operator(self, office: Office) -> None:
        enter(office)
        done(office, administration.set_password(office.server, "maria", HASH))
        office.helper.people.clear()
        done(office, log_in(office.server, session := guest(office), "maria", PASSWORD))
        assert session.account == "maria"


class TestANameFromOutside:
    @pytest.mark.parametrize(
        ("name", "key"), [("maria garcia", "invalid_name"), ("mаria", "mixed_scripts")]
    )
    def test_that_is_not_valid_is_refused_before_it_is_asked(
        self, office: Office, name: str, key: str
    ) -> None:
        assert why(office, name, SECRET) == key
        assert not office.helper.asked

    def test_that_the_helper_answers_obeys_the_same_rules(self, office: Office) -> None:
        office.helper.names["maria"] = "maria garcia"
        assert why(office, "maria", SECRET) == "invalid_name"

    def test_that_looks_like_another_is_refused(self, office: Office) -> None:
        office.helper.people.add("bob1")
        office.register("bobl")
        assert why(office, "bob1", SECRET) == "looks_like_name"
        assert not office.helper.asked
        office.helper.names["maria"] = "bob1"
        session = guest(office, network="192.0.2.1")
        assert why(office, "maria", SECRET, session) == "looks_like_name"
        assert registrations_from(office, "192.0.2.1") == 0


class TestWithoutCreating:
    def test_a_person_needs_an_account(self) -> None:
        office = Office(creates=False)
        assert why(office, "maria", SECRET) == "not_registered"
        office.register("maria")
        assert enter(office).account == "maria"

    def test_a_name_that_the_helper_answers_needs_one_too(self) -> None:
        office = Office(creates=False)
        office.register("maria")
        office.helper.names["maria"] = "luis"
        assert why(office, "maria", SECRET) == "no_account_here"


class TestAHelperThatFails:
    def test_lets_nobody_in_and_counts_as_no_try(self, office: Office) -> None:
        office.register("maria")
        office.helper.fails = True
        session = guest(office, network="192.0.2.1")
        for _ in range(LIMITS[STRANGER_TRIES].free + 1):
            assert why(office, "maria", PASSWORD, session) == "sign_in_fails"

    def test_delays_no_local_account(self) -> None:
        office = Office(local=frozenset(["ana"]))
        office.register("ana")
        office.helper.held = Deferred()
        waiting = begin(office, log_in(office.server, guest(office), "maria", SECRET))
        done(office, log_in(office.server, session := guest(office), "ana", PASSWORD))
        assert session.account == "ana"
        assert not waiting.called

    def test_registers_nothing(self, office: Office) -> None:
        office.helper.fails = True
        session = guest(office, "ana", network="192.0.2.1")
        assert refused(office, register(office.server, session, PASSWORD)) == "sign_in_fails"
        assert registrations_from(office, "192.0.2.1") == 0


class TestRegistering:
    @pytest.mark.parametrize("password", [PASSWORD, SECRET])
    def test_a_name_of_the_organisation_is_refused(self, office: Office, password: str) -> None:
        session = guest(office, "maria")
        registering = register(office.server, session, password)
        assert refused(office, registering) == "name_of_organisation"

    def test_another_name_is_not(self, office: Office) -> None:
        assert member(office, "ana").account == "ana"

    def test_counts_as_a_try_of_that_name(self, office: Office) -> None:
        for _ in range(LIMITS[STRANGER_TRIES].free):
            session = guest(office, "maria", network="192.0.2.1")
            refused(office, register(office.server, session, PASSWORD))
            office.server.disconnect(session)
        assert why(office, "maria", SECRET, guest(office, network="192.0.2.1")) == "too_many_tries"

    def test_is_counted_for_accounts_that_logins_make(self, office: Office) -> None:
        limits = office.server.logins.limits
        for _ in range(LIMITS[REGISTRATIONS].free):
            limits.count(limits.registrations_of("192.0.2.1"))
        session = guest(office, network="192.0.2.1")
        assert why(office, "maria", SECRET, session) == "too_many_tries"


class TestABannedAccount:
    def test_stays_out_of_the_room(self, office: Office) -> None:
        admin, maria = office.member("ana", admin=True), office.person()
        maria.type(f"/login maria {SECRET}")
        admin.type("/ban maria")
        maria.hang_up()
        again = office.person()
        again.type(f"/login maria {SECRET}", "hello")
        assert again.session.account == "maria"
        assert "hello" not in [event.text for event in office.stored("lobby")]


class TestARemovedAccount:
    def test_stays_out_and_its_name_is_not_free(self, office: Office) -> None:
        session = enter(office)
        assert done(office, administration.remove_account(office.server, "maria")).is_closed
        assert session.account is None
        assert why(office, "maria", SECRET) == "account_closed"
        with refuses("registered_name"):
            guest(office, "maria")
        assert len(office.helper.asked) == 1

    def test_stays_out_under_a_name_that_the_helper_answers(self, office: Office) -> None:
        enter(office)
        done(office, administration.remove_account(office.server, "maria"))
        office.helper.names["luis"] = "maria"
        assert why(office, "luis", SECRET) == "account_closed"

    def test_has_nothing_left(self, office: Office) -> None:
        session = enter(office)
        done(office, administration.set_administrator(office.server, "maria", True))
        office.server.disconnect(session)
        done(office, administration.remove_account(office.server, "maria"))
        account = office.server.accounts.called("maria")
        assert account is not None
        assert (account.admin, account.closed) == (False, True)
        assert office.server.registrations.records_of("maria") == []

    def test_is_free_after_a_second_removal(self, office: Office) -> None:
        enter(office)
        done(office, administration.remove_account(office.server, "maria"))
        assert not done(office, administration.remove_account(office.server, "maria")).is_closed
        assert enter(office).account == "maria"


class TestAPersonForWhomAProxyVouches:
    @pytest.mark.parametrize("admins", [[], ["maria"]])
    def test_administers_only_if_the_operator_named_the_account(self, admins: list[str]) -> None:
        world = World(sign_in=SignIn(creates=True, admins=frozenset(admins)))
        session = guest(world)
        grant = done(world, grant_by_proxy(world.server, session, "maria"))
        done(world, administration.set_administrator(world.server, "maria", True))
        assert log_in_by_grant(world.server, session, grant)
        role = world.server.moderation.roles.role_of(session, None)
        assert role is (Role.ADMINISTRATOR if admins else Role.EVERYONE)

    def test_has_typed_no_password(self, office: Office) -> None:
        session = guest(office)
        grant = done(office, grant_by_proxy(office.server, session, "maria"))
        log_in_by_grant(office.server, session, grant)
        assert recent_proof(session) is None

    def test_may_come_twice_at_once(self) -> None:
        office = Office(slow=True)
        first = begin(office, grant_by_proxy(office.server, guest(office), "maria"))
        second = begin(office, grant_by_proxy(office.server, guest(office), "maria"))
        office.store.release()
        office.settle()
        assert first.result == second.result
        assert len(office.server.accounts.table) == 1

    def test_is_put_out_with_the_account(self, office: Office) -> None:
        session = guest(office)
        grant = done(office, grant_by_proxy(office.server, session, "maria"))
        log_in_by_grant(office.server, session, grant)
        done(office, administration.remove_account(office.server, "maria"))
        assert session.stream.finished
        assert session.account is None


def test_without_a_helper_an_account_of_the_organisation_has_no_password() -> None:
    world = World()
    account = Account("maria", "")
    change(world.store, world.server.accounts.table.put(account.key, account))
    world.settle()
    with refuses("no_password_here"):
        check_login(world.server, guest(world), "maria", sent=False)
