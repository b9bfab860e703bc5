"""Commands for the settings of a session: its view of the rooms, and how its lines are read.

`chatd.chat.actions.settings` stores them with the account, if the session has one.
"""

from __future__ import annotations

from chatd.accounts.credentials import Scope
from chatd.chat.actions import settings
from chatd.chat.actions.stay import set_stay
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import talking
from chatd.commands.base import SWITCH_WORDS, Command, Wording, WrongUse, switch
from chatd.errors import ErrorKind, Refusal
from chatd.i18n import Language
from chatd.rooms.view import Bell
from chatd.text.folding import fold
from chatd.text.validation import InvalidName, validate_name

_MENTIONS = ("mentions", "menciones")


async def _echo(server: ChatServer, session: Session, argument: str) -> None:
    echo = switch(argument)
    await settings.set_echo(server, session, echo)
    session.answer("echo_on" if echo else "echo_off")


async def _times(server: ChatServer, session: Session, argument: str) -> None:
    times = switch(argument)
    await settings.set_times(server, session, times)
    session.answer("times_on" if times else "times_off")


async def _language(server: ChatServer, session: Session, argument: str) -> None:
    try:
        language = Language(argument.lower())
    except ValueError:
        raise WrongUse from None
    await settings.set_language(server, session, language)
    session.answer("language")


def _text(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    settings.become_text_only(session)
    session.answer("text_only")


def _json(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    raise Refusal(ErrorKind.NOT_ALLOWED, "json_first")  # what the first line asks for was done


async def _bell(server: ChatServer, session: Session, argument: str) -> None:
    if argument.lower() in _MENTIONS:
        bell = Bell.MENTIONS
    else:
        bell = Bell.ON if switch(argument) else Bell.OFF
    await settings.set_bell(server, session, bell)
    session.answer(f"bell_{bell.value}")


async def _quiet(server: ChatServer, session: Session, argument: str) -> None:
    quiet = switch(argument)
    await settings.set_quiet(server, session, quiet)
    session.answer("quiet_on" if quiet else "quiet_off")


async def _guests(server: ChatServer, session: Session, argument: str) -> None:
    guests = switch(argument)
    await settings.set_guests(server, session, guests)
    session.answer("guests_on" if guests else "guests_off")


async def _stay(server: ChatServer, session: Session, argument: str) -> None:
    stay = switch(argument)
    await set_stay(server, session, stay)
    session.answer("stay_on" if stay else "stay_off")


async def _away(server: ChatServer, session: Session, argument: str) -> None:
    if argument.lower() in SWITCH_WORDS:
        raise WrongUse  # the others would receive the text "off"
    if not argument and not server.sessions.away_text(session.name):
        argument = session.sentence("away")
    away = await settings.set_away(server, session, argument)
    session.answer("away_on" if away else "away_off", away=away)


async def _ignore(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        _list_ignored(session)
        return
    name = _name(argument)
    if fold(name) == fold(session.name):
        raise WrongUse
    await settings.ignore(server, session, name)
    session.answer("ignored", name=name)


async def _unignore(server: ChatServer, session: Session, argument: str) -> None:
    if not argument:
        _list_ignored(session)
        return
    name = _name(argument)
    was_ignored = await settings.unignore(server, session, name)
    session.answer("unignored" if was_ignored else "not_ignored", name=name)


def _list_ignored(session: Session) -> None:
    ignored = settings.ignored_names(session)
    session.answer("ignores" if ignored else "ignores_nobody", names=", ".join(ignored))


def _name(argument: str) -> str:
    try:
        return validate_name(argument)
    except InvalidName:
        raise WrongUse from None


FOR_TERMINALS = (
    talking.PASTE,
    Command(
        _echo,
        Wording(
            "/echo on|off",
            "show (or hide) your own lines",
            "Errors are always shown, and /history shows your own lines, too.\nExample: /echo off",
        ),
        Wording(
            "/eco sí|no",
            "mostrar (u ocultar) tus propias líneas",
            "Los errores se muestran siempre, y /historial muestra también tus líneas.\n"
            "Ejemplo: /eco no",
        ),
        for_terminals=True,
        scope=Scope.READ,
    ),
    Command(
        _times,
        Wording(
            "/times on|off",
            "show (or hide) the time of each line",
            "Lines of the past always have their time.\nExample: /times on",
        ),
        Wording(
            "/horas sí|no",
            "mostrar (u ocultar) la hora de cada línea",
            "Las líneas del pasado llevan siempre su hora.\nEjemplo: /horas sí",
        ),
        for_terminals=True,
        scope=Scope.READ,
    ),
    Command(
        _text,
        Wording(
            "/text",
            "take every further line as text, and none as a command",
            "For the output of programs: no line of it can rename or move you. It lasts until the\n"
            "connection ends. (echo /nick ci; echo /text; make) | nc -N 127.0.0.1 60060\n"
            "Example: /text",
        ),
        Wording(
            "/texto",
            "tomar como texto todas las líneas que sigan, y ninguna como orden",
            "Para la salida de programas: ninguna línea te cambia el nombre ni la sala, hasta el\n"
            "fin de la conexión. (echo /nombre ci; echo /texto; make) | nc -N 127.0.0.1 60060\n"
            "Ejemplo: /texto",
        ),
        for_terminals=True,
        scope=Scope.READ,
    ),
    Command(
        _json,
        Wording(
            "/json",
            "speak JSON, if it is the first line of a connection",
            "For programs: each message is a JSON object in a line, with receipts and places in\n"
            'the log; docs/wire.md has all of them. The first one is {"type":"hello"}.\n'
            "Example: /json",
        ),
        Wording(
            "/json",
            "hablar en JSON, si es la primera línea de la conexión",
            "Para programas: cada mensaje es un objeto JSON en una línea, con acuses de recibo y\n"
            "lugares en el registro; docs/wire.md los tiene todos. El primero es\n"
            '{"type":"hello"}.\n'
            "Ejemplo: /json",
        ),
        for_terminals=True,
        scope=Scope.READ,
    ),
)
"""Rows for clients that show lines as they come: in a browser they change nothing."""

TABLE = (
    Command(
        _language,
        Wording(
            "/language en|es",
            "choose the language in which the server speaks to you",
            "It changes for you alone.\nExample: /language es",
        ),
        Wording(
            "/idioma en|es",
            "elegir el idioma en que te habla el servidor",
            "Cambia solo para ti.\nEjemplo: /idioma es",
        ),
        scope=Scope.READ,
    ),
    Command(
        _ignore,
        Wording(
            "/ignore [NAME]",
            "hide the lines of NAME, or list ignored names",
            "NAME is not told. It holds for their private lines, too. You may ignore a hundred\n"
            "people.\n"
            "Example: /ignore luis",
        ),
        Wording(
            "/ignorar [NOMBRE]",
            "ocultar las líneas de NOMBRE, o ver a quién ignoras",
            "A NOMBRE no se le dice. Vale también para sus líneas privadas. Cien personas como\n"
            "mucho.\n"
            "Ejemplo: /ignorar luis",
        ),
    ),
    Command(
        _unignore,
        Wording("/unignore NAME", "show the lines of NAME again"),
        Wording("/atender NOMBRE", "mostrar otra vez las líneas de NOMBRE"),
        undoes="ignore",
    ),
    Command(
        _guests,
        Wording(
            "/guests on|off",
            "take (or refuse) private lines from guests",
            "With off, only people who are logged in can write private lines to you; guests are\n"
            "told.\n"
            "Example: /guests off",
        ),
        Wording(
            "/invitados sí|no",
            "recibir (o rechazar) líneas privadas de invitados",
            "Con no, solo te pueden escribir líneas privadas las personas que han iniciado\n"
            "sesión.\n"
            "Ejemplo: /invitados no",
        ),
    ),
    Command(
        _bell,
        Wording(
            "/bell on|off|mentions",
            "beep on every line, none, or mentions of you",
            "Your own lines never beep. With mentions, private lines beep, too.\n"
            "Example: /bell mentions",
        ),
        Wording(
            "/timbre sí|no|menciones",
            "pitar con cada línea, ninguna, o si te nombran",
            "Tus propias líneas no pitan nunca. Con menciones pitan también las líneas\n"
            "privadas.\n"
            "Ejemplo: /timbre menciones",
        ),
        scope=Scope.READ,
    ),
    Command(
        _quiet,
        Wording(
            "/quiet on|off",
            "hide (or show) joins, leaves and renames",
            "For you alone. All else is shown as before; /who lists the people in the room.\n"
            "Example: /quiet on",
        ),
        Wording(
            "/silencio sí|no",
            "ocultar (o mostrar) entradas, salidas y cambios de nombre",
            "Solo para ti. Lo demás se muestra como antes; /quien dice quién está en la sala.\n"
            "Ejemplo: /silencio sí",
        ),
        scope=Scope.READ,
    ),
    Command(
        _away,
        Wording(
            "/away [TEXT]",
            "say that you are away; again to come back",
            "TEXT, 200 characters at most, is shown to people who write private lines to you, and\n"
            "by /whois. Without TEXT it says: back later.\n"
            "Example: /away back at three",
        ),
        Wording(
            "/ausente [TEXTO]",
            "decir que no estás; otra vez, para volver",
            "TEXTO, de 200 caracteres como mucho, se muestra en /quienes y al escribirte una\n"
            "línea privada. Sin TEXTO dice: vuelvo luego.\n"
            "Ejemplo: /ausente vuelvo a las tres",
        ),
    ),
    Command(
        _stay,
        Wording(
            "/stay on|off",
            "stay in your rooms while you are not connected",
            "For 30 days, and away to the others. You leave a room by /leave, by another one that\n"
            "you enter from it, or when you are put out. For accounts; it is off at first.\n"
            "Example: /stay on",
        ),
        Wording(
            "/permanecer sí|no",
            "seguir en tus salas mientras no tienes conexión",
            "Durante 30 días, y como ausente para los demás. De una sala se sale con /dejar, al\n"
            "pasar a otra o si te echan. Solo para cuentas; al principio, no.\n"
            "Ejemplo: /permanecer sí",
        ),
    ),
)
