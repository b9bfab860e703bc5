"""The table of all slash commands, in sections, and /help, which explains them.

The lists of /help, the tables of the documents, completion and the Spanish names follow from the
rows. /help itself lists the commands that people need, and the sections; each answer fits on a
small screen. A command that undoes another one is explained with that one. This module must not
know what the commands do, nor how they are run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from textwrap import wrap

from chatd.accounts.credentials import Scope
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands import (
    accounts,
    history,
    hooks,
    incident,
    moderation,
    operate,
    push,
    questions,
    seen,
    settings,
    talking,
)
from chatd.commands.base import Command, Wording
from chatd.errors import ErrorKind, Refusal, short
from chatd.i18n import Language
from chatd.util.usage import nearest

_UNACCENTED = str.maketrans("áéíóú", "aeiou")


COLUMNS = 74
"""The widest line of an answer: a terminal of 80 columns has room for the mark of the server."""

WIDEST_USAGE = 26
"""The widest usage in a list that its explanation follows in the same line."""


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


def commands_for(session: Session, commands: Iterable[Command]) -> list[Command]:
    """Return those commands that do something for the client of a session."""
    many = session.subscriptions.multi_room
    return [command for command in commands if not (many and command.for_terminals)]


def _help(server: ChatServer, session: Session, argument: str) -> None:
    name = argument.removeprefix("/").lower()
    if not name:
        _list_all(session)
        return
    command, section = COMMANDS.get(name), _NAMES_OF_SECTIONS.get(_unaccented(name))
    if command is None and section is None:
        section = _PLURALS_OF_SECTIONS.get(_plural(_unaccented(name)))
    if command is None and section is None:
        near = nearest_command(session, name, _NAMES_OF_SECTIONS)
        key = "no_help" if near is None else "no_help_near"
        raise Refusal(ErrorKind.UNKNOWN_COMMAND, key, command=f"/{short(name)}", near=near)
    if command is not None:
        _explain(session, command)
    if section is not None:
        _list_section(session, section)


def nearest_command(session: Session, name: str, others: Collection[str] = ()) -> str | None:
    """Return the name of a command, or one of ``others``, that is spelled most like a name.

    It is a name in the language of the session, perhaps of a command whose name in another one is
    near. None if none is near.
    """
    wordings = [command.wording(session.language) for command in TABLE]
    own = [name for each in wordings for name in (each.name, *each.aliases)]
    if (near := nearest(name, [*own, *others]) or nearest(name, COMMANDS)) is None:
        return None
    return near if near in own or near in others else COMMANDS[near].wording(session.language).name


def _explain(session: Session, command: Command) -> None:
    wanted = COMMANDS[command.undoes] if command.undoes else command
    rows = [wanted, *(each for each in TABLE if each.undoes == wanted.name)]
    wordings = [each.wording(session.language) for each in rows]
    shown = {each.name for each in wordings}
    others = ", ".join(f"/{name}" for each in rows for name in each.names if name not in shown)
    *details, example = wordings[0].details.split("\n")
    paragraphs = [*(f"{each.usage}: {each.explanation}." for each in wordings), " ".join(details)]
    paragraphs.append(example)
    if others:
        paragraphs.append(session.sentence("help_other_names", names=others))
    if session.subscriptions.multi_room:  # its client wraps them to its own width
        lines = paragraphs
    else:
        lines = [line for each in paragraphs for line in _wrapped(each)]
    session.tell("\n".join(lines))


def _wrapped(text: str, first: str = "", next_: str = "") -> list[str]:
    """Return the lines of a text, the first one after *first*, and each other after *next_*."""
    return wrap(
        text,
        COLUMNS,
        initial_indent=first,
        subsequent_indent=next_,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _list_all(session: Session) -> None:
    sections = (each for each in SECTIONS.values() if commands_for(session, each.commands))
    headings = (each.heading(session.language) for each in sections)
    help_ = HELP.wording(session.language).name
    titles = ((f"/{help_} {each.names[0]}", each.explanation) for each in headings)
    _list(session, [*_rows(session, GENERAL), *titles], session.sentence("help_more"))


def _list_section(session: Session, section: Section) -> None:
    example = section.commands[0].wording(session.language).name
    more = [session.sentence("help_more_in", command=example)]
    undoing = [each.wording(session.language).name for each in section.commands if each.undoes]
    if undoing:
        names = ", ".join(f"/{name}" for name in undoing)
        more = [*_wrapped(session.sentence("help_undo", names=names)), *more]
    _list(session, _rows(session, section.commands), *more)


def _rows(session: Session, commands: Iterable[Command]) -> list[tuple[str, str]]:
    wordings = (each.wording(session.language) for each in commands if not each.undoes)
    return [(each.usage, each.explanation) for each in wordings]


def _list(session: Session, rows: list[tuple[str, str]], *more: str) -> None:
    width = min(max(len(usage) for usage, _ in rows), WIDEST_USAGE)
    lines: list[str] = []
    for usage, text in rows:
        if len(usage) > width:
            lines.append(usage)
            usage = ""
        lines += _wrapped(text, f"{usage:{width}}  ", " " * (width + 2))
    session.tell("\n".join([*lines, *more]))


def _unaccented(name: str) -> str:
    return name.translate(_UNACCENTED)


def _plural(name: str) -> str:
    return name.removesuffix("s") + "s"


HELP = Command(
    _help,
    Wording(
        "/help [COMMAND]",
        "list commands, or explain one",
        "/help SECTION lists the commands of a section: /help account. Each command is explained\n"
        "with its limits, an example and its other names.\n"
        "Example: /help mute",
        aliases=("h",),
    ),
    Wording(
        "/ayuda [ORDEN]",
        "ver las órdenes, o explicar una",
        "/ayuda SECCIÓN muestra las órdenes de una sección: /ayuda cuenta. Cada orden se explica\n"
        "con sus límites, un ejemplo y sus otros nombres.\n"
        "Ejemplo: /ayuda callar",
    ),
    only_answers=True,
    scope=Scope.NOTHING,
)

SECTIONS = {
    "talking": Section(
        Heading(("talking",), "names, rooms, people, private lines, topics"),
        Heading(("hablar",), "nombres, salas, gente, líneas privadas, temas"),
        talking.TABLE,
    ),
    "questions": Section(
        Heading(("questions",), "asking a room, answering, seeing who has not"),
        Heading(("preguntas",), "preguntar a la sala, responder, ver quién falta"),
        questions.TABLE,
    ),
    "account": Section(
        Heading(("account",), "keeping a name: password, logging in and out, tokens"),
        Heading(("cuenta",), "conservar un nombre: contraseña, sesión, tokens"),
        (*accounts.TABLE, *push.TABLE),
    ),
    "settings": Section(
        Heading(("settings", "me"), "language, bell, people to ignore, being away"),
        Heading(("ajustes", "yo"), "idioma, timbre, personas que ignoras, ausencia"),
        settings.TABLE,
    ),
    "past": Section(
        Heading(("past",), "earlier lines: history, search, missed lines"),
        Heading(("pasado",), "líneas anteriores: historial, buscar, lo pendiente"),
        (*history.TABLE, *seen.TABLE),
    ),
    "incident": Section(
        Heading(("incident",), "decisions, and alerts that somebody has"),
        Heading(("incidente",), "decisiones, y alertas de las que alguien se ocupa"),
        incident.TABLE,
    ),
    "terminal": Section(
        Heading(("terminal",), "several lines at once, times, output of programs"),
        Heading(("terminal",), "varias líneas a la vez, horas, salida de programas"),
        settings.FOR_TERMINALS,
    ),
    "moderation": Section(
        Heading(("moderation",), "running a room: modes, invitations, mutes, bans"),
        Heading(("moderar", "moderación"), "administrar una sala: modos, invitaciones, vetos"),
        moderation.TABLE,
    ),
    "webhooks": Section(
        Heading(("webhooks", "hooks"), "tools that post in a room, or receive its lines"),
        Heading(("webhooks", "ganchos"), "herramientas que publican aquí, o reciben líneas"),
        hooks.TABLE,
    ),
    "server": Section(
        Heading(("server",), "figures, and commands for administrators"),
        Heading(("servidor",), "cifras, y órdenes para administradores"),
        operate.TABLE,
    ),
}
"""The sections of /help, in its order."""

_ALL = (HELP, *(command for section in SECTIONS.values() for command in section.commands))

COMMANDS = {name: command for command in _ALL for name in command.names}
"""The commands by each of their names."""

GENERAL = tuple(
    COMMANDS[name] for name in ("nick", "join", "leave", "msg", "me", "who", "search", "help")
)
"""The commands that /help lists at once: those that people need. All but itself are in a section,
too."""

TABLE = tuple(dict.fromkeys((*GENERAL, *_ALL)))
"""All commands, in the order of /help. A command comes right before the one that undoes it."""

_NAMES_OF_SECTIONS = {
    _unaccented(name): section
    for section in SECTIONS.values()
    for heading in (section.english, section.spanish)
    for name in heading.names
}

_PLURALS_OF_SECTIONS = {_plural(name): each for name, each in _NAMES_OF_SECTIONS.items()}
