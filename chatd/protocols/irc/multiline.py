"""Messages of several lines, which a client sends as a batch (IRCv3 multiline).

This module must not know how a message is said.
"""

from __future__ import annotations

from functools import partial

from chatd.errors import Refusal
from chatd.event import Kind
from chatd.formats.irc_spoken import CONCAT, MULTILINE
from chatd.protocols.irc.batches import Batch, Wrong
from chatd.protocols.irc.conversation import Conversation
from chatd.protocols.irc.labels import label_of
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.speaking import Saying, check_for_password, say
from chatd.text.messages import MOST_MESSAGE_BYTES, MOST_MESSAGE_LINES

VALUE = f"max-bytes={MOST_MESSAGE_BYTES},max-lines={MOST_MESSAGE_LINES}"
"""The value of the capability."""


def batch(conversation: Conversation, message: Message) -> None:
    """Begin a batch, or end it, which says the message."""
    client, reference = conversation.client, message.parameters[0]
    label = label_of(message, client.capabilities)
    batch = client.batch
    if reference[:1] == "+" and MULTILINE in client.capabilities:
        if batch is None and len(message.parameters) > 2 and message.parameters[1] == MULTILINE:
            client.batch = Batch(reference[1:], message.parameters[2], label)
            return
    elif reference[:1] == "-" and batch is not None and reference[1:] == batch.reference:
        client.batch = None
        if not batch.spoiled:
            _say(conversation, batch)
        return
    _fail(conversation, label, Wrong("MULTILINE_INVALID", "irc_multiline_invalid"))


def take(conversation: Conversation, message: Message) -> bool:
    """Take a line of a batch. Return False for a line of none."""
    batch = conversation.client.batch
    reference = message.tags.get("batch")
    if reference is None or MULTILINE not in conversation.client.capabilities:
        return False
    wrong = Wrong("MULTILINE_INVALID", "irc_multiline_invalid")
    if batch is None:
        _fail(conversation, "", wrong)
    elif not batch.spoiled:
        try:
            if reference != batch.reference or len(message.parameters) < 2:
                raise wrong
            target, text = message.parameters[:2]
            batch.add(message.command, target, text, CONCAT in message.tags)
        except Wrong as fault:
            batch.spoiled = True
            _fail(conversation, batch.label, fault)
    return True


def _say(conversation: Conversation, batch: Batch) -> None:
    try:
        text = batch.text(conversation.max_length)
        check_for_password(conversation, text.strip("\n").partition("\n")[0])
    except Wrong as wrong:
        _fail(conversation, batch.label, wrong)
    except Refusal as why:
        conversation.answer(batch.label, partial(conversation.refuse, "BATCH", why))
    else:
        kind = Kind.NOTICE if batch.command == "NOTICE" else Kind.MESSAGE
        say(conversation, Saying(batch.command, kind, text, batch.label), [batch.target])


def _fail(conversation: Conversation, label: str, wrong: Wrong) -> None:
    text = conversation.session.sentence(wrong.key)
    conversation.answer(
        label, partial(conversation.fail, "BATCH", wrong.code, *wrong.parameters, text=text)
    )
