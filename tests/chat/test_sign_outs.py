"""Ending sessions by order, or because their grants are not valid any more."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import TOKEN
from chatd.chat.session import Session
from chatd.chat.sign_outs import SignOuts
from chatd.event import Departure
from tests.support.sessions import NotingOwner, guest, keys, member
from tests.support.world import World


class SignOutsWorld(World):
    """Sign-outs, and the sessions that they have closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: list[Session] = []
        self.departures: list[Departure] = []
        self.sign_outs = SignOuts(
            self.server.logins, self.server.names, self.server.credentials, self.finish
        )

    def finish(self, session: Session, departure: Departure) -> None:
        self.closed.append(session)
        self.departures.append(departure)

    def signed_in(self, kind: str = "password") -> Session:
        """Return a session that is logged in, with a grant of that kind."""
        session = member(self, f"ana{kind[:1]}")
        assert session.grant is not None
        session.identity.set_grant(session.grant._replace(kind=kind))
        keys(session)
        return session

    def expire(self, session: Session) -> None:
        """Make the grant of a session invalid."""
        session.identity.holds = lambda grant: False

    def let_go(self, *sessions: Session) -> None:
        self.sign_outs.let_go(sessions)
        self.settle()


@pytest.fixture
def world() -> SignOutsWorld:
    return SignOutsWorld()


def test_a_session_that_is_hung_up_on_is_told_why(world: SignOutsWorld) -> None:
    luis = guest(world, "luis")
    keys(luis)
    world.sign_outs.hang_up(luis, "signed_out", "luis")
    assert keys(luis) == ["signed_out"]
    assert world.closed == [luis]
    assert world.departures == [Departure(quits=True)]


def test_one_whose_grant_is_valid_goes_on(world: SignOutsWorld) -> None:
    ana = world.signed_in()
    world.let_go(ana, guest(world, "luis"))
    assert world.closed == []
    assert ana.account == "anap"


def test_one_that_typed_a_password_stays_as_a_guest(world: SignOutsWorld) -> None:
    ana = world.signed_in()
    world.expire(ana)
    world.let_go(ana)
    assert world.closed == []
    assert ana.is_guest
    assert keys(ana)


def test_one_that_came_with_a_token_is_closed(world: SignOutsWorld) -> None:
    ana = world.signed_in(TOKEN)
    world.expire(ana)
    world.let_go(ana)
    assert world.closed == [ana]
    assert keys(ana) == ["signed_out"]


def test_each_is_let_go_once(world: SignOutsWorld) -> None:
    ana, eva = world.signed_in(), world.signed_in(TOKEN)
    for session in ana, eva:
        world.expire(session)
    world.let_go(ana, eva)
    eva.stream.finish()
    keys(ana), keys(eva)
    world.let_go(ana, eva)
    assert world.closed == [eva]
    assert keys(ana) == keys(eva) == []


def test_an_error_in_one_costs_the_others_nothing(
    world: SignOutsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, eva = world.signed_in(), world.signed_in(TOKEN)
    for session in ana, eva:
        world.expire(session)
    ana.stream.owner = owner = NotingOwner()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(world.server.logins, "sign_out", fail)
    world.let_go(ana, eva)
    assert len(owner.failures) == 1
    assert world.closed == [eva]
