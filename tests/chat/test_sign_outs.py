"""Ending sessions by order, or because their grants are not valid any more."""

from __future__ import annotations

import pytest

from chatd.accounts.credentials import TOKEN
from chatd.chat.session import Session
from chatd.chat.sign_outs import SignOuts
from tests.support.sessions import guest, keys, member
from tests.support.world import World


class Gate:
    """Sign-outs, and the sessions that they have closed."""

    def __init__(self) -> None:
        self.world = World()
        self.closed: list[Session] = []
        self.sign_outs = SignOuts(self.world.server.logins, self.closed.append)

    def member(self, kind: str = "password") -> Session:
        """Return a session that is logged in, with a grant of that kind."""
        session = member(self.world, f"ana{kind[:1]}")
        assert session.grant is not None
        session.identity.set_grant(session.grant._replace(kind=kind))
        keys(session)
        return session

    def expire(self, session: Session) -> None:
        """Make the grant of a session invalid."""
        session.identity.holds = lambda grant: False

    def let_go(self, *sessions: Session) -> None:
        self.sign_outs.let_go(sessions)
        self.world.settle()


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_a_session_that_is_hung_up_on_is_told_why(gate: Gate) -> None:
    luis = guest(gate.world, "luis")
    keys(luis)
    gate.sign_outs.hang_up(luis, "signed_out", "luis")
    assert keys(luis) == ["signed_out"]
    assert gate.closed == [luis]


def test_one_whose_grant_is_valid_goes_on(gate: Gate) -> None:
    ana = gate.member()
    gate.let_go(ana, guest(gate.world, "luis"))
    assert gate.closed == []
    assert ana.account == "anap"


def test_one_that_typed_a_password_stays_as_a_guest(gate: Gate) -> None:
    ana = gate.member()
    gate.expire(ana)
    gate.let_go(ana)
    assert gate.closed == []
    assert ana.is_guest
    assert keys(ana)


def test_one_that_came_with_a_token_is_closed(gate: Gate) -> None:
    ana = gate.member(TOKEN)
    gate.expire(ana)
    gate.let_go(ana)
    assert gate.closed == [ana]
    assert keys(ana) == ["signed_out"]


def test_each_is_let_go_once(gate: Gate) -> None:
    ana, eva = gate.member(), gate.member(TOKEN)
    for session in ana, eva:
        gate.expire(session)
    gate.let_go(ana, eva)
    eva.stream.finish()
    keys(ana), keys(eva)
    gate.let_go(ana, eva)
    assert gate.closed == [eva]
    assert keys(ana) == keys(eva) == []


def test_an_error_in_one_costs_the_others_nothing(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, eva = gate.member(), gate.member(TOKEN)
    for session in ana, eva:
        gate.expire(session)
    failed: list[str] = []
    ana.stream.connect(ana.stream.sink, failed.append)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(gate.world.server.logins, "sign_out", fail)
    gate.let_go(ana, eva)
    assert len(failed) == 1
    assert gate.closed == [eva]
