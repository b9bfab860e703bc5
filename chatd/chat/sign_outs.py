"""Ending sessions that may not go on: by order, or because their grants are not valid any more.

This module must not know connections or commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from chatd.accounts.credentials import PASSWORD, Credentials, Grant, grant_from
from chatd.chat.logins import Logins
from chatd.chat.names import Names
from chatd.chat.session import Session
from chatd.event import QUITTING, Departure
from chatd.util.state import State


class SignOuts:
    """Signs sessions out, or closes them with ``finish``.

    ``bound`` are the sessions that end with grants by which they may not act: see `end_with`.
    """

    def __init__(
        self,
        logins: Logins,
        names: Names,
        credentials: Credentials,
        finish: Callable[[Session, Departure], None],
    ) -> None:
        self._logins = logins
        self._names = names
        self._credentials = credentials
        self._finish = finish
        self.bound: dict[Session, Grant] = {}

    def end_with(self, session: Session, grant: Grant) -> None:
        """Close the session of a guest as soon as a grant is not valid any more.

        Its browser sent the cookie of a sign-in, but not the proof. A session that logs in goes on.
        """
        self.bound[session] = grant

    def state(self, session: Session) -> State | None:
        """Return what another process needs to go on with what a session is bound to."""
        bound = self.bound.get(session)
        return None if bound is None else bound._asdict()

    def resume(self, session: Session, state: State | None) -> None:
        """Go on from a state."""
        if state is not None:
            self.end_with(session, grant_from(state))

    def hang_up(
        self, session: Session, why: str, name: str, departure: Departure = QUITTING
    ) -> None:
        """Close a session; the sentence of the key ``why`` says that, with ``name`` in it."""
        session.answer(why, name=name)
        self._finish(session, departure)

    def disconnect(self, session: Session, by: str) -> None:
        """Close a session by order of a person."""
        self.hang_up(session, "disconnected_by", by, Departure(by=by, quits=True))

    def let_go_ended(self) -> None:
        """Sign out sessions whose grants have ended since the last call: see `let_go`."""
        ended = self._credentials.may_have_ended()
        self.let_go(chain(*map(self._names.of, ended)))

    def let_go(self, sessions: Iterable[Session]) -> None:
        """Sign out those of these sessions whose grants are not valid any more, and tell them so.

        A session that came with a token or a cookie is closed, for that is of no more use. One in
        which a password was typed stays, as a guest, and may log in again.
        """
        for session in tuple(sessions):
            grant = session.grant
            if grant is None or not session.identity.has_expired:
                continue
            if session.stream.finished or session.is_guest:
                continue
            if grant.kind == PASSWORD:
                session.attempt(self._logins.sign_out, session)
            else:
                session.attempt(self.hang_up, session, "signed_out", session.name)
        for session, bound in tuple(self.bound.items()):
            if session.stream.finished:
                del self.bound[session]
            elif session.grant is None and not session.identity.holds(bound):
                session.attempt(self.hang_up, session, "signed_out", session.name)
