"""Putting people out of channels, and inviting them: KICK and INVITE.

This module must not know who may do what.
"""

from __future__ import annotations

from itertools import repeat

from chatd.chat.actions import sanctions
from chatd.chat.actions.costs import KEEPING_COST
from chatd.chat.actions.roles import give_role
from chatd.chat.permissions import Act
from chatd.errors import ErrorKind, Refusal
from chatd.protocols.irc import numerics
from chatd.protocols.irc.channels import (
    check_member,
    is_member,
    member_room,
    person_called,
    reason_of,
    refusing,
)
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message


async def kick(conversation: Conversation, message: Message) -> None:
    """Put people out of a channel; or of several, each out of its own."""
    channels, people = (message.parameters[place].split(",") for place in (0, 1))
    reason = reason_of(conversation, message.parameters[2]) if message.parameters[2:] else ""
    of_each = repeat(channels[0]) if len(channels) == 1 else channels
    for count, (channel, person) in enumerate(zip(of_each, people, strict=False)):
        if count:
            conversation.charge(KEEPING_COST)
        with refusing(conversation, message.command, channel, person):
            room = member_room(conversation, channel)
            name = person_called(conversation, person)
            conversation.server.moderation.check(conversation.session, room, Act.KICK)
            check_member(conversation.server, room, name)
            await sanctions.kick(conversation.server, conversation.session, room, name, reason)


async def invite(conversation: Conversation, message: Message) -> None:
    """Invite a person to a channel, or send the channels that the client is invited to."""
    if not message.parameters:
        _send_invitations(conversation)
        return
    if len(message.parameters) == 1:
        text = conversation.session.sentence("irc_needs_parameters")
        conversation.numeric(numerics.ERR_NEEDMOREPARAMS, message.command, text=text)
        return
    person, channel = message.parameters[:2]
    server, session = conversation.server, conversation.session
    with refusing(conversation, message.command, channel, person):
        room = member_room(conversation, channel)
        name = person_called(conversation, person)
        if is_member(server, room, name):
            raise Refusal(ErrorKind.NOT_ALLOWED, "irc_is_in_room", name=name, room=room.name)
        if await give_role(server, session, room, Act.INVITE, name) is None:
            # One who may come in already is asked to come.
            server.moves.tell_invited(server.sessions.called(name), room, session.name)
        conversation.numeric(numerics.RPL_INVITING, name, f"#{room.name}")
        if away := server.sessions.away_text(name):
            conversation.numeric(numerics.RPL_AWAY, name, text=away)


def _send_invitations(conversation: Conversation) -> None:
    text = conversation.session.sentence("irc_end_of_list")
    conversation.numeric(numerics.RPL_ENDOFINVITELIST, text=text)


TABLE: Table = {
    "INVITE": Command(invite, cost=KEEPING_COST),
    "KICK": Command(kick, least=2, cost=KEEPING_COST),
}
