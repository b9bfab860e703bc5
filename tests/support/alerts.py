"""Alerts that a tool posts, without an incoming hook."""

from __future__ import annotations

from chatd.chat.deed_log import NO_SESSION
from chatd.chat.open_alerts import Posted
from chatd.chat.server import ChatServer
from chatd.event import Draft, Kind
from chatd.storage.records import change
from chatd.text.folding import fold
from tests.support.world import World

HOOK = "alerts"
"""The name of the hook."""


def post_alert(
    world: World,
    room: str,
    *identities: str,
    over: bool = False,
    server: ChatServer | None = None,
) -> None:
    """Post a message with a line for each alert, which goes on unless it is ``over``."""
    server = server or world.server
    lines = [f"{'RESOLVED' if over else 'FIRING'} {identity}" for identity in identities]
    alerts = [Posted(identity, over, line) for line, identity in enumerate(identities)]
    to = server.rooms[fold(room)]
    with server.store.together():
        to.append(Draft(to.name, NO_SESSION, HOOK, Kind.NOTICE, lines, len(lines) > 1))
        done = change(server.store, *server.open_alerts.post(to, HOOK, lines, alerts))
    done.addErrback(lambda failure: failure.trap(Exception))
    world.settle()
