"""Commands that concern the whole server, most of them for administrators."""

from __future__ import annotations

from collections.abc import Sequence

from chatd.chat.actions import operate
from chatd.chat.permissions import Act
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.chat.spending import written_amount
from chatd.commands.arguments import (
    one_name,
)
from chatd.commands.base import READING_COST, Command, Wording, WrongUse
from chatd.i18n import Phrase
from chatd.util.budgets import Use


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


_SERVER = ("server", "servidor")


def _stats(server: ChatServer, session: Session, argument: str) -> None:
    if argument.lower() in _SERVER:
        session.answer("statistics", **operate.statistics(server, session))
        return
    if argument:
        raise WrongUse
    rows = [_row(session, uses) for uses in operate.uses(server, session)]
    session.tell("\n".join([session.sentence("budgets"), *rows]))


def _row(session: Session, uses: Sequence[Use]) -> str:
    """Return the line of a kind of budget: its use at each level, from the narrowest."""
    kind = uses[0].budget.kind
    listed = "; ".join(
        session.sentence(
            "budget_use" if use.limit else "budget_use_unlimited",
            whose=Phrase(f"budget_of_{use.budget.level.value}"),
            used=written_amount(kind, use.used),
            most=written_amount(kind, use.most),
        )
        for use in uses
    )
    return session.sentence("budget_row", what=Phrase(f"budget_{kind.value}"), uses=listed)


TABLE = (
    Command(
        _wall,
        Wording(
            "/wall TEXT",
            "say something in every room with people in it",
            "For administrators. It is kept in the history of these rooms.\n"
            "Example: /wall The server restarts at six",
        ),
        Wording(
            "/aviso TEXTO",
            "decir algo en todas las salas en las que hay gente",
            "Para administradores. Se guarda en el historial de esas salas.\n"
            "Ejemplo: /aviso El servidor se reinicia a las seis",
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
        Wording(
            "/stats [server]",
            "show your use of limits, or figures of the server",
            "Limits of a day, for you, your address and your network. /stats server has the\n"
            "figures, for administrators.\n"
            "Example: /stats",
        ),
        Wording(
            "/estado [servidor]",
            "ver tu uso de los límites, o cifras del servidor",
            "Límites de un día, para ti, tu dirección y tu red. /estado servidor muestra las\n"
            "cifras, a administradores.\n"
            "Ejemplo: /estado",
            aliases=("estadísticas", "estadisticas"),
        ),
        cost=READING_COST,
    ),
)
"""Rows for the server as a whole."""
