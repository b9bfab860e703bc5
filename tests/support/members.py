"""Members of a `World` who are logged in, without their passwords."""

from __future__ import annotations

from typing import Any

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import by_password
from chatd.storage.records import change
from chatd.text.folding import fold
from tests.support.world import Member, World


def log_in(server: Any, session: Any, name: str) -> None:
    """Log a session in to the account of a name."""
    account = server.accounts.table[fold(name)]
    session.identity.grant = by_password(account, server.now())
    server.names.take(session, name)
    if session.name != name:
        session.rename(name)
    server.logins.logged_in(session)


def register(world: World, name: str, **settings: Any) -> None:
    """Register an account with that name."""
    account = Account(name, "", settings=settings)
    change(world.store, world.server.accounts.table.put(account.key, account))
    world.settle()


def member(world: World, name: str, *, greeted: bool = False, **settings: Any) -> Member:
    """Return a client that has logged in; its welcome is unseen only if ``greeted``."""
    if world.server.accounts.called(name) is None:
        register(world, name, **settings)
    person = world.person()
    log_in(world.server, person.session, name)
    world.settle()
    if not greeted:
        person.seen()
    return person
