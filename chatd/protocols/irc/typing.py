"""Typing: clients that show it are told who is typing (IRCv3 message-tags, typing).

It is the one tag of clients that is relayed, and is stored nowhere. A person is told by this node
alone. This module must not know how it is shown.
"""

from __future__ import annotations

from functools import partial

from chatd.chat.actions.look import joined_room
from chatd.chat.private_lines import takes_from
from chatd.chat.session import Session
from chatd.errors import Refusal
from chatd.event import Change, Presence
from chatd.formats.irc import OwnIrcFormat
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message

STATES = frozenset({"active", "paused", "done"})
"""The values of the tag."""


def tagmsg(conversation: Conversation, message: Message) -> None:
    """Tell a channel, or a person, that the client is typing."""
    target, state = message.parameters[0], message.tags.get("+typing")
    if state not in STATES or "message-tags" not in conversation.client.capabilities:
        return
    server, session = conversation.server, conversation.session
    typing = Presence("", Change.TYPING, session.number, session.name, reason=state)
    own = conversation.own_format
    try:
        if target.startswith("#"):
            room = joined_room(server, session, target)
            session.memberships[room].show(Change.TYPING, state)
            target = f"#{room.name}"
        else:
            server.private_lines.check(session)
            account = server.accounts.called(target)
            if account is None:
                receivers = server.sessions.reachable(target)
            else:
                receivers = server.unread.sessions(account.key)
            if not receivers:
                return
            for each in receivers:
                if takes_from(session, each.subscriptions.settings):
                    each.attempt(partial(_tell, each, typing))
    except Refusal:
        return
    if own.echo:
        session.stream.put(own.shared.typing(typing, target))


def _tell(receiver: Session, typing: Presence) -> None:
    own = receiver.replies.format
    if isinstance(own, OwnIrcFormat):
        receiver.subscriptions.pass_on(typing.name, own.shared.typing(typing, own.name))


TABLE: Table = {"TAGMSG": Command(tagmsg, least=1)}
