"""The lines from before those of a window, which are fetched when a person scrolls to the top.

Pure. This module must not know terminals, nor the rest of what is shown.
"""

from __future__ import annotations

from chatd.client.chat import Chat
from chatd.client.rooms import Room
from chatd.client.shown import Kind, Message, event_shown

FETCHED = 100
"""Lines that are fetched at once."""


def fetch(chat: Chat, room: Room) -> bool:
    """Fetch lines from before those of a window. Return False if there are none to fetch."""
    if not (chat.is_open and room.is_present and room.has_older) or room.is_fetching:
        return False
    room.is_fetching = True
    first = room.first

    def fetched(reply: Message | None) -> None:
        room.is_fetching = False
        if reply is None or room.first != first:  # or the window has other lines by now
            return
        if reply["type"] != "history":
            room.has_older = False  # or it would be asked for again at once
            chat.tell(Kind.ERROR, reply["text"], room)
            return
        upto = int(reply["after"])
        room.has_older = bool(reply["more"]) and 0 <= upto < first - 1
        room.first = upto + 1
        lines = [event_shown(each, chat.me.name) for each in reply["events"]]
        chat.view.show_older(room, [each for each in lines if (each.seq or 0) < first])
        chat.view.changed()

    chat.ask("history", fetched, room=room.name, before=first, limit=FETCHED)
    return True
