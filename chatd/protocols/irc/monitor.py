"""MONITOR: names of which a client is told when they come to be here, and when they are gone.

(IRCv3 monitor; extended-monitor.) This module must not know how names are watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from chatd.chat.name_watches import WATCHED, Tell
from chatd.chat.names import valid_name
from chatd.errors import ErrorKind, Refusal
from chatd.event import Change, Presence
from chatd.formats.irc_lines import LINE_BYTES, echoed
from chatd.protocols.irc import numerics
from chatd.protocols.irc.conversation import Command, Conversation, Table
from chatd.protocols.irc.message import Message
from chatd.text.folding import fold
from chatd.text.messages import size_of


def monitor(conversation: Conversation, message: Message) -> None:
    """Watch names, or no more; list those that are watched, or which of them are here."""
    what, *rest = message.parameters
    run = _SUBCOMMANDS.get(what.upper())
    if run is None:
        raise Refusal(ErrorKind.WRONG_USE, "irc_wrong_monitor")
    run(conversation, [name for name in ",".join(rest[:1]).split(",") if name])


def _add(conversation: Conversation, names: list[str]) -> None:
    here: list[str] = []
    gone: list[str] = []
    watches, session = conversation.server.watches, conversation.session
    tell = _telling(conversation)
    for place, each in enumerate(names):
        try:
            name = valid_name(each)
        except Refusal as why:
            text = session.sentence(why.key, **why.values)
            conversation.numeric(numerics.ERR_ERRONEUSNICKNAME, echoed(each), text=text)
            continue
        try:
            (here if watches.watch(session.number, name, tell) else gone).append(name)
        except Refusal as why:
            text = session.sentence(why.key, **why.values)
            rest = echoed(",".join(names[place:]))
            conversation.numeric(numerics.ERR_MONLISTFULL, str(WATCHED), rest, text=text)
            break
    _send(conversation, here, gone)


def _remove(conversation: Conversation, names: list[str]) -> None:
    for name in names:
        conversation.server.watches.unwatch(conversation.session.number, name)


def _clear(conversation: Conversation, names: list[str]) -> None:
    conversation.server.watches.end(conversation.session.number)


def _list(conversation: Conversation, names: list[str]) -> None:
    watched = conversation.server.watches.watched_by(conversation.session.number)
    _send_names(conversation, numerics.RPL_MONLIST, watched)
    text = conversation.session.sentence("irc_end_of_list")
    conversation.numeric(numerics.RPL_ENDOFMONLIST, text=text)


def _status(conversation: Conversation, names: list[str]) -> None:
    watches = conversation.server.watches
    watched = watches.watched_by(conversation.session.number)
    here = [name for name in watched if watches.is_here(name)]
    _send(conversation, here, [name for name in watched if name not in here])


_SUBCOMMANDS: dict[str, Callable[[Conversation, list[str]], None]] = {
    "+": _add,
    "-": _remove,
    "C": _clear,
    "L": _list,
    "S": _status,
}


def _send(conversation: Conversation, here: Iterable[str], gone: Iterable[str]) -> None:
    sessions, mask = conversation.server.sessions, conversation.own_format.server.mask
    masks = [mask(sessions.name_of(name)) for name in here]
    _send_names(conversation, numerics.RPL_MONONLINE, masks)
    _send_names(conversation, numerics.RPL_MONOFFLINE, gone)


def _send_names(conversation: Conversation, code: str, names: Iterable[str]) -> None:
    """Send names, as many in a line as have room."""
    room = LINE_BYTES - size_of(conversation.own_format.numeric(code, text="").decode())
    line = ""
    for name in names:
        longer = f"{line},{name}" if line else name
        if size_of(longer) > room:
            conversation.numeric(code, text=line)
            longer = name
        line = longer
    if line:
        conversation.numeric(code, text=line)


def resume(conversation: Conversation, names: Mapping[str, bool]) -> None:
    """Watch the names that a client watched in another process: see `NameWatches.state_of`."""
    number = conversation.session.number
    conversation.server.watches.resume_watching(number, names, _telling(conversation))


def _telling(conversation: Conversation) -> Tell:
    def tell(change: Change, name: str, text: str) -> None:
        conversation.session.attempt(_told, conversation, change, name, text)

    return tell


def _told(conversation: Conversation, change: Change, name: str, text: str) -> None:
    """Tell a client of a change of a name that it watches."""
    if change is Change.JOINED:
        _send(conversation, [name], [])
    elif change is Change.LEFT:
        _send(conversation, [], [name])
    elif "extended-monitor" in conversation.client.capabilities:
        rooms = conversation.session.memberships
        names = (each.name for room in rooms for each in room.here.members.values())
        if fold(name) not in map(fold, names):  # else its room tells it
            shown = Presence("", change, 0, conversation.server.sessions.name_of(name), reason=text)
            conversation.session.stream.put(conversation.own_format.presence(shown))


TABLE: Table = {"MONITOR": Command(monitor, least=1, usage="+ <names> | - <names> | C | L | S")}
