"""The rooms of a server, which are known for completion.

Pure. This module must not know the line that is typed.
"""

from __future__ import annotations

from chatd.client.chat import Chat
from chatd.client.shown import Message, text_in


def ask(chat: Chat) -> None:
    """Have the rooms of the server known, unless that is asked already."""
    words = chat.words
    if words.asks_rooms:
        return

    def answered(reply: Message | None) -> None:
        words.asks_rooms = False
        if reply is not None and reply["type"] == "rooms":
            words.rooms = [text_in(each, "room") for each in reply["rooms"]]

    words.asks_rooms = True
    chat.ask("rooms", answered)
