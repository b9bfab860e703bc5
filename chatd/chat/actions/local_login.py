"""Logging in the users of the machine who come through a UNIX socket, by the word of the kernel.

An account belongs to the number of a user (uid), not to the login name: it keeps its name when the
login is renamed, and another user who is given the login later does not have it. It is made when
the user comes first. This module must not know connections, nor how the system names its users.
"""

from __future__ import annotations

from twisted.logger import Logger

from chatd.accounts.accounts import NO_UID, Account
from chatd.accounts.credentials import USER, Grant, by_user
from chatd.accounts.local_users import ADMINISTRATORS, ROOT, LocalUser
from chatd.chat.actions.authentication import account_called, charge_account
from chatd.chat.audit import AuditEvent
from chatd.chat.names import valid_name
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.storage.contract import StoreError
from chatd.text.escaping import visible
from chatd.text.networks import origin_of_user

_log = Logger()

STRANGERS = "uid?"
"""The origin of all users who have neither a name nor an account: one who may map many uids into a
namespace gains nothing by them."""


def origin_of(server: ChatServer, user: LocalUser) -> str:
    """Return what a user of the machine counts as, in the place of a network."""
    is_known = user.login or user.uid == ROOT or server.accounts.of_user(user.uid) is not None
    return origin_of_user(user.uid) if is_known else STRANGERS


async def enter_as_user(server: ChatServer, session: Session, user: LocalUser) -> None:
    """Let the session of a user of the machine enter the chat, logged in to the user's account.

    The account is made if there is none. The session is a guest's, and is told why, if the user
    cannot have one. One that has an account is shown what it missed, in place of recent lines.
    """
    account, refusal = server.accounts.of_user(user.uid), None
    is_new = account is None
    try:
        account = account or await _register(server, session, user)
    except Refusal as reason:
        refusal = reason
    except StoreError as error:
        refusal = error.refusal
    if session.stream.finished:
        return
    if account is None:
        server.enter(session)
    else:
        server.logins.name(session, account, by_user(account, administers=user.administers))
        server.enter(session, recent=is_new)
        server.logins.begin_login(session)
        server.audit.signed_in(session, USER)
    if refusal is not None:
        why = session.sentence(refusal.key, **refusal.values)
        session.answer("you_have_no_name", why=why)
    elif user.administers:
        session.answer("you_administer", group=ADMINISTRATORS)
        _log.info(
            "{names}, of the system's group, is an administrator on a connection.",
            names=visible(f"{session.name} (uid {user.uid})"),
        )


def give_up_login(server: ChatServer, session: Session) -> Grant | None:
    """Return the grant of a user of the machine for the next session on the connection.

    The lines that the session was sent so far do not count as read: that one is sent them.
    """
    server.unread.depart(session, keep=False)
    grant = session.grant
    return grant if grant is not None and grant.kind == USER else None


async def _register(server: ChatServer, session: Session, user: LocalUser) -> Account:
    """Make the account of a user, and return it. Raises `Refusal`, and `StoreError`."""
    if user.nameless is not None:
        raise Refusal(ErrorKind.INVALID_NAME, user.nameless.value)
    name = valid_name(user.login)
    taken = server.accounts.called(name)
    if taken is not None and taken.uid != NO_UID:
        raise Refusal(ErrorKind.NAME_IN_USE, "name_of_other_user", name=taken.name)
    server.names.check_account(name)
    charge_account(server, session)
    new = Account.made(server.now(), name, "", uid=user.uid)
    await server.registrations.register(new)
    server.marked.changed(name)
    server.audit.record(AuditEvent.REGISTER, session, whom=name)
    return account_called(server, name)  # unless it was removed meanwhile
