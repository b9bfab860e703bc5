"""Commands of a room's staff: modes, roles and closing. `chatd.commands.sanctions` has the others.

``/mode private-lines`` is a mode of the whole server, and for its administrators. Each other one
acts on the room that the session is in, or on a ``#room`` that is named first. Members see the
deed in the room's log, so it is also the answer to a session that is a member. `chatd.chat.actions`
decides who may do it, and does it.
"""

from __future__ import annotations

from chatd.accounts.credentials import Scope
from chatd.chat.actions import operate, policy, roles
from chatd.chat.actions.enter import create
from chatd.chat.actions.policy import Switch
from chatd.chat.actions.registered_stays import address_of_register
from chatd.chat.permissions import Act, Mode, Role
from chatd.chat.private_lines import Senders
from chatd.chat.server import ChatServer
from chatd.chat.session import NAMES_SHOWN, Session
from chatd.commands import sanctions
from chatd.commands.arguments import (
    one_name,
    room_and_rest,
    room_to_run,
)
from chatd.commands.base import KEEPING_COST, SWITCH_WORDS, Command, Wording, WrongUse
from chatd.commands.deeds import answer_done, tell_done
from chatd.errors import ErrorKind, Refusal, short
from chatd.formats.base import mode_word
from chatd.i18n import people
from chatd.rooms.room import Room
from chatd.util.usage import nearest

_MODES = {
    **{mode.value: mode for mode in (Mode.OPEN, Mode.PRIVATE, Mode.MODERATED, Mode.ANNOUNCE)},
    **dict.fromkeys(("abierto", "abierta"), Mode.OPEN),
    **dict.fromkeys(("privado", "privada"), Mode.PRIVATE),
    **dict.fromkeys(("moderado", "moderada"), Mode.MODERATED),
    **dict.fromkeys(("anuncio", "anuncios"), Mode.ANNOUNCE),
}
"""The modes that can be set, by their words in each language."""


_PRIVATE_LINES = ("private-lines", "líneas-privadas", "lineas-privadas")
"""The word for the mode of the server, instead of one for a mode of a room."""

_SWITCHES = {
    **dict.fromkeys(("seen", "visto"), Switch.SEEN),
    **dict.fromkeys(("register", "registro"), Switch.REGISTER),
}
"""Words for what is switched on or off in a room, instead of a mode."""

_CLOSED = (Mode.CLOSED.value, "cerrado", "cerrada")
"""Words for the mode that only ``/close`` sets."""

_SENDERS = {
    **{senders.value: senders for senders in Senders},
    **dict.fromkeys(("todos", "todas"), Senders.EVERYONE),
    "miembros": Senders.MEMBERS,
}


_HOLDERS = {
    Role.OPERATOR: "operators_are",
    Role.VOICED: "voiced_are",
    Role.INVITED: "invited_are",
}
"""Keys of the sentences about the accounts that have a role."""


def _mode_called(word: str) -> Mode:
    """Return the mode of that word.

    Raises `WrongUse`, or `Refusal` with the word that is near, or with the command that closes.
    """
    try:
        return _MODES[word.lower()]
    except KeyError:
        if word.lower() in _CLOSED:
            raise Refusal(ErrorKind.WRONG_USE, "close_closes") from None
        if " " in word or (near := nearest(word, _MODES)) is None:
            raise WrongUse from None
        values = {"word": short(word), "near": near}
        raise Refusal(ErrorKind.WRONG_USE, "no_mode_near", **values) from None


# Rooms


async def _create(server: ChatServer, session: Session, argument: str) -> None:
    wanted, _, word = argument.partition(" ")
    if not wanted:
        raise WrongUse
    mode = _mode_called(word.strip()) if word.strip() else Mode.OPEN
    await create(server, session, wanted, mode)


async def _mode(server: ChatServer, session: Session, argument: str) -> None:
    first, _, rest = argument.partition(" ")
    if first.lower() in _PRIVATE_LINES:
        await _mode_of_private_lines(server, session, rest.strip())
        return
    room, word = room_and_rest(server, session, argument)
    first, _, rest = word.partition(" ")
    if (switch := _SWITCHES.get(first.lower())) is not None:
        await _mode_of_switch(server, session, room, switch, rest.strip())
    elif word:
        tell_done(session, await policy.set_mode(server, session, room, _mode_called(word)))
    else:
        _tell_mode(server, session, room)


async def _mode_of_private_lines(server: ChatServer, session: Session, word: str) -> None:
    done = None
    if word:
        server.moderation.check(session, None, Act.PRIVATE_LINES)
        if (senders := _SENDERS.get(word.lower())) is None:
            raise Refusal(ErrorKind.WRONG_USE, "wrong_senders", word=short(word))
        done = await operate.set_senders_of_private_lines(server, session, senders)
    if done is not None:
        tell_done(session, done)
    else:
        session.answer(f"private_lines_{operate.senders_of_private_lines(server).value}")


async def _mode_of_switch(
    server: ChatServer, session: Session, room: Room, switch: Switch, word: str
) -> None:
    done = None
    if word:
        if (on := SWITCH_WORDS.get(word.lower())) is None:
            raise Refusal(ErrorKind.WRONG_USE, "wrong_switch", word=short(word))
        done = await policy.set_switch(server, session, room, switch, on)
    if done is not None:
        tell_done(session, done)
    else:
        state = "on" if policy.is_on(server, session, room, switch) else "off"
        session.answer(f"switch_{switch.value}_{state}", room=room.name)
        if switch is Switch.REGISTER and (url := address_of_register(server, session, room)):
            session.answer("register_is_at", url=url)


def _tell_mode(server: ChatServer, session: Session, room: Room) -> None:
    mode, owner = policy.policy_of(server, session, room)
    told = session.sentence(
        "room_is_run_by" if owner else "room_is_run",
        room=room.name,
        mode=mode_word(session.language, mode.value),
        meaning=session.sentence(f"means_{mode.value}"),
        owner=owner,
    )
    members = policy.members_of(server, session, room, NAMES_SHOWN)
    listed = [
        session.sentence(_HOLDERS[role], people=people(session.language, names, 0, more))
        for role, (names, more) in members.items()
        if names
    ]
    session.tell("\n".join([told, *listed]))


async def _close(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_to_run(server, session, argument, Act.CLOSE)
    if rest:
        raise WrongUse
    if not policy.may_close(server, session, room):
        _tell_mode(server, session, room)
    elif not session.prompt.confirms(f"close {room.key}"):
        count = policy.members_put_out_by_closing(server, room)
        would = session.sentence("would_close", room=room.name, count=count)
        session.tell(f"{would}\n{session.sentence('ask_again')}")
    elif (done := await policy.close(server, session, room)) is not None:
        tell_done(session, done)


# Roles


async def _invite(server: ChatServer, session: Session, argument: str) -> None:
    await _give(server, session, argument, Act.INVITE, "invited_already")


async def _voice(server: ChatServer, session: Session, argument: str) -> None:
    await _give(server, session, argument, Act.VOICE, "voiced_already")


async def _op(server: ChatServer, session: Session, argument: str) -> None:
    await _give(server, session, argument, Act.OP)


async def _give(
    server: ChatServer, session: Session, argument: str, act: Act, otherwise: str = "may_already"
) -> None:
    room, rest = room_to_run(server, session, argument, act)
    name = one_name(server, rest)
    done = await roles.give_role(server, session, room, act, name)
    answer_done(session, done, room, name, otherwise)


async def _uninvite(server: ChatServer, session: Session, argument: str) -> None:
    await _take(server, session, argument, Act.INVITE, "not_invited")


async def _unvoice(server: ChatServer, session: Session, argument: str) -> None:
    await _take(server, session, argument, Act.VOICE, "not_voiced")


async def _unop(server: ChatServer, session: Session, argument: str) -> None:
    await _take(server, session, argument, Act.OP, "not_operator")


async def _take(server: ChatServer, session: Session, argument: str, act: Act, none: str) -> None:
    room, rest = room_to_run(server, session, argument, act)
    name = one_name(server, rest)
    done = await roles.take_role(server, session, room, act, name)
    answer_done(session, done, room, name, none)


TABLE = (
    Command(
        _create,
        Wording(
            "/create ROOM [MODE]",
            "create a room of your own; MODE as with /mode",
            "You set its mode and make its operators; without MODE it is open. Log in first: a\n"
            "guest owns no rooms, and nobody runs a room that a guest creates. You own a hundred\n"
            "at most.\n"
            "Example: /create class announce",
        ),
        Wording(
            "/crear SALA [MODO]",
            "crear una sala tuya; MODO como con /modo",
            "Tú pones su modo y das derechos de operador; sin MODO es abierto. Antes, inicia\n"
            "sesión: una sala que crea un invitado no la administra nadie. Puedes tener cien como\n"
            "mucho.\n"
            "Ejemplo: /crear clase anuncios",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _mode,
        Wording(
            "/mode [MODE]",
            "show or set the mode: open, private, moderated, announce",
            "open: all speak; private: by invitation, not listed; moderated: people with a voice;\n"
            "announce: operators. The owner sets it. Also: /mode seen off, /mode register on; on\n"
            "the server, /mode private-lines members.\n"
            "Example: /mode moderated",
        ),
        Wording(
            "/modo [MODO]",
            "ver o poner el modo: abierto, privado, moderado, anuncios",
            "abierto: hablan todos; privado: con invitación, no sale en la lista; moderado: con\n"
            "voz; anuncios: los operadores. Lo pone el dueño. Y /modo visto no, /modo registro\n"
            "sí; del servidor, /modo líneas-privadas miembros.\n"
            "Ejemplo: /modo moderado",
        ),
        scope=Scope.READ,
    ),
    Command(
        _invite,
        Wording(
            "/invite NAME",
            "let NAME enter a private room",
            "NAME is told, and can speak there. The invitation of a guest ends when they\n"
            "disconnect.\n"
            "Example: /invite luis",
        ),
        Wording(
            "/invitar NOMBRE",
            "dejar entrar a NOMBRE en una sala privada",
            "Se le dice a NOMBRE, que puede hablar allí. La invitación de un nombre sin registrar\n"
            "termina cuando se desconecta.\n"
            "Ejemplo: /invitar luis",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _uninvite,
        Wording("/uninvite NAME", "take the invitation back, and the voice"),
        Wording("/desinvitar NOMBRE", "retirar la invitación, y la voz"),
        undoes="invite",
    ),
    Command(
        _voice,
        Wording(
            "/voice NAME",
            "let NAME speak in a moderated room",
            "The voice of a guest ends when they disconnect; that of a registered name stays.\n"
            "Example: /voice luis",
        ),
        Wording(
            "/voz NOMBRE",
            "dejar hablar a NOMBRE en una sala moderada",
            "La voz de un invitado termina cuando se desconecta; la de un nombre registrado se\n"
            "queda.\n"
            "Ejemplo: /voz luis",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _unvoice,
        Wording("/unvoice NAME", "take the voice back"),
        Wording("/sinvoz NOMBRE", "retirar la voz"),
        undoes="voice",
    ),
    Command(
        _op,
        Wording(
            "/op NAME",
            "make NAME an operator, who runs the room with you",
            "An operator sets the topic, invites, gives voices, kicks, mutes and bans. NAME must\n"
            "be registered. Only the owner of the room makes operators.\n"
            "Example: /op luis",
        ),
        Wording(
            "/operador NOMBRE",
            "dar a NOMBRE derechos de operador de la sala",
            "Un operador pone el tema, invita, da voz, echa, calla y veta. NOMBRE tiene que\n"
            "estar registrado. Solo el dueño da derechos de operador.\n"
            "Ejemplo: /operador luis",
        ),
        cost=KEEPING_COST,
    ),
    Command(
        _unop,
        Wording("/unop NAME", "take operator rights back"),
        Wording("/sinoperador NOMBRE", "retirar los derechos de operador"),
        undoes="op",
    ),
    *sanctions.TABLE,
    Command(
        _close,
        Wording(
            "/close",
            "remove everyone from the room and close it",
            "Its history is kept, and its owner opens it again with /mode. Repeat the command\n"
            "within a minute to confirm.\n"
            "Example: /close",
        ),
        Wording(
            "/cerrar",
            "sacar a todos y cerrar la sala",
            "El historial se conserva, y su dueño la abre otra vez con /modo. Repite la orden\n"
            "en menos de un minuto para confirmar.\n"
            "Ejemplo: /cerrar",
        ),
    ),
)
"""Rows for those who run a room."""
