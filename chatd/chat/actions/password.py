"""Changing the password of a session's account."""

from __future__ import annotations

from chatd.accounts.credentials import TOKEN, Scope
from chatd.accounts.passwords import recogniser
from chatd.chat.actions.authentication import (
    USUAL_LOGIN,
    PasswordProof,
    check_privacy,
    check_proof,
    hash_password,
    hashing,
    new_password,
    own_account,
)
from chatd.chat.audit import AuditEvent
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.chat.spending import ACCOUNT_BYTES
from chatd.errors import ErrorKind, Refusal
from chatd.util.budget_table import Kind


def check_password_change(server: ChatServer, session: Session, new: str = "") -> None:
    """Raise `Refusal` if a session may not change its account's password.

    ``new`` is the new password, "" if it was not sent yet.
    """
    check_privacy(server, session, sent=bool(new))
    if own_account(server, session).is_outside:
        raise Refusal(ErrorKind.NOT_ALLOWED, "password_is_outside", name=session.name)
    session.identity.check_scope(Scope.FULL)
    if new:
        hashing(server)
        new_password(new, session.name)


async def change_password(
    server: ChatServer, session: Session, proof: PasswordProof, new: str, *, keep_tokens: bool
) -> int:
    """Change the password of a session's account, and end all other sessions and sign-ins.

    The account's tokens end, too, unless ``keep_tokens``. Returns the number of tokens that are
    still valid because of that. Cost: `PASSWORD_COST`. Raises `Refusal`, and `StoreError`.
    """
    check_privacy(server, session, sent=True)
    password = new_password(new, session.name)
    server.spending.charge(session, (Kind.BYTES, ACCOUNT_BYTES))
    hash = await hash_password(server, session, proof.account, USUAL_LOGIN, password)
    account = check_proof(server, session, proof)
    check_password_change(server, session)
    tokens = len(server.credentials.of(account.key, TOKEN)) if keep_tokens else 0
    await server.registrations.change_password(account, hash, session, keep_tokens=keep_tokens)
    server.audit.record(AuditEvent.PASSWORD, session, whom=account.name)
    session.prompt.knows_password(recogniser(password))
    return tokens
