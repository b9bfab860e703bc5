"""Giving up the name of a session's account, and all that is stored with it."""

from __future__ import annotations

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import Scope
from chatd.chat.actions.authentication import check_privacy, own_account
from chatd.chat.actions.organisation import check_password_exists
from chatd.chat.actions.password_check import check_password
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.chat.session import Session


def check_unregistration(server: ChatServer, session: Session, *, sent: bool) -> None:
    """Raise `Refusal` if a session may not give up its account with any password.

    ``sent`` is True if a password was sent already.
    """
    check_privacy(server, session, sent=sent)
    account = own_account(server, session)
    session.identity.check_scope(Scope.FULL)
    check_password_exists(server, account)


async def unregister(server: ChatServer, session: Session, text: str) -> None:
    """Remove the account of a session, if *text* is its password.

    Cost: `PASSWORD_COST`. Raises `Refusal`, and `StoreError`.
    """
    check_unregistration(server, session, sent=True)
    account = await check_password(server, session, own_account(server, session).name, text)
    if own_account(server, session) == account:
        await _unregister(server, session, account)


def has_password(server: ChatServer, session: Session) -> bool:
    """Return False if no password is right for the account of a session.

    Raises `Refusal` without an account.
    """
    account = own_account(server, session)
    return bool(account.hash) or server.logins.sign_in.helper_for(account) is not None


async def unregister_user(server: ChatServer, session: Session) -> None:
    """Remove the account of a session, which has no password. Raises `Refusal`, `StoreError`."""
    session.identity.check_scope(Scope.FULL)
    account = own_account(server, session)
    if not has_password(server, session):
        await _unregister(server, session, account)


async def _unregister(server: ChatServer, session: Session, account: Account) -> None:
    await server.registrations.unregister(account)
    # The session is a guest's by now.
    server.audit.record(AuditEvent.UNREGISTER, session, account=account.key, whom=account.name)
