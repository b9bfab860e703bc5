"""Talking: lines to channels and to people.

This module must not know how a line is shown.
"""

from __future__ import annotations

from functools import partial

from chatd.chat.actions.speak import whisper
from chatd.errors import LINE_FAULTS, ErrorKind, Refusal
from chatd.event import Kind
from chatd.formats.irc_lines import echoed
from chatd.protocols.irc import nickserv, numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.nickserv import is_nickserv
from chatd.protocols.irc.rooms import joined
from chatd.text.validation import InvalidLine, validate_text

TARGETS = 4
"""Most targets of a line."""


def privmsg(conversation: Conversation, message: Message) -> None:
    """Say a line."""
    _say(conversation, message, Kind.MESSAGE)


def notice(conversation: Conversation, message: Message) -> None:
    """Say a line that no program answers."""
    _say(conversation, message, Kind.NOTICE)


def _say(conversation: Conversation, message: Message, kind: Kind) -> None:
    targets, text = message.parameters[0], message.parameters[1]
    try:
        valid = validate_text(text, conversation.max_length)
    except InvalidLine as invalid:
        refusal = Refusal(
            ErrorKind.INVALID_MESSAGE, LINE_FAULTS[invalid.reason], limit=conversation.max_length
        )
        conversation.refuse(message.command, refusal)
        return
    wanted = list(dict.fromkeys(targets.split(",")))
    if len(wanted) > TARGETS:
        _too_many_targets(conversation, wanted[TARGETS])
    for target in wanted[:TARGETS]:
        if is_nickserv(target):
            if kind is Kind.MESSAGE:
                conversation.when_said(partial(nickserv.ask, conversation, valid))
        elif not target.startswith("#"):
            conversation.when_said(partial(_whisper, conversation, target, valid))
        elif room := joined(conversation, target):
            conversation.session.say(valid, kind=kind, room=room)


def _too_many_targets(conversation: Conversation, first: str) -> None:
    text = conversation.session.sentence("irc_too_many_targets", limit=TARGETS)
    conversation.numeric(numerics.ERR_TOOMANYTARGETS, echoed(first), text=text)


def _whisper(conversation: Conversation, target: str, text: str) -> None:
    try:
        whisper(conversation.server, conversation.session, target, text)
    except Refusal as why:
        text = conversation.session.sentence(why.key, **why.values)
        conversation.numeric(numerics.ERR_NOSUCHNICK, echoed(target), text=text)


TABLE: Table = {
    "PRIVMSG": Command(privmsg, least=2, at_once=True),
    "NOTICE": Command(notice, least=2, at_once=True),
}
