"""Commands for names that are somebody's own: registering them, and logging in to them.

A password is the rest of a line, or the next line, which is asked for then. While it is hashed and
while the disk is waited for, the session does nothing else, but others do: what was true before is
looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from chatd.accounts import Account
from chatd.commands.base import KEEPING_COST, Command, Waiting, WrongUse, answering
from chatd.credentials import BROWSER, TOKEN
from chatd.formats import local_time
from chatd.names import refusal_of
from chatd.passwords import InvalidPassword, Passwords, password_of
from chatd.records import let_be
from chatd.refusals import Refusal, short
from chatd.server import ChatServer
from chatd.session import Session
from chatd.store import StoreError
from chatd.texts import ErrorKind, people
from chatd.validation import InvalidName, validate_name

PASSWORD_COST = 20
"""What a command that takes a password counts for."""

OTHERS = ("others", "otras", "otros")

TOKEN_WORDS = {
    **dict.fromkeys(("new", "nueva", "nuevo"), "new"),
    **dict.fromkeys(("list", "lista"), "list"),
    **dict.fromkeys(("revoke", "revocar"), "revoke"),
}
"""What can be done with tokens, in each language."""


def _register(server: ChatServer, session: Session, argument: str) -> Waiting | None:
    with _question(session, argument):
        _check_privacy(server, session, argument)
        if session.account is not None:
            raise Refusal(ErrorKind.NAME_IN_USE, "yours_already", name=session.name)
        if session.is_guest:
            raise Refusal(ErrorKind.NOT_REGISTERED, "name_first")
        return _take_password(
            server, session, argument, lambda text: _keep_name(server, session, text)
        )


async def _keep_name(server: ChatServer, session: Session, text: str) -> None:
    passwords, password = _passwords(server), _new_password(text)
    if session.network:
        # Not given back: whoever registers many names is slowed, too.
        _wait_for(server.logins.address_tries.wait(session.network))
        server.logins.address_tries.spend(session.network)
    hash = await passwords.hash(password)
    if session.stream.finished:
        return
    if session.is_guest:
        raise Refusal(ErrorKind.NOT_REGISTERED, "name_first")
    account = Account(session.name, hash, created=int(server.now()))
    await server.logins.register(account, session)
    if session.account == account.key:
        session.answer("registered", name=account.name)
        server.logins.logged_in(session)
    else:
        raise Refusal(ErrorKind.NOT_REGISTERED, "not_registered", name=account.name)  # removed


def _login(server: ChatServer, session: Session, argument: str) -> Waiting | None:
    name, _, password = argument.lstrip(" ").partition(" ")
    if not name:
        raise WrongUse
    with _question(session, password):
        _check_privacy(server, session, password)
        account = _account_called(server, name)
        if session.account == account.key:
            raise Refusal(ErrorKind.NAME_IN_USE, "yours_already", name=account.name)
        return _take_password(
            server, session, password, lambda text: _log_in(server, session, account.name, text)
        )


async def _log_in(server: ChatServer, session: Session, name: str, text: str) -> None:
    account = await _check_password(server, session, name, text)
    if not session.stream.finished:
        server.logins.log_in(session, account)


def _password(server: ChatServer, session: Session, argument: str) -> Waiting | None:
    return _with_own_account(server, session, argument, _change_password)


async def _change_password(server: ChatServer, session: Session, text: str) -> None:
    hash = await _passwords(server).hash(_new_password(text))
    account = _own_account(server, session)
    await server.logins.change_password(account, hash, session)
    session.answer("password_changed")


def _logout(server: ChatServer, session: Session, argument: str) -> Waiting | None:
    account = _own_account(server, session)
    if argument:
        if argument.lower() not in OTHERS:
            raise WrongUse
        return _close_others(server, session, account)
    signed_in_with = server.credentials.table.get(session.credential or "")
    if signed_in_with is not None and signed_in_with.kind == BROWSER:
        return _sign_out(server, session, account)
    server.logins.log_out(session)
    return None


async def _sign_out(server: ChatServer, session: Session, account: Account) -> None:
    """The whole browser: with its next connection it would be logged in again."""
    key, session.credential = session.credential, None
    try:
        await server.logins.change_credentials(*server.credentials.revoke(key or ""))
    except StoreError:
        session.credential = key
        raise
    if session.account == account.key and not session.stream.finished:
        server.logins.log_out(session)


async def _close_others(server: ChatServer, session: Session, account: Account) -> None:
    def others() -> list[Session]:
        return [other for other in server.names.of(account.name) if other is not session]

    browsers = set(server.credentials.of(account.key, BROWSER)).difference([session.credential])
    closed = set(others())
    if browsers:
        puts = server.credentials.sign_out(account.key, but=session.credential)
        await server.logins.change_credentials(*puts)
        session.answer("browsers_signed_out", count=len(browsers))
    for other in others():
        closed.add(other)
        other.answer("closed_by_owner", name=account.name)
        server.finish(other)
    if closed:
        session.answer("others_closed", count=len(closed))
    elif not browsers:
        session.answer("no_others")


def _token(server: ChatServer, session: Session, argument: str) -> Waiting | None:
    word, _, name = argument.partition(" ")
    wanted = TOKEN_WORDS.get(word.lower())
    name = name.strip()
    if wanted is None or bool(name) == (wanted == "list"):
        raise WrongUse
    account = _own_account(server, session)
    if wanted == "list":
        _list_tokens(server, session, account)
        return None
    return (_new_token if wanted == "new" else _revoke_token)(server, session, account, name)


async def _new_token(server: ChatServer, session: Session, account: Account, wanted: str) -> None:
    if not server.logins.may_pass_secrets(session.confidential):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "no_token_in_clear")
    try:
        name = validate_name(wanted)
    except InvalidName as invalid:
        raise refusal_of(invalid, "invalid_name", wanted) from None
    secret, puts = server.credentials.issue(account.key, TOKEN, name)
    await server.logins.change_credentials(*puts)
    session.tell(f"{session.sentence('token_made', token=name, name=account.name)}\n{secret}")


def _list_tokens(server: ChatServer, session: Session, account: Account) -> None:
    tokens = server.credentials.of(account.key, TOKEN).values()
    if not tokens:
        session.answer("no_tokens")
        return
    listed = [
        session.sentence("token_listed", token=token.name, time=local_time(token.created))
        for token in tokens
    ]
    session.tell("\n".join([session.sentence("tokens", count=len(listed)), *listed]))


async def _revoke_token(server: ChatServer, session: Session, account: Account, name: str) -> None:
    key = server.credentials.token_called(account.key, name)
    if key is None:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_token", name=short(name))
    name = server.credentials.table[key].name
    await server.logins.change_credentials(*server.credentials.revoke(key))
    session.answer("token_revoked", token=name)


def _unregister(server: ChatServer, session: Session, argument: str) -> Waiting | None:
    return _with_own_account(server, session, argument, _give_up_name)


async def _give_up_name(server: ChatServer, session: Session, text: str) -> None:
    name = _own_account(server, session).name
    account = await _check_password(server, session, name, text)
    if session.account == account.key:
        await server.logins.unregister(account)


def _whois(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        raise WrongUse
    name = server.name_of(argument)
    account = server.accounts.called(name)
    sessions = server.sessions_called(name)
    known = session.sentence(
        "whois_not_registered" if account is None else "whois_registered", name=name
    )
    rooms = {
        room.name: None
        for other in sessions
        for room in other.stays
        if server.rooms.readable(session, room)
    }
    if not sessions:
        where = session.sentence("whois_not_here", name=name)
    elif rooms:
        listed = people(session.language, [f"#{room}" for room in rooms], 0)
        where = session.sentence("whois_here", name=name, rooms=listed, count=len(sessions))
    else:
        where = session.sentence("whois_in_no_room", name=name, count=len(sessions))
    session.tell(f"{known} {where}")
    if away := server.away_text(name):
        session.answer("is_away", name=name, text=away)


# What they share


def _with_own_account(
    server: ChatServer,
    session: Session,
    password: str,
    then: Callable[[ChatServer, Session, str], Waiting],
) -> Waiting | None:
    """Go on with a password, for one who is logged in."""
    with _question(session, password):
        _check_privacy(server, session, password)
        _own_account(server, session)
        return _take_password(server, session, password, lambda text: then(server, session, text))


@contextmanager
def _question(session: Session, password: str) -> Iterator[None]:
    """Where a password is asked for, if none was given; or refused to be asked for."""
    try:
        yield
    except Exception:
        if not _is_given(password):
            session.refuse_to_ask()
        raise


def _check_privacy(server: ChatServer, session: Session, password: str) -> None:
    """See that nobody on the way can read a password. Raises `Refusal`."""
    if not server.logins.may_pass_secrets(session.confidential):
        key = "password_in_clear" if _is_given(password) else "no_password_in_clear"
        raise Refusal(ErrorKind.NOT_ENCRYPTED, key)


def _is_given(password: str) -> bool:
    return bool(password.strip(" "))


def _take_password(
    server: ChatServer, session: Session, password: str, then: Callable[[str], Waiting]
) -> Waiting | None:
    """Go on with a password, if there is one; else ask for it first."""
    _passwords(server)
    if _is_given(password):
        return then(password)

    def answered(text: str) -> Waiting | None:
        if text:
            return answering(session, then(text))
        session.answer("password_cancelled")
        return None

    session.ask("password_prompt", answered)
    return None


def _passwords(server: ChatServer) -> Passwords:
    """Who checks them. Raises `Refusal` if there is nobody."""
    if server.logins.passwords is None:
        raise Refusal(ErrorKind.NO_ACCOUNTS, "no_accounts")
    return server.logins.passwords


def _new_password(text: str) -> str:
    try:
        return password_of(text)
    except InvalidPassword as invalid:
        raise Refusal(ErrorKind.WRONG_USE, invalid.key, **invalid.values) from None


def _account_called(server: ChatServer, name: str) -> Account:
    account = server.accounts.called(name)
    if account is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "not_registered", name=short(name))
    return account


def _own_account(server: ChatServer, session: Session) -> Account:
    """The account that a session is logged in to. Raises `Refusal` if it is to none."""
    account = server.logins.account_of(session)
    if account is None:
        raise Refusal(ErrorKind.NOT_REGISTERED, "not_logged_in")
    return account


async def _check_password(server: ChatServer, session: Session, name: str, text: str) -> Account:
    """The account of that name, if that is its password. Raises `Refusal` if not.

    Whoever tries many is slowed; a try that comes too early is not looked at.
    """
    account, passwords = _account_called(server, name), _passwords(server)
    wrong = Refusal(ErrorKind.WRONG_PASSWORD, "wrong_password", name=account.name)
    counts = server.logins.tries_of(account, session.network)
    _wait_for(max(tries.wait(key) for tries, key in counts))
    for tries, key in counts:
        tries.spend(key)
    try:
        password = password_of(text)
    except InvalidPassword:
        raise wrong from None
    failed = True
    try:
        right, better = await passwords.check(account.hash, password)
        failed = not right
    except Refusal:  # it was not looked at
        failed = False
        raise
    finally:
        if not failed:
            for tries, key in counts:
                tries.give_back(key)
    now = _account_called(server, name)
    if not right or now.hash != account.hash:
        raise wrong
    if better is not None:
        now = now._replace(hash=better)
        # If it cannot be kept, the old one still does.
        server.accounts.keep(now).addErrback(let_be)
    return now


def _wait_for(seconds: float) -> None:
    if seconds:
        raise Refusal(ErrorKind.TOO_MANY_TRIES, "too_many_tries", count=ceil(seconds))


TABLE = (
    Command(("register", "registrar"), _register, PASSWORD_COST, secret=True),
    Command(("login", "acceder"), _login, PASSWORD_COST, secret=True),
    Command(("password", "clave", "contraseña", "contrasena"), _password, PASSWORD_COST, True),
    Command(("logout", "terminar"), _logout),
    Command(("token", "ficha"), _token, KEEPING_COST),
    Command(("unregister", "desregistrar"), _unregister, PASSWORD_COST, secret=True),
    Command(("whois", "quienes", "quiénes"), _whois),
)
