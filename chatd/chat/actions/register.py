"""Registering the name that a session has."""

from __future__ import annotations

from collections.abc import Callable

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import Scope
from chatd.accounts.passwords import recogniser
from chatd.chat.actions.authentication import (
    REGISTRATION,
    account_called,
    charge_account,
    check_privacy,
    hash_password,
    hashing,
    new_password,
    wrong_password,
)
from chatd.chat.actions.password_check import check_name_is_free
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.text.folding import fold


def check_registration(server: ChatServer, session: Session, *, sent: bool) -> None:
    """Raise `Refusal` if a session may not register its name with any password.

    ``sent`` is True if a password was sent already.
    """
    session.identity.check_scope(Scope.FULL)
    check_privacy(server, session, sent=sent)
    if session.account is not None:
        raise Refusal(ErrorKind.NAME_IN_USE, "yours_already", name=session.name)
    if session.is_guest:
        raise _name_first()
    hashing(server)


async def register(
    server: ChatServer,
    session: Session,
    text: str,
    registered: Callable[[Account], None] = lambda account: None,
) -> Account | None:
    """Register a session's name with a password, log the session in, and return the account.

    Returns None, and registers nothing, if the session ended while the password was hashed.
    ``registered`` is called with the account once it is stored, before the session receives
    anything as its member. Cost: `PASSWORD_COST`. Raises `Refusal`, and `StoreError`.
    """
    check_registration(server, session, sent=True)
    name = session.name
    password = new_password(text, name)
    await check_name_is_free(server, session, name, password)
    charge_account(server, session)
    hash = await hash_password(server, session, fold(name), REGISTRATION, password)
    if session.stream.finished:
        return None
    if session.name != name:  # the name was taken from it, or its other tabs have another one
        raise _name_first()
    account = Account.made(server.now(), name, hash)
    await server.registrations.register(account, session)
    if session.account != account.key:  # it was removed meanwhile, or given another password
        account_called(server, account.name)
        raise wrong_password(account.name)
    session.prompt.knows_password(recogniser(password))
    server.audit.record(AuditEvent.REGISTER, session, whom=account.name)
    registered(account)
    server.logins.begin_login(session)
    server.marked.changed(account.name)
    return account


def _name_first() -> Refusal:
    return Refusal(ErrorKind.NOT_REGISTERED, "name_first")
