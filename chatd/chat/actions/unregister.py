"""Giving up the name of a session's account, and all that is stored with it."""

from __future__ import annotations

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import Scope
from chatd.chat.actions.authentication import check_password, check_privacy, hashing, own_account
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.chat.session import Session


def check_unregistration(server: ChatServer, session: Session, *, sent: bool) -> None:
    """Raise `Refusal` if a session may not give up its account with any password.

    ``sent`` is True if a password was sent already.
    """
    check_privacy(server, session, sent=sent)
    own_account(server, session)
    session.identity.check_scope(Scope.FULL)
    hashing(server)


async def unregister(server: ChatServer, session: Session, text: str) -> None:
    """Remove the account of a session, if *text* is its password.

    Cost: `PASSWORD_COST`. Raises `Refusal`, and `StoreError`.
    """
    check_unregistration(server, session, sent=True)
    account = await check_password(server, session, own_account(server, session).name, text)
    if own_account(server, session) == account:
        await _unregister(server, session, account)


def has_password(server: ChatServer, session: Session) -> bool:
    """Return False if the account of a session has no password. Raises `Refusal` without one."""
    return bool(own_account(server, session).hash)


async def unregister_user(server: ChatServer, session: Session) -> None:
    """Remove the account of a session, which has no password. Raises `Refusal`, `StoreError`."""
    session.identity.check_scope(Scope.FULL)
    account = own_account(server, session)
    if not has_password(server, session):
        await _unregister(server, session, account)


async def _unregister(server: ChatServer, session: Session, account: Account) -> None:
    await server.registrations.unregister(account)
    server.audit.record(AuditEvent.UNREGISTER, session, whom=account.name)
