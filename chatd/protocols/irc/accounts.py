"""Registering the nickname as an account: REGISTER and VERIFY (IRCv3 draft/account-registration).

It may be done before the client is registered. This module must not know who may register what.
"""

from __future__ import annotations

from collections.abc import Mapping

from chatd.accounts.accounts import Account
from chatd.chat.action_queue import Job
from chatd.chat.actions.costs import PASSWORD_COST
from chatd.chat.actions.register import register
from chatd.chat.actions.rename import rename
from chatd.errors import ErrorKind, InvalidAnswer, Refusal
from chatd.formats.irc_lines import echoed
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.protocols.irc.proving import tell_login
from chatd.storage.contract import StoreError
from chatd.text.folding import fold

NO_EMAIL = "*"
"""The word for no address of e-mail."""


def register_nickname(conversation: Conversation, message: Message) -> Job | None:
    """Register the nickname of a client with a password. No address of e-mail is kept."""
    client, session = conversation.client, conversation.session
    account, _, password = message.parameters[:3]
    name = session.name if client.registered or session.account else client.nickname
    if not name:
        _fail(conversation, "REGISTER", "NEED_NICK", account, "irc_no_nickname")
    elif account != "*" and fold(account) != fold(name):
        code = "ACCOUNT_NAME_MUST_BE_NICK"
        _fail(conversation, "REGISTER", code, account, "irc_account_is_nickname")
    else:
        conversation.charge(PASSWORD_COST)
        return _register(conversation, message, name, password)
    return None


async def _register(conversation: Conversation, message: Message, name: str, password: str) -> None:
    try:
        await register_as(conversation, name, password, message.parameters[1])
    except Refusal as why:
        _refuse(conversation, name, why)
    except StoreError as error:
        _refuse(conversation, name, error.refusal)


async def register_as(
    conversation: Conversation, name: str, password: str, email: str = NO_EMAIL
) -> None:
    """Register the name of a client, which it has or is about to have. Raises as `register`."""
    server, session = conversation.server, conversation.session

    def registered(account: Account) -> None:
        key = "irc_registered" if email == NO_EMAIL else "irc_registered_without_email"
        text = session.sentence(key, name=account.name)
        conversation.from_server("REGISTER", "SUCCESS", account.name, text=text)
        tell_login(conversation, account.name)

    if not session.account:
        await rename(server, session, name)
    await register(server, session, password, registered)


def verify(conversation: Conversation, message: Message) -> None:
    """Refuse: no account waits to be verified."""
    account = message.parameters[0]
    _fail(conversation, "VERIFY", "INVALID_CODE", account, "irc_nothing_to_verify")


def _refuse(conversation: Conversation, name: str, why: Refusal) -> None:
    weak = isinstance(why, InvalidAnswer) and why.kind is ErrorKind.WRONG_USE
    code = "UNACCEPTABLE_PASSWORD" if weak else _CODES.get(why.kind, "DISALLOWED")
    if why.key == "yours_already":
        code = "ALREADY_AUTHENTICATED"
    _fail(conversation, "REGISTER", code, name, why.key, **why.values)


_CODES: Mapping[ErrorKind, str] = {
    ErrorKind.INVALID_NAME: "BAD_ACCOUNT_NAME",
    ErrorKind.NAME_IN_USE: "ACCOUNT_EXISTS",
    ErrorKind.NOT_CHECKED: "TEMPORARILY_UNAVAILABLE",
    ErrorKind.NOT_KNOWN: "TEMPORARILY_UNAVAILABLE",
    ErrorKind.NOT_SAVED: "TEMPORARILY_UNAVAILABLE",
    ErrorKind.TOO_MANY_TRIES: "TEMPORARILY_UNAVAILABLE",
    ErrorKind.USED_UP: "TEMPORARILY_UNAVAILABLE",
}
"""The codes of refusals, which clients know; of the others, DISALLOWED."""


def _fail(
    conversation: Conversation, command: str, code: str, account: str, key: str, **values: object
) -> None:
    text = conversation.session.sentence(key, **values)
    conversation.from_server("FAIL", command, code, echoed(account), text=text)


TABLE: Table = {
    "REGISTER": Command(
        register_nickname, least=3, unregistered=True, usage="*|<nickname> * <password>"
    ),
    "VERIFY": Command(verify, least=2, unregistered=True, usage="<account> <code>"),
}
