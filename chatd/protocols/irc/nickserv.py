"""NickServ: the name to which clients send what is about their accounts.

Many clients and people know no other way to log in. No session has that name, nor may any have it.
What is sent to it has passwords: it is stored and shown nowhere. This module must not know who may
log in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from chatd.chat.action_queue import Job
from chatd.chat.actions import login
from chatd.chat.actions.authentication import own_account
from chatd.chat.actions.costs import PASSWORD_COST
from chatd.chat.actions.register import register
from chatd.chat.actions.stay import set_stay
from chatd.errors import Refusal
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.proving import login_of, prove, tell_login, tell_logout, use
from chatd.protocols.irc.rooms import come_back
from chatd.storage.contract import StoreError
from chatd.text.folding import fold

NICKSERV = "NickServ"
"""Its name."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def is_nickserv(target: str) -> bool:
    """Return True if a line to a target is for NickServ, with a server after it or not."""
    return fold(target.partition("@")[0]) == fold(NICKSERV)


def ask(conversation: Conversation, text: str) -> Job | None:
    """Do what a line to NickServ asks for."""
    word, _, rest = text.strip().partition(" ")
    run = _COMMANDS.get(word.upper())
    if "echo-message" in conversation.client.capabilities:
        # Not even the client is shown what may be a password, though it may not show it itself.
        conversation.from_client("PRIVMSG", NICKSERV, text="***" if run is None else f"{word} ***")
    if run is None:
        _answer(conversation, "irc_nickserv_unknown")
        return None
    try:
        job = run(conversation, rest.strip())
    except Refusal as why:
        _answer(conversation, why.key, **why.values)
        return None
    return None if job is None else _finish(conversation, job)


async def _finish(conversation: Conversation, job: Job) -> None:
    try:
        await job
    except Refusal as why:
        _answer(conversation, why.key, **why.values)
    except StoreError as error:
        _answer(conversation, error.refusal.key, **error.refusal.values)


def _answer(conversation: Conversation, key: str, **values: object) -> None:
    for line in conversation.session.sentence(key, **values).split("\n"):
        own = conversation.own_format
        notice = own.line(own.server.mask(NICKSERV), "NOTICE", own.name, text=line)
        conversation.session.stream.put(notice)


def _identify(conversation: Conversation, rest: str) -> Job | None:
    name, password = login_of(conversation, rest, " ")
    if not password:
        _answer(conversation, "irc_nickserv_identify")
        return None
    return _log_in(conversation, name or conversation.session.name, password)


async def _log_in(conversation: Conversation, name: str, password: str) -> None:
    grant = await prove(conversation, name, password)
    if grant is not None:
        use(conversation, grant)
        _answer(conversation, "irc_logged_in", name=conversation.session.name)
        await come_back(conversation)


def _register(conversation: Conversation, rest: str) -> Job | None:
    if not rest:
        _answer(conversation, "irc_nickserv_register")
        return None
    conversation.charge(PASSWORD_COST)
    before, _, last = rest.rpartition(" ")
    has_email = bool(before) and _EMAIL.fullmatch(last) is not None
    return _keep_name(conversation, before if has_email else rest, has_email)


async def _keep_name(conversation: Conversation, password: str, email: bool) -> None:
    account = await register(conversation.server, conversation.session, password)
    if account is not None:
        tell_login(conversation, account.name)
        key = "irc_registered_without_email" if email else "irc_registered"
        _answer(conversation, key, name=account.name)


def _logout(conversation: Conversation, rest: str) -> Job:
    return log_out(conversation)


async def log_out(conversation: Conversation) -> None:
    """Log a client out. Raises `Refusal`, and `StoreError`."""
    own_account(conversation.server, conversation.session)
    tell_logout(conversation)
    await login.log_out(conversation.server, conversation.session)


def _ghost(conversation: Conversation, rest: str) -> Job | None:
    name, _, password = rest.partition(" ")
    if not password:
        _answer(conversation, "irc_nickserv_ghost")
        return None
    return _take_place(conversation, name, password)


async def _take_place(conversation: Conversation, name: str, password: str) -> None:
    """Log in: the sessions of an account share its name, so that none is in the way."""
    await _log_in(conversation, name, password)
    _answer(conversation, "irc_nickserv_ghost_shares", name=name)


def _set(conversation: Conversation, rest: str) -> Job | None:
    setting, _, value = rest.upper().partition(" ")
    if setting != "STAY" or value not in _SWITCH:
        _answer(conversation, "irc_nickserv_set")
        return None
    return _set_stay(conversation, _SWITCH[value])


_SWITCH = {"ON": True, "OFF": False}


async def _set_stay(conversation: Conversation, stay: bool) -> None:
    await set_stay(conversation.server, conversation.session, stay)
    _answer(conversation, "stay_on" if stay else "stay_off")


def _help(conversation: Conversation, rest: str) -> None:
    _answer(conversation, "irc_nickserv_help")


_COMMANDS: Mapping[str, Callable[[Conversation, str], Job | None]] = {
    "IDENTIFY": _identify,
    "ID": _identify,
    "LOGIN": _identify,
    "REGISTER": _register,
    "LOGOUT": _logout,
    "GHOST": _ghost,
    "RECOVER": _ghost,
    "SET": _set,
    "HELP": _help,
}


def command(conversation: Conversation, message: Message) -> Job | None:
    """Do what a line to NickServ asks for, which came as a command."""
    return ask(conversation, " ".join(message.parameters))


TABLE: Table = dict.fromkeys(("NICKSERV", "NS"), Command(command, usage="<command> [...]"))
