"""`chatd.chat.actions.login`: into an account, out of it, and the other sessions of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatd.accounts.credentials import BROWSER, BROWSER_SECONDS, TOKEN, Grant
from chatd.accounts.sign_in import SignIn
from chatd.chat.actions.browser_sign_in import sign_in
from chatd.chat.actions.login import (
    act_by_grant,
    close_others,
    grant_by_proxy,
    grant_of_token,
    log_in,
    log_in_by_grant,
    log_out,
    name_by_grant,
    prove,
)
from chatd.chat.audit import Audit, Record
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from tests.support.sessions import begin, done, guest, keys, member, program, refused, refuses
from tests.support.sign_in import SECRET, Office
from tests.support.world import PASSWORD, World

ByGrant = Callable[[ChatServer, Session, Grant], bool]


def browser(world: World, name: str, title: str = "browser") -> Session:
    """Return a session of a browser that was signed in to an account."""
    server = world.server
    asked = guest(world)
    signed_in = done(world, sign_in(server, asked, name, PASSWORD, title, new=False))
    server.disconnect(asked)
    grant = server.credentials.sign_in_of([signed_in.cookie], signed_in.proof)
    assert grant is not None
    session = guest(world)
    assert log_in_by_grant(server, session, grant)
    return session


class TestByGrant:
    """A door has a grant, and so no password is asked for."""

    def grant(self, world: World) -> Grant:
        ana = member(world, "Ana")
        assert ana.grant is not None
        return ana.grant

    def test_the_session_of_a_person_is_logged_in(self, world: World) -> None:
        grant, session = self.grant(world), guest(world)
        assert log_in_by_grant(world.server, session, grant)
        assert (session.name, session.account, session.grant) == ("Ana", "ana", grant)
        assert session.subscriptions.read_tracker is not None

    def test_the_session_of_a_program_acts_for_the_account(self, world: World) -> None:
        grant, session = self.grant(world), guest(world)
        assert act_by_grant(world.server, session, grant)
        assert (session.name, session.account, session.grant) == ("Ana", "ana", grant)
        assert session.text_only
        assert session.subscriptions.read_tracker is None

    @pytest.mark.parametrize("by_grant", [log_in_by_grant, act_by_grant])
    def test_a_grant_that_has_ended_does_nothing(self, world: World, by_grant: ByGrant) -> None:
        grant, session = self.grant(world), guest(world)
        account = world.server.accounts.called("ana")
        assert account is not None
        done(world, world.server.registrations.unregister(account))
        assert not by_grant(world.server, session, grant)
        assert (session.is_guest, session.grant) == (True, None)


class TestOfAToken:
    """A session sends a token, and is asked nothing else."""

    @pytest.fixture
    def token(self, world: World) -> str:
        member(world, "Ana")
        return world.secret("ana", TOKEN)

    def test_the_grant_is_for_its_account(self, world: World, token: str) -> None:
        assert grant_of_token(world.server, guest(world), token).account == "ana"

    def test_it_must_be_valid(self, world: World, token: str) -> None:
        with refuses("wrong_token"):
            grant_of_token(world.server, guest(world), f"{token}x")

    def test_the_connection_must_be_confidential(self, world: World, token: str) -> None:
        with refuses("token_in_clear"):
            grant_of_token(world.server, guest(world, confidential=False), token)


class TestByAProxy:
    """A proxy has signed a person in, and no password is known."""

    def test_the_account_is_made_charged_and_recorded(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world, entries, changed = World(sign_in=SignIn(creates=True)), list[Record](), list[str]()
        server, asking = world.server, guest(world, network="192.0.2.1")
        server.audit = Audit(world.clock, entries.append)
        monkeypatch.setattr(server.marked, "changed", changed.append)
        for _ in range(2):
            assert done(world, grant_by_proxy(server, asking, "ana")).account == "ana"
        (counted,) = server.logins.limits.registrations_of("192.0.2.1")
        assert server.logins.limits.failures_of(counted) == 1
        assert [(entry["event"], entry["whom"]) for entry in entries] == [("register", "ana")]
        assert changed == ["ana"]


class TestProving:
    """A session proves its account, and has its name once it has come."""

    def test_the_session_is_as_before(self, world: World) -> None:
        member(world, "Ana")
        session = guest(world)
        grant = done(world, prove(world.server, session, "ana", PASSWORD))
        assert (grant.account, session.account, session.is_guest) == ("ana", None, True)

    def test_a_wrong_password(self, world: World) -> None:
        member(world, "Ana")
        proving = prove(world.server, guest(world), "ana", "wrong one")
        assert refused(world, proving) == "wrong_password"

    def test_the_name_before_the_login(self, world: World) -> None:
        member(world, "Ana")
        session, server = guest(world), world.server
        grant = done(world, prove(server, session, "ana", PASSWORD))
        assert name_by_grant(server, session, grant)
        assert (session.name, session.account, session.is_guest) == ("Ana", "ana", False)
        assert session not in server.unread.sessions("ana")

    def test_a_grant_that_has_ended_names_nobody(self, world: World) -> None:
        member(world, "Ana")
        session, server = guest(world), world.server
        grant = done(world, prove(server, session, "ana", PASSWORD))
        done(world, server.registrations.unregister(server.accounts.table["ana"]))
        assert not name_by_grant(server, session, grant)
        assert session.is_guest

    def test_the_account_of_a_person_of_an_organisation_is_made(self) -> None:
        world = Office()
        grant = done(world, prove(world.server, guest(world), "maria", SECRET))
        assert world.server.credentials.account_of(grant) == world.server.accounts.table["maria"]


def test_a_session_has_the_name_of_its_account(world: World) -> None:
    member(world, "Ana")
    session = guest(world)
    done(world, log_in(world.server, session, "ana", PASSWORD))
    assert (session.name, session.account, session.is_guest) == ("Ana", "ana", False)


def test_a_name_that_is_not_registered_is_refused(world: World) -> None:
    login = log_in(world.server, guest(world), "ana", PASSWORD)
    assert refused(world, login) == "not_registered"


def test_the_connection_must_be_confidential(world: World) -> None:
    member(world, "ana")
    session = guest(world, confidential=False)
    assert refused(world, log_in(world.server, session, "ana", PASSWORD)) == "password_in_clear"


def test_a_session_that_has_just_logged_in_is_refused_the_same_account(world: World) -> None:
    ana = member(world, "ana")
    assert refused(world, log_in(world.server, ana, "ana", PASSWORD)) == "yours_already"


def test_a_browser_may_log_in_with_the_password_too(world: World) -> None:
    member(world, "ana")
    session = browser(world, "ana")
    assert not session.identity.typed_its_password
    done(world, log_in(world.server, session, "ana", PASSWORD))
    assert session.identity.typed_its_password


def test_a_session_that_ends_during_the_check_is_not_logged_in(world: World) -> None:
    member(world, "ana")
    session = guest(world)
    world.hashing.held = True
    logging_in = begin(world, log_in(world.server, session, "ana", PASSWORD))
    world.server.finish(session)
    world.hashing.work()
    assert logging_in.result is None
    assert session.account is None


def test_a_session_that_logged_out_is_a_guest(world: World) -> None:
    ana = member(world, "ana")
    done(world, log_out(world.server, ana))
    assert ana.is_guest
    assert ana.grant is None


def test_a_guest_cannot_log_out(world: World) -> None:
    assert refused(world, log_out(world.server, guest(world, "eva"))) == "not_logged_in"


def test_a_session_that_was_signed_out_can_log_out(world: World) -> None:
    ana = member(world, "ana")
    world.server.logins.sign_out(ana)
    assert ana.grant is not None
    done(world, log_out(world.server, ana))
    assert ana.grant is None


def test_a_browser_is_signed_out_when_it_logs_out(world: World) -> None:
    member(world, "ana")
    session = browser(world, "ana")
    done(world, log_out(world.server, session))
    assert session.is_guest
    assert not session.stream.finished
    assert not world.server.credentials.of("ana", BROWSER)


def test_a_browser_whose_sign_in_has_expired_logs_out_without_waiting_for_the_disk(
    world: World,
) -> None:
    member(world, "ana")
    session = browser(world, "ana")
    world.store.holds = True
    world.clock.advance(BROWSER_SECONDS)
    assert session.account is None
    begin(world, log_out(world.server, session))
    assert session.grant is None


class TestABrowserThatLogsOutWhileTheDiskIsSlow:
    def logging_out(self, world: World) -> Session:
        """Return a session of a browser that waits for the disk."""
        member(world, "ana")
        session = browser(world, "ana")
        world.store.holds = True
        begin(world, log_out(world.server, session))
        assert session.grant is not None
        return session

    def test_is_a_guest_once_that_is_stored(self, world: World) -> None:
        session = self.logging_out(world)
        world.release()
        assert session.grant is None
        assert session.is_guest

    def test_is_left_alone_if_it_ends_meanwhile(self, world: World) -> None:
        session = self.logging_out(world)
        world.server.finish(session)
        world.release()
        assert session.grant is not None

    def test_is_left_alone_if_it_logs_in_with_the_password_meanwhile(self, world: World) -> None:
        session = self.logging_out(world)
        world.server.logins.log_in(session, world.server.accounts.table["ana"])
        world.release()
        assert session.account == "ana"


def test_other_sessions_are_closed_and_other_browsers_signed_out(world: World) -> None:
    ana = member(world, "ana")
    mine, other = browser(world, "ana"), browser(world, "ana")
    closed = done(world, close_others(world.server, mine))
    assert (closed.sessions, closed.browsers) == (2, 1)
    assert ana.stream.finished
    assert keys(ana)[-1] == "closed_by_owner"
    assert other.stream.finished
    assert not mine.stream.finished
    assert len(world.server.credentials.of("ana", BROWSER)) == 1


def test_a_session_that_logs_in_while_browsers_are_signed_out_is_closed_too(
    world: World,
) -> None:
    ana = member(world, "ana")
    world.secret("ana", BROWSER)
    world.store.holds = True
    closing = begin(world, close_others(world.server, ana))
    late = guest(world)
    world.server.logins.log_in(late, world.server.accounts.table["ana"])
    world.release()
    assert closing.result == (1, 1)
    assert late.stream.finished


def test_without_others_nothing_is_closed(world: World) -> None:
    closed = done(world, close_others(world.server, member(world, "ana")))
    assert closed == (0, 0)


def test_a_token_closes_nothing(world: World) -> None:
    ana = member(world, "ana")
    closing = close_others(world.server, program(world, "ana"))
    assert refused(world, closing) == "not_with_a_token"
    assert not ana.stream.finished
