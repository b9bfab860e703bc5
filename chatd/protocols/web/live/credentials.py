"""The credentials in the handshake of a WebSocket, and logging in with them at its hello.

This module must not know frames, messages, nor requests.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.accounts.credentials import Grant, grant_from
from chatd.chat.actions.browser_sign_in import end_with_sign_in
from chatd.chat.actions.login import log_in_by_grant
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.util.state import State


class HandshakeCredentials(NamedTuple):
    """The credentials that a handshake had.

    ``grant`` is for a token, or for a cookie that came with its proof. Without one, ``cookies`` are
    those that came, one of which the proof in the hello may belong to. ``is_unproved`` is True for
    the cookie of a version without proofs.
    """

    grant: Grant | None = None
    cookies: tuple[str, ...] = ()
    is_unproved: bool = False

    def state(self) -> State:
        """Return what another process needs to go on."""
        grant = None if self.grant is None else self.grant._asdict()
        return {"grant": grant, "cookies": list(self.cookies), "is_unproved": self.is_unproved}

    def log_in(self, server: ChatServer, session: Session, proof: str) -> bool:
        """Log a session in with them and the proof in its hello, if they are valid.

        A session that has a cookie without the proof ends with the sign-in of the cookie. Return
        False if the client has a sign-in that is not valid any more. (It may be long since
        the handshake.)
        """
        grant = self.grant
        if grant is None and proof:
            grant = server.credentials.sign_in_of(self.cookies, proof)
        if grant is not None and log_in_by_grant(server, session, grant):
            return True
        half = server.credentials.half_of(self.cookies)
        if half is not None:
            end_with_sign_in(server, session, half)
        return not (proof or self.is_unproved)


def credentials_from(state: State) -> HandshakeCredentials:
    """Return the credentials of a state."""
    grant = None if state["grant"] is None else grant_from(state["grant"])
    return HandshakeCredentials(grant, tuple(state["cookies"]), state["is_unproved"])


NO_CREDENTIALS = HandshakeCredentials()
