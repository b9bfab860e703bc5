"""Commands for registered names: register, log in and out, password, tokens, whois.

The handlers parse, prompt and answer; `chatd.chat.actions` decides and acts. A prompted command is
checked before the prompt, and the action checks again after it.
"""

from __future__ import annotations

from chatd.accounts.accounts import Account
from chatd.accounts.credentials import Credential, Scope, scope_of
from chatd.chat.actions import login, password, register, tokens, unregister, whois
from chatd.chat.actions.authentication import KEEP_TOKENS, PasswordProof, own_account
from chatd.chat.actions.costs import KEEPING_COST, PASSWORD_COST
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import Command, Job, Wording, WrongUse
from chatd.commands.password_prompt import (
    is_command,
    is_given,
    present_password_question,
    question,
    take_new_password,
    take_password,
    with_present_password,
)
from chatd.errors import ErrorKind
from chatd.i18n import Moment, people

OTHERS = ("others", "otras", "otros")

TOKEN_WORDS = {
    **dict.fromkeys(("new", "nueva", "nuevo"), "new"),
    **dict.fromkeys(("list", "lista"), "list"),
    **dict.fromkeys(("revoke", "revocar"), "revoke"),
}
"""The subcommands of ``/token`` by their words in each language."""

_SCOPES = {
    "": "write",
    **dict.fromkeys(("read", "leer", "lectura"), "read"),
    **dict.fromkeys(("write", "escribir", "escritura"), "write"),
}
"""Scopes of tokens by their words in each language, and the default."""

_KEEP = ("keep", "conservar", *KEEP_TOKENS)
"""The answers that keep the tokens when the password changes."""


def _register(server: ChatServer, session: Session, argument: str) -> Job | None:
    # The name is taken for an argument, by some: the next line may be the password all the same.
    with question(session, "" if session.is_guest else argument):
        register.check_registration(server, session, sent=is_given(argument))
        return take_new_password(session, argument, lambda text: _keep_name(server, session, text))


async def _keep_name(server: ChatServer, session: Session, text: str) -> None:
    def registered(account: Account) -> None:
        session.answer("registered", name=account.name)

    await register.register(server, session, text, registered)
    session.prompt.may_get_password()  # as `chatd admin` and web pages want it typed twice


def _login(server: ChatServer, session: Session, argument: str) -> Job | None:
    name, _, password = argument.lstrip(" ").partition(" ")
    if not name:
        raise WrongUse
    with question(session, password):
        account = login.check_login(server, session, name, sent=is_given(password))
        return take_password(
            session, password, lambda text: login.log_in(server, session, account.name, text)
        )


def _password(server: ChatServer, session: Session, argument: str) -> Job | None:
    keep, new = _without_keep_tokens(argument)
    with present_password_question(session):
        password.check_password_change(server, session, new if is_given(new) else "")
        return with_present_password(
            server, session, lambda proof: _take_new_password(server, session, proof, new, keep)
        )


def _without_keep_tokens(argument: str) -> tuple[bool, str]:
    """Return True if tokens are to be kept, and the rest of the line: the new password, or ""."""
    first = next(iter(argument.split(None, 1)), "")
    if first.lower() not in KEEP_TOKENS:
        return False, argument
    return True, argument.lstrip().removeprefix(first)[1:]


def _take_new_password(
    server: ChatServer, session: Session, proof: PasswordProof, new: str, keep: bool
) -> Job | None:
    present = tokens.list_tokens(server, session)
    if keep or not present or is_given(new):
        return _take_last(server, session, proof, new, keep)

    def answered(text: str) -> Job | None:
        answer = text.strip().lower()
        if is_command(answer):
            session.answer("password_cancelled")
            return None
        if answer and answer not in _KEEP:
            session.error(ErrorKind.WRONG_USE, "keep_tokens_or_not")
            session.prompt.ask_again()
            return None
        return _take_last(server, session, proof, "", bool(answer))

    session.prompt.ask("keep_tokens_prompt", answered, count=len(present))
    return None


def _take_last(
    server: ChatServer, session: Session, proof: PasswordProof, new: str, keep: bool
) -> Job | None:
    def change(text: str) -> Job:
        return _change_password(server, session, proof, text, keep)

    return take_new_password(session, new, change, "new_password_prompt")


async def _change_password(
    server: ChatServer, session: Session, proof: PasswordProof, text: str, keep: bool
) -> None:
    kept = await password.change_password(server, session, proof, text, keep_tokens=keep)
    session.answer("password_changed")
    if kept:
        session.answer("tokens_kept", count=kept)


def _logout(server: ChatServer, session: Session, argument: str) -> Job | None:
    if not argument:
        return login.log_out(server, session)
    own_account(server, session)
    if argument.lower() not in OTHERS:
        raise WrongUse
    return _close_others(server, session)


async def _close_others(server: ChatServer, session: Session) -> None:
    closed = await login.close_others(server, session)
    if closed.browsers:
        session.answer("browsers_signed_out", count=closed.browsers)
    if closed.sessions:
        session.answer("others_closed", count=closed.sessions)
    elif not closed.browsers:
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
    if wanted == "revoke":
        return _revoke_token(server, session, rest)
    _list_tokens(server, session)
    return None


def _new_token(server: ChatServer, session: Session, name: str, word: str) -> Job | None:
    scope = _SCOPES.get(word.lower(), word)
    tokens.check_new_token(server, session, name, scope)
    return with_present_password(
        server, session, lambda proof: _make_token(server, session, proof, name, scope)
    )


async def _make_token(
    server: ChatServer, session: Session, proof: PasswordProof, name: str, scope: str
) -> None:
    made = await tokens.make_token(server, session, proof, name, scope)
    sentence = session.sentence(f"token_made_{made.scope}", token=made.name, name=made.account)
    session.tell(f"{sentence}\n{made.secret}")


def _list_tokens(server: ChatServer, session: Session) -> None:
    present = tokens.list_tokens(server, session)
    if not present:
        session.answer("no_tokens")
        return
    listed = [_listed(session, token) for token in present]
    session.tell("\n".join([session.sentence("tokens", count=len(listed)), *listed]))


def _listed(session: Session, token: Credential) -> str:
    scope = session.sentence(f"scope_{scope_of(token).name.lower()}")
    made = Moment(token.created)
    return session.sentence("token_listed", token=token.name, scope=scope, time=made)


async def _revoke_token(server: ChatServer, session: Session, name: str) -> None:
    revoked = await tokens.revoke_token(server, session, name)
    session.answer("token_revoked", token=revoked)


def _unregister(server: ChatServer, session: Session, argument: str) -> Job | None:
    if session.account is not None and not unregister.has_password(server, session):
        if not session.prompt.confirms("unregister"):
            would = session.sentence("would_unregister", name=session.name)
            session.tell(f"{would}\n{session.sentence('ask_again')}")
            return None
        return unregister.unregister_user(server, session)
    with question(session, argument):
        unregister.check_unregistration(server, session, sent=is_given(argument))
        return take_password(
            session, argument, lambda text: unregister.unregister(server, session, text)
        )


def _whois(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        raise WrongUse
    found = whois.whois(server, session, argument)
    name, count = found.name, found.sessions
    known = session.sentence(
        "whois_registered" if found.registered else "whois_not_registered", name=name
    )
    rooms = people(session.language, [f"#{room}" for room in found.rooms], 0)
    if not count:
        key = "whois_stays" if rooms else "whois_not_here"
        where = session.sentence(key, name=name, rooms=rooms)
    elif rooms:
        where = session.sentence("whois_here", name=name, rooms=rooms, count=count)
    else:
        where = session.sentence("whois_in_no_room", name=name, count=count)
    session.tell(f"{known} {where}")
    if found.away:
        session.answer("is_away", name=name, text=found.away)


TABLE = (
    Command(
        _register,
        Wording(
            "/register [PASSWORD]",
            "keep the name that you have, with a password",
            "Without PASSWORD you are asked for it. It has 8 to 256 characters; spaces are part\n"
            "of it. Then nobody else can take the name, nor one that looks like it.\n"
            "Example: /register",
        ),
        Wording(
            "/registrar [CONTRASEÑA]",
            "conservar tu nombre, con una contraseña",
            "Sin CONTRASEÑA se te pide. Tiene de 8 a 256 caracteres, con los espacios.\n"
            "Nadie más podrá tomar el nombre, ni uno que se le parezca.\n"
            "Ejemplo: /registrar",
        ),
        cost=PASSWORD_COST,
        secret=True,
        asks=True,
    ),
    Command(
        _login,
        Wording(
            "/login NAME [PASSWORD]",
            "log in",
            "Without PASSWORD you are asked for it. Then you are shown the lines that you missed.\n"
            "A script sends this as its first line.\n"
            "Example: /login ana",
        ),
        Wording(
            "/acceder NOMBRE [CONTRASEÑA]",
            "iniciar sesión",
            "Sin CONTRASEÑA se te pide. Después se te muestran las líneas que te perdiste.\n"
            "Un programa envía esto como su primera línea.\n"
            "Ejemplo: /acceder ana",
        ),
        cost=PASSWORD_COST,
        secret=True,
        asks=True,
        scope=Scope.NOTHING,
    ),
    Command(
        _password,
        Wording(
            "/password [keep-tokens] [NEW]",
            "change your password; ends other sessions",
            "Browsers have to sign in again, and other terminals to /login or /logout. Tokens end\n"
            "unless you write keep-tokens. You are asked for the present password, unless you\n"
            "typed it within five minutes.\n"
            "Example: /password",
        ),
        Wording(
            "/clave [conservar-tokens] [NUEVA]",
            "cambiar la contraseña",
            "Las demás sesiones terminan, y los tokens si no dices conservar-tokens. Antes\n"
            "se te pide la contraseña actual, salvo que la hayas escrito\n"
            "hace menos de cinco minutos.\n"
            "Ejemplo: /clave",
            aliases=(
                "contraseña",
                "contrasena",
            ),
        ),
        cost=PASSWORD_COST,
        secret=True,
        asks=True,
    ),
    Command(
        _logout,
        Wording(
            "/logout [others]",
            "be a guest again, or close your other connections",
            "/logout others closes connections that you left open, and signs your browsers out.\n"
            "Example: /logout others",
        ),
        Wording(
            "/cerrarsesion [otras]",
            "volver a ser invitado, o cerrar tus otras conexiones",
            "/cerrarsesion otras cierra las conexiones que quedaron abiertas, y la sesión en\n"
            "tus navegadores.\n"
            "Ejemplo: /cerrarsesion otras",
            aliases=(
                "cerrarsesión",
                "terminar",
            ),
        ),
        scope=Scope.NOTHING,
    ),
    Command(
        _token,
        Wording(
            "/token new|list|revoke [NAME [read]]",
            "access tokens for programs",
            "A program with a token speaks and reads as you, over HTTP; with read it only\n"
            "reads. A token cannot run rooms or change your account. It is shown once.\n"
            "Example: /token new ci read",
        ),
        Wording(
            "/token nuevo|lista|revocar [NOMBRE [leer]]",
            "tokens para programas",
            "Con un token un programa habla y lee como tú, por HTTP; con leer, solo lee. No\n"
            "puede administrar salas ni cambiar tu cuenta. Se muestra una vez.\n"
            "Ejemplo: /token nuevo ci leer",
            aliases=("ficha",),
        ),
        cost=KEEPING_COST,
        asks=True,
    ),
    Command(
        _unregister,
        Wording(
            "/unregister [PASSWORD]",
            "give up your name, and delete its data",
            "Your private lines and settings are deleted; your lines in rooms stay. Then anyone\n"
            "may take the name.\n"
            "Example: /unregister",
        ),
        Wording(
            "/desregistrar [CONTRASEÑA]",
            "renunciar a tu nombre y borrar sus datos",
            "Se borran tus líneas privadas y tus ajustes; tus líneas en las salas se quedan. El\n"
            "nombre queda libre.\n"
            "Ejemplo: /desregistrar",
        ),
        cost=PASSWORD_COST,
        secret=True,
        asks=True,
    ),
    Command(
        _whois,
        Wording(
            "/whois NAME",
            "show if NAME is registered, is here, or is away",
            "It names the rooms in which NAME is, if you may read them.\nExample: /whois luis",
        ),
        Wording(
            "/quienes NOMBRE",
            "ver si NOMBRE está registrado, y dónde está",
            "Muestra las salas en que está NOMBRE, si las puedes leer.\nEjemplo: /quienes luis",
            aliases=("quiénes",),
        ),
        scope=Scope.READ,
    ),
)
