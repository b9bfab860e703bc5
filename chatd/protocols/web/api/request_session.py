"""The session of an HTTP request, which lasts as long as the request.

Its rights are those of the account of the request's token, or of its cookie and proof; without
them, those of a guest. It is in no room and receives no events; an error that it receives becomes
the answer. This module must not know the paths of the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from twisted.internet.interfaces import IReactorTime

from chatd.accounts.credentials import BROWSER_SECONDS, Grant
from chatd.chat.actions.login import act_by_grant, grant_of_secret
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import Entry
from chatd.formats.base import Format
from chatd.i18n import Language
from chatd.protocols.web.http.messages import Problem, Request
from chatd.protocols.web.http.same_origin import is_secure
from chatd.protocols.web.http.upgrade import Requester

COOKIE = "chatd"
SECURE_COOKIE = "__Host-chatd"
"""The names of the cookie, without TLS and over TLS. The prefix of the second one keeps other hosts
and pages in clear from setting it."""

DOOR = "http"
"""The kind of connection of all sessions of requests."""

PROOF = "Chatd-Proof"
"""The header with the proof that belongs to the cookie. The page of another port cannot read it."""


@dataclass(frozen=True)
class Call:
    """A request and the parts of the server that its handler needs.

    ``names`` are the parts of the path that the route has names for, ``vouched`` is the grant of
    the person whom a trusted proxy named.
    """

    server: ChatServer
    clock: IReactorTime
    max_length: int
    request: Request
    asker: Requester
    language: Language
    names: Mapping[str, str]
    vouched: Grant | None = None

    @property
    def is_secure(self) -> bool:
        """True if the request is of a page that came over TLS, here or at a proxy in front."""
        return self.asker.encrypted or is_secure(self.request.header("origin") or "")

    @cached_property
    def cookies(self) -> tuple[str, ...]:
        """The values of the cookies for signing in. Other ports of the host may have set some."""
        found = self.request.cookies(SECURE_COOKIE)
        if not found and not self.is_secure:
            found = self.request.cookies(COOKIE)
        return tuple(found)

    def set_cookie(self, value: str) -> tuple[str, str]:
        """Return the header that has a browser store a cookie, or delete it if it is empty."""
        name, secure = (SECURE_COOKIE, "; Secure") if self.is_secure else (COOKIE, "")
        seconds = BROWSER_SECONDS if value else 0
        attributes = f"Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        return "Set-Cookie", f"{name}={value}; {attributes}"

    @cached_property
    def may_show_secrets(self) -> bool:
        """True if the request may have a secret in it: others cannot read it on the way."""
        return self.server.logins.may_pass_secrets(self.asker.confidential)

    def sign_in(self) -> Grant | None:
        """Return the grant of the sign-in whose cookie and proof a request has, if any."""
        proof = self.request.header(PROOF.lower()) or ""
        return self.server.credentials.sign_in_of(self.cookies, proof)

    def grant(self) -> Grant | None:
        """Return the grant for the credential of a request; None for a guest.

        Raises `Problem` for a token that is not valid, and `Refusal` for one that could be read on
        the way. (Browsers send cookies by themselves, so an invalid one is ignored.)
        """
        shown = self.request.header("authorization")
        if self.vouched is not None and not _is_bearer(shown):
            return self.vouched
        if shown is None:
            return self.sign_in() if self.may_show_secrets else None
        if not self.may_show_secrets:
            raise Refusal(ErrorKind.NOT_ENCRYPTED, "token_in_clear")
        _, _, secret = shown.partition(" ")
        grant = None
        if _is_bearer(shown):
            grant = grant_of_secret(self.server, secret.strip(" "), self.asker.origin, DOOR)
        if grant is None:
            raise wrong_token()
        return grant


def _is_bearer(authorization: str | None) -> bool:
    return authorization is not None and authorization.partition(" ")[0].lower() == "bearer"


def wrong_token() -> Problem:
    """Return the problem of a token that is not valid."""
    return Problem(ErrorKind.NOT_ALLOWED, "wrong_token", status=401)


def check_still(session: Session) -> None:
    """Raise `Problem` if the session or its grant ended during a wait."""
    if session.stream.finished or (session.grant is not None and session.account is None):
        raise wrong_token()


class ErrorCollector(Format):
    """A format that stores the errors that a session receives, and renders nothing."""

    def __init__(self) -> None:
        self.errors: list[Refusal] = []

    def render(self, entries: Sequence[Entry]) -> bytes:
        return b""

    def error(self, kind: ErrorKind, key: str, **values: object) -> bytes:
        self.errors.append(Refusal(kind, key, **values))
        return b""

    def check(self) -> None:
        """Raise the first error, if there is any."""
        if self.errors:
            raise self.errors[0]


@contextmanager
def visitor(call: Call) -> Iterator[tuple[Session, ErrorCollector]]:
    """Yield a session with a request's grant, and its errors. Raises `Refusal` and `Problem`."""
    grant = call.grant()
    with stranger(call) as (session, told):
        if grant is not None and act_by_grant(call.server, session, grant):
            session.replies.use_language(call.language)  # not that of the account
        yield session, told


@contextmanager
def stranger(call: Call) -> Iterator[tuple[Session, ErrorCollector]]:
    """Yield a session of a guest, without the grant of its request, and its errors."""
    told = ErrorCollector()
    session = call.server.connect(call.asker.stream(), told, private=False)
    try:
        session.replies.use_language(call.language)
        asker = call.asker
        session.identity.set_origin(asker.host, asker.whence, asker.confidential, DOOR, asker.uid)
        session.identity.set_client_id(f"http {session.network}")
        session.read_as_text()  # what it receives does not count as shown
        session.queue.wants_receipts()
        yield session, told
    finally:
        session.queue.when_changed(None)
        call.server.disconnect(session)
