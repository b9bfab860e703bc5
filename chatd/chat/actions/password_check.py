"""Checking the password of an account: by its hash, or by the helper of an organisation.

While a password is checked, other sessions go on. So every check that such a wait can invalidate is
made again after it. This module must not know prompts or commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import PASSWORD
from chatd.accounts.passwords import LEAST_CHARACTERS, InvalidPassword, normalised, recogniser
from chatd.accounts.sign_in import Verdict
from chatd.chat.actions.authentication import (
    OTHER_LOGIN,
    USUAL_LOGIN,
    PasswordProof,
    account_called,
    check_wait,
    has_gone,
    hashing,
    own_account,
    wrong_password,
)
from chatd.chat.actions.organisation import (
    account_by_helper,
    account_to_prove,
    ask_helper,
    check_password_exists,
)
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, InvalidAnswer, Refusal
from chatd.storage.contract import StoreError
from chatd.storage.records import ignore_store_error
from chatd.util.fair_queue import Asker


async def check_password(server: ChatServer, session: Session, name: str, text: str) -> Account:
    """Return the account of that name if *text* is its password. Raises `Refusal` if not.

    The account may be one that has to be made, for a person of an organisation. Tries are
    rate-limited; a try that comes too early is not checked. The password is wrong, too, if it or
    the owner of the name changed during the check. Raises `StoreError`.
    """
    account = account_to_prove(server, name)
    check_password_exists(server, account)
    with _try(server, session, account):
        try:
            password = normalised(text)
        except InvalidPassword:
            raise wrong_password(account.name) from None
        proven = await account_by_helper(server, session, account, password)
        if proven is None:
            proven = await _check_here(server, session, account, password)
    session.prompt.knows_password(recogniser(password))
    return proven


async def prove_password(server: ChatServer, session: Session, text: str) -> PasswordProof:
    """Return the proof that *text* is the password of a session's account.

    Raises `Refusal` if it is not, and `StoreError`.
    """
    account = await check_password(server, session, own_account(server, session).name, text)
    server.logins.password_typed(session)
    return PasswordProof(session.number, account.key)


async def check_name_is_free(
    server: ChatServer, session: Session, name: str, password: str
) -> None:
    """Raise `Refusal` if a name that a session would register is known to an organisation.

    A helper tells that by its answer about the new password, so this counts as a try.
    """
    account = Account(name, "")
    if server.logins.sign_in.helper_for(account) is None:
        return
    with _try(server, session, account):
        answer = await ask_helper(server, session, account, password)
        if answer.verdict is Verdict.WRONG:
            raise InvalidAnswer(ErrorKind.NAME_IN_USE, "name_of_organisation", name=name)
    if answer.verdict is Verdict.RIGHT:
        raise Refusal(ErrorKind.NAME_IN_USE, "name_of_organisation", name=name)


@contextmanager
def _try(server: ChatServer, session: Session, account: Account) -> Iterator[None]:
    """Context of a try of an account's password. Raises `Refusal` if the try comes too early."""
    limits = server.logins.limits
    tries = limits.tries_of(account, session.network, session.number)
    check_wait(limits.wait(tries))
    limits.begin(tries)
    failed = True
    try:
        yield
        failed = False
    except Refusal as refusal:
        is_wrong = isinstance(refusal, InvalidAnswer)
        failed = is_wrong or refusal.kind is ErrorKind.NOT_REGISTERED  # else it was not checked
        if failed:
            identity = session.identity
            server.audit.sign_in_failed(
                PASSWORD, identity.origin, identity.door, account.name, session.number
            )
        raise
    except StoreError:  # the password was right
        failed = False
        raise
    finally:
        limits.end(tries, failed=failed)


async def _check_here(
    server: ChatServer, session: Session, account: Account, password: str
) -> Account:
    """Return an account if a password is that of its hash. Raises `Refusal` if not."""
    right, better = False, None
    if account.hash and len(password) >= LEAST_CHARACTERS:
        is_usual = server.logins.limits.networks.is_usual(account, session.network)
        asker = Asker(session.network, account.key, USUAL_LOGIN if is_usual else OTHER_LOGIN)
        right, better = await hashing(server).check(
            asker, account.hash, password, partial(has_gone, session)
        )
    now = account_called(server, account.name)
    if not right or now.epoch != account.epoch:
        raise wrong_password(account.name)
    if better is not None:
        now = now._replace(hash=better)
        # If it cannot be stored, the old hash is still valid.
        server.accounts.store(now).addErrback(ignore_store_error)
    return now
