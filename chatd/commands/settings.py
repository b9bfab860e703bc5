"""Commands that change how a session is shown things, and whether its lines are commands."""

from __future__ import annotations

from chatd.commands.base import Command, WrongUse, switch
from chatd.server import ChatServer
from chatd.session import Session
from chatd.texts import Language


def _echo(server: ChatServer, session: Session, argument: str) -> None:
    echo = switch(argument)
    session.change_echo(echo)
    session.answer("echo_on" if echo else "echo_off")


def _times(server: ChatServer, session: Session, argument: str) -> None:
    times = switch(argument)
    session.change_format(session.format.with_times(times))
    session.answer("times_on" if times else "times_off")


def _language(server: ChatServer, session: Session, argument: str) -> None:
    try:
        language = Language(argument.lower())
    except ValueError:
        raise WrongUse from None
    session.change_language(language)
    session.answer("language")


def _text(server: ChatServer, session: Session, argument: str) -> None:
    if argument:
        raise WrongUse
    session.text_only = True
    session.answer("text_only")


TABLE = (
    Command(("echo", "eco"), _echo),
    Command(("times", "horas"), _times),
    Command(("language", "idioma"), _language),
    Command(("text", "texto"), _text),
)
