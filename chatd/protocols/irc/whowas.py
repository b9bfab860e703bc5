"""WHOWAS: who had a name that is free now (RFC 2812 section 3.6.3).

This module must not know how it is found out that a name is free.
"""

from __future__ import annotations

from chatd.chat.name_watches import latest
from chatd.formats.irc_lines import echoed
from chatd.formats.irc_tags import server_time
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message


def whowas(conversation: Conversation, message: Message) -> None:
    """Send who had a name, the last one first; of several, as many as are asked for."""
    wanted, *rest = message.parameters
    session, host = conversation.session, conversation.own_format.server.name
    found = latest(conversation.server.watches.left, wanted)
    if rest and rest[0].isascii() and rest[0].isdigit() and int(rest[0][:9]):
        found = found[: int(rest[0][:9])]
    for left in found:
        client = conversation.door.gone.get(left.session)
        username = echoed(client.username) if client is not None else left.name
        realname = client.realname if client is not None else left.name
        conversation.numeric(numerics.RPL_WHOWASUSER, left.name, username, host, "*", text=realname)
        when = server_time(int(left.time * 1000))
        conversation.numeric(numerics.RPL_WHOISSERVER, left.name, host, text=when)
    if not found:
        text = session.sentence("irc_no_such_past", name=wanted)
        conversation.numeric(numerics.ERR_WASNOSUCHNICK, echoed(wanted), text=text)
    text = session.sentence("irc_end_of_list")
    conversation.numeric(numerics.RPL_ENDOFWHOWAS, echoed(wanted), text=text)


TABLE: Table = {"WHOWAS": Command(whowas, least=1, usage="<nickname> [<count>]")}
