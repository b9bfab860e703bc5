"""Asking for passwords and checking them, for all commands that need one.

A password is the rest of a line, or the next line, which is asked for. While a password is hashed,
or the disk is waited for, the session does nothing else, but other sessions do: so conditions are
checked again afterwards. This module must not know the commands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import ceil

from chatd.accounts.accounts import Account
from chatd.accounts.passwords import InvalidPassword, Passwords, password_of, recogniser
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import Job, answering
from chatd.errors import ErrorKind, Refusal, short
from chatd.storage.records import let_be
from chatd.util.rate_limit import Tries

PASSWORD_COST = 20
"""Rate-limit cost of a command that takes a password, in lines."""

KEEP_TOKENS = ("keep-tokens", "conservar-fichas")
"""The words before a new password that keep an account's tokens. No new password begins with one,
so a line is never read in two ways."""

# "keep-token NEW": it would become the password, and the tokens would end.
_NEARLY_KEEP_TOKENS = re.compile(
    r"[^\w\s]*(?:keep|conservar|mantener)[-_ ]?(?:tokens?|fichas?)[^\w\s]*(?=\s+\S)", re.IGNORECASE
)


@contextmanager
def question(session: Session, password: str) -> Iterator[None]:
    """Context of a command that asks for a password unless one is given. If the command is refused,
    the next line may be the password all the same, and is not said."""
    try:
        yield
    except Exception:
        if not is_given(password):
            session.refuse_to_ask()
        raise


@contextmanager
def present_password_question(session: Session) -> Iterator[None]:
    """As `question`, for the present password, unless it was typed recently. In that case the next
    line may be that password all the same, and is recognised."""
    if not session.typed_its_password:
        with question(session, ""):
            yield
        return
    try:
        yield
    finally:
        session.may_get_password()


def is_given(password: str) -> bool:
    """True if there is a password in that rest of a line."""
    return bool(password.strip(" "))


def check_privacy(server: ChatServer, session: Session, password: str) -> None:
    """Raise `Refusal` if a password could be read on its way to the server."""
    if not server.logins.may_pass_secrets(session.confidential):
        key = "password_in_clear" if is_given(password) else "no_password_in_clear"
        raise Refusal(ErrorKind.NOT_ENCRYPTED, key)


def take_password(
    server: ChatServer,
    session: Session,
    password: str,
    then: Callable[[str], Job | None],
    prompt: str = "password_prompt",
) -> Job | None:
    """Go on with a password, if there is one; else ask for it first, with the sentence of that
    key."""
    hashing(server)
    if is_given(password):
        return then(password)

    def answered(text: str) -> Job | None:
        if text:
            return answering(session, lambda: then(text))
        session.answer("password_cancelled")
        return None

    session.ask(prompt, answered)
    return None


def with_present_password(
    server: ChatServer, session: Session, then: Callable[[], Job | None]
) -> Job | None:
    """Call ``then`` if the password of the account was typed in this session recently; else ask for
    it first. A terminal left open, a cookie or a token is not enough for what lets others in.

    The caller has checked that the session is logged in and its connection confidential. ``then``
    must check the account again, which may end while the question waits. Raises `Refusal`.
    """
    with present_password_question(session):
        if session.typed_its_password:
            return then()

        async def check(text: str) -> None:
            account = own_account(server, session)
            await check_password(server, session, account.name, text)
            server.logins.password_typed(session)
            waiting = then()
            if waiting is not None:
                await waiting

        return take_password(server, session, "", check, "present_password_prompt")


def hashing(server: ChatServer) -> Passwords:
    """Return what hashes passwords. Raises `Refusal` if there is nothing to do so."""
    if server.logins.passwords is None:
        raise Refusal(ErrorKind.NO_ACCOUNTS, "no_accounts")
    return server.logins.passwords


def new_password(text: str) -> str:
    """Return what is to be hashed of a new password. Raises `Refusal` if it cannot be one."""
    word = next(iter(text.split(None, 1)), "")
    if word.lower() in KEEP_TOKENS:
        raise Refusal(ErrorKind.WRONG_USE, "password_is_a_word", word=word)
    if (nearly := _NEARLY_KEEP_TOKENS.match(text.lstrip())) is not None:
        raise Refusal(ErrorKind.WRONG_USE, "password_is_a_word", word=nearly[0])
    try:
        return password_of(text)
    except InvalidPassword as invalid:
        raise Refusal(ErrorKind.WRONG_USE, invalid.key, **invalid.values) from None


def account_called(server: ChatServer, name: str) -> Account:
    """Return the account of that name. Raises `Refusal` if there is none."""
    account = server.accounts.called(name)
    if account is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "not_registered", name=short(name))
    return account


def own_account(server: ChatServer, session: Session) -> Account:
    """Return the account that a session is logged in to. Raises `Refusal` if it is to none."""
    account = server.logins.account_of(session)
    if account is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "not_logged_in")
    return account


async def check_password(server: ChatServer, session: Session, name: str, text: str) -> Account:
    """Return the account of that name, if *text* is its password. Raises `Refusal` if not.

    Tries are rate-limited; one that comes too early is not checked. If the password or the owner of
    the name changed meanwhile, it is not the account's any more.
    """
    account, passwords = account_called(server, name), hashing(server)
    wrong = Refusal(ErrorKind.WRONG_PASSWORD, "wrong_password", name=account.name)
    counts = server.logins.tries_of(account, session.network)
    wait_for(max(tries.wait(key) for tries, key in counts))
    for tries, key in counts:
        tries.spend(key)
    try:
        password = password_of(text)
    except InvalidPassword:
        raise wrong from None
    try:
        right, better = await passwords.check(account.hash, password)
    except Refusal:  # it was not looked at
        _give_back(counts)
        raise
    if right:
        _give_back(counts)
    now = account_called(server, name)
    if not right or now.epoch != account.epoch:
        raise wrong
    session.knows_password(recogniser(password))
    if better is not None:
        now = now._replace(hash=better)
        # If it cannot be kept, the old one still does.
        server.accounts.keep(now).addErrback(let_be)
    return now


def _give_back(counts: Iterable[tuple[Tries, str]]) -> None:
    for tries, key in counts:
        tries.give_back(key)


def wait_for(seconds: float) -> None:
    """Raise `Refusal` if that is not 0: passwords came too fast."""
    if seconds:
        raise Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=ceil(seconds))
