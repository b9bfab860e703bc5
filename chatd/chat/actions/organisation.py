"""The accounts that the sign-in of an organisation concerns, and asking its helper for passwords.

An organisation tells who may use its accounts, and no password of them is kept here. Its no is
final: a password that is kept here is checked for the names alone that are none of the helper's,
and for those that the operator made local. This module must not know prompts or commands, nor how a
helper is reached.
"""

from __future__ import annotations

from functools import partial

from chatd.accounts.accounts import Account
from chatd.accounts.sign_in import Answer, HelperFailed, Question, Verdict
from chatd.chat.actions.authentication import account_called, has_gone, hashing, wrong_password
from chatd.chat.names import valid_name
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.text.networks import is_user
from chatd.util.fair_queue import Asker


def account_to_prove(server: ChatServer, name: str) -> Account:
    """Return the account of that name, or that which the sign-in of an organisation may make.

    Raises `Refusal` if there is none, or the name may not be one.
    """
    sign_in = server.logins.sign_in
    account = server.accounts.called(name)
    if account is None and sign_in.creates:
        account = Account(valid_name(name), "")
        if sign_in.helper_for(account) is None:
            account = None
        else:
            server.names.check_account(account.name)
    return account or account_called(server, name)


def check_password_exists(server: ChatServer, account: Account) -> None:
    """Raise `Refusal` if no password is right for an account, or none can be checked."""
    if account.closed:
        raise _closed(account)
    if server.logins.sign_in.helper_for(account) is not None:
        return
    hashing(server)
    if not account.hash:
        key = "no_password_here" if account.is_outside else "has_no_password"
        raise Refusal(ErrorKind.NOT_ALLOWED, key, name=account.name)


async def ask_helper(
    server: ChatServer, session: Session, account: Account, password: str
) -> Answer:
    """Return the answer about a password that a session sent; without a helper, it is unknown.

    Raises `Refusal` if the helper gives none.
    """
    helper = server.logins.sign_in.helper_for(account)
    if helper is None:
        return Answer(Verdict.UNKNOWN)
    if not password:  # LDAP lets anyone in with an empty one (RFC 4513, section 5.1.2)
        return Answer(Verdict.WRONG)
    host = session.identity.host
    question = Question(account.name, password, "" if is_user(host) else host)
    asker = Asker(session.network, account.key)
    try:
        return await helper.ask(asker, question, partial(has_gone, session))
    except HelperFailed:
        raise Refusal(ErrorKind.NOT_CHECKED, "sign_in_fails") from None


async def account_by_helper(
    server: ChatServer, session: Session, account: Account, password: str
) -> Account | None:
    """Return the account that an organisation's helper names for a right password.

    It may still have to be made: see `outside_account`. None if the account is none of the
    helper's. Raises `Refusal` if the password is wrong, and `StoreError`.
    """
    answer = await ask_helper(server, session, account, password)
    if answer.verdict is Verdict.RIGHT:
        return await outside_account(server, session, answer.account_name or account.name)
    if answer.verdict is Verdict.WRONG:
        raise wrong_password(account.name)
    return None


async def outside_account(server: ChatServer, session: Session, name: str) -> Account:
    """Return the account of a person who an organisation says has that name.

    It may still have to be made: see `make_account`. One that had a password here has none from now
    on, and all grants of it end. Raises `Refusal`, and `StoreError`.
    """
    sign_in = server.logins.sign_in
    name = valid_name(name)
    known = server.accounts.called(name)
    account = known or Account.made(server.now(), name, "")
    if account.closed:
        raise _closed(account)
    if sign_in.is_local(account):
        raise Refusal(ErrorKind.NOT_ALLOWED, "account_is_local", name=account.name)
    if known is None:
        if not sign_in.creates:
            raise Refusal(ErrorKind.NOT_REGISTERED, "no_account_here", name=name)
        server.names.check_account(name)
        return account
    if account.hash:
        by = session if session.account == account.key else None
        await server.registrations.change_password(account, "", by)
    return account_called(server, name)


def _closed(account: Account) -> Refusal:
    return Refusal(ErrorKind.NOT_ALLOWED, "account_closed", name=account.name)
