"""Commands for registered names: registering them, and logging in to them.

`chatd.commands.password_prompt` asks for passwords and checks them. A session with a token may do
hardly anything of this: nothing that lets others in can be made with a token.
"""

from __future__ import annotations

from collections.abc import Callable

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import BROWSER, TOKEN, Credential, Scope, scope_of
from chatd.accounts.passwords import recogniser
from chatd.chat.names import refusal_of
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import KEEPING_COST, Command, Job, WrongUse
from chatd.commands.password_prompt import (
    KEEP_TOKENS,
    PASSWORD_COST,
    account_called,
    check_password,
    check_privacy,
    hashing,
    is_given,
    new_password,
    own_account,
    present_password_question,
    question,
    take_password,
    wait_for,
    with_present_password,
)
from chatd.errors import ErrorKind, Refusal, short
from chatd.i18n import people
from chatd.text.times import local_time
from chatd.text.validation import InvalidName, validate_name

OTHERS = ("others", "otras", "otros")

TOKEN_WORDS = {
    **dict.fromkeys(("new", "nueva", "nuevo"), "new"),
    **dict.fromkeys(("list", "lista"), "list"),
    **dict.fromkeys(("revoke", "revocar"), "revoke"),
}
"""What can be done with tokens, in each language."""

_SCOPES = {
    **dict.fromkeys(("read", "leer", "lectura"), "read"),
    **dict.fromkeys(("write", "escribir", "escritura"), "write"),
}
"""Scopes of tokens, by their words in each language."""

_KEEP = ("keep", "conservar", *KEEP_TOKENS)
"""The answers to whether tokens end with the password that keep them."""


def _register(server: ChatServer, session: Session, argument: str) -> Job | None:
    with question(session, argument):
        check_privacy(server, session, argument)
        if session.account is not None:
            raise Refusal(ErrorKind.NAME_IN_USE, "yours_already", name=session.name)
        if session.is_guest:
            raise Refusal(ErrorKind.NOT_REGISTERED, "name_first")
        return take_password(
            server, session, argument, lambda text: _keep_name(server, session, text)
        )


async def _keep_name(server: ChatServer, session: Session, text: str) -> None:
    passwords, password, name = hashing(server), new_password(text), session.name
    if session.network:
        # Not given back: whoever registers many names is slowed, too.
        wait_for(server.logins.address_tries.wait(session.network))
        server.logins.address_tries.spend(session.network)
    hash = await passwords.hash(password)
    if session.stream.finished:
        return
    if session.name != name:  # it was taken from it, or its other tabs have another one
        raise Refusal(ErrorKind.NOT_REGISTERED, "name_first")
    account = Account(name, hash, created=int(server.now()))
    await server.logins.register(account, session)
    if session.account == account.key:
        session.knows_password(recogniser(password))
        session.answer("registered", name=account.name)
        server.logins.logged_in(session)
    else:  # it was removed meanwhile, or given another password
        account_called(server, account.name)
        raise Refusal(ErrorKind.WRONG_PASSWORD, "wrong_password", name=account.name)


def _login(server: ChatServer, session: Session, argument: str) -> Job | None:
    name, _, password = argument.lstrip(" ").partition(" ")
    if not name:
        raise WrongUse
    with question(session, password):
        check_privacy(server, session, password)
        account = account_called(server, name)
        # A session with a token or a cookie may log in with the password, too, and do more then.
        if session.account == account.key and session.typed_its_password:
            raise Refusal(ErrorKind.NAME_IN_USE, "yours_already", name=account.name)
        return take_password(
            server, session, password, lambda text: _log_in(server, session, account.name, text)
        )


async def _log_in(server: ChatServer, session: Session, name: str, text: str) -> None:
    account = await check_password(server, session, name, text)
    if not session.stream.finished:
        server.logins.log_in(session, account)


def _password(server: ChatServer, session: Session, argument: str) -> Job | None:
    keep, new = _without_keep_tokens(argument)
    with present_password_question(session):
        check_privacy(server, session, new)
        own_account(server, session)
        if is_given(new):
            hashing(server)
            new_password(new)  # before the present one is asked for
        return with_present_password(
            server, session, lambda: _take_new_password(server, session, new, keep)
        )


def _without_keep_tokens(argument: str) -> tuple[bool, str]:
    """Return whether tokens are to be kept, and the rest of the line: the new password, or ""."""
    first = next(iter(argument.split(None, 1)), "")
    if first.lower() not in KEEP_TOKENS:
        return False, argument
    return True, argument.lstrip().removeprefix(first)[1:]


def _take_new_password(server: ChatServer, session: Session, new: str, keep: bool) -> Job | None:
    tokens = server.credentials.of(own_account(server, session).key, TOKEN)
    if keep or not tokens or is_given(new):
        return _take_last(server, session, new, keep)

    def answered(text: str) -> Job | None:
        answer = text.strip().lower()
        if answer and answer not in _KEEP:
            session.error(ErrorKind.WRONG_USE, "keep_tokens_or_not")
            session.refuse_to_ask()  # what comes next may be the password
            return None
        return _take_last(server, session, "", bool(answer))

    session.ask("keep_tokens_prompt", answered, count=len(tokens))
    return None


def _take_last(server: ChatServer, session: Session, new: str, keep: bool) -> Job | None:
    def change(text: str) -> Job:
        return _change_password(server, session, text, keep)

    return take_password(server, session, new, change, "new_password_prompt")


async def _change_password(server: ChatServer, session: Session, text: str, keep: bool) -> None:
    password = new_password(text)
    hash = await hashing(server).hash(password)
    account = own_account(server, session)
    kept = len(server.credentials.of(account.key, TOKEN)) if keep else 0
    await server.logins.change_password(account, hash, session, keep_tokens=keep)
    session.knows_password(recogniser(password))
    session.answer("password_changed")
    if kept:
        session.answer("tokens_kept", count=kept)


def _logout(server: ChatServer, session: Session, argument: str) -> Job | None:
    if not argument and session.grant is not None and session.account is None:
        server.logins.log_out(session)  # it was signed out already
        return None
    account = own_account(server, session)
    if argument:
        if argument.lower() not in OTHERS:
            raise WrongUse
        session.check_scope(Scope.FULL)
        return _close_others(server, session, account)
    if session.grant is not None and session.grant.kind == BROWSER:
        return _sign_out(server, session)
    server.logins.log_out(session)
    return None


async def _sign_out(server: ChatServer, session: Session) -> None:
    """The whole browser: with its next connection it would be logged in again."""
    grant = session.grant
    key = "" if grant is None else grant.credential
    await server.logins.change_credentials(*server.credentials.revoke(key), stays=session)
    if session.grant is grant and not session.stream.finished:
        server.logins.log_out(session)


async def _close_others(server: ChatServer, session: Session, account: Account) -> None:
    def others() -> list[Session]:
        return [other for other in server.names.of(account.name) if other is not session]

    mine = "" if session.grant is None else session.grant.credential
    browsers = set(server.credentials.of(account.key, BROWSER)).difference([mine])
    closed = set(others())
    if browsers:
        puts = server.credentials.sign_out(account.key, but=mine)
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


def _token(server: ChatServer, session: Session, argument: str) -> Job | None:
    word, _, rest = argument.partition(" ")
    wanted = TOKEN_WORDS.get(word.lower())
    rest = rest.strip()
    if wanted is None or bool(rest) == (wanted == "list"):
        raise WrongUse
    if wanted == "new":
        name, _, scope = rest.partition(" ")
        with present_password_question(session):
            return _new_token(server, session, name, scope.strip())
    account = own_account(server, session)
    if wanted == "revoke":
        return _revoke_token(server, session, account, rest)
    _list_tokens(server, session, account)
    return None


def _new_token(server: ChatServer, session: Session, wanted: str, scope: str) -> Job | None:
    account = own_account(server, session)
    if not server.logins.may_pass_secrets(session.confidential):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "no_token_in_clear")
    try:
        name = validate_name(wanted)
    except InvalidName as invalid:
        raise refusal_of(invalid, "invalid_name", wanted) from None
    kept = _SCOPES.get(scope.lower(), "") if scope else "write"
    if not kept:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_scope", scope=short(scope))
    server.credentials.check_token(account.key, name)
    return with_present_password(server, session, lambda: _make_token(server, session, name, kept))


async def _make_token(server: ChatServer, session: Session, name: str, scope: str) -> None:
    account = own_account(server, session)
    secret, puts = server.credentials.issue(account, TOKEN, name, scope)
    await server.logins.change_credentials(*puts)
    made = session.sentence(f"token_made_{scope}", token=name, name=account.name)
    session.tell(f"{made}\n{secret}")


def _list_tokens(server: ChatServer, session: Session, account: Account) -> None:
    tokens = server.credentials.of(account.key, TOKEN).values()
    if not tokens:
        session.answer("no_tokens")
        return
    listed = [_listed(session, token) for token in tokens]
    session.tell("\n".join([session.sentence("tokens", count=len(listed)), *listed]))


def _listed(session: Session, token: Credential) -> str:
    scope = session.sentence(f"scope_{scope_of(token).name.lower()}")
    made = local_time(token.created)
    return session.sentence("token_listed", token=token.name, scope=scope, time=made)


async def _revoke_token(server: ChatServer, session: Session, account: Account, name: str) -> None:
    key = server.credentials.token_called(account.key, name)
    if key is None:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_token", name=short(name))
    name = server.credentials.table[key].name
    await server.logins.change_credentials(*server.credentials.revoke(key))
    session.answer("token_revoked", token=name)


def _unregister(server: ChatServer, session: Session, argument: str) -> Job | None:
    return _with_own_account(server, session, argument, _give_up_name)


async def _give_up_name(server: ChatServer, session: Session, text: str) -> None:
    name = own_account(server, session).name
    account = await check_password(server, session, name, text)
    if own_account(server, session) == account:
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
        for room in other.memberships
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


def _with_own_account(
    server: ChatServer,
    session: Session,
    password: str,
    then: Callable[[ChatServer, Session, str], Job],
) -> Job | None:
    """Go on with a password, for one who is logged in."""
    with question(session, password):
        check_privacy(server, session, password)
        own_account(server, session)
        return take_password(server, session, password, lambda text: then(server, session, text))


TABLE = (
    Command(("register", "registrar"), _register, PASSWORD_COST, secret=True, asks=True),
    Command(
        ("login", "acceder"), _login, PASSWORD_COST, secret=True, asks=True, scope=Scope.NOTHING
    ),
    Command(
        ("password", "clave", "contraseña", "contrasena"),
        _password,
        PASSWORD_COST,
        secret=True,
        asks=True,
    ),
    Command(("logout", "terminar"), _logout, scope=Scope.NOTHING),
    Command(("token", "ficha"), _token, KEEPING_COST, asks=True),
    Command(("unregister", "desregistrar"), _unregister, PASSWORD_COST, secret=True, asks=True),
    Command(("whois", "quienes", "quiénes"), _whois, scope=Scope.READ),
)
