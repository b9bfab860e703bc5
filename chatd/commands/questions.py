"""The commands for questions: asking a room, answering, seeing who has not, closing, showing."""

from __future__ import annotations

from collections.abc import Sequence

from chatd.accounts.credentials import Scope
from chatd.chat.actions import ask
from chatd.chat.question_grammar import listed, question_of
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.arguments import room_and_rest
from chatd.commands.base import KEEPING_COST, Command, Wording, WrongUse
from chatd.errors import short
from chatd.formats.base import yes_or
from chatd.i18n import people

PEOPLE_NAMED = 40
"""Most names of people who have not answered, or whose answer is yes: a class, on a screen."""

WORDS_LISTED = 40
"""Most answers in words that ``/answers`` lists; the others are counted."""

_DONE = ("done", "fin", "hecho", "listo")
_ANONYMOUS = ("anon", "anónima", "anonima", "anónimo", "anonimo")
_SHOWN = ("answers", "respuestas")
"""The words for closing a question, for asking an anonymous one, and for showing the answers."""


async def _ask(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_and_rest(server, session, argument)
    if not rest:
        raise WrongUse
    if rest.lower() in _DONE:
        standing = await ask.close(server, session, room)
        if room not in session.memberships:
            _tell(session, standing)
        return
    first, _, others = rest.partition(" ")
    anonymous = bool(others) and first.lower() in _ANONYMOUS
    question = question_of(others.strip() if anonymous else rest, anonymous=anonymous)
    await ask.ask(server, session, room, question)
    if room not in session.memberships:
        session.answer("asked_in", room=room.name)


async def _answer(server: ChatServer, session: Session, argument: str) -> None:
    given = await ask.answer(server, session, session.joined.here(), argument)
    record = given.asked.record
    if record.options:
        words = f"{given.option + 1}: {record.options[given.option]}"
    else:
        words = yes_or(session.language, given.words)
    if record.anonymous:
        session.answer("answered_once", answer=short(words, 100))
        return
    key = "answered_again" if given.again else "answered"
    session.answer(key, answer=short(words, 100), name=record.by)


async def _answers(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_and_rest(server, session, argument)
    if rest:
        raise WrongUse
    _tell(session, ask.look(server, session, room))


async def _show(server: ChatServer, session: Session, argument: str) -> None:
    room, rest = room_and_rest(server, session, argument)
    if rest.lower() not in _SHOWN:
        raise WrongUse
    await ask.show(server, session, room)
    if room not in session.memberships:
        session.answer("shown_in", room=room.name)


def _tell(session: Session, standing: ask.Standing) -> None:
    """Tell a session who has answered a question, how many chose what, and who has not yet."""
    given = len(standing.given)
    parts = [session.sentence("have_answered", count=given, expected=standing.expected)]
    if standing.counts:
        parts.append(f"{listed([str(each.people) for each in standing.counts])}.")
    if standing.missing:
        parts.append(
            session.sentence(
                "not_yet", people=_names(session, [name for _, name in standing.missing])
            )
        )
    lines = [" ".join(parts)]
    if standing.shows_words:
        lines += _in_words(session, standing)
    session.tell("\n".join(lines))


def _in_words(session: Session, standing: ask.Standing) -> list[str]:
    """Return a line for each answer in words, and one for all that are yes alone."""
    plain = [each.name for each in standing.given if not each.words]
    others = [each for each in standing.given if each.words]
    lines = [f"{yes_or(session.language, '')}: {_names(session, plain)}"] if plain else []
    lines += [f"{each.name}: {each.words}" for each in others[:WORDS_LISTED]]
    if len(others) > WORDS_LISTED:
        lines.append(session.sentence("more_answers", count=len(others) - WORDS_LISTED))
    return lines


def _names(session: Session, names: Sequence[str]) -> str:
    """Return names as people read them, at most `PEOPLE_NAMED` of them."""
    named = names[:PEOPLE_NAMED]
    return people(session.language, named, 0, len(names) - len(named))


TABLE = (
    Command(
        _ask,
        Wording(
            "/ask QUESTION [| OPTION ...]",
            "ask the room; only you see the answers",
            "Up to nine options, each after |; without any, people answer in words. /ask done\n"
            "closes it, and the room sees the counts. /ask anon QUESTION | OPTION keeps no\n"
            "names. If a room has operators, they ask.\n"
            "Example: /ask Which port does HTTP use? | 21 | 80 | 443",
            aliases=("question",),
        ),
        Wording(
            "/preguntar PREGUNTA [| OPCIÓN ...]",
            "hacer una pregunta a la sala",
            "Hasta nueve opciones, cada una tras |; sin ellas se responde con palabras.\n"
            "/preguntar fin la cierra, y la sala ve el recuento. /preguntar anónima PREGUNTA\n"
            "no guarda nombres. Si hay operadores, preguntan ellos.\n"
            "Ejemplo: /preguntar ¿Qué puerto usa HTTP? | 21 | 80 | 443",
            aliases=("pregunta",),
        ),
        cost=KEEPING_COST,
        scope=Scope.WRITE,
    ),
    Command(
        _answer,
        Wording(
            "/a [ANSWER]",
            "answer the last question of the room; alone, yes",
            "ANSWER is the number of an option, or its text; words, if there are no options. You\n"
            "may answer again until it is closed, also while you are muted.\n"
            "Example: /a 2",
            aliases=("answer",),
        ),
        Wording(
            "/a [RESPUESTA]",
            "responder a la última pregunta de la sala; sin nada, sí",
            "RESPUESTA es el número de una opción, o su texto; palabras, si no hay opciones.\n"
            "Puedes cambiarla hasta que se cierre. También responde quien está callado.\n"
            "Ejemplo: /a 2",
            aliases=("r", "responder"),
        ),
        scope=Scope.WRITE,
    ),
    Command(
        _answers,
        Wording(
            "/answers [#ROOM]",
            "count the answers, and list the people who have not answered",
            "For the author of the question, and operators. Answers in words are for the author\n"
            "alone.\n"
            "Example: /answers",
        ),
        Wording(
            "/respuestas [#SALA]",
            "contar las respuestas, y ver quién falta por responder",
            "Para quien hizo la pregunta, y los operadores. Las respuestas con palabras son solo\n"
            "para quien la hizo.\n"
            "Ejemplo: /respuestas",
        ),
        only_answers=True,
        scope=Scope.READ,
    ),
    Command(
        _show,
        Wording(
            "/show answers",
            "show the room the answers to your question, with names",
            "They are of the last question that you asked, also once it is closed. Until then\n"
            "only you see them.\n"
            "Example: /show answers",
        ),
        Wording(
            "/mostrar respuestas",
            "mostrar a la sala las respuestas a tu pregunta, con nombres",
            "Son de la última pregunta que hiciste, también si está cerrada. Hasta entonces solo\n"
            "las ves tú.\n"
            "Ejemplo: /mostrar respuestas",
        ),
        cost=KEEPING_COST,
        scope=Scope.WRITE,
    ),
)
