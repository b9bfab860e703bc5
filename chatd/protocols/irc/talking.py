"""Talking: the commands by which lines are said to channels and to people.

This module must not know how a line is said, nor how it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chatd.errors import Refusal
from chatd.formats.irc_lines import LINE_BYTES, echoed
from chatd.formats.irc_text import typed
from chatd.protocols.irc import multiline, nickserv, numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.labels import label_of
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.speaking import refuse, say, saying_of
from chatd.text.messages import size_of

TARGETS = 4
"""Most channels and people of one message."""


def privmsg(conversation: Conversation, message: Message) -> None:
    """Say a line, or a notice."""
    if multiline.take(conversation, message):
        return
    label = label_of(message, conversation.client.capabilities)
    try:
        targets, text = _parts(message)
        if len(targets) > TARGETS:
            wrong = _Wrong(
                numerics.ERR_TOOMANYTARGETS, "irc_too_many_targets", echoed(targets[TARGETS])
            )
            conversation.answer(label, partial(_tell, conversation, message, wrong))
            targets, label = targets[:TARGETS], ""
        if any(map(nickserv.is_nickserv, targets)):
            _ask_nickserv(conversation, message, text, label)
            targets = [each for each in targets if not nickserv.is_nickserv(each)]
            if not targets:
                return
        saying = saying_of(conversation, message.command, text, label)
    except _Wrong as wrong:
        conversation.answer(label, partial(_tell, conversation, message, wrong))
    except Refusal as why:
        target = targets[0]
        refused = partial(_refuse_text, conversation, message.command, target, why)
        conversation.answer(label, refused)
    else:
        if saying is None:
            conversation.answer(label, _nothing)
        elif (long := _too_long(conversation, message, targets)) is not None:
            conversation.answer(label, partial(_tell, conversation, message, long))
        else:
            say(conversation, saying, targets)


def _ask_nickserv(conversation: Conversation, message: Message, text: str, label: str) -> None:
    """Ask NickServ, which answers no notice."""
    asking = message.command == "PRIVMSG"
    ask = partial(nickserv.ask, conversation, typed(text).text)
    conversation.answer(label, ask if asking else _nothing)


class _Wrong(Exception):
    """A message that has no targets, too many, or no text: a numeric, and a key of a sentence."""

    def __init__(self, code: str, key: str, *middle: str) -> None:
        super().__init__(key)
        self.code = code
        self.key = key
        self.middle = middle


def _parts(message: Message) -> tuple[list[str], str]:
    wanted = (message.parameters or ("",))[0].split(",")
    targets = [each for each in dict.fromkeys(wanted) if each]
    if not targets:
        raise _Wrong(numerics.ERR_NORECIPIENT, "irc_no_recipient")
    text = message.parameters[1] if len(message.parameters) > 1 else ""
    if not text:
        raise _Wrong(numerics.ERR_NOTEXTTOSEND, "irc_no_text")
    return targets, text


def _too_long(
    conversation: Conversation, message: Message, targets: Sequence[str]
) -> _Wrong | None:
    """Return the fault of a private text that would take its receiver more than one line."""
    people = [target for target in targets if not target.startswith("#")]
    mask, text = conversation.own_format.mask, message.parameters[1]
    fits = all(
        size_of(f":{mask} {message.command} {each} :{text}") <= LINE_BYTES for each in people
    )
    return None if fits else _Wrong(numerics.ERR_INPUTTOOLONG, "irc_too_long_to_relay")


def _tell(conversation: Conversation, message: Message, wrong: _Wrong) -> None:
    if message.command != "NOTICE":
        text = conversation.session.sentence(wrong.key, limit=TARGETS)
        conversation.numeric(wrong.code, *wrong.middle, text=text)


def _refuse_text(conversation: Conversation, command: str, target: str, why: Refusal) -> None:
    if why.key == "irc_no_text":
        text = conversation.session.sentence(why.key)
        if command != "NOTICE":
            conversation.numeric(numerics.ERR_NOTEXTTOSEND, text=text)
    else:
        refuse(conversation, command, target, why)


def _nothing() -> None:
    """Do nothing: the command has no answer."""


TABLE: Table = {
    "PRIVMSG": Command(privmsg, at_once=True),
    "NOTICE": Command(privmsg, at_once=True),
    "BATCH": Command(multiline.batch, least=1, at_once=True),
}
