"""The capabilities of clients, and their negotiation (IRCv3 capability-negotiation).

A capability that depends on the connection, such as that of logging in, is offered only where it
can be used. This module must not know what follows from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from chatd.chat.action_queue import Job
from chatd.formats.irc_lines import LINE_BYTES, echoed
from chatd.formats.irc_spoken import MULTILINE
from chatd.formats.irc_text import in_parts
from chatd.protocols.irc import multiline, numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.proving import may_log_in
from chatd.protocols.irc.registration import complete
from chatd.protocols.irc.sasl import MECHANISMS


class Capability(NamedTuple):
    """A capability, and the ``value`` that clients are told of it.

    One that is ``for_login`` is offered only where passwords may be sent.
    """

    value: str = ""
    for_login: bool = False


VALUES = 302
"""The version of the negotiation from which on values are sent, and answers in several lines."""

_ECHO_BYTES = 300
"""Most bytes of the names that a refusal quotes: at least 100 characters are asked for."""

CAPABILITIES: Mapping[str, Capability] = {
    "account-notify": Capability(),
    "account-tag": Capability(),
    "away-notify": Capability(),
    "batch": Capability(),
    "cap-notify": Capability(),
    "chghost": Capability(),  # a host never changes
    "draft/account-registration": Capability("before-connect", for_login=True),
    "draft/chathistory": Capability(),
    MULTILINE: Capability(multiline.VALUE),
    "draft/no-implicit-names": Capability(),
    "draft/read-marker": Capability(),
    "echo-message": Capability(),
    "extended-join": Capability(),
    "extended-monitor": Capability(),
    "invite-notify": Capability(),
    "labeled-response": Capability(),
    "message-tags": Capability(),
    "multi-prefix": Capability(),  # a member has one prefix at most
    "sasl": Capability(",".join(MECHANISMS), for_login=True),
    "server-time": Capability(),
    "setname": Capability(),
    "standard-replies": Capability(),
    "userhost-in-names": Capability(),
}
"""All capabilities by their names."""

FOR_LOGIN = frozenset(name for name, each in CAPABILITIES.items() if each.for_login)


def offered(conversation: Conversation) -> list[str]:
    """Return the names of the capabilities that a client is offered."""
    here = may_log_in(conversation)
    return [name for name, each in CAPABILITIES.items() if here or not each.for_login]


def cap(conversation: Conversation, message: Message) -> Job | None:
    """Negotiate capabilities."""
    subcommand = message.parameters[0].upper()
    run = _SUBCOMMANDS.get(subcommand)
    if run is None:
        text = conversation.session.sentence("irc_no_cap_command")
        conversation.numeric(numerics.ERR_INVALIDCAPCMD, echoed(message.parameters[0]), text=text)
        return None
    return run(conversation, message.parameters[1] if len(message.parameters) > 1 else "")


def _ls(conversation: Conversation, argument: str) -> None:
    client = conversation.client
    client.negotiating = not client.registered
    version = int(argument) if argument.isascii() and argument[:9].isdecimal() else 0
    client.version = max(client.version, version)
    if client.version >= VALUES and "cap-notify" not in client.capabilities:
        conversation.use_capabilities(client.capabilities | {"cap-notify"})
    words = _with_values(conversation, offered(conversation))
    security = conversation.security
    if security is not None and client.version >= VALUES:  # it cannot be asked for
        words.append(f"sts={security.value(conversation.encrypted)}")
    _list(conversation, "LS", words)


def _list_own(conversation: Conversation, argument: str) -> None:
    _list(conversation, "LIST", sorted(conversation.client.capabilities))


def _with_values(conversation: Conversation, names: Iterable[str]) -> list[str]:
    """Return names, with their values for a client that knows these."""
    if conversation.client.version < VALUES:
        return list(names)
    values = ((name, CAPABILITIES[name].value) for name in names)
    return [f"{name}={value}" if value else name for name, value in values]


def _list(conversation: Conversation, subcommand: str, words: Iterable[str]) -> None:
    """Send capabilities: all of them in lines, or as many as one line has room for."""
    lines = list(_in_lines(conversation, words, subcommand, "*")) or [""]
    if conversation.client.version < VALUES:
        del lines[1:]
    for line in lines[:-1]:
        _send(conversation, subcommand, "*", text=line)
    _send(conversation, subcommand, text=lines[-1])


def _req(conversation: Conversation, argument: str) -> None:
    client = conversation.client
    client.negotiating = not client.registered
    words = list(dict.fromkeys(argument.split()))
    wanted = {word.removeprefix("-"): not word.startswith("-") for word in words}
    here = frozenset(offered(conversation))
    if not all(name in (here if add else CAPABILITIES) for name, add in wanted.items()):
        quoted = in_parts(argument, _ECHO_BYTES)[0]
        _send(conversation, "NAK", text=quoted)
        return
    for line in list(_in_lines(conversation, words, "ACK")) or [""]:
        _send(conversation, "ACK", text=line)
    added = {name for name, add in wanted.items() if add}
    left = client.capabilities.difference(wanted)
    if client.version >= VALUES:
        left |= {"cap-notify"}  # of that version, it cannot be taken away
    conversation.use_capabilities(left | added)


def _end(conversation: Conversation, argument: str) -> Job | None:
    conversation.client.negotiating = False
    return complete(conversation)


_SUBCOMMANDS: Mapping[str, Callable[[Conversation, str], Job | None]] = {
    "LS": _ls,
    "LIST": _list_own,
    "REQ": _req,
    "END": _end,
}


def _in_lines(conversation: Conversation, words: Iterable[str], *middle: str) -> Iterator[str]:
    """Yield the words in as few lines as have room for them, after other parameters."""
    own = conversation.own_format
    room = LINE_BYTES - len(own.from_server("CAP", own.name, *middle, text="").rstrip())
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > room:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
    if line:
        yield line


def _send(conversation: Conversation, *middle: str, text: str) -> None:
    conversation.from_server("CAP", conversation.own_format.name, *middle, text=text)


def logins_changed(conversation: Conversation) -> None:
    """Tell a client that it can log in from now on, or no more, as passwords may be sent or not."""
    if conversation.session.identity.confidential:
        return
    client, allowed = conversation.client, may_log_in(conversation)
    if "cap-notify" in client.capabilities:
        names = sorted(FOR_LOGIN)
        words = _with_values(conversation, names) if allowed else names
        _send(conversation, "NEW" if allowed else "DEL", text=" ".join(words))
    if not allowed and client.capabilities & FOR_LOGIN:
        conversation.use_capabilities(client.capabilities - FOR_LOGIN)


TABLE: Table = {
    "CAP": Command(cap, least=1, unregistered=True, usage="LS|LIST|REQ|END [<capabilities>]")
}
