"""Checks that the actions for accounts share: the account, the connection's privacy, new passwords.

While a password is hashed, other sessions go on. So every check that such a wait can invalidate is
made again after it. This module must not know prompts or commands.
"""

from __future__ import annotations

import re
from functools import partial
from math import ceil
from typing import NamedTuple

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import Scope
from chatd.accounts.passwords import (
    InvalidPassword,
    Passwords,
    new_password_of,
)
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.chat.spending import ACCOUNT_BYTES
from chatd.errors import ErrorKind, InvalidAnswer, Refusal, short
from chatd.util.budget_table import Kind
from chatd.util.fair_queue import Asker

KEEP_TOKENS = ("keep-tokens", "conservar-tokens", "conservar-fichas")
"""Words that, before a new password in a command, keep an account's tokens. No new password begins
with one, so that a line has only one reading."""

USUAL_LOGIN = "usual login"
OTHER_LOGIN = "other login"
REGISTRATION = "registration"
"""Purposes for which passwords are hashed. Those of one network have turns, so a person who logs in
where they usually do waits neither for many registrations there, nor for tries of others' names."""

# "keep-token NEW": it would become the password, and the tokens would end.
_NEARLY_KEEP_TOKENS = re.compile(
    r"[^\w\s]*(?:keep|conservar|mantener)[-_ ]?(?:tokens?|fichas?)[^\w\s]*(?=\s+\S)", re.IGNORECASE
)


class PasswordProof(NamedTuple):
    """Evidence that the present password of an account was typed in a session.

    Only `recent_proof` and `chatd.chat.actions.password_check` make proofs. A proof has the
    session's number and the account's key. It is valid while the session is logged in to that
    account, however long a prompt takes between the proof and the action. Users of the machine
    have it without a password.
    """

    session: int
    account: str


def account_called(server: ChatServer, name: str) -> Account:
    """Return the account of that name. Raises `Refusal` if there is none."""
    account = server.accounts.called(name)
    if account is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "not_registered", name=short(name))
    return account


def own_account(server: ChatServer, session: Session) -> Account:
    """Return the account that a session is logged in to. Raises `Refusal` if there is none."""
    account = server.logins.account_of(session)
    if account is None:
        raise not_logged_in()
    return account


def check_privacy(server: ChatServer, session: Session, *, sent: bool) -> None:
    """Raise `Refusal` if a password could be read on its way to the server.

    ``sent`` is True if it was sent already.
    """
    if not server.logins.may_pass_secrets(session.identity.confidential):
        key = "password_in_clear" if sent else "no_password_in_clear"
        raise Refusal(ErrorKind.NOT_ENCRYPTED, key)


def hashing(server: ChatServer) -> Passwords:
    """Return the hasher of passwords. Raises `Refusal` if the server has none."""
    if server.logins.passwords is None:
        raise Refusal(ErrorKind.NO_ACCOUNTS, "no_accounts")
    return server.logins.passwords


def new_password(text: str, name: str) -> str:
    """Return the normalised text of a new password for an account of that name, to be hashed.

    Raises `InvalidAnswer` if it is not valid.
    """
    word = next(iter(text.split(None, 1)), "")
    if word.lower() in KEEP_TOKENS:
        raise InvalidAnswer(ErrorKind.WRONG_USE, "password_is_a_word", word=word)
    if (nearly := _NEARLY_KEEP_TOKENS.match(text.lstrip())) is not None:
        raise InvalidAnswer(ErrorKind.WRONG_USE, "password_is_a_word", word=nearly[0])
    try:
        return new_password_of(text, name)
    except InvalidPassword as invalid:
        raise InvalidAnswer(ErrorKind.WRONG_USE, invalid.key, **invalid.values) from None


async def hash_password(
    server: ChatServer, session: Session, name: str, purpose: str, password: str
) -> str:
    """Return the hash of a new password that a session sent, for the key of a name.

    ``purpose`` is `USUAL_LOGIN` or `REGISTRATION`. Raises `Refusal` if too many passwords wait, and
    if the client has gone when its turn comes.
    """
    asker = Asker(session.network, name, purpose)
    return await hashing(server).hash(asker, password, partial(has_gone, session))


def has_gone(session: Session) -> bool:
    """Return True if a session's client has gone, as far as its connection or the system knows."""
    return session.stream.closed or session.stream.owner.was_reset()


def charge_account(server: ChatServer, session: Session) -> None:
    """Count an account that a session has made, in the limits of its network and its budgets.

    Raises `Refusal` if it is one too many.
    """
    limits = server.logins.limits
    registrations = limits.registrations_of(session.network)
    check_wait(limits.wait(registrations))
    server.spending.charge(session, (Kind.NAMES, 1), (Kind.BYTES, ACCOUNT_BYTES))
    limits.count(registrations)


def check_wait(seconds: float) -> None:
    """Raise `Refusal` unless the wait until the next try is 0 seconds."""
    if seconds:
        raise Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=ceil(seconds))


def recent_proof(session: Session) -> PasswordProof | None:
    """Return the proof of a session in which the password was typed recently, or of a user's.

    That is within `chatd.accounts.credentials.FRESH_SECONDS`; None if it has to be typed.
    """
    grant = session.grant
    if grant is None or not session.identity.is_proven:
        return None
    return PasswordProof(session.number, grant.account)


def check_proof(server: ChatServer, session: Session, proof: PasswordProof) -> Account:
    """Return the account of a session.

    Raises `Refusal` if the session is not logged in to the account that the proof is for, or has
    less than `Scope.FULL`.
    """
    account = own_account(server, session)
    if proof != (session.number, account.key):
        raise not_logged_in()
    session.identity.check_scope(Scope.FULL)
    return account


def wrong_password(name: str) -> InvalidAnswer:
    """Return the refusal of a password that is not that of the account of that name."""
    return InvalidAnswer(ErrorKind.WRONG_PASSWORD, "wrong_password", name=name)


def not_logged_in() -> Refusal:
    """Return the refusal of a session that is not logged in."""
    return Refusal(ErrorKind.NOT_REGISTERED, "not_logged_in")
