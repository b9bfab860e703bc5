"""The audit: who did what to whom, and from where. Never the text that a person said, nor a secret.

Actions and deeds record what was done, whichever protocol it came by. Sign-ins that recur are left
out and counted, so that no client fills a disk with them. This module must not know where records
are written.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

from twisted.internet.interfaces import IReactorTime

from chatd.chat.session import Session
from chatd.text.escaping import visible
from chatd.util.rate_limit import MOST_KEYS, RateLimiter

SIGN_INS_AT_ONCE = 20
SIGN_IN_SECONDS = 60.0
"""Sign-ins of one account or name from one network that are recorded at once, and the seconds after
which another one is. A program that signs in for each request has one a minute."""

FAILURES_AT_ONCE = 1000
FAILURE_SECONDS = 1.0
"""Failed sign-ins of all that are recorded at once, and the seconds after which another one is: at
most 86,400 lines a day, some 20 MB."""

OPERATOR_DOOR = "admin"
"""The way by which the operator comes: `chatd admin`."""

Record = Mapping[str, str | int | bool]
"""An entry of the audit, without its time."""


class AuditEvent(enum.Enum):
    """A kind of entry, by the word that is written."""

    START = "start"
    STOP = "stop"
    UPGRADE = "upgrade"
    RELOAD = "reload"
    CLOCK = "clock"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    CLOSE_OTHERS = "close-others"
    REGISTER = "register"
    UNREGISTER = "unregister"
    PASSWORD = "password"
    TOKEN = "token"
    REVOKE = "revoke"
    PROMOTE = "promote"
    DEMOTE = "demote"
    DEED = "deed"
    WALL = "wall"
    DISCONNECT = "disconnect"


class Audit:
    """Records what is done. ``write`` takes each entry; without one nothing is recorded."""

    def __init__(
        self, clock: IReactorTime, write: Callable[[Record], object] | None = None
    ) -> None:
        self._write = write
        self._sign_ins = RateLimiter(clock, SIGN_INS_AT_ONCE, SIGN_IN_SECONDS)
        self._failures = RateLimiter(clock, FAILURES_AT_ONCE, FAILURE_SECONDS)
        self._left_out: dict[str, int] = {}

    def record(
        self, event: AuditEvent, by: Session | None = None, **facts: str | int | bool
    ) -> None:
        """Record what a session did; without one, what the operator did on the host.

        Facts that are "" are left out. None may be text that a person said.
        """
        if self._write is not None:
            who = _operator() if by is None else _person(by)
            self._write(_entry(event, who, facts))

    def by_daemon(self, event: AuditEvent, **facts: str | int | bool) -> None:
        """Record what the daemon did by itself, or by a signal."""
        if self._write is not None:
            self._write(_entry(event, {}, facts))

    def signed_in(self, session: Session, way: str) -> None:
        """Record that a session signed in to the account that it now has, in that way."""
        if self._write is not None:
            key = f"{session.account} {way} {session.network}"
            self._sign_in(key, _person(session), {"ok": True, "way": way})

    def sign_in_failed(
        self, way: str, address: str, door: str, name: str = "", session: int = 0
    ) -> None:
        """Record that a sign-in from that address failed: the password was wrong, say.

        ``name`` is that of the account, "" if it is not known; ``session`` the number of the
        session that tried, 0 without one.
        """
        if self._write is None:
            return
        if self._failures.wait(way):
            self._leave_out(way)
            return
        who: Record = {"address": address, "door": door}
        if session:
            who = {"session": session, **who}
        facts: dict[str, str | int | bool] = {"ok": False, "way": way, "whom": name}
        if self._sign_in(f"failed {name} {way} {address}", who, facts, also=way):
            self._failures.spend(way)

    def _sign_in(
        self, key: str, who: Record, facts: dict[str, str | int | bool], also: str = ""
    ) -> bool:
        """Write a sign-in unless it recurs too often; return True if it was written."""
        if self._sign_ins.wait(key):
            self._leave_out(key)
            return False
        self._sign_ins.spend(key)
        left_out = self._left_out.pop(key, 0) + self._left_out.pop(also, 0)
        if left_out:
            facts["left_out"] = left_out
        assert self._write is not None
        self._write(_entry(AuditEvent.SIGN_IN, who, facts))
        return True

    def _leave_out(self, key: str) -> None:
        self._left_out[key] = self._left_out.pop(key, 0) + 1
        if len(self._left_out) > MOST_KEYS:
            del self._left_out[next(iter(self._left_out))]


def _entry(event: AuditEvent, who: Record, facts: Record) -> Record:
    """Return an entry of those facts that are not "", with all text visible."""
    entry = {"event": event.value, **who, **facts}
    return {
        name: visible(fact) if isinstance(fact, str) else fact
        for name, fact in entry.items()
        if fact != ""
    }


def _operator() -> Record:
    return {"by": "operator", "door": OPERATOR_DOOR}


def _person(session: Session) -> Record:
    return {
        "by": session.name,
        "account": session.account or "",
        "session": session.number,
        "address": session.identity.origin,
        "door": session.identity.door,
    }
