"""The operator's actions: accounts, and the clock. The caller has made sure that the operator asks.

Passwords come as hashes. This module must not know connections.
"""

from __future__ import annotations

from typing import NamedTuple

from chatd.accounts.accounts import NO_UID, Account
from chatd.chat.actions.authentication import account_called
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.errors import ErrorKind, Refusal
from chatd.storage.clock_watch import ClockWatch
from chatd.util.budget_table import Kind, Level
from chatd.util.budgets import Use

OWNERS_LISTED = 10
"""Most owners of a level that a list of the heaviest ones has."""


class ListedAccount(NamedTuple):
    """An account, as the operator sees it.

    ``created`` is in seconds since 1970, ``sessions`` the number of sessions that are logged in to
    the account, ``failures`` the number of wrong passwords that count now. ``uid`` is the user of
    the machine who it belongs to, or `NO_UID`. For one that ``is_outside`` an organisation says who
    may log in; one that ``is_closed`` admits no login.
    """

    name: str
    admin: bool
    created: int
    sessions: int
    failures: int
    uid: int = NO_UID
    is_outside: bool = False
    is_closed: bool = False


def list_accounts(server: ChatServer) -> list[ListedAccount]:
    """Return all accounts, sorted by key."""
    failures = server.logins.limits.failures_by_account()
    return [
        ListedAccount(
            account.name,
            account.admin,
            account.created,
            _sessions(server, key),
            failures.get(key, 0),
            account.uid,
            account.is_outside,
            account.closed,
        )
        for key, account in sorted(server.accounts.table.items())
    ]


def _sessions(server: ChatServer, key: str) -> int:
    here = sum(session.account == key for session in server.names.of(key))
    return here + len(server.roster.of_account(key))


def check_new_account(server: ChatServer, name: str) -> None:
    """Raise `Refusal` if that valid name is registered already."""
    if server.accounts.called(name) is not None:
        raise Refusal(ErrorKind.NAME_IN_USE, "registered_name", name=name)


async def add_account(server: ChatServer, name: str, hash: str, *, admin: bool) -> None:
    """Register a valid name. Raises `Refusal`, and `StoreError`."""
    check_new_account(server, name)
    await server.registrations.register(Account(name, hash, admin, int(server.now())))
    server.audit.record(AuditEvent.REGISTER, whom=name, admin=admin)


async def set_administrator(server: ChatServer, name: str, admin: bool) -> str:
    """Make an account an administrator or not, and return its name.

    Raises `Refusal`, and `StoreError`.
    """
    account = account_called(server, name)._replace(admin=admin)
    try:
        await server.accounts.store(account)
    finally:
        # Also if it could not be stored: its sessions may have used the right meanwhile.
        for session in tuple(server.names.of(account.name)):
            server.evictions.review(session)
        server.hook_review.review()
        server.marked.changed(account.name)
    server.audit.record(AuditEvent.PROMOTE if admin else AuditEvent.DEMOTE, whom=account.name)
    return account.name


async def set_password(server: ChatServer, name: str, hash: str) -> str:
    """Change the password of an account, end all its grants, and return its name.

    Raises `Refusal`, and `StoreError`.
    """
    account = account_called(server, name)
    await server.registrations.change_password(account, hash)
    server.audit.record(AuditEvent.PASSWORD, whom=account.name)
    return account.name


class Removed(NamedTuple):
    """An account that was removed; its name is free, unless the account ``is_closed``."""

    name: str
    is_closed: bool


async def remove_account(server: ChatServer, name: str) -> Removed:
    """Remove an account. Raises `Refusal`, and `StoreError`.

    An account of an organisation is closed, because the next login would make it again. A second
    removal frees its name.
    """
    account = account_called(server, name)
    closes = account.is_outside and not account.closed
    change = server.registrations.close if closes else server.registrations.unregister
    await change(account)
    server.audit.record(AuditEvent.UNREGISTER, whom=account.name)
    return Removed(account.name, closes)


def uses_of_all(server: ChatServer) -> list[Use]:
    """Return what all owners together use, of each kind of budget."""
    return [server.budgets.total(kind) for kind in Kind]


def heaviest_owners(server: ChatServer, kind: Kind) -> list[Use]:
    """Return the owners that use most of a kind: `OWNERS_LISTED` of each level but all."""
    return [
        use
        for level in Level
        if level is not Level.ALL
        for use in server.budgets.heaviest(kind, level, OWNERS_LISTED)
    ]


async def announce(server: ChatServer, text: str) -> bool:
    """Log a valid text as the operator's deed in every room with members. Raises `StoreError`.

    Return False if there is no such room.
    """
    await server.deeds.wall(text)
    if not any(room.people for room in server.rooms.values()):
        return False
    server.audit.record(AuditEvent.WALL)
    return True


async def confirm_clock(server: ChatServer, watch: ClockWatch) -> int:
    """Record that the clock is right, and return the time in seconds since 1970.

    Raises `StoreError`.
    """
    await watch.confirm()
    server.audit.record(AuditEvent.CLOCK)
    return int(server.now())
