"""The push of a session's account: where it is notified while it is away.

A push tells others who write to the account, and its server calls one of others. So setting one
takes a confidential connection and the password of the account, and the target is proved: a code is
sent to it, and has to be typed back. A token can do none of this.
"""

from __future__ import annotations

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import Scope
from chatd.chat.actions.authentication import PasswordProof, check_proof, own_account
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.storage.records import change
from chatd.util.budget_table import Kind
from chatd.webhooks.pushes import Push, PushRecord
from chatd.webhooks.targets import NotDelivered
from chatd.webhooks.urls import Destination


class NotTaken(Refusal):
    """The refusal of a push whose target did not take the code.

    ``why`` is the reason, which is for administrators alone: it tells what is reachable from the
    server's machine.
    """

    def __init__(self, to: Destination, why: NotDelivered) -> None:
        super().__init__(ErrorKind.NOT_ALLOWED, "push_not_taken", target=to.origin)
        self.why = why


def check_push(server: ChatServer, session: Session) -> Account:
    """Return the account of a session. Raises `Refusal` if it may not set its push here."""
    account = _whole_account(server, session)
    if not server.logins.may_pass_secrets(session.identity.confidential):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "no_push_in_clear")
    return account


async def send_code(
    server: ChatServer, session: Session, proof: PasswordProof, to: Destination, *, with_text: bool
) -> None:
    """Send a code to the target of a new push. Raises `Refusal`, `NotTaken` in particular."""
    check_push(server, session)
    account = check_proof(server, session, proof)
    if account.key not in server.alerts.pushes.all:
        server.spending.check(session, (Kind.PUSHES, 1))
    new = PushRecord(to.url, session.network, with_text)
    code = server.alerts.codes.new(account, new)
    try:
        await server.alerts.pushes.send_code(account.key, new, code)
    except NotDelivered as why:
        server.alerts.codes.forget(account.key)
        raise NotTaken(to, why) from None


async def confirm(server: ChatServer, session: Session, code: str) -> Push:
    """Set the push of an account whose code this is. Raises `Refusal`, and `StoreError`."""
    account = check_push(server, session)
    new = server.alerts.codes.take(account, code)
    costs = () if account.key in server.alerts.pushes.all else ((Kind.PUSHES, 1),)
    server.spending.check(session, *costs)
    puts = server.alerts.pushes.set(account.key, new)
    server.spending.charge_stored(session, puts)
    stored = change(server.store, *puts)
    push = server.alerts.pushes.all[account.key]
    await stored
    return push


def push_of(server: ChatServer, session: Session) -> Push | None:
    """Return the push of a session's account, if it has one. Raises `Refusal`."""
    account = _whole_account(server, session)
    return server.alerts.pushes.all.get(account.key)


async def end_push(server: ChatServer, session: Session) -> bool:
    """End the push of a session's account. Return False if there was none.

    Raises `Refusal`, and `StoreError`.
    """
    account = _whole_account(server, session)
    server.alerts.codes.forget(account.key)
    puts = server.alerts.pushes.account_gone(account.key)
    await change(server.store, *puts)
    return bool(puts)


def _whole_account(server: ChatServer, session: Session) -> Account:
    """Return the account of a session. Raises `Refusal` without one, and for a token."""
    account = own_account(server, session)
    session.identity.check_scope(Scope.FULL)
    return account
