"""The command for pushes: being notified while one is away.

`chatd.chat.actions.push` decides who may have one, and `chatd.chat.actions.hooks` where it may
lead. Setting one takes the password of the account, which this module asks for.
"""

from __future__ import annotations

from chatd.chat.actions import hooks, push
from chatd.chat.actions.authentication import PasswordProof
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import KEEPING_COST, SWITCH_WORDS, Command, Job, Wording, WrongUse
from chatd.commands.password_prompt import present_password_question, with_present_password
from chatd.webhooks.urls import Destination

_CONFIRM = ("confirm", "confirmar")
_TEXT = ("text", "texto")


def _push(server: ChatServer, session: Session, argument: str) -> Job | None:
    word, _, rest = argument.partition(" ")
    rest = rest.strip()
    if not word:
        _tell(server, session)
        return None
    if SWITCH_WORDS.get(word.lower()) is False and not rest:
        return _end(server, session)
    if word.lower() in _CONFIRM:
        if not rest:
            raise WrongUse
        return _confirm(server, session, rest)
    with present_password_question(session):
        return _set(server, session, word, rest)


def _set(server: ChatServer, session: Session, url: str, rest: str) -> Job | None:
    if rest and rest.lower() not in _TEXT:
        raise WrongUse
    push.check_push(server, session)
    to = hooks.hook_destination(server, url)
    return with_present_password(
        server, session, lambda proof: _send_code(server, session, proof, to, with_text=bool(rest))
    )


async def _send_code(
    server: ChatServer, session: Session, proof: PasswordProof, to: Destination, *, with_text: bool
) -> None:
    try:
        await push.send_code(server, session, proof, to, with_text=with_text)
    except push.NotTaken as refusal:
        if hooks.may_see_reasons(server, session):
            why = session.sentence(f"hook_{refusal.why.why.value}", status=refusal.why.status)
            session.answer("hook_reason", why=why)
        raise
    session.answer("push_code_sent", target=to.origin)


async def _confirm(server: ChatServer, session: Session, code: str) -> None:
    await push.confirm(server, session, code)
    _tell(server, session)


async def _end(server: ChatServer, session: Session) -> None:
    ended = await push.end_push(server, session)
    session.answer("push_ended" if ended else "no_push")


def _tell(server: ChatServer, session: Session) -> None:
    found = push.push_of(server, session)
    if found is None:
        session.answer("no_push")
        return
    key = "push_is_with_text" if found.with_text else "push_is"
    told = session.sentence(key, target=found.to.origin)
    if found.failures:
        told = session.sentence("push_fails", push=told, count=found.failures)
    session.tell(told)


TABLE = (
    Command(
        _push,
        Wording(
            "/push [URL [text]|confirm CODE|off]",
            "be notified while you are away",
            "Of mentions and private lines; with text, in full. URL is of ntfy, of Gotify\n"
            "(/message?token=...), or takes JSON. A code is sent there, to confirm. A new\n"
            "password ends it.\n"
            "Example: /push https://ntfy.sh/a-topic-that-nobody-guesses",
        ),
        Wording(
            "/avisos [URL [texto]|confirmar CÓDIGO|no]",
            "recibir avisos cuando no estás",
            "De menciones y líneas privadas; con texto, enteras. URL es de ntfy, de Gotify\n"
            "(/message?token=...), o acepta JSON. Confirma el código que le llegue. Una\n"
            "contraseña nueva los quita.\n"
            "Ejemplo: /avisos https://ntfy.sh/un-tema-que-nadie-adivina",
        ),
        cost=KEEPING_COST,
        asks=True,
    ),
)
