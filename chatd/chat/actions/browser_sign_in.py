"""Signing browsers in to an account with its password, and out.

A signed-in browser has a secret of two halves, a cookie and a proof, that stands for the account
for `BROWSER_SECONDS`. This module must not know HTTP.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.accounts.credentials import BROWSER, Grant
from chatd.accounts.passwords import LEAST_CHARACTERS
from chatd.chat.actions.authentication import wrong_password
from chatd.chat.actions.login import log_in
from chatd.chat.actions.register import register
from chatd.chat.actions.rename import rename
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.storage.records import Put
from chatd.util.budget_table import Kind


class SignedIn(NamedTuple):
    """The account's name and the two halves of the secret of a browser that was just signed in.

    Only a hash of both halves is stored.
    """

    name: str
    cookie: str
    proof: str


async def sign_in(
    server: ChatServer,
    session: Session,
    name: str,
    password: str,
    title: str,
    *,
    new: bool,
    replaces: Grant | None = None,
) -> SignedIn:
    """Sign a browser in to an account, through the guest session of its request.

    With ``new``, the name is registered first. ``title`` names the browser in lists. ``replaces``
    is the grant that the browser had before, which ends. Cost: `PASSWORD_COST`. Raises `Refusal`,
    and `StoreError`.
    """
    name = server.sessions.name_of(name)
    if not password.strip(" "):
        raise Refusal(ErrorKind.WRONG_USE, "password_too_short", limit=LEAST_CHARACTERS)
    if new:
        await rename(server, session, name)
        await register(server, session, password)
    else:
        await log_in(server, session, name, password)
    account = server.logins.account_of(session)
    if account is None:  # it was removed meanwhile
        raise Refusal(ErrorKind.SERVER_ERROR, "server_error")
    secret, puts = server.credentials.issue(account, BROWSER, title)
    server.spending.charge_stored(session, puts, (Kind.TOKENS, 1))
    await server.registrations.change_credentials(*puts, *_revoked(server, replaces))
    if server.credentials.grant_of(secret) is None:  # the password was changed meanwhile
        raise wrong_password(account.name)
    cookie, _, proof = secret.partition(".")
    return SignedIn(account.name, cookie, proof)


async def sign_out(server: ChatServer, session: Session, grant: Grant | None) -> None:
    """End a browser's sign-in, wherever its secret was copied to. Raises `StoreError`.

    The guest session of the request asks for it. Nothing happens without a grant.
    """
    if grant is not None:
        await server.registrations.change_credentials(*_revoked(server, grant))
        server.audit.record(AuditEvent.SIGN_OUT, session, whom=grant.account)


def end_with_sign_in(server: ChatServer, session: Session, grant: Grant) -> None:
    """Close the session of a guest as soon as a sign-in ends: see `SignOuts.end_with`."""
    server.sign_outs.end_with(session, grant)


def _revoked(server: ChatServer, grant: Grant | None) -> list[Put]:
    """Return the changes that end the sign-in of a grant; none if there is none."""
    return [] if grant is None else server.credentials.revoke(grant.credential)
