"""The command for hooks: that what is said in a room is sent to a URL.

Who may do that is said by `chatd.chat.permissions`; what a hook may lead to, by
`chatd.webhooks.urls`.
"""

from __future__ import annotations

from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.base import KEEPING_COST, Command, Job, Wording, WrongUse
from chatd.commands.moderation import carry_out, room_to_run
from chatd.commands.password_prompt import present_password_question, with_present_password
from chatd.errors import ErrorKind, Refusal, short
from chatd.event import Deed
from chatd.rooms.room import Room
from chatd.text.times import local_time
from chatd.webhooks.registry import Hook
from chatd.webhooks.urls import MAX_URL, Destination, InvalidUrl, UrlFault, destination_of, may_lead

_FAULTS = {
    UrlFault.FORM: "no_hook_url",
    UrlFault.TOO_LONG: "hook_url_too_long",
    UrlFault.CREDENTIALS: "hook_url_has_password",
    UrlFault.NOT_ASCII: "hook_url_not_ascii",
}

_WORDS = {
    **dict.fromkeys(("add", "añadir", "anadir", "agregar"), "add"),
    **dict.fromkeys(("list", "lista", "listar"), "list"),
    **dict.fromkeys(("remove", "quitar", "borrar"), "remove"),
}
"""What can be done, by its words in each language."""


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
        return _ask_to_add(server, session, room, _destination(server, rest))
    if do == "remove" and rest:
        return _remove(server, session, room, rest)
    if do == "list" and not rest:
        _list(server, session, room)
        return None
    raise WrongUse


def _destination(server: ChatServer, text: str) -> Destination:
    try:
        to = destination_of(text)
    except InvalidUrl as invalid:
        key = _FAULTS[invalid.reason]
        raise Refusal(ErrorKind.WRONG_USE, key, url=short(text), limit=MAX_URL) from None
    rules = server.hooks.rules
    if to.scheme == "https" and not rules.tls:
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_hook_over_tls")
    if not may_lead(to, rules.allowed):
        raise Refusal(ErrorKind.NOT_ALLOWED, "no_hook_to_there", host=to.host)
    return to


def _ask_to_add(server: ChatServer, session: Session, room: Room, to: Destination) -> Job | None:
    """A hook shows a room to others for as long as it is there, so it takes the password."""
    if not server.logins.may_pass_secrets(session.confidential):
        raise Refusal(ErrorKind.NOT_ENCRYPTED, "no_secret_in_clear")
    return with_present_password(server, session, lambda _: _add(server, session, room.name, to))


async def _add(server: ChatServer, session: Session, name: str, to: Destination) -> None:
    room = server.rooms.called(name, session)  # meanwhile it may be gone, or run by others
    server.moderation.check(session, room, Act.HOOK)
    number, secret, put = server.hooks.add(room, to, session.name, int(server.now()))
    await carry_out(server, session, room, Deed("hook", to.origin), [put])
    session.answer("hook_added", number=number, room=room.name, url=to.url, secret=secret)


async def _remove(server: ChatServer, session: Session, room: Room, number: str) -> None:
    hooks = {str(hook.number): hook for hook in server.hooks.of(room)}
    hook = hooks.get(number)
    if hook is None:
        raise Refusal(ErrorKind.WRONG_USE, "no_such_hook", number=short(number), room=room.name)
    put = server.hooks.remove(hook)
    await carry_out(server, session, room, Deed("unhook", hook.to.origin), [put])


def _list(server: ChatServer, session: Session, room: Room) -> None:
    hooks = server.hooks.of(room)
    if not hooks:
        session.answer("no_hooks", room=room.name)
        return
    lines = [session.sentence("hooks", count=len(hooks), room=room.name)]
    session.tell("\n".join([*lines, *(_listed(session, room, hook) for hook in hooks)]))


def _listed(session: Session, room: Room, hook: Hook) -> str:
    waiting = max(0, room.head - hook.seq)
    listed = session.sentence(
        "hook_waits" if waiting else "hook_is_idle",
        number=hook.number,
        to=hook.to.origin,
        by=hook.by,
        time=local_time(hook.added),
        count=waiting,
    )
    if hook.error is None:
        return listed
    why = session.sentence(f"hook_{hook.error.why.value}", status=hook.error.status)
    return session.sentence("hook_fails", hook=listed, count=hook.failures, why=why)


TABLE = (
    Command(
        _hook,
        Wording(
            "/hook add URL|list|remove N",
            "send what is said here to a URL, signed",
            "Each line is a POST with JSON, in order; what fails is tried again. For operators\n"
            "of the room, in a private room for its owner alone. The secret that signs is shown\n"
            "once.\n"
            "Example: /hook add https://example.com/chat",
            aliases=("webhook",),
        ),
        Wording(
            "/webhook añadir URL|lista|quitar N",
            "enviar lo que se dice aquí a una URL, firmado",
            "Cada línea es un POST con JSON, en orden; lo que falla se intenta otra vez. Para\n"
            "operadores de la sala; en una privada, solo para su dueño. El secreto que firma se\n"
            "muestra una sola vez.\n"
            "Ejemplo: /webhook añadir https://example.com/chat",
            aliases=("gancho",),
        ),
        cost=KEEPING_COST,
        asks=True,
    ),
)
