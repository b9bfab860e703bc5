"""Commands of administrators for the whole server."""

from __future__ import annotations

from chatd.chat.actions import operate
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.commands.arguments import (
    one_name,
)
from chatd.commands.base import READING_COST, Command, Wording, WrongUse


async def _wall(server: ChatServer, session: Session, argument: str) -> None:
    server.moderation.check(session, None, Act.WALL)
    if not argument:
        raise WrongUse
    await operate.announce(server, session, argument)
    if not session.memberships:
        session.answer("said_to_all")


async def _disconnect(server: ChatServer, session: Session, argument: str) -> None:
    server.moderation.check(session, None, Act.DISCONNECT)
    name = one_name(server, argument)
    count = await operate.disconnect(server, session, name)
    session.answer("disconnected", count=count, name=name)


def _stats(server: ChatServer, session: Session, argument: str) -> None:
    figures = operate.statistics(server, session)
    if argument:
        raise WrongUse
    session.answer("statistics", **figures)


TABLE = (
    Command(
        _wall,
        Wording(
            "/wall TEXT",
            "say something in every room with people in it",
            "For administrators.\nExample: /wall The server restarts at six",
        ),
        Wording(
            "/aviso TEXTO",
            "decir algo en todas las salas en las que hay gente",
            "Para administradores.\nEjemplo: /aviso El servidor se reinicia a las seis",
        ),
    ),
    Command(
        _disconnect,
        Wording(
            "/disconnect NAME",
            "close all connections of NAME",
            "For administrators. NAME may connect again.\nExample: /disconnect luis",
        ),
        Wording(
            "/desconectar NOMBRE",
            "cerrar todas las conexiones de NOMBRE",
            "Para administradores. NOMBRE puede conectarse otra vez.\nEjemplo: /desconectar luis",
        ),
    ),
    Command(
        _stats,
        Wording("/stats", "show figures of the server", "For administrators.\nExample: /stats"),
        Wording("/estado", "ver cifras del servidor", "Para administradores.\nEjemplo: /estado"),
        cost=READING_COST,
    ),
)
"""Rows for the administrators of the server."""
