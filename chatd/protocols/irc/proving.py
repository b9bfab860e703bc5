"""Proving who a client is, by the password of an account, in whichever way that comes.

Before the client is registered, the proof is kept until it is: nothing but numerics may be sent
before the welcome. This module must not know how a password is sent.
"""

from __future__ import annotations

from chatd.accounts.credentials import Grant
from chatd.chat.actions import login
from chatd.chat.actions.costs import PASSWORD_COST
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Conversation


def may_log_in(conversation: Conversation) -> bool:
    """Return True if a password may be sent over the connection, and can be checked."""
    logins = conversation.server.logins
    confidential = conversation.session.identity.confidential
    return logins.checks_passwords and logins.may_pass_secrets(confidential)


def login_of(conversation: Conversation, text: str, separator: str) -> tuple[str, str]:
    """Return the name of an account and a password, of which a text may have the password alone.

    Then the account is that of the nickname which the client wishes to have.
    """
    server, wished = conversation.server, conversation.client.wished
    name, found, password = text.partition(separator)
    accounts, creates = server.accounts, server.logins.sign_in.creates
    if found and (creates or accounts.called(name) or not accounts.called(wished)):
        return name, password
    return wished, text


async def prove(conversation: Conversation, name: str, password: str) -> Grant | None:
    """Return the grant of the account of that name, and tell the client that it is logged in.

    Call `use` with it. Return None if the client has gone meanwhile. Raises `Refusal` if the
    password is wrong, and `StoreError`.
    """
    conversation.charge(PASSWORD_COST)
    server, session = conversation.server, conversation.session
    grant = await login.prove(server, session, name, password)
    account = server.credentials.account_of(grant)
    if account is None or session.stream.finished:
        return None
    tell_login(conversation, account.name)
    return grant


def use(conversation: Conversation, grant: Grant) -> None:
    """Log a client in, now or once it is registered."""
    if conversation.client.registered:
        login.log_in_by_grant(conversation.server, conversation.session, grant)
    else:
        conversation.client.grant = grant


def enter(conversation: Conversation) -> bool:
    """Give a client that registers the name of the account that it has proved.

    Return False if it has proved none, or what it has proved is not valid any more.
    """
    client, grant = conversation.client, conversation.client.grant
    client.grant = None
    if grant is None:
        return False
    named = login.name_by_grant(conversation.server, conversation.session, grant)
    if not named:
        tell_logout(conversation)
    return named


def tell_login(conversation: Conversation, account: str) -> None:
    """Tell a client that it is logged in."""
    text = conversation.session.sentence("irc_logged_in", name=account)
    conversation.numeric(numerics.RPL_LOGGEDIN, conversation.own_format.mask, account, text=text)


def tell_logout(conversation: Conversation) -> None:
    """Tell a client that it is logged out."""
    text = conversation.session.sentence("irc_logged_out")
    conversation.numeric(numerics.RPL_LOGGEDOUT, conversation.own_format.mask, text=text)
