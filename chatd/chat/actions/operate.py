"""Acts that concern the whole server: announcing, disconnecting, figures, use of budgets."""

from __future__ import annotations

from chatd.chat.actions.deeds import Done, carry_out
from chatd.chat.audit import AuditEvent
from chatd.chat.permissions import Act
from chatd.chat.private_lines import Senders
from chatd.chat.server import ChatServer
from chatd.chat.session import Session
from chatd.errors import ErrorKind, Refusal
from chatd.event import HANG_UP, Call, Deed
from chatd.text.folding import fold
from chatd.text.times import written_duration
from chatd.util.budgets import Use
from chatd.util.versions import versions


async def announce(server: ChatServer, session: Session, text: str) -> None:
    """Log a text as a deed in every room with members. Raises `Refusal` and `StoreError`."""
    server.moderation.check(session, None, Act.WALL)
    await server.deeds.wall(text, session)
    server.audit.record(AuditEvent.WALL, session)


async def disconnect(server: ChatServer, session: Session, name: str) -> int:
    """Close the sessions of that name, and log that in their rooms.

    Return how many there were. Raises `Refusal` and `StoreError`.
    """
    moderation = server.moderation
    moderation.check(session, None, Act.DISCONNECT)
    sessions, elsewhere = server.sessions.called(name), server.roster.called(name)
    if not (sessions or elsewhere):
        raise Refusal(ErrorKind.NOBODY, "nobody", name=name)
    moderation.check_above(session, server.lobby, name, sessions)
    rooms = dict.fromkeys(room for other in sessions for room in other.memberships)
    names = (room for other in elsewhere for room in other.visit.rooms)
    rooms.update(dict.fromkeys(map(server.rooms.of, names)))
    for room in rooms:
        await carry_out(server, session, room, Deed("disconnect", name))
    count = len(sessions) + len(elsewhere)
    server.audit.record(AuditEvent.DISCONNECT, session, whom=name, sessions=count)
    for each in sessions:
        each.attempt(server.sign_outs.disconnect, each, session.name)
    for remote in elsewhere:
        server.store.append(Call(remote.number, HANG_UP, session.name))
    return count


def senders_of_private_lines(server: ChatServer) -> Senders:
    """Return who may write private lines."""
    return server.private_lines.senders


async def set_senders_of_private_lines(
    server: ChatServer, session: Session, senders: Senders
) -> Done | None:
    """Set who may write private lines, and log that in the lobby. Return None if it is so already.

    Raises `Refusal` and `StoreError`.
    """
    server.moderation.check(session, None, Act.PRIVATE_LINES)
    if senders is server.private_lines.senders:
        return None
    deed, put = Deed(f"private_{senders.value}"), server.private_lines.set_senders(senders)
    return await carry_out(server, session, server.lobby, deed, [put])


def uses(server: ChatServer, session: Session) -> list[list[Use]]:
    """Return the use of each kind of budget that the owner of a session counts in."""
    return server.spending.uses(session)


def statistics(server: ChatServer, session: Session) -> dict[str, object]:
    """Return figures of the server, by the names that a sentence has for them.

    Raises `Refusal`.
    """
    server.moderation.check(session, None, Act.STATS)
    others = server.roster.others()
    elsewhere = {fold(other.name) for other in others if not other.is_guest}
    return {
        "versions": versions(),
        "time": written_duration(int(server.uptime)),
        "connections": len(server.sessions) + len(others),
        "names": len(server.names) + sum(not server.names.of(name) for name in elsewhere),
        "rooms": len(server.rooms),
        "lines": sum(room.head for room in server.rooms.values()),
        "accounts": len(server.accounts.table),
        "store": server.store.describe(session.language),
    }
