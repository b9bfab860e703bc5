"""Logging in by SASL: AUTHENTICATE with the mechanism PLAIN (IRCv3 sasl-3.2; RFC 4616).

The answer of a client comes in parts of 400 bytes. A client may log in before it is registered and
after that. This module must not know who may log in.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64

from chatd.chat.action_queue import Job
from chatd.errors import ErrorKind, Refusal
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.proving import may_log_in, prove, use
from chatd.protocols.irc.rooms import come_back
from chatd.storage.contract import StoreError

MECHANISMS = ("PLAIN",)
"""The mechanisms that are offered."""

PART = 400
"""Number of bytes of each part of an answer but the last one."""

PARTS = 5
"""Most parts of that length: 1,500 bytes. A password and two names, all of the longest that are
valid, of four bytes a character, take 1,282."""


def authenticate(conversation: Conversation, message: Message) -> Job | None:
    """Take the next step of a login."""
    client, word = conversation.client, message.parameters[0]
    if word == "*":
        abort(conversation)
    elif client.sasl is None:
        _begin(conversation, word.upper())
    elif len(word) > PART:
        client.sasl = None
        _say(conversation, numerics.ERR_SASLTOOLONG, "irc_sasl_too_long")
    elif word == "+" or len(word) < PART:
        answer, client.sasl = "".join([*client.sasl, word.removeprefix("+")]), None
        return _take(conversation, answer)
    elif len(client.sasl) < PARTS:
        client.sasl.append(word)
    else:
        client.sasl = None
        _say(conversation, numerics.ERR_SASLFAIL, "irc_sasl_too_long")
    return None


def abort(conversation: Conversation) -> None:
    """End the login that is under way, and tell the client so."""
    conversation.client.sasl = None
    _say(conversation, numerics.ERR_SASLABORTED, "irc_sasl_aborted")


def _begin(conversation: Conversation, mechanism: str) -> None:
    if not may_log_in(conversation):
        _fail(conversation, conversation.session.sentence("no_password_in_clear"))
    elif mechanism not in MECHANISMS:
        text = conversation.session.sentence("irc_sasl_mechanisms")
        conversation.numeric(numerics.RPL_SASLMECHS, ",".join(MECHANISMS), text=text)
        _fail(conversation, conversation.session.sentence("irc_sasl_failed"))
    else:
        conversation.client.sasl = []
        conversation.unprefixed("AUTHENTICATE", "+")


def _take(conversation: Conversation, answer: str) -> Job | None:
    plain = _plain(answer)
    if plain is None:
        _fail(conversation, conversation.session.sentence("irc_sasl_failed"))
        return None
    return _log_in(conversation, *plain)


async def _log_in(conversation: Conversation, name: str, password: str) -> None:
    try:
        grant = await prove(conversation, name, password)
    except Refusal as why:
        _refuse(conversation, why)
    except StoreError as error:
        _refuse(conversation, error.refusal)
    else:
        if grant is not None:
            _say(conversation, numerics.RPL_SASLSUCCESS, "irc_sasl_succeeded")
            use(conversation, grant)
            await come_back(conversation)


def _refuse(conversation: Conversation, why: Refusal) -> None:
    text = conversation.session.sentence(why.key, **why.values)
    if why.kind is ErrorKind.NAME_IN_USE:  # it is logged in to that account
        conversation.numeric(numerics.ERR_SASLALREADY, text=text)
    else:
        _fail(conversation, text)


def _plain(answer: str) -> tuple[str, str] | None:
    """Return the name and the password of an answer of PLAIN, None if it is none.

    The identity to act as, which may come first, has to be empty or the same.
    """
    try:
        identity, name, password = b64decode(answer, validate=True).decode().split("\0")
    except (NotBase64, ValueError):
        return None
    return (name, password) if name and password and identity in ("", name) else None


def _fail(conversation: Conversation, text: str) -> None:
    conversation.numeric(numerics.ERR_SASLFAIL, text=text)


def _say(conversation: Conversation, code: str, key: str) -> None:
    conversation.numeric(code, text=conversation.session.sentence(key))


TABLE: Table = {
    "AUTHENTICATE": Command(authenticate, least=1, unregistered=True, usage="<mechanism or answer>")
}
