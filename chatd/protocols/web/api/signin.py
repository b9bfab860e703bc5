"""Signing in with a password, and out: what a browser has then is a cookie that no script reads.

A password goes the way of ``/login`` and ``/register``: so the limits, the hashing and what is told
are theirs. It knows no connection.
"""

from __future__ import annotations

from chatd.accounts.credentials import BROWSER, BROWSER_SECONDS
from chatd.accounts.passwords import LEAST_CHARACTERS
from chatd.chat.actions.rename import rename
from chatd.commands import table
from chatd.commands.password_prompt import PASSWORD_COST
from chatd.errors import ErrorKind, Refusal, short
from chatd.protocols.web.api.request_session import COOKIE, SECURE_COOKIE, Call, stranger
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.http.messages import Answer, Problem, json_answer
from chatd.protocols.web.live.verbs import KEY
from chatd.storage.records import Put


async def sign_in(call: Call) -> Answer:
    """Let a browser be an account, by its password; or make the account first."""
    members = call.request.json("name", "password")
    name, password, key = members["name"], members["password"], members.get("key", "")
    for each, text in ("name", name), ("password", password), ("key", key):
        if not isinstance(text, str):
            raise Problem(ErrorKind.WRONG_USE, "not_a_text", name=each)
    register = members.get("register", False)
    if not isinstance(register, bool):
        raise Problem(ErrorKind.WRONG_USE, "not_a_choice", name="register")
    if "key" in members and not KEY.fullmatch(key):
        raise Problem(ErrorKind.WRONG_USE, "not_a_key", name="key")
    server = call.server
    name = server.name_of(name)
    if not password.strip(" "):
        raise Problem(ErrorKind.WRONG_USE, "password_too_short", limit=LEAST_CHARACTERS)
    with stranger(call) as (session, told):
        if register:
            if key:
                session.client_id = f"browser {key}"  # its own tabs may have the name
            rename(server, session, name)
            waiting = table.run(server, session, "register", password)
        else:
            waiting = table.run(server, session, "login", f"{name} {password}")
        if waiting is not None:
            await waiting
        told.check()
        account = server.logins.account_of(session)
        if account is None:
            raise Refusal(ErrorKind.SERVER_ERROR, "server_error")  # it was taken away meanwhile
        title = short(call.request.header("user-agent") or "browser")
        secret, puts = server.credentials.issue(account, BROWSER, title)
        await server.logins.change_credentials(*puts, *_revoked(call))
        if server.credentials.grant_of(secret) is None:  # the password was changed meanwhile
            raise Refusal(ErrorKind.WRONG_PASSWORD, "wrong_password", name=account.name)
        return json_answer(
            200, {"name": account.name, "guest": False, "account": True}, [_cookie(call, secret)]
        )


async def sign_out(call: Call) -> Answer:
    """Sign a browser out: its cookie is not valid any more, also where it was copied to."""
    await call.server.logins.change_credentials(*_revoked(call))
    members = {"name": None, "guest": True, "account": False}
    return json_answer(200, members, [_cookie(call, "")])


def _revoked(call: Call) -> list[Put]:
    """The changes that end what the browser has so far."""
    grant = call.server.credentials.grant_of(call.cookie, BROWSER)
    return [] if grant is None else call.server.credentials.revoke(grant.credential)


def _cookie(call: Call, secret: str) -> tuple[str, str]:
    name, secure = (SECURE_COOKIE, "; Secure") if call.is_secure else (COOKIE, "")
    seconds = BROWSER_SECONDS if secret else 0
    value = f"{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    return "Set-Cookie", value


TABLE = (
    Route("POST", "/api/signin", sign_in, PASSWORD_COST),
    Route("POST", "/api/signout", sign_out),
)
