"""Routes of signing in with a password, and out: a browser has a cookie, and the page a proof.

No script can read the cookie, and no page of another port the proof.

`chatd.chat.actions.browser_sign_in` decides and acts. This module must not know connections.
"""

from __future__ import annotations

from chatd.accounts.credentials import BROWSER_SECONDS
from chatd.chat.actions import browser_sign_in
from chatd.chat.actions.costs import PASSWORD_COST
from chatd.errors import ErrorKind, short
from chatd.protocols.live.members import KEY
from chatd.protocols.web.api.operation import Body, Operation, Returned
from chatd.protocols.web.api.request_session import COOKIE, PROOF, SECURE_COOKIE, Call, stranger
from chatd.protocols.web.api.route import Route
from chatd.protocols.web.api.schemas import SIGN_IN, SIGNED_IN, WHO
from chatd.protocols.web.http.messages import Answer, Problem, json_answer


async def sign_in(call: Call) -> Answer:
    """Sign a browser in to an account by its password; with ``register``, make the account first.

    With ``key``, the browser's own tabs may have the name that is registered.
    """
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
    title = short(call.request.header("user-agent") or "browser")
    with stranger(call) as (session, _):
        if register and key:
            session.identity.set_client_id(f"browser {key}")
        signed_in = await browser_sign_in.sign_in(
            call.server, session, name, password, title, new=register, replaces=call.sign_in()
        )
        return json_answer(
            200,
            {"name": signed_in.name, "guest": False, "account": True, "proof": signed_in.proof},
            [call.set_cookie(signed_in.cookie)],
        )


async def sign_out(call: Call) -> Answer:
    """Sign a browser out: its sign-in is not valid any more, also where it was copied to."""
    with stranger(call) as (session, _):
        await browser_sign_in.sign_out(call.server, session, call.sign_in())
    members = {"name": None, "guest": True, "account": False}
    return json_answer(200, members, [call.set_cookie("")])


TABLE = (
    Route(
        "POST",
        "/api/signin",
        sign_in,
        Operation(
            "signIn",
            "account",
            "Sign a browser in",
            description="With the password of an account; with `register`, make the account first."
            " Not over a connection without encryption. Tries are limited, together with those in"
            f" the chat. The cookie is valid together with `proof`, in the header `{PROOF}`.",
            bodies=(Body(SIGN_IN, {"name": "ana", "password": "correct horse"}),),
            returns=(
                Returned(
                    200,
                    "Signed in.",
                    SIGNED_IN,
                    {"name": "ana", "guest": False, "account": True, "proof": "9f86d081..."},
                    headers={
                        "Set-Cookie": f"`{COOKIE}`, over TLS `{SECURE_COOKIE}`: HttpOnly,"
                        f" SameSite=Strict, for {BROWSER_SECONDS // 86400} days."
                    },
                ),
            ),
            errors=(401, 404, 409, 422, 501),
            credentials=(),
        ),
        PASSWORD_COST,
    ),
    Route(
        "POST",
        "/api/signout",
        sign_out,
        Operation(
            "signOut",
            "account",
            "Sign a browser out",
            description="The cookie and its proof are not valid any more, also where a copy is.",
            returns=(
                Returned(
                    200,
                    "Signed out.",
                    WHO,
                    {"name": None, "guest": True, "account": False},
                    headers={"Set-Cookie": "Removes the cookie."},
                ),
            ),
            credentials=("cookie",),
        ),
    ),
)
