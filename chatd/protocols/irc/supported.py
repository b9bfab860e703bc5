"""Telling clients what the server supports: the limits that are those of the chat.

This module must not know how tokens are written.
"""

from __future__ import annotations

from chatd.chat.actions.enter import ROOMS_ENTERED
from chatd.chat.actions.sanctions import REASON_CHARACTERS
from chatd.chat.actions.settings import AWAY_CHARACTERS
from chatd.chat.name_watches import WATCHED
from chatd.chat.sanctions import SANCTIONS
from chatd.formats.irc_lines import LINE_BYTES
from chatd.protocols.irc import numerics
from chatd.protocols.irc.chathistory import CHATHISTORY_LIMIT
from chatd.protocols.irc.conversation import Conversation
from chatd.protocols.irc.isupport import Values, in_lines, tokens_of
from chatd.protocols.irc.listing import CONDITIONS
from chatd.protocols.irc.modes import MODES
from chatd.protocols.irc.people import REALNAME_CHARACTERS
from chatd.protocols.irc.talking import TARGETS
from chatd.text.validation import MAX_NAME_LENGTH


def tell_supported(conversation: Conversation) -> None:
    """Send what the server supports, in as few lines as have room for it."""
    text = conversation.session.sentence("irc_supported")
    tokens = tokens_of(_values(conversation)) | {"ELIST": CONDITIONS}
    frame = conversation.own_format.numeric(numerics.RPL_ISUPPORT, text=text)
    for line in in_lines(tokens, LINE_BYTES - len(frame.rstrip())):
        conversation.numeric(numerics.RPL_ISUPPORT, *line, text=text)


def _values(conversation: Conversation) -> Values:
    return Values(
        network=conversation.own_format.server.name,
        name_length=MAX_NAME_LENGTH,
        topic_length=conversation.max_length,
        reason_length=REASON_CHARACTERS,
        away_length=AWAY_CHARACTERS,
        real_name_length=REALNAME_CHARACTERS,
        rooms=ROOMS_ENTERED,
        bans=SANCTIONS,
        modes=MODES,
        targets=TARGETS,
        monitored=WATCHED,
        history=CHATHISTORY_LIMIT,
    )
