"""The command for webhooks: the lines of a room are sent to a URL.

`chatd.chat.actions.hooks` decides who may have one, and where it may lead. Adding one takes the
password of the account, which this module asks for.
"""

from __future__ import annotations

from chatd.chat.actions import hooks
from chatd.chat.actions.authentication import PasswordProof
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.arguments import room_to_run
from chatd.commands.base import KEEPING_COST, Command, Job, Wording, WrongUse
from chatd.commands.deeds import tell_done
from chatd.commands.password_prompt import present_password_question, with_present_password
from chatd.i18n import Moment
from chatd.rooms.room import Room
from chatd.webhooks.registry import Hook
from chatd.webhooks.targets import NotDelivered
from chatd.webhooks.urls import Destination

_WORDS = {
    **dict.fromkeys(("add", "añadir", "anadir", "agregar"), "add"),
    **dict.fromkeys(("list", "lista", "listar"), "list"),
    **dict.fromkeys(("remove", "quitar", "borrar"), "remove"),
}
"""The things to do with hooks, by their words in each language."""


def _hook(server: ChatServer, session: Session, argument: str) -> Job | None:
    words = argument.lower().split(None, 2)[:2]  # a #ROOM may be the first
    if all(_WORDS.get(word) != "add" for word in words):
        return _do(server, session, argument)
    with present_password_question(session):
        return _do(server, session, argument)


def _do(server: ChatServer, session: Session, argument: str) -> Job | None:
    room, rest = room_to_run(server, session, argument, Act.HOOK)
    word, _, rest = rest.partition(" ")
    do, rest = _WORDS.get(word.lower()), rest.strip()
    if do == "add" and rest:
        to = hooks.hook_destination(server, rest)
        hooks.check_confidential(server, session)
        return with_present_password(
            server, session, lambda proof: _add(server, session, proof, room, to)
        )
    if do == "remove" and rest:
        return _remove(server, session, room, rest)
    if do == "list" and not rest:
        _list(server, session, room)
        return None
    raise WrongUse


async def _add(
    server: ChatServer, session: Session, proof: PasswordProof, room: Room, to: Destination
) -> None:
    # While the password was asked for, the room may have been forgotten and made anew.
    try:
        added = await hooks.add_hook(server, session, proof, room.name, to)
    except hooks.NotWanted as refusal:
        if hooks.may_see_reasons(server, session):
            session.answer("hook_reason", why=_reason(session, refusal.why))
        raise
    tell_done(session, added.done)
    session.answer(
        "hook_added",
        number=added.number,
        room=added.done.room.name,
        url=to.url,
        secret=added.secret,
    )


async def _remove(server: ChatServer, session: Session, room: Room, number: str) -> None:
    tell_done(session, await hooks.remove_hook(server, session, room, number))


def _list(server: ChatServer, session: Session, room: Room) -> None:
    found = hooks.list_hooks(server, session, room)
    if not found:
        session.answer("no_hooks", room=room.name)
        return
    lines = [session.sentence("hooks", count=len(found), room=room.name)]
    reasons = hooks.may_see_reasons(server, session)
    lines += [_listed(session, room, hook, reasons=reasons) for hook in found]
    session.tell("\n".join(lines))


def _listed(session: Session, room: Room, hook: Hook, *, reasons: bool) -> str:
    waiting = max(0, room.head - hook.seq)
    listed = session.sentence(
        "hook_waits" if waiting else "hook_is_idle",
        number=hook.number,
        to=hook.to.origin,
        by=hook.by,
        time=Moment(hook.added),
        count=waiting,
    )
    if not hook.proven:
        listed = session.sentence("hook_is_unproven", hook=listed)
    if hook.error is None:
        return listed
    why = _reason(session, hook.error) if reasons else session.sentence("hook_failed")
    return session.sentence("hook_fails", hook=listed, count=hook.failures, why=why)


def _reason(session: Session, error: NotDelivered) -> str:
    return session.sentence(f"hook_{error.why.value}", status=error.status)


TABLE = (
    Command(
        _hook,
        Wording(
            "/hook add URL|list|remove N",
            "send the lines of this room to a URL",
            "Each line is a signed POST with JSON, tried for a week. The URL must answer a\n"
            "challenge first. The secret that signs is shown once. Five a room at most. For\n"
            "operators; in a private room, for its owner.\n"
            "Example: /hook add https://example.com/chat",
            aliases=("webhook",),
        ),
        Wording(
            "/webhook añadir URL|lista|quitar N",
            "enviar las líneas de la sala a URL",
            "Cada línea es un POST firmado con JSON, que se intenta una semana. La URL responde\n"
            "antes a una prueba. El secreto que firma se muestra una vez. Cinco por sala. Para\n"
            "operadores; en una sala privada, para su dueño.\n"
            "Ejemplo: /webhook añadir https://example.com/chat",
            aliases=("gancho",),
        ),
        cost=KEEPING_COST,
        asks=True,
    ),
)
