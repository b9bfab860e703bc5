"""Logging a session in to an account, and out of it."""

from __future__ import annotations

from typing import NamedTuple

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import BROWSER, PASSWORD, PROXY, TOKEN, Grant, Scope, by_proxy
from chatd.chat.actions.authentication import (
    account_called,
    charge_account,
    check_privacy,
    not_logged_in,
    own_account,
)
from chatd.chat.actions.organisation import (
    account_to_prove,
    check_password_exists,
    outside_account,
)
from chatd.chat.actions.password_check import check_password
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import CLOSE_OTHER, Call


def check_login(server: ChatServer, session: Session, name: str, *, sent: bool) -> Account:
    """Return the account of that name.

    Raises `Refusal` if a session may not log in to it with any password. ``sent`` is True if a
    password was sent already.

    A session with a token or a cookie may log in with the password, too, and may do more then.
    """
    check_privacy(server, session, sent=sent)
    account = account_to_prove(server, name)
    if session.account == account.key and session.identity.is_proven:
        key = "yours_without_password" if account.is_outside else "yours_already"
        raise Refusal(ErrorKind.NAME_IN_USE, key, name=account.name)
    check_password_exists(server, account)
    return account


async def log_in(server: ChatServer, session: Session, name: str, text: str) -> None:
    """Log a session in to the account of that name, if *text* is its password.

    The account of a person of an organisation is made at the first login. Does nothing if the
    session ended while the password was checked. Cost: `PASSWORD_COST`. Raises `Refusal`, and
    `StoreError`.
    """
    account = check_login(server, session, name, sent=True)
    account = await check_password(server, session, account.name, text)
    if session.stream.finished:
        return
    if server.accounts.called(account.name) is None:
        await _make_account(server, session, account)
    else:
        server.logins.log_in(session, account)
    if not session.stream.finished:
        server.audit.signed_in(session, PASSWORD)


async def prove(server: ChatServer, session: Session, name: str, text: str) -> Grant:
    """Return the grant of the account of that name, if *text* is its password.

    The session is not logged in: see `log_in_by_grant`, and `name_by_grant`. The account of a
    person of an organisation is made at the first login. Cost: `PASSWORD_COST`. Raises `Refusal`,
    and `StoreError`.
    """
    account = check_login(server, session, name, sent=True)
    account = await check_password(server, session, account.name, text)
    if server.accounts.called(account.name) is None and not session.stream.finished:
        account = await _register_outside(server, session, account)
    return server.logins.by_password(account)


async def grant_by_proxy(server: ChatServer, session: Session, name: str) -> Grant:
    """Return the grant of the person of that name, for whom a trusted proxy vouches.

    Make the account if there is none; the guest ``session`` is charged for it. Raises `Refusal`,
    and `StoreError`.
    """
    try:
        account = await _account_by_proxy(server, session, name)
    except Refusal:
        identity = session.identity
        server.audit.sign_in_failed(
            PROXY, identity.origin, identity.door, short(name), session.number
        )
        raise
    return by_proxy(account, administers=account.key in server.logins.sign_in.admins)


async def _account_by_proxy(server: ChatServer, session: Session, name: str) -> Account:
    account = await outside_account(server, session, name)
    if server.accounts.called(account.name) is None:
        account = await _register_outside(server, session, account)
    return account


async def _register_outside(server: ChatServer, session: Session, account: Account) -> Account:
    """Make the account of a person of an organisation, and return it."""
    charge_account(server, session)
    await server.registrations.register(account)
    server.audit.record(AuditEvent.REGISTER, session, whom=account.name)
    server.marked.changed(account.name)
    return account_called(server, account.name)  # unless it was removed meanwhile


def record_untrusted_proxy(server: ChatServer, address: str, door: str) -> None:
    """Record that a client named a person as only the trusted proxy may."""
    server.audit.sign_in_failed(PROXY, address, door)


async def _make_account(server: ChatServer, session: Session, account: Account) -> None:
    """Make the account of a person of an organisation, and log a session in to it."""
    charge_account(server, session)
    # Its tabs have the account, too, unless they have another one.
    owner = session if session.grant is None else None
    await server.registrations.register(account, owner)
    server.audit.record(AuditEvent.REGISTER, session, whom=account.name)
    if session.stream.finished:
        return
    made = account_called(server, account.name)  # unless it was removed meanwhile
    if session.account == made.key:
        server.logins.begin_login(session)
    else:
        server.logins.log_in(session, made)
    server.marked.changed(made.name)


def grant_of_token(server: ChatServer, session: Session, token: str) -> Grant:
    """Return the grant of a token that a session sent.

    Raises `Refusal` if the token is not valid, or could be read on the way.
    """
    identity = session.identity
    if not server.logins.may_pass_secrets(identity.confidential):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "token_in_clear")
    grant = grant_of_secret(server, token, identity.origin, identity.door, session.number)
    if grant is None:
        raise Refusal(ErrorKind.NOT_ALLOWED, "wrong_token")
    return grant


def grant_of_secret(
    server: ChatServer, secret: str, address: str, door: str, session: int = 0
) -> Grant | None:
    """Return the grant of a token that was sent from an address, by a kind of connection.

    ``session`` is the number of the session that sent it, 0 without one. Return None if the token
    is not valid.
    """
    grant = server.credentials.grant_of(secret, TOKEN)
    if grant is None:
        server.audit.sign_in_failed(TOKEN, address, door, session=session)
    return grant


def log_in_by_grant(server: ChatServer, session: Session, grant: Grant) -> bool:
    """Log the session of a person in to the account of a grant, and send it what it missed.

    Return False, and do nothing, if the grant is not valid any more.
    """
    account = server.credentials.account_of(grant)
    if account is not None:
        server.logins.log_in(session, account, grant)
        server.audit.signed_in(session, grant.kind)
    return account is not None


def name_by_grant(server: ChatServer, session: Session, grant: Grant) -> bool:
    """Give a session that is in no room yet the name of the account of a grant.

    Its login begins with `begin_login`, once it has been welcomed. Return False, and do
    nothing, if the grant is not valid any more.
    """
    account = server.credentials.account_of(grant)
    if account is not None:
        server.logins.name(session, account, grant)
        server.audit.signed_in(session, grant.kind)
    return account is not None


def begin_login(server: ChatServer, session: Session) -> None:
    """Begin the login of a session that has the name of its account: send it what it missed."""
    server.logins.begin_login(session)


def act_by_grant(server: ChatServer, session: Session, grant: Grant) -> bool:
    """Let the session of a program act for the account of a grant: see `Logins.act_for`.

    Return False, and do nothing, if the grant is not valid any more.
    """
    account = server.credentials.account_of(grant)
    if account is not None:
        server.logins.act_for(session, account, grant)
        server.audit.signed_in(session, grant.kind)
    return account is not None


async def log_out(server: ChatServer, session: Session) -> None:
    """Log a session out; it becomes a guest where it is. Raises `Refusal`, and `StoreError`.

    A browser's sign-in is revoked, so that the browser's next connection is a guest's, too.
    """
    grant = session.grant
    if grant is None:
        raise not_logged_in()
    if grant.kind == BROWSER and session.account is not None:
        puts = server.credentials.revoke(grant.credential)
        await server.registrations.change_credentials(*puts, stays=session)
        if session.grant is not grant or session.stream.finished:
            return
    server.audit.record(AuditEvent.SIGN_OUT, session)
    server.logins.log_out(session)


class Closed(NamedTuple):
    """Numbers of the sessions that were closed, and of the browsers that were signed out."""

    sessions: int
    browsers: int


async def close_others(server: ChatServer, session: Session) -> Closed:
    """Close the other sessions of a session's account, and sign out its other browsers.

    Raises `Refusal`, and `StoreError`.
    """
    account = own_account(server, session)
    session.identity.check_scope(Scope.FULL)

    def others() -> list[Session]:
        return [other for other in server.names.of(account.name) if other is not session]

    mine = "" if session.grant is None else session.grant.credential
    browsers = set(server.credentials.of(account.key, BROWSER)).difference([mine])
    closed = {other.number for other in others()}
    closed.update(other.number for other in server.roster.of_account(account.key))
    if browsers:
        puts = server.credentials.sign_out(account.key, but=mine)
        await server.registrations.change_credentials(*puts)
    for other in others():
        closed.add(other.number)
        server.sign_outs.hang_up(other, "closed_by_owner", account.name)
    for remote in server.roster.of_account(account.key):
        closed.add(remote.number)
        server.store.append(Call(remote.number, CLOSE_OTHER, account.name))
    server.audit.record(
        AuditEvent.CLOSE_OTHERS, session, sessions=len(closed), browsers=len(browsers)
    )
    return Closed(len(closed), len(browsers))
