"""Registration: the commands by which a client says who it is, before all others.

A client is registered once it has sent NICK and USER and does not negotiate capabilities. Its
session has the nickname then, or is that of the account which it has logged in to. This module must
not know rooms.
"""

from __future__ import annotations

from chatd import __version__
from chatd.chat.action_queue import Job
from chatd.chat.actions.login import begin_login
from chatd.chat.actions.rename import rename
from chatd.chat.names import valid_name
from chatd.errors import ErrorKind, Refusal
from chatd.event import Departure
from chatd.formats.irc_lines import echoed
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.info import lusers, motd
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.people import REALNAME_CHARACTERS
from chatd.protocols.irc.proving import enter, login_of, prove
from chatd.protocols.irc.rooms import come_back
from chatd.protocols.irc.sasl import abort
from chatd.protocols.irc.supported import tell_supported
from chatd.storage.contract import StoreError

MODES = ("i", "abimnoqstv", "abqov")
"""The modes of people and of channels, and those of channels that have a parameter."""


def nick(conversation: Conversation, message: Message) -> Job | None:
    """Take the nickname that the client wishes to have."""
    client = conversation.client
    wanted = message.parameters[0] if message.parameters else ""
    if not wanted:
        text = conversation.session.sentence("irc_no_nickname")
        conversation.numeric(numerics.ERR_NONICKNAMEGIVEN, text=text)
        return None
    try:
        name = valid_name(wanted)
    except Refusal as why:
        refuse_name(conversation, wanted, why)
        return None
    client.wished = name
    if client.registered:
        return _rename(conversation, name)
    client.nickname = name
    return complete(conversation)


async def _rename(conversation: Conversation, name: str) -> None:
    try:
        await rename(conversation.server, conversation.session, name)
    except Refusal as why:
        refuse_name(conversation, name, why)


def user(conversation: Conversation, message: Message) -> Job | None:
    """Take what the client says of its user."""
    client, session = conversation.client, conversation.session
    if client.registered:
        text = session.sentence("irc_registered_already")
        conversation.numeric(numerics.ERR_ALREADYREGISTERED, text=text)
        return None
    username, realname = message.parameters[0], message.parameters[3][:REALNAME_CHARACTERS]
    if not (username and realname):
        text = session.sentence("irc_needs_parameters")
        conversation.numeric(numerics.ERR_NEEDMOREPARAMS, message.command, text=text)
        return None
    client.username, client.realname = username, realname
    return complete(conversation)


def password(conversation: Conversation, message: Message) -> None:
    """Take the password of an account: ``ACCOUNT:PASSWORD``, or that of the nickname."""
    if conversation.client.registered:
        text = conversation.session.sentence("irc_registered_already")
        conversation.numeric(numerics.ERR_ALREADYREGISTERED, text=text)
    else:
        conversation.client.password = message.parameters[0]


def complete(conversation: Conversation) -> Job | None:
    """Register the client if nothing is missing any more."""
    client = conversation.client
    if client.registered or client.negotiating or not (client.nickname and client.username):
        return None
    return _register(conversation)


async def _register(conversation: Conversation) -> None:
    client, session = conversation.client, conversation.session
    if client.sasl is not None:
        abort(conversation)
    if client.password and not await _log_in(conversation):
        return
    logs_in = enter(conversation)
    if session.account is None:
        wanted, client.nickname = client.nickname, ""
        try:
            await rename(conversation.server, session, wanted)
        except Refusal as why:
            refuse_name(conversation, wanted, why)
            return
        except StoreError as error:
            refuse_name(conversation, wanted, error.refusal)
            return
    if not session.stream.finished:
        conversation.register(session.name)
        welcome(conversation)
        if logs_in:
            begin_login(conversation.server, session)
            await come_back(conversation)


async def _log_in(conversation: Conversation) -> bool:
    """Log a client in with its password. Close it, and return False, if that is not possible.

    The password alone may be that of another server: it counts if its nickname is an account's.
    """
    client, accounts = conversation.client, conversation.server.accounts
    name, password = login_of(conversation, client.password, ":")
    client.password = ""
    if client.grant is not None or (name == client.wished and accounts.called(name) is None):
        return True
    try:
        client.grant = await prove(conversation, name, password)
    except Refusal as why:
        refusal = why
    except StoreError as error:
        refusal = error.refusal
    else:
        return True
    text = conversation.session.sentence(refusal.key, **refusal.values)
    conversation.numeric(numerics.ERR_PASSWDMISMATCH, text=text)
    conversation.close(text)
    return False


def welcome(conversation: Conversation) -> None:
    """Send what each client is sent once it has registered."""
    sentence, own = conversation.session.sentence, conversation.own_format
    name = own.server.name
    welcome = sentence("irc_welcome", name=own.name)
    conversation.numeric(numerics.RPL_WELCOME, text=welcome)
    host = sentence("irc_host", server=name, version=__version__)
    conversation.numeric(numerics.RPL_YOURHOST, text=host)
    conversation.numeric(numerics.RPL_CREATED, text=sentence("irc_created"))
    conversation.numeric(numerics.RPL_MYINFO, name, f"chatd-{__version__}", *MODES)
    tell_supported(conversation)
    lusers(conversation)
    motd(conversation)


def refuse_name(conversation: Conversation, wanted: str, why: Refusal) -> None:
    """Send why the client cannot have a nickname."""
    text = conversation.session.sentence(why.key, **why.values)
    code = _CODES.get(why.kind)
    if code is None:
        conversation.refuse("NICK", why)
    else:
        conversation.numeric(code, echoed(wanted), text=text)


_CODES = {
    ErrorKind.INVALID_NAME: numerics.ERR_ERRONEUSNICKNAME,
    ErrorKind.NAME_IN_USE: numerics.ERR_NICKNAMEINUSE,
}


def quit(conversation: Conversation, message: Message) -> None:
    """End the session."""
    reason = message.parameters[0] if message.parameters else ""
    text = conversation.session.sentence("irc_closing")
    conversation.close(text, Departure(reason, quits=True))


async def ping(conversation: Conversation, message: Message) -> None:
    """Answer, once all that the client said and did before is published.

    What others are shown of a command, such as that a person was put out, is published after the
    command has ended. Clients take the answer for the end of all that.
    """
    await conversation.server.store.when_published()
    name = conversation.own_format.server.name
    conversation.from_server("PONG", name, text=message.parameters[0])


def pong(conversation: Conversation, message: Message) -> None:
    """Do nothing: the client has answered."""


TABLE: Table = {
    "NICK": Command(nick, unregistered=True),
    "PASS": Command(password, least=1, unregistered=True, usage="<account>:<password>"),
    "USER": Command(user, least=4, unregistered=True),
    "QUIT": Command(quit, unregistered=True),
    "PING": Command(ping, least=1, unregistered=True),
    "PONG": Command(pong, unregistered=True),
}
