"""The server, as IRC clients ask for it: how many are here, its time, its help.

This module must not know who is where.
"""

from __future__ import annotations

import time

from chatd import __version__
from chatd.chat.actions import look
from chatd.chat.actions.costs import LISTING_COST
from chatd.formats.irc_lines import echoed
from chatd.i18n import sentence
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message


def motd(conversation: Conversation, message: Message | None = None) -> None:
    """Send the message of the day."""
    text = conversation.server.motd
    if not text:
        _say(conversation, numerics.ERR_NOMOTD, "irc_no_motd")
        return
    _say(conversation, numerics.RPL_MOTDSTART, "irc_motd")
    for line in text.split("\n"):
        conversation.numeric(numerics.RPL_MOTD, text=f"- {line}")
    _say(conversation, numerics.RPL_ENDOFMOTD, "irc_end_of_motd")


def lusers(conversation: Conversation, message: Message | None = None) -> None:
    """Send how many people and rooms there are."""
    server, door = conversation.server, conversation.door
    unregistered = door.unregistered
    here = sum(not each.stream.finished for each in server.sessions) - unregistered
    people = here + len(server.roster.others())
    most = door.count(people)
    rooms = look.list_rooms(server, conversation.session, 0).total
    _say(conversation, numerics.RPL_LUSERCLIENT, "irc_people", people=people)
    if unregistered:
        _say(conversation, numerics.RPL_LUSERUNKNOWN, "irc_unregistered", str(unregistered))
    if rooms:
        _say(conversation, numerics.RPL_LUSERCHANNELS, "irc_channels", str(rooms))
    _say(conversation, numerics.RPL_LUSERME, "irc_people_here", people=here)
    for code, number in ((numerics.RPL_LOCALUSERS, here), (numerics.RPL_GLOBALUSERS, people)):
        counts = str(number), str(most)
        _say(conversation, code, "irc_people_and_most", *counts, people=number, most=most)


def version(conversation: Conversation, message: Message) -> None:
    """Send the version of chatd."""
    name = conversation.own_format.server.name
    conversation.numeric(numerics.RPL_VERSION, f"chatd-{__version__}.", name, text="")


def tell_time(conversation: Conversation, message: Message) -> None:
    """Send the time of day, in UTC."""
    now = int(conversation.server.now())
    text = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    conversation.numeric(numerics.RPL_TIME, conversation.own_format.server.name, text=text)


def info(conversation: Conversation, message: Message) -> None:
    """Send what this server is."""
    conversation.numeric(numerics.RPL_INFO, text=f"chatd {__version__}")
    _say(conversation, numerics.RPL_INFO, "irc_created")
    _say(conversation, numerics.RPL_ENDOFINFO, "irc_end_of_list")


def admin(conversation: Conversation, message: Message) -> None:
    """Send who runs the server: its administrators, who have accounts."""
    name = conversation.own_format.server.name
    _say(conversation, numerics.RPL_ADMINME, "irc_administered", name)
    for code in (numerics.RPL_ADMINLOC1, numerics.RPL_ADMINLOC2, numerics.RPL_ADMINEMAIL):
        _say(conversation, code, "irc_ask_administrator")


def oper(conversation: Conversation, message: Message) -> None:
    """Refuse: administrators are accounts, and have their rights by logging in."""
    _say(conversation, numerics.ERR_NOOPERHOST, "irc_no_operators")


def _say(conversation: Conversation, code: str, key: str, *middle: str, **values: object) -> None:
    name = conversation.own_format.server.name
    text = sentence(conversation.session.language, key, server=name, **values)
    conversation.numeric(code, *middle, text=text)


def helps_with(table: Table) -> Command:
    """Return the command that explains those of a table."""

    def help(conversation: Conversation, message: Message) -> None:
        subject = message.parameters[0].upper() if message.parameters else ""
        shown = echoed(subject) if subject else "*"
        if subject and subject not in table:
            _say(conversation, numerics.ERR_HELPNOTFOUND, "irc_no_help", shown)
            return
        _say(conversation, numerics.RPL_HELPSTART, "irc_help", shown)
        for name in [subject] if subject else sorted(table):
            text = f"{name} {table[name].usage}".rstrip()
            conversation.numeric(numerics.RPL_HELPTXT, shown, text=text)
        _say(conversation, numerics.RPL_ENDOFHELP, "irc_end_of_list", shown)

    return Command(help, usage="[<command>]")


TABLE: Table = {
    "ADMIN": Command(admin, usage="[<server>]"),
    "INFO": Command(info, usage="[<server>]"),
    "LUSERS": Command(lusers, cost=LISTING_COST),
    "MOTD": Command(motd, usage="[<server>]"),
    "OPER": Command(oper, usage="<name> <password>"),
    "TIME": Command(tell_time, usage="[<server>]"),
    "VERSION": Command(version, usage="[<server>]"),
}
