"""Dispatch of slash commands: a line is parsed, and its command is found and run; and /help.

The commands of /help, the tables of the documents, completion and the Spanish names follow from the
rows. To add a command, add a row to the table of one of the modules here, and a test; `base` says
what a row holds and what a handler may do. This module must not know what the commands do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chatd.accounts.credentials import Scope
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import accounts, history, hooks, moderation, operate, push, settings, talking
from chatd.commands.base import Command, Job, Wording, WrongUse, tell_why_not
from chatd.errors import ErrorKind, Refusal, short
from chatd.i18n import Language
from chatd.storage.contract import StoreError
from chatd.text.blanks import trimmed

_UNACCENTED = str.maketrans("áéíóú", "aeiou")
_COMMAND = re.compile(r"/([^\W\d_]+)(?: (.*))?", re.DOTALL)


def parse(line: str) -> tuple[str, str] | None:
    """Return the command's name, in lower case, and the rest of the line; None for text.

    A command is a slash and a word of letters, followed by a space or the end.
    """
    match = _COMMAND.fullmatch(line)
    return None if match is None else (match[1].lower(), match[2] or "")


def text_of(line: str) -> str:
    """Return the text of a line that is no command: without the first of two leading slashes."""
    return line[1:] if line.startswith("//") else line


def cost_of(name: str) -> int:
    """Return the rate-limit cost, in lines, of the command of that name."""
    command = COMMANDS.get(name)
    return 1 if command is None else command.cost


def takes_password(name: str) -> bool:
    """Return True if the command of that name may have a password in its line."""
    command = COMMANDS.get(name)
    return command is not None and command.secret


def only_answers(name: str) -> bool:
    """Return True if the command of that name changes nothing, or there is none."""
    command = COMMANDS.get(name)
    return command is None or command.only_answers


def action_in(line: str) -> str | None:
    """Return the action that a line says with ``/me``, or None. It is said as text is."""
    command = parse(line)
    if command is None or COMMANDS.get(command[0]) is not talking.ME:
        return None
    return trimmed(command[1]) or None


def run(server: ChatServer, session: Session, name: str, argument: str) -> Job | None:
    """Carry out a command, or tell the session why not. A returned job must be awaited."""
    command = COMMANDS.get(name)
    if command is None:
        session.error(ErrorKind.UNKNOWN_COMMAND, "unknown_command", command=f"/{short(name)}")
        return None
    if not command.secret:
        argument = trimmed(argument)
    try:
        if (refusal := session.identity.lacks(command.scope)) is not None:
            if command.asks:
                session.prompt.refuse_to_ask()
            raise refusal.anew()
        waiting = command.handler(server, session, argument)
    except (Refusal, WrongUse) as error:
        _tell_why_not(session, command, name, error)
        return None
    return None if waiting is None else _finish(session, command, name, waiting)


async def _finish(session: Session, command: Command, name: str, waiting: Job) -> None:
    before = session.room
    try:
        await waiting
    except (Refusal, WrongUse, StoreError) as error:
        _tell_why_not(session, command, name, error)
        if before is not None and session.room is None:  # see `stay_out`
            session.answer("in_no_room_now")


def _tell_why_not(
    session: Session, command: Command, name: str, error: Refusal | WrongUse | StoreError
) -> None:
    if isinstance(error, WrongUse):
        wording = command.wording(session.language)
        values = {"usage": wording.usage, "explanation": wording.explanation}
        session.error(ErrorKind.WRONG_USE, "wrong_use", command=f"/{name}", **values)
    else:
        tell_why_not(session, error)


def _help_command(server: ChatServer, session: Session, argument: str) -> None:
    name = argument.removeprefix("/").lower()
    if not name:
        titles = (_title(each, session.language) for each in SECTIONS.values())
        _list(session, GENERAL, titles)
        return
    command, section = COMMANDS.get(name), _section_called(name)
    if command is None and section is None:
        quoted = f"/{short(name)}"
        raise Refusal(ErrorKind.UNKNOWN_COMMAND, "no_help", command=quoted)
    if command is not None:
        _explain(session, command, name)
    if section is not None:
        _list(session, section.commands, ())


def _explain(session: Session, command: Command, name: str) -> None:
    wording = command.wording(session.language)
    others = ", ".join(f"/{other}" for other in command.names if other != name)
    other_names = session.sentence("help_other_names", names=others)
    session.tell(f"{wording.usage}: {wording.explanation}.\n{wording.details}\n{other_names}")


def commands_for(session: Session, commands: Iterable[Command]) -> Iterable[Command]:
    """Return those commands that do something for the client of a session."""
    many = session.subscriptions.multi_room
    return (command for command in commands if not (many and command.for_terminals))


def _list(session: Session, commands: Iterable[Command], others: Iterable[tuple[str, str]]) -> None:
    shown = commands_for(session, commands)
    wordings = [command.wording(session.language) for command in shown]
    rows = [*((each.usage, each.explanation) for each in wordings), *others]
    width = max(len(usage) for usage, _ in rows)
    lines = [f"{usage:{width}}  {explanation}" for usage, explanation in rows]
    session.tell("\n".join([*lines, session.sentence("help_more")]))


def _quit(server: ChatServer, session: Session, argument: str) -> None:
    session.answer("goodbye")
    server.finish(session)


@dataclass(frozen=True)
class Heading:
    """The title of a section of /help in one language.

    It has the section's names, the first one shown, and its subject.
    """

    names: tuple[str, ...]
    explanation: str


@dataclass(frozen=True)
class Section:
    """Commands that ``/help NAME`` lists. /help itself has a line for the section."""

    english: Heading
    spanish: Heading
    commands: tuple[Command, ...]

    def heading(self, language: Language) -> Heading:
        """Return the heading in a language."""
        return self.spanish if language is Language.SPANISH else self.english


def _title(section: Section, language: Language) -> tuple[str, str]:
    heading = section.heading(language)
    return f"/{HELP.wording(language).name} {heading.names[0]}", heading.explanation


def _section_called(name: str) -> Section | None:
    for section in SECTIONS.values():
        for heading in (section.english, section.spanish):
            if name in heading.names or name in (
                each.translate(_UNACCENTED) for each in heading.names
            ):
                return section
    return None


HELP = Command(
    _help_command,
    Wording(
        "/help [COMMAND]",
        "list the commands, or explain one of them",
        "It explains a section, too: /help account.\nExample: /help mute",
        aliases=("h",),
    ),
    Wording(
        "/ayuda [ORDEN]",
        "ver las órdenes, o explicar una de ellas",
        "Explica también una sección: /ayuda cuenta.\nEjemplo: /ayuda callar",
    ),
    only_answers=True,
    scope=Scope.NOTHING,
)

QUIT = Command(
    _quit,
    Wording(
        "/quit",
        "close the connection",
        "What you said stays in the history of the room.\nExample: /quit",
        aliases=("exit", "bye"),
    ),
    Wording(
        "/salir",
        "cerrar la conexión",
        "Lo que has dicho se queda en el historial de la sala.\nEjemplo: /salir",
        aliases=("adios", "adiós"),
    ),
    scope=Scope.NOTHING,
)

GENERAL = (HELP, *talking.TABLE, QUIT)
"""The commands that /help lists at once."""

SECTIONS = {
    "account": Section(
        Heading(("account",), "a name of your own: passwords, logging in and out, tokens"),
        Heading(("cuenta",), "un nombre solo tuyo: contraseñas, iniciar y cerrar sesión, tokens"),
        (*accounts.TABLE, *push.TABLE),
    ),
    "settings": Section(
        Heading(("settings", "me"), "what you are shown: language, bell, people to ignore, away"),
        Heading(
            ("ajustes", "yo"), "lo que se te muestra: idioma, timbre, a quién ignoras, ausencia"
        ),
        settings.TABLE,
    ),
    "past": Section(
        Heading(("past",), "earlier lines: history, search, and what you missed"),
        Heading(("pasado",), "líneas anteriores: historial, buscar, lo que te perdiste"),
        history.TABLE,
    ),
    "moderation": Section(
        Heading(("moderation",), "running a room: who may enter and speak, mutes, bans"),
        Heading(("moderar", "moderación"), "administrar una sala: quién entra y habla, vetos"),
        moderation.TABLE,
    ),
    "webhooks": Section(
        Heading(("webhooks", "hooks"), "sending what is said to a URL"),
        Heading(("webhooks", "ganchos"), "enviar lo que se dice a una URL"),
        hooks.TABLE,
    ),
    "server": Section(
        Heading(("server",), "for the administrators of the server"),
        Heading(("servidor",), "para quienes administran el servidor"),
        operate.TABLE,
    ),
}
"""The sections of /help, in its order, with the other commands. An answer has at most 20 lines."""

TABLE = (*GENERAL, *(command for section in SECTIONS.values() for command in section.commands))
"""All commands, in the order of /help."""

COMMANDS = {name: command for command in TABLE for name in command.names}
"""The commands by each of their names."""
