"""The tokens of a session's account: secrets with which programs act for it.

A session that came with a token can do none of this: a token cannot let others in.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from chatd.accounts.credentials import TOKEN, TOKEN_SCOPES, Credential, Scope
from chatd.chat.actions.authentication import PasswordProof, check_proof, own_account
from chatd.chat.audit import AuditEvent
from chatd.chat.names import refusal_of
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal, short
from chatd.text.validation import InvalidName, validate_name
from chatd.util.budget_table import Kind


class NewToken(NamedTuple):
    """A token that was just made. Only its hash is stored, so ``secret`` is not known again."""

    account: str
    name: str
    scope: str
    secret: str


def check_new_token(server: ChatServer, session: Session, name: str, scope: str) -> str:
    """Return the valid form of the name for a new token.

    Raises `Refusal` if a session may not make that token: ``scope`` is a key of `TOKEN_SCOPES`.
    """
    account = own_account(server, session)
    session.identity.check_scope(Scope.FULL)
    if not server.logins.may_pass_secrets(session.identity.confidential):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "no_token_in_clear")
    try:
        valid = validate_name(name)
    except InvalidName as invalid:
        raise refusal_of(invalid, "invalid_name", name) from None
    if scope not in TOKEN_SCOPES:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_scope", scope=short(scope))
    server.credentials.check_token(account.key, valid)
    return valid


async def make_token(
    server: ChatServer, session: Session, proof: PasswordProof, name: str, scope: str
) -> NewToken:
    """Make a token for a session's account. Raises `Refusal`, and `StoreError`."""
    account = check_proof(server, session, proof)
    name = check_new_token(server, session, name, scope)
    secret, puts = server.credentials.issue(account, TOKEN, name, scope)
    server.spending.charge_stored(session, puts, (Kind.TOKENS, 1))
    await server.registrations.change_credentials(*puts)
    server.audit.record(AuditEvent.TOKEN, session, token=name, scope=scope)
    return NewToken(account.name, name, scope, secret)


def list_tokens(server: ChatServer, session: Session) -> Collection[Credential]:
    """Return the tokens of a session's account, the oldest first. Raises `Refusal`."""
    account = own_account(server, session)
    session.identity.check_scope(Scope.FULL)
    return server.credentials.of(account.key, TOKEN).values()


async def revoke_token(server: ChatServer, session: Session, name: str) -> str:
    """End the token of that name, and return the name as it was given to the token.

    Raises `Refusal`, and `StoreError`.
    """
    account = own_account(server, session)
    session.identity.check_scope(Scope.FULL)
    key = server.credentials.token_called(account.key, name)
    if key is None:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_token", name=short(name))
    name = server.credentials.table[key].name
    await server.registrations.change_credentials(*server.credentials.revoke(key))
    server.audit.record(AuditEvent.REVOKE, session, token=name)
    return name
